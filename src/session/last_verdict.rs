//! A statement that is over, kept as far as expectations look at it: they may be asked of it later, too.

use crate::check::StatementRun;
use crate::plan::Plan;
use crate::script::Statement;
use crate::trace::Event;

/// What is kept beside the events.
#[derive(Debug)]
pub(super) struct LastStatement {
    pub statement: Statement,
    pub actor: Option<String>,
    pub refused: Option<String>,
    pub asleep: Vec<String>,
}

impl LastStatement {
    /// As it was when it had settled; `events` are those it brought.
    pub fn seen<'a>(&'a self, events: &'a [Event]) -> StatementRun<'a> {
        StatementRun {
            events,
            actor: self.actor.as_deref(),
            refused: self.refused.as_deref(),
            asleep: &self.asleep,
            verb: Plan::of(&self.statement).verb(),
        }
    }
}
