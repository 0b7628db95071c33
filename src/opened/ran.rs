//! A script or a lesson, run now, to be looked at like a recording that was opened.

use std::time::{Duration, Instant};

use color_eyre::eyre::Result;

use crate::bench::BenchError;
use crate::lesson::{self, Action, Lesson, LessonStep};
use crate::recorder::{self, RecordedProgram};
use crate::recording::Recording;
use crate::recording::file::SourceKind;
use crate::recording::reader::Fault;
use crate::script::words::ParseError;
use crate::script::{Statement, Verb, parse};
use crate::session::{Session, Settings};
use crate::trace::Event;

use super::Opened;

/// What a file says is to be run, or its first mistake.
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
    Ok(of_lesson(lesson))
}

/// Everything that a lesson runs, with the solutions of its goals.
pub fn of_lesson(lesson: Lesson) -> Vec<Statement> {
    let of_step = |step: LessonStep| match step.action {
        Action::Read => Vec::new(),
        Action::Run(statements) => statements,
        Action::Predict(prediction) => vec![prediction.statement],
        Action::Reach(goal) => goal.solution,
    };
    lesson.setup.into_iter().chain(lesson.steps.into_iter().flat_map(of_step)).collect()
}

/// Runs them on a bench of their own, to their end; none if that takes longer than `within`.
pub fn run(
    name: &str,
    statements: Vec<Statement>,
    settings: Settings,
    within: Option<Duration>,
) -> Result<Option<Opened>> {
    let deadline = within.map(|within| Instant::now() + within);
    let mut session = Session::open(Settings { keeps_history: true, ..settings })?;
    let mut events: Vec<Event> = Vec::new();
    for statement in &statements {
        session.submit(statement.clone());
        let is_settled = session.settle_until(deadline, |_, came| {
            events.extend(came);
            Ok::<(), BenchError>(())
        })?;
        if !is_settled {
            return Ok(None);
        }
    }
    let keeping = session.recording().keeping();
    let subject =
        RecordedProgram { kind: SourceKind::Bench, program: "tincans".to_owned(), argv: vec![name.to_owned()] };
    let header = recorder::header(subject, keeping);
    // The session is over: nobody asks it for what it has recorded any more.
    let recording = std::mem::replace(session.recording_mut(), Recording::new(keeping));
    let reset = statements.iter().rfind(|statement| statement.verb == Verb::Reset).map(|statement| statement.line);
    Ok(Some(Opened { name: name.to_owned(), header, recording, events, statements, reset }))
}
