//! Why a task does nothing: asleep in which call, and what would wake it; stopped; or only waiting for a statement.

use crate::abi;
use crate::abi::{Errno, Signal, TaskState};
use crate::order::Call;
use crate::questions::sleep::{self, Sleep};
use crate::trace::{Deed, Explanation, Foretold, WokenWith};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::origin::Setting;
use crate::world::task::{Ongoing, Task};

use super::deadlock::Stuck;
use super::waiting::ends_by_itself;
use super::would_sleep::is_short_queue;
use super::{
    advice, by_others, deadlock, epolls, fifos, foretold, forgotten, messages, moves, objects, own_copy, pages,
    signals, vmsplice, waiting, wording,
};

/// The explanation of a living task's state.
pub(super) fn of_task(world: &World, task: &Task) -> Option<Explanation> {
    if let Some(explained) = moves::cannot_end(world, task) {
        return Some(explained);
    }
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
        .or_else(|| reads.and_then(|end| threw_urgent(world, task, (ongoing, end))))
        .or_else(|| reads.and_then(|end| by_others::taken_after_poll(world, task, end)))
        .or_else(|| reads.and_then(|end| by_others::cleared_nonblock(world, task, end)))
        .or_else(|| taken_from_place(world, task, ongoing))
        .or_else(|| own_copy::of_sleeper(world, task, ongoing))
        .or_else(|| stuck_or_asleep(world, task))
}

/// The first tasks that only themselves could wake, if there are any.
pub(super) fn stuck_anywhere(world: &World) -> Option<Explanation> {
    let task = deadlock::anywhere(world)?;
    match deadlock::of_task(world, task)? {
        Stuck::Circle(explained) => Some(explained),
        Stuck::Behind(_) | Stuck::Itself(_) => of_sleeper(world, task),
    }
}

fn stuck_or_asleep(world: &World, task: &Task) -> Option<Explanation> {
    match deadlock::of_task(world, task) {
        None => asleep(world, task),
        Some(Stuck::Circle(explained)) => Some(explained),
        Some(Stuck::Itself(sentence)) => {
            let explained = asleep(world, task)?;
            let signal = Some(Foretold::wakes(Deed::Interrupt, task.id)).filter(|_| task.burst().is_none());
            let text = format!("{} {sentence}", explained.text);
            let explained = Explanation { text, ..explained }.foretelling(signal);
            Some(advice::advised(world, task, explained, &format!("`interrupt {}`", task.name)))
        }
        Some(Stuck::Behind(other)) => {
            let (call, cause) = (sleep::sentence(task)?, of_sleeper(world, other)?);
            let text = format!("{call}, which does not end before {} acts. {}", other.name, cause.text);
            Some(Explanation { text, ..wording::explanation(task, cause.rule, cause.page, String::new()) })
        }
    }
}

/// A connection, or what was in an eventfd, that another task took after a poll.
fn taken_from_place(world: &World, task: &Task, ongoing: &Ongoing) -> Option<Explanation> {
    let at = ongoing.names.end_id(ongoing.call().fd()?)?;
    if matches!(ongoing.call(), Call::Accept { .. }) {
        return by_others::accepted_after_poll(world, task, world.end(at)?);
    }
    let object = world.object(at).filter(|_| ongoing.call().room().is_some())?;
    by_others::object_taken_after_poll(world, task, object)
}

/// A read that met an urgent byte alone, did not ask for it, and waits for more.
fn threw_urgent(world: &World, task: &Task, (ongoing, end): (&Ongoing, &End)) -> Option<Explanation> {
    let call = ongoing.call();
    let (first, peer) = (*end.inbox.queue.front()?, world.end(end.peer?)?);
    let is_plain = call.flags() & (abi::MSG_OOB | abi::MSG_PEEK) == 0 && call.room() > Some(0);
    if !is_plain || end.inbox.queue.len() != 1 || !end.inbox.is_urgent(first) || end.inbox.is_urgent_inline {
        return None;
    }
    let (name, here) = (&task.name, end.label());
    let text = format!(
        "{name} is asleep in {}({here}): the one byte that waited there was sent with MSG_OOB, and a read that does not ask for it by \
         MSG_OOB throws it away. Now it waits for more, and {}.",
        call.name(),
        wording::who_holds(world, peer),
    );
    let by = Deed::Write { end: peer.id, bytes: 1, times: 1 };
    let is_alone = foretold::others_at(world, task, end.id).is_empty() && task.burst().is_none();
    let is_simple = is_alone && end.low_water == 1 && call.flags() & abi::MSG_WAITALL == 0 && !peer.closed;
    let wakes = is_simple.then(|| Foretold::wakes(by, task.id));
    Some(wording::explanation(task, "urgent-byte-thrown-away", "unix(7)", text).foretelling(wakes))
}

fn asleep(world: &World, task: &Task) -> Option<Explanation> {
    let Sleep { ongoing, call, end } = sleep::of_task(world, task)?;
    let of_object = epolls::asleep(world, task, ongoing).or_else(|| objects::asleep(world, task, ongoing));
    if of_object.is_some() {
        return of_object;
    }
    match (call, end) {
        (Call::Poll { .. }, _) => Some(waiting::in_poll(world, task, ongoing)),
        (Call::Pause, _) => Some(signals::asleep_in_pause(world, task)),
        (Call::Waitpid { .. }, _) => Some(waiting::in_wait(world, task, ongoing)),
        (Call::Open { .. }, _) => fifos::asleep(world, task),
        (Call::Splice { .. } | Call::Tee { .. }, _) => moves::asleep(world, task),
        (Call::Vmsplice { .. }, Some(end)) => vmsplice::asleep(world, task, end),
        (Call::Accept { .. }, Some(end)) => Some(waiting::in_accept(world, task, end)),
        (Call::Connect { address, .. }, end) => Some(waiting::in_connect(world, task, (&address.shown, end))),
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
        return without_peer(world, (task, ongoing), end);
    };
    let write = foretold::write_wakes(world, (task, ongoing), end);
    let there = peer.label();
    if peer.closed && end.kind == Kind::Dgram {
        let text = format!(
            "{name} is asleep in {call}({here}) for ever: {there} is closed, but a datagram socket is never told, and no EOF comes. \
             Only a signal can wake {name}, or shutdown by another holder of {here}."
        );
        let explained = wording::explanation(task, "datagram-never-ends", "unix(7)", text);
        let signal = Foretold::wakes(Deed::Interrupt, task.id);
        return advice::advised(world, task, explained, &format!("`interrupt {name}`")).foretelling([signal]);
    }
    if let Some(explained) = waiting::wake_up_went_to_a_look(world, (task, ongoing.call()), end) {
        return explained;
    }
    if let Some(explained) = waits_for_more(world, task, ongoing.call(), end) {
        return explained.foretelling(write);
    }
    if end.kind == Kind::Dgram && peer.shut_here.1 {
        let text = format!(
            "{name} is asleep in {call}({here}): {there} was shut down for writing, but a datagram socket is never told, and no \
             EOF comes. Only a signal, or shutdown of {here} can wake {name}."
        );
        let signal = Foretold::wakes(Deed::Interrupt, task.id);
        return wording::explanation(task, "datagram-never-ends", "unix(7)", text).foretelling([signal]);
    }
    let resets = !end.kind.is_pipe() && peer.inbox.has_something();
    let wakes = what_wakes(world, task, (end, peer), (write.as_ref(), resets));
    let stopped = wording::stopped_holders(world, peer, "writes");
    let forgotten = forgotten::copy_of_another(world, (end, peer), Some(task)).filter(|_| stopped.is_empty());
    let text = wording::sentences([
        format!("{name} is asleep in {call}({here}): nothing waits there, and {}.", wording::who_holds(world, peer)),
        forgotten.as_ref().map_or_else(String::new, |of| of.sentence(world)),
        format!("{wakes}."),
        stopped,
        ends_by_itself(world, end, false),
        waiting::closed_meanwhile(world, ongoing),
    ]);
    let with = if resets { WokenWith::Fails(Errno::ECONNRESET) } else { WokenWith::Eof };
    let closed = foretold::close_wakes(world, (task, ongoing), peer, vec![with]);
    let explained = wording::explanation(task, "asleep-nothing-to-read", wording::page(end.kind), text)
        .foretelling(closed.filter(|_| write.is_some() && end.kind != Kind::Dgram))
        .foretelling(write);
    forgotten::advised(world, explained, forgotten.as_ref())
}

/// What wakes a reader at an end where nothing waits.
fn what_wakes(
    world: &World,
    task: &Task,
    (end, peer): (&End, &End),
    (write, resets): (Option<&Foretold>, bool),
) -> String {
    let (there, others) = (peer.label(), foretold::others_at(world, task, end.id));
    let whom = if others.is_empty() { "it".to_owned() } else { format!("it, or {}", wording::either(&others)) };
    if end.kind == Kind::Dgram {
        return format!("Only a message from {there} can wake {whom}; even when {there} is closed, no EOF comes");
    }
    if peer.held == 0 && peer.in_flight > 0 {
        return format!(
            "The task that receives that copy can write there, which wakes {whom}; if it is destroyed unread, that is EOF"
        );
    }
    let write = match write {
        Some(Foretold::Wakes { by: Deed::Write { bytes: 1, .. }, .. }) => format!("A write to {there} wakes {whom}"),
        _ => format!("A write to {there} that brings what it asks for wakes {whom}"),
    };
    if resets {
        return format!(
            "{write}, or the close of its last copy, with ECONNRESET: {} there unread",
            wording::waits(peer)
        );
    }
    format!("{write}, or the close of its last copy, which is EOF")
}

/// A datagram socket that nobody is connected with: whether a message can still find it.
fn without_peer(world: &World, (task, ongoing): (&Task, &Ongoing), end: &End) -> Explanation {
    let (name, here, call) = (&task.name, end.label(), ongoing.call().name());
    let (reach, at) = (foretold::reach(world, end), end.address.as_deref());
    let wakes = match (&reach, at) {
        (Some(_), Some(at)) => format!("A message sent to {at} wakes it."),
        (None, Some(at)) => {
            format!("Its name, {at}, is gone, so nobody can send to it any more: only a signal can wake {name}.")
        }
        (_, None) => format!("It has no address either, so nobody can send to it: only a signal can wake {name}."),
    };
    let text = format!("{name} is asleep in {call}({here}): nothing has come, and {here} has no peer. {wakes}");
    let is_alone = foretold::others_at(world, task, end.id).is_empty() && task.burst().is_none();
    let plain = matches!(ongoing.call().room(), Some(1..)) && end.inbox.peek_off.is_none();
    let wakes = Foretold::wakes(reach.unwrap_or(Deed::Interrupt), task.id);
    wording::explanation(task, "asleep-nothing-to-read", "recv(2)", text)
        .foretelling(Some(wakes).filter(|_| is_alone && plain))
}

/// Bytes have come, and the call sleeps on.
fn waits_for_more(world: &World, task: &Task, call: &Call, end: &End) -> Option<Explanation> {
    // The ledger knows what was written; the kernel counts only what the sleeper has not taken out already.
    let some = end.inbox.queue.certain();
    if end.kind != Kind::Stream || some == 0 || call.flags() & abi::MSG_PEEK != 0 {
        return None;
    }
    let (name, here, room, came) = (&task.name, end.label(), call.room()?, wording::count(some, "byte"));
    let why = if call.flags() & abi::MSG_WAITALL == 0 {
        format!("SO_RCVLOWAT asks for {}{}", end.low_water, wording::set_by(world, end.origins.get(&Setting::LowWater)))
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
    let stopped = wording::stopped_holders(world, peer, "reads");
    if is_short_queue(end, peer) {
        let text = wording::sentences([
            format!(
                "{name} is asleep in {call}({here}): {} at {}, and that socket is not connected back, so its queue is full with a \
                 few messages, whatever SO_SNDBUF has room for. A read there wakes it.",
                wording::waits(peer),
                peer.label(),
            ),
            stopped,
        ]);
        let taken = foretold::taking_wakes(world, task, peer);
        return wording::explanation(task, "asleep-short-queue", "unix(7)", text).foretelling(taken);
    }
    let taken = taken_so_far(world, task, ongoing);
    // unix_writable() is what wakes a writer, although one that comes now finds room before that.
    let once =
        if end.kind.is_pipe() { "once there is room" } else { "once no more than a quarter of its buffer is in use" };
    let text = wording::sentences([
        buffer_is_full(world, (task, ongoing), (end, peer)),
        stopped,
        format!("Reads there wake it {once}; {}.", if_the_last_goes(ongoing, (end, peer), taken)),
        ends_by_itself(world, end, true),
    ]);
    let with = match taken {
        // It counts messages, and not bytes.
        _ if matches!(ongoing.call(), Call::Sendmmsg { .. }) => Vec::new(),
        0 => errors_of_close(end.kind).iter().copied().map(WokenWith::Fails).collect(),
        taken => vec![WokenWith::AtLeast(taken)],
    };
    let foretold = foretold::taking_wakes(world, task, peer).filter(|_| ongoing.moves_to.is_none()).into_iter();
    let closed = foretold::close_wakes(world, (task, ongoing), peer, with);
    wording::explanation(task, "asleep-buffer-full", wording::page(end.kind), text).foretelling(foretold.chain(closed))
}

/// Where it sleeps, how much has gone so far, what is in the way, and who could read it.
fn buffer_is_full(world: &World, (task, ongoing): (&Task, &Ongoing), (end, peer): (&End, &End)) -> String {
    let (name, here, call) = (&task.name, end.label(), ongoing.call().name());
    let (taken, offered) = (taken_so_far(world, task, ongoing), ongoing.call().offered().unwrap_or(0));
    let so_far = match messages::gone_so_far(ongoing, peer) {
        Some(messages) => messages,
        None if taken == 0 => String::new(),
        None => format!("So far {taken} of {offered} bytes have been taken."),
    };
    let holds = wording::who_holds(world, peer);
    if end.kind.is_pipe() {
        return wording::sentences([
            format!("{name} is asleep in {call}({here})."),
            so_far,
            pages::in_use(world, peer),
            pages::does_not_fit(world, peer, offered),
            format!("{}.", wording::capital(&holds)),
        ]);
    }
    let full = format!(
        "{name} is asleep in {call}({here}): the buffer is full, {} at {}, and {holds}.",
        wording::waits(peer),
        peer.label()
    );
    wording::sentences([full, so_far, wording::send_buffer_set(world, end)])
}

/// What the call comes to if nobody can read any more, as a part of a sentence.
fn if_the_last_goes(ongoing: &Ongoing, (end, peer): (&End, &End), taken: u64) -> String {
    if messages::gone_so_far(ongoing, peer).is_some() {
        return "if the last copy goes instead, the call returns how many messages went, and only the next send fails; with none gone \
                it fails itself"
            .to_owned();
    }
    if taken > 0 {
        return format!(
            "if the last copy goes instead, the call returns {taken} (or more), the count that was taken, and only the next write \
             fails"
        );
    }
    let gone: Vec<String> = errors_of_close(end.kind).iter().map(|errno| errno.name().into()).collect();
    format!("if the last copy goes instead, it wakes with {}", wording::either(&gone))
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

fn stopped(world: &World, task: &Task) -> Explanation {
    let name = &task.name;
    let by = match task.came {
        Some((signal, _)) if signal != Signal::CONT => {
            format!("{}{}", signal.name(), wording::sender_of(world, task, signal))
        }
        _ => "a signal".to_owned(),
    };
    let inside = task.current_call().map_or_else(String::new, |call| format!(" in the middle of {}", call.name()));
    let text = format!(
        "{name} was stopped by {by}{inside}. It is not dead: it holds all its descriptors, so nobody gets EOF, and what is sent \
         to it queues up. Signals to it wait too, all but SIGKILL and SIGCONT."
    );
    let explained = wording::explanation(task, "stopped-is-not-dead", "signal(7)", text);
    advice::advised(world, task, explained, &format!("`cont {name}`"))
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
