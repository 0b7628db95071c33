//! The kinds of thing that carry bytes: what each is called, and what all ends of a kind have in common.

use serde::{Deserialize, Serialize};

use crate::abi;

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
    /// A FIFO: a pipe with a name, which may be opened again and again.
    Fifo,
}

impl Kind {
    /// Those that `channel` makes, in the order in which they are compared: the columns of the matrix.
    pub const CHANNELS: [Self; 5] = [Self::Stream, Self::Dgram, Self::Seqpacket, Self::Pipe, Self::PacketPipe];

    /// [`Self::CHANNELS`] in the words of the language and the command line.
    pub const WORDS: [&str; 5] = {
        let mut words = [""; 5];
        let mut at = 0;
        while at < words.len() {
            words[at] = Self::CHANNELS[at].word();
            at += 1;
        }
        words
    };

    /// Those that have an address: of an abstract name there can be one of each.
    pub const WITH_NAMES: [Self; 4] = [Self::Stream, Self::Dgram, Self::Seqpacket, Self::Fifo];

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
        !matches!(self, Self::Stream | Self::Pipe | Self::Fifo)
    }

    /// Whether a write of no bytes is something that can be read.
    pub fn keeps_empty_messages(self) -> bool {
        matches!(self, Self::Dgram | Self::Seqpacket)
    }

    /// Whether a reader learns that the other side is gone: every kind but datagram sockets.
    pub fn gives_eof(self) -> bool {
        self != Self::Dgram
    }

    /// Whether it is a pipe.
    pub fn is_pipe(self) -> bool {
        matches!(self, Self::Pipe | Self::PacketPipe | Self::Fifo)
    }

    /// As C writes it: `SOCK_STREAM`, `pipe`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Stream => "SOCK_STREAM",
            Self::Dgram => "SOCK_DGRAM",
            Self::Seqpacket => "SOCK_SEQPACKET",
            Self::Pipe => "pipe",
            Self::PacketPipe => "pipe O_DIRECT",
            Self::Fifo => "FIFO",
        }
    }

    /// As `channel` and the command line write it; a FIFO is a pipe there.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Dgram => "dgram",
            Self::Seqpacket => "seqpacket",
            Self::Pipe | Self::Fifo => "pipe",
            Self::PacketPipe => "packetpipe",
        }
    }

    /// As the heading of a column.
    pub fn heading(self) -> &'static str {
        if self == Self::PacketPipe { "packet pipe" } else { self.word() }
    }

    /// The same in few columns.
    pub fn short(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Dgram => "dgram",
            Self::Seqpacket => "seqpacket",
            Self::Pipe => "pipe",
            Self::PacketPipe => "packets",
            Self::Fifo => "FIFO",
        }
    }

    /// The same where not even that has room: at most seven columns.
    pub fn shortest(self) -> &'static str {
        if self == Self::Seqpacket { "seqpkt" } else { self.short() }
    }
}
