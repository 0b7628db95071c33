//! Letters of four columns and four rows, drawn with quarter blocks: what is seen from the last row of a room.

use font8x8::UnicodeFonts;
use ratatui::text::Span;

/// Columns of a letter, and its rows.
pub const SIZE: u16 = 4;

/// A quarter block by its quarters: upper left 1, upper right 2, lower left 4, lower right 8.
const QUARTERS: [char; 16] = [' ', '▘', '▝', '▀', '▖', '▌', '▞', '▛', '▗', '▚', '▐', '▜', '▄', '▙', '▟', '█'];

/// Eight rows of eight points, the leftmost in the lowest bit.
fn points(letter: char) -> Option<[u8; 8]> {
    font8x8::BASIC_FONTS
        .get(letter)
        .or_else(|| font8x8::LATIN_FONTS.get(letter))
        .or_else(|| font8x8::BLOCK_FONTS.get(letter))
}

/// Whether every letter can be drawn.
pub fn can_draw(text: &str) -> bool {
    text.chars().all(|letter| points(letter).is_some())
}

/// The rows of a text in its styles; a letter that cannot be drawn is left blank.
pub fn rows(spans: &[Span<'static>]) -> [Vec<Span<'static>>; SIZE as usize] {
    let row = |at: usize| -> Vec<Span<'static>> {
        let drawn = spans.iter().map(|span| {
            let letters = span.content.chars().map(|letter| points(letter).unwrap_or_default());
            let text: String = letters.flat_map(|points| quarters([points[2 * at], points[2 * at + 1]])).collect();
            Span::styled(text, span.style)
        });
        drawn.collect()
    };
    [row(0), row(1), row(2), row(3)]
}

/// Two rows of points as four quarter blocks.
fn quarters([upper, lower]: [u8; 2]) -> [char; SIZE as usize] {
    let pair = |points: u8, column: usize| usize::from(points >> (2 * column) & 3);
    [0, 1, 2, 3].map(|column| QUARTERS[pair(upper, column) + 4 * pair(lower, column)])
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn a_letter_is_drawn_as_its_points_are() {
        let drawn = rows(&[Span::styled("L", Style::new().bold())]);
        let text: Vec<&str> = drawn.iter().map(|row| &*row[0].content).collect();
        assert_eq!(text, ["▜▛  ", "▐▌  ", "▐▌▗▌", "▀▀▀▘"]);
        assert!(drawn.iter().all(|row| row[0].style == Style::new().bold()));
    }

    #[test]
    fn only_letters_of_the_font_can_be_drawn() {
        assert!(can_draw("one EOF \"\\n\" é ▒ 3"));
        assert!(!can_draw("漢") && !can_draw("⊕"));
    }
}
