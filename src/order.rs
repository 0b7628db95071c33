//! What a task is told to do, every name resolved to a number, and what came of it. Both directions of the control channel
//! and of the ring are typed here; nothing here makes a call.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each question is about a few calls; of all others the answer is no"
)]

mod payload;

use serde::{Deserialize, Serialize};

use crate::script::Disposition;

pub use payload::{Payload, hash};

/// Bytes of one call's buffer that a record keeps; a longer buffer is kept as its beginning, its length and its hash.
pub const KEEP: usize = 4096;
/// The same for each call of a loop.
pub const KEEP_IN_LOOP: usize = 256;

/// One order to one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Work {
    /// One system call.
    Call(Call),
    /// One system call, unless the task's last one has failed: it was ordered ahead.
    Then(Call),
    /// A tight loop of calls. The data of its first `keep` calls is recorded, of the others only what they returned.
    Loop {
        /// Which loop.
        of: Loop,
        /// Calls whose data is recorded.
        keep: u64,
    },
    /// One read whenever there is something (or at each tick), until EOF or the next order.
    Reader {
        /// The end's descriptor.
        fd: i32,
        /// The tick in milliseconds; none: as soon as there is something.
        every_ms: Option<u64>,
        /// Buffer size of each read.
        count: u64,
    },
}

impl Work {
    /// As it is sent.
    pub fn message(&self) -> Vec<u8> {
        postcard::to_stdvec(self).unwrap_or_default()
    }

    /// Whether it gives the bench one more task.
    pub fn makes_task(&self) -> bool {
        matches!(self, Self::Call(call) | Self::Then(call) if call.makes_task())
    }
}

/// What is closed once a channel and the children it is for are there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closes {
    /// By the parent, once all children are forked.
    pub own: Vec<i32>,
    /// By each child, first of all: its name, and what.
    pub children: Vec<(String, Vec<i32>)>,
}

/// A loop of calls that counts as one statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the fields are the statement's arguments, resolved")]
pub enum Loop {
    Flood {
        fd: i32,
        size: u64,
        count: u64,
    },
    /// `dontwait`: until nothing is left; `pipe`: recv(2) does not serve, so poll(2) comes first.
    Drain {
        fd: i32,
        count: u64,
        dontwait: bool,
        pipe: bool,
    },
    Echo {
        fd: i32,
    },
    Ping {
        fd: i32,
        size: u64,
        count: u64,
    },
}

/// The byte that `flood` and `ping` write, over and over.
pub const FLOOD_BYTE: u8 = b'x';

/// A socket address as the kernel gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SocketAddress {
    /// As written: `@name` or `name`.
    pub shown: String,
    /// `sun_path`: with the leading zero byte of an abstract name, or a path in the run's private folder.
    pub path: Vec<u8>,
}

/// The control buffer of recvmsg(2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ControlRoom {
    /// None.
    None,
    /// CMSG_LEN of so many descriptors, and of credentials where SO_PASSCRED is on.
    Descriptors(u32),
    /// So many bytes.
    Bytes(u32),
}

/// One system call with its arguments; numbers and bits as C passes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "variants and fields are the system calls and their arguments")]
pub enum Call {
    Socketpair { domain: i32, kind: i32, protocol: i32 },
    Pipe2 { flags: i32 },
    Fork,
    Thread,
    Exec,
    Exit { code: i32 },
    Waitpid { pid: i32 },
    Read { fd: i32, count: u64 },
    Write { fd: i32, data: Payload },
    Recv { fd: i32, count: u64, flags: i32 },
    Send { fd: i32, data: Payload, flags: i32, to: Option<SocketAddress> },
    Readv { fd: i32, counts: Vec<u64> },
    Writev { fd: i32, data: Vec<Payload> },
    Recvmsg { fd: i32, count: u64, room: ControlRoom, flags: i32 },
    Sendmsg { fd: i32, data: Payload, fds: Vec<i32>, creds: bool, to: Option<SocketAddress>, flags: i32 },
    Close { fd: i32 },
    Dup { fd: i32 },
    Shutdown { fd: i32, how: i32 },
    Poll { fds: Vec<i32>, events: i32, timeout_ms: i32 },
    Getsockopt { fd: i32, option: String },
    Setsockopt { fd: i32, option: String, value: i64 },
    Atmark { fd: i32 },
    Getsockname { fd: i32 },
    Getpeername { fd: i32 },
    SetNonblock { fd: i32, on: bool },
    SetCloexec { fd: i32, on: bool },
    GetPipeSize { fd: i32 },
    SetPipeSize { fd: i32, size: i64 },
    Signal { signal: i32, disposition: Disposition },
    Setrlimit { nofile: u64 },
    Socket { domain: i32, kind: i32, protocol: i32 },
    Bind { fd: i32, address: SocketAddress },
    Listen { fd: i32, backlog: i32 },
    Connect { fd: i32, address: SocketAddress },
    Accept { fd: i32 },
    Kill { pid: i32, signal: i32 },
}

/// What a call brought beside its return value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The beginning of what arrived, at most [`KEEP`] bytes.
    pub data: Vec<u8>,
    /// [`hash`] of all that arrived.
    pub hash: u64,
    /// The rest.
    pub extra: Extra,
}

/// The part of an outcome that only some calls have.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Extra {
    /// Nothing.
    #[default]
    None,
    /// What the array holds after socketpair or pipe2.
    Array([i32; 2]),
    /// poll's answer, one each in the order asked.
    Revents(Vec<i16>),
    /// The value of a socket option or of SIOCATMARK.
    Value(i64),
    /// The credentials of SO_PEERCRED: pid, uid, gid.
    Peer(Credentials),
    /// A socket's name, as the statement writes it (`@name`), without what made it unique.
    Name(Vec<u8>),
    /// What came with a message.
    Message {
        /// `msg_flags`.
        flags: i32,
        /// Descriptors installed, in order.
        fds: Vec<i32>,
        /// SCM_CREDENTIALS.
        creds: Option<Credentials>,
        /// `msg_controllen`: how much of the control buffer is filled.
        control: u64,
    },
    /// The status word of waitpid.
    Status(i32),
}

/// `struct ucred`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "as in unix(7)")]
pub struct Credentials {
    pub pid: i32,
    pub uid: u32,
    pub gid: u32,
}

impl Call {
    /// The descriptor the call is about, if it is about one.
    pub fn fd(&self) -> Option<i32> {
        use Call as C;
        match *self {
            C::Read { fd, .. }
            | C::Write { fd, .. }
            | C::Recv { fd, .. }
            | C::Send { fd, .. }
            | C::Readv { fd, .. }
            | C::Writev { fd, .. }
            | C::Recvmsg { fd, .. }
            | C::Sendmsg { fd, .. }
            | C::Close { fd }
            | C::Dup { fd }
            | C::Shutdown { fd, .. }
            | C::Getsockopt { fd, .. }
            | C::Setsockopt { fd, .. }
            | C::Atmark { fd }
            | C::Getsockname { fd }
            | C::Getpeername { fd }
            | C::SetNonblock { fd, .. }
            | C::SetCloexec { fd, .. }
            | C::GetPipeSize { fd }
            | C::SetPipeSize { fd, .. }
            | C::Bind { fd, .. }
            | C::Listen { fd, .. }
            | C::Connect { fd, .. }
            | C::Accept { fd } => Some(fd),
            C::Poll { ref fds, .. } => fds.first().copied(),
            C::Socketpair { .. }
            | C::Pipe2 { .. }
            | C::Fork
            | C::Thread
            | C::Exec
            | C::Exit { .. }
            | C::Waitpid { .. }
            | C::Signal { .. }
            | C::Setrlimit { .. }
            | C::Socket { .. }
            | C::Kill { .. } => None,
        }
    }

    /// Whether it gives the bench one more task.
    pub fn makes_task(&self) -> bool {
        matches!(self, Self::Fork | Self::Thread)
    }

    /// libc's name.
    pub fn name(&self) -> &'static str {
        use Call as C;
        match self {
            C::Socketpair { .. } => "socketpair",
            C::Pipe2 { .. } => "pipe2",
            C::Fork => "fork",
            C::Thread => "pthread_create",
            C::Exec => "execve",
            C::Exit { .. } => "exit",
            C::Waitpid { .. } => "waitpid",
            C::Read { .. } => "read",
            C::Write { .. } => "write",
            C::Recv { .. } => "recv",
            C::Send { to: None, .. } => "send",
            C::Send { to: Some(_), .. } => "sendto",
            C::Readv { .. } => "readv",
            C::Writev { .. } => "writev",
            C::Recvmsg { .. } => "recvmsg",
            C::Sendmsg { .. } => "sendmsg",
            C::Close { .. } => "close",
            C::Dup { .. } => "dup",
            C::Shutdown { .. } => "shutdown",
            C::Poll { .. } => "poll",
            C::Getsockopt { .. } => "getsockopt",
            C::Setsockopt { .. } => "setsockopt",
            C::Atmark { .. } => "ioctl",
            C::Getsockname { .. } => "getsockname",
            C::Getpeername { .. } => "getpeername",
            C::SetNonblock { .. } | C::SetCloexec { .. } | C::GetPipeSize { .. } | C::SetPipeSize { .. } => "fcntl",
            C::Signal { .. } => "signal",
            C::Setrlimit { .. } => "setrlimit",
            C::Socket { .. } => "socket",
            C::Bind { .. } => "bind",
            C::Listen { .. } => "listen",
            C::Connect { .. } => "connect",
            C::Accept { .. } => "accept",
            C::Kill { .. } => "kill",
        }
    }

    /// Bytes the call offers, if it writes.
    pub fn offered(&self) -> Option<u64> {
        match self {
            Self::Write { data, .. } | Self::Send { data, .. } | Self::Sendmsg { data, .. } => Some(data.len()),
            Self::Writev { data, .. } => Some(data.iter().map(Payload::len).sum()),
            _ => None,
        }
    }

    /// Bytes the call has room for, if it reads.
    pub fn room(&self) -> Option<u64> {
        match self {
            Self::Read { count, .. } | Self::Recv { count, .. } | Self::Recvmsg { count, .. } => Some(*count),
            Self::Readv { counts, .. } => Some(counts.iter().sum()),
            _ => None,
        }
    }

    /// The MSG_ flags it passes.
    pub fn flags(&self) -> i32 {
        match self {
            Self::Recv { flags, .. }
            | Self::Send { flags, .. }
            | Self::Recvmsg { flags, .. }
            | Self::Sendmsg { flags, .. } => *flags,
            _ => 0,
        }
    }
}

impl Loop {
    /// The descriptor it works on.
    pub fn fd(&self) -> i32 {
        match *self {
            Self::Flood { fd, .. } | Self::Drain { fd, .. } | Self::Echo { fd } | Self::Ping { fd, .. } => fd,
        }
    }

    /// The calls of one round, in order.
    pub fn calls(&self) -> Vec<Call> {
        let payload = |size: u64| Payload { word: vec![FLOOD_BYTE], times: size };
        match *self {
            Self::Flood { fd, size, .. } => vec![Call::Write { fd, data: payload(size) }],
            Self::Drain { fd, count, dontwait: true, pipe: false } => {
                vec![Call::Recv { fd, count, flags: crate::abi::MSG_DONTWAIT }]
            }
            Self::Drain { fd, count, .. } => vec![Call::Read { fd, count }],
            Self::Echo { fd } => {
                vec![
                    Call::Read { fd, count: ECHO_BUFFER },
                    Call::Write { fd, data: Payload { word: vec![], times: 0 } },
                ]
            }
            Self::Ping { fd, size, .. } => {
                vec![Call::Write { fd, data: payload(size) }, Call::Read { fd, count: size.max(1) }]
            }
        }
    }
}

/// Buffer of `echo`, in bytes.
pub const ECHO_BUFFER: u64 = 65536;
