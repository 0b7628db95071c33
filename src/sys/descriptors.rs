//! Descriptor numbers and their limit: the program's own descriptors in an agent live above a base, so that the learner's table
//! reads 0 1 2 3 4 … as in a book, under a low `rlimit nofile` too.

use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};

use nix::sys::resource::{Resource, getrlimit, setrlimit};

use super::{During, SysError, last_errno};

/// Private numbers begin here at the highest: fork(2) copies a table up to its highest number, so far up is slow.
pub const HIGHEST_BASE: u64 = 4096;
/// Numbers kept for the program where the hard limit leaves no room above the soft one.
pub const RESERVED: u64 = 24;

/// The highest number that was private in this process, or in one that it was forked from.
static HIGHEST: AtomicI32 = AtomicI32::new(0);

/// Where the private numbers begin, and what a learner's process may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbers {
    /// The first private number.
    pub base: i32,
    /// The soft limit that agents start with.
    pub soft: u64,
    /// Whether the soft limit had to be lowered to keep the top for the program.
    pub squeezed: bool,
    /// How many descriptors the program itself may have.
    pub limit: u64,
}

/// Looks at the limits the program was started with, and raises its own soft limit to the hard one.
pub fn settle_numbers() -> Result<Numbers, SysError> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).during("read RLIMIT_NOFILE")?;
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).during("raise RLIMIT_NOFILE")?;
    let wanted = soft.min(HIGHEST_BASE);
    let squeezed = wanted + RESERVED > hard;
    let base = if squeezed { hard.saturating_sub(RESERVED) } else { wanted };
    let soft = if squeezed { base } else { soft };
    Ok(Numbers { base: i32::try_from(base).unwrap_or(i32::MAX), soft, squeezed, limit: hard })
}

/// The soft limit, raised to the hard one until this is dropped.
#[derive(Debug)]
pub struct RaisedLimit {
    soft: u64,
    hard: u64,
}

/// Raises the soft limit for a private operation; none where there is nothing to raise.
pub fn raise_limit() -> Option<RaisedLimit> {
    let (soft, hard) = getrlimit(Resource::RLIMIT_NOFILE).ok()?;
    if soft == hard {
        return None;
    }
    setrlimit(Resource::RLIMIT_NOFILE, hard, hard).ok()?;
    Some(RaisedLimit { soft, hard })
}

impl Drop for RaisedLimit {
    fn drop(&mut self) {
        let _ = setrlimit(Resource::RLIMIT_NOFILE, self.soft, self.hard);
    }
}

/// The soft limit in force.
pub fn soft_limit() -> u64 {
    getrlimit(Resource::RLIMIT_NOFILE).map_or(1024, |(soft, _)| soft)
}

/// Sets the soft limit.
pub fn set_soft_limit(soft: u64) -> Result<(), SysError> {
    let (_, hard) = getrlimit(Resource::RLIMIT_NOFILE).during("read RLIMIT_NOFILE")?;
    setrlimit(Resource::RLIMIT_NOFILE, soft, hard).during("set RLIMIT_NOFILE")
}

/// Moves a descriptor to the lowest free private number, where it stays open over execve.
#[expect(clippy::needless_pass_by_value, reason = "the old number is closed here")]
pub fn move_up(fd: OwnedFd, base: i32) -> Result<OwnedFd, SysError> {
    // SAFETY: fcntl with F_DUPFD only takes numbers.
    let moved = unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD, base) };
    if moved < 0 {
        return Err(SysError { operation: "move a descriptor out of the way", errno: last_errno() });
    }
    HIGHEST.fetch_max(moved, Ordering::Relaxed);
    // SAFETY: the kernel has just given out this number, and nothing else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(moved) })
}

/// Closes every private descriptor, but those in `keep`. Up to the highest there ever was: close_range(2) looks at every number
/// that the table has room for.
pub fn close_private_but(base: i32, keep: &[i32]) {
    close_between(base, HIGHEST.load(Ordering::Relaxed), keep);
}

/// Closes every descriptor from `from` up, but those in `keep`.
pub fn close_all_but(from: i32, keep: &[i32]) {
    close_between(from, i32::MAX, keep);
}

fn close_between(from: i32, last: i32, keep: &[i32]) {
    let mut kept: Vec<i32> = keep.iter().copied().filter(|fd| *fd >= from).collect();
    kept.sort_unstable();
    let mut next = from;
    for fd in kept {
        if fd > next {
            close_range(next, fd - 1);
        }
        next = fd + 1;
    }
    if next <= last {
        close_range(next, last);
    }
}

fn close_range(first: i32, last: i32) {
    let (first, last) = (u32::try_from(first).unwrap_or(0), u32::try_from(last).unwrap_or(0));
    // SAFETY: called in a process whose owners of these numbers are gone (just forked) or do not use them any more.
    let result = unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) };
    if result != 0 {
        close_one_by_one(first, last);
    }
}

/// For kernels before 5.9.
fn close_one_by_one(first: u32, last: u32) {
    let Ok(entries) = std::fs::read_dir("/proc/self/fd") else { return };
    let open: Vec<u32> = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for fd in open.into_iter().filter(|fd| (first..=last).contains(fd)) {
        // SAFETY: as for close_range above.
        unsafe { libc::close(i32::try_from(fd).unwrap_or(-1)) };
    }
}

/// Puts /dev/null on 0, 1 and 2.
pub fn null_standard_streams() -> Result<(), SysError> {
    let null = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null").during("open /dev/null")?;
    let null = OwnedFd::from(null).into_raw_fd();
    for fd in 0..3 {
        // SAFETY: dup2 only takes numbers; 0, 1 and 2 belong to nobody in a process that has just been forked.
        unsafe { libc::dup2(null, fd) };
    }
    if null > 2 {
        // SAFETY: the number came out of `into_raw_fd`, so nobody owns it.
        unsafe { libc::close(null) };
    }
    Ok(())
}

/// Which of 0, 1 and 2 an execve(2) now would leave closed, a bit each: those that are closed, or close-on-exec.
pub fn streams_not_kept() -> i32 {
    let is_kept = |fd: i32| {
        // SAFETY: fcntl only takes numbers here, and changes nothing.
        let flags = unsafe { libc::fcntl(fd, libc::F_GETFD) };
        flags >= 0 && flags & libc::FD_CLOEXEC == 0
    };
    (0..3).filter(|fd| !is_kept(*fd)).map(|fd| 1 << fd).sum()
}

/// Closes those of 0, 1 and 2 that Rust's start has opened: it puts /dev/null where nothing was.
pub fn close_streams(closed: i32) {
    for fd in (0..3).filter(|fd| closed & (1 << fd) != 0) {
        // SAFETY: nothing has used the number since the program has started.
        unsafe { libc::close(fd) };
    }
}

/// chdir(2).
pub fn change_directory(to: &std::path::Path) -> Result<(), SysError> {
    nix::unistd::chdir(to).during("enter the run's private folder")
}

/// Takes over a number that execve handed on.
pub fn adopt(fd: i32) -> OwnedFd {
    // Those of its threads, which execve ended, are still open, and nobody knows their numbers.
    HIGHEST.store(i32::MAX, Ordering::Relaxed);
    // SAFETY: the caller names a descriptor that its own earlier self left open over execve for this purpose.
    unsafe { OwnedFd::from_raw_fd(fd) }
}
