//! Whether two tasks move bytes at one time: then how they fall into calls is a matter of time, and no program can do it again.

use std::collections::BTreeSet;

use crate::explain::wording;
use crate::order::Call;
use crate::script::Verb;
use crate::trace::{CallEvent, CallState, Event, TaskId, What};

use super::{TaskSteps, Walk};

/// Bytes that the kernel takes at once: a reader beside it finds all or nothing.
const ONE_PIECE: u64 = 32 * 1024;

impl Walk {
    /// Whether a loop moves bytes while another task does, so that what each call moves is a matter of time. It is not where a loop
    /// that sleeps is woken by one call that is over then, nor where an echo answers a ping, nor beside a poll, which moves nothing.
    pub(super) fn is_loop_beside_another(&self, events: &[Event]) -> bool {
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves bytes")]
        let works = |event: &&Event| match &event.what {
            What::Call(call) => !matches!(call.call, Call::Poll { .. } | Call::EpollWait { .. }),
            What::Burst(_) => true,
            _ => false,
        };
        let tasks: BTreeSet<Option<TaskId>> = events.iter().filter(works).map(|event| event.task).collect();
        if tasks.len() < 2 || matches!(self.verb(), Some(Verb::Ping { .. })) {
            return false;
        }
        let goes_on = |event: &Event| self.part_of(event).is_some_and(TaskSteps::is_in_loop);
        let takes_a_part = |call: &CallEvent| {
            let came = call.ret.and_then(|ret| u64::try_from(ret).ok()).unwrap_or(0);
            let is_short = came > 0 && call.call.room().is_some_and(|room| came < room);
            is_short || call.call.offered().is_some_and(|offered| offered > ONE_PIECE)
        };
        let is_loop = events.iter().filter(works).any(goes_on);
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else moves bytes")]
        events.iter().any(|event| match &event.what {
            What::Burst(_) => !goes_on(event),
            What::Call(call) => is_loop && !goes_on(event) && (call.state != CallState::Returned || takes_a_part(call)),
            _ => false,
        })
    }

    /// Why there is no form: who moves bytes at one time.
    pub(super) fn at_one_time(&self, events: &[Event]) -> String {
        let moves = |event: &&Event| matches!(event.what, What::Call(_) | What::Burst(_));
        let tasks: BTreeSet<Option<TaskId>> = events.iter().filter(moves).map(|event| event.task).collect();
        let names = self.run.parts.iter().enumerate().filter(|(at, _)| {
            let id = at.checked_sub(1).and_then(|id| u32::try_from(id).ok());
            id.is_some_and(|id| tasks.contains(&Some(TaskId(id))))
        });
        let names: Vec<String> = names.map(|(_, part)| part.name.clone()).collect();
        format!(
            "{} work at one time: which bytes each call moves is a matter of time, and the program would not always find what was seen",
            wording::list(&names)
        )
    }

    /// The part of the task of an event.
    pub(super) fn part_of(&self, event: &Event) -> Option<&TaskSteps> {
        self.run.parts.get(event.task?.0 as usize + 1)
    }

    /// Whether somebody reads by itself while a write goes on: how much each read gets is a matter of time.
    pub(super) fn is_reader_beside_writer(&mut self, events: &[Event]) -> bool {
        if matches!(self.verb(), Some(Verb::Reader { .. })) {
            self.has_reader = true;
        }
        let calls =
            || events.iter().filter_map(|event| if let What::Call(call) = &event.what { Some(call) } else { None });
        let reads = calls().filter(|call| call.call.room().is_some() && call.ret.is_some_and(|ret| ret > 0)).count();
        let mut writes = calls().filter(|call| call.call.offered().is_some());
        self.has_reader && writes.any(|call| call.state != CallState::Returned || reads > 1)
    }
}
