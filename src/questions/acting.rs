//! Who acts: for a statement that names nobody, and for a key; and whether a task can act now.

use crate::abi::TaskState;
use crate::world::World;
use crate::world::kind::EndId;
use crate::world::task::Task;

use super::sleep;

/// Why no task acts at an end without being named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoActor<'a> {
    /// No task holds it.
    Nobody,
    /// Several tasks hold it, and the bench's first task is not one of them.
    Several(Vec<&'a Task>),
}

/// The bench's first task, which nobody on the bench has made: `parent`.
pub fn first_task(world: &World) -> Option<&Task> {
    world.tasks().find(|task| is_first(task))
}

/// Whether a task is the bench's first.
pub fn is_first(task: &Task) -> bool {
    task.by.is_none()
}

/// The tasks that hold an end, each process once, as its first task.
pub fn holders(world: &World, end: EndId) -> Vec<&Task> {
    let mut holders: Vec<&Task> = world.holders(end).into_iter().map(|(task, _)| task).collect();
    holders.dedup_by_key(|task| task.id);
    holders
}

/// The task that makes a statement about an end: the bench's first task if it holds the end, else the only one that does.
pub fn for_statement(world: &World, end: EndId) -> Result<&Task, NoActor<'_>> {
    let holders = holders(world, end);
    if let Some(first) = holders.iter().find(|task| is_first(task)) {
        return Ok(first);
    }
    match holders[..] {
        [] => Err(NoActor::Nobody),
        [only] => Ok(only),
        [_, _, ..] => Err(NoActor::Several(holders)),
    }
}

/// Which of several holders a key acts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prefer {
    /// The bench's first task.
    First,
    /// Any other.
    Others,
}

/// The task that a key acts as at an end, among those that hold it.
pub fn for_key(world: &World, end: EndId, prefer: Prefer) -> Option<&Task> {
    holders(world, end).into_iter().min_by_key(|task| is_first(task) != (prefer == Prefer::First))
}

/// The task whose end this is: a living holder that is not the bench's first task comes first; of an end that nobody holds, who
/// held it last.
pub fn at_end(world: &World, end: EndId) -> Option<&Task> {
    world.keepers(end).into_iter().min_by_key(|task| (!task.is_alive(), is_first(task)))
}

/// Why a task cannot take a statement now: `child1 is asleep in read(chat[1])`.
pub fn why_not_ready(task: &Task) -> Option<String> {
    let name = &task.name;
    match task.state {
        TaskState::Idle => None,
        TaskState::Asleep => Some(sleep::sentence(task).unwrap_or_else(|| format!("{name} is asleep"))),
        TaskState::Running => Some(format!("{name} is still busy")),
        TaskState::Stopped => Some(format!("{name} is stopped")),
        TaskState::Zombie | TaskState::Dead => Some(why_dead(task)),
    }
}

/// `child1 was killed by SIGKILL`.
pub fn why_dead(task: &Task) -> String {
    task.death.map_or_else(|| format!("{} is dead", task.name), |death| format!("{} {}", task.name, death.predicate()))
}
