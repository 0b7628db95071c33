//! A screen as cells with the colours they are seen in, wherever it was drawn.

use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

use crate::ui::theme;

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// How a cell looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CellStyle {
    /// Of its letter.
    pub letters: Rgb,
    /// Behind it.
    pub ground: Rgb,
    /// Heavy.
    pub is_bold: bool,
    /// Slanted.
    pub is_italic: bool,
    /// With a line below.
    pub is_underlined: bool,
}

/// One cell; the second column of a wide letter has no text at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Its letter, with what combines with it.
    pub text: String,
    /// How it looks.
    pub look: CellStyle,
}

impl Cell {
    /// Whether nothing is to be seen but its ground.
    pub fn is_blank(&self) -> bool {
        self.text == " "
    }
}

/// A screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// From above, all of one length.
    pub rows: Vec<Vec<Cell>>,
    /// Row and column of the cursor, if it is to be seen.
    pub cursor: Option<(u16, u16)>,
    /// What is behind cells that nothing was drawn in.
    pub ground: Rgb,
}

impl Grid {
    /// What was drawn; `plain` are letters and ground where the drawing leaves them to the terminal.
    pub fn of(buffer: &Buffer, plain: (Rgb, Rgb)) -> Self {
        let width = usize::from(buffer.area.width).max(1);
        let row = |cells: &[ratatui::buffer::Cell]| row(cells, plain);
        Self { rows: buffer.content.chunks(width).map(row).collect(), cursor: None, ground: plain.1 }
    }
}

fn row(cells: &[ratatui::buffer::Cell], (letters, ground): (Rgb, Rgb)) -> Vec<Cell> {
    let rgb = |colour: Color, plain| theme::rgb(colour).unwrap_or(plain);
    // The second column of a wide letter is drawn by nobody: it looks as its letter does.
    let (mut covered, mut wide) = (0, None);
    let look = |cell: &ratatui::buffer::Cell| {
        let (letters, ground) = (rgb(cell.fg, letters), rgb(cell.bg, ground));
        let is = |modifier| cell.modifier.contains(modifier);
        let (letters, ground) = if is(Modifier::REVERSED) { (ground, letters) } else { (letters, ground) };
        CellStyle {
            letters,
            ground,
            is_bold: is(Modifier::BOLD),
            is_italic: is(Modifier::ITALIC),
            is_underlined: is(Modifier::UNDERLINED),
        }
    };
    let cell = |cell: &ratatui::buffer::Cell| {
        let is_covered = covered > 0;
        covered = if is_covered { covered - 1 } else { cell.symbol().width().saturating_sub(1) };
        let look = wide.filter(|_| is_covered).unwrap_or_else(|| look(cell));
        wide = Some(look);
        let text = if is_covered { "" } else { cell.symbol() };
        Cell { text: text.to_owned(), look }
    };
    cells.iter().map(cell).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn the_second_column_of_a_wide_letter_looks_as_its_letter() {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
        buffer.set_string(0, 0, "語x", Style::new().bg(Color::Rgb(9, 9, 9)));
        let row = Grid::of(&buffer, ((1, 1, 1), (0, 0, 0))).rows.remove(0);
        let seen: Vec<(&str, Rgb)> = row.iter().map(|cell| (cell.text.as_str(), cell.look.ground)).collect();
        assert_eq!(seen, [("語", (9, 9, 9)), ("", (9, 9, 9)), ("x", (9, 9, 9)), (" ", (0, 0, 0))]);
    }
}
