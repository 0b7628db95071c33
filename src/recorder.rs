//! Writes a recording to a file, which must not be there yet: line by line while it is made, so that of a run that is killed
//! the beginning is kept. What cannot be written is a sentence for the person who asked.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::abi::reason;
use crate::recording::Keeping;
use crate::recording::entry::RecordingEntry;
use crate::recording::file::{Counts, Header, SourceKind, VERSION};
use crate::sys::kernel_release;
use crate::text;
use crate::trace::Summary;

/// Recordings of one folder that get a name by themselves.
const MOST_NAMES: u32 = 999;

/// A file that is being written.
#[derive(Debug)]
pub struct Recorder {
    out: BufWriter<File>,
    path: PathBuf,
    counts: Counts,
}

/// What is recorded: the program with its arguments, and who makes its calls.
#[derive(Debug, Clone)]
pub struct RecordedProgram {
    /// Who makes the calls.
    pub kind: SourceKind,
    /// The program.
    pub program: String,
    /// Its arguments.
    pub argv: Vec<String>,
}

impl Recorder {
    /// A new file with its first line.
    pub fn create(path: &Path, subject: RecordedProgram, keeping: Keeping) -> Result<Self, String> {
        let file = File::create_new(path).map_err(|error| objection(path, &error))?;
        let mut recorder =
            Self { out: BufWriter::with_capacity(64 * 1024, file), path: path.to_owned(), counts: Counts::default() };
        recorder.put(&header(subject, keeping).line())?;
        Ok(recorder)
    }

    /// The same under the first name that is free in a folder.
    pub fn create_in(folder: &Path, subject: &RecordedProgram, keeping: Keeping) -> Result<Self, String> {
        for number in 1..=MOST_NAMES {
            let path = folder.join(format!("bench-{number}.tincans"));
            if path.symlink_metadata().is_err() {
                return Self::create(&path, subject.clone(), keeping);
            }
        }
        Err(format!("{MOST_NAMES} recordings of the bench are in this folder already"))
    }

    /// What has come since the last call.
    pub fn write(&mut self, entries: impl IntoIterator<Item = RecordingEntry>) -> Result<(), String> {
        for entry in entries {
            let line = self.counts.line(&entry);
            self.put(&line)?;
        }
        Ok(())
    }

    /// The last line; then the file is whole. Gives its name.
    pub fn end(mut self, summary: Summary) -> Result<PathBuf, String> {
        let line = self.counts.end(summary);
        self.put(&line)?;
        self.out.flush().map_err(|error| self.unwritten(&error))?;
        Ok(self.path)
    }

    fn put(&mut self, line: &str) -> Result<(), String> {
        self.out.write_all(line.as_bytes()).map_err(|error| self.unwritten(&error))
    }

    fn unwritten(&self, error: &io::Error) -> String {
        format!("the recording is not whole: {}: {}", shown(&self.path), reason(error))
    }
}

/// What a recording that begins now is of.
pub fn header(RecordedProgram { kind, program, argv }: RecordedProgram, keeping: Keeping) -> Header {
    Header {
        version: VERSION,
        tincans: env!("CARGO_PKG_VERSION").to_owned(),
        kernel: kernel_release(),
        source: kind,
        program,
        argv,
        started: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        every_call: keeping.every_call,
        events_kept: keeping.events,
    }
}

fn objection(path: &Path, error: &io::Error) -> String {
    if error.kind() == ErrorKind::AlreadyExists {
        return format!("{}: {}", shown(path), reason(error));
    }
    format!("the recording cannot be written: {}: {}", shown(path), reason(error))
}

fn shown(path: &Path) -> String {
    text::string(&path.display().to_string())
}
