//! What the kernel says of a socket of AF_UNIX, asked by its inode: sock_diag(7). It needs no privilege and takes no descriptor
//! of the program that is asked about.

use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::{SysError, last_errno};

const NETLINK_SOCK_DIAG: i32 = 4;
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
/// Name, peer, pending connections, queue lengths: `UDIAG_SHOW_…` of `<linux/unix_diag.h>`.
const SHOW: u32 = 0x01 | 0x04 | 0x08 | 0x10;
const DIAG_NAME: u16 = 0;
const DIAG_PEER: u16 = 2;
const DIAG_ICONS: u16 = 3;
const DIAG_RQLEN: u16 = 4;
const DIAG_SHUTDOWN: u16 = 6;
/// The state of a socket that listens.
const LISTEN: u8 = 10;
const HEADER: usize = 16;
const MESSAGE: usize = 16;

/// One socket, as the kernel describes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnixSocket {
    /// SOCK_STREAM, SOCK_DGRAM or SOCK_SEQPACKET.
    pub kind: i32,
    /// It listens: `TCP_LISTEN` stands for that here as well.
    pub listens: bool,
    /// The inode of the socket it is connected to; none, or one that nobody has accepted yet.
    pub peer: Option<u64>,
    /// Of a listening socket: the connections that wait to be accepted.
    pub pending: Vec<u64>,
    /// FIONREAD.
    pub received: u64,
    /// SIOCOUTQ: what its own buffer is charged for.
    pub charged: u64,
    /// RCV_SHUTDOWN is 1, SEND_SHUTDOWN is 2.
    pub shutdown: u8,
    /// `sun_path`, as bound.
    pub name: Vec<u8>,
}

/// The way to ask.
#[derive(Debug)]
pub struct SockDiag {
    socket: OwnedFd,
    sequence: u32,
}

impl SockDiag {
    /// Opens it.
    pub fn open() -> Result<Self, SysError> {
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
        // SAFETY: socket only takes numbers.
        let fd = unsafe { libc::socket(libc::AF_NETLINK, kind, NETLINK_SOCK_DIAG) };
        if fd < 0 {
            return Err(SysError { operation: "ask for sockets", errno: last_errno() });
        }
        // SAFETY: the kernel has just given out this number, and nothing else owns it.
        Ok(Self { socket: unsafe { OwnedFd::from_raw_fd(fd) }, sequence: 0 })
    }

    /// The socket with this inode; none if there is no such socket of AF_UNIX in this network namespace.
    pub fn unix_socket(&mut self, inode: u64) -> Option<UnixSocket> {
        self.sequence = self.sequence.wrapping_add(1);
        let request = request(u32::try_from(inode).ok()?, self.sequence);
        let fd = self.socket.as_raw_fd();
        // SAFETY: the pointer and the length are of a local buffer.
        let sent = unsafe { libc::send(fd, request.as_ptr().cast(), request.len(), 0) };
        if sent < 0 {
            return None;
        }
        let mut answer = [0_u8; 8192];
        // SAFETY: the pointer and the length are of a local buffer. The kernel has answered before send(2) returned.
        let got = unsafe { libc::recv(fd, answer.as_mut_ptr().cast(), answer.len(), libc::MSG_DONTWAIT) };
        socket_of(answer.get(..usize::try_from(got).ok()?)?)
    }
}

/// `struct nlmsghdr` and `struct unix_diag_req`.
fn request(inode: u32, sequence: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(40);
    bytes.extend(40_u32.to_ne_bytes());
    bytes.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    bytes.extend(NLM_F_REQUEST.to_ne_bytes());
    bytes.extend(sequence.to_ne_bytes());
    bytes.extend(0_u32.to_ne_bytes());
    bytes.extend([u8::try_from(libc::AF_UNIX).unwrap_or(1), 0, 0, 0]);
    bytes.extend(u32::MAX.to_ne_bytes());
    bytes.extend(inode.to_ne_bytes());
    bytes.extend(SHOW.to_ne_bytes());
    bytes.extend(u64::MAX.to_ne_bytes());
    bytes
}

/// One answer: header, `struct unix_diag_msg`, attributes.
fn socket_of(answer: &[u8]) -> Option<UnixSocket> {
    let length = usize::try_from(word(answer, 0)?).ok()?;
    let kind = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?);
    if kind != SOCK_DIAG_BY_FAMILY {
        return None;
    }
    let message = answer.get(HEADER..length)?;
    let (kind, listens) = (i32::from(*message.get(1)?), *message.get(2)? == LISTEN);
    let mut socket = UnixSocket { kind, listens, ..UnixSocket::default() };
    let mut rest = message.get(MESSAGE..)?;
    while rest.len() >= 4 {
        let length = usize::from(u16::from_ne_bytes(rest[..2].try_into().ok()?));
        let kind = u16::from_ne_bytes(rest[2..4].try_into().ok()?);
        let value = rest.get(4..length)?;
        match kind {
            DIAG_NAME => socket.name = value.to_vec(),
            DIAG_PEER => socket.peer = word(value, 0).map(u64::from).filter(|inode| *inode != 0),
            DIAG_ICONS => {
                socket.pending = (0..value.len() / 4).filter_map(|at| word(value, at * 4)).map(u64::from).collect();
            }
            DIAG_RQLEN => {
                socket.received = u64::from(word(value, 0)?);
                socket.charged = u64::from(word(value, 4)?);
            }
            DIAG_SHUTDOWN => socket.shutdown = *value.first()?,
            _ => {}
        }
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(socket)
}

fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
