//! The order in which a statement's events are printed: for people, who follow one task at a time.

use crate::abi::Signal;
use crate::trace::{Event, TaskId, What};

/// The acting task's events first, then the others' in order of creation; of each task its calls before its signal (a SIGCONT
/// before what it lets resume) and its signal before its death.
pub fn in_printing_order(mut events: Vec<Event>, actor: Option<TaskId>) -> Vec<Event> {
    let rank = |what: &What| match what {
        What::Signal { signal, .. } if *signal == Signal::CONT => 0,
        What::Signal { .. } => 2,
        What::Death { .. } => 3,
        What::Call(_)
        | What::Burst(_)
        | What::Queue(_)
        | What::Holders(_)
        | What::Pending(_)
        | What::Tasks(_)
        | What::Fds { .. }
        | What::Why(_)
        | What::Expect { .. }
        | What::Refused { .. }
        | What::Summary(_) => 1,
    };
    events.sort_by_key(|event| (event.task != actor, event.task, rank(&event.what)));
    events
}
