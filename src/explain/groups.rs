//! Process groups and sessions: who may go where, whom a signal to a group reaches, and what leaving one is for.

use crate::abi::{Errno, Signal, TaskState};
use crate::order::Call;
use crate::trace::{Explanation, What};
use crate::world::task::Task;

use super::context::CallContext;
use super::{Rule, advice, deaths, signals, wording};

pub(super) const RULES: &[Rule] = &[
    no_session,
    own_session,
    not_moved,
    moved,
    group_is_empty,
    whole_group,
    has_killed,
    dead_already,
    thrown_away,
    nobody_there,
    parent_asked,
    death_signal_set,
];

/// EPERM of setsid(2).
fn no_session(context: &CallContext<'_>) -> Option<Explanation> {
    if !matches!(context.call.call, Call::Setsid) || context.ret() >= 0 {
        return None;
    }
    let who = context.who();
    let text = format!(
        "{who} leads its process group: the group has its number. A new session would need a new group of that same number, so \
         setsid fails with EPERM. A child leads nothing when it is forked: that is why a daemon forks first."
    );
    let explained = wording::explanation(context.task, "leader-makes-no-session", "setsid(2)", text);
    Some(advice::advised(
        context.world,
        context.task,
        explained,
        &format!("`{who}: fork NAME`, and let the child call it"),
    ))
}

/// setsid(2) that succeeded.
fn own_session(context: &CallContext<'_>) -> Option<Explanation> {
    if !matches!(context.call.call, Call::Setsid) || context.ret() < 0 {
        return None;
    }
    let who = context.who();
    let text = format!(
        "{who} leads a session and a process group of its own, both with its number, and has no terminal. A signal to the group \
         that it was in, Ctrl-C and a closed terminal among them, does not reach it any more. Its parent and its descriptors stay \
         what they were."
    );
    Some(wording::explanation(context.task, "own-session", "setsid(2)", text))
}

/// The process that setpgid(2) is about.
fn target<'a>(context: &CallContext<'a>) -> Option<(Option<&'a Task>, i32)> {
    let Call::Setpgid { pid, group } = context.call.call else { return None };
    let target = if pid == 0 { context.world.task(context.task.process) } else { context.world.task_of_pid(pid) };
    Some((target, group))
}

/// setpgid(2) that failed.
fn not_moved(context: &CallContext<'_>) -> Option<Explanation> {
    let (target, group) = target(context).filter(|_| context.ret() < 0)?;
    let (target, who) = (target?, context.who());
    let (name, errno) = (&target.name, context.errno());
    let is_other = target.process != context.task.process;
    let session = target.group.and_then(|of| of.session);
    let because = match errno.name() {
        "EACCES" => {
            format!("{name} has called execve since {who} forked it: from then on only {name} itself may do that")
        }
        "ESRCH" => format!("{name} is neither {who} itself nor a living child of {who}, and nobody else may be moved"),
        "EPERM" if session == Some(target.pid) => {
            format!("{name} leads its session, and a session's leader stays in the group that has its number")
        }
        "EPERM" if is_other && session != context.task.group.and_then(|of| of.session) => {
            format!("{name} is in a session of its own, and only processes of {who}'s session may be moved")
        }
        "EPERM" => format!(
            "there is no process group {} in {name}'s session: a group cannot be entered from another session, and it is gone \
             with its last process",
            context.world.name_of_pid(group)
        ),
        _ => return None,
    };
    let text = format!("setpgid failed with {}: {because}.", errno.name());
    Some(wording::explanation(target, "not-moved-to-group", "setpgid(2)", text))
}

/// setpgid(2) that succeeded.
fn moved(context: &CallContext<'_>) -> Option<Explanation> {
    let (target, _) = target(context).filter(|_| context.ret() >= 0)?;
    let target = target?;
    let (name, group) = (&target.name, target.group?.id);
    let others = others(context, group, target);
    let leader = context.world.name_of_pid(group);
    let with = if others.is_empty() { "alone".to_owned() } else { format!("with {}", wording::list(&others)) };
    let text = format!(
        "{name} is in process group {leader} now, {with}. A signal to the group, which kill(2) is told by a negative number, \
         reaches each process in it; a shell makes one group for each pipeline, so that Ctrl-C and `kill -{leader}` reach all of it."
    );
    Some(wording::explanation(target, "moved-to-group", "setpgid(2)", text))
}

fn others(context: &CallContext<'_>, group: i32, but: &Task) -> Vec<String> {
    context.world.members_of(group).filter(|task| task.id != but.id).map(|task| task.name.clone()).collect()
}

/// ESRCH of a signal to a group.
fn group_is_empty(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Kill { pid, .. } = context.call.call else { return None };
    if pid >= -1 || context.ret() >= 0 || context.errno() != Errno::ESRCH {
        return None;
    }
    let leader = context.world.name_of_pid(-pid);
    let text = format!(
        "No process is left in process group {leader}: a group is there as long as one process is in it, a zombie too, whether its \
         first one lives or not."
    );
    Some(wording::explanation(context.task, "group-is-empty", "kill(2)", text))
}

/// A signal to a group that somebody got.
fn whole_group(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Kill { pid, signal } = context.call.call else { return None };
    if pid >= -1 || context.ret() < 0 || signal == 0 {
        return None;
    }
    let is_reached = |task: &&Task| {
        task.leads_process() && task.group.is_some_and(|of| of.id == -pid) && (task.is_alive() || died(context, task))
    };
    let reached: Vec<String> = context.world.tasks().filter(is_reached).map(|task| task.name.clone()).collect();
    let (leader, signal) = (context.world.name_of_pid(-pid), Signal(signal).name());
    let text = format!(
        "kill with a negative number sends {signal} to every process of process group {leader}: {}. A process that has left the group by \
         setpgid or setsid does not get it.",
        wording::list(&reached),
    );
    Some(wording::explanation(context.task, "signal-to-a-group", "kill(2)", text))
}

/// kill(2) of which its target died.
fn has_killed(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Kill { pid: pid @ 1.., .. } = context.call.call else { return None };
    let target = context.world.task_of_pid(pid).filter(|target| died(context, target))?;
    deaths::of_task(context.world, target)
}

/// Whether a task has died in this statement.
fn died(context: &CallContext<'_>, task: &Task) -> bool {
    let is_death = |what: &What| matches!(what, What::Death { .. });
    context.events.iter().any(|event| event.task == Some(task.id) && is_death(&event.what))
}

/// kill(2) of a zombie, which succeeds.
fn dead_already(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Kill { pid, signal } = context.call.call else { return None };
    let target = context.world.task_of_pid(pid).filter(|_| context.ret() >= 0)?;
    if target.state != TaskState::Zombie {
        return None;
    }
    Some(signals::sent_to_a_zombie(context.world, target, Signal(signal)))
}

/// A signal that its target ignores.
fn thrown_away(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Kill { pid: pid @ 1.., signal: signal @ 1.. } = context.call.call else { return None };
    let target = context.world.task_of_pid(pid).filter(|_| context.ret() >= 0)?;
    signals::thrown_away(context.world, target, Signal(signal))
}

/// getppid(2) after the parent's death.
fn parent_asked(context: &CallContext<'_>) -> Option<Explanation> {
    if !matches!(context.call.call, Call::Getppid) {
        return None;
    }
    let maker = dead_parent(context)?;
    let who = context.who();
    let text = format!(
        "{who} has another parent now, process {}: {maker}, which forked it, is dead, and the kernel gave {who} to the next process above \
         that is a subreaper (PR_SET_CHILD_SUBREAPER), or to process 1.",
        context.ret(),
    );
    Some(wording::explanation(context.task, "orphan-is-adopted", "getppid(2)", text))
}

/// The name of the process that made the caller's, if it is dead.
fn dead_parent<'a>(context: &CallContext<'a>) -> Option<&'a str> {
    let process = context.world.task(context.task.process)?;
    let maker = context.world.task(process.by?)?;
    let first = context.world.task(maker.process).unwrap_or(maker);
    (!first.is_alive()).then_some(first.name.as_str())
}

/// PR_SET_PDEATHSIG.
fn death_signal_set(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::ParentDeathSignal { signal: signal @ 1.. } = context.call.call else { return None };
    let (who, signal) = (context.who(), Signal(signal).name());
    let text = match dead_parent(context).filter(|_| context.ret() >= 0) {
        Some(maker) => format!(
            "{who} gets {signal} when its parent dies, and that is not {maker} any more: {maker} died before, and for that no signal comes. A \
             child that is to die with its parent asks getppid after prctl, and exits if the answer is not who forked it."
        ),
        None if context.ret() >= 0 => format!(
            "{who} gets {signal} when the thread that forked it dies. A fork does not pass this on, and an execve of a set-user-ID \
             program clears it."
        ),
        None => return None,
    };
    Some(wording::explanation(context.task, "death-signal-is-set", "prctl(2)", text))
}

/// ESRCH of a signal to one process.
fn nobody_there(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Kill { pid: 1.., .. } = context.call.call else { return None };
    let Call::Kill { pid, .. } = context.call.call else { return None };
    if context.ret() >= 0 || context.errno() != Errno::ESRCH {
        return None;
    }
    let name = context.call.names.task(pid).map_or_else(|| context.world.name_of_pid(pid), str::to_owned);
    let text = format!(
        "No process has the number of {name} any more: it is dead and was waited for, so kill fails with ESRCH. The kernel may give such a \
         number to another process; a pidfd never means another one."
    );
    Some(wording::explanation(context.task, "signal-to-nobody", "kill(2)", text))
}
