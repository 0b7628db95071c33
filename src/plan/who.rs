//! Who acts, and on which descriptor: ends and tasks by name, or a refusal that says what is so instead.
#![expect(clippy::wildcard_enum_match_arm, reason = "only two calls are about a process")]

use crate::order::Call;
use crate::script::{EndRef, TaskState};
use crate::trace::{Death, TaskId};
use crate::world::World;
use crate::world::kind::EndId;
use crate::world::task::Task;

use super::{Context, Plan, Refusal};

/// The end of this name.
pub fn end(world: &World, end: &EndRef) -> Result<EndId, Refusal> {
    match end {
        EndRef::Named { name, .. } => {
            let was = || world.ends().any(|end| end.closed && end.name.as_ref() == Some(name));
            let why = || if was() { " any more: its last descriptor is closed; `close @N` tries a number" } else { "" };
            let none = || Refusal(format!("there is no end {name}{}", why()));
            world.end_named(name).map(|end| end.id).ok_or_else(none)
        }
        EndRef::Raw(fd) => {
            Err(Refusal(format!("@{fd} is a number, and this asks for an end by name, such as chat[0]")))
        }
    }
}

/// The end of this name; while its channel lives on, one that was closed as well: nobody holds it.
pub fn end_or_closed(world: &World, of: &EndRef) -> Result<EndId, Refusal> {
    let EndRef::Named { name, .. } = of else { return end(world, of) };
    let lives_on = |peer: EndId| world.end(peer).is_some_and(|peer| !peer.closed);
    let closed = || world.ends().filter(|end| end.name.as_ref() == Some(name) && end.peer.is_some_and(lives_on));
    end(world, of).or_else(|refusal| closed().map(|end| end.id).max().ok_or(refusal))
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
        (None, None) => (ready(task(world, "parent")?)?, -1),
        (None, Some(EndRef::Raw(fd))) => (ready(task(world, "parent")?)?, own_refused(context, *fd)?),
        (None, Some(end)) => {
            let task = ready(only_holder(world, end)?)?;
            (task, descriptor(world, context, task, end)?)
        }
    };
    Ok((task.id, fd))
}

/// `parent` if it holds the end, else the only task that does.
fn only_holder<'a>(world: &'a World, of: &EndRef) -> Result<&'a Task, Refusal> {
    let id = end(world, of)?;
    let mut holders: Vec<&Task> = world.holders(id).into_iter().map(|(task, _)| task).collect();
    holders.dedup_by_key(|task| task.id);
    if let Some(parent) = holders.iter().find(|task| task.name == "parent") {
        return Ok(parent);
    }
    match holders[..] {
        [] => Err(Refusal(format!("nobody holds {of}"))),
        [only] => Ok(only),
        [ref first @ .., last] => {
            let names: Vec<&str> = first.iter().map(|task| task.name.as_str()).collect();
            let (names, last) = (names.join(", "), &last.name);
            Err(Refusal(format!(
                "{of} is held by {names} and {last}: say who, as in `{last}: {}`",
                "read {of}".replace("{of}", &of.to_string())
            )))
        }
    }
}

/// The number of an end in a task's table: the one asked for, or the lowest.
pub fn descriptor(world: &World, context: Context<'_>, task: &Task, of: &EndRef) -> Result<i32, Refusal> {
    let EndRef::Named { name, fd } = of else {
        let EndRef::Raw(fd) = of else { return Ok(-1) };
        return own_refused(context, *fd);
    };
    let id = end(world, of)?;
    let process = world.process_of(task.id).ok_or_else(|| dead(task))?;
    match fd {
        None => process.lowest(id).ok_or_else(|| Refusal(format!("{} does not hold {name}", task.name))),
        Some(fd) if process.table.get(fd).is_some_and(|entry| entry.end == id) => Ok(*fd),
        Some(fd) => Err(Refusal(format!("{}'s descriptor {fd} is not {name}", task.name))),
    }
}

fn own_refused(context: Context<'_>, fd: i32) -> Result<i32, Refusal> {
    // Four for the process and two for each of its threads, with as many more on their way.
    let own = i32::try_from(context.max_tasks).unwrap_or(i32::MAX / 8).min(i32::MAX / 8) * 4 + 16;
    if (context.base..context.base.saturating_add(own)).contains(&fd) {
        return Err(Refusal(format!(
            "@{fd} is kept for the program's own descriptors, which begin at {}",
            context.base
        )));
    }
    Ok(fd)
}

/// A task that can take an order now.
pub fn ready(task: &Task) -> Result<&Task, Refusal> {
    match task.state {
        TaskState::Idle => Ok(task),
        TaskState::Asleep => Err(Refusal(format!("{} is asleep in {}", task.name, sleeping_in(task)))),
        TaskState::Running => Err(Refusal(format!("{} is still busy", task.name))),
        TaskState::Stopped => Err(Refusal(format!("{} is stopped; `cont {}` lets it go on", task.name, task.name))),
        TaskState::Zombie | TaskState::Dead => Err(dead(task)),
    }
}

/// `read(chat[1])`: the call that a task sleeps in.
pub fn sleeping_in(task: &Task) -> String {
    let Some(ongoing) = &task.ongoing else { return "nothing".to_owned() };
    let call = ongoing.call();
    let about = match call {
        Call::Waitpid { pid, .. } | Call::Kill { pid, .. } => ongoing.names.task(*pid).unwrap_or("").to_owned(),
        _ => call.fd().map(|fd| ongoing.names.end(fd)).unwrap_or_default(),
    };
    format!("{}({about})", call.name())
}

fn dead(task: &Task) -> Refusal {
    let how = match task.death {
        Some(Death::Killed(signal)) => format!(", killed by {}", signal.name()),
        Some(Death::Exited(code)) => format!(", it exited with {code}"),
        Some(Death::Unknown) | None => String::new(),
    };
    Refusal(format!("{} is dead{how}", task.name))
}
