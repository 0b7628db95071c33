//! Looking without taking: which writes a read with MSG_PEEK saw, and how SO_PEEK_OFF moves.

use super::super::kind::Kind;
use super::{Flow, Piece};

impl Flow {
    /// The writes that a peek of `len` bytes saw; the next one begins behind them, where SO_PEEK_OFF is on. A peek at a stream
    /// goes on, beyond the bytes that it has room for, to the first write with descriptors.
    pub fn peek(&mut self, len: u64, kind: Kind) -> Vec<u64> {
        let mut seen = Vec::new();
        for piece in self.unskipped() {
            seen.push(piece.write);
            let carries = self.write(piece.write).is_some_and(|write| !write.fds.is_empty());
            if carries || kind.keeps_messages() {
                break;
            }
        }
        self.peek_off = self.peek_off.map(|off| off.saturating_add(len));
        seen
    }

    /// What the next peek begins with, if anything is there.
    pub fn next_peeked(&self) -> Option<Piece> {
        self.unskipped().next()
    }

    /// What waits, without what SO_PEEK_OFF skips.
    fn unskipped(&self) -> impl Iterator<Item = Piece> {
        let mut skip = self.peek_off.unwrap_or(0);
        let is_skipped = move |piece: &Piece| {
            let is_skipped = skip > 0 && skip >= piece.len;
            skip = if is_skipped { skip - piece.len } else { 0 };
            is_skipped
        };
        self.queue.iter().copied().skip_while(is_skipped)
    }

    /// Bytes in front of the next peek's beginning were taken.
    pub(super) fn step_back(&mut self, taken: u64) {
        self.peek_off = self.peek_off.map(|off| off.saturating_sub(taken));
    }
}
