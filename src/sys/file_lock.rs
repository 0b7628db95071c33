//! flock(2): a lock on a folder that the kernel releases with its last holder, however that one ends.

use std::fs::{self, File, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::{Duration, Instant};

/// How often a lock that somebody holds is tried again.
const AGAIN: Duration = Duration::from_millis(2);

/// A folder's lock; closing the file, which drop does, releases it.
#[derive(Debug)]
pub struct FolderLock {
    /// What holds it.
    file: File,
}

impl FolderLock {
    /// At once, or not at all: an error where somebody has it, or where the file system knows no locks.
    pub fn take(folder: &Path) -> io::Result<Self> {
        let flags = libc::O_DIRECTORY | libc::O_NOFOLLOW;
        let file = fs::OpenOptions::new().read(true).custom_flags(flags).open(folder)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file }),
            Err(TryLockError::WouldBlock) => Err(io::ErrorKind::WouldBlock.into()),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Whether the folder of this name is the one that is locked: it may have been removed, and made again, since.
    pub fn is_on(&self, folder: &Path) -> bool {
        let identity = |data: fs::Metadata| (data.dev(), data.ino());
        match (self.file.metadata(), folder.symlink_metadata()) {
            (Ok(locked), Ok(named)) => identity(locked) == identity(named),
            _ => false,
        }
    }

    /// Waits for it; none where the file system knows no locks, an error when the time is over or the folder is gone.
    pub fn wait(folder: &Path, limit: Duration) -> io::Result<Option<Self>> {
        let start = Instant::now();
        loop {
            match Self::take(folder) {
                Ok(lock) => return Ok(Some(lock)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
                Err(error) if error.kind() != io::ErrorKind::WouldBlock => return Ok(None),
                Err(error) if start.elapsed() > limit => return Err(error),
                Err(_) => std::thread::sleep(AGAIN),
            }
        }
    }
}
