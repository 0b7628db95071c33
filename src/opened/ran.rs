//! A script or a lesson, run now, to be looked at like a recording that was opened.

use std::time::{SystemTime, UNIX_EPOCH};

use color_eyre::eyre::{Result, eyre};

use crate::bench::BenchError;
use crate::lesson::{self, Action};
use crate::recording::file::{Header, Kind, VERSION};
use crate::recording::reader::Fault;
use crate::recording::replay::Replay;
use crate::script::words::ParseError;
use crate::script::{Statement, parse};
use crate::session::{Session, Settings};
use crate::sys::kernel_release;
use crate::trace::Event;

use super::Opened;

/// What a file says is to be run, or its first mistake: of a lesson everything that it runs, with the solutions of its goals.
pub fn statements(name: &str, source: &[u8]) -> Result<Vec<Statement>, Fault> {
    if !lesson::load::is_name(name) {
        let fault = |error: ParseError| Fault {
            line: u64::from(error.line),
            what: format!("{}: {}", error.column, error.message),
        };
        return parse::script(source).map_err(fault);
    }
    let lesson = lesson::load::load(name, source)
        .map_err(|error| Fault { line: u64::from(error.line), what: format!(" {}", error.message) })?;
    let of_step = |step: lesson::Step| match step.action {
        Action::Read => Vec::new(),
        Action::Run(statements) => statements,
        Action::Predict(prediction) => vec![prediction.statement],
        Action::Reach(goal) => goal.solution,
    };
    Ok(lesson.setup.into_iter().chain(lesson.steps.into_iter().flat_map(of_step)).collect())
}

/// Runs them on a bench of their own, to their end.
pub fn run(name: &str, statements: Vec<Statement>, settings: Settings) -> Result<Opened> {
    let mut session = Session::open(Settings { keeps_history: true, ..settings })?;
    let mut events: Vec<Event> = Vec::new();
    for statement in &statements {
        session.submit(statement.clone());
        session.settle_until(None, |_, came| {
            events.extend(came);
            Ok::<(), BenchError>(())
        })?;
    }
    let keeping = session.recording().keeping();
    let header = Header {
        version: VERSION,
        tincans: env!("CARGO_PKG_VERSION").to_owned(),
        kernel: kernel_release(),
        source: Kind::Bench,
        program: "tincans".to_owned(),
        argv: vec![name.to_owned()],
        started: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
        every_call: keeping.every_call,
        events_kept: keeping.events,
    };
    let mut replay = Replay::new(&header, true);
    for entry in session.recording().entries().map_err(|reason| eyre!(reason))? {
        replay.take(entry).map_err(|what| eyre!(what))?;
    }
    Ok(Opened { name: name.to_owned(), header, recording: replay.into_recording(), events, statements })
}
