//! The next call of a loop, where it needs nothing but counting: one writer, whole writes, no descriptors, no urgent byte.
//! Each function changes what the long way (`flow`) would have changed, or nothing at all and says so.

use std::rc::Rc;

use crate::abi::Errno;
use crate::order::Payload;
use crate::trace::TaskId;

use super::super::kind::Kind;
use super::{Flow, HISTORY, Piece, Read, ReadBytes, ReadResult, Write};

impl Flow {
    /// Write `number`, the last one, took all that it offered, and its task has begun the next, whose number it becomes.
    pub fn write_again(&mut self, by: TaskId, number: &mut u64, content: &Rc<[Payload]>, ret: i32) -> bool {
        let taken = u64::from(ret.unsigned_abs());
        if !self.write_taken(*number, taken) {
            return false;
        }
        *number = self.begin_like_last(by, content, taken);
        true
    }

    /// Write `number`, the last one, took all that it offered.
    pub fn write_taken(&mut self, number: u64, taken: u64) -> bool {
        let is_simple = self.takes_whole_writes();
        let Some(last) = self.writes.back_mut().filter(|_| is_simple) else { return false };
        if last.number != number || last.offered != taken {
            return false;
        }
        match self.queue.back().filter(|piece| piece.write == number) {
            Some(_) => _ = self.queue.change(self.queue.len() - 1, |piece| piece.tentative = false),
            None if last.gone == taken => {}
            None => return false,
        }
        let gone = last.gone;
        last.taken = Some(taken);
        self.totals.written += taken;
        self.totals.borrowed -= gone.min(self.totals.borrowed);
        self.measured = None;
        self.ghost = 0;
        self.fill_pages(taken, taken, gone);
        self.free_pages_of_nothing();
        true
    }

    /// Whether the next write may begin as the last one did: by the same task, and the last is in.
    pub fn may_begin_like_last(&self, by: TaskId) -> bool {
        self.takes_whole_writes() && self.writes.back().is_some_and(|last| last.by == by && last.taken.is_some())
    }

    /// A write of so many bytes is entered, and they exist from now on. Gives its number.
    pub fn begin_like_last(&mut self, by: TaskId, content: &Rc<[Payload]>, offered: u64) -> u64 {
        self.measured = None;
        self.totals.writes += 1;
        let number = self.totals.writes;
        self.writes.push_back(Write {
            number,
            by,
            content: Rc::clone(content),
            offered,
            taken: None,
            gone: 0,
            errno: Errno::NONE,
            fds: Vec::new(),
            carried: 0,
            reads_before: self.totals.reads,
            inside: 0,
        });
        self.queue.push_back(Piece { write: number, start: 0, len: offered, tentative: true, is_packet: false });
        self.forget_old();
        number
    }

    /// A read took `found`, from the front.
    pub fn read_again(&mut self, found: ReadBytes<'_>) -> bool {
        let Some(kind) = self.kind.filter(|_| self.is_simple() && !self.is_front_in_a_call()) else { return false };
        let fits = |front: &&Piece| front.is_packet == (kind == Kind::PacketPipe);
        let Some(front) = self.queue.front().filter(fits) else { return false };
        let lost = if kind.keeps_messages() { front.len.checked_sub(found.len) } else { self.is_there(found.len) };
        let Some(lost) = lost else { return false };
        let mut read = self.oldest_read();
        let pieces = Rc::make_mut(&mut read.pieces);
        pieces.clear();
        let mut left = found.len;
        while left > 0 {
            let piece = self.queue[0];
            let amount = piece.len.min(left);
            pieces.push(Piece { len: amount, ..piece });
            left -= amount;
            self.consume(0, amount + if left == 0 { lost } else { 0 });
        }
        self.totals.read -= lost;
        self.totals.destroyed += lost;
        self.totals.reads += 1;
        let (number, by, len) = (self.totals.reads, found.by, found.len);
        read.data.clear();
        self.reads.push_back(Read { number, by, len, lost, result: ReadResult::Bytes, ..read });
        true
    }

    fn takes_whole_writes(&self) -> bool {
        self.is_simple() && self.kind.is_some_and(|kind| kind != Kind::PacketPipe)
    }

    fn is_simple(&self) -> bool {
        !self.is_mixed && !self.expects_moves() && self.totals.carried == 0 && self.urgent.is_none()
    }

    /// Nothing is lost of a byte stream's read, if it has so many bytes at all.
    fn is_there(&self, mut len: u64) -> Option<u64> {
        self.queue
            .iter()
            .any(|piece| {
                len = len.saturating_sub(piece.len);
                len == 0
            })
            .then_some(0)
    }

    /// A read that is remembered no more, to be written over: a million of them need no million allocations.
    fn oldest_read(&mut self) -> Read {
        let nothing = Read {
            number: 0,
            by: TaskId(0),
            pieces: Rc::default(),
            data: Vec::new(),
            len: 0,
            lost: 0,
            result: ReadResult::Eof,
        };
        if self.reads.len() < HISTORY { nothing } else { self.reads.pop_front().unwrap_or(nothing) }
    }
}
