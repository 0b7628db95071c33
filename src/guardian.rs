//! The first process: it forks the one that does everything, waits, and when that one is gone, by whatever cause, brings the
//! terminal back, reaps every process left and passes the status on. It draws nothing and never reads the terminal.

use std::os::fd::{AsFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::abi::{Errno, Signal};
use crate::keeper::{self, Keeper, Line, Screen};
use crate::sys::fork::exit_child;
use crate::sys::guard::{self, ForkSide, Ui, UiNews, Wake};
use crate::sys::terminal::{self, Modes, Place};
use crate::sys::{SysError, job, output, private_folder};

/// With this the UI tells the guardian that it panicked; to the shell it is [`INTERNAL_ERROR`].
const PANICKED: u8 = 101;
/// The exit status for a fault of the program's own.
const INTERNAL_ERROR: u8 = 2;
/// What a closed terminal sends.
const HUP: Signal = Signal(1);

/// What the guarded process does with the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terminal {
    /// It changes modes, which are to be brought back.
    Changed,
    /// It writes lines, if anything: no escape sequence may follow them.
    Untouched,
    /// As [`Self::Changed`], by what watches a program: its orphans go where they would go without it.
    Watching,
}

/// Runs `ui` in a process of its own and returns its exit status, 128+N if signal N killed it. The caller has one thread and
/// has not touched the terminal yet.
pub fn run(terminal: Terminal, ui: impl FnOnce() -> u8) -> Result<u8, SysError> {
    // What is still buffered would be written by both.
    output::flush();
    let kept = SavedTerminal::open(terminal);
    let line = kept.as_ref().and_then(|_| Line::new().ok());
    match guard::split()? {
        ForkSide::Ui => {
            // The guardian's terminal is not the UI's: agents would inherit it.
            drop((kept, line));
            let code = catch_unwind(AssertUnwindSafe(ui)).unwrap_or(PANICKED);
            output::flush();
            exit_child(i32::from(code))
        }
        ForkSide::Guardian(mut ui) => {
            if terminal == Terminal::Watching {
                guard::adopt_nobody();
            }
            let kept = kept.map(|kept| kept.with_keeper(line));
            let end = watch(&mut ui, kept.as_ref());
            if matches!(end, UiEnd::Lost(Some(_))) {
                let _ = ui.kill_children();
            }
            if let Some(kept) = kept {
                kept.bring_back(end);
            }
            ui.reap_all();
            private_folder::sweep();
            match end {
                UiEnd::Lost(None) => {
                    output::complain("somebody else waited for the guarded process, so its status is lost");
                }
                UiEnd::Lost(Some(errno)) => {
                    let (name, message) = (errno.name(), errno.message());
                    output::complain(&format!("the guarded process may not be waited for: {name} ({message})"));
                }
                UiEnd::Left(_) | UiEnd::Killed(_) => {}
            }
            Ok(end.status())
        }
    }
}

/// Passes signals down and stops along, until the UI is gone.
fn watch(ui: &mut Ui, kept: Option<&SavedTerminal>) -> UiEnd {
    loop {
        match ui.wait() {
            Wake::Child => match ui.news() {
                UiNews::None => {}
                UiNews::Stopped(signal) => {
                    // By any other it has given the terminal back itself.
                    if let Some(kept) = kept.filter(|_| signal == Signal::STOP) {
                        kept.lend();
                    }
                    guard::stop_like(signal);
                }
                UiNews::Exited(code) => return UiEnd::Left(code),
                UiNews::Killed(signal) => return UiEnd::Killed(signal),
                UiNews::Lost(why) => return UiEnd::Lost(why),
            },
            Wake::Keyed(_) => {}
            Wake::Asked(signal) => {
                ui.send(signal);
                // A stopped UI would look at it only when somebody says `fg`.
                if signal == Signal::TERM || signal == HUP {
                    ui.send(Signal::CONT);
                }
            }
        }
    }
}

/// How the UI ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UiEnd {
    Left(u8),
    Killed(Signal),
    /// How is not known, because of this error if there is one.
    Lost(Option<Errno>),
}

impl UiEnd {
    fn status(self) -> u8 {
        match self {
            Self::Left(PANICKED) | Self::Lost(_) => INTERNAL_ERROR,
            Self::Left(code) => code,
            Self::Killed(signal) => u8::try_from(128 + signal.0).unwrap_or(u8::MAX),
        }
    }

    fn is_clean(self) -> bool {
        matches!(self, Self::Left(code) if code != PANICKED)
    }
}

/// The terminal and the modes it had at the start.
struct SavedTerminal {
    terminal: OwnedFd,
    modes: Modes,
    keeper: Option<Keeper>,
}

impl SavedTerminal {
    fn open(terminal: Terminal) -> Option<Self> {
        if terminal == Terminal::Untouched {
            return None;
        }
        let terminal = terminal::open_private()?;
        job::wait_for(terminal.as_fd());
        let modes = terminal::save(terminal.as_fd())?;
        Some(Self { terminal, modes, keeper: None })
    }

    fn with_keeper(mut self, line: Option<Line>) -> Self {
        self.keeper = line.and_then(|line| line.fork_keeper(&self.terminal, &self.modes));
        self
    }

    /// The UI stands still, on its own screen: the shell gets the terminal as it was. The UI sets its modes again when it goes on.
    fn lend(&self) {
        let place = self.place();
        if place == Place::Drawn && !terminal::is_somebody_elses(self.terminal.as_fd()) {
            self.undo(place);
        }
    }

    /// A UI that left by itself has undone its own modes; the proof is that the termios are as before.
    fn bring_back(self, end: UiEnd) {
        let place = self.place();
        // After `bg` the terminal is the shell's or somebody's whom the shell runs: hands off.
        let is_left_alone =
            (end.is_clean() && place == Place::Unknown) || terminal::is_somebody_elses(self.terminal.as_fd());
        if !is_left_alone {
            self.undo(place);
        }
        if let Some(keeper) = self.keeper {
            keeper.dismiss();
        }
    }

    /// The UI draws in modes of its own, which it sets first and undoes last.
    fn place(&self) -> Place {
        let is_changed = terminal::save(self.terminal.as_fd()).is_some_and(|now| now != self.modes);
        if is_changed { Place::Drawn } else { Place::Unknown }
    }

    fn undo(&self, place: Place) {
        terminal::undo_modes(self.terminal.as_fd(), place);
        terminal::restore(self.terminal.as_fd(), &self.modes);
        keeper::tell(Screen::Shells);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_the_uis_or_128_and_the_signal() {
        assert_eq!(UiEnd::Left(1).status(), 1);
        assert_eq!(UiEnd::Killed(Signal::KILL).status(), 137);
        assert_eq!(UiEnd::Killed(Signal(64)).status(), 192);
        assert_eq!(UiEnd::Left(PANICKED).status(), INTERNAL_ERROR);
    }

    #[test]
    fn a_panic_and_a_signal_are_not_a_clean_end() {
        assert!(UiEnd::Left(0).is_clean());
        assert!(UiEnd::Left(2).is_clean());
        assert!(!UiEnd::Left(PANICKED).is_clean());
        assert!(!UiEnd::Killed(Signal::TERM).is_clean());
    }
}
