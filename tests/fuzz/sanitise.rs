//! Bytes as they are shown: nothing harmful comes out, every byte is accounted for, widths are as announced, and the bytes can be
//! told from what is shown.

use tincans::text::{self, Letter};
use tincans::ui::words;
use unicode_width::UnicodeWidthStr;

use super::assert_harmless;

pub fn check(data: &[u8]) {
    let letters = text::bytes(data);
    sound(&letters, data.len());
    let shown = joined(&letters);
    assert_eq!(bytes_of(&shown), data, "{shown}");
    // What is shown needs nothing done to it any more.
    assert_eq!(text::string(&shown), shown);

    let text = String::from_utf8_lossy(data);
    let letters = text::text(&text);
    sound(&letters, text.len());
    assert_eq!(joined(&letters), text::string(&text));
    for limit in [0, 1, 7, 40] {
        let cut = words::cut(&text, limit);
        assert_harmless(&cut, "cut");
        assert!(columns(&cut) <= u64::from(limit), "{cut:?} is cut to {limit} columns");
        if limit > 1 {
            for line in words::wrap(&text, limit, 2) {
                assert_harmless(&line, "wrapped");
            }
        }
    }
}

/// As the screen has it, letter by letter.
fn columns(text: &str) -> u64 {
    text::text(text).iter().map(|letter| u64::from(letter.width)).sum()
}

fn joined(letters: &[Letter]) -> String {
    letters.iter().map(|letter| letter.text.as_str()).collect()
}

fn sound(letters: &[Letter], whole: usize) {
    let mut at = 0;
    for letter in letters {
        assert_eq!((letter.at, letter.len > 0), (at, true), "letters stand side by side: {letter:?}");
        at += letter.len;
        assert_harmless(&letter.text, "a letter");
        assert!(letter.width > 0 && usize::from(letter.width) == letter.text.width(), "{letter:?}");
        assert!(!letter.is_escape || letter.text.is_ascii(), "{letter:?}");
    }
    assert_eq!(at, whole, "every byte is in a letter");
}

/// The way back: `\\`, `\n`, `\x1b` are what they stand for, everything else is itself.
fn bytes_of(shown: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = shown;
    while let Some(letter) = rest.chars().next() {
        rest = &rest[letter.len_utf8()..];
        if letter != '\\' {
            bytes.extend(letter.encode_utf8(&mut [0; 4]).bytes());
            continue;
        }
        let kind = rest.chars().next().expect("an escape goes on");
        rest = &rest[1..];
        match kind {
            '\\' => bytes.push(b'\\'),
            'n' => bytes.push(b'\n'),
            't' => bytes.push(b'\t'),
            '0' => bytes.push(0),
            'x' => {
                bytes.push(u8::from_str_radix(&rest[..2], 16).expect("two digits"));
                rest = &rest[2..];
            }
            other => panic!("\\{other} is no escape"),
        }
    }
    bytes
}
