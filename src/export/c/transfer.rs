//! The calls that write, read and move bytes, as C.

use crate::abi::{self, flag_names};
use crate::export::names::NamedCall;
use crate::order::{Call as C, ControlRoom, Extra, IncomingMessage, KEEP, OutgoingMessage, Payload};
use crate::trace::{Brought, CallEvent};

use super::call_code::{CallCode, named, to};
use super::{literal, waiting};

/// Bytes of which a literal is written; longer ones are compared by their sum, or are a word repeated.
const LONGEST_LITERAL: usize = 400;

/// splice(2) and tee(2), without offsets.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these two")]
pub fn moving(call: &NamedCall<'_>) -> CallCode {
    let call = match call.event.call {
        C::Splice { from, to, count, flags } => {
            let flags = flag_names(abi::SPLICE_FLAGS, flags);
            format!("splice({}, NULL, {}, NULL, {count}, {flags})", call.fd(from), call.fd(to))
        }
        C::Tee { from, to, count, flags } => {
            format!("tee({}, {}, {count}, {})", call.fd(from), call.fd(to), flag_names(abi::SPLICE_FLAGS, flags))
        }
        _ => String::new(),
    };
    CallCode { call, ..CallCode::default() }
}

/// A call that writes.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that write")]
pub fn writing(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let event = call.event;
    let just = |call: String| Ok(CallCode { call, ..CallCode::default() });
    match &event.call {
        C::Write { fd, data } => just(format!("write({}, {}, {})", call.fd(*fd), bytes(data)?, data.len())),
        C::Send { fd, data, flags, to: address } => {
            let (fd, flags) = (call.fd(*fd), flag_names(abi::MSG_FLAGS, *flags));
            let (bytes, length) = (bytes(data)?, data.len());
            match address {
                None => just(format!("send({fd}, {bytes}, {length}, {flags})")),
                Some(address) => just(format!("send_to({fd}, {bytes}, {length}, {flags}, {})", to(address))),
            }
        }
        C::Writev { fd, data } => {
            let part = |part: &Payload| {
                bytes(part).map(|bytes| format!("{{ .iov_base = (char *){bytes}, .iov_len = {} }}", part.len()))
            };
            let parts: Vec<String> = data.iter().map(part).collect::<Result<_, _>>()?;
            Ok(CallCode {
                before: vec![format!("struct iovec parts[] = {{ {} }};", parts.join(", "))],
                call: format!("writev({}, parts, {})", call.fd(*fd), data.len()),
                ..CallCode::default()
            })
        }
        C::Vmsplice { fd, data, flags } => {
            let part = |part: &Payload| {
                let length = part.len();
                bytes(part).map(|bytes| format!("{{ .iov_base = own_pages({bytes}, {length}), .iov_len = {length} }}"))
            };
            let parts: Vec<String> = data.iter().map(part).collect::<Result<_, _>>()?;
            let flags = flag_names(abi::SPLICE_FLAGS, *flags);
            Ok(CallCode {
                before: vec![format!("struct iovec parts[] = {{ {} }};", parts.join(", "))],
                call: format!("vmsplice({}, parts, {}, {flags})", call.fd(*fd), data.len()),
                ..CallCode::default()
            })
        }
        C::Sendmsg { fd, data, fds: passed, creds, to: address, flags } => {
            let numbers: Vec<String> = passed.iter().map(|fd| call.fd(*fd)).collect();
            let before = if passed.is_empty() {
                Vec::new()
            } else {
                vec![format!("int passed[] = {{ {} }};", numbers.join(", "))]
            };
            let array = if passed.is_empty() { "NULL" } else { "passed" };
            let to = address.as_ref().map_or_else(|| "NULL, 0".to_owned(), to);
            let call = format!(
                "send_with({}, {}, {}, {array}, {}, {}, {to}, {})",
                call.fd(*fd),
                bytes(data)?,
                data.len(),
                passed.len(),
                u8::from(*creds),
                flag_names(abi::MSG_FLAGS, *flags),
            );
            Ok(CallCode { before, call, ..CallCode::default() })
        }
        _ => Err("a write has no form in C yet".to_owned()),
    }
}

/// sendmmsg(2): several messages by one call.
pub fn sending_many(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let C::Sendmmsg { fd, messages, flags } = &call.event.call else { return Ok(CallCode::default()) };
    let row = |message: &OutgoingMessage| {
        let numbers: Vec<String> = message.fds.iter().map(|fd| call.fd(*fd)).collect();
        let passed = match numbers.len() {
            0 => String::new(),
            count => format!(", .fds = (int[]){{ {} }}, .count = {count}", numbers.join(", ")),
        };
        let size = message.data.len();
        bytes(&message.data).map(|bytes| format!("{{ .bytes = {bytes}, .size = {size}{passed} }}"))
    };
    let rows: Vec<String> = messages.iter().map(row).collect::<Result<_, _>>()?;
    let sent = if let Extra::Messages(sent) = &call.event.outcome.extra { sent.as_slice() } else { &[] };
    let check = |(at, sent): (usize, &IncomingMessage)| format!("equal(sent[{at}].length, {});", sent.len);
    Ok(CallCode {
        before: vec![format!("struct message sent[] = {{ {} }};", rows.join(", "))],
        call: format!("send_many({}, sent, {}, {})", call.fd(*fd), messages.len(), flag_names(abi::MSG_FLAGS, *flags)),
        after: sent.iter().enumerate().map(check).collect(),
        ..CallCode::default()
    })
}

/// recvmmsg(2): several messages by one call, each to its own part of the buffer.
pub fn receiving_many(call: &NamedCall<'_>) -> CallCode {
    let C::Recvmmsg { fd, count, messages, flags } = &call.event.call else { return CallCode::default() };
    let came = if let Extra::Messages(came) = &call.event.outcome.extra { came.as_slice() } else { &[] };
    let mut data = call.event.outcome.data.as_slice();
    let mut after = Vec::new();
    for (at, message) in came.iter().enumerate() {
        let (here, rest) = data.split_at(usize::try_from(message.len).map_or(data.len(), |len| len.min(data.len())));
        data = rest;
        after.push(format!("equal(came[{at}].length, {});", message.len));
        after.push(format!("equal(came[{at}].flags, {});", flag_names(abi::MSG_FLAGS, message.flags)));
        if !here.is_empty() {
            let known = &here[..here.len().min(LONGEST_LITERAL)];
            after.push(format!("same(came[{at}].bytes, {}, {});", literal::string(known), known.len()));
        }
    }
    let rows: Vec<String> = (0..(*messages).max(1))
        .map(|at| format!("{{ .bytes = bytes + {}, .size = {count} }}", u64::from(at) * count))
        .collect();
    CallCode {
        before: vec![format!("struct message came[] = {{ {} }};", rows.join(", "))],
        call: format!("receive_many({}, came, {messages}, {})", call.fd(*fd), flag_names(abi::MSG_FLAGS, *flags)),
        after,
        room: (u64::from(*messages) * count).max(1),
        ..CallCode::default()
    }
}

/// A call that reads.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that read")]
pub fn reading(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let event = call.event;
    // A buffer has a byte at least.
    let room = event.call.room().unwrap_or(0).max(1);
    let mut code = CallCode { room, after: arrived(event), ..CallCode::default() };
    match &event.call {
        C::Read { fd, count } => code.call = format!("read({}, bytes, {count})", call.fd(*fd)),
        C::Recv { fd, count, flags } => {
            let flags = flag_names(abi::MSG_FLAGS, *flags);
            code.call = format!("recv({}, bytes, {count}, {flags})", call.fd(*fd));
        }
        C::Recvfrom { fd, count, flags } => {
            let flags = flag_names(abi::MSG_FLAGS, *flags);
            let number = call.fd(*fd);
            code.before = vec!["struct sockaddr_un from;".to_owned(), "socklen_t size = sizeof from;".to_owned()];
            code.call = format!("recvfrom({number}, bytes, {count}, {flags}, (struct sockaddr *)&from, &size)");
            code.after.push(match &event.outcome.extra {
                // Who has no name is told as an address of no length.
                Extra::From(name) if name.is_empty() => "equal(size, 0);".to_owned(),
                Extra::From(name) => format!("equal(is_address(&from, size, {}), 1);", named(name)),
                _ => "(void)from;".to_owned(),
            });
        }
        C::Readv { fd, counts } => {
            code.before = vec![scattered(counts)];
            code.call = format!("readv({}, parts, {})", call.fd(*fd), counts.len());
        }
        C::VmspliceOut { fd, counts, flags } => {
            let flags = flag_names(abi::SPLICE_FLAGS, *flags);
            code.before = vec![scattered(counts)];
            code.call = format!("vmsplice({}, parts, {}, {flags})", call.fd(*fd), counts.len());
        }
        C::Recvmsg { fd, count, room, flags } => {
            let room = match room {
                ControlRoom::None => "0".to_owned(),
                ControlRoom::Descriptors(count) => format!("room_for({}, {count})", call.fd(*fd)),
                ControlRoom::Bytes(bytes) => bytes.to_string(),
            };
            let flags = flag_names(abi::MSG_FLAGS, *flags);
            code.call = format!("receive_with({}, bytes, {count}, {room}, {flags})", call.fd(*fd));
            if let Extra::Message { flags, fds, creds, .. } = &event.outcome.extra {
                code.after.push(format!("equal(came.flags, {});", flag_names(abi::MSG_FLAGS, *flags)));
                code.after.push(format!("equal(came.count, {});", fds.len()));
                if let Some(creds) = creds {
                    code.after.push(format!("equal(came.pid, {});", call.pid(creds.pid)));
                }
            }
        }
        _ => return Err("a read has no form in C yet".to_owned()),
    }
    Ok(code)
}

/// Parts of the one buffer that a program reads into.
fn scattered(counts: &[u64]) -> String {
    let mut at = 0;
    let mut parts = Vec::new();
    for count in counts {
        parts.push(format!("{{ .iov_base = bytes + {at}, .iov_len = {count} }}"));
        at += count;
    }
    format!("struct iovec parts[] = {{ {} }};", parts.join(", "))
}

/// That the bytes are those that were seen.
fn arrived(event: &CallEvent) -> Vec<String> {
    let data = &event.outcome.data;
    let Some(ret) = event.ret.filter(|ret| *ret > 0) else { return Vec::new() };
    if let Some(Brought::Signals(signals)) = &event.names.brought {
        return waiting::signals(signals);
    }
    let count = u64::from(ret.unsigned_abs()).min(event.call.room().unwrap_or(0));
    let is_whole = data.len() as u64 == count && data.len() <= KEEP;
    match (is_whole, event.outcome.hash) {
        (true, _) if data.len() <= LONGEST_LITERAL => {
            vec![format!("same(bytes, {}, {});", literal::string(data), data.len())]
        }
        (true, _) => {
            vec![format!("equal(sum(bytes, {count}), (long){:#x}ULL);", crate::order::hash(data.iter().copied()))]
        }
        (false, Some(hash)) => vec![format!("equal(sum(bytes, {count}), (long){hash:#x}ULL);")],
        (false, None) => {
            let known = &data[..data.len().min(LONGEST_LITERAL)];
            vec![format!("same(bytes, {}, {});", literal::string(known), known.len())]
        }
    }
}

/// Bytes to write: a literal, or a word repeated.
fn bytes(data: &Payload) -> Result<String, String> {
    if data.rest > 0 {
        return Err("bytes that nobody has seen cannot be written".to_owned());
    }
    let length = usize::try_from(data.len()).unwrap_or(usize::MAX);
    if length <= LONGEST_LITERAL || data.times <= 1 {
        return Ok(literal::string(&data.iter().collect::<Vec<u8>>()));
    }
    Ok(format!("many({}, {}, {})", literal::string(&data.word), data.word.len(), data.times))
}
