//! Who does what when: a recording's calls, each in the part of its task, with the turns between them. A call that sleeps gives the
//! turn away before; the task that goes on after it has returned waits for that.

use std::collections::BTreeSet;

use crate::abi::Signal;
use crate::explain;
use crate::recording::Recording;
use crate::recording::entry::Entry;
use crate::recording::replay::Replay;
use crate::script::{Statement, Verb, parse};
use crate::trace::{Death, Event, Fact, Subject, TaskId, What, strace};

use super::calls::{self, Made};
use super::descriptors::Descriptors;
use super::literal;

/// The one that does what no task does: it sends the signals that come from outside, and tells of deaths.
pub const STAGE: usize = 0;

/// A run as parts of a program.
#[derive(Debug, Default)]
pub struct Turns {
    /// The stage, then the tasks in order of creation.
    pub parts: Vec<Part>,
    /// The variables of descriptors.
    pub descriptors: Descriptors,
    /// Who called execve(2), in order.
    pub executions: Vec<usize>,
    /// The number of the turn.
    clock: u32,
    /// Who acted last, and whether the turn was given away already.
    last: Option<(usize, bool)>,
    /// Who is inside of a call that sleeps.
    inside: BTreeSet<usize>,
    /// Whose sleeping calls have returned since somebody acted.
    returned: Vec<usize>,
    /// Lines of the transcript so far.
    pub(super) told: usize,
    pub(super) statement: Option<Statement>,
    /// Whose part has the running statement as a comment.
    noted: BTreeSet<usize>,
    why: Option<String>,
}

/// What one task does.
#[derive(Debug, Default)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The name by which C knows it, which no other part has.
    c_name: String,
    /// Its process.
    pub pid: i32,
    /// Whether it is a thread of its parent's process.
    pub is_thread: bool,
    /// Its lines.
    pub lines: Vec<String>,
    /// The most bytes that one of its reads has room for.
    pub room: u64,
    /// What it did before each execve(2): its lines are those after the last one.
    pub before_exec: Vec<Vec<String>>,
    /// The call that it is asleep in, to be written when it is known what comes of it.
    pub(super) asleep: Option<Made>,
}

/// The run of a recording.
pub fn of(recording: &Recording) -> Result<Turns, String> {
    let mut turns = Turns::default();
    turns.add("stage", 0, false);
    let mut replay = Replay::keeping(recording.keeping());
    let mut is_bench = false;
    for entry in recording.entries()? {
        match &entry {
            Entry::Bench(_) if is_bench => {
                return Err("the bench was reset: only one bench fits into a program".to_owned());
            }
            Entry::Bench(_) => is_bench = true,
            Entry::Statement { line, text } => turns.begin(parse::statement(text, *line).ok().flatten())?,
            Entry::Record(record) => {
                if let Fact::Born(birth) = &record.fact {
                    turns.add(&birth.name, birth.pid, birth.pid != birth.tid);
                }
            }
            Entry::Observed(_) | Entry::Settled(_) | Entry::Spontaneous {} | Entry::Checked(_) | Entry::End(_) => {}
        }
        let is_settled = matches!(entry, Entry::Settled(_));
        let events = replay.take(entry)?;
        if is_settled {
            let why = replay.recording().why(Subject::Other);
            turns.why = (why.rule != explain::NOTHING).then_some(why.text);
        }
        turns.settled(&events)?;
    }
    if !is_bench {
        return Err("only what a bench did has a form in C: of another program not all calls are known".to_owned());
    }
    turns.end();
    Ok(turns)
}

impl Turns {
    /// One more part.
    fn add(&mut self, name: &str, pid: i32, is_thread: bool) {
        let mut c_name = literal::name(name).to_lowercase();
        if self.parts.iter().any(|part| part.c_name == c_name) {
            c_name = format!("{c_name}_{}", self.parts.len());
        }
        self.parts.push(Part { name: name.to_owned(), c_name, pid, is_thread, ..Part::default() });
    }

    fn begin(&mut self, statement: Option<Statement>) -> Result<(), String> {
        self.noted.clear();
        self.statement = statement;
        let reason = match self.verb() {
            Some(Verb::Reader { .. }) => "a reader reads when it likes",
            Some(Verb::Echo { .. } | Verb::Ping { .. }) => "two tasks work at one time",
            Some(Verb::KillGroup { .. }) => "a process group gets a signal",
            Some(Verb::Repeat { .. }) => "what is repeated is not written out",
            _ => return Ok(()),
        };
        Err(self.refused(&format!("{reason}, which has no form in C yet")))
    }

    /// What a statement has brought, in the order of the transcript.
    fn settled(&mut self, events: &[Event]) -> Result<(), String> {
        if events.iter().any(|event| matches!(event.what, What::Refused { .. })) {
            return Ok(());
        }
        if !events.is_empty() {
            self.act_from_outside();
        }
        let is_loop = events.iter().any(|event| matches!(event.what, What::Burst(_)));
        let tasks: BTreeSet<Option<TaskId>> = events
            .iter()
            .filter(|event| matches!(event.what, What::Call(_) | What::Burst(_)))
            .map(|event| event.task)
            .collect();
        if is_loop && tasks.len() > 1 {
            return Err(self.refused("two tasks work at one time, and no order of their calls is known"));
        }
        for (at, event) in events.iter().enumerate() {
            self.event(event, &events[at + 1..])?;
            let is_told =
                matches!(event.what, What::Call(_) | What::Burst(_) | What::Signal { .. } | What::Death { .. });
            self.told += usize::from(is_told);
        }
        Ok(())
    }

    fn refused(&self, reason: &str) -> String {
        match &self.statement {
            Some(statement) => format!("line {}: {}: {reason}", statement.line, statement.text.trim()),
            None => reason.to_owned(),
        }
    }

    /// Signals that nobody on the bench sends.
    fn act_from_outside(&mut self) {
        let Some(statement) = self.statement.as_ref().filter(|statement| statement.task.is_none()) else { return };
        #[expect(clippy::wildcard_enum_match_arm, reason = "all other statements are made by a task")]
        let (name, signal) = match &statement.verb {
            Verb::Kill { task, signal } => (task.clone(), calls::signal_name(signal.0)),
            Verb::Stop { task } => (task.clone(), "SIGSTOP".to_owned()),
            Verb::Cont { task } => (task.clone(), "SIGCONT".to_owned()),
            Verb::Interrupt { task } => (task.clone(), "INTERRUPT".to_owned()),
            _ => return,
        };
        let Some(task) = self.parts.iter().rposition(|part| part.name == name) else { return };
        self.act(STAGE);
        let id = self.id(task);
        let call = match (signal.as_str(), self.parts[task].is_thread) {
            ("INTERRUPT", _) | (_, true) => format!("syscall(SYS_tgkill, pid_of({id}), all->tid[{id}], {signal});"),
            _ => format!("kill(pid_of({id}), {signal});"),
        };
        self.push(STAGE, call);
        if signal == "SIGSTOP" {
            self.push(STAGE, format!("until_stopped({id});"));
        }
        self.statement = None;
    }

    fn event(&mut self, event: &Event, rest: &[Event]) -> Result<(), String> {
        let line = strace::lines(event).into_iter().next().unwrap_or_default();
        let who = event.task.map(|task| task.0 as usize + 1).filter(|who| *who < self.parts.len());
        match (&event.what, who) {
            (What::Call(call), Some(who)) => {
                self.call(call, who, &line, is_killed_by_pipe(event, rest)).map_err(|reason| self.refused(&reason))
            }
            (What::Burst(burst), Some(who)) => {
                let is_deadly = is_killed_by_pipe(event, rest);
                self.burst(burst, who, (&line, is_deadly)).map_err(|reason| self.refused(&reason))
            }
            (What::Signal { .. }, _) => {
                self.told_by_stage(&line);
                Ok(())
            }
            (What::Death { death, .. }, Some(who)) => {
                self.act(STAGE);
                let status = match death {
                    Death::Exited(code) => (code & 0xff) << 8,
                    Death::Killed(signal) => signal.0,
                    Death::Unknown => 0,
                };
                let id = self.id(who);
                self.push(STAGE, format!("died({id}, {status:#x}, __LINE__, {});", literal::format(&line)));
                self.inside.remove(&who);
                self.finish_asleep(who);
                Ok(())
            }
            // What somebody looked at: no call of theirs.
            _ => {
                if !line.is_empty() {
                    let last = self.last.map_or(STAGE, |last| last.0);
                    self.push(last, format!("/* {} */", literal::comment(line.trim())));
                }
                Ok(())
            }
        }
    }

    /// Those that are asleep at the end stay so.
    fn end(&mut self) {
        for who in 0..self.parts.len() {
            self.finish_asleep(who);
        }
        self.statement = None;
        self.act(STAGE);
    }

    fn finish_asleep(&mut self, who: usize) {
        if let Some(made) = self.parts[who].asleep.take() {
            self.never(&made, who);
        }
    }

    /// It is this one's turn.
    pub(super) fn act(&mut self, who: usize) {
        let returned = std::mem::take(&mut self.returned);
        let is_same = self.last == Some((who, false));
        if !is_same {
            if let Some((last, false)) = self.last {
                self.push(last, "over();");
                self.clock += 1;
            }
            self.push(who, format!("turn({});", self.clock));
        }
        for other in returned.iter().filter(|other| **other != who) {
            let id = self.id(*other);
            self.push(who, format!("back({id});"));
        }
        if is_same && !self.inside.is_empty() {
            self.push(who, "quiet();");
        }
        self.last = Some((who, false));
        self.note(who);
    }

    /// The statement, and why it comes out so, before the first call that it makes in a part.
    fn note(&mut self, who: usize) {
        if let Some(statement) = self.statement.as_ref().filter(|_| who != STAGE)
            && self.noted.insert(who)
        {
            let text = format!("/* line {}: {} */", statement.line, literal::comment(statement.text.trim()));
            self.push(who, text);
            if let Some(why) = self.why.take() {
                self.push(who, format!("/* {} */", literal::comment(&why)));
            }
        }
    }

    /// A line that its task cannot tell.
    pub(super) fn told_by_stage(&mut self, line: &str) {
        self.act(STAGE);
        self.push(STAGE, format!("say({});", literal::format(line)));
    }

    /// The next call of this one sleeps, or is its last: others go on meanwhile.
    pub(super) fn falls_asleep(&mut self, who: usize, line: &str) {
        self.act(who);
        self.push(who, format!("sleeps({});", literal::format(line)));
        self.clock += 1;
        self.last = Some((who, true));
        self.inside.insert(who);
    }

    /// It has returned from the call that slept, and told it.
    pub(super) fn woke(&mut self, who: usize) {
        self.push(who, "woke();");
        self.inside.remove(&who);
        self.returned.push(who);
    }

    pub(super) fn push(&mut self, who: usize, line: impl Into<String>) {
        self.push_in(who, line, false);
    }

    pub(super) fn push_in(&mut self, who: usize, line: impl Into<String>, is_block: bool) {
        let line = line.into();
        let indent = if is_block { "        " } else { "    " };
        self.parts[who].lines.push(format!("{indent}{line}"));
    }

    pub(super) fn open(&mut self, who: usize, made: &Made, is_block: bool) {
        if is_block {
            self.push(who, "{");
        }
        for line in &made.before {
            self.push_in(who, line.clone(), is_block);
        }
    }

    pub(super) fn close(&mut self, who: usize, is_block: bool) {
        if is_block {
            self.push(who, "}");
        }
    }

    /// The name of a task's number in C.
    pub fn id(&self, task: usize) -> String {
        if task == STAGE { "STAGE".to_owned() } else { format!("{}_TASK", self.parts[task].c_name.to_uppercase()) }
    }

    /// The name of a task's function in C.
    pub fn function(&self, task: usize) -> String {
        format!("{}_part", self.parts[task].c_name)
    }

    pub(super) fn tasks(&self) -> Vec<(i32, String)> {
        let is_process = |(_, part): &(usize, &Part)| !part.is_thread;
        let rows = self.parts.iter().enumerate().skip(1).filter(is_process);
        // Of two with one pid the newer is meant.
        rows.map(|(at, part)| (part.pid, self.id(at))).rev().collect()
    }
}

/// Whether the SIGPIPE of this call kills its task: then it does not return.
fn is_killed_by_pipe(event: &Event, rest: &[Event]) -> bool {
    let is_last =
        rest.iter().all(|next| next.task != event.task || !matches!(next.what, What::Call(_) | What::Burst(_)));
    let is_death = |next: &Event| {
        next.task == event.task && matches!(next.what, What::Death { death: Death::Killed(Signal::PIPE), .. })
    };
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other events write nothing")]
    let writes = match &event.what {
        What::Call(call) => call.call.offered().is_some(),
        What::Burst(burst) => burst.call == "write",
        _ => false,
    };
    writes && is_last && rest.iter().any(is_death)
}
