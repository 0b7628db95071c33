//! How a bench is to be.

use std::time::Duration;

use crate::recording::Keeping;

use super::MAX_TASKS;

/// Events of one statement beyond which a `reader`'s calls are counted only, unless told otherwise: a `flood` at it may go on
/// for ever.
const EVENTS_KEPT: usize = 32 * 1024;

/// How a bench is to be.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// The most tasks alive at one time.
    pub max_tasks: usize,
    /// Whether each call of a loop is kept.
    pub every_call: bool,
    /// Events of one statement beyond which a `reader`'s calls are counted only.
    pub events_kept: usize,
    /// Whether the past can be looked at.
    pub keeps_history: bool,
    /// Whether all that happens is written to a file, by somebody who takes it from the recording.
    pub is_recorded: bool,
    /// For how long what has happened is taken in at one time, so that a person at the keys need not wait for a flood; none: until
    /// nothing is left.
    pub turn: Option<Duration>,
}

impl Settings {
    /// What its recording keeps.
    pub(super) fn keeping(&self) -> Keeping {
        Keeping {
            every_call: self.every_call,
            past: self.keeps_history,
            events: self.events_kept,
            unwritten: self.is_recorded,
            statements: true,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_tasks: MAX_TASKS,
            every_call: false,
            events_kept: EVENTS_KEPT,
            keeps_history: false,
            is_recorded: false,
            turn: None,
        }
    }
}
