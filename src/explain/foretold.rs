//! What the texts foretell, as values from which the sentences are made.

use crate::abi;
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
