//! A program of statements on a session of its own: one after the other, each until it has settled.

use std::time::{Duration, Instant};

use tincans::script::parse;
use tincans::session::{Session, Settings};
use tincans::trace::Event;

/// Longer than any statement of a test takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// One statement; its events.
pub fn perform(session: &mut Session, text: &str, line: u32) -> Result<Vec<Event>, String> {
    let statement = parse::statement(text, line).map_err(|error| format!("`{text}` does not parse: {error}"))?;
    let Some(statement) = statement else { return Ok(Vec::new()) };
    session.submit(statement);
    settle(session)
}

/// Goes on until all is settled.
pub fn settle(session: &mut Session) -> Result<Vec<Event>, String> {
    let start = Instant::now();
    let mut shown = Vec::new();
    loop {
        shown.extend(session.pump().map_err(|error| error.to_string())?);
        if session.is_settled() {
            return Ok(shown);
        }
        if start.elapsed() > PATIENCE {
            return Err("it does not settle".to_owned());
        }
        session.wait().map_err(|error| error.to_string())?;
    }
}

/// A fresh bench.
pub fn open() -> Result<Session, String> {
    let mut session = Session::open(Settings::default()).map_err(|error| error.to_string())?;
    settle(&mut session)?;
    Ok(session)
}
