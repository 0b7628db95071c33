//! EAGAIN: a call that would have had to sleep, and was told not to, or slept for as long as it may.

use crate::abi::{self, Errno};
use crate::order::Call;
use crate::trace::{Explanation, Foretold, ReadOutcome};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::origin::{Origin, Setting};
use crate::world::task::Task;

use super::context::CallContext;
use super::pages::PipeRoom;
use super::{Rule, advice, by_others, foretold, pages, reads, wording};

pub(super) const RULES: &[Rule] = &[reads::threw_urgent, nothing_to_accept, backlog_full, nothing_waits, buffer_full];

fn is_eagain(context: &CallContext<'_>) -> bool {
    context.ret() < 0 && context.errno() == Errno::EAGAIN
}

/// Which time-out has run out, if the call may sleep.
fn timed_out(context: &CallContext<'_>, end: &End, is_send: bool) -> Option<String> {
    if context.is_nonblocking() {
        return None;
    }
    let (ms, option, setting) = if is_send {
        (end.timeouts.1?, "SO_SNDTIMEO", Setting::SendTimeout)
    } else {
        (end.timeouts.0?, "SO_RCVTIMEO", Setting::ReceiveTimeout)
    };
    let text = match end.origins.get(&setting) {
        Some(origin) => format!(
            "the {ms} ms of {option}, set by {}, have run out, so the call fails with EAGAIN, the error of a call that must not sleep",
            wording::by(context.world, *origin)
        ),
        None => format!(
            "the {ms} ms of {option} have run out, so the call fails with EAGAIN, the error of a call that must not sleep"
        ),
    };
    Some(text)
}

/// Why the call did not sleep: who has set O_NONBLOCK, and who else has it by that; or its own flag.
fn must_not_sleep(context: &CallContext<'_>, end: &End) -> String {
    if context.call.call.flags() & abi::MSG_DONTWAIT != 0 {
        return "MSG_DONTWAIT asks for that".to_owned();
    }
    let opening = context.opening();
    let set = match opening {
        Some(opening) => opening.nonblock_by,
        None => end.origins.get(&Setting::Nonblock).filter(|_| end.nonblock).copied(),
    };
    let Some(origin) = set else {
        return "it is non-blocking".to_owned();
    };
    let holders = context.world.holders(opening.map_or(end.id, |opening| opening.id));
    nonblock_is_shared(context, origin, holders.into_iter().map(|(holder, _)| holder))
}

/// Who has set O_NONBLOCK, and who else has it by that.
pub(super) fn nonblock_is_shared<'a>(
    context: &CallContext<'_>,
    origin: Origin,
    holders: impl Iterator<Item = &'a Task>,
) -> String {
    let by = wording::by(context.world, origin);
    let mut all: Vec<String> = Vec::new();
    if origin.by != context.task.process {
        all.push(context.who().to_owned());
    }
    for holder in holders {
        if holder.process != context.task.process && !all.contains(&holder.name) {
            all.push(holder.name.clone());
        }
    }
    let whose = wording::list(&all);
    match all.len() {
        0 => format!("O_NONBLOCK was set by {by}"),
        1 => format!(
            "O_NONBLOCK was set by {by}; the flag belongs to the open file description, so {whose} has it too, also after exec"
        ),
        _ => format!(
            "O_NONBLOCK was set by {by}; the flag belongs to the open file description, so {whose} have it too, also after exec"
        ),
    }
}

/// EAGAIN of accept(2).
fn nothing_to_accept(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| matches!(context.call.call, Call::Accept { .. }) && is_eagain(context))?;
    let here = end.label();
    if let Some(ran_out) = timed_out(context, end, false) {
        let text = format!("No connection came to {here}: {ran_out}.");
        return Some(wording::explanation(end, "accept-timed-out", "socket(7)", text));
    }
    if let Some(explained) = by_others::accepted_after_poll(context.world, context.task, end) {
        return Some(explained);
    }
    if end.shut_here.0 {
        let text = format!(
            "{here} was shut down for reading, so no connection comes any more. O_NONBLOCK makes accept say EAGAIN; without it the \
             call would fail with EINVAL, and not sleep. poll says POLLIN all the time: a loop over poll and accept never ends."
        );
        let next = foretold::next_accept(end);
        return Some(wording::explanation(end, "accept-after-shutdown", "accept(2)", text).foretelling([next]));
    }
    let text = format!(
        "No connection waits at {here}, so accept fails with EAGAIN instead of sleeping: {}. That is not a fault.",
        must_not_sleep(context, end)
    );
    let explained = wording::explanation(end, "nothing-to-accept", "accept(2)", text);
    let statement = format!("poll {here} for=in timeout=-1");
    let statement = advice::typed_by(context.world, context.task, Some(end.id), &statement);
    let advice = format!("{statement} sleeps until there is one, then accept");
    let none = foretold::next_accept(end);
    Some(advice::advised(context.world, context.task, explained, &advice).foretelling([none]))
}

/// EAGAIN of connect(2).
fn backlog_full(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Connect { address, .. } = &context.call.call else { return None };
    let end = context.end.filter(|_| is_eagain(context))?;
    let at = &address.shown;
    let waits = no_room_for_connection(context.world, at);
    if let Some(ran_out) = timed_out(context, end, true) {
        let text = format!("{}. {waits}. An accept there makes room.", wording::capital(&ran_out));
        return Some(wording::explanation(at.as_str(), "connect-timed-out", "socket(7)", text));
    }
    let text = format!(
        "{waits}. The connect from {} fails with EAGAIN instead of sleeping until an accept: {}.",
        end.label(),
        must_not_sleep(context, end),
    );
    Some(wording::explanation(at.as_str(), "backlog-full", "listen(2)", text))
}

/// `2 connections wait at @b, and parent's listen in line 4 allows 1 and one more`
pub(super) fn no_room_for_connection(world: &World, at: &str) -> String {
    let listener = world.ends_at(at).find(|there| there.backlog.is_some());
    let limit = listener.and_then(|there| Some((there, there.backlog_limit?, there.origins.get(&Setting::Backlog)?)));
    let Some((there, limit, origin)) = limit else {
        return format!("As many connections wait at {at} as listen allows, and nobody has accepted one");
    };
    let waiting = there.backlog.as_ref().map_or(0, |backlog| backlog.len() as u64);
    let (is, by) = (if waiting == 1 { "waits" } else { "wait" }, wording::by(world, *origin));
    let waits = wording::count(waiting, "connection");
    // A limit above somaxconn is cut to that.
    if waiting == limit + 1 {
        format!("{waits} {is} at {at}, and {by} allows no more: listen was given {limit}, and one more may wait")
    } else {
        format!("{waits} {is} at {at}, and {by} allows no more")
    }
}

/// EAGAIN of a read.
fn nothing_waits(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.call.call.is_reading() && is_eagain(context))?;
    let here = end.label();
    if let Some(ran_out) = timed_out(context, end, false) {
        let text = format!("Nothing came to {here}: {ran_out}.");
        return Some(wording::explanation(end, "receive-timed-out", "socket(7)", text));
    }
    if let Some(offset) = end.inbox.peek_off.filter(|_| looks_past(context, end)) {
        let text = format!(
            "SO_PEEK_OFF{} has moved on with each look and stands {offset} bytes behind the front of {here}: nothing waits \
             beyond it, though {} in all. A read without MSG_PEEK takes from the front and moves it back.",
            wording::set_by(context.world, end.origins.get(&Setting::PeekOffset)),
            wording::waits(end),
        );
        return Some(wording::explanation(end, "peeked-to-the-end", "socket(7)", text));
    }
    if let Some(explained) = by_others::taken_after_poll(context.world, context.task, end) {
        return Some(explained);
    }
    let text = format!(
        "Nothing waits at {here}, so the read fails with EAGAIN instead of sleeping: {}. {}.",
        must_not_sleep(context, end),
        why_no_eof(context, end)
    );
    let empty = Foretold::read(end.id, ReadOutcome::Sleeps);
    Some(wording::explanation(end, "nothing-waits", "recv(2)", text).foretelling([empty]))
}

fn why_no_eof(context: &CallContext<'_>, end: &End) -> String {
    let here = end.label();
    match context.peer() {
        _ if end.kind == Kind::Dgram && end.shut_here.0 => {
            format!("{here} was shut down for reading, and a datagram read that would sleep returns 0 by that")
        }
        Some(peer) if end.kind == Kind::Dgram && !peer.closed && peer.shut_here.1 => {
            format!("{} was shut down for writing, but a datagram socket is never told, so no EOF comes", peer.label())
        }
        Some(peer) if peer.closed && end.kind == Kind::Dgram => {
            format!("{} is closed, but a datagram socket is never told, so it is EAGAIN for ever", peer.label())
        }
        Some(peer) if !peer.closed && end.kind == Kind::Dgram => {
            format!(
                "More may come ({}), and EOF never does at a datagram socket",
                wording::who_holds(context.world, peer)
            )
        }
        Some(peer) if !peer.closed && is_own_alone(context, peer) => format!(
            "It is not EOF: {} itself still has {} open, and nobody else has. Its own copy keeps EOF away",
            context.who(),
            peer.label()
        ),
        Some(peer) if !peer.closed => format!("It is not EOF: {}", wording::who_holds(context.world, peer)),
        _ => "It is not EOF".to_owned(),
    }
}

/// Whether the reader's own process is the only one that could write.
fn is_own_alone(context: &CallContext<'_>, peer: &End) -> bool {
    let holders = context.world.holders(peer.id);
    let is_own = |(holder, _): &(&Task, i32)| holder.process == context.task.process;
    !holders.is_empty() && holders.iter().all(is_own) && peer.in_flight == 0 && !peer.outside
}

/// A look with SO_PEEK_OFF that found nothing although something waits.
fn looks_past(context: &CallContext<'_>, end: &End) -> bool {
    context.call.call.flags() & abi::MSG_PEEK != 0 && !end.inbox.queue.is_empty()
}

/// EAGAIN of a write.
fn buffer_full(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.is_write() && is_eagain(context))?;
    if let Some(ran_out) = timed_out(context, end, true) {
        let text = format!("No room came for this write to {}: {ran_out}. Nothing of it was taken.", end.label());
        return Some(wording::explanation(end, "send-timed-out", "socket(7)", text));
    }
    let offered = context.call.call.offered().unwrap_or(0);
    let full = full(context.world, (end, context.target()), offered);
    let text = format!(
        "The write to {} fails with EAGAIN instead of sleeping: {}. {}",
        end.label(),
        must_not_sleep(context, end),
        full.text
    );
    Some(Explanation { text, ..full })
}

/// Why an end can take no more, or not a write of so many bytes.
pub(super) fn full(world: &World, (end, target): (&End, Option<&End>), offered: u64) -> Explanation {
    let here = end.label();
    let Some(there) = target else {
        let text = format!("The buffer that {here} sends to is full.");
        return wording::explanation(end, "charged-per-message", "unix(7)", text);
    };
    let there_label = there.label();
    if end.kind.is_pipe() {
        let text = wording::sentences([pages::in_use(world, there), pages::does_not_fit(world, there, offered)]);
        let room = match pages::room(world, there) {
            Some(PipeRoom::LastPage(bytes)) => Some(Foretold::WriteFits { end: end.id, bytes }),
            Some(PipeRoom::Nothing) => Some(Foretold::WriteSleeps { end: end.id, bytes: 1 }),
            Some(PipeRoom::Pages) | None => None,
        };
        return wording::explanation(end, "pipe-full", "pipe(7)", text).foretelling(room);
    }
    if is_short_queue(end, there) {
        let text = format!(
            "The queue of {there_label} is full: {} there. {there_label} is not connected back to {here}, and such a datagram \
             socket lets only a few messages wait (net.unix.max_dgram_qlen, and one more), from all senders together, however much \
             room SO_SNDBUF has. One read makes room for one.",
            wording::waits(there),
        );
        let room = Foretold::ReadMakesRoom { read_at: there.id, write_at: end.id };
        let room = Some(room).filter(|_| end.peer == Some(there.id));
        return wording::explanation(end, "short-queue", "unix(7)", text).foretelling(room);
    }
    let (bytes, writes) = (there.inbox.waiting(), there.inbox.queue.len() as u64);
    let wait = if bytes == 1 { "waits" } else { "wait" };
    let (bytes_text, from) = (wording::count(bytes, "byte"), wording::count(writes, "write"));
    let text = if writes > 0 && bytes / writes >= LARGE {
        format!(
            "The send buffer of {here} is full: {bytes_text} {wait} at {there_label}, from {from}, and SO_SNDBUF is charged for \
             them, the kernel's own overhead included. The kernel checks for room before it takes a piece, so the last piece \
             may have gone over the limit."
        )
    } else {
        format!(
            "The send buffer of {here} is full, though only {bytes_text} {wait} at {there_label}, from {from}: SO_SNDBUF is \
             charged for the kernel's whole buffer of each write, several hundred bytes of overhead even for one byte. \
             SO_RCVBUF of {there_label} plays no part."
        )
    };
    let text = wording::sentences([text, wording::send_buffer_set(world, end)]);
    wording::explanation(end, "charged-per-message", "unix(7)", text)
}

/// What a write at a socket meets where the last one found no room, and nothing has been read since.
pub(super) fn still_full(world: &World, end: &End, peer: &End) -> Option<String> {
    let met = end.met_full.filter(|met| met.at == peer.id && !peer.closed && !end.shut_wr && !end.shut_here.1)?;
    let inbox = &peer.inbox;
    if (met.back, met.reads, met.bytes, met.pieces)
        != (peer.peer, inbox.totals.reads, inbox.waiting(), inbox.queue.len())
    {
        return None;
    }
    let (sleeps, there) = (if end.nonblock { "fails with EAGAIN" } else { "sleeps" }, peer.label());
    let why = if is_short_queue(end, peer) {
        format!("{there} is not connected back, and its queue takes no more")
    } else {
        "its send buffer is full".to_owned()
    };
    let read = match wording::holders(world, peer.id) {
        names if names.is_empty() => "nobody can read there".to_owned(),
        names => format!("{} can read there", wording::list(&names)),
    };
    Some(format!("A write at {} {sleeps}: {why} ({} at {there}); {read}.", end.label(), wording::waits(peer)))
}

/// Bytes of a write beside which the kernel's overhead for it is small.
const LARGE: u64 = 2048;

/// Whether the receiver's queue is what is full: of a datagram socket that is not connected back, with little in it.
pub(super) fn is_short_queue(end: &End, peer: &End) -> bool {
    const FEW: u64 = 32 * 1024;
    end.kind == Kind::Dgram
        && peer.peer != Some(end.id)
        && peer.inbox.least_messages() > 1
        && peer.inbox.waiting() < FEW
}
