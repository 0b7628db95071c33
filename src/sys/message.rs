//! sendmsg(2) and recvmsg(2) with ancillary data: descriptors and credentials, laid out as C does it, with control buffers as
//! small as the learner asks for.

use crate::order::{ControlRoom, Credentials, Extra, IncomingMessage, SocketAddress};

use super::calls::{CallResult, sockaddr};

const HEADER: usize = size_of::<libc::cmsghdr>();
const ALIGN: usize = size_of::<usize>();

/// What a message carries beside its bytes.
#[derive(Debug, Clone, Default)]
pub struct Ancillary<'a> {
    /// SCM_RIGHTS, if there are any.
    pub fds: &'a [i32],
    /// SCM_CREDENTIALS with the caller's own.
    pub creds: bool,
    /// `msg_name`.
    pub to: Option<&'a SocketAddress>,
}

/// sendmsg(2).
pub fn send(fd: i32, data: &[u8], with: &Ancillary<'_>, flags: i32) -> CallResult {
    let mut control = Vec::new();
    if !with.fds.is_empty() {
        let payload: Vec<u8> = with.fds.iter().flat_map(|fd| fd.to_ne_bytes()).collect();
        push_message(&mut control, libc::SCM_RIGHTS, &payload);
    }
    if with.creds {
        push_message(&mut control, libc::SCM_CREDENTIALS, &own_credentials());
    }
    let mut part = libc::iovec { iov_base: data.as_ptr().cast_mut().cast(), iov_len: data.len() };
    let mut address = with.to.map(sockaddr);
    // SAFETY: all zeroes is a valid msghdr.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    if !control.is_empty() {
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = control.len() as _;
    }
    if let Some(address) = &mut address {
        header.msg_name = address.as_mut_ptr().cast();
        header.msg_namelen = libc::socklen_t::try_from(address.len()).unwrap_or(libc::socklen_t::MAX);
    }
    // SAFETY: everything the header points to lives until the end of this function.
    let sent = unsafe { libc::sendmsg(fd, &raw const header, flags) };
    CallResult::of_size(sent)
}

/// recvmsg(2): the answer, and flags, descriptors and credentials that came.
pub fn receive(fd: i32, buffer: &mut [u8], room: ControlRoom, flags: i32) -> (CallResult, Extra) {
    let mut control = vec![0_u8; control_bytes(fd, room)];
    let mut part = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    // SAFETY: all zeroes is a valid msghdr.
    let mut header: libc::msghdr = unsafe { std::mem::zeroed() };
    header.msg_iov = &raw mut part;
    header.msg_iovlen = 1;
    if !control.is_empty() {
        header.msg_control = control.as_mut_ptr().cast();
        header.msg_controllen = control.len() as _;
    }
    // SAFETY: everything the header points to lives until the end of this function.
    let received = unsafe { libc::recvmsg(fd, &raw mut header, flags) };
    let answer = CallResult::of_size(received);
    if answer.ret < 0 {
        return (answer, Extra::None);
    }
    let used = (header.msg_controllen as usize).min(control.len());
    let (fds, creds) = parse_messages(&control[..used]);
    (answer, Extra::Message { flags: header.msg_flags, fds, creds, control: used as u64 })
}

/// sendmmsg(2): how many went, and how much of each.
pub fn send_many(fd: i32, messages: &mut [Vec<u8>], flags: i32) -> (CallResult, Extra) {
    let mut parts = parts(messages);
    let mut headers = headers(&mut parts);
    let count = libc::c_uint::try_from(headers.len()).unwrap_or(0);
    // SAFETY: all that the headers point to, `parts` and the messages, lives until the end of this function.
    let answer = CallResult::of(unsafe { libc::sendmmsg(fd, headers.as_mut_ptr(), count, flags as _) });
    (answer, lengths(answer, &headers))
}

/// recvmmsg(2) without a time-out and without room for ancillary data: a message into each buffer.
pub fn receive_many(fd: i32, buffers: &mut [Vec<u8>], flags: i32) -> (CallResult, Extra) {
    let mut parts = parts(buffers);
    let mut headers = headers(&mut parts);
    let count = libc::c_uint::try_from(headers.len()).unwrap_or(0);
    // SAFETY: as above, and a null pointer says that there is no time-out.
    let answer =
        CallResult::of(unsafe { libc::recvmmsg(fd, headers.as_mut_ptr(), count, flags as _, std::ptr::null_mut()) });
    (answer, lengths(answer, &headers))
}

fn parts(buffers: &mut [Vec<u8>]) -> Vec<libc::iovec> {
    let part = |buffer: &mut Vec<u8>| libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() };
    buffers.iter_mut().map(part).collect()
}

fn headers(parts: &mut [libc::iovec]) -> Vec<libc::mmsghdr> {
    let header = |part: &mut libc::iovec| {
        // SAFETY: all zeroes is a valid mmsghdr.
        let mut header: libc::mmsghdr = unsafe { std::mem::zeroed() };
        (header.msg_hdr.msg_iov, header.msg_hdr.msg_iovlen) = (std::ptr::from_mut(part), 1);
        header
    };
    parts.iter_mut().map(header).collect()
}

fn lengths(answer: CallResult, headers: &[libc::mmsghdr]) -> Extra {
    let Ok(done) = usize::try_from(answer.ret) else { return Extra::None };
    let message = |header: &libc::mmsghdr| IncomingMessage {
        len: u64::from(header.msg_len),
        flags: header.msg_hdr.msg_flags,
        ..IncomingMessage::default()
    };
    Extra::Messages(headers.iter().take(done).map(message).collect())
}

/// CMSG_LEN of so many descriptors, with room for credentials in front where SO_PASSCRED is on.
fn control_bytes(fd: i32, room: ControlRoom) -> usize {
    match room {
        ControlRoom::None => 0,
        ControlRoom::Bytes(bytes) => bytes as usize,
        ControlRoom::Descriptors(count) => {
            let rights = if count == 0 { 0 } else { HEADER + count as usize * 4 };
            let passcred = super::options::get(fd, "passcred").1 == Extra::Value(1);
            let creds = if passcred { HEADER + align(size_of::<libc::ucred>()) } else { 0 };
            rights + creds
        }
    }
}

fn align(length: usize) -> usize {
    length.next_multiple_of(ALIGN)
}

fn push_message(control: &mut Vec<u8>, kind: i32, payload: &[u8]) {
    let length = HEADER + payload.len();
    control.extend(length.to_ne_bytes());
    control.extend(libc::SOL_SOCKET.to_ne_bytes());
    control.extend(kind.to_ne_bytes());
    control.extend(payload);
    control.resize(align(control.len()), 0);
}

/// Real user and group, which SCM_CREDENTIALS names.
pub fn own_user() -> (u32, u32) {
    (nix::unistd::getuid().as_raw(), nix::unistd::getgid().as_raw())
}

fn own_credentials() -> Vec<u8> {
    let pid = i32::try_from(std::process::id()).unwrap_or(0);
    let (uid, gid) = own_user();
    [pid.to_ne_bytes(), uid.to_ne_bytes(), gid.to_ne_bytes()].concat()
}

fn parse_messages(mut control: &[u8]) -> (Vec<i32>, Option<Credentials>) {
    let (mut fds, mut creds) = (Vec::new(), None);
    while control.len() >= HEADER {
        let length = usize::from_ne_bytes(control[..8].try_into().unwrap_or_default());
        let kind = word(control, 12);
        if length < HEADER || length > control.len() {
            break;
        }
        let payload = &control[HEADER..length];
        if kind == libc::SCM_RIGHTS {
            fds.extend((0..payload.len() / 4).map(|index| word(payload, index * 4)));
        } else if kind == libc::SCM_CREDENTIALS && payload.len() >= 12 {
            let (uid, gid) = (word(payload, 4).cast_unsigned(), word(payload, 8).cast_unsigned());
            creds = Some(Credentials { pid: word(payload, 0), uid, gid });
        }
        control = control.get(align(length)..).unwrap_or(&[]);
    }
    (fds, creds)
}

fn word(bytes: &[u8], at: usize) -> i32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, i32::from_ne_bytes)
}
