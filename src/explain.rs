//! Why it came out so: an explanation of the last event, of a task's state, or of an end's, by small rules over the world.
//! Pure. A rule looks at one call and the picture after it, and answers in one to three sentences or not at all.

mod by_others;
mod deadlock;
pub mod deaths;
mod descriptors;
mod ends;
mod eof;
mod fifos;
mod epolls;
mod errors;
mod foretold;
mod forgotten;
mod addresses;
mod advice;
mod closes;
mod numbers;
mod groups;
mod limits;
mod loops;
mod messages;
mod moves;
mod objects;
mod own_calls;
mod own_copy;
mod pages;
mod polls;
mod reads;
mod reports;
pub mod wording;
mod context;
mod shutdowns;
mod signals;
mod sleeps;
mod states;
mod survivors;
mod vmsplice;
mod waiting;
mod would_sleep;
mod writes;

use crate::abi::TaskState;
use crate::trace::{CallState, Event, Explanation, TaskId, What};
use crate::world::World;
use crate::world::kind::EndId;

use context::CallContext;

/// A rule: its answer, if it knows the case. The first that answers is taken.
type Rule = fn(&CallContext<'_>) -> Option<Explanation>;

/// The rules over a call that returned; the particular stands before the general.
const FAMILIES: &[&[Rule]] = &[
    limits::RULES,
    fifos::RULES,
    epolls::RULES,
    objects::RULES,
    moves::RULES,
    vmsplice::RULES,
    messages::RULES,
    would_sleep::RULES,
    states::RULES,
    groups::RULES,
    errors::RULES,
    eof::RULES,
    descriptors::RULES,
    closes::RULES,
    reads::RULES,
    writes::RULES,
    polls::RULES,
];

/// Which lesson shows which rules.
pub fn lessons() -> &'static [(&'static [&'static str], &'static str)] {
    wording::LESSONS
}

/// Explains the last statement's events: the last call that a rule knows; failing that a sleeper, a death, a report.
pub fn last(world: &World, events: &[Event]) -> Explanation {
    let found = woken(world, events)
        .or_else(|| returned(world, events))
        .or_else(|| asleep(world, events))
        .or_else(|| signals::of_events(world, events))
        .or_else(|| deaths::of_events(world, events))
        .or_else(|| reports::of_events(world, events))
        .or_else(|| events.is_empty().then(|| signals::without_effect(world)).flatten());
    own_calls::of_source(world, found.unwrap_or_else(|| nothing_of(events)))
}

/// Explains a task's state; of an idle one that has just failed in a call, or come back from a sleep, that.
pub fn task(world: &World, events: &[Event], id: TaskId) -> Explanation {
    let Some(task) = world.task(id) else { return nothing("a task that is gone") };
    if task.state == TaskState::Idle {
        let says_more = |event: &&Event| event.task == Some(id) && has_come_to_something(event);
        let said = events.iter().rev().filter(says_more).find_map(|event| of_event(world, events, event));
        if let Some(said) = said.or_else(|| signals::of_events(world, &of_task(events, id))) {
            return own_calls::of_source(world, said);
        }
    }
    let found = sleeps::of_task(world, task).or_else(|| deaths::of_task(world, task));
    own_calls::of_source(world, found.unwrap_or_else(|| nothing(&task.name)))
}

/// A call that failed or had slept, of a loop too.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn has_come_to_something(event: &Event) -> bool {
    match &event.what {
        What::Call(call) => call.ret.is_some_and(|ret| ret < 0) || call.state == CallState::Resumed,
        What::Burst(burst) => burst.errno != crate::abi::Errno::NONE,
        _ => false,
    }
}

fn of_task(events: &[Event], id: TaskId) -> Vec<Event> {
    events.iter().filter(|event| event.task == Some(id)).cloned().collect()
}

/// Explains an end's state: what the next read there would meet, and why.
pub fn end(world: &World, id: EndId) -> Explanation {
    let other =
        || world.object(id).map_or_else(|| nothing("an end that is gone"), |object| objects::of_object(world, object));
    let found = world.end(id).map_or_else(other, |end| ends::of_end(world, end));
    own_calls::of_source(world, found)
}

/// Explains why a write to an end has just failed.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
pub fn failed_write(world: &World, events: &[Event], id: EndId) -> Option<Explanation> {
    let is_that = |event: &&Event| match &event.what {
        What::Call(call) => {
            let end = call.call.fd().and_then(|fd| call.names.end_id(fd));
            call.ret.is_some_and(|ret| ret < 0) && call.call.is_writing() && end == Some(id)
        }
        _ => false,
    };
    events.iter().rev().filter(is_that).find_map(|event| of_event(world, events, event))
}

/// Whether some tasks wait for each other in a circle: who, and for what.
pub fn deadlock(world: &World) -> Option<Explanation> {
    sleeps::stuck_anywhere(world).map(|found| own_calls::of_source(world, found))
}

/// A sleeper that came back says more than the call that woke it; a sudden death of SIGPIPE is explained by its write.
fn woken(world: &World, events: &[Event]) -> Option<Explanation> {
    let state = |event: &Event| if let What::Call(call) = &event.what { Some(call.state) } else { None };
    let sleeps_again = |task| {
        let last = events.iter().rev().find(|event| event.task == task).and_then(state);
        last == Some(CallState::Asleep)
    };
    let resumed = |event: &&Event| matches!(&event.what, What::Call(call) if call.state == CallState::Resumed && call.ret.is_some());
    let back = |event: &&Event| resumed(event) && !sleeps_again(event.task);
    events.iter().rev().filter(back).find_map(|event| of_event(world, events, event))
}

fn returned(world: &World, events: &[Event]) -> Option<Explanation> {
    events.iter().rev().find_map(|event| of_event(world, events, event))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn asleep(world: &World, events: &[Event]) -> Option<Explanation> {
    let sleeper = events.iter().rev().find_map(|event| match &event.what {
        What::Call(call) if call.state == CallState::Asleep => event.task,
        _ => None,
    })?;
    sleeps::of_task(world, world.task(sleeper)?)
}

fn of_event(world: &World, events: &[Event], event: &Event) -> Option<Explanation> {
    let context = CallContext::of(world, events, event)?;
    let rules = FAMILIES.iter().flat_map(|family| family.iter());
    loops::of_scene(&context).or_else(|| rules.map(|rule| rule(&context)).find_map(|answer| answer))
}

/// Nothing is to be explained: what was done is said.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn nothing_of(events: &[Event]) -> Explanation {
    let done = events.iter().rev().find_map(|event| match &event.what {
        What::Call(call) => Some((call.call.name(), &call.task, call.ret?)),
        _ => None,
    });
    match done {
        Some((call, task, ret)) => {
            let text = format!("{call} by {task} returned {ret}.");
            wording::explanation(task.as_str(), Explanation::NO_RULE, None, text)
        }
        None => nothing("the last event"),
    }
}

fn nothing(about: &str) -> Explanation {
    let text = "There is nothing to explain.";
    wording::explanation(about, Explanation::NO_RULE, None, text)
}
