//! One at a time: every task stands before each call that is followed, one of them is let go, and a seed or a person picks which.
//! The seed is the whole schedule: the same one gives the same order again.

use std::collections::HashMap;

use crate::trace::TaskId;

/// Who goes on, and when.
#[derive(Debug)]
pub enum Scheduling {
    /// All as they like, by the rule of order alone.
    Free,
    /// One at a time.
    Picked(HeldTasks),
}

/// Tasks that stand before a call, and what picks one of them.
#[derive(Debug)]
pub struct HeldTasks {
    pub(super) picker: Picker,
    pub(super) held: Vec<i32>,
    /// Looks in a row that found nobody running.
    pub(super) quiet: u32,
    /// Since when somebody has been running.
    pub(super) busy_since: Option<u64>,
    /// What each of them had computed by then.
    pub(super) computed: HashMap<i32, u64>,
}

/// What picks the next one.
#[derive(Debug)]
pub enum Picker {
    /// Chance, by a seed.
    Seed(fastrand::Rng),
    /// A person: the task that may go, once it is named, and those that were said to stand.
    Person {
        /// Named, and not let go yet.
        next: Option<TaskId>,
        /// In order of birth.
        told: Vec<TaskId>,
    },
}

impl Scheduling {
    /// By a seed.
    pub fn seeded(seed: u64) -> Self {
        Self::picked(Picker::Seed(fastrand::Rng::with_seed(seed)))
    }

    /// By a person, one call after the other.
    pub fn stepped() -> Self {
        Self::picked(Picker::Person { next: None, told: Vec::new() })
    }

    fn picked(picker: Picker) -> Self {
        Self::Picked(HeldTasks { picker, held: Vec::new(), quiet: 0, busy_since: None, computed: HashMap::new() })
    }
}
