//! One step of a statement's plan, carried out on the bench; what it observes is kept for the end of the round.

use std::time::{Duration, Instant};

use crate::abi::Signal;
use crate::bench::Assignment;
use crate::bench::BenchError;
use crate::plan::{About, PlanStep};
use crate::recording::entry::Observation;
use crate::script::Steps;
use crate::trace::{Subject, TaskId};

use super::{Session, StatementStage};

/// Why a task is not made although the kernel would make it.
const NO_ROOM: &str =
    "the program has no descriptors left to watch one more task with (its hard RLIMIT_NOFILE, `ulimit -Hn`)";

/// Why there is no answer: half of one would be a wrong one.
const NO_TABLE: &str = "the kernel does not let a descriptor table be seen (/proc/PID/fd)";

impl Session {
    /// A new bench, which finds no file of the one before.
    fn reset(&mut self) -> Result<(), BenchError> {
        self.bench.reset()?;
        if let Err(reason) = self.place.empty() {
            self.refuse_here(reason);
        }
        Ok(())
    }

    pub(super) fn carry_out(&mut self, step: PlanStep) -> Result<(), BenchError> {
        let Some(running) = &mut self.running else { return Ok(()) };
        running.stage = StatementStage::Settling;
        match step {
            PlanStep::Order { task, work, name } => {
                running.stage = match running.statement.verb.takes_steps() {
                    Steps::Ahead => StatementStage::Next,
                    Steps::OneByOne if running.progress.steps == 1 => StatementStage::Between,
                    Steps::OneByOne | Steps::One => StatementStage::Settling,
                };
                if work.makes_task() && !self.bench.has_room(1) {
                    self.refuse_here(NO_ROOM.to_owned());
                } else {
                    self.bench.order(task, Assignment::new(work, name, running.statement.line))?;
                }
            }
            PlanStep::Forks(_, names) if !self.bench.has_room(names.len()) => {
                self.refuse_here(NO_ROOM.to_owned());
            }
            PlanStep::Forks(task, names) => {
                running.stage = StatementStage::Making(task, names.len());
                self.bench.order_forks(task, names)?;
            }
            PlanStep::Closes(task, closes) => self.bench.order_closes(task, closes)?,
            PlanStep::Signal(task, signal) => {
                let sent = self.bench.signal(task, signal);
                self.unless_denied(sent)?;
            }
            PlanStep::SignalGroup(tasks, signal) => self.signal_all(tasks, signal)?,
            PlanStep::Interrupt(task) => {
                let sent = self.bench.interrupt(task);
                self.unless_denied(sent)?;
            }
            PlanStep::Sleep(ms) => running.stage = StatementStage::Sleeping(Instant::now() + Duration::from_millis(ms)),
            PlanStep::Reset => self.reset()?,
            PlanStep::Queue(end) => {
                if let Some(report) = self.bench.queue(end) {
                    self.bench.recording_mut().observe(Observation::Queue(report));
                } else {
                    let why = self.bench.queue_obstacle(end);
                    self.refuse_here(format!("that queue cannot be seen: {why}; `tincans doctor` says more"));
                }
            }
            PlanStep::Holders(end) => match self.bench.holders(end) {
                Some(report) => self.bench.recording_mut().observe(Observation::Holders(report)),
                None => self.refuse_table(),
            },
            PlanStep::Fds(task) => self.tell_table(task),
            PlanStep::Tasks => self.bench.recording_mut().observe(Observation::Tasks),
            PlanStep::Why(about) => self.bench.recording_mut().observe(Observation::Why(subject(about))),
        }
        Ok(())
    }

    fn signal_all(&mut self, tasks: Vec<TaskId>, signal: Signal) -> Result<(), BenchError> {
        for task in tasks {
            let sent = self.bench.signal(task, signal);
            self.unless_denied(sent)?;
        }
        Ok(())
    }

    fn tell_table(&mut self, task: TaskId) {
        let name = self.bench.world().task(task).map(|task| task.name.clone()).unwrap_or_default();
        match self.bench.fds(task) {
            Some(fds) => self.bench.recording_mut().observe(Observation::Fds { task: name, fds }),
            None => self.refuse_table(),
        }
    }

    /// The kernel shows nobody the table of a process that is ending.
    fn refuse_table(&mut self) {
        let world = self.bench.world();
        let ending = world.tasks().find_map(|task| Some((task.name.clone(), world.ended_by(task)?.0)));
        let reason = ending.map(|(name, signal)| {
            format!("{name} was killed by {} and is not dead yet, and {NO_TABLE}", signal.name())
        });
        self.refuse_here(reason.unwrap_or_else(|| NO_TABLE.to_owned()));
    }
}

fn subject(about: About) -> Subject {
    match about {
        About::Last => Subject::Other,
        About::Task(task) => Subject::Task(task),
        About::End(end) => Subject::End(end),
    }
}
