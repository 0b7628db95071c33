//! The language as data: what a statement says and what it expects. Text becomes this in `script::parse`; nothing here makes
//! a call or knows who is alive.

mod ends;
pub mod expect;
pub mod parse;
pub mod values;
pub mod words;

use crate::abi::{Disposition, Errno, Signal, TaskState};
use crate::order::Call;

/// The longest statement, in bytes. A longer one is a parse error.
pub const MAX_STATEMENT: usize = 64 * 1024;
/// The largest script, in bytes. A larger one is a parse error.
pub const MAX_SCRIPT: usize = 4 * 1024 * 1024;
/// The most bytes one DATA, one buffer or one `flood` piece may have.
pub const MAX_DATA: u64 = 16 * 1024 * 1024;

/// One line of the language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Counted from 1; at the prompt always 1.
    pub line: u32,
    /// The statement as written, without expectations and comment.
    pub text: String,
    /// `TASK:` in front.
    pub task: Option<String>,
    /// What to do.
    pub verb: Verb,
    /// All must hold.
    pub expectations: Vec<Expectation>,
}

/// A number of the language, known only when its statement is run if it names a captured value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Number {
    /// Written out, KiB and MiB multiplied in.
    Literal(i64),
    /// `$n`, `$n-32`, `$n+1`: what `=> $n` remembered, and what is added to it.
    Captured(String, i64),
}

/// Bytes of the language, not yet multiplied out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// The word or string, escapes resolved.
    pub word: Vec<u8>,
    /// How often; 1 unless `N*word` was written.
    pub times: Number,
}

/// An end as written: `chat[0]`, `server`, `chat[0]@7`, `@7`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndRef {
    /// By the name it was given, with the one of several descriptors where `@FD` follows.
    Named {
        /// `chat` and `Some(0)` of `chat[0]`; a socket by name has no index.
        name: EndName,
        /// After `@`.
        fd: Option<i32>,
    },
    /// A raw number, for EBADF and ENOTSOCK.
    Raw(i32),
}

/// The name of one side of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct EndName {
    /// `chat` of `chat[0]`.
    pub name: String,
    /// 0 or 1 of a pair or pipe; none of a socket by name.
    pub index: Option<u8>,
}

/// An address for bind, connect and `to=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// `@name`: the abstract namespace. The bytes behind the `@`, of any value.
    Abstract(Vec<u8>),
    /// `name`: a file in the run's private folder.
    File(Vec<u8>),
}

impl Address {
    /// The name as the kernel tells it: an `@` in front of an abstract one, of a file's up to its first zero byte.
    pub fn name(&self) -> Vec<u8> {
        match self {
            Self::Abstract(name) => [b"@", name.as_slice()].concat(),
            Self::File(name) => name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec(),
        }
    }

    /// That name for people.
    pub fn shown(&self) -> String {
        crate::text::name(&self.name())
    }
}

/// What `recvmsg` gives room for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// No control buffer.
    None,
    /// CMSG_LEN of so many descriptors.
    Descriptors(Number),
    /// So many bytes.
    Bytes(Number),
}

/// The kind of channel that the `channel` shorthand makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// A socketpair of this SOCK_ type.
    Pair(i32),
    /// pipe2(2), with O_DIRECT for a packet pipe.
    Pipe {
        /// O_DIRECT.
        direct: bool,
    },
}

/// Who holds the far end of a new channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelChildren {
    /// One child; its name, or the next free `childN`.
    One(Option<String>),
    /// `between=A,B`: `[0]` is A's, `[1]` is B's.
    Between(String, String),
}

/// What a statement does, arguments included. Flags are bits as in `abi`.
/// `Call` is made as it is written: nothing in it has to be found out first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the arguments of the system call that the variant is named after")]
pub enum Verb {
    Call(Call),
    Socketpair { kind: i32, name: String, domain: i32, protocol: i32, flags: i32 },
    Pipe { name: String, flags: i32 },
    Mkfifo { file: String },
    Open { file: String, flags: i32, name: String },
    Unlink { file: String },
    Pipesize { end: EndRef, size: Option<Number> },
    Fork { name: String },
    Thread { name: String },
    Exec,
    Exit { code: i32 },
    Wait { task: Option<String>, nohang: bool },
    Read { end: EndRef, count: Number },
    Write { end: EndRef, data: Data },
    Recv { end: EndRef, count: Number, flags: i32 },
    Recvfrom { end: EndRef, count: Number, flags: i32 },
    Send { end: EndRef, data: Data, flags: i32, to: Option<Address> },
    Readv { end: EndRef, counts: Vec<Number> },
    Writev { end: EndRef, data: Vec<Data> },
    Recvmsg { end: EndRef, count: Number, control: Control, flags: i32 },
    Sendmsg { end: EndRef, data: Data, fds: Vec<EndRef>, creds: bool, to: Option<Address>, flags: i32 },
    Sendmmsg { end: EndRef, data: Vec<Data> },
    Recvmmsg { end: EndRef, count: Number, messages: Number, flags: i32 },
    Splice { from: EndRef, to: EndRef, count: Number, flags: i32 },
    Tee { from: EndRef, to: EndRef, count: Number, flags: i32 },
    Vmsplice { end: EndRef, data: Vec<Data>, flags: i32 },
    VmspliceOut { end: EndRef, counts: Vec<Number>, flags: i32 },
    Close { end: EndRef },
    Dup { end: EndRef },
    Dup2 { end: EndRef, to: i32 },
    Dup3 { end: EndRef, to: i32, flags: i32 },
    Dupfd { end: EndRef, least: i32, cloexec: bool },
    Closerange { first: u32, last: u32 },
    Shutdown { end: EndRef, how: i32 },
    Poll { ends: Vec<EndRef>, events: i32, timeout_ms: i32 },
    Getsockopt { end: EndRef, option: String },
    Setsockopt { end: EndRef, option: String, value: Number },
    Atmark { end: EndRef },
    Getsockname { end: EndRef },
    Getpeername { end: EndRef },
    Nonblock { end: EndRef, on: bool },
    Cloexec { end: EndRef, on: bool },
    Signal { signal: Signal, disposition: Disposition },
    Rlimit { nofile: Number },
    Eventfd { name: String, initial: Number, flags: i32 },
    Timerfd { name: String, ms: Number, flags: i32 },
    Signalfd { name: String, signals: Vec<Signal>, flags: i32 },
    Pidfd { name: String, task: String, flags: i32 },
    Epoll { name: String, flags: i32 },
    Epollctl { epoll: EndRef, op: i32, end: EndRef, events: u32 },
    Epollwait { epoll: EndRef, count: Number, timeout_ms: i32 },
    Socket { kind: i32, name: String, flags: i32 },
    Bind { end: EndRef, address: Address },
    Listen { end: EndRef, backlog: Number },
    Connect { end: EndRef, address: Address },
    Accept { end: EndRef, name: String },
    Flood { end: EndRef, size: Number, count: Number },
    Drain { end: EndRef, count: Number, dontwait: bool },
    Echo { end: EndRef },
    Ping { end: EndRef, size: Number, count: Number },
    Reader { end: EndRef, every_ms: Option<Number>, count: Number },
    Interrupt { task: String },
    Kill { task: String, signal: Signal },
    KillGroup { task: String, signal: Signal },
    Setpgid { task: Option<String>, group: Option<String> },
    Stop { task: String },
    Cont { task: String },
    Channel { kind: ChannelKind, name: String, children: ChannelChildren, leaky: bool, reverse: bool },
    Repeat { count: Number, body: Box<Statement> },
    Sleep { ms: Number },
    Reset,
    Queue { end: EndRef },
    Holders { end: EndRef },
    Fds { task: Option<String> },
    Tasks,
    Why { about: Option<WhyAbout> },
}

/// In how many calls a statement is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// In one.
    One,
    /// In two: the second when the first has settled.
    OneByOne,
    /// In several, which are ordered ahead.
    Ahead,
}

/// What `why` is asked of. A bare word may name a task or a socket; who runs it decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyAbout {
    /// A bare word: a task, or a socket by name.
    Name(String),
    /// An end with index or `@FD`.
    End(EndRef),
}

/// One condition after `=>`, as written and as understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// As written, for `want`.
    pub text: String,
    /// As understood.
    pub want: Want,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the six comparisons")]
pub enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What must hold; the table of section 3 of the contract, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Want {
    /// `3`, `< 4096`, `$n-32` once `$n` is known.
    Number(Comparison, Number),
    /// `"text"`, `N*word`.
    Data(Data),
    /// `EOF`.
    Eof,
    /// `EPIPE`, `EPIPE|ECONNRESET`.
    Errno(Vec<Errno>),
    /// `sleeps`.
    Sleeps,
    /// `wakes TASK [RESULT]`.
    Wakes(String, Option<Box<Want>>),
    /// `still TASK`.
    Still(String),
    /// `reads TASK RESULT`.
    Reads(String, Box<Want>),
    /// `exits TASK CODE`.
    Exits(String, Number),
    /// `killed TASK SIGNAL`.
    Killed(String, Signal),
    /// `signals TASK SIGNAL`.
    Signals(String, Signal),
    /// `refused`.
    Refused,
    /// `MSG_TRUNC`, `!MSG_TRUNC`: the bit, and whether it must be set.
    MsgFlag(i32, bool),
    /// `POLLIN|POLLHUP` of the first end, `END:POLLOUT` of another; 0 for none.
    Revents(Option<EndRef>, i32),
    /// `fds=2`.
    Fds(Number),
    /// `from=@name`; none for `from=none`: who sent what recvfrom got, by its name's bytes.
    From(Option<Vec<u8>>),
    /// `value=3`, `value=SIGUSR1`: what a read of an eventfd, a timerfd or a signalfd brought.
    Value(Number),
    /// `creds=TASK`; none for `creds=none`.
    Creds(Option<String>),
    /// A bare word: the task that SO_PEERCRED names.
    Task(String),
    /// `sv=-1,-1`.
    Sv(Number, Number),
    /// `held by A B`.
    HeldBy(Vec<String>),
    /// `in_flight=1`.
    InFlight(Number),
    /// `idle A`, `asleep A`, `stopped A`, `zombie A`, `dead A`.
    State(TaskState, String),
    /// `$n`: remembered where it is new, compared where it is not.
    Capture(String),
    /// `_`.
    Anything,
}

impl std::fmt::Display for EndName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}[{index}]", self.name),
            None => f.write_str(&self.name),
        }
    }
}

impl std::fmt::Display for EndRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Named { name, fd: None } => name.fmt(f),
            Self::Named { name, fd: Some(fd) } => write!(f, "{name}@{fd}"),
            Self::Raw(fd) => write!(f, "@{fd}"),
        }
    }
}
