//! Where a person's settings stand: one file under XDG's configuration folder. It is read and never written; what cannot be read
//! is a line for the person, never the end of the program.

use std::ffi::OsString;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use crate::app::config::{Config, MAX_CONFIG};
use crate::xdg;

/// The file's place below the configuration folder.
const PLACE: &str = "tincans/config.toml";

/// The settings by XDG_CONFIG_HOME, else below HOME; and each thing that could not be taken, in one line.
pub fn of_environment() -> (Config, Vec<String>) {
    match place(std::env::var_os("XDG_CONFIG_HOME"), std::env::var_os("HOME")) {
        Some(path) => at(&path),
        None => (Config::default(), Vec::new()),
    }
}

fn place(config: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    xdg::place(config, home, ".config", PLACE)
}

fn at(path: &Path) -> (Config, Vec<String>) {
    let name = path.display();
    match read(path) {
        Ok(None) => (Config::default(), Vec::new()),
        Ok(Some(text)) => {
            let (config, complaints) = Config::read(&text);
            (config, complaints.into_iter().map(|what| format!("{name}: {what}")).collect())
        }
        Err(what) => (Config::default(), vec![format!("{name} cannot be used: {what}")]),
    }
}

/// None where there is no file.
fn read(path: &Path) -> Result<Option<String>, String> {
    let file = match xdg::open(path) {
        Ok(Some(file)) => file,
        Ok(None) => return Ok(None),
        Err(error) if error.kind() == ErrorKind::NotADirectory => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let mut bytes = Vec::new();
    file.take(MAX_CONFIG as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > MAX_CONFIG {
        return Err(format!("it has more than {MAX_CONFIG} bytes"));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(text)),
        Err(error) => Err(format!("byte {} is no UTF-8", error.utf8_error().valid_up_to() + 1)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::app::keys::Keymap;

    fn told(path: &Path) -> String {
        let (config, complaints) = at(path);
        assert_eq!((config, complaints.len()), (Config::default(), 1), "{complaints:?}");
        complaints.concat()
    }

    #[test]
    fn the_place_is_xdgs() {
        let path = |config: Option<&str>, home: Option<&str>| place(config.map(Into::into), home.map(Into::into));
        assert_eq!(path(Some("/c"), Some("/h")), Some("/c/tincans/config.toml".into()));
        assert_eq!(path(Some("c"), Some("/h")), Some("/h/.config/tincans/config.toml".into()));
        assert_eq!(path(None, None), None);
    }

    #[test]
    fn no_file_is_no_complaint() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(at(&folder.path().join(PLACE)), (Config::default(), Vec::new()));
        fs::write(folder.path().join("tincans"), "").unwrap();
        assert_eq!(at(&folder.path().join(PLACE)), (Config::default(), Vec::new()));
    }

    #[test]
    fn what_cannot_be_read_is_one_line_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, b"theme = \"\xff\"").unwrap();
        assert!(told(&path).ends_with("config.toml cannot be used: byte 10 is no UTF-8"));
        fs::write(&path, vec![b'#'; MAX_CONFIG + 1]).unwrap();
        assert!(told(&path).contains("more than"));
        fs::write(&path, "[keys").unwrap();
        assert!(told(&path).contains("config.toml: line 1: "));
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        assert!(told(&path).contains("it is no file"));
        assert!(told(Path::new("/dev/zero")).contains("it is no file"));
    }

    #[test]
    fn what_is_there_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        fs::write(&path, "mouse = false\n[keys]\nkill = 'K'\n").unwrap();
        let (config, complaints) = at(&path);
        assert!(complaints.is_empty() && config.has_mouse == Some(false) && config.keymap != Keymap::default());
    }
}
