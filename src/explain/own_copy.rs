//! The commonest bug: a task waits for something that it keeps away itself, because it never closed its own copy of the other
//! end. It is named before any talk of deadlock.

use crate::order::Call;
use crate::trace::{Deed, Explanation, Foretold};
use crate::world::World;
use crate::world::channel::End;
use crate::world::origin::Origin;
use crate::world::task::{Ongoing, Task};

use super::{advice, fifos, foretold, wording};

/// What a sleeper keeps away from itself, if it does.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
pub(super) fn of_sleeper(world: &World, task: &Task, ongoing: &Ongoing) -> Option<Explanation> {
    if has_other_threads(world, task) {
        return None;
    }
    match ongoing.call() {
        Call::Poll { fds, timeout_ms, .. } if *timeout_ms < 0 => {
            let mut ends = fds.iter().filter_map(|fd| world.end(ongoing.names.end_id(*fd)?));
            let end = ends.next().filter(|_| ends.next().is_none())?;
            reader(world, task, (ongoing, end))
        }
        call => {
            let end = call.fd().and_then(|fd| world.end(ongoing.names.end_id(fd)?))?;
            if call.room().is_some() && end.timeouts.0.is_none() {
                reader(world, task, (ongoing, end))
            } else if call.offered().is_some() && end.timeouts.1.is_none() {
                writer(world, task, (ongoing, end))
            } else {
                None
            }
        }
    }
}

/// Another thread of the process could use the copy.
fn has_other_threads(world: &World, task: &Task) -> bool {
    world.tasks().any(|other| other.process == task.process && other.id != task.id && other.is_alive())
}

fn reader(world: &World, task: &Task, (ongoing, end): (&Ongoing, &End)) -> Option<Explanation> {
    let peer = end.peer.and_then(|peer| world.end(peer)).filter(|_| end.kind.gives_eof() && end.can_be_read())?;
    if !end.inbox.queue.is_empty() || end.shut_rd || peer.in_flight > 0 || peer.outside {
        return None;
    }
    let (own, others) = copies(world, task, peer)?;
    let (name, here, there, call) = (&task.name, end.label(), peer.label(), ongoing.call().name());
    let when = when_to_close(world, task);
    let text = match &*others {
        [] => format!(
            "{name} is asleep in {call}({here}) and keeps EOF away itself: nobody else has {there} open, but {name} still has \
             it, as {own}. A reader gets EOF only when every copy of the other end is closed, its own too{when}.",
        ),
        others => format!(
            "{name} is asleep in {call}({here}). It will get no EOF even when {} {} closed {there}: {name} itself still has it \
             open, as {own}, and every copy counts, the reader's own too{when}.",
            wording::list(others),
            if others.len() == 1 { "has" } else { "have" },
        ),
    };
    if let Some(fd) = fifos::opened_for_both(world, task, peer.id) {
        let at = end.address.as_deref().unwrap_or(&here);
        let is_named = world.ends_at(at).any(|fifo| fifo.id == end.id || Some(fifo.id) == end.peer);
        let wakes = match (others.is_empty(), is_named) {
            (true, true) => foretold::open_and_write_wakes(world, (task, ongoing), end),
            (true, false) => Some(Foretold::wakes(Deed::Interrupt, task.id)).filter(|_| task.burst().is_none()),
            (false, _) => foretold::write_wakes(world, (task, ongoing), end),
        };
        let goes_on = match (others.is_empty(), is_named) {
            // Where others sleep there too, nobody can say whom a write wakes.
            (true, true) if wakes.is_none() => format!("Nobody else has {at} open for writing."),
            (true, true) => {
                format!("Nobody else has {at} open for writing: a task that opens it for that and writes wakes {name}.")
            }
            (true, false) => {
                format!("Nobody else has {at} open for writing, and its name is gone: nobody can open it any more.")
            }
            (false, _) if wakes.is_none() => format!("{} can write there.", wording::list(&others)),
            (false, _) => format!("{} can write there, which wakes {name}.", wording::list(&others)),
        };
        let text = format!(
            "{name} is asleep in {call}({here}) and keeps EOF away itself: it has opened {at} for reading and writing (descriptor {fd}), \
             so it counts as a writer. {goes_on}"
        );
        return Some(wording::explanation(task, "own-opening-keeps-eof-away", "fifo(7)", text).foretelling(wakes));
    }
    let explained = wording::explanation(task, "own-copy-keeps-eof-away", wording::page(end.kind), text);
    let despite = Deed::CloseOfOthers { end: peer.id, but: task.id };
    let sleeps_on = (!others.is_empty()).then_some(Foretold::SleepsOn { despite, task: task.id });
    let advice = close_own(task, &there);
    Some(advice::advised(world, task, explained, &advice).foretelling(sleeps_on))
}

/// When that copy had to be closed: of a process that has forked or was forked, right after that.
fn when_to_close(world: &World, task: &Task) -> &'static str {
    let has_family =
        world.tasks().any(|other| other.leads_process() && other.by.is_some() && other.process != task.process)
            || world.task(task.process).is_some_and(|first| first.by.is_some());
    if has_family { "; close it right after fork" } else { "" }
}

fn writer(world: &World, task: &Task, (ongoing, end): (&Ongoing, &End)) -> Option<Explanation> {
    let peer = end.peer.and_then(|peer| world.end(peer)).filter(|peer| peer.id != end.id)?;
    let (own, others) = copies(world, task, peer)?;
    if !others.is_empty() || peer.in_flight > 0 || peer.outside || end.kind == crate::world::kind::Kind::Dgram {
        return None;
    }
    let (name, here, there, call) = (&task.name, end.label(), peer.label(), ongoing.call().name());
    // How much of a write that sleeps is in the queue already, nobody has said.
    let full = match peer.inbox.waiting() {
        0 => "there is no room".to_owned(),
        _ => format!("there is no room, {} at {there}", wording::waits(peer)),
    };
    let text = format!(
        "{name} is asleep in {call}({here}): {full}, and nobody but {name} itself could read there: it still has {there} open, as {own}. \
         Without that copy the write would fail with EPIPE instead of sleeping.",
    );
    let explained = wording::explanation(task, "own-copy-keeps-epipe-away", wording::page(end.kind), text);
    Some(advice::advised(world, task, explained, &close_own(task, &there)))
}

/// What to type: a loop that has moved something sleeps again after a signal.
fn close_own(task: &Task, there: &str) -> String {
    let name = &task.name;
    let until = if task.burst().is_some() { " until its loop has ended" } else { "" };
    format!("`interrupt {name}`{until}, then `{name}: close {there}`")
}

/// The task's own descriptors of an end, as words, and the names of all others that hold it.
fn copies(world: &World, task: &Task, end: &End) -> Option<(String, Vec<String>)> {
    let mut own = Vec::new();
    let mut others = Vec::new();
    for (holder, fd) in world.holders(end.id) {
        if holder.process == task.process {
            let origin = world.process_of(task.id).and_then(|process| process.table.get(&fd)?.origin);
            own.push(format!("descriptor {fd}{}", origin.map_or_else(String::new, |origin| came(world, task, origin))));
        } else if !others.contains(&holder.name) {
            others.push(holder.name.clone());
        }
    }
    (!own.is_empty()).then(|| (wording::list(&own), others))
}

/// ` (inherited when parent forked it in line 2)`.
pub(super) fn came(world: &World, task: &Task, origin: Origin) -> String {
    let line = wording::in_line(world, origin);
    let by = world.task(origin.by).map_or("a task that is gone", |by| &by.name);
    match origin.call {
        "fork" => format!(" (inherited when {by} forked it{line})"),
        "recvmsg" => format!(" (received with a message{line})"),
        "dup" | "dup2" => format!(" (a dup{line})"),
        call if origin.by == task.id => format!(" (its own {call}{line})"),
        call => format!(" (from {by}'s {call}{line})"),
    }
}
