//! The past as a UI looks at it: a step from what is seen, and what goes on meanwhile.

use crate::app::action::Move;
use crate::app::past::MOMENTS_SEEN;
use crate::world::history::PastPicture;

use super::Playground;

impl Playground {
    /// Looks at the past, a step from what is seen now.
    pub(super) fn look(&mut self, step: Move) {
        const FAR: u64 = 10;
        let Some(history) = self.recording().history() else { return };
        let newest = history.newest();
        let at = self.model.past.as_ref().map_or(newest, |past| past.at.min(newest));
        let target = match step {
            Move::Back => at.saturating_sub(1),
            Move::Forth => at + 1,
            Move::FarBack => at.saturating_sub(FAR),
            Move::FarForth => at + FAR,
            Move::StatementBack => history.statement_before(at),
            Move::StatementForth => history.statement_after(at),
            Move::First => 0,
        };
        let look = (target < newest).then(|| history.look(target, MOMENTS_SEEN));
        self.model.look(look);
    }

    /// The bench as it was after an event, with so many moments before it; the newest if there is none of this number.
    pub fn look_at(&self, at: u64, count: usize) -> Option<PastPicture> {
        let history = self.recording().history()?;
        Some(history.look(at.clamp(history.oldest(), history.newest()), count))
    }

    /// More may have happened since the past, or the diagram, was looked at.
    pub(super) fn keep_time(&mut self) {
        if let Some(history) = self.source.recording().history() {
            self.model.keep_time(history);
        }
    }
}
