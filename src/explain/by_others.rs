//! What another task has done to the one that asks: taken what poll told it of, or changed a flag that both share.

use crate::abi::TaskState;
use crate::order::Call;
use crate::trace::{CallState, Explanation};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::EndId;
use crate::world::ledger::ReadResult;
use crate::world::object::Object;
use crate::world::origin::{Origin, Setting, Taken, ToldReadable};
use crate::world::task::Task;

use super::context::CallContext;
use super::{advice, foretold, wording};

/// poll told the task of something to read, and another one took it.
pub(super) fn taken_after_poll(world: &World, task: &Task, end: &End) -> Option<Explanation> {
    let told = *task.told_readable.iter().find(|told| told.at == end.id)?;
    let mut since = end.inbox.reads.iter().filter(|read| read.number > told.taken && read.result == ReadResult::Bytes);
    if !end.inbox.queue.is_empty() || since.clone().any(|read| read.by == task.id) {
        return None;
    }
    let taker = since.next_back()?;
    let here = end.label();
    let by = world.task(taker.by).map_or("somebody else", |by| &by.name);
    let (empty, how) = (format!("Nothing waits at {here} any more"), format!("{by} took it"));
    let size = format!(" ({})", wording::count(taker.len, "byte"));
    let explained = read_too_late(world, task, told, [&empty, &how, &size]);
    Some(or_nonblocking(world, task, (end.id, &here, end.nonblock), explained))
}

const RULE: &str = "taken-after-poll";

/// A read that finds nothing of what the task was told of: that it is empty, who took it, and how much that was.
fn read_too_late(world: &World, task: &Task, told: ToldReadable, [empty, how, size]: [&str; 3]) -> Explanation {
    let (name, call) = (&task.name, told.origin.call);
    let text = format!(
        "{empty}: {call} told {name} of something{}, but {how} before {name} read{size}. {call} reserves nothing: the first read \
         gets it. With O_NONBLOCK a read that comes too late fails with EAGAIN instead of sleeping.",
        wording::in_line(world, told.origin),
    );
    wording::explanation(task, RULE, "poll(2)", text)
}

/// What to type where the call slept, or sleeps.
fn or_nonblocking(
    world: &World,
    task: &Task,
    (at, here, nonblock): (EndId, &str, bool),
    explained: Explanation,
) -> Explanation {
    if nonblock {
        return explained;
    }
    let name = &task.name;
    let advice = if task.state == TaskState::Asleep {
        format!("`interrupt {name}`, then `{name}: nonblock {here} on`")
    } else {
        advice::typed_by(world, task, Some(at), &format!("nonblock {here} on"))
    };
    advice::advised(world, task, explained, &advice)
}

/// What poll told the task of at a place, and who took the last of it since; not where the task itself has taken something.
fn taken_since(world: &World, task: &Task, at: EndId, taken: Taken) -> Option<(ToldReadable, Origin)> {
    let told = *task.told_readable.iter().find(|told| told.at == at)?;
    let last = taken.last.filter(|last| taken.times > told.taken && last.by != task.id)?;
    world.task(last.by).map(|_| (told, last))
}

/// poll told the task of a connection, and another one accepted it.
pub(super) fn accepted_after_poll(world: &World, task: &Task, end: &End) -> Option<Explanation> {
    let is_empty = end.backlog.as_ref().is_some_and(std::collections::VecDeque::is_empty);
    let (told, last) = taken_since(world, task, end.id, end.accepted).filter(|_| is_empty)?;
    let (name, here) = (&task.name, end.label());
    let text = format!(
        "No connection waits at {here} any more: {} told {name} of one{}, but it was taken by {} before {name} accepted. {} reserves \
         nothing: all who poll one listening socket are told, and the first accept gets the connection. With O_NONBLOCK the others \
         fail with EAGAIN instead of sleeping.",
        told.origin.call,
        wording::in_line(world, told.origin),
        wording::by(world, last),
        told.origin.call,
    );
    let explained = wording::explanation(task, RULE, "accept(2)", text).foretelling([foretold::next_accept(end)]);
    Some(or_nonblocking(world, task, (end.id, &here, end.nonblock), explained))
}

/// poll told the task that an eventfd or the like can be read, and another one took what was there.
pub(super) fn object_taken_after_poll(world: &World, task: &Task, object: &Object) -> Option<Explanation> {
    let (told, last) = taken_since(world, task, object.id, object.taken)?;
    let here = object.label();
    let (empty, how) = (format!("Nothing is left at {here}"), format!("it was taken by {}", wording::by(world, last)));
    let explained = read_too_late(world, task, told, [&empty, &how, ""]);
    Some(or_nonblocking(world, task, (object.id, &here, object.nonblock), explained))
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
    Some(advice::advised(world, task, explained, &format!("`interrupt {name}`, then `{name}: nonblock {here} on`")))
}

/// Several slept in a read of the same end, and one of them was woken.
pub(super) fn one_of_several(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.is_read() && context.call.state == CallState::Resumed)?;
    let read = context.read().filter(|_| context.burst.is_none())?;
    let others = foretold::others_at(context.world, context.task, end.id);
    if others.is_empty() {
        return None;
    }
    let (here, who, others_text) = (end.label(), context.who(), wording::list(&others));
    let (was, sleep) = if others.len() == 1 { ("was", "sleeps") } else { ("were", "sleep") };
    let text = format!(
        "{who} got what came, {}, and {others_text}, who {was} asleep in a read at {here} too, {sleep} on: there is one queue, and what is \
         read is gone from it. The kernel wakes first who fell asleep first.",
        wording::count(read.len, "byte"),
    );
    let next = foretold::other_readers(context.world, context.task, end.id)
        .next()
        .and_then(|other| foretold::write_wakes(context.world, (other, other.sleeping_call()?), end));
    Some(wording::explanation(end, "one-reader-of-several", wording::page(end.kind), text).foretelling(next))
}
