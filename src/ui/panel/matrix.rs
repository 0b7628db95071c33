//! The matrix inside: a line for each situation with what each kind of channel answers; of the marked one, every question with all
//! answers below. What differs from most is picked out, by a sign and not by colour alone.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::lens::{DIFFERS, usual};
use crate::app::action::Action;
use crate::app::matrix_view::{self, CellAnswer};
use crate::kind::Kind;
use crate::situation::MatrixRow;
use crate::ui::{ViewContext, words};

/// Rows of the screen for the marked situation, at most: its title, the kinds, the questions.
const MOST_TOLD: u16 = 8;
/// Columns of a kind at least: the longest error.
const LEAST: u16 = 14;
/// Columns for the names of situations, and for the questions, at least.
const LABEL: u16 = 18;
/// Stands for a cell that has no meaning.
const MEANINGLESS: &str = "-";
/// Stands for one that has not been asked.
const NOT_YET: &str = "...";

/// Where the columns stand: of all kinds as many as have room for a whole error, the marked one among them.
struct MatrixColumns {
    label: u16,
    wide: u16,
    shown: Range<usize>,
}

impl MatrixColumns {
    fn of(area: Rect, marked: usize) -> Self {
        let all = Kind::CHANNELS.len();
        let count = usize::from(area.width.saturating_sub(LABEL) / LEAST).clamp(1, all);
        let first = (marked + 1).saturating_sub(count);
        let columns = u16::try_from(count).unwrap_or(1);
        let wide = (area.width * 3 / 5 / columns).max(LEAST);
        Self { label: area.width.saturating_sub(wide * columns), wide, shown: first..first + count }
    }

    /// How many kinds have no room.
    fn hidden(&self) -> usize {
        Kind::CHANNELS.len() - self.shown.len()
    }
}

/// Rows below the list.
fn told_rows(area: Rect) -> u16 {
    MOST_TOLD.min(area.height / 3)
}

/// The first row of the list that is seen, and how many are.
fn window(area: Rect, marked: usize, count: usize) -> (usize, usize) {
    let rows = usize::from(area.height.saturating_sub(2 + told_rows(area)));
    (marked.saturating_sub(rows / 2).min(count.saturating_sub(rows)), rows)
}

/// Draws it over the whole area.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 6 {
        return;
    }
    let (theme, matrix) = (context.theme, &context.app.matrix);
    let found = matrix.found();
    let (known, all) = matrix.known();
    let asked = if known < all { format!(" · {known} of {all} cells asked") } else { String::new() };
    let right = format!(" {}{asked} ", words::count(found.len() as u64, "situation", "situations"));
    let left = vec![Span::raw("─ "), Span::styled("matrix: what this kernel answers", theme.strong()), Span::raw(" ")];
    let heading = words::between(left, vec![Span::styled(right, theme.faint())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
    let place = MatrixColumns::of(area, matrix.column);
    if place.hidden() > 0 {
        let more = words::count(place.hidden() as u64, "more kind", "more kinds");
        let told = format!("{}: {more}", context.app.key(Action::MatrixRight));
        put(buf, (area.x, area.y + 1), (&told, theme.faint()), place.label.saturating_sub(1));
    }
    for (at, column) in Kind::CHANNELS.into_iter().enumerate().filter(|(at, _)| place.shown.contains(at)) {
        let style = if at == matrix.column { theme.shout() } else { theme.strong() };
        put(buf, (x_of(area, &place, at), area.y + 1), (column.heading(), style), place.wide - 1);
    }
    let marked = matrix.selected.min(found.len().saturating_sub(1));
    let (first, rows) = window(area, marked, found.len());
    for (y, (at, row)) in (area.y + 2..).zip(found.iter().enumerate().skip(first).take(rows)) {
        line(context, &place, (*row, at == marked), Rect { y, height: 1, ..area }, buf);
    }
    let below = Rect { y: area.bottom() - told_rows(area), height: told_rows(area), ..area };
    if let Some(row) = found.get(marked) {
        told(context, &place, *row, below, buf);
        return;
    }
    // An answer that has not come yet may have them.
    let none = match all - known {
        0 => "no row has these words".to_owned(),
        left => format!("no row has these words so far: {left} cells have no answer yet"),
    };
    put(buf, (area.x + 1, area.y + 2), (&none, Style::new()), area.width - 1);
}

fn x_of(area: Rect, place: &MatrixColumns, column: usize) -> u16 {
    area.x + place.label + u16::try_from(column.saturating_sub(place.shown.start)).unwrap_or(0) * place.wide
}

fn put(buf: &mut Buffer, (x, y): (u16, u16), (text, style): (&str, Style), room: u16) {
    buf.set_stringn(x, y, words::cut(text, room), usize::from(room), style);
}

/// As many whole answers as have room, of all; where not even the first has, as many whole words of it.
fn fitting(answers: &[&str], wide: u16) -> String {
    let short: Vec<&str> = answers.iter().map(|answer| answer.strip_prefix("-1 ").unwrap_or(answer)).collect();
    let first = super::xray::short_bits(short.first().copied().unwrap_or_default());
    let joined = |parts: &[&str], between: &str| whole_parts(parts, between, wide);
    joined(&short, "; ")
        .or_else(|| joined(&[&first], ""))
        .or_else(|| joined(&first.split(", ").collect::<Vec<_>>(), ", "))
        .or_else(|| joined(&first.split('|').collect::<Vec<_>>(), "|"))
        .unwrap_or(first)
}

/// As many of the parts as have room, and a sign for the others; none where the first has none.
fn whole_parts(parts: &[&str], between: &str, wide: u16) -> Option<String> {
    let joined = (1..=parts.len()).rev().map(|count| {
        let rest = if count < parts.len() { between.to_owned() + "…" } else { String::new() };
        parts[..count].join(between) + &rest
    });
    joined.into_iter().find(|text| words::width(text) + 1 < wide)
}

/// What each column says to one of the questions, or to all of them together.
fn cells(
    context: ViewContext<'_>,
    place: &MatrixColumns,
    (at, row): (usize, &MatrixRow),
    question: Option<usize>,
) -> Vec<Option<String>> {
    let cell = |(column, kind): (usize, Kind)| {
        if row.lines(kind).is_err() {
            return Some(MEANINGLESS.to_owned());
        }
        Some(match (context.app.matrix.answer((at, column))?, question) {
            (CellAnswer::Came(answers), Some(question)) => {
                answers.get(question).map_or_else(String::new, |answer| fitting(&[answer], place.wide))
            }
            (answer, None) => fitting(&answer.lines(), place.wide),
            (CellAnswer::Failed(reason), Some(_)) => reason.clone(),
        })
    };
    Kind::CHANNELS.into_iter().enumerate().map(cell).collect()
}

/// The cells of a line; what differs from most has its sign.
fn answers(
    context: ViewContext<'_>,
    place: &MatrixColumns,
    (cells, is_marked): (Vec<Option<String>>, bool),
    area: Rect,
    buf: &mut Buffer,
) {
    let theme = context.theme;
    let means: Vec<Option<String>> = cells.iter().map(|it| it.clone().filter(|text| text != MEANINGLESS)).collect();
    let usual = usual(&means);
    for (column, cell) in cells.iter().enumerate().filter(|(column, _)| place.shown.contains(column)) {
        let is_chosen = is_marked && column == context.app.matrix.column;
        let differs = cell.as_ref().is_some_and(|text| text != MEANINGLESS && usual.is_some_and(|usual| usual != text));
        let style = match (is_chosen, differs) {
            (true, _) => theme.shout(),
            (false, true) => theme.strong(),
            (false, false) if cell.as_deref().is_none_or(|text| text == MEANINGLESS) => theme.faint(),
            (false, false) => Style::new(),
        };
        let sign = if differs { DIFFERS } else { " " };
        let text = format!("{sign}{}", theme.spelled(cell.as_deref().unwrap_or(NOT_YET)));
        put(buf, (x_of(area, place, column).saturating_sub(1), area.y), (&text, style), place.wide);
    }
}

fn line(context: ViewContext<'_>, place: &MatrixColumns, (at, is_marked): (usize, bool), area: Rect, buf: &mut Buffer) {
    let Some((_, row)) = matrix_view::all().nth(at) else { return };
    let mark = if is_marked { "▸ " } else { "  " };
    let whole = format!("{mark}{}: {}", row.id, row.title);
    let room = place.label.saturating_sub(2);
    let label = if words::width(&whole) <= room { whole } else { format!("{mark}{}", row.id) };
    let style = if is_marked { context.theme.shout() } else { Style::new() };
    put(buf, (area.x, area.y), (&label, style), room);
    answers(context, place, (cells(context, place, (at, row), None), is_marked), area, buf);
}

/// Everything of the marked situation.
fn told(context: ViewContext<'_>, place: &MatrixColumns, at: usize, area: Rect, buf: &mut Buffer) {
    let Some((heading, row)) = matrix_view::all().nth(at) else { return };
    let theme = context.theme;
    let left = vec![Span::raw("─ "), Span::styled(heading, theme.strong()), Span::raw(" ")];
    buf.set_line(area.x, area.y, &words::between(left, Vec::new(), area.width, ("─", Style::new())), area.width);
    let mut y = area.y + 1;
    for text in words::wrap(&format!("{}: {}", row.id, row.title), area.width.saturating_sub(2), 0).into_iter().take(2)
    {
        if y < area.bottom() {
            put(buf, (area.x + 1, y), (&text, Style::new()), area.width - 1);
        }
        y += 1;
    }
    for (question, text) in row.questions().iter().enumerate() {
        if y >= area.bottom() {
            return;
        }
        put(buf, (area.x + 1, y), (text, theme.strong()), place.label.saturating_sub(3));
        answers(
            context,
            place,
            (cells(context, place, (at, row), Some(question)), true),
            Rect { y, height: 1, ..area },
            buf,
        );
        y += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marked_kind_is_seen_and_a_whole_error_has_room_in_it_at_every_width() {
        for (width, marked) in (60..=240).flat_map(|width| (0..Kind::CHANNELS.len()).map(move |at| (width, at))) {
            let place = MatrixColumns::of(Rect::new(0, 0, width, 18), marked);
            let columns = u16::try_from(place.shown.len()).unwrap();
            assert!(place.shown.contains(&marked) && place.shown.end <= Kind::CHANNELS.len(), "{width} {marked}");
            assert_eq!(fitting(&["-1 ECONNREFUSED"], place.wide), "ECONNREFUSED", "{width}");
            assert!(place.label >= LABEL && place.label + columns * place.wide == width, "{width}");
        }
    }
    #[test]
    fn an_answer_without_room_is_cut_between_its_words() {
        let cut = |answers: &[&str]| fitting(answers, LEAST);
        assert_eq!(cut(&["65536†, EAGAIN"]), "65536†, …");
        assert_eq!(cut(&["POLLIN|POLLOUT|POLLERR|POLLHUP"]), "POLLIN|OUT|…");
        assert_eq!(cut(&["\"one\"", "sleeps"]), "\"one\"; …");
        assert_eq!(cut(&["\"one\"", "1"]), "\"one\"; 1");
    }
}
