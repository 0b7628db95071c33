//! What a watched program did with its channels, told again as a script of the bench with expectations. What has no statement is a
//! comment; calls about no channel are left out. Pure.

mod statement;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::abi::{Errno, Signal};
use crate::order::{Call, Extra};
use crate::script::MAX_SCRIPT;
use crate::script::words::quote;
use crate::trace::{CallEvent, CallState, Death, Event, What};

/// Bytes that are written out; longer data is told by its length.
const MOST_QUOTED: u64 = 256;

/// One statement, or a comment.
#[derive(Debug, Clone, Default)]
struct ScriptLine {
    /// Who makes the call; nobody of what comes from outside.
    task: String,
    /// Empty of a comment that follows in `wants`.
    statement: String,
    wants: Vec<String>,
    /// The channels that it is about.
    channels: BTreeSet<String>,
}

/// Calls that are remembered until a fork returns.
const MOST_UNBORN: usize = 1000;

/// A script that grows with a program's events.
#[derive(Debug, Clone, Default)]
pub struct Retold {
    told: Vec<ScriptLine>,
    /// Channels that a statement has made.
    channels: BTreeSet<String>,
    /// Tasks that a statement has made, and whether they live.
    tasks: BTreeMap<String, bool>,
    /// Who sleeps, and since which statement.
    asleep: BTreeMap<String, usize>,
    /// Who has called exit and is not dead yet: the statement for it stands where the death is, for others may act before that.
    ending: BTreeMap<String, ScriptLine>,
    /// What woke a task that no statement has woken yet.
    early: Vec<String>,
    /// Calls of tasks whose fork has not returned yet.
    unborn: Vec<CallEvent>,
    bytes: usize,
    is_cut: bool,
}

impl Retold {
    /// Nothing has happened but that there is a `parent`.
    pub fn new() -> Self {
        Self { tasks: BTreeMap::from([("parent".to_owned(), true)]), ..Self::default() }
    }

    /// One more event.
    pub fn event(&mut self, event: &Event) {
        match &event.what {
            What::Call(call) => self.call(call),
            What::Death { task, death, .. } => self.died(&name(task), *death),
            What::Signal { .. }
            | What::Burst(_)
            | What::Queue(_)
            | What::Holders(_)
            | What::Pending(_)
            | What::Tasks(_)
            | What::Fds { .. }
            | What::Why(_)
            | What::Expect { .. }
            | What::Refused { .. }
            | What::Summary(_) => {}
        }
    }

    /// The script; `program` is what it is of.
    pub fn script(&self, program: &str) -> String {
        let mut text = format!("# What {program} did, as a script: `tincans run` makes the same calls again.\n");
        for told in &self.told {
            if told.statement.is_empty() {
                let _ = writeln!(text, "# {}", told.wants.join(", "));
                continue;
            }
            let wants = if told.wants.is_empty() { String::new() } else { format!(" => {}", told.wants.join(", ")) };
            let task = if told.task.is_empty() { String::new() } else { format!("{}: ", told.task) };
            let _ = writeln!(text, "{task}{}{wants}", told.statement);
        }
        if self.is_cut {
            text.push_str("# The rest is left out: a script has no more room.\n");
        }
        text
    }

    fn call(&mut self, call: &CallEvent) {
        let task = name(&call.task);
        match self.tasks.get(&task) {
            Some(true) => {}
            Some(false) => return,
            // It runs before the fork that made it has returned.
            None => {
                if self.unborn.len() < MOST_UNBORN {
                    self.unborn.push(call.clone());
                }
                return;
            }
        }
        if call.state == CallState::Resumed {
            return self.wake(&task, call);
        }
        let Some(statement) = statement::of(call, |channel| self.channels.contains(channel)) else {
            return self.comment(call);
        };
        let is_exit = matches!(call.call, Call::Exit { .. } | Call::ExitGroup { .. });
        if call.state == CallState::Unfinished && !is_exit {
            return;
        }
        if is_exit {
            self.tasks.insert(task.clone(), false);
            self.ending.insert(task.clone(), ScriptLine { task, statement, ..ScriptLine::default() });
            return;
        }
        let is_asleep = call.state == CallState::Asleep;
        let wants = vec![if is_asleep { "sleeps".to_owned() } else { result(call) }];
        self.put(ScriptLine { task: task.clone(), statement, wants, channels: channels(call) });
        if is_asleep {
            self.asleep.insert(task, self.told.len() - 1);
        }
        self.made(call);
    }

    /// What the statements after this one can be about.
    fn made(&mut self, call: &CallEvent) {
        let (true, Some(made)) = (call.errno == Errno::NONE, &call.names.made) else { return };
        if call.call.makes_task() {
            let made = name(made);
            let early = self.unborn.extract_if(.., |early| name(&early.task) == made).collect::<Vec<_>>();
            self.tasks.insert(made, true);
            for early in &early {
                self.call(early);
            }
        } else {
            self.channels.insert(name(made));
        }
    }

    /// A sleeper has come back: by the last statement about its channel, or the next one.
    fn wake(&mut self, task: &str, call: &CallEvent) {
        let Some(since) = self.asleep.remove(task) else { return };
        let result = result(call);
        // It may be seen asleep in a wait for a death that has come already, in the moment before it is told.
        if self.told.iter().take(since).any(|told| is_death_waited_for(told, call)) {
            self.told[since].wants = vec![result];
            return;
        }
        // What became of a child is said of the child.
        let wants = if matches!(call.call, Call::Waitpid { .. }) {
            vec![format!("wakes {task}"), result]
        } else {
            vec![format!("wakes {task} {result}")]
        };
        let about = channels(call);
        let wakes = |told: &ScriptLine| {
            !told.statement.is_empty() && told.task != task && (about.is_empty() || !told.channels.is_disjoint(&about))
        };
        let by = self.told.iter().enumerate().skip(since + 1).rev().find(|(_, told)| wakes(told)).map(|(at, _)| at);
        match by.and_then(|at| self.told.get_mut(at)) {
            Some(told) => told.wants.extend(wants),
            None => self.early.extend(wants),
        }
    }

    fn died(&mut self, task: &str, death: Death) {
        if let Some(exit) = self.ending.remove(task) {
            self.put(exit);
        } else if let Death::Killed(signal) = death {
            self.killed(task, signal);
        }
    }

    /// A task was killed: by a statement of its own where it wrote to nobody, else from outside.
    fn killed(&mut self, task: &str, signal: Signal) {
        if !self.tasks.insert(task.to_owned(), false).unwrap_or(false) {
            return;
        }
        let by_own = |told: &ScriptLine| told.task == task && told.wants.iter().any(|want| want == "EPIPE");
        let by_kill = format!("kill {task} ");
        let dies = format!("killed {task} {}", signal.name());
        let killer =
            |told: &ScriptLine| (signal == Signal::PIPE && by_own(told)) || told.statement.starts_with(&by_kill);
        if let Some(told) = self.told.iter_mut().rev().take(8).find(|told| killer(told)) {
            told.wants.push(dies);
            return;
        }
        let statement = format!("kill {task} {}", signal.name());
        // `kill` without a task in front comes from outside the bench, no matter who sent it.
        self.put(ScriptLine { statement, wants: vec![dies], ..ScriptLine::default() });
    }

    fn comment(&mut self, call: &CallEvent) {
        let about = channels(call);
        if about.iter().any(|channel| self.channels.contains(channel)) && call.state == CallState::Returned {
            let end = call.call.fd().map_or_else(String::new, |fd| call.names.end(fd));
            let words = format!("{}: {}({end}) = {}", name(&call.task), call.call.name(), result(call));
            self.put(ScriptLine { wants: vec![words], channels: about, ..ScriptLine::default() });
        }
    }

    fn put(&mut self, mut told: ScriptLine) {
        self.bytes += told.task.len() + told.statement.len() + told.wants.iter().map(String::len).sum::<usize>() + 8;
        self.is_cut |= self.bytes > MAX_SCRIPT / 2;
        if self.is_cut {
            return;
        }
        if !told.statement.is_empty() {
            told.wants.append(&mut self.early);
        }
        self.told.push(told);
    }
}

/// A name as the language takes it: `child1-t2` is `child1_t2`.
fn name(name: &str) -> String {
    name.replace('-', "_")
}

/// `pipe1[0]` is an end of `pipe1`.
fn channel_of(end: &str) -> &str {
    end.split('[').next().unwrap_or(end)
}

fn channels(call: &CallEvent) -> BTreeSet<String> {
    let made = call.names.made.iter().filter(|_| !call.call.makes_task()).map(|made| name(made));
    let about = call.call.fd().into_iter().chain(call.call.more_fds());
    let ends = about.filter_map(|fd| call.names.named(fd)).map(|end| channel_of(&name(&end.name)).to_owned());
    made.chain(ends).collect()
}

/// What came, as an expectation.
fn result(call: &CallEvent) -> String {
    if call.errno != Errno::NONE {
        return call.errno.name().to_owned();
    }
    if call.eof == Some(true) {
        return "EOF".to_owned();
    }
    let ret = call.ret.unwrap_or(0);
    if call.call.room().is_some() {
        let known = u64::try_from(ret).is_ok_and(|ret| ret == call.outcome.data.len() as u64 && ret <= MOST_QUOTED);
        return if known { quote(&call.outcome.data) } else { ret.to_string() };
    }
    if let (Call::Waitpid { .. }, Some(child)) = (&call.call, call.names.task(ret)) {
        return reaped(&name(child), call).unwrap_or_else(|| "_".to_owned());
    }
    // Numbers of processes and descriptors are other ones each time.
    let moves = matches!(call.call, Call::Splice { .. } | Call::Tee { .. });
    let is_count = call.call.is_writing() || call.call.is_reading() || moves;
    if is_count || ret == 0 { ret.to_string() } else { "_".to_owned() }
}

/// Whether a line is the end of the child that a wait has returned.
fn is_death_waited_for(told: &ScriptLine, call: &CallEvent) -> bool {
    let child = call.ret.filter(|_| matches!(call.call, Call::Waitpid { .. })).and_then(|ret| call.names.task(ret));
    child.map(name).is_some_and(|child| {
        let is_exit = told.task == child && told.statement.starts_with("exit ");
        let dies = format!("killed {child} ");
        is_exit || told.wants.iter().any(|want| want.starts_with(&dies))
    })
}

fn reaped(child: &str, call: &CallEvent) -> Option<String> {
    let Extra::Status(status) = call.outcome.extra else { return None };
    match Death::of_status(status)? {
        Death::Exited(code) => Some(format!("exits {child} {code}")),
        Death::Killed(signal) => Some(format!("killed {child} {}", signal.name())),
        Death::Unknown => None,
    }
}
