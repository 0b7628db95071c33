//! Why a read returned 0: the end, and the two things that only look like it.

use crate::abi;
use crate::order::Call;
use crate::trace::{Explanation, Foretold, ReadOutcome};
use crate::world::kind::Kind;
use crate::world::origin::Setting;

use super::context::CallContext;
use super::{Rule, wording};

pub(super) const RULES: &[Rule] =
    &[end_by_own_shutdown, end_by_peer_shutdown, end_by_last_close, read_of_no_bytes, empty_message];

/// SHUT_RD at this end, by any holder.
fn end_by_own_shutdown(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|end| context.is_eof() && end.shut_here.0)?;
    let text = format!(
        "{}: shutdown acts on the socket, for all who hold it, however many descriptors \
         are open. What was queued could still be read; after that {}.",
        wording::shut_down_by(context.world, end, Setting::ShutRead),
        if end.kind == Kind::Dgram {
            "a read that would sleep returns 0, and one that must not sleep fails with EAGAIN"
        } else {
            "every read returns 0"
        },
    );
    let next = if end.kind == Kind::Dgram { ReadOutcome::Sleeps } else { ReadOutcome::Eof };
    let explained = wording::explanation(end, "eof-own-shutdown", "shutdown(2)", text);
    Some(explained.foretelling([Foretold::read(end.id, next)]))
}

/// SHUT_WR at the other end.
fn end_by_peer_shutdown(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|end| context.is_eof() && end.shut_rd)?;
    let peer = context.peer().filter(|peer| !peer.closed)?;
    let (here, there) = (end.label(), peer.label());
    let back = if end.shut_wr {
        format!("The other direction, from {here} to {there}, is shut down too.")
    } else {
        format!("The other direction, from {here} to {there}, still works.")
    };
    let text = format!(
        "EOF at {here}: {}, and nothing is left in the queue. No descriptor had to be closed for it: {}. {back}",
        wording::shut_down_by(context.world, peer, Setting::ShutWrite),
        wording::who_holds(context.world, peer)
    );
    let works = (!end.shut_wr).then_some(Foretold::WriteWorks { end: end.id });
    let explained = wording::explanation(end, "eof-peer-shutdown", "shutdown(2)", text);
    Some(explained.foretelling(std::iter::once(Foretold::read(end.id, ReadOutcome::Eof)).chain(works)))
}

/// The last descriptor of the other end is gone.
fn end_by_last_close(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.is_eof())?;
    let peer = context.peer().filter(|peer| peer.closed)?;
    let (here, there) = (end.label(), wording::title(peer));
    let last = peer.last_held_by.map(|last| context.name_of(last)).filter(|last| *last != context.who());
    let who = match (context.who_let_go(peer), last) {
        _ if peer.was_collected => {
            " (its last copy was in flight, in a queue that nobody could receive from: the kernel's collector has freed it)"
                .to_owned()
        }
        (Some(who), _) => format!(" ({who})"),
        (None, Some(last)) => format!(" (the last one was {last}'s)"),
        (None, None) => String::new(),
    };
    let side = if end.kind.is_pipe() { "the writing end" } else { "the other end" };
    let text = format!(
        "EOF at {here}: no descriptor of {there}, {side}, is open in any process{who}, and nothing is left in the queue. \
         Nobody can ever write here again, so read returns 0 at once, now and every time."
    );
    let explained = wording::explanation(end, "eof-last-close", "read(2)", text);
    Some(explained.foretelling([Foretold::read(end.id, ReadOutcome::Eof)]))
}

/// A buffer of no bytes.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn read_of_no_bytes(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.call.call.room() == Some(0) && context.ret() == 0)?;
    let here = end.label();
    let text = if matches!(context.call.call, Call::Recv { .. } | Call::Recvfrom { .. } | Call::Recvmsg { .. })
        && end.kind.keeps_messages()
    {
        format!("The buffer has room for 0 bytes: recv took a message from {here} and had room for none of it.")
    } else {
        let looked = match context.call.call {
            Call::Recv { .. } | Call::Recvfrom { .. } | Call::Recvmsg { .. } => {
                "recv looks all the same, and would have slept with nothing there; it took nothing"
            }
            _ => "the kernel did not even look",
        };
        format!("The buffer has room for 0 bytes, so this read of {here} returned 0: {looked}. It is not EOF.")
    };
    Some(wording::explanation(end, "read-of-no-bytes", "read(2)", text))
}

/// A message of no bytes.
fn empty_message(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|end| end.kind.keeps_empty_messages())?;
    if !context.is_read() || context.ret() != 0 || context.is_eof() || context.burst.is_some() {
        return None;
    }
    let here = end.label();
    let sender = context.read().and_then(|read| {
        let number = read.pieces.first()?.write;
        Some(context.name_of(end.inbox.write(number)?.by))
    });
    let by = sender.map_or_else(String::new, |who| format!(" from {who}"));
    let tell = if end.kind == Kind::Dgram {
        "A datagram socket never reports EOF, so here 0 always means an empty message."
    } else if end.shut_rd || context.peer().is_some_and(|peer| peer.closed) {
        "By the return value alone it cannot be told from EOF, and here not by poll either: the other side is gone, so \
         POLLHUP or POLLRDHUP is there already, before the last message is read."
    } else {
        "By the return value alone it cannot be told from EOF: poll can tell, EOF shows as POLLHUP and an empty message does not."
    };
    let peeked = if context.call.call.flags() & abi::MSG_PEEK == 0 { "took" } else { "looked at" };
    let text = format!("This 0 is not the end: the read {peeked} a message of no bytes{by} at {here}. {tell}");
    Some(wording::explanation(end, "empty-message", "recv(2)", text))
}
