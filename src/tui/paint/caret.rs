//! How the caret gets from place to place in few bytes.

use ratatui::layout::Position;

/// Letters that go back one column; more of them than that are a sequence.
const BACKSPACES: u16 = 3;
/// The same, one row down.
const LINE_FEEDS: u16 = 3;

/// The shortest way for the caret.
pub fn way(from: Option<Position>, to: Position) -> Vec<u8> {
    let direct = match (to.x, to.y) {
        (0, 0) => "\x1b[H".to_owned(),
        (0, y) => format!("\x1b[{}H", y + 1),
        (x, y) => format!("\x1b[{};{}H", y + 1, x + 1),
    };
    let Some(from) = from else { return direct.into_bytes() };
    let steps = down_or_up(from.y, to.y) + &along(from.x, to.x);
    if steps.len() < direct.len() { steps.into_bytes() } else { direct.into_bytes() }
}

/// A line feed keeps the column: in raw mode nothing is added to it, and the painter begins with a terminal that adds nothing (LNM).
fn down_or_up(from: u16, to: u16) -> String {
    if to > from && to - from <= LINE_FEEDS {
        return "\n".repeat(usize::from(to - from));
    }
    step(to, from, ['B', 'A'])
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_row_is_a_letter_and_a_far_one_is_named() {
        let way =
            |from: (u16, u16), to: (u16, u16)| String::from_utf8(way(Some(from.into()), to.into())).expect("letters");
        assert_eq!(way((5, 3), (5, 4)), "\n");
        assert_eq!(way((5, 3), (0, 5)), "\n\n\r");
        assert_eq!(way((5, 3), (4, 4)), "\n\x08");
        assert_eq!(way((5, 3), (5, 13)), "\x1b[10B");
        assert_eq!(way((5, 3), (5, 2)), "\x1b[A");
        assert_eq!(way((5, 3), (60, 30)), "\x1b[31;61H");
    }
}
