//! What a UI is over: something that gives records, in order, into a recording. The bench also takes statements; a recording that
//! was opened is only looked at.

use std::fmt;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use crate::app::program::{ProgramScreen, Standing, StepOrder};
use crate::bench::BenchError;
use crate::recording::Recording;
use crate::session::Session;
use crate::trace::Event;

/// A source of records.
pub trait Source: fmt::Debug {
    /// What it has given so far.
    fn recording(&self) -> &Recording;

    /// What kind of source it is.
    fn nature(&self) -> Nature;

    /// Takes in what has come since, without waiting. Gives what is to be shown, in the order in which it is printed.
    fn pump(&mut self) -> Result<Vec<Event>, BenchError>;

    /// Nothing is on its way.
    fn is_settled(&self) -> bool;

    /// The bench, where it takes statements.
    fn session(&self) -> Option<&Session> {
        None
    }

    /// The same, to be given some.
    fn session_mut(&mut self) -> Option<&mut Session> {
        None
    }

    /// To be called right before sleeping in poll(2) over [`Self::wait_fds`]: how long at most; none for as long as it takes.
    fn arm(&mut self) -> Option<Duration> {
        None
    }

    /// To be called after the sleep, with whether one of [`Self::wait_fds`] was readable.
    fn disarm(&mut self, _rung: bool) {}

    /// What to poll for reading beside whatever else wakes the caller.
    fn wait_fds(&self) -> Vec<BorrowedFd<'_>> {
        Vec::new()
    }

    /// What is to be said to the person, since last asked: what cannot be seen, what could not be kept.
    fn take_notes(&mut self) -> Vec<String> {
        Vec::new()
    }

    /// What the program's own terminal shows, if that is new since last asked.
    fn take_screen(&mut self) -> Option<ProgramScreen> {
        None
    }

    /// Who stands before which call, if that is new since last asked.
    fn take_standing(&mut self) -> Option<Vec<Standing>> {
        None
    }

    /// Says who is to go on, where a program is stepped.
    fn step(&mut self, _order: StepOrder) {}

    /// The program again, in the order in which its tasks came to their calls until this moment; then each stands before its next.
    fn run_again(&mut self, _moment: u64) -> Result<(), BenchError> {
        Ok(())
    }

    /// Types on the program's own terminal.
    fn type_bytes(&mut self, _bytes: &[u8]) {}

    /// The program's own terminal has so many columns and rows now.
    fn resize(&mut self, _size: (u16, u16)) {}

    /// How the program ended, in words, once it has.
    fn ending(&self) -> Option<String> {
        None
    }

    /// Everybody stands still. How many that are.
    fn freeze(&mut self) -> usize {
        0
    }

    /// They go on.
    fn thaw(&mut self) {}

    /// Processes of the program that live, and are killed when this is dropped.
    fn alive(&self) -> usize {
        0
    }
}

/// What can be expected of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nature {
    /// More may come.
    pub is_live: bool,
    /// It makes the calls that statements ask for.
    pub takes_statements: bool,
    /// It can ask the kernel what waits in a queue, and who holds a descriptor.
    pub asks_kernel: bool,
}

/// One that was opened: all of it is there.
impl Source for Recording {
    fn recording(&self) -> &Recording {
        self
    }

    fn nature(&self) -> Nature {
        Nature { is_live: false, takes_statements: false, asks_kernel: false }
    }

    fn pump(&mut self) -> Result<Vec<Event>, BenchError> {
        Ok(Vec::new())
    }

    fn is_settled(&self) -> bool {
        true
    }
}

impl Source for Session {
    fn recording(&self) -> &Recording {
        Self::recording(self)
    }

    fn nature(&self) -> Nature {
        Nature { is_live: true, takes_statements: true, asks_kernel: true }
    }

    fn pump(&mut self) -> Result<Vec<Event>, BenchError> {
        Self::pump(self)
    }

    fn is_settled(&self) -> bool {
        Self::is_settled(self)
    }

    fn session(&self) -> Option<&Session> {
        Some(self)
    }

    fn session_mut(&mut self) -> Option<&mut Session> {
        Some(self)
    }

    fn arm(&mut self) -> Option<Duration> {
        Self::arm(self)
    }

    fn disarm(&mut self, rung: bool) {
        Self::disarm(self, rung);
    }

    fn wait_fds(&self) -> Vec<BorrowedFd<'_>> {
        Self::wait_fds(self)
    }

    fn take_notes(&mut self) -> Vec<String> {
        self.take_mishaps()
    }

    fn freeze(&mut self) -> usize {
        Self::freeze(self)
    }

    fn thaw(&mut self) {
        Self::thaw(self);
    }
}
