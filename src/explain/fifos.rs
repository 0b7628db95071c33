//! FIFOs: why an open of one sleeps or fails, what comes when nobody has its other side open, and what a file's name is to it.

use crate::abi::{self, Errno};
use crate::order::Call;
use crate::trace::{CallState, Deed, Explanation, Foretold, ReadOutcome, Role, What};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::{EndId, Kind};
use crate::world::task::Task;

use super::context::CallContext;
use super::{Rule, advice, foretold, wording};

/// Rules that are asked before those for all kinds.
pub(super) const RULES: &[Rule] =
    &[nobody_reads, socket_is_not_opened, no_file, name_is_there, opened, unlinked, end_of_fifo];

/// A FIFO's file as written, with what open(2) is asked for.
fn opening(call: &Call) -> Option<(&str, i32)> {
    if let Call::Open { path, flags } = call { Some((&path.shown, *flags)) } else { None }
}

/// For which sides flags of open(2) ask: `writing`, and the side that has to be there.
fn sides(flags: i32) -> Option<(&'static str, &'static str, &'static str)> {
    match flags & abi::ACCESS_MODE {
        abi::READ_ONLY => Some(("reading", "writing", "wr")),
        abi::WRITE_ONLY => Some(("writing", "reading", "rd")),
        _ => None,
    }
}

/// ENXIO of an open for writing that must not sleep.
fn nobody_reads(context: &CallContext<'_>) -> Option<Explanation> {
    let (at, _) = opening(&context.call.call).filter(|_| context.failed_with(Errno::ENXIO))?;
    let end = fifo_at(context.world, at)?;
    let text = format!(
        "{} opened {at} for writing with O_NONBLOCK, and nobody has it open for reading: without a reader such an open fails with \
         ENXIO. Without O_NONBLOCK it would sleep until a reader comes; for reading, O_NONBLOCK succeeds at once.",
        context.who(),
    );
    Some(wording::explanation(end, "fifo-has-no-reader", "fifo(7)", text))
}

/// ENXIO of any open of a socket.
fn socket_is_not_opened(context: &CallContext<'_>) -> Option<Explanation> {
    let (at, _) = opening(&context.call.call).filter(|_| context.failed_with(Errno::ENXIO))?;
    let text = match context.world.ends_at(at).next() {
        Some(end) => format!(
            "{at}, that of {}, is the file of a socket, which cannot be opened, only connected to: open says ENXIO.",
            end.label()
        ),
        None => format!("{at} is the file of a socket, which cannot be opened, only connected to: open says ENXIO."),
    };
    Some(wording::explanation(at, "socket-is-not-opened", "open(2)", text))
}

/// ENOENT of open(2) and unlink(2).
fn no_file(context: &CallContext<'_>) -> Option<Explanation> {
    let (Call::Open { path, .. } | Call::Unlink { path }) = &context.call.call else { return None };
    let at = &path.shown;
    if !context.failed_with(Errno::ENOENT) {
        return None;
    }
    let left = context.world.ends().find(|end| end.address.as_deref() == Some(at) && !end.closed);
    let left = left.map_or_else(String::new, |end| {
        let what = if end.kind == Kind::Fifo { "The FIFO that had it" } else { "The socket that had it" };
        format!(" {what} lives on without a name: {}.", wording::who_holds(context.world, end))
    });
    let text = format!("No file has the name {at}: {} failed with ENOENT.{left}", context.call.call.name());
    Some(wording::explanation(&**at, "no-such-file", "path_resolution(7)", text))
}

/// EEXIST of mkfifo(3).
fn name_is_there(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Mkfifo { path, .. } = &context.call.call else { return None };
    let at = &path.shown;
    let what = match fifo_at(context.world, at) {
        Some(_) => "a FIFO",
        None => "a file",
    };
    let text = format!(
        "There is {what} called {at} already, and mkfifo makes a new one or none: EEXIST. A file stays until it is unlinked, \
         also when nobody has it open and its maker is dead."
    );
    context.failed_with(Errno::EEXIST).then(|| wording::explanation(&**at, "name-is-taken", "mkfifo(3)", text))
}

/// An open that succeeded, and what it had to wait for.
fn opened(context: &CallContext<'_>) -> Option<Explanation> {
    let (at, flags) = opening(&context.call.call).filter(|_| context.ret() >= 0)?;
    let end = fifo_at(context.world, at)?;
    let who = context.who();
    let Some((side, other, _)) = sides(flags) else {
        let text = format!(
            "{who} opened {at} for reading and writing: on Linux such an open never sleeps, because it is both sides itself. As long \
             as it is open, no reader of {at} gets EOF."
        );
        return Some(wording::explanation(end, "fifo-opened-for-both", "fifo(7)", text));
    };
    let is_it = |event: &&What| {
        let What::Call(call) = event else { return false };
        let is_done = call.task != context.call.task && call.ret.is_some_and(|ret| ret >= 0);
        is_done
            && opening(&call.call).is_some_and(|(path, asked)| path == at && sides(asked).map(|of| of.0) != Some(side))
    };
    let partner = context.events.iter().map(|event| &event.what).find(is_it);
    let text = match partner {
        Some(What::Call(partner)) if context.call.state == CallState::Resumed => format!(
            "{who} was asleep in open({at}), because nobody had {at} open for {other}; {} has opened it, so both opens are done.",
            partner.task
        ),
        _ if flags & abi::NONBLOCK != 0 && side == "reading" => format!(
            "{who} opened {at} for reading with O_NONBLOCK, so it did not wait for a writer. A read returns 0 while nobody has it \
             open for writing, and fails with EAGAIN once somebody has."
        ),
        _ => return None,
    };
    let read = foretold::reads(context.world, end).filter(|_| context.call.state != CallState::Resumed);
    Some(wording::explanation(end, "fifo-opened", "fifo(7)", text).foretelling(read))
}

/// unlink(2) of something that is open.
fn unlinked(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Unlink { path } = &context.call.call else { return None };
    let at = &path.shown;
    let is_open = |end: &&End| end.address.as_deref() == Some(at) && !end.closed;
    let newest = context.world.ends().filter(is_open).last().filter(|_| context.ret() >= 0)?;
    let sides = newest.channel.and_then(|channel| context.world.channel(channel)).map(|channel| channel.ends);
    let end = sides.into_iter().flatten().filter_map(|side| context.world.end(side)).find(is_open).unwrap_or(newest);
    let then = if end.kind == Kind::Fifo {
        format!(
            "the FIFO works for them as before, and is gone with the last of them. mkfifo {at} now makes another one"
        )
    } else {
        format!("{} lives on, and connections that there are work; nobody can connect by {at} any more", end.label())
    };
    let text = format!(
        "unlink took the name {at} away, not what it stood for: {}; {then}.",
        wording::who_holds(context.world, end)
    );
    Some(wording::explanation(end, "name-is-gone", "unlink(2)", text))
}

/// A read of 0: unlike that of a pipe, it need not be the last word.
fn end_of_fifo(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|end| context.is_eof() && end.kind == Kind::Fifo)?;
    let peer = context.peer().filter(|peer| peer.closed)?;
    let who = context.who_let_go(peer).map_or_else(String::new, |who| format!(" ({who})"));
    let here = end.label();
    let text = format!("EOF at {here}: {}{who}. {}", nobody_writes(end, peer), not_for_good(context.world, end));
    Some(wording::explanation(end, "eof-of-a-fifo", "fifo(7)", text).foretelling(nothing_more(end)))
}

/// What the next read of a FIFO is where nothing waits and nobody writes.
pub(super) fn at_the_end(world: &World, end: &End, peer: &End) -> Option<Explanation> {
    let here = end.label();
    let text = format!("The next read at {here} returns 0: {}. {}", nobody_writes(end, peer), not_for_good(world, end));
    (end.kind == Kind::Fifo)
        .then(|| wording::explanation(end, "eof-of-a-fifo", "fifo(7)", text).foretelling(nothing_more(end)))
}

fn nothing_more(end: &End) -> [Foretold; 1] {
    [Foretold::read(end.id, ReadOutcome::Eof)]
}

fn nobody_writes(end: &End, peer: &End) -> String {
    let at = end.address.as_deref().unwrap_or("the FIFO");
    match peer.last_held_by {
        Some(_) => format!("nothing is left in it, and nobody has {at} open for writing any more"),
        None => format!("nobody has opened {at} for writing yet, and a read does not wait for the first writer"),
    }
}

fn not_for_good(world: &World, end: &End) -> String {
    let at = end.address.as_deref().unwrap_or("it");
    if fifo_at(world, at).is_some_and(|fifo| fifo.id == end.id || Some(fifo.id) == end.peer) {
        format!(
            "As long as that is so every read returns 0; once somebody opens {at} for writing, reads wait for data. A reader that opens it for reading and writing never sees EOF."
        )
    } else {
        "Its name is gone, so nobody can open it again.".to_owned()
    }
}

/// A side of a FIFO that nobody has open.
pub(super) fn not_open(end: &End) -> Option<Explanation> {
    let at = end.address.as_deref().filter(|_| end.kind == Kind::Fifo)?;
    let what = if end.can_be_read() { "reading" } else { "writing" };
    let text = format!(
        "Nobody has {at} open for {what} now: its name is in the file system, and open(2) makes descriptors of it."
    );
    Some(wording::explanation(end, "fifo-is-not-open", "fifo(7)", text))
}

/// A sleeping open(2).
pub(super) fn asleep(world: &World, task: &Task) -> Option<Explanation> {
    let (at, flags) = opening(task.sleeping_call()?.call())?;
    let (side, other, direction) = sides(flags)?;
    let name = &task.name;
    let others = sleeping_openers(world, task);
    let more = if others.is_empty() {
        "O_NONBLOCK does not wait; nor does an open for reading and writing.".to_owned()
    } else {
        format!(
            "{}: each waits for somebody who opens the other side of its own FIFO. Open two FIFOs in the same order on both sides.",
            wording::list(&others)
        )
    };
    // Its name may be gone, or be that of another file by now.
    let opens = |end: EndId| task.ongoing.as_ref().is_some_and(|of| of.kept.iter().any(|kept| kept.1 == end));
    let is_there = fifo_at(world, at).is_some_and(|fifo| opens(fifo.id) || fifo.peer.is_some_and(opens));
    let wakes = if is_there {
        format!("An open of it for {other} wakes {name}, and both are then open.")
    } else {
        format!("Its name is gone, so nobody can open it by that any more: only a signal wakes {name}.")
    };
    let text = format!(
        "{name} is asleep in open({at}): it opens the FIFO for {side}, and nobody has it open for {other}. {wakes} {more}"
    );
    let by = if is_there { Deed::Open { at: at.to_owned(), writes: direction == "wr" } } else { Deed::Interrupt };
    let explained = wording::explanation(task, "asleep-in-open", "fifo(7)", text);
    let explained = explained.foretelling([Foretold::wakes(by, task.id)]);
    if !is_there {
        return Some(advice::advised(world, task, explained, &format!("`interrupt {name}`")));
    }
    let idle = world.tasks().find(|other| other.state == abi::TaskState::Idle && other.role != Role::Stranger);
    let advice = match idle {
        Some(Task { name, .. }) => format!("`{name}: open {at} {direction} {}`", world.free_name("other")),
        None => format!("`interrupt {name}`"),
    };
    Some(advice::advised(world, task, explained, &advice))
}

/// All others that sleep in an open of another FIFO.
fn sleeping_openers(world: &World, task: &Task) -> Vec<String> {
    let at = |task: &Task| Some(opening(task.sleeping_call()?.call())?.0.to_owned());
    let mine = at(task);
    let others = world.tasks().filter(|other| other.id != task.id);
    let slept = others.filter_map(|other| Some((other, at(other)?))).filter(|(_, path)| Some(path) != mine.as_ref());
    slept.map(|(other, path)| format!("{} is asleep in open({path}) too", other.name)).collect()
}

/// The FIFO that has this name now, as its reading side.
fn fifo_at<'a>(world: &'a World, at: &str) -> Option<&'a End> {
    world.ends_at(at).find(|end| end.kind == Kind::Fifo)
}

/// What an own descriptor that keeps EOF away is, where it was opened for both sides.
pub(super) fn opened_for_both(world: &World, task: &Task, end: EndId) -> Option<i32> {
    let process = world.process_of(task.id)?;
    process.table.iter().find(|(_, entry)| entry.also == Some(end)).map(|(fd, _)| *fd)
}
