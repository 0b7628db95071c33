//! What another task has done to the one that asks: taken what poll told it of, or changed a flag that both share.

use crate::order::Call;
use crate::trace::{Explanation, Role};
use crate::world::World;
use crate::world::channel::End;
use crate::world::ledger::ReadResult;
use crate::world::origin::Setting;
use crate::world::task::Task;

use super::wording;

/// poll told the task of something to read, and another one took it.
pub(super) fn taken_after_poll(world: &World, task: &Task, end: &End) -> Option<Explanation> {
    let (_, before, line) = *task.told_readable.iter().find(|told| told.0 == end.id)?;
    let mut since = end.inbox.reads.iter().filter(|read| read.number > before && read.result == ReadResult::Bytes);
    if !end.inbox.queue.is_empty() || since.clone().any(|read| read.by == task.id) {
        return None;
    }
    let taker = since.next_back()?;
    let (name, here) = (&task.name, end.label());
    let by = world.task(taker.by).map_or("somebody else", |by| &by.name);
    let at = if task.role == Role::Stranger || line == 0 { String::new() } else { format!(" in line {line}") };
    let text = format!(
        "Nothing waits at {here} any more: poll told {name} of something{at}, but {by} took it before {name} read ({}). poll \
         reserves nothing; whoever reads first gets it. With O_NONBLOCK a read that comes too late fails with EAGAIN instead of \
         sleeping.",
        wording::count(taker.len, "byte"),
    );
    let explained = wording::explanation(task, "taken-after-poll", "poll(2)", text);
    if end.nonblock {
        return Some(explained);
    }
    Some(wording::advised(world, task, explained, &format!("`nonblock {here} on`")))
}

/// The end was non-blocking, and somebody else has changed that.
pub(super) fn cleared_nonblock(world: &World, task: &Task, end: &End) -> Option<Explanation> {
    let origin = end.origins.get(&Setting::Nonblock).filter(|origin| !end.nonblock && origin.by != task.process)?;
    let (name, here) = (&task.name, end.label());
    let text = format!(
        "{name} is asleep in {}({here}): {here} is no longer non-blocking, since {} cleared O_NONBLOCK. The flag belongs to the \
         open file description, which fork and dup share and exec keeps, so it is cleared for {name} too. MSG_DONTWAIT asks the \
         same for one call, and depends on nobody else.",
        task.current_call().map_or("a call", Call::name),
        wording::by(world, *origin),
    );
    let explained = wording::explanation(task, "nonblock-was-cleared", "fcntl(2)", text);
    Some(wording::advised(world, task, explained, &format!("`interrupt {name}`, then `{name}: nonblock {here} on`")))
}
