//! One cell of the matrix, asked beside the bench that is shown.

use super::alternatives::Trial;
use crate::app::matrix_view::{self, CellAnswer, CellPlace};
use crate::matrix::ask::{Asking, ToldAnswer};
use crate::matrix::title;

/// A cell on its way.
#[derive(Debug)]
pub struct MatrixCell {
    /// Which.
    pub place: CellPlace,
    asking: Asking,
    trial: Trial,
}

impl MatrixCell {
    /// Begins on fresh processes.
    pub fn begin(place: CellPlace) -> Result<Self, String> {
        let (row, column) = matrix_view::cell(place).ok_or("there is no such cell")?;
        let mut asking = Asking::of(&title(row, column), row.lines(column)?);
        let first = asking.next_statement().map_err(|error| error.to_string())?;
        Ok(Self { place, asking, trial: Trial::of(first.into_iter().collect())? })
    }

    /// Goes on without waiting; what the kernel answered, once it has.
    pub fn pump(&mut self) -> Option<CellAnswer> {
        loop {
            if let Err(reason) = self.trial.pump()? {
                return Some(CellAnswer::Failed(reason));
            }
            if let Some(seen) = self.trial.seen() {
                self.asking.take(&seen);
            }
            match self.asking.next_statement() {
                Ok(Some(statement)) => self.trial.submit(statement),
                Ok(None) => {
                    return Some(CellAnswer::Came(self.asking.answers().iter().map(ToldAnswer::line).collect()));
                }
                Err(error) => return Some(CellAnswer::Failed(error.to_string())),
            }
        }
    }

    /// The bench that is being run.
    pub fn trial(&self) -> &Trial {
        &self.trial
    }

    /// The same, to be changed.
    pub fn trial_mut(&mut self) -> &mut Trial {
        &mut self.trial
    }
}
