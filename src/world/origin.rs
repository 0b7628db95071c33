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
    /// The disposition of a signal.
    Disposition(i32),
    /// RLIMIT_NOFILE.
    DescriptorLimit,
}

/// Which call brought each setting to what it is now.
pub type Origins = BTreeMap<Setting, Origin>;
