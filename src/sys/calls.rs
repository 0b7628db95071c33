//! The system calls that learners make, one thin function each: exactly that call with exactly those arguments, its return
//! value and errno untouched. Descriptors are plain numbers here, because they are the learner's and may mean nothing.

use std::mem::MaybeUninit;

use crate::abi::Errno;
use crate::order::SocketAddress;

use super::last_errno;

/// A return value, and errno where it says that the call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallResult {
    /// As returned.
    pub ret: i64,
    /// None on success.
    pub errno: Errno,
}

impl CallResult {
    /// Success with this value.
    pub fn ok(ret: i64) -> Self {
        Self { ret, errno: Errno::NONE }
    }

    /// Failure with this error.
    pub fn failed(errno: Errno) -> Self {
        Self { ret: -1, errno }
    }

    pub(super) fn of(ret: impl Into<i64>) -> Self {
        let ret = ret.into();
        if ret < 0 { Self::failed(last_errno()) } else { Self::ok(ret) }
    }

    pub(super) fn of_size(ret: isize) -> Self {
        Self::of(i64::try_from(ret).unwrap_or(-1))
    }
}

/// socketpair(2): the answer, and what the array holds after.
pub fn socketpair(domain: i32, kind: i32, protocol: i32) -> (CallResult, [i32; 2]) {
    let mut array = [-1; 2];
    // SAFETY: the pointer is to two ints, which is what socketpair writes.
    let answer = CallResult::of(unsafe { libc::socketpair(domain, kind, protocol, array.as_mut_ptr()) });
    (answer, array)
}

/// pipe2(2): the answer, and what the array holds after.
pub fn pipe2(flags: i32) -> (CallResult, [i32; 2]) {
    let mut array = [-1; 2];
    // SAFETY: the pointer is to two ints, which is what pipe2 writes.
    let answer = CallResult::of(unsafe { libc::pipe2(array.as_mut_ptr(), flags) });
    (answer, array)
}

/// read(2).
pub fn read(fd: i32, buffer: &mut [u8]) -> CallResult {
    // SAFETY: pointer and length are those of a live buffer.
    CallResult::of_size(unsafe { libc::read(fd, buffer.as_mut_ptr().cast(), buffer.len()) })
}

/// write(2).
pub fn write(fd: i32, data: &[u8]) -> CallResult {
    // SAFETY: pointer and length are those of a live buffer.
    CallResult::of_size(unsafe { libc::write(fd, data.as_ptr().cast(), data.len()) })
}

/// recv(2).
pub fn recv(fd: i32, buffer: &mut [u8], flags: i32) -> CallResult {
    // SAFETY: pointer and length are those of a live buffer.
    CallResult::of_size(unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), flags) })
}

/// send(2), or sendto(2) with an address.
pub fn send(fd: i32, data: &[u8], flags: i32, to: Option<&SocketAddress>) -> CallResult {
    let Some(to) = to else {
        // SAFETY: pointer and length are those of a live buffer.
        return CallResult::of_size(unsafe { libc::send(fd, data.as_ptr().cast(), data.len(), flags) });
    };
    let address = sockaddr(to);
    let (pointer, length) = (address.as_ptr().cast(), length_of(&address));
    // SAFETY: both pointers and lengths are those of live objects.
    CallResult::of_size(unsafe { libc::sendto(fd, data.as_ptr().cast(), data.len(), flags, pointer, length) })
}

/// Buffers of these lengths, one after the other in `buffer`.
pub(super) fn scattered(buffer: &mut [u8], counts: &[u64]) -> Vec<libc::iovec> {
    let mut rest = buffer;
    let mut parts = Vec::new();
    for count in counts {
        let (part, tail) = rest.split_at_mut(usize::try_from(*count).unwrap_or(0).min(rest.len()));
        parts.push(libc::iovec { iov_base: part.as_mut_ptr().cast(), iov_len: part.len() });
        rest = tail;
    }
    parts
}

/// readv(2): the buffers lie one after the other in `buffer`.
pub fn readv(fd: i32, buffer: &mut [u8], counts: &[u64]) -> CallResult {
    let parts = scattered(buffer, counts);
    // SAFETY: every iovec is part of a live buffer, and they do not overlap.
    CallResult::of_size(unsafe { libc::readv(fd, parts.as_ptr(), i32::try_from(parts.len()).unwrap_or(i32::MAX)) })
}

/// writev(2).
pub fn writev(fd: i32, data: &[Vec<u8>]) -> CallResult {
    let part = |bytes: &Vec<u8>| libc::iovec { iov_base: bytes.as_ptr().cast_mut().cast(), iov_len: bytes.len() };
    let parts: Vec<libc::iovec> = data.iter().map(part).collect();
    // SAFETY: every iovec is a live buffer, which writev only reads.
    CallResult::of_size(unsafe { libc::writev(fd, parts.as_ptr(), i32::try_from(parts.len()).unwrap_or(i32::MAX)) })
}

/// close(2).
pub fn close(fd: i32) -> CallResult {
    // SAFETY: the number is the learner's; the program's own are refused before they come here.
    CallResult::of(unsafe { libc::close(fd) })
}

/// dup(2).
pub fn dup(fd: i32) -> CallResult {
    // SAFETY: dup only takes a number.
    CallResult::of(unsafe { libc::dup(fd) })
}

/// shutdown(2).
pub fn shutdown(fd: i32, how: i32) -> CallResult {
    // SAFETY: shutdown only takes numbers.
    CallResult::of(unsafe { libc::shutdown(fd, how) })
}

/// poll(2): the answer, and what came for each descriptor.
pub fn poll(fds: &[i32], events: i32, timeout_ms: i32) -> (CallResult, Vec<i16>) {
    let events = i16::try_from(events).unwrap_or(0);
    let mut polled: Vec<libc::pollfd> = fds.iter().map(|&fd| libc::pollfd { fd, events, revents: 0 }).collect();
    let count = libc::nfds_t::try_from(polled.len()).unwrap_or(0);
    // SAFETY: pointer and count are those of a live vector.
    let answer = CallResult::of(unsafe { libc::poll(polled.as_mut_ptr(), count, timeout_ms) });
    (answer, polled.into_iter().map(|entry| entry.revents).collect())
}

/// fcntl(2) with a number.
fn fcntl(fd: i32, command: i32, argument: i32) -> CallResult {
    // SAFETY: the commands used here only take numbers.
    CallResult::of(unsafe { libc::fcntl(fd, command, argument) })
}

/// O_NONBLOCK by F_GETFL and F_SETFL; all the flags that were set.
pub fn set_nonblock(fd: i32, on: bool) -> (CallResult, i32) {
    let flags = fcntl(fd, libc::F_GETFL, 0);
    let Ok(old) = i32::try_from(flags.ret) else { return (flags, 0) };
    if flags.ret < 0 {
        return (flags, 0);
    }
    let new = if on { old | libc::O_NONBLOCK } else { old & !libc::O_NONBLOCK };
    // The kernel says that files may be large, in a bit that no program sets.
    (fcntl(fd, libc::F_SETFL, new), new & !0o100_000)
}

/// Bytes of a page.
pub fn page_size() -> u64 {
    // SAFETY: sysconf takes a number.
    u64::try_from(unsafe { libc::sysconf(libc::_SC_PAGESIZE) }).unwrap_or(4096)
}

/// FD_CLOEXEC by F_SETFD.
pub fn set_cloexec(fd: i32, on: bool) -> CallResult {
    fcntl(fd, libc::F_SETFD, if on { libc::FD_CLOEXEC } else { 0 })
}

/// F_GETPIPE_SZ.
pub fn pipe_size(fd: i32) -> CallResult {
    fcntl(fd, libc::F_GETPIPE_SZ, 0)
}

/// F_SETPIPE_SZ.
pub fn set_pipe_size(fd: i32, size: i64) -> CallResult {
    fcntl(fd, libc::F_SETPIPE_SZ, i32::try_from(size).unwrap_or(-1))
}

/// `SIOCATMARK` of `<asm-generic/sockios.h>`, which libc does not name.
const SIOCATMARK: libc::Ioctl = 0x8905;

/// SIOCATMARK: the answer and the value.
pub fn at_mark(fd: i32) -> (CallResult, i32) {
    let mut value = 0;
    // SAFETY: SIOCATMARK writes one int to a local.
    let answer = CallResult::of(unsafe { libc::ioctl(fd, SIOCATMARK, &raw mut value) });
    (answer, value)
}

/// FIONREAD: bytes that wait.
pub fn bytes_waiting(fd: i32) -> Option<u64> {
    try_bytes_waiting(fd).ok()
}

/// The same, or what the kernel says instead.
pub fn try_bytes_waiting(fd: i32) -> Result<u64, Errno> {
    let mut value = 0_i32;
    // SAFETY: FIONREAD writes one int to a local.
    let answer = unsafe { libc::ioctl(fd, libc::FIONREAD, &raw mut value) };
    if answer == 0 { Ok(u64::try_from(value).unwrap_or(0)) } else { Err(last_errno()) }
}

/// SIOCOUTQ: what the sender's buffer is charged for.
pub fn bytes_charged(fd: i32) -> Option<u64> {
    let mut value = 0_i32;
    // SAFETY: SIOCOUTQ writes one int to a local.
    let answer = unsafe { libc::ioctl(fd, libc::TIOCOUTQ, &raw mut value) };
    (answer == 0).then(|| u64::try_from(value).unwrap_or(0))
}

/// kill(2).
pub fn kill(pid: i32, signal: i32) -> CallResult {
    // SAFETY: kill only takes numbers.
    CallResult::of(unsafe { libc::kill(pid, signal) })
}

/// setrlimit(2), the soft RLIMIT_NOFILE.
pub fn limit_descriptors(soft: u64) -> CallResult {
    match super::descriptors::set_soft_limit(soft) {
        Ok(()) => CallResult::ok(0),
        Err(error) => CallResult::failed(error.errno),
    }
}

/// socket(2).
pub fn socket(domain: i32, kind: i32, protocol: i32) -> CallResult {
    // SAFETY: socket only takes numbers.
    CallResult::of(unsafe { libc::socket(domain, kind, protocol) })
}

/// bind(2).
pub fn bind(fd: i32, to: &SocketAddress) -> CallResult {
    let address = sockaddr(to);
    // SAFETY: pointer and length are those of a live vector, and the kernel only reads it.
    CallResult::of(unsafe { libc::bind(fd, address.as_ptr().cast(), length_of(&address)) })
}

/// listen(2).
pub fn listen(fd: i32, backlog: i32) -> CallResult {
    // SAFETY: listen only takes numbers.
    CallResult::of(unsafe { libc::listen(fd, backlog) })
}

/// connect(2).
pub fn connect(fd: i32, to: &SocketAddress) -> CallResult {
    let address = sockaddr(to);
    // SAFETY: pointer and length are those of a live vector, and the kernel only reads it.
    CallResult::of(unsafe { libc::connect(fd, address.as_ptr().cast(), length_of(&address)) })
}

/// accept(2).
pub fn accept(fd: i32) -> CallResult {
    // SAFETY: null pointers say that the peer's address is not wanted.
    CallResult::of(unsafe { libc::accept(fd, std::ptr::null_mut(), std::ptr::null_mut()) })
}

/// getsockname(2), or getpeername(2): the answer and `sun_path` as the kernel gives it.
pub fn socket_name(fd: i32, peer: bool) -> (CallResult, Vec<u8>) {
    let mut address = MaybeUninit::<libc::sockaddr_un>::zeroed();
    let mut length = libc::socklen_t::try_from(size_of::<libc::sockaddr_un>()).unwrap_or(0);
    let pointer = address.as_mut_ptr().cast();
    let answer = if peer {
        // SAFETY: pointer and length are those of a local sockaddr_un.
        CallResult::of(unsafe { libc::getpeername(fd, pointer, &raw mut length) })
    } else {
        // SAFETY: pointer and length are those of a local sockaddr_un.
        CallResult::of(unsafe { libc::getsockname(fd, pointer, &raw mut length) })
    };
    // SAFETY: all zeroes is a valid sockaddr_un, and the kernel only writes bytes into it.
    let address = unsafe { address.assume_init() };
    let given = (length as usize).saturating_sub(size_of::<libc::sa_family_t>()).min(address.sun_path.len());
    let path = address.sun_path[..given].iter().map(|byte| byte.cast_unsigned()).collect();
    (answer, path)
}

/// Bytes of sun_path.
const SUN_PATH: usize = 108;

/// `struct sockaddr_un` as bytes, whole: exact for an abstract name, with a final zero for a file that leaves room for it. What
/// is too long for sun_path is the kernel's to refuse, never cut.
pub(super) fn sockaddr(of: &SocketAddress) -> Vec<u8> {
    let family = libc::sa_family_t::try_from(libc::AF_UNIX).unwrap_or(1);
    let mut address = family.to_ne_bytes().to_vec();
    address.extend_from_slice(&of.path);
    if of.path.first() != Some(&0) && of.path.len() < SUN_PATH {
        address.push(0);
    }
    address
}

fn length_of(address: &[u8]) -> libc::socklen_t {
    libc::socklen_t::try_from(address.len()).unwrap_or(libc::socklen_t::MAX)
}
