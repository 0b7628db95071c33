//! The one loop that drives a session until all has settled, or until a time is up; and its single turn, for a caller with a loop
//! of its own.

use std::time::{Duration, Instant};

use crate::bench::BenchError;
use crate::sys::ending;
use crate::trace::Event;

use super::Session;

/// How long nobody looks whether the program is to leave.
const LONGEST_SLEEP: Duration = Duration::from_millis(250);

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// All has settled.
    Settled,
    /// It has not, and the time is up.
    Late,
    /// It has not yet.
    NotYet,
}

impl Session {
    /// Goes on without waiting. Gives what has settled since, and how far that is.
    pub fn reach(&mut self, until: Option<Instant>) -> Result<(Vec<Event>, Reached), BenchError> {
        let events = self.pump()?;
        let is_late = || until.is_some_and(|until| Instant::now() > until);
        let reached = match self.is_settled() {
            true => Reached::Settled,
            false if is_late() => Reached::Late,
            false => Reached::NotYet,
        };
        Ok((events, reached))
    }

    /// Waits until all has settled; whether it has before the time was up. What settles meanwhile goes to `take`, which may end
    /// this by an error; so does who asks the program to leave.
    pub fn settle_until<E: From<BenchError>>(
        &mut self,
        until: Option<Instant>,
        mut take: impl FnMut(&mut Self, Vec<Event>) -> Result<(), E>,
    ) -> Result<bool, E> {
        loop {
            let reached = self.reach(until);
            // A task that a fault of the program's own has ended: nothing after it would be true.
            if let Some(mishap) = self.take_mishaps().into_iter().next() {
                return Err(BenchError::Mishap(mishap).into());
            }
            let (events, reached) = reached?;
            take(self, events)?;
            if ending::is_asked() {
                return Err(BenchError::Terminated.into());
            }
            match reached {
                Reached::Settled => return Ok(true),
                Reached::Late => return Ok(false),
                Reached::NotYet => self.wait_until(until)?,
            }
        }
    }

    /// Sleeps until something may have happened, or the time is up.
    fn wait_until(&mut self, until: Option<Instant>) -> Result<(), BenchError> {
        let left = until.map(|until| until.saturating_duration_since(Instant::now()));
        // A SIGTERM that comes just before the sleep does not end it.
        let limit = [self.arm(), left, Some(LONGEST_SLEEP)].into_iter().flatten().min();
        self.bench.nap(limit)
    }
}
