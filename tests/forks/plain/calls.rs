//! Each call as a C program would make it.
#![expect(clippy::wildcard_enum_match_arm, reason = "each match makes its family of calls and hands the others on")]

use std::mem::{ManuallyDrop, zeroed};
use std::os::fd::OwnedFd;
use std::ptr::null_mut;

use tincans::order::{Call, ControlRoom, Credentials, Extra, IncomingMessage, Payload, SocketAddress};

use super::options::{get, option, set};
use super::{Reply, files, names};

/// 0, 1 and 2 are /dev/null, the private pipes lie from `base` on, and nothing else is open. It ends by itself after a while.
pub fn prepare(pipes: &[(OwnedFd, OwnedFd)], base: i32) {
    for (index, (order, reply)) in (0..).zip(pipes) {
        // SAFETY: dup2 takes two numbers; the targets are nobody's.
        unsafe { libc::dup2(super::number(order), base + index * 2) };
        // SAFETY: as above.
        unsafe { libc::dup2(super::number(reply), base + index * 2 + 1) };
    }
    // SAFETY: the path is a C string.
    let null = unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR) };
    for fd in 0..3 {
        // SAFETY: dup2 takes two numbers.
        unsafe { libc::dup2(null, fd) };
    }
    let end = base.unsigned_abs();
    let after = end + 2 * u32::try_from(pipes.len()).unwrap_or(0);
    // SAFETY: what is closed here is used no more: this process only serves.
    unsafe { libc::close_range(3, end - 1, 0) };
    // SAFETY: as above.
    unsafe { libc::close_range(after, u32::MAX, 0) };
    // SAFETY: SIG_IGN is a disposition.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    // The bench's first process leads its process group.
    // SAFETY: setpgid takes numbers.
    unsafe { libc::setpgid(0, 0) };
    // SAFETY: alarm takes a number.
    unsafe { libc::alarm(60) };
}

/// The private pipes of a process; they are not closed when this is dropped.
pub fn pipes_of(at: usize, base: i32) -> (ManuallyDrop<std::fs::File>, ManuallyDrop<std::fs::File>) {
    let first = base + 2 * i32::try_from(at).unwrap_or(0);
    (ManuallyDrop::new(super::adopt(first)), ManuallyDrop::new(super::adopt(first + 1)))
}

/// Ends the process.
pub fn leave() -> ! {
    leave_with(0)
}

/// The same with a status.
pub fn leave_with(code: i32) -> ! {
    // SAFETY: _exit takes a number.
    unsafe { libc::_exit(code) }
}

pub(super) fn answer(ret: isize) -> Reply {
    let errno = if ret < 0 { std::io::Error::last_os_error().raw_os_error().unwrap_or(0) } else { 0 };
    Reply {
        ret: if ret < 0 { -1 } else { i64::try_from(ret).unwrap_or(0) },
        errno,
        data: Vec::new(),
        extra: Extra::None,
    }
}

/// The reply of a call that returns an int.
pub fn of(ret: i32) -> Reply {
    answer(isize::try_from(ret).unwrap_or(-1))
}

/// The same with what came beside the value.
pub fn with(mut reply: Reply, extra: Extra) -> Reply {
    reply.extra = extra;
    reply
}

pub(super) fn with_data(mut reply: Reply, mut buffer: Vec<u8>) -> Reply {
    buffer.truncate(usize::try_from(reply.ret).unwrap_or(0));
    reply.data = buffer;
    reply
}

fn bytes(data: &Payload) -> Vec<u8> {
    data.word.repeat(usize::try_from(data.times).unwrap_or(0))
}

fn room(count: u64) -> Vec<u8> {
    vec![0; usize::try_from(count).unwrap_or(0)]
}

/// The address with room for one that is too long.
fn address(of: &SocketAddress) -> ([u16; 128], libc::socklen_t) {
    let mut address = [0; 128];
    address[0] = 1;
    for (to, from) in address[1..].iter_mut().zip(of.path.chunks(2)) {
        *to = u16::from_ne_bytes([from[0], from.get(1).copied().unwrap_or(0)]);
    }
    (address, libc::socklen_t::try_from(2 + of.path.len()).unwrap_or(0))
}

/// Bytes in pages that nobody changes any more.
fn own_pages(bytes: &[u8]) -> libc::iovec {
    let (how, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: a new mapping wherever the kernel likes.
    let start = unsafe { libc::mmap(null_mut(), bytes.len().max(1), how, kind, -1, 0) };
    assert_ne!(start, libc::MAP_FAILED, "memory");
    // SAFETY: the mapping is new, and as long as the bytes.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), start.cast(), bytes.len()) };
    libc::iovec { iov_base: start, iov_len: bytes.len() }
}

fn make_vmsplice(call: &Call) -> Reply {
    match call {
        Call::Vmsplice { fd, data, flags } => {
            let parts: Vec<libc::iovec> = data.iter().map(|data| own_pages(&bytes(data))).collect();
            // SAFETY: the parts are mappings that stay.
            answer(unsafe { libc::vmsplice(*fd, parts.as_ptr(), parts.len(), flags.cast_unsigned()) })
        }
        Call::VmspliceOut { fd, counts, flags } => {
            let mut buffers: Vec<Vec<u8>> = counts.iter().map(|count| room(*count)).collect();
            let parts: Vec<libc::iovec> = buffers.iter_mut().map(|buffer| part(buffer)).collect();
            // SAFETY: the parts point to live buffers.
            let reply = answer(unsafe { libc::vmsplice(*fd, parts.as_ptr(), parts.len(), flags.cast_unsigned()) });
            with_data(reply, buffers.concat())
        }
        _ => of(-1),
    }
}

/// Makes a call that moves bytes; the others are in `make_other`.
pub fn make(call: &Call) -> Reply {
    match call {
        Call::Read { fd, count } => {
            let mut buffer = room(*count);
            // SAFETY: pointer and length are the buffer's.
            let reply = answer(unsafe { libc::read(*fd, buffer.as_mut_ptr().cast(), buffer.len()) });
            with_data(reply, buffer)
        }
        Call::Write { fd, data } => {
            let data = bytes(data);
            // SAFETY: pointer and length are the buffer's.
            answer(unsafe { libc::write(*fd, data.as_ptr().cast(), data.len()) })
        }
        Call::Recv { fd, count, flags } => {
            let mut buffer = room(*count);
            // SAFETY: pointer and length are the buffer's.
            let reply = answer(unsafe { libc::recv(*fd, buffer.as_mut_ptr().cast(), buffer.len(), *flags) });
            with_data(reply, buffer)
        }
        Call::Recvfrom { fd, count, flags } => names::receive(*fd, room(*count), *flags),
        Call::Send { fd, data, flags, to } => {
            let data = bytes(data);
            let Some(to) = to else {
                // SAFETY: pointer and length are the buffer's.
                return answer(unsafe { libc::send(*fd, data.as_ptr().cast(), data.len(), *flags) });
            };
            let (to, length) = address(to);
            // SAFETY: both pointers and lengths are those of live values.
            answer(unsafe {
                libc::sendto(*fd, data.as_ptr().cast(), data.len(), *flags, (&raw const to).cast(), length)
            })
        }
        Call::Readv { fd, counts } => {
            let mut buffers: Vec<Vec<u8>> = counts.iter().map(|count| room(*count)).collect();
            let parts: Vec<libc::iovec> = buffers.iter_mut().map(|buffer| part(buffer)).collect();
            // SAFETY: the parts point to live buffers.
            let reply = answer(unsafe { libc::readv(*fd, parts.as_ptr(), i32::try_from(parts.len()).unwrap_or(0)) });
            with_data(reply, buffers.concat())
        }
        Call::Writev { fd, data } => {
            let mut buffers: Vec<Vec<u8>> = data.iter().map(bytes).collect();
            let parts: Vec<libc::iovec> = buffers.iter_mut().map(|buffer| part(buffer)).collect();
            // SAFETY: the parts point to live buffers.
            answer(unsafe { libc::writev(*fd, parts.as_ptr(), i32::try_from(parts.len()).unwrap_or(0)) })
        }
        Call::Vmsplice { .. } | Call::VmspliceOut { .. } => make_vmsplice(call),
        Call::Recvmsg { .. } | Call::Sendmsg { .. } => make_message(call),
        Call::Sendmmsg { fd, messages, flags } => {
            let mut buffers: Vec<Vec<u8>> = messages.iter().map(|message| bytes(&message.data)).collect();
            let mut parts: Vec<libc::iovec> = buffers.iter_mut().map(|buffer| part(buffer)).collect();
            let mut all = headers(&mut parts);
            let count = u32::try_from(all.len()).unwrap_or(0);
            // SAFETY: the headers point to parts of live buffers.
            let reply = of(unsafe { libc::sendmmsg(*fd, all.as_mut_ptr(), count, *flags as _) });
            with_messages(reply, &all, &[])
        }
        Call::Recvmmsg { fd, count, messages, flags } => {
            let mut buffers: Vec<Vec<u8>> = (0..*messages).map(|_| room(*count)).collect();
            let mut parts: Vec<libc::iovec> = buffers.iter_mut().map(|buffer| part(buffer)).collect();
            let mut all = headers(&mut parts);
            // SAFETY: the headers point to parts of live buffers; there is no time-out.
            let reply = of(unsafe { libc::recvmmsg(*fd, all.as_mut_ptr(), *messages, *flags as _, null_mut()) });
            with_messages(reply, &all, &buffers)
        }
        _ => make_other(call),
    }
}

fn part(buffer: &mut [u8]) -> libc::iovec {
    libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: buffer.len() }
}

fn headers(parts: &mut [libc::iovec]) -> Vec<libc::mmsghdr> {
    let one = |part: &mut libc::iovec| {
        // SAFETY: all zeroes is a valid mmsghdr.
        let mut one: libc::mmsghdr = unsafe { zeroed() };
        (one.msg_hdr.msg_iov, one.msg_hdr.msg_iovlen) = (std::ptr::from_mut(part), 1);
        one
    };
    parts.iter_mut().map(one).collect()
}

fn with_messages(mut reply: Reply, all: &[libc::mmsghdr], buffers: &[Vec<u8>]) -> Reply {
    let Ok(done) = usize::try_from(reply.ret) else { return reply };
    for (one, buffer) in all.iter().take(done).zip(buffers) {
        reply.data.extend(&buffer[..buffer.len().min(one.msg_len as usize)]);
    }
    let message = |one: &libc::mmsghdr| IncomingMessage {
        len: u64::from(one.msg_len),
        flags: one.msg_hdr.msg_flags,
        ..IncomingMessage::default()
    };
    with(reply, Extra::Messages(all.iter().take(done).map(message).collect()))
}

fn make_message(call: &Call) -> Reply {
    // SAFETY: all zeroes is a valid msghdr.
    let mut header: libc::msghdr = unsafe { zeroed() };
    // As long words, so that it is aligned for its headers.
    let mut control = vec![0_u64; 16384];
    match call {
        Call::Sendmsg { fd, data, fds, creds, to, flags } => {
            let mut data = bytes(data);
            let mut only = part(&mut data);
            (header.msg_iov, header.msg_iovlen) = (&raw mut only, 1);
            let mut to = to.as_ref().map(address);
            if let Some((to, length)) = &mut to {
                (header.msg_name, header.msg_namelen) = (std::ptr::from_mut(to).cast(), *length);
            }
            let filled = fill(&mut control, fds, *creds);
            if filled > 0 {
                (header.msg_control, header.msg_controllen) = (control.as_mut_ptr().cast(), filled);
            }
            // SAFETY: everything the header points to is alive.
            answer(unsafe { libc::sendmsg(*fd, &raw const header, *flags) })
        }
        Call::Recvmsg { fd, count, room: wanted, flags } => {
            let mut data = room(*count);
            let mut only = part(&mut data);
            (header.msg_iov, header.msg_iovlen) = (&raw mut only, 1);
            let length = control_length(*fd, *wanted);
            if length > 0 {
                (header.msg_control, header.msg_controllen) = (control.as_mut_ptr().cast(), length);
            }
            // SAFETY: everything the header points to is alive.
            let reply = answer(unsafe { libc::recvmsg(*fd, &raw mut header, *flags) });
            if reply.ret < 0 {
                return reply;
            }
            let (fds, creds) = parse(&header);
            let control = header.msg_controllen as u64;
            with(with_data(reply, data), Extra::Message { flags: header.msg_flags, fds, creds, control })
        }
        _ => of(-1),
    }
}

fn control_length(fd: i32, wanted: ControlRoom) -> usize {
    match wanted {
        ControlRoom::None => 0,
        ControlRoom::Bytes(bytes) => bytes as usize,
        ControlRoom::Descriptors(count) => {
            let passcred = option(fd, libc::SO_PASSCRED).1 == 1;
            // SAFETY: these only compute.
            let creds = if passcred { unsafe { libc::CMSG_SPACE(12) as usize } } else { 0 };
            // SAFETY: as above.
            let rights = if count > 0 { unsafe { libc::CMSG_LEN(4 * count) as usize } } else { 0 };
            creds + rights
        }
    }
}

/// Lays out what is to be sent; how many bytes it is.
fn fill(control: &mut [u64], fds: &[i32], creds: bool) -> usize {
    let mut words: Vec<u8> = Vec::new();
    let mut push = |kind: i32, payload: Vec<u8>| {
        words.extend((16 + payload.len()).to_ne_bytes());
        words.extend(libc::SOL_SOCKET.to_ne_bytes());
        words.extend(kind.to_ne_bytes());
        words.extend(payload);
        words.resize(words.len().next_multiple_of(8), 0);
    };
    if !fds.is_empty() {
        push(libc::SCM_RIGHTS, fds.iter().flat_map(|fd| fd.to_ne_bytes()).collect());
    }
    if creds {
        let (uid, gid) = (nix::unistd::getuid().as_raw(), nix::unistd::getgid().as_raw());
        let own = [std::process::id(), uid, gid];
        push(libc::SCM_CREDENTIALS, own.iter().flat_map(|number| number.to_ne_bytes()).collect());
    }
    for (to, from) in control.iter_mut().zip(words.chunks(8)) {
        *to = u64::from_ne_bytes(from.try_into().unwrap_or_default());
    }
    words.len()
}

fn parse(header: &libc::msghdr) -> (Vec<i32>, Option<Credentials>) {
    let (mut fds, mut creds) = (Vec::new(), None);
    // SAFETY: the header is as the kernel filled it.
    let mut at = unsafe { libc::CMSG_FIRSTHDR(header) };
    while !at.is_null() {
        // SAFETY: CMSG_FIRSTHDR and CMSG_NXTHDR give pointers to whole headers.
        let message = unsafe { *at };
        // SAFETY: as above.
        let data = unsafe { libc::CMSG_DATA(at) };
        let words = (message.cmsg_len as usize - 16) / 4;
        // SAFETY: cmsg_len says that so many bytes follow.
        let bytes = unsafe { std::slice::from_raw_parts(data, words * 4) };
        let numbers: Vec<i32> =
            bytes.chunks(4).map(|four| i32::from_ne_bytes(four.try_into().unwrap_or_default())).collect();
        if message.cmsg_type == libc::SCM_RIGHTS {
            fds.extend(&numbers);
        } else if let [pid, uid, gid] = numbers[..] {
            creds = Some(Credentials { pid, uid: uid.cast_unsigned(), gid: gid.cast_unsigned() });
        }
        // SAFETY: as above.
        at = unsafe { libc::CMSG_NXTHDR(header, at) };
    }
    (fds, creds)
}

fn make_other(call: &Call) -> Reply {
    match *call {
        Call::Socketpair { domain, kind, protocol } => {
            let mut array = [-1; 2];
            // SAFETY: the pointer is to two ints.
            let reply = of(unsafe { libc::socketpair(domain, kind, protocol, array.as_mut_ptr()) });
            with(reply, Extra::Array(array))
        }
        Call::Pipe2 { flags } => {
            let mut array = [-1; 2];
            // SAFETY: the pointer is to two ints.
            let reply = of(unsafe { libc::pipe2(array.as_mut_ptr(), flags) });
            with(reply, Extra::Array(array))
        }
        Call::Poll { ref fds, ref events, timeout_ms } => {
            let events = events.last().and_then(|events| i16::try_from(*events).ok()).unwrap_or(0);
            let mut polled: Vec<libc::pollfd> =
                fds.iter().map(|fd| libc::pollfd { fd: *fd, events, revents: 0 }).collect();
            // SAFETY: pointer and length are the vector's.
            let reply = of(unsafe { libc::poll(polled.as_mut_ptr(), polled.len() as libc::nfds_t, timeout_ms) });
            with(reply, Extra::Revents(polled.iter().map(|one| one.revents).collect()))
        }
        Call::Open { ref path, .. } | Call::Mkfifo { ref path, .. } | Call::Unlink { ref path } => {
            files::make(call, path)
        }
        Call::Getsockname { fd } => names::name(fd, libc::getsockname),
        Call::Getpeername { fd } => names::name(fd, libc::getpeername),
        Call::Getsockopt { fd, option: ref word } => get(fd, word),
        Call::Setsockopt { fd, option: ref word, value } => set(fd, word, i32::try_from(value).unwrap_or(0)),
        Call::Atmark { fd } => {
            let mut value = 0;
            // SAFETY: SIOCATMARK writes one int.
            let reply = of(unsafe { libc::ioctl(fd, 0x8905, &raw mut value) });
            if reply.ret < 0 { reply } else { with(reply, Extra::Value(i64::from(value))) }
        }
        Call::Bind { fd, address: ref to } => {
            let (to, length) = address(to);
            // SAFETY: pointer and length are the address's.
            of(unsafe { libc::bind(fd, (&raw const to).cast(), length) })
        }
        Call::Connect { fd, address: ref to } => {
            let (to, length) = address(to);
            // SAFETY: pointer and length are the address's.
            of(unsafe { libc::connect(fd, (&raw const to).cast(), length) })
        }
        _ => make_simple(call),
    }
}

/// Calls that take numbers only.
#[expect(clippy::too_many_lines, reason = "one table of calls")]
fn make_simple(call: &Call) -> Reply {
    let flag = |fd, (get, set): (i32, i32), bit: i32, on: bool| {
        // SAFETY: F_GETFL and F_GETFD take nothing.
        let flags = unsafe { libc::fcntl(fd, get) };
        if flags < 0 {
            return of(flags);
        }
        // SAFETY: F_SETFL and F_SETFD take a number.
        of(unsafe { libc::fcntl(fd, set, if on { flags | bit } else { flags & !bit }) })
    };
    match *call {
        // SAFETY: these take numbers, and a null pointer where accept allows it.
        Call::Close { fd } => of(unsafe { libc::close(fd) }),
        Call::Splice { from, to, count, flags } => {
            let count = usize::try_from(count).unwrap_or(0);
            // SAFETY: as above.
            answer(unsafe { libc::splice(from, null_mut(), to, null_mut(), count, flags.cast_unsigned()) })
        }
        Call::Tee { from, to, count, flags } => {
            // SAFETY: as above.
            answer(unsafe { libc::tee(from, to, usize::try_from(count).unwrap_or(0), flags.cast_unsigned()) })
        }
        // SAFETY: as above.
        Call::Dup { fd } => of(unsafe { libc::dup(fd) }),
        // SAFETY: as above.
        Call::Dup2 { fd, to } => of(unsafe { libc::dup2(fd, to) }),
        // SAFETY: as above.
        Call::Dup3 { fd, to, flags } => of(unsafe { libc::dup3(fd, to, flags) }),
        Call::DupFrom { fd, least, cloexec } => {
            let command = if cloexec { libc::F_DUPFD_CLOEXEC } else { libc::F_DUPFD };
            // SAFETY: as above.
            of(unsafe { libc::fcntl(fd, command, least) })
        }
        Call::CloseRange { first, last, flags } => {
            // SAFETY: as above.
            of(unsafe { libc::close_range(first, last, flags) })
        }
        // SAFETY: as above.
        Call::EpollCreate { flags } => of(unsafe { libc::epoll_create1(flags) }),
        Call::EpollCtl { epoll, op, fd, events, data } => {
            let mut event = libc::epoll_event { events, u64: data };
            // SAFETY: the pointer is to a whole epoll_event.
            of(unsafe { libc::epoll_ctl(epoll, op, fd, &raw mut event) })
        }
        Call::EpollWait { epoll, count, timeout_ms } => {
            let mut ready = [libc::epoll_event { events: 0, u64: 0 }; 64];
            // SAFETY: there is room for as many as are asked for.
            let reply = of(unsafe { libc::epoll_wait(epoll, ready.as_mut_ptr(), count.min(64), timeout_ms) });
            let told = usize::try_from(reply.ret).unwrap_or(0);
            let rows = ready[..told].iter().map(|event| (event.u64, event.events)).collect();
            if reply.ret < 0 { reply } else { with(reply, Extra::Epoll(rows)) }
        }
        // SAFETY: as above.
        Call::Eventfd { initial, flags } => of(unsafe { libc::eventfd(initial, flags) }),
        Call::PidfdOpen { pid, flags } => {
            // SAFETY: as above.
            of(i32::try_from(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) }).unwrap_or(-1))
        }
        // SAFETY: as above.
        Call::Setsid => of(unsafe { libc::setsid() }),
        // SAFETY: as above.
        Call::Setpgid { pid, group } => of(unsafe { libc::setpgid(pid, group) }),
        // SAFETY: as above.
        Call::Shutdown { fd, how } => of(unsafe { libc::shutdown(fd, how) }),
        // SAFETY: as above.
        Call::Socket { domain, kind, protocol } => of(unsafe { libc::socket(domain, kind, protocol) }),
        // SAFETY: as above.
        Call::Listen { fd, backlog } => of(unsafe { libc::listen(fd, backlog) }),
        // SAFETY: as above.
        Call::Accept { fd, .. } => of(unsafe { libc::accept(fd, null_mut(), null_mut()) }),
        // SAFETY: as above.
        Call::GetPipeSize { fd } => of(unsafe { libc::fcntl(fd, libc::F_GETPIPE_SZ) }),
        // SAFETY: as above.
        Call::SetPipeSize { fd, size } => of(unsafe { libc::fcntl(fd, libc::F_SETPIPE_SZ, size) }),
        Call::SetNonblock { fd, on } => {
            let reply = flag(fd, (libc::F_GETFL, libc::F_SETFL), libc::O_NONBLOCK, on);
            // SAFETY: F_GETFL takes nothing.
            let now = unsafe { libc::fcntl(fd, libc::F_GETFL) } & !libc::O_LARGEFILE & !0o100_000;
            if reply.ret < 0 { reply } else { with(reply, Extra::Value(i64::from(now))) }
        }
        Call::SetCloexec { fd, on } => flag(fd, (libc::F_GETFD, libc::F_SETFD), libc::FD_CLOEXEC, on),
        Call::Setrlimit { nofile } => {
            let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
            // SAFETY: the pointer is to a whole rlimit.
            unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) };
            limit.rlim_cur = nofile;
            // SAFETY: as above.
            of(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) })
        }
        _ => super::tasks::make(call).unwrap_or_else(|| Reply {
            ret: -2,
            errno: 0,
            data: format!("{call:?} is not made here").into_bytes(),
            extra: Extra::None,
        }),
    }
}
