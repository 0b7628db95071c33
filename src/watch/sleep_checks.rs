//! When sleepers are to be looked at next: soon after somebody went into a call, then ever later.

use crate::sys::now_ns;

/// The first nap, and how long a task is inside before it is looked at.
pub(super) const SHORTEST_NS: u64 = 1_000_000;

/// When to look next.
#[derive(Debug, Default)]
pub struct SleepChecks {
    /// How long the last was.
    pub(super) length_ns: u64,
    /// When it ends; none: nobody is to be looked at.
    pub(super) until_ns: Option<u64>,
}

impl SleepChecks {
    /// Somebody went into a call: naps are short again.
    pub fn begin_again(&mut self) {
        self.length_ns = SHORTEST_NS;
        let soon = now_ns() + SHORTEST_NS;
        self.until_ns = Some(self.until_ns.map_or(soon, |until| until.min(soon)));
    }
}
