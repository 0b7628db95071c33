//! Bytes and names as they are shown: whatever a terminal would act on, and whatever cannot be seen, becomes a visible escape
//! (`\x1b`, `\n`, `\u{202e}`, `\xff`). Nothing reaches the screen but through here.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::script::words::is_hidden;

/// One letter as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What is put on the screen.
    pub text: String,
    /// Columns.
    pub width: u16,
    /// It stands for something that cannot be shown as it is.
    pub is_escape: bool,
    /// Where it begins in the bytes.
    pub at: usize,
    /// Bytes it stands for.
    pub len: usize,
}

/// Bytes as letters; a backslash is doubled, so that `\n` can only be a line break.
pub fn bytes(bytes: &[u8]) -> Vec<Letter> {
    let mut letters = Vec::new();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for grapheme in chunk.valid().graphemes(true) {
            if let Some(marks) = grapheme.strip_prefix('\\') {
                // Marks above it, if there are any, stand alone.
                letters.push(letter("\\\\".to_owned(), true, at, 1));
                push_grapheme(&mut letters, marks, at + 1);
            } else {
                push_grapheme(&mut letters, grapheme, at);
            }
            at += grapheme.len();
        }
        for byte in chunk.invalid() {
            letters.push(letter(format!("\\x{byte:02x}"), true, at, 1));
            at += 1;
        }
    }
    letters
}

/// Text that people or the program wrote, as letters.
pub fn text(text: &str) -> Vec<Letter> {
    let mut letters = Vec::new();
    for (at, grapheme) in text.grapheme_indices(true) {
        push_grapheme(&mut letters, grapheme, at);
    }
    letters
}

/// The same as one string.
pub fn string(source: &str) -> String {
    text(source).into_iter().map(|letter| letter.text).collect()
}

fn push_grapheme(letters: &mut Vec<Letter>, grapheme: &str, at: usize) {
    let is_plain = !grapheme.chars().any(must_escape) && grapheme.width() > 0;
    if is_plain {
        letters.push(letter(grapheme.to_owned(), false, at, grapheme.len()));
        return;
    }
    for (offset, c) in grapheme.char_indices() {
        let alone = c.encode_utf8(&mut [0; 4]).width() > 0 && !must_escape(c);
        let text = if alone { c.to_string() } else { escape(c) };
        letters.push(letter(text, !alone, at + offset, c.len_utf8()));
    }
}

fn letter(text: String, is_escape: bool, at: usize, len: usize) -> Letter {
    let width = u16::try_from(text.width()).unwrap_or(u16::MAX);
    Letter { text, width, is_escape, at, len }
}

/// Controls, directions, and what is invisible even between other letters. ZWJ and variation selectors may stay inside one.
fn must_escape(c: char) -> bool {
    is_hidden(c)
        || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}')
        || matches!(c, '\u{1bca0}'..='\u{1bca3}' | '\u{e0000}'..='\u{e007f}')
}

fn escape(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        '\0' => "\\0".to_owned(),
        '\x01'..='\x7f' => format!("\\x{:02x}", u32::from(c)),
        other => format!("\\u{{{:x}}}", u32::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(source: &[u8]) -> String {
        bytes(source).into_iter().map(|letter| letter.text).collect()
    }

    #[test]
    fn what_a_terminal_would_act_on_is_shown_as_an_escape() {
        assert_eq!(shown(b"a\x1b[2Jb"), "a\\x1b[2Jb");
        assert_eq!(shown(b"\n\t\r\0\x07\x7f"), "\\n\\t\\r\\0\\x07\\x7f");
        assert_eq!(shown("\u{85}\u{9b}".as_bytes()), "\\u{85}\\u{9b}");
        assert_eq!(shown("a\u{202e}b\u{2066}\u{200f}".as_bytes()), "a\\u{202e}b\\u{2066}\\u{200f}");
        assert_eq!(shown(b"\xff\xc3a"), "\\xff\\xc3a");
        assert_eq!(shown(b"a\\n"), "a\\\\n");
        assert_eq!(shown("\\\u{301}n".as_bytes()), "\\\\\\u{301}n");
    }

    #[test]
    fn letters_of_several_characters_stay_whole_and_are_measured() {
        let letters = bytes("漢e\u{301}👩‍🚀".as_bytes());
        let got: Vec<(&str, u16)> = letters.iter().map(|letter| (letter.text.as_str(), letter.width)).collect();
        assert_eq!(got, [("漢", 2), ("e\u{301}", 1), ("👩‍🚀", 2)]);
    }

    #[test]
    fn what_has_no_width_of_its_own_is_shown() {
        assert_eq!(shown("\u{301}\u{200d}\u{200b}".as_bytes()), "\\u{301}\\u{200d}\\u{200b}");
    }

    proptest! {
        #[test]
        fn nothing_raw_comes_out_and_no_byte_is_forgotten(source in proptest::collection::vec(any::<u8>(), 0..64)) {
            let letters = bytes(&source);
            for letter in &letters {
                prop_assert!(letter.width > 0);
                prop_assert!(!letter.text.chars().any(must_escape));
            }
            let starts: Vec<usize> = letters.iter().map(|letter| letter.at).collect();
            prop_assert!(starts.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert_eq!(letters.iter().map(|letter| letter.len).sum::<usize>(), source.len());
        }
    }
}
