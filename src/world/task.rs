//! Tasks and processes: who lives, in what state, with which descriptor table, in the middle of what.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::abi::{Disposition, Signal, TaskState};
use crate::order::{Call, Payload};
use crate::trace::{Burst, Death, Group, Names, Ordered, Role, TaskId};

use super::kind::EndId;
use super::origin::{Origin, Origins, Sender, ToldReadable};

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
    /// The process group and session that its process is in, where that is known.
    pub group: Option<ProcessGroup>,
    /// Who made it.
    pub by: Option<TaskId>,
    /// What it is there for.
    pub role: Role,
    /// The program it runs, where that is not the bench's own.
    pub program: Option<String>,
    /// Its state.
    pub state: TaskState,
    /// How it died.
    pub death: Option<Death>,
    /// Its parent ignored SIGCHLD when it died: the kernel removed it at once, and kept no status.
    pub left_no_zombie: bool,
    /// Signals that it has blocked, and who did that: they wait until they are taken by a signalfd.
    pub blocked: BTreeMap<i32, Origin>,
    /// Signals that were sent to its process and have not come, and by whom.
    pub sent: BTreeMap<i32, Sender>,
    /// The signal that came last, and who sent it, where somebody on the bench did.
    pub came: Option<(Signal, Option<Sender>)>,
    /// It is about to die, and has given up its descriptors.
    pub is_exiting: bool,
    /// What its calls are made for; none of calls that nobody ordered.
    pub order: Option<Order>,
    /// The call it is inside of, or has just come back from.
    pub ongoing: Option<Ongoing>,
    /// Where poll or epoll has told it of something to read.
    pub told_readable: Vec<ToldReadable>,
    /// The signal that it asked for when its parent dies, PR_SET_PDEATHSIG, and by which call.
    pub death_signal: Option<(Signal, Origin)>,
    /// What its stdio had in buffers when it ended or executed another program; at most [`MAX_UNWRITTEN`].
    pub unwritten: Vec<Lost>,
    /// What it had taken in a read that did not return before it died.
    pub taken_along: Option<TakenAlong>,
}

/// Buffers of one task that are remembered.
pub const MAX_UNWRITTEN: usize = 4;

/// Closed numbers of one process that are remembered.
pub const MAX_CLOSED: usize = 64;

/// A number that means nothing any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClosedNumber {
    /// What it referred to.
    pub label: String,
    /// Who closed it.
    pub origin: Origin,
}

/// What a call had taken out of a queue when its task died in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenAlong {
    /// Where it read.
    pub from: String,
    /// How many bytes.
    pub bytes: u64,
    /// How many messages, where there are such.
    pub messages: Option<u64>,
    /// The kernel keeps an error for the next call there.
    pub leaves_error: bool,
}

/// Bytes that stdio has not written, and nobody will.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Where they were to go.
    pub to: String,
    /// The bytes.
    pub data: Payload,
}

/// The process group that a process is in, credentials(7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessGroup {
    /// The number of the process that made it.
    pub id: i32,
    /// The same of its session; none where nobody saw which it is.
    pub session: Option<i32>,
    /// Who brought the process into it; none where it was born there.
    pub origin: Option<Origin>,
}

/// An order that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// How its calls belong together.
    pub ordered: Rc<Ordered>,
    /// A loop's calls so far.
    pub burst: Option<Box<Burst>>,
}

/// A call that was entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ongoing {
    /// The call.
    pub call: Rc<Call>,
    /// What its descriptors referred to when it was entered, and refer to until it returns.
    pub refers: Vec<(i32, EndId)>,
    /// Names for the numbers in the call.
    pub names: Names,
    /// The buffers of the writing calls of its order, each with its call: those of a loop are shared by all rounds.
    pub contents: Vec<(Rc<Call>, Rc<[Payload]>)>,
    /// Entered and not returned.
    pub inside: bool,
    /// When it entered, nanoseconds.
    pub entered_ns: u64,
    /// The line of the statement that it belongs to.
    pub line: u32,
    /// It was reported asleep.
    pub slept: bool,
    /// The write it is inside of: the end it goes to, and its number there.
    pub write: Option<(EndId, u64)>,
    /// Messages of the same call behind that one; their numbers follow.
    pub more_writes: u32,
    /// The end that it may move bytes to: splice, tee, sendfile.
    pub moves_to: Option<EndId>,
    /// Of what it refers to, the numbers that another thread has closed meanwhile: the kernel keeps it open for the call.
    pub kept: Vec<(i32, EndId)>,
    /// What it does was seen by another task, and folded, before it returned.
    pub applied_early: bool,
    /// Signals that it went on after: it was begun anew.
    pub restarted_after: Option<Signal>,
}

/// A process: a descriptor table and dispositions, shared by its threads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Process {
    /// Number to what it refers to.
    pub table: BTreeMap<i32, Descriptor>,
    /// Signals whose disposition was changed.
    pub dispositions: BTreeMap<i32, Disposition>,
    /// The soft limit RLIMIT_NOFILE, where a call has set it.
    pub most_descriptors: Option<u64>,
    /// Who set these; a fork copies that too.
    pub origins: Origins,
    /// What the number of the last dup2 meant before.
    pub closed_by_dup: Option<String>,
    /// What the last execve closed: numbers, what they referred to, and which fcntl had marked them, if one had.
    pub closed_by_exec: Vec<(i32, String, Option<Origin>)>,
    /// The same of the last close_range.
    pub closed_by_range: Vec<(i32, String)>,
    /// What numbers meant that were closed, and who closed them; at most [`MAX_CLOSED`]. A fork copies that too.
    pub closed: BTreeMap<i32, ClosedNumber>,
}

/// An entry of a descriptor table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptor {
    /// What it refers to: an end of a channel, or an object.
    pub end: EndId,
    /// The other side of a FIFO that was opened for both.
    pub also: Option<EndId>,
    /// Of a FIFO: the open file description, where somebody saw it made.
    pub opening: Option<EndId>,
    /// FD_CLOEXEC.
    pub cloexec: bool,
    /// Which fcntl set that, if one did.
    pub marked_by: Option<Origin>,
    /// How it came into this table: the call that made it, a fork, a dup, SCM_RIGHTS; none where nobody saw that.
    pub origin: Option<Origin>,
}

impl Descriptor {
    /// A standard stream of the bench's.
    pub const NULL: Self = Self::to(EndId::NULL);

    /// One that refers to this alone, stays open at exec, and came by no call that is known.
    pub const fn to(end: EndId) -> Self {
        Self { end, also: None, opening: None, cloexec: false, marked_by: None, origin: None }
    }

    /// All that it refers to.
    pub fn ends(&self) -> impl Iterator<Item = EndId> + use<> {
        std::iter::once(self.end).chain(self.also)
    }

    /// Whether it refers to this: an end, an object, or one opening of a FIFO.
    pub fn is_of(&self, id: EndId) -> bool {
        self.end == id || self.also == Some(id) || self.opening == Some(id)
    }

    /// What a message carries that passes it on: the open file description.
    pub fn passed(&self) -> EndId {
        self.opening.unwrap_or(self.end)
    }
}

impl Ongoing {
    /// One that is about to be entered.
    pub(super) fn new(call: &Rc<Call>, line: u32) -> Self {
        Self {
            call: Rc::clone(call),
            refers: Vec::new(),
            names: Names::default(),
            contents: Vec::new(),
            inside: false,
            entered_ns: 0,
            line,
            slept: false,
            write: None,
            more_writes: 0,
            moves_to: None,
            kept: Vec::new(),
            applied_early: false,
            restarted_after: None,
        }
    }

    /// It is entered, or the next call of its loop.
    pub(super) fn enter(&mut self, call: &Rc<Call>, t_ns: u64) {
        self.call = Rc::clone(call);
        (self.inside, self.entered_ns) = (true, t_ns);
    }

    /// What the call writes, if it writes; of a loop's call the same each time.
    pub(super) fn content(&mut self) -> Option<Rc<[Payload]>> {
        /// Calls of one round, as far as they write.
        const MOST: usize = 2;
        let payloads = Some(self.call.payloads()).filter(|payloads| !payloads.is_empty())?;
        if let Some(known) = self.contents.iter().find(|known| Rc::ptr_eq(&known.0, &self.call) || known.0 == self.call)
        {
            return Some(Rc::clone(&known.1));
        }
        let content: Rc<[Payload]> = payloads.into();
        if self.contents.len() >= MOST {
            self.contents.remove(0);
        }
        self.contents.push((Rc::clone(&self.call), Rc::clone(&content)));
        Some(content)
    }

    /// The call.
    pub fn call(&self) -> &Call {
        &self.call
    }

    /// What a number in the call refers to.
    pub fn end_of(&self, fd: i32) -> Option<EndId> {
        self.refers.iter().find(|row| row.0 == fd).map(|row| row.1)
    }
}

impl Task {
    /// Whether it is its process's first: the one by whose number it is waited for.
    pub fn leads_process(&self) -> bool {
        self.pid == self.tid
    }

    /// Whether it can still do something.
    pub fn is_alive(&self) -> bool {
        !matches!(self.state, TaskState::Zombie | TaskState::Dead)
    }

    /// The call it is inside of, or has come back from while its order is not done.
    pub fn current_call(&self) -> Option<&Call> {
        self.ongoing.as_ref().map(Ongoing::call)
    }

    /// A loop's calls so far, if it is in one.
    pub fn burst(&self) -> Option<&Burst> {
        self.order.as_ref().and_then(|order| order.burst.as_deref())
    }

    /// Whether it is a `reader`, which is idle and reads by itself.
    pub fn is_reader(&self) -> bool {
        self.order.as_ref().is_some_and(|order| order.ordered.group == Group::Reader)
    }

    /// The call it is asleep in, if it is.
    pub fn sleeping_call(&self) -> Option<&Ongoing> {
        self.ongoing.as_ref().filter(|_| self.state == TaskState::Asleep)
    }
}

impl Process {
    /// One whose standard streams are /dev/null.
    pub fn with_null_streams() -> Self {
        let table = (0..=2).map(|fd| (fd, Descriptor::NULL)).collect();
        Self { table, ..Self::default() }
    }

    /// Whether it ignores a signal because it was asked to.
    pub fn ignores(&self, signal: Signal) -> bool {
        self.dispositions.get(&signal.0) == Some(&Disposition::Ignore)
    }

    /// The rows that people are shown: all but the standard streams, as long as they are nothing but /dev/null.
    pub fn rows(&self) -> impl Iterator<Item = (i32, &Descriptor)> {
        let is_plain = |fd: i32, row: &Descriptor| fd <= 2 && row.end == EndId::NULL;
        self.table.iter().map(|(fd, row)| (*fd, row)).filter(move |(fd, row)| !is_plain(*fd, row))
    }

    /// The lowest descriptor that refers to an end, an object, or one opening of a FIFO.
    pub fn lowest(&self, id: EndId) -> Option<i32> {
        self.table.iter().find(|(_, descriptor)| descriptor.is_of(id)).map(|(fd, _)| *fd)
    }
}
