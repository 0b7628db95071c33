//! What a UI asks beside the picture of now: the past, and the kernel's figures for what it shows.

use crate::world::history::History;
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

    /// As [`crate::bench::Bench::history`].
    pub fn history(&self) -> Option<&History> {
        self.bench.history()
    }
}
