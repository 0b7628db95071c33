//! The two directions of a channel, and the mark of each message: 1 2 3 to the right, a b c to the left, so that no mark means two
//! things. Right is away from the end that is drawn on the left.

use crate::app::channel_sides::{self, Facing};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::EndId;
use crate::world::ledger::{Flow, ReadResult};

/// Which way bytes travel on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the left end to the right one: from the parent, usually.
    Right,
    /// From the right end to the left one: the answers.
    Left,
}

/// What a message is called: its number, counted in its direction from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// Which way it went.
    pub direction: Direction,
    /// Its write's number.
    pub number: u64,
}

/// One direction of a channel, with both its ends.
#[derive(Debug, Clone, Copy)]
pub struct Lane<'a> {
    /// Which way.
    pub direction: Direction,
    /// The end that bytes are written to.
    pub from: &'a End,
    /// The end that they are read at.
    pub to: &'a End,
}

/// All that was sent one way.
#[derive(Debug, Clone, Copy)]
pub struct Directed<'a> {
    /// Its writes, what waits, its reads.
    pub flow: &'a Flow,
    /// Which way.
    pub direction: Direction,
}

impl Direction {
    /// The sign that points there.
    pub fn arrow(self) -> &'static str {
        match self {
            Self::Right => "▶",
            Self::Left => "◀",
        }
    }

    /// The direction in which bytes travel to an end.
    pub fn towards(world: &World, end: EndId) -> Self {
        let channel = world.end(end).and_then(|end| end.channel);
        match channel.and_then(|channel| channel_sides::of(world, channel)) {
            Some(facing) if facing.near == end => Self::Left,
            _ => Self::Right,
        }
    }

    /// The mark of the message with this number.
    pub fn mark(self, number: u64) -> Mark {
        Mark { direction: self, number }
    }
}

impl Mark {
    /// `3`, or `c`; after `z` comes `aa`.
    pub fn text(self) -> String {
        if self.direction == Direction::Right {
            return self.number.to_string();
        }
        let mut left = self.number;
        let mut letters = Vec::new();
        while left > 0 {
            left -= 1;
            letters.push(char::from(b'a' + u8::try_from(left % 26).unwrap_or(0)));
            left /= 26;
        }
        letters.iter().rev().collect()
    }
}

impl<'a> Lane<'a> {
    /// Both directions of a channel, to the right first.
    pub fn both(world: &'a World, facing: Facing) -> Option<[Self; 2]> {
        let (near, far) = (world.end(facing.near)?, world.end(facing.far)?);
        Some([
            Self { direction: Direction::Right, from: near, to: far },
            Self { direction: Direction::Left, from: far, to: near },
        ])
    }

    /// Everything that was sent this way.
    pub fn flow(&self) -> &'a Flow {
        &self.to.inbox
    }

    /// The same with its direction.
    pub fn directed(&self) -> Directed<'a> {
        Directed { flow: self.flow(), direction: self.direction }
    }

    /// Whether bytes can go this way at all: a pipe has one direction.
    pub fn is_possible(&self) -> bool {
        self.from.can_be_written()
    }

    /// Whether anything was written or read this way. A read that found nothing and did not wait is not shown.
    pub fn is_used(&self) -> bool {
        let is_shown = |result: ReadResult| result != ReadResult::Failed(crate::abi::Errno::EAGAIN);
        let flow = self.flow();
        flow.totals.writes > 0 || flow.reads.iter().any(|read| is_shown(read.result))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_of_both_directions_has_a_mark_of_its_own() {
        let letters = |number| Direction::Left.mark(number).text();
        assert_eq!([1, 3, 26, 27, 52, 53, 702, 703].map(letters), ["a", "c", "z", "aa", "az", "ba", "zz", "aaa"]);
        let mut all: Vec<String> = (1..2000).map(letters).collect();
        all.extend((1..2000).map(|number| Direction::Right.mark(number).text()));
        all.sort();
        let count = all.len();
        all.dedup();
        assert_eq!(all.len(), count);
        assert_eq!(letters(u64::MAX).len(), 14);
    }
}
