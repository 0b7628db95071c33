//! Arguments of the calls that take several buffers, and of those that carry descriptors and credentials.

use super::{Arg, CUT, address, end, length, message_flags, shown, string, succeeded, task};
use crate::abi::{self, flag_names};
use crate::order::{Call, Credentials, Extra, IncomingMessage, Payload, SocketAddress};
use crate::trace::CallEvent;

/// Size of `struct cmsghdr`.
const HEADER: usize = 16;

/// readv, writev, recvmsg, sendmsg.
#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
pub fn args(event: &CallEvent) -> Vec<Arg> {
    match &event.call {
        Call::Writev { fd, data } => {
            let buffers: Vec<String> = data.iter().map(written).collect();
            vec![end("fd", event, *fd), Arg::word("iov", list(&buffers)), count(data.len(), false)]
        }
        Call::Readv { fd, counts } => {
            let iov = Arg { out: true, ..Arg::word("iov", list(&scattered(event, counts))) };
            vec![end("fd", event, *fd), iov, count(counts.len(), true)]
        }
        Call::Vmsplice { .. } | Call::VmspliceOut { .. } => vmsplice(event),
        Call::Sendmsg { fd, data, to, flags, .. } => {
            let control = control_sent(event);
            let header = header(to.as_ref(), &written(data), &control);
            let length = space(&control);
            let text = format!("{{{header}, msg_controllen={length}, msg_flags=0}}");
            vec![end("sockfd", event, *fd), Arg::word("msg", text), message_flags(*flags)]
        }
        Call::Recvmsg { fd, count, flags, .. } => {
            // Like strace, which shows next to nothing of a structure that the kernel did not fill.
            let text = if succeeded(event) { received(event, *count) } else { "{msg_namelen=0}".to_owned() };
            let msg = Arg { out: true, ..Arg::word("msg", text) };
            vec![end("sockfd", event, *fd), msg, Arg { out: true, ..message_flags(*flags) }]
        }
        Call::Sendmmsg { fd, messages, flags } => {
            let sent: &[IncomingMessage] = if let Extra::Messages(sent) = &event.outcome.extra { sent } else { &[] };
            let rows: Vec<String> = messages
                .iter()
                .enumerate()
                .map(|(at, message)| {
                    let control: Vec<_> =
                        (!message.fds.is_empty()).then(|| rights(event, &message.fds)).into_iter().collect();
                    let header = header(None, &written(&message.data), &control);
                    let length = sent.get(at).map_or_else(String::new, |sent| format!(", msg_len={}", sent.len));
                    format!("{{msg_hdr={{{header}, msg_controllen={}, msg_flags=0}}{length}}}", space(&control))
                })
                .collect();
            let vlen = Arg::number("vlen", i64::try_from(messages.len()).unwrap_or(i64::MAX));
            let out = !sent.is_empty();
            let msgvec = Arg { out, ..Arg::word("msgvec", list(&rows)) };
            vec![end("sockfd", event, *fd), msgvec, Arg { out, ..vlen }, Arg { out, ..message_flags(*flags) }]
        }
        Call::Recvmmsg { fd, count, messages, flags } => {
            let text = if succeeded(event) { list(&received_all(event, *count)) } else { "NULL".to_owned() };
            let behind = |arg: Arg| Arg { out: true, ..arg };
            vec![
                end("sockfd", event, *fd),
                behind(Arg::word("msgvec", text)),
                behind(Arg::number("vlen", *messages)),
                behind(message_flags(*flags)),
                behind(Arg::word("timeout", "NULL")),
            ]
        }
        _ => Vec::new(),
    }
}

/// The messages that recvmmsg brought, each with its own part of the bytes.
fn received_all(event: &CallEvent, room: u64) -> Vec<String> {
    let Extra::Messages(messages) = &event.outcome.extra else { return Vec::new() };
    let mut data = event.outcome.data.as_slice();
    let mut rows = Vec::with_capacity(messages.len());
    for message in messages {
        let here = usize::try_from(message.len).map_or(data.len(), |len| len.min(data.len()));
        let (shown, rest) = data.split_at(here);
        let base = format!("{{iov_base={}, iov_len={room}}}", string(shown, message.len));
        let flags = flag_names(abi::MSG_FLAGS, message.flags);
        rows.push(format!(
            "{{msg_hdr={{msg_iov=[{base}], msg_iovlen=1, msg_flags={flags}}}, msg_len={}}}",
            message.len
        ));
        data = rest;
    }
    rows
}

fn count(count: usize, out: bool) -> Arg {
    Arg { out, ..Arg::number("iovcnt", i64::try_from(count).unwrap_or(i64::MAX)) }
}

/// vmsplice(2), which brings bytes or copies them out.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these two")]
fn vmsplice(event: &CallEvent) -> Vec<Arg> {
    match &event.call {
        Call::Vmsplice { fd, data, flags } => {
            let buffers: Vec<String> = data.iter().map(written).collect();
            let (count, flags) = segments(data.len(), *flags);
            vec![end("fd", event, *fd), Arg::word("iov", list(&buffers)), count, flags]
        }
        Call::VmspliceOut { fd, counts, flags } => {
            let iov = Arg { out: true, ..Arg::word("iov", list(&scattered(event, counts))) };
            let (count, flags) = segments(counts.len(), *flags);
            vec![end("fd", event, *fd), iov, Arg { out: true, ..count }, Arg { out: true, ..flags }]
        }
        _ => Vec::new(),
    }
}

/// The last two arguments of vmsplice(2).
fn segments(count: usize, flags: i32) -> (Arg, Arg) {
    let count = Arg::number("nr_segs", i64::try_from(count).unwrap_or(i64::MAX));
    (count, Arg::word("flags", flag_names(abi::SPLICE_FLAGS, flags)))
}

fn list(rows: &[String]) -> String {
    format!("[{}]", rows.join(", "))
}

fn written(data: &Payload) -> String {
    format!("{{iov_base={}, iov_len={}}}", string(&data.slice(0, CUT + 1), data.len()), data.len())
}

fn scattered(event: &CallEvent, counts: &[u64]) -> Vec<String> {
    let mut left = length(event).unwrap_or(0);
    let mut data = event.outcome.data.as_slice();
    let mut rows = Vec::with_capacity(counts.len());
    for &room in counts {
        let here = left.min(room);
        let kept = usize::try_from(here).map_or(data.len(), |here| here.min(data.len()));
        let (shown, rest) = data.split_at(kept);
        // Of bytes that nobody has seen only the count is told.
        let cut = if shown.is_empty() && (1..=CUT as u64).contains(&here) { "..." } else { "" };
        let base = if succeeded(event) { string(shown, here) + cut } else { "NULL".to_owned() };
        rows.push(format!("{{iov_base={base}, iov_len={room}}}"));
        (data, left) = (rest, left - here);
    }
    rows
}

/// CMSG_SPACE of all: lengths are rounded up to eight.
fn space(control: &[(String, usize)]) -> usize {
    control.iter().map(|row| row.1.next_multiple_of(8)).sum()
}

fn header(to: Option<&SocketAddress>, buffer: &str, control: &[(String, usize)]) -> String {
    let (name, length) = match to {
        Some(to) => address::sun_path(&crate::text::name_bytes(&to.shown)),
        None => ("NULL".to_owned(), 0),
    };
    let mut text = format!("msg_name={name}, msg_namelen={length}, msg_iov=[{buffer}], msg_iovlen=1");
    if !control.is_empty() {
        let rows: Vec<String> = control.iter().map(|row| row.0.clone()).collect();
        text = format!("{text}, msg_control={}", list(&rows));
    }
    text
}

fn rights(event: &CallEvent, fds: &[i32]) -> (String, usize) {
    let names: Vec<String> = fds.iter().map(|&fd| shown(event, fd)).collect();
    let length = HEADER + 4 * fds.len();
    let text =
        format!("{{cmsg_len={length}, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data={}}}", list(&names));
    (text, length)
}

fn passed(data: &str) -> (String, usize) {
    let length = HEADER + 12;
    (format!("{{cmsg_len={length}, cmsg_level=SOL_SOCKET, cmsg_type=SCM_CREDENTIALS, cmsg_data={data}}}"), length)
}

fn control_sent(event: &CallEvent) -> Vec<(String, usize)> {
    let Call::Sendmsg { fds, .. } = &event.call else { return Vec::new() };
    let mut rows = Vec::new();
    if !fds.is_empty() {
        rows.push(rights(event, fds));
    }
    rows.extend(event.names.own.map(|own| passed(&credentials(event, own))));
    rows
}

fn received(event: &CallEvent, room: u64) -> String {
    let base = string(&event.outcome.data, length(event).unwrap_or(0));
    let buffer = format!("{{iov_base={base}, iov_len={room}}}");
    let Extra::Message { flags, fds, creds, control } = &event.outcome.extra else {
        return format!("{{{}, msg_controllen=0, msg_flags=0}}", header(None, &buffer, &[]));
    };
    let mut rows = Vec::new();
    if let Some(creds) = creds {
        rows.push(passed(&credentials(event, *creds)));
    }
    if !fds.is_empty() {
        rows.push(rights(event, fds));
    }
    let flags = flag_names(abi::MSG_FLAGS, *flags);
    format!("{{{}, msg_controllen={control}, msg_flags={flags}}}", header(None, &buffer, &rows))
}

/// `struct ucred` with the task's name behind its process.
pub fn credentials(event: &CallEvent, creds: Credentials) -> String {
    let name = event.names.creds(creds).map_or_else(String::new, |_| format!(" ({})", task(event, creds.pid)));
    format!("{{pid={}{name}, uid={}, gid={}}}", creds.pid, creds.uid, creds.gid)
}
