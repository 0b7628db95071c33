//! The picture folded from the trace: who lives, who holds which end, which bytes wait where. Pure: folding the same records
//! gives the same world, so the past is a shorter fold and a panel can be tested without a process.

mod audit;
pub mod channel;
pub mod fold;
pub mod former;
pub mod history;
pub mod kind;
pub mod ledger;
mod locks;
mod names;
pub mod object;
pub mod opening;
pub mod origin;
mod shared;
pub mod task;

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::abi::TaskState;
use crate::order::Call;
use crate::script::EndName;
use crate::trace::{FdReport, HoldersReport, Role, TaskId, TaskReport};

use channel::{Channel, End};
use former::FormerAddress;
use kind::{ChannelId, EndId, Kind};
use object::Object;
use opening::FifoOpening;
use shared::SharedMap;
use task::{Descriptor, Process, Task};

/// Calls of a loop that are kept one by one, unless every call is asked for.
pub const BURST_KEEP: usize = 64;
/// Dead channels, and dead tasks, that are still remembered.
pub const DEAD_KEPT: usize = 64;

/// What the kernel says once, and no call changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// Bytes of a page: a pipe of packets cuts longer writes into packets of so many.
    pub page: u64,
    /// The user that all tasks are.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

impl Default for Machine {
    /// Something for tests.
    fn default() -> Self {
        Self { page: 4096, uid: 0, gid: 0 }
    }
}

/// Everything on one bench.
#[derive(Debug, Clone, Default)]
pub struct World {
    tasks: SharedMap<TaskId, Task>,
    processes: SharedMap<TaskId, Process>,
    ends: SharedMap<EndId, End>,
    objects: BTreeMap<EndId, Object>,
    openings: BTreeMap<EndId, FifoOpening>,
    channels: BTreeMap<ChannelId, Channel>,
    names: HashMap<EndName, EndId>,
    /// Named datagram and listening sockets, and FIFOs, by their address as written.
    addresses: HashMap<(String, Kind), EndId>,
    /// Addresses that sockets were bound to, the last of them last.
    former: VecDeque<FormerAddress>,
    /// Ends by the kernel's number for them, and the side of a pipe.
    inodes: HashMap<(u64, usize), EndId>,
    /// How many of each kind were named by order of making.
    counted: BTreeMap<&'static str, u32>,
    next_end: u64,
    next_channel: u64,
    anomalies: VecDeque<String>,
    keep_every_call: bool,
    takes_no_statements: bool,
    machine: Machine,
    calls: u64,
    facts: u64,
    /// The line of the last record.
    line: u32,
}

impl World {
    /// An empty bench.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same on a certain machine.
    #[must_use]
    pub fn on(mut self, machine: Machine) -> Self {
        self.machine = machine;
        self
    }

    /// The same, with every call of a loop as an event of its own.
    #[must_use]
    pub fn keeping_every_call(mut self) -> Self {
        self.keep_every_call = true;
        self
    }

    /// The same of what nobody can act on: a recording, a log, a watched program.
    #[must_use]
    pub fn without_statements(mut self) -> Self {
        self.takes_no_statements = true;
        self
    }

    /// The line of the statement during which the last record came.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Whether somebody can type statements about it.
    pub fn takes_statements(&self) -> bool {
        !self.takes_no_statements && self.tasks.values().next().is_none_or(|first| first.role != Role::Stranger)
    }

    /// What the kernel says once.
    pub fn machine(&self) -> Machine {
        self.machine
    }

    /// All tasks in order of creation, the dead ones that are remembered included.
    pub fn tasks(&self) -> impl DoubleEndedIterator<Item = &Task> {
        self.tasks.values()
    }

    /// A task by identity.
    pub fn task(&self, id: TaskId) -> Option<&Task> {
        self.tasks.get(&id)
    }

    /// A task by name; of several with one name the newest.
    pub fn task_named(&self, name: &str) -> Option<&Task> {
        self.tasks.values().rev().find(|task| task.name == name)
    }

    /// The task with this thread number, or the first task of this process; living ones before dead ones.
    pub fn task_of_pid(&self, pid: i32) -> Option<&Task> {
        let with_pid = || self.tasks.values().rev().filter(move |task| task.pid == pid && task.leads_process());
        with_pid().find(|task| task.state != TaskState::Dead).or_else(|| with_pid().next())
    }

    /// [`Self::task_of_pid`] of every number at once.
    fn leaders(&self) -> BTreeMap<i32, &Task> {
        let mut leaders: BTreeMap<i32, &Task> = BTreeMap::new();
        for task in self.tasks.values().filter(|task| task.leads_process()) {
            let is_there = |task: &Task| task.state != TaskState::Dead;
            if is_there(task) || leaders.get(&task.pid).is_none_or(|before| !is_there(before)) {
                leaders.insert(task.pid, task);
            }
        }
        leaders
    }

    /// A task's descriptor table and dispositions; none once it is dead.
    pub fn process_of(&self, task: TaskId) -> Option<&Process> {
        self.processes.get(&self.tasks.get(&task)?.process)
    }

    /// All channels in order of creation, the dead ones that are remembered included.
    pub fn channels(&self) -> impl DoubleEndedIterator<Item = &Channel> {
        self.channels.values()
    }

    /// A channel by identity.
    pub fn channel(&self, id: ChannelId) -> Option<&Channel> {
        self.channels.get(&id)
    }

    /// Whether somebody who is not in the picture made this channel, or may hold its ends.
    pub fn is_outside(&self, id: ChannelId) -> bool {
        let ends = self.channel(id).map(|channel| channel.ends);
        ends.into_iter().flatten().any(|end| self.end(end).is_some_and(|end| end.outside))
    }

    /// An end by identity.
    pub fn end(&self, id: EndId) -> Option<&End> {
        self.ends.get(&id)
    }

    /// All ends that are remembered.
    pub fn ends(&self) -> impl Iterator<Item = &End> {
        self.ends.values()
    }

    /// The end that has this name now; of a name for one opening of a FIFO, the side that it was opened for.
    pub fn end_named(&self, name: &EndName) -> Option<&End> {
        let id = self.named(name)?;
        self.ends.get(&self.openings.get(&id).map_or(id, |opening| opening.end))
    }

    /// What has this name now: an end, an object, or one opening of a FIFO.
    pub fn named(&self, name: &EndName) -> Option<EndId> {
        self.names.get(name).copied()
    }

    /// An open file description of a FIFO.
    pub fn opening(&self, id: EndId) -> Option<&FifoOpening> {
        self.openings.get(&id)
    }

    /// All openings of FIFOs that somebody has.
    pub fn openings(&self) -> impl Iterator<Item = &FifoOpening> {
        self.openings.values()
    }

    /// The same, if it is remembered.
    pub fn id_named(&self, name: &EndName) -> Option<EndId> {
        let is_known =
            |id: &EndId| self.ends.get(id).is_some() || self.objects.contains_key(id) || self.openings.contains_key(id);
        self.named(name).filter(is_known)
    }

    /// Whether it is an eventfd.
    pub fn is_counter(&self, id: EndId) -> bool {
        self.objects.get(&id).is_some_and(|object| matches!(object.inside, object::Inside::Counter { .. }))
    }

    /// The sockets that are bound to this address now: of an abstract name there can be one of each kind.
    pub fn ends_at(&self, address: &str) -> impl Iterator<Item = &End> {
        let bound = Kind::WITH_NAMES.map(|kind| (address.to_owned(), kind));
        bound.into_iter().filter_map(|at| self.ends.get(self.addresses.get(&at)?))
    }

    /// Tasks, ends, descriptors and writes that are remembered: how large the picture is.
    pub fn remembered(&self) -> usize {
        let tables: usize = self.processes.values().map(|process| process.table.len()).sum();
        let flows = self.ends.values().map(|end| end.inbox.queue.len() + end.inbox.writes.len());
        self.tasks.len() + tables + self.addresses.len() + flows.map(|of_end| of_end + 1).sum::<usize>()
    }

    /// Something that a descriptor refers to and that is no end.
    pub fn object(&self, id: EndId) -> Option<&Object> {
        self.objects.get(&id)
    }

    /// All of those.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.objects.values()
    }

    /// The label of an end for people.
    pub fn label(&self, id: EndId) -> String {
        let unknown = if id == EndId::NULL { "/dev/null" } else { "?" };
        let opening = || self.openings.get(&id).map_or_else(|| unknown.to_owned(), |of| self.opening_label(of));
        let object = || self.objects.get(&id).map_or_else(opening, Object::label);
        self.ends.get(&id).map_or_else(object, End::label)
    }

    fn opening_label(&self, opening: &FifoOpening) -> String {
        let side = || self.ends.get(&opening.end).map(End::label).unwrap_or_default();
        opening.name.as_ref().map_or_else(side, EndName::to_string)
    }

    /// The label of what a descriptor refers to: of a FIFO that was opened by a name of its own, that name.
    pub fn label_of(&self, descriptor: &Descriptor) -> String {
        self.label(descriptor.passed())
    }

    /// Each process (as its first task) and number that refers to an end, to one opening of a FIFO or to an object, in order of
    /// creation, then number.
    pub fn holders(&self, id: EndId) -> Vec<(&Task, i32)> {
        let opening = self.openings.get(&id);
        let end = opening.map_or(id, |opening| opening.end);
        let entry = |(by, fd): &(TaskId, i32)| self.processes.get(by)?.table.get(fd);
        let is_meant = |at: &&(TaskId, i32)| opening.is_none() || entry(at).is_some_and(|entry| entry.is_of(id));
        let of_object = || self.objects.get(&end).map(|object| &object.holders);
        let all = self.ends.get(&end).map(|end| &end.holders).or_else(of_object);
        let holders = all.into_iter().flatten().filter(is_meant);
        holders.filter_map(|(id, fd)| Some((self.tasks.get(id)?, *fd))).collect()
    }

    /// Whether the process of the task with this name has a descriptor for an end.
    pub fn holds(&self, name: &str, end: EndId) -> bool {
        self.holders(end).iter().any(|(task, _)| task.name == name)
    }

    /// Who holds the end, each task once; of an end that nobody holds, who held it last.
    pub fn keepers(&self, end: EndId) -> Vec<&Task> {
        let mut now: Vec<&Task> = self.holders(end).into_iter().map(|(task, _)| task).collect();
        now.dedup_by_key(|task| task.id);
        if now.is_empty() {
            let last = self.ends.get(&end).and_then(|end| self.tasks.get(&end.last_held_by?));
            now.extend(last);
        }
        now
    }

    /// The answer to `holders END`.
    pub fn holders_report(&self, end: EndId) -> HoldersReport {
        let holders = self.holders(end).into_iter().map(|(task, fd)| (task.name.clone(), fd)).collect();
        let of_opening = || self.openings.get(&end).map_or(0, |opening| opening.in_flight);
        let of_object = || self.objects.get(&end).map_or_else(of_opening, |object| object.in_flight);
        let in_flight = u64::from(self.ends.get(&end).map_or_else(of_object, |end| end.in_flight));
        HoldersReport { id: end, end: self.label(end), holders, in_flight }
    }

    /// The answer to `fds TASK`.
    pub fn fds_report(&self, task: TaskId) -> Vec<FdReport> {
        let Some(process) = self.process_of(task) else { return Vec::new() };
        let row = |(fd, descriptor): (i32, &Descriptor)| FdReport {
            fd,
            end: self.label_of(descriptor),
            cloexec: descriptor.cloexec,
            nonblock: self.is_nonblocking(descriptor.passed()),
        };
        process.rows().map(row).collect()
    }

    /// O_NONBLOCK of an end, an object or one opening of a FIFO; of a side of a FIFO, whether all its openings have it.
    pub fn is_nonblocking(&self, id: EndId) -> bool {
        let of_opening = || self.openings.get(&id).is_some_and(|opening| opening.nonblock);
        let of_object = || self.objects.get(&id).map_or_else(of_opening, |object| object.nonblock);
        self.ends.get(&id).map_or_else(of_object, |end| end.nonblock)
    }

    /// The answer to `tasks`.
    pub fn tasks_report(&self) -> Vec<TaskReport> {
        let usual = self.tasks.values().next().and_then(|first| first.group).map(|group| group.id);
        let leaders = self.leaders();
        let row = |task: &Task| {
            let is_ending = self.ended_by(task).is_some();
            let asleep = task.sleeping_call().filter(|_| !is_ending);
            let group = task.group.map(|group| group.id);
            TaskReport {
                task: task.name.clone(),
                pid: task.pid,
                group: group
                    .map(|group| leaders.get(&group).map_or_else(|| group.to_string(), |task| task.name.clone())),
                is_in_other_group: task.state != TaskState::Dead && group.is_some() && group != usual,
                state: if is_ending { TaskState::Running } else { task.state },
                call: asleep.map(|ongoing| ongoing.call().name().to_owned()),
                end: asleep.and_then(|ongoing| ongoing.call().fd().map(|fd| ongoing.names.end(fd))),
            }
        };
        self.tasks.values().map(row).collect()
    }

    /// Names of the tasks that are asleep in a call.
    pub fn asleep(&self) -> Vec<String> {
        self.tasks.values().filter(|task| task.sleeping_call().is_some()).map(|task| task.name.clone()).collect()
    }

    /// Where the ledger is uncertain until the kernel is asked: a holder of the reading end, and its number.
    pub fn undecided(&self) -> Vec<(TaskId, i32)> {
        let taking: Vec<EndId> = self.tasks.values().filter_map(|task| self.end_being_read(task)).collect();
        let is_uncertain =
            |end: &&End| end.inbox.is_undecided() || (taking.contains(&end.id) && !end.inbox.queue.is_empty());
        let uncertain = self.ends.values().filter(|end| !end.closed).filter(is_uncertain);
        uncertain.filter_map(|end| self.holders(end.id).first().map(|(task, fd)| (task.id, *fd))).collect()
    }

    /// The end that a task is reading and may have taken from by now: MSG_WAITALL, recvmmsg(2).
    fn end_being_read(&self, task: &Task) -> Option<EndId> {
        let ongoing = task.ongoing.as_ref().filter(|ongoing| ongoing.inside && ongoing.call().is_reading())?;
        let end = ongoing.end_of(ongoing.call().fd()?)?;
        let takes = |end: &&End| end.kind == Kind::Stream || matches!(ongoing.call(), Call::Recvmmsg { .. });
        self.ends.get(&end).filter(takes).map(|end| end.id)
    }

    /// Calls that were entered so far.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// Records that were folded so far.
    pub fn facts(&self) -> u64 {
        self.facts
    }
}
