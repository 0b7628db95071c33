//! Why it came out so: an explanation of the last event, of a task's state, or of an end's, by small rules over the world.
//! Pure. A rule looks at one call and the picture after it, and answers in one to three sentences or not at all.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a rule asks after a few kinds of calls and events; all others are not its case"
)]

mod deadlock;
mod deaths;
mod descriptors;
mod ends;
mod eof;
mod errors;
mod loops;
mod own_calls;
mod polls;
mod reads;
mod reports;
mod wording;
mod scene;
mod sleeps;
mod states;
mod writes;

use crate::trace::{CallState, Event, Explanation, TaskId, What};
use crate::world::World;
use crate::world::kind::EndId;

use scene::Scene;

/// A rule: its answer, if it knows the case. The first that answers is taken.
type Rule = fn(&Scene<'_>) -> Option<Explanation>;

/// The rules over a call that returned; the particular stands before the general.
const FAMILIES: &[&[Rule]] =
    &[states::RULES, errors::RULES, eof::RULES, descriptors::RULES, reads::RULES, writes::RULES, polls::RULES];

/// The rule of an explanation that explains nothing.
pub const NOTHING: &str = "nothing-to-explain";

/// Which lesson shows which rules.
pub fn lessons() -> &'static [(&'static [&'static str], &'static str)] {
    wording::LESSONS
}

/// Explains the last statement's events: the last call that a rule knows; failing that a sleeper, a death, a report.
pub fn last(world: &World, events: &[Event]) -> Explanation {
    let found = woken(world, events)
        .or_else(|| returned(world, events))
        .or_else(|| asleep(world, events))
        .or_else(|| deaths::of_events(world, events))
        .or_else(|| reports::of_events(world, events));
    own_calls::of_source(world, found.unwrap_or_else(|| nothing("the last event")))
}

/// Explains a task's state.
pub fn task(world: &World, id: TaskId) -> Explanation {
    let Some(task) = world.task(id) else { return nothing("a task that is gone") };
    let found = sleeps::of_task(world, task).or_else(|| deaths::of_task(world, task));
    own_calls::of_source(world, found.unwrap_or_else(|| nothing(&task.name)))
}

/// Explains an end's state: what the next read there would meet, and why.
pub fn end(world: &World, id: EndId) -> Explanation {
    let found = world.end(id).map_or_else(|| nothing("an end that is gone"), |end| ends::of_end(world, end));
    own_calls::of_source(world, found)
}

/// Whether some tasks wait for each other in a circle: who, and for what.
pub fn deadlock(world: &World) -> Option<Explanation> {
    deadlock::anywhere(world).map(|found| own_calls::of_source(world, found))
}

/// A sleeper that came back says more than the call that woke it; a sudden death of SIGPIPE is explained by its write.
fn woken(world: &World, events: &[Event]) -> Option<Explanation> {
    let resumed = |event: &&Event| matches!(&event.what, What::Call(call) if call.state == CallState::Resumed && call.ret.is_some());
    events.iter().rev().filter(resumed).find_map(|event| of_event(world, events, event))
}

fn returned(world: &World, events: &[Event]) -> Option<Explanation> {
    events.iter().rev().find_map(|event| of_event(world, events, event))
}

fn asleep(world: &World, events: &[Event]) -> Option<Explanation> {
    let sleeper = events.iter().rev().find_map(|event| match &event.what {
        What::Call(call) if call.state == CallState::Asleep => event.task,
        _ => None,
    })?;
    sleeps::of_task(world, world.task(sleeper)?)
}

fn of_event(world: &World, events: &[Event], event: &Event) -> Option<Explanation> {
    let scene = Scene::of(world, events, event)?;
    let rules = FAMILIES.iter().flat_map(|family| family.iter());
    loops::of_scene(&scene).or_else(|| rules.map(|rule| rule(&scene)).find_map(|answer| answer))
}

fn nothing(about: &str) -> Explanation {
    let text = "Nothing here needs an explanation: it did what its manual page says.";
    wording::explanation(about, NOTHING, None, text)
}
