//! What was done since the last reset, with what came of it: so that it can be written down as a lesson.

use super::Session;
use crate::check::{StatementRun, answer};
use crate::lesson::MAX_STATEMENTS;
use crate::lesson::write::{self, Done, expected};
use crate::script::{Statement, Verb};
use crate::trace::{Explanation, Subject};

/// Statements that were made, in order; no more than a lesson may have.
#[derive(Debug, Clone, Default)]
pub(super) struct Notes {
    done: Vec<Done>,
    /// Statements beyond those.
    missed: usize,
}

impl Notes {
    /// A statement is over. Of one that somebody did not wait for, only that it was made is certain.
    pub fn take(&mut self, statement: &Statement, held: Option<bool>, seen: &StatementRun<'_>, is_certain: bool) {
        if matches!(statement.verb, Verb::Reset) {
            *self = Self::default();
        } else if matches!(statement.verb, Verb::Why { .. }) {
            // It changes nothing and says nothing that could be expected.
        } else if self.done.len() >= MAX_STATEMENTS {
            self.missed += 1;
        } else {
            let expected = if is_certain { expected(statement, held == Some(true), &answer(seen)) } else { Vec::new() };
            let is_refused = seen.refused.is_some();
            self.done.push(Done { text: statement.text.trim().to_owned(), expected, is_refused });
        }
    }

    /// All of them, or why not.
    pub fn all(&self) -> Result<&[Done], String> {
        match (self.missed, self.done.is_empty()) {
            (0, false) => Ok(&self.done),
            (0, true) => Err("nothing was done yet that a lesson could be made of".to_owned()),
            _ => Err(format!(
                "a lesson has at most {MAX_STATEMENTS} statements, and {} more were made since the bench was new",
                self.missed
            )),
        }
    }
}

impl Session {
    /// From now on, what is done is kept as far as a lesson could be made of it.
    pub fn keep_notes(&mut self) {
        self.notes.get_or_insert_default();
    }

    /// What was done since the last reset, or why it cannot be told.
    pub fn done(&self) -> Result<&[Done], String> {
        self.notes.as_ref().map_or(Ok(&[]), Notes::all)
    }

    /// What was done since the last reset as a lesson, with why the last of it came out so.
    pub fn lesson(&self, title: &str) -> Result<String, String> {
        let why = Some(self.why()).filter(Explanation::has_rule).map(|why| why.text);
        Ok(write::lesson(title, self.done()?, why.as_deref(), &self.summary().kernel))
    }

    /// Why the last statement but `why` came out so.
    pub fn why(&self) -> Explanation {
        self.bench.recording().why(Subject::Other)
    }
}
