//! The clipboard: OSC 52, which most terminals take, also through ssh; a file where the terminal is known not to.

use std::path::Path;

use super::screen;
use crate::app::copy::Copied;
use crate::saving;

/// The most bytes of text in one OSC 52 sequence: terminals drop longer ones without a word.
const MOST_SENT: usize = 48 * 1024;
/// Terminals, by the beginning of TERM, that do not know the sequence.
const UNABLE: [&str; 7] = ["dumb", "linux", "vt", "ansi", "cons25", "sun", "cygwin"];
/// Says where copies go: `file`, or `osc52` where the terminal is known better than by its name.
const WISH: &str = "TINCANS_CLIPBOARD";

/// What is known of the terminal.
#[derive(Debug, Clone, Copy)]
struct Terminal<'a> {
    term: &'a str,
    program: &'a str,
    wish: &'a str,
}

impl Terminal<'_> {
    fn takes(self, text: &str) -> bool {
        let is_known = !self.term.is_empty() && !UNABLE.iter().any(|name| self.term.starts_with(name));
        let is_able = is_known && self.program != "Apple_Terminal";
        text.len() <= MOST_SENT && (self.wish == "osc52" || (is_able && self.wish != "file"))
    }
}

/// Copies it; gives what is to be said.
pub fn put(what: Copied, text: &str) -> String {
    let [term, program, wish] = ["TERM", "TERM_PROGRAM", WISH].map(|name| std::env::var(name).unwrap_or_default());
    let terminal = Terminal { term: &term, program: &program, wish: &wish };
    let size = match text.lines().count() {
        1 => format!("{} bytes", text.len()),
        lines => format!("{lines} lines"),
    };
    if terminal.takes(text) && screen::write_raw(&sequence(text)).is_ok() {
        return format!("copied to the clipboard: {} ({size})", what.name());
    }
    let (stem, extension) = match what {
        Copied::Line | Copied::Statement | Copied::Short => ("copied", "txt"),
        Copied::Script => ("bench", "tin"),
        Copied::C => ("bench", "c"),
    };
    match saving::save_text(Path::new(""), (stem, extension), text) {
        Ok(path) => format!("saved here as {}: {} ({size})", path.display(), what.name()),
        Err(reason) => reason,
    }
}

/// `ESC ] 52 ; c ; BASE64 BEL`.
fn sequence(text: &str) -> Vec<u8> {
    [b"\x1b]52;c;".to_vec(), base64(text.as_bytes()), b"\x07".to_vec()].concat()
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| bits << 8 | usize::from(three.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let letter = LETTERS[bits >> (18 - 6 * at) & 63];
            out.push(if at <= three.len() { letter } else { b'=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_the_text_in_base64() {
        let base64 = |text: &str| String::from_utf8(base64(text.as_bytes())).unwrap();
        let cases =
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("é漢", "w6nmvKI=")];
        for (text, want) in cases {
            assert_eq!(base64(text), want, "{text}");
        }
        assert_eq!(sequence("foo"), b"\x1b]52;c;Zm9v\x07");
    }

    #[test]
    fn a_terminal_that_does_not_know_it_and_a_long_text_go_to_a_file() {
        let takes = |term, program, wish, len| Terminal { term, program, wish }.takes(&"x".repeat(len));
        assert!(takes("xterm-256color", "", "", 10) && takes("tmux-256color", "tmux", "", 10));
        for term in ["", "dumb", "linux", "vt100", "ansi"] {
            assert!(!takes(term, "", "", 10), "{term}");
        }
        assert!(!takes("xterm-256color", "Apple_Terminal", "", 10) && !takes("xterm", "", "file", 10));
        assert!(takes("linux", "", "osc52", 10) && !takes("xterm", "", "osc52", MOST_SENT + 1));
    }
}
