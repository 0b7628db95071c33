//! From a statement to what is to be done: names become numbers by the world as it is now, or the statement is refused with
//! the reason. A shorthand becomes several steps, each decided when the one before it has settled. Pure.

mod calls;
mod channel;
mod waits;
mod who;

use crate::abi::Signal;
use crate::check::Captures;
use crate::order::{Closes, Work};
use crate::script::{EndRef, Statement, Verb, WhyAbout};
use crate::trace::TaskId;
use crate::world::World;
use crate::world::kind::EndId;

/// The most channels alive at one time.
pub const MAX_CHANNELS: usize = 1024;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanStep {
    /// A task gets an order.
    Order {
        /// Which.
        task: TaskId,
        /// What.
        work: Work,
        /// The name for what it makes.
        name: Option<String>,
    },
    /// A task forks these children, if the call that it is still at succeeds.
    Forks(TaskId, Vec<String>),
    /// A task and the children that it is still forking close descriptors.
    Closes(TaskId, Closes),
    /// A signal from outside the bench.
    Signal(TaskId, Signal),
    /// The same to every process of a group.
    SignalGroup(Vec<TaskId>, Signal),
    /// SIGRTMIN to one thread.
    Interrupt(TaskId),
    /// The script waits, milliseconds.
    Sleep(u64),
    /// A new bench.
    Reset,
    /// What waits at an end.
    Queue(EndId),
    /// Who holds an end.
    Holders(EndId),
    /// A process's table.
    Fds(TaskId),
    /// All tasks.
    Tasks,
    /// An explanation.
    Why(About),
}

/// What is to be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// The last event.
    Last,
    /// A task's state.
    Task(TaskId),
    /// An end's state.
    End(EndId),
}

/// Why a statement is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

/// What a plan may use beside the world.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// What `$n` stands for.
    pub captures: &'a Captures,
    /// Where private descriptor numbers begin.
    pub base: i32,
    /// The most tasks alive at one time.
    pub max_tasks: usize,
    /// Whether the data of every call of a loop is wanted.
    pub every_call: bool,
    /// What makes the run's addresses its own.
    pub run: &'a RunPlace,
}

/// What keeps a run's addresses apart from another's. Its files need nothing: its processes work in a folder of its own.
#[derive(Debug, Clone, Default)]
pub struct RunPlace {
    /// Stands before an abstract name that leaves room for it in sun_path; ends in `/`.
    pub prefix: String,
}

/// Bytes of sun_path.
const SUN_PATH: usize = 108;

/// A statement on its way.
#[derive(Debug)]
pub struct Plan<'a> {
    statement: &'a Statement,
    verb: &'a Verb,
}

/// How far a statement is: the task that acts, and how many steps were given out.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The task that made the statement's calls.
    pub actor: Option<TaskId>,
    /// Steps given out so far.
    pub steps: usize,
    /// The tasks that a `channel` is to make.
    pub children: Vec<String>,
}

impl<'a> Plan<'a> {
    /// The plan of a statement; of a `repeat`, of one round.
    #[expect(clippy::wildcard_enum_match_arm, reason = "it takes its family of statements and hands the others on")]
    pub fn of(statement: &'a Statement) -> Self {
        match &statement.verb {
            Verb::Repeat { body, .. } => Self { statement: body, verb: &body.verb },
            verb => Self { statement, verb },
        }
    }

    /// The verb, of a `repeat` that of its body.
    pub fn verb(&self) -> &'a Verb {
        self.verb
    }

    /// The next step, or none if there is no further one.
    #[expect(clippy::wildcard_enum_match_arm, reason = "it takes its family of statements and hands the others on")]
    pub fn next(
        &self,
        world: &World,
        context: Context<'_>,
        progress: &mut Progress,
    ) -> Result<Option<PlanStep>, Refusal> {
        // Also where nobody makes a call: a task's name that was mistyped is not passed over.
        if let Some(name) = self.statement.task.as_deref().filter(|_| progress.steps == 0) {
            who::task(world, name)?;
        }
        let step = match self.verb {
            Verb::Channel { .. } => channel::next(self, world, context, progress)?,
            Verb::Eventfd { .. }
            | Verb::Timerfd { .. }
            | Verb::Signalfd { .. }
            | Verb::Pidfd { .. }
            | Verb::Epoll { .. }
            | Verb::Epollctl { .. }
            | Verb::Epollwait { .. } => waits::next(self, world, context, progress)?,
            _ if progress.steps > 0 => None,
            _ => Some(self.only(world, context)?),
        };
        if let Some(PlanStep::Order { task, .. }) = &step {
            progress.actor.get_or_insert(*task);
        }
        progress.steps += usize::from(step.is_some());
        Ok(step)
    }

    /// The step of a statement that has just one.
    #[expect(clippy::wildcard_enum_match_arm, reason = "it takes its family of statements and hands the others on")]
    fn only(&self, world: &World, context: Context<'_>) -> Result<PlanStep, Refusal> {
        let number = |number| context.captures.resolve(number).map_err(Refusal);
        let count = |of| {
            number(of).and_then(|value| {
                u64::try_from(value).map_err(|_error| Refusal(format!("{value} is less than nothing")))
            })
        };
        Ok(match self.verb {
            Verb::Sleep { ms } => PlanStep::Sleep(count(ms)?),
            Verb::Reset => PlanStep::Reset,
            Verb::Tasks => PlanStep::Tasks,
            Verb::Queue { end } => PlanStep::Queue(Self::queue(world, end)?),
            Verb::Holders { end } => PlanStep::Holders(who::end_or_closed(world, end)?),
            Verb::Fds { task } => PlanStep::Fds(self.observed(world, task.as_deref())?),
            Verb::Why { about } => PlanStep::Why(about_what(world, about.as_ref())?),
            Verb::Interrupt { task } => PlanStep::Interrupt(who::living(world, task)?),
            Verb::Stop { task } if self.statement.task.is_none() => {
                PlanStep::Signal(who::present(world, task)?, Signal::STOP)
            }
            Verb::Cont { task } if self.statement.task.is_none() => {
                PlanStep::Signal(who::present(world, task)?, Signal::CONT)
            }
            Verb::Kill { task, signal } if self.statement.task.is_none() => {
                PlanStep::Signal(who::present(world, task)?, *signal)
            }
            Verb::KillGroup { task, signal } if self.statement.task.is_none() => {
                PlanStep::SignalGroup(who::members(world, task)?, *signal)
            }
            _ => calls::order(self, world, context)?,
        })
    }

    /// An end where bytes can wait.
    fn queue(world: &World, of: &EndRef) -> Result<EndId, Refusal> {
        let id = who::held_end(world, of)?;
        if let Some(object) = world.object(id) {
            return Err(Refusal(format!("{of} is no end of a channel ({}): no bytes wait there", object.kind)));
        }
        match world.end(id).filter(|end| end.backlog.is_some()) {
            Some(_) => {
                Err(Refusal(format!("{of} listens: connections wait there and no bytes; `why {of}` counts them")))
            }
            None => Ok(id),
        }
    }

    fn observed(&self, world: &World, task: Option<&str>) -> Result<TaskId, Refusal> {
        match task.or(self.statement.task.as_deref()) {
            Some(name) => who::living(world, name),
            None => who::first_task(world).and_then(|parent| who::living(world, &parent.name)),
        }
    }
}

fn about_what(world: &World, about: Option<&WhyAbout>) -> Result<About, Refusal> {
    match about {
        None => Ok(About::Last),
        Some(WhyAbout::End(end)) => who::end(world, end).map(About::End),
        Some(WhyAbout::Name(name)) => {
            if let Some(task) = world.task_named(name) {
                return Ok(About::Task(task.id));
            }
            let name = crate::script::EndName { name: name.clone(), index: None };
            who::end(world, &EndRef::Named { name, fd: None }).map(About::End)
        }
    }
}
