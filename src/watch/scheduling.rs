//! One at a time: every task stands before each call that is followed, one of them is let go, and a seed, a person or the order of an
//! earlier run picks which. The seed is the whole schedule: the same one gives the same order again.

use std::collections::{HashMap, VecDeque};

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
    /// An earlier run, as far as it is to be repeated; then a person.
    Recorded {
        /// Who made the calls that are left.
        order: VecDeque<TaskId>,
        /// Since when the next of them has not come to its call, though nobody runs.
        missing_since_ns: Option<u64>,
    },
}

impl Picker {
    /// A person who has said nothing yet, and was told nothing.
    pub(super) fn person() -> Self {
        Self::Person { next: None, told: Vec::new() }
    }
}

impl Scheduling {
    /// By a seed.
    pub fn seeded(seed: u64) -> Self {
        Self::picked(Picker::Seed(fastrand::Rng::with_seed(seed)))
    }

    /// By a person, one call after the other.
    pub fn stepped() -> Self {
        Self::picked(Picker::person())
    }

    /// As in an earlier run: these tasks, one after the other.
    pub fn recorded(order: &[TaskId]) -> Self {
        Self::picked(Picker::Recorded { order: order.iter().copied().collect(), missing_since_ns: None })
    }

    fn picked(picker: Picker) -> Self {
        Self::Picked(HeldTasks { picker, held: Vec::new(), quiet: 0, busy_since: None, computed: HashMap::new() })
    }
}
