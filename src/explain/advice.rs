//! What to type: the statement that is advised behind an explanation.

use crate::questions::acting;
use crate::trace::{Explanation, Role};
use crate::world::World;
use crate::world::kind::EndId;
use crate::world::task::Task;

/// The same with what to type, where somebody can type it: not of a recording, a log or a watched program.
pub fn advised(world: &World, task: &Task, explanation: Explanation, advice: &str) -> Explanation {
    if !world.takes_statements() || task.role == Role::Stranger {
        return explanation;
    }
    Explanation { text: format!("{}{ADVICE}{advice}.", explanation.text), ..explanation }
}

/// Stands around a statement.
const MARK: char = '\u{60}';

/// A statement about an end that this task is to make, as it is typed: without a name where it is this task's anyway.
pub fn typed_by(world: &World, task: &Task, end: Option<EndId>, statement: &str) -> String {
    let actor = end.and_then(|end| acting::for_statement(world, end).ok());
    let is_own = actor.is_some_and(|actor| actor.process == task.process);
    let who = if is_own { String::new() } else { format!("{}: ", task.name) };
    format!("{MARK}{who}{statement}{MARK}")
}

/// What stands before what to type.
const ADVICE: &str = " Now: ";

/// The same with one more sentence, before what to type.
pub fn with_sentence(explanation: Explanation, sentence: &str) -> Explanation {
    let (said, advice) = explanation.text.split_at(explanation.text.find(ADVICE).unwrap_or(explanation.text.len()));
    Explanation { text: format!("{said} {sentence}{advice}"), ..explanation }
}
