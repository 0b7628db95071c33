//! What an explanation foretells, as values beside its sentences: so that a test can try whether it is true.

use crate::abi::{Errno, Signal};

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

/// What a call comes to that either goes on at once or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// It succeeds at once.
    Works,
    /// It sleeps, or fails with EAGAIN where it must not sleep.
    Sleeps,
    /// It fails.
    Fails(Errno),
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

/// What somebody has to do for a sleeper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Writes of so many bytes each, none of which may sleep.
    Write {
        /// Where.
        end: EndId,
        /// Bytes of each.
        bytes: u64,
        /// How many writes.
        times: u32,
    },
    /// Reads until nothing is left.
    TakeAll {
        /// Where.
        end: EndId,
    },
    /// Closes of all descriptors of an end.
    CloseAll {
        /// Which end.
        end: EndId,
    },
    /// Closes of all descriptors of an end that others have than this task's process.
    CloseOfOthers {
        /// Which end.
        end: EndId,
        /// Who keeps its own.
        but: TaskId,
    },
    /// Deaths of processes.
    Deaths(Vec<TaskId>),
    /// A message or a connection from a new socket to the address that this one is bound to.
    Reach {
        /// Who is bound there.
        end: EndId,
    },
    /// An accept.
    Accept {
        /// The listening socket.
        end: EndId,
    },
    /// An open of a FIFO, for writing or for reading.
    Open {
        /// Its name.
        at: String,
        /// For writing.
        writes: bool,
    },
    /// An open of a FIFO for writing, and a write by that.
    OpenAndWrite {
        /// Its name.
        at: String,
        /// How many bytes.
        bytes: u64,
    },
    /// A write of 1 to an eventfd, or the next signal of a signalfd's to the task that reads it.
    Feed {
        /// The object.
        object: EndId,
    },
    /// A read of an eventfd.
    Take {
        /// The object.
        object: EndId,
    },
    /// A signal whose handler begins no call anew.
    Interrupt,
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
    /// A write does not fail: it is taken, or sleeps.
    WriteWorks {
        /// Where.
        end: EndId,
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
    /// One read makes room for one message.
    ReadMakesRoom {
        /// Where it is read.
        read_at: EndId,
        /// Where it is written.
        write_at: EndId,
    },
    /// accept(2).
    Accept {
        /// The listening socket.
        at: EndId,
        /// What it comes to.
        outcome: CallOutcome,
    },
    /// connect(2) of a new socket of the same kind to the address that this one is bound to.
    Connect {
        /// Who is bound there.
        to: EndId,
        /// What it comes to.
        outcome: CallOutcome,
    },
    /// waitpid(2) of a task for one process.
    Wait {
        /// Who waits.
        by: TaskId,
        /// For whom.
        child: TaskId,
        /// What it comes to.
        outcome: CallOutcome,
    },
    /// epoll_wait(2) that must not sleep.
    Epoll {
        /// The epoll.
        epoll: EndId,
        /// Whether it tells of anything.
        tells: bool,
    },
    /// A read of an eventfd, a timerfd or a signalfd.
    Object {
        /// Which.
        object: EndId,
        /// What it comes to.
        outcome: CallOutcome,
    },
    /// A deed wakes a sleeper: one of these, where several sleep at one place. A loop, and a long write, may go on and sleep again.
    Wakes {
        /// The deed.
        by: Deed,
        /// Who may wake.
        tasks: Vec<TaskId>,
        /// What the call comes to: one of these; nothing is said of it where there is none.
        with: Vec<WokenWith>,
    },
    /// A deed wakes nobody.
    SleepsOn {
        /// The deed.
        despite: Deed,
        /// Who sleeps on.
        task: TaskId,
    },
    /// A signal that is pending is delivered when its task is continued.
    Delivered {
        /// The task that is stopped.
        task: TaskId,
        /// The signal.
        signal: Signal,
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

    /// A deed that wakes one task; what its call comes to is not said.
    pub fn wakes(by: Deed, task: TaskId) -> Self {
        Self::Wakes { by, tasks: vec![task], with: Vec::new() }
    }
}
