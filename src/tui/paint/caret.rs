//! How the caret gets from place to place in few bytes.

use ratatui::layout::Position;

/// Letters that go back one column; more of them than that are a sequence.
const BACKSPACES: u16 = 3;

/// The shortest way for the caret.
pub fn way(from: Option<Position>, to: Position) -> Vec<u8> {
    let direct = match (to.x, to.y) {
        (0, 0) => "\x1b[H".to_owned(),
        (0, y) => format!("\x1b[{}H", y + 1),
        (x, y) => format!("\x1b[{};{}H", y + 1, x + 1),
    };
    let Some(from) = from else { return direct.into_bytes() };
    let steps = step(to.y, from.y, ['B', 'A']) + &along(from.x, to.x);
    if steps.len() < direct.len() { steps.into_bytes() } else { direct.into_bytes() }
}

fn along(from: u16, to: u16) -> String {
    match (from, to) {
        (0, 0) => String::new(),
        (_, 0) => "\r".to_owned(),
        (from, to) if from > to && from - to <= BACKSPACES => "\x08".repeat(usize::from(from - to)),
        (from, to) => step(to, from, ['C', 'D']),
    }
}

/// Some rows or columns on or back.
fn step(to: u16, from: u16, [on, back]: [char; 2]) -> String {
    let letter = if to > from { on } else { back };
    match to.abs_diff(from) {
        0 => String::new(),
        1 => format!("\x1b[{letter}"),
        many => format!("\x1b[{many}{letter}"),
    }
}
