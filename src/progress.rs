//! Where progress is kept: one small file under XDG's state folder, replaced as a whole. What cannot be read or written is a
//! message for the learner, never the end of a lesson.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::abi::reason;
use crate::lesson::merge;
use crate::lesson::progress::{MAX_TEXT, Progress};
use crate::sys::file_lock::FolderLock;
use crate::xdg;

/// The file's place below the state folder.
const PLACE: &str = "tincans/progress.toml";

/// How long another terminal that is writing is waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The file, or none where the environment names no place for it.
#[derive(Debug, Clone)]
pub struct Store {
    path: Option<PathBuf>,
    /// What this terminal last read or wrote: only what has changed since is written.
    last: Progress,
}

/// What is in the file's place.
enum StoredProgress {
    Nothing,
    Progress(Box<Progress>, String),
    /// It could be read, and makes no progress.
    Garbage(String),
    /// It stays as it is: why.
    Kept(String),
}

impl Store {
    /// By XDG_STATE_HOME, else below HOME.
    pub fn of_environment() -> Self {
        Self::at(std::env::var_os("XDG_STATE_HOME"), std::env::var_os("HOME"))
    }

    fn at(state: Option<OsString>, home: Option<OsString>) -> Self {
        Self { path: xdg::place(state, home, ".local/state", PLACE), last: Progress::default() }
    }

    /// What is kept, and what the learner should know about it.
    pub fn load(&mut self) -> (Progress, Option<String>) {
        let Some(path) = &self.path else {
            return (
                Progress::default(),
                Some("progress is not kept: neither XDG_STATE_HOME nor HOME is set".to_owned()),
            );
        };
        let warning = |what: &str| Some(format!("{} cannot be used: {what}", path.display()));
        let (progress, warning) = match look(path) {
            StoredProgress::Nothing => (Progress::default(), None),
            StoredProgress::Progress(progress, _) => (*progress, None),
            StoredProgress::Garbage(what) => (Progress::default(), warning(&what)),
            StoredProgress::Kept(what) => (Progress::default(), warning(&format!("{what}; it stays as it is"))),
        };
        self.last = progress.clone();
        (progress, warning)
    }

    /// Puts what has changed here into the file. What other terminals have written meanwhile stays, and so does what a newer
    /// program has; a file that cannot be read is left alone, garbage is put aside. The file is replaced as a whole.
    pub fn save(&mut self, progress: &Progress) -> Result<(), String> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        self.write(&path, progress)
            .map_err(|error| format!("progress is not kept: {}: {}", path.display(), reason(&error)))
            .map(|()| self.last = progress.clone())
    }

    fn write(&self, path: &Path, progress: &Progress) -> io::Result<()> {
        // A link stays one: what it leads to is replaced.
        let path = &target_of(path);
        let folder = path.parent().unwrap_or(Path::new("/"));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let held = || io::Error::new(ErrorKind::WouldBlock, "another terminal has locked it and does not go on");
        let _lock = FolderLock::wait(folder, PATIENCE)
            .map_err(|error| if error.kind() == ErrorKind::NotFound { error } else { held() })?;
        let text = match look(path) {
            StoredProgress::Kept(what) => return Err(io::Error::other(what)),
            StoredProgress::Nothing => {
                merge::merged(&self.last, progress, &Progress::default().write().map_err(io::Error::other)?)
            }
            StoredProgress::Progress(_, text) => merge::merged(&self.last, progress, &text),
            StoredProgress::Garbage(_) => {
                put_aside(path)?;
                progress.write()
            }
        };
        replace(path, &text.map_err(io::Error::other)?)
    }
}

/// Where a path leads, as far as links lead anywhere.
fn target_of(path: &Path) -> PathBuf {
    const MAX_LINKS: usize = 16;
    let mut path = path.to_path_buf();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("/")).join(target);
    }
    path
}

/// Under a name that is free.
fn put_aside(path: &Path) -> io::Result<()> {
    const MOST: u32 = 1000;
    let names = std::iter::once("toml.broken".to_owned()).chain((2..MOST).map(|number| format!("toml.broken{number}")));
    let free = names.map(|end| path.with_extension(end)).find(|name| name.symlink_metadata().is_err());
    fs::rename(path, free.ok_or_else(|| io::Error::other("too many broken ones are kept beside it"))?)
}

/// Another name first, then renamed, so that it is never half a file.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let other = path.with_extension(format!("toml.{}", std::process::id()));
    let written = write(&other, text).and_then(|()| keep_mode(path, &other)).and_then(|()| fs::rename(&other, path));
    if written.is_err() {
        let _ = fs::remove_file(&other);
    }
    written
}

/// What is kept from others stays so.
fn keep_mode(of: &Path, on: &Path) -> io::Result<()> {
    fs::metadata(of).map_or(Ok(()), |metadata| fs::set_permissions(on, metadata.permissions()))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

fn look(path: &Path) -> StoredProgress {
    let file = match xdg::open(path) {
        Ok(Some(file)) => file,
        Ok(None) => return StoredProgress::Nothing,
        Err(error) => return StoredProgress::Kept(error.to_string()),
    };
    let mut bytes = Vec::new();
    if let Err(error) = file.take(MAX_TEXT as u64 + 1).read_to_end(&mut bytes) {
        return StoredProgress::Kept(error.to_string());
    }
    let Ok(text) = String::from_utf8(bytes) else { return StoredProgress::Garbage("it is no UTF-8".to_owned()) };
    match Progress::read(&text) {
        Ok(progress) => StoredProgress::Progress(Box::new(progress), text),
        Err(what) if Progress::is_newer(&text) || text.len() > MAX_TEXT => StoredProgress::Kept(what),
        Err(what) => StoredProgress::Garbage(what),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

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

    #[test]
    fn ten_terminals_that_finish_together_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for terminal in 0..10 {
                let mut store = store(folder.path());
                scope.spawn(move || {
                    let (mut progress, _) = store.load();
                    for lesson in 0..5 {
                        progress.finish(&format!("lesson-{terminal}-{lesson}"));
                        progress.answer_problem(&["eof".to_owned()], true);
                        store.save(&progress).unwrap();
                    }
                });
            }
        });
        let (progress, _) = store(folder.path()).load();
        let ids = (0..10).flat_map(|terminal| (0..5).map(move |lesson| format!("lesson-{terminal}-{lesson}")));
        assert_eq!(ids.filter(|id| progress.of(id).done).count(), 50);
        assert_eq!(progress.topics().next().unwrap().1.right, 50);
        assert_eq!(fs::read_dir(folder.path().join("tincans")).unwrap().count(), 1);
    }

    #[test]
    fn the_mode_of_the_file_stays() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tincans/progress.toml");
        store(folder.path()).save(&done("one")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        store(folder.path()).save(&done("two")).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_newer_file_and_one_that_cannot_be_read_stay_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PLACE);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        for (content, word) in
            [("version = 2\nwhatever = [[1]]\n".to_owned(), "version 2"), ("#".repeat(MAX_TEXT + 1), "bytes")]
        {
            fs::write(&path, &content).unwrap();
            let mut store = store(folder.path());
            assert!(store.load().1.unwrap().contains(word));
            assert!(store.save(&done("a")).unwrap_err().contains(word));
            assert_eq!(fs::read_to_string(&path).unwrap(), content);
            assert_eq!(fs::read_dir(folder.path().join("tincans")).unwrap().count(), 1);
        }
    }

    #[test]
    fn garbage_is_put_aside_each_time_under_a_name_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PLACE);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        for (garbage, end) in [("one [", "toml.broken"), ("two [", "toml.broken2")] {
            fs::write(&path, garbage).unwrap();
            store(folder.path()).save(&done("a")).unwrap();
            assert_eq!(fs::read_to_string(path.with_extension(end)).unwrap(), garbage);
        }
    }

    #[test]
    fn a_link_stays_one_also_where_it_leads_to_nothing_yet() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PLACE);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::create_dir(folder.path().join("synced")).unwrap();
        std::os::unix::fs::symlink("../synced/mine.toml", &path).unwrap();
        for id in ["a", "b"] {
            store(folder.path()).save(&done(id)).unwrap();
        }
        assert!(path.symlink_metadata().unwrap().is_symlink());
        let (progress, _) = store(folder.path()).load();
        assert!(progress.of("a").done && progress.of("b").done);
        assert_eq!(fs::read_dir(folder.path().join("synced")).unwrap().count(), 1);
    }

    /// What a learner does in one of several terminals.
    #[derive(Debug, Clone)]
    enum Step {
        Open,
        Reach(u8, u8),
        Finish(u8),
        Answer(bool),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            Just(Step::Open),
            (0..4_u8, 0..9_u8).prop_map(|(lesson, step)| Step::Reach(lesson, step)),
            (0..4_u8).prop_map(Step::Finish),
            any::<bool>().prop_map(Step::Answer),
        ]
    }

    fn is_known(progress: &Progress, id: &str) -> bool {
        progress.write().unwrap().contains(&format!("[lesson.{id}]"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 30, ..ProptestConfig::default() })]
        #[test]
        fn however_terminals_take_turns_nothing_is_lost(steps in prop::collection::vec((0..4_usize, step()), 1..25)) {
            let folder = tempfile::tempdir().unwrap();
            let mut terminals: Vec<(Store, Progress)> = (0..4).map(|_| (store(folder.path()), Progress::default())).collect();
            let (mut done, mut at, mut answers) = (BTreeSet::new(), BTreeMap::new(), [0_u32; 2]);
            for (terminal, step) in steps {
                let (store, progress) = &mut terminals[terminal];
                match step {
                    Step::Open => *progress = store.load().0,
                    Step::Reach(lesson, step) => {
                        let id = lesson.to_string();
                        // Where one stands already is no change, and another terminal may have gone on.
                        if !is_known(progress, &id) || progress.of(&id).step != usize::from(step) {
                            at.insert(id.clone(), usize::from(step));
                        }
                        progress.reach(&id, usize::from(step));
                    }
                    Step::Finish(lesson) => {
                        let id = lesson.to_string();
                        if !is_known(progress, &id) || progress.of(&id).step != 0 {
                            at.insert(id.clone(), 0);
                        }
                        progress.finish(&id);
                        done.insert(id);
                    }
                    Step::Answer(is_right) => {
                        progress.answer_problem(&["eof".to_owned()], is_right);
                        answers[usize::from(is_right)] += 1;
                    }
                }
                store.save(progress).unwrap();
            }
            let (kept, warning) = store(folder.path()).load();
            prop_assert!(warning.is_none());
            prop_assert!(done.iter().all(|id| kept.of(id).done));
            for (id, step) in at {
                prop_assert_eq!(kept.of(&id).step, step);
            }
            let score = kept.topics().next().map(|topic| topic.1).unwrap_or_default();
            prop_assert_eq!([score.wrong, score.right], answers);
        }
    }
}
