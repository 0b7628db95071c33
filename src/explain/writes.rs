//! What a write did: taken whole, in part, or after a sleep; and that taken is not received.

use crate::order::Call;
use crate::trace::{CallState, Explanation, Foretold};
use crate::world::channel::End;

use super::scene::Scene;
use super::{Rule, pages, wording};

pub(super) const RULES: &[Rule] =
    &[cut_by_close, cut_by_shutdown, partial, nothing_offered, slept_for_room, queued_is_not_received];

/// The reader went away in the middle.
fn cut_by_close(scene: &Scene<'_>) -> Option<Explanation> {
    let (end, taken, offered) = short(scene)?;
    let peer = scene.peer().filter(|peer| peer.closed)?;
    let text = format!(
        "{} went away while {} was asleep in this write: {taken} of {offered} bytes had been taken, so that count is \
         returned and the error is swallowed. Only the next write will fail.",
        peer.label(),
        scene.who(),
    );
    let fails = Foretold::WriteFails { end: end.id, errno: None };
    Some(wording::explanation(end, "write-cut-by-close", "write(2)", text).foretelling([fails]))
}

/// One of the two directions' ends was shut down in the middle.
fn cut_by_shutdown(scene: &Scene<'_>) -> Option<Explanation> {
    let (end, taken, offered) = short(scene).filter(|_| scene.call.state == CallState::Resumed)?;
    let here = end.label();
    let what = match scene.peer() {
        _ if end.shut_here.1 => format!("{here} was shut down for writing"),
        Some(peer) if peer.shut_here.0 => format!("{} was shut down for reading", peer.label()),
        _ => return None,
    };
    let text = format!(
        "{what} while {} was asleep in this write: {taken} of {offered} bytes had been taken, so that count is returned and \
         the error is swallowed. Only the next write will fail, with EPIPE.",
        scene.who(),
    );
    let fails = Foretold::write_fails(end.id, crate::abi::Errno::EPIPE);
    Some(wording::explanation(end, "write-cut-by-shutdown", "shutdown(2)", text).foretelling([fails]))
}

/// Why a write returned less.
fn partial(scene: &Scene<'_>) -> Option<Explanation> {
    let (end, taken, offered) = short(scene)?;
    let here = end.label();
    let there = scene.peer().map_or_else(|| "the other end".to_owned(), End::label);
    if scene.is_nonblocking() {
        let why = match scene.peer().filter(|_| end.kind.is_pipe()) {
            Some(peer) => format!(" {}", pages::in_use(scene.world, peer)),
            None => String::new(),
        };
        let text = format!(
            "Only {taken} of {offered} bytes fitted into the buffer between {here} and {there}. A write that must not sleep takes \
             what fits and returns that count; the other {} are the program's to send again.{why}",
            offered - taken,
        );
        return Some(wording::explanation(end, "write-takes-what-fits", "write(2)", text));
    }
    if !scene.got_signal() {
        let text = format!(
            "SO_SNDTIMEO ran out while {} was asleep in this write. {taken} of {offered} bytes had been taken by then, so the \
             call returns that count and not EAGAIN.",
            scene.who(),
        );
        return Some(wording::explanation(end, "write-timed-out", "socket(7)", text));
    }
    let text = format!(
        "A signal came while {} was asleep in this write. {taken} of {offered} bytes had been taken by then, so the call \
         returns that count and not EINTR.",
        scene.who(),
    );
    Some(wording::explanation(end, "write-interrupted", "signal(7)", text))
}

/// A write of no bytes.
fn nothing_offered(scene: &Scene<'_>) -> Option<Explanation> {
    let end = written(scene).filter(|_| scene.call.call.offered() == Some(0))?;
    let (here, kind) = (end.label(), end.kind);
    let text = if kind.keeps_empty_messages() {
        format!(
            "A message of no bytes is a message: it waits at the other end of {here}, and a read there will return 0."
        )
    } else {
        let kind = if kind.is_pipe() { "pipe" } else { "stream" };
        format!("On a {kind} there is nothing to send in a write of no bytes: the other end of {here} will never know.")
    };
    Some(wording::explanation(end, "write-of-nothing", "send(2)", text))
}

/// It slept, and there was room.
fn slept_for_room(scene: &Scene<'_>) -> Option<Explanation> {
    let end = written(scene).filter(|_| scene.call.state == CallState::Resumed)?;
    let text = format!(
        "{} slept in this write until there was room{}; now it has taken {}.",
        scene.who(),
        if end.kind.is_pipe() { ": something was read, or the pipe was made larger" } else { ", which reads make" },
        wording::count(
            u64::try_from(scene.ret()).unwrap_or(0),
            if matches!(scene.call.call, Call::Sendmmsg { .. }) { "message" } else { "byte" }
        ),
    );
    Some(wording::explanation(end, "write-waited-for-room", "unix(7)", text))
}

/// It succeeded, which is less than it sounds.
fn queued_is_not_received(scene: &Scene<'_>) -> Option<Explanation> {
    let end = written(scene)?;
    let peer = scene.target().filter(|peer| !peer.closed)?;
    let (here, there) = (end.label(), peer.label());
    let text = if peer.inbox.queue.is_empty() {
        format!("What was written to {here} has been read at {there} already.")
    } else {
        format!(
            "A write that succeeds has only queued its bytes: {} {} until somebody reads there. {}.",
            wording::waits(peer),
            if peer.name.is_some() { format!("at {there}") } else { "at the other end".to_owned() },
            wording::capital(&wording::who_holds(scene.world, peer)),
        )
    };
    Some(wording::explanation(end, "queued-is-not-received", "send(2)", text))
}

fn written<'a>(scene: &Scene<'a>) -> Option<&'a End> {
    scene.end.filter(|_| scene.is_write() && scene.ret() >= 0)
}

/// A successful write of less than it offered: its end, what was taken and what was offered.
fn short<'a>(scene: &Scene<'a>) -> Option<(&'a End, u64, u64)> {
    let end = written(scene).filter(|_| scene.burst.is_none())?;
    let (taken, offered) = (u64::try_from(scene.ret()).ok()?, scene.call.call.offered()?);
    (taken < offered).then_some((end, taken, offered))
}
