//! Collecting: deaths first, then every ring up to one moment, merged by time, folded in that order. What a read took was
//! therefore always folded after the entry of the write that it came from.

use crate::abi::Signal;
use crate::agent::record::{self, Entry};
use crate::script::TaskState;
use crate::sys::{fork, now_ns, poll};
use crate::trace::{Birth, Death, Fact, Record, TaskId};
use crate::world::task::Task;

use super::member::Phase;
use super::{Bench, BenchError};

/// A record at the head of one ring, not yet folded.
#[derive(Debug)]
struct Pending {
    task: TaskId,
    t_ns: u64,
    entry: Entry,
    words: usize,
    /// The ring is readable up to here.
    head: u64,
}

impl Bench {
    /// Takes in everything that has happened. Never sleeps.
    pub fn collect(&mut self) -> Result<(), BenchError> {
        poll::silence_bell(&self.bell);
        let dead = self.newly_dead()?;
        let until = now_ns();
        self.fold_rings(until)?;
        for task in dead {
            self.fold_rings(u64::MAX)?;
            self.fold_signals();
            self.lay_to_rest(task);
        }
        self.fold_signals();
        if !self.zombies.is_empty() {
            self.bury_own();
        }
        Ok(())
    }

    /// Processes whose pidfd says that they are dead, in order of creation.
    fn newly_dead(&self) -> Result<Vec<TaskId>, BenchError> {
        let watched: Vec<(TaskId, _)> =
            self.members.values().filter_map(|member| Some((member.id, member.death_watch()?))).collect();
        let fds: Vec<_> = watched.iter().map(|(_, fd)| *fd).collect();
        let ready = poll::wait(&fds, Some(std::time::Duration::ZERO))?;
        Ok(watched.iter().zip(ready).filter(|(_, dead)| *dead).map(|((id, _), _)| *id).collect())
    }

    /// Folds all records made until `until`, oldest first over all rings.
    fn fold_rings(&mut self, until: u64) -> Result<(), BenchError> {
        let heads: Vec<(TaskId, u64)> = self.members.values().map(|member| (member.id, member.ring.head())).collect();
        let mut pending: Vec<Pending> = Vec::new();
        for (task, head) in heads {
            pending.extend(self.next_record(task, head)?);
        }
        while let Some(index) = oldest(&pending, until) {
            let Pending { task, t_ns, entry, words, head } = pending.swap_remove(index);
            if let Some(member) = self.members.get_mut(&task) {
                member.ring.advance(words);
                member.last_ns = t_ns;
            }
            self.fold_entry(task, t_ns, entry)?;
            pending.extend(self.next_record(task, head)?);
        }
        for member in self.members.values_mut() {
            member.ring.release();
        }
        Ok(())
    }

    fn next_record(&self, task: TaskId, head: u64) -> Result<Option<Pending>, BenchError> {
        let Some(member) = self.members.get(&task) else { return Ok(None) };
        let available = head.saturating_sub(member.ring.tail());
        if available == 0 {
            return Ok(None);
        }
        let Some((entry, words)) = record::decode(&member.ring, available) else {
            return Err(BenchError::BrokenRing(member.name.clone()));
        };
        let t_ns = match entry {
            Entry::Entered { t_ns, .. } => t_ns.unwrap_or(member.last_ns),
            Entry::Returned { t_ns, .. } | Entry::Done { t_ns } | Entry::Ready { t_ns } => t_ns,
        };
        Ok(Some(Pending { task, t_ns, entry, words, head }))
    }

    fn fold_entry(&mut self, task: TaskId, t_ns: u64, entry: Entry) -> Result<(), BenchError> {
        let Some(member) = self.members.get_mut(&task) else { return Ok(()) };
        let (phase, fact) = match entry {
            Entry::Entered { step, .. } => (Phase::Inside, Some(Fact::Entered { step })),
            Entry::Returned { ret, errno, outcome, .. } => (Phase::Busy, Some(Fact::Returned { ret, errno, outcome })),
            Entry::Done { .. } => (Phase::Waiting, Some(Fact::Done)),
            Entry::Ready { .. } => (if member.phase == Phase::Arriving { Phase::Waiting } else { member.phase }, None),
        };
        member.phase = phase;
        let returned = if let Some(Fact::Returned { ret, .. }) = &fact { Some(*ret) } else { None };
        if let Some(fact) = fact {
            self.world.fold(Record { line: self.line, task, t_ns, fact }, &mut self.events);
        }
        match returned {
            Some(ret) => self.deliver(task, ret),
            None => Ok(()),
        }
    }

    /// After a fork or thread order has returned: the new task joins, or what was prepared for it is dropped.
    fn deliver(&mut self, maker: TaskId, ret: i32) -> Result<(), BenchError> {
        let Some(member) = self.members.get_mut(&maker) else { return Ok(()) };
        // A reader's own reads, and a waiting reader's phase, are not touched by this.
        let Some(apprentice) = member.apprentice.take() else {
            self.settle_reader(maker);
            return Ok(());
        };
        if ret <= 0 {
            return Ok(());
        }
        let is_thread = self.world.task(maker).and_then(Task::current_call).is_some_and(|call| call.name() != "fork");
        let pid = if is_thread { member.pid } else { ret };
        let birth = Birth { name: apprentice.name, pid, tid: ret, by: Some(maker) };
        self.admit(birth, apprentice.control, apprentice.ring)
    }

    /// A reader is between two reads, which is waiting.
    fn settle_reader(&mut self, task: TaskId) {
        let reads = self.world.task(task).is_some_and(Task::is_reader);
        if let Some(member) = self.members.get_mut(&task).filter(|_| reads) {
            member.phase = Phase::Waiting;
        }
    }

    fn fold_signals(&mut self) {
        let ids: Vec<TaskId> = self.members.keys().copied().collect();
        for id in ids {
            let came = self.members.get_mut(&id).map(super::member::Member::new_signals).unwrap_or_default();
            for signal in came {
                self.fold(id, Fact::Signalled(Signal(signal)));
            }
        }
    }

    /// A process is dead: its threads with it. Its own parent may wait for it; of the program's children it does so itself.
    fn lay_to_rest(&mut self, process: TaskId) {
        let tasks: Vec<TaskId> = self
            .members
            .keys()
            .copied()
            .filter(|id| self.world.task(*id).is_some_and(|task| task.process == process))
            .collect();
        let death = self.death_of(process);
        for id in tasks {
            self.fold(id, Fact::Died(death));
            if id != process {
                self.members.remove(&id);
            }
        }
        if let Some(member) = self.members.remove(&process) {
            self.zombies.push(super::Zombie { id: process, pidfd: member.pidfd });
        }
    }

    fn death_of(&self, process: TaskId) -> Death {
        let Some(member) = self.members.get(&process) else { return Death::Unknown };
        if let Some(death) = self.world.task(process).and_then(|task| task.death) {
            return death;
        }
        member.files.exit_status().and_then(Death::of_status).unwrap_or(Death::Unknown)
    }

    /// Reaps the dead that are the program's own children: `parent`, and orphans that came to it.
    pub(super) fn bury_own(&mut self) {
        let mut buried = Vec::new();
        self.zombies.retain(|zombie| {
            let waited_for = self.world.task(zombie.id).is_none_or(|task| task.state == TaskState::Dead);
            let gone = waited_for || zombie.pidfd.as_ref().is_none_or(|pidfd| fork::reap(pidfd).is_some());
            if gone {
                buried.push(zombie.id);
            }
            !gone
        });
        for id in buried {
            self.fold(id, Fact::Buried);
        }
    }
}

fn oldest(pending: &[Pending], until: u64) -> Option<usize> {
    let in_time = pending.iter().enumerate().filter(|(_, record)| record.t_ns <= until);
    in_time.min_by_key(|(_, record)| (record.t_ns, record.task)).map(|(index, _)| index)
}
