//! The raw facts: what the world is folded from.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::abi::{Errno, Signal};
use crate::order::{Call, Loop, Outcome, Payload};

use super::TaskId;

/// A loop's call returned without an error, and its next one was entered at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Again {
    /// What it returned.
    pub ret: i32,
    /// The step of the loop that was entered.
    pub step: u8,
    /// When, nanoseconds.
    pub t_ns: u64,
}

/// One raw fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The line of the statement during which it came; 0 before the first.
    pub line: u32,
    /// The task it is about.
    pub task: TaskId,
    /// CLOCK_MONOTONIC, nanoseconds.
    pub t_ns: u64,
    /// What happened.
    pub fact: Fact,
}

/// What can happen to a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// It exists now.
    Born(Rc<Birth>),
    /// Its next calls belong together, until [`Fact::Done`]: somebody ordered them.
    Ordered(Rc<Ordered>),
    /// It is about to make a call.
    Entered {
        /// Which; the calls of a loop may share it.
        call: Rc<Call>,
    },
    /// That call returned.
    Returned {
        /// As the system call returned it; -1 with `errno` on failure.
        ret: i32,
        /// [`Errno::NONE`] on success.
        errno: Errno,
        /// Data and the like, where the call brings any.
        outcome: Option<Box<Outcome>>,
    },
    /// The kernel says that it is asleep in the call it entered.
    Asleep,
    /// A signal took it out of the call it is inside of, which the kernel begins anew with the same arguments.
    Interrupted,
    /// It stands before its next call, because a person steps it.
    Held,
    /// In which order its call and another task's, which were inside at one time, reached the kernel is not known.
    Unordered,
    /// The order is done.
    Done,
    /// A statement without a task sends it this signal, as a person with kill(1) does.
    Sent(Signal),
    /// It got a signal.
    Signalled(Signal),
    /// This signal stopped it.
    Stopped(Signal),
    /// SIGCONT let it go on.
    Continued,
    /// The same of a further thread of the process, which is not shown again.
    StoppedToo,
    /// The same of a further thread of the process, which is not shown again.
    ContinuedToo,
    /// It is about to die of this: its descriptors go now.
    Exiting(Death),
    /// Its stdio had this in a buffer when it ended or executed another program: nobody writes it any more.
    Unwritten(Box<Unwritten>),
    /// It died.
    Died(Death),
    /// Its death was waited for by the program, or nobody needs to.
    Buried,
    /// A descriptor that was there before, or that no call was seen to make.
    Known(Box<Known>),
    /// There is a FIFO at this path.
    Fifo(String),
    /// The kernel's own table of its process, all of it.
    Table(Box<[Known]>),
    /// The kernel's figure for what waits at this task's descriptor.
    Measured {
        /// The number in this task's table.
        fd: i32,
        /// FIONREAD.
        bytes: u64,
    },
    /// The kernel's figures for the end at this task's descriptor.
    Sampled {
        /// The number in this task's table.
        fd: i32,
        /// What it said.
        figures: Box<Figures>,
    },
}

/// What stdio had not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unwritten {
    /// The number it would have been written to.
    pub fd: i32,
    /// The bytes.
    pub data: Payload,
}

/// What the kernel says of an end when it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// FIONREAD: what the next reads would get; of a datagram end its first message alone.
    pub bytes: Option<u64>,
    /// SIOCOUTQ: what this end's buffer is charged for what it has sent; none of a pipe.
    pub charged: Option<u64>,
    /// SO_SNDBUF; of a pipe its capacity.
    pub room: Option<u64>,
    /// poll(2), asked for everything.
    pub poll: i32,
}

/// A new task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Birth {
    /// Its name.
    pub name: String,
    /// Its process.
    pub pid: i32,
    /// Its thread; equal to `pid` for a process's first.
    pub tid: i32,
    /// Who forked or spawned it; none where that is nobody in the picture.
    pub by: Option<TaskId>,
    /// What it is there for.
    pub role: Role,
    /// Where its descriptors come from.
    pub table: TableOrigin,
    /// The program it runs, where that is not the bench's own.
    pub program: Option<String>,
}

impl Birth {
    /// The bench's first task.
    pub fn parent(name: String, pid: i32) -> Self {
        Self { name, pid, tid: pid, by: None, role: Role::Parent, table: TableOrigin::Null, program: None }
    }

    /// A process that a task of the bench has forked.
    pub fn child(name: String, pid: i32, by: TaskId) -> Self {
        let table = TableOrigin::CopyOf(by);
        Self { name, pid, tid: pid, by: Some(by), role: Role::Child, table, program: None }
    }

    /// A thread that a task of the bench has made in its own process.
    pub fn thread(name: String, (pid, tid): (i32, i32), by: TaskId) -> Self {
        let table = TableOrigin::SharedWith(by);
        Self { name, pid, tid, by: Some(by), role: Role::Child, table, program: None }
    }
}

/// What a task is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The bench's first task: it acts where a statement does not say who does.
    Parent,
    /// Another task of the bench's: it does what it is ordered.
    Child,
    /// A task of some other program: it does what it does.
    Stranger,
}

/// Where a new task's descriptors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableOrigin {
    /// 0, 1 and 2 are /dev/null, and there are no others.
    Null,
    /// A copy of what this task has: fork.
    CopyOf(TaskId),
    /// The same one as this task's: a thread, or CLONE_FILES.
    SharedWith(TaskId),
    /// They are learned one by one, by [`Fact::Known`] and [`Fact::Table`].
    Unknown,
}

/// One row of a descriptor table as somebody found it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The number.
    pub fd: i32,
    /// What it refers to.
    pub what: Thing,
    /// FD_CLOEXEC, where that is known.
    pub cloexec: Option<bool>,
    /// O_NONBLOCK, where that is known.
    pub nonblock: Option<bool>,
    /// Somebody who is not in the picture may hold it, or its other side, too.
    pub outside: bool,
}

/// What a descriptor can be found to refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thing {
    /// One side of a pipe.
    Pipe {
        /// The pipe's inode: both sides have the same.
        inode: u64,
        /// Which side.
        side: Side,
    },
    /// An opening of a FIFO.
    Fifo {
        /// Where it is.
        path: String,
        /// For what it was opened.
        side: Side,
    },
    /// A socket of AF_UNIX.
    Socket {
        /// Its SOCK_ type.
        kind: i32,
        /// Its inode.
        inode: u64,
        /// Its peer's inode, if it is connected and that is known.
        peer: Option<u64>,
        /// What it is bound to.
        address: Option<String>,
        /// It listens.
        listens: bool,
    },
    /// Anything else: its kind (`file`, `tty`, `inet`, `eventfd`), and its name (`/etc/passwd`, `127.0.0.1:80`).
    Object {
        /// What kind of thing.
        kind: String,
        /// Which one.
        name: String,
    },
    /// The number is open, and that is all there is to know.
    Unknown,
}

/// For what a pipe or a FIFO is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// O_RDONLY.
    Reads,
    /// O_WRONLY.
    Writes,
    /// O_RDWR.
    Both,
}

/// What some calls have in common: who asked for them, and what they are to be shown as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// How they belong together.
    pub group: Group,
    /// The name a pair, pipe, socket, task or accepted end is to have.
    pub name: Option<String>,
    /// The line of the statement that ordered it.
    pub line: u32,
}

/// How the calls of one order belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// It is one call.
    Single,
    /// A loop of calls, shown as one.
    Loop(Loop),
    /// The reads of a `reader`, which is idle between them.
    Reader,
}

impl Group {
    /// Whether all its calls are one and the same.
    pub fn is_of_one_call(&self) -> bool {
        matches!(self, Self::Loop(Loop::Flood { .. } | Loop::Drain { .. }))
    }
}

/// How a task died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Death {
    /// By exit, with this code.
    Exited(i32),
    /// Of a signal.
    Killed(Signal),
    /// Nobody could say: reaped by somebody else before it was looked at.
    Unknown,
}

impl Death {
    /// What a status word of waitpid(2) says; none of one that tells of no death.
    pub fn of_status(status: i32) -> Option<Self> {
        match status & 0x7f {
            0 => Some(Self::Exited((status >> 8) & 0xff)),
            0x7f => None,
            signal => Some(Self::Killed(Signal(signal))),
        }
    }
}
