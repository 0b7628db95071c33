//! Bytes and names as C writes them.

use std::fmt::Write as _;

use crate::export::names;

/// A string literal: octal escapes have three digits, so that what follows is never taken for a part of them.
pub fn string(bytes: &[u8]) -> String {
    let mut text = String::from("\"");
    for byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\t' => text.push_str("\\t"),
            b'"' | b'\\' | b'?' => text.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => text.push(char::from(*byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(text, "\\{byte:03o}")),
        }
    }
    text.push('"');
    text
}

/// A format for printf(3) that prints this text.
pub fn format(text: &str) -> String {
    string(text.replace('%', "%%").as_bytes())
}

/// Text inside of a comment.
pub fn comment(text: &str) -> String {
    names::comment(&text.replace("*/", "* /").replace("/*", "/ *"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_literal_ends_it_or_means_more() {
        assert_eq!(string(b"a\"\\\n\x001\x7f??="), r#""a\"\\\n\0001\177\?\?=""#);
        assert_eq!(format("100%d"), r#""100%%d""#);
        assert_eq!(comment("a */ b /* c\x1b"), "a * / b / * c ");
    }
}
