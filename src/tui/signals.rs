//! Signals as something that poll(2) can wait for: a byte in a pipe for each, and a note of the one that ends the program.

use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::{SigId, flag, low_level};

use crate::sys::signal;

/// The signals the UI waits for; dropping it stops waiting.
#[derive(Debug)]
pub struct Signals {
    pipe: UnixStream,
    deadly: Arc<AtomicUsize>,
    continued: Arc<AtomicBool>,
    stop_asked: Arc<AtomicBool>,
    registered: Vec<SigId>,
}

impl Signals {
    /// Begins to wait. Signals that come meanwhile are held back: one that found its note but no pipe yet would wake nobody.
    pub fn install() -> io::Result<Self> {
        signal::with_all_blocked(|| Self::register(|| {}))
    }

    /// `between` is called after the notes, before the pipe.
    fn register(between: impl Fn()) -> io::Result<Self> {
        let (pipe, sender) = UnixStream::pair()?;
        pipe.set_nonblocking(true)?;
        let deadly = Arc::new(AtomicUsize::new(0));
        let (continued, stop_asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let mut registered = Vec::new();
        // The notes come first: a reader that finds the byte must find them too.
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT] {
            let number = usize::try_from(signal).unwrap_or(0);
            registered.push(flag::register_usize(signal, Arc::clone(&deadly), number)?);
        }
        registered.push(flag::register(SIGCONT, Arc::clone(&continued))?);
        registered.push(flag::register(SIGTSTP, Arc::clone(&stop_asked))?);
        between();
        for signal in [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGWINCH, SIGCONT, SIGTSTP] {
            registered.push(low_level::pipe::register(signal, sender.try_clone()?)?);
        }
        Ok(Self { pipe, deadly, continued, stop_asked, registered })
    }

    /// Takes the bytes out, so that the next signal is noticed.
    pub fn drain(&mut self) {
        let mut bytes = [0; 64];
        while matches!(self.pipe.read(&mut bytes), Ok(1..)) {}
    }

    /// The signal that ends the program, if one came.
    pub fn deadly(&self) -> Option<u8> {
        let number = self.deadly.load(Ordering::SeqCst);
        u8::try_from(number).ok().filter(|number| *number > 0)
    }

    /// The note of it, 0 until one came.
    pub fn deadly_note(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.deadly)
    }

    /// Whether the program was stopped and goes on, since last asked.
    pub fn was_continued(&self) -> bool {
        self.continued.swap(false, Ordering::SeqCst)
    }

    /// Whether somebody asked it to stop, since last asked.
    pub fn was_asked_to_stop(&self) -> bool {
        self.stop_asked.swap(false, Ordering::SeqCst)
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.pipe.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        for id in self.registered.drain(..) {
            low_level::unregister(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_comes_while_they_are_installed_is_noticed() {
        let raise = || drop(low_level::raise(SIGQUIT));
        let signals = signal::with_all_blocked(|| Signals::register(raise)).unwrap();
        assert_eq!(signals.deadly(), Some(3));
        assert!(matches!((&signals.pipe).read(&mut [0]), Ok(1)), "nothing wakes the loop");
    }
}
