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
    let mut covered = 0;
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
        let text = if is_covered { "" } else { cell.symbol() };
        Cell { text: text.to_owned(), look: look(cell) }
    };
    cells.iter().map(cell).collect()
}
