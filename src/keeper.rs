//! The keeper: a process in a session of its own that sleeps until the guardian is dead. If it did not end in order, which would have
//! ended the keeper, the terminal is brought back before the shell hears of the death: by the UI, or, if that is dead too, by the keeper.

use std::io::{self, PipeReader, PipeWriter, Read, Write, pipe};
use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::abi::Signal;
use crate::sys::fork::{Forked, exit_child, fork};
use crate::sys::terminal::{self, Modes, Place};
use crate::sys::{calls, descriptors, hold, poll};

/// How long the UI may take to end once the guardian is dead.
const GRACE: Duration = Duration::from_secs(5);

/// Where the UI and the guardian tell.
static LINE: OnceLock<PipeWriter> = OnceLock::new();

/// Whose the screen is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Screen {
    /// The shell's, as it was.
    Shells,
    /// The UI's, in modes of its own.
    Uis,
}

/// Tells the keeper, if there is one, whose the screen is; it listens when the guardian is dead, and the last word counts.
pub fn tell(screen: Screen) {
    if let Some(mut line) = LINE.get() {
        let _ = line.write(&[screen as u8]);
    }
}

/// The line to the keeper, from before the UI is forked.
#[derive(Debug)]
pub struct Line {
    reader: PipeReader,
}

impl Line {
    /// A new one; from now on [`tell`] writes to it.
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = pipe()?;
        // Nobody waits for the keeper.
        poll::do_not_block(&writer).map_err(io::Error::other)?;
        let _ = LINE.set(writer);
        Ok(Self { reader })
    }

    /// Forks the keeper of a terminal that had these modes before; to be called by the guardian. None where no process can be made:
    /// then all works but this.
    pub fn fork_keeper(self, terminal: &OwnedFd, before: &Modes) -> Option<Keeper> {
        let guardian = i32::try_from(std::process::id()).ok()?;
        hold::allow_anybody();
        match fork().ok()? {
            Forked::Parent(pid) => {
                hold::allow_only(pid);
                Some(Keeper { pid })
            }
            Forked::Child => {
                let kept = [poll::number(terminal), poll::number(&self.reader)];
                descriptors::close_all_but(3, &kept);
                if descriptors::null_standard_streams().and(hold::leave_session()).is_ok() {
                    hold::until_dead(guardian);
                    self.bring_back(terminal, before);
                }
                exit_child(0)
            }
        }
    }

    fn bring_back(self, terminal: &OwnedFd, before: &Modes) {
        // Where the shell has heard of it too, it may take the modes that it finds for the terminal's own.
        terminal::exchange(terminal.as_fd(), before);
        if self.last_word() == Screen::Uis {
            terminal::undo_modes(terminal.as_fd(), Place::Drawn);
            terminal::exchange(terminal.as_fd(), before);
        }
    }

    /// Waits until nobody is left who could tell.
    fn last_word(mut self) -> Screen {
        let until = Instant::now() + GRACE;
        let mut screen = Screen::Shells;
        let mut told = [0; 4096];
        let is_ready = |line: &PipeReader| {
            let left = until.saturating_duration_since(Instant::now());
            poll::wait(&[line.as_fd()], Some(left)).is_ok_and(|ready| ready == [true])
        };
        while is_ready(&self.reader) {
            match self.reader.read(&mut told) {
                Ok(count @ 1..) => {
                    let is_uis = told[count - 1] == Screen::Uis as u8;
                    screen = if is_uis { Screen::Uis } else { Screen::Shells };
                }
                Ok(0) | Err(_) => break,
            }
        }
        screen
    }
}

/// The keeper, a child of the guardian's.
#[derive(Debug)]
pub struct Keeper {
    pid: i32,
}

impl Keeper {
    /// Nothing is left to be brought back. It is not reaped yet, so the number is still its own.
    pub fn dismiss(self) {
        let _ = calls::kill(self.pid, Signal::KILL.0);
    }
}
