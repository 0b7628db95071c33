//! Provenance: who brought about what the world shows, by which call, in which statement. The rules of WHY ask here.

use std::collections::BTreeMap;

use crate::trace::TaskId;

/// The call that brought something about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Who made it.
    pub by: TaskId,
    /// The line of its statement.
    pub line: u32,
    /// libc's name of it.
    pub call: &'static str,
}

/// Who sent a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sender {
    /// A task, by this call.
    Task(Origin),
    /// A person, by a statement without a task, in this line.
    Outside(u32),
}

/// What somebody can set of an end, or of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    /// O_NONBLOCK, of the open file description.
    Nonblock,
    /// SO_RCVTIMEO.
    ReceiveTimeout,
    /// SO_SNDTIMEO.
    SendTimeout,
    /// SO_PASSCRED.
    PassCredentials,
    /// SO_RCVLOWAT.
    LowWater,
    /// SHUT_RD at this end.
    ShutRead,
    /// SHUT_WR at this end.
    ShutWrite,
    /// SO_SNDBUF.
    SendBuffer,
    /// How much a pipe holds, F_SETPIPE_SZ.
    PipeSize,
    /// SO_PEEK_OFF.
    PeekOffset,
    /// SO_OOBINLINE.
    UrgentInline,
    /// How many connections listen(2) lets wait.
    Backlog,
    /// The disposition of a signal.
    Disposition(i32),
    /// RLIMIT_NOFILE.
    DescriptorLimit,
}

/// Which call brought each setting to what it is now.
pub type Origins = BTreeMap<Setting, Origin>;

/// What is taken from a place where several may take it: connections of a listening socket, what is in an eventfd.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Taken {
    /// How often.
    pub times: u64,
    /// Who did it last.
    pub last: Option<Origin>,
}

impl Taken {
    /// Somebody has taken one more.
    pub fn note(&mut self, by: Origin) {
        *self = Self { times: self.times + 1, last: Some(by) };
    }
}

/// What a task was told of something to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToldReadable {
    /// Where.
    pub at: super::kind::EndId,
    /// How often something had been taken there by then.
    pub taken: u64,
    /// The call that told it.
    pub origin: Origin,
}
