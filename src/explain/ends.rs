//! What the next read at an end would meet, and why: bytes, a message, the end, an error, or sleep.

use crate::abi::Errno;
use crate::questions::next_read::{Blocking, NextRead, ReadOutcome, next_read};
use crate::questions::{next_write, sleep};
use crate::trace::{Explanation, Foretold};
use crate::world::World;
use crate::world::channel::{End, Reset};
use crate::world::kind::Kind;
use crate::world::ledger::Piece;
use crate::world::origin::Setting;

use super::pages::PipeRoom;
use super::reads::page_of_messages;
use super::{advice, fifos, foretold, forgotten, messages, pages, wording, would_sleep};

/// The explanation of an end.
pub(super) fn of_end(world: &World, end: &End) -> Explanation {
    let peer = end.peer.and_then(|peer| world.end(peer));
    let Some(next) = next_read(world, end, Blocking::at(end)) else {
        return fifos::not_open(end).unwrap_or_else(|| gone(end));
    };
    let explained = match next.outcome {
        ReadOutcome::Fails(Errno::EBADF) => Some(writes_only(world, end, peer)),
        ReadOutcome::Fails(errno) if end.kept_error == Some(errno) => Some(messages::keeps_error(end, errno)),
        ReadOutcome::Fails(Errno::ECONNRESET) => reset_pending(end, peer),
        ReadOutcome::Fails(errno) => {
            let fails = Foretold::read(end.id, ReadOutcome::Fails(errno));
            listening(end).or_else(|| unconnected(world, end)).map(|explained| explained.foretelling([fails]))
        }
        ReadOutcome::Bytes { .. } | ReadOutcome::Message(_) | ReadOutcome::SomeMessage => {
            something_waits(end, peer, &next)
        }
        ReadOutcome::Eof => shut_down(world, end, peer)
            .or_else(|| fifos::at_the_end(world, end, peer?))
            .or_else(|| peer.map(|peer| at_the_end(end, peer))),
        ReadOutcome::Sleeps => too_little(world, end)
            .or_else(|| shut_down(world, end, peer))
            .or_else(|| unconnected(world, end))
            .or_else(|| datagram_peer_closed(world, end, peer?)),
    };
    let explained = explained.unwrap_or_else(|| still_held(world, end, peer));
    match peer.and_then(|peer| would_sleep::still_full(world, end, peer)) {
        Some(full) => {
            let sleeps = Foretold::WriteSleeps { end: end.id, bytes: 1 };
            advice::with_sentence(explained, &full).foretelling([sleeps])
        }
        None => explained,
    }
}

/// After `holders END`: what it means for a reader at the other side that the end is held.
pub(super) fn held(world: &World, end: &End) -> Option<Explanation> {
    let reader = world.end(end.peer?).filter(|reader| reader.can_be_read() && !end.closed)?;
    let outcome = next_read(world, reader, Blocking::at(reader))?.outcome;
    let waits_for_it = outcome == ReadOutcome::Sleeps && reader.inbox.queue.is_empty();
    Some(if waits_for_it { still_held(world, reader, Some(end)) } else { of_end(world, reader) })
}

/// After `holders END` of one that is closed.
pub(super) fn closed(end: &End) -> Option<Explanation> {
    end.closed.then(|| gone(end))
}

fn gone(end: &End) -> Explanation {
    let here = end.label();
    let text = format!("{here} is closed: nobody holds a descriptor of it, so nobody can read there.");
    wording::explanation(end, "end-is-closed", "close(2)", text)
}

/// What a write would meet: `[1]` of a pipe is never read.
fn writes_only(world: &World, end: &End, peer: Option<&End>) -> Explanation {
    let here = end.label();
    let sleeps = if end.nonblock { "fails with EAGAIN" } else { "sleeps" };
    let mut foretold = vec![Foretold::read(end.id, ReadOutcome::Fails(Errno::EBADF))];
    let (end_id, fits) = (end.id, |bytes| Foretold::WriteFits { end: end.id, bytes });
    let write = match peer {
        Some(peer) if peer.closed => {
            foretold.push(Foretold::write_fails(end_id, Errno::EPIPE));
            format!(
                "A write there fails with EPIPE, and SIGPIPE comes with it: no descriptor of {} is open any more.",
                peer.label()
            )
        }
        Some(peer) => match pages::room(world, peer) {
            Some(PipeRoom::LastPage(bytes)) => {
                foretold.extend([fits(bytes), Foretold::WriteSleeps { end: end_id, bytes: bytes + 1 }]);
                format!(
                    "{} A write of up to {bytes} fits the last page, a longer one {sleeps}. {} read.",
                    pages::in_use(world, peer),
                    can_read(world, peer),
                )
            }
            Some(PipeRoom::Nothing) => {
                foretold.push(Foretold::WriteSleeps { end: end_id, bytes: 1 });
                format!("{} A write {sleeps}. {} read.", pages::in_use(world, peer), can_read(world, peer))
            }
            Some(PipeRoom::Pages) => {
                foretold.push(fits(pages::PIPE_BUF));
                format!("A write of up to {} bytes goes in at once. {} read.", pages::PIPE_BUF, can_read(world, peer))
            }
            None => format!("{}. {} read.", wording::capital(&wording::waits(peer)), can_read(world, peer)),
        },
        None => String::new(),
    };
    let what = format!("{here} is the writing end of a pipe, which goes one way only: a read there fails with EBADF.");
    let text = wording::sentences([what, write]);
    wording::explanation(end, "pipe-goes-one-way", "pipe(7)", text).foretelling(foretold)
}

fn listening(end: &End) -> Option<Explanation> {
    let waiting = end.backlog.as_ref()?.len() as u64;
    let here = end.label();
    let waits = match waiting {
        0 => "No connection waits".to_owned(),
        1 => "1 connection waits for an accept".to_owned(),
        many => format!("{many} connections wait for an accept"),
    };
    let text = format!("{here} listens: it takes connections by accept and cannot be read. {waits}.");
    Some(wording::explanation(end, "listener-has-no-bytes", "listen(2)", text))
}

/// `parent (descriptor 3) can`.
fn can_read(world: &World, end: &End) -> String {
    match wording::holders(world, end.id) {
        names if names.is_empty() => "Nobody can".to_owned(),
        names => format!("{} can", wording::list(&names)),
    }
}

/// Something waits, and yet a read sleeps.
fn too_little(world: &World, end: &End) -> Option<Explanation> {
    let first = *end.inbox.queue.front()?;
    let here = end.label();
    if end.inbox.is_urgent(first) && end.inbox.queue.len() == 1 {
        let text = format!(
            "The one byte that waits at {here} is urgent: `recv {here} oob` takes it. A plain read throws it away and then finds \
             nothing."
        );
        let explained = wording::explanation(end, "urgent-byte-alone", "recv(2)", text);
        return Some(explained.foretelling([Foretold::read(end.id, ReadOutcome::Sleeps)]));
    }
    if end.inbox.waiting() == 0 {
        let text = format!(
            "The task that is asleep in a read at {here} has taken what came there and waits for more: SO_RCVLOWAT, or the call, asks for it. For \
             another read nothing is left."
        );
        return Some(wording::explanation(end, "asleep-for-the-rest", "socket(7)", text));
    }
    let text = format!(
        "{} at {here}, and SO_RCVLOWAT asks for {}{}: a read sleeps until so many are there, or nothing more can come.",
        wording::capital(&wording::waits(end)),
        end.low_water,
        wording::set_by(world, end.origins.get(&Setting::LowWater)),
    );
    (end.low_water > 1).then(|| wording::explanation(end, "asleep-for-the-rest", "socket(7)", text))
}

fn something_waits(end: &End, peer: Option<&End>, next: &NextRead) -> Option<Explanation> {
    let first = *end.inbox.queue.front()?;
    let here = end.label();
    if end.inbox.has_foreign_pages(end.kind) {
        let text = format!(
            "{} at {here}. What splice, tee or vmsplice brought here stays what it was: a read takes plain bytes as they come and ends \
             behind a packet of an O_DIRECT pipe, and what of that packet does not fit is gone. The next read, with room enough, takes {}.",
            wording::waits(end),
            wording::count(end.inbox.first_of_pages(), "byte"),
        );
        let explained = wording::explanation(end, "packets-stay-packets", "pipe(2)", text);
        return Some(explained.foretelling([Foretold::read(end.id, next.outcome)]));
    }
    if end.kind.keeps_messages() {
        if next.outcome == ReadOutcome::SomeMessage {
            let text = format!(
                "{} at {here}, and more comes from writers that sleep. The next read takes one message and no other: whose, only the \
                 kernel knows, and what does not fit its buffer is destroyed.",
                wording::capital(&wording::waits(end)),
            );
            let explained = wording::explanation(end, "next-read-one-message", page_of_messages(end.kind), text);
            return Some(explained.foretelling([Foretold::read(end.id, next.outcome)]));
        }
        let after = if first.len == 0 { " It is an empty message: the 0 it returns is not EOF." } else { "" };
        let text = format!(
            "{} at {here}. The next read takes the first, {}, and no other; what does not fit its buffer is destroyed.{after}",
            wording::waits(end),
            wording::bytes(&end.inbox, first),
        );
        let explained = wording::explanation(end, "next-read-one-message", page_of_messages(end.kind), text);
        return Some(explained.foretelling([Foretold::read(end.id, next.outcome)]));
    }
    let is_closed = peer.is_some_and(|peer| peer.closed);
    let then = match (next.comes_to_eof(), next.reports_reset()) {
        (true, true) => "A reader gets them first, then ECONNRESET once, then EOF.",
        (true, false) if is_closed => "After them comes EOF: data survives its sender.",
        (true, false) => "After them comes EOF.",
        (false, _) => "",
    };
    let carries = |piece: &Piece| end.inbox.write(piece.write).is_some_and(|write| !write.fds.is_empty());
    let stops = end.inbox.queue.iter().position(carries);
    let stops = if stops.is_some_and(|at| at + 1 < end.inbox.queue.len()) {
        "It stops after the bytes that descriptors travel with."
    } else {
        ""
    };
    let text = wording::sentences([
        format!("{} at {here}, from {}.", wording::waits(end), wording::count(end.inbox.queue.len() as u64, "write")),
        "The next read takes as many as fit its buffer, without regard to the writes they came from.".to_owned(),
        stops.to_owned(),
        then.to_owned(),
    ]);
    let reset = next.reports_reset().then_some(ReadOutcome::Fails(Errno::ECONNRESET));
    let eof = next.comes_to_eof().then_some(ReadOutcome::Eof);
    let outcomes = std::iter::once(next.outcome).chain(reset).chain(eof).collect();
    let explained = wording::explanation(end, "next-read-takes-bytes", wording::page(end.kind), text);
    Some(explained.foretelling([Foretold::Reads { end: end.id, outcomes }]))
}

fn shut_down(world: &World, end: &End, peer: Option<&End>) -> Option<Explanation> {
    if !end.shut_rd {
        return None;
    }
    let here = end.label();
    if end.kind == Kind::Dgram {
        let text = format!(
            "{}. A read that would sleep returns 0, one that must not sleep fails with EAGAIN.",
            wording::shut_down_by(world, end, Setting::ShutRead)
        );
        let explained = wording::explanation(end, "eof-own-shutdown", "shutdown(2)", text);
        return Some(explained.foretelling([Foretold::read(end.id, ReadOutcome::Sleeps)]));
    }
    let (rule, whose) = match peer {
        Some(peer) if !end.shut_here.0 => ("eof-peer-shutdown", wording::shut_down_by(world, peer, Setting::ShutWrite)),
        _ => ("eof-own-shutdown", wording::shut_down_by(world, end, Setting::ShutRead)),
    };
    let text = format!(
        "The next read at {here} returns 0: nothing waits, and {whose}. No descriptor need be closed for that."
    );
    let explained = wording::explanation(end, rule, "shutdown(2)", text);
    Some(explained.foretelling([Foretold::read(end.id, ReadOutcome::Eof)]))
}

fn reset_pending(end: &End, peer: Option<&End>) -> Option<Explanation> {
    let peer = peer.filter(|_| end.reset == Reset::Pending)?;
    let here = end.label();
    let cause = match &peer.name {
        Some(_) => format!("{} was closed with bytes from {here} still unread", peer.label()),
        None => "the listening socket was closed before anybody accepted, and the connection with it".to_owned(),
    };
    let after = if end.inbox.queue.is_empty() {
        "That is said once; after it comes 0, EOF."
    } else {
        "That is said once; after it come the messages that wait, then EOF."
    };
    let text = format!("The next read at {here} fails with ECONNRESET: {cause}. {after}");
    let eof = end.inbox.queue.is_empty().then_some(ReadOutcome::Eof);
    let outcomes = std::iter::once(ReadOutcome::Fails(Errno::ECONNRESET)).chain(eof).collect();
    let explained = wording::explanation(end, "reset-by-unread-bytes", "unix(7)", text);
    Some(explained.foretelling([Foretold::Reads { end: end.id, outcomes }]))
}

fn unconnected(world: &World, end: &End) -> Option<Explanation> {
    if end.peer.is_some() {
        return None;
    }
    let here = end.label();
    let text = match (end.kind, &end.address) {
        (Kind::Dgram, Some(at)) => format!(
            "Nothing waits at {here}: a read sleeps until somebody sends to {at}. It has no peer, so no EOF either."
        ),
        (Kind::Dgram, None) => {
            format!("{here} has neither peer nor address: nobody can send to it, and a read sleeps for ever.")
        }
        _ => match wording::failed_connect(world, end) {
            Some(failed) => format!("{failed}, so {here} is not connected and a read there fails at once."),
            None => format!("{here} is not connected, so a read there fails at once."),
        },
    };
    let sleeps = (end.kind == Kind::Dgram).then_some(Foretold::read(end.id, ReadOutcome::Sleeps));
    Some(wording::explanation(end, "not-connected", "connect(2)", text).foretelling(sleeps))
}

fn at_the_end(end: &End, peer: &End) -> Explanation {
    let (here, there) = (end.label(), peer.label());
    let text = format!(
        "The next read at {here} is EOF: nothing waits, and no descriptor of {there} is open in any process. It returns 0 every time."
    );
    wording::explanation(end, "eof-last-close", "read(2)", text).foretelling([Foretold::read(end.id, ReadOutcome::Eof)])
}

/// A datagram socket whose peer is gone.
fn datagram_peer_closed(world: &World, end: &End, peer: &End) -> Option<Explanation> {
    let (here, there) = (end.label(), peer.label());
    let notices = match next_write::failure(world, end).map(|fails| fails.errno) {
        Some(Errno::ECONNREFUSED) => format!("only a send from {here} notices, by ECONNREFUSED"),
        Some(errno) => format!("nor does a send from {here} tell: it fails with {} in any case", errno.name()),
        None => format!("only a send from {here} notices"),
    };
    let text = format!(
        "{there} is closed, and yet no EOF comes at {here}: a datagram socket is never told. A read there sleeps for ever, and \
         poll says nothing; {notices}."
    );
    let sleeps = Foretold::read(end.id, ReadOutcome::Sleeps);
    let foretold = std::iter::once(sleeps).chain(foretold::failing_write(world, end));
    (peer.closed && end.kind == Kind::Dgram)
        .then(|| wording::explanation(end, "datagram-never-ends", "unix(7)", text).foretelling(foretold))
}

/// Why EOF does not come.
fn still_held(world: &World, end: &End, peer: Option<&End>) -> Explanation {
    let (here, sleeps) = (end.label(), [Foretold::read(end.id, ReadOutcome::Sleeps)]);
    let Some(peer) = peer else {
        let text = format!("Nothing waits at {here}.");
        return wording::explanation(end, "nothing-waits", "recv(2)", text).foretelling(sleeps);
    };
    let (there, foretold) = (wording::title(peer), sleeps);
    let sleeps = how_it_sleeps(world, end);
    let holds = wording::who_holds(world, peer);
    if end.kind == Kind::Dgram {
        let text = format!(
            "Nothing waits at {here}, so the next read {sleeps}. {}. And even when all copies of {there} are closed, no EOF comes: \
             datagram sockets have none.",
            wording::capital(&holds)
        );
        return wording::explanation(end, "datagram-never-ends", "unix(7)", text).foretelling(foretold);
    }
    if wording::is_unreachable(world, peer) {
        let text = format!(
            "Nothing waits at {here}. {}, and nobody holds the socket at whose end it waits: so nobody can receive it. The kernel's \
             collector frees such an end, some time after the close of any AF_UNIX socket: until then a read {sleeps}, after it a read \
             returns 0.",
            wording::capital(&holds)
        );
        return wording::explanation(end, "only-the-collector-frees-it", "unix(7)", text);
    }
    let stopped = wording::stopped_holders(world, peer, "writes");
    let reader = world.tasks().find(|task| sleep::is_at(task, end.id));
    let forgotten = forgotten::copy_of_another(world, (end, peer), reader).filter(|_| stopped.is_empty());
    let own = match readers_with_copy(world, end, peer) {
        _ if forgotten.is_some() => String::new(),
        own if own.is_empty() => String::new(),
        own if own.len() == 1 => {
            format!("{} has {here} open too, and its own copy of {there} counts like any other.", wording::list(&own))
        }
        own => {
            format!(
                "{} have {here} open too, and their own copies of {there} count like any other.",
                wording::list(&own)
            )
        }
    };
    let text = wording::sentences([
        format!("Nothing waits at {here}, so the next read {sleeps}."),
        format!("{}.", wording::capital(&holds)),
        format!("While any copy of {there} is open, no EOF comes."),
        own,
        forgotten.as_ref().map_or_else(String::new, |of| of.sentence(world)),
        stopped,
    ]);
    let explained = wording::explanation(end, "still-held", wording::page(end.kind), text).foretelling(foretold);
    forgotten::advised(world, explained, forgotten.as_ref())
}

/// `sleeps`, and for how long; or how it fails instead.
fn how_it_sleeps(world: &World, end: &End) -> String {
    match (end.nonblock, end.timeouts.0) {
        (true, _) => match end.origins.get(&Setting::Nonblock) {
            Some(origin) => format!("fails with EAGAIN: O_NONBLOCK was set by {}", wording::by(world, *origin)),
            None => "fails with EAGAIN".to_owned(),
        },
        (false, Some(ms)) => match end.origins.get(&Setting::ReceiveTimeout) {
            Some(origin) => format!(
                "sleeps for {ms} ms at most and then fails with EAGAIN: SO_RCVTIMEO was set by {}",
                wording::by(world, *origin)
            ),
            None => format!("sleeps for {ms} ms at most and then fails with EAGAIN"),
        },
        (false, None) => "sleeps".to_owned(),
    }
}

/// Tasks that hold both ends.
fn readers_with_copy(world: &World, end: &End, peer: &End) -> Vec<String> {
    let holds = |process| world.holders(end.id).iter().any(|(task, _)| task.process == process);
    let both = world.holders(peer.id).into_iter().filter(|(task, _)| holds(task.process));
    let mut names: Vec<String> = both.map(|(task, _)| task.name.clone()).collect();
    names.dedup();
    names
}
