//! Which lines of the trace are seen: those that have all the words that were typed. A task, a channel, a call, an error are words
//! of the line; `-word` keeps the lines without it.

/// Words that a line has to have, and words that it may not have, all in lower case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceFilter {
    text: String,
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

impl TraceFilter {
    /// What was typed.
    pub fn of(text: &str) -> Self {
        let mut filter = Self { text: text.to_owned(), ..Self::default() };
        for word in text.to_lowercase().split_whitespace() {
            match word.strip_prefix('-') {
                // A word that is not finished.
                Some("") => {}
                // An error's number, not a word: `= -1 EAGAIN`.
                Some(rest) if !rest.starts_with(|letter: char| letter.is_ascii_digit()) => {
                    filter.unwanted.push(rest.to_owned());
                }
                _ => filter.wanted.push(word.to_owned()),
            }
        }
        filter
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether every line is seen.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// Whether a line is seen; its statement is a part of it.
    pub fn takes(&self, text: &str, statement: Option<&str>) -> bool {
        if self.is_empty() {
            return true;
        }
        let line = format!("{text} {}", statement.unwrap_or_default()).to_lowercase();
        self.wanted.iter().all(|word| line.contains(word)) && !self.unwanted.iter().any(|word| line.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_all_words_in_any_case_and_none_that_is_not_wanted() {
        let (line, statement) = (" child1  read(wire[1], NULL, 4096) = -1 EAGAIN", Some("child1: drain wire[1]"));
        let cases = [
            ("", true),
            ("child1 read", true),
            ("EAGAIN wire[1]", true),
            ("eagain", true),
            ("drain", true),
            ("-1", true),
            ("child1 -eagain", false),
            ("child1 -epipe", true),
            ("child1 write", false),
            ("-", true),
        ];
        for (text, is_taken) in cases {
            assert_eq!(TraceFilter::of(text).takes(line, statement), is_taken, "{text:?}");
        }
    }
}
