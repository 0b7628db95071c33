//! Who does what when: a recording's calls, each in the part of its task, with the turns between them. A call that sleeps gives the
//! turn away before; the task that goes on after it has returned waits for that. No language yet: that is each format's own.

mod descriptors;
mod results;
mod step;
mod together;

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::abi::{Errno, Signal};
use crate::order::{Call, Outcome};
use crate::recording::Recording;
use crate::recording::entry::RecordingEntry;
use crate::recording::replay::Replay;
use crate::script::{Number, Statement, Verb, parse};
use crate::trace::{self, CallEvent, CallState, Death, Event, Fact, Role, Subject, What, strace};

use descriptors::Descriptors;
pub use descriptors::Variable;
pub use step::{
    CallOrLoop, EnteredCall, ExitScope, FinishedLoop, KeptDescriptors, NumberNames, NumberOwner, Program, ProgramStep,
    ReturnedCall, SignalTarget, TaskSteps, TranscriptLine,
};

/// The one that does what no task does: it sends the signals that come from outside, and tells of deaths.
pub const STAGE: usize = 0;

/// What can be taken home of a program that was watched.
const NO_BENCH: &str = "only a bench can be made a program: of a watched one the code between its calls is not known. \
                        `tincans watch --tin FILE -- PROGRAM` makes a script of its calls, for a bench";

/// How far the walk has come.
#[derive(Debug, Default)]
struct Walk {
    run: Program,
    descriptors: Descriptors,
    /// The number of the turn.
    clock: u32,
    /// Who acted last, and whether the turn was given away already.
    last: Option<(usize, bool)>,
    /// Who is inside of a call that sleeps.
    inside: BTreeSet<usize>,
    /// Whose sleeping calls have returned since somebody acted.
    returned: Vec<usize>,
    /// Lines of the transcript so far.
    told: usize,
    statement: Option<Statement>,
    /// Whose part has the running statement as a comment.
    noted: BTreeSet<usize>,
    why: Option<String>,
    /// Whether the stage did what the statement says; of one that is repeated, each time.
    is_sent: bool,
    /// Whether somebody was told to read by itself.
    has_reader: bool,
    /// Whether no task makes the running statement.
    is_outside: bool,
    /// Processes and their tasks: of two with one pid the newer is first.
    tasks: Rc<Vec<(i32, usize)>>,
}

/// The run of a recording.
pub fn of(recording: &Recording) -> Result<Program, String> {
    let mut walk = Walk::default();
    walk.add("stage", 0, false);
    let mut replay = Replay::keeping(recording.keeping());
    let mut is_bench = false;
    for entry in recording.entries()? {
        match &entry {
            RecordingEntry::Bench(_) if is_bench => {
                return Err("the bench was reset: only one bench fits into a program".to_owned());
            }
            RecordingEntry::Bench(_) => is_bench = true,
            RecordingEntry::Statement { line, text } => walk.begin(parse::statement(text, *line).ok().flatten()),
            RecordingEntry::Record(record) => {
                if let Fact::Born(birth) = &record.fact {
                    if birth.role == Role::Stranger {
                        return Err(NO_BENCH.to_owned());
                    }
                    walk.add(&birth.name, birth.pid, birth.pid != birth.tid);
                }
            }
            RecordingEntry::Observed(_)
            | RecordingEntry::Settled(_)
            | RecordingEntry::Spontaneous {}
            | RecordingEntry::Checked(_)
            | RecordingEntry::End(_) => {}
        }
        let is_settled = matches!(entry, RecordingEntry::Settled(_));
        let events = replay.take(entry)?;
        if is_settled {
            let why = replay.recording().why(Subject::Other);
            walk.why = why.has_rule().then_some(why.text);
        }
        walk.settled(&events, is_settled)?;
    }
    if !is_bench || walk.told == 0 {
        return Err("nothing has happened in it: there is no call to make again".to_owned());
    }
    Ok(walk.end())
}

impl Walk {
    /// One more part.
    fn add(&mut self, name: &str, pid: i32, is_thread: bool) {
        let mut own = word(name).to_lowercase();
        let task = self.run.parts.len();
        if self.run.parts.iter().any(|part| part.word == own) {
            own = format!("{own}_{task}");
        }
        if task != STAGE && !is_thread {
            Rc::make_mut(&mut self.tasks).insert(0, (pid, task));
        }
        self.run.parts.push(TaskSteps { name: name.to_owned(), word: own, is_thread, ..TaskSteps::default() });
    }

    fn begin(&mut self, statement: Option<Statement>) {
        self.noted.clear();
        self.statement = statement;
        (self.is_sent, self.is_outside) = (false, false);
    }

    /// What a statement has brought, in the order of the transcript.
    fn settled(&mut self, events: &[Event], is_settled: bool) -> Result<(), String> {
        if events.iter().any(|event| matches!(event.what, What::Refused { .. })) {
            return Ok(());
        }
        let is_repeated =
            self.statement.as_ref().is_some_and(|statement| matches!(statement.verb, Verb::Repeat { .. }));
        if is_settled || (!is_repeated && !self.is_sent && !events.is_empty()) {
            let is_due = is_repeated || !self.is_sent;
            if is_due {
                self.act_from_outside();
            }
            self.is_sent = true;
        }
        if self.is_loop_beside_another(events) || self.is_reader_beside_writer(events) {
            return Err(self.refused(&self.at_one_time(events)));
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
        let Some(statement) = self.innermost_statement().filter(|statement| statement.task.is_none()) else { return };
        #[expect(clippy::wildcard_enum_match_arm, reason = "all other statements are made by a task")]
        let (name, sent) = match &statement.verb {
            Verb::Kill { task, signal } => (task.clone(), SignalTarget::Process(signal.0)),
            Verb::KillGroup { task, signal } => (task.clone(), SignalTarget::Group(signal.0)),
            Verb::Stop { task } => (task.clone(), SignalTarget::Process(Signal::STOP.0)),
            Verb::Cont { task } => (task.clone(), SignalTarget::Process(Signal::CONT.0)),
            Verb::Interrupt { task } => (task.clone(), SignalTarget::Interrupt),
            Verb::Sleep { ms: Number::Literal(ms) } => {
                let ms = u64::try_from(*ms).unwrap_or(0);
                self.is_outside = true;
                self.act(STAGE);
                self.push(STAGE, ProgramStep::Pause(ms));
                return;
            }
            _ => return,
        };
        let Some(task) = self.run.parts.iter().rposition(|part| part.name == name) else { return };
        self.is_outside = true;
        self.act(STAGE);
        let sent = match sent {
            SignalTarget::Process(signal) if self.run.parts[task].is_thread => SignalTarget::Thread(signal),
            SignalTarget::Process(_) | SignalTarget::Thread(_) | SignalTarget::Group(_) | SignalTarget::Interrupt => {
                sent
            }
        };
        self.push(STAGE, ProgramStep::Signal(task, sent));
        if matches!(sent, SignalTarget::Process(signal) | SignalTarget::Thread(signal) if signal == Signal::STOP.0) {
            self.push(STAGE, ProgramStep::AwaitStopped(task));
        }
    }

    fn event(&mut self, event: &Event, rest: &[Event]) -> Result<(), String> {
        let line = strace::lines(event).into_iter().next().unwrap_or_default();
        let who = event.task.map(|task| task.0 as usize + 1).filter(|who| *who < self.run.parts.len());
        match (&event.what, who) {
            (What::Call(call), Some(who)) => {
                self.call(call, who, &line, is_killed_by_pipe(event, rest)).map_err(|reason| self.refused(&reason))
            }
            (What::Burst(burst), Some(who)) => {
                let is_deadly = is_killed_by_pipe(event, rest);
                self.burst(burst, who, (&line, is_deadly)).map_err(|reason| self.refused(&reason))
            }
            (What::Signal { signal, .. }, Some(who)) if *signal == Signal::STOP && self.is_sent_by_itself(event) => {
                self.stops_itself(who);
                self.told_by_stage(&line);
                Ok(())
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
                self.push(STAGE, ProgramStep::AwaitDeath(who, status, TranscriptLine::fixed(&line)));
                self.inside.remove(&who);
                self.finish_asleep(who);
                Ok(())
            }
            // What somebody looked at: no call of theirs.
            _ => {
                if !line.is_empty() {
                    let last = self.last.map_or(STAGE, |last| last.0);
                    self.push(last, ProgramStep::Comment(line.trim().to_owned()));
                }
                Ok(())
            }
        }
    }

    /// Those that are asleep at the end stay so.
    fn end(mut self) -> Program {
        for who in 0..self.run.parts.len() {
            self.finish_asleep(who);
        }
        self.statement = None;
        self.act(STAGE);
        self.run.variables = self.descriptors.variables;
        self.run
    }

    fn finish_asleep(&mut self, who: usize) {
        if let Some(entered) = self.run.parts[who].asleep.take() {
            self.push(who, ProgramStep::NeverReturns(Box::new(entered)));
        }
    }

    /// It is this one's turn.
    fn act(&mut self, who: usize) {
        let returned = std::mem::take(&mut self.returned);
        let is_same = self.last == Some((who, false));
        if !is_same {
            if let Some((last, false)) = self.last {
                self.push(last, ProgramStep::PassTurn);
                self.clock += 1;
            }
            self.push(who, ProgramStep::AwaitTurn(self.clock));
        }
        for other in returned.iter().filter(|other| **other != who) {
            self.push(who, ProgramStep::AwaitReturn(*other));
        }
        if is_same && !self.inside.is_empty() {
            self.push(who, ProgramStep::AwaitSleepers);
        }
        self.last = Some((who, false));
        self.note(who);
    }

    /// The statement, and why it comes out so, before the first call that it makes in a part.
    fn note(&mut self, who: usize) {
        if let Some(statement) = self.statement.as_ref().filter(|_| who != STAGE && !self.is_outside)
            && self.noted.insert(who)
        {
            let text = format!("line {}: {}", statement.line, statement.text.trim());
            self.push(who, ProgramStep::Comment(text));
            if let Some(why) = self.why.take() {
                self.push(who, ProgramStep::Comment(why));
            }
        }
    }

    /// A line that its task cannot tell.
    fn told_by_stage(&mut self, line: &str) {
        self.act(STAGE);
        self.push(STAGE, ProgramStep::Print(TranscriptLine::fixed(line)));
    }

    /// The next call of this one sleeps, or is its last: others go on meanwhile.
    fn falls_asleep(&mut self, who: usize, line: &str) {
        self.act(who);
        self.push(who, ProgramStep::PrintThenSleep(TranscriptLine::fixed(line)));
        self.clock += 1;
        self.last = Some((who, true));
        self.inside.insert(who);
    }

    /// Whether the running statement is a task's signal to itself.
    fn is_sent_by_itself(&self, event: &Event) -> bool {
        let Some(statement) = self.innermost_statement() else { return false };
        let is_own = self.part_of(event).is_some_and(|part| statement.task.as_deref() == Some(&part.name));
        is_own
            && matches!(&statement.verb, Verb::Kill { task, .. } | Verb::Stop { task } if statement.task.as_ref() == Some(task))
    }

    /// The next call of this one stops it: others go on meanwhile, once it is so.
    fn stops_itself(&mut self, who: usize) {
        self.act(who);
        self.push(who, ProgramStep::PrepareStop);
        self.clock += 1;
        self.last = Some((who, true));
        self.inside.insert(who);
        let pid = self.tasks.iter().find(|task| task.1 == who).map_or(0, |task| task.0);
        let call = Call::Kill { pid, signal: Signal::STOP.0 };
        let (event, names) = (entered(&self.run.parts[who].name, pid, call), self.names(pid));
        self.run.parts[who].asleep = Some(EnteredCall { act: CallOrLoop::Call(Box::new(event)), names });
        self.act(STAGE);
        self.push(STAGE, ProgramStep::AwaitStopped(who));
    }

    /// It has returned from the call that slept, and told it.
    fn woke(&mut self, who: usize) {
        self.push(who, ProgramStep::ReportWoken);
        self.inside.remove(&who);
        self.returned.push(who);
    }

    fn push(&mut self, who: usize, step: ProgramStep) {
        self.run.parts[who].steps.push(step);
    }

    /// What numbers mean to a process now.
    fn names(&self, pid: i32) -> NumberNames {
        let statement = self.statement.as_ref();
        let statement = statement.map(|statement| format!("line {}: {}", statement.line, statement.text.trim()));
        NumberNames::new(self.descriptors.table(pid), self.tasks.clone(), statement.map(Rc::from))
    }

    /// The statement that is made; of one that repeats another that one.
    fn innermost_statement(&self) -> Option<&Statement> {
        let statement = self.statement.as_ref()?;
        if let Verb::Repeat { body, .. } = &statement.verb { Some(body) } else { Some(statement) }
    }

    fn verb(&self) -> Option<&Verb> {
        self.innermost_statement().map(|statement| &statement.verb)
    }
}

/// A call of which nothing has come yet.
fn entered(task: &str, pid: i32, call: Call) -> CallEvent {
    CallEvent {
        task: task.to_owned(),
        pid,
        tid: pid,
        call,
        names: trace::Names::default(),
        state: CallState::Asleep,
        since: None,
        ret: None,
        errno: Errno::NONE,
        t_ns: 0,
        outcome: Outcome::default(),
        eof: None,
    }
}

/// A name of the bench as a part of a name in a program.
fn word(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
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
        What::Call(call) => call.call.is_writing() || matches!(call.call, Call::Splice { .. } | Call::Tee { .. }),
        What::Burst(burst) => burst.call == "write",
        _ => false,
    };
    writes && is_last && rest.iter().any(is_death)
}
