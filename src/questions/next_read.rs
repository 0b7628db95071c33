//! What the next read at an end does: bytes, a message, EOF, an error, or sleep; and what comes when all that waits is taken.

use crate::abi::{self, Errno};
use crate::order::Call;
pub use crate::trace::ReadOutcome;
use crate::world::World;
use crate::world::channel::{End, Reset};
use crate::world::kind::Kind;
use crate::world::ledger::{Flow, Piece};
use crate::world::task::Task;

use super::sleep;

/// A write of no more bytes than this is one buffer of the kernel's, whatever SO_SNDBUF is (unix_stream_sendmsg).
const ONE_BUFFER: u64 = 2048;

/// What the next read does, and what the reads after it come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextRead {
    /// What the very next read does.
    pub outcome: ReadOutcome,
    /// What happens once everything that waits has been taken, if nobody does anything else: an error that is reported once,
    /// then what stays so. Empty where `outcome` is what stays so.
    pub afterwards: Vec<ReadOutcome>,
}

/// Whether a read may sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocking {
    /// A plain read of a blocking end.
    MaySleep,
    /// O_NONBLOCK, or MSG_DONTWAIT.
    MustNotSleep,
}

impl Blocking {
    /// Of a plain read at this end.
    pub fn at(end: &End) -> Self {
        if end.nonblock { Self::MustNotSleep } else { Self::MaySleep }
    }
}

impl NextRead {
    fn stays(outcome: ReadOutcome) -> Self {
        Self { outcome, afterwards: Vec::new() }
    }

    /// Whether ECONNRESET is reported before or after what waits.
    pub fn reports_reset(&self) -> bool {
        let reset = ReadOutcome::Fails(Errno::ECONNRESET);
        self.outcome == reset || self.afterwards.contains(&reset)
    }

    /// Whether reads come to EOF without anybody doing anything more.
    pub fn comes_to_eof(&self) -> bool {
        self.outcome == ReadOutcome::Eof || self.afterwards.contains(&ReadOutcome::Eof)
    }
}

/// The next read at an end, with a buffer that everything fits in; none where nobody can read because the end is closed.
pub fn next_read(world: &World, end: &End, blocking: Blocking) -> Option<NextRead> {
    if end.closed {
        return None;
    }
    // A FIFO that was opened for both is read by the same descriptor.
    if !end.can_be_read() && world.is_opened_for_both(end.id) {
        return None;
    }
    if !end.can_be_read() {
        return Some(NextRead::stays(ReadOutcome::Fails(Errno::EBADF)));
    }
    if let Some(errno) = not_connected(end) {
        return Some(NextRead::stays(ReadOutcome::Fails(errno)));
    }
    if end.inbox.has_foreign_pages(end.kind) {
        return Some(first_then(first_of_pages(end), vec![nothing_left(world, end, blocking)]));
    }
    Some(match end.kind {
        Kind::Stream => of_stream(world, end, blocking),
        Kind::Seqpacket | Kind::Dgram => of_messages(world, end, blocking),
        Kind::Pipe | Kind::Fifo => first_then(pipe_bytes(end), vec![nothing_left(world, end, blocking)]),
        Kind::PacketPipe => first_then(first_packet(end), vec![nothing_left(world, end, blocking)]),
    })
}

/// What a read does at an end where nothing waits and no error is pending.
fn nothing_left(world: &World, end: &End, blocking: Blocking) -> ReadOutcome {
    let peer_is_closed = end.peer.and_then(|peer| world.end(peer)).is_some_and(|peer| peer.closed);
    let is_over = match end.kind {
        // Only a read that would sleep is told of the shutdown; a datagram socket is never told of its peer's close.
        Kind::Dgram => end.shut_here.0 && blocking == Blocking::MaySleep,
        Kind::Stream | Kind::Seqpacket => end.shut_rd || peer_is_closed,
        Kind::Pipe | Kind::PacketPipe | Kind::Fifo => peer_is_closed,
    };
    if is_over { ReadOutcome::Eof } else { ReadOutcome::Sleeps }
}

fn first_then(first: Option<ReadOutcome>, afterwards: Vec<ReadOutcome>) -> NextRead {
    match (first, &*afterwards) {
        (Some(outcome), _) => NextRead { outcome, afterwards },
        (None, [only]) => NextRead::stays(*only),
        (None, [first, rest @ ..]) => NextRead { outcome: *first, afterwards: rest.to_vec() },
        (None, []) => NextRead::stays(ReadOutcome::Sleeps),
    }
}

/// The error of a socket that has to be connected before it can be read.
fn not_connected(end: &End) -> Option<Errno> {
    let is_connected = end.peer.is_some() && end.backlog.is_none();
    match end.kind {
        Kind::Stream if !is_connected => Some(Errno::EINVAL),
        Kind::Seqpacket if !is_connected => Some(Errno::ENOTCONN),
        Kind::Stream | Kind::Seqpacket | Kind::Dgram | Kind::Pipe | Kind::PacketPipe | Kind::Fifo => None,
    }
}

/// A stream gives its bytes first, then the error, then EOF.
fn of_stream(world: &World, end: &End, blocking: Blocking) -> NextRead {
    let last = nothing_left(world, end, blocking);
    let is_reset = end.reset == Reset::Pending;
    let after = |reset: bool| {
        let error = reset.then_some(Errno::ECONNRESET).or(end.kept_error).map(ReadOutcome::Fails);
        error.into_iter().chain([last]).collect::<Vec<_>>()
    };
    let run = if is_taken_by_sleeper(world, end) { None } else { ReadRun::of(end) };
    let Some(run) = run else { return first_then(None, after(is_reset)) };
    let bytes = ReadOutcome::Bytes { least: run.least, most: run.most };
    // The read goes on to look for more than there is, and so meets the error, which is gone by that though nobody is told.
    let wants_more = run.goes_on && run.least < end.low_water;
    if wants_more && !is_reset && last == ReadOutcome::Sleeps && blocking == Blocking::MaySleep {
        return NextRead::stays(ReadOutcome::Sleeps);
    }
    first_then(Some(bytes), after(is_reset && !wants_more))
}

/// Whether a task sleeps in a read there that wants more than there is (MSG_WAITALL, SO_RCVLOWAT, recvmmsg): it has taken all of
/// it already. A plain read of messages takes nothing before it returns: it sleeps on where a task that only looks was woken.
fn is_taken_by_sleeper(world: &World, end: &End) -> bool {
    let takes = |call: &Call| !end.kind.keeps_messages() || matches!(call, Call::Recvmmsg { .. });
    let reads = |task: &Task| {
        task.sleeping_call()
            .is_some_and(|of| of.call().is_reading() && takes(of.call()) && of.call().flags() & abi::MSG_PEEK == 0)
    };
    !end.inbox.queue.is_empty() && world.tasks().any(|task| reads(task) && sleep::is_at(task, end.id))
}

/// Message by message, the error first.
fn of_messages(world: &World, end: &End, blocking: Blocking) -> NextRead {
    let first = end.inbox.queue.front().filter(|piece| !piece.tentative && !is_taken_by_sleeper(world, end));
    let first = first.map(|piece| ReadOutcome::Message(piece.len));
    let last = nothing_left(world, end, blocking);
    let error = if end.reset == Reset::Pending { Some(Errno::ECONNRESET) } else { end.kept_error };
    if let Some(error) = error {
        let afterwards = first.into_iter().chain([last]).collect();
        return NextRead { outcome: ReadOutcome::Fails(error), afterwards };
    }
    first_then(first, vec![last])
}

/// A pipe gives everything that is in it, a sleeping writer's part included.
fn pipe_bytes(end: &End) -> Option<ReadOutcome> {
    let bytes = end.inbox.waiting();
    (bytes > 0).then_some(ReadOutcome::Bytes { least: bytes, most: bytes })
}

/// Packets among other bytes: splice has brought them together.
fn first_of_pages(end: &End) -> Option<ReadOutcome> {
    let bytes = end.inbox.first_of_pages();
    let is_open = end.inbox.queue.has_tentative();
    // A packet that was written behind plain bytes may share their page, and so be none.
    let may_share = end.kind == Kind::PacketPipe && end.inbox.queue.front().is_some_and(|front| !front.is_packet);
    let (least, most) = match (is_open, may_share) {
        (true, _) => (1, u64::MAX),
        (false, true) => (bytes, end.inbox.waiting()),
        (false, false) => (bytes, bytes),
    };
    (end.inbox.waiting() > 0).then_some(ReadOutcome::Bytes { least, most })
}

fn first_packet(end: &End) -> Option<ReadOutcome> {
    let first = end.inbox.queue.front()?;
    if end.inbox.is_interleaved() && end.inbox.queue.has_tentative() {
        return (end.inbox.waiting() > 0).then_some(ReadOutcome::SomeMessage);
    }
    let len = if first.tentative { first.len.min(end.inbox.waiting()) } else { first.len };
    (len > 0).then_some(ReadOutcome::Message(len))
}

/// How far one read of a stream goes.
struct ReadRun {
    least: u64,
    most: u64,
    /// It stopped because nothing more waits, or at the place of an urgent byte: it would rather go on.
    goes_on: bool,
}

impl ReadRun {
    /// Of everything that waits at the end of a stream; none where nothing does, or the urgent byte alone, which the read
    /// throws away.
    fn of(end: &End) -> Option<Self> {
        let flow = &end.inbox;
        let mut pieces: Vec<Piece> = flow.queue.iter().copied().collect();
        if pieces.first().is_some_and(|first| flow.is_urgent(*first)) && !flow.is_urgent_inline {
            pieces.remove(0);
        }
        let writes = Stretch::up_to_a_stop(end, &pieces);
        let bytes = |stretch: &[Piece]| stretch.iter().map(|piece| inside(flow, *piece)).sum::<u64>();
        let all = bytes(&pieces);
        if all == 0 {
            return None;
        }
        let sleeper = pieces.iter().any(|piece| piece.tentative);
        let most = if sleeper { u64::MAX } else { all };
        // Where several writers' bytes are mixed, only the kernel knows where in them a stop is.
        if flow.is_interleaved() && (writes.stop != ReadStop::Nothing || sleeper) {
            return Some(Self { least: 1, most, goes_on: false });
        }
        let stretch = &pieces[..writes.pieces];
        let least = bytes(stretch).saturating_sub(if sleeper { flow.passed_urgent } else { 0 }).max(1);
        Some(match writes.stop {
            ReadStop::Nothing => Self { least, most, goes_on: true },
            ReadStop::Urgent => Self { least, most: bytes(stretch), goes_on: true },
            ReadStop::Descriptors if stretch.last().is_some_and(|last| last.len > ONE_BUFFER) => {
                let before = bytes(&stretch[..stretch.len() - 1]);
                Self { least: before + 1, most: bytes(stretch), goes_on: false }
            }
            ReadStop::Descriptors => Self { least, most: bytes(stretch), goes_on: false },
            ReadStop::MaybeCredentials => Self { least, most, goes_on: false },
        })
    }
}

/// Why one read of a stream does not go further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ReadStop {
    /// Nothing more waits.
    Nothing,
    /// The urgent byte, or the place where one was, comes next.
    Urgent,
    /// Descriptors travelled with the last bytes.
    Descriptors,
    /// The next write may carry other credentials: that depends on SO_PASSCRED when it was made.
    MaybeCredentials,
}

/// The pieces that one read takes.
struct Stretch {
    pieces: usize,
    stop: ReadStop,
}

impl Stretch {
    fn up_to_a_stop(end: &End, pieces: &[Piece]) -> Self {
        let flow = &end.inbox;
        let carries = |piece: Piece| flow.write(piece.write).is_some_and(|write| !write.fds.is_empty());
        for (at, pair) in pieces.windows(2).enumerate() {
            let (before, after) = (pair[0], pair[1]);
            let stop = if carries(before) {
                ReadStop::Descriptors
            } else if flow.is_urgent(after) || flow.is_place_of_urgent(before, after) {
                ReadStop::Urgent
            } else if end.passcred && before.write != after.write {
                ReadStop::MaybeCredentials
            } else {
                continue;
            };
            return Self { pieces: at + 1, stop };
        }
        let stop =
            if pieces.last().is_some_and(|last| carries(*last)) { ReadStop::Descriptors } else { ReadStop::Nothing };
        Self { pieces: pieces.len(), stop }
    }
}

/// How many bytes of a piece are in the queue.
fn inside(flow: &Flow, piece: Piece) -> u64 {
    if !piece.tentative {
        return piece.len;
    }
    flow.write(piece.write).map_or(0, |write| write.inside.min(piece.len))
}
