//! The recording file: one JSON object a line. First what it is of, then the entries, at last how many there were; a file that
//! has no such end was cut off. `docs/recording.md` is its description.

use serde::{Deserialize, Serialize};

use crate::trace::{Summary, json};

use super::Keeping;
use super::entry::{Footer, RecordingEntry};

/// The version of the format. A program reads those up to its own.
pub const VERSION: u32 = 1;

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstLine {
    /// Its only key, by which such a file is known.
    pub recording: Header,
}

/// What a recording is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`VERSION`].
    pub version: u32,
    /// The version of the program that wrote it.
    pub tincans: String,
    /// `uname -r`.
    pub kernel: String,
    /// Who made the calls.
    pub source: SourceKind,
    /// The program that was run.
    pub program: String,
    /// What it was given.
    pub argv: Vec<String>,
    /// Seconds since 1970.
    pub started: u64,
    /// Each call of a loop is an event of its own.
    pub every_call: bool,
    /// Events of one statement beyond which the calls of a `reader` were counted only.
    pub events_kept: usize,
}

/// What has given the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// The bench's own agents, by statements.
    Bench,
    /// A program that was watched.
    Watch,
    /// A log of strace(1).
    Strace,
}

/// Counts what is written, for the last line.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Entries.
    pub lines: u64,
    /// Of them, records.
    pub records: u64,
}

impl Header {
    /// How the recording is made that the file is read into.
    pub fn keeping(&self, past: bool) -> Keeping {
        Keeping { every_call: self.every_call, past, events: self.events_kept, unwritten: false, statements: !past }
    }

    /// As the first line.
    pub fn line(self) -> String {
        line(&FirstLine { recording: self })
    }
}

impl Counts {
    /// One entry as a line.
    pub fn line(&mut self, entry: &RecordingEntry) -> String {
        self.add(entry);
        line(entry)
    }

    /// One entry more.
    pub fn add(&mut self, entry: &RecordingEntry) {
        self.lines += 1;
        self.records += u64::from(matches!(entry, RecordingEntry::Record(_)));
    }

    /// The last line.
    pub fn end(self, summary: Summary) -> String {
        line(&RecordingEntry::End(Footer { lines: self.lines, records: self.records, summary }))
    }
}

/// What a terminal would act on is spelled, so that `head` may show it. All of it is plain data, which serde_json never refuses.
fn line(of: &impl Serialize) -> String {
    let mut text = json::spelled(serde_json::to_string(of).unwrap_or_default());
    text.push('\n');
    text
}
