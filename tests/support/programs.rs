//! Random statements of the whole language, each made for the world as it is: tasks that can act, ends that they hold. What
//! the contract calls nondeterministic is made only where that is asked for.

mod manage;
mod transfer;
mod waits;

use tincans::abi::TaskState;
use tincans::world::World;
use tincans::world::channel::End;
use tincans::world::kind::EndId;
use tincans::world::task::Task;

use super::random::Random;

/// The most tasks and the most channels that are alive at one time.
const MOST: usize = 5;

/// Whether what the kernel leaves open may occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// Every statement.
    Anything,
    /// Only what has one outcome.
    OneOutcome,
    /// Only single calls that do not sleep: no loops, threads, signals or deaths.
    NoSleep,
}

/// Makes statements.
#[derive(Debug)]
pub struct Programs {
    random: Random,
    openness: Openness,
}

/// An idle task, and the ends it holds.
struct Scene<'a> {
    world: &'a World,
    task: &'a Task,
    held: Vec<(i32, EndId)>,
}

type Maker = fn(&mut Programs, &Scene<'_>) -> Option<String>;

/// How often each family is tried.
const MAKERS: &[(usize, Maker)] = &[
    (6, Programs::pair),
    (3, Programs::pipe),
    (5, Programs::fifo),
    (4, Programs::channel),
    (3, Programs::socket),
    (8, Programs::by_name),
    (5, Programs::task),
    (6, Programs::signals),
    (22, Programs::write),
    (24, Programs::read),
    (5, Programs::pass),
    (9, Programs::take),
    (4, Programs::splice),
    (3, Programs::vmsplice),
    (8, Programs::close),
    (3, Programs::dup),
    (3, Programs::shutdown),
    (4, Programs::poll),
    (6, Programs::option),
    (5, Programs::flags),
    (5, Programs::loops),
    (2, Programs::limits),
    (12, Programs::waits),
    (3, Programs::observe),
    (3, Programs::wrong),
    (2, Programs::repeat),
];

impl Scene<'_> {
    fn end(&self, id: EndId) -> Option<&End> {
        self.world.end(id)
    }

    /// `TASK: VERB END`, the end by one of its numbers where it has several.
    fn about(&self, verb: &str, (fd, id): (i32, EndId)) -> String {
        format!("{}: {verb} {}", self.task.name, self.name((fd, id)))
    }

    fn name(&self, (fd, id): (i32, EndId)) -> String {
        if id == EndId::NULL {
            return format!("@{fd}");
        }
        let several = self.held.iter().filter(|(_, other)| *other == id).count() > 1;
        if several { format!("{}@{fd}", self.world.label(id)) } else { self.world.label(id) }
    }
}

impl Programs {
    /// A source of statements.
    pub fn new(seed: u64, openness: Openness) -> Self {
        Self { random: Random::new(seed), openness }
    }

    /// The next statement for the world as it is.
    pub fn next(&mut self, world: &World) -> String {
        let idle: Vec<&Task> = world.tasks().filter(|task| task.state == TaskState::Idle).collect();
        if !self.no_sleep() && self.random.chance(1) && self.random.chance(30) {
            return "reset".to_owned();
        }
        let Some(&task) = self.random.pick(&idle) else { return self.nobody_can_act(world) };
        let held = world.process_of(task.id).map(|process| {
            process.rows().flat_map(|(fd, entry)| entry.ends().map(move |end| (fd, end))).collect::<Vec<_>>()
        });
        let scene = Scene { world, task, held: held.unwrap_or_default() };
        let all: usize = MAKERS.iter().map(|(weight, _)| weight).sum();
        for _ in 0..50 {
            let mut at = self.random.below(all);
            let chosen = MAKERS.iter().find(|(weight, _)| {
                let here = at < *weight;
                at = at.saturating_sub(*weight);
                here
            });
            if let Some(text) = chosen.and_then(|(_, make)| make(self, &scene)) {
                return text;
            }
        }
        "tasks".to_owned()
    }

    fn one_outcome(&self) -> bool {
        self.openness != Openness::Anything
    }

    fn no_sleep(&self) -> bool {
        self.openness == Openness::NoSleep
    }

    /// Everything that is made for calls that must not sleep is O_NONBLOCK.
    fn nonblock(&mut self, percent: usize) -> &'static str {
        if self.no_sleep() { " nonblock" } else { self.maybe(percent, " nonblock") }
    }

    /// Everybody sleeps, is stopped, or is dead.
    fn nobody_can_act(&mut self, world: &World) -> String {
        let alive: Vec<&Task> = world.tasks().filter(|task| task.is_alive()).collect();
        let Some(task) = self.random.pick(&alive) else { return "reset".to_owned() };
        match (task.state, self.random.below(4)) {
            (TaskState::Stopped, 0..=2) => format!("cont {}", task.name),
            (_, 0 | 1) => format!("interrupt {}", task.name),
            (_, 2) => format!("kill {}", task.name),
            _ => format!("kill {} SIGKILL", task.name),
        }
    }

    fn held(&mut self, scene: &Scene<'_>) -> Option<(i32, EndId)> {
        self.random.pick(&scene.held).copied()
    }

    fn held_where(&mut self, scene: &Scene<'_>, fits: impl Fn(&End) -> bool) -> Option<(i32, EndId)> {
        let fitting: Vec<_> = scene.held.iter().copied().filter(|(_, id)| scene.end(*id).is_some_and(&fits)).collect();
        self.random.pick(&fitting).copied()
    }

    fn end_name(&mut self, scene: &Scene<'_>) -> Option<String> {
        let open = scene.world.ends().filter(|end| !end.closed && !end.label().ends_with("[1]")).count();
        if open >= MOST {
            return None;
        }
        let name = format!("c{}", self.random.below(2 * MOST));
        let taken =
            scene.world.ends().any(|end| !end.closed && end.name.as_ref().is_some_and(|other| other.name == name));
        (!taken).then_some(name)
    }

    fn task_name(&mut self, scene: &Scene<'_>) -> Option<String> {
        let present = scene.world.tasks().filter(|task| task.state != TaskState::Dead);
        let names: Vec<&str> = present.map(|task| task.name.as_str()).collect();
        if names.len() >= MOST {
            return None;
        }
        let name = format!("k{}", self.random.below(2 * MOST));
        (!names.contains(&name.as_str())).then_some(name)
    }

    fn maybe(&mut self, percent: usize, word: &'static str) -> &'static str {
        if self.random.chance(percent) { word } else { "" }
    }
}
