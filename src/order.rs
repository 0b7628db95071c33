//! What a task is told to do, every name resolved to a number, and what came of it. Both directions of the control channel
//! and of the ring are typed here; nothing here makes a call.

mod address;
mod bytes;
mod call;
mod call_table;
mod outcome;
mod payload;
mod shown;

use serde::{Deserialize, Serialize};

pub use address::{FilePath, SocketAddress};
pub use call::{Call, CloneCall, ControlRoom, OutgoingMessage};
#[cfg(test)]
pub use call_table::SEEN_BY_THE_BENCH_ALONE;
pub use call_table::{CallFacts, Effect, Returns, Sleep};
pub use outcome::{Credentials, Extra, IncomingMessage, Outcome};
pub use payload::{Payload, hash};

/// Bytes of one call's buffer that a record keeps; a longer buffer is kept as its beginning, its length and its hash.
pub const KEEP: usize = 4096;
/// The same for each call of a loop.
pub const KEEP_IN_LOOP: usize = 256;

/// One order to one task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[serde(rename_all = "snake_case")]
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

impl Loop {
    /// The descriptor it works on.
    pub fn fd(&self) -> i32 {
        match *self {
            Self::Flood { fd, .. } | Self::Drain { fd, .. } | Self::Echo { fd } | Self::Ping { fd, .. } => fd,
        }
    }

    /// The calls of one round, in order.
    pub fn calls(&self) -> Vec<Call> {
        let payload = |size: u64| Payload::repeated(vec![FLOOD_BYTE], size);
        match *self {
            Self::Flood { fd, size, .. } => vec![Call::Write { fd, data: payload(size) }],
            Self::Drain { fd, count, dontwait: true, pipe: false } => {
                vec![Call::Recv { fd, count, flags: crate::abi::MSG_DONTWAIT }]
            }
            Self::Drain { fd, count, .. } => vec![Call::Read { fd, count }],
            Self::Echo { fd } => {
                vec![Call::Read { fd, count: ECHO_BUFFER }, Call::Write { fd, data: Payload::default() }]
            }
            Self::Ping { fd, size, .. } => {
                vec![Call::Write { fd, data: payload(size) }, Call::Read { fd, count: size.max(1) }]
            }
        }
    }
}

/// Buffer of `echo`, in bytes.
pub const ECHO_BUFFER: u64 = 65536;
