//! How a task died, and what its death closed.

use crate::abi::{Errno, Signal, TaskState};
use crate::script::words::quote;
use crate::trace::{CallOutcome, Death, Event, Explanation, Foretold, What};
use crate::world::World;
use crate::world::origin::Setting;
use crate::world::task::Task;

use super::{sleeps, survivors, wording};

/// Bytes of a lost text that are shown.
const MOST_QUOTED: usize = 64;

/// What a task's stdio had in its buffers when it ended or became another program, a sentence each.
pub fn unwritten(task: &Task) -> impl Iterator<Item = String> + '_ {
    task.unwritten.iter().map(|lost| {
        let (name, to, count) = (&task.name, &lost.to, lost.data.len());
        let text = quote(&lost.data.slice(0, MOST_QUOTED));
        let more = if count > MOST_QUOTED as u64 { "..." } else { "" };
        format!(
            "{name} left {} for {to} in stdio's buffer, and they are lost: {text}{more}. _exit and exec do not write the buffer \
             out: call fflush before.",
            wording::count(count, "byte")
        )
    })
}

/// The explanation of a dead task: first what was lost with it.
pub(super) fn of_task(world: &World, task: &Task) -> Option<Explanation> {
    let mut explanation = of_death(world, task)?;
    for lost in unwritten(task) {
        explanation.text = format!("{lost} {}", explanation.text);
    }
    if let Some(lost) = taken_along(task) {
        explanation.text = format!("{} {lost}", explanation.text);
    }
    Some(explanation)
}

/// What it had taken in the call that it died in.
fn taken_along(task: &Task) -> Option<String> {
    let taken = task.taken_along.as_ref()?;
    let bytes = wording::count(taken.bytes, "byte");
    let what = match taken.messages {
        Some(messages) => format!("{} ({bytes})", wording::count(messages, "message")),
        None => bytes,
    };
    let lost = if taken.messages.unwrap_or(taken.bytes) == 1 { "it is lost" } else { "they are lost" };
    let error = if taken.leaves_error {
        " The next call there fails with ERESTARTSYS or EINTR, which the kernel keeps of a recvmmsg that a signal ended."
    } else {
        ""
    };
    let (name, from) = (&task.name, &taken.from);
    Some(format!("{name} had taken {what} from {from} in the call that it slept in, and {lost} with it.{error}"))
}

fn of_death(world: &World, task: &Task) -> Option<Explanation> {
    let (name, death) = (&task.name, task.death?);
    let how = how_it_died(world, task, death);
    let is_sent = task.came.is_some_and(|came| came.1.is_some());
    let rule = match death {
        Death::Killed(Signal::PIPE) if !is_sent => "killed-by-sigpipe",
        Death::Killed(_) => "killed",
        Death::Exited(_) | Death::Unknown => "exited",
    };
    let by = task.by.and_then(|by| world.task(by)).map_or("its parent", |by| &by.name);
    let left = if task.id != task.process {
        match world.task(task.process) {
            Some(process) if process.is_alive() => "It was a thread: its process and all its descriptors live on",
            _ => "It was a thread: what kills one of them kills the process, which is gone with all of them",
        }
    } else if task.left_no_zombie {
        return Some(no_zombie(world, task, &how, by));
    } else if task.state == TaskState::Zombie {
        return Some(zombie(world, task, (&how, by), rule == "killed-by-sigpipe"));
    } else {
        "The kernel closed all its descriptors with it, whatever the way of dying"
    };
    let pipe = if rule == "killed-by-sigpipe" { " by writing where nobody can read any more" } else { "" };
    let text = format!("{}{name} {how}{pipe}. {left}.", survivors::before(world, task));
    Some(wording::explanation(task, rule, "signal(7)", text).foretelling(survivors::foretold(world, task)))
}

/// `was killed by SIGKILL`, and why that came where the task itself has asked for it.
fn how_it_died(world: &World, task: &Task, death: Death) -> String {
    let how = death.predicate();
    let parent = task.by.and_then(|by| world.task(by)).filter(|parent| !parent.is_alive());
    match (task.death_signal, parent) {
        (Some((signal, origin)), Some(parent)) if death == Death::Killed(signal) => format!(
            "{how} because its parent {} died: PR_SET_PDEATHSIG asks for that, set by {}",
            parent.name,
            wording::by(world, origin)
        ),
        _ => match death {
            Death::Killed(signal) => format!("{how}{}", wording::sender_of(world, task, signal)),
            Death::Exited(_) | Death::Unknown => how,
        },
    }
}

/// The parent ignored SIGCHLD.
fn no_zombie(world: &World, task: &Task, how: &str, by: &str) -> Explanation {
    let maker = task.by.and_then(|by| world.process_of(by));
    let origin = maker.and_then(|process| process.origins.get(&Setting::Disposition(Signal::CHLD.0)));
    let whose = match task.by.and_then(|by| world.task(by)) {
        Some(parent) => wording::inherited(world, parent, origin),
        None => wording::set_by(world, origin),
    };
    let text = format!(
        "{}{} {how}. There is no zombie: {by} ignores SIGCHLD{whose}, so the kernel kept no status, and a wait for it fails \
         with ECHILD.",
        survivors::before(world, task),
        task.name
    );
    wording::explanation(task, "ignored-sigchld", "wait(2)", text)
        .foretelling(wait_for(task, CallOutcome::Fails(Errno::ECHILD)))
        .foretelling(survivors::foretold(world, task))
}

fn zombie(world: &World, task: &Task, (how, by): (&str, &str), by_sigpipe: bool) -> Explanation {
    let name = &task.name;
    let text = format!(
        "{}{name} {how}, and that closed its descriptors. Its number and its status are left, a zombie, until {by} waits for it.",
        survivors::before(world, task)
    );
    let rule = if by_sigpipe { "killed-by-sigpipe" } else { "zombie" };
    wording::explanation(task, rule, "wait(2)", text)
        .foretelling(wait_for(task, CallOutcome::Works))
        .foretelling(survivors::foretold(world, task))
}

/// A wait of its maker's.
fn wait_for(child: &Task, outcome: CallOutcome) -> Option<Foretold> {
    Some(Foretold::Wait { by: child.by?, child: child.id, outcome })
}

/// SIGCONT.
fn continued(world: &World, task: &Task) -> Explanation {
    let text = format!(
        "SIGCONT{} ends a stop: {} goes on where it was stopped. What was sent to it meanwhile has waited for it; a stop loses \
         nothing.",
        wording::sender_of(world, task, Signal::CONT),
        task.name,
    );
    wording::explanation(task, "goes-on-after-a-stop", "signal(7)", text)
}

/// The last death among the events, or the last signal that stopped somebody or let it go on.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
pub(super) fn of_events(world: &World, events: &[Event]) -> Option<Explanation> {
    events.iter().rev().find_map(|event| match &event.what {
        What::Death { .. } => of_task(world, world.task(event.task?)?),
        What::Signal { signal, .. } if *signal == Signal::STOP => sleeps::of_task(world, world.task(event.task?)?),
        What::Signal { signal, .. } if *signal == Signal::CONT => Some(continued(world, world.task(event.task?)?)),
        _ => None,
    })
}
