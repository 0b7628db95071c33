//! What the state of a socket allows and refuses: connected, listening, shut down, bound already, full, of another kind.

use crate::abi::{self, Errno};
use crate::order::{Call, Extra, SocketAddress};
use crate::trace::Explanation;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::origin::Setting;

use super::context::CallContext;
use super::{Rule, addresses, foretold, shutdowns, signals, wording};

pub(super) const RULES: &[Rule] = &[
    signals::pending,
    address_too_long,
    addresses::taken,
    addresses::no_such,
    addresses::connect_refused,
    connects_itself,
    connected_already,
    taken_by_its_peer,
    bound_already,
    reuses_nothing,
    cannot_listen,
    cannot_accept,
    no_urgent_byte,
    asked_for_the_mark,
    cannot_be_read,
    not_connected,
    pipe_keeps_its_size,
    shutdowns::shut_down,
    bound,
    connected,
    accepted,
    buffer_sized,
    buffer_size_read,
];

/// EINVAL of any call that was given more than sun_path holds.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other calls take no address")]
fn address_too_long(context: &CallContext<'_>) -> Option<Explanation> {
    let address = match &context.call.call {
        Call::Bind { address, .. } | Call::Connect { address, .. } => address,
        Call::Send { to, .. } | Call::Sendmsg { to, .. } => to.as_ref()?,
        _ => return None,
    };
    let most = SocketAddress::MOST;
    let end = context.end.filter(|_| context.failed_with(Errno::EINVAL) && address.len_in_path() > most)?;
    let first = if address.shown.trim_start_matches('"').starts_with('@') {
        "the zero byte in front of an abstract name is one of them"
    } else {
        "a file's name may fill it to the last byte, without a zero byte behind it"
    };
    let text = format!(
        "The address that {} was given has {} bytes, and sun_path has room for {most}: {first}. A longer address is not cut, the \
         whole call fails with EINVAL.",
        end.label(),
        address.len_in_path(),
    );
    Some(wording::explanation(end, "address-too-long", "unix(7)", text))
}

/// EINVAL of connect(2).
fn connects_itself(context: &CallContext<'_>) -> Option<Explanation> {
    let is_connect = matches!(context.call.call, Call::Connect { .. }) && context.failed_with(Errno::EINVAL);
    let end = context.end.filter(|end| is_connect && end.backlog.is_some())?;
    let here = end.label();
    let text = format!("{here} listens: it takes connections and cannot be connected itself, so connect says EINVAL.");
    Some(wording::explanation(end, "listener-cannot-connect", "connect(2)", text))
}

/// EISCONN: of a second connect, and of an address beside a message.
fn connected_already(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end.filter(|_| context.failed_with(EISCONN))?;
    let (here, kind) = (end.label(), end.kind.title());
    let with = match context.peer() {
        Some(peer) if peer.name.is_some() => format!("{here} is connected with {}", peer.label()),
        Some(_) => format!("{here} is connected, although nobody has accepted the connection yet"),
        None => format!("{here} is connected"),
    };
    let text = if matches!(context.call.call, Call::Connect { .. }) {
        format!(
            "{with}, so connect fails with EISCONN: a {kind} socket is connected once. For another connection make another socket; only \
             a datagram socket can be connected again."
        )
    } else {
        format!(
            "{with}, so a message with an address fails with EISCONN: on {kind} every byte goes to the peer. Leave the address out."
        )
    };
    Some(wording::explanation(end, "already-connected", "connect(2)", text))
}

/// EPERM of a connect or a send to a datagram socket that has another peer.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn taken_by_its_peer(context: &CallContext<'_>) -> Option<Explanation> {
    let at = match &context.call.call {
        Call::Connect { address, .. } => Some(address.shown.clone()),
        Call::Send { to, .. } | Call::Sendmsg { to, .. } => to.as_ref().map(|to| to.shown.clone()),
        _ => None,
    };
    let end = context.end.filter(|end| end.kind == Kind::Dgram && context.failed_with(EPERM))?;
    let there = match at {
        Some(at) => context.world.ends_at(&at).find(|there| there.kind == Kind::Dgram),
        None => context.peer(),
    }?;
    let peer = context.world.end(there.peer?)?;
    let (here, there) = (end.label(), there.label());
    let text = format!(
        "{there} is connected with {}, and a connected datagram socket takes messages from its peer alone: from {here} \
         the kernel refuses them with EPERM.",
        peer.label()
    );
    Some(wording::explanation(end, "takes-only-its-peer", "unix(7)", text))
}

/// SO_REUSEADDR, which people know from TCP.
fn reuses_nothing(context: &CallContext<'_>) -> Option<Explanation> {
    let is_it = matches!(&context.call.call, Call::Setsockopt { option, .. } if option == "reuseaddr");
    let end = context.end.filter(|_| is_it && context.ret() >= 0)?;
    let text = format!(
        "SO_REUSEADDR is set and does nothing at {}: it is for TCP and UDP. The address of a local socket is a file, which bind makes and \
         nobody removes: unlink it before bind, or take an abstract name, which goes with its socket.",
        end.label(),
    );
    Some(wording::explanation(end, "reuseaddr-does-nothing", "unix(7)", text))
}

/// EINVAL of bind(2).
fn bound_already(context: &CallContext<'_>) -> Option<Explanation> {
    let is_bind = matches!(context.call.call, Call::Bind { .. }) && context.failed_with(Errno::EINVAL);
    let end = context.end.filter(|_| is_bind)?;
    let (here, at) = (end.label(), end.address.as_ref()?);
    let text = format!("{here} has its address, {at}: a socket is bound once, and never again while it lives.");
    Some(wording::explanation(end, "bound-already", "bind(2)", text))
}

/// EINVAL or EOPNOTSUPP of listen(2).
fn cannot_listen(context: &CallContext<'_>) -> Option<Explanation> {
    let is_listen = matches!(context.call.call, Call::Listen { .. });
    let end =
        context.end.filter(|_| is_listen && (context.failed_with(Errno::EINVAL) || context.failed_with(EOPNOTSUPP)))?;
    let here = end.label();
    let why = match (end.kind, end.peer, &end.address) {
        (Kind::Dgram, _, _) => no_connections(end),
        (_, Some(_), _) => format!("{here} is connected, and a socket with a peer cannot listen"),
        (_, None, None) => format!("{here} has no address: only a socket that is bound can listen"),
        _ => return None,
    };
    Some(wording::explanation(end, "cannot-listen", "listen(2)", format!("{why}.")))
}

fn no_connections(end: &End) -> String {
    format!("{} is {}, which knows no connections: anybody sends to its address", end.label(), end.kind.title())
}

/// EINVAL or EOPNOTSUPP of accept(2).
fn cannot_accept(context: &CallContext<'_>) -> Option<Explanation> {
    let is_accept = matches!(context.call.call, Call::Accept { .. });
    let end =
        context.end.filter(|_| is_accept && (context.failed_with(Errno::EINVAL) || context.failed_with(EOPNOTSUPP)))?;
    let here = end.label();
    let why = match (end.kind, &end.backlog) {
        (Kind::Dgram, _) => no_connections(end),
        (_, None) => {
            format!("{here} does not listen: accept takes connections of a socket after listen, and of no other")
        }
        _ if end.shut_here.0 => {
            format!(
                "{here} was shut down for reading: a listening socket takes no connection after that, and accept says so"
            )
        }
        _ => return None,
    };
    Some(wording::explanation(end, "cannot-accept", "accept(2)", format!("{why}.")))
}

/// EINVAL of recv(2) with MSG_OOB.
fn no_urgent_byte(context: &CallContext<'_>) -> Option<Explanation> {
    let asks = context.call.call.flags() & abi::MSG_OOB != 0 && context.call.call.room().is_some();
    let end = context.end.filter(|end| asks && context.failed_with(Errno::EINVAL) && end.kind == Kind::Stream)?;
    let here = end.label();
    let text = if end.inbox.is_urgent_inline {
        format!(
            "SO_OOBINLINE is on at {here}{}: an urgent byte is read in its place, like any other, and never by MSG_OOB.",
            wording::set_by(context.world, end.origins.get(&Setting::UrgentInline)),
        )
    } else {
        format!("No urgent byte waits at {here}: none was sent with MSG_OOB, or it was taken, or read past.")
    };
    Some(wording::explanation(end, "no-urgent-byte", "recv(2)", text))
}

/// SIOCATMARK.
fn asked_for_the_mark(context: &CallContext<'_>) -> Option<Explanation> {
    let Extra::Value(answer) = &context.call.outcome.extra else { return None };
    let end = context.end.filter(|_| matches!(context.call.call, Call::Atmark { .. }) && context.ret() >= 0)?;
    let here = end.label();
    let text = if *answer == 0 {
        format!(
            "SIOCATMARK says 0: the next byte at {here} is not the one that was sent with MSG_OOB, if there is any."
        )
    } else {
        format!("SIOCATMARK says 1: what comes next at {here} is the place of the byte that was sent with MSG_OOB.")
    };
    Some(wording::explanation(end, "asked-for-the-mark", "sockatmark(3)", text))
}

/// EINVAL or ENOTCONN of a read where no byte can come.
fn cannot_be_read(context: &CallContext<'_>) -> Option<Explanation> {
    let is_read =
        context.call.call.is_reading() && (context.failed_with(Errno::EINVAL) || context.failed_with(Errno::ENOTCONN));
    let end = context.end.filter(|end| is_read && end.peer.is_none() && !end.kind.is_pipe())?;
    let here = end.label();
    if end.backlog.is_some() {
        let text = format!("{here} listens: what comes there are connections, taken by accept, and no bytes.");
        return Some(wording::explanation(end, "listener-has-no-bytes", "listen(2)", text));
    }
    let other = if end.kind == Kind::Stream { "SOCK_SEQPACKET has ENOTCONN" } else { "SOCK_STREAM has EINVAL" };
    let because = match wording::failed_connect(context.world, end) {
        Some(failed) => format!("{failed}, so {here} is connected with nobody and nothing can come"),
        None => format!("{here} is connected with nobody, so nothing can come"),
    };
    let text = format!("{because}. {} says {} to that; {other}.", end.kind.title(), context.errno().name());
    Some(wording::explanation(end, "not-connected", "connect(2)", text))
}

/// ENOTCONN.
fn not_connected(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context
        .end
        .filter(|end| context.failed_with(Errno::ENOTCONN) && end.peer.is_none() && end.channel.is_none())?;
    let here = end.label();
    let text = match (end.kind, &end.backlog) {
        (_, Some(_)) => {
            format!("{here} listens: it has no peer. Bytes go through the sockets that accept returns, not through it.")
        }
        (Kind::Dgram, None) => format!(
            "{here} is connected with nobody: never, or no more since a send found its peer gone. Connect it, or give an \
             address with the message."
        ),
        _ => match wording::failed_connect(context.world, end) {
            Some(failed) => format!("{failed}, so {here} is connected with nobody: ENOTCONN."),
            None => format!("{here} is connected with nobody yet: connect comes before the first byte."),
        },
    };
    Some(wording::explanation(end, "not-connected", "connect(2)", text))
}

/// EBUSY and EPERM of F_SETPIPE_SZ.
fn pipe_keeps_its_size(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::SetPipeSize { size, .. } = &context.call.call else { return None };
    let end = context.end.filter(|end| end.kind.is_pipe())?;
    let text = if context.failed_with(EBUSY) {
        let used = context.world.end(end.id).and_then(|end| if end.can_be_read() { Some(end) } else { context.peer() });
        let used = used.and_then(|reading| reading.inbox.pages_in_use());
        let page = context.world.machine().page.max(1);
        match used {
            Some(used) => format!(
                "The pipe keeps its size: {} in use, and {size} bytes would be {}. Nothing is ever thrown away for that; after some \
                 reads it can be made smaller.",
                if used == 1 { "1 page is".to_owned() } else { format!("{used} pages are") },
                wording::count(u64::try_from(*size).unwrap_or(0).div_ceil(page).next_power_of_two(), "page"),
            ),
            None => "The pipe keeps its size: what waits in it needs more pages than it would have. Nothing is ever thrown away for \
                     that; after some reads it can be made smaller."
                .to_owned(),
        }
    } else if context.failed_with(EPERM) {
        format!(
            "{size} bytes are more than /proc/sys/fs/pipe-max-size lets an ordinary process have in one pipe; a process with \
             CAP_SYS_RESOURCE may have more."
        )
    } else {
        return None;
    };
    Some(wording::explanation(end, "pipe-keeps-its-size", "fcntl(2)", text))
}

/// bind(2) that worked.
fn bound(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Bind { address, .. } = &context.call.call else { return None };
    let end = context.end.filter(|_| context.ret() >= 0)?;
    let (here, at) = (end.label(), &address.shown);
    let name = if at.trim_start_matches('"').starts_with('@') {
        "the name is no file, and goes with the socket"
    } else {
        "bind has made a file of this name, which stays when the socket is gone, until somebody unlinks it"
    };
    let then = if end.kind == Kind::Dgram {
        format!("Anybody can send to {at}.")
    } else if end.peer.is_some() {
        format!("{here} is connected, so it cannot listen there: its peer sees the name by getpeername.")
    } else {
        format!("Nobody can connect before it listens at {at}.")
    };
    let text = format!("{here} has the address {at}: {name}. {then}");
    Some(wording::explanation(end, "bound", "unix(7)", text))
}

/// connect(2) that worked.
fn connected(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Connect { address, .. } = &context.call.call else { return None };
    let end = context.end.filter(|end| context.ret() >= 0 && end.peer.is_some())?;
    let (here, at) = (end.label(), &address.shown);
    let text = if end.kind == Kind::Dgram {
        format!(
            "connect of a datagram socket only notes where {here} sends to: nobody at {at} is asked or told, and no EOF will \
             ever come from there."
        )
    } else if context.peer().is_some_and(|peer| peer.name.is_none()) {
        format!(
            "{here} is connected although nobody has accepted yet: the connection waits at {at}, and what {here} writes waits \
             with it."
        )
    } else {
        return None;
    };
    Some(wording::explanation(end, "connected", "connect(2)", text))
}

/// accept(2) that worked.
fn accepted(context: &CallContext<'_>) -> Option<Explanation> {
    let listener = context.end.filter(|_| matches!(context.call.call, Call::Accept { .. }) && context.ret() >= 0)?;
    let made = context.call.names.made.as_deref()?;
    let (here, waiting) = (listener.label(), listener.backlog.as_ref().map_or(0, |backlog| backlog.len() as u64));
    let left = match waiting {
        0 => "no more connections wait there".to_owned(),
        1 => "1 more connection waits there".to_owned(),
        many => format!("{many} more connections wait there"),
    };
    let flags = if listener.nonblock
        && matches!(context.call.call, Call::Accept { flags, .. } if flags.unwrap_or(0) & abi::NONBLOCK == 0)
    {
        format!("{made} does not take over O_NONBLOCK of {here}: accept4 with SOCK_NONBLOCK sets it.")
    } else {
        String::new()
    };
    let text = wording::sentences([
        format!("accept made a new socket, {made}, for one connection. {here} itself goes on listening; {left}."),
        flags,
    ]);
    let next = foretold::next_accept(listener);
    Some(wording::explanation(made, "accepted", "accept(2)", text).foretelling([next]))
}

/// SO_SNDBUF and SO_RCVBUF.
fn buffer_sized(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Setsockopt { option, value, .. } = &context.call.call else { return None };
    let end = context.end.filter(|_| context.ret() >= 0)?;
    let here = end.label();
    let text = match option.as_str() {
        "sndbuf" => format!(
            "The kernel takes {value} twice, for what its own buffers cost, and keeps it between its least and its most: \
             `getsockopt {here} sndbuf` shows what came of it. It limits what {here} sends, not what it receives."
        ),
        "rcvbuf" => {
            format!("Nothing is limited by this: on AF_UNIX what waits at {here} is charged to its sender's SO_SNDBUF.")
        }
        _ => return None,
    };
    Some(wording::explanation(end, "buffer-sized", "unix(7)", text))
}

/// SO_SNDBUF as getsockopt(2) says it, where somebody has set it.
fn buffer_size_read(context: &CallContext<'_>) -> Option<Explanation> {
    let (Call::Getsockopt { option, .. }, Extra::Value(is)) = (&context.call.call, &context.call.outcome.extra) else {
        return None;
    };
    let end = context.end.filter(|_| context.ret() >= 0 && option == "sndbuf")?;
    let (set, origin) = (end.send_buffer?, end.origins.get(&Setting::SendBuffer)?);
    let by = wording::by(context.world, *origin);
    let bound = match (set.saturating_mul(2)).cmp(is) {
        std::cmp::Ordering::Equal => String::new(),
        std::cmp::Ordering::Less => format!(", and {is} is the least that it allows"),
        std::cmp::Ordering::Greater => format!(", but no more than twice net.core.wmem_max, which is {is}"),
    };
    let text = format!(
        "{by} asked for {set}, and SO_SNDBUF is {is}: the kernel doubles what it is given, for what its own buffers cost{bound}."
    );
    Some(wording::explanation(end, "buffer-sized", "socket(7)", text))
}

const EPERM: Errno = Errno(1);
const EISCONN: Errno = Errno(106);
const EBUSY: Errno = Errno(16);
const EOPNOTSUPP: Errno = Errno(95);
