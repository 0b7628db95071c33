//! Which file a descriptor of another process refers to: pipes and sockets by inode, FIFOs by device and inode. From /proc, so no
//! descriptor is taken: proc_pid_fd(5).

use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

/// What a descriptor refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileIdentity {
    /// The file.
    pub object: FileKey,
    /// It may be read.
    pub is_readable: bool,
    /// It may be written.
    pub is_writable: bool,
    /// As the kernel spells it: a path, `pipe:[45]`, `anon_inode:[eventfd]`.
    pub name: String,
}

/// A file's identity. While it is open, no other file has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKey {
    /// A pipe of pipe(2): both ends have one inode.
    Pipe(u64),
    /// A FIFO, a pipe with a name in the file system.
    Fifo {
        /// The device it is on.
        device: u64,
        /// Its inode there.
        inode: u64,
    },
    /// A socket: each has its own inode.
    Socket(u64),
    /// Something else.
    Other,
}

/// What `fd` of a process refers to; none if it is not open.
pub fn identify(pid: i32, fd: i32) -> Option<FileIdentity> {
    let link = format!("/proc/{pid}/fd/{fd}");
    let name = std::fs::read_link(&link).ok()?.to_string_lossy().into_owned();
    let object = object_of(&link, &name);
    // The link's own mode says how the file was opened; of a socket it says nothing that is needed.
    let mode = if matches!(object, FileKey::Socket(_)) { 0o700 } else { std::fs::symlink_metadata(&link).ok()?.mode() };
    Some(FileIdentity { object, is_readable: mode & 0o400 != 0, is_writable: mode & 0o200 != 0, name })
}

fn object_of(link: &str, name: &str) -> FileKey {
    let inode = |prefix: &str| name.strip_prefix(prefix)?.strip_suffix(']')?.parse().ok();
    if let Some(inode) = inode("pipe:[") {
        return FileKey::Pipe(inode);
    }
    if let Some(inode) = inode("socket:[") {
        return FileKey::Socket(inode);
    }
    let is_path = name.starts_with('/') && !name.starts_with("/dev/pts/") && !name.starts_with("/dev/tty");
    match std::fs::metadata(link) {
        Ok(metadata) if is_path && metadata.file_type().is_fifo() => {
            FileKey::Fifo { device: metadata.dev(), inode: metadata.ino() }
        }
        _ => FileKey::Other,
    }
}

/// Whether there is a FIFO at this path.
pub fn is_fifo(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

/// The name that descriptors of the file at this path have; none where it has no name.
pub fn name_of(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

/// Whether there is a file at this path.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// The open numbers of a process, ascending; none where they may not be read.
pub fn open_numbers(pid: i32) -> Option<Vec<i32>> {
    let entries = std::fs::read_dir(format!("/proc/{pid}/fd")).ok()?;
    let mut numbers: Vec<i32> =
        entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    numbers.sort_unstable();
    Some(numbers)
}

/// FD_CLOEXEC and O_NONBLOCK of a descriptor.
pub fn flags(pid: i32, fd: i32) -> Option<(bool, bool)> {
    let info = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}")).ok()?;
    let octal = info.lines().find_map(|line| line.strip_prefix("flags:"))?.trim();
    let flags = i32::from_str_radix(octal, 8).ok()?;
    Some((flags & libc::O_CLOEXEC != 0, flags & libc::O_NONBLOCK != 0))
}

/// The process that a task belongs to, and the one that made it.
pub fn process_and_parent(tid: i32) -> Option<(i32, i32)> {
    let status = std::fs::read_to_string(format!("/proc/{tid}/status")).ok()?;
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name))?.trim().parse().ok();
    Some((field("Tgid:")?, field("PPid:")?))
}

/// The process that a pidfd of a process stands for.
pub fn process_of_pidfd(pid: i32, fd: i32) -> Option<i32> {
    let info = std::fs::read_to_string(format!("/proc/{pid}/fdinfo/{fd}")).ok()?;
    info.lines().find_map(|line| line.strip_prefix("Pid:"))?.trim().parse().ok().filter(|pid| *pid > 0)
}

/// The file that a process executes, without its folder.
pub fn program_name(pid: i32) -> Option<String> {
    let path = std::fs::read_link(format!("/proc/{pid}/exe")).ok()?;
    Some(path.file_name()?.to_string_lossy().into_owned())
}

/// The processes that may be seen and hold this file (`pipe:[45]`, `socket:[6]`), with their program's name.
pub fn holders_of(name: &str) -> Vec<(i32, String)> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let holds = |pid: &i32| {
        let links = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        links.into_iter().any(|link| std::fs::read_link(link.path()).is_ok_and(|target| target.as_os_str() == name))
    };
    let named = |pid: i32| {
        let comm = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        (pid, comm.trim_end().to_owned())
    };
    pids.filter(holds).map(named).collect()
}
