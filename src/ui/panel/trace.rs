//! The trace in strace's form, filled from the bottom, where the newest line is; the statement that made a line stands at its right
//! edge, or above it where there is no room. A line that is too long is shortened in its data, as strace does, so that what the
//! call returned stays on it.

mod shorten;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::action::Action;
use crate::app::first_steps;
use crate::app::transcript::TraceRow;
use crate::ui::{ViewContext, words};

/// The column of the task's name, under which a long line goes on.
const INDENT: u16 = 9;
/// Columns of the heading before what stands at its right.
const HEADING: u16 = 10;
/// Rows that one long line may take.
const MOST_ROWS: usize = 3;

/// Draws heading and lines.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let transcript = context.app.seen_transcript();
    let theme = context.theme;
    let scroll = transcript.scroll();
    let dropped = transcript.dropped();
    let mut remarks = Vec::new();
    if scroll > 0 {
        remarks.push(format!("{scroll} newer lines below, {}", context.app.key(Action::TraceDown)));
    }
    let filter = transcript.filter();
    if !filter.is_empty() {
        remarks.push(format!("{} of {} lines", transcript.seen_count(), transcript.rows().len()));
    }
    if dropped > 0 {
        remarks.push(format!("{dropped} oldest lines dropped"));
    }
    let right = if remarks.is_empty() {
        vec![]
    } else {
        vec![Span::styled(format!(" {} ", remarks.join(", ")), theme.faint())]
    };
    let when = if context.app.past.is_some() { "trace until then" } else { "trace" };
    let only = words::cut(&theme.spelled(filter.text()), area.width / 3);
    let title = if filter.is_empty() { when.to_owned() } else { format!("{when}: only {only}") };
    let left = vec![Span::raw("─ "), Span::styled(title, theme.strong()), Span::raw(" ")];
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, ("─", Style::new())), area.width);
    if scroll == 0 && filter.is_empty() {
        first_step(context, Rect { x: area.x + HEADING, width: area.width.saturating_sub(HEADING), ..area }, buf);
    }
    let room = usize::from(area.height - 1);
    // From the newest up, as many as there is room for; the topmost may be there in part.
    let mut rows: Vec<Vec<Line<'static>>> = Vec::new();
    let mut used = 0;
    for row in transcript.seen().rev().skip(scroll) {
        if used >= room {
            break;
        }
        let mut lines = row_lines(context, row, area.width);
        let over = (used + lines.len()).saturating_sub(room);
        used += lines.len() - over;
        rows.push(lines.split_off(over));
    }
    // Where one has gone back to the first line, that is where the panel begins.
    let is_at_start = scroll > 0 && rows.len() + scroll >= transcript.seen_count();
    let first = if is_at_start { area.y + 1 } else { area.bottom() - u16::try_from(used).unwrap_or(0) };
    for (y, line) in (first..area.bottom()).zip(rows.into_iter().rev().flatten()) {
        buf.set_line(area.x, y, &line, area.width);
    }
}

/// The first step that is offered, and how it is refused, at the right of the first row: in as many words as there is room for.
/// Gives the columns that it took.
pub fn first_step(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) -> u16 {
    let Some((number, step)) = context.app.first_step().filter(|_| !context.app.present.is_on) else { return 0 };
    let count = first_steps::ALL.len();
    let skip = format!(" {}: skip ", context.app.key(Action::SkipStep));
    let [long, short] = context.app.told_step(step);
    let texts = [format!(" step {number} of {count}  {long} "), format!(" {number}/{count} {short} ")];
    let wide = |text: &str| words::width(text) + words::width(&skip);
    let Some(text) = texts.into_iter().find(|text| wide(text) <= area.width) else { return 0 };
    let width = wide(&text);
    let line = Line::from(vec![Span::styled(text, context.theme.shout()), Span::styled(skip, context.theme.faint())]);
    buf.set_line(area.right() - width, area.y, &line, width);
    width
}

/// How many lines can be scrolled back past: the first ones fill the panel.
pub fn most_back(context: ViewContext<'_>, area: Rect) -> usize {
    let transcript = context.app.seen_transcript();
    let room = usize::from(area.height.saturating_sub(1));
    let mut used = 0;
    let first = transcript.seen().take_while(|row| {
        used += row_lines(context, row, area.width).len();
        used <= room
    });
    let seen = transcript.seen_count();
    seen - first.count().max(1).min(seen)
}

fn row_lines(context: ViewContext<'_>, row: &TraceRow, width: u16) -> Vec<Line<'static>> {
    let theme = context.theme;
    let style = theme.tone(row.tone);
    if let (Some(statement), true) = (&row.statement, row.text.is_empty()) {
        let texts = words::wrap(&theme.spelled(statement), width.saturating_sub(3).max(1), 0).into_iter();
        let mark = |row| if row == 0 { " › " } else { "   " };
        let lines = texts.take(MOST_ROWS).enumerate().map(|(row, text)| format!("{}{text}", mark(row)));
        return lines.map(|text| Line::from(Span::styled(words::cut(&text, width), style))).collect();
    }
    let text = shorten::line(&theme.spelled(&row.text), width.saturating_sub(2));
    let mut texts = words::wrap(&text, width.saturating_sub(1), INDENT);
    if texts.len() > MOST_ROWS {
        texts.truncate(MOST_ROWS);
        if let Some(last) = texts.last_mut() {
            last.push('…');
        }
    }
    let mut lines: Vec<Line<'static>> =
        texts.into_iter().map(|text| Line::from(Span::styled(words::cut(&format!(" {text}"), width), style))).collect();
    let Some(statement) = &row.statement else { return lines };
    let statement = &*theme.spelled(statement);
    let first = lines.first().map_or(0, Line::width);
    let echo = format!("‹ {} ", words::cut(statement, width.saturating_sub(4)));
    let is_one_line = lines.len() == 1;
    if is_one_line && first + usize::from(words::width(&echo)) + 2 <= usize::from(width) {
        if let Some(line) = lines.first_mut() {
            let left = std::mem::take(&mut line.spans);
            *line = words::between(left, vec![Span::styled(echo, theme.faint())], width, (" ", Style::new()));
        }
    } else {
        lines.insert(
            0,
            Line::from(Span::styled(format!(" › {}", words::cut(statement, width.saturating_sub(4))), theme.faint())),
        );
    }
    lines
}
