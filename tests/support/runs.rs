//! A program of statements on a session of its own: one after the other, each until it has settled.

use std::time::{Duration, Instant};

use tincans::bench::BenchError;
use tincans::script::parse;
use tincans::session::{Session, Settings};
use tincans::trace::Event;

/// Longer than any statement of a test takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// One statement; its events.
pub fn perform(session: &mut Session, text: &str, line: u32) -> Result<Vec<Event>, String> {
    let statement = parse::statement(text, line).map_err(|error| format!("`{text}` does not parse: {error}"))?;
    let Some(statement) = statement else { return Ok(Vec::new()) };
    session.submit(statement);
    settle(session)
}

/// Goes on until all is settled.
pub fn settle(session: &mut Session) -> Result<Vec<Event>, String> {
    let mut shown = Vec::new();
    let is_settled = session.settle_until(Some(Instant::now() + PATIENCE), |_, events| {
        shown.extend(events);
        Ok::<(), BenchError>(())
    });
    match is_settled {
        Ok(true) => Ok(shown),
        Ok(false) => Err("it does not settle".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A fresh bench.
pub fn open() -> Result<Session, String> {
    let mut session = Session::open(Settings::default()).map_err(|error| error.to_string())?;
    settle(&mut session)?;
    Ok(session)
}
