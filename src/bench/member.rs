//! One task as the program holds it: its control end, its ring, its pidfd, its files under /proc.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::rc::Rc;

use crate::abi::Errno;
use crate::agent::record::RingRecord;
use crate::order::{Call, Outcome};
use crate::sys::control::{self, OrderSender};
use crate::sys::procfs::ThreadFiles;
use crate::sys::ring::{self, RingReader, SIGNAL_COUNTERS};
use crate::sys::{SysError, fork};
use crate::trace::{Birth, Fact, TaskId};

use super::Assignment;

/// What a task is at, by its own records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Forked, not at its place yet.
    Arriving,
    /// Waits for an order, or is a reader and waits for one or for something to read.
    Waiting,
    /// Has an order, and is not in a call.
    Busy,
    /// Has an order that it will not carry out.
    LeavingOut,
    /// Entered a call and has not come back.
    Inside,
}

/// More handled signals than this at once no agent can have counted since it was looked at last.
const MOST_SIGNALS: u64 = 1 << 20;

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
    /// A stop was sent to it, and no SIGCONT since: it may not have arrived yet.
    pub is_to_stop: bool,
    /// Its last order made it a `reader`: between two reads it waits.
    pub is_reader: bool,
    /// The order that it is at.
    pub current: Option<Assignment>,
    /// Which of its calls it is at.
    step: u8,
    /// The order that ends its reading: what it records until it says so is still the reader's.
    pub next: Option<Assignment>,
    /// Orders that it has beside the one it is at; none for each that it leaves out, because a call before it failed.
    pub ahead: VecDeque<Option<Assignment>>,
    /// The error of its last call since it was last ordered in turn. If there was one, what was ordered ahead is left out.
    pub last_errno: Errno,
    /// The tasks that its fork or thread orders will make.
    pub pending: VecDeque<PendingTask>,
    /// Signals handled so far.
    signals: [u64; SIGNAL_COUNTERS],
    /// The time of its last record, for those that have none.
    pub last_ns: u64,
}

/// What is prepared for a task: the program's side, and the descriptors of its own.
pub(super) type Made = (PendingTask, [OwnedFd; 2]);

/// What a task to be born will need on the program's side.
#[derive(Debug)]
pub(super) struct PendingTask {
    pub name: String,
    pub control: OrderSender,
    pub ring: RingReader,
    /// What it is to do first.
    pub orders: Vec<Assignment>,
}

impl PendingTask {
    /// Makes control pair and ring for a task: our side, and what is its own.
    pub fn prepare(name: String) -> Result<Made, SysError> {
        let (control, their_control) = control::pair()?;
        let (their_ring, ring) = ring::create()?;
        Ok((Self { name, control, ring, orders: Vec::new() }, [their_control, their_ring]))
    }

    /// Orders that wait there for it.
    pub fn order_all(&mut self, orders: impl Iterator<Item = Assignment>) -> Result<(), SysError> {
        for assignment in orders {
            self.control.send(&assignment.work().message()).or_else(ignore_death)?;
            self.orders.push(assignment);
        }
        Ok(())
    }
}

impl Member {
    pub fn new(id: TaskId, birth: &Birth, pending: PendingTask, files: ThreadFiles) -> Result<Self, SysError> {
        let pidfd = if birth.pid == birth.tid { Some(fork::open_pidfd(birth.pid)?) } else { None };
        Ok(Self {
            id,
            name: pending.name,
            pid: birth.pid,
            tid: birth.tid,
            pidfd,
            control: pending.control,
            ring: pending.ring,
            files,
            phase: Phase::Arriving,
            is_stopped: false,
            is_to_stop: false,
            is_reader: false,
            current: None,
            step: 0,
            next: None,
            ahead: pending.orders.into_iter().map(Some).collect(),
            last_errno: Errno::NONE,
            pending: VecDeque::new(),
            signals: [0; SIGNAL_COUNTERS],
            last_ns: 0,
        })
    }

    /// Sends an order, and what belongs to the task that it makes. A task that has just died is no failure: its death is on its
    /// way as a fact.
    pub fn send(&mut self, message: &[u8], made: Option<Made>) -> Result<(), SysError> {
        self.control.send(message).or_else(ignore_death)?;
        if let Some((pending, fds)) = made {
            self.control.hand_over(&fds).or_else(ignore_death)?;
            self.pending.push_back(pending);
        }
        Ok(())
    }

    /// What becomes readable when it dies.
    pub fn death_watch(&self) -> Option<BorrowedFd<'_>> {
        self.pidfd.as_ref().map(AsFd::as_fd)
    }

    /// Signals that its handlers have counted since the last time, once for each; none if no handler can have counted that.
    pub fn new_signals(&mut self) -> Option<Vec<i32>> {
        let mut came = Vec::new();
        if !self.ring.has_new_signals() {
            return Some(came);
        }
        for (index, seen) in self.signals.iter_mut().enumerate().skip(1) {
            let count = self.ring.signal_count(index);
            let new = count.checked_sub(*seen).filter(|new| *new <= MOST_SIGNALS)?;
            let signal = i32::try_from(index).unwrap_or(0);
            came.extend((0..new).map(|_| signal));
            *seen = count;
        }
        Some(came)
    }

    /// Whether an agent that is at this records that next.
    pub fn may_record(&self, entry: &RingRecord) -> bool {
        let is_between_reads = self.is_reader && self.phase == Phase::Waiting;
        let is_call = |step| self.current.as_ref().is_some_and(|current| current.has_call(step));
        let is_single = self.current.as_ref().is_some_and(Assignment::is_single);
        match entry {
            RingRecord::Entered { step } => is_call(*step) && (self.phase == Phase::Busy || is_between_reads),
            RingRecord::Returned { .. } => self.phase == Phase::Inside,
            RingRecord::Again { step, .. } => self.phase == Phase::Inside && is_call(*step) && !is_single,
            RingRecord::Done => matches!(self.phase, Phase::Busy | Phase::LeavingOut),
            RingRecord::Ready => match self.phase {
                // Inside, where it has come by execve.
                Phase::Arriving | Phase::Inside => true,
                Phase::Waiting | Phase::Busy => self.is_reader,
                Phase::LeavingOut => false,
            },
        }
    }

    /// Takes in one of its records: its phase changes, and the facts are for the world.
    pub fn take(&mut self, entry: RingRecord) -> [Option<Fact>; 2] {
        let (phase, facts) = match entry {
            RingRecord::Entered { step } => (Phase::Inside, [self.entered(step), None]),
            RingRecord::Returned { ret, errno, outcome } => {
                self.last_errno = errno;
                self.note_returned(ret, outcome.as_deref());
                if errno != Errno::NONE {
                    self.leave_out_ahead();
                }
                let phase = if self.is_reader && self.next.is_none() { Phase::Waiting } else { Phase::Busy };
                (phase, [Some(Fact::Returned { ret, errno, outcome }), None])
            }
            RingRecord::Again { ret, step } => {
                self.note_returned(ret, None);
                let returned = Fact::Returned { ret, errno: Errno::NONE, outcome: None };
                (Phase::Inside, [Some(returned), self.entered(step)])
            }
            RingRecord::Done => {
                let done = (self.phase != Phase::LeavingOut).then_some(Fact::Done);
                let (phase, next) = self.next_ahead();
                (phase, [done, next])
            }
            RingRecord::Ready if self.phase == Phase::Arriving => {
                let (phase, next) = self.next_ahead();
                (phase, [next, None])
            }
            RingRecord::Ready if self.is_reader => {
                let next = self.next.take();
                self.is_reader = next.as_ref().is_some_and(Assignment::makes_reader);
                let phase = if next.is_some() { Phase::Busy } else { Phase::Waiting };
                (phase, [next.map(|next| self.begin(next)), None])
            }
            RingRecord::Ready => (self.phase, [None, None]),
        };
        self.phase = phase;
        facts
    }

    /// A call has failed: what was ordered after it is left out, and who was to be made by that is let go.
    fn leave_out_ahead(&mut self) {
        for order in &mut self.ahead {
            if order.take().is_some_and(|order| order.work().makes_task()) {
                self.pending.pop_back();
            }
        }
    }

    /// What was ordered ahead is begun, if there is anything.
    fn next_ahead(&mut self) -> (Phase, Option<Fact>) {
        match self.ahead.pop_front() {
            None => (Phase::Waiting, None),
            Some(None) => (Phase::LeavingOut, None),
            Some(Some(next)) => (Phase::Busy, Some(self.begin(next))),
        }
    }

    fn begin(&mut self, assignment: Assignment) -> Fact {
        let ordered = Rc::clone(assignment.ordered());
        self.current = Some(assignment);
        Fact::Ordered(ordered)
    }

    /// The ring says which call of the order; what it is the order says.
    fn entered(&mut self, step: u8) -> Option<Fact> {
        self.step = step;
        Some(Fact::Entered { call: self.current.as_ref()?.call(step) })
    }

    /// The calls of one round of its loop.
    pub fn round(&self) -> &[Rc<Call>] {
        self.current.as_ref().map_or(&[], Assignment::round)
    }

    /// So many calls of its loop were taken in together, each of which returned when the next was entered.
    pub fn note_again(&mut self, calls: usize, last_ns: u64) {
        let step = (usize::from(self.step) + calls) % self.round().len().max(1);
        (self.step, self.last_ns) = (u8::try_from(step).unwrap_or(0), last_ns);
    }

    fn note_returned(&mut self, ret: i32, outcome: Option<&Outcome>) {
        if let Some(current) = &mut self.current {
            current.note_returned(self.step, ret, outcome);
        }
    }
}

/// What /proc says of a task that has just been made.
pub(super) fn look_at(birth: &Birth) -> Result<ThreadFiles, SysError> {
    ThreadFiles::open(birth.pid, birth.tid).map_err(|error| {
        let is_hidden = error.kind() == std::io::ErrorKind::NotFound;
        let operation =
            if is_hidden { "look at a new task, which /proc hides (hidepid)" } else { "look at a new task" };
        SysError { operation, errno: Errno(error.raw_os_error().unwrap_or(0)) }
    })
}

/// An order or a signal to a task that has just died is no failure: its death is on its way as a fact.
pub(super) fn ignore_death(error: SysError) -> Result<(), SysError> {
    let gone = [Errno::EPIPE, Errno::ECONNRESET, Errno::from_name("ESRCH").unwrap_or(Errno::NONE)];
    if gone.contains(&error.errno) { Ok(()) } else { Err(error) }
}
