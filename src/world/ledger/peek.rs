//! Looking without taking: which writes a read with MSG_PEEK saw, and how SO_PEEK_OFF moves.

use super::super::kind::Kind;
use super::Flow;

impl Flow {
    /// The writes that a peek of `len` bytes saw; the next one begins behind them, where SO_PEEK_OFF is on. A peek at a stream
    /// goes on, beyond the bytes that it has room for, to the first write with descriptors.
    pub fn peek(&mut self, len: u64, kind: Kind) -> Vec<u64> {
        let mut skip = self.peek_off.unwrap_or(0);
        let mut seen = Vec::new();
        for piece in self.queue.iter() {
            if skip > 0 && skip >= piece.len {
                skip -= piece.len;
                continue;
            }
            seen.push(piece.write);
            skip = 0;
            let carries = self.write(piece.write).is_some_and(|write| !write.fds.is_empty());
            if carries || kind.keeps_messages() {
                break;
            }
        }
        self.peek_off = self.peek_off.map(|off| off.saturating_add(len));
        seen
    }

    /// Bytes in front of the next peek's beginning were taken.
    pub(super) fn step_back(&mut self, taken: u64) {
        self.peek_off = self.peek_off.map(|off| off.saturating_sub(taken));
    }
}
