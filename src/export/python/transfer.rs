//! The calls that write and read, as Python.

use crate::abi::{self, Errno};
use crate::export::names::NamedCall;
use crate::order::{Call as C, ControlRoom, Extra, KEEP};

use super::call_code::{CallCode, ResultUse, just, named, sock, to, value};
use super::literal::{self, message_flags};

/// A call that writes.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that write")]
pub fn writing(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let written = match &call.event.call {
        C::Write { fd, data } => format!("os.write({}, {})", call.fd(*fd), literal::payload(data)?),
        C::Send { fd, data, flags, to: None } => {
            format!("{}.send({}, {})", sock(call, *fd), literal::payload(data)?, message_flags(*flags))
        }
        C::Send { fd, data, flags, to: Some(address) } => {
            let data = literal::payload(data)?;
            format!("{}.sendto({data}, {}, {})", sock(call, *fd), message_flags(*flags), to(address)?)
        }
        C::Writev { fd, data } => {
            let parts: Vec<String> = data.iter().map(literal::payload).collect::<Result<_, _>>()?;
            format!("os.writev({}, [{}])", call.fd(*fd), parts.join(", "))
        }
        C::Sendmsg { fd, data, fds, creds, to: whom, flags } => {
            let mut control = Vec::new();
            if !fds.is_empty() {
                let numbers: Vec<String> = fds.iter().map(|fd| call.fd(*fd)).collect();
                control.push(format!("descriptors({})", numbers.join(", ")));
            }
            if *creds {
                control.push("credentials()".to_owned());
            }
            let whom = whom.as_ref().map(to).transpose()?.map(|whom| format!(", {whom}")).unwrap_or_default();
            let (data, control, flags) = (literal::payload(data)?, control.join(", "), message_flags(*flags));
            format!("{}.sendmsg([{data}], [{control}], {flags}{whom})", sock(call, *fd))
        }
        _ => return Err("a write has no form in Python yet".to_owned()),
    };
    value(written, call.ret())
}

/// A call that reads.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that read")]
pub fn reading(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let event = call.event;
    if event.call.flags() & abi::MSG_TRUNC != 0 {
        return match &event.call {
            C::Recv { fd, count, flags } => Ok(real_length(call, (*fd, *count, *flags))),
            other => Err(format!("{} with MSG_TRUNC has no form in Python yet", other.name())),
        };
    }
    match &event.call {
        C::Read { fd, count } => bytes_of(call, format!("os.read({}, {count})", call.fd(*fd))),
        // Python's recv(0) returns at once and asks no kernel; its recvfrom(0) makes the same call.
        C::Recv { fd, count: 0, flags } => {
            bytes_of(call, format!("{}.recvfrom(0, {})[0]", sock(call, *fd), message_flags(*flags)))
        }
        C::Recv { fd, count, flags } => {
            bytes_of(call, format!("{}.recv({count}, {})", sock(call, *fd), message_flags(*flags)))
        }
        C::Recvfrom { fd, count, flags } => {
            Ok(with_sender(call, format!("{}.recvfrom({count}, {})", sock(call, *fd), message_flags(*flags))))
        }
        C::Readv { fd, counts } => {
            let parts: Vec<String> = counts.iter().map(|count| format!("bytearray({count})")).collect();
            let read = format!("os.readv({}, parts)", call.fd(*fd));
            let mut code = just(format!("[{}]", parts.join(", ")))?;
            if call.ret() < 0 {
                code.call = read.replace("parts", &code.call);
                return Ok(code);
            }
            code.call = read.replace("parts", &format!("parts := {}", code.call));
            let data = format!("b\"\".join(parts)[:{}]", call.ret());
            code.gives =
                ResultUse::Names("got".to_owned(), vec![format!("equal(got, {})", call.ret()), arrived(call, &data)]);
            Ok(code)
        }
        C::Recvmsg { fd, count, room, flags } => {
            let room = match room {
                ControlRoom::None => "0".to_owned(),
                ControlRoom::Descriptors(count) => format!("room_for({}, {count})", call.fd(*fd)),
                ControlRoom::Bytes(bytes) => bytes.to_string(),
            };
            let flags = message_flags(*flags);
            let mut code = just(format!("{}.recvmsg({count}, {room}, {flags})", sock(call, *fd)))?;
            if call.ret() >= 0 {
                let mut checks = vec![arrived(call, "data")];
                if let Extra::Message { flags, creds, .. } = &event.outcome.extra {
                    checks.push(format!("equal(flags, {})", message_flags(*flags)));
                    if let Some(creds) = creds {
                        code.after.push(format!("equal(sender(came), {})", call.pid(creds.pid)));
                    }
                }
                code.gives = ResultUse::Names("data, came, flags, _".to_owned(), checks);
            }
            Ok(code)
        }
        _ => Err("a read has no form in Python yet".to_owned()),
    }
}

/// recvfrom(2): the bytes, and who has sent them.
fn with_sender(call: &NamedCall<'_>, text: String) -> CallCode {
    let mut gives = ResultUse::Nothing;
    if call.ret() >= 0 {
        let mut checks = vec![arrived(call, "data")];
        #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else comes with recvfrom")]
        match &call.event.outcome.extra {
            // Who has no name is told as no address.
            Extra::From(name) if name.is_empty() => checks.push("equal(whom, None)".to_owned()),
            Extra::From(name) => checks.push(format!("equal(whom, {})", named(name))),
            _ => {}
        }
        gives = ResultUse::Names("data, whom".to_owned(), checks);
    }
    CallCode { call: text, gives, after: Vec::new() }
}

/// recv(2) with MSG_TRUNC: it returns how long the message was, which may be more than there is room for.
fn real_length(call: &NamedCall<'_>, (fd, count, flags): (i32, u64, i32)) -> CallCode {
    let (own, flags) = (sock(call, fd), message_flags(flags));
    // Nor does recv_into ask for 0 bytes.
    let into = if count == 0 {
        format!("{own}.recvfrom_into(data := bytearray(), 0, {flags})[0]")
    } else {
        format!("{own}.recv_into(data := bytearray({count}), {count}, {flags})")
    };
    let known = &call.event.outcome.data;
    let known = &known[..known.len().min(literal::LONGEST)];
    let checks = vec![
        format!("equal(got, {})", call.ret()),
        format!("equal(bytes(data[:{}]), {})", known.len(), literal::bytes(known)),
    ];
    CallCode { call: into, gives: ResultUse::Names("got".to_owned(), checks), after: Vec::new() }
}

/// A call that gives bytes.
fn bytes_of(call: &NamedCall<'_>, text: String) -> Result<CallCode, String> {
    if call.event.errno != Errno::NONE || call.event.ret.is_none() {
        return just(text);
    }
    match (seen(call), summed(call)) {
        (Some(data), _) => value(text, data),
        (None, Some(sum)) => value(format!("hash_of({text})"), sum),
        (None, None) => {
            let checks = vec![arrived(call, "data")];
            Ok(CallCode { call: text, gives: ResultUse::Names("data".to_owned(), checks), after: Vec::new() })
        }
    }
}

/// That the bytes are those that were seen.
fn arrived(call: &NamedCall<'_>, data: &str) -> String {
    match (seen(call), summed(call)) {
        (Some(seen), _) => format!("equal({data}, {seen})"),
        (None, Some(sum)) => format!("equal(hash_of({data}), {sum})"),
        (None, None) => {
            let known = &call.event.outcome.data;
            let known = &known[..known.len().min(literal::LONGEST)];
            format!("equal({data}[:{}], {})", known.len(), literal::bytes(known))
        }
    }
}

/// The bytes, where all are known and they are not too many.
fn seen(call: &NamedCall<'_>) -> Option<String> {
    let data = &call.event.outcome.data;
    let is_whole = u64::try_from(call.ret()) == Ok(data.len() as u64);
    (is_whole && data.len() <= literal::LONGEST).then(|| literal::bytes(data))
}

/// How many bytes, and their sum.
fn summed(call: &NamedCall<'_>) -> Option<String> {
    let outcome = &call.event.outcome;
    let is_whole = u64::try_from(call.ret()) == Ok(outcome.data.len() as u64) && outcome.data.len() <= KEEP;
    let own = is_whole.then(|| crate::order::hash(outcome.data.iter().copied()));
    own.or(outcome.hash).map(|sum| format!("({}, \"{sum:#x}\")", call.ret()))
}
