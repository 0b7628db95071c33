//! Buffers, and what goes with them: of writev(2) and of messages.

use crate::order::{KEEP, Payload};

use super::text::{field, int, number, parts, string, value};

/// A buffer of which the log has a beginning.
pub fn payload(text: &str, length: u64) -> Payload {
    let (mut bytes, _) = string(value(text)).unwrap_or_default();
    bytes.truncate(KEEP);
    Payload::beginning(bytes, length)
}

/// The buffers of a list of them.
pub fn buffers(text: &str) -> Vec<Payload> {
    let one = |part: &str| {
        let length = field(part, "iov_len").and_then(number).unwrap_or(0).cast_unsigned();
        payload(field(part, "iov_base").unwrap_or(""), length)
    };
    parts(value(text)).into_iter().filter(|part| part.starts_with('{')).map(one).collect()
}

/// Their lengths.
pub fn lengths(text: &str) -> Vec<u64> {
    let one = |part: &str| field(part, "iov_len").and_then(number).map(i64::cast_unsigned);
    parts(value(text)).into_iter().filter_map(one).collect()
}

/// All buffers of a message as one: what is known ends where the first is not known whole.
pub fn joined(message: &str) -> Payload {
    let all = buffers(field(message, "msg_iov").unwrap_or(""));
    let length = all.iter().map(Payload::len).fold(0, u64::saturating_add);
    let mut known = Vec::new();
    for part in &all {
        known.extend(part.iter());
        if part.known() < part.len() {
            break;
        }
    }
    Payload::beginning(known, length)
}

/// The descriptors of SCM_RIGHTS in a message, and whether it carries credentials.
pub fn rights(message: &str) -> (Vec<i32>, Option<&str>) {
    let mut fds = Vec::new();
    let mut creds = None;
    for part in parts(field(message, "msg_control").unwrap_or("")) {
        let data = field(part, "cmsg_data");
        match field(part, "cmsg_type") {
            Some("SCM_RIGHTS") => fds.extend(parts(data.unwrap_or("")).into_iter().filter_map(int)),
            Some("SCM_CREDENTIALS") => creds = data,
            _ => {}
        }
    }
    (fds, creds)
}
