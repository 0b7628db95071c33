//! Bytes, text and constants as Rust writes them.

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
            '"' | '\\' => written.extend(['\\', letter]),
            ' '..='~' => written.push(letter),
            _ => written.extend(letter.escape_default()),
        }
    }
    written.push('"');
    written
}

/// Text of `format!` that prints itself.
pub fn format(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The name of a file.
pub fn path(name: &[u8]) -> Result<String, String> {
    if name.contains(&0) {
        return Err("nix takes no name with a zero byte in it".to_owned());
    }
    Ok(match std::str::from_utf8(name) {
        Ok(text) => string(text),
        Err(_) => format!("&{}[..]", bytes(name)),
    })
}

/// Bytes to write: a literal, or a word repeated.
pub fn payload(data: &Payload) -> Result<String, String> {
    shared::payload(data, |word, times| format!("&{word}.repeat({times})"))
}

/// `A|B` as constants of a type of flags; with a bit that has no name there, its number.
pub fn flags(kind: &str, names: &str, bits: i32) -> String {
    const UNNAMED: &[&str] = &["MSG_MORE"];
    let is_named = |name: &&str| !name.starts_with(|first: char| first.is_ascii_digit()) && !UNNAMED.contains(name);
    match names {
        "0" => format!("{kind}::empty()"),
        names if names.split('|').all(|name| is_named(&name)) => {
            names.split('|').map(|name| format!("{kind}::{name}")).collect::<Vec<_>>().join(" | ")
        }
        _ => format!("{kind}::from_bits_retain({bits:#x})"),
    }
}

/// Flags of send(2) and recv(2).
pub fn message_flags(bits: i32) -> String {
    flags("MsgFlags", &abi::flag_names(abi::MSG_FLAGS, bits), bits)
}

/// A signal that nix has.
pub fn signal(number: i32) -> Option<String> {
    let name = names::signal(number);
    ((1..=31).contains(&number) && name.starts_with("SIG")).then(|| format!("Signal::{name}"))
}

/// The same, or that there is none.
pub fn known_signal(number: i32) -> Result<String, String> {
    signal(number).ok_or_else(|| format!("nix knows no signal {}", names::signal(number)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_literal_ends_it_or_means_more() {
        assert_eq!(string("a\"é\\{"), r#""a\"\u{e9}\\{""#);
        assert_eq!(format("{1}"), "{{1}}");
    }

    #[test]
    fn flags_are_constants_where_there_are_some() {
        assert_eq!(message_flags(0), "MsgFlags::empty()");
        assert_eq!(message_flags(0x42), "MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT");
        assert_eq!(message_flags(0x8002), "MsgFlags::from_bits_retain(0x8002)");
        assert_eq!((signal(9).as_deref(), signal(40)), (Some("Signal::SIGKILL"), None));
    }
}
