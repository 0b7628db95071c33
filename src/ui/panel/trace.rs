//! The trace in strace's form, the newest line last; the statement that made a line stands at its right edge, or above it where
//! there is no room. When a tall panel is full its lines go up by about half of it at once, so that they can be read while more
//! come.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::action::Action;
use crate::app::transcript::Row;
use crate::ui::{Scene, words};

/// The column of the task's name, under which a long line goes on.
const INDENT: u16 = 9;
/// Rows that one long line may take.
const MOST_ROWS: usize = 3;
/// Rows from which on there is enough to read while half of them are empty.
const TALL: usize = 12;

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
        remarks.push(format!("{scroll} newer lines below, {}", scene.app.key(Action::TraceDown)));
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
    // From the newest up, as many as there is room for; the topmost may be there in part.
    let mut rows: Vec<Vec<Line<'static>>> = Vec::new();
    let mut used = 0;
    for row in transcript.rows().iter().rev().skip(scroll) {
        if used >= room {
            break;
        }
        let mut lines = row_lines(scene, row, area.width);
        let over = (used + lines.len()).saturating_sub(room);
        used += lines.len() - over;
        rows.push(lines.split_off(over));
    }
    let newest = transcript.rows().len() - scroll.min(transcript.rows().len());
    let newest = dropped + newest as u64;
    let kept = if scroll > 0 || room < TALL { rows.len() } else { kept(&rows, newest, room) };
    for (y, line) in (area.y + 1..area.bottom()).zip(rows.into_iter().take(kept).rev().flatten()) {
        buf.set_line(area.x, y, &line, area.width);
    }
}

/// How many of these rows (the newest first, which is the one of this number) are shown: all while there is room; else from
/// the row on whose number can be halved most often, of those with which a third of the panel or more is full. So the first
/// row stays the same while many come, and never goes back, with nothing kept between two frames.
fn kept(rows: &[Vec<Line<'static>>], newest: u64, room: usize) -> usize {
    let all = rows.len();
    if rows.iter().map(Vec::len).sum::<usize>() < room || all as u64 == newest {
        return all;
    }
    let mut used = 0;
    let (mut best, mut halves) = (all, 0);
    for (index, row) in rows.iter().enumerate() {
        used += row.len();
        let first = newest - index as u64;
        // The topmost row may be cut.
        if used * 3 >= room && index + 1 < all && first.trailing_zeros() >= halves {
            (best, halves) = (index + 1, first.trailing_zeros());
        }
    }
    best
}

fn row_lines(scene: Scene<'_>, row: &Row, width: u16) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let style = theme.tone(row.tone);
    if let (Some(statement), true) = (&row.statement, row.text.is_empty()) {
        let texts = words::wrap(&theme.spelled(statement), width.saturating_sub(3).max(1), 0).into_iter();
        let mark = |row| if row == 0 { " › " } else { "   " };
        let lines = texts.take(MOST_ROWS).enumerate().map(|(row, text)| format!("{}{text}", mark(row)));
        return lines.map(|text| Line::from(Span::styled(words::cut(&text, width), style))).collect();
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_stays_for_long_and_never_goes_back_and_a_third_is_always_full() {
        for heights in [&[1][..], &[1, 2], &[3, 1, 1, 2], &[2]] {
            let height = |number: u64| heights[usize::try_from(number).unwrap() % heights.len()];
            for room in [12, 13, 30, 44] {
                let (mut first, mut moves) = (1, 0);
                for newest in 1..600 {
                    let mut rows: Vec<Vec<Line<'static>>> = Vec::new();
                    let mut left = room;
                    for lines in (1..=newest).rev().map(height) {
                        rows.push(vec![Line::default(); lines.min(left)]);
                        left -= lines.min(left);
                        if left == 0 {
                            break;
                        }
                    }
                    let kept = kept(&rows, newest, room);
                    let now = newest + 1 - kept as u64;
                    let used: usize = rows[..kept].iter().map(Vec::len).sum();
                    assert!(now >= first, "{room}: from {first} back to {now}");
                    assert!(now == 1 || used * 3 >= room, "{room}: {used}");
                    moves += usize::from(now != first);
                    first = now;
                }
                let lines: usize = (1..600).map(height).sum();
                assert!(moves * room < lines * 5, "{room}: {moves} moves for {lines} lines");
            }
        }
    }
}
