//! Does what came meet what was expected? Looks at the events of one statement only, and says in the words of the language
//! what came.

mod answer;
mod observed;
mod epoll;

use std::collections::BTreeMap;

pub use self::answer::{AnswerWords, answer};
use self::observed::Observed;
use crate::order::Payload;
use crate::script::{Data, Expectation, MAX_DATA, Number, Verb, Want};
use crate::trace::{CallEvent, CallState, Death, Event, TaskReport, What};

/// What one statement brought.
#[derive(Debug, Clone, Copy)]
pub struct StatementRun<'a> {
    /// The events that came during it, in the order they are printed.
    pub events: &'a [Event],
    /// The task that made the statement's call, if one did.
    pub actor: Option<&'a str>,
    /// Why the statement was refused, if it was.
    pub refused: Option<&'a str>,
    /// Tasks asleep in a call now that the statement has settled.
    pub asleep: &'a [String],
    /// What the statement was; of a `repeat`, its body.
    pub verb: &'a Verb,
}

/// What `$n` stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Captures(BTreeMap<String, i64>);

/// The answer for one statement, all its expectations together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// As written.
    pub want: String,
    /// What came, in the same words.
    pub got: String,
    /// Whether all held.
    pub ok: bool,
}

impl Captures {
    /// A number's value now.
    pub fn resolve(&self, number: &Number) -> Result<i64, String> {
        match number {
            Number::Literal(value) => Ok(*value),
            Number::Captured(name, offset) => {
                let value =
                    self.0.get(name).ok_or_else(|| format!("${name} is not known yet, capture it with => ${name}"))?;
                value.checked_add(*offset).ok_or_else(|| format!("${name} does not fit 64 bits with its offset"))
            }
        }
    }

    /// The bytes a statement writes, still folded.
    pub fn payload(&self, data: &Data) -> Result<Payload, String> {
        let times = self.resolve(&data.times)?;
        let times = u64::try_from(times).map_err(|_error| format!("nothing can be written {times} times"))?;
        let payload = Payload::repeated(data.word.clone(), times);
        if payload.len() > MAX_DATA {
            return Err(format!("{} bytes are too many, {MAX_DATA} (16MiB) are the most", payload.len()));
        }
        Ok(payload)
    }

    /// Remembers a value, or says whether it is the one remembered.
    fn meet(&mut self, name: &str, value: i64) -> bool {
        *self.0.entry(name.to_owned()).or_insert(value) == value
    }
}

/// Whether all expectations hold; what is captured is remembered even where another does not hold.
#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
pub fn check(wants: &[Expectation], seen: &StatementRun<'_>, captures: &mut Captures) -> Verdict {
    let primary = Observed::of_statement(seen);
    let mut ok = true;
    let mut got: Vec<String> = Vec::new();
    for expectation in wants {
        ok &= holds(&expectation.want, &primary, seen, captures);
        let part = match &expectation.want {
            Want::Number(_, number) if captures.resolve(number).is_err() => captures.resolve(number).err(),
            _ => None,
        };
        let part = part.unwrap_or_else(|| what_came(&expectation.want, &primary, seen));
        if !got.contains(&part) {
            got.push(part);
        }
    }
    let want = wants.iter().map(|expectation| expectation.text.as_str()).collect::<Vec<_>>().join(", ");
    Verdict { want, got: got.join(", "), ok }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn holds(want: &Want, primary: &Observed<'_>, seen: &StatementRun<'_>, captures: &mut Captures) -> bool {
    if let Observed::Refused(_) = primary {
        return *want == Want::Refused;
    }
    match want {
        Want::Wakes(task, result) => match (Observed::of_waking(seen, task), result) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(came), Some(result)) => came.meets(result, captures),
        },
        Want::Reads(task, result) => reads(seen, task).any(|call| Observed::Call(call).meets(result, captures)),
        Want::Still(task) => sleeps_on(seen, task),
        Want::Exits(task, code) => {
            let code = captures.resolve(code).ok();
            deaths(seen, task).any(|death| matches!(death, Death::Exited(by) if Some(i64::from(by)) == code))
        }
        Want::Killed(task, signal) => deaths(seen, task).any(|death| death == Death::Killed(*signal)),
        Want::Signals(task, signal) => signals(seen, task).any(|name| name == signal.name()),
        Want::State(state, task) => row(seen, task).is_some_and(|row| row.state == *state),
        other => primary.meets(other, captures),
    }
}

/// The part of the answer that a want is about, in the words of the language.
#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn what_came(want: &Want, primary: &Observed<'_>, seen: &StatementRun<'_>) -> String {
    if let Observed::Refused(reason) = primary {
        return format!("refused: {reason}");
    }
    match want {
        Want::Wakes(task, result) => match Observed::of_waking(seen, task) {
            Some(came) => format!("wakes {task} {}", came.words(result.as_deref().unwrap_or(&Want::Anything))),
            None => fate(seen, task),
        },
        Want::Still(task) => match Observed::of_waking(seen, task) {
            Some(came) => format!("wakes {task} {}", came.words(&Want::Anything)),
            None => fate(seen, task),
        },
        Want::Reads(task, result) => {
            let all: Vec<String> =
                reads(seen, task).map(|call| format!("reads {task} {}", Observed::Call(call).words(result))).collect();
            if all.is_empty() { format!("{task} read nothing") } else { all.join(", ") }
        }
        Want::Exits(task, _) | Want::Killed(task, _) => fate(seen, task),
        Want::Signals(task, _) => {
            let all: Vec<String> = signals(seen, task).map(|name| format!("signals {task} {name}")).collect();
            if all.is_empty() { format!("{task} got no signal") } else { all.join(", ") }
        }
        Want::State(_, task) => match row(seen, task) {
            Some(row) => format!("{} {task}", row.state.word()),
            None => format!("no task {task}"),
        },
        other => primary.words(other),
    }
}

fn calls<'a>(seen: &StatementRun<'a>) -> impl Iterator<Item = &'a CallEvent> + use<'a> {
    seen.events.iter().filter_map(|event| if let What::Call(call) = &event.what { Some(call.as_ref()) } else { None })
}

/// What a task's `reader` read during the statement; its own `read` is no such thing.
fn reads<'a>(seen: &StatementRun<'a>, task: &'a str) -> impl Iterator<Item = &'a CallEvent> {
    let behaves = seen.actor != Some(task) || matches!(seen.verb, Verb::Reader { .. });
    calls(seen).filter(move |call| {
        behaves && call.task == task && call.call.room().is_some() && call.state == CallState::Returned
    })
}

/// It slept before the statement, and does so now: in the same call, or in the same loop.
fn sleeps_on(seen: &StatementRun<'_>, task: &str) -> bool {
    let states: Vec<CallState> = calls(seen).filter(|call| call.task == task).map(|call| call.state).collect();
    let is_in_loop = matches!(states[..], [CallState::Resumed, .., CallState::Asleep]);
    let moved = !(states.is_empty() || is_in_loop) || Observed::of_waking(seen, task).is_some();
    seen.asleep.iter().any(|name| name == task) && !moved
}

/// How a task died: in this statement, or as a `wait` in it tells.
#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn deaths<'a>(seen: &StatementRun<'a>, task: &'a str) -> impl Iterator<Item = Death> {
    let seen_now = seen.events.iter().filter_map(move |event| match &event.what {
        What::Death { task: who, death, .. } if who == task => Some(*death),
        _ => None,
    });
    seen_now
        .chain(calls(seen).filter_map(move |call| observed::reaped(call).filter(|who| who.0 == task).map(|who| who.1)))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn signals<'a>(seen: &StatementRun<'a>, task: &'a str) -> impl Iterator<Item = String> {
    seen.events.iter().filter_map(move |event| match &event.what {
        What::Signal { task: who, signal } if who == task => Some(signal.name()),
        _ => None,
    })
}

#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn row<'a>(seen: &StatementRun<'a>, task: &str) -> Option<&'a TaskReport> {
    seen.events.iter().find_map(|event| match &event.what {
        // Of several that had one name, the newest.
        What::Tasks(rows) => rows.iter().rev().find(|row| row.task == task),
        _ => None,
    })
}

fn fate(seen: &StatementRun<'_>, task: &str) -> String {
    if let Some(death) = deaths(seen, task).next() {
        return observed::death_words(task, death);
    }
    match seen.asleep.iter().any(|name| name == task) {
        true if sleeps_on(seen, task) => format!("still {task}"),
        true => format!("asleep {task}"),
        false => format!("{task} did not wake and did not die"),
    }
}

#[cfg(test)]
mod tests;
