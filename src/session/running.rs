//! A statement on its way, and what it waits for.

use std::time::Instant;

use crate::check;
use crate::plan::Progress;
use crate::script::Statement;
use crate::trace::{Event, TaskId};

/// A statement on its way.
#[derive(Debug)]
pub(super) struct RunningStatement {
    pub(super) statement: Statement,
    /// What it observes is told at once, settled or not.
    pub(super) has_overtaken: bool,
    /// Rounds of a `repeat` still to begin.
    pub(super) rounds: u64,
    pub(super) progress: Progress,
    pub(super) stage: StatementStage,
    pub(super) refused: Option<String>,
    /// All rounds so far.
    pub(super) shown: Vec<Event>,
    pub(super) failed: Option<check::Verdict>,
}

/// What a statement waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StatementStage {
    /// Its next step is to be made.
    Next,
    /// All has to settle before its next step is made.
    Between,
    /// A task has to be through with a call, and at the first of so many that were ordered ahead.
    Making(TaskId, usize),
    /// Its time has to pass.
    Sleeping(Instant),
    /// All has to settle.
    Settling,
    /// Somebody does not want to wait for that.
    Overtaken,
}

impl StatementStage {
    /// When its time has passed, if it waits for that.
    pub(super) fn wakes_at(self) -> Option<Instant> {
        match self {
            Self::Sleeping(until) => Some(until),
            Self::Next | Self::Between | Self::Making(..) | Self::Settling | Self::Overtaken => None,
        }
    }
}
