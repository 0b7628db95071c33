//! What an explanation foretells, as values beside its sentences: whoever wants to know whether it is true can try.

use crate::abi::Errno;

use super::{EndId, TaskId};

/// What one read does, given room for everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOutcome {
    /// It returns bytes of a stream. Fewer than `most` where the kernel alone knows where it stops, or how much a sleeping
    /// writer adds while it is read.
    Bytes {
        /// At least so many.
        least: u64,
        /// At most so many.
        most: u64,
    },
    /// It returns one message of this length; an empty one returns 0 and is no EOF.
    Message(u64),
    /// It returns one message; which one, where several writers sleep, only the kernel knows.
    SomeMessage,
    /// It returns 0, and so does every read after it.
    Eof,
    /// It fails.
    Fails(Errno),
    /// Nothing is there: it sleeps, or fails with EAGAIN where it must not sleep.
    Sleeps,
}

/// What the call of a task that is woken comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WokenWith {
    /// 0, EOF.
    Eof,
    /// An error.
    Fails(Errno),
    /// So many bytes or more.
    AtLeast(u64),
}

/// One thing that an explanation says will happen, if nothing else happens before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foretold {
    /// Reads with room for everything, none of which may sleep: what the next comes to, then, once all that waits is taken, each
    /// outcome after it.
    Reads {
        /// Where.
        end: EndId,
        /// The next, and those after all that waits.
        outcomes: Vec<ReadOutcome>,
    },
    /// A write fails at once, however much room there is; with this error, where that is said.
    WriteFails {
        /// Where.
        end: EndId,
        /// The error.
        errno: Option<Errno>,
    },
    /// A write of so many bytes that must not sleep is taken whole.
    WriteFits {
        /// Where.
        end: EndId,
        /// How many.
        bytes: u64,
    },
    /// A write of so many bytes sleeps, or where it must not is not taken whole.
    WriteSleeps {
        /// Where.
        end: EndId,
        /// How many.
        bytes: u64,
    },
    /// The death of a process wakes a task that waits for it.
    DeathWakes {
        /// Who dies.
        child: TaskId,
        /// Who wakes.
        task: TaskId,
    },
    /// Taking all that waits at an end lets a sleeping writer go on.
    TakingWakes {
        /// Where it is read.
        read_at: EndId,
        /// Who goes on.
        task: TaskId,
    },
    /// The close of the last descriptor of an end wakes a sleeper.
    CloseWakes {
        /// Which end.
        end: EndId,
        /// Who wakes.
        task: TaskId,
        /// What its call comes to: one of these.
        with: Vec<WokenWith>,
    },
    /// A write of one byte wakes a sleeper.
    Wakes {
        /// Where it is written.
        write_at: EndId,
        /// Who wakes.
        task: TaskId,
    },
}

impl Foretold {
    /// One read.
    pub fn read(end: EndId, outcome: ReadOutcome) -> Self {
        Self::Reads { end, outcomes: vec![outcome] }
    }

    /// A write that fails with this error.
    pub fn write_fails(end: EndId, errno: Errno) -> Self {
        Self::WriteFails { end, errno: Some(errno) }
    }
}
