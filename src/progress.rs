//! Where progress is kept: one small file under XDG's state folder, replaced as a whole. What cannot be read or written is a
//! message for the learner, never the end of a lesson.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use crate::lesson::progress::{MAX_TEXT, Progress};
use crate::xdg;

/// The file's place below the state folder.
const PLACE: &str = "tincans/progress.toml";

/// The file, or none where the environment names no place for it.
#[derive(Debug, Clone)]
pub struct Store {
    path: Option<PathBuf>,
    /// The file is there and is no progress: it is put aside before it is replaced.
    is_broken: bool,
}

impl Store {
    /// By XDG_STATE_HOME, else below HOME.
    pub fn of_environment() -> Self {
        Self::at(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME"))
    }

    fn at(state: Option<OsString>, home: Option<OsString>) -> Self {
        Self { path: xdg::place(state, home, ".local/state", PLACE), is_broken: false }
    }

    /// What is kept, and what the learner should know about it.
    pub fn load(&mut self) -> (Progress, Option<String>) {
        let Some(path) = &self.path else {
            return (
                Progress::default(),
                Some("progress is not kept: neither XDG_STATE_HOME nor HOME is set".to_owned()),
            );
        };
        match read(path) {
            Ok(None) => (Progress::default(), None),
            Ok(Some(progress)) => (progress, None),
            Err(what) => {
                self.is_broken = true;
                (Progress::default(), Some(format!("{} cannot be used: {what}", path.display())))
            }
        }
    }

    /// Replaces the file: another name first, then renamed, so that it is never half a file. Marks that another terminal has
    /// made meanwhile stay.
    pub fn save(&mut self, progress: &Progress) -> Result<(), String> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        let mut all = progress.clone();
        match read(&path) {
            Ok(Some(kept)) => all.add_done(&kept),
            Ok(None) => {}
            Err(_) => self.is_broken = true,
        }
        let text = all.write()?;
        self.replace(&path, &text).map_err(|error| format!("progress is not kept: {}: {error}", path.display()))
    }

    fn replace(&mut self, path: &Path, text: &str) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("/"));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        if self.is_broken {
            match fs::rename(path, path.with_extension("toml.broken")) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => self.is_broken = false,
            }
        }
        let other = path.with_extension(format!("toml.{}", std::process::id()));
        let written = write(&other, text).and_then(|()| fs::rename(&other, path));
        if written.is_err() {
            let _ = fs::remove_file(&other);
        }
        written
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

/// None where there is no file yet.
fn read(path: &Path) -> Result<Option<Progress>, String> {
    let Some(file) = xdg::open(path).map_err(|error| error.to_string())? else { return Ok(None) };
    let mut text = String::new();
    file.take(MAX_TEXT as u64 + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    Progress::read(&text).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(folder: &Path) -> Store {
        Store::at(Some(folder.into()), None)
    }

    fn done(id: &str) -> Progress {
        let mut progress = Progress::default();
        progress.finish(id);
        progress
    }

    #[test]
    fn the_place_is_xdgs() {
        let path =
            |state: Option<&str>, home: Option<&str>| Store::at(state.map(Into::into), home.map(Into::into)).path;
        assert_eq!(path(Some("/s"), Some("/h")), Some("/s/tincans/progress.toml".into()));
        assert_eq!(path(Some("s"), Some("/h")), Some("/h/.local/state/tincans/progress.toml".into()));
        assert_eq!(path(None, None), None);
    }

    #[test]
    fn what_is_saved_is_loaded_and_no_other_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(store(folder.path()).load(), (Progress::default(), None));
        store(folder.path()).save(&done("a")).unwrap();
        store(folder.path()).save(&done("b")).unwrap();
        let (progress, warning) = store(folder.path()).load();
        assert!(progress.of("a").done && progress.of("b").done && warning.is_none());
        assert_eq!(fs::read_dir(folder.path().join("tincans")).unwrap().count(), 1);
    }

    #[test]
    fn a_broken_file_is_a_warning_and_is_put_aside() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PLACE);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, b"\xff\0 nonsense").unwrap();
        let mut store = store(folder.path());
        let (progress, warning) = store.load();
        assert!(progress == Progress::default() && warning.unwrap().contains("cannot be used"));
        store.save(&done("a")).unwrap();
        assert!(store.load().0.of("a").done);
        assert_eq!(fs::read(path.with_extension("toml.broken")).unwrap(), b"\xff\0 nonsense");
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(store(&file).save(&done("a")).unwrap_err().starts_with("progress is not kept: "));
        assert!(Store::at(None, None).save(&done("a")).is_ok());
    }

    #[test]
    fn a_folder_in_the_files_place_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(PLACE)).unwrap();
        assert!(store(folder.path()).load().1.unwrap().contains("it is no file"));
    }
}
