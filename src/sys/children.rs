//! The caller's children: which there are, and what wait(2) says of them, by numbers: a real-time signal has no name.

use std::collections::BTreeSet;

use super::{last_errno, procfs};
use crate::abi::Errno;

/// What wait(2) tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// Nothing new.
    Nothing,
    /// This child has this wait status.
    Child(i32, i32),
    /// There are no children.
    None,
    /// It may not be asked.
    Failed(Errno),
}

/// The news of any child, without waiting: its death, which is reaped, or also a stop.
pub fn news(with_stops: bool) -> Waited {
    let flags = libc::WNOHANG | if with_stops { libc::WUNTRACED } else { 0 };
    loop {
        let mut status = 0;
        // SAFETY: waitpid writes one int, to a local.
        let pid = unsafe { libc::waitpid(-1, &raw mut status, flags) };
        match (pid, last_errno()) {
            (0, _) => return Waited::Nothing,
            (1.., _) => return Waited::Child(pid, status),
            (_, Errno(libc::EINTR)) => {}
            (_, Errno(libc::ECHILD)) => return Waited::None,
            (_, errno) => return Waited::Failed(errno),
        }
    }
}

/// The signal that stopped a child, by its wait status.
pub fn stop_of(status: i32) -> Option<i32> {
    libc::WIFSTOPPED(status).then(|| libc::WSTOPSIG(status))
}

/// The children there are now.
pub fn all() -> BTreeSet<i32> {
    if let Ok(list) = std::fs::read_to_string("/proc/thread-self/children") {
        return list.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    }
    // A kernel without CONFIG_PROC_CHILDREN.
    let own = i32::try_from(std::process::id()).unwrap_or(0);
    procfs::all_pids().filter(|pid| procfs::kin(*pid).is_some_and(|kin| kin.parent == own)).collect()
}
