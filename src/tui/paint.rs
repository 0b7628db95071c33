//! From what a terminal shows to what it is to show, in few bytes: only what can be seen to differ, the nearest way to get there,
//! the shortest change of colours. It only uses what the Linux console, tmux and screen know as well as xterm does.

mod caret;
mod scroll;

use std::io::Write as _;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::pen::Pen;
use crate::text;
use caret::way;
use scroll::Scroll;

/// Blanks from which on erasing is shorter than writing them, where something follows and where nothing does.
const WORTH_ERASING: usize = 10;
const WORTH_ERASING_LAST: usize = 5;

/// What is known of the terminal: nothing, at first.
#[derive(Debug, Clone, Copy)]
pub struct Painter {
    pen: Option<Pen>,
    caret: Option<Position>,
    /// What is erased takes the colour behind the letters.
    erases_in_colour: bool,
}

/// What one column of a row has.
#[derive(Debug, Clone, Copy)]
enum Column<'a> {
    /// A letter begins here.
    Letter { cell: &'a Cell, width: usize },
    /// One goes on here.
    Tail,
}

impl Column<'_> {
    fn looks_like(&self, other: &Column<'_>) -> bool {
        match (self, other) {
            (Self::Letter { cell: one, width }, Column::Letter { cell: other, width: as_wide }) => {
                width == as_wide && one.symbol() == other.symbol() && Pen::of(one) == Pen::of(other)
            }
            (Self::Tail, Column::Tail) => true,
            _ => false,
        }
    }

    fn plain_blank(&self) -> Option<&Cell> {
        match self {
            Self::Letter { cell, .. } => {
                Some(*cell).filter(|cell| cell.symbol() == " " && Pen::of(cell).leaves_blanks())
            }
            Self::Tail => None,
        }
    }
}

/// One row that is to be drawn.
struct Row<'a> {
    y: u16,
    columns: Vec<Column<'a>>,
    is_stale: Vec<bool>,
    /// Behind the last stale column.
    end: usize,
}

impl Row<'_> {
    /// Whether no letter in it can cover another.
    fn is_simple(&self) -> bool {
        self.columns.iter().all(|column| matches!(column, Column::Letter { cell, .. } if is_simple(cell.symbol())))
    }
}

impl Painter {
    /// Of a terminal of this name.
    pub fn new(term: &str) -> Self {
        Self { pen: None, caret: None, erases_in_colour: erases_in_colour(term) }
    }

    /// Anything may have been written meanwhile: clears the screen and begins at its corner. A line feed is no new line (LNM).
    pub fn begin_anew(&mut self, out: &mut Vec<u8>) {
        Pen::default().take_up(None, out);
        out.extend_from_slice(b"\x1b[20l\x1b[2J\x1b[H");
        self.pen = Some(Pen::default());
        self.caret = Some(Position::ORIGIN);
    }

    /// Draws what differs; where rows have only moved, the terminal moves them, if that is shorter.
    pub fn paint(&mut self, shown: &Buffer, next: &Buffer, out: &mut Vec<u8>) {
        let mut plain = (*self, Vec::new());
        let changed = changed_rows(shown, next);
        plain.0.paint_rows(differing_rows(shown, next, &changed), &mut plain.1);
        let scrolled = Scroll::find(shown, next, &changed).map(|scroll| {
            let mut by_scroll = (*self, Vec::new());
            by_scroll.0.take_up(Pen::default(), &mut by_scroll.1);
            scroll.write(usize::from(next.area.height), &mut by_scroll.1);
            by_scroll.0.caret = None;
            let moved = scroll.apply(shown);
            by_scroll.0.paint_rows(differing_rows(&moved, next, &changed_rows(&moved, next)), &mut by_scroll.1);
            by_scroll
        });
        let (painter, bytes) = scrolled.filter(|(_, bytes)| bytes.len() < plain.1.len()).unwrap_or(plain);
        *self = painter;
        out.extend(bytes);
    }

    /// Row by row, or colour by colour: the shorter of the two.
    fn paint_rows(&mut self, mut rows: Vec<Row<'_>>, out: &mut Vec<u8>) {
        let (mut by_rows, mut by_pens) = ((*self, Vec::new()), (*self, Vec::new()));
        for row in &rows {
            by_rows.0.paint_row(row, &mut by_rows.1);
        }
        by_pens.0.paint_by_pens(&mut rows, &mut by_pens.1);
        let (painter, bytes) = if by_pens.1.len() < by_rows.1.len() { by_pens } else { by_rows };
        *self = painter;
        out.extend(bytes);
    }

    /// Puts the caret there.
    pub fn go(&mut self, to: Position, out: &mut Vec<u8>) {
        if self.caret != Some(to) {
            out.extend(way(self.caret, to));
            self.caret = Some(to);
        }
    }

    /// Everything of one colour, then of the next: it is a shorter way from place to place than from colour to colour. Letters
    /// that may cover their neighbours keep to the order of the row.
    fn paint_by_pens(&mut self, rows: &mut [Row<'_>], out: &mut Vec<u8>) {
        let mut pens: Vec<(Pen, Vec<(usize, usize)>)> = self.pen.iter().map(|pen| (*pen, Vec::new())).collect();
        for (at, row) in rows.iter().enumerate() {
            if row.is_simple() {
                sort_by_pens(row, at, &mut pens);
            } else {
                self.paint_row(row, out);
            }
        }
        for (at, x) in pens.into_iter().flat_map(|(_, places)| places) {
            let row = &mut rows[at];
            if let (Column::Letter { cell, width }, true) = (row.columns[x], row.is_stale[x]) {
                self.reach(row, x, out);
                let erased = self.erase(row, x, out);
                if erased == 0 {
                    self.write(cell, width, row, out);
                }
                row.is_stale[x..x + erased.max(1)].fill(false);
            }
        }
    }

    fn paint_row(&mut self, row: &Row<'_>, out: &mut Vec<u8>) {
        let mut x = 0;
        while x < row.end {
            let Column::Letter { cell, width } = row.columns[x] else {
                x += 1;
                continue;
            };
            if !row.is_stale[x] {
                x += 1;
                continue;
            }
            self.reach(row, x, out);
            let erased = self.erase(row, x, out);
            if erased > 0 {
                x += erased;
                continue;
            }
            self.write(cell, width, row, out);
            x += width;
        }
    }

    /// Goes to a column of the row, by writing what lies between once more where that is shorter.
    fn reach(&mut self, row: &Row<'_>, x: usize, out: &mut Vec<u8>) {
        let to = at(x, row.y);
        if self.caret == Some(to) {
            return;
        }
        let way = way(self.caret, to);
        let from = self.caret.filter(|caret| caret.y == row.y && caret.x < to.x);
        let between = from.and_then(|caret| self.again(&row.columns[usize::from(caret.x)..x], way.len()));
        out.extend(between.unwrap_or(way));
        self.caret = Some(to);
    }

    /// What lies between, if it is written with the pen that is in the hand, and not longer than this.
    fn again(&self, between: &[Column<'_>], most: usize) -> Option<Vec<u8>> {
        let pen = self.pen?;
        let mut bytes = Vec::new();
        for column in between {
            let Column::Letter { cell, width: 1 } = column else { return None };
            let fits = match column.plain_blank() {
                Some(blank) => pen.leaves_blanks() && pen.bg == blank.bg,
                None => is_simple(cell.symbol()) && Pen::of(cell) == pen,
            };
            if !fits || bytes.len() + cell.symbol().len() > most {
                return None;
            }
            bytes.extend_from_slice(cell.symbol().as_bytes());
        }
        Some(bytes)
    }

    /// Erases where many blanks follow; how many columns are done by that.
    fn erase(&mut self, row: &Row<'_>, x: usize, out: &mut Vec<u8>) -> usize {
        let Some(first) = row.columns[x].plain_blank() else { return 0 };
        if !self.erases_in_colour && first.bg != ratatui::style::Color::Reset {
            return 0;
        }
        let is_same = |column: &Column<'_>| column.plain_blank().is_some_and(|blank| blank.bg == first.bg);
        let run = row.columns[x..].iter().take_while(|column| is_same(column)).count();
        let is_to_the_edge = x + run == row.columns.len();
        let stale = row.is_stale[x..x + run].iter().rposition(|stale| *stale).map_or(0, |last| last + 1);
        let is_last = x + stale == row.end;
        if stale < if is_last { WORTH_ERASING_LAST } else { WORTH_ERASING } {
            return 0;
        }
        self.take_up(self.pen.unwrap_or_default().for_blanks(first.bg), out);
        if is_to_the_edge {
            out.extend_from_slice(b"\x1b[K");
        } else {
            let _ = write!(out, "\x1b[{stale}X");
        }
        stale
    }

    fn write(&mut self, cell: &Cell, width: usize, row: &Row<'_>, out: &mut Vec<u8>) {
        // Whatever a panel has put there: a terminal is shown letters, and nothing that it would act on.
        let symbol = if text::is_plain(cell.symbol()) { cell.symbol() } else { &"??"[..width.min(2)] };
        let pen = match (Pen::of(cell), self.pen) {
            (pen, Some(in_hand)) if symbol == " " && pen.leaves_blanks() => in_hand.for_blanks(pen.bg),
            (pen, _) => pen,
        };
        self.take_up(pen, out);
        let Some(from) = self.caret.take() else { return };
        if !is_simple(symbol) {
            // How wide this is there nobody knows: no column of it keeps what it showed before.
            out.extend(std::iter::repeat_n(b' ', width));
            out.extend(way(None, from));
        }
        let next = usize::from(from.x) + width;
        // Beyond the edge the parts that a terminal does not join would go on in the next row.
        let is_whole = usize::from(from.x) + parts(symbol) <= row.columns.len();
        out.extend(symbol.chars().take(if is_whole { usize::MAX } else { 1 }).collect::<String>().bytes());
        // In the last column a terminal may stay, or stand behind it.
        if is_simple(symbol) && next < row.columns.len() {
            self.caret = Some(at(next, row.y));
        }
    }

    fn take_up(&mut self, pen: Pen, out: &mut Vec<u8>) {
        pen.take_up(self.pen, out);
        self.pen = Some(pen);
    }
}

/// Whether a terminal of this name erases with the colour behind the letters. GNU screen does not, and unknown ones may not.
fn erases_in_colour(term: &str) -> bool {
    const DO: [&str; 11] =
        ["xterm", "tmux", "linux", "rxvt", "alacritty", "foot", "wezterm", "konsole", "kitty", "gnome", "putty"];
    DO.iter().any(|name| term.starts_with(name))
}

/// One letter in one column everywhere.
fn is_simple(symbol: &str) -> bool {
    let mut letters = symbol.chars();
    matches!((letters.next(), letters.next()), (Some(letter), None) if text::is_plain(symbol) && letter.width() == Some(1))
}

/// Columns of a letter's parts side by side.
fn parts(symbol: &str) -> usize {
    symbol.chars().filter_map(char::width).sum()
}

fn at(x: usize, y: u16) -> Position {
    Position::new(u16::try_from(x).unwrap_or(u16::MAX), y)
}

/// The rows of both, in pairs.
fn row_pairs<'a>(shown: &'a Buffer, next: &'a Buffer) -> impl Iterator<Item = (&'a [Cell], &'a [Cell])> {
    let width = usize::from(next.area.width).max(1);
    shown.content.chunks(width).zip(next.content.chunks(width))
}

/// For each row whether any cell of it is another one: the dearest question of a frame, asked once.
fn changed_rows(shown: &Buffer, next: &Buffer) -> Vec<bool> {
    row_pairs(shown, next).map(|(old, new)| old != new).collect()
}

/// The changed rows in which something can be seen to differ.
fn differing_rows<'a>(shown: &'a Buffer, next: &'a Buffer, changed: &[bool]) -> Vec<Row<'a>> {
    let rows = (next.area.y..).zip(row_pairs(shown, next)).zip(changed).filter(|(_, changed)| **changed).filter_map(
        |((y, (old, new)), _)| {
            let (old, new) = (columns(old), columns(new));
            let is_stale = stale(&old, &new);
            let end = is_stale.iter().rposition(|stale| *stale)? + 1;
            Some(Row { y, columns: new, is_stale, end })
        },
    );
    rows.collect()
}

/// Puts each stale place of a row to those that are drawn with the same pen; a blank to what stands before it, if that pen can
/// draw it.
fn sort_by_pens(row: &Row<'_>, at: usize, pens: &mut Vec<(Pen, Vec<(usize, usize)>)>) {
    let mut last: Option<(usize, usize)> = None;
    for (x, column) in row.columns.iter().enumerate().filter(|(x, _)| row.is_stale[*x]) {
        let Column::Letter { cell, .. } = column else { continue };
        let of_cell = Pen::of(cell);
        let draws = |pen: &Pen| match column.plain_blank() {
            Some(blank) => pen.leaves_blanks() && pen.bg == blank.bg,
            None => *pen == of_cell,
        };
        let before = last.filter(|(before, pen)| before + 1 == x && draws(&pens[*pen].0)).map(|(_, pen)| pen);
        let pen = before.or_else(|| pens.iter().position(|(pen, _)| draws(pen)));
        let pen = pen.unwrap_or_else(|| {
            pens.push((of_cell, Vec::new()));
            pens.len() - 1
        });
        pens[pen].1.push((at, x));
        last = Some((x, pen));
    }
}

/// A letter that would stand beyond the edge is not drawn there.
fn columns(row: &[Cell]) -> Vec<Column<'_>> {
    const NOTHING: Cell = Cell::EMPTY;
    let mut columns = Vec::with_capacity(row.len());
    while let Some(cell) = row.get(columns.len()) {
        let symbol = cell.symbol();
        let width = if symbol.len() == 1 { 1 } else { symbol.width().max(1) };
        if columns.len() + width > row.len() {
            columns.push(Column::Letter { cell: &NOTHING, width: 1 });
            continue;
        }
        columns.push(Column::Letter { cell, width });
        columns.extend(std::iter::repeat_n(Column::Tail, width - 1));
    }
    columns
}

/// Which columns have to be drawn anew.
fn stale(old: &[Column<'_>], new: &[Column<'_>]) -> Vec<bool> {
    let mut is_stale: Vec<bool> = old.iter().zip(new).map(|(old, new)| !old.looks_like(new)).collect();
    let mut x = 0;
    while x < new.len() {
        let Column::Letter { cell, width } = new[x] else {
            x += 1;
            continue;
        };
        if is_stale[x..x + width].contains(&true) {
            // Where a terminal does not join the parts of a letter, they stand side by side and cover what follows.
            let covered = (x + width.max(parts(cell.symbol()))).min(new.len());
            is_stale[x..covered].fill(true);
        }
        x += width;
    }
    is_stale
}

#[cfg(test)]
pub(super) mod tests;
