//! A channel as it is drawn: the parent's end on the left, the child's on the right; which channels are shown; and whom
//! keys act on.

use crate::questions::acting;
use crate::world::World;
use crate::world::channel::Channel;
use crate::world::kind::{ChannelId, EndId};

/// Channels without any holder that are still shown.
pub const CLOSED_SHOWN: usize = 4;
/// Channels of a watched program from which on the busiest come first.
const MANY: usize = 7;

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

/// All channels that are shown, in order of creation; of a watched program with many of them the busiest first. Cheap however many
/// there are.
pub fn listed(world: &World) -> Vec<ChannelId> {
    let is_closed = |channel: &&Channel| !has_open_end(world, channel);
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
    if listed.len() >= MANY && !world.takes_statements() {
        listed.sort_by_key(|id| std::cmp::Reverse(traffic(world, *id)));
    }
    listed
}

fn has_open_end(world: &World, channel: &Channel) -> bool {
    channel.ends.iter().filter_map(|end| world.end(*end)).any(|end| !end.closed)
}

/// Whether a channel is listed for sure, without a look at all the others: somebody holds an end of it.
pub fn is_open(world: &World, id: ChannelId) -> bool {
    world.channel(id).is_some_and(|channel| has_open_end(world, channel))
}

/// The first channel of a bench, where it is certainly the first that is listed.
pub fn first_open(world: &World) -> Option<ChannelId> {
    let first = world.channels().next().filter(|_| world.takes_statements())?;
    has_open_end(world, first).then_some(first.id)
}

/// How busy a channel is: doubled traffic is one more, so that the order does not change with each call.
fn traffic(world: &World, id: ChannelId) -> u32 {
    let ends = world.channel(id).into_iter().flat_map(|channel| channel.ends);
    let totals = ends.filter_map(|end| world.end(end)).map(|end| end.inbox.totals);
    let calls: u64 = totals.map(|totals| totals.writes.saturating_add(totals.reads)).fold(0, u64::saturating_add);
    calls.checked_ilog2().map_or(0, |doublings| doublings + 1)
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

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::abi::Errno;
    use crate::order::{Call, Extra, Outcome, Payload};
    use crate::trace::{Birth, Fact, Record, Role, TaskId};

    #[test]
    fn of_a_watched_programs_many_channels_the_busiest_come_first() {
        for (role, first) in [(Role::Stranger, "pipe8"), (Role::Parent, "pipe1")] {
            let mut world = World::new();
            let mut fold = |fact| world.fold(Record { line: 1, task: TaskId(0), t_ns: 1, fact }, &mut Vec::new());
            let returned = |ret, extra| {
                let outcome = Some(Box::new(Outcome { extra, ..Outcome::default() }));
                Fact::Returned { ret, errno: Errno::NONE, outcome }
            };
            fold(Fact::Born(Rc::new(Birth { role, ..Birth::parent("parent".to_owned(), 1) })));
            for at in 0..8 {
                if role == Role::Parent {
                    let name = Some(format!("pipe{}", at + 1));
                    let ordered = crate::trace::Ordered { group: crate::trace::Group::Single, name, line: 1 };
                    fold(Fact::Ordered(Rc::new(ordered)));
                }
                fold(Fact::Entered { call: Rc::new(Call::Pipe2 { flags: 0 }) });
                fold(returned(0, Extra::Array([3 + 2 * at, 4 + 2 * at])));
                fold(Fact::Done);
            }
            for _ in 0..2 {
                fold(Fact::Entered { call: Rc::new(Call::Write { fd: 18, data: Payload::once(b"x".to_vec()) }) });
                fold(returned(1, Extra::None));
            }
            let name = world.channel(listed(&world)[0]).map(|channel| channel.name.as_str());
            assert_eq!(name, Some(first), "{role:?}");
        }
    }
}
