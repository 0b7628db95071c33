//! What a recording is made of, in order: records, and what a session noted beside them. A recording file has one entry a line.

use serde::{Deserialize, Serialize};

use crate::trace::{FdReport, HoldersReport, PendingReport, QueueReport, Record, Subject, Summary, TaskId};
use crate::world::Machine;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordingEntry {
    /// An empty bench begins: at the start, and after each `reset`.
    Bench(Machine),
    /// A statement begins.
    Statement {
        /// Its line.
        line: u32,
        /// As written, without expectations and comment.
        text: String,
    },
    /// Something happened to a task.
    Record(Record),
    /// The running statement has looked at something.
    Observed(Observation),
    /// A statement, or one round of a `repeat`, is over: what came since the last one is shown.
    Settled(Settled),
    /// What came by itself since the last statement is shown.
    Spontaneous {},
    /// What was expected of the statement was compared with what came.
    Checked(Checked),
    /// It is whole.
    End(Footer),
}

/// What a statement that only looks has seen: the kernel's words where it was asked, else what it was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observation {
    /// `queue`.
    Queue(QueueReport),
    /// `holders`.
    Holders(HoldersReport),
    /// `fds`.
    Fds {
        /// The task asked about.
        task: String,
        /// Its table, from 3 on.
        fds: Vec<FdReport>,
    },
    /// A signal that was sent, and waits.
    Pending(PendingReport),
    /// `tasks`: by the records.
    Tasks,
    /// `why`: by the records.
    Why(Subject),
}

/// How a statement, or one round of a `repeat`, came to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// The task that acted: its events are printed first.
    pub actor: Option<TaskId>,
    /// Why the statement was refused, if it was.
    pub refused: Option<String>,
}

/// An expectation and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checked {
    /// As written.
    pub want: String,
    /// What came, in the same words.
    pub got: String,
    /// Whether it held.
    pub ok: bool,
}

/// The last line: what a file must have to be whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Footer {
    /// Lines between the first and this.
    pub lines: u64,
    /// Of them, records.
    pub records: u64,
    /// The figures of the run.
    pub summary: Summary,
}

impl RecordingEntry {
    /// About how many bytes its texts take.
    pub fn text_bytes(&self) -> usize {
        match self {
            Self::Bench(_)
            | Self::Record(_)
            | Self::Spontaneous {}
            | Self::End(_)
            | Self::Observed(
                Observation::Queue(_) | Observation::Pending(_) | Observation::Tasks | Observation::Why(_),
            ) => 0,
            Self::Statement { text, .. } => text.len(),
            Self::Observed(Observation::Fds { fds, .. }) => fds.len() * size_of::<FdReport>(),
            Self::Observed(Observation::Holders(report)) => report.holders.len() * size_of::<(String, i32)>(),
            Self::Settled(settled) => settled.refused.as_ref().map_or(0, String::len),
            Self::Checked(checked) => checked.want.len() + checked.got.len(),
        }
    }
}
