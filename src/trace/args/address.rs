//! Socket addresses as strace writes them.

use super::{Arg, escaped};
use crate::order::{Extra, SocketAddress};
use crate::trace::CallEvent;

/// Who sent it, as recvfrom(2) tells.
pub fn sender(event: &CallEvent) -> [Arg; 2] {
    let Extra::From(name) = &event.outcome.extra else {
        return [Arg::out(event, "src_addr", "NULL".to_owned()), Arg::out(event, "addrlen", "[110]".to_owned())];
    };
    let (text, size) = match &**name {
        // Of a stream the kernel says nothing, not even the family.
        [] => ("NULL".to_owned(), 0),
        name => told(name),
    };
    [Arg::out(event, "src_addr", text), Arg::out(event, "addrlen", format!("[110 => {size}]"))]
}

/// The same of a name that the kernel tells: the zero byte behind a file's name is counted though sun_path has no room for it.
pub fn told(name: &[u8]) -> (String, i64) {
    let (text, size) = sun_path(name);
    let is_full = name.len() == SocketAddress::MOST && name.first() != Some(&b'@');
    (text, size + i64::from(is_full))
}

/// Where a call binds, connects or sends to, and how long that is.
pub fn to(name: &'static str, to: &SocketAddress) -> [Arg; 2] {
    let (text, size) = sun_path(&crate::text::name_bytes(&to.shown));
    [Arg::word(name, text), Arg::number("addrlen", size)]
}

/// The structure, and its size for the name as it is shown: what makes a name unique to the run is left out of both.
pub fn sun_path(name: &[u8]) -> (String, i64) {
    let length = i64::try_from(name.len()).unwrap_or(0);
    match name {
        [] => ("{sa_family=AF_UNIX}".to_owned(), 2),
        [b'@', rest @ ..] => (format!("{{sa_family=AF_UNIX, sun_path=@\"{}\"}}", escaped(rest)), 2 + length),
        // A file's name ends with a zero byte, if sun_path has room for it.
        _ => {
            let zero = i64::from(name.len() < SocketAddress::MOST);
            (format!("{{sa_family=AF_UNIX, sun_path=\"{}\"}}", escaped(name)), 2 + length + zero)
        }
    }
}
