//! One line cut into words, each with the place where it stands, and bytes written as a string of the language. What the
//! words mean is not known here.

use std::fmt::{self, Write as _};

use crate::text::is_hidden;

/// Why a line is not a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Counted from 1.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ParseError {}

/// One word of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Counted from 1, in characters.
    pub column: u32,
    /// As written, quotes and escapes included.
    pub text: String,
    /// What it is.
    pub kind: WordKind,
    /// Where it stands in the line, in bytes.
    pub span: std::ops::Range<usize>,
}

/// The kinds of word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WordKind {
    /// Letters as they stand.
    Bare,
    /// `"text"`, `3*"text"`, `to="text"`.
    Quoted {
        /// `3*`, `to=`, `from=` or nothing.
        before: String,
        /// Escapes resolved.
        bytes: Vec<u8>,
    },
    /// `=>`.
    Arrow,
    /// `,` among expectations.
    Comma,
}

/// A line in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WordLine {
    /// Before `=>`.
    pub words: Vec<Word>,
    /// `=>`, if there is one.
    pub arrow: Option<Word>,
    /// After it, commas included.
    pub wants: Vec<Word>,
}

impl Word {
    /// The column right after it.
    pub fn end(&self) -> u32 {
        self.column.saturating_add(u32::try_from(self.text.chars().count()).unwrap_or(u32::MAX))
    }

    /// Whether it is this bare word.
    pub fn is(&self, text: &str) -> bool {
        self.kind == WordKind::Bare && self.text == text
    }
}

/// Cuts one line, without its newline, into words.
pub fn split(text: &str, line: u32) -> Result<WordLine, ParseError> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut lexer = Lexer { text, chars, at: 0, line, expecting: false };
    lexer.refuse_controls()?;
    let mut cut = WordLine::default();
    while let Some(word) = lexer.word()? {
        match (&word.kind, lexer.expecting) {
            (WordKind::Arrow, false) => {
                lexer.expecting = true;
                cut.arrow = Some(word);
            }
            (WordKind::Arrow, true) => {
                return Err(lexer.error(word.column, "`=>` stands once, with a comma between expectations"));
            }
            (WordKind::Bare | WordKind::Quoted { .. } | WordKind::Comma, true) => cut.wants.push(word),
            (WordKind::Bare | WordKind::Quoted { .. } | WordKind::Comma, false) => cut.words.push(word),
        }
    }
    Ok(cut)
}

/// Bytes as a string of the language, quotes included; reads back as the same bytes.
pub fn quote(bytes: &[u8]) -> String {
    let mut out = String::from("\"");
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\n' => out.push_str("\\n"),
                '\t' => out.push_str("\\t"),
                '\0' => out.push_str("\\0"),
                '\\' => out.push_str("\\\\"),
                '"' => out.push_str("\\\""),
                ' '..='~' => out.push(letter),
                other if other.is_alphanumeric() => out.push(other),
                other => other.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| hex_escape(&mut out, byte)),
            }
        }
        chunk.invalid().iter().for_each(|&byte| hex_escape(&mut out, byte));
    }
    out.push('"');
    out
}

fn hex_escape(out: &mut String, byte: u8) {
    // Writing to a String cannot fail.
    let _ = write!(out, "\\x{byte:02x}");
}

struct Lexer<'a> {
    text: &'a str,
    chars: Vec<(usize, char)>,
    at: usize,
    line: u32,
    expecting: bool,
}

impl Lexer<'_> {
    fn error(&self, column: u32, message: impl Into<String>) -> ParseError {
        ParseError { line: self.line, column, message: message.into() }
    }

    fn column(&self) -> u32 {
        u32::try_from(self.at).map_or(u32::MAX, |at| at.saturating_add(1))
    }

    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).map(|pair| pair.1)
    }

    fn offset(&self) -> usize {
        self.chars.get(self.at).map_or(self.text.len(), |pair| pair.0)
    }

    fn refuse_controls(&self) -> Result<(), ParseError> {
        let Some(at) = self.chars.iter().position(|&(_, c)| c != '\t' && is_hidden(c)) else { return Ok(()) };
        let code = u32::from(self.chars[at].1);
        let column = u32::try_from(at).map_or(u32::MAX, |at| at.saturating_add(1));
        Err(self
            .error(column, format!("U+{code:04X} is a character that cannot be seen, write it as \\xNN in a string")))
    }

    fn word(&mut self) -> Result<Option<Word>, ParseError> {
        while matches!(self.peek(), Some(' ' | '\t')) {
            self.at += 1;
        }
        let (column, from) = (self.column(), self.offset());
        let kind = match self.peek() {
            None | Some('#') => return Ok(None),
            Some(',') if self.expecting => {
                self.at += 1;
                WordKind::Comma
            }
            Some(_) => self.letters(from)?,
        };
        let span = from..self.offset();
        let text = self.text[span.clone()].to_owned();
        let kind = if kind == WordKind::Bare && text == "=>" { WordKind::Arrow } else { kind };
        if kind == WordKind::Bare && text.starts_with("=>") {
            return Err(self.error(column, "`=>` stands alone, put a space after it"));
        }
        Ok(Some(Word { column, text, kind, span }))
    }

    fn letters(&mut self, from: usize) -> Result<WordKind, ParseError> {
        while let Some(letter) = self.peek() {
            let so_far = &self.text[from..self.offset()];
            match letter {
                ' ' | '\t' => break,
                // `sv=-1,-1` is one expectation.
                ',' if self.expecting && (so_far.contains(',') || !so_far.starts_with("sv=")) => break,
                '"' if so_far.is_empty() || so_far.ends_with('*') || ["to=", "from="].contains(&so_far) => {
                    let before = so_far.to_owned();
                    return Ok(WordKind::Quoted { before, bytes: self.string()? });
                }
                '"' => {
                    let message = "a quote inside a word, put the whole word in quotes and write \\\" inside";
                    return Err(self.error(self.column(), message));
                }
                other if other.is_whitespace() => {
                    let message = format!("U+{:04X} is not a space here, write a plain one", u32::from(other));
                    return Err(self.error(self.column(), message));
                }
                _ => self.at += 1,
            }
        }
        Ok(WordKind::Bare)
    }

    fn string(&mut self) -> Result<Vec<u8>, ParseError> {
        let opened = self.column();
        self.at += 1;
        let mut bytes = Vec::new();
        loop {
            match self.peek() {
                None => return Err(self.error(opened, "the string has no end, close it with \"")),
                Some('"') => break,
                Some('\\') => bytes.push(self.escape()?),
                Some(letter) => {
                    bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                    self.at += 1;
                }
            }
        }
        self.at += 1;
        match self.peek() {
            None | Some(' ' | '\t') => Ok(bytes),
            Some(',') if self.expecting => Ok(bytes),
            Some(_) => Err(self.error(self.column(), "something is glued to the string, put a space after it")),
        }
    }

    fn escape(&mut self) -> Result<u8, ParseError> {
        let column = self.column();
        self.at += 1;
        let letter = self.peek();
        self.at += 1;
        match letter {
            Some('n') => Ok(b'\n'),
            Some('t') => Ok(b'\t'),
            Some('0') => Ok(0),
            Some('\\') => Ok(b'\\'),
            Some('"') => Ok(b'"'),
            Some('x') => {
                let digit = |at: usize| self.chars.get(at).and_then(|pair| pair.1.to_digit(16));
                let (Some(high), Some(low)) = (digit(self.at), digit(self.at + 1)) else {
                    return Err(self.error(column, "\\x needs two hexadecimal digits, as in \\x0a"));
                };
                self.at += 2;
                Ok(u8::try_from(high * 16 + low).unwrap_or(0))
            }
            _ => Err(self.error(column, "no such escape, there are \\n \\t \\0 \\\\ \\\" \\xNN")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(words: &[Word]) -> Vec<(u32, &str)> {
        words.iter().map(|word| (word.column, word.text.as_str())).collect()
    }

    #[test]
    fn words_know_their_columns_in_characters() {
        let line = split("write chat[0] \"é x\" é  # more", 1).unwrap();
        assert_eq!(texts(&line.words), [(1, "write"), (7, "chat[0]"), (15, "\"é x\""), (21, "é")]);
    }

    #[test]
    fn commas_separate_expectations_only() {
        let line = split("sendmsg a[0] x fds=a[0],b[1] => \"a,b => c\", sv=-1,-1, 3", 1).unwrap();
        assert_eq!(line.words[3].text, "fds=a[0],b[1]");
        let wants: Vec<_> = line.wants.iter().map(|word| word.text.as_str()).collect();
        assert_eq!(wants, ["\"a,b => c\"", ",", "sv=-1,-1", ",", "3"]);
    }

    #[test]
    fn errors_name_their_place() {
        for (text, column) in [
            ("write a[0] \"x", 12),
            ("write a[0] \"x\"y", 15),
            ("write a[0] \"\\q\"", 13),
            ("write a[0] \"\\x1\"", 13),
            ("write a[0] i\"x\"", 13),
            ("write\u{a0}a[0]", 6),
            ("write a[0] \u{1b}", 12),
            ("# \u{202e}", 3),
            ("read a[0] =>3", 11),
            ("read a[0] => 3 => 4", 16),
        ] {
            assert_eq!(split(text, 7).map_err(|e| (e.line, e.column)), Err((7, column)), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_quoted_reads_back_as_the_same_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let line = split(&quote(&bytes), 1).unwrap();
            prop_assert_eq!(&line.words[0].kind, &WordKind::Quoted { before: String::new(), bytes });
        }

        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let _ = split(&text, 1);
        }
    }
}
