//! The past as a UI looks at it: a step from what is seen, and what goes on meanwhile.

use crate::app::action::Step;
use crate::app::past::MOMENTS_SEEN;
use crate::app::{View, update};
use crate::world::history::Look;

use super::Playground;

impl Playground {
    /// Looks at the past, a step from what is seen now.
    pub(super) fn look(&mut self, step: Step) {
        const FAR: u64 = 10;
        let Some(history) = self.session.recording().history() else { return };
        let newest = history.newest();
        let at = self.app.past.as_ref().map_or(newest, |past| past.at.min(newest));
        let target = match step {
            Step::Back => at.saturating_sub(1),
            Step::Forth => at + 1,
            Step::FarBack => at.saturating_sub(FAR),
            Step::FarForth => at + FAR,
            Step::StatementBack => history.statement_before(at),
            Step::StatementForth => history.statement_after(at),
            Step::First => 0,
        };
        let look = (target < newest).then(|| history.look(target, MOMENTS_SEEN));
        update::looked(&mut self.app, look);
    }

    /// The bench as it was after an event, with so many moments before it; the newest if there is none of this number.
    pub fn look_at(&self, at: u64, count: usize) -> Option<Look> {
        let history = self.session.recording().history()?;
        Some(history.look(at.clamp(history.oldest(), history.newest()), count))
    }

    /// Time goes on while the past is looked at; of a bench that was made anew there is none.
    pub(super) fn note_time(&mut self) {
        let Some((past, history)) = self.app.past.as_mut().zip(self.session.recording().history()) else { return };
        past.newest = history.newest();
        past.oldest = history.oldest();
        if past.newest < past.at {
            update::looked(&mut self.app, None);
        }
    }

    /// The diagram shows the last moments, now that more may have come.
    pub(super) fn refresh_diagram(&mut self) {
        if self.app.view != View::Diagram || self.app.past.is_some() {
            return;
        }
        let Some(history) = self.session.recording().history() else { return };
        if self.app.recent.last().map_or(0, |moment| moment.number) != history.newest() {
            self.app.recent = history.look(history.newest(), MOMENTS_SEEN).moments;
        }
    }
}
