//! From the text behind a call to what it returned, and what it brought.

use crate::abi::{self, Errno};
use crate::order::{Credentials, Extra, IncomingMessage, KEEP, Outcome};

use super::buffers::rights;
use super::calls::{EPOLL_EVENTS, address, epoll_data};
use super::text::{annotation, field, flags, int, number, parts, string, value};

/// What stands behind ` = `.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoggedResult<'a> {
    /// It returned this; what follows may say more.
    Value(i64, &'a str),
    /// It failed.
    Failed(Errno),
    /// A signal took it out of the kernel, and it begins again or fails with EINTR.
    Interrupted,
    /// It is not told, or it never returned.
    Unknown,
}

/// Reads the text behind the closing parenthesis.
pub fn answer(text: &str) -> LoggedResult<'_> {
    let Some(text) = text.trim_start().strip_prefix("= ") else { return LoggedResult::Unknown };
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let name = rest.split(' ').next().unwrap_or("");
    match first {
        "?" if name.starts_with("ERESTART") => LoggedResult::Interrupted,
        "?" => LoggedResult::Unknown,
        "-1" if name.starts_with('E') => Errno::from_name(name).map_or(LoggedResult::Unknown, LoggedResult::Failed),
        _ => number(first).map_or(LoggedResult::Unknown, |value| LoggedResult::Value(value, text)),
    }
}

/// What a call brought that returned `moved`; `tail` is the text of its result.
pub fn outcome(name: &str, arguments: &[&str], moved: i64, tail: &str) -> Option<Outcome> {
    let at = |place: usize| arguments.get(place).copied().unwrap_or("");
    let extra = match name {
        "read" => return Some(data(at(1))),
        "recvfrom" | "recv" => {
            let mut outcome = data(at(1));
            if at(4).contains('{') {
                outcome.extra = Extra::From(crate::text::name_bytes(&address(at(4)).shown));
            }
            return Some(outcome);
        }
        "readv" => return Some(scattered(value(at(1)), moved)),
        "recvmsg" => return Some(received(value(at(1)), moved)),
        "recvmmsg" => return Some(received_many(value(at(1)))),
        "pipe" | "pipe2" => array(at(0))?,
        "socketpair" => array(arguments.last()?)?,
        "poll" | "ppoll" => Extra::Revents(revents(at(0), tail)),
        "epoll_wait" | "epoll_pwait" => {
            let one = |part: &str| {
                (epoll_data(part), flags(field(part, "events").unwrap_or(""), EPOLL_EVENTS).cast_unsigned())
            };
            Extra::Epoll(parts(value(at(1))).into_iter().filter(|part| part.starts_with('{')).map(one).collect())
        }
        "getsockopt" => Extra::Value(parts(value(at(3))).first().and_then(|one| number(one)).unwrap_or(0)),
        "getsockname" | "getpeername" => Extra::Name(crate::text::name_bytes(&address(at(1)).shown)),
        "wait4" | "waitpid" if moved > 0 => Extra::Status(status(at(1))?),
        "accept" | "accept4" => Extra::Accepted { peer: peer(&annotation(tail)?)? },
        _ => return None,
    };
    Some(Outcome { extra, ..Outcome::default() })
}

fn data(text: &str) -> Outcome {
    let mut data = string(value(text)).map(|text| text.0).unwrap_or_default();
    data.truncate(KEEP);
    Outcome { data, ..Outcome::default() }
}

/// The bytes of several buffers, as far as they are known without a gap.
fn scattered(list: &str, moved: i64) -> Outcome {
    let mut data = Vec::new();
    for part in parts(list) {
        let Some((bytes, is_cut)) = field(part, "iov_base").and_then(string) else { break };
        data.extend(bytes);
        if is_cut {
            break;
        }
    }
    data.truncate(usize::try_from(moved).unwrap_or(0).min(KEEP));
    Outcome { data, ..Outcome::default() }
}

fn received(message: &str, moved: i64) -> Outcome {
    let mut outcome = scattered(field(message, "msg_iov").unwrap_or(""), moved);
    let (fds, creds) = rights(message);
    let id = |name: &str| creds.and_then(|creds| field(creds, name)).and_then(int);
    let creds = id("pid").map(|pid| Credentials {
        pid,
        uid: id("uid").unwrap_or(0).cast_unsigned(),
        gid: id("gid").unwrap_or(0).cast_unsigned(),
    });
    let flags = field(message, "msg_flags").map_or(0, |text| flags(text, abi::MSG_FLAGS));
    let control = field(message, "msg_controllen").and_then(number).unwrap_or(0).cast_unsigned();
    outcome.extra = Extra::Message { flags, fds, creds, control };
    outcome
}

fn received_many(list: &str) -> Outcome {
    let mut all = Outcome::default();
    let mut messages = Vec::new();
    for part in parts(list) {
        let Some(len) = field(part, "msg_len").and_then(number) else { continue };
        let one = received(field(part, "msg_hdr").unwrap_or(""), len);
        all.data.extend(one.data);
        if let Extra::Message { flags, fds, creds, .. } = one.extra {
            messages.push(IncomingMessage { len: len.cast_unsigned(), flags, fds, creds });
        }
    }
    all.extra = Extra::Messages(messages);
    all
}

fn array(text: &str) -> Option<Extra> {
    let numbers: Vec<i32> = parts(value(text)).into_iter().filter_map(int).collect();
    Some(Extra::Array(<[i32; 2]>::try_from(numbers).ok()?))
}

/// `1 ([{fd=3, revents=POLLIN}])`: for each descriptor that was asked about, in order.
fn revents(asked: &str, tail: &str) -> Vec<i16> {
    let list = tail.find('(').map_or("", |start| &tail[start + 1..]);
    let answers: Vec<(i32, i16)> = parts(list)
        .into_iter()
        .filter_map(|part| {
            let events = flags(field(part, "revents")?, abi::POLL_EVENTS);
            Some((int(field(part, "fd")?)?, i16::try_from(events).unwrap_or(i16::MAX)))
        })
        .collect();
    let fds = parts(value(asked)).into_iter().filter_map(|part| int(field(part, "fd")?));
    fds.map(|fd| answers.iter().find(|row| row.0 == fd).map_or(0, |row| row.1)).collect()
}

/// `[{WIFEXITED(s) && WEXITSTATUS(s) == 7}]` as the word of wait(2).
fn status(text: &str) -> Option<i32> {
    let number = |behind: &str| {
        let start = text.find(behind)? + behind.len();
        let word: String = text[start..].chars().take_while(char::is_ascii_alphanumeric).collect();
        Some(word)
    };
    if let Some(code) = number("WEXITSTATUS(s) == ") {
        return Some((code.parse::<i32>().ok()? & 0xff) << 8);
    }
    if let Some(signal) = number("WTERMSIG(s) == ") {
        return Some(super::calls::signal(&signal) & 0x7f);
    }
    let signal = number("WSTOPSIG(s) == ")?;
    Some((super::calls::signal(&signal) << 8) | 0x7f)
}

/// The peer in `UNIX-STREAM:[2->1]`.
pub fn peer(annotation: &str) -> Option<u64> {
    let behind = annotation.split_once("->")?.1;
    let end = behind.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(behind.len());
    behind[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_read() {
        assert!(matches!(answer(" = 3<pipe:[7]>"), LoggedResult::Value(3, _)));
        assert!(matches!(answer("       = 0 (Timeout)"), LoggedResult::Value(0, _)));
        assert!(matches!(answer(" = 0x7f12"), LoggedResult::Value(0x7f12, _)));
        assert_eq!(answer(" = -1 EPIPE (Broken pipe)"), LoggedResult::Failed(Errno::EPIPE));
        assert_eq!(answer(" = ? ERESTARTSYS (To be restarted)"), LoggedResult::Interrupted);
        assert_eq!(answer(" = ?"), LoggedResult::Unknown);
        assert_eq!(answer(""), LoggedResult::Unknown);
    }

    #[test]
    fn a_status_is_the_word_that_wait_fills() {
        assert_eq!(status("[{WIFEXITED(s) && WEXITSTATUS(s) == 7}]"), Some(7 << 8));
        assert_eq!(status("[{WIFSIGNALED(s) && WTERMSIG(s) == SIGABRT}]"), Some(6));
        assert_eq!(status("NULL"), None);
    }

    #[test]
    fn polls_answer_in_the_order_asked() {
        let asked = "[{fd=3, events=POLLIN}, {fd=4, events=POLLIN|POLLOUT}]";
        assert_eq!(revents(asked, "1 ([{fd=4, revents=POLLIN|POLLHUP}])"), [0, 0x11]);
        assert_eq!(revents(asked, "0 (Timeout)"), [0, 0]);
    }
}
