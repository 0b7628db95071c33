//! A reader that sleeps for more than there was (MSG_WAITALL, SO_RCVLOWAT, recvmmsg) has taken all of it, and nobody is told before it returns.

use crate::abi::{self, TaskState};
use crate::order::Call;
use crate::trace::TaskId;

use super::super::World;
use super::super::channel::End;
use super::super::kind::{EndId, Kind};
use super::super::task::Task;

impl World {
    /// A task has fallen asleep: all that waits is in its call, if it is such a reader.
    pub(super) fn note_taken(&mut self, id: TaskId) {
        let Some(end) = self.tasks.get(&id).and_then(|task| self.end_gathered_from(task)) else { return };
        if let Some(end) = self.ends.get_mut(&end) {
            end.inbox.note_taken_by_sleeper();
        }
    }

    /// The kernel says that nothing waits at an end: what the ledger has there is in the call of such a reader, if there is one.
    /// recvmmsg(2) has no room for descriptors, so the kernel has closed those.
    pub(super) fn note_gathered(&mut self, id: EndId) {
        let gathers = |task: &&Task| task.is_alive() && self.end_gathered_from(task) == Some(id);
        let calls: Vec<&Call> = self.tasks.values().filter(gathers).filter_map(Task::current_call).collect();
        let (is_gathered, is_of_many) =
            (!calls.is_empty(), calls.iter().any(|call| matches!(call, Call::Recvmmsg { .. })));
        let Some(end) = self.ends.get_mut(&id).filter(|_| is_gathered) else { return };
        end.inbox.note_taken_by_sleeper();
        if !is_of_many || end.inbox.measured != Some(0) {
            return;
        }
        let taken: Vec<u64> =
            end.inbox.queue.iter().filter(|piece| !piece.tentative).map(|piece| piece.write).collect();
        let passed: Vec<EndId> = taken.into_iter().flat_map(|number| end.inbox.take_fds(number)).collect();
        for passed in passed {
            self.end_flight(passed);
        }
    }

    /// Whether another task is such a reader there, and this one's call is none itself. One that was stopped has not let go of what it
    /// took: the kernel gives that to its program once it goes on.
    pub(super) fn is_beside_sleeper(&self, id: EndId, (reader, call): (TaskId, &Call)) -> bool {
        let Some(end) = self.ends.get(&id).filter(|end| end.inbox.is_front_in_a_call()) else { return false };
        let sleeps = |task: &Task| {
            let is_still = matches!(task.state, TaskState::Asleep | TaskState::Stopped);
            let is_inside = task.ongoing.as_ref().is_some_and(|ongoing| ongoing.inside);
            task.id != reader && is_still && is_inside && self.end_gathered_from(task) == Some(id)
        };
        !gathers(end, call) && self.tasks.values().any(sleeps)
    }

    /// The end of whose bytes or messages a task's call may have some, and want more.
    fn end_gathered_from(&self, task: &Task) -> Option<EndId> {
        let call = task.current_call()?;
        self.end_being_read(task).filter(|end| self.ends.get(end).is_some_and(|end| gathers(end, call)))
    }
}

/// Whether a read does not return with the first bytes or the first message that it finds.
fn gathers(end: &End, call: &Call) -> bool {
    if let Call::Recvmmsg { messages, .. } = call {
        return *messages > 1;
    }
    let room = call.room().unwrap_or(0);
    let least = if call.flags() & abi::MSG_WAITALL != 0 { room } else { end.low_water.min(room) };
    end.kind == Kind::Stream && call.flags() & abi::MSG_PEEK == 0 && least > 1
}
