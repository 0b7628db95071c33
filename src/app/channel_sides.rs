//! A channel as it is drawn: the parent's end on the left, the child's on the right; which channels are shown; and whom
//! keys act on.

use crate::questions::acting;
use crate::world::World;
use crate::world::channel::Channel;
use crate::world::kind::{ChannelId, EndId};

/// Channels without any holder that are still shown.
pub const CLOSED_SHOWN: usize = 4;

/// A channel with its sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facing {
    /// Which.
    pub channel: ChannelId,
    /// The parent's end, drawn on the left.
    pub near: EndId,
    /// The other one.
    pub far: EndId,
}

/// All channels that are shown, in order of creation. Cheap however many there are.
pub fn listed(world: &World) -> Vec<ChannelId> {
    let is_closed = |channel: &&Channel| channel.ends.iter().all(|end| world.end(*end).is_none_or(|end| end.closed));
    let is_replaced = |channel: &Channel| {
        world.channels().rev().take_while(|other| other.id > channel.id).any(|other| other.name == channel.name)
    };
    let all: Vec<(&Channel, bool)> = world.channels().map(|channel| (channel, is_closed(&channel))).collect();
    let closed = all.iter().filter(|(_, is_closed)| *is_closed).count();
    let mut skip = closed.saturating_sub(CLOSED_SHOWN);
    let mut listed = Vec::new();
    for (channel, is_closed) in all {
        if is_closed {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            if is_replaced(channel) {
                continue;
            }
        }
        listed.push(channel.id);
    }
    listed
}

/// The same with their sides, which costs a look at all tables for each.
pub fn shown(world: &World) -> Vec<Facing> {
    listed(world).into_iter().filter_map(|id| of(world, id)).collect()
}

/// A channel with its sides.
pub fn of(world: &World, id: ChannelId) -> Option<Facing> {
    world.channel(id).map(|channel| of_channel(world, channel))
}

/// The place of a channel among those that are shown, from 0.
pub fn place(world: &World, id: ChannelId) -> usize {
    listed(world).iter().position(|listed| *listed == id).unwrap_or(0)
}

fn of_channel(world: &World, channel: &Channel) -> Facing {
    let [first, second] = channel.ends;
    let by_parent = |end: EndId| acting::holders(world, end).into_iter().any(acting::is_first);
    let is_held = |end: EndId| world.end(end).is_some_and(|end| end.held > 0);
    let is_second = if by_parent(first) != by_parent(second) {
        by_parent(second)
    } else if is_held(first) != is_held(second) {
        // The parent's own end is gone: what somebody else still holds is the far one.
        is_held(first) && !by_parent(first)
    } else {
        channel.kind.is_pipe()
    };
    if is_second {
        Facing { channel: channel.id, near: second, far: first }
    } else {
        Facing { channel: channel.id, near: first, far: second }
    }
}

impl Facing {
    /// The channel itself.
    pub fn channel<'a>(&self, world: &'a World) -> Option<&'a Channel> {
        world.channel(self.channel)
    }
}

/// Whether an end can be written to (or read from) at all.
pub fn can_carry(world: &World, end: EndId, out: bool) -> bool {
    let Some(end) = world.end(end) else { return false };
    if out { end.can_be_written() } else { end.can_be_read() }
}
