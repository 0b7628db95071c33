//! Random programs; after each statement everything is asked why, and at random moments one thing that an explanation foretells is
//! tried: the kernel must do what the sentence says. `TINCANS_PROGRAMS` and `TINCANS_SEED` choose how many and from where;
//! `TINCANS_RULES` prints how often programs, lessons, scripts and the matrix reach each rule.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use tincans::abi::{Errno, TaskState};
use tincans::explain;
use tincans::kind::Kind;
use tincans::lesson::builtin;
use tincans::session::Session;
use tincans::situation;
use tincans::trace::{CallEvent, CallState, Event, Explanation, Foretold, ReadOutcome, TaskId, What, WokenWith};
use tincans::world::channel::End;
use tincans::world::kind::EndId;
use tincans::world::task::Task;

use super::support::number;
use super::support::programs::{Openness, Programs};
use super::support::random::Random;
use super::support::runs;

/// Programs of a run in CI.
const PROGRAMS: u64 = 30;
/// The most statements of one.
const STATEMENTS: usize = 45;
/// Room for everything that a program writes.
const ROOM: u64 = 16 * 1024 * 1024;
/// Reads at one end until what waits there is taken.
const MOST_READS: usize = 400;

/// How often a rule was met.
#[derive(Debug, Clone, Default)]
struct Met {
    said: u64,
    tried: u64,
    wrong: u64,
    lessons: u64,
    scripts: u64,
    matrix: u64,
}

type Rules = BTreeMap<String, Met>;

/// What random programs bring about too seldom: statements, a rule that speaks of one of the tasks then, and how many things it
/// foretells. Each is tried in a run of its own.
const BROUGHT_ABOUT: &[(&str, &str, usize)] = &[
    ("fork c\nfork d\nd: setpgid\nwait c", "asleep-until-death", 1),
    ("pipe p\nfork c\nfork d\nc: close p[1]\nd: close p[0]\nc: read p[0]", "asleep-nothing-to-read", 2),
    ("socketpair stream s\nfork c\nc: close s[0]\nclose s[1]\nc: read s[1]", "asleep-nothing-to-read", 2),
    ("socketpair seqpacket s\nfork c\nc: close s[0]\nclose s[1]\nc: recvmsg s[1]", "asleep-nothing-to-read", 2),
    (
        "pipe p\nfork c\nc: close p[0]\nclose p[1]\npipesize p[0] 4096\nc: write p[1] 4096*x\nc: write p[1] y",
        "asleep-buffer-full",
        2,
    ),
    ("pipe p\nfork c\nc: close p[0]\nclose p[1]\nc: write p[1] 200000*x", "asleep-buffer-full", 2),
    ("socketpair stream s\nfork c\nc: close s[1]\nclose s[0]\nc: write s[0] 1MiB*x", "asleep-buffer-full", 2),
    (
        "socketpair seqpacket s\nfork c\nc: close s[1]\nclose s[0]\nc: write s[0] 200000*x\nc: write s[0] 200000*x\nc: write s[0] 200000*x",
        "asleep-buffer-full",
        2,
    ),
    (
        "socketpair dgram s\nfork c\nc: close s[1]\nclose s[0]\nc: write s[0] 200000*x\nc: write s[0] 200000*x\nc: write s[0] 200000*x",
        "asleep-buffer-full",
        2,
    ),
    ("socketpair dgram d\nfork c\nwrite d[0] x\nc: recvmmsg d[1] 9 2\ninterrupt c", "kept-by-recvmmsg", 1),
];

/// A program so far.
struct Run {
    session: Session,
    program: Vec<String>,
    random: Random,
    rules: Rules,
}

pub fn all() -> ExitCode {
    let (first, programs) = (number("TINCANS_SEED").unwrap_or(1), number("TINCANS_PROGRAMS").unwrap_or(PROGRAMS));
    let start = Instant::now();
    let (mut rules, mut statements) = (Rules::new(), 0);
    for seed in first..first + programs {
        let mut run = match runs::open() {
            Ok(session) => Run { session, program: Vec::new(), random: Random::new(!seed), rules },
            Err(what) => {
                println!("foretold: seed {seed}: {what}");
                return ExitCode::FAILURE;
            }
        };
        if let Err(what) = run.generate(seed) {
            println!("foretold: seed {seed}: {what}");
            run.program.iter().for_each(|text| println!("{text}"));
            println!();
            run.rules.entry("(not done)".to_owned()).or_default().wrong += u64::from(!what.starts_with("wrong"));
        }
        statements += run.program.len();
        rules = run.rules;
    }
    for (statements, rule, many) in BROUGHT_ABOUT {
        if let Err(what) = bring_about((statements, rule, *many), &mut rules) {
            println!("foretold: {what}\n{statements}\n");
            rules.entry((*rule).to_owned()).or_default().wrong += 1;
        }
    }
    let sum = |of: fn(&Met) -> u64| rules.values().map(of).sum::<u64>();
    let (tried, wrong) = (sum(|met| met.tried), sum(|met| met.wrong));
    println!(
        "foretold: {programs} programs, {statements} statements, {} explanations by {} rules, {tried} predictions tried, {wrong} wrong, \
         seeds {first}..{}, {:.1} s",
        sum(|met| met.said),
        rules.len(),
        first + programs,
        start.elapsed().as_secs_f64(),
    );
    for (rule, met) in rules.iter().filter(|(_, met)| met.tried > 0) {
        println!("foretold:   {rule}: {} tried, {} wrong", met.tried, met.wrong);
    }
    if std::env::var_os("TINCANS_RULES").is_some() {
        table(&mut rules);
    }
    if wrong == 0 && tried > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Tries each thing that the rule foretells, in a run of its own.
fn bring_about((statements, rule, many): (&str, &str, usize), rules: &mut Rules) -> Result<(), String> {
    for at in 0..many {
        let taken = std::mem::take(rules);
        let mut run = Run { session: runs::open()?, program: Vec::new(), random: Random::new(1), rules: taken };
        let result = run.try_one(statements, rule, (at, many));
        *rules = run.rules;
        result?;
    }
    Ok(())
}

impl Run {
    fn try_one(&mut self, statements: &str, rule: &str, (at, many): (usize, usize)) -> Result<(), String> {
        let mut events = Vec::new();
        for text in statements.lines() {
            events = self.perform(text)?;
        }
        let said = self.everything_said(&events);
        let mut foretold: Vec<(&str, &Foretold)> = Vec::new();
        for explained in said.iter().filter(|explained| explained.rule == rule) {
            for one in &explained.foretold {
                if !foretold.iter().any(|(_, other)| *other == one) {
                    foretold.push((&explained.text, one));
                }
            }
        }
        if foretold.len() != many {
            return Err(format!("{rule} foretells {foretold:?}, and not {many} things"));
        }
        let (text, one) = (foretold[at].0.to_owned(), foretold[at].1.clone());
        let tried = |run: &Self| run.rules.get(rule).map_or(0, |met| met.tried);
        let before = tried(self);
        self.judge(rule, &text, &one)?;
        if tried(self) > before { Ok(()) } else { Err(format!("{rule}: {one:?} could not be tried")) }
    }

    fn generate(&mut self, seed: u64) -> Result<(), String> {
        let mut programs = Programs::new(seed, Openness::Anything);
        let kinds = ["socketpair stream c", "socketpair seqpacket c", "socketpair dgram c", "pipe c", "pipe c direct"];
        let kind = self.random.word(&kinds);
        for text in [kind, "fork k1", "fork k2"].iter().take(if self.random.chance(70) { 3 } else { 0 }) {
            self.perform(text)?;
        }
        for _ in 0..5 + self.random.below(STATEMENTS) {
            let text = programs.next(self.session.world());
            // What happens by itself would come between the sentence and the trial.
            if ["every=", "rcvtimeo", "sndtimeo", "timerfd"].iter().any(|word| text.contains(word)) {
                continue;
            }
            let events = self.perform(&text)?;
            let said = self.everything_said(&events);
            let mut foretold: Vec<(&str, &str, &Foretold)> = Vec::new();
            for explained in &said {
                self.rules.entry(explained.rule.to_owned()).or_default().said += 1;
                let all = explained.foretold.iter().map(|one| (explained.rule, explained.text.as_str(), one));
                foretold.extend(all);
            }
            if self.random.chance(60)
                && let Some((rule, text, foretold)) = self.one_of(&foretold)
            {
                self.judge(rule, text, foretold)?;
            }
        }
        Ok(())
    }

    /// One of them, of all rules alike: some are said at every moment.
    fn one_of<'a>(&mut self, all: &[(&'a str, &'a str, &'a Foretold)]) -> Option<(&'a str, &'a str, &'a Foretold)> {
        let rules: Vec<&str> = all.iter().map(|one| one.0).collect::<BTreeSet<_>>().into_iter().collect();
        let fewest = |rule: &&&str| self.rules.get(**rule).map_or(0, |met| met.tried);
        let rare = rules.iter().min_by_key(fewest).copied();
        let any = self.random.pick(&rules).copied();
        let rule = if self.random.chance(50) { rare } else { any }?;
        let of_rule: Vec<_> = all.iter().filter(|one| one.0 == rule).collect();
        self.random.pick(&of_rule).map(|one| **one)
    }

    /// What is said of the last statement, of each task, and of each end.
    fn everything_said(&self, events: &[Event]) -> Vec<Explanation> {
        let world = self.session.world();
        let tasks = world.tasks().map(|task| explain::task(world, events, task.id));
        let ends = world.ends().filter(|end| end.name.is_some()).map(|end| explain::end(world, end.id));
        std::iter::once(explain::last(world, events)).chain(tasks).chain(ends).collect()
    }

    /// Tries what was foretold.
    fn judge(&mut self, rule: &str, text: &str, foretold: &Foretold) -> Result<(), String> {
        let result = match foretold {
            Foretold::Reads { end, outcomes } => self.reads(*end, outcomes)?,
            Foretold::WriteFails { end, errno } => self.writes(*end, 1)?.map(|call| {
                let fails = call.ret == Some(-1) && call.errno != Errno::EAGAIN;
                if fails && errno.is_none_or(|errno| call.errno == errno) { Ok(()) } else { Err(came(&call)) }
            }),
            Foretold::WriteFits { end, bytes } => self.writes(*end, *bytes)?.map(|call| {
                let fits = call.ret == i32::try_from(*bytes).ok();
                if fits { Ok(()) } else { Err(came(&call)) }
            }),
            Foretold::WriteSleeps { end, bytes } => self.writes(*end, *bytes)?.map(|call| {
                let fits = call.ret == i32::try_from(*bytes).ok();
                let is_full = call.ret.is_some_and(|ret| ret >= 0) || call.errno == Errno::EAGAIN;
                if is_full && !fits { Ok(()) } else { Err(came(&call)) }
            }),
            Foretold::DeathWakes { child, task } => self.death_wakes(*child, *task)?,
            Foretold::TakingWakes { read_at, task } => self.taking_wakes(*read_at, *task)?,
            Foretold::CloseWakes { end, task, with } => self.close_wakes(*end, *task, with)?,
            Foretold::Wakes { write_at, task } => {
                let before = self.program.len();
                let written = self.writes(*write_at, 1)?.filter(|call| call.ret == Some(1));
                let state = self.session.world().task(*task).map(|task| task.state);
                written.map(|_| {
                    let is_awake = state != Some(TaskState::Asleep);
                    if is_awake { Ok(()) } else { Err(format!("it sleeps on, {before}")) }
                })
            }
        };
        let met = self.rules.entry(rule.to_owned()).or_default();
        met.tried += u64::from(result.is_some());
        let Some(Err(got)) = result else { return Ok(()) };
        met.wrong += 1;
        Err(format!("wrong: {rule} says \"{text}\", which foretells {foretold:?}: {got}"))
    }

    fn is_asleep(&self, task: TaskId) -> bool {
        self.session.world().task(task).is_some_and(|task| task.state == TaskState::Asleep)
    }

    fn death_wakes(&mut self, child: TaskId, task: TaskId) -> Result<Option<Result<(), String>>, String> {
        let Some(name) = self.session.world().task(child).map(|child| child.name.clone()) else { return Ok(None) };
        self.perform(&format!("kill {name} SIGKILL"))?;
        Ok(Some(if self.is_asleep(task) { Err("it sleeps on".to_owned()) } else { Ok(()) }))
    }

    fn taking_wakes(&mut self, read_at: EndId, task: TaskId) -> Result<Option<Result<(), String>>, String> {
        let gone = |run: &Self| {
            let task = run.session.world().task(task)?;
            let write = run.session.world().write_of(task.id, task.ongoing.as_ref()?)?;
            Some(write.gone + write.inside)
        };
        let before = gone(self);
        let Some((by, fd, label)) = self.holder(read_at) else { return Ok(None) };
        self.make_nonblocking(read_at, (&by, fd))?;
        self.perform(&format!("{by}: drain {label}@{fd} dontwait"))?;
        let went_on = !self.is_asleep(task) || gone(self) > before;
        Ok(Some(if went_on { Ok(()) } else { Err(format!("it sleeps on, {before:?}")) }))
    }

    fn close_wakes(
        &mut self,
        end: EndId,
        task: TaskId,
        with: &[WokenWith],
    ) -> Result<Option<Result<(), String>>, String> {
        let world = self.session.world();
        let Some(label) = world.end(end).filter(|end| end.name.is_some()).map(End::label) else { return Ok(None) };
        let name = world.task(task).map(|task| task.name.clone()).unwrap_or_default();
        let holders: Vec<(String, i32)> =
            world.holders(end).into_iter().map(|(holder, fd)| (holder.name.clone(), fd)).collect();
        let is_idle = |(task, _): &(&Task, i32)| task.state == TaskState::Idle;
        if !world.holders(end).iter().all(is_idle) || world.is_opened_for_both(end) || world.is_locked(end) {
            return Ok(None);
        }
        let mut events = Vec::new();
        for (holder, fd) in &holders {
            events.extend(self.perform(&format!("{holder}: close {label}@{fd}"))?);
        }
        if self.session.world().end(end).is_some_and(|end| !end.closed) {
            return Ok(None);
        }
        let Some(call) = call_of(&events, &name, |_| true).filter(|call| call.ret.is_some()) else {
            return Ok(Some(Err("its call has not come back".to_owned())));
        };
        let is_so = |with: &WokenWith| match *with {
            WokenWith::Eof => call.ret == Some(0) && call.eof != Some(false),
            WokenWith::Fails(errno) => call.ret == Some(-1) && call.errno == errno,
            WokenWith::AtLeast(least) => {
                call.ret.and_then(|ret| u64::try_from(ret).ok()).is_some_and(|ret| ret >= least)
            }
        };
        Ok(Some(if with.iter().any(is_so) { Ok(()) } else { Err(came(&call)) }))
    }

    /// Reads that must not sleep; none where nobody can make them.
    fn reads(&mut self, end: EndId, outcomes: &[ReadOutcome]) -> Result<Option<Result<(), String>>, String> {
        let is_alone = self.nobody_else_is_at(end);
        let Some(first) = self.read(end)? else { return Ok(None) };
        if !agrees(outcomes[0], &first) {
            return Ok(Some(Err(came(&first))));
        }
        let mut left = &outcomes[1..];
        let mut is_waiting = waits(outcomes[0]);
        for _ in 0..if is_alone { MOST_READS } else { 0 } {
            let Some(next) = left.first() else { break };
            let Some(call) = self.read(end)? else { break };
            if is_waiting && call.ret.is_some_and(|ret| ret > 0) {
                continue;
            }
            // An empty message is still one that waits.
            if is_waiting && call.ret == Some(0) && call.eof == Some(false) {
                continue;
            }
            is_waiting = false;
            if !agrees(*next, &call) {
                return Ok(Some(Err(format!("then {}", came(&call)))));
            }
            left = &left[1..];
        }
        Ok(Some(Ok(())))
    }

    fn read(&mut self, end: EndId) -> Result<Option<CallEvent>, String> {
        let Some((task, fd, label)) = self.holder(end) else { return Ok(None) };
        let is_pipe = self.make_nonblocking(end, (&task, fd))?;
        let text = if is_pipe {
            format!("{task}: read {label}@{fd} {ROOM}")
        } else {
            format!("{task}: recv {label}@{fd} {ROOM} dontwait")
        };
        let events = self.perform(&text)?;
        Ok(call_of(&events, &task, |call| call.call.room() == Some(ROOM)))
    }

    fn writes(&mut self, end: EndId, bytes: u64) -> Result<Option<CallEvent>, String> {
        let Some((task, fd, label)) = self.holder(end) else { return Ok(None) };
        let is_pipe = self.make_nonblocking(end, (&task, fd))?;
        let text = if is_pipe {
            format!("{task}: write {label}@{fd} {bytes}*w")
        } else {
            format!("{task}: send {label}@{fd} {bytes}*w dontwait nosignal")
        };
        let events = self.perform(&text)?;
        Ok(call_of(&events, &task, |call| call.call.offered() == Some(bytes)))
    }

    /// A pipe has no MSG_DONTWAIT. Whether it is one.
    fn make_nonblocking(&mut self, end: EndId, (task, fd): (&str, i32)) -> Result<bool, String> {
        let Some(at) = self.session.world().end(end).filter(|end| end.kind.is_pipe()) else { return Ok(false) };
        if !at.nonblock {
            let text = format!("{task}: nonblock {}@{fd} on", at.label());
            self.perform(&text)?;
        }
        Ok(true)
    }

    /// An idle task that holds an end, its number, and the end's name.
    fn holder(&self, end: EndId) -> Option<(String, i32, String)> {
        let world = self.session.world();
        let at = world.end(end).filter(|end| !end.closed && end.name.is_some())?;
        let holders = world.holders(end);
        let (task, fd) = holders.into_iter().find(|(task, _)| task.state == TaskState::Idle)?;
        // At a FIFO that was opened for both, the answer depends on the descriptor.
        (!world.is_opened_for_both(end) && !world.is_locked(end)).then(|| (task.name.clone(), fd, at.label()))
    }

    /// Whether nobody sleeps or reads by itself, who would add something meanwhile or take it.
    fn nobody_else_is_at(&self, end: EndId) -> bool {
        let world = self.session.world();
        let peer = world.end(end).and_then(|end| world.end(end.peer?)).filter(|peer| peer.in_flight == 0);
        let mut busy = world.tasks().filter(|task| task.state == TaskState::Asleep || task.is_reader());
        peer.is_some() && busy.next().is_none() && world.end(end).is_some_and(|end| end.kind != Kind::Dgram)
    }

    fn perform(&mut self, text: &str) -> Result<Vec<Event>, String> {
        self.program.push(text.to_owned());
        let line = u32::try_from(self.program.len()).unwrap_or(0);
        runs::perform(&mut self.session, text, line)
    }
}

fn call_of(events: &[Event], task: &str, is_it: impl Fn(&CallEvent) -> bool) -> Option<CallEvent> {
    let calls =
        events.iter().rev().filter_map(|event| if let What::Call(call) = &event.what { Some(call) } else { None });
    calls.map(|call| &**call).find(|call| call.task == task && is_it(call)).cloned()
}

fn came(call: &CallEvent) -> String {
    let asleep = if call.state == CallState::Asleep { ", asleep" } else { "" };
    format!("the kernel {:?} {} eof {:?}{asleep}", call.ret, call.errno.name(), call.eof)
}

fn waits(outcome: ReadOutcome) -> bool {
    matches!(outcome, ReadOutcome::Bytes { .. } | ReadOutcome::Message(_) | ReadOutcome::SomeMessage)
}

/// Whether a read that must not sleep came out so.
fn agrees(foretold: ReadOutcome, call: &CallEvent) -> bool {
    let returned = call.ret.and_then(|ret| u64::try_from(ret).ok());
    match foretold {
        ReadOutcome::Bytes { least, most } => returned.is_some_and(|got| got > 0 && (least..=most).contains(&got)),
        ReadOutcome::Message(len) => returned == Some(len) && call.eof != Some(true),
        ReadOutcome::SomeMessage => returned.is_some_and(|got| got > 0),
        ReadOutcome::Eof => returned == Some(0) && call.eof != Some(false),
        ReadOutcome::Fails(errno) => call.ret == Some(-1) && call.errno == errno,
        ReadOutcome::Sleeps => call.ret == Some(-1) && call.errno == Errno::EAGAIN,
    }
}

/// How often each rule is reached, and from where.
fn table(rules: &mut Rules) {
    for rule in names_of_rules() {
        rules.entry(rule).or_default();
    }
    for (_, text) in builtin::files("en") {
        count(rules, &statements_of(text), |met| met.lessons += 1);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for folder in ["contract", "facts"] {
        let files = std::fs::read_dir(root.join(folder)).expect("a folder");
        for path in files.map(|file| file.expect("a file").path()) {
            let text = std::fs::read_to_string(path).expect("reads");
            count(rules, &text.lines().map(str::to_owned).collect::<Vec<_>>(), |met| met.scripts += 1);
        }
    }
    for row in situation::rows::GROUPS.iter().flat_map(|group| group.rows) {
        for kind in [Kind::Stream, Kind::Seqpacket, Kind::Dgram, Kind::Pipe, Kind::PacketPipe] {
            let lines = row.lines(kind).unwrap_or_default();
            let lines: Vec<String> = lines.into_iter().map(|line| line.text).collect();
            count(rules, &lines, |met| met.matrix += 1);
        }
    }
    println!("rules: {:<32} programs   tried lessons scripts  matrix", "rule");
    for (rule, met) in rules.iter() {
        println!(
            "rules: {rule:<32} {:>8} {:>7} {:>7} {:>7} {:>7}",
            met.said, met.tried, met.lessons, met.scripts, met.matrix
        );
    }
    let never = rules.values().filter(|met| met.said + met.lessons + met.scripts + met.matrix == 0).count();
    println!("rules: {} rules, {never} reached by nothing here", rules.len());
}

/// Runs statements, and counts the rule of what is said of each.
fn count(rules: &mut Rules, statements: &[String], mut add: impl FnMut(&mut Met)) {
    let Ok(mut session) = runs::open() else { return };
    for (at, text) in statements.iter().enumerate() {
        let line = u32::try_from(at + 1).unwrap_or(0);
        let Ok(events) = runs::perform(&mut session, text, line) else { return };
        if text.trim_start().starts_with("why") || events.is_empty() {
            continue;
        }
        let world = session.world();
        let asleep = world.tasks().filter(|task| task.state == TaskState::Asleep);
        let asleep = asleep.map(|task| explain::task(world, &events, task.id));
        let said: Vec<Explanation> = std::iter::once(explain::last(world, &events)).chain(asleep).collect();
        for rule in said.iter().map(|said| said.rule).collect::<BTreeSet<_>>() {
            add(rules.entry(rule.to_owned()).or_default());
        }
    }
}

/// The statements of a lesson, solutions included.
fn statements_of(text: &str) -> Vec<String> {
    let (mut statements, mut is_code) = (Vec::new(), false);
    for line in text.lines() {
        if let Some(fence) = line.strip_prefix("```") {
            is_code = ["tin", "solution"].iter().any(|word| fence.starts_with(word));
        } else if is_code {
            statements.push(line.to_owned());
        }
    }
    statements
}

/// The names that stand in the rules' own files.
fn names_of_rules() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/explain");
    let mut names = BTreeSet::new();
    for file in std::fs::read_dir(folder).expect("a folder") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("reads");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        // The table of lessons names them again.
        let code = code.split("LESSONS: &[").next().unwrap_or_default();
        let is_name = |word: &&str| {
            word.contains('-')
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
                && !word.ends_with('-')
        };
        names.extend(code.split('"').skip(1).step_by(2).filter(is_name).map(str::to_owned));
    }
    names
}
