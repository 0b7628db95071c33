//! Grades a program that somebody else wrote: a file of expectations, each about a call of a task on an end, met in order by what
//! the program does. Other calls between them do not matter. Pure.
//!
//! `[TASK:] CALL END [DATA] => EXPECTATION, …`, where `_` is any task, any call, any end. CALL and END may be alternatives, `a|b`;
//! A line that begins with `!` must not be met.
//! `reads` and `writes` are all calls that take or give bytes, whose text may come in several of them. The comment above a line says
//! what it wants, in the words of its author.

pub mod grading;
pub mod reasons;

use std::collections::BTreeMap;
use std::fmt;

use crate::check::{self, Captures, StatementRun};
use crate::order::Payload;
use crate::script::words::{self, ParseError, Word, WordLine, quote};
use crate::script::{Data, Expectation, MAX_SCRIPT, Verb, Want, parse, values};
use crate::trace::{CallEvent, CallState, Event, What};

/// Stands for any task, call or end.
const ANY: &str = "_";
/// What is said of a line that must not be met and was.
pub const FORBIDDEN: &str = "what must not be";
/// What is said of a call in which its task died.
pub const UNFINISHED: &str = "unfinished";

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
    /// The comment above it.
    wish: String,
    /// What came of the last call that it was about and that did not meet it.
    nearest: Option<Nearest>,
    /// Of `reads` and `writes`: the beginning of its text, which has come.
    so_far: Vec<u8>,
}

/// A call that did not meet its line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Nearest {
    /// `read(pair1[0])`; none of a death.
    call: Option<String>,
    /// What came, in the words of the language.
    got: String,
    /// The bytes that came.
    bytes: Vec<u8>,
}

/// A line that was not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmet {
    /// Its number in the file.
    pub line: u32,
    /// As written.
    pub text: String,
    /// The comment above it; empty where there is none.
    pub wish: String,
    /// Whose call it is about; `_` of anybody's.
    pub task: String,
    /// Whether it wants something written.
    pub is_about_writing: bool,
    /// The call that it names, and the first thing expected of it; no call of a line that must not be met.
    pub call: Option<(String, Want)>,
    /// The bytes that came of `nearest`.
    pub bytes: Vec<u8>,
    /// What came of the last call that it was about, by whom: `child1: read(pair1[1])` and the answer.
    pub nearest: Option<(String, String)>,
    /// Lines of the same task behind it, which were not looked for.
    pub behind: usize,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, text, task, nearest, behind, .. } = self;
        match nearest {
            Some((_, got)) => write!(f, "{line}: {text}: got {got}")?,
            None => write!(f, "{line}: {text}: no such call came")?,
        }
        match behind {
            0 => Ok(()),
            1 => write!(f, "; 1 line for {task} after it was not reached"),
            many => write!(f, "; {many} lines for {task} after it were not reached"),
        }
    }
}

/// A file of expectations, and how far the program has met them.
#[derive(Debug, Clone, Default)]
pub struct Grade {
    /// For each task as the file names it, its rules; the first is the next to be met.
    rules: BTreeMap<String, Vec<Rule>>,
    /// Lines that must not be met.
    forbidden: Vec<Rule>,
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
        let mut wish = String::new();
        let mut is_wish_over = true;
        for (number, text) in (1..).zip(text.lines()) {
            if let Some(comment) = text.trim_start().strip_prefix('#') {
                if std::mem::take(&mut is_wish_over) {
                    wish.clear();
                }
                wish.extend([if wish.is_empty() { "" } else { " " }, comment.trim()]);
            } else if let Some(rule) = rule(text, number)? {
                is_wish_over = true;
                grade.total += 1;
                let rule = Rule { wish: wish.clone(), ..rule };
                match rule.task.strip_prefix('!') {
                    Some(task) => grade.forbidden.push(Rule { task: task.to_owned(), ..rule }),
                    None => grade.rules.entry(rule.task.clone()).or_default().push(rule),
                }
            } else {
                wish.clear();
            }
        }
        // Met from the end, so that the next one is the last.
        grade.rules.values_mut().for_each(|rules| rules.reverse());
        Ok(grade)
    }

    /// One more event; true if a line is met by it.
    pub fn event(&mut self, event: &Event) -> bool {
        let mut is_met = false;
        let task = match &event.what {
            What::Call(call) => &call.task,
            What::Death { task, .. } | What::Signal { task, .. } => task,
            What::Burst(_)
            | What::Queue(_)
            | What::Holders(_)
            | What::Pending(_)
            | What::Tasks(_)
            | What::Fds { .. }
            | What::Why(_)
            | What::Expect { .. }
            | What::Refused { .. }
            | What::Summary(_) => return false,
        };
        for rule in &mut self.forbidden {
            let is_about = is_one_of(&rule.task, task) && rule.is_about(event);
            if is_about && rule.nearest.is_none() && rule.came(event, task, &mut self.captures.clone()).is_none() {
                let (call, got) = (words_of_event(event), FORBIDDEN.to_owned());
                rule.nearest = Some(Nearest { call, got, bytes: Vec::new() });
            }
        }
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
                    is_met = true;
                    self.rules.get_mut(name).and_then(Vec::pop);
                }
                Some((got, bytes)) => {
                    let call = words_of_event(event);
                    // Of a text the first that was another one, with what it has grown to; of all else the last.
                    let is_other =
                        |before: &str| before.starts_with('"') && !got.starts_with(before.trim_end_matches('"'));
                    let had_text = rule.nearest.as_ref().is_some_and(|nearest| is_other(&nearest.got));
                    if !(had_text && rule.wants_text()) {
                        rule.nearest = Some(Nearest { call, got, bytes });
                    }
                }
            }
        }
        is_met
    }

    /// How many expectations there are.
    pub fn total(&self) -> usize {
        self.total
    }

    /// What was not met, by its lines: of each task the first, for those behind it were not looked for.
    pub fn unmet(&self) -> Vec<Unmet> {
        let broken = self.forbidden.iter().filter(|rule| rule.nearest.is_some());
        let broken = broken.filter_map(|rule| describe(std::slice::from_ref(rule)));
        let mut unmet: Vec<Unmet> = self.rules.values().filter_map(|rules| describe(rules)).chain(broken).collect();
        unmet.sort_by_key(|unmet| unmet.line);
        unmet
    }
}

fn describe(rules: &[Rule]) -> Option<Unmet> {
    let rule = rules.last()?;
    let nearest = rule.nearest.as_ref().map(|nearest| (nearest.call.clone().unwrap_or_default(), nearest.got.clone()));
    Some(Unmet {
        line: rule.line,
        text: rule.text.clone(),
        wish: rule.wish.clone(),
        task: rule.task.clone(),
        is_about_writing: rule.call.split('|').any(|word| word.starts_with("write") || word.starts_with("send")),
        call: rule.wants.first().filter(|_| !rule.is_forbidden()).map(|want| (rule.call.clone(), want.want.clone())),
        bytes: rule.nearest.as_ref().map(|nearest| nearest.bytes.clone()).unwrap_or_default(),
        nearest,
        behind: rules.len() - 1,
    })
}

fn words_of_event(event: &Event) -> Option<String> {
    if let What::Call(call) = &event.what { Some(words_of(call)) } else { None }
}

/// `child1: read(pair1[1])`.
fn words_of(call: &CallEvent) -> String {
    let end = call.call.fd().map_or_else(String::new, |fd| call.names.end(fd));
    format!("{}: {}({end})", call.task, call.call.name())
}

/// Whether one of the alternatives is any, or this name.
fn is_one_of(alternatives: &str, name: &str) -> bool {
    alternatives.split('|').any(|one| one == ANY || one == name)
}

impl Rule {
    /// Whether an event is the call on the end that it names; a death or signal is only where any call will do.
    fn is_about(&self, event: &Event) -> bool {
        let What::Call(call) = &event.what else { return self.call == ANY };
        if self.wants_death() {
            return false;
        }
        let is_call = is_one_of(&self.call, call.call.name())
            || self.takes() && call.call.room().is_some()
            || self.gives() && call.call.offered().is_some();
        let is_end = match self.end.as_deref() {
            None | Some(ANY) => true,
            Some(ends) => call.call.fd().is_some_and(|fd| is_one_of(ends, &call.names.end(fd))),
        };
        is_call && is_end && self.is_of_data(call)
    }

    /// How a task ends, or a signal: no call can tell.
    fn wants_death(&self) -> bool {
        let is_death = |want: &Want| matches!(want, Want::Exits(..) | Want::Killed(..) | Want::Signals(..));
        self.call == ANY && self.wants.iter().all(|expectation| is_death(&expectation.want))
    }

    /// A text, and nothing else.
    fn wants_text(&self) -> bool {
        matches!(&*self.wants, [Expectation { want: Want::Data(_), .. }])
    }

    /// `reads`: any call that takes bytes.
    fn takes(&self) -> bool {
        self.call == "reads"
    }

    /// `writes`: any call that gives bytes.
    fn gives(&self) -> bool {
        self.call == "writes"
    }

    fn is_of_data(&self, call: &CallEvent) -> bool {
        let Some(data) = &self.data else { return true };
        let written: Vec<u8> = call.call.payloads().iter().flat_map(Payload::iter).collect();
        Captures::default().payload(data).is_ok_and(|wanted| wanted.iter().eq(written))
    }

    /// What came instead of what is expected, and its bytes; none if it holds.
    fn came(&mut self, event: &Event, task: &str, captures: &mut Captures) -> Option<(String, Vec<u8>)> {
        if let What::Call(call) = &event.what
            && (self.takes() || self.gives())
            && let [Expectation { want: Want::Data(text), .. }] = &*self.wants
            && let Ok(text) = captures.payload(text)
            && let Some(bytes) = moved(call)
        {
            return self.came_in_parts(&bytes, &text.iter().collect::<Vec<u8>>());
        }
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
        let seen =
            StatementRun { events: &events, actor: Some(task), refused: None, asleep: &asleep, verb: &Verb::Tasks };
        let verdict = check::check(&self.wants, &seen, captures);
        let bytes = if let What::Call(call) = &events[0].what { moved(call) } else { None };
        (!verdict.ok).then(|| (verdict.got, bytes.unwrap_or_default()))
    }
}

impl Rule {
    /// The text may come in several calls, which begin where it begins.
    fn came_in_parts(&mut self, bytes: &[u8], text: &[u8]) -> Option<(String, Vec<u8>)> {
        let all = [std::mem::take(&mut self.so_far), bytes.to_vec()].concat();
        if all == text || bytes == text {
            return None;
        }
        let got = quote(&all);
        self.so_far =
            [all.as_slice(), bytes].into_iter().find(|so_far| text.starts_with(so_far)).unwrap_or(&[]).to_vec();
        Some((got, all))
    }

    fn is_forbidden(&self) -> bool {
        self.text.starts_with('!')
    }
}

/// The bytes that a call has taken or given; none of one that has not come back with some.
fn moved(call: &CallEvent) -> Option<Vec<u8>> {
    let count = usize::try_from(call.ret?).ok().filter(|count| *count > 0)?;
    let bytes: Vec<u8> = match call.call.offered() {
        Some(_) => call.call.payloads().iter().flat_map(Payload::iter).take(count).collect(),
        None => call.outcome.data.clone(),
    };
    (bytes.len() == count).then_some(bytes)
}

fn rule(text: &str, line: u32) -> Result<Option<Rule>, ParseError> {
    let WordLine { words, arrow, .. } = words::split(text, line)?;
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
    let (wish, so_far) = (String::new(), Vec::new());
    Ok(Some(Rule { line, task, call, end, data, wants, text, wish, nearest: None, so_far }))
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
        grade.unmet().iter().map(ToString::to_string).collect()
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
    fn a_text_may_come_in_several_calls_of_any_name() {
        assert_eq!(unmet("parent: writes _ => \"onetwo\"\nchild1: reads _ => \"onetwo\""), Vec::<String>::new());
        assert_eq!(unmet("parent: writes x|pair1[0] => \"one\"\nparent: send|write _ => 3"), Vec::<String>::new());
        let halves = unmet("parent: writes _ => \"two\"\nparent: writes _ => \"more\"");
        assert_eq!(halves, ["2: parent: writes _ => \"more\": no such call came"]);
        let got = unmet("parent: writes _ => \"onetwo!\"");
        assert_eq!(got, ["1: parent: writes _ => \"onetwo!\": got \"onetwo\""]);
    }

    #[test]
    fn what_must_not_be_is_told_if_it_was() {
        assert_eq!(unmet("!child2: _ => _\n!parent: write _ => EPIPE"), Vec::<String>::new());
        assert_eq!(unmet("!parent: write _ => 3"), ["1: !parent: write _ => 3: got what must not be"]);
    }

    #[test]
    fn the_comment_above_a_line_is_what_it_wants() {
        let grade = Grade::parse(b"# A text.\n\n# Both\n# come.\nparent: write a => 3\nchild1: read a => 3\n")
            .expect("it parses");
        let wishes: Vec<String> = grade.unmet().into_iter().map(|unmet| unmet.wish).collect();
        assert_eq!(wishes, ["Both come.", "Both come."]);
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
