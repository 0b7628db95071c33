//! The watcher's loop: takes stops until nobody is left, lets tasks go on by the rule of order, looks at sleepers when it is
//! quiet, and otherwise sleeps in poll(2).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd};
use std::thread;
use std::time::Duration;

use crate::abi::Errno;
use crate::app::program::StepOrder;
use crate::order::Call;
use crate::sys::child_signal::ChildSignal;
use crate::sys::confine::{Confinement, Network};
use crate::sys::launch::{self, Surroundings, Waiting};
use crate::sys::ptrace::{self, TraceStop};
use crate::sys::seccomp::Filter;
use crate::sys::{SysError, now_ns, poll};
use crate::trace::{Fact, Record, TaskId};

use super::frames::Receiver;
use super::scheduling::Scheduling;
use super::sleep_checks::SleepChecks;
use super::tables::Tables;
use super::tracee::{Handlers, HandlersId, Tracee};

/// Stops that are taken before those who wait for their turn are looked at.
const STOPS_A_ROUND: usize = 64;

/// While somebody waits for a turn, the kernel is asked this often whether the other is asleep by now.
const TURN_PAUSE: Duration = Duration::from_micros(50);

/// For so long the next stop is looked for before the watcher sleeps: most programs come to their next call sooner than a processor
/// that has fallen asleep wakes up. Who else wants the processor gets it.
const LOOK_NS: u64 = 50_000;

/// How long records wait for more of them before the other side is woken: each wake-up takes a processor from the program.
const LONGEST_BATCH_NS: u64 = 1_000_000;

/// Where the records go.
pub trait RecordSink {
    /// One more record.
    fn record(&mut self, record: Record);
    /// Something that cannot be seen, said once.
    fn note(&mut self, text: &str);
    /// Nobody runs, and these stand before these calls.
    fn standing(&mut self, standing: Vec<(TaskId, Call)>);
    /// Everything so far is to be readable for the other side. False: nobody reads any more.
    fn flush(&mut self) -> bool;
}

/// How a watched program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatcherExit {
    /// Its first process has ended with this wait status, and nobody of it is left.
    Status(i32),
    /// It could not be executed.
    NotExecuted(Errno),
    /// Nobody reads the records any more.
    NobodyReads,
}

/// The tracer and all that it knows.
pub struct Watcher<'a> {
    pub(super) root: i32,
    pub(super) root_status: Option<i32>,
    /// The program is executed; before that nothing is shown.
    pub(super) has_begun: bool,
    pub(super) tracees: BTreeMap<i32, Tracee>,
    /// Children whose first stop came before their birth was told.
    pub(super) unborn: BTreeSet<i32>,
    pub(super) tables: Tables,
    pub(super) handlers: HashMap<HandlersId, Handlers>,
    /// Tasks that wait for their turn on a channel, in order of arrival.
    pub(super) queue: Vec<i32>,
    pub(super) sleep_checks: SleepChecks,
    pub(super) next_task: u32,
    pub(super) next_child: u32,
    pub(super) next_handlers: u32,
    pub(super) order: u64,
    pub(super) said: BTreeSet<&'static str>,
    pub(super) scheduling: Scheduling,
    turn: u32,
    acting: Option<TaskId>,
    pub(super) out: &'a mut dyn RecordSink,
    /// When the first was made of what the other side was not woken for.
    unsaid_since_ns: Option<u64>,
    /// What the person who steps the program wants; none where nobody can.
    orders: Option<Receiver<StepOrder>>,
}

impl<'a> Watcher<'a> {
    /// Starts the program, on this terminal where one is given and within these bounds, and watches it to its end, in this pace,
    /// which orders may change.
    pub fn watch(
        arguments: &[CString],
        (terminal, bounds): (Option<&CString>, Option<Confinement<'_>>),
        (scheduling, orders): (Scheduling, Option<Receiver<StepOrder>>),
        out: &'a mut dyn RecordSink,
    ) -> Result<WatcherExit, SysError> {
        let children = ChildSignal::open()?;
        let filter = match bounds.map(|bounds| bounds.network) {
            Some(Network::Filtered) => Filter::build(|_| true).without_network().for_a_stranger(),
            Some(Network::OwnNamespace) => Filter::build(|_| true).for_a_stranger(),
            None => Filter::build(|_| true),
        };
        let given = Surroundings { terminal, limits: bounds.map(|bounds| bounds.limits) };
        let mut waiting = launch::launch(arguments, &filter, given)?;
        ptrace::seize(waiting.pid)?;
        waiting.open_gate()?;
        let mut watcher = Self::new(waiting.pid, (scheduling, orders), out);
        if !watcher.run(&children)? {
            return Ok(WatcherExit::NobodyReads);
        }
        Ok(watcher.ending(waiting))
    }

    fn new(
        root: i32,
        (scheduling, orders): (Scheduling, Option<Receiver<StepOrder>>),
        out: &'a mut dyn RecordSink,
    ) -> Self {
        Self {
            root,
            root_status: None,
            has_begun: false,
            tracees: BTreeMap::new(),
            unborn: BTreeSet::new(),
            tables: Tables::new(),
            handlers: HashMap::new(),
            queue: Vec::new(),
            sleep_checks: SleepChecks::default(),
            next_task: 0,
            next_child: 0,
            next_handlers: 0,
            order: 0,
            said: BTreeSet::new(),
            scheduling,
            turn: 0,
            acting: None,
            out,
            unsaid_since_ns: None,
            orders,
        }
    }

    fn ending(&self, waiting: Waiting) -> WatcherExit {
        match waiting.failure() {
            Some(errno) if !self.has_begun => WatcherExit::NotExecuted(errno),
            _ => WatcherExit::Status(self.root_status.unwrap_or(0)),
        }
    }

    /// Until nobody is left; false if nobody reads any more.
    fn run(&mut self, children: &ChildSignal) -> Result<bool, SysError> {
        loop {
            if !self.take_stops()? {
                return Ok(self.out.flush());
            }
            if self.until_said().is_some_and(|left| left.is_zero()) {
                self.unsaid_since_ns = None;
                if !self.out.flush() {
                    return Ok(false);
                }
                self.take_orders();
            }
            // Who may go on is looked for behind the last order: one that is taken later would lie until something else happens.
            self.adopt_unborn();
            let is_moving = self.admit_waiting();
            let again = self.pick();
            let until = self.look_at_sleepers();
            let pause = if is_moving { Some(TURN_PAUSE) } else { until };
            let pause = [again, pause, self.until_said()].into_iter().flatten().min();
            if self.finds_stop() {
                continue;
            }
            let orders = self.orders.as_ref().filter(|orders| !orders.is_over()).map(|orders| orders.pipe().as_fd());
            let fds: Vec<BorrowedFd<'_>> = std::iter::once(children.fd()).chain(orders).collect();
            poll::wait(&fds, pause)?;
            children.drain();
            self.take_orders();
        }
    }

    /// How long what was not said may wait still; none where all was said.
    fn until_said(&self) -> Option<Duration> {
        let age = now_ns().saturating_sub(self.unsaid_since_ns?);
        Some(Duration::from_nanos(LONGEST_BATCH_NS.saturating_sub(age)))
    }

    fn take_orders(&mut self) {
        let Some(orders) = self.orders.as_mut().filter(|orders| !orders.is_over()) else { return };
        for order in orders.receive().unwrap_or_default() {
            self.obey(order);
        }
    }

    /// Takes what has stopped; false if nobody is left.
    fn take_stops(&mut self) -> Result<bool, SysError> {
        for _ in 0..STOPS_A_ROUND {
            match ptrace::next_stop() {
                Ok(Some((tid, stop))) => self.take(tid, stop),
                Ok(None) | Err(Errno::EINTR) => return Ok(true),
                Err(Errno::ECHILD) => return Ok(false),
                Err(errno) => return Err(SysError { operation: "wait for the program", errno }),
            }
        }
        Ok(true)
    }

    /// Looks for the next stop for a while, and takes it; false if none came.
    fn finds_stop(&mut self) -> bool {
        let until = now_ns() + LOOK_NS;
        while now_ns() < until {
            match ptrace::next_stop() {
                Ok(Some((tid, stop))) => {
                    self.take(tid, stop);
                    return true;
                }
                Ok(None) => thread::yield_now(),
                Err(_) => return false,
            }
        }
        false
    }

    fn take(&mut self, tid: i32, stop: TraceStop) {
        if !self.has_begun {
            return self.take_before_begin(tid, stop);
        }
        if !self.tracees.contains_key(&tid) && !matches!(stop, TraceStop::Executed(_)) {
            return self.take_unborn(tid, stop);
        }
        match stop {
            TraceStop::CallEntry => self.enter(tid),
            TraceStop::CallExit => self.leave(tid),
            TraceStop::Made(child) => self.made(tid, child),
            TraceStop::Executed(former) => self.executed(tid, former),
            TraceStop::Exiting(status) => self.exiting(tid, status),
            TraceStop::Group(signal) => self.group_stopped(tid, signal),
            TraceStop::Attached => self.attached(tid),
            TraceStop::Signal(signal) => self.signalled(tid, signal),
            TraceStop::Gone(status) => self.gone(tid, status),
        }
    }

    /// The launching process on its way to the program: it is not the program's, and is not shown.
    fn take_before_begin(&mut self, tid: i32, stop: TraceStop) {
        match stop {
            TraceStop::Executed(_) => self.begin(tid),
            TraceStop::Gone(status) => self.root_status = Some(status),
            TraceStop::Signal(signal) => go_on(tid, signal),
            TraceStop::Group(_) => {
                let _ = ptrace::stay_stopped(tid);
            }
            TraceStop::CallEntry
            | TraceStop::CallExit
            | TraceStop::Made(_)
            | TraceStop::Exiting(_)
            | TraceStop::Attached => {
                go_on(tid, 0);
            }
        }
    }

    /// One more record about a task. The turn counts up when another task acts.
    pub(super) fn record(&mut self, task: TaskId, fact: Fact) {
        if matches!(fact, Fact::Entered { .. }) && self.acting != Some(task) {
            self.acting = Some(task);
            self.turn += 1;
        }
        self.has_to_say();
        self.out.record(Record { line: self.turn, task, t_ns: now_ns(), fact });
    }

    /// Says once what cannot be seen.
    pub(super) fn note(&mut self, kind: &'static str, text: &str) {
        if self.said.insert(kind) {
            self.has_to_say();
            self.out.note(text);
        }
    }

    /// The other side is to be woken in a while.
    pub(super) fn has_to_say(&mut self) {
        self.unsaid_since_ns.get_or_insert_with(now_ns);
    }
}

/// Lets a task go on. One that was killed meanwhile is not there any more, which its end will tell.
pub(super) fn go_on(tid: i32, signal: i32) {
    let _ = ptrace::go_on(tid, signal);
}
