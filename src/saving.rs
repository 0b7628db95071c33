//! A lesson saved as a file: whole or not at all, and never over another one. What cannot be written is a sentence for the
//! person who asked.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::abi::reason;
use crate::lesson::load;

/// Files of one folder that get a name by themselves.
const MOST_NAMES: u32 = 999;

/// Saves it under the first name that is free in the folder; gives the name. What is not a lesson is not saved.
pub fn save_in(folder: &Path, text: &dyn Fn(u32) -> Result<String, String>) -> Result<PathBuf, String> {
    for number in 1..=MOST_NAMES {
        let path = folder.join(format!("{number:02}-from-the-bench-{number}.md"));
        match save(&path, &text(number)?) {
            Err(Failure::Exists) => {}
            Err(Failure::Other(what)) => return Err(what),
            Ok(()) => return Ok(path),
        }
    }
    Err(format!("{MOST_NAMES} lessons from the bench are in {} already", shown(folder)))
}

/// Saves any text under the first free name `STEM-N.EXTENSION`; gives the name.
pub fn save_text(folder: &Path, (stem, extension): (&str, &str), text: &str) -> Result<PathBuf, String> {
    for number in 1..=MOST_NAMES {
        let path = folder.join(format!("{stem}-{number}.{extension}"));
        match write(&path, text) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("it is not saved: {}: {}", shown(folder), reason(&error))),
        }
    }
    Err(format!("{MOST_NAMES} files named {stem}-N.{extension} are in {} already", shown(folder)))
}

/// Saves it under a name, which must be free.
pub fn save_as(path: &Path, text: &str) -> Result<(), String> {
    save(path, text).map_err(|failure| match failure {
        Failure::Exists => exists(path),
        Failure::Other(what) => what,
    })
}

/// Why nothing could be saved under a name, as far as that can be known before.
pub fn objection(path: &Path) -> Option<String> {
    if !load::is_name(&path.to_string_lossy()) {
        return Some(format!("{}: a lesson's file is named NN-name.md, in small letters", path.display()));
    }
    path.symlink_metadata().is_ok().then(|| exists(path))
}

fn exists(path: &Path) -> String {
    format!("{}: {}", path.display(), reason(&ErrorKind::AlreadyExists.into()))
}

enum Failure {
    Exists,
    Other(String),
}

fn save(path: &Path, text: &str) -> Result<(), Failure> {
    let name = path.display().to_string();
    if let Err(error) = load::load(&name, text.as_bytes()) {
        let line = text.lines().nth(error.line.saturating_sub(1) as usize).unwrap_or_default();
        return Err(Failure::Other(format!("this makes no lesson: {}: {line}", error.message)));
    }
    write(path, text).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return Failure::Exists;
        }
        Failure::Other(format!("the lesson is not saved: {}: {}", shown(path.parent().unwrap_or(path)), reason(&error)))
    })
}

fn shown(folder: &Path) -> String {
    if folder.as_os_str().is_empty() { "this folder".to_owned() } else { folder.display().to_string() }
}

/// Another name first, then a link, which the kernel refuses to make over something; so that there is never half a file.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(ErrorKind::AlreadyExists.into());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let other = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = fill(File::create_new(&other)?, text).and_then(|()| match fs::hard_link(&other, path) {
        // A file system without links: then the name is taken first, and given back if it cannot be filled.
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
            let direct = fill(File::create_new(path)?, text);
            if direct.is_err() {
                let _ = fs::remove_file(path);
            }
            direct
        }
        other => other,
    });
    let _ = fs::remove_file(&other);
    written
}

fn fill(mut file: File, text: &str) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LESSON: &str = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n```tin\ntasks => 1\n```\n";

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn each_gets_a_name_of_its_own_and_nothing_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let first = save_in(folder.path(), &|_| Ok(LESSON.to_owned())).unwrap();
        fs::write(&first, "changed by its author").unwrap();
        save_in(folder.path(), &|_| Ok(LESSON.to_owned())).unwrap();
        assert_eq!(names(folder.path()), ["01-from-the-bench-1.md", "02-from-the-bench-2.md"]);
        assert_eq!(fs::read_to_string(first).unwrap(), "changed by its author");
    }

    #[test]
    fn what_is_there_is_not_overwritten_not_even_a_link_that_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["01-a.md", "02-b.md"] {
            let path = folder.path().join(name);
            assert_eq!(objection(&path), None);
            match name {
                "01-a.md" => fs::write(&path, "mine").unwrap(),
                _ => std::os::unix::fs::symlink("nowhere", &path).unwrap(),
            }
            assert!(save_as(&path, LESSON).unwrap_err().contains("nothing is overwritten"));
            assert!(objection(&path).unwrap().contains("nothing is overwritten"));
        }
        assert_eq!(fs::read_to_string(folder.path().join("01-a.md")).unwrap(), "mine");
        assert!(!folder.path().join("nowhere").exists());
        assert_eq!(names(folder.path()).len(), 2);
    }

    #[test]
    fn what_cannot_be_written_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let gone = save_as(&folder.path().join("no-such/01-a.md"), LESSON).unwrap_err();
        assert!(gone.starts_with("the lesson is not saved: ") && gone.contains("there is no such file"), "{gone}");
        // A file system that nobody can write to, not even root.
        let refused = save_in(Path::new("/proc"), &|_| Ok(LESSON.to_owned())).unwrap_err();
        assert!(refused.starts_with("the lesson is not saved: /proc: "), "{refused}");
        let none = save_as(&folder.path().join("01-a.md"), "no lesson").unwrap_err();
        assert!(none.starts_with("this makes no lesson: "), "{none}");
        assert!(objection(&folder.path().join("a.md")).unwrap().contains("NN-name.md"));
        assert_eq!(names(folder.path()), Vec::<String>::new());
    }
}
