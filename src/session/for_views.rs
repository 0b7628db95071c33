//! What a UI asks beside the picture of now: the past, the kernel's figures for what it shows, what failed, and that all
//! stand still while it is stopped.

use crate::recording::Recording;
use crate::world::kind::EndId;

use super::Session;

impl Session {
    /// As [`crate::bench::Bench::sample`], where all is settled.
    pub fn sample(&mut self, ends: &[EndId]) {
        if self.is_settled() {
            for end in ends {
                self.bench.sample(*end);
            }
        }
    }

    /// What has happened on its bench.
    pub fn recording(&self) -> &Recording {
        self.bench.recording()
    }

    /// The same, for who writes it to a file.
    pub fn recording_mut(&mut self) -> &mut Recording {
        self.bench.recording_mut()
    }

    /// Statements that have begun so far.
    pub fn begun(&self) -> u64 {
        self.summary.statements
    }

    /// The running one did not wait for its turn.
    pub fn has_overtaken(&self) -> bool {
        self.running.as_ref().is_some_and(|running| running.has_overtaken)
    }

    /// As [`crate::bench::Bench::take_mishaps`].
    pub fn take_mishaps(&mut self) -> Vec<String> {
        self.bench.take_mishaps()
    }

    /// As [`crate::bench::Bench::freeze`].
    pub fn freeze(&mut self) -> usize {
        self.bench.freeze()
    }

    /// As [`crate::bench::Bench::thaw`].
    pub fn thaw(&mut self) {
        self.bench.thaw();
    }
}
