//! Screens of ASCII alone. Panels draw with borders and marks of Unicode; where those are not wanted, this file puts the nearest of
//! ASCII in their place when all is drawn. What people wrote is not a mark: a letter of theirs that looks like one is written out
//! as an escape before it is drawn, and so stays what it is. Where the locale has no UTF-8, that is done to all that is not ASCII.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::text::{self, Letter};

/// Which letters of other people's text are shown as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// All that can be seen.
    All,
    /// Those that are not taken for a border or a mark.
    NoMarks,
    /// ASCII.
    Ascii,
}

impl Letters {
    /// The letter as it is shown.
    pub fn spell(self, letter: Letter) -> Letter {
        if letter.is_escape || !letter.text.chars().any(|c| self.hides(c)) {
            return letter;
        }
        // Of a letter of several characters none may be left to join with what is before it.
        let spell =
            |c: char| if c.is_ascii() { c.to_string() } else { text::by_bytes(c.encode_utf8(&mut [0; 4]).as_bytes()) };
        let text: String = letter.text.chars().map(spell).collect();
        let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
        Letter { text: text.into(), width, is_escape: true, ..letter }
    }

    /// Text that people or the program wrote, as it is shown.
    pub fn text(self, text: &str) -> Cow<'_, str> {
        if self == Self::All || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        Cow::Owned(text::text(text).into_iter().map(|letter| self.spell(letter).text).collect())
    }

    fn hides(self, c: char) -> bool {
        match self {
            Self::All => false,
            Self::NoMarks => plain(c).is_some(),
            Self::Ascii => !c.is_ascii(),
        }
    }
}

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
        '─' | '•' => '-',
        // What has the focus is heavy.
        '━' => '=',
        '┏' | '┓' | '┗' | '┛' | '█' => '#',
        '│' | '┃' | '▏' => '|',
        '┆' | '┇' => ':',
        '‖' => 'H',
        '┌' | '┐' | '└' | '┘' | '╭' | '╮' | '╰' | '╯' | '├' | '┤' | '┬' | '┴' | '┼' => '+',
        // Where something goes; what is marked, and what was typed, have signs of their own.
        '▶' | '→' => '>',
        '◀' | '←' => '<',
        '▸' => '*',
        '›' | '‹' => '$',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        // A full stop would make a text that is cut look whole.
        '…' => '~',
        '·' => '.',
        '×' | '✗' | '†' => 'x',
        '╳' => 'X',
        '✓' => 'V',
        '▒' => '%',
        '≠' => '!',
        '⊕' => '@',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_mark_is_an_escape_and_everything_else_stays() {
        let text = "a─▶漢e\u{301}…";
        assert_eq!(Letters::All.text(text), text);
        assert_eq!(Letters::NoMarks.text(text), "a\\xe2\\x94\\x80\\xe2\\x96\\xb6漢e\u{301}\\xe2\\x80\\xa6");
        let bytes = "a\\xe2\\x94\\x80\\xe2\\x96\\xb6\\xe6\\xbc\\xa2e\\xcc\\x81\\xe2\\x80\\xa6";
        assert_eq!(Letters::Ascii.text(text), bytes);
    }

    #[test]
    fn what_means_something_else_has_a_letter_of_its_own() {
        let edges = [('┏', '┌'), ('━', '─'), ('…', '·'), ('‖', '│'), ('┆', '│'), ('×', '╳'), ('▒', '█')];
        // What is marked, where bytes go, what was typed, what is done, what is below.
        let marks = [('▸', '▶'), ('▸', '→'), ('›', '▶'), ('‹', '◀'), ('▸', '✓'), ('✓', '↓'), ('▸', '›')];
        for (left, right) in edges.into_iter().chain(marks) {
            assert_ne!(plain(left), plain(right), "{left} {right}");
        }
    }

    #[test]
    fn a_letter_s_place_in_the_bytes_stays() {
        let letters: Vec<Letter> =
            text::bytes("x─y".as_bytes()).into_iter().map(|letter| Letters::NoMarks.spell(letter)).collect();
        let got: Vec<(&str, u16, usize, usize)> =
            letters.iter().map(|letter| (letter.text.as_str(), letter.width, letter.at, letter.len)).collect();
        assert_eq!(got, [("x", 1, 0, 1), ("\\xe2\\x94\\x80", 12, 1, 3), ("y", 1, 4, 1)]);
    }
}
