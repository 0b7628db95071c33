//! Signals: a sleeping call that one ends or that goes on after it, one that is pending, and several deaths behind one SIGCHLD.

use crate::abi::{Disposition, Errno, Signal, TaskState};
use crate::order::Call;
use crate::trace::{CallOutcome, Deed, Event, Explanation, Foretold, What};
use crate::world::World;
use crate::world::origin::{Sender, Setting};
use crate::world::task::Task;

use super::context::CallContext;
use super::{advice, moves, wording};

/// EINTR.
pub(super) fn interrupted(context: &CallContext<'_>) -> Option<Explanation> {
    if context.errno() != Errno::EINTR || context.ret() >= 0 {
        return None;
    }
    let (who, call, name) = (context.who(), &context.call.call, context.call.call.name());
    let came = signal_in(context.events, context.task);
    let what = that_came(context);
    if matches!(call, Call::Pause) {
        let text = format!(
            "{what} came while {who} was asleep in pause, and its handler has run: pause then returns -1 with EINTR, always."
        );
        return Some(wording::explanation(context.task, "pause-is-over", "pause(2)", text));
    }
    let is_own = came == Some(Signal::INTERRUPT);
    let timeout = context.end.and_then(|end| match call.offered() {
        Some(_) => end.timeouts.1.map(|_| (end, "SO_SNDTIMEO", Setting::SendTimeout)),
        None => end.timeouts.0.map(|_| (end, "SO_RCVTIMEO", Setting::ReceiveTimeout)),
    });
    let because = match timeout {
        _ if is_own => "its handler is set without SA_RESTART, so the call is not restarted".to_owned(),
        _ if call.is_never_restarted() => {
            format!("{name} is never restarted after a handler, not even with SA_RESTART")
        }
        Some((end, option, setting)) => format!(
            "{option} is on at {}{}, and a call that may time out is not restarted after a handler, not even with SA_RESTART",
            end.label(),
            wording::set_by(context.world, end.origins.get(&setting)),
        ),
        None => {
            let process = context.world.process_of(context.task.id);
            let origin = came.and_then(|came| process?.origins.get(&Setting::Disposition(came.0)));
            format!(
                "its handler was set without SA_RESTART{}, so the call is not restarted",
                origin.map_or_else(String::new, |origin| format!(" by {}", wording::by(context.world, *origin)))
            )
        }
    };
    let text = format!(
        "{what} came while {who} was asleep in {name}: {because}. It fails with EINTR, nothing was moved, and it can be made \
         again.",
    );
    Some(wording::explanation(context.task, "interrupted", "signal(7)", text))
}

/// A task in pause(2): what it catches wakes it, and what came before does not.
pub(super) fn asleep_in_pause(world: &World, task: &Task) -> Explanation {
    let name = &task.name;
    let dispositions = world.process_of(task.id).map(|process| &process.dispositions);
    let catches = |of: &Disposition| matches!(of, Disposition::Catch | Disposition::CatchNoRestart);
    let caught: Vec<String> = dispositions
        .into_iter()
        .flatten()
        .filter(|(signal, of)| catches(of) && !task.blocked.contains_key(signal))
        .map(|(signal, _)| Signal(*signal).name())
        .collect();
    let wakes = if caught.is_empty() {
        format!("{name} has set no handler, so a signal kills it, stops it, or is ignored")
    } else {
        format!("{name} catches {}", wording::list(&caught))
    };
    let before = task.came.filter(|(signal, _)| caught.contains(&signal.name()));
    let before = before.map_or_else(String::new, |(signal, _)| {
        format!(
            " {}{} came before, and pause waits for the next one: a signal that comes before pause is no wake-up for it. Who must \
             not lose one blocks it and calls sigsuspend.",
            signal.name(),
            wording::sender_of(world, task, signal),
        )
    });
    let text = format!("{name} is asleep in pause: only a signal that {name} catches lets it return. {wakes}.{before}");
    let explained = wording::explanation(task, "asleep-in-pause", "pause(2)", text);
    let explained = explained.foretelling([Foretold::wakes(Deed::Interrupt, task.id)]);
    advice::advised(world, task, explained, &format!("`interrupt {name}`"))
}

/// The signal that came in this statement, with who sent it.
pub(super) fn that_came(context: &CallContext<'_>) -> String {
    match signal_in(context.events, context.task) {
        Some(signal) => format!("{}{}", signal.name(), wording::sender_of(context.world, context.task, signal)),
        None => "A signal".to_owned(),
    }
}

/// The last signal that a task got in these events.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn signal_in(events: &[Event], task: &Task) -> Option<Signal> {
    events.iter().rev().find_map(|event| match &event.what {
        What::Signal { signal, .. } if event.task == Some(task.id) => Some(*signal),
        _ => None,
    })
}

/// What the last signal among the events did to its task.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
pub(super) fn of_events(world: &World, events: &[Event]) -> Option<Explanation> {
    events.iter().rev().find_map(|event| match &event.what {
        What::Signal { signal, .. } => of_signal(world, world.task(event.task?)?, *signal),
        _ => None,
    })
}

fn of_signal(world: &World, task: &Task, signal: Signal) -> Option<Explanation> {
    let name = &task.name;
    if let Some(ongoing) = task.sleeping_call().filter(|ongoing| ongoing.restarted_after == Some(signal)) {
        let at = ongoing.call().fd().map_or_else(String::new, |fd| ongoing.names.end(fd));
        let text = format!(
            "{name} handled {}{} and sleeps on in {}({at}): the handler was set with SA_RESTART, so the kernel has restarted the \
             call. It returned nothing in between.",
            signal.name(),
            wording::sender_of(world, task, signal),
            ongoing.call().name(),
        );
        return Some(wording::explanation(task, "restarted", "signal(7)", text));
    }
    if signal == Signal::CHLD
        && let Some(explained) = several_deaths(world, task)
    {
        return Some(explained);
    }
    handled(world, task, signal)
}

/// A handler ran, and no call was under way.
fn handled(world: &World, task: &Task, signal: Signal) -> Option<Explanation> {
    let process = world.process_of(task.id).filter(|_| task.state == TaskState::Idle)?;
    let disposition = process.dispositions.get(&signal.0)?;
    if !matches!(disposition, Disposition::Catch | Disposition::CatchNoRestart) {
        return None;
    }
    let origin = process.origins.get(&Setting::Disposition(signal.0));
    let (name, sender, set) =
        (&task.name, wording::sender_of(world, task, signal), wording::inherited(world, task, origin));
    let text =
        format!("{name} handled {}{sender}: its handler ran{set}, and no sleeping call was in the way.", signal.name());
    Some(wording::explanation(task, "signal-was-handled", "signal(7)", text))
}

/// Ordinary signals do not queue.
fn several_deaths(world: &World, task: &Task) -> Option<Explanation> {
    let names: Vec<String> = zombies(world, task);
    let name = &task.name;
    if names.len() < 2 {
        return None;
    }
    let text = format!(
        "{name} got one SIGCHLD for {} deaths: {} wait as zombies. An ordinary signal that is pending already is not counted \
         again, so a handler must wait in a loop until waitpid returns 0 (WNOHANG) or fails with ECHILD.",
        names.len(),
        wording::list(&names),
    );
    let explained = wording::explanation(task, "one-signal-for-several", "signal(7)", text);
    Some(advice::advised(world, task, explained, &format!("`{name}: wait` once for each")))
}

/// The dead children that a task's process has not waited for.
pub(super) fn zombies(world: &World, task: &Task) -> Vec<String> {
    let is_own = |child: &&Task| {
        let by = child.by.and_then(|by| world.task(by)).map(|by| by.process);
        child.state == TaskState::Zombie && by == Some(task.process)
    };
    world.tasks().filter(is_own).map(|child| child.name.clone()).collect()
}

/// kill(2) of a stopped task: the signal waits.
pub(super) fn pending(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Kill { signal, .. } = &context.call.call else { return None };
    let Call::Kill { pid, .. } = &context.call.call else { return None };
    let target = context.world.task_of_pid(*pid).filter(|_| context.ret() >= 0)?;
    let goes_through = [0, Signal::KILL.0, Signal::CONT.0, Signal::STOP.0].contains(signal);
    if target.state != TaskState::Stopped || goes_through {
        return None;
    }
    Some(waits_for_cont(context.world, target, Signal(*signal)))
}

/// A signal to a stopped task.
pub(super) fn waits_for_cont(world: &World, target: &Task, signal: Signal) -> Explanation {
    let (name, number, signal) = (&target.name, signal, signal.name());
    if let Some(origin) = target.blocked.get(&number.0) {
        let text = format!(
            "{name} is stopped, and it blocks {signal}, by {}: the signal is pending, also after {name} is continued, until a read \
             of a signalfd takes it.",
            wording::by(world, *origin)
        );
        return wording::explanation(target, "signal-is-blocked", "signalfd(2)", text);
    }
    if let Some(explained) = thrown_away(world, target, number) {
        return explained;
    }
    let text = format!(
        "{name} is stopped, so {signal} is pending: it is delivered when {name} is continued. Only SIGKILL and SIGCONT act on a \
         stopped process at once."
    );
    let delivered = Foretold::Delivered { task: target.id, signal: number };
    let explained = wording::explanation(target, "signal-pending", "signal(7)", text).foretelling([delivered]);
    advice::advised(world, target, explained, &format!("`cont {name}`"))
}

/// A signal that its target ignores, by its own wish or by default.
pub(super) fn thrown_away(world: &World, target: &Task, signal: Signal) -> Option<Explanation> {
    let process =
        world.process_of(target.id).filter(|_| target.is_alive() && !target.blocked.contains_key(&signal.0))?;
    let by_default = Signal::IGNORED_BY_DEFAULT.contains(&signal) && signal != Signal::CONT;
    let why = match process.dispositions.get(&signal.0) {
        Some(Disposition::Ignore) => {
            let origin = process.origins.get(&Setting::Disposition(signal.0));
            format!("{} ignores {}{}", target.name, signal.name(), wording::inherited(world, target, origin))
        }
        Some(Disposition::Default) | None if by_default => {
            format!("{} is ignored by default, and {} has not asked for it", signal.name(), target.name)
        }
        _ => return None,
    };
    let stopped = if target.state == TaskState::Stopped { ", so none is pending either" } else { "" };
    let text =
        format!("{why}. A signal that is ignored is thrown away when it is sent{stopped}; kill succeeds all the same.");
    Some(wording::explanation(target, "ignored-signal-is-lost", "signal(7)", text))
}

/// The last signal that a statement without a task has sent, where it had no effect.
pub(super) fn without_effect(world: &World) -> Option<Explanation> {
    let is_last = |sender: &Sender| *sender == Sender::Outside(world.line()) && world.line() > 0;
    let (target, signal) = world.tasks().find_map(|task| {
        let (signal, _) = task.sent.iter().find(|(_, sender)| is_last(sender))?;
        Some((task, Signal(*signal)))
    })?;
    if target.state == TaskState::Zombie {
        return Some(sent_to_a_zombie(world, target, signal));
    }
    thrown_away(world, target, signal).or_else(|| moves::cannot_end(world, target))
}

/// A signal to a process that is dead.
pub(super) fn sent_to_a_zombie(world: &World, target: &Task, signal: Signal) -> Explanation {
    let (name, signal) = (&target.name, signal.name());
    let parent = target.by.and_then(|by| world.task(by)).map_or("its parent", |parent| &parent.name);
    let text = format!(
        "kill returned 0, and {signal} does nothing: {name} is dead, a zombie until {parent} waits for it. kill says ESRCH only after \
         that, so it cannot tell whether a child is alive; waitpid with WNOHANG can."
    );
    wording::explanation(target, "signal-to-a-zombie", "kill(2)", text)
}

/// waitpid(2) that brought a status.
pub(super) fn reaped(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Waitpid { .. } = &context.call.call else { return None };
    let child = context.call.names.task(context.call.ret.filter(|pid| *pid > 0)?)?;
    let child = context.world.task_named(child)?;
    let (who, name) = (context.who(), &child.name);
    let text = format!(
        "{name} {}: waitpid has told {who} its status and taken the zombie away. A status is given once: a second wait for {name} fails \
         with ECHILD.",
        child.death?.predicate(),
    );
    let again = wait_fails(context.task, child);
    Some(wording::explanation(child, "status-was-given", "wait(2)", text).foretelling([again]))
}

/// WNOHANG that found nobody dead.
pub(super) fn nobody_died(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Waitpid { pid, options } = &context.call.call else { return None };
    if *options & crate::abi::WNOHANG == 0 || context.ret() != 0 {
        return None;
    }
    let text = format!(
        "waitpid returned 0 because of WNOHANG: {} has children, but none that it asks for has died. Without WNOHANG the call would \
         sleep; ECHILD would say that there is no child at all.",
        context.who()
    );
    let child = context.call.names.task(*pid).and_then(|name| context.world.task_named(name));
    let sleeps =
        child.map(|child| Foretold::Wait { by: context.task.id, child: child.id, outcome: CallOutcome::Sleeps });
    Some(wording::explanation(context.task, "no-child-has-died", "wait(2)", text).foretelling(sleeps))
}

/// ECHILD.
pub(super) fn no_child(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Waitpid { pid, .. } = &context.call.call else { return None };
    if context.ret() >= 0 || context.errno().name() != "ECHILD" {
        return None;
    }
    let (world, who) = (context.world, context.who());
    let process = world.process_of(context.task.id);
    let named = context.call.names.task(*pid).and_then(|name| world.task_named(name));
    if process.is_some_and(|process| process.ignores(Signal::CHLD)) {
        return Some(ignores_deaths(context, named));
    }
    let text = match named {
        Some(child) => {
            let by = child.by.and_then(|by| world.task(by));
            match by {
                Some(by) if by.process == context.task.process => format!(
                    "{} is not there any more: {who} has waited for it already, and a child's status is given once.",
                    child.name
                ),
                Some(by) => format!(
                    "{} is a child of {}, not of {who}: only the parent that forked it can wait for it.",
                    child.name, by.name
                ),
                None => format!("{} is no child of {who}: a task can wait only for its own children.", child.name),
            }
        }
        None if world.tasks().any(|task| task.by == Some(context.task.id)) => format!(
            "{who} has waited for all its children. ECHILD is not a fault there: it is how a loop of waits learns that it is done."
        ),
        None => format!("{who} has forked nobody, so it has nobody to wait for."),
    };
    let again = named.map(|child| wait_fails(context.task, child));
    Some(wording::explanation(context.task, "no-such-child", "wait(2)", text).foretelling(again))
}

fn wait_fails(by: &Task, child: &Task) -> Foretold {
    Foretold::Wait { by: by.id, child: child.id, outcome: CallOutcome::Fails(Errno::ECHILD) }
}

/// A parent that ignores SIGCHLD has no zombies, and gets no status.
fn ignores_deaths(context: &CallContext<'_>, child: Option<&Task>) -> Explanation {
    let (world, who) = (context.world, context.who());
    let origin = world
        .process_of(context.task.id)
        .and_then(|process| process.origins.get(&Setting::Disposition(Signal::CHLD.0)));
    let inherited = wording::inherited(world, context.task, origin);
    let slept = context.call.state == crate::trace::CallState::Resumed;
    let child = child.map_or("each child", |child| &child.name);
    let text = if slept {
        format!(
            "{who} ignores SIGCHLD{inherited}, so the kernel removed {child} as soon as it died and kept no status: the wait slept \
             until the last child was gone, and then had nothing to return."
        )
    } else {
        format!(
            "{who} ignores SIGCHLD{inherited}, so the kernel removed {child} as soon as it died and kept no status."
        )
    };
    let explained = wording::explanation(context.task, "ignored-sigchld", "wait(2)", text);
    advice::advised(world, context.task, explained, &format!("`{who}: signal SIGCHLD default` before the next fork"))
}
