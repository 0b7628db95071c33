//! A terminal of its own for a program that is watched: pty(7). The master is read and written here; the slave is opened by the
//! program's process alone, whose controlling terminal it becomes.

use std::ffi::CString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::pty::{PtyMaster, grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::stat::Mode;
use nix::unistd::{dup2_stderr, dup2_stdin, dup2_stdout, isatty, setsid};

use super::tty_input::InputCheck;
use super::{During, SysError};

/// The master's side.
#[derive(Debug)]
pub struct Pty {
    master: PtyMaster,
    slave: CString,
}

impl Pty {
    /// A new one of so many columns and rows. Nothing in it blocks.
    pub fn open(size: (u16, u16)) -> Result<Self, SysError> {
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC | OFlag::O_NONBLOCK;
        let master = posix_openpt(flags).during("open a terminal for the program")?;
        grantpt(&master).during("open a terminal for the program")?;
        unlockpt(&master).during("open a terminal for the program")?;
        let name = ptsname_r(&master).during("name the program's terminal")?;
        let slave = CString::new(name).map_err(|_zero| SysError {
            operation: "name the program's terminal",
            errno: crate::abi::Errno(Errno::EINVAL as i32),
        })?;
        let pty = Self { master, slave };
        pty.resize(size);
        Ok(pty)
    }

    /// What the program's process opens.
    pub fn slave(&self) -> &CString {
        &self.slave
    }

    /// It has so many columns and rows now; the kernel tells the foreground group by SIGWINCH.
    pub fn resize(&self, (columns, rows): (u16, u16)) {
        let size = libc::winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: TIOCSWINSZ reads one winsize, and the pointer is to one that lives on this stack.
        unsafe { libc::ioctl(self.master.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) };
    }

    /// Reads what the program has written; nobody has it open any more where it is hung up.
    pub fn read(&self, buffer: &mut [u8]) -> InputCheck {
        match nix::unistd::read(&self.master, buffer) {
            Ok(0) => InputCheck::HungUp,
            Ok(count) => InputCheck::Bytes(count),
            Err(Errno::EAGAIN | Errno::EINTR) => InputCheck::Nothing,
            Err(_) => InputCheck::HungUp,
        }
    }

    /// Types these bytes; gives how many were taken.
    pub fn write(&self, bytes: &[u8]) -> usize {
        nix::unistd::write(&self.master, bytes).unwrap_or(0)
    }
}

impl AsFd for Pty {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }
}

/// In the program's process, before it is executed: a session of its own, this terminal as its controlling one, and in place of
/// each standard stream that is a terminal. What was redirected stays.
pub(super) fn become_session(slave: &CString) -> Result<(), Errno> {
    setsid()?;
    // It is the first terminal that the new session opens.
    let terminal: OwnedFd = open(slave.as_c_str(), OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())?;
    let is_terminal = |fd: BorrowedFd<'_>| isatty(fd).unwrap_or(false);
    if is_terminal(std::io::stdin().as_fd()) {
        dup2_stdin(&terminal)?;
    }
    if is_terminal(std::io::stdout().as_fd()) {
        dup2_stdout(&terminal)?;
    }
    if is_terminal(std::io::stderr().as_fd()) {
        dup2_stderr(&terminal)?;
    }
    Ok(())
}
