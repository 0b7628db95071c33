//! Random programs; after each statement everything is asked why, and at random moments one thing that an explanation foretells is
//! tried: the kernel must do what the sentence says. `TINCANS_PROGRAMS` and `TINCANS_SEED` choose how many and from where;
//! `TINCANS_RULES` prints how often programs, lessons, scripts and the matrix reach each rule.

mod predicting;
mod table;
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::process::ExitCode;
use std::time::Instant;

use tincans::explain;
use tincans::session::Session;
use tincans::trace::{Event, Explanation, Foretold, What};

use super::support::number;
use super::support::programs::{Openness, Programs};
use super::support::random::Random;
use super::support::runs;

/// Programs of a run in CI.
const PROGRAMS: u64 = 30;
/// The most statements of one.
const STATEMENTS: usize = 45;

/// Where the trials of what somebody is told to type are counted.
const ADVICE: &str = "(advice)";

/// How often a rule was met.
#[derive(Debug, Clone, Default)]
struct Met {
    said: u64,
    /// Said with a sentence about what comes.
    predicts: u64,
    /// Such a sentence with a value, and the last one without.
    valued: u64,
    unvalued: String,
    tried: u64,
    wrong: u64,
    lessons: u64,
    scripts: u64,
    reports: u64,
    matrix: u64,
    tests: u64,
}

impl Met {
    fn note(&mut self, explained: &Explanation) {
        self.said += 1;
        if !predicting::predicts(explained) {
            return;
        }
        self.predicts += 1;
        if explained.foretold.is_empty() {
            self.unvalued.clone_from(&explained.text);
        } else {
            self.valued += 1;
        }
    }
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
    (
        "socketpair dgram s\nfork c\nc: close s[1]\nclose s[0]\nc: sendmmsg s[0] 200000*x 200000*x 200000*x",
        "asleep-buffer-full",
        2,
    ),
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
    ("socketpair stream s\nfork c\nfork d\nc: read s[1]\nd: read s[1]\nwrite s[0] x", "one-reader-of-several", 1),
    (
        "socketpair seqpacket s\nfork c\nfork d\nc: recv s[1] peek\nd: read s[1]\nwrite s[0] x",
        "wake-up-went-to-a-look",
        1,
    ),
    ("pipe p\nthread t\nt: read p[0]\nclose p[0]", "close-wakes-no-thread", 1),
    ("socketpair seqpacket s\nwrite s[0] x\nclose s[1]\nshutdown s[0] wr", "shutdown-acts-on-the-socket", 1),
    // A sleeper in each of the other calls, and what wakes it.
    ("socket stream l\nbind l @l\nlisten l\nfork c\nc: accept l a", "asleep-nobody-connects", 1),
    (
        "socket seqpacket l\nbind l @l\nlisten l\nfork c\nfork d\nc: accept l a\nd: accept l b",
        "asleep-nobody-connects",
        1,
    ),
    (
        "socket stream l\nbind l @l\nlisten l 0\nfork c\nsocket stream a\nconnect a @l\nc: socket stream b\nc: connect b @l",
        "asleep-backlog-full",
        1,
    ),
    ("mkfifo f\nfork c\nc: open f rd r", "asleep-in-open", 1),
    ("mkfifo f\nfork c\nc: open f wr w", "asleep-in-open", 1),
    ("mkfifo f\nfork c\nc: open f wr w\nunlink f", "asleep-in-open", 1),
    ("mkfifo f\nfork c\nc: open f rdwr b\nopen f wr w\nc: read b", "own-opening-keeps-eof-away", 1),
    ("mkfifo f\nfork c\nc: open f rdwr b\nc: read b", "own-opening-keeps-eof-away", 1),
    ("mkfifo f\nfork c\nc: open f rdwr b\nunlink f\nc: read b", "own-opening-keeps-eof-away", 1),
    ("pipe p\nfork c\nc: close p[1]\nc: poll p[0] timeout=-1", "asleep-in-poll", 2),
    ("socketpair dgram d\nfork c\nc: poll d[1] for=in timeout=-1", "asleep-in-poll", 1),
    ("socket stream l\nbind l @l\nlisten l\nfork c\nc: poll l for=in timeout=-1", "asleep-in-poll", 1),
    ("eventfd e\nfork c\nc: poll e for=in timeout=-1", "asleep-in-poll", 1),
    (
        "socketpair stream s\nfork c\nc: epoll e\nc: epollctl e add s[1] for=in\nc: epollwait e timeout=-1",
        "asleep-in-epoll",
        1,
    ),
    (
        "pipe p\nfork c\nc: epoll e\nc: epollctl e add p[0] for=in et\nwrite p[1] x\nc: epollwait e\nc: epollwait e timeout=-1",
        "asleep-in-epoll",
        1,
    ),
    (
        "socket stream l\nbind l @l\nlisten l\nfork c\nc: epoll e\nc: epollctl e add l for=in\nc: epollwait e timeout=-1",
        "asleep-in-epoll",
        1,
    ),
    ("pipe p\nepoll e\nepollctl e add p[0] for=in\nwrite p[1] x\nepollwait e", "epoll-tells", 1),
    ("pipe p\nepoll e\nepollctl e add p[0] for=in et\nwrite p[1] x\nepollwait e", "epoll-tells", 1),
    ("pipe p\nepoll e\nepollctl e add p[0] for=in oneshot\nwrite p[1] x\nepollwait e", "epoll-tells", 1),
    (
        "pipe p\nepoll e\nepollctl e add p[0] for=in oneshot\nwrite p[1] x\nepollwait e\nepollwait e",
        "one-shot-is-spent",
        1,
    ),
    ("pipe p\nepoll e\nepollctl e add p[0] for=in et\nwrite p[1] x\nepollwait e\nepollwait e", "edge-was-told", 1),
    ("eventfd e\nfork c\nc: read e", "asleep-at-object", 1),
    ("eventfd e\nfork c\nc: write e 18446744073709551614\nc: write e 1", "asleep-at-object", 1),
    ("fork c\nc: signalfd s SIGUSR1\nc: read s", "asleep-at-object", 1),
    ("timerfd t 0\nfork c\nc: read t", "asleep-at-object", 1),
    ("pipe p\npipe q\nfork c\nc: splice p[0] q[1] 5", "asleep-in-splice", 1),
    ("pipe p\npipe q\nwrite p[1] x\nflood q[1] 4096 16\nfork c\nc: splice p[0] q[1] 5", "asleep-in-splice", 1),
    ("pipe p\nsocketpair stream s\nfork c\nfork d\nc: splice s[0] p[1] 5\nd: write p[1] x", "locked-by-a-splice", 1),
    (
        "pipe p\nsocketpair stream s\nfork c\nfork d\nclose p[0]\nc: close p[0]\nc: splice s[0] p[1] 5\nkill d",
        "killed-cannot-end",
        1,
    ),
    ("pipe p\nfork c\nvmsplice p[1] 70000*x\nc: vmsplice p[1] y", "asleep-without-a-page", 1),
    ("socketpair dgram d\nfork c\nc: recvmmsg d[1] 9 3", "asleep-for-all-messages", 1),
    ("socketpair seqpacket d\nfork c\nwrite d[0] x\nc: recvmmsg d[1] 9 3", "asleep-for-all-messages", 1),
    ("socketpair stream s\nfork c\nwrite s[0] abc\nc: recv s[1] 6 waitall", "asleep-for-the-rest", 1),
    ("socketpair stream s\nfork c\nsetsockopt s[1] rcvlowat 4\nwrite s[0] abc\nc: recv s[1]", "asleep-for-the-rest", 1),
    (
        "socketpair stream s\nfork c\nc: close s[0]\nc: thread d\nc: read s[1]\nd: read s[1]",
        "asleep-nothing-to-read",
        2,
    ),
    (
        "socketpair stream s\nfork c\nc: write s[1] x\nc: close s[0]\nclose s[1]\nc: read s[1]",
        "asleep-nothing-to-read",
        2,
    ),
    ("socket dgram d\nbind d @d\nfork c\nc: read d", "asleep-nothing-to-read", 1),
    ("socket dgram d\nfork c\nc: read d", "asleep-nothing-to-read", 1),
    ("socketpair stream s\nfork c\nsend s[0] U oob\nc: recv s[1]", "urgent-byte-thrown-away", 1),
    ("signal SIGCHLD ignore\nfork c\nfork d\nd: setpgid\nwait", "asleep-until-death", 1),
    ("fork c\nc: pause", "asleep-in-pause", 1),
    ("socketpair stream s\nfork c\nfork d\nclose s[0]\nc: close s[1]\nd: read s[1]", "own-copy-keeps-eof-away", 1),
    (
        "pipe p\npipe q\nfork c\nclose p[1]\nclose q[0]\nc: close p[0]\nc: close q[1]\nread p[0]\nc: read q[0]",
        "deadlock",
        1,
    ),
    ("fork c\nstop c\nparent: kill c SIGUSR1", "signal-pending", 1),
    ("fork c\nsignal SIGCHLD ignore\nkill c SIGKILL", "ignored-sigchld", 1),
    ("fork c\nkill c SIGKILL\nwait c", "status-was-given", 1),
    ("fork c\nwait c nohang", "no-child-has-died", 1),
    ("eventfd e\nwrite e 3", "count-was-added-to", 1),
    ("socket stream l\nbind l @l\nlisten l\nshutdown l rd", "listener-shut-down", 2),
    ("socket stream l nonblock\nbind l @l\nlisten l\nshutdown l rd", "listener-shut-down", 2),
    ("socket stream l nonblock\nbind l @l\nlisten l\nshutdown l rd\naccept l a", "accept-after-shutdown", 1),
    ("socket stream l\nbind l @l\nlisten l\nsocket stream a\nconnect a @l\naccept l b", "accepted", 1),
    ("socket stream l\nbind l @l\nsocket stream a\nconnect a @l", "nobody-listens", 1),
    ("socket dgram l\nbind l @l\nsocket dgram a nonblock\nconnect a @l\nflood a 20 100", "short-queue", 1),
    ("pipe p direct\nwrite p[1] 5000*z", "write-became-packets", 1),
    ("socket dgram d\nshutdown d wr\npoll d", "writable-but-fails", 1),
    ("pipe p nonblock\nepoll e\nepollctl e add p[1] for=out et\nepollwait e\nepollwait e", "edge-was-told", 1),
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
        table::print(&mut rules);
    }
    let unvalued = predicting::without_values(&rules);
    for (rule, text) in &unvalued {
        println!("foretold: {rule} foretells something that nobody can try: \"{text}\"");
    }
    if wrong == 0 && tried > 0 && unvalued.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
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
            self.rules.entry(rule.to_owned()).or_default().note(explained);
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
                self.rules.entry(explained.rule.to_owned()).or_default().note(explained);
                let all = explained.foretold.iter().map(|one| (explained.rule, explained.text.as_str(), one));
                foretold.extend(all);
            }
            if self.random.chance(60)
                && let Some((rule, text, foretold)) = self.one_of(&foretold)
            {
                self.judge(rule, text, foretold)?;
            } else if let Some(explained) = said.iter().find(|explained| explained.text.contains(" Now: `"))
                && self.random.chance(20)
            {
                self.take_advice(explained)?;
            }
        }
        Ok(())
    }

    /// What somebody is told to type is typed: it must not be refused.
    fn take_advice(&mut self, explained: &Explanation) -> Result<(), String> {
        let advice = explained.text.split(" Now: ").nth(1).unwrap_or_default();
        // How many signals a loop takes nobody can say.
        if advice.contains("until its loop has ended") {
            return Ok(());
        }
        for statement in advice.split('`').skip(1).step_by(2) {
            let events = self.perform(statement)?;
            self.rules.entry(ADVICE.to_owned()).or_default().tried += 1;
            if let Some(reason) = events.iter().find_map(refusal) {
                self.rules.entry(ADVICE.to_owned()).or_default().wrong += 1;
                return Err(format!("wrong: {} says \"{}\": refused, {reason}", explained.rule, explained.text));
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
        let ends = world.ends().filter(|end| end.name.is_some()).map(|end| end.id);
        let objects = world.objects().filter(|object| object.made_as.is_some()).map(|object| object.id);
        let ends = ends.chain(objects).map(|id| explain::end(world, id));
        std::iter::once(explain::last(world, events)).chain(tasks).chain(ends).collect()
    }

    fn perform(&mut self, text: &str) -> Result<Vec<Event>, String> {
        self.program.push(text.to_owned());
        let line = u32::try_from(self.program.len()).unwrap_or(0);
        runs::perform(&mut self.session, text, line)
    }
}

fn refusal(event: &Event) -> Option<&str> {
    if let What::Refused { reason } = &event.what { Some(reason) } else { None }
}
