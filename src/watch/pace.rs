//! Other orders: every task stands before each call that is followed, one of them is let go at a time, and a seed picks which. So
//! the seed is the whole schedule: the same one gives the same order again.

use std::collections::HashMap;

/// Who goes on, and when.
#[derive(Debug)]
pub enum Pace {
    /// All as they like, by the rule of order alone.
    Free,
    /// One at a time.
    Picked(Picks),
}

/// Tasks that stand before a call, and what picks one of them.
#[derive(Debug)]
pub struct Picks {
    pub(super) random: fastrand::Rng,
    pub(super) held: Vec<i32>,
    /// Looks in a row that found nobody running.
    pub(super) quiet: u32,
    /// Since when somebody has been running.
    pub(super) busy_since: Option<u64>,
    /// What each of them had computed by then.
    pub(super) computed: HashMap<i32, u64>,
}

impl Pace {
    /// By a seed.
    pub fn seeded(seed: u64) -> Self {
        let random = fastrand::Rng::with_seed(seed);
        Self::Picked(Picks { random, held: Vec::new(), quiet: 0, busy_since: None, computed: HashMap::new() })
    }
}
