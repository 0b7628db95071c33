//! Descriptors that multiply, travel, vanish; and whom SO_PEERCRED names.

use crate::abi;
use crate::order::{Call, ControlRoom, Extra};
use crate::trace::Explanation;
use crate::world::kind::Kind;
use crate::world::origin::Setting;

use super::context::CallContext;
use super::{Rule, advice, limits, wording};

pub(super) const RULES: &[Rule] = &[
    needs_a_byte,
    lost_by_plain_read,
    control_too_small,
    credentials_cut,
    in_flight,
    forked,
    shared_by_thread,
    duplicated,
    peercred_names_creator,
];

/// `sizeof(struct cmsghdr)`.
const HEADER: u64 = 16;
/// CMSG_SPACE of `struct ucred`.
const CREDENTIALS: u64 = 32;

/// A stream message of no bytes carries nothing.
fn needs_a_byte(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Sendmsg { data, fds, .. } = &context.call.call else { return None };
    let end = context.end.filter(|end| end.kind == Kind::Stream && data.is_empty() && !fds.is_empty())?;
    let text = format!(
        "sendmsg returned 0 and the descriptor is gone: on a stream it travels with a byte, and this message had none, so nothing \
         was queued at all. Send at least one byte with it; datagrams carry descriptors without any.{}",
        if context.ret() == 0 { "" } else { " The call failed besides." }
    );
    Some(wording::explanation(end, "descriptor-needs-a-byte", "unix(7)", text))
}

/// A read without a control buffer.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn lost_by_plain_read(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, carried) = (context.end?, carried(context)?);
    let plain = match &context.call.call {
        Call::Recvmsg { room, .. } => *room == ControlRoom::None,
        _ => true,
    };
    if !plain {
        return None;
    }
    let here = end.label();
    let text = format!(
        "{} travelled with these bytes, and {} at {here} gave no control buffer to receive descriptors in: the kernel \
         closed what it could not hand over. {} queued.",
        wording::count(carried, "descriptor"),
        context.call.call.name(),
        if carried == 1 { "It does not stay" } else { "They do not stay" },
    );
    Some(wording::explanation(end, "descriptor-lost-by-plain-read", "unix(7)", text))
}

/// MSG_CTRUNC: a control buffer, or a table, without room for all.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn control_too_small(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, carried, (flags, fds)) = (context.end?, carried(context)?, context.message()?);
    let arrived = fds.len() as u64;
    if flags & abi::MSG_CTRUNC == 0 || arrived >= carried {
        return None;
    }
    let here = end.label();
    let room = match &context.call.call {
        Call::Recvmsg { room: ControlRoom::Bytes(bytes), .. } => Some(u64::from(*bytes)),
        _ => None,
    };
    let because = match room {
        _ if let Some(limit) = limits::table_is_full(context) => limit,
        Some(room) if end.passcred => format!(
            "SO_PASSCRED is on at {here}{}, so the kernel puts the sender's credentials first, {CREDENTIALS} bytes of control data, \
             and they took the room of this buffer of {room}",
            wording::set_by(context.world, end.origins.get(&Setting::PassCredentials)),
        ),
        Some(room) => format!("a control buffer of {room} bytes has no room for more"),
        None => match &context.call.call {
            Call::Recvmsg { room: ControlRoom::Descriptors(asked), .. } if u64::from(*asked) < carried => format!(
                "the control buffer of this call had room for {}",
                wording::count(u64::from(*asked), "descriptor")
            ),
            _ => "there was no room for more".to_owned(),
        },
    };
    let text = format!(
        "{} travelled with this message and {} arrived at {here}: {because}. What did not arrive is closed, and MSG_CTRUNC says so.",
        wording::count(carried, "descriptor"),
        if arrived == 0 { "none".to_owned() } else { format!("only {arrived}") },
    );
    let explained = wording::explanation(end, "control-buffer-too-small", "unix(7)", text);
    if let Some(advice) = limits::more_numbers(context) {
        return Some(advice::advised(context.world, context.task, explained, &advice));
    }
    let needed = HEADER + 4 * carried + if end.passcred { CREDENTIALS } else { 0 };
    let statement = format!("recvmsg {here} control={}", needed.next_multiple_of(8));
    let statement = advice::typed_by(context.world, context.task, Some(end.id), &statement);
    let advice = format!("{statement} has room for all");
    Some(if room.is_some() { advice::advised(context.world, context.task, explained, &advice) } else { explained })
}

/// Received, and what it is.
pub(super) fn arrived(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, (_, fds)) = (context.end?, context.message()?);
    let shown: Vec<String> = fds.iter().map(|fd| format!("{fd} ({})", context.call.names.end(*fd))).collect();
    if shown.is_empty() {
        return None;
    }
    if let Some(explained) = in_the_padding(context, fds.len() as u64) {
        return Some(explained);
    }
    let (as_what, each) = match shown.len() {
        1 => ("a new descriptor of its own", "It is"),
        _ => ("new descriptors of its own", "Each is"),
    };
    let text = format!(
        "What travels is not the number but the open file behind it: {} received {} as {as_what}, as if by dup. {each} one more \
         copy that keeps its end open.",
        context.who(),
        wording::list(&shown),
    );
    Some(wording::explanation(end, "descriptor-arrives", "unix(7)", text))
}

/// CMSG_SPACE of one descriptor has room for two.
fn in_the_padding(context: &CallContext<'_>, arrived: u64) -> Option<Explanation> {
    let Call::Recvmsg { room: ControlRoom::Bytes(bytes), .. } = &context.call.call else { return None };
    let (end, bytes) = (context.end?, u64::from(*bytes));
    let own = bytes.checked_sub(if end.passcred { CREDENTIALS } else { 0 })?;
    // What CMSG_SPACE of one descriptor less would be.
    if arrived < 2 || own != (HEADER + 4 * (arrived - 1)).next_multiple_of(8) || own < HEADER + 4 * arrived {
        return None;
    }
    let text = format!(
        "A control buffer of {bytes} bytes is CMSG_SPACE of {}, but its padding holds one more: {arrived} arrived, and without \
         MSG_CTRUNC. A program that expects {} leaks the last. cmsg_len says how many came; CMSG_LEN as the size would have \
         kept it out.",
        wording::count(arrived - 1, "descriptor"),
        arrived - 1,
    );
    Some(wording::explanation(end, "padding-holds-one-more", "cmsg(3)", text))
}

/// MSG_CTRUNC, and it was the credentials that had no room.
fn credentials_cut(context: &CallContext<'_>) -> Option<Explanation> {
    let Extra::Message { flags, fds, creds: None, .. } = &context.call.outcome.extra else { return None };
    let end = context.end.filter(|end| end.passcred && *flags & abi::MSG_CTRUNC != 0 && fds.is_empty())?;
    let here = end.label();
    let room = if let Call::Recvmsg { room: ControlRoom::Bytes(bytes), .. } = &context.call.call {
        format!("this recvmsg had a control buffer of {bytes}")
    } else {
        "this recvmsg had no control buffer".to_owned()
    };
    let text = format!(
        "SO_PASSCRED is on at {here}{}, so each message comes with its sender's credentials, {CREDENTIALS} bytes of control data, and \
         {room}: they are cut, and MSG_CTRUNC says so. The bytes of the message arrived whole.",
        wording::set_by(context.world, end.origins.get(&Setting::PassCredentials)),
    );
    let explained = wording::explanation(end, "credentials-were-cut", "unix(7)", text);
    let statement = format!("recvmsg {here} control={CREDENTIALS}");
    let statement = advice::typed_by(context.world, context.task, Some(end.id), &statement);
    let advice = format!("{statement} has room for them");
    Some(advice::advised(context.world, context.task, explained, &advice))
}

/// Sent, and not yet received.
fn in_flight(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Sendmsg { fds, .. } = &context.call.call else { return None };
    let end = context.end.filter(|_| !fds.is_empty() && context.ret() >= 0)?;
    let there = context.target().map_or_else(|| "the other side".to_owned(), wording::title);
    let mut names: Vec<String> = Vec::new();
    for name in fds.iter().map(|fd| context.call.names.end(*fd)) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let who = context.who();
    let text = match names.len() {
        1 => format!(
            "A copy of {} is in flight now, in the queue of {there} with the bytes of this message. {who} may close its own at once: the copy under way \
             keeps the end open, and keeps EOF away, until it is received and closed, or destroyed unread.",
            wording::list(&names)
        ),
        _ => format!(
            "Copies of {} are in flight now, in the queue of {there} with the bytes of this message. {who} may close its own at once: the copies under way \
             keep the ends open, and keep EOF away, until they are received and closed, or destroyed unread.",
            wording::list(&names)
        ),
    };
    Some(wording::explanation(end, "descriptor-in-flight", "unix(7)", text))
}

/// fork(2).
fn forked(context: &CallContext<'_>) -> Option<Explanation> {
    if !matches!(context.call.call, Call::Fork) || context.ret() < 0 {
        return None;
    }
    let task = context.world.task_named(context.call.names.made.as_deref()?)?;
    let child = &task.name;
    let many = context.world.process_of(task.id).map_or(0, |process| process.rows().count() as u64);
    let whose = match context.world.task(context.task.process).filter(|first| first.id != context.task.id) {
        Some(first) => format!("{}'s process", first.name),
        None => context.who().to_owned(),
    };
    let text = format!(
        "{child} is a copy of {whose} and holds a copy of each of its {}, under the same numbers. An end is closed only when \
         both have closed theirs.",
        wording::count(many, "descriptor"),
    );
    Some(wording::explanation(task, "fork-copies-descriptors", "fork(2)", text))
}

/// A thread.
fn shared_by_thread(context: &CallContext<'_>) -> Option<Explanation> {
    if !matches!(context.call.call, Call::Thread) || context.ret() < 0 {
        return None;
    }
    let task = context.world.task_named(context.call.names.made.as_deref()?)?;
    let thread = &task.name;
    let text = format!(
        "{thread} is a thread of {}'s process: both use one descriptor table. What one closes is closed for the other, and a \
         thread's exit closes nothing.",
        context.who()
    );
    Some(wording::explanation(task, "threads-share-the-table", "pthreads(7)", text))
}

/// dup(2).
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn duplicated(context: &CallContext<'_>) -> Option<Explanation> {
    let to = match context.call.call {
        Call::Dup { .. } | Call::DupFrom { .. } => None,
        Call::Dup2 { fd, to } | Call::Dup3 { fd, to, .. } if fd != to => Some(to),
        _ => return None,
    };
    let end = context.end.filter(|_| context.ret() >= 0)?;
    let here = end.label();
    let before = context.world.process_of(context.task.id).and_then(|process| process.closed_by_dup.as_ref());
    let closed = match (to, before) {
        (Some(to), Some(before)) => {
            format!(
                "The number {to} meant {before} before, and was closed in the same step: no other call can come between. "
            )
        }
        _ => String::new(),
    };
    let text = format!(
        "{closed}{} is one more number for the same open file: O_NONBLOCK and the queue are shared, and {here} is open until every \
         copy is closed: {}.",
        context.ret(),
        wording::who_holds(context.world, end),
    );
    Some(wording::explanation(end, "dup-is-one-more-copy", "dup(2)", text))
}

/// Why SO_PEERCRED names the wrong process.
fn peercred_names_creator(context: &CallContext<'_>) -> Option<Explanation> {
    let Extra::Peer(creds) = &context.call.outcome.extra else { return None };
    let end = context.end.filter(|_| context.ret() >= 0)?;
    let here = end.label();
    let named = context.call.names.creds(*creds).map_or_else(|| format!("process {}", creds.pid), str::to_owned);
    let holds =
        context.peer().map_or_else(String::new, |peer| format!("Now, {}.", wording::who_holds(context.world, peer)));
    let text = if creds.pid == 0 {
        format!(
            "{here} is connected with nobody, and does not listen: nobody has been written down yet, and pid 0 says so."
        )
    } else if end.name.as_ref().is_some_and(|name| name.index.is_some()) {
        let made = format!(
            "SO_PEERCRED is written down once, when the pair is made: both ends of a socketpair name the process that called \
             socketpair, here {named}, and not a later holder of the other end."
        );
        wording::sentences([made, holds])
    } else {
        let made = format!(
            "SO_PEERCRED is written down once, when the connection is made (connect or listen): here by {named}."
        );
        wording::sentences([made, holds])
    };
    Some(wording::explanation(end, "peercred-names-the-creator", "unix(7)", text))
}

/// Descriptors that set out with the bytes this read took.
fn carried(context: &CallContext<'_>) -> Option<u64> {
    let (inbox, read) = (context.inbox()?, context.read()?);
    let numbers = read.pieces.iter().filter(|piece| piece.start == 0).map(|piece| piece.write);
    let many = numbers.filter_map(|number| inbox.write(number)).map(|write| write.carried as u64).sum();
    (many > 0).then_some(many)
}
