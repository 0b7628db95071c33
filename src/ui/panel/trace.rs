//! The trace in strace's form, the newest line last; the statement that made a line stands at its right edge, or above it where
//! there is no room.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::transcript::Row;
use crate::ui::{Scene, words};

/// The column of the task's name, under which a long line goes on.
const INDENT: u16 = 9;
/// Rows that one long line may take.
const MOST_ROWS: usize = 3;

/// Draws heading and lines.
pub fn draw(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let transcript = scene.app.seen_transcript();
    let theme = scene.theme;
    let scroll = transcript.scroll();
    let dropped = transcript.dropped();
    let mut remarks = Vec::new();
    if scroll > 0 {
        remarks.push(format!("{scroll} newer lines below, PageDown"));
    }
    if dropped > 0 {
        remarks.push(format!("{dropped} oldest lines dropped"));
    }
    let right = if remarks.is_empty() {
        vec![]
    } else {
        vec![Span::styled(format!(" {} ", remarks.join(", ")), theme.faint())]
    };
    let left = vec![
        Span::raw("─ "),
        Span::styled(if scene.app.past.is_some() { "trace until then" } else { "trace" }, theme.strong()),
        Span::raw(" "),
    ];
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, ("─", Style::new())), area.width);
    let room = usize::from(area.height - 1);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for row in transcript.rows().iter().rev().skip(scroll) {
        if lines.len() >= room {
            break;
        }
        lines.extend(row_lines(scene, row, area.width).into_iter().rev());
    }
    lines.truncate(room);
    for (y, line) in (area.y + 1..area.bottom()).zip(lines.into_iter().rev()) {
        buf.set_line(area.x, y, &line, area.width);
    }
}

fn row_lines(scene: Scene<'_>, row: &Row, width: u16) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let style = theme.tone(row.tone);
    let mut texts = words::wrap(&theme.spelled(&row.text), width.saturating_sub(1), INDENT);
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
    if first + usize::from(words::width(&echo)) + 2 <= usize::from(width) {
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
