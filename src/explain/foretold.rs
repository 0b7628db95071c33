//! What the texts foretell, as values from which the sentences are made.

use crate::abi;
use crate::order::Call;
use crate::trace::{Foretold, WokenWith};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::EndId;
use crate::world::task::{Ongoing, Task};

/// The end at which a write of any size wakes a sleeping reader: unless it waits for more than one byte, or others read there too.
pub(super) fn any_byte_wakes(world: &World, (task, ongoing): (&Task, &Ongoing), end: &End) -> Option<EndId> {
    let call = ongoing.call();
    let peer = world.end(end.peer?).filter(|peer| !peer.closed && end.inbox.queue.is_empty())?;
    let wants_more =
        call.flags() & (abi::MSG_WAITALL | abi::MSG_OOB) != 0 || end.low_water > 1 || end.inbox.peek_off.is_some();
    let others = world.tasks().any(|other| other.id != task.id && crate::questions::sleep::is_at(other, end.id));
    let reads = call.room().is_some_and(|room| room > 0) && peer.peer == Some(end.id) && !end.shut_rd && !peer.shut_wr;
    // A loop reads what comes and sleeps on.
    let is_loop = task.burst().is_some();
    (reads && !wants_more && !others && !is_loop).then_some(peer.id)
}

/// The close of the last descriptor of the other side, where nothing but that comes between.
pub(super) fn close_wakes(
    world: &World,
    (task, ongoing): (&Task, &Ongoing),
    there: &End,
    with: Vec<WokenWith>,
) -> Option<Foretold> {
    let is_alone = is_only_sleeper(world, task, there.id);
    let is_plain = task.burst().is_none() && ongoing.kept.is_empty() && there.in_flight == 0 && !there.outside;
    (is_alone && is_plain).then_some(Foretold::CloseWakes { end: there.id, task: task.id, with })
}

/// Reads that take all that waits at the other side of a write.
pub(super) fn taking_wakes(world: &World, (task, ongoing): (&Task, &Ongoing), there: &End) -> Option<Foretold> {
    let is_plain = task.burst().is_none() && ongoing.moves_to.is_none() && !there.outside;
    (is_plain && is_only_sleeper(world, task, there.id))
        .then_some(Foretold::TakingWakes { read_at: there.id, task: task.id })
}

/// The death of the one child that a task waits for, and nobody else does.
pub(super) fn death_wakes(world: &World, task: &Task, pid: i32) -> Option<Foretold> {
    let child = world.task_of_pid(pid).filter(|child| pid > 0 && child.is_alive())?;
    let waits = |other: &&Task| other.sleeping_call().is_some_and(|of| matches!(of.call(), Call::Waitpid { .. }));
    (world.tasks().filter(waits).count() == 1 && world.locked_pipes().next().is_none())
        .then_some(Foretold::DeathWakes { child: child.id, task: task.id })
}

/// Whether nobody else sleeps at either side of an end.
fn is_only_sleeper(world: &World, task: &Task, there: EndId) -> bool {
    let near = world.end(there).and_then(|end| end.peer);
    let is_at = |other: &Task, end: EndId| crate::questions::sleep::is_at(other, end);
    let others = |other: &Task| is_at(other, there) || near.is_some_and(|near| is_at(other, near));
    !world.tasks().any(|other| other.id != task.id && (others(other) || other.is_reader()))
}
