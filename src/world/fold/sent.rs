//! Signals on their way: who sent one, until it comes, and of the last that came.

use crate::abi::{Disposition, Signal, TaskState};
use crate::trace::{Role, TaskId};

use super::super::World;
use super::super::origin::Sender;
use super::super::task::Task;

impl World {
    /// Somebody has sent a signal to a task's process.
    pub(super) fn note_sent(&mut self, id: TaskId, signal: Signal, sender: Sender) {
        let Some(pid) = self.tasks.get(&id).map(|task| task.pid) else { return };
        self.note_sent_to(signal, sender, |task| task.pid == pid);
        self.let_end(signal);
    }

    /// kill(2) is entered. What it kills may die before it returns. Number 0 only asks whether somebody is there.
    pub(super) fn begin_kill(&mut self, by: TaskId, pid: i32, signal: Signal) {
        if signal.0 == 0 {
            return;
        }
        let Some(own) = self.tasks.get(&by).map(|task| task.group.map(|group| group.id)) else { return };
        let sender = Sender::Task(self.origin(by, "kill"));
        match pid {
            1.. => self.note_sent_to(signal, sender, |task| task.pid == pid || task.tid == pid),
            0 => self.note_sent_to(signal, sender, |task| own.is_some() && task.group.map(|group| group.id) == own),
            -1 => self.note_sent_to(signal, sender, |task| task.id != by),
            _ => self.note_sent_to(signal, sender, |task| task.group.is_some_and(|group| group.id == -pid)),
        }
    }

    /// kill(2) returns. Where it failed, nothing was sent.
    pub(super) fn end_kill(&mut self, by: TaskId, signal: Signal, has_failed: bool) {
        if !has_failed {
            return self.let_end(signal);
        }
        let is_by = |sender: &Sender| matches!(sender, Sender::Task(origin) if origin.by == by);
        let is_target = |task: &Task| task.sent.get(&signal.0).is_some_and(is_by);
        for task in self.tasks.values_mut_where(is_target) {
            task.sent.remove(&signal.0);
        }
    }

    /// What was sent a deadly signal waits for no statement any more: its process ends inside the kernel, which may take its time.
    fn let_end(&mut self, signal: Signal) {
        let ends = |task: &&Task| task.state == TaskState::Idle && task.sent.contains_key(&signal.0);
        let ends: Vec<TaskId> =
            self.tasks.values().filter(ends).filter(|task| self.kills(task, signal)).map(|task| task.id).collect();
        for id in ends {
            self.set_state(id, TaskState::Running);
        }
    }

    /// Whether a signal ends a task's process at once, as the kernel does with what nobody has asked for, signal(7).
    fn kills(&self, task: &Task, signal: Signal) -> bool {
        let dispositions = self.process_of(task.id).map(|process| &process.dispositions);
        let is_default = dispositions.is_none_or(|all| matches!(all.get(&signal.0), None | Some(Disposition::Default)));
        signal == Signal::KILL || (is_default && signal.is_deadly_by_default() && !task.blocked.contains_key(&signal.0))
    }

    /// The deadly signal that was sent to a task of the bench whose process is not at its end yet.
    pub fn ended_by(&self, task: &Task) -> Option<(Signal, Sender)> {
        let is_ending = match task.state {
            TaskState::Running => true,
            TaskState::Asleep => !self.is_locked_out(task),
            TaskState::Idle | TaskState::Stopped | TaskState::Zombie | TaskState::Dead => false,
        };
        if !is_ending || task.role == Role::Stranger {
            return None;
        }
        task.sent
            .iter()
            .map(|(signal, sender)| (Signal(*signal), *sender))
            .find(|(signal, _)| self.kills(task, *signal))
    }

    fn note_sent_to(&mut self, signal: Signal, sender: Sender, is_target: impl Fn(&Task) -> bool) {
        for task in self.tasks.values_mut_where(|task| task.state != TaskState::Dead && is_target(task)) {
            task.sent.insert(signal.0, sender);
        }
    }

    /// A signal has come.
    pub(super) fn note_came(&mut self, id: TaskId, signal: Signal) {
        if let Some(task) = self.tasks.get_mut(&id) {
            task.came = Some((signal, task.sent.remove(&signal.0)));
        }
    }

    /// A task dies of a signal, which may have been noted before as one that came.
    pub(super) fn note_deadly(&mut self, id: TaskId, signal: Signal) {
        let is_noted = self
            .tasks
            .get(&id)
            .is_some_and(|task| !task.sent.contains_key(&signal.0) && task.came.is_some_and(|came| came.0 == signal));
        if !is_noted {
            self.note_came(id, signal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Errno;
    use crate::order::Call;
    use crate::trace::{Birth, Fact, Group, Ordered, Record};
    use std::rc::Rc;

    const PARENT: TaskId = TaskId(0);
    const CHILD: TaskId = TaskId(1);

    fn is_ended_by(signal: Signal, errno: Errno) -> bool {
        let mut world = World::new();
        let mut fold = |task, fact| world.fold(Record { line: 1, task, t_ns: 1, fact }, &mut Vec::new());
        fold(PARENT, Fact::Born(Rc::new(Birth::parent("parent".to_owned(), 1))));
        fold(CHILD, Fact::Born(Rc::new(Birth::child("child".to_owned(), 2, PARENT))));
        fold(PARENT, Fact::Ordered(Rc::new(Ordered { group: Group::Single, name: None, line: 1 })));
        fold(PARENT, Fact::Entered { call: Rc::new(Call::Kill { pid: 2, signal: signal.0 }) });
        fold(PARENT, Fact::Returned { ret: if errno == Errno::NONE { 0 } else { -1 }, errno, outcome: None });
        let child = world.task(CHILD).expect("it was born");
        assert_eq!(child.sent.is_empty(), signal.0 == 0 || errno != Errno::NONE, "{signal:?} {errno:?}");
        world.ended_by(child).is_some()
    }

    #[test]
    fn a_deadly_signal_ends_a_task_and_one_that_was_not_sent_does_not() {
        assert!(is_ended_by(Signal::KILL, Errno::NONE));
        assert!(is_ended_by(Signal::TERM, Errno::NONE));
        assert!(!is_ended_by(Signal::KILL, Errno::EPERM));
        assert!(!is_ended_by(Signal::CONT, Errno::NONE));
        assert!(!is_ended_by(Signal::STOP, Errno::NONE));
        assert!(!is_ended_by(Signal(0), Errno::NONE));
    }
}
