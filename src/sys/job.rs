//! Job control, as in credentials(7) and setpgid(2): whether some shell could bring a stopped program back, whether the terminal
//! is the caller's, and stopping as the terminal's own Ctrl-Z does: the whole group.

use std::os::fd::BorrowedFd;

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal as Number, kill, sigaction};
use nix::unistd::{Pid, getpgrp};

use super::procfs::{self, Kin};
use super::terminal;

/// Why one stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Somebody asked for it: SIGTSTP.
    Asked,
    /// The terminal is another's, and is needed: SIGTTOU.
    NoTerminal,
}

/// Whether the terminal is another group's: the caller runs in the background.
pub fn is_in_background(terminal: BorrowedFd<'_>) -> bool {
    terminal::is_somebody_elses(terminal)
}

/// Whether a parent outside the caller's group, but of its session, is there to say `fg`: a shell. Else the group is orphaned,
/// and the kernel drops what would stop it (setpgid(2)).
pub fn can_be_continued() -> bool {
    let group = getpgrp().as_raw();
    let is_shell_of = |member: &Kin| {
        procfs::kin(member.parent).is_some_and(|parent| parent.group != group && parent.session == member.session)
    };
    procfs::all_kin().iter().any(|member| member.group == group && is_shell_of(member))
}

/// Stops the caller's whole group, the program that runs it included, and returns when it goes on; at once where
/// [`can_be_continued`] is false.
pub fn stop(reason: Reason) {
    let number = match reason {
        Reason::Asked => Number::SIGTSTP,
        Reason::NoTerminal => Number::SIGTTOU,
    };
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: SIG_DFL is no handler.
    let Ok(before) = (unsafe { sigaction(number, &default) }) else { return };
    // Delivered to the caller before kill(2) returns, because it is not blocked.
    let _ = kill(Pid::from_raw(0), number);
    // SAFETY: it was in force until a moment ago.
    let _ = unsafe { sigaction(number, &before) };
}

/// Waits, stopped, until the terminal is the caller's: to be called before its modes are looked at, which are the shell's
/// until then.
pub fn wait_for(terminal: BorrowedFd<'_>) {
    while is_in_background(terminal) && can_be_continued() {
        stop(Reason::NoTerminal);
    }
}
