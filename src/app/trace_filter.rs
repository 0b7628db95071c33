//! Which lines of the trace are seen: those that have all the words that were typed. A task, a channel, a call, an error are words
//! of the line; `-word` keeps the lines without it.

use super::transcript::Row;
use super::{App, Mode, View, availability};

/// Words that a line has to have, and words that it may not have, all in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceFilter {
    text: String,
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

impl TraceFilter {
    /// What was typed.
    pub fn of(text: &str) -> Self {
        let mut filter = Self { text: text.to_owned(), ..Self::default() };
        for word in text.to_lowercase().split_whitespace() {
            match word.strip_prefix('-') {
                // A word that is not finished.
                Some("") => {}
                // An error's number, not a word: `= -1 EAGAIN`.
                Some(rest) if !rest.starts_with(|letter: char| letter.is_ascii_digit()) => {
                    filter.unwanted.push(rest.to_owned());
                }
                _ => filter.wanted.push(word.to_owned()),
            }
        }
        filter
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether every line is seen.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// Whether a line is seen. What its statement says is a part of it.
    pub fn takes(&self, row: &Row) -> bool {
        if self.is_empty() {
            return true;
        }
        let line = format!("{} {}", row.text, row.statement.as_deref().unwrap_or_default()).to_lowercase();
        self.wanted.iter().all(|word| line.contains(word)) && !self.unwanted.iter().any(|word| line.contains(word))
    }
}

/// Letters are words of the filter from now on, and the trace is seen.
pub(super) fn open(app: &mut App) {
    if availability::without_trace(app).is_some() {
        app.view = View::Trace;
    }
    app.mode = Mode::Filter;
}

/// The lines stay as they are seen.
pub(super) fn keep(app: &mut App) {
    app.mode = if app.past.is_some() { Mode::Past } else { app.home() };
}

/// All lines are seen again.
pub(super) fn clear(app: &mut App) {
    app.trace_filter.set("");
    keep(app);
}

impl App {
    /// The trace that is seen has the lines that were asked for.
    pub(super) fn filter_trace(&mut self) {
        if self.seen_transcript().filter().text() != self.trace_filter.text() {
            let filter = TraceFilter::of(self.trace_filter.text());
            self.seen_transcript_mut().set_filter(filter);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::transcript::Tone;

    #[test]
    fn a_line_has_all_words_in_any_case_and_none_that_is_not_wanted() {
        let row = |text: &str, statement: Option<&str>| Row {
            statement: statement.map(str::to_owned),
            text: text.to_owned(),
            tone: Tone::Plain,
        };
        let failed = row(" child1  read(wire[1], NULL, 4096) = -1 EAGAIN", Some("child1: drain wire[1]"));
        let cases = [
            ("", true),
            ("child1 read", true),
            ("EAGAIN wire[1]", true),
            ("eagain", true),
            ("drain", true),
            ("-1", true),
            ("child1 -eagain", false),
            ("child1 -epipe", true),
            ("child1 write", false),
            ("-", true),
        ];
        for (text, is_taken) in cases {
            assert_eq!(TraceFilter::of(text).takes(&failed), is_taken, "{text:?}");
        }
    }
}
