//! The raw facts: what the world is folded from.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::abi::{Errno, Signal};
use crate::order::{Outcome, Work};

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
pub enum Fact {
    /// It exists now.
    Born(Rc<Birth>),
    /// It was given an order, with the names for what the order makes.
    Ordered(Rc<Ordered>),
    /// It is about to make the `step`th call of its order (0, or 1 for the second call of an `echo` or `ping` round).
    Entered {
        /// Index into the order's calls.
        step: u8,
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
    /// The order is done.
    Done,
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
    /// It died.
    Died(Death),
    /// Its death was waited for by the program, or nobody needs to.
    Buried,
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
    /// Its name on the bench.
    pub name: String,
    /// Its process.
    pub pid: i32,
    /// Its thread; equal to `pid` for a process's first.
    pub tid: i32,
    /// Who forked or spawned it; none for `parent`.
    pub by: Option<TaskId>,
}

/// An order with its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// What to do.
    pub work: Work,
    /// The name a pair, pipe, socket, task or accepted end is to have.
    pub name: Option<String>,
    /// The line of the statement that ordered it.
    pub line: u32,
}

/// How a task died.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
