//! Addresses of sockets: one that is taken, one that nobody is at, and one whose file is left or gone.

use crate::abi::Errno;
use crate::order::{Call, Extra};
use crate::trace::{CallOutcome, Explanation, Foretold};
use crate::world::World;
use crate::world::channel::End;
use crate::world::former::{self, FormerAddress};
use crate::world::kind::Kind;

use super::context::CallContext;
use super::{advice, wording};

const EPROTOTYPE: Errno = Errno(91);
const EADDRINUSE: Errno = Errno(98);

/// EADDRINUSE of bind(2).
pub(super) fn taken(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Bind { address, .. } = &context.call.call else { return None };
    let end = context.end.filter(|_| context.failed_with(EADDRINUSE))?;
    let (world, at) = (context.world, &address.shown);
    let there = world.ends_at(at).find(|there| there.kind == end.kind || former::is_file(at));
    let text = match (there, world.former_address(at)) {
        (Some(there), _) if there.kind == Kind::Fifo => {
            format!("The file {at} is a FIFO: bind makes a new file or none, so it fails with EADDRINUSE.")
        }
        (Some(there), former) => {
            let by = former.map_or_else(String::new, |former| format!(", by {}", wording::by(world, former.bound)));
            format!(
                "{} is bound to {at} already{by}, so bind fails with EADDRINUSE: an address has one socket. {}.",
                there.label(),
                wording::capital(&wording::who_holds(world, there)),
            )
        }
        (None, Some(former)) if file_is_left(world, at) => format!(
            "The file {at} is still there: {} made it for {}, and closing that socket does not remove it. bind makes a new file or none, \
             so it fails with EADDRINUSE. SO_REUSEADDR changes nothing here.",
            wording::by(world, former.bound),
            former.label,
        ),
        (None, _) if former::is_file(at) => {
            format!("There is a file {at} already: bind makes a new file or none, so it fails with EADDRINUSE.")
        }
        (None, _) => {
            format!("A socket that is not in the picture is bound to {at} already, so bind fails with EADDRINUSE.")
        }
    };
    let explained = wording::explanation(end, "address-taken", "bind(2)", text);
    let is_stale = former::is_file(at) && there.is_none_or(|there| there.kind == Kind::Fifo);
    Some(if is_stale { unlink_first(context, at, explained) } else { explained })
}

/// With the statement that makes room for another bind.
fn unlink_first(context: &CallContext<'_>, at: &str, explained: Explanation) -> Explanation {
    let advice = format!("`{}: unlink {at}`, then bind again", context.who());
    advice::advised(context.world, context.task, explained, &advice)
}

/// Whether a closed socket has left its file.
fn file_is_left(world: &World, at: &str) -> bool {
    world
        .former_address(at)
        .is_some_and(|former| former.is_file() && former.unlinked.is_none() && former.closed.is_some())
}

/// ENOENT of a call that was given an address.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other calls take no address")]
pub(super) fn no_such(context: &CallContext<'_>) -> Option<Explanation> {
    let address = match &context.call.call {
        Call::Bind { address, .. } | Call::Connect { address, .. } => address,
        Call::Send { to, .. } | Call::Sendmsg { to, .. } => to.as_ref()?,
        _ => return None,
    };
    let end = context.end.filter(|_| context.failed_with(Errno::ENOENT))?;
    let (world, at, call) = (context.world, &address.shown, context.call.call.name());
    let text = match world.former_address(at).and_then(|former| Some((former, former.unlinked?))) {
        Some((former, unlinked)) => wording::sentences([
            format!(
                "No file has the name {at} any more: {} took it away, so {call} fails with ENOENT.",
                wording::by(world, unlinked)
            ),
            lives_on(world, former),
        ]),
        None if matches!(context.call.call, Call::Bind { .. }) => {
            format!("The folder of {at} does not exist, so bind cannot make its file: ENOENT.")
        }
        None => format!("No file has the name {at}: nobody has bound a socket to it, so {call} fails with ENOENT."),
    };
    Some(wording::explanation(end, "no-such-address", "unix(7)", text))
}

/// A socket whose name is gone, if it is open.
fn lives_on(world: &World, former: &FormerAddress) -> String {
    match world.end(former.end).filter(|end| !end.closed) {
        Some(end) => format!(
            "{} lives on without a name, and nobody can reach it by one: {}.",
            former.label,
            wording::who_holds(world, end)
        ),
        None => String::new(),
    }
}

/// Why nobody is found at an address, as a part of a sentence.
pub(super) fn nobody_there(world: &World, at: &str) -> String {
    let Some(former) = world.former_address(at) else {
        return if former::is_file(at) {
            format!("no socket is bound to {at} now")
        } else {
            format!("nobody has bound a socket to {at}")
        };
    };
    let label = &former.label;
    let Some((last, line)) = former.closed else { return format!("no socket is bound to {at} now") };
    let by = world.task(last).map_or("a task that is gone", |task| &task.name);
    let closed = if line == 0 || !world.takes_statements() {
        format!("its last descriptor, {by}'s, is closed")
    } else {
        format!("its last descriptor, {by}'s, was closed in line {line}")
    };
    if file_is_left(world, at) {
        format!("the file {at} is left, but {label}, which was bound to it, is gone: {closed}")
    } else {
        format!("{label} was bound to {at} and is gone: {closed}")
    }
}

/// ECONNREFUSED or EPROTOTYPE of connect(2).
pub(super) fn connect_refused(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Connect { address, .. } = &context.call.call else { return None };
    let of_kind = [Errno::ECONNREFUSED, EPROTOTYPE].iter().any(|errno| context.failed_with(*errno));
    let end = context.end.filter(|_| of_kind)?;
    let at = &address.shown;
    let same = context.world.ends_at(at).find(|other| other.kind == end.kind);
    let (rule, text) = match (same, context.world.ends_at(at).next()) {
        (Some(there), _) => ("nobody-listens", deaf(at, there)),
        (None, Some(there)) => ("another-kind-is-there", another_kind(at, end, there, context.errno())),
        (None, None) => (
            "nobody-listens",
            format!("The connection is refused with ECONNREFUSED: {}.", nobody_there(context.world, at)),
        ),
    };
    let refused = |there: &End| Foretold::Connect { to: there.id, outcome: CallOutcome::Fails(context.errno()) };
    let again = same.filter(|_| rule == "nobody-listens").map(refused);
    let explained = wording::explanation(at.as_str(), rule, "connect(2)", text).foretelling(again);
    let has_file = same.is_none() && rule == "nobody-listens" && file_is_left(context.world, at);
    Some(if has_file { unlink_first(context, at, explained) } else { explained })
}

/// Why the socket at an address takes no connection.
fn deaf(at: &str, there: &End) -> String {
    let label = there.label();
    match &there.backlog {
        Some(_) if there.shut_here.0 => {
            format!("{label} listens at {at}, but it was shut down for reading: from then on it takes no connection.")
        }
        Some(_) => format!("{label} at {at} took no connection."),
        None if there.peer.is_some() => {
            format!("{label} is bound to {at}, but it is connected itself: such a socket cannot listen.")
        }
        None => {
            format!(
                "{label} is bound to {at} but does not listen: a connection is refused until its holder calls listen."
            )
        }
    }
}

fn another_kind(at: &str, end: &End, there: &End, errno: Errno) -> String {
    let how = if errno == EPROTOTYPE {
        "the kernel finds the file and says EPROTOTYPE"
    } else {
        "of abstract names each kind has its own, so for the kernel nobody is there"
    };
    format!(
        "{} is bound to {at}, but it is {} and {} is {}: only sockets of one kind connect; {how}.",
        there.label(),
        there.kind.title(),
        end.label(),
        end.kind.title(),
    )
}

/// recvfrom(2) of a sender that is bound to no address.
pub(super) fn sender_has_no_name(context: &CallContext<'_>) -> Option<Explanation> {
    let Extra::From(name) = &context.call.outcome.extra else { return None };
    let end = context.end.filter(|end| end.kind == Kind::Dgram && end.peer.is_none() && name.is_empty())?;
    let sender = end.inbox.write(context.read()?.pieces.first()?.write)?.by;
    let here = end.label();
    let text = format!(
        "recvfrom gives no address of the sender: {} sent this from a socket that is bound to none, so {here} cannot answer it. A client \
         of a datagram server binds an address of its own before it sends.",
        context.name_of(sender)
    );
    Some(wording::explanation(end, "sender-has-no-address", "unix(7)", text))
}
