//! Recording files: any bytes are taken or told with a line, in bounded time; what any trace gives is written and read back to the
//! same entries and the same events.

use tincans::recording::entry::{RecordingEntry, Settled};
use tincans::recording::file::{Counts, Header, SourceKind, VERSION};
use tincans::recording::reader::{Fault, RecordingReader};
use tincans::recording::replay::Replay;
use tincans::recording::{Keeping, Recording};
use tincans::trace::{Event, Summary, json, strace};
use tincans::world::Machine;

use super::assert_harmless;
use super::tape;

/// The first byte says whether the others are a whole file, what comes after a right first line, or a trace.
pub fn check(data: &[u8]) {
    let Some((&choice, data)) = data.split_first() else { return };
    match choice % 3 {
        0 => drop(read(data)),
        1 => drop(read(&[header().line().as_bytes(), data].concat())),
        _ => comes_back(data),
    }
}

fn header() -> Header {
    Header {
        version: VERSION,
        tincans: "0".to_owned(),
        kernel: "6".to_owned(),
        source: SourceKind::Bench,
        program: "tincans".to_owned(),
        argv: Vec::new(),
        started: 0,
        every_call: false,
        events_kept: 1000,
    }
}

/// All entries and events of a file.
fn read(bytes: &[u8]) -> Result<(Vec<RecordingEntry>, Vec<Event>), Fault> {
    let (mut reader, header) = RecordingReader::open(bytes)?;
    let mut replay = Replay::new(&header, true);
    let (mut entries, mut events) = (Vec::new(), Vec::new());
    while let Some(entry) = reader.next_entry()? {
        entries.push(entry.clone());
        for event in replay.take(entry).map_err(|what| reader.fault(what))? {
            assert_harmless(&json::line(&event), "JSON");
            drop(strace::lines(&event));
            events.push(event);
        }
    }
    let recording = replay.into_recording();
    let history = recording.history().expect("it is kept");
    drop(history.look(history.newest() / 2, 16));
    Ok((entries, events))
}

/// A trace is written, entry by entry, and read.
fn comes_back(data: &[u8]) {
    let keeping = Keeping { every_call: false, past: false, events: 1000, unwritten: true, statements: true };
    let mut recording = Recording::new(keeping);
    recording.begin_bench(Machine::default());
    let mut shown = Vec::new();
    for (number, record) in tape::records(&tape::play(data)).into_iter().enumerate() {
        recording.fold(record);
        if number % 7 == 6 {
            shown.extend(recording.settle(Settled { actor: None, refused: None }));
        }
    }
    shown.extend(recording.settle_spontaneous());
    let entries = recording.take_unwritten();
    let mut counts = Counts::default();
    let mut file = header().line();
    for entry in &entries {
        file.push_str(&counts.line(entry));
    }
    file.push_str(&counts.end(Summary::default()));
    assert_harmless(&file.replace('\n', " "), "a recording");
    match read(file.as_bytes()) {
        Ok((mut back, mut events)) => {
            back.pop();
            assert_eq!(back, entries);
            events.pop();
            assert_eq!(events, shown);
        }
        // More than the bench makes.
        Err(fault) => assert!(fault.what.contains("are the most") || fault.what.contains("too large"), "{fault}"),
    }
}
