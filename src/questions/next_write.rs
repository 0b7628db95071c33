//! Whether the next write at an end fails at once, with which error, and why.

use crate::abi::Errno;
use crate::world::World;
use crate::world::channel::{End, Reset};
use crate::world::kind::Kind;

/// Why a write fails however much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The end only reads.
    ReadsOnly,
    /// It is connected with nobody.
    NotConnected,
    /// recvmmsg(2) kept an error here for the next call, whatever that is.
    KeptError,
    /// Nobody holds the peer any more.
    PeerClosed,
    /// The peer was closed with bytes unread, which nobody was told of yet.
    PeerClosedUnread,
    /// The end itself was shut down for writing.
    ShutDown,
    /// The peer was shut down for reading.
    PeerShutDown,
}

/// A write that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteFailure {
    /// With this error.
    pub errno: Errno,
    /// For this reason.
    pub cause: Cause,
}

/// How the next write at an end fails; none where it succeeds or sleeps, or where nobody holds the end.
pub fn failure(world: &World, end: &End) -> Option<WriteFailure> {
    let failure = |errno: Errno, cause: Cause| Some(WriteFailure { errno, cause });
    if end.closed {
        return None;
    }
    if !end.can_be_written() {
        // A FIFO that was opened for both is written by the same descriptor.
        if world.is_opened_for_both(end.id) {
            return None;
        }
        return failure(Errno::EBADF, Cause::ReadsOnly);
    }
    // Its own shutdown is looked at first, before anybody asks for a peer (older kernels say ENOTCONN where there is none).
    if end.kind == Kind::Dgram && end.shut_here.1 {
        return failure(Errno::EPIPE, Cause::ShutDown);
    }
    let Some(peer) = end.peer.and_then(|peer| world.end(peer)) else {
        // A datagram socket that found its peer gone has lost it; of any other, the peer is only not known here.
        let is_loose = !end.kind.is_pipe() && (end.channel.is_none() || end.kind == Kind::Dgram);
        return if is_loose { failure(Errno::ENOTCONN, Cause::NotConnected) } else { None };
    };
    if let Some(errno) = end.kept_error.filter(|_| end.kind.keeps_empty_messages()) {
        return failure(errno, Cause::KeptError);
    }
    match end.kind {
        Kind::Dgram if peer.closed => failure(Errno::ECONNREFUSED, Cause::PeerClosed),
        Kind::Seqpacket if peer.closed && end.reset == Reset::Pending => {
            failure(Errno::ECONNRESET, Cause::PeerClosedUnread)
        }
        _ if peer.closed => failure(Errno::EPIPE, Cause::PeerClosed),
        _ if end.shut_here.1 => failure(Errno::EPIPE, Cause::ShutDown),
        _ if end.shut_wr || (end.kind == Kind::Dgram && peer.shut_here.0) => failure(Errno::EPIPE, Cause::PeerShutDown),
        Kind::Stream => end.kept_error.and_then(|errno| failure(errno, Cause::KeptError)),
        Kind::Dgram | Kind::Seqpacket | Kind::Pipe | Kind::PacketPipe | Kind::Fifo => None,
    }
}
