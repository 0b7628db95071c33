//! The options and names of sockets, as Rust.

use crate::abi;
use crate::export::names::NamedCall;
use crate::order::{Call as C, Extra};

use super::call_code::{CallCode, fd, gives, just, named, pid, raw};

/// A call that asks or sets one.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these four")]
pub fn code(call: &NamedCall<'_>) -> Result<CallCode, String> {
    match &call.event.call {
        C::Getsockname { fd } | C::Getpeername { fd } => {
            let asked = format!("{}::<UnixAddr>({})", call.event.call.name(), raw(call, *fd));
            let name = if let Extra::Name(name) = &call.event.outcome.extra { name.as_slice() } else { &[] };
            gives(asked, named(name))
        }
        C::Setsockopt { fd: end, option, value } => {
            let name = constant(option)?;
            let value = match option.as_str() {
                "sndtimeo" | "rcvtimeo" => format!("milliseconds({value})"),
                "linger" => linger(*value),
                _ => format!(
                    "{}_i32",
                    i32::try_from(*value).map_err(|_too_large| format!("the value {value} is no int"))?
                ),
            };
            just(format!("set_option({}, {name}, {value})", fd(call, *end)))
        }
        C::Getsockopt { fd: end, option } => asked(call, *end, option),
        other => Err(format!("{} has no form in Rust yet", other.name())),
    }
}

fn asked(call: &NamedCall<'_>, end: i32, option: &str) -> Result<CallCode, String> {
    let (end, name) = (fd(call, end), constant(option)?);
    let value = if let Extra::Value(value) = call.event.outcome.extra { value } else { 0 };
    match (option, &call.event.outcome.extra) {
        ("sndtimeo" | "rcvtimeo", _) => {
            gives(format!("get_option::<libc::timeval>({end}, {name})"), format!("milliseconds({value})"))
        }
        ("linger", _) if value >= 0 => gives(format!("get_option::<libc::linger>({end}, {name})"), linger(value)),
        ("linger", _) => gives(format!("get_option::<libc::linger>({end}, {name}).map(|linger| linger.l_onoff)"), "0"),
        ("peercred", Extra::Peer(creds)) => gives(
            format!("get_option::<libc::ucred>({end}, {name}).map(|peer| Pid::from_raw(peer.pid))"),
            pid(call, creds.pid),
        ),
        ("peercred", _) => gives(format!("get_option::<libc::ucred>({end}, {name}).map(drop)"), "()"),
        _ => gives(format!("get_option::<i32>({end}, {name})"), value.to_string()),
    }
}

fn constant(option: &str) -> Result<String, String> {
    let row = abi::SOCKET_OPTIONS.iter().find(|row| row.0 == option);
    row.map(|row| format!("libc::{}", row.1)).ok_or_else(|| format!("the option {option} has no form in Rust yet"))
}

fn linger(value: i64) -> String {
    format!("libc::linger {{ l_onoff: {}, l_linger: {} }}", u8::from(value >= 0), value.max(0))
}
