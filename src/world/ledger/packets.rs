//! Packets in a pipe that was not made for them, and plain bytes in one that was: splice and tee move pages as they are, and the
//! mark of a packet with them.

use super::super::kind::Kind;
use super::{Flow, Piece, ReadBytes, ReadResult};

impl Flow {
    /// Whether something waits in a pipe of this kind that a write there would not have made.
    pub fn has_foreign_pages(&self, kind: Kind) -> bool {
        kind.is_pipe() && self.queue.iter().any(|piece| piece.is_packet != (kind == Kind::PacketPipe))
    }

    /// What one read with room for everything takes out of such a pipe: bytes up to the first packet, and that.
    pub fn first_of_pages(&self) -> u64 {
        let before = self.queue.iter().take_while(|piece| !piece.is_packet).count();
        self.queue.iter().take(before + 1).map(|piece| piece.len).sum()
    }

    /// The first `len` bytes that wait, as what a splice moves: each with whether it is a packet.
    pub fn moved(&self, len: u64) -> Vec<(u64, bool)> {
        let (mut parts, mut left) = (Vec::new(), len);
        for piece in self.queue.iter().take_while(|_| len > 0) {
            let part = piece.len.min(left);
            left -= part;
            parts.extend((part > 0).then_some((part, piece.is_packet)));
        }
        parts
    }

    /// The bytes of a write are such pages. What was already read of them is left out.
    pub fn set_pages(&mut self, number: u64, parts: &[(u64, bool)]) {
        let Some(first) = self.queue.iter().position(|piece| piece.write == number) else { return };
        let own: Vec<Piece> =
            self.queue.iter().skip(first).take_while(|piece| piece.write == number).copied().collect();
        let (there, all) =
            (own.iter().map(|piece| piece.len).sum::<u64>(), parts.iter().map(|part| part.0).sum::<u64>());
        let Some(mut gone) = all.checked_sub(there) else { return };
        let mut start = own[0].start;
        let mut pages = Vec::new();
        for &(len, is_packet) in parts {
            let skipped = len.min(gone);
            gone -= skipped;
            if len > skipped {
                pages.push(Piece { start, len: len - skipped, is_packet, ..own[0] });
                start += len - skipped;
            }
        }
        self.queue.drain(first..first + own.len());
        for (at, page) in pages.into_iter().enumerate() {
            self.queue.insert(first + at, page);
        }
    }

    /// A read took `found` out of such a pipe.
    pub fn take_pages(&mut self, found: ReadBytes<'_>) -> Result<(), String> {
        let (mut left, mut lost, mut pieces) = (found.len, 0, Vec::new());
        while left > 0 {
            let Some(piece) = self.queue.front().copied() else {
                return Err(format!("{left} bytes were read that nobody wrote"));
            };
            let amount = piece.len.min(left);
            let rest = if piece.is_packet { piece.len - amount } else { 0 };
            pieces.push(Piece { len: amount, ..piece });
            self.consume(0, amount + rest);
            self.totals.read -= rest;
            self.totals.destroyed += rest;
            (left, lost) = (left - amount, lost + rest);
            // What is written behind plain bytes may share their page, and so be none: of that only the kernel knows.
            let follows_plain = pieces.iter().any(|piece: &Piece| !piece.is_packet);
            if piece.is_packet && left > 0 && !follows_plain {
                return Err(format!("{left} bytes were read behind a packet"));
            }
        }
        self.remember_read(found, pieces, lost, ReadResult::Bytes);
        Ok(())
    }
}
