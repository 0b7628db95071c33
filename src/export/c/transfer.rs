//! The calls that write, read and move bytes, as C.

use crate::abi::{self, flag_names};
use crate::export::names::Call;
use crate::order::{Call as C, ControlRoom, Extra, KEEP, Payload};
use crate::trace::{Brought, CallEvent};

use super::made::{Made, named, to};
use super::{literal, waiting};

/// Bytes of which a literal is written; longer ones are compared by their sum, or are a word repeated.
const LONGEST_LITERAL: usize = 400;

/// splice(2) and tee(2), without offsets.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these two")]
pub fn moving(call: &Call<'_>) -> Made {
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
    Made { call, ..Made::default() }
}

/// A call that writes.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that write")]
pub fn writing(call: &Call<'_>) -> Result<Made, String> {
    let event = call.event;
    let just = |call: String| Ok(Made { call, ..Made::default() });
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
            Ok(Made {
                before: vec![format!("struct iovec parts[] = {{ {} }};", parts.join(", "))],
                call: format!("writev({}, parts, {})", call.fd(*fd), data.len()),
                ..Made::default()
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
            Ok(Made { before, call, ..Made::default() })
        }
        _ => Err("a write has no form in C yet".to_owned()),
    }
}

/// A call that reads.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that read")]
pub fn reading(call: &Call<'_>) -> Result<Made, String> {
    let event = call.event;
    // A buffer has a byte at least.
    let room = event.call.room().unwrap_or(0).max(1);
    let mut made = Made { room, after: arrived(event), ..Made::default() };
    match &event.call {
        C::Read { fd, count } => made.call = format!("read({}, bytes, {count})", call.fd(*fd)),
        C::Recv { fd, count, flags } => {
            let flags = flag_names(abi::MSG_FLAGS, *flags);
            made.call = format!("recv({}, bytes, {count}, {flags})", call.fd(*fd));
        }
        C::Recvfrom { fd, count, flags } => {
            let flags = flag_names(abi::MSG_FLAGS, *flags);
            let number = call.fd(*fd);
            made.before = vec!["struct sockaddr_un from;".to_owned(), "socklen_t size = sizeof from;".to_owned()];
            made.call = format!("recvfrom({number}, bytes, {count}, {flags}, (struct sockaddr *)&from, &size)");
            made.after.push(match &event.outcome.extra {
                // Who has no name is told as an address of no length.
                Extra::From(name) if name.is_empty() => "equal(size, 0);".to_owned(),
                Extra::From(name) => format!("equal(is_address(&from, size, {}), 1);", named(name)),
                _ => "(void)from;".to_owned(),
            });
        }
        C::Readv { fd, counts } => {
            let mut at = 0;
            let mut parts = Vec::new();
            for count in counts {
                parts.push(format!("{{ .iov_base = bytes + {at}, .iov_len = {count} }}"));
                at += count;
            }
            made.before = vec![format!("struct iovec parts[] = {{ {} }};", parts.join(", "))];
            made.call = format!("readv({}, parts, {})", call.fd(*fd), counts.len());
        }
        C::Recvmsg { fd, count, room, flags } => {
            let room = match room {
                ControlRoom::None => "0".to_owned(),
                ControlRoom::Descriptors(count) => format!("room_for({}, {count})", call.fd(*fd)),
                ControlRoom::Bytes(bytes) => bytes.to_string(),
            };
            let flags = flag_names(abi::MSG_FLAGS, *flags);
            made.call = format!("receive_with({}, bytes, {count}, {room}, {flags})", call.fd(*fd));
            if let Extra::Message { flags, fds, creds, .. } = &event.outcome.extra {
                made.after.push(format!("equal(came.flags, {});", flag_names(abi::MSG_FLAGS, *flags)));
                made.after.push(format!("equal(came.count, {});", fds.len()));
                if let Some(creds) = creds {
                    made.after.push(format!("equal(came.pid, {});", call.pid(creds.pid)));
                }
            }
        }
        _ => return Err("a read has no form in C yet".to_owned()),
    }
    Ok(made)
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
