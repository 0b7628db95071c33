//! Bytes, text and constants as Python writes them.

use std::fmt::Write as _;

use crate::abi;
use crate::export::literal as shared;
use crate::export::names;
use crate::order::Payload;

pub use crate::export::literal::{LONGEST, bytes};

/// Text.
pub fn string(text: &str) -> String {
    let mut written = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '"' | '\\' => written.extend(['\\', letter]),
            ' '..='~' => written.push(letter),
            // Writing to a String cannot fail.
            _ => drop(write!(written, "\\U{:08x}", u32::from(letter))),
        }
    }
    written.push('"');
    written
}

/// Bytes to write: a literal, or a word repeated.
pub fn payload(data: &Payload) -> Result<String, String> {
    shared::payload(data, |word, times| format!("{word} * {times}"))
}

/// `A|B` as names of a module; a number stays one.
pub fn of(module: &str, names: &str) -> String {
    let name = |name: &str| {
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            name.to_owned()
        } else {
            format!("{module}.{name}")
        }
    };
    names.split('|').map(name).collect::<Vec<_>>().join(" | ")
}

/// Flags of send(2) and recv(2).
pub fn message_flags(flags: i32) -> String {
    of("socket", &abi::flag_names(abi::MSG_FLAGS, flags))
}

/// A signal: its name, or its number.
pub fn signal(number: i32) -> String {
    let name = names::signal(number);
    if name.starts_with("SIG") { format!("signal.{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_literal_ends_it_or_means_more() {
        assert_eq!(string("a\"é\\"), r#""a\"\U000000e9\\""#);
        assert_eq!(of("os", "O_RDONLY|0x40"), "os.O_RDONLY | 0x40");
        assert_eq!(signal(9), "signal.SIGKILL");
    }
}
