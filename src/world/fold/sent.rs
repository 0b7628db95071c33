//! Signals on their way: who sent one, until it comes, and of the last that came.

use crate::abi::{Signal, TaskState};
use crate::trace::TaskId;

use super::super::World;
use super::super::origin::Sender;
use super::super::task::Task;

impl World {
    /// Somebody has sent a signal to a task's process.
    pub(super) fn note_sent(&mut self, id: TaskId, signal: Signal, sender: Sender) {
        let Some(pid) = self.tasks.get(&id).map(|task| task.pid) else { return };
        self.note_sent_to(signal, sender, |task| task.pid == pid);
    }

    /// kill(2) is entered. What it kills may die before it returns.
    pub(super) fn begin_kill(&mut self, by: TaskId, pid: i32, signal: Signal) {
        let Some(own) = self.tasks.get(&by).map(|task| task.group.map(|group| group.id)) else { return };
        let sender = Sender::Task(self.origin(by, "kill"));
        match pid {
            1.. => self.note_sent_to(signal, sender, |task| task.pid == pid || task.tid == pid),
            0 => self.note_sent_to(signal, sender, |task| own.is_some() && task.group.map(|group| group.id) == own),
            -1 => self.note_sent_to(signal, sender, |task| task.id != by),
            _ => self.note_sent_to(signal, sender, |task| task.group.is_some_and(|group| group.id == -pid)),
        }
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
