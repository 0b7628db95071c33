//! How bytes are spelled for people: what can be seen stands as it is, everything else by its bytes, as the language writes them
//! (`\n`, `\xff`; U+202E is `\xe2\x80\xae`). So what is read can be counted and typed. Nothing reaches a screen but through here.

use std::fmt::Write as _;

use compact_str::{CompactString, ToCompactString as _};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// One letter as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What is put on the screen.
    pub text: CompactString,
    /// Columns.
    pub width: u16,
    /// It stands for something that cannot be shown as it is.
    pub is_escape: bool,
    /// Where it begins in the bytes.
    pub at: usize,
    /// Bytes it stands for.
    pub len: usize,
}

/// Whether a character could make a line show as something else than it is.
pub fn is_hidden(letter: char) -> bool {
    // Nearly every letter is one of these.
    if matches!(letter, ' '..='~') {
        return false;
    }
    letter.is_control()
        || matches!(letter,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Bytes as letters; a backslash is doubled, so that `\n` can only be a line break.
pub fn bytes(bytes: &[u8]) -> Vec<Letter> {
    let mut letters = Vec::new();
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        for_each_grapheme(chunk.valid(), |offset, grapheme| {
            if grapheme.contains('\\') {
                // With marks above it, or a sign that goes before it: each stands alone.
                push_alone(&mut letters, grapheme, at + offset);
            } else {
                push_grapheme(&mut letters, grapheme, at + offset);
            }
        });
        at += chunk.valid().len();
        for byte in chunk.invalid() {
            letters.push(letter(by_bytes(&[*byte]), true, at, 1));
            at += 1;
        }
    }
    letters
}

/// Text that people or the program wrote, as letters.
pub fn text(text: &str) -> Vec<Letter> {
    let mut letters = Vec::new();
    for_each_grapheme(text, |at, grapheme| push_grapheme(&mut letters, grapheme, at));
    letters
}

/// The same as one string.
pub fn string(source: &str) -> String {
    if is_ascii_text(source) {
        return source.to_owned();
    }
    text(source).into_iter().map(|letter| letter.text).collect()
}

/// Whether it is printable ASCII alone: most of what is drawn, and each letter of it is one byte and one column.
fn is_ascii_text(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Each letter as people see it, with its place in bytes.
fn for_each_grapheme<'a>(text: &'a str, mut each: impl FnMut(usize, &'a str)) {
    if is_ascii_text(text) {
        (0..text.len()).for_each(|at| each(at, &text[at..=at]));
    } else {
        text.grapheme_indices(true).for_each(|(at, grapheme)| each(at, grapheme));
    }
}

/// Text as HTML has it, between marks and inside a quoted attribute.
pub fn in_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The most marks on one letter: an emoji of a family has seven, no language more. With more they run over the lines around.
const MAX_MARKS: usize = 8;

/// Whether a grapheme may stand on a screen as it is.
pub fn is_plain(grapheme: &str) -> bool {
    if is_ascii_text(grapheme) {
        return !grapheme.is_empty();
    }
    // What has nothing of its own to stand on would join what is shown before it.
    let stands = grapheme.chars().next().is_some_and(|first| first.width().unwrap_or(0) > 0);
    let marks = grapheme.chars().filter(|c| c.width() == Some(0)).count();
    stands && marks <= MAX_MARKS && !grapheme.chars().any(must_escape) && grapheme.width() > 0
}

fn push_grapheme(letters: &mut Vec<Letter>, grapheme: &str, at: usize) {
    if is_plain(grapheme) {
        letters.push(letter(grapheme, false, at, grapheme.len()));
        return;
    }
    for (offset, c) in grapheme.char_indices() {
        let alone = c.encode_utf8(&mut [0; 4]).width() > 0 && !must_escape(c);
        let text = if alone { c.to_compact_string() } else { escape(c).into() };
        letters.push(letter(text, !alone, at + offset, c.len_utf8()));
    }
}

fn push_alone(letters: &mut Vec<Letter>, grapheme: &str, at: usize) {
    for (offset, c) in grapheme.char_indices() {
        if c == '\\' {
            letters.push(letter("\\\\", true, at + offset, 1));
        } else {
            push_grapheme(letters, c.encode_utf8(&mut [0; 4]), at + offset);
        }
    }
}

fn letter(text: impl Into<CompactString>, is_escape: bool, at: usize, len: usize) -> Letter {
    let text = text.into();
    let width = if is_ascii_text(&text) { text.len() } else { text.width() };
    let width = u16::try_from(width).unwrap_or(u16::MAX);
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
        '\t' => "\\t".to_owned(),
        '\0' => "\\0".to_owned(),
        other => by_bytes(other.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Bytes by their numbers.
pub fn by_bytes(bytes: &[u8]) -> String {
    let mut out = String::new();
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(out, "\\x{byte:02x}");
    }
    out
}

/// Bytes as a string of the language.
pub fn quoted(bytes: &[u8]) -> String {
    // A quote may have marks above it.
    let letters = self::bytes(bytes).into_iter();
    let inside: String = letters.map(|letter| letter.text.replace('"', "\\\"")).collect();
    format!("\"{inside}\"")
}

/// A name: as it is where each of its letters can be seen, none is a space and none needs an escape; else as a string of the language.
/// Two names that differ are never shown alike, and [`name_bytes`] gives them back.
pub fn name(bytes: &[u8]) -> String {
    let is_seen = |letter: &Letter| !letter.is_escape && letter.text.chars().all(|c| !c.is_whitespace() && c != '"');
    match str::from_utf8(bytes) {
        Ok(name) if self::bytes(bytes).iter().all(is_seen) => name.to_owned(),
        _ => quoted(bytes),
    }
}

/// The bytes of what [`name`] shows.
pub fn name_bytes(shown: &str) -> Vec<u8> {
    let Some(inside) = shown.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return shown.as_bytes().to_vec();
    };
    let mut bytes = Vec::new();
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        let next = if letter == '\\' { letters.next() } else { None };
        match next {
            Some('n') => bytes.push(b'\n'),
            Some('t') => bytes.push(b'\t'),
            Some('0') => bytes.push(0),
            Some('x') => {
                let digits: String = letters.by_ref().take(2).collect();
                bytes.push(u8::from_str_radix(&digits, 16).unwrap_or(b'?'));
            }
            shown => bytes.extend(shown.unwrap_or(letter).encode_utf8(&mut [0; 4]).bytes()),
        }
    }
    bytes
}

/// The beginning of some bytes that were cut: without a last letter that may have gone on behind the cut.
pub fn whole(bytes: &[u8]) -> &[u8] {
    if bytes.is_ascii() {
        return bytes;
    }
    let last = self::bytes(bytes).into_iter().rev().find(|letter| letter.len > 0 && !is_broken(bytes, letter));
    let Some(last) = last else { return bytes };
    let is_sure = bytes[last.at..last.at + last.len].is_ascii();
    let end = if is_sure || last.at == 0 { last.at + last.len } else { last.at };
    // Bytes that are no letter stay, but for the three at most that may begin one.
    if bytes.len() - (last.at + last.len) > 3 { bytes } else { &bytes[..end] }
}

/// It stands for a byte that is no letter, or no whole one.
fn is_broken(bytes: &[u8], letter: &Letter) -> bool {
    letter.is_escape && bytes[letter.at] >= 0x80 && letter.len == 1
}

/// A line of strace's with the bytes in it spelled as everywhere.
pub fn respelled(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, string)) = rest.split_once('"') {
        let (bytes, after) = unescaped(string);
        let is_cut = after.starts_with("...");
        out.push_str(before);
        out.push_str(&quoted(if is_cut { whole(&bytes) } else { &bytes }));
        rest = after;
    }
    out + rest
}

/// What a string in C stands for, from behind its first quote on; and what stands behind its last.
fn unescaped(text: &str) -> (Vec<u8>, &str) {
    let mut bytes = Vec::new();
    let source = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = source.get(at) {
        at += 1;
        if byte == b'"' {
            break;
        }
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let digits = source[at..].iter().take(3).take_while(|digit| (b'0'..=b'7').contains(digit)).count();
        if digits > 0 {
            let value = source[at..at + digits].iter().fold(0_u32, |sum, digit| sum * 8 + u32::from(digit - b'0'));
            bytes.push(u8::try_from(value).unwrap_or(u8::MAX));
            at += digits;
            continue;
        }
        bytes.push(match source.get(at) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'v') => 0x0b,
            Some(b'f') => 0x0c,
            other => other.copied().unwrap_or(b'\\'),
        });
        at += 1;
    }
    (bytes, text.get(at..).unwrap_or_default())
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
        assert_eq!(shown(b"\n\t\r\0\x07\x7f"), "\\n\\t\\x0d\\0\\x07\\x7f");
        assert_eq!(shown("\u{85}\u{9b}".as_bytes()), "\\xc2\\x85\\xc2\\x9b");
        assert_eq!(shown("a\u{202e}b\u{2066}\u{200f}".as_bytes()), "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6\\xe2\\x80\\x8f");
        assert_eq!(shown(b"\xff\xc3a"), "\\xff\\xc3a");
        assert_eq!(shown(b"a\\n"), "a\\\\n");
        assert_eq!(shown("\\\u{301}n".as_bytes()), "\\\\\\xcc\\x81n");
        assert_eq!(shown("\u{600}\\n".as_bytes()), "\u{600}\\\\n");
    }

    #[test]
    fn letters_of_several_characters_stay_whole_and_are_measured() {
        let letters = bytes("漢e\u{301}👩‍🚀".as_bytes());
        let got: Vec<(&str, u16)> = letters.iter().map(|letter| (letter.text.as_str(), letter.width)).collect();
        assert_eq!(got, [("漢", 2), ("e\u{301}", 1), ("👩‍🚀", 2)]);
    }

    #[test]
    fn what_has_no_width_of_its_own_is_shown() {
        assert_eq!(shown("\u{301}\u{200d}\u{200b}".as_bytes()), "\\xcc\\x81\\xe2\\x80\\x8d\\xe2\\x80\\x8b");
        assert_eq!(shown("\0\u{fe0f}\u{1f3fe}".as_bytes()), "\\0\\xef\\xb8\\x8f\u{1f3fe}");
    }

    #[test]
    fn a_line_of_strace_s_is_spelled_as_everything_else() {
        let line = r#"parent  write(wire[0], "\342\200\256\303\251\n\"\\\33\0001", 11) = 11"#;
        assert_eq!(respelled(line), r#"parent  write(wire[0], "\xe2\x80\xaeé\n\"\\\x1b\01", 11) = 11"#);
        for same in
            ["child1  read(wire[1],  <unfinished ...>", r#"read(a[0], "", 1) = 0"#, r#"read(a[0], "abc"..., 9) = 9"#]
        {
            assert_eq!(respelled(same), same);
        }
    }

    #[test]
    fn a_cut_never_goes_through_a_letter() {
        let astronaut = "👩‍🚀".as_bytes();
        let text = [b"ab".as_slice(), astronaut, b"c"].concat();
        for end in 3..2 + astronaut.len() {
            assert_eq!(whole(&text[..end]), b"ab", "{end}");
        }
        assert_eq!(whole(&text), text);
        assert_eq!(whole(b"abc"), b"abc");
        assert_eq!(whole(b"\xff\xff\xff\xff\xff"), b"\xff\xff\xff\xff\xff");
        let octal = r#"write(c[0], "ab\360\237\221\251\342\200\215\360\237"..., 40) = 40"#;
        assert_eq!(respelled(octal), r#"write(c[0], "ab"..., 40) = 40"#);
    }

    proptest! {
        #[test]
        fn what_is_spelled_reads_back(source in proptest::collection::vec(any::<u8>(), 0..64)) {
            let line = crate::script::words::split(&quoted(&source), 1).unwrap();
            let expected = crate::script::words::WordKind::Quoted { before: String::new(), bytes: source };
            prop_assert_eq!(&line.words[0].kind, &expected);
        }

        #[test]
        fn ascii_has_the_letters_that_it_has_before_another_word(source in "[ -~]{0,40}") {
            let mut longer = bytes(format!("{source} é").as_bytes());
            longer.truncate(longer.len() - 2);
            prop_assert_eq!(bytes(source.as_bytes()), longer);
            let plain: String = text(&format!("{source} é")).into_iter().map(|letter| letter.text).collect();
            prop_assert_eq!(string(&source) + " é", plain);
        }

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
