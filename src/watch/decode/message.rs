//! Messages of sendmsg(2) and recvmsg(2), their control data, and socket addresses.

use crate::order::{Call, ControlRoom, Credentials, KEEP, OutgoingMessage, Payload, SocketAddress};

use super::{Memory, buffers, gathered, int};

/// Control data that is looked at: more than SCM_MAX_FD descriptors do not fit in.
const MOST_CONTROL: u64 = 4096;
/// Messages of one sendmmsg(2) that are looked at: the kernel's own limit.
const MOST_MESSAGES: u64 = 1024;
/// Size of `struct mmsghdr`: a `struct msghdr` and a length.
pub const MMSGHDR: u64 = 64;
/// Where it has the length.
pub const MMSGHDR_LENGTH: u64 = 56;

/// `struct msghdr`, as far as it matters.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// Address and length of the name.
    pub name: (u64, u64),
    /// Address and number of the buffers.
    pub buffers: (u64, u64),
    /// Address and length of the control data.
    pub control: (u64, u64),
    /// `msg_flags`.
    pub flags: i32,
}

/// Reads it.
pub fn header(address: u64, memory: &dyn Memory) -> Header {
    let word = |at: u64| memory.word64(address + at);
    Header {
        name: (word(0), word(8) & 0xffff_ffff),
        buffers: (word(16), word(24)),
        control: (word(32), word(40)),
        flags: int(word(48)),
    }
}

/// recvmsg(2).
pub fn receiving(fd: i32, address: u64, flags: i32, memory: &dyn Memory) -> Call {
    let header = header(address, memory);
    let count = room(&header, memory);
    Call::Recvmsg { fd, count, room: control_room(&header), flags }
}

fn room(header: &Header, memory: &dyn Memory) -> u64 {
    buffers(header.buffers.0, header.buffers.1, memory).iter().map(|buffer| buffer.1).fold(0, u64::saturating_add)
}

fn control_room(header: &Header) -> ControlRoom {
    match header.control {
        (0, _) | (_, 0) => ControlRoom::None,
        (_, length) => ControlRoom::Bytes(u32::try_from(length).unwrap_or(u32::MAX)),
    }
}

/// recvmmsg(2).
pub fn receiving_many(fd: i32, (address, messages): (u64, u64), flags: i32, memory: &dyn Memory) -> Call {
    let count = room(&header(address, memory), memory);
    Call::Recvmmsg { fd, count, messages: u32::try_from(messages).unwrap_or(u32::MAX), flags }
}

/// sendmsg(2).
pub fn sending(fd: i32, address: u64, flags: i32, memory: &dyn Memory) -> Call {
    let header = header(address, memory);
    let (fds, creds) = control(header.control, memory);
    let to = (header.name.0 != 0 && header.name.1 != 0).then(|| self::address(header.name.0, header.name.1, memory));
    Call::Sendmsg { fd, data: joined(&header, memory), fds, creds: creds.is_some(), to, flags }
}

/// sendmmsg(2).
pub fn sending_many(fd: i32, (address, count): (u64, u64), flags: i32, memory: &dyn Memory) -> Call {
    let message = |at: u64| {
        let header = header(address + at * MMSGHDR, memory);
        OutgoingMessage { data: joined(&header, memory), fds: control(header.control, memory).0 }
    };
    Call::Sendmmsg { fd, messages: (0..count.min(MOST_MESSAGES)).map(message).collect(), flags }
}

/// All buffers of a message as one: what is known ends where the first is not known whole.
fn joined(header: &Header, memory: &dyn Memory) -> Payload {
    let parts = gathered(header.buffers.0, header.buffers.1, memory);
    let length = parts.iter().map(Payload::len).sum();
    let mut known = Vec::new();
    for part in &parts {
        known.extend(part.iter());
        if part.known() < part.len() {
            break;
        }
    }
    known.truncate(KEEP);
    Payload::beginning(known, length)
}

/// SCM_RIGHTS and SCM_CREDENTIALS of a control buffer.
pub fn control((address, length): (u64, u64), memory: &dyn Memory) -> (Vec<i32>, Option<Credentials>) {
    const HEADER: usize = 16;
    const RIGHTS: u32 = 1;
    const CREDENTIALS: u32 = 2;
    let mut fds = Vec::new();
    let mut creds = None;
    if address == 0 {
        return (fds, creds);
    }
    let bytes = memory.read(address, usize::try_from(length.min(MOST_CONTROL)).unwrap_or(0));
    let mut rest = bytes.as_slice();
    while let Some((head, _)) = rest.split_at_checked(HEADER) {
        let word = |at: usize| u32::from_ne_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        let length = usize::try_from(word(0)).unwrap_or(0);
        let Some(data) = rest.get(HEADER..length.max(HEADER).min(rest.len())) else { break };
        let number = |at: usize| data.get(at..at + 4).and_then(|four| four.try_into().ok()).map(i32::from_ne_bytes);
        match (word(8), word(12)) {
            (1, RIGHTS) => fds.extend((0..data.len() / 4).filter_map(|at| number(at * 4))),
            (1, CREDENTIALS) => {
                let id = |at: usize| number(at).map(i32::cast_unsigned);
                creds = number(0).zip(id(4)).zip(id(8)).map(|((pid, uid), gid)| Credentials { pid, uid, gid });
            }
            _ => {}
        }
        if length < HEADER {
            break;
        }
        rest = rest.get(length.next_multiple_of(8)..).unwrap_or_default();
    }
    (fds, creds)
}

/// A socket address: AF_UNIX by name, INET by number, others by their family.
pub fn address(address: u64, length: u64, memory: &dyn Memory) -> SocketAddress {
    let bytes = memory.read(address, usize::try_from(length.min(128)).unwrap_or(0));
    named(&bytes)
}

/// The same of the bytes.
pub fn named(bytes: &[u8]) -> SocketAddress {
    let Some((family, path)) = bytes.split_at_checked(2) else {
        return SocketAddress { shown: String::new(), path: Vec::new() };
    };
    let family = u16::from_ne_bytes([family[0], family[1]]);
    let port = || path.get(..2).map_or(0, |port| u16::from_be_bytes([port[0], port[1]]));
    match (family, path) {
        (1, [0, name @ ..]) => {
            let shown = crate::text::name(&[b"@", name].concat());
            SocketAddress { shown, path: path.to_vec() }
        }
        (1, name) => {
            let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
            SocketAddress { shown: crate::text::name(&name[..end]), path: name[..end].to_vec() }
        }
        (2, [_, _, a, b, c, d, ..]) => {
            SocketAddress { shown: format!("inet {a}.{b}.{c}.{d}:{}", port()), path: Vec::new() }
        }
        (10, _) => SocketAddress { shown: format!("inet6 port {}", port()), path: Vec::new() },
        _ => SocketAddress { shown: format!("family {family}"), path: Vec::new() },
    }
}
