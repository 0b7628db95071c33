//! The terminal's modes brought back in the handler of SIGTERM, which comes when the guardian is killed: the shell goes on at the same
//! moment, and one that edits lines takes the modes that it finds for the terminal's own.

use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicPtr, Ordering};

use super::Modes;

/// What the handler needs.
struct Exchange {
    terminal: i32,
    own: libc::termios,
    before: libc::termios,
}

static EXCHANGE: AtomicPtr<Exchange> = AtomicPtr::new(std::ptr::null_mut());

/// SIGTERM exchanges these modes of the program's own for those before. The terminal stays open as long as the
/// program lives.
pub fn prepare(terminal: BorrowedFd<'_>, own: &Modes, before: &Modes) {
    let exchange =
        Exchange { terminal: terminal.as_raw_fd(), own: own.0.clone().into(), before: before.0.clone().into() };
    // What was there before may be in use by a handler; there are few: one each time the program goes on after a stop.
    EXCHANGE.store(Box::into_raw(Box::new(exchange)), Ordering::Release);
}

/// From now on SIGTERM brings them back, before whatever else is registered for it later.
pub fn at_sigterm() -> std::io::Result<signal_hook::SigId> {
    // SAFETY: the handler makes none but async-signal-safe calls, and allocates nothing.
    unsafe { signal_hook::low_level::register(libc::SIGTERM, bring_back) }
}

/// Brings the modes back if they are exactly the program's own. Only calls that a handler may make.
fn bring_back() {
    let exchange = EXCHANGE.load(Ordering::Acquire);
    // SAFETY: it is null, or was made of a box that is never freed and never changed.
    let Some(exchange) = (unsafe { exchange.as_ref() }) else { return };
    // SAFETY: all zeroes is a value of a struct of numbers.
    let mut now: libc::termios = unsafe { std::mem::zeroed() };
    // SAFETY: tcgetattr writes one termios, to a local.
    let is_read = unsafe { libc::tcgetattr(exchange.terminal, &raw mut now) } == 0;
    if !is_read || !is_same(&now, &exchange.own) {
        return;
    }
    // The shell may have the terminal by now, and SIGTTOU would stop the program.
    // SAFETY: all zeroes is a value of a set of signals.
    let [mut stop, mut held]: [libc::sigset_t; 2] = unsafe { std::mem::zeroed() };
    // SAFETY: it writes to a local.
    unsafe { libc::sigemptyset(&raw mut stop) };
    // SAFETY: as above.
    unsafe { libc::sigaddset(&raw mut stop, libc::SIGTTOU) };
    // SAFETY: it reads one local and writes the other.
    unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, &raw const stop, &raw mut held) };
    // SAFETY: tcsetattr reads one termios.
    unsafe { libc::tcsetattr(exchange.terminal, libc::TCSANOW, &raw const exchange.before) };
    // SAFETY: it reads one local.
    unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const held, std::ptr::null_mut()) };
}

fn is_same(one: &libc::termios, other: &libc::termios) -> bool {
    let flags = |modes: &libc::termios| [modes.c_iflag, modes.c_oflag, modes.c_cflag, modes.c_lflag];
    flags(one) == flags(other) && one.c_cc == other.c_cc
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use nix::pty::openpty;
    use nix::sys::termios::LocalFlags;

    use super::super::{restore, save};
    use super::*;

    #[test]
    fn modes_of_the_programs_own_are_exchanged_and_no_others() {
        let pair = openpty(None, None).unwrap();
        let terminal = pair.slave.as_fd();
        let before = save(terminal).unwrap();
        let mut raw = before.0.clone();
        raw.local_flags.remove(LocalFlags::ECHO | LocalFlags::ICANON);
        restore(terminal, &Modes(raw));
        let own = save(terminal).unwrap();
        prepare(terminal, &own, &before);
        bring_back();
        assert_eq!(save(terminal), Some(before.clone()));
        let mut other = before.0.clone();
        other.local_flags.remove(LocalFlags::ISIG);
        restore(terminal, &Modes(other));
        let other = save(terminal);
        bring_back();
        assert_eq!(save(terminal), other);
    }
}
