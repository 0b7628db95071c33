//! What is to be said of a channel beside its bytes: who died of what, who sleeps in which call, and what the next read would
//! meet, with the reason.

use crate::abi::Errno;
use crate::app::channel_sides::{self, Facing};
use crate::app::key_statements;
use crate::script::TaskState;
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::ledger::ReadResult;
use crate::world::task::Task;

/// One remark; an alarm is a death or an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The words.
    pub text: String,
    /// Whether it must be seen from the last row.
    pub is_alarm: bool,
}

/// All remarks on a channel, the most important first.
pub fn remarks(world: &World, facing: Facing) -> Vec<Remark> {
    let (Some(near), Some(far)) = (world.end(facing.near), world.end(facing.far)) else { return Vec::new() };
    let mut remarks = Vec::new();
    let mut add = |text: Option<String>, is_alarm| remarks.extend(text.map(|text| Remark { text, is_alarm }));
    for end in [far, near] {
        for task in world.keepers(end.id) {
            add(death_of(task), true);
        }
        add(closed_by_hand(world, end), false);
    }
    add(prospect(world, near, far), true);
    add(prospect(world, far, near), true);
    for end in [near, far] {
        for task in world.keepers(end.id) {
            let other = if end.id == near.id { far } else { near };
            add(state_here(task, end, other), false);
        }
    }
    remarks.dedup();
    remarks
}

/// `child1 killed by SIGKILL`.
fn death_of(task: &Task) -> Option<String> {
    (!task.is_alive()).then(|| key_statements::dead(task).replace(" was ", " "))
}

/// `parent closed wire[0]`: an end that nobody holds, though who held it lives.
fn closed_by_hand(world: &World, end: &End) -> Option<String> {
    let holder = channel_sides::actor(world, end.id).filter(|task| end.closed && task.is_alive())?;
    Some(format!("{} closed {}", holder.name, end.label()))
}

/// A task that is stopped, or asleep in a call on this channel.
fn state_here(task: &Task, end: &End, other: &End) -> Option<String> {
    if task.state == TaskState::Stopped {
        return Some(format!("{} stopped", task.name));
    }
    let ongoing = task.sleeping_call()?;
    let name = ongoing.names.end(ongoing.call().fd()?);
    let is_here = name == end.label() || name == other.label();
    is_here.then(|| format!("{} asleep in {}({name})", task.name, ongoing.call().name()))
}

/// What a read at `end` would meet, now that nobody can write to it any more.
fn prospect(world: &World, end: &End, peer: &End) -> Option<String> {
    let reader = world.holders(end.id).first().map(|(task, _)| task.name.clone())?;
    if end.kind.is_pipe() && Facing::can_write(world, end) {
        return peer.closed.then(|| format!("{reader}'s next write: EPIPE, for nobody reads any more"));
    }
    if end.kind == Kind::Dgram {
        return peer.closed.then(|| "no EOF comes: a datagram socket has no end".to_owned());
    }
    if !peer.closed {
        return if end.shut_rd { Some(eof(end, &reader)) } else { still_held(world, peer) };
    }
    let was_told = end.inbox.reads.iter().any(|read| read.result == ReadResult::Failed(Errno::ECONNRESET));
    if peer.closed_unread && !was_told {
        return Some(format!("{reader}'s next read: ECONNRESET, then EOF"));
    }
    Some(eof(end, &reader))
}

fn eof(end: &End, reader: &str) -> String {
    let has_read = end.inbox.reads.back().is_some_and(|read| read.result == ReadResult::Eof);
    match end.inbox.waiting() {
        _ if has_read => format!("EOF: {reader} has read it"),
        0 => format!("EOF: {reader}'s next read returns 0"),
        bytes => format!("{bytes} bytes, then EOF for {reader}"),
    }
}

/// The one who should hold an end is dead, but a copy lives on elsewhere: that is why no EOF comes.
fn still_held(world: &World, peer: &End) -> Option<String> {
    let holders = world.holders(peer.id);
    if holders.is_empty() && peer.in_flight > 0 {
        return Some(format!("no EOF: a copy of {} is in flight", peer.label()));
    }
    let first = holders.first()?.0.id;
    if holders.iter().all(|(task, _)| task.id == first) {
        return None;
    }
    let names: Vec<String> = holders.iter().map(|(task, fd)| format!("{}@{fd}", task.name)).collect();
    Some(format!("{} is held by {}", peer.label(), names.join(" ")))
}
