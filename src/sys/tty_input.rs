//! The terminal as a source of bytes: a private non-blocking description of it, and its size, ioctl_tty(2). Never the standard
//! descriptors, whose description the user's shell shares.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;

use super::terminal;

/// A terminal that is read.
#[derive(Debug)]
pub struct TtyInput(OwnedFd);

/// What a look at the terminal gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputCheck {
    /// So many bytes.
    Bytes(usize),
    /// Nothing is there now.
    Nothing,
    /// The terminal is gone.
    HungUp,
}

impl TtyInput {
    /// The terminal that is standard input, output or error; none if no one of them is.
    pub fn open() -> Option<Self> {
        Self::open_or_say().ok()
    }

    /// The same, or why not.
    pub fn open_or_say() -> Result<Self, String> {
        terminal::open_or_say().map(Self)
    }

    /// Reads what is there.
    pub fn read(&self, buffer: &mut [u8]) -> InputCheck {
        match nix::unistd::read(&self.0, buffer) {
            Ok(0) => InputCheck::HungUp,
            Ok(count) => InputCheck::Bytes(count),
            Err(Errno::EAGAIN | Errno::EINTR) => InputCheck::Nothing,
            Err(_) => InputCheck::HungUp,
        }
    }

    /// Columns and rows; none if the terminal does not know.
    pub fn size(&self) -> Option<(u16, u16)> {
        let mut size = libc::winsize { ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0 };
        // SAFETY: TIOCGWINSZ writes one winsize, and the pointer is to one that lives on this stack.
        let result = unsafe { libc::ioctl(self.0.as_raw_fd(), libc::TIOCGWINSZ, &raw mut size) };
        (result == 0 && size.ws_col > 0 && size.ws_row > 0).then(|| bounded(size.ws_col, size.ws_row))
    }
}

/// What is drawn of a terminal at most: anybody may say that one has 65535 by 65535 cells, which no memory holds.
fn bounded(columns: u16, rows: u16) -> (u16, u16) {
    const MOST: (u16, u16) = (1000, 500);
    (columns.min(MOST.0), rows.min(MOST.1))
}

impl AsFd for TtyInput {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_of_any_size_can_be_drawn() {
        assert_eq!(bounded(u16::MAX, u16::MAX), (1000, 500));
        assert_eq!(bounded(300, 100), (300, 100));
        assert_eq!(bounded(1, 1), (1, 1));
    }
}
