//! What poll(2) says, and where it misleads.

use crate::order::{Call, Extra};
use crate::trace::Explanation;
use crate::world::channel::{End, Reset};
use crate::world::kind::Kind;

use super::scene::Scene;
use super::{Rule, say};

pub(super) const RULES: &[Rule] =
    &[writable_but_fails, not_writable_but_works, urgent_byte_taken, end_is_readable, nothing_yet, ready];

const POLLIN: i16 = 0x1;
const POLLOUT: i16 = 0x4;
const POLLERR: i16 = 0x8;
const POLLHUP: i16 = 0x10;

/// POLLOUT where a write fails.
fn writable_but_fails(scene: &Scene<'_>) -> Option<Explanation> {
    let (end, bits) = polled(scene).find(|(end, bits)| bits & POLLOUT != 0 && fails_with(scene, end).is_some())?;
    let here = end.label();
    let (errno, because) = fails_with(scene, end)?;
    let hung = match (end.kind, bits & (POLLHUP | POLLERR) != 0) {
        (Kind::Dgram, _) => " Of a datagram socket poll says nothing of the death: neither POLLHUP nor POLLIN.",
        (_, true) => " Look at POLLHUP and POLLERR first.",
        _ => "",
    };
    let text = format!(
        "POLLOUT says only that a write at {here} would not sleep. It would fail at once with {errno}: {because}.{hung}"
    );
    Some(say::answer(&here, "writable-but-fails", "poll(2)", text))
}

/// No POLLOUT where a write works.
fn not_writable_but_works(scene: &Scene<'_>) -> Option<Explanation> {
    let Call::Poll { events, .. } = &scene.call.call else { return None };
    let asked = events & i32::from(POLLOUT) != 0;
    let open = |end: &End| scene.world.end(end.peer?).filter(|peer| !peer.closed);
    let (end, _) =
        polled(scene).find(|(end, bits)| asked && bits & POLLOUT == 0 && open(end).is_some() && !reads_only(end))?;
    let (here, peer) = (end.label(), open(end)?);
    let text = if end.kind.is_pipe() {
        format!(
            "No POLLOUT at {here}: the pipe has no free page for a write, {} at {}.",
            say::waits(peer),
            peer.label()
        )
    } else {
        format!(
            "No POLLOUT at {here}: {} at {}. poll calls a socket writable only when no more than a quarter of SO_SNDBUF is \
             charged, but a write needs room for itself alone: after one read it already works, long before poll says so.",
            say::waits(peer),
            peer.label(),
        )
    };
    Some(say::answer(&here, "not-writable-but-works", "poll(2)", text))
}

/// POLLIN where a read says EAGAIN: the place of an urgent byte that was taken.
fn urgent_byte_taken(scene: &Scene<'_>) -> Option<Explanation> {
    let (end, _) = polled(scene).find(|(end, bits)| {
        let open = end.peer.and_then(|peer| scene.world.end(peer)).is_some_and(|peer| !peer.closed);
        bits & (POLLIN | POLLHUP) == POLLIN
            && end.inbox.queue.is_empty()
            && open
            && !end.shut_rd
            && end.backlog.is_none()
    })?;
    let here = end.label();
    let text = format!(
        "POLLIN at {here}, yet a read would find nothing: the place of an urgent byte that was already taken is still in \
         the queue. A read says EAGAIN and clears it."
    );
    Some(say::answer(&here, "readable-but-empty", "poll(2)", text))
}

/// POLLHUP, or POLLIN for the end.
fn end_is_readable(scene: &Scene<'_>) -> Option<Explanation> {
    let (end, bits) = polled(scene).find(|(_, bits)| bits & POLLHUP != 0)?;
    let (here, there) = (end.label(), scene.world.end(end.peer?)?.label());
    let read = match (bits & POLLIN != 0, end.inbox.queue.is_empty()) {
        (true, true) => "POLLIN comes too, since a read would not sleep: it would return 0",
        (true, false) => "POLLIN says that something still waits: it is read first, then 0",
        (false, _) => "without POLLIN nothing waits: a read returns 0",
    };
    let text = format!("POLLHUP at {here}: no descriptor of {there} is open any more. {read}.");
    Some(say::answer(&here, "hung-up", "poll(2)", text))
}

/// No answer, or a time-out.
fn nothing_yet(scene: &Scene<'_>) -> Option<Explanation> {
    let (end, _) = polled(scene).find(|_| scene.ret() == 0)?;
    let here = end.label();
    let state =
        scene.world.end(end.peer?).map_or_else(String::new, |peer| format!("; {}", say::who_holds(scene.world, peer)));
    let text = format!("Nothing that was asked for is so at {here}: {} there{state}.", say::waits(end));
    Some(say::answer(&here, "nothing-to-report", "poll(2)", text))
}

/// The plain answer.
fn ready(scene: &Scene<'_>) -> Option<Explanation> {
    let (end, bits) = polled(scene).find(|(_, bits)| *bits != 0)?;
    let here = end.label();
    let read = if bits & POLLIN == 0 { "a read would sleep" } else { "a read would not sleep" };
    let write = if bits & POLLOUT == 0 { "" } else { ", and neither would a write of a little" };
    let text = format!("poll answers for this moment: at {here} {read} ({}){write}.", say::waits(end));
    Some(say::answer(&here, "ready-now", "poll(2)", text))
}

/// The polled ends with poll's answer for each.
fn polled<'a>(scene: &Scene<'a>) -> impl Iterator<Item = (&'a End, i16)> {
    let (world, call) = (scene.world, scene.call);
    let (fds, bits): (&[i32], &[i16]) = match (&call.call, &call.outcome.extra) {
        (Call::Poll { fds, .. }, Extra::Revents(bits)) => (fds, bits),
        _ => (&[], &[]),
    };
    fds.iter().zip(bits).filter_map(move |(fd, bits)| Some((say::end_labelled(world, &call.names.end(*fd))?, *bits)))
}

/// How a write at this end would fail now.
fn fails_with(scene: &Scene<'_>, end: &End) -> Option<(&'static str, String)> {
    let peer = scene.world.end(end.peer?)?;
    let there = peer.label();
    match end.kind {
        Kind::Dgram if peer.closed => Some(("ECONNREFUSED (or ENOTCONN, after that)", format!("{there} is closed"))),
        Kind::Seqpacket if peer.closed && end.reset == Reset::Pending => {
            Some(("ECONNRESET", format!("{there} was closed with bytes unread")))
        }
        _ if peer.closed => Some(("EPIPE", format!("{there} is closed"))),
        _ if end.shut_here.1 => Some(("EPIPE", format!("{} was shut down for writing", end.label()))),
        _ if end.shut_wr || (end.kind == Kind::Dgram && peer.shut_here.0) => {
            Some(("EPIPE", format!("{there} was shut down for reading")))
        }
        _ => None,
    }
}

/// A pipe's reading end.
fn reads_only(end: &End) -> bool {
    end.kind.is_pipe() && end.name.as_ref().is_some_and(|name| name.index == Some(0))
}
