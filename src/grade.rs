//! Grades a program that somebody else wrote: a file of expectations, each about a call of a task on an end, met in order by what
//! the program does. Other calls between them do not matter. Pure.
//!
//! `[TASK:] CALL END [DATA] => EXPECTATION, …`, where `_` is any task, any call, any end.

use std::collections::BTreeMap;

use crate::check::{self, Captures, Seen};
use crate::order::Payload;
use crate::script::words::{self, Line, ParseError, Word};
use crate::script::{Data, Expectation, MAX_SCRIPT, Verb, parse, values};
use crate::trace::{CallEvent, CallState, Event, What};

/// Stands for any task, call or end.
const ANY: &str = "_";

/// One line of the file.
#[derive(Debug, Clone)]
struct Rule {
    line: u32,
    task: String,
    call: String,
    end: Option<String>,
    data: Option<Data>,
    wants: Vec<Expectation>,
    /// As written.
    text: String,
    /// What came of the last call that it was about and that did not meet it.
    nearest: Option<String>,
}

/// A file of expectations, and how far the program has met them.
#[derive(Debug, Clone, Default)]
pub struct Grade {
    /// For each task as the file names it, its rules; the first is the next to be met.
    rules: BTreeMap<String, Vec<Rule>>,
    captures: Captures,
    total: usize,
}

impl Grade {
    /// Reads the file.
    pub fn parse(source: &[u8]) -> Result<Self, ParseError> {
        let fail = |line, message: &str| ParseError { line, column: 1, message: message.to_owned() };
        if source.len() > MAX_SCRIPT {
            return Err(fail(1, "the file is too long"));
        }
        let text = std::str::from_utf8(source).map_err(|_error| fail(1, "the file is not UTF-8"))?;
        let mut grade = Self::default();
        for (number, text) in (1..).zip(text.lines()) {
            if let Some(rule) = rule(text, number)? {
                grade.total += 1;
                grade.rules.entry(rule.task.clone()).or_default().push(rule);
            }
        }
        // Met from the end, so that the next one is the last.
        grade.rules.values_mut().for_each(|rules| rules.reverse());
        Ok(grade)
    }

    /// One more event.
    pub fn event(&mut self, event: &Event) {
        let task = match &event.what {
            What::Call(call) => &call.task,
            What::Death { task, .. } | What::Signal { task, .. } => task,
            What::Burst(_)
            | What::Queue(_)
            | What::Holders(_)
            | What::Tasks(_)
            | What::Fds { .. }
            | What::Why(_)
            | What::Expect { .. }
            | What::Refused { .. }
            | What::Summary(_) => return,
        };
        for name in [task.as_str(), ANY] {
            let Some(rule) = self.rules.get_mut(name).and_then(|rules| rules.last_mut()) else { continue };
            if !rule.is_about(event) {
                continue;
            }
            let mut captures = self.captures.clone();
            let came = rule.came(event, task, &mut captures);
            match came {
                None => {
                    self.captures = captures;
                    self.rules.get_mut(name).and_then(Vec::pop);
                }
                Some(got) => rule.nearest = Some(got),
            }
        }
    }

    /// How many expectations there are.
    pub fn total(&self) -> usize {
        self.total
    }

    /// What was not met, by its lines: of each task the first, for those behind it were not looked for.
    pub fn unmet(&self) -> Vec<String> {
        let mut unmet: Vec<(u32, String)> = self.rules.values().filter_map(|rules| describe(rules)).collect();
        unmet.sort();
        unmet.into_iter().map(|(line, text)| format!("{line}: {text}")).collect()
    }
}

fn describe(rules: &[Rule]) -> Option<(u32, String)> {
    let rule = rules.last()?;
    let text = match &rule.nearest {
        Some(got) => format!("{}: got {got}", rule.text),
        None => format!("{}: no such call came", rule.text),
    };
    let behind = match rules.len() - 1 {
        0 => String::new(),
        1 => format!("; 1 line for {} after it was not reached", rule.task),
        many => format!("; {many} lines for {} after it were not reached", rule.task),
    };
    Some((rule.line, text + &behind))
}

impl Rule {
    /// Whether an event is the call on the end that it names; a death or signal is only where any call will do.
    fn is_about(&self, event: &Event) -> bool {
        let What::Call(call) = &event.what else { return self.call == ANY };
        let is_call = self.call == ANY || self.call == call.call.name();
        let is_end = match self.end.as_deref() {
            None | Some(ANY) => true,
            Some(end) => call.call.fd().is_some_and(|fd| call.names.end(fd) == end),
        };
        is_call && is_end && self.is_of_data(call)
    }

    fn is_of_data(&self, call: &CallEvent) -> bool {
        let Some(data) = &self.data else { return true };
        let written: Vec<u8> = call.call.payloads().iter().flat_map(Payload::iter).collect();
        Captures::default().payload(data).is_ok_and(|wanted| wanted.iter().eq(written))
    }

    /// What came instead of what is expected; none if it holds.
    fn came(&self, event: &Event, task: &str, captures: &mut Captures) -> Option<String> {
        let mut event = event.clone();
        let mut asleep = Vec::new();
        if let What::Call(call) = &mut event.what {
            if call.state == CallState::Asleep {
                asleep.push(task.to_owned());
            }
            // What a sleeper returns is its own answer here: there are no statements between.
            if call.state == CallState::Resumed {
                (call.state, call.since) = (CallState::Returned, None);
            }
        }
        let events = [event];
        let seen = Seen { events: &events, actor: Some(task), refused: None, asleep: &asleep, verb: &Verb::Tasks };
        let verdict = check::check(&self.wants, &seen, captures);
        (!verdict.ok).then_some(verdict.got)
    }
}

fn rule(text: &str, line: u32) -> Result<Option<Rule>, ParseError> {
    let Line { words, arrow, .. } = words::split(text, line)?;
    let form = "write: TASK: CALL END => EXPECTATION";
    let wrong = |column, what: &str| ParseError { line, column, message: format!("{what}, {form}") };
    let Some(arrow) = arrow else {
        return match words.first() {
            None => Ok(None),
            Some(word) => Err(wrong(word.column, "nothing is expected here")),
        };
    };
    let (task, rest) = match words.split_first() {
        Some((first, rest)) if first.text.ends_with(':') => (first.text.trim_end_matches(':').to_owned(), rest),
        _ => (ANY.to_owned(), words.as_slice()),
    };
    let Some((call, rest)) = rest.split_first() else { return Err(wrong(1, "no call is named")) };
    let data = |word: &Word| values::data(word).map_err(|message| ParseError { line, column: word.column, message });
    let (end, data) = match rest {
        [] => (None, None),
        [end] => (Some(end.text.clone()), None),
        [end, word] => (Some(end.text.clone()), Some(data(word)?)),
        [_, _, word, ..] => return Err(wrong(word.column, "this is too much")),
    };
    let after = text.get(arrow.span.end..).unwrap_or_default();
    let wants = parse::expectations(after, &Verb::Tasks, line)?;
    let (call, text) = (call.text.clone(), text.trim().to_owned());
    Ok(Some(Rule { line, task, call, end, data, wants, text, nearest: None }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Errno;
    use crate::order::{Call, Outcome};
    use crate::trace::{NamedEnd, Names};
    use crate::world::kind::EndId;

    fn event(task: &str, call: Call, end: &str, (ret, outcome): (i32, Outcome)) -> Event {
        let named = NamedEnd { fd: call.fd().unwrap_or(0), id: EndId(9), name: end.to_owned() };
        let call = CallEvent {
            task: task.to_owned(),
            pid: 1,
            tid: 1,
            call,
            names: Names { ends: vec![named], ..Names::default() },
            state: CallState::Returned,
            since: None,
            ret: Some(ret),
            errno: Errno::NONE,
            t_ns: 0,
            outcome,
            eof: Some(false),
        };
        Event { line: 1, task: None, what: What::Call(Box::new(call)) }
    }

    fn unmet(source: &str) -> Vec<String> {
        let write = |data: &[u8]| {
            let call = Call::Write { fd: 3, data: Payload::once(data.to_vec()) };
            event("parent", call, "pair1[0]", (3, Outcome::default()))
        };
        let read = Outcome { data: b"onetwo".to_vec(), ..Outcome::default() };
        let read = event("child1", Call::Read { fd: 4, count: 64 }, "pair1[1]", (6, read));
        let mut grade = Grade::parse(source.as_bytes()).expect("it parses");
        for event in [write(b"one"), write(b"two"), read] {
            grade.event(&event);
        }
        grade.unmet()
    }

    #[test]
    fn expectations_are_met_in_order_whatever_comes_between() {
        assert_eq!(unmet("parent: write pair1[0] => 3\nchild1: read pair1[1] => \"onetwo\"\n"), Vec::<String>::new());
        assert_eq!(unmet("# any\n_: write _ => 3\nparent: write _ \"two\" => 3\n_: read _ => _"), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_met_is_told_with_what_came_and_how_much_is_behind_it() {
        assert_eq!(
            unmet("parent: write pair1[0] => 3\nparent: write pair1[0] => 4\nparent: write _ => 3"),
            ["2: parent: write pair1[0] => 4: got 3; 1 line for parent after it was not reached"]
        );
        assert_eq!(unmet("child1: write _ => _"), ["1: child1: write _ => _: no such call came"]);
        assert_eq!(unmet("child1: read _ => EOF"), ["1: child1: read _ => EOF: got \"onetwo\""]);
        // In order: the second message does not come before the first.
        assert_eq!(unmet("parent: write _ \"two\" => 3\nparent: write _ \"one\" => 3").len(), 1);
    }

    #[test]
    fn what_is_no_expectation_is_refused_with_its_place() {
        for (source, wanted) in [
            ("\nparent: read x", "2:1: nothing is expected here"),
            ("parent: => 3", "1:1: no call is named"),
            ("parent: write a b c => 3", "1:19: this is too much"),
            ("parent: read a => nonsense", "1:"),
        ] {
            let error = Grade::parse(source.as_bytes()).expect_err(source).to_string();
            assert!(error.starts_with(wanted), "{error}");
        }
    }
}
