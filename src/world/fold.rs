//! One record changes the world, and gives the events that it is shown as. `effect` has what each system call changes.
#![expect(clippy::wildcard_enum_match_arm, reason = "only two calls take an address")]

mod again;
mod birth;
mod effect;
mod make;
mod read;
mod report;

use crate::abi::{Errno, MSG_PEEK, Signal};
use crate::order::{Call, Extra, Outcome, Work};
use crate::script::{Disposition, TaskState};
use crate::trace::{Death, Event, Fact, Record, TaskId, What};

use super::World;
use super::channel::Sample;
use super::task::Task;

/// What a call brought back, as the fold passes it on.
#[derive(Debug)]
pub(super) struct Back {
    /// As the system call returned it.
    pub ret: i32,
    /// None on success.
    pub errno: Errno,
    /// Data and the like, where the call brought any.
    pub outcome: Option<Box<Outcome>>,
    /// When.
    pub t_ns: u64,
}

impl World {
    /// Folds one record in; what people are to be shown of it is added to `events`.
    pub fn fold(&mut self, record: Record, events: &mut Vec<Event>) {
        let Record { line, task, t_ns, fact } = record;
        self.facts += 1;
        let mut show = |what| events.push(Event { line, task: Some(task), what });
        match fact {
            Fact::Born(birth) => self.be_born(task, &birth),
            Fact::Ordered(ordered) => self.take_order(task, &ordered),
            Fact::Entered { step } => self.enter(task, step, t_ns),
            Fact::Returned { ret, errno, outcome } => {
                if let Some(what) = self.come_back(task, line, Back { ret, errno, outcome, t_ns }) {
                    show(what);
                }
            }
            Fact::Asleep => self.fall_asleep(task).into_iter().for_each(show),
            Fact::Done => self.finish(task, line).into_iter().for_each(show),
            Fact::Signalled(signal) => {
                self.begin_again(task);
                self.signal(task, signal).into_iter().for_each(show);
            }
            Fact::Stopped(by) => {
                self.halt(task);
                self.signal(task, by).into_iter().for_each(show);
            }
            Fact::Continued => {
                self.resume(task);
                self.signal(task, Signal::CONT).into_iter().for_each(show);
            }
            Fact::StoppedToo => self.halt(task),
            Fact::ContinuedToo => self.resume(task),
            Fact::Died(death) => self.die(task, line, death).into_iter().for_each(show),
            Fact::Buried => self.bury(task),
            Fact::Measured { fd, bytes } => self.measure(task, fd, bytes),
            Fact::Sampled { fd, figures } => {
                let calls = self.calls;
                if let Some(end) = self.end_of(task, fd).and_then(|end| self.ends.get_mut(&end)) {
                    end.sample = Some(Sample { figures: *figures, calls });
                }
            }
        }
    }

    fn set_state(&mut self, id: TaskId, state: TaskState) {
        if let Some(task) = self.tasks.get_mut(&id) {
            task.state = state;
        }
    }

    fn signal(&self, id: TaskId, signal: Signal) -> Option<What> {
        self.tasks.get(&id).map(|task| What::Signal { task: task.name.clone(), signal })
    }

    /// A sleeping call comes back to stop, and begins again after SIGCONT, with what its number means then.
    fn halt(&mut self, id: TaskId) {
        self.set_state(id, TaskState::Stopped);
        self.begin_again(id);
    }

    /// After SIGCONT: idle if it has nothing to do; whether it sleeps again the kernel will say.
    fn resume(&mut self, id: TaskId) {
        if let Some(task) = self.tasks.get_mut(&id) {
            let waits = task.ongoing.as_ref().is_none_or(|ongoing| !ongoing.inside);
            task.state = if waits { TaskState::Idle } else { TaskState::Running };
        }
    }

    fn fall_asleep(&mut self, id: TaskId) -> Option<What> {
        let task = self.tasks.get_mut(&id)?;
        if task.state == TaskState::Asleep {
            return None;
        }
        task.state = TaskState::Asleep;
        let ongoing = task.ongoing.as_mut()?;
        if std::mem::replace(&mut ongoing.slept, true) {
            return None;
        }
        self.asleep_event(id)
    }

    fn enter(&mut self, id: TaskId, step: u8, t_ns: u64) {
        self.calls += 1;
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let by = task.id;
        let Some(ongoing) = task.ongoing.as_mut() else { return };
        ongoing.step = step;
        ongoing.inside = true;
        ongoing.entered_ns = t_ns;
        if let Some(content) = ongoing.content.get(usize::from(step)).filter(|content| !content.is_empty()) {
            let content = std::rc::Rc::clone(content);
            let call = ongoing.calls[usize::from(step)].write_target();
            let write = self.begin_write(by, &call, &content);
            if let Some(ongoing) = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut()) {
                ongoing.write = write;
            }
        }
    }

    fn come_back(&mut self, id: TaskId, line: u32, back: Back) -> Option<What> {
        let task = self.tasks.get_mut(&id)?;
        if task.state == TaskState::Asleep {
            task.state = if task.is_reader() { TaskState::Idle } else { TaskState::Running };
        }
        let ongoing = task.ongoing.as_mut()?;
        ongoing.inside = false;
        let (calls, step) = (std::rc::Rc::clone(&ongoing.calls), usize::from(ongoing.step));
        let (was_kept, was_echoed) = (!ongoing.kept.is_empty(), step == 0 && ongoing.is_echo());
        let eof = self.apply(id, &calls[step.min(calls.len() - 1)], &back);
        if was_kept {
            self.let_go_of_kept(id);
        }
        if was_echoed {
            self.note_echoed(id, &back);
        }
        self.returned_event(id, line, back, eof)
    }

    /// The order is done: a loop shows its calls together.
    fn finish(&mut self, id: TaskId, line: u32) -> Vec<What> {
        let shown = self.burst_events(id, line, false);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.state = TaskState::Idle;
            if task.ongoing.as_ref().is_some_and(|ongoing| !matches!(ongoing.ordered.work, Work::Reader { .. })) {
                task.ongoing = None;
            }
        }
        shown
    }

    fn die(&mut self, id: TaskId, line: u32, death: Death) -> Vec<What> {
        let mut shown = self.unfinished_events(id, line);
        self.abandon_write(id);
        self.abandon_read(id);
        self.let_go_of_kept(id);
        let nobody_waits = self.leaves_no_zombie(id);
        let Some(task) = self.tasks.get_mut(&id) else { return shown };
        task.death = Some(death);
        let waits = task.state != TaskState::Dead && task.id == task.process && !nobody_waits;
        task.state = if waits { TaskState::Zombie } else { TaskState::Dead };
        task.ongoing = None;
        let (name, pid) = (task.name.clone(), task.pid);
        if let Death::Killed(signal) = death
            && signal != Signal::KILL
            && signal != Signal::PIPE
        {
            shown.push(What::Signal { task: name.clone(), signal });
        }
        shown.push(What::Death { task: name, pid, death });
        if let Some(process) = self.processes.remove(&id) {
            process.table.iter().for_each(|(fd, descriptor)| self.lose(id, *fd, descriptor.end));
        }
        shown
    }

    /// A parent that ignores SIGCHLD has its dead children reaped by the kernel at once.
    fn leaves_no_zombie(&self, id: TaskId) -> bool {
        let maker = self.tasks.get(&id).and_then(|task| task.by);
        let process = maker.and_then(|maker| self.process_of(maker));
        process.and_then(|process| process.dispositions.get(&Signal::CHLD.0)) == Some(&Disposition::Ignore)
    }

    fn bury(&mut self, id: TaskId) {
        self.set_state(id, TaskState::Dead);
        self.forget_dead();
    }

    fn measure(&mut self, id: TaskId, fd: i32, bytes: u64) {
        let Some(end) = self.process_of(id).and_then(|process| process.table.get(&fd)).map(|entry| entry.end) else {
            return;
        };
        let reads = |task: &Task| {
            let peeks = task.current_call().is_some_and(|call| call.flags() & MSG_PEEK != 0);
            task.is_alive() && !peeks && self.end_being_read(task) == Some(end)
        };
        let is_read = self.tasks.values().any(reads);
        let dead: Vec<TaskId> = self.tasks.values().filter(|task| !task.is_alive()).map(|task| task.id).collect();
        if let Some(end) = self.ends.get_mut(&end) {
            let kind = end.kind;
            if !is_read {
                end.inbox.lose_what_the_dead_took(bytes);
            }
            end.inbox.measure(bytes, kind, |task| dead.contains(&task));
        }
    }
}

impl Call {
    /// Descriptor, flags and destination of a writing call, without its data.
    pub(super) fn write_target(&self) -> WriteTarget {
        let (to, fds) = match self {
            Self::Send { to, .. } => (to.as_ref().map(|to| to.shown.clone()), Vec::new()),
            Self::Sendmsg { to, fds, .. } => (to.as_ref().map(|to| to.shown.clone()), fds.clone()),
            _ => (None, Vec::new()),
        };
        WriteTarget { fd: self.fd().unwrap_or(-1), to, fds }
    }
}

impl Back {
    /// The beginning of what arrived.
    fn data(&self) -> &[u8] {
        self.outcome.as_ref().map_or(&[], |outcome| &outcome.data)
    }

    /// What came beside it.
    fn extra(&self) -> &Extra {
        self.outcome.as_ref().map_or(&Extra::None, |outcome| &outcome.extra)
    }
}

/// Where a write goes, and which descriptors go with it.
#[derive(Debug, Clone)]
pub(super) struct WriteTarget {
    /// The descriptor written to.
    pub fd: i32,
    /// The address given with it, as written.
    pub to: Option<String>,
    /// SCM_RIGHTS.
    pub fds: Vec<i32>,
}
