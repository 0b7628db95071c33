//! Whether the bench is as a goal wants it. A condition is a statement of the language with expectations, read as a question:
//!
//! - an observation (`tasks`, `holders END`, `queue END`, `fds TASK`) asks what is so now. `queue` gives all bytes that wait.
//!   `killed TASK SIGNAL`, `exits TASK CODE` and `signals TASK SIGNAL` may stand beside `tasks`, and look back to the goal's start;
//! - a call (`[TASK:] read END`, `write END _`, `close END` …) asks whether such a call came out so since the goal's start: by
//!   that task, or by any; at that end; `read` and `write` stand for their whole families. Its other arguments mean nothing.
//!   Conditions about the same call are met in their order, each by a call of its own: first `"a"`, then EOF.
//!
//! Whatever else is on the bench makes no difference: a condition names all that it is about.

use crate::check::{self, Captures, StatementRun, Verdict};
use crate::lesson::position::only_looks;
use crate::order::Call;
use crate::questions::acting;
use crate::script::{EndRef, Statement, Verb, Want};
use crate::trace::{CallEvent, Event, QueueReport, What};
use crate::world::World;

/// What the learner is to bring about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// All must hold.
    pub conditions: Vec<Statement>,
    /// Markdown, from a nudge to nearly the answer.
    pub hints: Vec<String>,
    /// One way to reach it.
    pub solution: Vec<Statement>,
}

/// How a condition stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ConditionState {
    /// It holds.
    pub holds: bool,
    /// Where it does not: what is so instead, in the words of expectations; none where no such call was made yet.
    pub instead: Option<String>,
}

impl Goal {
    /// How each condition stands: in the world as it is, with the events since the goal's start.
    pub fn states(&self, world: &World, since_start: &[Event]) -> Vec<ConditionState> {
        let mut states = Vec::new();
        let mut met_at: Vec<Option<usize>> = Vec::new();
        for condition in &self.conditions {
            let same = self.conditions.iter().zip(&met_at).filter(|(other, _)| asks_the_same(condition, other));
            let first = same.filter_map(|(_, at)| *at).max().map_or(0, |at| at + 1);
            let (state, at) = state(condition, world, since_start, first);
            states.push(state);
            met_at.push(at);
        }
        states
    }

    /// Whether each condition holds.
    pub fn holding(&self, world: &World, since_start: &[Event]) -> Vec<bool> {
        self.states(world, since_start).iter().map(|state| state.holds).collect()
    }

    /// The fewest statements that are known to reach it: those of the solution that do more than look.
    pub fn fewest_statements(&self) -> u32 {
        let acts = self.solution.iter().filter(|statement| !only_looks(statement)).count();
        u32::try_from(acts).unwrap_or(u32::MAX)
    }

    /// Whether all hold.
    pub fn is_met(&self, world: &World, since_start: &[Event]) -> bool {
        self.states(world, since_start).iter().all(|state| state.holds)
    }
}

/// Why a statement is no condition, if it is none.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other statements are no conditions")]
pub fn objection(statement: &Statement) -> Option<String> {
    let word = |want: &Want| matches!(want, Want::Anything | Want::Capture(_) | Want::Refused | Want::Still(_));
    if statement.expectations.is_empty() {
        return Some("a condition is a statement with an expectation, write: tasks => dead child1".to_owned());
    }
    if statement.expectations.iter().any(|expected| word(&expected.want)) {
        return Some("this says nothing about the bench, write a result".to_owned());
    }
    match &statement.verb {
        Verb::Tasks if statement.expectations.iter().any(|expected| matches!(expected.want, Want::Number(..))) => {
            Some("how many tasks there are depends on what else the learner made, name a task".to_owned())
        }
        Verb::Tasks | Verb::Queue { .. } | Verb::Holders { .. } | Verb::Fds { .. } | Verb::Wait { .. } => None,
        verb if end_of(verb).is_some() => None,
        _ => Some("a condition is tasks, holders, queue, fds, wait, or a call at an end".to_owned()),
    }
}

/// Whether two conditions ask after the same call: by that task, at that end. Then the second is met by a later one.
fn asks_the_same(one: &Statement, other: &Statement) -> bool {
    let is_same_verb = std::mem::discriminant(&one.verb) == std::mem::discriminant(&other.verb);
    is_same_verb && one.task == other.task && end_of(&one.verb) == end_of(&other.verb)
}

/// How a condition stands. A call is asked after from the `first` of those that it may mean; with the one that met it.
fn state(condition: &Statement, world: &World, events: &[Event], first: usize) -> (ConditionState, Option<usize>) {
    let of = |verdict: Verdict| ConditionState { holds: verdict.ok, instead: (!verdict.ok).then_some(verdict.got) };
    match observe(condition, world) {
        Some(None) => (ConditionState { holds: false, instead: Some(missing(condition)) }, None),
        Some(Some(what)) => {
            let report = Event { line: condition.line, task: None, what };
            let all: Vec<Event> = events.iter().cloned().chain([report]).collect();
            (of(verdict(condition, None, &all)), None)
        }
        None => {
            let verdicts = events.iter().flat_map(|event| verdicts(condition, event));
            let mut last = None;
            for (at, verdict) in verdicts.enumerate().skip(first) {
                if verdict.ok {
                    return (of(verdict), Some(at));
                }
                last = Some(verdict);
            }
            (last.map_or_else(ConditionState::default, of), None)
        }
    }
}

/// What an observation is about is not on the bench.
#[expect(clippy::wildcard_enum_match_arm, reason = "only these look at a thing that may be gone")]
fn missing(condition: &Statement) -> String {
    match &condition.verb {
        Verb::Holders { end } | Verb::Queue { end } => format!("there is no end {end} now"),
        Verb::Fds { task } => format!("there is no task {} now", task.as_deref().unwrap_or("parent")),
        _ => "there is nothing to look at".to_owned(),
    }
}

/// The answer to an observation; none inside, where what it is about is not there; none at all, where it is a call.
#[expect(clippy::option_option, reason = "whether it is an observation, and what it answers, are two questions")]
#[expect(clippy::wildcard_enum_match_arm, reason = "all other statements are calls")]
fn observe(condition: &Statement, world: &World) -> Option<Option<What>> {
    let end = |end: &EndRef| match end {
        EndRef::Named { name, .. } => world.end_named(name),
        EndRef::Raw(_) => None,
    };
    match &condition.verb {
        Verb::Tasks => Some(Some(What::Tasks(world.tasks_report()))),
        Verb::Holders { end: of } => Some(end(of).map(|end| What::Holders(world.holders_report(end.id)))),
        Verb::Queue { end: of } => Some(end(of).map(|end| {
            let waiting = end.inbox.waiting();
            let messages = end.inbox.messages().filter(|_| end.kind.keeps_messages());
            What::Queue(QueueReport {
                id: end.id,
                end: end.label(),
                bytes: waiting,
                charged: None,
                sndbuf: None,
                waiting,
                messages,
            })
        })),
        Verb::Fds { task } => {
            let asked = task.as_deref().map_or_else(|| acting::first_task(world), |name| world.task_named(name));
            Some(asked.map(|task| What::Fds { task: task.name.clone(), fds: world.fds_report(task.id) }))
        }
        _ => None,
    }
}

/// How the calls of an event that a condition asks after came out.
#[expect(clippy::wildcard_enum_match_arm, reason = "only calls come out somehow")]
fn verdicts(condition: &Statement, event: &Event) -> Vec<Verdict> {
    let calls: Vec<&CallEvent> = match &event.what {
        What::Call(call) => vec![call],
        What::Burst(burst) => burst.first_calls.iter().collect(),
        _ => return Vec::new(),
    };
    let asked_for = calls.into_iter().filter(|call| is_asked_for(condition, call));
    let one = |call: &CallEvent| {
        // Whether it slept first is nothing to the condition.
        let call = CallEvent { since: None, ..call.clone() };
        let task = call.task.clone();
        let events = [Event { line: condition.line, task: event.task, what: What::Call(Box::new(call)) }];
        verdict(condition, Some(&task), &events)
    };
    asked_for.map(one).collect()
}

fn is_asked_for(condition: &Statement, call: &CallEvent) -> bool {
    let by = condition.task.as_ref().is_none_or(|task| *task == call.task);
    if matches!(condition.verb, Verb::Wait { .. }) {
        // Which child it was, the expectation says.
        return by && matches!(call.call, Call::Waitpid { .. });
    }
    let Some(EndRef::Named { name, .. }) = end_of(&condition.verb) else { return false };
    let at = call.call.fd().is_some_and(|fd| call.names.end(fd) == name.to_string());
    by && at && is_of_family(&condition.verb, &call.call)
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a condition stands for a family of calls, all other calls for none"
)]
fn is_of_family(verb: &Verb, call: &Call) -> bool {
    match verb {
        Verb::Read { .. } => call.room().is_some(),
        Verb::Write { .. } => call.offered().is_some(),
        Verb::Recv { .. } => matches!(call, Call::Recv { .. }),
        Verb::Send { .. } => matches!(call, Call::Send { .. }),
        Verb::Recvmsg { .. } => matches!(call, Call::Recvmsg { .. }),
        Verb::Sendmsg { .. } => matches!(call, Call::Sendmsg { .. }),
        Verb::Close { .. } => matches!(call, Call::Close { .. }),
        Verb::Dup { .. } => matches!(call, Call::Dup { .. }),
        Verb::Dup2 { .. } => matches!(call, Call::Dup2 { .. }),
        Verb::Recvfrom { .. } => matches!(call, Call::Recvfrom { .. }),
        Verb::Shutdown { .. } => matches!(call, Call::Shutdown { .. }),
        Verb::Poll { .. } => matches!(call, Call::Poll { .. }),
        Verb::Accept { .. } => matches!(call, Call::Accept { .. }),
        Verb::Connect { .. } => matches!(call, Call::Connect { .. }),
        Verb::Epollwait { .. } => matches!(call, Call::EpollWait { .. }),
        Verb::Epollctl { .. } => matches!(call, Call::EpollCtl { .. }),
        Verb::Dup3 { .. } => matches!(call, Call::Dup3 { .. }),
        Verb::Dupfd { .. } => matches!(call, Call::DupFrom { .. }),
        Verb::Setsockopt { option: wanted, .. } => matches!(call, Call::Setsockopt { option, .. } if option == wanted),
        Verb::Getsockname { .. } => matches!(call, Call::Getsockname { .. }),
        Verb::Getpeername { .. } => matches!(call, Call::Getpeername { .. }),
        Verb::Bind { .. } => matches!(call, Call::Bind { .. }),
        Verb::Listen { .. } => matches!(call, Call::Listen { .. }),
        Verb::Getsockopt { option: wanted, .. } => matches!(call, Call::Getsockopt { option, .. } if option == wanted),
        _ => false,
    }
}

/// The end of a call that conditions can ask after.
fn end_of(verb: &Verb) -> Option<&EndRef> {
    let is_loop = matches!(
        verb,
        Verb::Flood { .. }
            | Verb::Drain { .. }
            | Verb::Echo { .. }
            | Verb::Ping { .. }
            | Verb::Reader { .. }
            | Verb::Repeat { .. }
    );
    let sets = matches!(verb, Verb::Pipesize { .. } | Verb::Nonblock { .. } | Verb::Cloexec { .. });
    let is_other = matches!(verb, Verb::Readv { .. } | Verb::Writev { .. } | Verb::Atmark { .. });
    verb.acts_on().filter(|_| !is_loop && !sets && !is_other)
}

fn verdict(condition: &Statement, actor: Option<&str>, events: &[Event]) -> Verdict {
    let seen = StatementRun { events, actor, refused: None, asleep: &[], verb: &condition.verb };
    check::check(&condition.expectations, &seen, &mut Captures::default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::parse;

    fn condition(text: &str) -> Statement {
        parse::statement(text, 1).unwrap().unwrap()
    }

    #[test]
    fn a_condition_must_be_able_to_fail() {
        for text in ["tasks", "tasks => 2", "read chat[0] => _", "fork x => > 0", "queue chat[0] => $n"] {
            assert!(objection(&condition(text)).is_some(), "{text}");
        }
        for text in
            ["tasks => dead child1", "queue chat[0] => 6", "child1: read chat[0] => EOF", "write chat[0] x => EPIPE"]
        {
            assert_eq!(objection(&condition(text)), None, "{text}");
        }
    }

    #[test]
    fn nothing_holds_on_an_empty_bench() {
        let goal = Goal {
            conditions: vec![
                condition("queue chat[1] => 0"),
                condition("tasks => dead child1"),
                condition("read c[0] => EOF"),
            ],
            hints: Vec::new(),
            solution: Vec::new(),
        };
        assert_eq!(goal.holding(&World::new(), &[]), [false, false, false]);
    }
}
