//! A person's own files: where XDG's base directories have them, and how one is opened that may be anything.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// Where a file is: below the folder that a variable names, else below a folder of HOME. A path that is not absolute is none, as
/// XDG wants it.
pub fn place(named: Option<OsString>, home: Option<OsString>, of_home: &str, file: &str) -> Option<PathBuf> {
    let absolute = |path: Option<OsString>| path.map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = absolute(named).or_else(|| absolute(home).map(|home| home.join(of_home)));
    folder.map(|folder| folder.join(file))
}

/// Opens an ordinary file; none where there is none. A pipe or a device in its place would be waited for.
pub fn open(path: &Path) -> io::Result<Option<File>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
        Ok(metadata) if !metadata.is_file() => Err(io::Error::other("it is no file")),
        Ok(_) => File::open(path).map(Some),
    }
}
