//! One lesson, taken from beginning to end on a bench of its own, as a learner would who always does what is asked.

use std::time::{Duration, Instant};

use color_eyre::eyre::{Result, bail};

use crate::bench::BenchError;

use crate::lesson::{Goal, Lesson, LessonPosition, Next, Prediction};
use crate::script::{Statement, Verb, Want};
use crate::session::{Session, Settings};
use crate::trace::{Event, What};

/// Events of one statement that are kept; the oldest go first.
const EVENTS_KEPT: usize = 8192;

/// Line, and what was wanted and what came.
pub(super) type Wrong = (u32, String);

/// What came of a lesson.
pub(super) struct Proof {
    /// What is wrong with it.
    pub faults: Vec<Wrong>,
    /// Where, and why, this machine does not let it be taken any further.
    pub denied: Option<Wrong>,
    /// How many expectations were put to the kernel.
    pub expectations: u64,
}

/// Runs a lesson, which may keep the bench busy for so long.
pub(super) fn run(lesson: &Lesson, longest: Duration) -> Result<Proof> {
    let mut run = LessonRun {
        session: Session::open(Settings::default())?,
        faults: Vec::new(),
        expectations: 0,
        deadline: Instant::now() + longest,
        longest,
        is_late: false,
        denied: None,
    };
    match run.all(lesson) {
        Err(error) if !run.is_late && run.denied.is_none() => Err(error),
        _ => Ok(Proof { faults: run.faults, denied: run.denied, expectations: run.expectations }),
    }
}

struct LessonRun {
    session: Session,
    faults: Vec<Wrong>,
    expectations: u64,
    deadline: Instant,
    longest: Duration,
    /// It takes too long, which is a fault of its own and the last one.
    is_late: bool,
    /// This machine does not allow a statement: what comes after it would be no lesson's fault.
    denied: Option<Wrong>,
}

impl LessonRun {
    /// From the setup to the end.
    fn all(&mut self, lesson: &Lesson) -> Result<()> {
        for statement in &lesson.setup {
            self.one(statement)?;
        }
        let mut walk = LessonPosition::default();
        loop {
            match walk.next(lesson) {
                Next::Run(statement) => drop(self.one(statement)?),
                Next::Ask(prediction) => self.predict(prediction)?,
                Next::Reach(goal) => self.reach(goal)?,
                Next::Rest => {}
                Next::Over => return Ok(()),
            }
            walk = walk.advance(lesson);
        }
    }

    /// Runs one statement, notes what did not hold, and gives its events.
    fn one(&mut self, statement: &Statement) -> Result<Vec<Event>> {
        self.expectations += statement.expectations.len() as u64;
        let events = self.run(statement)?;
        let expects_refusal = statement.expectations.iter().any(|expected| expected.want == Want::Refused);
        for event in &events {
            #[expect(clippy::wildcard_enum_match_arm, reason = "all other events are what a statement is made for")]
            match &event.what {
                What::Expect { want, got, ok: false } => {
                    self.faults.push((statement.line, format!("wanted {want}, got {got}")));
                }
                What::Refused { reason } if statement.expectations.is_empty() && !expects_refusal => {
                    self.faults
                        .push((statement.line, format!("wanted {} to be made, got refused: {reason}", statement.text)));
                }
                _ => {}
            }
        }
        Ok(events)
    }

    fn run(&mut self, statement: &Statement) -> Result<Vec<Event>> {
        self.session.submit(statement.clone());
        let (mut events, mut denial) = (Vec::new(), None);
        let is_settled = self.session.settle_until(Some(self.deadline), |session, came| {
            denial = denial.take().or_else(|| session.denial(&came));
            events.extend(came);
            // Of a `repeat` without end the last are as good as all.
            if events.len() > 2 * EVENTS_KEPT {
                events.drain(..events.len() - EVENTS_KEPT);
            }
            Ok::<(), BenchError>(())
        })?;
        if !is_settled {
            let seconds = self.longest.as_secs();
            let what = format!("wanted a lesson that is over in {seconds} s, got one that is still here");
            self.faults.push((statement.line, what));
            self.is_late = true;
            bail!("the lesson takes too long");
        }
        if let Some(reason) = denial {
            self.denied = Some((statement.line, reason));
            bail!("this machine does not allow it");
        }
        Ok(events)
    }

    /// The ticked option holds of what comes, and no other does.
    fn predict(&mut self, prediction: &Prediction) -> Result<()> {
        self.run(&prediction.statement)?;
        for option in &prediction.options {
            self.expectations += 1;
            let Some(verdict) = self.session.would_hold(&option.expectations) else { continue };
            if verdict.ok != option.ticked {
                let text = &option.text;
                let what = if option.ticked {
                    format!("the ticked option is {text}, but what came is {}", verdict.got)
                } else {
                    format!("this option is not ticked, but it holds, too: {text} (what came: {})", verdict.got)
                };
                self.faults.push((option.line, what));
            }
        }
        Ok(())
    }

    /// The goal does not hold before its solution, and does after.
    fn reach(&mut self, goal: &Goal) -> Result<()> {
        let line = goal.conditions.first().map_or(0, |condition| condition.line);
        if goal.is_met(self.session.world(), &[]) {
            self.faults.push((line, "this goal holds already, before its solution".to_owned()));
        }
        let mut since = Vec::new();
        for statement in &goal.solution {
            since.extend(self.one(statement)?);
            if matches!(statement.verb, Verb::Reset) {
                since.clear();
            }
        }
        self.expectations += goal.conditions.len() as u64;
        let states = goal.states(self.session.world(), &since);
        for (condition, state) in goal.conditions.iter().zip(states).filter(|(_, state)| !state.holds) {
            let wants: Vec<&str> = condition.expectations.iter().map(|expected| expected.text.as_str()).collect();
            let instead = state.instead.unwrap_or_else(|| "no such call was made".to_owned());
            let what =
                format!("{} => {} does not hold after the solution: {instead}", condition.text, wants.join(", "));
            self.faults.push((condition.line, what));
        }
        Ok(())
    }
}
