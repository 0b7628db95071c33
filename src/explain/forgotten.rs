//! Another task's copy of an end that keeps EOF away: how it came there, and that nothing was ever written by it.

use crate::abi::TaskState;
use crate::trace::{Explanation, Role};
use crate::world::World;
use crate::world::channel::End;
use crate::world::origin::Origin;
use crate::world::task::Task;

use super::{advice, wording};

/// A copy that its holder has inherited or received, and never used.
#[derive(Debug)]
pub(super) struct Forgotten<'a> {
    holder: &'a Task,
    end: &'a End,
    /// The end that is waited at, where the holder has that too.
    both: Option<&'a End>,
    /// `daemon inherited p[1] when sh forked it in line 4`.
    came: String,
}

/// The first copy of the other side that somebody else than the reader has from a fork or a message, and never wrote to.
pub(super) fn copy_of_another<'a>(
    world: &'a World,
    (end, peer): (&'a End, &'a End),
    reader: Option<&Task>,
) -> Option<Forgotten<'a>> {
    if !end.kind.gives_eof() {
        return None;
    }
    let is_made_in =
        |origin: Origin| world.holders(end.id).into_iter().any(|at| line_made(world, at) == Some(origin.line));
    world.holders(peer.id).into_iter().find_map(|(holder, fd)| {
        let origin = world.process_of(holder.id)?.table.get(&fd)?.origin?;
        let is_other = reader.is_none_or(|reader| reader.process != holder.process);
        let writes =
            end.inbox.writes.iter().any(|write| world.task(write.by).is_some_and(|by| by.process == holder.process));
        // `channel` makes a pair, forks, and closes in one line: such a copy is meant.
        if !is_other || writes || is_made_in(origin) {
            return None;
        }
        let both = world.holds(&holder.name, end.id).then_some(end);
        let (name, there) = (&holder.name, peer.label());
        let by = world.task(origin.by).map_or("a task that is gone", |by| &by.name);
        let line = wording::in_line(world, origin);
        let came = match origin.call {
            "fork" => format!("{name} inherited {there} when {by} forked it{line}"),
            "recvmsg" => format!("{name} received {there} with a message{line}"),
            _ => return None,
        };
        Some(Forgotten { holder, end: peer, both, came })
    })
}

/// The line in which a process made what its descriptor refers to, if it did.
fn line_made(world: &World, (holder, fd): (&Task, i32)) -> Option<u32> {
    let origin = world.process_of(holder.id)?.table.get(&fd)?.origin?;
    matches!(origin.call, "pipe2" | "socketpair").then_some(origin.line)
}

impl Forgotten<'_> {
    /// How it came, and that it was never used; what follows from that, where nobody can be told to close it.
    pub(super) fn sentence(&self, world: &World) -> String {
        let used = match self.both {
            Some(end) => {
                format!("{}, has written nothing there, and has {} open too.", self.came, end.label())
            }
            None => format!("{}, and has written nothing there.", self.came),
        };
        let rule = if self.can_close(world) { "" } else { "A task that does not write should close its copy." };
        wording::sentences([used, rule.to_owned()])
    }

    fn can_close(&self, world: &World) -> bool {
        let is_idle = self.holder.state == TaskState::Idle && self.holder.role != Role::Stranger;
        is_idle && world.takes_statements()
    }
}

/// With what to type, where its holder can be told.
pub(super) fn advised(world: &World, explained: Explanation, forgotten: Option<&Forgotten<'_>>) -> Explanation {
    let Some(of) = forgotten.filter(|of| of.can_close(world)) else { return explained };
    let (name, there) = (&of.holder.name, of.end.label());
    advice::advised(world, of.holder, explained, &format!("`{name}: close {there}`, if {name} is not to write"))
}
