//! The other way round: from what one statement brought to the expectations that hold of it, as somebody who knows the answer
//! would have written them. Nothing is asked of the kernel here, and nothing is guessed.

use super::observed::{self, Observed};
use super::{StatementRun, calls, deaths, signals, sleeps_on};
use crate::abi::{self, Errno, flag_names};
use crate::order::Extra;
use crate::script::Want;
use crate::trace::{CallEvent, CallState, What};

/// What one statement brought, in the words of the language.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerWords {
    /// To be read: `-1 EPIPE`, `"hell" MSG_TRUNC`, `killed by SIGPIPE`.
    pub shown: Vec<String>,
    /// To stand after `=>`: all of them hold.
    pub expected: Vec<String>,
    /// How many of either, at the end, are about other tasks than the one that acted.
    pub others: usize,
}

/// The answer of a statement: its own result, and what it did to others.
pub fn answer(seen: &StatementRun<'_>) -> AnswerWords {
    let mut answer = of_others(seen);
    let mut own = of_itself(seen);
    own.others = answer.shown.len();
    own.shown.append(&mut answer.shown);
    own.expected.append(&mut answer.expected);
    own
}

impl AnswerWords {
    fn of(shown: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { shown: vec![shown.into()], expected: vec![expected.into()], others: 0 }
    }

    /// Said in the same words by both.
    fn add(&mut self, words: impl Into<String>) {
        let words = words.into();
        self.shown.push(words.clone());
        self.expected.push(words);
    }
}

/// The statement's own result.
fn of_itself(seen: &StatementRun<'_>) -> AnswerWords {
    if seen.refused.is_some() {
        return AnswerWords::of("refused", "refused");
    }
    if let Some((task, death)) = seen.actor.and_then(|task| Some((task, deaths(seen, task).next()?))) {
        return AnswerWords::of(death.words(), observed::death_words(task, death));
    }
    let mut answer = of_result(&Observed::of_statement(seen));
    for signal in seen.actor.into_iter().flat_map(|task| signals(seen, task)) {
        answer.shown.push(signal.clone());
        answer.expected.push(format!("signals {} {signal}", seen.actor.unwrap_or_default()));
    }
    answer
}

/// One result, by itself.
#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn of_result(came: &Observed<'_>) -> AnswerWords {
    match came {
        Observed::Call(call) => of_call(came, call),
        Observed::Burst(burst) => {
            let mut answer = AnswerWords::default();
            answer.add(burst.bytes.to_string());
            if burst.errno != Errno::NONE {
                answer.add(burst.errno.name());
            }
            if burst.eof {
                answer.add("EOF");
            }
            answer
        }
        Observed::Report(What::Holders(report)) => {
            let mut answer = AnswerWords::default();
            answer.add(report.holders.len().to_string());
            if !report.holders.is_empty() {
                answer.add(came.words(&Want::HeldBy(Vec::new())));
            }
            answer.add(format!("in_flight={}", report.in_flight));
            answer
        }
        other => AnswerWords::of(other.words(&Want::Anything), other.words(&Want::Anything)),
    }
}

fn of_call(came: &Observed<'_>, call: &CallEvent) -> AnswerWords {
    if call.state == CallState::Unfinished {
        return AnswerWords::of("unfinished", "_");
    }
    let mut answer = AnswerWords::default();
    if let Some(errno) = came.errno() {
        let failed = call.ret == Some(-1);
        return AnswerWords::of(
            if failed { format!("-1 {}", errno.name()) } else { errno.name().to_owned() },
            errno.name(),
        );
    }
    let words = came.words(&Want::Anything);
    let words = if words.ends_with(" bytes)") { call.ret.unwrap_or(0).to_string() } else { words };
    answer.add(words);
    if let Some(Extra::Message { flags, fds, creds, .. }) = came.extra() {
        let flags = flags & !(abi::MSG_CMSG_CLOEXEC | abi::MSG_PEEK);
        if flags != 0 {
            flag_names(abi::MSG_FLAGS, flags).split('|').for_each(|name| answer.add(name));
        }
        if !fds.is_empty() {
            answer.add(format!("fds={}", fds.len()));
        }
        if let Some(creds) = creds {
            answer.add(format!("creds={}", call.names.creds(*creds).unwrap_or("none")));
        }
    }
    answer
}

/// What became of the other tasks: who woke, who sleeps on, who died, in the order of the events.
#[expect(clippy::wildcard_enum_match_arm, reason = "it asks after a few kinds; all others mean no")]
fn of_others(seen: &StatementRun<'_>) -> AnswerWords {
    let mut answer = AnswerWords::default();
    let mut tasks: Vec<&str> = Vec::new();
    for event in seen.events {
        let task = match &event.what {
            What::Call(call) => &call.task,
            What::Burst(burst) => &burst.task,
            What::Death { task, .. } => task,
            _ => continue,
        };
        tasks.push(task);
    }
    tasks.extend(seen.asleep.iter().map(String::as_str));
    let mut told: Vec<&str> = seen.actor.into_iter().collect();
    for task in tasks {
        if told.contains(&task) {
            continue;
        }
        told.push(task);
        of_other(seen, task, &mut answer);
    }
    answer
}

fn of_other(seen: &StatementRun<'_>, task: &str, answer: &mut AnswerWords) {
    if let Some(death) = deaths(seen, task).next() {
        answer.add(observed::death_words(task, death));
    } else if let Some(came) = Observed::of_waking(seen, task) {
        let result = of_result(&came);
        let slept = calls(seen).any(|call| call.task == task && call.state == CallState::Asleep);
        if let (Some(words), Some(want), false) = (result.shown.first(), result.expected.first(), slept) {
            answer.shown.push(format!("wakes {task} {words}"));
            answer.expected.push(format!("wakes {task} {want}"));
        }
    } else if sleeps_on(seen, task) {
        answer.add(format!("still {task}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Verb;
    use crate::trace::{Death, Event};

    fn seen<'a>(events: &'a [Event], refused: Option<&'a str>, asleep: &'a [String]) -> StatementRun<'a> {
        StatementRun { events, actor: Some("parent"), refused, asleep, verb: &Verb::Exec }
    }

    fn death(task: &str, signal: abi::Signal) -> Event {
        let what = What::Death { task: task.to_owned(), pid: 7, death: Death::Killed(signal) };
        Event { line: 1, task: None, what }
    }

    #[test]
    fn a_refusal_is_the_whole_answer_of_its_own() {
        assert_eq!(answer(&seen(&[], Some("no"), &[])), AnswerWords::of("refused", "refused"));
    }

    #[test]
    fn the_death_of_who_acts_is_told_as_its_own_and_another_s_with_its_name() {
        let events = [death("parent", abi::Signal::PIPE), death("peer", abi::Signal::KILL)];
        let got = answer(&seen(&events, None, &[]));
        assert_eq!(got.shown, ["killed by SIGPIPE", "killed peer SIGKILL"]);
        assert_eq!(got.expected, ["killed parent SIGPIPE", "killed peer SIGKILL"]);
        assert_eq!(got.others, 1);
    }

    #[test]
    fn who_sleeps_on_is_told() {
        let asleep = ["peer".to_owned(), "parent".to_owned()];
        assert_eq!(answer(&seen(&[], None, &asleep)).expected, ["0", "still peer"]);
    }
}
