//! What poll(2) says, and where it misleads.

use crate::abi::{Errno, POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLPRI, POLLRDHUP};
use crate::order::{Call, Extra};
use crate::questions::next_read::{Blocking, next_read};
use crate::questions::next_write::{self, Cause, WriteFailure};
use crate::trace::{CallState, Explanation, Foretold, ReadOutcome};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::origin::Setting;

use super::context::CallContext;
use super::pages::PipeRoom;
use super::would_sleep::is_short_queue;
use super::{Rule, foretold, pages, wording};

pub(super) const RULES: &[Rule] = &[
    no_descriptor,
    listener,
    hung_up_with_bytes,
    unconnected_datagram,
    writable_but_fails,
    not_writable_but_works,
    urgent_byte_taken,
    end_is_readable,
    nothing_yet,
    ready,
];

/// A number that means nothing.
fn no_descriptor(context: &CallContext<'_>) -> Option<Explanation> {
    let (Call::Poll { fds, .. }, Extra::Revents(bits)) = (&context.call.call, &context.call.outcome.extra) else {
        return None;
    };
    let (fd, _) = fds.iter().zip(bits).find(|(_, bits)| *bits & POLLNVAL != 0)?;
    let since = if context.call.state == CallState::Resumed {
        " It was when the call began, and another thread closed it meanwhile; poll noticed only when it woke and looked again."
    } else {
        ""
    };
    let text = format!(
        "POLLNVAL: the number {fd} is not open in this process. poll says so in its answer, where other calls fail with \
         EBADF.{since}"
    );
    Some(wording::explanation(&*context.call.names.end(*fd), "no-such-descriptor", "poll(2)", text))
}

/// What poll says of a socket that takes connections.
fn listener(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, bits) =
        polled(context).find(|(end, bits)| end.backlog.is_some() && (*bits != 0 || context.ret() == 0))?;
    let here = end.label();
    let waiting = end.backlog.as_ref().map_or(0, |backlog| backlog.len() as u64);
    let errno = foretold::accept_after_shutdown(end).name();
    let text = if end.shut_here.0 {
        format!(
            "{here} listens and was shut down for reading: POLLIN says only that an accept would not sleep. {}.",
            match waiting {
                0 => format!("No connection waits, so it would fail with {errno}"),
                many =>
                    format!("{} can still be accepted, then it fails with {errno}", wording::count(many, "connection")),
            }
        )
    } else if bits & POLLIN != 0 {
        format!(
            "{here} listens: POLLIN says that an accept would not sleep, {} there. A read would fail all the same.",
            if waiting == 1 { "a connection waits".to_owned() } else { format!("{waiting} connections wait") },
        )
    } else {
        format!("{here} listens, and no connection waits there: an accept would sleep.")
    };
    let accept = foretold::next_accept(end);
    Some(wording::explanation(end, "a-connection-is-readable", "accept(2)", text).foretelling([accept]))
}

/// POLLOUT where a write fails.
fn writable_but_fails(context: &CallContext<'_>) -> Option<Explanation> {
    let is_writable = |end: &&End, bits: i16| bits & POLLOUT != 0 && end.backlog.is_none();
    let (end, bits, fails) = polled(context).find_map(|(end, bits)| {
        let fails = next_write::failure(context.world, end).filter(|_| is_writable(&end, bits))?;
        Some((end, bits, fails))
    })?;
    let here = end.label();
    let foretold = [Foretold::write_fails(end.id, fails.errno)];
    let (errno, because) = error_and_cause(context.world, end, fails)?;
    let hung = match (end.kind, bits & (POLLHUP | POLLERR) != 0) {
        (Kind::Dgram, false) if end.peer.is_none() => "",
        (Kind::Dgram, false) if context.world.end(end.peer?).is_some_and(|peer| !peer.closed) => {
            " Of a datagram socket poll says nothing of what was done to its peer."
        }
        (Kind::Dgram, false) => " Of a datagram socket poll says nothing of the death: neither POLLHUP nor POLLIN.",
        (_, true) => " Look at POLLHUP and POLLERR first.",
        _ => "",
    };
    let text = format!(
        "POLLOUT says only that a write at {here} would not sleep. It would fail at once with {errno}: {because}.{hung}"
    );
    Some(wording::explanation(end, "writable-but-fails", "poll(2)", text).foretelling(foretold))
}

/// No POLLOUT where a write works.
fn not_writable_but_works(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Poll { events, .. } = &context.call.call else { return None };
    let asked = events.iter().any(|asked| asked & i32::from(POLLOUT) != 0);
    let open = |end: &End| context.world.end(end.peer?).filter(|peer| !peer.closed);
    let (end, _) = polled(context)
        .find(|(end, bits)| asked && bits & POLLOUT == 0 && open(end).is_some() && end.can_be_written())?;
    let (here, peer) = (end.label(), open(end)?);
    let text = if is_short_queue(end, peer) {
        format!(
            "No POLLOUT at {here}: {} at {}, and that socket is not connected back, so its queue is full with a few \
             messages, whatever SO_SNDBUF has room for. One read there makes room for one.",
            wording::waits(peer),
            peer.label(),
        )
    } else if end.kind.is_pipe() {
        wording::sentences([
            format!("No POLLOUT at {here}: poll calls a pipe writable only when a whole page is free."),
            pages::in_use(context.world, peer),
            small_write(context, peer),
        ])
    } else {
        format!(
            "No POLLOUT at {here}: {} at {}. poll calls a socket writable only when no more than a quarter of SO_SNDBUF is \
             charged, but a write goes in as long as less than all of it is: it works long before poll says so.",
            wording::waits(peer),
            peer.label(),
        )
    };
    let fits = match pages::room(context.world, peer).filter(|_| end.kind.is_pipe()) {
        Some(PipeRoom::LastPage(bytes)) => Some(Foretold::WriteFits { end: end.id, bytes }),
        _ => None,
    };
    let room = Foretold::ReadMakesRoom { read_at: peer.id, write_at: end.id };
    let fits = if is_short_queue(end, peer) { Some(room) } else { fits };
    Some(wording::explanation(end, "not-writable-but-works", "poll(2)", text).foretelling(fits))
}

/// Without a free page a small write may go in all the same.
fn small_write(context: &CallContext<'_>, reading: &End) -> String {
    match reading.inbox.pages.used().map(|_| reading.inbox.pages.room_in_last(context.world.machine().page)) {
        Some(room) if room > 0 => format!("A write of up to {room} would still fit the last page."),
        _ => String::new(),
    }
}

/// POLLHUP with bytes that wait: they come first.
fn hung_up_with_bytes(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, bits) = polled(context).find(|(end, bits)| {
        bits & (POLLIN | POLLHUP) == POLLIN | POLLHUP && !end.inbox.queue.is_empty() && end.backlog.is_none()
    })?;
    let peer = context.world.end(end.peer?)?;
    let (here, there) = (end.label(), wording::title(peer));
    let gone = if peer.closed { format!("{there} is closed") } else { both_shut_down(context.world, end, peer) };
    let fails = next_write::failure(context.world, end).filter(|_| bits & POLLOUT != 0);
    let write = match fails.and_then(|fails| error_and_cause(context.world, end, fails)) {
        Some((errno, _)) => format!("POLLOUT means only that a write would not sleep: it would fail with {errno}."),
        None => String::new(),
    };
    let text = wording::sentences([
        format!(
            "{} at {here}: read until a read returns 0, before anything else.",
            wording::capital(&wording::waits(end))
        ),
        match (end.kind, &end.address) {
            (Kind::Fifo, Some(at)) => format!(
                "POLLHUP says that nobody has {at} open for writing now, not that nothing is left; somebody may open it for writing again."
            ),
            _ => format!("POLLHUP says that nothing more will come ({gone}), not that nothing is left."),
        },
        write,
    ]);
    let fails = fails.map(|fails| Foretold::write_fails(end.id, fails.errno));
    let reads = foretold::reads(context.world, end);
    Some(wording::explanation(end, "hung-up-with-bytes", "poll(2)", text).foretelling(fails.into_iter().chain(reads)))
}

/// POLLOUT of a datagram socket without a peer says nothing of any queue.
fn unconnected_datagram(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, _) = polled(context).find(|(end, bits)| {
        let is_loose = end.kind == Kind::Dgram && end.peer.is_none() && end.channel.is_none();
        bits & POLLOUT != 0 && is_loose && !end.shut_here.1
    })?;
    let here = end.label();
    let text = format!(
        "POLLOUT at {here} is about its own send buffer alone, for {here} has no peer. A write without an address fails with \
         ENOTCONN, and one with an address can meet a full queue there (EAGAIN, or sleep). At a connected socket POLLOUT is about its \
         peer's queue as well."
    );
    let fails = Foretold::write_fails(end.id, Errno::ENOTCONN);
    Some(wording::explanation(end, "writable-but-fails", "poll(2)", text).foretelling([fails]))
}

/// POLLIN where a read says EAGAIN: the place of an urgent byte that was taken.
fn urgent_byte_taken(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, _) = polled(context).find(|(end, bits)| {
        let open = end.peer.and_then(|peer| context.world.end(peer)).is_some_and(|peer| !peer.closed);
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
    let empty = Foretold::read(end.id, ReadOutcome::Sleeps);
    Some(wording::explanation(end, "readable-but-empty", "poll(2)", text).foretelling([empty]))
}

/// POLLHUP, or POLLIN for the end.
fn end_is_readable(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, bits) = polled(context).find(|(_, bits)| bits & POLLHUP != 0)?;
    let (here, there) = (end.label(), wording::title(context.world.end(end.peer?)?));
    let read = match (bits & POLLIN != 0, end.inbox.queue.is_empty()) {
        (true, true) => "POLLIN comes too, since a read would not sleep: it would return 0",
        (true, false) => "POLLIN says that something still waits: it is read first, then 0",
        (false, _) if !asked_to_read(context) => {
            "poll says POLLHUP whether asked for it or not; POLLIN was not asked for"
        }
        (false, _) => "Without POLLIN nothing waits: a read returns 0",
    };
    let peer = context.world.end(end.peer?)?;
    let gone = if peer.closed {
        format!("no descriptor of {there} is open any more")
    } else {
        both_shut_down(context.world, end, peer)
    };
    let again = match (&end.kind, &end.address) {
        (Kind::Fifo, Some(at)) if peer.closed => format!(
            "Each poll says so until somebody opens {at} for writing again; a reader that has it open for writing too is never told."
        ),
        _ => String::new(),
    };
    let text = wording::sentences([format!("POLLHUP at {here}: {gone}."), format!("{read}."), again]);
    let reads = foretold::reads(context.world, end);
    Some(wording::explanation(end, "hung-up", "poll(2)", text).foretelling(reads))
}

/// No answer, or a time-out.
fn nothing_yet(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, _) = polled(context).find(|_| context.ret() == 0)?;
    let here = end.label();
    let nothing = if let Call::Poll { timeout_ms: ms @ 1.., .. } = context.call.call {
        format!("Nothing that was asked for came to {here} in {ms} ms")
    } else {
        format!("Nothing that was asked for is so at {here}")
    };
    let text = match context.world.end(end.peer?) {
        Some(peer) if peer.closed && peer.kind == Kind::Fifo => format!(
            "{nothing}: {} there, and nobody has opened the FIFO for writing since {} opened it for \
             reading. POLLHUP comes only after a writer has come and gone; a read returns 0 all the same.",
            wording::waits(end),
            context.who(),
        ),
        Some(peer) => wording::sentences([
            format!("{nothing}: {} there.", wording::waits(end)),
            format!("{}.", wording::capital(&wording::who_holds(context.world, peer))),
        ]),
        None => format!("{nothing}: {} there.", wording::waits(end)),
    };
    let empty = Foretold::read(end.id, ReadOutcome::Sleeps);
    let is_open = context.world.end(end.peer?).is_some_and(|peer| !peer.closed);
    let empty = Some(empty).filter(|_| asked_to_read(context) && end.can_be_read() && is_open);
    Some(wording::explanation(end, "nothing-to-report", "poll(2)", text).foretelling(empty))
}

/// The plain answer.
fn ready(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, bits) = polled(context).find(|(_, bits)| *bits != 0)?;
    let here = end.label();
    let too_few = end.kind == Kind::Stream && end.inbox.waiting() < end.low_water && !end.shut_rd;
    let waits =
        if end.shut_rd && end.inbox.queue.is_empty() { "it would return 0".to_owned() } else { wording::waits(end) };
    let outcome = next_read(context.world, end, Blocking::MustNotSleep).map(|next| next.outcome);
    // What a read comes to, in words and as a value.
    let (read, reads) = match (bits & POLLIN != 0, outcome) {
        _ if !end.can_be_read() => (None, None),
        (_, Some(fails @ ReadOutcome::Fails(errno))) => {
            (Some(format!("a read would fail with {}", errno.name())), Some(Foretold::read(end.id, fails)))
        }
        (true, _) if too_few && !end.nonblock => {
            let text = format!(
                "POLLIN says that something is there, yet a read would sleep ({waits}, and SO_RCVLOWAT asks for {}{})",
                end.low_water,
                wording::set_by(context.world, end.origins.get(&Setting::LowWater)),
            );
            (Some(text), None)
        }
        (true, _) => {
            let reads = foretold::reads(context.world, end).filter(|_| !too_few);
            (Some(format!("a read would not sleep ({waits})")), reads)
        }
        (false, _) if asked_to_read(context) => {
            (Some(format!("a read would sleep ({waits})")), Some(Foretold::read(end.id, ReadOutcome::Sleeps)))
        }
        (false, _) => (None, None),
    };
    let urgent = (bits & POLLPRI != 0).then(|| "an urgent byte can be taken by MSG_OOB".to_owned());
    let write = (bits & POLLOUT != 0).then(|| "a write of a little would not sleep".to_owned());
    let would: Vec<String> = [read, urgent, write].into_iter().flatten().collect();
    let now = match would.len() {
        0 => String::new(),
        _ => format!("poll answers for this moment: at {here} {}.", wording::list(&would)),
    };
    let write = (bits & POLLOUT != 0).then_some(Foretold::WriteFits { end: end.id, bytes: 1 });
    let text = wording::sentences([read_hangup(context.world, end, bits), now]);
    Some(wording::explanation(end, "ready-now", "poll(2)", text).foretelling(reads.into_iter().chain(write)))
}

/// What POLLRDHUP says: which shutdown or close it was, and by whom.
fn read_hangup(world: &World, end: &End, bits: i16) -> String {
    if bits & POLLRDHUP == 0 {
        return String::new();
    }
    let here = end.label();
    let peer = end.peer.and_then(|peer| world.end(peer));
    let why = match peer {
        _ if end.shut_here.0 => wording::shut_down_by(world, end, Setting::ShutRead),
        Some(peer) if peer.shut_here.1 => wording::shut_down_by(world, peer, Setting::ShutWrite),
        Some(peer) if peer.closed => format!("no descriptor of {} is open any more", wording::title(peer)),
        _ => "the direction to here was shut down".to_owned(),
    };
    let left = if end.inbox.queue.is_empty() { "nothing is left to read" } else { "what waits is read first" };
    format!("POLLRDHUP at {here}: {why}, so nothing more will come; {left}.")
}

/// Both directions ended, and no descriptor was closed: by whose shutdown.
pub(super) fn both_shut_down(world: &World, end: &End, peer: &End) -> String {
    let whose = |at: &End| wording::shut_down_ways(world, at);
    let all: Vec<String> = [end, peer].into_iter().flat_map(whose).collect();
    if all.is_empty() { "both directions were shut down".to_owned() } else { wording::list(&all) }
}

/// Whether the call asked for POLLIN.
fn asked_to_read(context: &CallContext<'_>) -> bool {
    matches!(&context.call.call, Call::Poll { events, .. } if events.iter().any(|asked| asked & i32::from(POLLIN) != 0))
}

/// The polled ends with poll's answer for each.
fn polled<'a>(context: &CallContext<'a>) -> impl Iterator<Item = (&'a End, i16)> {
    let (world, call) = (context.world, context.call);
    let (fds, bits): (&[i32], &[i16]) = match (&call.call, &call.outcome.extra) {
        (Call::Poll { fds, .. }, Extra::Revents(bits)) => (fds, bits),
        _ => (&[], &[]),
    };
    fds.iter().zip(bits).filter_map(move |(fd, bits)| Some((world.end(call.names.end_id(*fd)?)?, *bits)))
}

/// The error of a write that fails, and why, in words.
fn error_and_cause(world: &World, end: &End, failure: WriteFailure) -> Option<(String, String)> {
    let here = end.label();
    let there = end.peer.and_then(|peer| world.end(peer)).map_or_else(String::new, wording::title);
    let cause = match failure.cause {
        Cause::ReadsOnly => return None,
        Cause::NotConnected if end.kind == Kind::Dgram => {
            format!("{here} has no peer, unless an address comes with the message")
        }
        Cause::NotConnected => format!("{here} is not connected, which POLLHUP says too"),
        Cause::KeptError => format!("an interrupted recvmmsg at {here} kept it for the next call"),
        Cause::PeerClosed => format!("{there} is closed"),
        Cause::PeerClosedUnread => format!("{there} was closed with bytes unread"),
        Cause::ShutDown => wording::shut_down_by(world, end, Setting::ShutWrite),
        Cause::PeerShutDown => match end.peer.and_then(|peer| world.end(peer)) {
            Some(peer) => wording::shut_down_by(world, peer, Setting::ShutRead),
            None => format!("{there} was shut down for reading"),
        },
    };
    let later = if failure.errno == Errno::ECONNREFUSED { " (or ENOTCONN, after that)" } else { "" };
    Some((format!("{}{later}", failure.errno.name()), cause))
}
