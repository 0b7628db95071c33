//! All that can be done, a line each: the key, what it does, the statement it stands for or why it cannot be done now. Of the marked
//! one everything is told below, whatever the width.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::app::palette::{self, ActionEntry};
use crate::ui::{ViewContext, words};

/// Columns of mark and keys.
const KEYS: u16 = 18;
/// Columns of what an action does, where its statement stands beside it.
const LONG: u16 = 42;
/// Columns between that and the statement.
const GAP: u16 = 2;
/// Rows below the list: of what is marked, the statement or the reason.
const TOLD: u16 = 2;

/// What cannot be done.
const NOT_NOW: &str = "not now";

/// Draws the list over the whole area.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < TOLD + 2 {
        return;
    }
    let theme = context.theme;
    let found = palette::entries(context.app, context.world);
    let selected = context.app.palette.selected.min(found.len().saturating_sub(1));
    let rows = usize::from(area.height - 1 - TOLD);
    let first = selected.saturating_sub(rows / 2).min(found.len().saturating_sub(rows));
    let below = found.len().saturating_sub(first + rows);
    let place = if below > 0 { format!(" {below} more ") } else { String::new() };
    let title = format!("what can be done: {}", context.app.palette.back.name());
    let left = vec![Span::raw("─ "), Span::styled(title, theme.strong()), Span::raw(" ")];
    let heading = words::between(left, vec![Span::styled(place, theme.faint())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
    for (y, (at, entry)) in (area.y + 1..).zip(found.iter().enumerate().skip(first).take(rows)) {
        row(context, entry, at == selected, Rect { y, height: 1, ..area }, buf);
    }
    let below = Rect { y: area.bottom() - TOLD, height: TOLD, ..area };
    if let Some(entry) = found.get(selected) {
        told(context, entry, below, buf);
    } else {
        buf.set_string(area.x + 1, area.y + 1, palette::nothing(context.app), Style::new());
    }
}

/// Which entry stands in a row of the list.
pub fn at(context: ViewContext<'_>, area: Rect, y: u16) -> Option<usize> {
    let rows = usize::from(area.height.checked_sub(1 + TOLD)?);
    let row = usize::from(y.checked_sub(area.y + 1)?);
    let found = palette::entries(context.app, context.world).len();
    let selected = context.app.palette.selected.min(found.saturating_sub(1));
    let first = selected.saturating_sub(rows / 2).min(found.saturating_sub(rows));
    (row < rows && first + row < found).then_some(first + row)
}

fn row(context: ViewContext<'_>, entry: &ActionEntry, is_selected: bool, area: Rect, buf: &mut Buffer) {
    let theme = context.theme;
    let mark = if is_selected { "▸ " } else { "  " };
    let keys = words::cut(&format!("{mark}{}", entry.keys), KEYS - 1);
    let gap = " ".repeat(usize::from(KEYS.saturating_sub(words::width(&keys))));
    let style = match (is_selected, &entry.objection) {
        (true, _) => theme.shout(),
        (false, Some(_)) => theme.faint(),
        (false, None) => Style::new(),
    };
    let room = area.width.saturating_sub(KEYS + 1);
    let is_wide = room >= 2 * LONG;
    // Where there is no room for a reason, that there is one.
    let least = if entry.objection.is_some() { words::width(NOT_NOW) + GAP } else { 0 };
    let long = words::cut_between(&entry.long, if is_wide { LONG - 1 } else { room - least });
    let left_over = room.saturating_sub(words::width(&long) + GAP);
    let fits = |what: &String| is_wide || words::width(what) <= left_over;
    let short = || entry.objection.as_ref().map(|_| NOT_NOW.to_owned());
    let right = match remark(entry).filter(fits).or_else(short) {
        Some(what) => vec![Span::styled(words::cut_between(&what, left_over), theme.faint()), Span::raw(" ")],
        None => Vec::new(),
    };
    let left = vec![Span::styled(keys, theme.strong()), Span::raw(gap), Span::styled(long, style)];
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, (" ", Style::new())), area.width);
}

/// The statement, or the reason why there is none.
fn remark(entry: &ActionEntry) -> Option<String> {
    let objection = entry.objection.as_ref().map(|reason| format!("{NOT_NOW}: {reason}"));
    if let Some(detail) = entry.detail.as_ref().filter(|_| objection.is_none()) {
        return Some(detail.clone());
    }
    objection.or_else(|| (!entry.statements.is_empty()).then(|| format!(": {}", entry.statements.join("; "))))
}

/// Everything of the marked one.
fn told(context: ViewContext<'_>, entry: &ActionEntry, area: Rect, buf: &mut Buffer) {
    let style = if entry.objection.is_some() { context.theme.faint() } else { context.theme.strong() };
    let text = match (&entry.objection, entry.statements.is_empty()) {
        (Some(reason), _) => format!("{NOT_NOW}: {reason}"),
        (None, _) if entry.detail.is_some() => entry.detail.clone().unwrap_or_default(),
        (None, false) => format!("the statement: {}", entry.statements.join("; ")),
        (None, true) => format!("{} · to be bound as `{}`", entry.long, entry.name),
    };
    for (y, line) in (area.y..area.bottom()).zip(words::wrap(&text, area.width.saturating_sub(2), 0)) {
        buf.set_string(area.x + 1, y, words::cut_between(&line, area.width - 2), style);
    }
}
