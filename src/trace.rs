//! The trace: what happened, in order, twice. A [`Record`] is the raw fact that the world is folded from; an [`Event`] is the
//! same fact with its names, as people and programs are shown it. Neither is ever changed after it was made.

pub mod args;
mod death;
mod explanation;
mod foretold;
pub mod json;
mod record;
pub mod strace;

use serde::{Deserialize, Serialize};

use crate::abi::TaskState;
use crate::abi::{Errno, Signal};
use crate::order::{Call, Credentials, Extra, Outcome};

pub use explanation::Explanation;
pub use foretold::{CallOutcome, Deed, Foretold, ReadOutcome, WokenWith};
pub use record::{
    Again, Birth, Death, Fact, Figures, Group, Known, Ordered, Record, Role, Side, TableOrigin, Thing, Unwritten,
};

/// A task of one bench, in order of creation; `parent` is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct TaskId(pub u32);

/// One side of a channel, or a socket that has none yet: an open file description of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EndId(pub u64);

impl EndId {
    /// /dev/null, which 0, 1 and 2 refer to: no end, but copies of it take numbers.
    pub const NULL: Self = Self(0);
}

/// A connected pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChannelId(pub u64);

/// One fact as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The line of the statement during which it came.
    pub line: u32,
    /// The task it is about; none for observations of the whole bench.
    pub task: Option<TaskId>,
    /// What to show.
    pub what: What,
}

/// The kinds of event, one each for `"event"` of the JSON lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A call.
    Call(Box<CallEvent>),
    /// A loop's calls together.
    Burst(Box<Burst>),
    /// A signal.
    Signal {
        /// The task's name.
        task: String,
        /// Which.
        signal: Signal,
    },
    /// A death.
    Death {
        /// The task's name.
        task: String,
        /// Its process.
        pid: i32,
        /// Of what.
        death: Death,
    },
    /// What waits at an end.
    Queue(QueueReport),
    /// Who holds an end.
    Holders(HoldersReport),
    /// A signal was sent, and waits.
    Pending(PendingReport),
    /// All tasks.
    Tasks(Vec<TaskReport>),
    /// A process's table.
    Fds {
        /// The task asked about.
        task: String,
        /// From 3 on.
        fds: Vec<FdReport>,
    },
    /// An explanation.
    Why(Explanation),
    /// Whether an expectation held.
    Expect {
        /// As written.
        want: String,
        /// What came, in the same words.
        got: String,
        /// Whether it held.
        ok: bool,
    },
    /// A statement that could not be made.
    Refused {
        /// Why not.
        reason: String,
    },
    /// The end of a run.
    Summary(Summary),
}

/// Where a call stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CallState {
    /// It returned in the statement that made it.
    Returned,
    /// The task is asleep in it.
    Asleep,
    /// It slept, and has returned now.
    Resumed,
    /// Death took it.
    Unfinished,
}

/// A call with the names of what it touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallEvent {
    /// The task's name.
    pub task: String,
    /// Its process.
    pub pid: i32,
    /// Its thread.
    pub tid: i32,
    /// The call and its arguments.
    pub call: Call,
    /// Names for the numbers in it.
    pub names: Names,
    /// Where it stands.
    pub state: CallState,
    /// The line of the statement that made it, where this event comes later.
    pub since: Option<u32>,
    /// None until it returned.
    pub ret: Option<i32>,
    /// [`Errno::NONE`] on success.
    pub errno: Errno,
    /// Monotonic time at the return (of a sleeper: at the entry), nanoseconds.
    pub t_ns: u64,
    /// What it brought.
    pub outcome: Outcome,
    /// Of a read that returned 0: whether that is the end.
    pub eof: Option<bool>,
}

/// Names for numbers at the moment of a call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// What descriptors refer to, those received by the call included.
    pub ends: Vec<NamedEnd>,
    /// Process to task.
    pub tasks: Vec<(i32, String)>,
    /// The name that a pair, a pipe, a socket or a task made by this call has.
    pub made: Option<String>,
    /// Who the caller is, where it says so (SCM_CREDENTIALS).
    pub own: Option<Credentials>,
    /// What a read of an eventfd or the like brought.
    pub brought: Option<Brought>,
}

/// What a read of an object brought, as what its bytes mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Brought {
    /// The number of an eventfd or a timerfd.
    Number(u64),
    /// The signals of a signalfd, each with its sender's process.
    Signals(Vec<(i32, i32)>),
}

impl Brought {
    /// The number; of signals that of the first.
    pub fn number(self) -> Option<u64> {
        match self {
            Self::Number(number) => Some(number),
            Self::Signals(all) => all.first().and_then(|one| u64::try_from(one.0).ok()),
        }
    }
}

/// What a descriptor referred to at the moment of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedEnd {
    /// The number.
    pub fd: i32,
    /// Which end: the name may have been given to another one since.
    pub id: EndId,
    /// Its name then.
    pub name: String,
}

/// A loop's calls together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Burst {
    /// The task's name.
    pub task: String,
    /// Its process.
    pub pid: i32,
    /// Its thread.
    pub tid: i32,
    /// The statement's verb: flood, drain, echo or ping.
    pub verb: &'static str,
    /// The call it is made of; of echo and ping the write.
    pub call: &'static str,
    /// The end's name.
    pub end: String,
    /// All calls, the failing one too.
    pub calls: u64,
    /// Bytes moved; of echo and ping those written.
    pub bytes: u64,
    /// Calls that failed.
    pub errors: u64,
    /// Records that arrived; equal to `calls`.
    pub recorded: u64,
    /// Calls not kept one by one in `first_calls`.
    pub not_kept: u64,
    /// When the first returned.
    pub first_ns: u64,
    /// When the last returned.
    pub last_ns: u64,
    /// What ended it, if an error did.
    pub errno: Errno,
    /// Whether EOF ended it.
    pub eof: bool,
    /// Whether death ended it.
    pub unfinished: bool,
    /// The line of its own statement, where it ended in a later one.
    pub since: Option<u32>,
    /// The first [`crate::world::BURST_KEEP`] calls, one by one.
    pub first_calls: Vec<CallEvent>,
    /// How many calls were given out while the loop went on; the first of all are in `first_calls` nevertheless.
    pub given_out: usize,
}

/// Answer of `queue`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueueReport {
    /// The end whose queue it is.
    pub id: EndId,
    /// Its name.
    pub end: String,
    /// FIONREAD.
    pub bytes: u64,
    /// SIOCOUTQ of the sender; none for a pipe, or where no sender is left.
    pub charged: Option<u64>,
    /// SO_SNDBUF of the sender; of a pipe its capacity.
    pub sndbuf: Option<u64>,
    /// Bytes that wait, by the ledger.
    pub waiting: u64,
    /// Messages that wait, by the ledger; none on a byte stream, and where nobody knows what a sleeper has put in.
    pub messages: Option<u64>,
}

/// A signal that was sent from outside and has reached no handler: of a task that blocks it, or is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingReport {
    /// The task it was sent to.
    pub id: TaskId,
    /// Its name.
    pub task: String,
    /// Which.
    pub signal: Signal,
    /// Whether the task is stopped; else it blocks the signal.
    pub is_stopped: bool,
}

/// Answer of `holders`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldersReport {
    /// The end.
    pub id: EndId,
    /// Its name.
    pub end: String,
    /// Task and descriptor, in order of creation, then number.
    pub holders: Vec<(String, i32)>,
    /// Copies sent and not yet received.
    pub in_flight: u64,
}

/// One row of `tasks`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskReport {
    /// Its name.
    pub task: String,
    /// Its process.
    pub pid: i32,
    /// Its process group, by the name of who made it; none where it is not known.
    pub group: Option<String>,
    /// Whether that is another group than the first task's.
    pub is_in_other_group: bool,
    /// As the kernel gives it.
    pub state: TaskState,
    /// The call it is asleep in.
    pub call: Option<String>,
    /// The end that call is about.
    pub end: Option<String>,
}

/// One row of `fds`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FdReport {
    /// The number.
    pub fd: i32,
    /// What it refers to.
    pub end: String,
    /// FD_CLOEXEC.
    pub cloexec: bool,
    /// O_NONBLOCK.
    pub nonblock: bool,
}

/// What an explanation is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An end.
    End(EndId),
    /// A task.
    Task(TaskId),
    /// Neither: a statement, a look at the whole bench.
    Other,
}

/// Figures at the end of a run.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// Statements run.
    pub statements: u64,
    /// Calls made, a sleeper once.
    pub calls: u64,
    /// Expectations checked.
    pub expectations: u64,
    /// Of them, not met.
    pub failed: u64,
    /// Statements refused without being expected to be.
    pub refused: u64,
    /// Records that a bound dropped.
    pub lost: u64,
    /// uname -r.
    pub kernel: String,
    /// The whole run.
    pub elapsed_ns: u64,
}

impl CallEvent {
    /// The number that it brought beside its return value. SO_LINGER counts its seconds, which are 0 where it is off.
    pub fn value(&self) -> Option<i64> {
        match (&self.outcome.extra, &self.call) {
            (Extra::Value(value), Call::Getsockopt { option, .. }) if option == "linger" => Some((*value).max(0)),
            (Extra::Value(value), _) => Some(*value),
            _ => None,
        }
    }
}

#[cfg(test)]
impl NamedEnd {
    /// One for a test: its identity is its number.
    pub fn example((fd, name): (i32, &str)) -> Self {
        Self { fd, id: EndId(u64::from(fd.unsigned_abs())), name: name.to_owned() }
    }
}

impl Names {
    /// `chat[0]`, or `@7` where the number means nothing on the bench.
    pub fn end(&self, fd: i32) -> String {
        self.named(fd).map_or_else(|| format!("@{fd}"), |end| end.name.clone())
    }

    /// The end that a descriptor referred to.
    pub fn end_id(&self, fd: i32) -> Option<EndId> {
        self.named(fd).map(|end| end.id)
    }

    /// What a descriptor referred to, if it was open.
    pub fn named(&self, fd: i32) -> Option<&NamedEnd> {
        self.ends.iter().find(|end| end.fd == fd)
    }

    /// The task with this pid, if it is one.
    pub fn task(&self, pid: i32) -> Option<&str> {
        self.tasks.iter().find(|row| row.0 == pid).map(|row| row.1.as_str())
    }

    /// The task of these credentials.
    pub fn creds(&self, creds: Credentials) -> Option<&str> {
        self.task(creds.pid)
    }
}
