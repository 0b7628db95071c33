//! Why a call failed: the errors that say something about the other side, and the plain ones.

use crate::abi::Disposition;
use crate::abi::{self, Errno};
use crate::order::{Call, Extra};
use crate::questions::next_write;
use crate::trace::{Explanation, Foretold, ReadOutcome};
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::origin::Setting;

use super::context::CallContext;
use super::wording::About;
use super::{Rule, addresses, advice, foretold, numbers, signals, wording};

pub(super) const RULES: &[Rule] = &[
    array_after_failure,
    broken_pipe,
    reset,
    nobody_at_address,
    datagram_peer_gone,
    message_too_long,
    numbers::bad,
    numbers::onto_itself,
    signals::interrupted,
    signals::no_child,
    signals::nobody_died,
    signals::reaped,
    plain,
];

/// What socketpair(2) leaves in the array when it fails.
fn array_after_failure(context: &CallContext<'_>) -> Option<Explanation> {
    let (Call::Socketpair { domain, .. }, Extra::Array([a, b])) = (&context.call.call, &context.call.outcome.extra)
    else {
        return None;
    };
    if context.ret() >= 0 {
        return None;
    }
    let (name, errno) = (context.call.names.made.clone().unwrap_or_default(), context.errno());
    if (*a, *b) == (-1, -1) {
        let text = format!(
            "socketpair failed with {} before the kernel had chosen any numbers, so the array is what it was: {{-1, -1}}.",
            errno.name()
        );
        return Some(wording::explanation(&*name, "array-left", "socketpair(2)", text));
    }
    let text = format!(
        "socketpair failed with {}, yet the array holds {a} and {b}: this kernel reserves two numbers and writes them into the \
         array before it asks {} for a pair, and takes only the numbers back. Neither is open; the manual page says that \
         the array is left alone.",
        errno.name(),
        abi::domain_name(*domain),
    );
    Some(wording::explanation(&*name, "array-changed", "socketpair(2)", text))
}

/// EPIPE, with the signal or without it.
fn broken_pipe(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.errno() == Errno::EPIPE && context.ret() < 0)?;
    let (here, who) = (end.label(), context.who());
    let cause = broken_because(context, end);
    let process = context.world.process_of(context.task.id);
    let origin = process.and_then(|process| process.origins.get(&Setting::Disposition(abi::Signal::PIPE.0)));
    if context.got_sigpipe() {
        let outcome = if context.task.is_alive() {
            format!(
                "catches it{}, so it had to handle the signal",
                wording::inherited(context.world, context.task, origin)
            )
        } else {
            "had not said otherwise (SIG_DFL), so the signal killed it".to_owned()
        };
        let text = format!(
            "{who} could not write to {here}: {cause}. On a stream or a pipe the kernel sends SIGPIPE as well as EPIPE, and \
             {who} {outcome}."
        );
        let fails = foretold::failing_write(context.world, end);
        return Some(wording::explanation(end, "epipe-with-sigpipe", "signal(7)", text).foretelling(fails));
    }
    let ignores = process.and_then(|process| process.dispositions.get(&abi::Signal::PIPE.0));
    let no_signal = match (end.kind, ignores) {
        (Kind::Dgram | Kind::Seqpacket, _) => {
            format!(
                "No SIGPIPE came: on {} the kernel gives only the error, the signal is for streams and pipes",
                end.kind.title()
            )
        }
        _ if context.call.call.flags() & abi::MSG_NOSIGNAL != 0 => {
            "No SIGPIPE came: MSG_NOSIGNAL asked for the error alone".to_owned()
        }
        (_, Some(Disposition::Ignore)) => {
            let whose = wording::inherited(context.world, context.task, origin);
            format!("SIGPIPE was sent and {who} ignores it{whose}, so it lives and sees the error")
        }
        _ => "No SIGPIPE was seen".to_owned(),
    };
    let text = format!("{who} could not write to {here}: {cause}. {no_signal}.");
    let fails = foretold::failing_write(context.world, end);
    Some(wording::explanation(end, "epipe-without-sigpipe", "send(2)", text).foretelling(fails))
}

/// Why a write gets EPIPE. A shutdown comes first: what died of SIGPIPE has closed its own copy of the peer only by that.
fn broken_because(context: &CallContext<'_>, end: &End) -> String {
    let (world, here) = (context.world, end.label());
    if end.shut_here.1 {
        return wording::shut_down_by(world, end, Setting::ShutWrite);
    }
    match context.target() {
        Some(peer) if peer.shut_here.0 => wording::shut_down_by(world, peer, Setting::ShutRead),
        Some(peer) if peer.closed && peer.name.is_none() => {
            "the listening socket was closed before anybody accepted, so nobody could ever read it".to_owned()
        }
        Some(peer) if peer.closed && peer.kind == Kind::Fifo => {
            let at = peer.address.as_deref().unwrap_or_default();
            format!("nobody has {at} open for reading; once somebody has, writes go in again")
        }
        Some(peer) if peer.closed => {
            let there = peer.label();
            match peer
                .last_held_by
                .and_then(|last| world.task(last))
                .filter(|last| last.process != context.task.process)
            {
                Some(last) => format!(
                    "no descriptor of {there} is open any more, the last one was {}'s, so nobody could ever read it",
                    last.name
                ),
                None => format!("no descriptor of {there} is open any more, so nobody could ever read it"),
            }
        }
        _ => format!("nobody can read what is written to {here}"),
    }
}

/// ECONNRESET, and why only once.
fn reset(context: &CallContext<'_>) -> Option<Explanation> {
    let asked = matches!(&context.call.outcome.extra, Extra::Value(value) if *value == i64::from(Errno::ECONNRESET.0))
        && matches!(&context.call.call, Call::Getsockopt { option, .. } if option == "error");
    let failed = context.ret() < 0 && context.errno() == Errno::ECONNRESET;
    let end = context.end.filter(|_| asked || failed)?;
    let here = end.label();
    let after = if end.inbox.queue.is_empty() {
        "from then on a read returns 0 and a write fails with EPIPE"
    } else {
        "reads take what still waits, then return 0, and a write fails with EPIPE"
    };
    let eof = end.inbox.queue.is_empty().then_some(Foretold::read(end.id, ReadOutcome::Eof));
    let foretold = eof.into_iter().chain([Foretold::write_fails(end.id, Errno::EPIPE)]);
    let once = format!("The error is reported once, to the first call that asks; {after}.");
    if context.peer().is_some_and(|peer| peer.name.is_none()) {
        let text = format!(
            "{here} was connected, but the listening socket was closed before anybody accepted, and the connection with \
             it: the kernel says so by ECONNRESET, whether something was sent or not. {once}"
        );
        return Some(wording::explanation(end, "reset-never-accepted", "unix(7)", text).foretelling(foretold));
    }
    let lost = context.peer().map_or(0, |peer| peer.inbox.totals.destroyed);
    let (there, lost, destroyed) = (
        context.peer().map_or_else(|| "the other end".to_owned(), End::label),
        if lost == 0 { "something sent to it".to_owned() } else { wording::count(lost, "byte") },
        if lost > 1 { "they are destroyed" } else { "it is destroyed" },
    );
    let text = format!(
        "{there} was closed with {lost} from {here} still unread; {destroyed}, and the kernel says so by ECONNRESET. \
         Whether the reader exited, closed or was killed makes no difference. {once}"
    );
    Some(wording::explanation(end, "reset-by-unread-bytes", "unix(7)", text).foretelling(foretold))
}

/// ECONNREFUSED of a datagram that has an address of its own.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn nobody_at_address(context: &CallContext<'_>) -> Option<Explanation> {
    let to = match &context.call.call {
        Call::Send { to, .. } | Call::Sendmsg { to, .. } => to.as_ref()?,
        _ => return None,
    };
    let end = context.end.filter(|end| end.kind == Kind::Dgram)?;
    if context.ret() >= 0 || context.errno() != Errno::ECONNREFUSED {
        return None;
    }
    let (here, at) = (end.label(), &to.shown);
    let fails = next_write::failure(context.world, end).is_some();
    let still = match context.peer().filter(|_| !fails) {
        Some(peer) => format!("The pair is untouched: without an address {here} still sends to {}.", peer.label()),
        None => String::new(),
    };
    let works = (!still.is_empty()).then_some(Foretold::WriteWorks { end: end.id });
    let text = wording::sentences([
        format!("This datagram is refused with ECONNREFUSED: {}.", addresses::nobody_there(context.world, at)),
        still,
    ]);
    Some(wording::explanation(end, "nobody-at-address", "unix(7)", text).foretelling(works))
}

/// ECONNREFUSED, then ENOTCONN: what a datagram pair has in place of EPIPE.
fn datagram_peer_gone(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|end| end.kind == Kind::Dgram && context.is_write() && context.ret() < 0)?;
    let here = end.label();
    let there = context.peer().map_or_else(|| "its peer".to_owned(), End::label);
    if context.errno() == Errno::ECONNREFUSED {
        let text = format!(
            "{there} is closed{}, so this send fails with ECONNREFUSED: datagram sockets have neither EOF nor SIGPIPE. The kernel \
             has disconnected {here} with that, so the next send fails with ENOTCONN.",
            who_had_it(context)
        );
        let next = Foretold::write_fails(end.id, Errno::ENOTCONN);
        return Some(wording::explanation(end, "datagram-peer-gone", "unix(7)", text).foretelling([next]));
    }
    if context.errno() == Errno::ENOTCONN && context.peer().is_some_and(|peer| peer.closed) {
        let text = format!(
            "{there} is closed{}. An earlier send failed with ECONNREFUSED, and the kernel disconnected {here} with that, so \
             this one fails with ENOTCONN.",
            who_had_it(context)
        );
        let next = Foretold::write_fails(end.id, Errno::ENOTCONN);
        return Some(wording::explanation(end, "datagram-disconnected", "send(2)", text).foretelling([next]));
    }
    None
}

/// ` (the last descriptor was c's)`, where that is known.
fn who_had_it(context: &CallContext<'_>) -> String {
    let last = context.peer().and_then(|peer| context.world.task(peer.last_held_by?));
    last.map_or_else(String::new, |last| format!(" (the last descriptor was {}'s)", last.name))
}

/// EMSGSIZE.
fn message_too_long(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.errno() == Errno::EMSGSIZE)?;
    let here = end.label();
    let set = match (end.send_buffer, end.origins.get(&Setting::SendBuffer)) {
        (Some(value), Some(origin)) => {
            format!("It was set by {} to {value}, which the kernel doubles.", wording::by(context.world, *origin))
        }
        _ => String::new(),
    };
    let text = wording::sentences([
        format!(
            "{} sends a message whole or not at all, and one of {} can never fit SO_SNDBUF of {here}, a little less than which is \
             the most.",
            end.kind.title(),
            wording::count(context.call.call.offered().unwrap_or(0), "byte"),
        ),
        set,
        "Nothing was sent; a stream would have taken it piece by piece.".to_owned(),
    ]);
    let explained = wording::explanation(end, "message-too-long", "send(2)", text);
    let statement = advice::typed_by(context.world, context.task, Some(end.id), &format!("getsockopt {here} sndbuf"));
    let advice = format!("{statement} shows it");
    Some(advice::advised(context.world, context.task, explained, &advice))
}

/// Errors that mean the same wherever they come.
fn plain(context: &CallContext<'_>) -> Option<Explanation> {
    if context.ret() >= 0 {
        return None;
    }
    let name = context.errno().name();
    let row = PLAIN.iter().find(|row| row.0 == name);
    let (rule, page, meaning) =
        row.map_or(("failed", "errno(3)", context.errno().message()), |row| (row.1, row.2, row.3));
    let about = context.end.map_or_else(|| About::from(context.task), About::from);
    let text = format!("{} by {} failed with {name}: {meaning}.", context.call.call.name(), context.who());
    Some(wording::explanation(about, rule, page, text))
}

/// Error, rule, page, meaning.
const PLAIN: &[(&str, &str, &str, &str)] = &[
    ("EBADF", "bad-descriptor", "errno(3)", "the number is not open in this process, or not for this direction"),
    ("ENOTSOCK", "not-a-socket", "socket(2)", "the descriptor is open but no socket; a pipe knows only read and write"),
    (
        "EOPNOTSUPP",
        "not-supported",
        "unix(7)",
        "this kind of socket does not know what was asked; a pair exists only in AF_UNIX, urgent bytes only on SOCK_STREAM",
    ),
    ("ENOPROTOOPT", "option-only-read", "socket(7)", "this option can only be read, or this kind of socket has it not"),
    (
        "EINVAL",
        "invalid-here",
        "errno(3)",
        "the call exists, but not with these arguments or not in this state of the socket",
    ),
];
