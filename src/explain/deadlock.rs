//! Who waits for whom: a circle of tasks in which each could only be woken by another that is asleep too.

use std::collections::BTreeMap;

use crate::abi::TaskState;
use crate::order::Call;
use crate::questions::sleep::{self, Sleep};
use crate::trace::{Deed, Explanation, Foretold, TaskId};
use crate::world::World;
use crate::world::kind::{EndId, Kind};
use crate::world::task::Task;

use super::{advice, moves, wording};

/// What a task waits for that nobody outside brings about.
#[derive(Debug)]
pub(super) enum Stuck<'a> {
    /// A circle of several tasks, which it is in or waits for.
    Circle(Explanation),
    /// Another task that only itself could wake.
    Behind(&'a Task),
    /// Something that only itself could do: a sentence.
    Itself(String),
}

/// The circle that a sleeping task waits in or for, if nobody outside it can wake anybody.
pub(super) fn of_task<'a>(world: &'a World, task: &Task) -> Option<Stuck<'a>> {
    let stuck = stuck(world);
    let circle = circle(&stuck, task.id)?;
    if let [alone] = *circle {
        return if alone == task.id {
            itself(world, task).map(Stuck::Itself)
        } else {
            world.task(alone).map(Stuck::Behind)
        };
    }
    Some(Stuck::Circle(of_several(world, task, (&stuck, circle))))
}

/// A circle of at least two.
fn of_several(
    world: &World,
    task: &Task,
    (stuck, circle): (&BTreeMap<TaskId, Vec<TaskId>>, Vec<TaskId>),
) -> Explanation {
    let circle = from_first_sleeper(world, circle);
    let links: Vec<String> = circle.iter().filter_map(|id| link(world, *id, (stuck, &circle))).collect();
    let names: Vec<String> = circle.iter().filter_map(|id| world.task(*id)).map(|task| task.name.clone()).collect();
    let head = match (circle.contains(&task.id), names.len()) {
        (true, 2) => format!("Deadlock: {} wait for each other", wording::list(&names)),
        (true, _) => format!("Deadlock: {} wait for each other in a circle", wording::list(&names)),
        (false, _) => format!("{} waits for a deadlock, that of {}", task.name, wording::list(&names)),
    };
    let first = match (&*circle, circle.first().and_then(|id| world.task(*id))) {
        ([one, others @ ..], Some(first)) if others.iter().any(|other| since(world, *other) > since(world, *one)) => {
            format!(" {} fell asleep first.", first.name)
        }
        _ => String::new(),
    };
    let kind = circle.first().and_then(|id| kind_of(world, *id));
    let text = format!(
        "{head}: {}.{first} None of them can take the first step: one of these calls has to end by a signal, or another task has to \
         get one of these ends.",
        links.join("; "),
    );
    let explained = wording::explanation(task, "deadlock", kind.map_or("unix(7)", wording::page), text);
    let sleeper = circle.first().and_then(|id| world.task(*id)).unwrap_or(task);
    // A loop that had moved something goes on.
    let signal = sleeper.burst().is_none().then(|| Foretold::wakes(Deed::Interrupt, sleeper.id));
    advice::advised(world, task, explained, &format!("`interrupt {}`", sleeper.name)).foretelling(signal)
}

/// What a sleeper waits for that only itself could do.
fn itself(world: &World, task: &Task) -> Option<String> {
    let (name, Sleep { call, end, .. }) = (&task.name, sleep::of_task(world, task)?);
    let moves = matches!(call, Call::Splice { .. } | Call::Tee { .. });
    let there = if moves { moves::waits_for(world, task)? } else { end?.peer? };
    let writes = !call.is_writing() && end.is_some_and(|end| end.peer == Some(there));
    let (acts, none) = if writes { ("write to", "writes") } else { ("read from", "reads") };
    let there = world.label(there);
    Some(format!(
        "Only {name} itself could {acts} {there}, for nobody else has it open, and a task that is asleep {none} nothing: a signal has \
         to end the call, or another task has to get {there}."
    ))
}

/// The circle, told from the task that has slept longest.
fn from_first_sleeper(world: &World, mut circle: Vec<TaskId>) -> Vec<TaskId> {
    let first = circle.iter().enumerate().min_by_key(|(_, id)| (since(world, **id), **id)).map_or(0, |(at, _)| at);
    circle.rotate_left(first);
    circle
}

/// The line of the statement that a sleeping call belongs to. Of two in one line no clock says the same each time.
fn since(world: &World, id: TaskId) -> Option<u32> {
    world.task(id).and_then(Task::sleeping_call).map(|call| call.line)
}

/// What the task sleeps on.
fn kind_of(world: &World, id: TaskId) -> Option<Kind> {
    let ongoing = world.task(id)?.sleeping_call()?;
    Some(world.end(ongoing.names.end_id(ongoing.call().fd()?)?)?.kind)
}

/// The first task of any circle.
pub(super) fn anywhere(world: &World) -> Option<&Task> {
    let stuck = stuck(world);
    let first = stuck.keys().find(|id| circle(&stuck, **id).is_some_and(|circle| circle.contains(id)))?;
    world.task(*first)
}

/// All tasks asleep that only others of them could wake, each with those.
fn stuck(world: &World) -> BTreeMap<TaskId, Vec<TaskId>> {
    let asleep = world.tasks().filter(|task| task.state == TaskState::Asleep);
    let mut stuck: BTreeMap<TaskId, Vec<TaskId>> = asleep
        .filter_map(|task| Some((task.id, wakers(world, task)?)))
        .filter(|(_, wakers)| !wakers.is_empty())
        .collect();
    loop {
        let free = stuck.iter().find(|(_, wakers)| wakers.iter().any(|waker| !stuck.contains_key(waker)));
        let Some(id) = free.map(|(id, _)| *id) else { return stuck };
        stuck.remove(&id);
    }
}

/// The tasks that could wake a sleeper; none where nobody knows.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn wakers(world: &World, task: &Task) -> Option<Vec<TaskId>> {
    let Sleep { ongoing, call, end } = sleep::of_task(world, task)?;
    match call {
        Call::Waitpid { pid, .. } => Some(children(world, task, *pid)),
        Call::Poll { fds, timeout_ms, .. } if *timeout_ms < 0 => {
            let ends = sleep::end_ids(ongoing);
            let each: Option<Vec<Vec<TaskId>>> =
                ends.iter().map(|end| holders(world, world.end(*end)?.peer?)).collect();
            each.filter(|_| ends.len() == fds.len()).map(|lists| lists.concat())
        }
        Call::Splice { .. } | Call::Tee { .. } => holders(world, moves::waits_for(world, task)?),
        call if call.is_reading() || call.is_writing() => {
            if sleep::ends_by_itself(world, ongoing) {
                return None;
            }
            holders(world, end?.peer?)
        }
        _ => None,
    }
}

/// Every living thread of every process that holds an end; none where a copy is in flight, which anybody may receive.
fn holders(world: &World, end: EndId) -> Option<Vec<TaskId>> {
    if world.end(end)?.in_flight > 0 {
        return None;
    }
    let processes: Vec<TaskId> = world.holders(end).into_iter().map(|(task, _)| task.process).collect();
    let threads = world.tasks().filter(|task| task.is_alive() && processes.contains(&task.process));
    Some(threads.map(|task| task.id).collect())
}

fn children(world: &World, parent: &Task, pid: i32) -> Vec<TaskId> {
    let is_child = |task: &&Task| {
        let by = task.by.and_then(|by| world.task(by)).map(|by| by.process);
        task.is_alive() && by == Some(parent.process) && task.leads_process() && (pid <= 0 || task.pid == pid)
    };
    world.tasks().filter(is_child).map(|task| task.id).collect()
}

/// Follows the first waker of each from here until one comes again: the circle, without the way to it.
fn circle(stuck: &BTreeMap<TaskId, Vec<TaskId>>, from: TaskId) -> Option<Vec<TaskId>> {
    let mut way = vec![from];
    loop {
        let last = *way.last()?;
        let wakers = stuck.get(&last)?;
        let next = *wakers.iter().find(|waker| **waker != last).or(wakers.first())?;
        if let Some(at) = way.iter().position(|id| *id == next) {
            return Some(way.split_off(at));
        }
        way.push(next);
    }
}

/// `child1 is asleep in read(chat[1]) until parent acts`.
fn link(world: &World, id: TaskId, (stuck, circle): (&BTreeMap<TaskId, Vec<TaskId>>, &[TaskId])) -> Option<String> {
    let task = world.task(id)?;
    let Sleep { call, end, .. } = sleep::of_task(world, task)?;
    let ids = stuck.get(&id)?;
    let wakers: Vec<String> = ids.iter().filter_map(|id| world.task(*id)).map(|task| task.name.clone()).collect();
    let what = match end {
        _ if matches!(call, Call::Waitpid { .. }) => "exits",
        Some(_) if call.is_writing() => "reads",
        _ => "writes",
    };
    let whom = match &*wakers {
        [_, _, ..] if circle.iter().all(|id| ids.contains(id)) && ids.len() == circle.len() => "one of them".to_owned(),
        [_, _, ..] => format!("one of {}", wording::list(&wakers)),
        _ => wording::list(&wakers),
    };
    Some(format!("{} until {whom} {what}", sleep::sentence(task)?))
}
