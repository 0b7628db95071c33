//! Arguments of the calls that ask for an option or a flag, or change one.

use super::super::CallEvent;
use super::{Arg, end, message};
use crate::abi::{self, Errno, flag_names};
use crate::order::{Call, Extra};

/// getsockopt, setsockopt, and ioctl with SIOCATMARK.
#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
pub fn args(event: &CallEvent) -> Vec<Arg> {
    let (fd, option, value) = match &event.call {
        Call::Getsockopt { fd, option } => (*fd, option.as_str(), None),
        Call::Setsockopt { fd, option, value } => (*fd, option.as_str(), Some(*value)),
        Call::Atmark { fd } => {
            let Extra::Value(value) = event.outcome.extra else {
                let unknown = Arg::out(event, "argp", "[0]");
                return vec![end("fd", event, *fd), Arg::word("op", "SIOCATMARK"), unknown];
            };
            let answer = Arg::out(event, "argp", format!("[{value}]"));
            return vec![end("fd", event, *fd), Arg::word("op", "SIOCATMARK"), answer];
        }
        _ => return Vec::new(),
    };
    let name = abi::SOCKET_OPTIONS.iter().find(|row| row.0 == option).map_or("SO_?", |row| row.1);
    let mut all = vec![end("sockfd", event, fd), Arg::word("level", "SOL_SOCKET"), Arg::word("optname", name)];
    if let Some(value) = value {
        let (text, size) = option_value(option, value);
        all.extend([Arg::word("optval", text), Arg::number("optlen", size)]);
        return all;
    }
    let (text, size) = match event.outcome.extra {
        Extra::Value(value) => option_value(option, value),
        Extra::Peer(creds) => (message::credentials(event, creds), 12),
        _ => ("NULL".to_owned(), 4),
    };
    all.push(Arg::out(event, "optval", text));
    all.push(Arg { out: true, ..Arg::word("optlen", format!("[{size}]")) });
    all
}

/// An option's value as strace shows it, and its size in bytes.
fn option_value(option: &str, value: i64) -> (String, i64) {
    let int = i32::try_from(value).unwrap_or(-1);
    match option {
        "sndtimeo" | "rcvtimeo" => {
            (format!("{{tv_sec={}, tv_usec={}}}", value.div_euclid(1000), value.rem_euclid(1000) * 1000), 16)
        }
        // -1 is off: on with 0 seconds is something else.
        "linger" => (format!("{{l_onoff={}, l_linger={}}}", i32::from(value >= 0), value.max(0)), 8),
        "error" if value != 0 => (format!("[{}]", Errno(int).name()), 4),
        "type" => (format!("[{}]", abi::type_name(int)), 4),
        "domain" => (format!("[{}]", abi::domain_name(int)), 4),
        _ => (format!("[{value}]"), 4),
    }
}

/// fcntl.
#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
pub fn fcntl(event: &CallEvent) -> Vec<Arg> {
    const STATUS: &[(&str, i32)] =
        &[("O_APPEND", 0o2000), ("O_NONBLOCK", abi::NONBLOCK), ("O_ASYNC", 0o20000), ("O_DIRECT", abi::DIRECT)];
    const ACCESS: i32 = 3;
    match (&event.call, &event.outcome.extra) {
        (Call::SetNonblock { fd, on }, extra) => {
            let flags = match extra {
                Extra::Value(value) => i32::try_from(*value).unwrap_or(0),
                _ => 2 | if *on { abi::NONBLOCK } else { 0 },
            };
            let access = ["O_RDONLY", "O_WRONLY", "O_RDWR"].get(usize::try_from(flags & ACCESS).unwrap_or(2));
            let mut text = access.copied().unwrap_or("O_RDWR").to_owned();
            if flags & !ACCESS != 0 {
                text = format!("{text}|{}", flag_names(STATUS, flags & !ACCESS));
            }
            vec![end("fd", event, *fd), Arg::word("op", "F_SETFL"), Arg::word("arg", text)]
        }
        (Call::SetCloexec { fd, on }, _) => {
            let flag = if *on { "FD_CLOEXEC" } else { "0" };
            vec![end("fd", event, *fd), Arg::word("op", "F_SETFD"), Arg::word("arg", flag)]
        }
        (Call::GetPipeSize { fd }, _) => vec![end("fd", event, *fd), Arg::word("op", "F_GETPIPE_SZ")],
        (Call::SetPipeSize { fd, size }, _) => {
            vec![end("fd", event, *fd), Arg::word("op", "F_SETPIPE_SZ"), Arg::number("arg", *size)]
        }
        _ => Vec::new(),
    }
}
