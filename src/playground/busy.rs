//! Since when a bench has not settled: a caller that acts on it from outside need not wait for what may never come.

use std::time::{Duration, Instant};

/// How long a bench may go on before keys that act from outside no longer wait until it has settled.
const PATIENCE: Duration = Duration::from_millis(200);
/// How often it has to be looked at in that time: on a machine that is busy with other things nobody, neither the tasks nor the
/// program, has had the processor for long, and what was typed ahead keeps its order.
const LOOKS: u32 = 24;

/// A bench that has not settled.
#[derive(Debug, Clone, Copy)]
pub struct Busy {
    since: Instant,
    /// The statement that it is about.
    begun: u64,
    /// How often it was looked at after a sleep.
    looks: u32,
}

impl Busy {
    /// The same going on, or what has begun now.
    pub fn with(before: Option<Self>, begun: u64, has_overtaken: bool) -> Self {
        let same = before.filter(|busy| busy.begun == begun || has_overtaken);
        same.map_or(Self { since: Instant::now(), begun, looks: 0 }, |busy| Self { begun, ..busy })
    }

    /// It was looked at after a sleep, and has not settled yet.
    pub fn note_look(&mut self) {
        self.looks = self.looks.saturating_add(1);
    }

    /// Whether it may be waiting for something that never comes.
    pub fn is_stuck(&self) -> bool {
        self.looks >= LOOKS && self.since.elapsed() > PATIENCE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_looked_at_is_not_stuck_however_late_it_is() {
        let long_ago = Instant::now().checked_sub(2 * PATIENCE).unwrap();
        let mut busy = Busy { since: long_ago, begun: 1, looks: 0 };
        assert!(!busy.is_stuck(), "nobody had the processor");
        (0..LOOKS).for_each(|_| busy.note_look());
        assert!(busy.is_stuck());
        assert!(!Busy::with(Some(busy), 2, false).is_stuck(), "another statement has begun");
        assert!(Busy::with(Some(busy), 2, true).is_stuck(), "which has overtaken it");
        let just_now = Busy { since: Instant::now(), ..busy };
        assert!(!just_now.is_stuck());
    }
}
