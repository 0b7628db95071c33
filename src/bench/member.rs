//! One task as the program holds it: its control end, its ring, its pidfd, its files under /proc.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

use crate::abi::Errno;
use crate::agent::record::Entry;
use crate::order::Work;
use crate::sys::control::{self, OrderSender};
use crate::sys::procfs::ThreadFiles;
use crate::sys::ring::{self, RingReader, SIGNAL_COUNTERS};
use crate::sys::{SysError, fork};
use crate::trace::{Birth, Fact, Ordered, TaskId};

/// What a task is at, by its own records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Forked, not at its place yet.
    Arriving,
    /// Waits for an order, or is a reader and waits for one or for something to read.
    Waiting,
    /// Has an order, and is not in a call.
    Busy,
    /// Entered a call and has not come back.
    Inside,
}

/// A task of the bench.
#[derive(Debug)]
pub(super) struct Member {
    pub id: TaskId,
    pub name: String,
    pub pid: i32,
    pub tid: i32,
    /// Of a process's first task.
    pub pidfd: Option<OwnedFd>,
    pub control: OrderSender,
    pub ring: RingReader,
    pub files: ThreadFiles,
    pub phase: Phase,
    pub is_stopped: bool,
    /// Its last order made it a `reader`: between two reads it waits.
    pub is_reader: bool,
    /// The order that ends its reading: what it records until it says so is still the reader's.
    pub next: Option<Rc<Ordered>>,
    /// The task that its running fork or thread order will make.
    pub apprentice: Option<Apprentice>,
    /// Signals handled so far.
    signals: [u64; SIGNAL_COUNTERS],
    /// The time of its last record, for those that have none.
    pub last_ns: u64,
}

/// What a task to be born will need on the program's side.
#[derive(Debug)]
pub(super) struct Apprentice {
    pub name: String,
    pub control: OrderSender,
    pub ring: RingReader,
}

impl Apprentice {
    /// Makes control pair and ring for the task that an order will make: our side, and what to hand over.
    pub fn prepare(ordered: &Rc<Ordered>) -> Result<(Self, [OwnedFd; 2]), SysError> {
        let (control, their_control) = control::pair()?;
        let (their_ring, ring) = ring::create()?;
        let name = ordered.name.clone().unwrap_or_default();
        Ok((Self { name, control, ring }, [their_control, their_ring]))
    }
}

impl Member {
    pub fn new(id: TaskId, birth: &Birth, control: OrderSender, ring: RingReader) -> Result<Self, SysError> {
        let pidfd = if birth.pid == birth.tid { Some(fork::open_pidfd(birth.pid)?) } else { None };
        let files = ThreadFiles::open(birth.pid, birth.tid).map_err(|error| SysError {
            operation: "look at a new task",
            errno: Errno(error.raw_os_error().unwrap_or(0)),
        })?;
        Ok(Self {
            id,
            name: birth.name.clone(),
            pid: birth.pid,
            tid: birth.tid,
            pidfd,
            control,
            ring,
            files,
            phase: Phase::Arriving,
            is_stopped: false,
            is_reader: false,
            next: None,
            apprentice: None,
            signals: [0; SIGNAL_COUNTERS],
            last_ns: 0,
        })
    }

    /// What becomes readable when it dies.
    pub fn death_watch(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_ref().map(AsFd::as_fd)
    }

    /// Signals that its handlers have counted since the last time, once for each.
    pub fn new_signals(&mut self) -> Vec<i32> {
        let mut came = Vec::new();
        if !self.ring.has_new_signals() {
            return came;
        }
        for (index, seen) in self.signals.iter_mut().enumerate().skip(1) {
            let count = self.ring.signal_count(index);
            let signal = i32::try_from(index).unwrap_or(0);
            came.extend((*seen..count).map(|_| signal));
            *seen = count;
        }
        came
    }

    /// Takes in one of its records: its phase changes, and the facts are for the world.
    pub fn take(&mut self, entry: Entry) -> [Option<Fact>; 2] {
        let returned = |ret, errno, outcome| Some(Fact::Returned { ret, errno, outcome });
        let (phase, facts) = match entry {
            Entry::Entered { step } => (Phase::Inside, [Some(Fact::Entered { step }), None]),
            Entry::Returned { ret, errno, outcome } => {
                let phase = if self.is_reader && self.next.is_none() { Phase::Waiting } else { Phase::Busy };
                (phase, [returned(ret, errno, outcome), None])
            }
            Entry::Again { ret, step } => {
                (Phase::Inside, [returned(ret, Errno::NONE, None), Some(Fact::Entered { step })])
            }
            Entry::Done => (Phase::Waiting, [Some(Fact::Done), None]),
            Entry::Ready if self.phase == Phase::Arriving => (Phase::Waiting, [None, None]),
            Entry::Ready if self.is_reader => {
                let next = self.next.take();
                self.is_reader = next.as_ref().is_some_and(|next| matches!(next.work, Work::Reader { .. }));
                let phase = if next.is_some() { Phase::Busy } else { Phase::Waiting };
                (phase, [next.map(Fact::Ordered), None])
            }
            Entry::Ready => (self.phase, [None, None]),
        };
        self.phase = phase;
        facts
    }
}
