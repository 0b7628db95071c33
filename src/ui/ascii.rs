//! Borders and marks in ASCII, for terminals and fonts that have no others. What people typed is not a border, and stays.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Replaces what the panels draw with by what every font has.
pub fn flatten(area: Rect, buf: &mut Buffer) {
    for position in area.positions() {
        let cell = &mut buf[position];
        let mut letters = cell.symbol().chars();
        if let (Some(letter), None) = (letters.next(), letters.next())
            && let Some(plain) = plain(letter)
        {
            cell.set_char(plain);
        }
    }
}

/// The nearest in ASCII; none for what is no border and no mark.
fn plain(letter: char) -> Option<char> {
    Some(match letter {
        '─' | '━' => '-',
        '│' | '┃' | '┆' | '┇' | '‖' | '▏' => '|',
        '┌' | '┐' | '└' | '┘' | '┏' | '┓' | '┗' | '┛' | '┖' | '┚' | '╭' | '╮' | '╰' | '╯' | '├' | '┤' | '┬' | '┴'
        | '┼' | '•' => '+',
        '▶' | '▸' | '→' | '›' => '>',
        '◀' | '←' | '‹' => '<',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '…' | '·' => '.',
        '‥' => ':',
        '×' | '╳' | '✗' | '†' => 'x',
        '✓' => '*',
        '▒' | '█' => '#',
        '≠' => '!',
        '⊕' => '@',
        _ => return None,
    })
}
