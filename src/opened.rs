//! What is kept as a file, opened: read as a whole to be looked at, or shown as lines while it is read.

mod log;
mod ran;

use std::io::{self, BufRead, Read, Write};
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr};
use serde_json::json;

use crate::app::transcript::MAX_ROWS;
use crate::lesson::Lesson;
use crate::recording::Recording;
use crate::recording::entry::RecordingEntry;
use crate::recording::file::{Header, SourceKind};
use crate::recording::reader::{Fault, RecordingReader};
use crate::recording::replay::Replay;
use crate::runner;
use crate::script::{MAX_SCRIPT, Statement, parse};
use crate::session::Settings;
use crate::strace_log;
use crate::trace::{Event, json, strace};

/// How reading ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenOutcome {
    /// All was shown.
    Whole,
    /// Nobody reads the output any more.
    NobodyReads,
    /// It cannot be taken, from this line on.
    Broken(Fault),
}

/// What a file holds, as far as its beginning tells. One answer for `open`, `export` and every source that is a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contents {
    /// A recording, its header is JSON; or nothing at all, of which reading says so.
    Recording,
    /// A log of strace.
    StraceLog,
    /// Neither: a script or a lesson, if it is of use at all.
    Other,
}

impl Contents {
    /// Of a file with this beginning.
    pub fn of(begin: &[u8]) -> Self {
        if matches!(begin.first(), Some(b'{') | None) {
            Self::Recording
        } else if strace_log::is_strace_log(begin) {
            Self::StraceLog
        } else {
            Self::Other
        }
    }
}

/// A recording that was read.
#[derive(Debug)]
pub struct Opened {
    /// By which it is called: of a script its file.
    pub name: String,
    /// What it is of.
    pub header: Header,
    /// What has happened.
    pub recording: Recording,
    /// The last events, in the order in which they are printed.
    pub events: Vec<Event>,
    /// The statements that made it, since the last empty bench.
    pub statements: Vec<Statement>,
    /// The line of the last `reset`: what was done before it is not in the recording.
    pub reset: Option<u32>,
}

/// What is said of a file that is neither.
const NO_RECORDING: &str = "this is no recording of tincans and no log of `strace -f`: \
    `tincans run` runs a script, `tincans learn` a lesson";

/// What is said of a file beside its events: what it lacks, what was not understood.
pub type Remarks = Vec<String>;

/// A recording or a log, read as a whole.
pub fn read(name: &str, mut input: impl BufRead) -> Result<Result<(Opened, Remarks), Fault>> {
    let unreadable = || format!("{name} cannot be read");
    Ok(match Contents::of(input.fill_buf().wrap_err_with(unreadable)?) {
        Contents::Recording => load(input).map(|opened| (opened, Remarks::new())),
        Contents::StraceLog => Ok(log::load(name, &mut input).wrap_err_with(unreadable)?),
        Contents::Other => Err(neither()),
    })
}

/// A recording or a log, shown as lines while it is read: what was read before a fault is shown.
pub fn show(name: &str, mut input: impl BufRead, is_json: bool, out: &mut dyn Write) -> Result<(OpenOutcome, Remarks)> {
    let contents = Contents::of(input.fill_buf().wrap_err_with(|| format!("{name} cannot be read"))?);
    match contents {
        Contents::Recording => Ok((show_recording(input, is_json, out)?, Remarks::new())),
        Contents::StraceLog => log::show(name, &mut input, is_json, out),
        Contents::Other => Ok((OpenOutcome::Broken(neither()), Remarks::new())),
    }
}

fn neither() -> Fault {
    Fault { line: 1, what: NO_RECORDING.to_owned() }
}

/// Reads all of it.
fn load(input: impl BufRead) -> Result<Opened, Fault> {
    let (mut reader, header) = RecordingReader::open(input)?;
    let mut replay = Replay::new(&header, true);
    let (mut events, mut statements) = (Vec::<Event>::new(), Vec::<Statement>::new());
    let mut reset = None;
    while let Some(entry) = reader.next_entry()? {
        match &entry {
            RecordingEntry::Bench(_) => {
                reset = statements.last().map(|statement| statement.line).or(reset);
                events.clear();
                statements.clear();
            }
            RecordingEntry::Statement { line, text } => statements.extend(parse::statement(text, *line).ok().flatten()),
            RecordingEntry::Record(_)
            | RecordingEntry::Observed(_)
            | RecordingEntry::Settled(_)
            | RecordingEntry::Spontaneous {}
            | RecordingEntry::Checked(_)
            | RecordingEntry::End(_) => {}
        }
        events.extend(replay.take(entry).map_err(|what| reader.fault(what))?);
        if events.len() > 2 * MAX_ROWS {
            events.drain(..events.len() - MAX_ROWS);
        }
    }
    let name = header.argv.last().unwrap_or(&header.program).clone();
    Ok(Opened { name, header, recording: replay.into_recording(), events, statements, reset })
}

/// Whatever a file is: a recording or a log of strace is read, a script or a lesson is run now.
pub fn take(name: &str, mut input: impl BufRead, settings: Settings) -> Result<Result<Opened, Fault>> {
    match Contents::of(input.fill_buf().wrap_err("it cannot be read")?) {
        Contents::Recording | Contents::StraceLog => Ok(read(name, input)?.map(|(opened, _)| opened)),
        Contents::Other => run_text(name, input, settings),
    }
}

/// A script or a lesson, run now.
fn run_text(name: &str, input: impl BufRead, settings: Settings) -> Result<Result<Opened, Fault>> {
    let mut source = Vec::new();
    input.take(MAX_SCRIPT as u64 + 1).read_to_end(&mut source).wrap_err("it cannot be read")?;
    match ran::statements(name, &source) {
        Ok(statements) => {
            let opened = ran::run(name, statements, settings, None)?;
            Ok(opened.ok_or_else(endless))
        }
        Err(fault) => Ok(Err(fault)),
    }
}

/// A lesson, run now.
pub fn lesson(lesson: Lesson, settings: Settings) -> Result<Result<Opened, Fault>> {
    let name = lesson.id.clone();
    Ok(ran::run(&name, ran::of_lesson(lesson), settings, None)?.ok_or_else(endless))
}

/// How long the run of a string may take: it may come from anybody.
const PATIENCE: Duration = Duration::from_secs(20);

/// A script that came as a string, run now.
pub fn shared(name: &str, script: &str, settings: Settings) -> Result<Result<Opened, Fault>> {
    match ran::statements("shared.tin", script.as_bytes()) {
        Ok(statements) => Ok(ran::run(name, statements, settings, Some(PATIENCE))?.ok_or_else(endless)),
        Err(fault) => Ok(Err(fault)),
    }
}

fn endless() -> Fault {
    Fault { line: 1, what: format!(" it does not come to its end within {} s", PATIENCE.as_secs()) }
}

/// Its events as lines.
pub fn print(opened: &Opened, is_json: bool, out: &mut dyn Write) -> io::Result<()> {
    for event in &opened.events {
        if is_json {
            writeln!(out, "{}", json::line(event))?;
        } else {
            strace::lines(event).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
    }
    out.flush()
}

fn show_recording(input: impl BufRead, is_json: bool, out: &mut dyn Write) -> Result<OpenOutcome> {
    let (mut reader, header) = match RecordingReader::open(input) {
        Ok(opened) => opened,
        Err(fault) => return Ok(OpenOutcome::Broken(fault)),
    };
    let options = runner::Options { json: is_json, every_call: header.every_call, ..runner::Options::default() };
    let source = if is_json { writeln!(out, "{}", source(&header)) } else { Ok(()) };
    let mut replay = Replay::new(&header, false);
    let mut shown = source;
    loop {
        match shown {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(OpenOutcome::NobodyReads),
            other => other.wrap_err("the recording could not be shown")?,
        }
        let entry = match reader.next_entry() {
            Ok(Some(entry)) => entry,
            Ok(None) => return Ok(OpenOutcome::Whole),
            Err(fault) => return Ok(OpenOutcome::Broken(fault)),
        };
        let is_end = matches!(entry, RecordingEntry::End(_));
        let events = match replay.take(entry) {
            Ok(events) => events,
            Err(what) => return Ok(OpenOutcome::Broken(reader.fault(what))),
        };
        shown = if is_end && !is_json { Ok(()) } else { runner::write(&events, options, out) };
    }
}

/// The event that says where all others come from.
fn source(header: &Header) -> String {
    let made_by = match header.source {
        SourceKind::Bench => "bench",
        SourceKind::Watch => "watch",
        SourceKind::Strace => "strace",
    };
    let event = json!({
        "event": "source", "kind": "recording", "program": header.program, "argv": header.argv,
        "kernel": header.kernel, "made_by": made_by, "started": header.started,
    });
    json::spelled(event.to_string())
}
