//! Tasks and processes: who lives, in what state, with which descriptor table, in the middle of what.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::order::{Call, Loop, Payload, Work};
use crate::script::{Disposition, TaskState};
use crate::trace::{Burst, Death, Names, Ordered, TaskId};

use super::kind::EndId;

/// A thread of execution with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its identity.
    pub id: TaskId,
    /// Its name.
    pub name: String,
    /// Its process's number.
    pub pid: i32,
    /// Its thread's number; `pid` for a process's first task.
    pub tid: i32,
    /// The first task of its process, itself or another.
    pub process: TaskId,
    /// Who made it.
    pub by: Option<TaskId>,
    /// Its state.
    pub state: TaskState,
    /// How it died.
    pub death: Option<Death>,
    /// What it is in the middle of.
    pub ongoing: Option<Ongoing>,
}

/// An order that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ongoing {
    /// The order.
    pub ordered: Rc<Ordered>,
    /// Its calls, one round.
    pub calls: Rc<[Call]>,
    /// What a write of each step sends.
    pub content: Vec<Rc<[Payload]>>,
    /// Names for the numbers in the call.
    pub names: Names,
    /// Which call it is at.
    pub step: u8,
    /// Entered and not returned.
    pub inside: bool,
    /// When it entered, nanoseconds.
    pub entered_ns: u64,
    /// It was reported asleep; the line of that statement is the order's.
    pub slept: bool,
    /// The write it is inside of: the end it goes to, and its number there.
    pub write: Option<(EndId, u64)>,
    /// What its call is about, by numbers that another thread has closed meanwhile: the kernel keeps it open for the call.
    pub kept: Vec<(i32, EndId)>,
    /// What it does was seen by another task, and folded, before it returned.
    pub applied_early: bool,
    /// A loop's calls so far.
    pub burst: Option<Box<Burst>>,
}

/// A process: a descriptor table and dispositions, shared by its threads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Process {
    /// Number to what it refers to.
    pub table: BTreeMap<i32, Descriptor>,
    /// Signals whose disposition was changed.
    pub dispositions: BTreeMap<i32, Disposition>,
}

/// An entry of a descriptor table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// The end it refers to.
    pub end: EndId,
    /// FD_CLOEXEC.
    pub cloexec: bool,
}

impl Ongoing {
    /// Whether it is an `echo`, whose writes have no content but what its reads brought.
    pub fn is_echo(&self) -> bool {
        matches!(self.ordered.work, Work::Loop { of: Loop::Echo { .. }, .. })
    }

    /// The call it is at.
    pub fn call(&self) -> &Call {
        &self.calls[usize::from(self.step).min(self.calls.len() - 1)]
    }
}

impl Task {
    /// Whether it can still do something.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, TaskState::Zombie | TaskState::Dead)
    }

    /// The call it is at, if it has an order.
    pub fn current_call(&self) -> Option<&Call> {
        self.ongoing.as_ref().map(Ongoing::call)
    }

    /// Whether it is a `reader`, which is idle and reads by itself.
    pub fn is_reader(&self) -> bool {
        self.ongoing.as_ref().is_some_and(|ongoing| matches!(ongoing.ordered.work, Work::Reader { .. }))
    }

    /// The call it is asleep in, if it is.
    pub fn sleeping_call(&self) -> Option<&Ongoing> {
        self.ongoing.as_ref().filter(|_| self.state == TaskState::Asleep)
    }
}

impl Process {
    /// The lowest descriptor that refers to an end.
    pub fn lowest(&self, end: EndId) -> Option<i32> {
        self.table.iter().find(|(_, descriptor)| descriptor.end == end).map(|(fd, _)| *fd)
    }
}
