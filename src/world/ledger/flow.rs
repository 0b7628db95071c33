//! How a flow changes: writes begin and return, reads take bytes or messages, closes destroy, the kernel's figures decide.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::abi::Errno;
use crate::order::Payload;
use crate::trace::TaskId;

use super::super::kind::{EndId, Kind};
use super::{Flow, HISTORY, Piece, Read, ReadBytes, ReadResult, Write};

/// How far behind the front a concurrent writer's bytes are looked for.
pub(super) const REACH: usize = 64;

/// Packets of one write: a pipe has room for no more, whatever is asked of it.
const MOST_PACKETS: usize = 4096;

impl Flow {
    /// A write enters the kernel: from now on its bytes may be read. A pipe of packets cuts it at each page. Returns its
    /// number.
    pub fn begin_write(
        &mut self,
        by: TaskId,
        content: &Rc<[Payload]>,
        fds: Vec<EndId>,
        (kind, page): (Kind, u64),
    ) -> u64 {
        self.measured = None;
        self.totals.writes += 1;
        let number = self.totals.writes;
        let offered = content.iter().map(Payload::len).sum();
        let content = Rc::clone(content);
        let same_writer = self.writes.back().is_none_or(|last| last.by == by);
        self.is_mixed = !self.queue.is_empty() && (self.is_mixed || !same_writer);
        let (carried, reads_before) = (fds.len(), self.totals.reads);
        self.totals.carried += carried as u64;
        let write = Write {
            number,
            by,
            content,
            offered,
            taken: None,
            gone: 0,
            errno: Errno::NONE,
            fds,
            carried,
            reads_before,
            inside: 0,
        };
        self.writes.push_back(write);
        self.kind = Some(kind);
        self.page = (kind.is_pipe() && kind != Kind::PacketPipe).then_some(page);
        let is_packet = kind == Kind::PacketPipe;
        let packet = if is_packet { page } else { u64::MAX };
        for start in (0..offered).step_by(usize::try_from(packet).unwrap_or(usize::MAX)).take(MOST_PACKETS) {
            self.queue.push_back(Piece {
                write: number,
                start,
                len: packet.min(offered - start),
                tentative: true,
                is_packet,
            });
        }
        if offered == 0 && kind.keeps_empty_messages() {
            self.queue.push_back(Piece { write: number, start: 0, len: 0, tentative: true, is_packet });
        }
        self.forget_old();
        number
    }

    /// The write returned: `taken` bytes are in, or it failed. `reader_gone` says that nobody can read them any more.
    pub fn finish_write(&mut self, number: u64, taken: Result<u64, Errno>, reader_gone: bool) -> Result<(), String> {
        self.measured = None;
        let Some(index) = self.index_of(number) else { return Ok(()) };
        let write = &mut self.writes[index];
        let (said, gone) = (*taken.as_ref().unwrap_or(&0), write.gone);
        // What was read was written, and what was not offered cannot be taken, whatever the call says.
        let amount = said.min(write.offered).max(gone);
        write.taken = Some(amount);
        write.errno = taken.err().unwrap_or(Errno::NONE);
        let offered = write.offered;
        self.fill_pages(amount, offered, gone);
        self.totals.written += amount;
        self.totals.borrowed -= gone.min(self.totals.borrowed);
        let keep = taken.is_ok() && !reader_gone;
        self.settle_pieces(number, amount - gone, keep);
        self.free_pages_of_nothing();
        if keep {
            self.ghost = 0;
        }
        if reader_gone {
            self.totals.destroyed += amount - gone;
            self.ghost += amount - gone;
            self.writes[index].gone = amount;
        }
        match amount.cmp(&said) {
            Ordering::Equal => Ok(()),
            Ordering::Greater => Err(format!("{gone} bytes of a write were read that took only {said}")),
            Ordering::Less => Err(format!("a write of {amount} bytes took {said}")),
        }
    }

    /// The pieces of a write that has returned: `left` bytes of them are in, in order.
    fn settle_pieces(&mut self, number: u64, mut left: u64, keep: bool) {
        let Some(last) = self.queue.iter().rposition(|piece| piece.write == number && piece.tentative) else { return };
        let before = self.queue.iter().rev().skip(self.queue.len() - last).take_while(|piece| piece.write == number);
        let first = last - before.count();
        let mut emptied = last + 1;
        for at in first..=last {
            let is_message_of_nothing = self.queue[at].len == 0;
            let piece = self.queue.change(at, |piece| {
                piece.len = piece.len.min(left);
                piece.tentative = false;
            });
            left -= piece.len;
            if !keep || (piece.len == 0 && !is_message_of_nothing) {
                emptied = emptied.min(at);
            }
        }
        self.queue.remove_range(emptied..last + 1);
        if self.is_mixed && self.kind.is_some_and(Kind::keeps_empty_messages) {
            self.come_before_sleepers(first);
        }
    }

    /// A message is in once its write returns: before those of writers that entered earlier and sleep still.
    fn come_before_sleepers(&mut self, at: usize) {
        let Some(piece) = self.queue.get(at).copied().filter(|piece| !piece.tentative) else { return };
        let Some(sleeper) = self.queue.iter().take(at).position(|other| other.tentative) else { return };
        self.queue.remove(at);
        self.queue.insert(sleeper, piece);
    }

    /// A read took `found` from a byte stream.
    pub fn take_bytes(&mut self, found: ReadBytes<'_>) -> Result<(), String> {
        let mut left = found.len;
        let mut data = found.data;
        let mut pieces = Vec::new();
        while left > 0 {
            self.begin_moves_for(data);
            let fits = |front: &Piece| !self.has_outside_writers || self.matches(*front, data);
            let behind = self.first_behind_sleeper(found, data).map(|at| (at, u64::MAX));
            let Some((at, most)) = behind.or_else(|| self.pick(data)).filter(|_| self.queue.front().is_some_and(fits))
            else {
                if !self.has_outside_writers {
                    return Err(format!("{left} bytes were read that nobody wrote"));
                }
                self.supply(left);
                break;
            };
            let piece = self.queue[at];
            let amount = piece.len.min(left).min(most);
            pieces.push(Piece { len: amount, ..piece });
            self.consume(at, amount);
            left -= amount;
            data = data.get(usize::try_from(amount).unwrap_or(usize::MAX)..).unwrap_or(&[]);
        }
        self.remember_read(found, pieces, 0, ReadResult::Bytes);
        Ok(())
    }

    /// A read took one message, or as much of it as fitted. Returns the number of the write it came from.
    pub fn take_message(&mut self, found: ReadBytes<'_>) -> Result<u64, String> {
        self.begin_moves_for(found.data);
        if self.queue.is_empty() && self.has_outside_writers {
            self.supply(found.len);
            self.remember_read(found, Vec::new(), 0, ReadResult::Bytes);
            return Ok(0);
        }
        let Some(at) = self.pick_message(found) else {
            return Err(format!("a message of {} bytes was read that nobody wrote", found.len));
        };
        let piece = self.queue[at];
        let Some(rest) = piece.len.checked_sub(found.len) else {
            return Err(format!("{} bytes were read of a message of {}", found.len, piece.len));
        };
        let lost = if self.is_of_unknown_length(piece) { 0 } else { rest };
        self.remember_read(found, vec![Piece { len: found.len, ..piece }], lost, ReadResult::Bytes);
        self.consume(at, found.len + lost);
        self.totals.read -= lost;
        self.totals.destroyed += lost;
        Ok(piece.write)
    }

    /// A read returned 0 or failed; what a dead writer may have left is decided by that: nothing.
    pub fn note_read(&mut self, by: TaskId, result: ReadResult) {
        self.remember_read(ReadBytes::new(by, 0, &[]), Vec::new(), 0, result);
    }

    /// Everything that waits is destroyed, because its last reader is gone. Returns descriptors that were under way.
    pub fn destroy(&mut self) -> Vec<EndId> {
        self.measured = None;
        self.pages.clear();
        let mut fds = Vec::new();
        let queue = std::mem::take(&mut self.queue);
        for piece in queue.iter() {
            if piece.tentative {
                self.queue.push_back(*piece);
                continue;
            }
            self.totals.destroyed += piece.len;
            self.ghost += piece.len;
            if let Some(index) = self.index_of(piece.write) {
                self.writes[index].gone += piece.len;
                fds.append(&mut self.writes[index].fds);
            }
        }
        fds
    }

    /// The writer died inside its write. Asleep in a socket's message write, it had put nothing in, and could not while nobody
    /// read: a deadly signal wakes it, and if there is room by then, the message goes in all the same. The queue will tell.
    pub fn abandon_write(&mut self, number: u64, asleep: bool, kind: Kind) {
        self.measured = None;
        let nobody_read = self.write(number).is_some_and(|write| write.reads_before == self.totals.reads);
        if asleep && nobody_read && kind.keeps_empty_messages() {
            self.decide(number, 0);
        }
    }

    pub(super) fn certain(&self) -> u64 {
        self.queue.certain()
    }

    /// Bytes that wait: the kernel's figure where an unreturned call makes the ledger's own uncertain.
    pub fn waiting(&self) -> u64 {
        self.measured.unwrap_or_else(|| self.certain())
    }

    /// Whether anything waits: bytes, or an empty message.
    pub fn has_something(&self) -> bool {
        self.waiting() > 0 || self.least_messages() > 0
    }

    /// Whether anything of a write that has returned waits still.
    pub fn is_waiting(&self, number: u64) -> bool {
        let Some(write) = self.write(number) else { return false };
        let is_empty = || write.offered == 0 && self.queue.iter().any(|piece| piece.write == number);
        write.taken.is_some_and(|taken| taken > write.gone) || is_empty()
    }

    /// Whether a call that has not returned may have put something in or taken something out, or the kernel knows better who
    /// came first.
    pub fn is_undecided(&self) -> bool {
        let order_is_open = self.is_mixed && self.kind == Some(Kind::Dgram) && self.queue.len() > 1;
        self.reader_died || order_is_open || self.expects_moves() || self.queue.has_tentative()
    }

    /// The law of conservation, as an error that says which sum does not come out.
    pub fn check_law(&self) -> Result<(), String> {
        let queued = self.certain();
        let totals = self.totals;
        let (came, went) = (totals.written + totals.borrowed, totals.read + queued + totals.destroyed);
        if came == went {
            return Ok(());
        }
        Err(format!(
            "{came} bytes came in, but {} read + {queued} queued + {} destroyed",
            totals.read, totals.destroyed
        ))
    }

    /// The write with this number, while it is remembered.
    pub fn write(&self, number: u64) -> Option<&Write> {
        self.index_of(number).map(|index| &self.writes[index])
    }

    /// The first `limit` bytes of a piece.
    pub fn bytes_of(&self, piece: Piece, limit: usize) -> Vec<u8> {
        self.write(piece.write).map_or_else(Vec::new, |write| write.bytes(piece.start, piece.len, limit))
    }

    /// Takes the descriptors that travel with a write, because a read has reached it.
    pub fn take_fds(&mut self, number: u64) -> Vec<EndId> {
        self.index_of(number).map_or_else(Vec::new, |index| std::mem::take(&mut self.writes[index].fds))
    }

    pub(super) fn index_of(&self, number: u64) -> Option<usize> {
        let first = self.writes.front()?.number;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        (index < self.writes.len()).then_some(index)
    }

    /// The piece a stream read took first: the front, unless only a later one has the bytes that came (several writers).
    pub(super) fn pick(&self, data: &[u8]) -> Option<(usize, u64)> {
        let only = self.pick_where(|piece| self.matches(piece, data))?;
        if !self.is_mixed || self.matches(self.queue[only], data) {
            return Some((only, u64::MAX));
        }
        // Several writers took turns within this read: as far as one of them goes.
        let prefixes = self.within_reach().map(|(at, piece)| (at, self.common(piece, data)));
        let best = prefixes.max_by_key(|(at, common)| (*common, std::cmp::Reverse(*at)))?;
        Some(if best.1 == 0 { (only, u64::MAX) } else { best })
    }

    /// How many of the bytes that were read are those at the beginning of a piece.
    fn common(&self, piece: Piece, data: &[u8]) -> u64 {
        let bytes = self.bytes_of(piece, data.len());
        bytes.iter().zip(data).take_while(|(one, other)| one == other).count() as u64
    }

    fn pick_message(&self, found: ReadBytes<'_>) -> Option<usize> {
        let fits = |piece: Piece| piece.len >= found.len && self.matches(piece, found.data);
        self.first_behind_sleeper(found, found.data).or_else(|| self.pick_where(fits))
    }

    pub(super) fn pick_where(&self, fits: impl Fn(Piece) -> bool) -> Option<usize> {
        let front = *self.queue.front()?;
        if !self.is_mixed || (fits(front) && !front.tentative) {
            return Some(0);
        }
        // What is certainly there before what may be there.
        let first = |tentative| {
            let mut fitting = self.within_reach().filter(|(_, piece)| piece.tentative == tentative && fits(*piece));
            fitting.next().map(|(at, _)| at)
        };
        first(false).or_else(|| first(true)).or(Some(0))
    }

    fn within_reach(&self) -> impl Iterator<Item = (usize, Piece)> {
        let last = self.queue.len().saturating_sub(REACH).max(REACH);
        let front = self.queue.iter().copied().enumerate().take(REACH);
        front.chain(self.queue.iter().copied().enumerate().skip(last))
    }

    pub(super) fn matches(&self, piece: Piece, data: &[u8]) -> bool {
        let Some(write) = self.write(piece.write) else { return true };
        let limit = data.len().min(usize::try_from(piece.len).unwrap_or(usize::MAX));
        write.agrees(piece.start, &data[..limit])
    }

    pub(super) fn consume(&mut self, at: usize, amount: u64) {
        self.measured = None;
        let piece = self.queue.change(at, |piece| {
            piece.start += amount;
            piece.len -= amount;
        });
        self.step_back(amount);
        if piece.tentative {
            self.lose_track_of_pages();
        } else {
            self.empty_pages(amount);
        }
        self.totals.read += amount;
        if piece.tentative {
            self.totals.borrowed += amount;
        }
        if piece.len == 0 {
            self.queue.remove(at);
            self.free_pages_of_nothing();
        }
        if let Some(index) = self.index_of(piece.write) {
            let write = &mut self.writes[index];
            write.gone += amount;
            write.inside = write.inside.saturating_sub(amount);
        }
        self.forget_old();
    }

    pub(super) fn remember_read(&mut self, found: ReadBytes<'_>, pieces: Vec<Piece>, lost: u64, result: ReadResult) {
        if result == ReadResult::Bytes {
            self.totals.reads += 1;
        }
        self.ghost = 0;
        let number = self.totals.reads;
        let data = found.data.to_vec();
        self.reads.push_back(Read {
            number,
            by: found.by,
            pieces: Rc::new(pieces),
            data,
            len: found.len,
            lost,
            result,
        });
        if self.reads.len() > HISTORY {
            self.reads.pop_front();
        }
    }

    pub(super) fn forget_old(&mut self) {
        while self.writes.len() > HISTORY {
            let Some(front) = self.writes.front() else { return };
            let done = front.taken.is_some_and(|taken| front.gone >= taken) && front.fds.is_empty();
            let waits = self.queue.front().is_some_and(|piece| piece.write <= front.number);
            if !done || waits {
                return;
            }
            self.writes.pop_front();
        }
    }
}
