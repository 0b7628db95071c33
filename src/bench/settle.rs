//! Settled is a fact: two equal collects in a row in which nobody has anything to do but wait. What a task sleeps in is the
//! kernel's word (/proc), checked against the call that it has recorded.

use std::time::{Duration, Instant};

use crate::abi::Disposition;
use crate::abi::Signal;
use crate::abi::TaskState;
use crate::order::Call;
use crate::sys::procfs::ThreadSample;
use crate::sys::{poll, procfs, ring};
use crate::trace::{Fact, TaskId};
use crate::world::task::Process;

use super::member::{Member, Phase};
use super::{Assignment, Bench, BenchError};

/// What one collect saw of all tasks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Collected {
    rows: Vec<(TaskId, u64, ThreadSample)>,
}

/// The first nap while something still runs; each further one is twice as long.
const FIRST_NAP: Duration = Duration::from_micros(30);
/// The first nap where the bell is to be expected; a stop from outside, which is silent, is noticed that late.
const NAP_FOR_BELL: Duration = Duration::from_millis(1);
/// The longest nap. A task that fell asleep is noticed at most as late as it had run before, because naps double.
const LONGEST_NAP: Duration = Duration::from_millis(16);

impl Bench {
    /// Collects once. True if this collect and the one before were equal and quiet: then everybody's state is known.
    pub fn settle(&mut self) -> Result<bool, BenchError> {
        if self.is_settled {
            return Ok(true);
        }
        self.collect()?;
        Ok(self.conclude())
    }

    /// What a collect that has just been made says: true if it and the one before were equal and quiet.
    pub fn conclude(&mut self) -> bool {
        let Some(collected) = self.look_round() else {
            self.last_look = None;
            // A look at everybody, and not at the first who is busy: now and then is enough, who lies would sleep for ever.
            if self.liars_asked.elapsed() >= LONGEST_NAP {
                self.liars_asked = Instant::now();
                self.end_liars();
            }
            return false;
        };
        let equal = self.last_look.as_ref() == Some(&collected);
        if equal {
            self.note_states(&collected);
            self.measure_undecided();
            self.is_settled = true;
            self.last_look = None;
        } else {
            self.last_look = Some(collected);
        }
        equal
    }

    /// Whether a task has begun with the first of so many orders that it was given ahead, or is known to be unable to.
    pub fn has_begun(&self, task: TaskId, ahead: usize) -> bool {
        self.members.get(&task).is_none_or(|member| member.ahead.len() < ahead)
    }

    /// Whether nobody is still on the way to its first order: before, a signal finds no handler.
    pub fn have_all_arrived(&self) -> bool {
        self.members.values().all(|member| member.phase != Phase::Arriving)
    }

    /// Whether nothing has happened since all was settled.
    pub fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// Something outside may have changed a task: the next [`Self::settle`] looks again.
    pub fn unsettle(&mut self) {
        self.is_settled = false;
        self.last_look = None;
        self.nap = FIRST_NAP;
    }

    /// To be called right before sleeping in poll(2): asks the tasks to ring, and says how long to sleep at most.
    pub fn arm(&mut self) -> Option<Duration> {
        let has_news = ring::mark_sleeping(self.members.values().map(|member| &member.ring));
        if has_news && self.is_settled {
            // It came while nobody slept, and so nobody rings for it.
            self.unsettle();
            return Some(Duration::ZERO);
        }
        if self.is_behind || self.last_look.is_some() {
            return Some(Duration::ZERO);
        }
        if self.is_settled {
            return None;
        }
        let nap = self.nap;
        self.nap = (nap * 2).min(LONGEST_NAP);
        Some(if self.somebody_will_ring() { nap.max(NAP_FOR_BELL) } else { nap })
    }

    /// Whether somebody is in a call that comes back by itself, which the bell then says; none of those that a thread may end
    /// in, or stop its own process by.
    fn somebody_will_ring(&self) -> bool {
        self.members.values().any(|member| {
            let call = member.current.as_ref().map(Assignment::first_call);
            let comes_back =
                matches!(call, Some(Call::Socketpair { .. } | Call::Pipe2 { .. } | Call::Fork | Call::Close { .. }));
            !member.is_stopped && (member.phase == Phase::Arriving || (member.phase != Phase::Waiting && comes_back))
        })
    }

    /// After the sleep: the tasks need not ring any more.
    pub fn disarm(&mut self) {
        for member in self.members.values() {
            member.ring.mark_awake();
        }
    }

    /// Sleeps until something may have happened, at most `limit`.
    pub fn nap(&mut self, limit: Option<Duration>) -> Result<(), BenchError> {
        let nap = match (self.arm(), limit) {
            (Some(nap), Some(limit)) => Some(nap.min(limit)),
            (nap, limit) => nap.or(limit),
        };
        let ready = poll::wait(&self.wait_fds(), nap)?;
        self.disarm();
        if ready.contains(&true) && self.is_settled {
            self.unsettle();
        }
        Ok(())
    }

    /// One row for each task if all of them wait; none if somebody is busy.
    fn look_round(&self) -> Option<Collected> {
        // Who is busy is the most likely to say so.
        let mut busy = self.members.values().filter(|member| !matches!(member.phase, Phase::Waiting | Phase::Inside));
        if busy.any(|member| member.files.state().is_some_and(|state| !procfs::is_stopped(state))) {
            return None;
        }
        let rows = self.members.values().map(|member| {
            let look = member.files.look(member.phase == Phase::Inside)?;
            let quiet = member.ring.head() == member.ring.tail() && self.is_quiet(member, look);
            quiet.then_some((member.id, member.ring.head(), look))
        });
        Some(Collected { rows: rows.collect::<Option<_>>()? })
    }

    /// A call is recorded before it is made. Who is asleep in one that its records, all of them read, know nothing of has recorded what
    /// never was, and all would wait for it for ever.
    fn end_liars(&mut self) {
        let is_liar = |member: &&Member| {
            let recorded = match member.phase {
                Phase::Busy | Phase::LeavingOut => &[],
                Phase::Inside => self.sleeps_as(member),
                Phase::Arriving | Phase::Waiting => return false,
            };
            let look = member.files.look(true).filter(|look| look.state == b'S');
            let slept_in = look.and_then(|look| look.syscall);
            let is_elsewhere = slept_in.is_some_and(|number| procfs::is_ordered(number) && !recorded.contains(&number));
            // Looked at last: nothing was on its way before.
            let is_all = member.ring.head() == member.ring.tail();
            is_elsewhere && is_all && (member.phase != Phase::Inside || !recorded.is_empty())
        };
        let liars: Vec<TaskId> = self.members.values().filter(is_liar).map(|member| member.id).collect();
        for id in liars {
            self.end_broken(id);
        }
    }

    fn is_quiet(&self, member: &Member, look: ThreadSample) -> bool {
        match look.state {
            state if procfs::is_stopped(state) => true,
            // D is a wait for a lock or a disk, not for what another task does; but the lock of a pipe can be held by a sleeper. Who
            // waits for it outside of any call was killed: it closes its openings of the pipe, and is dead once it has the lock.
            b'D' => {
                matches!(member.phase, Phase::Inside | Phase::Waiting)
                    && self.recording.world().locked_pipes().next().is_some()
            }
            b'S' => match member.phase {
                Phase::Arriving | Phase::Busy | Phase::LeavingOut => false,
                Phase::Waiting => true,
                Phase::Inside => self.is_in_its_call(member, look),
            },
            _ => false,
        }
    }

    /// A call that can sleep; where /proc may be read, its number must be that of the call which was recorded. A task that
    /// waits for the thread it makes, or for the disk in execve, only looks asleep.
    fn is_in_its_call(&self, member: &Member, look: ThreadSample) -> bool {
        let recorded = self.sleeps_as(member);
        !recorded.is_empty() && look.syscall.is_none_or(|number| recorded.contains(&number))
    }

    /// The numbers under which the call that a task has recorded can sleep.
    fn sleeps_as(&self, member: &Member) -> &'static [i64] {
        let call = self.recording.world().task(member.id).and_then(|task| task.current_call());
        call.map_or(&[], procfs::sleeps_as)
    }

    /// Notes who is stopped, whatever the others do: a stopped task whose ring is empty has nothing more to say.
    pub fn note_stops(&mut self) {
        let is_news = |member: &&Member| {
            let stopped = member.files.state().is_some_and(procfs::is_stopped);
            !member.is_stopped && member.pid == member.tid && stopped && member.ring.head() == member.ring.tail()
        };
        let stopped: Vec<TaskId> = self.members.values().filter(is_news).map(|member| member.id).collect();
        for id in stopped {
            let Some(member) = self.members.get_mut(&id) else { continue };
            member.is_stopped = true;
            let by = procfs::stop_signal(member.pid);
            self.fold(id, Fact::Stopped(by));
        }
    }

    fn note_states(&mut self, collected: &Collected) {
        for (id, _, look) in &collected.rows {
            let Some(member) = self.members.get_mut(id) else { continue };
            let stopped = procfs::is_stopped(look.state);
            let asleep = member.phase == Phase::Inside && !stopped;
            let was_stopped = std::mem::replace(&mut member.is_stopped, stopped);
            let leads = member.pid == member.tid;
            let pid = member.pid;
            match (was_stopped, stopped) {
                (false, true) => {
                    self.fold(*id, if leads { Fact::Stopped(procfs::stop_signal(pid)) } else { Fact::StoppedToo });
                }
                (true, false) => self.tell_continued(*id, leads),
                _ => {}
            }
            if asleep && self.recording.world().task(*id).is_some_and(|task| task.state != TaskState::Asleep) {
                self.fold(*id, Fact::Asleep);
            }
        }
    }

    /// SIGCONT is about to be sent: what it lets resume comes after it.
    pub(super) fn continue_process(&mut self, task: TaskId) {
        let process = self.recording.world().task(task).map_or(task, |task| task.process);
        let ids: Vec<TaskId> = self.members.keys().copied().collect();
        for id in ids {
            if self.recording.world().task(id).is_none_or(|other| other.process != process) {
                continue;
            }
            let Some(member) = self.members.get_mut(&id) else { continue };
            if std::mem::replace(&mut member.is_stopped, false) {
                self.tell_continued(id, id == process);
            }
        }
    }

    /// A process that catches SIGCONT tells of it itself, by its handler.
    fn tell_continued(&mut self, task: TaskId, leads: bool) {
        let disposition = |process: &Process| process.dispositions.get(&Signal::CONT.0).copied();
        let catches = self.recording.world().process_of(task).and_then(disposition).is_some_and(Disposition::is_caught);
        self.fold(task, if leads && !catches { Fact::Continued } else { Fact::ContinuedToo });
    }
}
