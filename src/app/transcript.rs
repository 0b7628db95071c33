//! What happened, as lines of text: each statement with the events it brought, the newest last, bounded.

use std::collections::VecDeque;

use super::trace_filter::TraceFilter;
use crate::text;
use crate::trace::{Event, What, strace};

/// Lines that are kept; the oldest go first.
pub const MAX_ROWS: usize = 10_000;

/// Calls of a loop that are shown one by one; a longer loop is one line.
pub const LOOP_CALLS_SHOWN: u64 = 8;

/// What a line is about, for its looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A statement that brought no event.
    Statement,
    /// A call that went well, an observation.
    Plain,
    /// A call that failed, a death.
    Alarm,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceRow {
    /// The statement it is the first line of.
    pub statement: Option<String>,
    /// The line.
    pub text: String,
    /// What it is about.
    pub tone: Tone,
}

impl TraceRow {
    fn is_seen(&self, filter: &TraceFilter) -> bool {
        filter.takes(&self.text, self.statement.as_deref())
    }

    /// Whether an event brought it, not a note or a statement alone.
    pub fn is_of_event(&self) -> bool {
        self.tone != Tone::Statement
    }
}

/// The lines that are kept.
#[derive(Debug, Clone, Default)]
pub struct Transcript {
    rows: VecDeque<TraceRow>,
    dropped: u64,
    /// Which of them are seen.
    filter: TraceFilter,
    /// How many are seen.
    seen: usize,
    /// Seen lines between the last one shown and the newest.
    scroll: usize,
    /// A statement that waits for its first line.
    statement: Option<String>,
    /// Calls about no channel since the last line, which its last line counts.
    noise: u64,
}

/// An event as it is shown to people: a short loop call by call, what came of an expectation, bytes as everywhere on the screen.
pub fn lines(event: &Event) -> Vec<String> {
    let lines = match &event.what {
        What::Expect { want, got, ok: true } => vec![format!("        => {want}: held, got {got}")],
        What::Expect { want, got, ok: false } => vec![format!("        => {want}: did not hold, got {got}")],
        What::Burst(burst) if burst.calls <= LOOP_CALLS_SHOWN && burst.not_kept == 0 && !burst.unfinished => {
            strace::every_call(burst)
        }
        What::Call(_)
        | What::Burst(_)
        | What::Signal { .. }
        | What::Death { .. }
        | What::Queue(_)
        | What::Holders(_)
        | What::Pending(_)
        | What::Tasks(_)
        | What::Fds { .. }
        | What::Why(_)
        | What::Refused { .. }
        | What::Summary(_) => strace::lines(event),
    };
    let is_strace = !matches!(event.what, What::Expect { .. } | What::Why(_) | What::Refused { .. });
    if is_strace { lines.iter().map(|line| text::respelled(line)).collect() } else { lines }
}

impl Transcript {
    /// The lines, oldest first.
    pub fn rows(&self) -> &VecDeque<TraceRow> {
        &self.rows
    }

    /// How many lines were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// The lines that are seen, oldest first.
    pub fn seen(&self) -> impl DoubleEndedIterator<Item = &TraceRow> {
        self.rows.iter().filter(|row| row.is_seen(&self.filter))
    }

    /// How many that are.
    pub fn seen_count(&self) -> usize {
        self.seen
    }

    /// Which lines are seen.
    pub fn filter(&self) -> &TraceFilter {
        &self.filter
    }

    /// From now on these are seen, from the newest on.
    pub fn set_filter(&mut self, filter: TraceFilter) {
        (self.filter, self.scroll) = (filter, 0);
        self.seen = self.seen().count();
    }

    /// Seen lines between the last one shown and the newest.
    pub fn scroll(&self) -> usize {
        self.scroll.min(self.seen.saturating_sub(1))
    }

    /// Looks further back.
    pub fn back(&mut self, rows: usize) {
        self.scroll = (self.scroll + rows).min(self.seen.saturating_sub(1));
    }

    /// Looks at so many lines before the newest.
    pub fn scroll_to(&mut self, lines: usize) {
        self.scroll = lines.min(self.seen.saturating_sub(1));
    }

    /// Looks towards now.
    pub fn forth(&mut self, rows: usize) {
        self.scroll = self.scroll.saturating_sub(rows);
    }

    /// A statement; its first event's line will carry it.
    pub fn push_statement(&mut self, text: String) {
        self.flush();
        self.statement = Some(text);
    }

    /// A statement that brought no event gets a line of its own.
    pub fn flush(&mut self) {
        if let Some(text) = self.statement.take() {
            self.push(TraceRow { statement: Some(text), text: String::new(), tone: Tone::Statement });
        }
    }

    /// A line that is no event's.
    pub fn note(&mut self, text: String) {
        self.flush();
        self.push(TraceRow { statement: None, text, tone: Tone::Statement });
    }

    /// A call that is about no channel: one line counts all that come in a row.
    pub fn push_noise(&mut self) {
        if self.noise > 0 {
            let last = self.rows.pop_back();
            self.forget(last);
        }
        self.noise += 1;
        let calls = if self.noise == 1 { "1 call".to_owned() } else { format!("{} calls", self.noise) };
        self.add(TraceRow { statement: None, text: format!("… {calls} on files"), tone: Tone::Statement });
    }

    /// The next call about no channel begins a line of its own.
    pub fn end_noise(&mut self) {
        self.noise = 0;
    }

    /// An event's lines.
    pub fn push_event(&mut self, event: &Event) {
        let tone = tone(&event.what);
        for text in lines(event) {
            let statement = self.statement.take();
            self.push(TraceRow { statement, text, tone });
        }
    }

    fn push(&mut self, row: TraceRow) {
        self.noise = 0;
        self.add(row);
    }

    fn add(&mut self, row: TraceRow) {
        if self.rows.len() >= MAX_ROWS {
            let first = self.rows.pop_front();
            self.forget(first);
            self.dropped += 1;
        }
        if row.is_seen(&self.filter) {
            self.seen += 1;
            if self.scroll > 0 {
                self.scroll += 1;
            }
        }
        self.rows.push_back(row);
    }

    fn forget(&mut self, row: Option<TraceRow>) {
        if row.is_some_and(|row| row.is_seen(&self.filter)) {
            self.seen -= 1;
        }
    }
}

fn tone(what: &What) -> Tone {
    let is_alarm = match what {
        What::Call(call) => call.errno.0 != 0,
        What::Death { .. } => true,
        What::Signal { .. }
        | What::Refused { .. }
        | What::Expect { .. }
        | What::Burst(_)
        | What::Queue(_)
        | What::Holders(_)
        | What::Pending(_)
        | What::Tasks(_)
        | What::Fds { .. }
        | What::Why(_)
        | What::Summary(_) => false,
    };
    if is_alarm { Tone::Alarm } else { Tone::Plain }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(reason: &str) -> Event {
        Event { line: 1, task: None, what: What::Refused { reason: reason.to_owned() } }
    }

    #[test]
    fn a_statement_stands_at_its_first_line_only() {
        let mut transcript = Transcript::default();
        transcript.push_statement("read a[0]".to_owned());
        transcript.push_event(&refusal("x"));
        transcript.push_event(&refusal("y"));
        let statements: Vec<Option<&str>> = transcript.rows().iter().map(|row| row.statement.as_deref()).collect();
        assert_eq!(statements, [Some("read a[0]"), None]);
    }

    #[test]
    fn a_statement_without_events_has_a_line_of_its_own() {
        let mut transcript = Transcript::default();
        transcript.push_statement("sleep 1".to_owned());
        transcript.flush();
        assert_eq!(transcript.rows()[0].statement.as_deref(), Some("sleep 1"));
    }

    #[test]
    fn lines_are_bounded_and_counted_and_the_view_stays_where_it_is() {
        let mut transcript = Transcript::default();
        for _ in 0..MAX_ROWS + 2 {
            transcript.push_event(&refusal("x"));
        }
        assert_eq!((transcript.rows().len(), transcript.dropped()), (MAX_ROWS, 2));
        transcript.back(3);
        transcript.push_event(&refusal("x"));
        assert_eq!(transcript.scroll(), 4);
    }
}
