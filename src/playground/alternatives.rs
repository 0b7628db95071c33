//! Statements run on a bench of their own beside the one that is shown, to see what comes of them: a little in each turn of the
//! loop, so that nobody waits for it.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use crate::check::StatementRun;
use crate::script::{Expectation, Statement, parse};
use crate::session::{Reached, Session, Settings};
use crate::world::World;

/// The longest it may take. It takes some milliseconds where the machine has time.
const LONGEST: Duration = Duration::from_secs(5);

/// The picture at its end, or why there is none.
pub type Came = Result<World, String>;

/// A bench on its way. Its processes are gone when this is dropped.
#[derive(Debug)]
pub struct Trial {
    session: Session,
    until: Instant,
}

impl Trial {
    /// Begins on fresh processes.
    pub fn begin(statements: &[String]) -> Result<Self, String> {
        let parsed = statements.iter().zip(1..).map(|(text, line)| parse::statement(text, line));
        let parsed: Result<Vec<_>, _> = parsed.filter_map(Result::transpose).collect();
        Self::of(parsed.map_err(|error| failed(&error))?)
    }

    /// The same with statements that have been read already.
    pub fn of(statements: Vec<Statement>) -> Result<Self, String> {
        let mut session = Session::open(Settings::default()).map_err(|error| failed(&error))?;
        for statement in statements {
            session.submit(statement);
        }
        Ok(Self { session, until: Instant::now() + LONGEST })
    }

    /// One more statement.
    pub fn submit(&mut self, statement: Statement) {
        self.session.submit(statement);
    }

    /// As [`Session::seen`].
    pub fn seen(&self) -> Option<StatementRun<'_>> {
        self.session.seen()
    }

    /// Whether the last statement came out so, now that all have settled.
    pub fn holds(&self, expected: &[Expectation]) -> bool {
        self.session.would_hold(expected).is_some_and(|verdict| verdict.ok)
    }

    /// Goes on without waiting; what came of it, once that is known.
    pub fn pump(&mut self) -> Option<Came> {
        match self.session.reach(Some(self.until)) {
            Err(error) => Some(Err(failed(&error))),
            Ok((_, Reached::Settled)) => Some(Ok(self.session.world().clone())),
            Ok((_, Reached::Late)) => Some(Err("it did not settle in time; nothing of it is shown".to_owned())),
            Ok((_, Reached::NotYet)) => None,
        }
    }

    /// As [`Session::arm`], but no longer than it may take.
    pub fn arm(&mut self) -> Duration {
        let left = self.until.saturating_duration_since(Instant::now());
        self.session.arm().map_or(left, |nap| nap.min(left))
    }

    /// As [`Session::disarm`].
    pub fn disarm(&mut self, rung: bool) {
        self.session.disarm(rung);
    }

    /// As [`Session::wait_fds`].
    pub fn wait_fds(&self) -> Vec<BorrowedFd<'_>> {
        self.session.wait_fds()
    }

    /// As [`Session::freeze`].
    pub fn freeze(&mut self) -> usize {
        self.session.freeze()
    }

    /// As [`Session::thaw`]; while it stood still no time has passed.
    pub fn thaw(&mut self) {
        self.session.thaw();
        self.until = Instant::now() + LONGEST;
    }
}

fn failed(error: &dyn std::fmt::Display) -> String {
    format!("it could not be tried: {error}")
}
