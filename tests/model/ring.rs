//! What `src/sys/ring.rs` is in the program: the same two sides, the memory another.

pub mod shared;
#[path = "../../src/sys/ring/sides.rs"]
mod sides;

pub use shared::{Map, RING_WORDS};
pub use sides::{RingReader, RingWriter, count_signal, mark_sleeping};

/// Both sides of one ring, and its memory.
pub fn both_sides() -> (RingWriter, RingReader, Map) {
    let map = Map::new();
    (RingWriter::over(map.clone()), RingReader::over(map.clone()), map)
}
