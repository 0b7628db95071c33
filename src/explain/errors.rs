//! Why a call failed: the errors that say something about the other side, and the plain ones.

use crate::abi::Disposition;
use crate::abi::{self, Errno};
use crate::order::{Call, Extra};
use crate::trace::{CallState, Explanation};
use crate::world::channel::End;
use crate::world::kind::Kind;

use super::scene::Scene;
use super::wording::About;
use super::{Rule, wording};

pub(super) const RULES: &[Rule] = &[
    array_after_failure,
    broken_pipe,
    reset,
    datagram_peer_gone,
    nothing_waits,
    buffer_full,
    message_too_long,
    interrupted,
    plain,
];

/// What socketpair(2) leaves in the array when it fails.
fn array_after_failure(scene: &Scene<'_>) -> Option<Explanation> {
    let (Call::Socketpair { domain, .. }, Extra::Array([a, b])) = (&scene.call.call, &scene.call.outcome.extra) else {
        return None;
    };
    if scene.ret() >= 0 {
        return None;
    }
    let (name, errno) = (scene.call.names.made.clone().unwrap_or_default(), scene.errno());
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
fn broken_pipe(scene: &Scene<'_>) -> Option<Explanation> {
    let end = scene.end.filter(|_| scene.errno() == Errno::EPIPE && scene.ret() < 0)?;
    let (here, who) = (end.label(), scene.who());
    let cause = broken_because(scene, end);
    if scene.got_sigpipe() {
        let text = format!(
            "{who} could not write to {here}: {cause}. On a stream or a pipe the kernel sends SIGPIPE as well as EPIPE, and \
             {who} had not said otherwise (SIG_DFL), so the signal killed it."
        );
        let caught = "the signal killed it";
        let text = if scene.task.is_alive() {
            text.replace(caught, "it had to handle the signal")
                .replace(" had not said otherwise (SIG_DFL), so", " catches it, so")
        } else {
            text
        };
        return Some(wording::explanation(end, "epipe-with-sigpipe", "signal(7)", text));
    }
    let ignores =
        scene.world.process_of(scene.task.id).and_then(|process| process.dispositions.get(&abi::Signal::PIPE.0));
    let no_signal = match (end.kind, ignores) {
        (Kind::Dgram | Kind::Seqpacket, _) => {
            format!(
                "No SIGPIPE came: on {} the kernel gives only the error, the signal is for streams and pipes",
                end.kind.title()
            )
        }
        _ if scene.call.call.flags() & abi::MSG_NOSIGNAL != 0 => {
            "No SIGPIPE came: MSG_NOSIGNAL asked for the error alone".to_owned()
        }
        (_, Some(Disposition::Ignore)) => {
            format!("SIGPIPE was sent and {who} ignores it, so it lives and sees the error")
        }
        _ => "No SIGPIPE was seen".to_owned(),
    };
    let text = format!("{who} could not write to {here}: {cause}. {no_signal}.");
    Some(wording::explanation(end, "epipe-without-sigpipe", "send(2)", text))
}

fn broken_because(scene: &Scene<'_>, end: &End) -> String {
    let here = end.label();
    match scene.peer() {
        Some(peer) if peer.closed && peer.name.is_none() => {
            "the listening socket was closed before anybody accepted, so nobody could ever read it".to_owned()
        }
        Some(peer) if peer.closed => {
            format!("no descriptor of {} is open any more, so nobody could ever read it", peer.label())
        }
        Some(peer) if peer.shut_here.0 => format!("{} was shut down for reading by its holder", peer.label()),
        _ if end.shut_here.1 => format!("{here} itself was shut down for writing, for all who hold it"),
        _ => format!("nobody can read what is written to {here}"),
    }
}

/// ECONNRESET, and why only once.
fn reset(scene: &Scene<'_>) -> Option<Explanation> {
    let asked = matches!(&scene.call.outcome.extra, Extra::Value(value) if *value == i64::from(Errno::ECONNRESET.0))
        && matches!(&scene.call.call, Call::Getsockopt { option, .. } if option == "error");
    let failed = scene.ret() < 0 && scene.errno() == Errno::ECONNRESET;
    let end = scene.end.filter(|_| asked || failed)?;
    let here = end.label();
    let after = if end.inbox.queue.is_empty() {
        "from then on a read returns 0 and a write fails with EPIPE"
    } else {
        "reads take what still waits, then return 0, and a write fails with EPIPE"
    };
    let once = format!("The error is reported once, to the first call that asks; {after}.");
    if scene.peer().is_some_and(|peer| peer.name.is_none()) {
        let text = format!(
            "{here} was connected, but the listening socket was closed before anybody accepted, and the connection with \
             it: the kernel says so by ECONNRESET, whether something was sent or not. {once}"
        );
        return Some(wording::explanation(end, "reset-never-accepted", "unix(7)", text));
    }
    let lost = scene.peer().map_or(0, |peer| peer.inbox.totals.destroyed);
    let (there, lost, destroyed) = (
        scene.peer().map_or_else(|| "the other end".to_owned(), End::label),
        if lost == 0 { "something sent to it".to_owned() } else { wording::count(lost, "byte") },
        if lost > 1 { "they are destroyed" } else { "it is destroyed" },
    );
    let text = format!(
        "{there} was closed with {lost} from {here} still unread; {destroyed}, and the kernel says so by ECONNRESET. \
         Whether the reader exited, closed or was killed makes no difference. {once}"
    );
    Some(wording::explanation(end, "reset-by-unread-bytes", "unix(7)", text))
}

/// ECONNREFUSED, then ENOTCONN: what a datagram pair has in place of EPIPE.
fn datagram_peer_gone(scene: &Scene<'_>) -> Option<Explanation> {
    let end = scene.end.filter(|end| end.kind == Kind::Dgram && scene.is_write() && scene.ret() < 0)?;
    let here = end.label();
    let there = scene.peer().map_or_else(|| "its peer".to_owned(), End::label);
    if scene.errno() == Errno::ECONNREFUSED {
        let text = format!(
            "Datagram sockets have neither EOF nor SIGPIPE: the first send from {here} that finds {there} closed gets \
             ECONNREFUSED. By that the kernel also takes the connection off {here}, so the next send gets ENOTCONN."
        );
        return Some(wording::explanation(end, "datagram-peer-gone", "unix(7)", text));
    }
    if scene.errno() == Errno::ENOTCONN && scene.peer().is_some_and(|peer| peer.closed) {
        let text = format!(
            "{there} is closed. An earlier send was told so by ECONNREFUSED, and the kernel took the connection off {here} \
             with it; now {here} is connected with nobody, which is what ENOTCONN says."
        );
        return Some(wording::explanation(end, "datagram-disconnected", "send(2)", text));
    }
    None
}

/// EAGAIN of a read.
fn nothing_waits(scene: &Scene<'_>) -> Option<Explanation> {
    let reads = scene.call.call.room().is_some() && scene.errno() == Errno::EAGAIN;
    let end = scene.end.filter(|_| reads && scene.ret() < 0)?;
    let here = end.label();
    if scene.call.state == CallState::Resumed && !scene.is_nonblocking() {
        let text = format!(
            "Nothing came to {here} in the time that SO_RCVTIMEO allows, so the sleeping read gave up with EAGAIN."
        );
        return Some(wording::explanation(end, "receive-timed-out", "socket(7)", text));
    }
    if let Some(offset) = end.inbox.peek_off.filter(|_| looks_past(scene, end)) {
        let text = format!(
            "SO_PEEK_OFF has moved on with each look and stands {offset} bytes behind the front of {here}: nothing waits \
             beyond it, though {} in all. A read without MSG_PEEK takes from the front and moves it back.",
            wording::waits(end),
        );
        return Some(wording::explanation(end, "peeked-to-the-end", "socket(7)", text));
    }
    let why_not = match scene.peer() {
        _ if end.kind == Kind::Dgram && end.shut_here.0 => {
            format!("{here} was shut down for reading, and a datagram read that would sleep returns 0 by that")
        }
        Some(peer) if end.kind == Kind::Dgram && !peer.closed && peer.shut_here.1 => {
            format!("{} was shut down for writing, but a datagram socket is never told, so no EOF comes", peer.label())
        }
        Some(peer) if peer.closed && end.kind == Kind::Dgram => {
            format!("{} is closed, but a datagram socket is never told, so it is EAGAIN for ever", peer.label())
        }
        Some(peer) if !peer.closed && end.kind == Kind::Dgram => {
            format!(
                "more may come ({}), and EOF never does at a datagram socket",
                wording::who_holds(scene.world, peer)
            )
        }
        Some(peer) if !peer.closed => format!("it is not EOF either: {}", wording::who_holds(scene.world, peer)),
        _ => "it is not EOF either".to_owned(),
    };
    let text = format!("Nothing waits at {here}, and this read must not sleep, so it says EAGAIN; {why_not}.");
    Some(wording::explanation(end, "nothing-waits", "recv(2)", text))
}

/// A look with SO_PEEK_OFF that found nothing although something waits.
fn looks_past(scene: &Scene<'_>, end: &End) -> bool {
    scene.call.call.flags() & abi::MSG_PEEK != 0 && !end.inbox.queue.is_empty()
}

/// EAGAIN of a write: the charge for a message is more than its bytes.
fn buffer_full(scene: &Scene<'_>) -> Option<Explanation> {
    let end = scene.end.filter(|_| scene.is_write() && scene.errno() == Errno::EAGAIN && scene.ret() < 0)?;
    if scene.call.state == CallState::Resumed && !scene.is_nonblocking() {
        let here = end.label();
        let text = format!(
            "No room came for this write to {here} in the time that SO_SNDTIMEO allows, so it gave up with EAGAIN: nothing \
             of it was taken."
        );
        return Some(wording::explanation(end, "send-timed-out", "socket(7)", text));
    }
    Some(full(end, scene.peer()))
}

/// Why an end can take no more.
pub(super) fn full(end: &End, peer: Option<&End>) -> Explanation {
    let here = end.label();
    let (there, waits, writes) = peer.map_or_else(
        || ("the other end".to_owned(), "what was sent waits".to_owned(), 0),
        |peer| (peer.label(), bytes_wait(peer), peer.inbox.queue.len() as u64),
    );
    if end.kind.is_pipe() {
        let text = format!(
            "The pipe is full: {waits} at {there}. A pipe holds a number of pages (`pipesize {here}`), and a write to it \
             goes on when a reader has emptied some."
        );
        return wording::explanation(end, "pipe-full", "pipe(7)", text);
    }
    if let Some(peer) = peer.filter(|peer| is_short_queue(end, peer)) {
        let text = format!(
            "The queue of {there} is full: {} there. {there} is not connected back to {here}, and such a datagram socket \
             lets only a few messages wait (net.unix.max_dgram_qlen, and one more), however much room SO_SNDBUF has. One \
             read makes room for one.",
            wording::waits(peer),
        );
        return wording::explanation(end, "short-queue", "unix(7)", text);
    }
    let text = format!(
        "The send buffer of {here} is full, though only {waits} at {there}, from {}: SO_SNDBUF is charged for the kernel's \
         whole buffer of each write, several hundred bytes of overhead even for one byte. `queue {there}` shows what is \
         charged; SO_RCVBUF of {there} plays no part.",
        wording::count(writes, "write"),
    );
    wording::explanation(end, "charged-per-message", "unix(7)", text)
}

/// Whether the receiver's queue is what is full: of a datagram socket that is not connected back, with little in it.
pub(super) fn is_short_queue(end: &End, peer: &End) -> bool {
    const FEW: u64 = 32 * 1024;
    end.kind == Kind::Dgram && peer.peer != Some(end.id) && peer.inbox.messages() > 1 && peer.inbox.waiting() < FEW
}

fn bytes_wait(peer: &End) -> String {
    let bytes = peer.inbox.waiting();
    format!("{} {}", wording::count(bytes, "byte"), if bytes == 1 { "waits" } else { "wait" })
}

/// EMSGSIZE.
fn message_too_long(scene: &Scene<'_>) -> Option<Explanation> {
    let end = scene.end.filter(|_| scene.errno() == Errno::EMSGSIZE)?;
    let here = end.label();
    let text = format!(
        "{} sends a message whole or not at all, and one of {} can never fit SO_SNDBUF of {here}, a little less than which is \
         the most. Nothing was sent; a stream would have taken it piece by piece.",
        end.kind.title(),
        wording::count(scene.call.call.offered().unwrap_or(0), "byte"),
    );
    Some(wording::explanation(end, "message-too-long", "send(2)", text))
}

/// EINTR.
fn interrupted(scene: &Scene<'_>) -> Option<Explanation> {
    if scene.errno() != Errno::EINTR || scene.ret() >= 0 {
        return None;
    }
    let text = format!(
        "A signal whose handler was set without SA_RESTART came while {} was asleep in {}: the call gave up with nothing done, \
         and says EINTR. It can be made again.",
        scene.who(),
        scene.call.call.name(),
    );
    Some(wording::explanation(scene.task, "interrupted", "signal(7)", text))
}

/// Errors that mean the same wherever they come.
fn plain(scene: &Scene<'_>) -> Option<Explanation> {
    if scene.ret() >= 0 {
        return None;
    }
    let name = scene.errno().name();
    let row = PLAIN.iter().find(|row| row.0 == name);
    let (rule, page, meaning) =
        row.map_or(("failed", "errno(3)", scene.errno().message()), |row| (row.1, row.2, row.3));
    let about = scene.end.map_or_else(|| About::from(scene.task), About::from);
    let text = format!("{} by {} failed with {name}: {meaning}.", scene.call.call.name(), scene.who());
    Some(wording::explanation(about, rule, page, text))
}

/// Error, rule, page, meaning.
const PLAIN: &[(&str, &str, &str, &str)] = &[
    (
        "EBADF",
        "bad-descriptor",
        "errno(3)",
        "the number is not open in this process, or not for this direction; a pipe's [0] only reads and its [1] only writes",
    ),
    ("ENOTSOCK", "not-a-socket", "socket(2)", "the descriptor is open but no socket; a pipe knows only read and write"),
    ("EMFILE", "too-many-descriptors", "getrlimit(2)", "the process has as many descriptors as RLIMIT_NOFILE allows"),
    (
        "EOPNOTSUPP",
        "not-supported",
        "unix(7)",
        "this kind of socket does not know what was asked; a pair exists only in AF_UNIX, urgent bytes only on SOCK_STREAM",
    ),
    (
        "EISCONN",
        "already-connected",
        "send(2)",
        "the socket has its peer already, and an address beside that is one too many",
    ),
    ("ENOPROTOOPT", "option-only-read", "socket(7)", "this option can only be read, or this kind of socket has it not"),
    ("ECHILD", "no-such-child", "wait(2)", "only a parent can wait, for a child of its own, and only once for each"),
    ("EADDRINUSE", "address-taken", "bind(2)", "another socket has this address, or its file is still there"),
    ("ENOENT", "no-such-address", "unix(7)", "there is no socket file of this name"),
    (
        "EINVAL",
        "invalid-here",
        "errno(3)",
        "the call exists, but not with these arguments or not in this state of the socket",
    ),
];
