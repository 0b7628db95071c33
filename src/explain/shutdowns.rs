//! shutdown(2): which direction ends, for whom, and who is told.

use crate::abi::Errno;
use crate::order::Call;
use crate::questions::next_write;
use crate::trace::{CallOutcome, Explanation, Foretold, ReadOutcome};
use crate::world::channel::{End, Reset};
use crate::world::kind::Kind;

use super::context::CallContext;
use super::{foretold, wording};

/// shutdown(2), and who is told.
pub(super) fn shut_down(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Shutdown { how, .. } = &context.call.call else { return None };
    let listener = context.end.filter(|end| context.ret() >= 0 && end.backlog.is_some() && *how != 1);
    if let Some(end) = listener {
        let text = format!(
            "{} listens, and takes no connection after this: a connect gets ECONNREFUSED, and accept fails with {} once no \
             connection waits. No descriptor is closed.",
            end.label(),
            foretold::accept_after_shutdown(end).name()
        );
        let refused = Foretold::Connect { to: end.id, outcome: CallOutcome::Fails(Errno::ECONNREFUSED) };
        let foretold = [foretold::next_accept(end), refused];
        return Some(wording::explanation(end, "listener-shut-down", "shutdown(2)", text).foretelling(foretold));
    }
    let end = context.end.filter(|end| context.ret() >= 0 && (end.peer.is_some() || end.kind == Kind::Dgram))?;
    if end.peer.is_none() {
        return Some(shut_down_alone(end, *how));
    }
    let (here, mute) = (end.label(), end.kind == Kind::Dgram);
    let open = context.peer().filter(|peer| !peer.closed);
    // An error that waits at the socket comes first.
    let fails = |end: &End| next_write::failure(context.world, end).map_or(Errno::EPIPE, |failure| failure.errno);
    let here_fails = fails(end).name();
    let there = open.map(|peer| (wording::title(peer), fails(peer).name()));
    let writes = match &there {
        Some((there, _)) if mute => {
            format!("A write there fails with {here_fails}, and {there}, a datagram socket, is not told")
        }
        Some((there, _)) => {
            format!("A write there fails with {here_fails}, and a read at {there} returns what waits, then 0")
        }
        None => format!("A write there fails with {here_fails}"),
    };
    let then = if mute { "then 0 where it would sleep" } else { "then 0" };
    let reads = match &there {
        Some((there, errno)) => {
            format!("A read there returns what waits, {then}, and a write at {there} fails with {errno}")
        }
        None => format!("A read there returns what waits, {then}"),
    };
    let text = words(&here, *how, (&reads, &writes));
    let nothing_waits = |end: &&End| end.inbox.queue.is_empty() && !mute;
    let eof = |end: &End| Foretold::read(end.id, ReadOutcome::Eof);
    let of_writes = [
        Some(Foretold::write_fails(end.id, fails(end))),
        open.filter(nothing_waits).filter(|peer| peer.reset == Reset::None).map(eof),
    ];
    let of_reads = [
        Some(end).filter(nothing_waits).filter(|end| end.reset == Reset::None).map(eof),
        open.map(|peer| Foretold::write_fails(peer.id, fails(peer))),
    ];
    let foretold = of_writes.into_iter().filter(|_| *how != 0).chain(of_reads.into_iter().filter(|_| *how != 1));
    let explained = wording::explanation(end, "shutdown-acts-on-the-socket", "shutdown(2)", text);
    Some(explained.foretelling(foretold.flatten()))
}

/// What each direction comes to, of those that ended.
fn words(here: &str, how: i32, (reads, writes): (&str, &str)) -> String {
    let what = match how {
        0 => reads.to_owned(),
        1 => writes.to_owned(),
        _ => format!("{writes}. {reads}"),
    };
    format!("shutdown acts on the socket, at once and for all who hold {here}; no descriptor is closed. {what}.")
}

/// A datagram socket without a peer: what comes to its address, and what it sends.
fn shut_down_alone(end: &End, how: i32) -> Explanation {
    let here = end.label();
    let reads = format!(
        "A read there returns what waits, then 0 where it would sleep, and what is sent to the address of {here} fails with EPIPE"
    );
    let text = words(&here, how, (&reads, "A send from there fails with EPIPE"));
    let fails = (how != 0).then_some(Foretold::write_fails(end.id, Errno::EPIPE));
    wording::explanation(end, "shutdown-acts-on-the-socket", "shutdown(2)", text).foretelling(fails)
}
