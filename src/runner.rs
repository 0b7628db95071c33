//! A script without a terminal: statements from a file, transcript or JSON lines to a writer, the verdict as an exit status.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;

use color_eyre::eyre::{Result, WrapErr, eyre};

use crate::bench::BenchError;
use crate::recorder::{RecordedProgram, Recorder};
use crate::recording::file::SourceKind;
use crate::saving;
use crate::script::parse::{self, ParseError};
use crate::session::{Session, Settings};
use crate::trace::{Event, What, json, strace};
use crate::world::World;

/// How a script is to be run and shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// One JSON object a line instead of the transcript.
    pub json: bool,
    /// Each call of a loop is shown as well.
    pub every_call: bool,
    /// The most tasks alive at one time.
    pub max_tasks: Option<usize>,
    /// Where to save the run as a lesson.
    pub lesson: Option<&'a Path>,
    /// Where to keep it as a recording.
    pub record: Option<&'a Path>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunVerdict {
    /// Every expectation held, and nothing was refused that was not expected to be.
    Held,
    /// Some did not.
    DidNotHold,
    /// Nobody reads the output any more.
    NobodyReads,
    /// Somebody asked the program to leave.
    Terminated,
    /// It is no script; nothing of it was run.
    NoScript(ParseError),
}

/// Runs a script from beginning to end. `name` stands before diagnostics.
pub fn run(
    name: &str,
    source: &[u8],
    options: Options<'_>,
    (out, diagnostics): (&mut dyn Write, &mut dyn Write),
) -> Result<RunVerdict> {
    let statements = match parse::script(source) {
        Ok(statements) => statements,
        Err(error) => return Ok(RunVerdict::NoScript(error)),
    };
    let is_recorded = options.record.is_some();
    let mut settings = Settings { every_call: options.every_call, is_recorded, ..Settings::default() };
    settings.max_tasks = options.max_tasks.unwrap_or(settings.max_tasks);
    let mut session = Session::open(settings).wrap_err("the bench could not be opened")?;
    if let Some(from) = session.squeezed_from() {
        writeln!(diagnostics, "tincans: the hard limit on descriptors is low: {from} and up are kept for the program")
            .ok();
    }
    if options.lesson.is_some() {
        session.keep_notes();
    }
    let mut recorder = options.record.map(|path| recorder(&session, name, path)).transpose()?;
    let mut audit = Audit::default();
    for statement in statements {
        session.submit(statement);
        let settled = session.settle_until(None, |session, events| {
            keep(session, &mut recorder)?;
            if options.every_call {
                let kept = session.recording_mut().take_kept();
                write(&kept, options, out).wrap_err(UNWRITTEN)?;
            }
            report(name, &events, diagnostics);
            show(&events, options, out).wrap_err(UNWRITTEN)
        });
        match settled {
            Err(error) if is_closed(&error) => return Ok(RunVerdict::NobodyReads),
            Err(error) if is_terminated(&error) => return Ok(RunVerdict::Terminated),
            other => other?,
        };
        if cfg!(debug_assertions) {
            audit.look(name, session.world(), diagnostics);
        }
    }
    if let Some(path) = options.lesson {
        save(&session, path)?;
    }
    let summary = session.summary();
    if summary.lost > 0 {
        let lost = summary.lost;
        writeln!(diagnostics, "tincans: {lost} calls of readers were counted and not shown, one statement had so many")
            .ok();
    }
    if let Some(recorder) = recorder {
        recorder.end(summary.clone()).map_err(|reason| eyre!(reason))?;
    }
    let held = summary.failed == 0 && summary.refused == 0;
    let end = [Event { line: 0, task: None, what: What::Summary(summary) }];
    match if options.json { show(&end, options, out) } else { Ok(()) } {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(RunVerdict::NobodyReads),
        other => other.wrap_err(UNWRITTEN).map(|()| if held { RunVerdict::Held } else { RunVerdict::DidNotHold }),
    }
}

/// Why a run ends before its script does.
const UNWRITTEN: &str = "the transcript could not be written";

/// Whether nobody reads the output any more.
fn is_closed(error: &color_eyre::Report) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn is_terminated(error: &color_eyre::Report) -> bool {
    matches!(error.downcast_ref::<BenchError>(), Some(BenchError::Terminated))
}

/// A new recording of this script. Of its path only the file's name goes in.
fn recorder(session: &Session, name: &str, path: &Path) -> Result<Recorder> {
    let script = Path::new(name).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let subject = RecordedProgram {
        kind: SourceKind::Bench,
        program: "tincans".to_owned(),
        argv: vec!["run".to_owned(), script],
    };
    let keeping = session.recording().keeping();
    Recorder::create(path, subject, keeping).map_err(|reason| eyre!(reason))
}

/// Writes down what has happened since the last time.
fn keep(session: &mut Session, recorder: &mut Option<Recorder>) -> Result<()> {
    let Some(recorder) = recorder else { return Ok(()) };
    recorder.write(session.recording_mut().take_unwritten()).map_err(|reason| eyre!(reason))
}

/// The run as a lesson, titled after its file.
fn save(session: &Session, path: &Path) -> Result<()> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let title = stem.split_once('-').map_or(&*stem, |parts| parts.1).replace('-', " ");
    let text = session.lesson(&title).map_err(|reason| eyre!(reason))?;
    saving::save_as(path, &text).map_err(|reason| eyre!(reason))
}

/// What the ledger has contradicted so far; told once each, by debug builds alone.
#[derive(Debug, Default)]
struct Audit(BTreeSet<String>);

impl Audit {
    fn look(&mut self, name: &str, world: &World, diagnostics: &mut dyn Write) {
        for found in world.contradictions() {
            if self.0.insert(found.clone()) {
                let _ = writeln!(diagnostics, "tincans: ledger: {name}: {found}");
            }
        }
    }
}

/// Events as lines, at once.
fn show(events: &[Event], options: Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    write(events, options, out)?;
    if events.is_empty() { Ok(()) } else { out.flush() }
}

/// The same, to be flushed later.
pub fn write(events: &[Event], options: Options<'_>, out: &mut dyn Write) -> io::Result<()> {
    for event in events {
        if options.json {
            writeln!(out, "{}", json::line(event))?;
        }
        if let (What::Burst(burst), true) = (&event.what, options.every_call) {
            for call in burst.not_given_out() {
                let event = Event { line: event.line, task: event.task, what: What::Call(Box::new(call.clone())) };
                let lines = if options.json { vec![json::line(&event)] } else { strace::lines(&event) };
                lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            }
        }
        if !options.json {
            strace::lines(event).iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
    }
    Ok(())
}

/// What did not hold, with its place. A diagnostic that cannot be written is lost; the exit status says it too.
fn report(name: &str, events: &[Event], diagnostics: &mut dyn Write) {
    let is_expected =
        |line| events.iter().any(|event| event.line == line && matches!(event.what, What::Expect { ok: true, .. }));
    for event in events {
        let line = event.line;
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these two are diagnostics")]
        let _ = match &event.what {
            What::Expect { want, got, ok: false } => writeln!(diagnostics, "{name}:{line}: wanted {want}, got {got}"),
            What::Refused { reason } if !is_expected(line) => writeln!(diagnostics, "{name}:{line}: refused: {reason}"),
            _ => Ok(()),
        };
    }
}
