//! The calls that write, read and move bytes, as Rust.

use crate::abi::{self, flag_names};
use crate::export::names::NamedCall;
use crate::order::{Call as C, ControlRoom, Extra, KEEP, OutgoingMessage};
use crate::trace::Brought;

use super::call_code::{self, CallCode, fd, gives, pid, raw};
use super::literal::{self, message_flags, payload};

/// splice(2) and tee(2), without offsets.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these two")]
pub fn moving(call: &NamedCall<'_>) -> CallCode {
    let flags_of = |flags: i32| {
        let names = flag_names(abi::SPLICE_FLAGS, flags);
        let name = |name: &str| if name.starts_with("SPLICE") { format!("libc::{name}") } else { name.to_owned() };
        names.split('|').map(name).collect::<Vec<_>>().join(" | ")
    };
    let text = match call.event.call {
        C::Splice { from, to, count, flags } | C::Tee { from, to, count, flags } => {
            let name = call.event.call.name();
            format!("{name}({}, {}, {count}, {})", fd(call, from), fd(call, to), flags_of(flags))
        }
        _ => String::new(),
    };
    CallCode { call: text, ok: call.ret().to_string(), ..CallCode::default() }
}

/// A call that writes.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that write")]
pub fn writing(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let written = match &call.event.call {
        C::Write { fd: end, data } => format!("write({}, {})", fd(call, *end), payload(data)?),
        C::Send { fd: end, data, flags, to: None } => {
            format!("send({}, {}, {})", raw(call, *end), payload(data)?, message_flags(*flags))
        }
        C::Send { fd: end, data, flags, to: Some(to) } => {
            let (to, flags) = (call_code::address(to)?, message_flags(*flags));
            format!("sendto({}, {}, {to}, {flags})", raw(call, *end), payload(data)?)
        }
        C::Writev { fd: end, data } => {
            let part = |part| payload(part).map(|bytes| format!("IoSlice::new({bytes})"));
            let parts: Vec<String> = data.iter().map(part).collect::<Result<_, _>>()?;
            format!("writev({}, &[{}])", fd(call, *end), parts.join(", "))
        }
        C::Sendmsg { fd: end, data, fds, creds, to, flags } => {
            let mut control = Vec::new();
            if !fds.is_empty() {
                control.push(format!("ControlMessage::ScmRights(&[{}])", numbers(call, fds)));
            }
            if *creds {
                control.push("ControlMessage::ScmCredentials(&UnixCredentials::new())".to_owned());
            }
            let to = to.as_ref().map(call_code::address).transpose()?;
            let to = to.map_or_else(|| "None::<&UnixAddr>".to_owned(), |to| format!("Some({to})"));
            let (data, control, flags) = (payload(data)?, control.join(", "), message_flags(*flags));
            format!("sendmsg({}, &[IoSlice::new({data})], &[{control}], {flags}, {to})", raw(call, *end))
        }
        C::Sendmmsg { fd: end, messages, flags } => return sending_many(call, *end, messages, *flags),
        _ => return Err("a write has no form in Rust yet".to_owned()),
    };
    gives(written, call.ret().to_string())
}

fn numbers(call: &NamedCall<'_>, fds: &[i32]) -> String {
    fds.iter().map(|fd| raw(call, *fd)).collect::<Vec<_>>().join(", ")
}

fn sending_many(call: &NamedCall<'_>, end: i32, messages: &[OutgoingMessage], flags: i32) -> Result<CallCode, String> {
    let row = |message: &OutgoingMessage| {
        payload(&message.data).map(|data| format!("message({data}, &[{}])", numbers(call, &message.fds)))
    };
    let rows: Vec<String> = messages.iter().map(row).collect::<Result<_, _>>()?;
    let sent = if let Extra::Messages(sent) = &call.event.outcome.extra { sent.as_slice() } else { &[] };
    let lengths: Vec<String> = sent.iter().map(|sent| sent.len.to_string()).collect();
    gives(
        format!("send_many({}, &[{}], {})", fd(call, end), rows.join(", "), message_flags(flags)),
        format!("vec![{}]", lengths.join(", ")),
    )
}

/// A call that reads bytes alone.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over calls that read")]
pub fn reading(call: &NamedCall<'_>) -> CallCode {
    let event = call.event;
    let (mut read, mut ok) = (String::new(), call.ret().to_string());
    match &event.call {
        C::Read { fd: end, count } => read = format!("read({}, &mut bytes[..{count}])", fd(call, *end)),
        C::Recv { fd: end, count, flags } => {
            read = format!("recv({}, &mut bytes[..{count}], {})", raw(call, *end), message_flags(*flags));
        }
        C::Recvfrom { fd: end, count, flags } => {
            let whom = match &event.outcome.extra {
                Extra::From(name) if !name.is_empty() => format!("Some({})", call_code::named(name)),
                _ => "None".to_owned(),
            };
            read = format!("receive_from({}, &mut bytes[..{count}], {})", fd(call, *end), message_flags(*flags));
            ok = format!("({ok}, {whom})");
        }
        C::Readv { fd: end, counts } => {
            let sizes: Vec<String> = counts.iter().map(ToString::to_string).collect();
            read = format!("readv({}, &mut parts_of(&mut bytes, &[{}]))", fd(call, *end), sizes.join(", "));
        }
        _ => {}
    }
    CallCode {
        call: read,
        ok,
        room: event.call.room().unwrap_or(0).max(1),
        after: arrived(call),
        ..CallCode::default()
    }
}

/// A call that brings messages with what belongs to them.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these two")]
pub fn receiving(call: &NamedCall<'_>) -> Result<CallCode, String> {
    let outcome = &call.event.outcome;
    match &call.event.call {
        C::Recvmsg { fd: end, count, room, flags } => {
            let room = match room {
                ControlRoom::None => "0".to_owned(),
                ControlRoom::Descriptors(count) => format!("room_for({}, {count})", fd(call, *end)),
                ControlRoom::Bytes(bytes) => bytes.to_string(),
            };
            let mut code = gives(
                format!("receive_with({}, &mut bytes[..{count}], {room}, {})", fd(call, *end), message_flags(*flags)),
                String::new(),
            )?;
            if let Extra::Message { flags, fds, creds, .. } = &outcome.extra {
                let fds = fds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                let sender = creds.map_or_else(|| "None".to_owned(), |creds| format!("Some({})", pid(call, creds.pid)));
                code.ok = format!(
                    "Received {{ length: {}, flags: {}, fds: vec![{fds}], sender: {sender} }}",
                    call.ret(),
                    message_flags(*flags)
                );
            }
            code.after = arrived(call);
            code.room = call.event.call.room().unwrap_or(0).max(1);
            Ok(code)
        }
        C::Recvmmsg { fd: end, count, messages, flags } => {
            let came = if let Extra::Messages(came) = &outcome.extra { came.as_slice() } else { &[] };
            let rows: Vec<String> =
                came.iter().map(|message| format!("({}, {})", message.len, message_flags(message.flags))).collect();
            let mut code = gives(
                format!("receive_many({}, &mut bytes, {count}, {messages}, {})", fd(call, *end), message_flags(*flags)),
                format!("vec![{}]", rows.join(", ")),
            )?;
            let mut data = outcome.data.as_slice();
            for (at, message) in came.iter().enumerate() {
                let length = usize::try_from(message.len).map_or(data.len(), |length| length.min(data.len()));
                let (here, rest) = data.split_at(length);
                data = rest;
                let (known, begin) = (&here[..length.min(literal::LONGEST)], at as u64 * count);
                let end = begin + known.len() as u64;
                code.after.push(format!("assert_eq!(&bytes[{begin}..{end}], {});", literal::bytes(known)));
            }
            code.room = u64::from(*messages) * count + 1;
            Ok(code)
        }
        other => Err(format!("{} has no form in Rust yet", other.name())),
    }
}

/// That the bytes are those that were seen.
fn arrived(call: &NamedCall<'_>) -> Vec<String> {
    let outcome = &call.event.outcome;
    let Some(ret) = call.event.ret.filter(|ret| *ret > 0) else { return Vec::new() };
    let data = &outcome.data;
    let count = u64::from(ret.unsigned_abs()).min(call.event.call.room().unwrap_or(0));
    if let Some(Brought::Signals(signals)) = &call.event.names.brought {
        let numbers: Vec<String> = signals.iter().map(|(signal, _)| signal.to_string()).collect();
        return vec![format!("assert_eq!(signals_in(&bytes[..{count}]), [{}]);", numbers.join(", "))];
    }
    let is_whole = data.len() as u64 == count && data.len() <= KEEP;
    let hash = if is_whole { Some(crate::order::hash(data.iter().copied())) } else { outcome.hash };
    match hash {
        Some(hash) if !is_whole || data.len() > literal::LONGEST => {
            vec![format!("assert_eq!(hash_of(&bytes[..{count}]), {hash:#x});")]
        }
        _ => {
            let known = &data[..data.len().min(literal::LONGEST)];
            vec![format!("assert_eq!(&bytes[..{}], {});", known.len(), literal::bytes(known))]
        }
    }
}
