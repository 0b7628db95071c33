//! What a call of a log says of descriptors: which it names, which it makes, what annotations tell of them.

use std::borrow::Cow;

use crate::order::{Call, Extra, Outcome};
use crate::strace_log::answers::peer;
use crate::strace_log::text::{annotation, int, value};
use crate::trace::{Side, Thing};

/// The numbers that a call names.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others name no further number")]
pub fn about(call: &Call) -> Vec<i32> {
    let also = match call {
        Call::Dup2 { to, .. } | Call::Dup3 { to, .. } => Some(*to),
        _ => None,
    };
    call.fd().into_iter().chain(call.more_fds()).chain(also).collect()
}

/// Whether an annotation in it is a channel's.
pub fn names_channel(argument: &str) -> bool {
    /// The same in the escapes of `strace -xx`: `<pip`, `<UNI`.
    const ESCAPED: [&str; 2] = ["<\\x70\\x69\\x70", "<\\x55\\x4e\\x49"];
    let names = ["<pipe:[", "<UNIX"].into_iter().chain(ESCAPED);
    names.into_iter().any(|name| argument.contains(name))
}

/// Every descriptor in an argument, a list of poll's among them, with its annotation.
pub fn annotated(argument: &str) -> Vec<(i32, Cow<'_, str>)> {
    let fields = crate::strace_log::text::parts(value(argument));
    let of_list = fields.iter().filter_map(|part| crate::strace_log::text::field(part, "fd"));
    let single = std::iter::once(value(argument)).chain(fields.iter().copied());
    of_list.chain(single).filter_map(|text| Some((int(text)?, annotation(text)?))).collect()
}

/// What an annotation names; none of what does not tell.
pub fn thing(text: &str, side: Side) -> Option<Thing> {
    let inode = |text: &str| {
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u64>().ok()
    };
    if let Some(rest) = text.strip_prefix("pipe:[") {
        return Some(Thing::Pipe { inode: inode(rest)?, side });
    }
    if let Some(rest) = text.strip_prefix("UNIX") {
        let (kind, rest) = rest.split_once(":[")?;
        let kind = if kind == "-STREAM" { crate::abi::SOCK_STREAM } else { crate::abi::SOCK_DGRAM };
        let address = rest.split_once(',').map(|named| named.1).and_then(|name| {
            let (bytes, _) = crate::strace_log::text::string(name)?;
            Some(crate::text::name(&if name.starts_with('@') { [b"@", bytes.as_slice()].concat() } else { bytes }))
        });
        return Some(Thing::Socket { kind, inode: inode(rest)?, peer: peer(rest), address, listens: false });
    }
    let kind = match text {
        _ if text.starts_with("/dev/pts/") || text.starts_with("/dev/tty") => "tty",
        _ if text.starts_with("TCP") || text.starts_with("UDP") => "inet",
        _ if text.starts_with("anon_inode:") => "anon_inode",
        _ if text.starts_with("socket:") => return None,
        _ => "file",
    };
    Some(Thing::Object { kind: kind.to_owned(), name: text.to_owned() })
}

/// Which side of a pipe a call uses; where it does not tell, by the number's habit.
#[expect(clippy::wildcard_enum_match_arm, reason = "of all others the call does not tell")]
pub fn side_in(call: &Call, fd: i32) -> Side {
    match call {
        Call::Read { .. } | Call::Readv { .. } => Side::Reads,
        Call::Splice { from, .. } | Call::Sendfile { from, .. } if *from == fd => Side::Reads,
        Call::Splice { .. } | Call::Sendfile { .. } => Side::Writes,
        _ if fd == 0 => Side::Reads,
        _ => Side::Writes,
    }
}

/// The numbers that a returned call has made.
pub fn made(call: &Call, ret: i32, outcome: Option<&Outcome>) -> Vec<i32> {
    match outcome.map(|outcome| &outcome.extra) {
        Some(Extra::Array(pair)) => return pair.to_vec(),
        Some(Extra::Message { fds, .. }) => return fds.clone(),
        Some(Extra::Messages(messages)) => return messages.iter().flat_map(|one| one.fds.clone()).collect(),
        _ => {}
    }
    // Which side of a pipe pidfd_getfd(2) has taken, only its use tells.
    if call.returns_descriptor() && !matches!(call, Call::Other { .. }) { vec![ret] } else { Vec::new() }
}
