//! Which bytes of which write wait where, were read by which read, or were destroyed: one [`Flow`] for everything that was
//! sent towards one end. Its law: bytes written = bytes read + bytes queued + bytes destroyed.

mod flow;
mod loop_fold;
mod measure;
mod moves;
mod outside;
mod packets;
mod pages;
mod peek;
mod queue;
mod sleeping_reader;
mod urgent;

pub use pages::{Pages, USUAL_PAGES};
pub use queue::Queue;

use std::collections::VecDeque;
use std::rc::Rc;

use crate::abi::Errno;
use crate::order::Payload;
use crate::trace::TaskId;

use super::kind::{EndId, Kind};

/// Writes and reads of one flow that are remembered after their last byte has gone.
pub const HISTORY: usize = 128;

/// Everything sent towards one end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not one state")]
pub struct Flow {
    /// The last writes, and every write that still has bytes queued; ascending numbers without gaps.
    pub writes: VecDeque<Write>,
    /// The last reads.
    pub reads: VecDeque<Read>,
    /// What waits in the kernel, first to be read first.
    pub queue: Queue,
    /// Bytes counted so far.
    pub totals: Totals,
    /// The kernel's own figure (FIONREAD), where it was asked since the last change.
    pub measured: Option<u64>,
    /// The urgent byte that waits: its write, and where in the write it is.
    pub urgent: Option<(u64, u64)>,
    /// Writes whose last byte was urgent and was taken before its turn: a read that has something stops at its place.
    pub urgent_places: Vec<u64>,
    /// SO_OOBINLINE of the reading end: the urgent byte is read in its place, like any other.
    pub is_urgent_inline: bool,
    /// SO_PEEK_OFF of the reading end, where it is on: the next peek begins so many bytes behind the front.
    pub peek_off: Option<u64>,
    /// Several tasks' bytes wait, so that the order of their writes is not certain.
    is_mixed: bool,
    /// Reads when the kernel was last asked.
    measured_reads: u64,
    /// What carries it, once something was written.
    kind: Option<Kind>,
    /// Of a pipe: the pages that its bytes stand in.
    pub pages: Pages,
    /// Bytes of a page, of a pipe that does not keep messages apart.
    page: Option<u64>,
    /// Urgent bytes that a read threw away: FIONREAD of Linux 6.18 goes on counting them.
    pub passed_urgent: u64,
    /// The last read here threw one away.
    pub threw_urgent: bool,
    /// A task died while it was reading: the queue may be shorter than what is known.
    reader_died: bool,
    /// Bytes that were destroyed because nobody can read them any more, until a write succeeds or a read returns here again.
    pub ghost: u64,
    /// Somebody who is not in the picture writes here, or may: what nobody wrote came from there.
    pub has_outside_writers: bool,
    /// Calls under way that may move bytes here.
    moves: Vec<moves::PendingMove>,
    /// Writes up to this number were in the call of a reader that slept for more, when that was last known.
    in_a_call: u64,
}

/// The four terms of the law, and the numbers of calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes that writes returned as taken.
    pub written: u64,
    /// Bytes that reads returned.
    pub read: u64,
    /// Bytes lost to truncation or to a close.
    pub destroyed: u64,
    /// Bytes already read from writes that have not returned yet.
    pub borrowed: u64,
    /// Writes that were begun.
    pub writes: u64,
    /// Reads that returned something, an empty message included.
    pub reads: u64,
    /// Descriptors that set out.
    pub carried: u64,
}

/// One write towards the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Counted from 1 in its flow.
    pub number: u64,
    /// Who wrote.
    pub by: TaskId,
    /// Its bytes; several of a writev.
    pub content: Rc<[Payload]>,
    /// Bytes offered.
    pub offered: u64,
    /// Bytes the kernel took; none while the call has not returned.
    pub taken: Option<u64>,
    /// Bytes of it that were read or destroyed.
    pub gone: u64,
    /// Why it failed.
    pub errno: Errno,
    /// Descriptors that travel with it.
    pub fds: Vec<EndId>,
    /// How many descriptors set out with it; `fds` is empty once they have landed.
    pub carried: usize,
    /// Reads of the flow before it began.
    pub reads_before: u64,
    /// Bytes of it that were in the queue when the kernel was last asked, while it had not returned.
    pub inside: u64,
}

/// Consecutive bytes of one write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece {
    /// The write's number.
    pub write: u64,
    /// First byte, counted in the write.
    pub start: u64,
    /// How many; 0 is an empty message.
    pub len: u64,
    /// The write has not returned: anything from nothing to all of it is queued.
    pub tentative: bool,
    /// In a pipe: a read ends behind it, and what of it does not fit is gone (PIPE_BUF_FLAG_PACKET).
    pub is_packet: bool,
}

/// What a read found, handed to `take_bytes` and `take_message`.
#[derive(Debug, Clone, Copy)]
pub struct ReadBytes<'a> {
    /// Who read.
    pub by: TaskId,
    /// Bytes that arrived.
    pub len: u64,
    /// Their beginning.
    pub data: &'a [u8],
    /// Another task sleeps in a read there.
    pub is_beside_sleeper: bool,
}

impl<'a> ReadBytes<'a> {
    /// By the only one who reads there.
    pub fn new(by: TaskId, len: u64, data: &'a [u8]) -> Self {
        Self { by, len, data, is_beside_sleeper: false }
    }
}

/// One read at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Counted from 1 in its flow.
    pub number: u64,
    /// Who read.
    pub by: TaskId,
    /// Where its bytes came from, in order; shared by all copies of the picture.
    pub pieces: Rc<Vec<Piece>>,
    /// The beginning of its bytes, as the kernel gave them.
    pub data: Vec<u8>,
    /// All its bytes.
    pub len: u64,
    /// Bytes of the message that did not fit and are gone.
    pub lost: u64,
    /// What it was.
    pub result: ReadResult,
}

/// What a read came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadResult {
    /// Bytes, or a message of none.
    Bytes,
    /// The end.
    Eof,
    /// An error.
    Failed(Errno),
}

impl Write {
    /// At most `limit` of the `len` bytes from `start`, as far as they are known.
    pub fn bytes(&self, start: u64, len: u64, limit: usize) -> Vec<u8> {
        let want = usize::try_from(len).unwrap_or(usize::MAX).min(limit);
        if let [only] = &*self.content {
            return only.slice(start, want);
        }
        let mut skip = start;
        let mut bytes = Vec::new();
        for payload in self.content.iter() {
            if bytes.len() < want {
                let part = payload.slice(skip, want - bytes.len());
                let is_whole = part.len() as u64 == payload.len().saturating_sub(skip).min((want - bytes.len()) as u64);
                bytes.extend(part);
                // What comes behind what is not known has its place, but not here.
                if !is_whole {
                    break;
                }
            }
            skip = skip.saturating_sub(payload.len());
        }
        bytes
    }

    /// Whether these can be its bytes from `start` on: what is not known of it can be anything.
    fn agrees(&self, start: u64, data: &[u8]) -> bool {
        let end = start.saturating_add(data.len() as u64);
        let mut base = 0_u64;
        self.content.iter().all(|payload| {
            let (from, to) = (start.max(base), end.min(base.saturating_add(payload.known())));
            let first = base;
            base = base.saturating_add(payload.len());
            if from >= to {
                return true;
            }
            let place = |at: u64| usize::try_from(at - start).unwrap_or(usize::MAX);
            payload.slice(from - first, place(to) - place(from)) == data[place(from)..place(to)]
        })
    }
}
