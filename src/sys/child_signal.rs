//! SIGCHLD as something to poll for, signalfd(2), and the signals that a watcher leaves to the program that it watches.

use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal as Number, sigaction};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::unistd::{Pid, getppid};

use super::{During, SysError};

/// SIGCHLD, blocked, and readable while one is pending.
#[derive(Debug)]
pub struct ChildSignal(SignalFd);

impl ChildSignal {
    /// Blocks the signal and opens the descriptor.
    pub fn open() -> Result<Self, SysError> {
        let set = SigSet::from(Number::SIGCHLD);
        set.thread_block().during("block SIGCHLD")?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        Ok(Self(SignalFd::with_flags(&set, flags).during("wait for children")?))
    }

    /// To be polled.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }

    /// Takes what is pending.
    pub fn drain(&self) {
        while let Ok(Some(_)) = self.0.read_signal() {}
    }
}

/// The keys Ctrl-C, Ctrl-\ and Ctrl-Z go to the whole group: they are meant for the program, and the caller outlives them.
pub fn leave_keys_to_the_program() -> Result<(), SysError> {
    let ignored = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    for signal in [Number::SIGINT, Number::SIGQUIT, Number::SIGTSTP, Number::SIGTTOU, Number::SIGTTIN] {
        // SAFETY: SIG_IGN is no handler, so no code of ours can come to run in a signal's context.
        unsafe { sigaction(signal, &ignored) }.during("leave the terminal's keys to the program")?;
    }
    let default = SigAction::new(SigHandler::SigDfl, SaFlags::empty(), SigSet::empty());
    // SAFETY: SIG_DFL is no handler either. With SIG_IGN the kernel would reap children by itself.
    unsafe { sigaction(Number::SIGCHLD, &default) }.during("give SIGCHLD its default")?;
    Ok(())
}

/// Ties the caller's life to its parent's. False if the parent has gone already.
pub fn die_with_parent(parent: i32) -> Result<bool, SysError> {
    set_pdeathsig(Number::SIGKILL).during("tie itself to its parent")?;
    Ok(getppid() == Pid::from_raw(parent))
}
