//! Statements run on a bench of their own beside the one that is shown, to see what comes of them.

use std::time::{Duration, Instant};

use crate::script::parse;
use crate::session::{Session, Settings};
use crate::world::World;

/// The longest it may take: the keys wait for it. It takes some milliseconds where the machine has time.
const LONGEST: Duration = Duration::from_secs(2);

/// Runs them on fresh processes, which are gone when this returns; gives the picture at their end.
pub fn run(statements: &[String]) -> Result<World, String> {
    let failed = |error: &dyn std::fmt::Display| format!("it could not be tried: {error}");
    let mut session = Session::open(Settings::default()).map_err(|error| failed(&error))?;
    let until = Instant::now() + LONGEST;
    for (text, line) in statements.iter().zip(1..) {
        let statement = parse::statement(text, line).map_err(|error| failed(&error))?;
        let Some(statement) = statement else { continue };
        session.submit(statement);
        while !session.is_settled() {
            session.pump().map_err(|error| failed(&error))?;
            if Instant::now() > until {
                return Err("it did not settle in time; nothing of it is shown".to_owned());
            }
            if !session.is_settled() {
                session.wait().map_err(|error| failed(&error))?;
            }
        }
    }
    Ok(session.world().clone())
}
