//! What the loop waits for: the bench that is shown, and those that are run beside it.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use super::Playground;
use super::alternatives::Trial;
use super::five_kinds::FiveKinds;
use super::matrix_cell::MatrixCell;
use super::other_kinds::OtherKinds;
use crate::app::action::Input;
use crate::app::matrix_view::{CellAnswer, CellPlace};

impl Playground {
    /// Takes in what has come of those beside it. Whether there is something new to see.
    pub(super) fn hear_beside(&mut self) -> bool {
        let came = self.trial.as_mut().and_then(Trial::pump);
        let benches = self.five_kinds.as_mut().and_then(FiveKinds::pump);
        let answer = self.cell.as_mut().and_then(|cell| cell.pump().map(|answer| (cell.place, answer)));
        let kinds = self.other_kinds.as_mut().and_then(|asked| asked.pump().map(|kinds| (asked.step, kinds)));
        let is_new = came.is_some() || benches.is_some() || answer.is_some() || kinds.is_some();
        if let Some(came) = came {
            self.trial = None;
            self.model.show_alternatives(came);
        }
        if let Some(benches) = benches {
            self.five_kinds = None;
            self.model.show_five_kinds(benches);
        }
        if let Some((place, answer)) = answer {
            self.cell = None;
            self.handle(Input::Cell(place, answer));
        }
        if let Some((step, kinds)) = kinds {
            self.other_kinds = None;
            self.handle(Input::OtherKinds(step, kinds));
        }
        is_new
    }

    /// A cell of the matrix is asked; where that cannot be done, that is the answer.
    pub(super) fn ask_cell(&mut self, place: CellPlace) {
        match MatrixCell::begin(place) {
            Ok(cell) => self.cell = Some(cell),
            Err(reason) => self.tell(Input::Cell(place, CellAnswer::Failed(reason))),
        }
    }

    pub(super) fn trials_mut(&mut self) -> impl Iterator<Item = &mut Trial> {
        let kinds = self.five_kinds.as_mut().and_then(FiveKinds::trial_mut);
        let cell = self.cell.as_mut().map(MatrixCell::trial_mut);
        self.trial.iter_mut().chain(kinds).chain(cell).chain(self.other_kinds.as_mut().and_then(OtherKinds::trial_mut))
    }

    /// As [`crate::source::Source::arm`].
    pub fn arm(&mut self) -> Option<Duration> {
        if self.has_work() {
            return Some(Duration::ZERO);
        }
        let trial = self.trials_mut().map(Trial::arm).min();
        [self.source.arm(), trial].into_iter().flatten().min()
    }

    /// Whether an input that was handled after the last [`Self::pump`] asked for what nothing will wake the loop for.
    fn has_work(&self) -> bool {
        let is_to_begin = self.other_kinds.as_ref().is_some_and(|asked| asked.trial().is_none());
        let is_to_try = self.five_kinds.as_ref().is_some_and(|asked| asked.trial().is_none());
        is_to_begin || is_to_try || self.is_over
    }

    /// As [`crate::source::Source::disarm`], with which of [`Self::wait_fds`] were readable. Says whether the bench that is shown was among them.
    pub fn disarm(&mut self, ready: &[bool]) -> bool {
        let (own, others) = ready.split_at(self.source.wait_fds().len().min(ready.len()));
        let has_rung = own.contains(&true);
        if let Some(busy) = &mut self.busy {
            busy.note_look();
        }
        self.source.disarm(has_rung);
        for trial in self.trials_mut() {
            trial.disarm(others.contains(&true));
        }
        has_rung
    }

    /// As [`crate::source::Source::wait_fds`].
    pub fn wait_fds(&self) -> Vec<BorrowedFd<'_>> {
        let asked = self.other_kinds.as_ref().and_then(OtherKinds::trial);
        let kinds = self.five_kinds.as_ref().and_then(FiveKinds::trial);
        let others = self
            .trial
            .iter()
            .chain(kinds)
            .chain(self.cell.as_ref().map(MatrixCell::trial))
            .chain(asked)
            .flat_map(Trial::wait_fds);
        self.source.wait_fds().into_iter().chain(others).collect()
    }
}
