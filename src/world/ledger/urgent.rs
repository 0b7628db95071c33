//! The urgent byte of MSG_OOB: the last byte of its write, which waits apart from the others. A later one makes it a byte like
//! any other; a read that comes to it throws it away, unless it is asked for inline.

use super::{Flow, Piece, ReadBytes, ReadResult};

impl Flow {
    /// A write with MSG_OOB was taken as a whole: its last byte is the urgent one.
    pub fn mark_urgent(&mut self, number: u64) {
        let whole = self.write(number).is_some_and(|write| write.taken == Some(write.offered) && write.offered > 0);
        let Some(at) = self.queue.iter().rposition(|piece| piece.write == number).filter(|_| whole) else { return };
        let piece = self.queue[at];
        let Some(before) = piece.len.checked_sub(1) else { return };
        let place = piece.start + before;
        self.urgent = Some((number, place));
        if before > 0 {
            self.queue.change(at, |piece| piece.len = before);
            self.queue.insert(at + 1, Piece { start: place, len: 1, ..piece });
        }
    }

    /// A read without MSG_OOB begins: an urgent byte at the front stands in its way no more.
    pub fn pass_urgent(&mut self) {
        self.threw_urgent = false;
        if !self.queue.front().is_some_and(|front| self.is_urgent(*front)) {
            return;
        }
        if !self.is_urgent_inline {
            self.lose(1);
            self.passed_urgent += 1;
            self.threw_urgent = true;
        }
        self.urgent = None;
    }

    /// The urgent byte was thrown away by a read of no bytes.
    pub fn lose_urgent(&mut self) {
        let Some(at) = self.queue.iter().position(|piece| self.is_urgent(*piece)) else { return };
        let write = self.queue[at].write;
        self.consume(at, 1);
        self.totals.read -= 1;
        self.totals.destroyed += 1;
        self.leave_place(write);
    }

    /// A read with MSG_OOB took the urgent byte.
    pub fn take_urgent(&mut self, found: ReadBytes<'_>) -> Result<(), String> {
        let Some(at) = self.queue.iter().position(|piece| self.is_urgent(*piece)) else {
            return Err("an urgent byte was read that nobody wrote".to_owned());
        };
        let piece = self.queue[at];
        self.consume(at, 1);
        self.leave_place(piece.write);
        self.remember_read(found, vec![piece], 0, ReadResult::Bytes);
        Ok(())
    }

    /// The urgent byte of this write was taken before its turn: its empty buffer stays in the queue until a read comes to it.
    fn leave_place(&mut self, write: u64) {
        self.urgent = None;
        let front = self.queue.front().map_or(u64::MAX, |front| front.write);
        self.urgent_places.retain(|write| *write >= front);
        self.urgent_places.push(write);
    }

    /// Whether a read stops between these two pieces, because an urgent byte that was taken stood there and none waits now.
    pub fn is_place_of_urgent(&self, before: Piece, after: Piece) -> bool {
        let is_between = |write: &u64| before.write <= *write && after.write > *write;
        self.urgent.is_none() && self.urgent_places.iter().any(is_between)
    }

    /// Whether this piece is the urgent byte.
    pub fn is_urgent(&self, piece: Piece) -> bool {
        self.urgent == Some((piece.write, piece.start)) && piece.len == 1
    }
}
