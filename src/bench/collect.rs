//! Collecting: deaths first, then every ring up to one moment, merged by time, folded in that order. What a read took was
//! therefore always folded after the entry of the write that it came from.

use crate::abi::Signal;
use crate::abi::TaskState;
use crate::agent::{self, record};
use crate::order::Call;
use crate::sys::procfs::ThreadFiles;
use crate::sys::{fork, now_ns, poll};
use crate::trace::{Birth, Death, Fact, Record, TaskId};
use crate::world::World;
use crate::world::task::Task;

use super::member::{self, Member, PendingTask, Phase};
use super::{Bench, BenchError};

/// Records after which the clock is looked at.
const RECORDS_A_LOOK: u64 = 32;

/// How far a collect goes.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// To records of this time.
    until: u64,
    /// And not longer than until then.
    deadline: u64,
}

/// How far one ring is folded in the current collect.
#[derive(Debug)]
struct Cursor {
    task: TaskId,
    /// The ring is readable up to here.
    head: u64,
    /// The time of the next record.
    t_ns: u64,
}

impl Bench {
    /// Takes in everything that has happened, or as much as a turn allows. Never sleeps.
    pub fn collect(&mut self) -> Result<(), BenchError> {
        poll::silence_bell(&self.bell);
        let dead = self.newly_dead()?;
        let now = now_ns();
        let turn = self.settings.turn.map(|turn| u64::try_from(turn.as_nanos()).unwrap_or(u64::MAX));
        self.fold_rings(Reach { until: now, deadline: turn.map_or(u64::MAX, |turn| now.saturating_add(turn)) })?;
        if self.is_behind {
            return Ok(());
        }
        for task in dead {
            self.fold_rings(Reach { until: u64::MAX, deadline: u64::MAX })?;
            self.fold_signals();
            self.record_death(task);
        }
        self.fold_signals();
        self.remove_ended_threads();
        if !self.zombies.is_empty() {
            self.reap_children();
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

    /// Threads that have ended alone: no pidfd says so, but /proc has them no more.
    fn remove_ended_threads(&mut self) {
        let ended = |member: &&Member| {
            member.pidfd.is_none() && member.phase == Phase::Inside && member.files.state().is_none()
        };
        let ended: Vec<TaskId> = self.members.values().filter(ended).map(|member| member.id).collect();
        for id in ended {
            let Some(Call::Exit { code }) = self.recording.world().task(id).and_then(Task::current_call) else {
                continue;
            };
            let code = *code;
            self.fold(id, Fact::Died(Death::Exited(code)));
            self.members.remove(&id);
        }
    }

    /// Folds all records made until then, oldest first over all rings; what is folded when the time is up is a beginning of them.
    fn fold_rings(&mut self, reach: Reach) -> Result<(), BenchError> {
        self.is_behind = false;
        let all: Vec<TaskId> = self.members.keys().copied().collect();
        let mut cursors: Vec<Cursor> = all.into_iter().filter_map(|task| self.cursor(task)).collect();
        while let Some(oldest) = oldest(&cursors, reach.until).filter(|_| !self.is_behind) {
            let mut cursor = cursors.swap_remove(oldest);
            let others = cursors.iter().map(|other| other.t_ns).min().unwrap_or(u64::MAX);
            let newcomers = self.next_task;
            if self.fold_run(&mut cursor, Reach { until: others.min(reach.until), ..reach })? {
                cursors.push(cursor);
            }
            cursors.extend((newcomers..self.next_task).filter_map(|number| self.cursor(TaskId(number))));
        }
        for member in self.members.values_mut() {
            member.ring.release();
        }
        Ok(())
    }

    /// Where a ring stands; none if it is empty, or broken.
    fn cursor(&mut self, task: TaskId) -> Option<Cursor> {
        let member = self.members.get(&task)?;
        let Some(head) = member.ring.sound_head() else {
            self.end_broken(task);
            return None;
        };
        let t_ns = next_time(member, head)?;
        // Looked at after the record was made.
        if t_ns > now_ns() {
            self.end_broken(task);
            return None;
        }
        Some(Cursor { task, head, t_ns })
    }

    /// Folds the records of one ring while none of another's is older. False once the ring is empty.
    fn fold_run(&mut self, cursor: &mut Cursor, reach: Reach) -> Result<bool, BenchError> {
        let until = reach.until;
        let Some(member) = self.members.get_mut(&cursor.task) else { return Ok(false) };
        while cursor.t_ns <= until {
            self.folded = self.folded.wrapping_add(1);
            if self.folded.is_multiple_of(RECORDS_A_LOOK) && reach.deadline < u64::MAX && now_ns() > reach.deadline {
                self.is_behind = true;
                return Ok(true);
            }
            let available = cursor.head - member.ring.tail();
            // Where the past is kept, every record has its own place in it.
            if !self.recording.needs_each_record()
                && let Some(has_more) = fold_again(self.recording.world_mut(), member, cursor, until)
            {
                if !has_more {
                    return Ok(false);
                }
                continue;
            }
            let decoded = record::decode(&member.ring, available)
                .filter(|(entry, _)| cursor.t_ns >= member.last_ns && member.may_record(entry));
            let Some((entry, words)) = decoded else {
                self.end_broken(cursor.task);
                return Ok(false);
            };
            member.ring.advance(words);
            member.last_ns = cursor.t_ns;
            let mut returned = None;
            for fact in member.take(entry).into_iter().flatten() {
                if let Fact::Returned { ret, .. } = fact {
                    returned = (!member.is_reader).then_some(ret);
                }
                let line = self.recording.line();
                self.recording.fold(Record { line, task: cursor.task, t_ns: cursor.t_ns, fact });
            }
            let next = next_time(member, cursor.head);
            let makes_task =
                || self.recording.world().task(cursor.task).and_then(Task::current_call).is_some_and(Call::makes_task);
            if let Some(ret) = returned.filter(|_| makes_task())
                && let Some(pending) = member.pending.pop_front()
            {
                self.deliver(cursor.task, ret, pending)?;
                cursor.t_ns = next.unwrap_or(0);
                return Ok(next.is_some());
            }
            let Some(next) = next else { return Ok(false) };
            cursor.t_ns = next;
        }
        Ok(true)
    }

    /// A task's ring holds what no agent writes: nothing that it records can be believed any more, so it is ended, and it alone.
    pub(super) fn end_broken(&mut self, task: TaskId) {
        self.end(task, "has a broken record");
    }

    fn end(&mut self, task: TaskId, reason: &str) {
        let Some(member) = self.members.get_mut(&task) else { return };
        member.ring.abandon();
        self.mishaps.push(format!("{} {reason}, so it was killed", member.name));
        let Some(member) = self.members.get(&task) else { return };
        if let Some(process) = self.process_of(member) {
            let _ = fork::send_signal(process, Signal::KILL.0);
        }
    }

    /// After a fork or thread order has returned: the new task joins, or what was prepared for it is dropped.
    fn deliver(&mut self, maker: TaskId, ret: i32, pending: PendingTask) -> Result<(), BenchError> {
        if ret <= 0 {
            return Ok(());
        }
        let maker_pid = self.members.get(&maker).map_or(0, |member| member.pid);
        let is_thread = self.recording.world().task(maker).and_then(Task::current_call) == Some(&Call::Thread);
        let name = pending.name.clone();
        if is_thread {
            let birth = Birth::thread(name, (maker_pid, ret), maker);
            let files = member::look_at(&birth)?;
            return self.admit(birth, pending, files);
        }
        // Where the number is a lie, somebody else's process would be taken for a task, and killed.
        let Some(files) = ThreadFiles::open(ret, ret).ok().filter(|files| files.is_child_of(maker_pid)) else {
            self.end(maker, &format!("says that it has made process {ret}, which is no child of its"));
            return Ok(());
        };
        self.admit(Birth::child(name, ret, maker), pending, files)
    }

    fn fold_signals(&mut self) {
        let ids: Vec<TaskId> = self.members.keys().copied().collect();
        for id in ids {
            let Some(came) = self.members.get_mut(&id).map(Member::new_signals) else { continue };
            if came.is_none() {
                self.end_broken(id);
            }
            for signal in came.unwrap_or_default() {
                self.fold(id, Fact::Signalled(Signal(signal)));
            }
        }
    }

    /// A process is dead: its threads with it. Its own parent may wait for it; of the program's children it does so itself.
    fn record_death(&mut self, process: TaskId) {
        let tasks: Vec<TaskId> = self
            .members
            .keys()
            .copied()
            .filter(|id| self.recording.world().task(*id).is_some_and(|task| task.process == process))
            .collect();
        let death = self.death_of(process);
        self.note_last_words(process, death);
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

    /// A process that was not ended by its learner says why.
    fn note_last_words(&mut self, process: TaskId, death: Death) {
        let Some(member) = self.members.get(&process) else { return };
        let words = match member.control.last_words() {
            Ok(words) => words,
            // Then its status alone tells it from one that its learner has ended.
            Err(error) if death == Death::Exited(agent::FAILED) => Some(format!("the program could not {error}")),
            Err(_) => None,
        };
        if let Some(words) = words {
            let name = &member.name;
            self.mishaps.push(format!("{name} is dead because the program itself failed in it: {words}"));
        }
    }

    fn death_of(&self, process: TaskId) -> Death {
        let Some(member) = self.members.get(&process) else { return Death::Unknown };
        if let Some(death) = self.recording.world().task(process).and_then(|task| task.death) {
            return death;
        }
        let of_own = member.pidfd.as_ref().and_then(fork::status_of_own);
        let of_reaped = || member.pidfd.as_ref().and_then(fork::status_of_reaped);
        let status = of_own.or_else(|| member.files.exit_status(member.pid)).or_else(of_reaped);
        status.and_then(Death::of_status).unwrap_or(Death::Unknown)
    }

    /// Reaps the dead that are the program's own children: `parent`, and orphans that came to it.
    pub(super) fn reap_children(&mut self) {
        let mut buried = Vec::new();
        let world = self.recording.world();
        self.zombies.retain(|zombie| {
            let waited_for = world.task(zombie.id).is_none_or(|task| task.state == TaskState::Dead);
            // Of an orphan's parent it is not certain whether it died first, or ignored the death and so had it reaped.
            let is_reaped =
                |pidfd| fork::reap(pidfd).is_some() || (is_orphan(world, zombie.id) && fork::is_gone(pidfd));
            let gone = waited_for || zombie.pidfd.as_ref().is_none_or(is_reaped);
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

/// Whether the task that made it is dead.
fn is_orphan(world: &World, id: TaskId) -> bool {
    let maker = world.task(id).and_then(|task| world.task(task.by?));
    maker.is_some_and(|maker| !maker.is_alive())
}

/// Folds a loop's calls at the tail together, as far as that can be done. Some if it could: whether more records are there.
fn fold_again(world: &mut World, member: &mut Member, cursor: &mut Cursor, until: u64) -> Option<bool> {
    if member.is_reader {
        return None;
    }
    let again = record::again(&member.ring, cursor.head - member.ring.tail(), member.last_ns);
    let (folded, last_ns) =
        world.fold_again(cursor.task, member.round(), again.take_while(|call| call.t_ns <= until))?;
    member.ring.advance(folded);
    member.note_again(folded, last_ns);
    let next = next_time(member, cursor.head);
    cursor.t_ns = next.unwrap_or(0);
    Some(next.is_some())
}

/// The time of a ring's next record, if there is one.
fn next_time(member: &Member, head: u64) -> Option<u64> {
    let available = head.saturating_sub(member.ring.tail());
    (available > 0).then(|| record::time(&member.ring, available, member.last_ns))
}

fn oldest(cursors: &[Cursor], until: u64) -> Option<usize> {
    let in_time = cursors.iter().enumerate().filter(|(_, cursor)| cursor.t_ns <= until);
    in_time.min_by_key(|(_, cursor)| (cursor.t_ns, cursor.task)).map(|(index, _)| index)
}
