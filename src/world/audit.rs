//! Whether the picture is sound: what the kernel said and the ledger did not believe, and the law of conservation.

use super::World;

/// Contradictions between trace and ledger that are kept as text.
pub const ANOMALIES_KEPT: usize = 16;

impl World {
    /// Contradictions found so far between what the kernel said and what the ledger believed; empty in a sound trace.
    pub fn anomalies(&self) -> impl Iterator<Item = &str> {
        self.anomalies.iter().map(String::as_str)
    }

    /// The law of conservation, checked on every flow.
    pub fn check_law(&self) -> Result<(), String> {
        self.ends
            .values()
            .try_for_each(|end| end.inbox.check_law().map_err(|error| format!("towards {}: {error}", end.label())))
    }

    pub(super) fn note_anomaly(&mut self, text: String) {
        if self.anomalies.len() < ANOMALIES_KEPT {
            self.anomalies.push_back(text);
        }
    }

    /// All that contradicts itself now: in a sound trace nothing.
    pub fn contradictions(&self) -> impl Iterator<Item = String> {
        self.anomalies.iter().cloned().chain(self.check_law().err())
    }
}
