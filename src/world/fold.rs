//! One record changes the world, and gives the events that it is shown as. `effect` has what each system call changes.

mod birth;
mod effect;
mod epolls;
mod fifo;
mod found;
mod groups;
mod loop_fold;
mod make;
mod moved;
mod options;
mod read;
mod report;
mod sent;
mod sleeping_reader;
mod table;
mod told;
mod turns;
mod waits;
mod write;

use std::rc::Rc;

use crate::abi::Disposition;
use crate::abi::TaskState;
use crate::abi::{Errno, MSG_PEEK, Signal};
use crate::order::{Call, Extra, Outcome};
use crate::trace::{Death, Event, Fact, Record, Role, TaskId, Unwritten, What};

use super::World;
use super::channel::Sample;
use super::origin::Sender;
use super::task::{Lost, MAX_UNWRITTEN, Ongoing, Task};

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
        self.line = line;
        self.facts += 1;
        let mut show = |what| events.push(Event { line, task: Some(task), what });
        match fact {
            Fact::Born(birth) => self.add_task(task, &birth),
            Fact::Ordered(ordered) => self.begin_order(task, &ordered),
            Fact::Entered { call } => self.enter(task, &call, (line, t_ns)),
            Fact::Returned { ret, errno, outcome } => {
                if let Some(what) = self.apply_return(task, line, Back { ret, errno, outcome, t_ns }) {
                    show(what);
                }
            }
            Fact::Asleep => self.fall_asleep(task).into_iter().for_each(show),
            Fact::Interrupted => self.begin_again(task),
            Fact::Held | Fact::Unordered => {}
            Fact::Unwritten(left) => self.leave_unwritten(task, *left),
            Fact::Exiting(_) => self.exit(task),
            Fact::Known(known) => self.find(task, &known),
            Fact::Fifo(path) => drop(self.fifo_at(&path)),
            Fact::Table(rows) => self.compare_table(task, &rows),
            Fact::Done => self.finish(task, line).into_iter().for_each(show),
            Fact::Sent(signal) => self.note_sent(task, signal, Sender::Outside(line)),
            Fact::Signalled(signal) => {
                self.note_came(task, signal);
                let disposition = self.process_of(task).and_then(|process| process.dispositions.get(&signal.0));
                let is_for_good = signal == Signal::INTERRUPT || disposition == Some(&Disposition::CatchNoRestart);
                if !is_for_good && self.is_restarted(task, true) {
                    self.begin_again(task);
                    let ongoing = self.tasks.get_mut(&task).and_then(|task| task.ongoing.as_mut());
                    if let Some(ongoing) = ongoing.filter(|ongoing| ongoing.inside) {
                        ongoing.restarted_after = Some(signal);
                    }
                }
                self.signal(task, signal).into_iter().for_each(show);
            }
            Fact::Stopped(by) => {
                self.note_came(task, by);
                self.halt(task);
                self.signal(task, by).into_iter().for_each(show);
            }
            Fact::Continued => {
                self.note_came(task, Signal::CONT);
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
        if self.is_restarted(id, false) {
            self.begin_again(id);
        }
    }

    /// After SIGCONT: idle if it has nothing to do; whether it sleeps again the kernel will say.
    fn resume(&mut self, id: TaskId) {
        if let Some(task) = self.tasks.get_mut(&id) {
            let waits = task.ongoing.as_ref().is_none_or(|ongoing| !ongoing.inside);
            let is_idle = waits && task.role != Role::Stranger;
            task.state = if is_idle { TaskState::Idle } else { TaskState::Running };
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
        self.note_taken(id);
        self.asleep_event(id)
    }

    fn enter(&mut self, id: TaskId, call: &Rc<Call>, (line, t_ns): (u32, u64)) {
        self.calls += 1;
        let call = &self.in_its_direction(id, call);
        let Some(task) = self.tasks.get_mut(&id).filter(|task| task.is_alive()) else { return };
        let ordered = task.order.as_ref().map(|order| Rc::clone(&order.ordered));
        if ordered.is_none() {
            task.state = TaskState::Running;
        }
        let (mut ongoing, is_first) = match task.ongoing.take() {
            Some(last) if ordered.is_some() && !last.inside => (last, false),
            other => {
                self.leave_call(id, other);
                (Ongoing::new(call, ordered.as_ref().map_or(line, |ordered| ordered.line)), true)
            }
        };
        let referred = (ongoing.refers.len(), ongoing.refers.first().copied());
        ongoing.enter(call, t_ns);
        self.resolve(id, &mut ongoing);
        // The calls of a loop are about the same end, and need no names anew.
        if is_first || referred != (1, ongoing.refers.first().copied()) || ongoing.refers.len() != 1 {
            ongoing.names = self.names_for(id, call, ordered.and_then(|ordered| ordered.name.clone()));
        }
        self.begin_writes(id, &mut ongoing);
        let opens = matches!(**call, Call::Open { .. });
        if let Some(task) = self.tasks.get_mut(&id) {
            task.ongoing = Some(ongoing);
        }
        if opens {
            self.begin_open(id);
        }
        if let Call::Kill { pid, signal } = **call {
            self.begin_kill(id, pid, Signal(signal));
        }
    }

    /// A task whose last call was not seen to return makes another one.
    fn leave_call(&mut self, id: TaskId, left: Option<Ongoing>) {
        let Some(task) = self.tasks.get_mut(&id).filter(|_| left.as_ref().is_some_and(|left| left.inside)) else {
            return;
        };
        task.ongoing = left;
        self.abandon_calls(id);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.ongoing = None;
        }
    }

    fn apply_return(&mut self, id: TaskId, line: u32, back: Back) -> Option<What> {
        let task = self.tasks.get_mut(&id)?;
        if task.state == TaskState::Asleep {
            task.state = if task.is_reader() { TaskState::Idle } else { TaskState::Running };
        }
        let ongoing = task.ongoing.as_mut().filter(|ongoing| ongoing.inside)?;
        ongoing.inside = false;
        let (call, was_kept) = (Rc::clone(&ongoing.call), !ongoing.kept.is_empty());
        if let Call::Kill { signal, .. } = *call {
            self.end_kill(id, Signal(signal), back.errno != Errno::NONE);
        }
        let eof = self.apply(id, &call, &back);
        if was_kept {
            self.release_kept(id);
        }
        self.returned_event(id, line, back, eof)
    }

    /// The order is done: a loop shows its calls together.
    fn finish(&mut self, id: TaskId, line: u32) -> Vec<What> {
        let shown = self.burst_events(id, line, false);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.state = TaskState::Idle;
            if !task.is_reader() {
                (task.order, task.ongoing) = (None, None);
            }
        }
        shown
    }

    fn die(&mut self, id: TaskId, line: u32, death: Death) -> Vec<What> {
        let mut shown = self.unfinished_events(id, line);
        self.abandon_calls(id);
        let nobody_waits = self.leaves_no_zombie(id);
        if let Death::Killed(signal) = death {
            self.note_deadly(id, signal);
        }
        let Some(task) = self.tasks.get_mut(&id) else { return shown };
        task.death = Some(death);
        task.left_no_zombie = nobody_waits;
        let waits = task.state != TaskState::Dead && task.leads_process() && !nobody_waits;
        task.state = if waits { TaskState::Zombie } else { TaskState::Dead };
        (task.order, task.ongoing) = (None, None);
        let (name, pid) = (task.name.clone(), task.pid);
        if let Death::Killed(signal) = death
            && signal != Signal::KILL
            && signal != Signal::PIPE
        {
            shown.push(What::Signal { task: name.clone(), signal });
        }
        shown.push(What::Death { task: name, pid, death });
        self.give_up_descriptors(id);
        shown
    }

    /// A task is about to die, or is dead: what it was in the middle of is left as it is.
    fn abandon_calls(&mut self, id: TaskId) {
        self.abandon_write(id);
        self.abandon_read(id);
        self.release_kept(id);
    }

    /// Stdio had something in a buffer when a process ended or became another program.
    fn leave_unwritten(&mut self, id: TaskId, left: Unwritten) {
        let end = self.process_of(id).and_then(|process| process.table.get(&left.fd)).map(|row| row.end);
        let to = end.map_or_else(|| format!("descriptor {}", left.fd), |end| self.label(end));
        if let Some(task) = self.tasks.get_mut(&id).filter(|task| task.unwritten.len() < MAX_UNWRITTEN) {
            task.unwritten.push(Lost { to, data: left.data });
        }
    }

    /// The kernel takes a task's descriptors away before its parent is told of its death.
    fn exit(&mut self, id: TaskId) {
        self.abandon_calls(id);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.is_exiting = true;
        }
        self.give_up_descriptors(id);
    }

    /// The last task that has a table takes it with it.
    fn give_up_descriptors(&mut self, id: TaskId) {
        let Some(owner) = self.tasks.get(&id).map(|task| task.process) else { return };
        let needs = |task: &Task| task.process == owner && task.is_alive() && !task.is_exiting;
        if !self.tasks.values().any(needs) {
            self.drop_table(owner);
        }
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
        let Some(end) = self.end_of(id, fd) else { return };
        let reads = |task: &Task| {
            let peeks = task.current_call().is_some_and(|call| call.flags() & MSG_PEEK != 0);
            task.is_alive() && !peeks && self.end_being_read(task) == Some(end)
        };
        let is_read = self.tasks.values().any(reads);
        let dead: Vec<TaskId> = self.tasks.values().filter(|task| !task.is_alive()).map(|task| task.id).collect();
        if let Some(end) = self.ends.get_mut(&end) {
            let kind = end.kind;
            if !is_read {
                end.inbox.lose_what_the_dead_took(bytes, kind);
            }
            end.inbox.measure(bytes, kind, |task| dead.contains(&task));
        }
        if bytes == 0 {
            self.note_gathered(end);
        }
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
