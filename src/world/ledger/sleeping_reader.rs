//! A reader that sleeps for more than there was (MSG_WAITALL, SO_RCVLOWAT, recvmmsg) has taken all of it: what another reader gets came later.

use super::{Flow, Piece, ReadBytes};

impl Flow {
    /// All that certainly waits is in the call of a reader that sleeps for more.
    pub fn note_taken_by_sleeper(&mut self) {
        let last = self.queue.iter().rfind(|piece| !piece.tentative);
        self.in_a_call = last.map_or(self.in_a_call, |piece| self.in_a_call.max(piece.write));
    }

    /// Whether the front is, as far as that is known.
    pub fn is_front_in_a_call(&self) -> bool {
        self.queue.front().is_some_and(|front| front.write <= self.in_a_call)
    }

    /// Where these bytes, of what another reader found, begin.
    pub(super) fn first_behind_sleeper(&self, found: ReadBytes<'_>, data: &[u8]) -> Option<usize> {
        let is_behind = |piece: &Piece| piece.write > self.in_a_call && self.matches(*piece, data);
        if found.is_beside_sleeper { self.queue.iter().position(is_behind) } else { None }
    }
}
