//! A situation, written once as a script with placeholders, and what it becomes on each kind of channel: a row of the matrix. The
//! rows themselves, which are data, are in `rows`; no answer is written down anywhere.

pub mod rows;

use std::fmt::Write as _;

use crate::kind::Kind;

/// Rows that are about one thing.
#[derive(Debug)]
pub struct MatrixGroup {
    /// The heading.
    pub title: &'static str,
    /// In the order they are shown.
    pub rows: &'static [MatrixRow],
}

/// One situation.
///
/// In its script `MAKE` makes the channel: `parent` holds `A`, its child `peer` holds `B`; bytes go from A to B. `TURNED` is the same
/// with `peer` at A; `PAIR` makes the two ends and no child; `TYPE` is the word of a socket's type. A statement that ends in `=> ?`
/// is asked; `=> ?n` says that a number in its answer belongs to this kernel, `=> ?others` asks only what became of the others.
#[derive(Debug)]
pub struct MatrixRow {
    /// One word, by which a person names it.
    pub id: &'static str,
    /// The situation, in a few words.
    pub title: &'static str,
    script: &'static str,
    pipes: Pipes,
}

/// What a pipe does where sockets do `script`.
#[derive(Debug, Clone, Copy)]
pub enum Pipes {
    /// The same.
    Same,
    /// This, which asks as many questions.
    Instead(&'static str),
    /// Nothing: it has no meaning there, for this reason.
    Meaningless(&'static str),
}

/// Which part of a statement's answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskedPart {
    /// All, and the numbers are the same on every kernel.
    All,
    /// All, and the number is this kernel's own.
    Number,
    /// What became of the other tasks; the own result is left open by the kernel.
    Others,
}

/// One line of a row's script, in one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixLine {
    /// The statement, with what the row itself expects, `=> $n`.
    pub text: String,
    /// The same with placeholders: what all columns have in common.
    pub label: String,
    /// Whether it is asked.
    pub asked: Option<AskedPart>,
}

/// What stands for a placeholder. Of a pipe, `[1]` is the end that is written to.
fn meaning(kind: Kind, placeholder: &str) -> Option<String> {
    let word = kind.word();
    Some(match placeholder {
        "A" => if kind.is_pipe() { "c[1]" } else { "c[0]" }.to_owned(),
        "B" => if kind.is_pipe() { "c[0]" } else { "c[1]" }.to_owned(),
        "MAKE" => format!("channel {word} c peer"),
        "TURNED" => format!("channel {word} c peer reverse"),
        "PAIR" if kind == Kind::Pipe => "pipe c".to_owned(),
        "PAIR" if kind == Kind::PacketPipe => "pipe c direct".to_owned(),
        "PAIR" => format!("socketpair {word} c"),
        "TYPE" => word.to_owned(),
        _ => return None,
    })
}

/// A statement for this kind of channel, its placeholders filled.
pub fn fill(kind: Kind, text: &str) -> String {
    let mut filled = String::new();
    for (at, word) in text.split(|letter: char| !letter.is_ascii_alphanumeric()).scan(0, |at, word| {
        let start = *at;
        *at += word.len() + 1;
        Some((start, word))
    }) {
        let after = text[at + word.len()..].chars().next().map_or(String::new(), String::from);
        let _ = write!(filled, "{}{after}", meaning(kind, word).unwrap_or_else(|| word.to_owned()));
    }
    filled
}

impl MatrixRow {
    /// A row that asks pipes the same.
    pub const fn new(id: &'static str, title: &'static str, script: &'static str) -> Self {
        Self { id, title, script, pipes: Pipes::Same }
    }

    /// Other lines for pipes, or none.
    #[must_use]
    pub const fn pipes(self, pipes: Pipes) -> Self {
        Self { pipes, ..self }
    }

    /// The lines in one column, or why there are none.
    pub fn lines(&self, column: Kind) -> Result<Vec<MatrixLine>, &'static str> {
        let script = match (self.pipes, column.is_pipe()) {
            (Pipes::Meaningless(reason), true) => return Err(reason),
            (Pipes::Instead(script), true) => script,
            _ => self.script,
        };
        Ok(script.lines().map(|line| MatrixLine::of(line, column)).collect())
    }

    /// Everything that a person may search for in it, in small letters: heading, name, title and statements.
    pub fn text(&self, heading: &str) -> String {
        format!("{heading}\n{}\n{}\n{}\n", self.id, self.title, self.script).to_lowercase()
    }

    /// The questions, in the words that all columns share.
    pub fn questions(&self) -> Vec<String> {
        let lines = self.lines(Kind::Stream).unwrap_or_default();
        lines.into_iter().filter(|line| line.asked.is_some()).map(|line| line.label).collect()
    }
}

impl MatrixLine {
    fn of(line: &str, column: Kind) -> Self {
        let (statement, asked) = match line.split_once(" => ?") {
            None => (line, None),
            Some((statement, "n")) => (statement, Some(AskedPart::Number)),
            Some((statement, "others")) => (statement, Some(AskedPart::Others)),
            Some((statement, _)) => (statement, Some(AskedPart::All)),
        };
        Self { text: fill(column, statement), label: statement.to_owned(), asked }
    }
}

#[cfg(test)]
mod tests {
    use super::rows::GROUPS;
    use super::*;
    use std::collections::BTreeSet;

    fn rows() -> impl Iterator<Item = &'static MatrixRow> {
        GROUPS.iter().flat_map(|group| group.rows)
    }

    #[test]
    fn placeholders_are_whole_words() {
        assert_eq!(fill(Kind::Pipe, "peer: sendmsg A AB fds=A,B # A:"), "peer: sendmsg c[1] AB fds=c[1],c[0] # c[1]:");
        assert_eq!(fill(Kind::Dgram, "MAKE"), "channel dgram c peer");
    }

    #[test]
    fn every_row_has_a_name_of_its_own_and_asks_the_same_of_each_column() {
        let names: BTreeSet<&str> = rows().map(|row| row.id).collect();
        assert_eq!(names.len(), rows().count());
        assert!(names.len() >= 40, "{} rows", names.len());
        for row in rows() {
            for column in Kind::CHANNELS {
                let Ok(lines) = row.lines(column) else { continue };
                let asked = lines.iter().filter(|line| line.asked.is_some()).count();
                assert_eq!(asked, row.questions().len(), "{} {}", row.id, column.word());
                assert!(asked > 0, "{}", row.id);
            }
        }
    }

    #[test]
    fn every_row_parses_in_every_column() {
        for row in rows() {
            for column in Kind::CHANNELS {
                for line in row.lines(column).unwrap_or_default() {
                    let parsed = crate::script::parse::statement(&line.text, 1);
                    assert!(matches!(parsed, Ok(Some(_))), "{} {}: {}", row.id, column.word(), line.text);
                }
            }
        }
    }
}
