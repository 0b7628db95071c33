//! The many calls of a loop that come one after the other without a surprise: folded together, because looking up task,
//! descriptor and end a million times would take the processor from the very loop that is watched.

use std::rc::Rc;

use crate::abi;
use crate::abi::TaskState;
use crate::order::Call;
use crate::trace::{Again, Burst, TaskId};

use super::super::kind::EndId;
use super::super::ledger::ReadBytes;
use super::super::task::{Ongoing, Task};
use super::super::{BURST_KEEP, World};

impl World {
    /// Folds as many of a task's calls as need nothing but counting; says how many, and when the last was.
    /// The rest is for [`World::fold`], call by call, with the same outcome. `round` are the calls of one round of its loop.
    pub fn fold_again(
        &mut self,
        id: TaskId,
        round: &[Rc<Call>],
        calls: impl Iterator<Item = Again>,
    ) -> Option<(usize, u64)> {
        let (folded, last_ns) = match round {
            [_] => self.fold_same(id, calls),
            [first, second] => self.fold_in_turn(id, [first, second], calls),
            _ => None,
        }?;
        self.calls += folded as u64;
        self.facts += 2 * folded as u64;
        Some((folded, last_ns))
    }

    fn fold_same(&mut self, id: TaskId, calls: impl Iterator<Item = Again>) -> Option<(usize, u64)> {
        let (mut write, end) = self.loop_at(id)?;
        let task = self.tasks.get_mut(&id)?;
        let ongoing = task.ongoing.as_mut()?;
        let flow = &mut self.ends.get_mut(&end)?.inbox;
        let content = ongoing.contents.first().map_or_else(|| Rc::from([]), |content| Rc::clone(&content.1));
        let burst = task.order.as_mut()?.burst.as_mut()?;
        let mut folded = 0;
        for call in calls.take_while(|call| call.step == 0 && call.ret > 0) {
            let is_plain = match &mut write {
                Some(number) => flow.write_again(id, number, &content, call.ret),
                None => flow.read_again(ReadBytes::new(id, u64::from(call.ret.unsigned_abs()), &[])),
            };
            if !is_plain {
                break;
            }
            count(burst, call, true);
            ongoing.entered_ns = call.t_ns;
            folded += 1;
        }
        if let (Some(number), Some((_, current))) = (write, &mut ongoing.write) {
            *current = number;
        }
        (folded > 0).then_some((folded, ongoing.entered_ns))
    }

    /// Whether a task is inside of this very call.
    pub fn is_at(&self, id: TaskId, call: &Rc<Call>) -> bool {
        let ongoing = self.tasks.get(&id).and_then(|task| task.ongoing.as_ref());
        ongoing.is_some_and(|ongoing| Rc::ptr_eq(&ongoing.call, call) || ongoing.call == *call)
    }

    /// The end that a task's loop of one call writes to, with the number of the write that it is inside of, or reads from;
    /// none where a call of it is more than that.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other call is made in a loop of its own")]
    fn loop_at(&self, id: TaskId) -> Option<(Option<u64>, EndId)> {
        let task = self.tasks.get(&id).filter(|task| task.state == TaskState::Running)?;
        let group = &task.order.as_ref()?.ordered.group;
        let is_plain = |ongoing: &&Ongoing| group.is_of_one_call() && self.is_plain_loop(task, ongoing);
        let ongoing = task.ongoing.as_ref().filter(is_plain)?;
        match *ongoing.call {
            Call::Write { fd, .. } => {
                let (to, number) = ongoing.write?;
                let from = self.ends.get(&self.end_of(id, fd)?)?;
                let open = self.ends.get(&to).is_some_and(|end| !end.closed);
                (open && from.peer == Some(to)).then_some((Some(number), to))
            }
            Call::Read { fd, .. } => Some((None, self.end_read_plainly(id, fd)?)),
            Call::Recv { fd, flags, .. } if flags == abi::MSG_DONTWAIT => Some((None, self.end_read_plainly(id, fd)?)),
            _ => None,
        }
    }

    /// What a number refers to, where a read that finds anything returns at once: it does not go on to an error that waits behind.
    fn end_read_plainly(&self, id: TaskId, fd: i32) -> Option<EndId> {
        let end = self.ends.get(&self.end_of(id, fd)?)?;
        (end.low_water <= 1).then_some(end.id)
    }

    pub(super) fn is_plain_loop(&self, task: &Task, ongoing: &Ongoing) -> bool {
        let keeps_no_more = |burst: &Burst| burst.first_calls.len() >= BURST_KEEP;
        !self.keep_every_call
            && ongoing.inside
            && !ongoing.slept
            && ongoing.kept.is_empty()
            // A read of no bytes takes nothing, whatever a recording says that it returned.
            && ongoing.call.room() != Some(0)
            && task.burst().is_some_and(keeps_no_more)
    }
}

/// One more call of a loop that is counted only; whether its bytes are among those that the loop is said to have moved.
pub(super) fn count(burst: &mut Burst, call: Again, moves: bool) {
    burst.last_ns = call.t_ns;
    burst.calls += 1;
    burst.recorded += 1;
    burst.not_kept += 1;
    burst.bytes += if moves { u64::from(call.ret.unsigned_abs()) } else { 0 };
}
