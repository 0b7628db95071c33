//! Who acts, and on which descriptor: ends and tasks by name, or a refusal that says what is so instead.

use crate::abi::{Signal, TaskState};
use crate::order::FilePath;
use crate::questions::acting::{self, NoActor};
use crate::script::{EndName, EndRef};
use crate::trace::TaskId;
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::EndId;
use crate::world::task::Task;

use super::{Context, Plan, Refusal};

/// The end of this name; of one opening of a FIFO, its side.
pub fn end(world: &World, of: &EndRef) -> Result<EndId, Refusal> {
    let id = named(world, of)?;
    Ok(world.opening(id).map_or(id, |opening| opening.end))
}

/// The end of this name, or the opening of a FIFO.
fn named(world: &World, of: &EndRef) -> Result<EndId, Refusal> {
    match of {
        EndRef::Named { name, .. } => {
            let was = || world.ends().any(|end| end.closed && end.name.as_ref() == Some(name));
            let why = || {
                let closed = " any more: its last descriptor is closed; `close @N` tries a number";
                if was() { closed.to_owned() } else { near_miss(world, name) }
            };
            let none = || Refusal(format!("there is no end {name}{}", why()));
            world.id_named(name).ok_or_else(none)
        }
        EndRef::Raw(fd) => {
            Err(Refusal(format!("@{fd} is a number, and this asks for an end by name, such as chat[0]")))
        }
    }
}

/// The ends that may have been meant: those of the channel of this name, or the other index.
fn near_miss(world: &World, name: &EndName) -> String {
    let of_name = |end: &&End| !end.closed && end.name.as_ref().is_some_and(|other| other.name == name.name);
    let meant: Vec<String> = world.ends().filter(of_name).map(End::label).collect();
    if meant.is_empty() { String::new() } else { format!(": {}?", meant.join(" or ")) }
}

/// The end of this name; while its channel lives on, one that was closed as well: nobody holds it.
pub fn end_or_closed(world: &World, of: &EndRef) -> Result<EndId, Refusal> {
    let EndRef::Named { name, .. } = of else { return end(world, of) };
    let lives_on = |peer: EndId| world.end(peer).is_some_and(|peer| !peer.closed);
    let closed = || world.ends().filter(|end| end.name.as_ref() == Some(name) && end.peer.is_some_and(lives_on));
    named(world, of).or_else(|refusal| closed().map(|end| end.id).max().ok_or(refusal))
}

/// The end of this name, which somebody must hold.
pub fn held_end(world: &World, of: &EndRef) -> Result<EndId, Refusal> {
    let id = end(world, of)?;
    if world.holders(id).is_empty() { Err(Refusal(format!("nobody holds {of}"))) } else { Ok(id) }
}

/// The task of this name, alive or not.
pub fn task<'a>(world: &'a World, name: &str) -> Result<&'a Task, Refusal> {
    world.task_named(name).ok_or_else(|| Refusal(format!("there is no task {name}")))
}

/// The task of this name, which must be alive.
pub fn living(world: &World, name: &str) -> Result<TaskId, Refusal> {
    let task = task(world, name)?;
    if task.is_alive() { Ok(task.id) } else { Err(dead(task)) }
}

/// The task of this name, which the kernel must still have, as a zombie perhaps.
pub fn present(world: &World, name: &str) -> Result<TaskId, Refusal> {
    let task = task(world, name)?;
    if task.state == TaskState::Dead { Err(dead(task)) } else { Ok(task.id) }
}

/// The number of the process group that the task of this name is in, or was in when it died.
pub fn group(world: &World, name: &str) -> Result<i32, Refusal> {
    let task = task(world, name)?;
    let unknown = || Refusal(format!("which process group {name} is in is not known"));
    world.group_of(task.id).map(|group| group.id).ok_or_else(unknown)
}

/// The processes of that group, of which the kernel must still have one.
pub fn members(world: &World, name: &str) -> Result<Vec<TaskId>, Refusal> {
    let group = group(world, name)?;
    let members: Vec<TaskId> = world.members_of(group).map(|task| task.id).collect();
    let nobody = || Refusal(format!("no process is left in process group {}", world.name_of_pid(group)));
    if members.is_empty() { Err(nobody()) } else { Ok(members) }
}

/// The task that is to make a call, ready to take an order; and the descriptor in its table, if the call is about an end.
pub fn actor(
    plan: &Plan<'_>,
    world: &World,
    context: Context<'_>,
    of: Option<&EndRef>,
) -> Result<(TaskId, i32), Refusal> {
    let (task, fd) = match (plan.statement.task.as_deref(), of) {
        (Some(name), Some(end)) => {
            let task = ready(task(world, name)?)?;
            (task, descriptor(world, context, task, end)?)
        }
        (Some(name), None) => (ready(task(world, name)?)?, -1),
        (None, None) => (ready(first_task(world)?)?, -1),
        (None, Some(EndRef::Raw(fd))) => (ready(first_task(world)?)?, own_refused(context, *fd)?),
        (None, Some(end)) => {
            let task = ready(only_holder(world, end)?)?;
            (task, descriptor(world, context, task, end)?)
        }
    };
    Ok((task.id, fd))
}

/// The task that makes a statement about an end without being named.
fn only_holder<'a>(world: &'a World, of: &EndRef) -> Result<&'a Task, Refusal> {
    acting::for_statement(world, named(world, of)?).map_err(|no_actor| match no_actor {
        NoActor::Nobody => Refusal(format!("nobody holds {of}")),
        NoActor::Several(holders) => {
            let names: Vec<&str> = holders.iter().map(|task| task.name.as_str()).collect();
            let last = names.last().copied().unwrap_or_default();
            let first = names[..names.len() - 1].join(", ");
            Refusal(format!("{of} is held by {first} and {last}: say who, as in `{last}: read {of}`"))
        }
    })
}

/// The bench's first task, which acts where nobody is named.
pub fn first_task(world: &World) -> Result<&Task, Refusal> {
    acting::first_task(world).ok_or_else(|| Refusal("no task is left on the bench; `reset` begins again".to_owned()))
}

/// The number of an end in a task's table: the one asked for, or the lowest.
pub fn descriptor(world: &World, context: Context<'_>, task: &Task, of: &EndRef) -> Result<i32, Refusal> {
    let EndRef::Named { name, fd } = of else {
        let EndRef::Raw(fd) = of else { return Ok(-1) };
        return own_refused(context, *fd);
    };
    let id = named(world, of)?;
    let process = world.process_of(task.id).ok_or_else(|| dead(task))?;
    match fd {
        None => process.lowest(id).ok_or_else(|| Refusal(format!("{} does not hold {name}", task.name))),
        Some(fd) if process.table.get(fd).is_some_and(|entry| entry.is_of(id)) => Ok(*fd),
        Some(fd) => Err(Refusal(format!("{}'s descriptor {fd} is not {name}", task.name))),
    }
}

/// The number of a signal that is not the program's own.
pub fn own_signal_refused(signal: Signal) -> Result<i32, Refusal> {
    match signal {
        Signal::INTERRUPT => Err(Refusal(format!("{} is kept for `interrupt`, take another", signal.name()))),
        signal => Ok(signal.0),
    }
}

/// A number that is none of the program's own.
pub fn own_refused(context: Context<'_>, fd: i32) -> Result<i32, Refusal> {
    // Five for the process and two for each of its threads, with as many more on their way.
    let own = i32::try_from(context.max_tasks).unwrap_or(i32::MAX / 8).min(i32::MAX / 8) * 4 + 16;
    if (context.base..context.base.saturating_add(own)).contains(&fd) {
        return Err(Refusal(format!(
            "@{fd} is kept for the program's own descriptors, which begin at {}",
            context.base
        )));
    }
    Ok(fd)
}

/// Numbers up to this one are none of the program's own.
pub fn range_refused(context: Context<'_>, last: u32) -> Result<(), Refusal> {
    if i64::from(last) < i64::from(context.base) {
        return Ok(());
    }
    let most = context.base - 1;
    Err(Refusal(format!("the program's own descriptors begin at {}: close up to {most}", context.base)))
}

/// A file in the run's private folder, where every process of the bench works that names one.
pub fn in_folder(file: &str) -> FilePath {
    FilePath { shown: file.to_owned(), path: crate::text::name_bytes(file) }
}

/// A task that can take an order now.
pub fn ready(task: &Task) -> Result<&Task, Refusal> {
    match (task.state, acting::why_not_ready(task)) {
        (_, None) => Ok(task),
        (TaskState::Stopped, Some(reason)) => Err(Refusal(format!("{reason}; `cont {}` lets it go on", task.name))),
        (_, Some(reason)) => Err(Refusal(reason)),
    }
}

fn dead(task: &Task) -> Refusal {
    Refusal(acting::why_dead(task))
}
