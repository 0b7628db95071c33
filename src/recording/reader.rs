//! A recording file read line by line, no matter who wrote it: each line is checked, and what is wrong is told with its number. It takes
//! as much memory as the longest line.

use crate::abi::reason;
use std::fmt;
use std::io::{self, BufRead, Read};

use super::entry::RecordingEntry;
use super::file::{Counts, FirstLine, Header, VERSION};

/// The longest line, in bytes.
pub const MAX_LINE: usize = 1024 * 1024;
/// The most lines: some millions of calls.
pub const MAX_LINES: u64 = 20_000_000;

/// Why a file cannot be taken, and the line on which that is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Counted from 1.
    pub line: u64,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.what)
    }
}

/// A file of which some lines have been read.
#[derive(Debug)]
pub struct RecordingReader<R> {
    input: R,
    buffer: Vec<u8>,
    line: u64,
    counts: Counts,
    is_over: bool,
}

impl<R: BufRead> RecordingReader<R> {
    /// Reads the first line.
    pub fn open(input: R) -> Result<(Self, Header), Fault> {
        let mut reader = Self { input, buffer: Vec::new(), line: 0, counts: Counts::default(), is_over: false };
        let has_line = reader.next_line()?;
        let foreign = |what: &str| format!("this is no recording of tincans: {what}");
        if !has_line {
            return Err(reader.fault(foreign("it is empty")));
        }
        match serde_json::from_slice::<FirstLine>(&reader.buffer) {
            Ok(FirstLine { recording }) if recording.version == VERSION => Ok((reader, recording)),
            Ok(FirstLine { recording }) => {
                let version = recording.version;
                let what = format!("its format is version {version}, this program reads version {VERSION}");
                Err(reader.fault(what))
            }
            Err(error) => Err(reader.fault(foreign(&format!("its first line is no header: {}", short(&error))))),
        }
    }

    /// The next entry; none after the last one of a whole file.
    pub fn next_entry(&mut self) -> Result<Option<RecordingEntry>, Fault> {
        let has_line = self.next_line()?;
        if self.is_over {
            return if has_line {
                Err(self.fault("the recording ended on the line before this".to_owned()))
            } else {
                Ok(None)
            };
        }
        if !has_line {
            return Err(self.fault("the recording was cut off: its last line is missing".to_owned()));
        }
        let entry: RecordingEntry = match serde_json::from_slice(&self.buffer) {
            Ok(entry) => entry,
            Err(error) => return Err(self.fault(format!("this is no line of a recording: {}", short(&error)))),
        };
        if let RecordingEntry::End(footer) = &entry {
            self.is_over = true;
            let Counts { lines, records } = self.counts;
            if (footer.lines, footer.records) != (lines, records) {
                return Err(self.fault(format!(
                    "lines are missing: there were {} with {} records, and {lines} with {records} are here",
                    footer.lines, footer.records
                )));
            }
        } else {
            self.counts.add(&entry);
        }
        Ok(Some(entry))
    }

    /// What is wrong with the line that was read last.
    pub fn fault(&self, what: String) -> Fault {
        Fault { line: self.line.max(1), what }
    }

    /// False at the end of the file.
    fn next_line(&mut self) -> Result<bool, Fault> {
        self.buffer.clear();
        self.line += 1;
        if self.line > MAX_LINES {
            return Err(self.fault(format!("it has more than {MAX_LINES} lines")));
        }
        let most = MAX_LINE as u64 + 1;
        let read = (&mut self.input).take(most).read_until(b'\n', &mut self.buffer);
        let count = read.map_err(|error| self.fault(told(&error)))?;
        if count == 0 {
            return Ok(false);
        }
        if self.buffer.last() == Some(&b'\n') {
            self.buffer.pop();
            return Ok(true);
        }
        let is_long = count as u64 == most;
        let what = if is_long { format!("the line has more than {MAX_LINE} bytes") } else { CUT_LINE.to_owned() };
        Err(self.fault(what))
    }
}

/// What the end of a file in the middle of a line means.
const CUT_LINE: &str = "the recording was cut off in the middle of this line";

fn told(error: &io::Error) -> String {
    format!("it cannot be read: {}", reason(error))
}

/// Without the place, which is told before it; of a long list of words that would be right the beginning.
fn short(error: &serde_json::Error) -> String {
    const MOST: usize = 160;
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(&*text, |parts| parts.0);
    let mut short: String = what.chars().take(MOST).collect();
    if short.len() < what.len() {
        short.push('…');
    }
    format!("column {}: {short}", error.column())
}
