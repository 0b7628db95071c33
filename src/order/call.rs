//! One system call with its arguments: what a task is told to make, and what any program was seen to make.

use serde::{Deserialize, Serialize};

use crate::abi::Disposition;

use super::Payload;
use super::address::{FilePath, SocketAddress};

/// The control buffer of recvmsg(2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ControlRoom {
    /// None.
    None,
    /// CMSG_LEN of so many descriptors, and of credentials where SO_PASSCRED is on.
    Descriptors(u32),
    /// So many bytes.
    Bytes(u32),
}

/// One message of sendmmsg(2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutgoingMessage {
    /// Its bytes.
    pub data: Payload,
    /// Descriptors that go with it.
    pub fds: Vec<i32>,
}

/// Which call gives a program one more task that shares with it what the flags say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CloneCall {
    /// clone(2).
    Clone,
    /// clone3(2).
    Clone3,
}

/// One system call with its arguments; numbers and bits as C passes them.
///
/// `Thread` is a thread of the C library's, which passes clone3(2) its flags. An `Exec` without a program is of the agent's own.
/// `Poll` asks of each descriptor what stands at its place, of those beyond the last what stands there. `Select` without a
/// time-out waits for ever. `DupFrom` is fcntl(2) with F_DUPFD or F_DUPFD_CLOEXEC; `ParentDeathSignal` is prctl(2). With flags
/// `Accept` is accept4(2), without accept(2). `Recvmmsg` takes at most `messages` messages, each with room for `count` bytes.
/// `BlockSignals` is sigprocmask(2) with SIG_BLOCK.
/// `Other` is shown and changes nothing: a name, the descriptor it is about, its arguments as they are to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "variants and fields are the system calls and their arguments")]
pub enum Call {
    Socketpair { domain: i32, kind: i32, protocol: i32 },
    Pipe2 { flags: i32 },
    Fork,
    Vfork,
    Thread,
    Clone { call: CloneCall, flags: u64 },
    Exec { program: Option<String>, args: Vec<String> },
    Exit { code: i32 },
    ExitGroup { code: i32 },
    Waitpid { pid: i32, options: i32 },
    Read { fd: i32, count: u64 },
    Write { fd: i32, data: Payload },
    Recv { fd: i32, count: u64, flags: i32 },
    Recvfrom { fd: i32, count: u64, flags: i32 },
    Send { fd: i32, data: Payload, flags: i32, to: Option<SocketAddress> },
    Readv { fd: i32, counts: Vec<u64> },
    Writev { fd: i32, data: Vec<Payload> },
    Recvmsg { fd: i32, count: u64, room: ControlRoom, flags: i32 },
    Sendmsg { fd: i32, data: Payload, fds: Vec<i32>, creds: bool, to: Option<SocketAddress>, flags: i32 },
    Recvmmsg { fd: i32, count: u64, messages: u32, flags: i32 },
    Sendmmsg { fd: i32, messages: Vec<OutgoingMessage>, flags: i32 },
    Splice { from: i32, to: i32, count: u64, flags: i32 },
    Tee { from: i32, to: i32, count: u64, flags: i32 },
    Vmsplice { fd: i32, data: Vec<Payload>, flags: i32 },
    VmspliceOut { fd: i32, counts: Vec<u64>, flags: i32 },
    Sendfile { to: i32, from: i32, count: u64 },
    Close { fd: i32 },
    CloseRange { first: u32, last: u32, flags: i32 },
    Dup { fd: i32 },
    Dup2 { fd: i32, to: i32 },
    Dup3 { fd: i32, to: i32, flags: i32 },
    DupFrom { fd: i32, least: i32, cloexec: bool },
    Open { path: FilePath, flags: i32 },
    Mkfifo { path: FilePath, mode: u32 },
    Unlink { path: FilePath },
    Shutdown { fd: i32, how: i32 },
    Poll { fds: Vec<i32>, events: Vec<i32>, timeout_ms: i32 },
    Select { read: Vec<i32>, write: Vec<i32>, except: Vec<i32>, timeout_ms: Option<i64> },
    EpollCreate { flags: i32 },
    EpollCtl { epoll: i32, op: i32, fd: i32, events: u32, data: u64 },
    EpollWait { epoll: i32, count: i32, timeout_ms: i32 },
    Eventfd { initial: u32, flags: i32 },
    Signalfd { signals: Vec<i32>, flags: i32 },
    TimerfdCreate { flags: i32 },
    TimerfdSettime { fd: i32, ms: u64 },
    PidfdOpen { pid: i32, flags: i32 },
    BlockSignals { signals: Vec<i32> },
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
    Accept { fd: i32, flags: Option<i32> },
    Kill { pid: i32, signal: i32 },
    Setsid,
    Setpgid { pid: i32, group: i32 },
    Getppid,
    Pause,
    ParentDeathSignal { signal: i32 },
    Other { name: String, fd: Option<i32>, text: String },
}

impl Call {
    /// The further descriptors that it names: all that is polled, what is passed, the other side of what is moved.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls name one descriptor at most")]
    pub fn more_fds(&self) -> Vec<i32> {
        match self {
            Self::Poll { fds, .. } => fds.iter().skip(1).copied().collect(),
            Self::Select { read, write, except, .. } => {
                read.iter().chain(write).chain(except).skip(1).copied().collect()
            }
            Self::Sendmsg { fds, .. } => fds.clone(),
            Self::Sendmmsg { messages, .. } => {
                messages.iter().flat_map(|message| message.fds.iter().copied()).collect()
            }
            Self::Splice { to, .. } | Self::Tee { to, .. } => vec![*to],
            Self::Sendfile { from, .. } => vec![*from],
            Self::EpollCtl { fd, .. } => vec![*fd],
            _ => Vec::new(),
        }
    }

    /// The descriptor that its bytes go to, if it writes or moves some.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls write to the descriptor they are about")]
    pub fn written_fd(&self) -> Option<i32> {
        match *self {
            Self::Splice { to, .. } | Self::Tee { to, .. } | Self::Sendfile { to, .. } => Some(to),
            _ => self.fd(),
        }
    }

    /// The buffers of a writing call.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls bring no bytes of their own")]
    pub fn payloads(&self) -> &[Payload] {
        match self {
            Self::Write { data, .. } | Self::Send { data, .. } | Self::Sendmsg { data, .. } => {
                std::slice::from_ref(data)
            }
            Self::Writev { data, .. } | Self::Vmsplice { data, .. } => data,
            _ => &[],
        }
    }

    /// Bytes the call offers, if it writes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls bring no bytes of their own")]
    pub fn offered(&self) -> Option<u64> {
        match self {
            Self::Write { .. }
            | Self::Send { .. }
            | Self::Sendmsg { .. }
            | Self::Writev { .. }
            | Self::Vmsplice { .. } => Some(self.payloads().iter().map(Payload::len).sum()),
            _ => None,
        }
    }

    /// Bytes the call has room for, if it reads.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls have no buffer to fill")]
    pub fn room(&self) -> Option<u64> {
        match self {
            Self::Read { count, .. }
            | Self::Recv { count, .. }
            | Self::Recvfrom { count, .. }
            | Self::Recvmsg { count, .. } => Some(*count),
            Self::Readv { counts, .. } | Self::VmspliceOut { counts, .. } => Some(counts.iter().sum()),
            _ => None,
        }
    }

    /// Whether it reads: into one buffer, several, or a message into each.
    pub fn is_reading(&self) -> bool {
        self.room().is_some() || matches!(self, Self::Recvmmsg { .. })
    }

    /// Whether it writes bytes of its own.
    pub fn is_writing(&self) -> bool {
        self.offered().is_some() || matches!(self, Self::Sendmmsg { .. })
    }

    /// The MSG_ flags it passes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls pass none")]
    pub fn flags(&self) -> i32 {
        match self {
            Self::Recv { flags, .. }
            | Self::Recvfrom { flags, .. }
            | Self::Send { flags, .. }
            | Self::Recvmsg { flags, .. }
            | Self::Sendmsg { flags, .. }
            | Self::Recvmmsg { flags, .. }
            | Self::Sendmmsg { flags, .. } => *flags,
            _ => 0,
        }
    }

    /// What poll(2) asks of the descriptor at this place.
    pub fn asked_at(&self, place: usize) -> i32 {
        let Self::Poll { events, .. } = self else { return 0 };
        events.get(place).or(events.last()).copied().unwrap_or(0)
    }
}
