//! What a write did: taken whole, in part, or after a sleep; and that taken is not received.

use crate::order::Call;
use crate::trace::{CallState, Explanation, Foretold, What};
use crate::world::channel::End;
use crate::world::kind::Kind;

use super::context::CallContext;
use super::{Rule, foretold, pages, signals, wording};

pub(super) const RULES: &[Rule] =
    &[cut_by_close, cut_by_shutdown, partial, nothing_offered, slept_for_room, became_packets, queued_is_not_received];

/// The reader went away in the middle.
fn cut_by_close(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, taken, offered) = short(context)?;
    let peer = context.peer().filter(|peer| peer.closed)?;
    let text = format!(
        "{} went away while {} was asleep in this write: {taken} of {offered} bytes had been taken, so that count is \
         returned and the error is swallowed. Only the next write will fail.",
        peer.label(),
        context.who(),
    );
    let fails = Foretold::WriteFails { end: end.id, errno: None };
    Some(wording::explanation(end, "write-cut-by-close", "write(2)", text).foretelling([fails]))
}

/// One of the two directions' ends was shut down in the middle.
fn cut_by_shutdown(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, taken, offered) = short(context).filter(|_| context.call.state == CallState::Resumed)?;
    let here = end.label();
    let what = match context.peer() {
        _ if end.shut_here.1 => format!("{here} was shut down for writing"),
        Some(peer) if peer.shut_here.0 => format!("{} was shut down for reading", peer.label()),
        _ => return None,
    };
    let text = format!(
        "{what} while {} was asleep in this write: {taken} of {offered} bytes had been taken, so that count is returned and \
         the error is swallowed. Only the next write will fail, with EPIPE.",
        context.who(),
    );
    let fails = Foretold::write_fails(end.id, crate::abi::Errno::EPIPE);
    Some(wording::explanation(end, "write-cut-by-shutdown", "shutdown(2)", text).foretelling([fails]))
}

/// Why a write returned less.
fn partial(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, taken, offered) = short(context)?;
    let here = end.label();
    let there = context.peer().map_or_else(|| "the other end".to_owned(), End::label);
    if context.is_nonblocking() {
        let why = match context.peer().filter(|_| end.kind.is_pipe()) {
            Some(peer) => wording::sentences([
                pages::cut(context.world, end.kind, (taken, offered)),
                pages::in_use(context.world, peer),
            ]),
            None => String::new(),
        };
        let text = wording::sentences([
            format!(
                "Only {taken} of {offered} bytes fitted into the buffer between {here} and {there}. A write that must not sleep takes \
                 what fits and returns that count; the program has to send the other {} again.",
                offered - taken
            ),
            why,
        ]);
        return Some(wording::explanation(end, "write-takes-what-fits", "write(2)", text));
    }
    if !context.got_signal() {
        let text = format!(
            "SO_SNDTIMEO ran out while {} was asleep in this write. {taken} of {offered} bytes had been taken by then, so the \
             call returns that count and not EAGAIN.",
            context.who(),
        );
        return Some(wording::explanation(end, "write-timed-out", "socket(7)", text));
    }
    let text = format!(
        "{} came while {} was asleep in this write. {taken} of {offered} bytes had been taken by then, so the call \
         returns that count and not EINTR.",
        signals::that_came(context),
        context.who(),
    );
    Some(wording::explanation(end, "write-interrupted", "signal(7)", text))
}

/// A write of no bytes.
fn nothing_offered(context: &CallContext<'_>) -> Option<Explanation> {
    let end = written(context).filter(|_| context.call.call.offered() == Some(0))?;
    let (here, kind) = (end.label(), end.kind);
    let there = context.target();
    let at = there.map_or_else(|| "the other end".to_owned(), wording::title);
    let is_read = there.is_some_and(|there| there.inbox.queue.is_empty());
    if matches!(context.call.call, Call::Writev { .. }) && kind.keeps_empty_messages() {
        let text = "writev of no bytes returns before it comes to the socket: no message is sent, and no error is met. A \
                    write, send or sendmsg of no bytes sends an empty message.";
        return Some(wording::explanation(end, "writev-of-nothing", "writev(2)", text.to_owned()));
    }
    let text = if kind.keeps_empty_messages() && is_read {
        format!("A message of no bytes is a message: a read at {at} has taken it, and returned 0.")
    } else if kind.keeps_empty_messages() {
        format!(
            "A message of no bytes is a message: it waits at {at} like any other, and the read that takes it returns 0."
        )
    } else {
        let kind = if kind.is_pipe() { "pipe" } else { "stream" };
        format!("On a {kind} there is nothing to send in a write of no bytes: the other end of {here} will never know.")
    };
    let waits =
        there.filter(|_| kind.keeps_empty_messages()).and_then(|there| foretold::next_bytes(context.world, there));
    Some(wording::explanation(end, "write-of-nothing", "send(2)", text).foretelling(waits))
}

/// It slept, and there was room.
fn slept_for_room(context: &CallContext<'_>) -> Option<Explanation> {
    let end = written(context).filter(|_| context.call.state == CallState::Resumed)?;
    let taken = wording::count(
        u64::try_from(context.ret()).unwrap_or(0),
        if matches!(context.call.call, Call::Sendmmsg { .. }) { "message" } else { "byte" },
    );
    let who = context.who();
    let room = match (made_room(context), end.kind.is_pipe()) {
        (Some(by), _) => format!(", which {by} made"),
        (None, true) => ": something was read, or the pipe was made larger".to_owned(),
        (None, false) => ", which reads make".to_owned(),
    };
    let text = format!("{who} slept in this write until there was room{room}; now it has taken {taken}.");
    Some(wording::explanation(end, "write-waited-for-room", wording::page(end.kind), text))
}

/// `parent's read of p[0]`: what this statement has taken at the other side.
#[expect(clippy::wildcard_enum_match_arm, reason = "only a call that returned makes room")]
fn made_room(context: &CallContext<'_>) -> Option<String> {
    let there = context.peer()?;
    context.events.iter().find_map(|event| match &event.what {
        What::Call(call) if call.call.is_reading() && call.ret.is_some_and(|ret| ret > 0) => {
            let at = call.call.fd().and_then(|fd| call.names.end_id(fd));
            (at == Some(there.id)).then(|| format!("{}'s {} of {}", call.task, call.call.name(), there.label()))
        }
        _ => None,
    })
}

/// A write of more than a page into a pipe of packets.
fn became_packets(context: &CallContext<'_>) -> Option<Explanation> {
    let end = written(context).filter(|end| end.kind == Kind::PacketPipe && context.burst.is_none())?;
    let (taken, page) = (u64::try_from(context.ret()).ok()?, context.world.machine().page.max(1));
    let (many, last) = (taken.div_ceil(page), taken % page);
    if taken <= page {
        return None;
    }
    let here = end.label();
    let lengths = match last {
        0 => format!("each of {page}"),
        last if many == 2 => format!("of {page} and {last}"),
        last => format!("the last of {last}, the others of {page}"),
    };
    let text = format!(
        "{here} is a pipe with O_DIRECT, and a packet is a page at most: these {taken} bytes became {many} packets, {lengths}. \
         Each read takes one packet, so the reader cannot see that it was one write. Up to PIPE_BUF ({}) a write is one packet.",
        pages::PIPE_BUF,
    );
    let next = context.peer().and_then(|peer| foretold::next_bytes(context.world, peer));
    Some(wording::explanation(end, "write-became-packets", "pipe(2)", text).foretelling(next))
}

/// It succeeded, which is less than it sounds.
fn queued_is_not_received(context: &CallContext<'_>) -> Option<Explanation> {
    let end = written(context)?;
    let peer = context.target().filter(|peer| !peer.closed)?;
    let (here, there) = (end.label(), peer.label());
    let text = if peer.inbox.queue.is_empty() {
        format!("What was written to {here} has been read at {there} already.")
    } else {
        wording::sentences([
            format!(
                "A write that succeeds has only queued its bytes: {} {} until somebody reads there.",
                wording::waits(peer),
                if peer.name.is_some() { format!("at {there}") } else { "at the other end".to_owned() },
            ),
            format!("{}.", wording::capital(&wording::who_holds(context.world, peer))),
            wording::stopped_holders(context.world, peer, "reads"),
        ])
    };
    Some(wording::explanation(end, "queued-is-not-received", "send(2)", text))
}

fn written<'a>(context: &CallContext<'a>) -> Option<&'a End> {
    context.end.filter(|_| context.is_write() && context.ret() >= 0)
}

/// A successful write of less than it offered: its end, what was taken and what was offered.
fn short<'a>(context: &CallContext<'a>) -> Option<(&'a End, u64, u64)> {
    let end = written(context).filter(|_| context.burst.is_none())?;
    let (taken, offered) = (u64::try_from(context.ret()).ok()?, context.call.call.offered()?);
    (taken < offered).then_some((end, taken, offered))
}
