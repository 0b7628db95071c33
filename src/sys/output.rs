//! Standard output and standard error: the one way from the program to their readers. What a terminal would act on, what
//! cannot be seen and what would pile up on one letter is spelled out on the way, no matter where it is from: a file's name, an
//! environment variable, an error. The terminal UI has a way of its own, `tui::screen`.

use std::io::{self, IsTerminal, Write};

use crate::text;

/// The longest line that is held back to be looked at as a whole, in bytes.
const MAX_HELD: usize = 64 * 1024;

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Lines for people; `\xe2\x80\xae` stands for U+202E. Tabs stay.
    Text,
    /// Text with the program's own SGR sequences, which stay.
    Styled,
    /// JSON, where all that is to be spelled stands in strings: `\u202e`.
    Json,
}

/// A writer that spells out what must not reach a terminal. A line leaves at its end, at a flush or when it is dropped.
#[derive(Debug)]
pub struct Output<W: Write> {
    inner: W,
    format: Format,
    held: Vec<u8>,
}

/// Standard output, buffered: it is to be flushed, or dropped.
pub fn stdout(format: Format) -> Output<io::StdoutLock<'static>> {
    Output::new(io::stdout().lock(), format)
}

/// Standard error, for diagnostics.
pub fn stderr() -> Output<io::StderrLock<'static>> {
    Output::new(io::stderr().lock(), Format::Text)
}

/// One diagnostic, with the program's name in front. What cannot be written is lost.
pub fn complain(what: &str) {
    let _ = writeln!(stderr(), "tincans: {what}");
}

/// Writes what the standard library still holds: before a fork, and before a process leaves without its destructors.
pub fn flush() {
    let _ = io::stdout().flush();
}

/// Whether the program talks with a person: both standard input and output are terminals.
pub fn is_dialogue() -> bool {
    io::stdin().is_terminal() && is_terminal()
}

/// Whether standard output is a terminal.
pub fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

impl<W: Write> Output<W> {
    /// Around any writer.
    pub fn new(inner: W, format: Format) -> Self {
        Self { inner, format, held: Vec::new() }
    }

    /// Passes on what is held, but for a last letter of which not all bytes are there.
    fn release(&mut self, is_last: bool) -> io::Result<()> {
        let cut = if is_last { self.held.len() } else { whole_letters(&self.held) };
        let rest = self.held.split_off(cut);
        let held = std::mem::replace(&mut self.held, rest);
        if held.is_empty() { Ok(()) } else { self.inner.write_all(&spelled(&held, self.format)) }
    }
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.held.is_empty() && is_harmless(bytes) {
            self.inner.write_all(bytes)?;
            return Ok(bytes.len());
        }
        self.held.extend_from_slice(bytes);
        if let Some(end) = self.held.iter().rposition(|byte| *byte == b'\n') {
            let rest = self.held.split_off(end + 1);
            let lines = std::mem::replace(&mut self.held, rest);
            self.inner.write_all(&spelled(&lines, self.format))?;
        }
        if self.held.len() > MAX_HELD {
            self.release(false)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.release(false)?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Output<W> {
    fn drop(&mut self) {
        let _ = self.release(true).and_then(|()| self.inner.flush());
    }
}

/// ASCII that a terminal shows, in lines.
fn is_harmless(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t'))
}

/// How many bytes there are without a last letter that may not be whole.
fn whole_letters(bytes: &[u8]) -> usize {
    let from = bytes.len().saturating_sub(3);
    let is_unfinished = |at: &usize| std::str::from_utf8(&bytes[*at..]).is_err_and(|error| error.error_len().is_none());
    (from..bytes.len()).find(is_unfinished).unwrap_or(bytes.len())
}

fn spelled(bytes: &[u8], format: Format) -> Vec<u8> {
    if is_harmless(bytes) {
        return bytes.to_vec();
    }
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for line in chunk.valid().split_inclusive(['\n', '\t']) {
            let (text, end) = line.split_at(line.trim_end_matches(['\n', '\t']).len());
            match format {
                Format::Text => out.push_str(&text::string(text)),
                Format::Styled => spell_styled(text, &mut out),
                Format::Json => spell_json(text, &mut out),
            }
            out.push_str(end);
        }
        out.push_str(&text::by_bytes(chunk.invalid()));
    }
    out.into_bytes()
}

/// SGR alone stays: ESC, `[`, digits and semicolons, `m`.
fn spell_styled(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find("\x1b[") {
        let (before, sequence) = rest.split_at(at);
        let length = 2 + sequence[2..].bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b';').count();
        let is_sgr = sequence[length..].starts_with('m');
        let (sequence, after) = sequence.split_at(if is_sgr { length + 1 } else { 1 });
        out.push_str(&text::string(before));
        out.push_str(&if is_sgr { sequence.to_owned() } else { text::string(sequence) });
        rest = after;
    }
    out.push_str(&text::string(rest));
}

fn spell_json(text: &str, out: &mut String) {
    for letter in text::text(text) {
        if !letter.is_escape {
            out.push_str(&letter.text);
            continue;
        }
        let hidden = &text[letter.at..letter.at + letter.len];
        out.extend(hidden.encode_utf16().map(|unit| format!("\\u{unit:04x}")));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(parts: &[&[u8]], format: Format) -> String {
        let mut bytes = Vec::new();
        let mut output = Output::new(&mut bytes, format);
        for part in parts {
            output.write_all(part).unwrap();
            output.flush().unwrap();
        }
        drop(output);
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn what_a_terminal_acts_on_is_spelled_and_lines_stay_lines() {
        assert_eq!(written(&[b"a\x1b]52;c;x\x07b\n\tc\r\n"], Format::Text), "a\\x1b]52;c;x\\x07b\n\tc\\x0d\n");
        assert_eq!(
            written(&["\u{202e}\u{200b}\u{e0041}\n".as_bytes()], Format::Text).matches("\\x").count(),
            3 + 3 + 4
        );
        assert_eq!(written(&[b"\xff\xc3", b"\xa9\n"], Format::Text), "\\xffé\n");
        assert_eq!(written(&[b"cut \xe2\x80"], Format::Text), "cut \\xe2\\x80");
    }

    #[test]
    fn marks_do_not_pile_up() {
        let shown = written(&[format!("e\u{301} x{}\n", "\u{301}".repeat(50)).as_bytes()], Format::Text);
        assert!(shown.starts_with("e\u{301} x\\xcc\\x81"), "{shown}");
    }

    #[test]
    fn only_colours_stay_where_colours_are_meant() {
        let text = b"\x1b[1;31mred\x1b[0m \x1b[2J \x1b]52;c;x\x07 \x1b[m\n";
        assert_eq!(written(&[text], Format::Styled), "\x1b[1;31mred\x1b[0m \\x1b[2J \\x1b]52;c;x\\x07 \x1b[m\n");
    }

    #[test]
    fn json_means_the_same() {
        let value = serde_json::json!({ "name": "a\u{202e}\u{e0041}é\u{85}" });
        let shown = written(&[format!("{value}\n").as_bytes()], Format::Json);
        assert!(!shown.contains(['\u{202e}', '\u{e0041}', '\u{85}']), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }

    proptest! {
        #[test]
        fn however_it_is_cut_nothing_raw_comes_out(source: Vec<u8>, at: prop::sample::Index) {
            let (one, other) = source.split_at(at.index(source.len() + 1));
            for format in [Format::Text, Format::Json, Format::Styled] {
                let shown = written(&[one, other], format);
                let is_raw = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
                let without = if format == Format::Styled { shown.replace("\x1b[", "") } else { shown };
                prop_assert!(!without.chars().any(is_raw));
            }
        }
    }
}
