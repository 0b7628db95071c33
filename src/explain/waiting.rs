//! Sleeps in which nothing is read or written: for an event, a death, a connection, an accept.

use crate::abi::{self, Signal};
use crate::order::Call;
use crate::trace::{Deed, Explanation, Foretold, TaskId, WokenWith};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::{EndId, Kind};
use crate::world::origin::Setting;
use crate::world::task::{Ongoing, Task};

use super::{foretold, wording, would_sleep};

/// `It ends by itself: SO_RCVTIMEO is 200 ms, set by parent's setsockopt in line 3.`
pub(super) fn ends_by_itself(world: &World, end: &End, is_send: bool) -> String {
    let (ms, option, setting) = if is_send {
        (end.timeouts.1, "SO_SNDTIMEO", Setting::SendTimeout)
    } else {
        (end.timeouts.0, "SO_RCVTIMEO", Setting::ReceiveTimeout)
    };
    let Some(ms) = ms else { return String::new() };
    match end.origins.get(&setting) {
        Some(origin) => {
            format!("It ends by itself: {option} is {ms} ms, set by {}.", wording::by(world, *origin))
        }
        None => format!("It ends by itself: {option} is {ms} ms."),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
pub(super) fn in_poll(world: &World, task: &Task, ongoing: &Ongoing) -> Explanation {
    let fds: &[i32] = if let Call::Poll { fds, .. } = ongoing.call() { fds } else { &[] };
    let ends: Vec<String> = fds.iter().map(|fd| ongoing.names.end(*fd)).collect();
    let polled = || fds.iter().filter_map(|fd| world.end(ongoing.names.end_id(*fd)?));
    let holds: Vec<String> =
        polled().filter_map(|end| world.end(end.peer?)).map(|peer| wording::who_holds(world, peer)).collect();
    let wakes = match ongoing.call() {
        Call::Poll { timeout_ms, .. } if *timeout_ms < 0 => "The first event there wakes it, and it has no time-out.",
        _ => "The first event there wakes it, or its time-out.",
    };
    let is_mute = |end: &End| {
        end.kind == Kind::Dgram && end.peer.and_then(|peer| world.end(peer)).is_some_and(|peer| peer.closed)
    };
    let mute = polled().find(|end| is_mute(end)).map_or_else(String::new, |end| {
        format!("Of the close poll says nothing at {}: a datagram socket is never told.", end.label())
    });
    let holds = if holds.is_empty() { String::new() } else { format!("Now, {}.", wording::list(&holds)) };
    let (name, all) = (&task.name, wording::list(&ends));
    let asleep = if ends.len() == 1 {
        format!("{name} is asleep in poll over {all}: nothing it asks for is so there.")
    } else {
        format!("{name} is asleep in poll over {all}: nothing it asks for is so at any of them.")
    };
    let text = wording::sentences([asleep, wakes.to_owned(), holds, mute, closed_meanwhile(world, ongoing)]);
    wording::explanation(task, "asleep-in-poll", "poll(2)", text).foretelling(first_event(world, task, ongoing))
}

/// `Descriptor 3 was closed meanwhile by another thread: ...`, of a call that goes on with what a number meant.
pub(super) fn closed_meanwhile(world: &World, ongoing: &Ongoing) -> String {
    let Some((fd, end)) = ongoing.kept.iter().find(|kept| kept.0 >= 0) else { return String::new() };
    format!(
        "Another thread has closed descriptor {fd} meanwhile. That wakes nobody: the call goes on with {}, which the number meant \
         when it began.",
        world.label(*end)
    )
}

/// Something that poll(2) tells of, and the close of the other side where nobody else sleeps there.
fn first_event(world: &World, task: &Task, ongoing: &Ongoing) -> Vec<Foretold> {
    let Call::Poll { fds, .. } = ongoing.call() else { return Vec::new() };
    let asked = fds
        .iter()
        .enumerate()
        .filter_map(|(place, fd)| Some((ongoing.names.end_id(*fd)?, ongoing.call().asked_at(place).cast_unsigned())));
    let event = asked.clone().find_map(|asked| foretold::event_wakes(world, &[task.id], asked));
    let faced = asked.filter_map(|(id, _)| world.end(id)).filter(|end| end.kind != Kind::Dgram);
    let there = faced.filter_map(|end| world.end(end.peer?)).find(|peer| peer.name.is_some());
    let closed =
        there.and_then(|peer| foretold::close_wakes(world, (task, ongoing), peer, vec![WokenWith::AtLeast(1)]));
    event.into_iter().chain(closed).collect()
}

pub(super) fn in_wait(world: &World, task: &Task, ongoing: &Ongoing) -> Explanation {
    let pid = if let Call::Waitpid { pid, .. } = ongoing.call() { *pid } else { -1 };
    let name = &task.name;
    let ignores = world.process_of(task.id).is_some_and(|process| process.ignores(Signal::CHLD));
    let text = match (ongoing.names.task(pid), ignores) {
        (Some(child), false) => {
            format!("{name} is asleep in waitpid: {child} has not died yet. Its death wakes {name}.")
        }
        (Some(child), true) => format!(
            "{name} is asleep in waitpid: {child} has not died yet. Its death wakes {name} without a status: SIGCHLD is ignored, so the \
             call fails with ECHILD."
        ),
        (None, false) => format!(
            "{name} is asleep in waitpid: none of the children it asks for has died yet. The first death of one wakes {name}."
        ),
        (None, true) => format!(
            "{name} is asleep in waitpid, and SIGCHLD is ignored: no death of a child is reported. The call ends when \
             the last of them is gone, with ECHILD."
        ),
    };
    let death = foretold::deaths_wake(world, task, pid, ignores);
    wording::explanation(task, "asleep-until-death", "wait(2)", text).foretelling(death)
}

pub(super) fn in_accept(world: &World, task: &Task, end: &End) -> Explanation {
    let at = end.address.clone().unwrap_or_else(|| "its address".to_owned());
    let tasks = all_inside(world, task, |call, id| matches!(call, Call::Accept { .. }) && id == Some(end.id));
    let reach = foretold::reach(world, end);
    let wakes = match (&reach, tasks.len()) {
        (Some(_), 1) => format!("A connect to {at} wakes it."),
        (Some(_), _) => format!("A connect to {at} wakes it, or another that sleeps there."),
        (None, _) => format!("Nobody can connect by {at} any more, so none will come."),
    };
    let text = wording::sentences([
        format!("{} is asleep in accept({}): no connection waits.", task.name, end.label()),
        wakes,
        ends_by_itself(world, end, false),
    ]);
    let reach = reach.map(|by| Foretold::Wakes { by, tasks, with: Vec::new() });
    wording::explanation(task, "asleep-nobody-connects", "accept(2)", text).foretelling(reach)
}

/// All tasks that sleep in such a call.
fn all_inside(world: &World, task: &Task, is_it: impl Fn(&Call, Option<EndId>) -> bool) -> Vec<TaskId> {
    let inside = |other: &&Task| {
        other.sleeping_call().is_some_and(|of| {
            let at = of.call().fd().and_then(|fd| of.names.end_id(fd));
            other.id == task.id || is_it(of.call(), at)
        })
    };
    world.tasks().filter(inside).map(|other| other.id).collect()
}

pub(super) fn in_connect(world: &World, task: &Task, (at, end): (&str, Option<&End>)) -> Explanation {
    let text = wording::sentences([
        format!(
            "{} is asleep in connect until somebody accepts a connection there: {}.",
            task.name,
            would_sleep::no_room_for_connection(world, at)
        ),
        end.map_or_else(String::new, |end| ends_by_itself(world, end, true)),
    ]);
    let listens = world.ends_at(at).find(|there| there.backlog.is_some());
    let tasks = all_inside(world, task, |call, _| matches!(call, Call::Connect { .. }));
    let accept = listens.map(|there| Foretold::Wakes { by: Deed::Accept { end: there.id }, tasks, with: Vec::new() });
    wording::explanation(task, "asleep-backlog-full", "listen(2)", text).foretelling(accept)
}

/// A message waits, and the call sleeps on: one message wakes one sleeper, and that one did not take it.
pub(super) fn wake_up_went_to_a_look(world: &World, (task, call): (&Task, &Call), end: &End) -> Option<Explanation> {
    let is_plain = matches!(end.kind, Kind::Dgram | Kind::Seqpacket) && call.flags() & abi::MSG_PEEK == 0;
    let waits = end.inbox.queue.front().is_some_and(|first| !first.tentative);
    if !is_plain || !waits || matches!(call, Call::Recvmmsg { .. }) {
        return None;
    }
    let (name, here, others) = (&task.name, end.label(), foretold::others_at(world, task, end.id));
    let next = match others.len() {
        0 => format!("The next message wakes {name}, which then takes the first."),
        _ => format!("The next message wakes {name} or {}, and who wakes takes the first.", wording::either(&others)),
    };
    let text = format!(
        "{name} is asleep in {}({here}), although {} there. A message wakes one of those who sleep, and it woke a task that only looked \
         (MSG_PEEK) and left it. {next}",
        call.name(),
        wording::waits(end),
    );
    let wakes = foretold::next_message_wakes(world, task, end);
    Some(wording::explanation(task, "wake-up-went-to-a-look", "recv(2)", text).foretelling(wakes))
}
