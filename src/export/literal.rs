//! Byte literals, which Python and Rust write alike.

use std::fmt::Write as _;

use crate::order::Payload;

/// Bytes of which a literal is written; longer ones are compared by their sum, or are a word repeated.
pub const LONGEST: usize = 400;

/// Bytes.
pub fn bytes(bytes: &[u8]) -> String {
    let mut text = String::from("b\"");
    for byte in bytes {
        match byte {
            b'\n' => text.push_str("\\n"),
            b'\t' => text.push_str("\\t"),
            b'"' | b'\\' => text.extend(['\\', char::from(*byte)]),
            b' '..=b'~' => text.push(char::from(*byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(text, "\\x{byte:02x}")),
        }
    }
    text.push('"');
    text
}

/// Bytes to write: a literal, or a word repeated, which each language has its own form for.
pub fn payload(data: &Payload, repeated: impl FnOnce(&str, u64) -> String) -> Result<String, String> {
    if data.rest > 0 {
        return Err("bytes that nobody has seen cannot be written".to_owned());
    }
    let length = usize::try_from(data.len()).unwrap_or(usize::MAX);
    if length <= LONGEST || data.times <= 1 {
        return Ok(bytes(&data.iter().collect::<Vec<u8>>()));
    }
    Ok(repeated(&bytes(&data.word), data.times))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_literal_ends_it_or_means_more() {
        assert_eq!(bytes(b"a\"\\\n\x001\x7f?"), r#"b"a\"\\\n\x001\x7f?""#);
    }
}
