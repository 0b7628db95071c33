//! What a task was told, or has asked to be told: something to read, the death of its parent.

use crate::abi;
use crate::order::Extra;
use crate::trace::TaskId;

use super::super::World;
use super::super::channel::End;
use super::super::kind::EndId;
use super::super::origin::ToldReadable;
use super::super::task::Task;
use super::Back;

impl World {
    /// poll(2) has told a task of something to read: who takes it before the task does is known by that.
    pub(super) fn note_readable(&mut self, id: TaskId, fds: &[i32], back: &Back) {
        let Extra::Revents(bits) = back.extra() else { return };
        let told = fds.iter().zip(bits).filter(|(_, bits)| **bits & abi::POLLIN != 0);
        let places: Vec<EndId> = told.filter_map(|(fd, _)| self.end_of_call(id, *fd)).collect();
        self.told_readable(id, "poll", &places);
    }

    /// A call has told a task that something can be read at these places.
    pub(super) fn told_readable(&mut self, id: TaskId, call: &'static str, places: &[EndId]) {
        let origin = self.origin(id, call);
        let told = |at: &EndId| Some(ToldReadable { at: *at, taken: self.times_taken(*at)?, origin });
        let noted = places.iter().filter_map(told).collect();
        if let Some(task) = self.tasks.get_mut(&id) {
            task.told_readable = noted;
        }
    }

    /// How often something was taken from an end, a listening socket or an object.
    pub fn times_taken(&self, at: EndId) -> Option<u64> {
        let of_end = |end: &End| if end.backlog.is_some() { end.accepted.times } else { end.inbox.totals.reads };
        let object = || self.objects.get(&at).map(|object| object.taken.times);
        self.ends.get(&at).map(of_end).or_else(object)
    }

    /// PR_SET_PDEATHSIG; of a parent that is dead already no death comes.
    pub(super) fn ask_for_death_signal(&mut self, id: TaskId, signal: i32) {
        let origin = self.origin(id, "prctl");
        let parent = self.tasks.get(&id).and_then(|task| self.tasks.get(&task.by?));
        let comes = signal != 0 && parent.is_some_and(Task::is_alive);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.death_signal = comes.then_some((abi::Signal(signal), origin));
        }
    }
}
