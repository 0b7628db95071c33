//! A log of strace, opened: as a whole to be looked at, or shown as lines while it is read.

use std::io::{self, BufRead, Read, Write};

use color_eyre::eyre::{Result, WrapErr};
use serde_json::json;

use crate::app::transcript::MAX_ROWS;
use crate::recording::file::{Header, SourceKind, VERSION};
use crate::recording::{Keeping, Recording};
use crate::runner;
use crate::strace_log::{Importer, LONGEST_LINE};
use crate::trace::{Event, Record};

use super::{OpenOutcome, Opened, Remarks};

/// Reads all of it.
pub fn load(name: &str, input: &mut dyn BufRead) -> io::Result<(Opened, Remarks)> {
    let mut recording = Recording::new(keeping(true));
    let mut events: Vec<Event> = Vec::new();
    let importer = read(input, |records| {
        for record in records {
            recording.fold(record);
            events.extend(recording.settle_spontaneous());
        }
        if events.len() > 2 * MAX_ROWS {
            events.drain(..events.len() - MAX_ROWS);
        }
        Ok(())
    })?;
    let opened =
        Opened { name: name.to_owned(), header: header(name), recording, events, statements: Vec::new(), reset: None };
    Ok((opened, remarks(&importer)))
}

/// Shows it as lines while it is read.
pub fn show(name: &str, input: &mut dyn BufRead, is_json: bool, out: &mut dyn Write) -> Result<(OpenOutcome, Remarks)> {
    let options = runner::Options { json: is_json, ..runner::Options::default() };
    let mut recording = Recording::new(keeping(false));
    if is_json {
        let source = json!({ "event": "source", "kind": "strace", "program": name, "argv": [], "kernel": null });
        writeln!(out, "{}", crate::trace::json::spelled(source.to_string())).wrap_err("the log could not be shown")?;
    }
    let shown = read(input, |records| {
        for record in records {
            recording.fold(record);
            runner::write(&recording.settle_spontaneous(), options, out)?;
        }
        Ok(())
    });
    match shown {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok((OpenOutcome::NobodyReads, Vec::new())),
        other => {
            let mut said = remarks(&other.wrap_err("the log could not be shown")?);
            if cfg!(debug_assertions) {
                said.extend(recording.world().contradictions().map(|found| format!("ledger: {found}")));
            }
            Ok((OpenOutcome::Whole, said))
        }
    }
}

fn keeping(past: bool) -> Keeping {
    Keeping { every_call: false, past, events: usize::MAX, unwritten: false, statements: false }
}

fn header(name: &str) -> Header {
    Header {
        version: VERSION,
        tincans: env!("CARGO_PKG_VERSION").to_owned(),
        kernel: String::new(),
        source: SourceKind::Strace,
        program: name.to_owned(),
        argv: Vec::new(),
        started: 0,
        every_call: false,
        events_kept: usize::MAX,
    }
}

/// Line by line; of a line that is too long the beginning is taken.
fn read(input: &mut dyn BufRead, mut take: impl FnMut(Vec<Record>) -> io::Result<()>) -> io::Result<Importer> {
    let mut importer = Importer::default();
    let most = u64::try_from(LONGEST_LINE).unwrap_or(u64::MAX);
    let mut line = Vec::new();
    loop {
        line.clear();
        if (&mut *input).take(most).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        let mut records = Vec::new();
        importer.line(line.strip_suffix(b"\n").unwrap_or(&line), &mut records);
        take(records)?;
    }
    let mut records = Vec::new();
    importer.end(&mut records);
    take(records)?;
    Ok(importer)
}

fn remarks(importer: &Importer) -> Remarks {
    let mut found: Remarks = importer.lacks().into_iter().map(str::to_owned).collect();
    if !found.is_empty() {
        found.push(format!("a log that has it all is made by: {}", crate::strace_log::COMMAND));
    }
    match importer.unknown_lines() {
        0 => {}
        1 => found.push(format!("1 line of {} was not understood", importer.lines())),
        many => found.push(format!("{many} lines of {} were not understood", importer.lines())),
    }
    found
}
