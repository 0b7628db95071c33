//! Statements in, events out: runs them one after the other on a bench, waits until each has settled, checks what was expected.
//! What has statements (keys, a script, a lesson) drives this; it never blocks, and never draws.

mod denied;
mod drive;
mod for_views;
mod last_verdict;
mod notes;
mod run_folder;
mod running;
mod steps;

use std::collections::VecDeque;
use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use crate::bench::{self, Bench, BenchError};
use crate::check::{self, Captures, StatementRun};
use crate::plan::{Context, Plan, Progress, Refusal};
use crate::recording::entry::{Checked, Settled};
use crate::script::{Expectation, Statement, Verb, Want};
use crate::sys::{kernel_release, now_ns};
use crate::trace::{Event, Summary};
use crate::world::World;

pub use crate::bench::Settings;
pub use drive::Reached;
use last_verdict::LastStatement;
use notes::Notes;
use run_folder::RunFolder;
use running::{RunningStatement, StatementStage};

/// Statements that may wait for their turn.
pub const MAX_WAITING: usize = 65536;
/// How often a statement may go on before the caller has its turn: a `repeat` of what needs no waiting would never let it.
const TURN: usize = 256;

/// A bench with statements to run on it.
#[derive(Debug)]
pub struct Session {
    bench: Bench,
    place: RunFolder,
    captures: Captures,
    waiting: VecDeque<Statement>,
    running: Option<RunningStatement>,
    /// The last statement but `why`.
    last: Option<LastStatement>,
    /// Kept where somebody may want a lesson of it.
    notes: Option<Notes>,
    /// The last [`Self::pump`] could have gone on.
    is_cut_short: bool,
    /// The statement that begins next has overtaken the others.
    is_overtaking: bool,
    /// Why this machine does not allow what was wanted last.
    denied: Option<String>,
    summary: Summary,
    started_ns: u64,
}

/// Whether a statement could go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Advance {
    Further,
    NotYet,
}

impl Session {
    /// A session on a fresh bench.
    pub fn open(settings: Settings) -> Result<Self, BenchError> {
        let numbers = bench::settle_program()?;
        let summary = Summary { kernel: kernel_release(), ..Summary::default() };
        let place = RunFolder::new();
        Ok(Self {
            bench: Bench::open(settings, numbers, place.folder())?,
            place,
            captures: Captures::default(),
            waiting: VecDeque::new(),
            running: None,
            last: None,
            notes: None,
            is_cut_short: false,
            is_overtaking: false,
            denied: None,
            summary,
            started_ns: now_ns(),
        })
    }

    /// Queues a statement; it runs when what came before has settled. False if too many wait already.
    pub fn submit(&mut self, statement: Statement) -> bool {
        if self.waiting.len() >= MAX_WAITING {
            return false;
        }
        self.waiting.push_back(statement);
        true
    }

    /// Forgets the statements that have not begun, the rounds of a running one, and what expectations have captured.
    pub fn cancel(&mut self) {
        self.waiting.clear();
        self.captures = Captures::default();
        self.is_overtaking = false;
        if let Some(running) = &mut self.running {
            running.rounds = 0;
        }
    }

    /// Runs a statement next, and takes the running one for done although not all has settled: a person wants to act on a
    /// bench that may never settle (two tasks that play ping-pong), by what needs no task to come back first.
    pub fn overtake(&mut self, statement: Statement) {
        self.waiting.push_front(statement);
        self.is_overtaking = true;
        let Some(running) = &mut self.running else { return };
        running.rounds = 1;
        let is_between = running.stage == StatementStage::Next && running.progress.steps == 0;
        if is_between || matches!(running.stage, StatementStage::Settling | StatementStage::Sleeping(_)) {
            running.stage = StatementStage::Overtaken;
        }
    }

    /// Takes in what has happened and goes on without waiting, as far as that is possible in one turn. Gives what has settled
    /// since, in the order in which it is printed.
    pub fn pump(&mut self) -> Result<Vec<Event>, BenchError> {
        let mut shown = Vec::new();
        self.is_cut_short = false;
        let (begun, turn) = (Instant::now(), self.bench.settings().turn);
        for _ in 0..TURN {
            if self.running.is_none() && !self.begin_next() {
                if self.bench.settle()? {
                    shown.extend(self.bench.recording_mut().settle_spontaneous());
                }
                return Ok(shown);
            }
            if self.advance(&mut shown)? == Advance::NotYet {
                return Ok(shown);
            }
            if turn.is_some_and(|turn| begun.elapsed() > turn) {
                break;
            }
        }
        self.is_cut_short = true;
        Ok(shown)
    }

    /// A person has waited for long: who is stopped is known although not all has settled, and perhaps never will.
    pub fn note_stops(&mut self) {
        self.bench.note_stops();
    }

    /// Nothing waits, nothing runs, and nothing has happened since.
    pub fn is_settled(&self) -> bool {
        self.running.is_none() && self.waiting.is_empty() && self.bench.is_settled()
    }

    /// The picture as far as it is known.
    pub fn world(&self) -> &World {
        self.bench.world()
    }

    /// To be called right before sleeping in poll(2) over [`Self::wait_fds`]: how long at most; none for as long as it takes.
    pub fn arm(&mut self) -> Option<Duration> {
        let nap = self.bench.arm();
        // What was submitted after the last pump wakes nobody.
        let is_to_begin = self.running.is_none() && !self.waiting.is_empty();
        if self.is_cut_short || is_to_begin {
            return Some(Duration::ZERO);
        }
        let sleep = self.running.as_ref().and_then(|running| running.stage.wakes_at());
        let sleep = sleep.map(|until| until.saturating_duration_since(Instant::now()));
        match (nap, sleep) {
            (Some(nap), Some(sleep)) => Some(nap.min(sleep)),
            (nap, sleep) => nap.or(sleep),
        }
    }

    /// To be called after the sleep; `rung` says whether one of [`Self::wait_fds`] was readable.
    pub fn disarm(&mut self, rung: bool) {
        self.bench.disarm();
        if rung && self.bench.is_settled() {
            self.bench.unsettle();
        }
    }

    /// What to poll for reading beside whatever else wakes the caller.
    pub fn wait_fds(&self) -> Vec<BorrowedFd<'_>> {
        self.bench.wait_fds()
    }

    /// Whether expectations would have held of the last statement but `why`: a prediction's options. Nothing is remembered.
    pub fn would_hold(&self, wants: &[Expectation]) -> Option<check::Verdict> {
        Some(check::check(wants, &self.seen()?, &mut self.captures.clone()))
    }

    /// What the last statement but `why` brought, as far as expectations look at it.
    pub fn seen(&self) -> Option<StatementRun<'_>> {
        self.last.as_ref().map(|last| last.seen(self.bench.recording().last_events()))
    }

    /// The figures of the run so far.
    pub fn summary(&self) -> Summary {
        let (calls, lost) = (self.bench.world().calls(), self.bench.recording().lost());
        Summary { calls, lost, elapsed_ns: now_ns() - self.started_ns, ..self.summary.clone() }
    }

    /// Whether the numbers of the program's own descriptors had to be squeezed below a low hard limit: from which number on.
    pub fn squeezed_from(&self) -> Option<i32> {
        let numbers = self.bench.numbers();
        numbers.squeezed.then_some(numbers.base)
    }

    fn begin_next(&mut self) -> bool {
        let Some(statement) = self.waiting.pop_front() else { return false };
        let rounds = if let Verb::Repeat { count, .. } = &statement.verb {
            self.captures.resolve(count).ok().and_then(|count| u64::try_from(count).ok())
        } else {
            Some(1)
        };
        self.bench.recording_mut().begin_statement(&statement);
        self.denied = None;
        self.summary.statements += 1;
        self.running = Some(RunningStatement {
            has_overtaken: std::mem::take(&mut self.is_overtaking),
            rounds: rounds.unwrap_or(0),
            statement,
            progress: Progress::default(),
            stage: StatementStage::Next,
            refused: None,
            shown: Vec::new(),
            failed: None,
        });
        true
    }

    fn advance(&mut self, shown: &mut Vec<Event>) -> Result<Advance, BenchError> {
        let Some(running) = &mut self.running else { return Ok(Advance::NotYet) };
        match running.stage {
            StatementStage::Next => {
                let is_first = running.progress.steps == 0;
                if is_first && !self.bench.have_all_arrived() {
                    self.bench.collect()?;
                    if !self.bench.have_all_arrived() && !self.bench.conclude() {
                        return Ok(Advance::NotYet);
                    }
                }
                self.make_step()?;
            }
            StatementStage::Between => {
                if !self.bench.settle()? {
                    return Ok(Advance::NotYet);
                }
                running.stage = StatementStage::Next;
            }
            StatementStage::Making(task, ahead) => {
                self.bench.collect()?;
                if !self.bench.has_begun(task, ahead) && !self.bench.conclude() {
                    return Ok(Advance::NotYet);
                }
                running.stage = StatementStage::Next;
            }
            StatementStage::Sleeping(until) => {
                self.bench.settle()?;
                if Instant::now() < until {
                    return Ok(Advance::NotYet);
                }
                self.bench.unsettle();
                running.stage = StatementStage::Settling;
            }
            StatementStage::Overtaken => {
                self.bench.collect()?;
                self.finish_round(shown);
            }
            StatementStage::Settling => {
                let has_observed = self.bench.recording().has_observed();
                let is_told = running.has_overtaken && (running.refused.is_some() || has_observed);
                if !self.bench.settle()? && !is_told {
                    return Ok(Advance::NotYet);
                }
                self.finish_round(shown);
            }
        }
        Ok(Advance::Further)
    }

    fn make_step(&mut self) -> Result<(), BenchError> {
        let Some(running) = &mut self.running else { return Ok(()) };
        if let Err(reason) = self.place.prepare(&running.statement) {
            running.stage = StatementStage::Settling;
            self.refuse_here(reason);
            return Ok(());
        }
        let context = Context {
            captures: &self.captures,
            base: self.bench.numbers().base,
            max_tasks: self.bench.settings().max_tasks,
            every_call: self.bench.settings().every_call,
            run: self.place.names(),
        };
        let step = Plan::of(&running.statement).next(self.bench.world(), context, &mut running.progress);
        match step {
            Ok(Some(step)) => return self.carry_out(step),
            Ok(None) => {}
            Err(Refusal(reason)) => running.refused = Some(reason),
        }
        running.stage = StatementStage::Settling;
        Ok(())
    }

    /// A statement, or one round of a `repeat`, has settled.
    fn finish_round(&mut self, shown: &mut Vec<Event>) {
        let Some(mut running) = self.running.take() else { return };
        let settled = Settled { actor: running.progress.actor, refused: running.refused.clone() };
        let mut events = self.bench.recording_mut().settle(settled);
        let verdict = self.judge(&running, &events);
        let is_over = running.refused.is_some() || verdict.as_ref().is_some_and(|verdict| !verdict.ok);
        running.failed = verdict;
        running.shown.append(&mut events);
        running.rounds = running.rounds.saturating_sub(1);
        if running.rounds > 0 && !is_over {
            running.progress = Progress::default();
            running.stage = StatementStage::Next;
            shown.append(&mut running.shown);
            self.running = Some(running);
            return;
        }
        self.finish(running, shown);
    }

    fn judge(&mut self, running: &RunningStatement, events: &[Event]) -> Option<check::Verdict> {
        if running.statement.expectations.is_empty() {
            return None;
        }
        let world = self.bench.world();
        let actor = running.progress.actor.and_then(|task| world.task(task)).map(|task| task.name.clone());
        let seen = StatementRun {
            events,
            actor: actor.as_deref(),
            refused: running.refused.as_deref(),
            asleep: &world.asleep(),
            verb: Plan::of(&running.statement).verb(),
        };
        Some(check::check(&running.statement.expectations, &seen, &mut self.captures))
    }

    fn finish(&mut self, mut running: RunningStatement, shown: &mut Vec<Event>) {
        let expects_refusal = running.statement.expectations.iter().any(|expected| expected.want == Want::Refused);
        self.summary.refused += u64::from(running.refused.is_some() && !expects_refusal);
        self.bench.recording_mut().end_statement(&running.shown);
        if !matches!(running.statement.verb, Verb::Why { .. }) {
            let world = self.bench.world();
            let actor = running.progress.actor.and_then(|task| world.task(task)).map(|task| task.name.clone());
            let (statement, refused, asleep) = (running.statement.clone(), running.refused.clone(), world.asleep());
            let last = LastStatement { statement, actor, refused, asleep };
            if let Some(notes) = &mut self.notes {
                let held = running.failed.as_ref().map(|verdict| verdict.ok);
                notes.take(
                    &last.statement,
                    held,
                    &last.seen(self.bench.recording().last_events()),
                    !running.has_overtaken,
                );
            }
            self.last = Some(last);
        }
        if let Some(check::Verdict { want, got, ok }) = running.failed.take() {
            self.summary.expectations += 1;
            self.summary.failed += u64::from(!ok);
            running.shown.push(self.bench.recording_mut().check(Checked { want, got, ok }));
        }
        shown.append(&mut running.shown);
    }
}
