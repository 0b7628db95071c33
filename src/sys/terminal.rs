//! The terminal's modes saved and brought back, and the bytes that undo everything the UI may have switched on. It works from
//! a background process too, and never waits for a terminal that takes no bytes: each step is tried, whatever came of the last.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, Signal};
use nix::sys::stat::Mode;
use nix::sys::termios::{FlushArg, SetArg, Termios, cfmakeraw, tcflush, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, isatty, tcgetpgrp, ttyname, write};

/// Undoes, in this order: held output (2026), mouse (1000, 1002, 1003, 1015, 1006), focus reports (1004), bracketed paste
/// (2004), the keyboard flags (popped while still on the alternate screen, which has a stack of its own), colours.
const UNDO_MODES: &[u8] =
    b"\x1b[?2026l\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[<u\x1b[0m";
/// Leaves the alternate screen (1049), and shows the cursor.
const LEAVE_SCREEN: &[u8] = b"\x1b[?1049l\x1b[?25h";
/// Notes the place of the cursor, to which leaving the alternate screen leads back where one is not on it.
const NOTE_PLACE: &[u8] = b"\x1b7";
/// A terminal that was resized meanwhile (tmux) would push rows of the alternate screen into the shell's.
pub const CLEAR: &[u8] = b"\x1b[2J\x1b[H";

/// Where the cursor is, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the alternate screen, which the UI has drawn on.
    Drawn,
    /// Most likely on the shell's own, where a report of a panic may stand.
    Unknown,
}

/// How long a terminal that takes no bytes (Ctrl-S, a full pty) is waited for, in milliseconds.
const PATIENCE_MS: u16 = 100;

/// The modes (termios) a terminal had at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Modes(Termios);

/// A private, non-blocking description of the terminal that is standard input, output or error, where one of them is. The
/// standard descriptors share theirs with the user's shell: O_NONBLOCK there would outlive the program.
pub fn open_private() -> Option<OwnedFd> {
    open_or_say().ok()
}

/// The same, or why not: after `su` or `sudo -u` the terminal is still its first owner's.
pub fn open_or_say() -> Result<OwnedFd, String> {
    let (input, output, error) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    let standard = [input.as_fd(), output.as_fd(), error.as_fd()];
    let terminal = standard.into_iter().find(|fd| isatty(fd).unwrap_or(false));
    let Some(terminal) = terminal else { return Err("none of the standard streams is one".to_owned()) };
    let flags = OFlag::O_RDWR | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    // Where /dev/pts belongs to another mount namespace the name leads nowhere, but the controlling terminal still does.
    let path = ttyname(terminal).map_err(|error| format!("it has no name here: {}", error.desc()));
    let named = path.and_then(|path| {
        open(&path, flags, Mode::empty()).map_err(|error| format!("{}: {}", path.display(), error.desc()))
    });
    named.or_else(|reason| open("/dev/tty", flags, Mode::empty()).or(Err(reason)))
}

/// The modes it has now, tcgetattr(3); none where it is not a terminal, or gone.
pub fn save(terminal: BorrowedFd<'_>) -> Option<Modes> {
    tcgetattr(terminal).ok().map(Modes)
}

/// Brings saved modes back, tcsetattr(3), also where another process group has the terminal.
pub fn restore(terminal: BorrowedFd<'_>, modes: &Modes) {
    let held = hold_back_sigttou();
    // TCSANOW: the other two wait for output that a hung terminal never takes.
    let _ = tcsetattr(terminal, SetArg::TCSANOW, &modes.0);
    release(held.as_ref());
}

/// Brings these modes back where the terminal is in raw mode as the UI makes it of them, cfmakeraw(3), and in no other.
pub fn exchange(terminal: BorrowedFd<'_>, before: &Modes) {
    let mut raw = before.0.clone();
    cfmakeraw(&mut raw);
    if save(terminal) == Some(Modes(raw)) {
        restore(terminal, before);
    }
}

/// Undoes all that the UI may have switched on, and throws away what the terminal still reports to a program that is gone. The
/// descriptor must be non-blocking, as [`open_private`] gives it.
pub fn undo_modes(terminal: BorrowedFd<'_>, place: Place) {
    let held = hold_back_sigttou();
    let parts = match place {
        Place::Drawn => [UNDO_MODES, CLEAR, LEAVE_SCREEN],
        Place::Unknown => [NOTE_PLACE, UNDO_MODES, LEAVE_SCREEN],
    };
    let _ = write_out(terminal, &parts.concat(), || takes_bytes_soon(terminal));
    let _ = tcflush(terminal, FlushArg::TCIFLUSH);
    release(held.as_ref());
}

/// Whether another process group has the terminal, so that its modes are that group's affair.
pub fn is_somebody_elses(terminal: BorrowedFd<'_>) -> bool {
    tcgetpgrp(terminal).is_ok_and(|foreground| foreground != getpgrp())
}

/// Writes all of it, and waits for a terminal that takes no bytes (Ctrl-S, a window that nobody reads) for as long as `waits` says
/// that it may; asked again every now and then, and after a signal. The descriptor must be non-blocking.
pub fn write_out(terminal: BorrowedFd<'_>, bytes: &[u8], waits: impl Fn() -> bool) -> std::io::Result<()> {
    let mut rest = bytes;
    while !rest.is_empty() {
        match write(terminal, rest) {
            Ok(count) => rest = rest.get(count..).unwrap_or_default(),
            Err(Errno::EINTR) => {}
            Err(Errno::EAGAIN) if waits() => {
                takes_bytes_soon(terminal);
            }
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

fn takes_bytes_soon(terminal: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::new(terminal, PollFlags::POLLOUT)];
    matches!(poll(&mut fds, PollTimeout::from(PATIENCE_MS)), Ok(1..))
        && fds[0].revents().is_some_and(|events| events.contains(PollFlags::POLLOUT))
}

/// A background process that sets modes is sent SIGTTOU and stopped, unless it ignores or blocks it (tcsetattr(3)).
fn hold_back_sigttou() -> Option<SigSet> {
    let before = SigSet::thread_get_mask().ok();
    let _ = SigSet::from(Signal::SIGTTOU).thread_block();
    before
}

fn release(before: Option<&SigSet>) {
    if let Some(mask) = before {
        let _ = mask.thread_set_mask();
    }
}

#[cfg(test)]
mod tests {
    use nix::pty::openpty;
    use nix::sys::termios::LocalFlags;

    use super::*;

    #[test]
    fn raw_modes_are_exchanged_and_no_others() {
        let pair = openpty(None, None).unwrap();
        let terminal = pair.slave.as_fd();
        let before = save(terminal).unwrap();
        let mut raw = before.0.clone();
        cfmakeraw(&mut raw);
        restore(terminal, &Modes(raw));
        exchange(terminal, &before);
        assert_eq!(save(terminal), Some(before.clone()));
        let mut other = before.0.clone();
        other.local_flags.remove(LocalFlags::ISIG);
        restore(terminal, &Modes(other));
        let other = save(terminal);
        exchange(terminal, &before);
        assert_eq!(save(terminal), other);
    }

    #[test]
    fn saved_modes_come_back() {
        let pair = openpty(None, None).unwrap();
        let saved = save(pair.slave.as_fd()).unwrap();
        let mut raw = saved.0.clone();
        raw.local_flags.remove(LocalFlags::ECHO | LocalFlags::ICANON);
        restore(pair.slave.as_fd(), &Modes(raw));
        assert_ne!(save(pair.slave.as_fd()), Some(saved.clone()));
        restore(pair.slave.as_fd(), &saved);
        assert_eq!(save(pair.slave.as_fd()), Some(saved));
    }

    #[test]
    fn only_what_the_program_has_drawn_is_cleared() {
        let written = |place| {
            let pair = openpty(None, None).unwrap();
            undo_modes(pair.slave.as_fd(), place);
            let mut bytes = [0; 1024];
            let count = nix::unistd::read(&pair.master, &mut bytes).unwrap();
            String::from_utf8_lossy(&bytes[..count]).into_owned()
        };
        let drawn = written(Place::Drawn);
        assert!(drawn.find("\x1b[2J").unwrap() < drawn.find("\x1b[?1049l").unwrap(), "{drawn:?}");
        let unknown = written(Place::Unknown);
        assert!(unknown.contains("\x1b[?1049l") && !unknown.contains("\x1b[2J"), "{unknown:?}");
    }

    #[test]
    fn a_terminal_that_takes_no_bytes_is_not_waited_for() {
        let pair = openpty(None, None).unwrap();
        nix::fcntl::fcntl(&pair.slave, nix::fcntl::FcntlArg::F_SETFL(OFlag::O_NONBLOCK)).unwrap();
        while write(&pair.slave, &[b'x'; 4096]).is_ok() {}
        let start = std::time::Instant::now();
        undo_modes(pair.slave.as_fd(), Place::Drawn);
        assert!(start.elapsed().as_millis() < 1000);
    }

    #[test]
    fn what_is_no_terminal_has_no_modes() {
        assert_eq!(save(std::fs::File::open("/dev/null").unwrap().as_fd()), None);
    }
}
