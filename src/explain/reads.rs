//! What a read brought: several writes at once or one message, all or a part, and what became of the rest.

use std::collections::HashMap;

use crate::abi;
use crate::order::Call;
use crate::trace::{CallState, Explanation, TaskId};
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::ledger::{Piece, Read, Write};
use crate::world::origin::Setting;

use super::context::CallContext;
use super::{Rule, addresses, by_others, descriptors, foretold, wording};

pub(super) const RULES: &[Rule] = &[
    took_urgent,
    peeked,
    message_truncated,
    packets_and_plain_bytes,
    stops_at_urgent,
    waited_for_all,
    stops_at_descriptors,
    stops_at_another_sender,
    descriptors::arrived,
    stream_joins_writes,
    rest_waits,
    addresses::sender_has_no_name,
    by_others::one_of_several,
    one_message_each,
    takes_what_is_there,
];

/// MSG_OOB.
fn took_urgent(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.is_read() && context.call.call.flags() & abi::MSG_OOB != 0)?;
    let here = end.label();
    let left = match (context.call.call.flags() & abi::MSG_PEEK != 0, end.inbox.queue.is_empty()) {
        (true, _) => "It was only looked at, and is still there.".to_owned(),
        (false, true) => "Nothing else waits.".to_owned(),
        (false, false) => format!("What else was sent keeps its order: {}.", wording::waits(end)),
    };
    let text = format!(
        "The last byte of a send with MSG_OOB is urgent: MSG_OOB takes it out of turn, it alone, past all that waits \
         before it at {here}. {left}"
    );
    Some(wording::explanation(end, "urgent-byte", "recv(2)", text))
}

/// A read that came to an urgent byte and did not ask for it.
pub(super) fn threw_urgent(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|end| end.kind == Kind::Stream && end.inbox.threw_urgent)?;
    let call = &context.call.call;
    if !call.is_reading() || call.flags() & (abi::MSG_OOB | abi::MSG_PEEK) != 0 {
        return None;
    }
    let here = end.label();
    let then = match context.ret() {
        1.. => "the bytes that it returned came behind that".to_owned(),
        0 => "behind it came EOF".to_owned(),
        _ => format!("behind it nothing waited, so it failed with {}", context.errno().name()),
    };
    let text = format!(
        "The byte that came first at {here} was sent with MSG_OOB, and a read that does not ask for it by MSG_OOB throws it away; {then}. \
         SO_OOBINLINE keeps such a byte among the others."
    );
    Some(wording::explanation(end, "urgent-byte-thrown-away", "unix(7)", text))
}

/// A stream read that came to the place of an urgent byte.
fn stops_at_urgent(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, read) = (context.end.filter(|end| end.kind == Kind::Stream)?, context.read()?);
    let (last, next, urgent) = (*read.pieces.last()?, *end.inbox.queue.front()?, end.inbox.urgent?);
    let stopped = context.call.call.room()? > read.len && (next.write, next.start) == urgent;
    if !stopped || last.tentative {
        return None;
    }
    let here = end.label();
    let text = format!(
        "There was room for more, but the byte that comes next at {here} was sent with MSG_OOB: a read stops before the \
         urgent byte, so that its place can be seen (`atmark {here}`)."
    );
    Some(wording::explanation(end, "read-stops-at-urgent-byte", "unix(7)", text))
}

/// MSG_WAITALL that brought less than all.
fn waited_for_all(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, read) = (context.end.filter(|end| end.kind == Kind::Stream)?, context.read()?);
    let (room, flags) = (context.call.call.room()?, context.call.call.flags());
    if flags & abi::MSG_WAITALL == 0 || read.len >= room || stopped_early(context).is_some() {
        return None;
    }
    let here = end.label();
    let ended = match context.peer() {
        _ if context.is_nonblocking() => "this call must not sleep",
        Some(peer) if peer.closed => "the other end was closed: no more will come",
        _ if end.shut_rd => "the direction was shut down: no more will come",
        _ if context.got_signal() => "a signal came",
        _ if context.call.state == CallState::Resumed => "SO_RCVTIMEO ran out",
        _ => "the kernel gave it up",
    };
    let text = format!(
        "MSG_WAITALL asks for all {room} bytes, however many writes they take. {} had come to {here} when {ended}, so the call \
         returns these.",
        wording::count(read.len, "byte"),
    );
    Some(wording::explanation(end, "waited-for-all", "recv(2)", text))
}

/// MSG_PEEK.
fn peeked(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.is_read() && context.call.call.flags() & abi::MSG_PEEK != 0)?;
    let here = end.label();
    let copies = match context.message() {
        Some((_, fds)) if !fds.is_empty() => {
            "The descriptors that came are fresh copies, and each further look makes more of them."
        }
        _ => "",
    };
    let moved = match end.inbox.peek_off {
        Some(offset) => format!("SO_PEEK_OFF is on, so the next look begins {offset} bytes behind the front."),
        None => String::new(),
    };
    let text = wording::sentences([
        format!("MSG_PEEK looks and leaves: the same bytes still wait at {here} for the next read."),
        moved,
        copies.to_owned(),
    ]);
    let next = foretold::next_bytes(context.world, end);
    Some(wording::explanation(end, "peek-leaves-it", "recv(2)", text).foretelling(next))
}

/// Where the rest of a message went.
fn message_truncated(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, read) = (context.end?, context.read()?);
    if read.lost == 0 {
        return None;
    }
    let here = end.label();
    let unseen = if matches!(context.call.call, Call::Recvmsg { .. }) {
        "recvmsg says so with MSG_TRUNC"
    } else if end.kind.is_pipe() {
        "nothing in the answer says so"
    } else if context.call.call.flags() & abi::MSG_TRUNC != 0 {
        "MSG_TRUNC has the call return the whole length, and not what fitted"
    } else {
        "only recvmsg would have said so, with MSG_TRUNC"
    };
    let text = format!(
        "{} keeps messages whole: a read takes one message from {here}, and {} of it did not fit the buffer of {}. {}; \
         {unseen}.",
        title(end.kind),
        wording::count(read.lost, "byte"),
        context.call.call.room().unwrap_or(0),
        if read.lost == 1 {
            "It is destroyed, no later read gets it"
        } else {
            "They are destroyed, no later read gets them"
        },
    );
    let next = foretold::next_bytes(context.world, end);
    Some(wording::explanation(end, "rest-destroyed", page_of_messages(end.kind), text).foretelling(next))
}

/// Why a stream read did not go on: the message with descriptors ends it.
fn stops_at_descriptors(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, _, taken, next) = stopped_early(context)?;
    let taken = end.inbox.write(taken.write)?;
    if taken.carried == 0 {
        return None;
    }
    let here = end.label();
    let text = format!(
        "There was room for more, and {} still waits at {here}. But {} came with {}, and a stream read never goes on past \
         the bytes that descriptors travelled with: so the receiver knows which bytes they belong to.",
        wording::bytes(&end.inbox, next),
        content(end, taken),
        wording::count(taken.carried as u64, "descriptor"),
    );
    let next = foretold::next_bytes(context.world, end);
    Some(wording::explanation(end, "read-stops-at-descriptors", "unix(7)", text).foretelling(next))
}

/// Why a stream read did not go on: with SO_PASSCRED, another process's bytes begin.
fn stops_at_another_sender(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, read, taken, next) = stopped_early(context)?;
    let process = |task: TaskId| context.world.task(task).map(|task| task.process);
    let (before, after) = (end.inbox.write(taken.write)?.by, end.inbox.write(next.write)?.by);
    let here = end.label();
    if !end.passcred || end.inbox.write(next.write)?.reads_before >= read.number {
        return None;
    }
    if process(before) == process(after) {
        if end.inbox.urgent.is_some() || end.inbox.is_urgent_inline || context.call.state == CallState::Resumed {
            return None;
        }
        let text = format!(
            "There was room for more, but {} at {here} was written with credentials, or by other ones, and this was not. With \
             SO_PASSCRED every read must name one sender, so a read never joins bytes whose credentials differ.",
            wording::bytes(&end.inbox, next),
        );
        return Some(wording::explanation(end, "read-stops-at-another-sender", "unix(7)", text));
    }
    let text = format!(
        "There was room for more, but what comes next at {here} was written by {}, and this by {}. With SO_PASSCRED every \
         read must name one sender, so a read never joins the bytes of different processes.",
        context.name_of(after),
        context.name_of(before),
    );
    Some(wording::explanation(end, "read-stops-at-another-sender", "unix(7)", text))
}

/// Why one read returned several writes.
fn stream_joins_writes(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, read) = (context.end.filter(|end| !end.kind.keeps_messages())?, context.read()?);
    let mut numbers: Vec<u64> = read.pieces.iter().map(|piece| piece.write).collect();
    numbers.dedup();
    if numbers.len() < 2 {
        return None;
    }
    let here = end.label();
    let mut lengths: HashMap<u64, u64> = HashMap::new();
    for piece in read.pieces.iter() {
        *lengths.entry(piece.write).or_default() += piece.len;
    }
    let shown: Vec<String> = numbers.iter().map(|number| whole_write(end, *number, &lengths)).collect();
    let mut writers: Vec<String> = Vec::new();
    for write in numbers.iter().filter_map(|number| end.inbox.write(*number)) {
        let name = context.name_of(write.by).to_owned();
        if !writers.contains(&name) {
            writers.push(name);
        }
    }
    // Of a flood the oldest writes are remembered no more: who made them is not guessed.
    let are_known = numbers.iter().all(|number| end.inbox.write(*number).is_some());
    let (number, quotes) = (wording::count(numbers.len() as u64, "write"), wording::quotes(&shown));
    let took = if are_known {
        format!("One read took {number} by {} that waited at {here} ({quotes}).", wording::list(&writers))
    } else {
        format!("One read took {number} that waited at {here} ({quotes}).")
    };
    let text = wording::sentences([
        took,
        format!("{} is a stream of bytes and keeps no edges between writes.", title(end.kind)),
        format!("A read takes all that waits and fits its buffer of {}.", context.call.call.room().unwrap_or(0)),
        cut_in(end, read),
        format!("If {} had read between the writes, it would have got them apart.", context.who()),
    ]);
    Some(wording::explanation(end, "stream-joins-writes", wording::page(end.kind), text))
}

/// A write as it was made, although only a part of it may have been read; of one that is forgotten, how much was read of it.
fn whole_write(end: &End, number: u64, lengths: &HashMap<u64, u64>) -> String {
    if let Some(write) = end.inbox.write(number) {
        return content(end, write);
    }
    wording::count(lengths.get(&number).copied().unwrap_or(0), "byte")
}

/// `Of the last write 1 of 3 bytes fitted.`, where the buffer was full in the middle of a write.
fn cut_in(end: &End, read: &Read) -> String {
    let Some(last) = read.pieces.last() else { return String::new() };
    let Some(write) = end.inbox.write(last.write) else { return String::new() };
    let whole = write.taken.unwrap_or(write.offered);
    let taken: u64 = read.pieces.iter().filter(|piece| piece.write == last.write).map(|piece| piece.len).sum();
    if last.start + last.len >= whole {
        return String::new();
    }
    format!("Of the last write {taken} of {} fitted.", wording::count(whole, "byte"))
}

/// A stream read that filled its buffer.
fn rest_waits(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, read) = (context.end.filter(|end| !end.kind.keeps_messages())?, context.read()?);
    if context.call.call.room() != Some(read.len) || end.inbox.queue.is_empty() {
        return None;
    }
    let here = end.label();
    let text = format!(
        "The buffer of {} is full. {} keeps no edges, so nothing is lost: for the next read at {here} {} left.",
        wording::count(read.len, "byte"),
        title(end.kind),
        match end.inbox.waiting() {
            1 => "1 byte is".to_owned(),
            many => format!("{many} bytes are"),
        },
    );
    let next = foretold::next_bytes(context.world, end);
    Some(wording::explanation(end, "rest-waits", wording::page(end.kind), text).foretelling(next))
}

/// A packet in a pipe that was not made for them, or bytes in one that was which are none.
fn packets_and_plain_bytes(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, read) = (context.end.filter(|end| end.kind.is_pipe())?, context.read()?);
    let is_foreign = |piece: &Piece| piece.is_packet != (end.kind == Kind::PacketPipe);
    if !read.pieces.iter().any(is_foreign) {
        return None;
    }
    let (here, len) = (end.label(), wording::count(read.len, "byte"));
    let text = match (end.kind, read.pieces.last().is_some_and(|last| last.is_packet)) {
        (Kind::PacketPipe, true) => format!(
            "The {len} from {here} are plain bytes and the packet behind them. What vmsplice brings into an O_DIRECT pipe is no \
             packet, nor what splice takes from a plain pipe: a read takes such bytes as they come, and ends behind the next packet."
        ),
        (Kind::PacketPipe, false) => format!(
            "The {len} from {here} are no packet, although the pipe was made with O_DIRECT: vmsplice brought them, or splice from \
             a plain pipe. A read takes such bytes as they come, those of several calls too."
        ),
        _ => format!(
            "The read at {here} ended behind a packet: what splice moves out of an O_DIRECT pipe stays one, in any pipe, and with \
             {len} the read was over."
        ),
    };
    Some(wording::explanation(end, "packets-stay-packets", "pipe(2)", text))
}

/// Why one read returned one write only.
fn one_message_each(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, read) = (context.end.filter(|end| end.kind.keeps_messages())?, context.read()?);
    let (here, kind) = (end.label(), title(end.kind));
    let left = match end.inbox.least_messages() {
        0 => "No other message waits".to_owned(),
        1 => "1 message still waits".to_owned(),
        many => format!("{many} messages still wait"),
    };
    let text = format!(
        "{kind} keeps the edges between messages: one read at {here} returns exactly one of them, {} here, even with room \
         for more. {left}.",
        wording::count(read.len, "byte"),
    );
    let next = foretold::next_bytes(context.world, end);
    Some(wording::explanation(end, "one-message-each", page_of_messages(end.kind), text).foretelling(next))
}

/// A stream read of less than was asked for.
fn takes_what_is_there(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, read) = (context.end.filter(|end| !end.kind.keeps_messages())?, context.read()?);
    let here = end.label();
    if read.pieces.first().is_some_and(|piece| piece.start > 0) {
        let text = format!(
            "{} {} what an earlier read left at {here}. {} keeps the rest of a write for later reads; a datagram socket would have \
             destroyed it.",
            if read.len == 1 { "This byte".to_owned() } else { format!("These {} bytes", read.len) },
            if read.len == 1 { "is" } else { "are" },
            title(end.kind),
        );
        return Some(wording::explanation(end, "rest-of-an-earlier-read", wording::page(end.kind), text));
    }
    if end.kind == Kind::Stream && read.len < end.low_water {
        let text = format!(
            "SO_RCVLOWAT of {here} is {}{}, and yet {} came: a call that must not sleep, and one that nothing more can come to, takes \
             what is there.",
            end.low_water,
            wording::set_by(context.world, end.origins.get(&Setting::LowWater)),
            wording::count(read.len, "byte"),
        );
        return Some(wording::explanation(end, "less-than-the-low-water", "socket(7)", text));
    }
    let text = format!(
        "A read does not wait until its buffer of {} is full: as soon as there is something at {here} it returns what is \
         there, {} here.",
        context.call.call.room().unwrap_or(0),
        wording::count(read.len, "byte"),
    );
    Some(wording::explanation(end, "read-takes-what-is-there", "read(2)", text))
}

/// A stream socket's read that had room left while more was waiting: the last piece it took, and the next one.
fn stopped_early<'a>(context: &CallContext<'a>) -> Option<(&'a End, &'a Read, Piece, Piece)> {
    let (end, read) = (context.end.filter(|end| end.kind == Kind::Stream)?, context.read()?);
    let (taken, next) = (*read.pieces.last()?, *end.inbox.queue.front()?);
    (context.call.call.room()? > read.len && taken.write != next.write).then_some((end, read, taken, next))
}

fn content(end: &End, write: &Write) -> String {
    let len = write.taken.unwrap_or(write.offered);
    wording::bytes(&end.inbox, Piece { write: write.number, start: 0, len, tentative: false, is_packet: false })
}

pub(super) fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Pipe => "A pipe",
        Kind::Fifo => "A FIFO",
        Kind::PacketPipe => "A pipe with O_DIRECT",
        Kind::Stream | Kind::Seqpacket | Kind::Dgram => kind.title(),
    }
}

/// The page that says that messages are kept apart, and cut.
pub(super) fn page_of_messages(kind: Kind) -> &'static str {
    if kind.is_pipe() { "pipe(2)" } else { "socket(2)" }
}
