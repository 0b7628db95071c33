//! Ends and channels: what the kernel's sockets and pipes are on the bench, who is connected with whom, what is shut down.

use std::collections::{BTreeSet, VecDeque};

use crate::abi::Errno;
use crate::script::EndName;
use crate::trace::{Figures, TaskId};

use super::kind::{ChannelId, EndId, Kind};
use super::ledger::Flow;
use super::origin::{Origin, Origins, Taken};

/// The kernel's figures for an end, as they were at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// What it said.
    pub figures: Figures,
    /// Calls on the bench by then: with more, it may be out of date.
    pub calls: u64,
}

/// One end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of the kernel's, not one state")]
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
    /// SO_PASSCRED: every message that is read here says who sent it.
    pub passcred: bool,
    /// SO_RCVLOWAT: fewer bytes do not end a stream read that may sleep.
    pub low_water: u64,
    /// Descriptors in processes' tables that refer to it.
    pub held: u32,
    /// Those descriptors: each with the first task of its process, in order of creation, then number.
    pub holders: BTreeSet<(TaskId, i32)>,
    /// The first task of the process that let go of it last.
    pub last_held_by: Option<TaskId>,
    /// Copies sent over a socket and not yet received.
    pub in_flight: u32,
    /// The last descriptor is gone.
    pub closed: bool,
    /// The kernel's collector has freed it: it was only in flight, where nobody could receive it.
    pub was_collected: bool,
    /// It was closed while something waited in it, which its peer is told as ECONNRESET.
    pub closed_unread: bool,
    /// What its peer's close with bytes unread has brought.
    pub reset: Reset,
    /// The error that recvmmsg(2) kept for the next call, when a signal ended its wait after some messages.
    pub kept_error: Option<Errno>,
    /// The address it is bound to, as written.
    pub address: Option<String>,
    /// The kernel's number for it, where a source has told it; both sides of a pipe have the same.
    pub inode: Option<u64>,
    /// Somebody who is not in the picture holds it, or may.
    pub outside: bool,
    /// SO_RCVTIMEO and SO_SNDTIMEO in milliseconds: a call that may time out is not begun anew after a handler.
    pub timeouts: (Option<u64>, Option<u64>),
    /// The last write found no room, and what waited where it went.
    pub met_full: Option<MetFull>,
    /// The last connect(2) of an unconnected socket, if it failed.
    pub failed_connect: Option<FailedConnect>,
    /// Connections that wait for accept(2), if it listens.
    pub backlog: Option<VecDeque<EndId>>,
    /// What listen(2) was given: so many connections may wait, and one more.
    pub backlog_limit: Option<u64>,
    /// Connections that accept(2) has taken from it.
    pub accepted: Taken,
    /// What SO_SNDBUF was set to, where a call has.
    pub send_buffer: Option<i64>,
    /// What the kernel said of it when it was last asked.
    pub sample: Option<Sample>,
    /// Who set what is set of it.
    pub origins: Origins,
    /// Of a pipe: its capacity in bytes, where a call has told it.
    pub pipe_size: Option<u64>,
}

/// What waited at the other side when a write found no room: as long as that is so, no other write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MetFull {
    /// Where it went.
    pub at: EndId,
    /// With whom that was connected.
    pub back: Option<EndId>,
    /// Reads there by then.
    pub reads: u64,
    /// Bytes that waited.
    pub bytes: u64,
    /// Pieces that waited.
    pub pieces: usize,
}

/// A connect(2) that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedConnect {
    /// To this address, as written.
    pub address: String,
    /// With this error.
    pub errno: Errno,
    /// Who made it.
    pub origin: Origin,
}

/// The error that a close with bytes unread leaves at the peer. It is told once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reset {
    /// There is none, or it has been told.
    None,
    /// ECONNRESET waits for the next call that reports errors.
    Pending,
    /// It was told by a call that returned before the close did.
    ToldEarly,
    /// A stream write returned less than it offered in this line's statement: if a close with bytes unread is why, the write has
    /// met the error, and nobody is told of it any more.
    MaybeMet(u32),
}

/// A connected pair of ends. Of a pipe, `[0]` reads and `[1]` writes.
#[derive(Debug, Clone, PartialEq, Eq)]
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
            passcred: false,
            low_water: 1,
            held: 0,
            holders: BTreeSet::new(),
            last_held_by: None,
            in_flight: 0,
            closed: false,
            was_collected: false,
            closed_unread: false,
            reset: Reset::None,
            kept_error: None,
            address: None,
            inode: None,
            outside: false,
            timeouts: (None, None),
            met_full: None,
            failed_connect: None,
            backlog: None,
            backlog_limit: None,
            accepted: Taken::default(),
            send_buffer: None,
            sample: None,
            origins: Origins::new(),
            pipe_size: None,
        }
    }

    /// Whether it can be read at all: a pipe has one direction, and `[1]` only writes.
    pub fn can_be_read(&self) -> bool {
        !self.kind.is_pipe() || self.name.as_ref().is_none_or(|name| name.index != Some(1))
    }

    /// Whether it can be written to at all: `[0]` of a pipe only reads.
    pub fn can_be_written(&self) -> bool {
        !self.kind.is_pipe() || self.name.as_ref().is_none_or(|name| name.index != Some(0))
    }

    /// Its name for people.
    pub fn label(&self) -> String {
        let unnamed = if self.outside { "(outside)" } else { "(not accepted)" };
        self.name.as_ref().map_or_else(|| unnamed.to_owned(), EndName::to_string)
    }
}
