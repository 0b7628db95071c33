//! The keys that filter the trace: words are typed, the lines that have them stay, or all come back.

use super::trace_filter::TraceFilter;
use super::{App, Mode, View, availability};

/// Letters are words of a new filter from now on, and the trace is seen.
pub(super) fn open(app: &mut App) {
    app.filtered_from = availability::without_trace(app).map(|_| std::mem::replace(&mut app.view, View::Trace));
    app.trace_filter.set("");
    app.mode = Mode::Filter;
}

/// The lines stay as they are seen.
pub(super) fn keep(app: &mut App) {
    app.mode = if app.past.is_some() { Mode::Past } else { app.home() };
}

/// All lines are seen again, and the view is the one from which the trace was looked for.
pub(super) fn clear(app: &mut App) {
    app.trace_filter.set("");
    app.view = app.filtered_from.take().unwrap_or(app.view);
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
