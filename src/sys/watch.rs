//! inotify(7): which files of some folders have been written anew. The kernel tells; nobody looks again and again.

use std::path::{Path, PathBuf};

use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, WatchDescriptor};

use super::{During, SysError};

/// Folders that are watched.
#[derive(Debug)]
pub struct FolderWatch {
    inotify: Inotify,
    folders: Vec<(WatchDescriptor, PathBuf)>,
}

impl FolderWatch {
    /// Of these folders; what happens from now on will be told.
    pub fn of(folders: &[PathBuf]) -> Result<Self, SysError> {
        let inotify = Inotify::init(InitFlags::IN_CLOEXEC).during("watch for changes")?;
        let mut watch = Self { inotify, folders: Vec::new() };
        // An editor writes into the file, or puts another one in its place.
        let changes = AddWatchFlags::IN_CLOSE_WRITE | AddWatchFlags::IN_MOVED_TO;
        for folder in folders {
            let path = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            let descriptor = watch.inotify.add_watch(path, changes).during("watch a folder")?;
            watch.folders.push((descriptor, folder.clone()));
        }
        Ok(watch)
    }

    /// Sleeps until something was written; gives what, or nothing where the kernel says only that much has changed. An error
    /// once a folder is gone.
    pub fn wait(&self) -> Result<Vec<PathBuf>, SysError> {
        let events = loop {
            match self.inotify.read_events() {
                Err(nix::Error::EINTR) => {}
                other => break other.during("wait for changes")?,
            }
        };
        if events.iter().any(|event| event.mask.contains(AddWatchFlags::IN_IGNORED)) {
            return Err(nix::Error::ENOENT).during("watch a folder that is gone");
        }
        let named = events.iter().filter_map(|event| {
            let folder = self.folders.iter().find(|folder| folder.0 == event.wd)?;
            Some(folder.1.join(event.name.as_ref()?))
        });
        Ok(named.collect())
    }
}
