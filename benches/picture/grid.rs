//! A screen as cells with the colours they are seen in, and pids that are the same each time.

use tincans::picture::cells::{Cell, CellStyle, Grid, Rgb};
use tincans::ui::theme;

/// The ground of the picture.
const GROUND: Rgb = (0x16, 0x18, 0x1d);
/// Plain letters.
const LETTERS: Rgb = (0xdd, 0xe1, 0xe8);
/// Letters that are dim: still 6:1 on the ground.
const DIM: Rgb = (0x9a, 0xa1, 0xad);
/// The terminal's own sixteen colours, for a dark ground.
const SIXTEEN: [Rgb; 16] = [
    (0x00, 0x00, 0x00),
    (0xff, 0x7b, 0x72),
    (0x5a, 0xc8, 0xa0),
    (0xf0, 0xbe, 0x3c),
    (0x76, 0xa9, 0xf0),
    (0xe2, 0x96, 0xc8),
    (0x76, 0xc4, 0xf0),
    (0xdd, 0xe1, 0xe8),
    (0x6e, 0x76, 0x81),
    (0xff, 0xa0, 0x7a),
    (0x7e, 0xe0, 0xb8),
    (0xf0, 0xe4, 0x42),
    (0x9c, 0xc4, 0xff),
    (0xf0, 0xb4, 0xdc),
    (0x9c, 0xdc, 0xff),
    (0xff, 0xff, 0xff),
];
/// What the first agent's pid is shown as; the others follow.
const FIRST_PID: i32 = 4711;

/// What the emulator shows.
pub fn of(screen: &vt100::Screen) -> Grid {
    let (rows, columns) = screen.size();
    let row = |y| (0..columns.get()).filter_map(|x| screen.cell(y, x)).map(cell).collect();
    let cursor = (!screen.hide_cursor()).then(|| screen.cursor_position());
    // Around the screen is what is behind its letters.
    let ground = screen.cell(0, 0).map_or(GROUND, |cell| rgb(cell.bgcolor(), GROUND));
    Grid { rows: (0..rows.get()).map(row).collect(), cursor, ground }
}

/// Puts numbers of our own for these pids, wherever they stand alone.
pub fn mask_pids(grid: &mut Grid, pids: &[i32]) {
    for row in &mut grid.rows {
        for (pid, shown) in pids.iter().zip(FIRST_PID..) {
            mask(row, &pid.to_string(), &shown.to_string());
        }
    }
}

fn cell(cell: &vt100::Cell) -> Cell {
    let text = match cell.contents() {
        "" if cell.is_wide_continuation() => "",
        "" => " ",
        text => text,
    };
    let letters = match (cell.fgcolor(), cell.dim()) {
        (vt100::Color::Default, true) => DIM,
        (colour, _) => rgb(colour, LETTERS),
    };
    let ground = rgb(cell.bgcolor(), GROUND);
    let (letters, ground) = if cell.inverse() { (ground, letters) } else { (letters, ground) };
    let look =
        CellStyle { letters, ground, is_bold: cell.bold(), is_italic: cell.italic(), is_underlined: cell.underline() };
    Cell { text: text.to_owned(), look }
}

fn rgb(colour: vt100::Color, default: Rgb) -> Rgb {
    match colour {
        vt100::Color::Default => default,
        vt100::Color::Idx(index) => {
            let of_palette = || theme::rgb(ratatui::style::Color::Indexed(index));
            SIXTEEN.get(usize::from(index)).copied().or_else(of_palette).unwrap_or(default)
        }
        vt100::Color::Rgb(r, g, b) => (r, g, b),
    }
}

/// A number in a column stays at the column's right edge; after one in a line of text, the gap that follows takes up the
/// difference.
fn mask(row: &mut Vec<Cell>, pid: &str, shown: &str) {
    let columns = row.len();
    let Some(at) = (0..columns).find(|at| stands_at(row, *at, pid)) else { return };
    let Some(look) = row.get(at).map(|cell| cell.look) else { return };
    let is_column = at >= 2 && row[at - 2..at].iter().all(Cell::is_blank);
    let digits = shown.chars().map(|digit| Cell { text: digit.to_string(), look });
    row.splice(at..at + pid.len(), digits);
    let gap = if is_column {
        at - 1
    } else {
        let is_gap = |from: &usize| row[*from..].iter().take(2).all(Cell::is_blank);
        (at + shown.len()..row.len()).find(is_gap).unwrap_or(row.len())
    };
    while row.len() < columns {
        let look = row.get(gap).or(row.last()).map_or(look, |cell| cell.look);
        row.insert(gap.min(row.len()), Cell { text: " ".to_owned(), look });
    }
    while row.len() > columns {
        row.remove(gap.min(row.len() - 1));
    }
}

fn stands_at(row: &[Cell], at: usize, number: &str) -> bool {
    let Some(digits) = row.get(at..at + number.len()) else { return false };
    let is_there = digits.iter().map(|cell| cell.text.as_str()).eq(number.split_inclusive(|_| true));
    let is_cut_out = |place: Option<&Cell>| place.is_none_or(|cell| !is_digit(cell));
    is_there
        && is_cut_out(at.checked_sub(1).and_then(|before| row.get(before)))
        && is_cut_out(row.get(at + number.len()))
}

fn is_digit(cell: &Cell) -> bool {
    cell.text.len() == 1 && cell.text.as_bytes()[0].is_ascii_digit()
}
