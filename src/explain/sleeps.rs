//! Why a task does nothing: asleep in which call, and what would wake it; stopped; or only waiting for a statement.

use crate::abi;
use crate::abi::{Errno, TaskState};
use crate::order::Call;
use crate::questions::sleep::{self, Sleep};
use crate::trace::{Explanation, Foretold, WokenWith};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::origin::Setting;
use crate::world::task::{Ongoing, Task};

use super::would_sleep::is_short_queue;
use super::{
    by_others, deadlock, epolls, fifos, foretold, messages, moves, objects, own_copy, pages, signals, vmsplice, wording,
};

/// The explanation of a living task's state.
pub(super) fn of_task(world: &World, task: &Task) -> Option<Explanation> {
    match task.state {
        TaskState::Asleep => of_sleeper(world, task),
        TaskState::Stopped => Some(stopped(world, task)),
        TaskState::Idle => Some(idle(world, task)),
        TaskState::Running => Some(running(task)),
        TaskState::Zombie | TaskState::Dead => None,
    }
}

/// What somebody else has done first, then one's own omissions, then all who wait for each other, then the plain sleep.
fn of_sleeper(world: &World, task: &Task) -> Option<Explanation> {
    let ongoing = task.sleeping_call()?;
    let end = ongoing.call().fd().and_then(|fd| world.end(ongoing.names.end_id(fd)?));
    let reads = end.filter(|_| ongoing.call().is_reading());
    moves::locked_out(world, task, end)
        .or_else(|| reads.and_then(|end| by_others::taken_after_poll(world, task, end)))
        .or_else(|| reads.and_then(|end| by_others::cleared_nonblock(world, task, end)))
        .or_else(|| own_copy::of_sleeper(world, task, ongoing))
        .or_else(|| deadlock::of_task(world, task))
        .or_else(|| asleep(world, task))
}

/// ` It ends by itself: SO_RCVTIMEO is 200 ms, set by parent in line 3 (setsockopt).`
fn ends_by_itself(world: &World, end: &End, is_send: bool) -> String {
    let (ms, option, setting) = if is_send {
        (end.timeouts.1, "SO_SNDTIMEO", Setting::SendTimeout)
    } else {
        (end.timeouts.0, "SO_RCVTIMEO", Setting::ReceiveTimeout)
    };
    let Some(ms) = ms else { return String::new() };
    let by = end.origins.get(&setting);
    let by = by.map_or_else(String::new, |origin| format!(", set by {}", wording::by(world, *origin)));
    format!(" It ends by itself: {option} is {ms} ms{by}.")
}

fn asleep(world: &World, task: &Task) -> Option<Explanation> {
    let Sleep { ongoing, call, end } = sleep::of_task(world, task)?;
    let of_object = epolls::asleep(world, task, ongoing).or_else(|| objects::asleep(world, task, ongoing));
    if of_object.is_some() {
        return of_object;
    }
    match (call, end) {
        (Call::Poll { .. }, _) => Some(in_poll(world, task, ongoing)),
        (Call::Waitpid { .. }, _) => Some(in_wait(world, task, ongoing)),
        (Call::Open { .. }, _) => fifos::asleep(world, task),
        (Call::Splice { .. } | Call::Tee { .. }, _) => moves::asleep(world, task),
        (Call::Vmsplice { .. }, Some(end)) => vmsplice::asleep(world, task, end),
        (Call::Accept { .. }, Some(end)) => Some(in_accept(world, task, end)),
        (Call::Connect { address, .. }, end) => Some(in_connect(world, task, (&address.shown, end))),
        (Call::Recvmmsg { .. }, Some(end)) => Some(messages::asleep(world, task, ongoing, end)),
        (call, Some(end)) if call.room().is_some() => Some(in_read(world, task, ongoing, end)),
        (call, Some(end)) if call.is_writing() => Some(in_write(world, task, ongoing, end)),
        _ => None,
    }
}

/// Why EOF does not come is why it sleeps.
fn in_read(world: &World, task: &Task, ongoing: &Ongoing, end: &End) -> Explanation {
    let (name, here, call) = (&task.name, end.label(), ongoing.call().name());
    let Some(peer) = end.peer.and_then(|peer| world.end(peer)) else {
        let text = format!(
            "{name} is asleep in {call}({here}): nothing has come, and {here} has no peer. A message sent to its address would wake it."
        );
        return wording::explanation(task, "asleep-nothing-to-read", "recv(2)", text);
    };
    let any_byte = foretold::any_byte_wakes(world, (task, ongoing), end);
    let there = peer.label();
    if peer.closed && end.kind == Kind::Dgram {
        let text = format!(
            "{name} is asleep in {call}({here}) for ever: {there} is closed, but a datagram socket is never told, and no EOF comes. \
             Only a signal can wake {name}, or shutdown by another holder of {here}."
        );
        let explained = wording::explanation(task, "datagram-never-ends", "unix(7)", text);
        return wording::advised(world, task, explained, &format!("`interrupt {name}`"));
    }
    if let Some(explained) = waits_for_more(task, ongoing.call(), end) {
        return explained;
    }
    if end.kind == Kind::Dgram && peer.shut_here.1 {
        let other = if end.address.is_some() { "another socket that sends to its address, " } else { "" };
        let text = format!(
            "{name} is asleep in {call}({here}): {there} was shut down for writing, but a datagram socket is never told, and no \
             EOF comes. Only {other}a signal, or shutdown of {here} can wake {name}."
        );
        return wording::explanation(task, "datagram-never-ends", "unix(7)", text);
    }
    let wakes = if end.kind == Kind::Dgram {
        format!("Only a message from {there} can wake it; even when {there} is closed, no EOF comes")
    } else {
        let write = match any_byte {
            Some(_) => format!("A write to {there} wakes it"),
            None => format!("A write to {there} that brings what it asks for wakes it"),
        };
        format!("{write}, or the close of its last copy, which is EOF")
    };
    let text = format!(
        "{name} is asleep in {call}({here}): nothing waits there, and {}. {wakes}.{}",
        wording::who_holds(world, peer),
        ends_by_itself(world, end, false),
    );
    let wakes =
        any_byte.filter(|_| end.kind != Kind::Dgram).map(|write_at| Foretold::Wakes { write_at, task: task.id });
    let closed = foretold::close_wakes(world, (task, ongoing), peer, vec![WokenWith::Eof]);
    wording::explanation(task, "asleep-nothing-to-read", wording::page(end.kind), text)
        .foretelling(wakes)
        .foretelling(closed.filter(|_| any_byte.is_some() && end.kind != Kind::Dgram))
}

/// Bytes have come, and the call sleeps on.
fn waits_for_more(task: &Task, call: &Call, end: &End) -> Option<Explanation> {
    // The ledger knows what was written; the kernel counts only what the sleeper has not taken out already.
    let some = end.inbox.queue.iter().filter(|piece| !piece.tentative).map(|piece| piece.len).sum();
    if end.kind != Kind::Stream || some == 0 || call.flags() & abi::MSG_PEEK != 0 {
        return None;
    }
    let (name, here, room, came) = (&task.name, end.label(), call.room()?, wording::count(some, "byte"));
    let why = if call.flags() & abi::MSG_WAITALL == 0 {
        "SO_RCVLOWAT asks for more than that".to_owned()
    } else {
        format!("MSG_WAITALL asks for all {room}")
    };
    let text = format!(
        "{name} is asleep in {}({here}): {came} had come, and the call has taken what there was, but {why}. It returns when the \
         rest has come, or with what it has when nothing more can come, its time is out or a signal comes.",
        call.name(),
    );
    Some(wording::explanation(task, "asleep-for-the-rest", "recv(2)", text))
}

fn in_write(world: &World, task: &Task, ongoing: &Ongoing, end: &End) -> Explanation {
    let (name, here, call) = (&task.name, end.label(), ongoing.call().name());
    let Some(peer) = end.peer.and_then(|peer| world.end(peer)) else {
        let text = format!("{name} is asleep in {call}({here}): the queue it sends to is full.");
        return wording::explanation(task, "asleep-buffer-full", "unix(7)", text);
    };
    let stopped = world.holders(peer.id).into_iter().find(|(holder, _)| holder.state == TaskState::Stopped);
    let stopped =
        stopped.map_or_else(String::new, |(holder, _)| format!(" {} is stopped and reads nothing.", holder.name));
    let gone: Vec<&str> = errors_of_close(end.kind).iter().map(|errno| errno.name()).collect();
    let gone = gone.join(" or ");
    if is_short_queue(end, peer) {
        let text = format!(
            "{name} is asleep in {call}({here}): {} at {}, and that socket is not connected back, so its queue is full with a \
             few messages, whatever SO_SNDBUF has room for. A read there wakes it.{stopped}",
            wording::waits(peer),
            peer.label(),
        );
        return wording::explanation(task, "asleep-short-queue", "unix(7)", text);
    }
    let (taken, offered) = (taken_so_far(world, task, ongoing), ongoing.call().offered().unwrap_or(0));
    let messages = messages::gone_so_far(ongoing, peer);
    let last = match taken {
        _ if messages.is_some() => {
            "if the last copy goes instead, the call returns how many messages went, and only the next \
             send fails; with none gone it fails itself"
                .to_owned()
        }
        0 => format!("if the last copy goes instead, it wakes with {gone}"),
        taken => format!(
            "if the last copy goes instead, the call returns {taken} (or more), the count that was taken, and only the next write \
             fails"
        ),
    };
    let so_far = match taken {
        _ if messages.is_some() => messages.unwrap_or_default(),
        0 => String::new(),
        taken => format!(" So far {taken} of {offered} bytes have been taken."),
    };
    let holds = wording::who_holds(world, peer);
    // unix_writable() is what wakes a writer, although one that comes now finds room before that.
    let once =
        if end.kind.is_pipe() { "once there is room" } else { "once no more than a quarter of its buffer is in use" };
    let full = if end.kind.is_pipe() {
        let page = pages::in_use(world, peer);
        format!(".{so_far} {page}{} {}", pages::does_not_fit(world, peer, offered), wording::capital(&holds))
    } else {
        format!(": the buffer is full, {} at {}, and {holds}.{so_far}", wording::waits(peer), peer.label())
    };
    let text = format!(
        "{name} is asleep in {call}({here}){}.{stopped} Reads there wake it {once}; {last}.{}",
        full.trim_end_matches('.'),
        ends_by_itself(world, end, true),
    );
    let with = match taken {
        0 => errors_of_close(end.kind).iter().copied().map(WokenWith::Fails).collect(),
        taken => vec![WokenWith::AtLeast(taken)],
    };
    let foretold = foretold::taking_wakes(world, (task, ongoing), peer).into_iter();
    let closed = foretold::close_wakes(world, (task, ongoing), peer, with);
    wording::explanation(task, "asleep-buffer-full", wording::page(end.kind), text).foretelling(foretold.chain(closed))
}

/// What a sleeping write meets when nobody can read any more.
fn errors_of_close(kind: Kind) -> &'static [Errno] {
    match kind {
        Kind::Dgram => &[Errno::ECONNREFUSED],
        Kind::Stream | Kind::Seqpacket => &[Errno::ECONNRESET, Errno::EPIPE],
        Kind::Pipe | Kind::PacketPipe | Kind::Fifo => &[Errno::EPIPE],
    }
}

/// Bytes of the write that a task sleeps in that are in, or were read already.
fn taken_so_far(world: &World, task: &Task, ongoing: &Ongoing) -> u64 {
    world.write_of(task.id, ongoing).map_or(0, |write| write.gone + write.inside)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn in_poll(world: &World, task: &Task, ongoing: &Ongoing) -> Explanation {
    let fds: &[i32] = if let Call::Poll { fds, .. } = ongoing.call() { fds } else { &[] };
    let ends: Vec<String> = fds.iter().map(|fd| ongoing.names.end(*fd)).collect();
    let polled = || fds.iter().filter_map(|fd| world.end(ongoing.names.end_id(*fd)?));
    let holds: Vec<String> =
        polled().filter_map(|end| world.end(end.peer?)).map(|peer| wording::who_holds(world, peer)).collect();
    let timed = match ongoing.call() {
        Call::Poll { timeout_ms, .. } if *timeout_ms < 0 => ", and it has no time-out",
        _ => ", or its time-out",
    };
    let is_mute = |end: &End| {
        end.kind == Kind::Dgram && end.peer.and_then(|peer| world.end(peer)).is_some_and(|peer| peer.closed)
    };
    let mute = polled().find(|end| is_mute(end));
    let mute = mute.map_or_else(String::new, |end| {
        format!(" Of the close poll says nothing at {}: a datagram socket is never told.", end.label())
    });
    let holds = if holds.is_empty() { String::new() } else { format!(" Now, {}.", holds.join("; ")) };
    let text = format!(
        "{} is asleep in poll over {}: nothing it asks for is so {}. The first event there wakes it{timed}.{holds}{mute}",
        task.name,
        wording::list(&ends),
        if ends.len() == 1 { "there" } else { "at any of them" },
    );
    wording::explanation(task, "asleep-in-poll", "poll(2)", text)
}

fn in_wait(world: &World, task: &Task, ongoing: &Ongoing) -> Explanation {
    let pid = if let Call::Waitpid { pid, .. } = ongoing.call() { *pid } else { -1 };
    let child = ongoing.names.task(pid).unwrap_or("one of its children");
    let text = format!("{} is asleep in waitpid: {child} has not died yet. Its death wakes {0}.", task.name);
    let death = foretold::death_wakes(world, task, pid);
    wording::explanation(task, "asleep-until-death", "wait(2)", text).foretelling(death)
}

fn in_accept(world: &World, task: &Task, end: &End) -> Explanation {
    let at = end.address.clone().unwrap_or_else(|| "its address".to_owned());
    let text = format!(
        "{} is asleep in accept({}): no connection waits. A connect to {at} wakes it.{}",
        task.name,
        end.label(),
        ends_by_itself(world, end, false),
    );
    wording::explanation(task, "asleep-nobody-connects", "accept(2)", text)
}

fn in_connect(world: &World, task: &Task, (at, end): (&str, Option<&End>)) -> Explanation {
    let text = format!(
        "{} is asleep in connect: the queue of connections at {at} is full until somebody there accepts one.{}",
        task.name,
        end.map_or_else(String::new, |end| ends_by_itself(world, end, true)),
    );
    wording::explanation(task, "asleep-backlog-full", "listen(2)", text)
}

fn stopped(world: &World, task: &Task) -> Explanation {
    let name = &task.name;
    let inside = task.current_call().map_or_else(String::new, |call| format!(" in the middle of {}", call.name()));
    let text = format!(
        "{name} was stopped by a signal{inside}. It is not dead: it holds all its descriptors, so nobody gets EOF, and what is sent \
         to it queues up. Signals to it wait too, all but SIGKILL and SIGCONT."
    );
    let explained = wording::explanation(task, "stopped-is-not-dead", "signal(7)", text);
    wording::advised(world, task, explained, &format!("`cont {name}`"))
}

fn idle(world: &World, task: &Task) -> Explanation {
    let name = &task.name;
    let ends = world.process_of(task.id).map_or_else(Vec::new, |process| {
        process.rows().map(|(fd, entry)| format!("{} (descriptor {fd})", world.label_of(entry))).collect()
    });
    let holds = if ends.is_empty() { "no end".to_owned() } else { wording::list(&ends) };
    let does = if task.is_reader() {
        "reads whenever something comes, and takes statements"
    } else {
        "waits for its next statement"
    };
    let zombies = signals::zombies(world, task);
    let zombies = match zombies.len() {
        0 => String::new(),
        1 => format!(" Its child {} is a zombie until it waits.", wording::list(&zombies)),
        _ => format!(
            " Its children {} are zombies until it waits for each; one SIGCHLD may have stood for several of them.",
            wording::list(&zombies)
        ),
    };
    let text = format!("{name} is idle: it {does}. It holds {holds}.{zombies}");
    wording::explanation(task, "idle", None, text)
}

fn running(task: &Task) -> Explanation {
    let text = format!("{} is running and has not settled yet.", task.name);
    wording::explanation(task, "running", None, text)
}
