//! The pieces that wait in one flow, counted as they come and go: what is asked after every call needs no look at each of them.

use std::collections::VecDeque;
use std::ops::{Deref, Range};

use super::Piece;

/// What waits, first to be read first. It is read as a [`VecDeque`]; each change goes through here, so that the counts are right.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    pieces: VecDeque<Piece>,
    counts: Counts,
}

/// The counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Counts {
    /// Bytes of writes that have returned.
    certain: u64,
    /// Pieces of writes that have not.
    tentative: usize,
    /// Pieces that are packets of a pipe.
    packets: usize,
}

impl Counts {
    fn of(piece: Piece) -> Self {
        Self {
            certain: if piece.tentative { 0 } else { piece.len },
            tentative: usize::from(piece.tentative),
            packets: usize::from(piece.is_packet),
        }
    }

    fn add(&mut self, piece: Piece) {
        let one = Self::of(piece);
        self.certain += one.certain;
        self.tentative += one.tentative;
        self.packets += one.packets;
    }

    fn subtract(&mut self, piece: Piece) {
        let one = Self::of(piece);
        self.certain -= one.certain;
        self.tentative -= one.tentative;
        self.packets -= one.packets;
    }
}

impl Deref for Queue {
    type Target = VecDeque<Piece>;

    fn deref(&self) -> &VecDeque<Piece> {
        &self.pieces
    }
}

impl Queue {
    /// Bytes of writes that have returned.
    pub fn certain(&self) -> u64 {
        self.counts.certain
    }

    /// Whether a piece is of a write that has not returned.
    pub fn has_tentative(&self) -> bool {
        self.counts.tentative > 0
    }

    /// Pieces that are packets of a pipe.
    pub fn packets(&self) -> usize {
        self.counts.packets
    }

    pub(super) fn push_back(&mut self, piece: Piece) {
        self.counts.add(piece);
        self.pieces.push_back(piece);
    }

    pub(super) fn push_front(&mut self, piece: Piece) {
        self.counts.add(piece);
        self.pieces.push_front(piece);
    }

    pub(super) fn insert(&mut self, at: usize, piece: Piece) {
        self.counts.add(piece);
        self.pieces.insert(at, piece);
    }

    pub(super) fn remove(&mut self, at: usize) -> Option<Piece> {
        let piece = self.pieces.remove(at)?;
        self.counts.subtract(piece);
        Some(piece)
    }

    pub(super) fn remove_range(&mut self, range: Range<usize>) {
        for piece in self.pieces.drain(range) {
            self.counts.subtract(piece);
        }
    }

    pub(super) fn retain(&mut self, stays: impl Fn(Piece) -> bool) {
        let counts = &mut self.counts;
        self.pieces.retain(|piece| {
            let stays = stays(*piece);
            if !stays {
                counts.subtract(*piece);
            }
            stays
        });
    }

    /// Changes the piece at this place, and gives it as it is then.
    pub(super) fn change(&mut self, at: usize, change: impl FnOnce(&mut Piece)) -> Piece {
        let piece = &mut self.pieces[at];
        self.counts.subtract(*piece);
        change(piece);
        self.counts.add(*piece);
        *piece
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn however_the_pieces_change_the_counts_are_those_of_the_pieces() {
        let (mut random, mut queue) = (fastrand::Rng::with_seed(7), Queue::default());
        let some = |random: &mut fastrand::Rng| Piece {
            write: random.u64(..5),
            start: 0,
            len: random.u64(..4),
            tentative: random.bool(),
            is_packet: random.bool(),
        };
        for _ in 0..10_000 {
            let piece = some(&mut random);
            let at = random.usize(..=queue.len());
            match random.u8(..8) {
                0 => queue.push_back(piece),
                1 => queue.push_front(piece),
                2 | 3 => queue.insert(at, piece),
                4 => _ = queue.remove(at),
                5 if at < queue.len() => queue.remove_range(at..random.usize(at..queue.len()) + 1),
                6 if at < queue.len() => assert_eq!(queue.change(at, |old| *old = piece), piece),
                7 if random.u8(..8) == 0 => queue.retain(|old| old.write != piece.write),
                _ => {}
            }
            let mut counts = Counts::default();
            queue.iter().for_each(|piece| counts.add(*piece));
            assert_eq!(queue.counts, counts);
        }
    }
}
