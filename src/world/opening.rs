//! One opening of a FIFO: an open file description (open(2)). Any number of them share the two sides of one FIFO; each has its own
//! O_NONBLOCK, and the name that its statement gave it.

use crate::script::EndName;

use super::World;
use super::kind::EndId;
use super::origin::Origin;

/// What open(2) of a FIFO makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FifoOpening {
    /// Its identity, of the same numbers as those of ends.
    pub id: EndId,
    /// What a statement has called it.
    pub name: Option<EndName>,
    /// The side it was opened for; of one for both, the one that reads.
    pub end: EndId,
    /// The side that writes, where it was opened for both.
    pub also: Option<EndId>,
    /// O_NONBLOCK, shared by all copies of its descriptors.
    pub nonblock: bool,
    /// Who set that flag.
    pub nonblock_by: Option<Origin>,
    /// Descriptors in processes' tables that refer to it.
    pub held: u32,
    /// Copies sent over a socket and not yet received.
    pub in_flight: u32,
}

impl FifoOpening {
    /// The sides it was opened for.
    pub fn ends(&self) -> impl Iterator<Item = EndId> + use<> {
        std::iter::once(self.end).chain(self.also)
    }

    /// Whether it was opened for this side.
    pub fn is_of(&self, end: EndId) -> bool {
        self.end == end || self.also == Some(end)
    }
}

impl World {
    /// Whether this is a side of a FIFO that somebody has open for both: what such a descriptor does is not told by its side.
    pub fn is_opened_for_both(&self, end: EndId) -> bool {
        self.openings.values().any(|opening| opening.also.is_some() && opening.is_of(end))
    }
}
