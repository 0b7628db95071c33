//! The private folder of a run, for sockets that are files: `TMPDIR/tincans-UID/NAME`. Its owner holds a lock on it (flock(2)),
//! which the kernel releases with the owner's last process: a folder whose lock can be had belongs to nobody, in whatever PID
//! namespace its owner was, and is removed. A folder whose owner lives is never touched: folders are made and removed by the
//! process that has the lock of the one above, so that nobody sees one that is made and not locked yet.

use crate::abi::reason;
use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::file_lock::FolderLock;
use super::now_ns;

/// How long it is waited for somebody who makes or removes a folder, who may have been stopped over it.
const PATIENCE: Duration = Duration::from_secs(5);
/// What others may do with a folder: nothing.
const FOR_OTHERS: u32 = 0o077;
/// How often it is tried to make the folder: a process that leaves removes the one above, if it is empty.
const TRIES: u32 = 32;

/// A run's folder, which is gone when this is dropped.
#[derive(Debug)]
pub struct PrivateFolder {
    /// Where all of this user's are.
    above: PathBuf,
    /// Unique on this machine.
    name: String,
    path: PathBuf,
    /// While it is made: the lock that says that somebody owns it.
    lock: Option<FolderLock>,
}

impl PrivateFolder {
    /// Nothing is made yet.
    pub fn choose() -> Self {
        Self::choose_below(&std::env::temp_dir())
    }

    fn choose_below(temporary: &Path) -> Self {
        let above = temporary.join(format!("tincans-{}", nix::unistd::geteuid()));
        let random = RandomState::new().hash_one((std::process::id(), now_ns()));
        let name = format!("{random:016x}");
        Self { path: above.join(&name), above, name, lock: None }
    }

    /// What no other run's folder is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is, or will be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes it, if it is not there yet.
    pub fn make(&mut self) -> io::Result<()> {
        if self.lock.is_some() {
            return Ok(());
        }
        for _ in 0..TRIES {
            match self.try_make() {
                Err(error) if error.kind() == ErrorKind::NotFound && self.above.parent().is_some_and(Path::is_dir) => {}
                Err(error) => return Err(error),
                Ok(lock) => {
                    self.lock = Some(lock);
                    return Ok(());
                }
            }
        }
        Err(io::Error::other("it is removed again and again"))
    }

    /// Removes the files in it, if it is there.
    pub fn empty(&self) -> io::Result<()> {
        if self.lock.is_none() {
            return Ok(());
        }
        for entry in self.path.read_dir()? {
            match fs::remove_file(entry?.path()) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// `NotFound` where the folder above is removed meanwhile.
    fn try_make(&self) -> io::Result<FolderLock> {
        make_own_folder(&self.above)?;
        // None where the file system knows no locks: the next one says so.
        let _above = lock_above(&self.above)?;
        fs::DirBuilder::new().mode(0o700).create(&self.path).map_err(|error| named("mkdir", &error))?;
        FolderLock::take(&self.path).map_err(|error| {
            let _ = fs::remove_dir(&self.path);
            named("flock", &error)
        })
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        if self.lock.is_some() {
            let _ = fs::remove_dir_all(&self.path);
            // Only under its lock: who holds that relies on its name. It fails as long as somebody else's folder is in it.
            if let Ok(_above) = lock_above(&self.above) {
                let _ = fs::remove_dir(&self.above);
            }
        }
    }
}

/// Removes the folders whose owners are gone.
pub fn sweep() {
    sweep_below(&std::env::temp_dir());
}

fn sweep_below(temporary: &Path) {
    let above = temporary.join(format!("tincans-{}", nix::unistd::geteuid()));
    if !is_own_folder(&above) {
        return;
    }
    let (Ok(_above), Ok(entries)) = (lock_above(&above), above.read_dir()) else { return };
    for entry in entries.flatten() {
        // Kept until it is removed.
        if let Ok(_lock) = FolderLock::take(&entry.path()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let _ = fs::remove_dir(&above);
}

/// Waits for the lock of the folder that all are in; `NotFound` where it is removed meanwhile.
fn lock_above(above: &Path) -> io::Result<Option<FolderLock>> {
    let lock = FolderLock::wait(above, PATIENCE).map_err(|error| named("flock", &error))?;
    // What was locked may be a folder without a name by now.
    let is_named = lock.as_ref().is_none_or(|lock| lock.is_on(above));
    if is_named { Ok(lock) } else { Err(ErrorKind::NotFound.into()) }
}

/// The same error with the call that gave it, which a machine may deny while it allows the other.
fn named(call: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{call}: {}", reason(error)))
}

/// Makes the folder above, or finds it; an error where it is somebody else's.
fn make_own_folder(path: &Path) -> io::Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        // One look: between two of them it may be removed and made again. Removed by now, it is tried again.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            if is_own(&path.symlink_metadata()?) {
                return Ok(());
            }
            Err(io::Error::new(ErrorKind::PermissionDenied, "it is there, and not this user's alone"))
        }
        made => made.map_err(|error| named("mkdir", &error)),
    }
}

fn is_own_folder(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|data| is_own(&data))
}

fn is_own(data: &fs::Metadata) -> bool {
    data.is_dir() && data.uid() == nix::unistd::geteuid().as_raw() && data.mode() & FOR_OTHERS == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> usize {
        folder.read_dir().map_or(0, Iterator::count)
    }

    #[test]
    fn it_is_there_as_long_as_its_owner_and_leaves_nothing() {
        let temporary = tempfile::tempdir().unwrap();
        let (mut one, mut other) =
            (PrivateFolder::choose_below(temporary.path()), PrivateFolder::choose_below(temporary.path()));
        assert_ne!(one.name(), other.name());
        assert_eq!(names(temporary.path()), 0, "nothing is made before it is wanted");
        one.make().unwrap();
        other.make().unwrap();
        one.make().unwrap();
        fs::write(one.path().join("gone"), "").unwrap();
        one.empty().unwrap();
        assert_eq!(names(one.path()), 0);
        fs::write(one.path().join("socket"), "").unwrap();
        sweep_below(temporary.path());
        assert!(one.path().join("socket").exists() && other.path().exists(), "their owner lives");
        drop(one);
        assert!(other.path().exists());
        drop(other);
        assert_eq!(names(temporary.path()), 0);
    }

    #[test]
    fn what_an_owner_left_who_is_gone_is_removed_and_nothing_else() {
        let temporary = tempfile::tempdir().unwrap();
        let mut folder = PrivateFolder::choose_below(temporary.path());
        folder.make().unwrap();
        let above = folder.above.clone();
        let left = above.join("left");
        fs::create_dir(&left).unwrap();
        fs::write(left.join("socket"), "").unwrap();
        fs::create_dir(above.join("just-made")).unwrap();
        fs::write(temporary.path().join("tincans-notes"), "mine").unwrap();
        sweep_below(temporary.path());
        assert!(!left.exists() && folder.path().exists() && !above.join("just-made").exists());
        assert!(temporary.path().join("tincans-notes").exists());
    }

    #[test]
    fn what_is_just_being_made_is_waited_for() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = PrivateFolder::choose_below(temporary.path());
        make_own_folder(&folder.above).unwrap();
        // As its owner does it.
        let above = lock_above(&folder.above).unwrap();
        fs::create_dir(folder.path()).unwrap();
        std::thread::scope(|scope| {
            let sweeper = scope.spawn(|| sweep_below(temporary.path()));
            let lock = FolderLock::take(folder.path()).unwrap();
            drop(above);
            sweeper.join().unwrap();
            assert!(folder.path().exists(), "it had a lock before the folder above had none");
            drop(lock);
        });
        sweep_below(temporary.path());
        assert_eq!(names(temporary.path()), 0);
    }

    #[test]
    fn many_at_once_come_and_go() {
        let temporary = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let mut folder = PrivateFolder::choose_below(temporary.path());
                        folder.make().unwrap();
                        sweep_below(temporary.path());
                        assert!(folder.path().exists(), "swept away under its owner");
                    }
                });
            }
        });
        assert_eq!(names(temporary.path()), 0);
    }

    #[test]
    fn a_folder_of_somebody_else_is_not_used() {
        let temporary = tempfile::tempdir().unwrap();
        let mut folder = PrivateFolder::choose_below(temporary.path());
        std::os::unix::fs::symlink("/", &folder.above).unwrap();
        assert!(folder.make().unwrap_err().to_string().contains("not this user's alone"));
        sweep_below(temporary.path());
        fs::remove_file(&folder.above).unwrap();
        fs::DirBuilder::new().mode(0o777).create(&folder.above).unwrap();
        fs::set_permissions(&folder.above, std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
        assert!(folder.make().is_err());
    }
}
