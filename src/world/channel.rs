//! Ends and channels: what the kernel's sockets and pipes are on the bench, who is connected with whom, what is shut down.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::abi;
use crate::script::EndName;

use super::ledger::Flow;

/// One side of a channel, or a socket that has none yet: an open file description of the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EndId(pub u64);

/// A connected pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ChannelId(pub u64);

/// What kind of thing carries the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Kind {
    /// SOCK_STREAM.
    Stream,
    /// SOCK_DGRAM, or SOCK_RAW of AF_UNIX, which is the same.
    Dgram,
    /// SOCK_SEQPACKET.
    Seqpacket,
    /// A pipe of bytes.
    Pipe,
    /// A pipe made with O_DIRECT: packets.
    PacketPipe,
}

/// One end.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "five independent facts of the kernel's, not one state")]
pub struct End {
    /// Its identity.
    pub id: EndId,
    /// `chat[0]`; none of a connection that nobody has accepted yet.
    pub name: Option<EndName>,
    /// What it is.
    pub kind: Kind,
    /// The connected pair it belongs to.
    pub channel: Option<ChannelId>,
    /// Where its writes go.
    pub peer: Option<EndId>,
    /// What was sent to it.
    pub inbox: Flow,
    /// O_NONBLOCK, shared by all who hold it.
    pub nonblock: bool,
    /// It cannot read any more: its own SHUT_RD, or (not of a datagram socket) its peer's SHUT_WR.
    pub shut_rd: bool,
    /// It cannot write any more: its own SHUT_WR, or (not of a datagram socket) its peer's SHUT_RD.
    pub shut_wr: bool,
    /// What was shut down at this end itself, and not at its peer: SHUT_RD, SHUT_WR.
    pub shut_here: (bool, bool),
    /// Descriptors in processes' tables that refer to it.
    pub held: u32,
    /// Copies sent over a socket and not yet received.
    pub in_flight: u32,
    /// The last descriptor is gone.
    pub closed: bool,
    /// It was closed while something waited in it, which its peer is told as ECONNRESET.
    pub closed_unread: bool,
    /// ECONNRESET waits for the next call that reports errors: its peer was closed with bytes unread.
    pub reset_pending: bool,
    /// The address it is bound to, as written.
    pub address: Option<String>,
    /// Connections that wait for accept(2), if it listens.
    pub backlog: Option<VecDeque<EndId>>,
}

/// A connected pair of ends. Of a pipe, `[0]` reads and `[1]` writes.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Its identity.
    pub id: ChannelId,
    /// `chat`.
    pub name: String,
    /// What carries the bytes.
    pub kind: Kind,
    /// Both ends; what goes from `ends[0]` to `ends[1]` is in the inbox of `ends[1]`.
    pub ends: [EndId; 2],
}

impl Kind {
    /// The kind of a socket type; SOCK_ flags are ignored.
    pub fn of_socket(kind: i32) -> Option<Self> {
        match kind & !(abi::CLOEXEC | abi::NONBLOCK) {
            abi::SOCK_STREAM => Some(Self::Stream),
            abi::SOCK_DGRAM | abi::SOCK_RAW => Some(Self::Dgram),
            abi::SOCK_SEQPACKET => Some(Self::Seqpacket),
            _ => None,
        }
    }

    /// Whether one read never takes more than one write.
    pub fn keeps_messages(self) -> bool {
        !matches!(self, Self::Stream | Self::Pipe)
    }

    /// Whether a write of no bytes is something that can be read.
    pub fn keeps_empty_messages(self) -> bool {
        matches!(self, Self::Dgram | Self::Seqpacket)
    }

    /// Whether it is a pipe.
    pub fn is_pipe(self) -> bool {
        matches!(self, Self::Pipe | Self::PacketPipe)
    }

    /// As C writes it: `SOCK_STREAM`, `pipe`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Stream => "SOCK_STREAM",
            Self::Dgram => "SOCK_DGRAM",
            Self::Seqpacket => "SOCK_SEQPACKET",
            Self::Pipe => "pipe",
            Self::PacketPipe => "pipe O_DIRECT",
        }
    }
}

impl End {
    /// A fresh end that nobody holds yet.
    pub fn new(id: EndId, name: Option<EndName>, kind: Kind) -> Self {
        Self {
            id,
            name,
            kind,
            channel: None,
            peer: None,
            inbox: Flow::default(),
            nonblock: false,
            shut_rd: false,
            shut_wr: false,
            shut_here: (false, false),
            held: 0,
            in_flight: 0,
            closed: false,
            closed_unread: false,
            reset_pending: false,
            address: None,
            backlog: None,
        }
    }

    /// Its name for people.
    pub fn label(&self) -> String {
        self.name.as_ref().map_or_else(|| "(not accepted)".to_owned(), EndName::to_string)
    }
}
