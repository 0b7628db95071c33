//! What can be waited for and is no channel: an eventfd's count, a timer, a signal that is blocked, a process that is alive.

use crate::abi::{Errno, POLLHUP, POLLIN, Signal, TaskState};
use crate::order::{Call, Extra};
use crate::questions::sleep;
use crate::trace::{Brought, CallOutcome, Deed, Explanation, Foretold};
use crate::world::World;
use crate::world::object::{Inside, Object};
use crate::world::task::{Ongoing, Task};

use super::context::CallContext;
use super::{Rule, by_others, signals, wording, would_sleep};

pub(super) const RULES: &[Rule] = &[blocked, brought, added, would_sleep, not_so_long, polled];

/// The page of each kind.
fn page(of: &Object) -> &'static str {
    match of.inside {
        Inside::Counter { .. } => "eventfd(2)",
        Inside::Timer { .. } => "timerfd_create(2)",
        Inside::Signals(_) => "signalfd(2)",
        Inside::Process(_) => "pidfd_open(2)",
        Inside::Epoll(_) => "epoll(7)",
        Inside::Opaque => "errno(3)",
    }
}

fn names(signals: &[i32]) -> String {
    let names: Vec<String> = signals.iter().map(|signal| Signal(*signal).name()).collect();
    wording::list(&names)
}

/// Whether the process of this number is there and not dead.
fn is_alive(world: &World, pid: i32) -> bool {
    world.task_of_pid(pid).is_some_and(Task::is_alive)
}

/// kill(2) of a task that has blocked the signal.
fn blocked(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Kill { pid, signal } = context.call.call else { return None };
    let target = context.world.task_of_pid(pid).filter(|target| context.ret() >= 0 && target.is_alive())?;
    let goes_through = [Signal::KILL.0, Signal::STOP.0].contains(&signal) || target.state == TaskState::Stopped;
    if goes_through { None } else { is_blocked(context.world, target, Signal(signal)) }
}

/// A signal that its target has blocked.
pub(super) fn is_blocked(world: &World, target: &Task, signal: Signal) -> Option<Explanation> {
    let origin = target.blocked.get(&signal.0)?;
    let ignores = world.process_of(target.id).is_some_and(|process| process.ignores(signal));
    let (name, signal, by) = (&target.name, signal.name(), wording::by(world, *origin));
    let text = if ignores {
        format!(
            "{signal} is blocked in {name}, by {by}, so it is pending, although it is ignored: a blocked signal is never thrown \
             away: no handler runs and nobody dies of it until a read of a signalfd takes it. The same signal, sent twice, is \
             pending once."
        )
    } else {
        format!(
            "{signal} is blocked in {name}, by {by}, so it is pending: no handler runs and nobody dies of it until a read of a \
             signalfd takes it. The same signal, sent twice, is pending once."
        )
    };
    Some(wording::explanation(target, "signal-is-blocked", "signalfd(2)", text))
}

/// A read that brought a number or a signal.
fn brought(context: &CallContext<'_>) -> Option<Explanation> {
    let object = context.object().filter(|_| context.ret() >= 0)?;
    let (here, who) = (object.label(), context.who());
    let text = match (context.call.names.brought.as_ref()?, &object.inside) {
        (Brought::Number(number), Inside::Counter { is_semaphore: true, .. }) => format!(
            "{who} took {number} from {here}: of an eventfd with EFD_SEMAPHORE a read takes 1, however much is there."
        ),
        (Brought::Number(number), Inside::Counter { .. }) => format!(
            "{who} took {number} from {here}, all that the writes had added up to: a read of an eventfd takes the whole count and \
             leaves 0. How many writes it was is not kept."
        ),
        (Brought::Number(number), _) => format!(
            "{who} read {number} from {here}: the time was up that often since the last read. The timer was set once, so there is no \
             second time."
        ),
        (Brought::Signals(all), _) => {
            let signals: Vec<i32> = all.iter().map(|one| one.0).collect();
            let took = format!("{who} took {} off {here}, as bytes and not by a handler.", names(&signals));
            let dead = signals::zombies(context.world, context.task);
            let several = if signals.contains(&Signal::CHLD.0) && dead.len() > 1 {
                format!(
                    "One SIGCHLD stands for {} deaths: {} wait as zombies. Wait until waitpid returns 0 (WNOHANG) or fails with ECHILD.",
                    dead.len(),
                    wording::list(&dead),
                )
            } else {
                String::new()
            };
            let was = if signals.len() == 1 {
                format!("{took} It was pending because {who} blocks it; the first read of a signalfd takes it.")
            } else {
                format!("{took} They were pending because {who} blocks them; the first read of a signalfd takes them.")
            };
            wording::sentences([was, several])
        }
    };
    Some(wording::explanation(here.as_str(), "object-was-read", page(object), text).foretelling(next_read(object)))
}

/// A write to an eventfd.
fn added(context: &CallContext<'_>) -> Option<Explanation> {
    let object = context.object().filter(|_| context.ret() >= 0 && context.call.call.offered().is_some())?;
    let Inside::Counter { count, is_semaphore } = object.inside else { return None };
    let here = object.label();
    let takes = match (count, is_semaphore) {
        (0, _) => "somebody has read it already",
        (_, true) => "each read takes 1 of it",
        (_, false) => "one read takes all of it, however many writes it was",
    };
    let text =
        format!("A write to an eventfd adds its number to the count. The count of {here} is {count} now: {takes}.");
    Some(wording::explanation(here.as_str(), "count-was-added-to", page(object), text).foretelling(next_read(object)))
}

/// EAGAIN.
fn would_sleep(context: &CallContext<'_>) -> Option<Explanation> {
    let object = context.object().filter(|_| context.ret() < 0 && context.errno() == Errno::EAGAIN)?;
    let is_write = context.call.call.offered().is_some();
    let taken = || by_others::object_taken_after_poll(context.world, context.task, object);
    if let Some(explained) = Some(()).filter(|()| !is_write).and_then(|()| taken()) {
        return Some(explained.foretelling(next_read(object)));
    }
    let because = match object.nonblock_by {
        Some(origin) => {
            let holders = context.world.holders(object.id).into_iter().map(|(holder, _)| holder);
            would_sleep::nonblock_is_shared(context, origin, holders)
        }
        None => format!("{} is non-blocking", object.label()),
    };
    let text = format!(
        "{}, so {} fails with EAGAIN instead of sleeping: {because}. That is not a fault.",
        state(context.world, object, is_write)?,
        context.call.call.name(),
    );
    let explained = wording::explanation(object.label().as_str(), "object-would-sleep", page(object), text);
    Some(explained.foretelling(next_read(object)))
}

/// Why a read or a write of it would sleep.
fn state(world: &World, object: &Object, is_write: bool) -> Option<String> {
    let here = object.label();
    Some(match &object.inside {
        Inside::Counter { count, .. } if is_write => {
            format!("The count of {here} is {count}, and with what is to be added it would pass the most, 2^64 - 2")
        }
        Inside::Counter { .. } => format!("The count of {here} is 0"),
        Inside::Timer { ms: None | Some(0), .. } => format!("The timer {here} is not set"),
        Inside::Timer { ms: Some(ms), was_read: false } => format!("The {ms} ms of {here} are not up"),
        Inside::Timer { ms: Some(ms), was_read: true } => {
            format!("The {ms} ms of {here} were up, and that was read: a timer that is set once is over once")
        }
        Inside::Signals(signals) => match &**signals {
            [one] => format!("No {} is pending", Signal(*one).name()),
            several => format!("None of {} is pending", names(several)),
        },
        Inside::Process(pid) => format!("{} has not died", world.name_of_pid(*pid)),
        Inside::Epoll(_) | Inside::Opaque => return None,
    })
}

/// EINVAL.
fn not_so_long(context: &CallContext<'_>) -> Option<Explanation> {
    let object = context.object().filter(|_| context.ret() < 0 && context.errno() == Errno::EINVAL)?;
    let (here, is_write) = (object.label(), context.call.call.offered().is_some());
    if !is_write && context.call.call.room().is_none() {
        return None;
    }
    let because = match &object.inside {
        Inside::Counter { .. } if is_write && context.call.call.offered() == Some(8) => {
            "2^64 - 1 cannot be added: it is the one number that a count never reaches".to_owned()
        }
        Inside::Counter { .. } if is_write => {
            format!(
                "what is written to an eventfd is a number of 8 bytes, and these are {}",
                context.call.call.offered()?
            )
        }
        Inside::Counter { .. } | Inside::Timer { .. } if !is_write => {
            "it gives a number of 8 bytes, and the buffer is shorter".to_owned()
        }
        Inside::Signals(_) if !is_write => "it gives 128 bytes for each signal, and the buffer is shorter".to_owned(),
        Inside::Process(_) => {
            "a pidfd has nothing to read or write: poll tells of the death, waitid of the status".to_owned()
        }
        Inside::Counter { .. } | Inside::Timer { .. } | Inside::Signals(_) => "it can only be read".to_owned(),
        Inside::Epoll(_) | Inside::Opaque => return None,
    };
    let text = format!("{} of {here} fails with EINVAL: {because}.", context.call.call.name());
    Some(wording::explanation(here.as_str(), "object-has-its-size", page(object), text))
}

/// poll(2) of an object.
fn polled(context: &CallContext<'_>) -> Option<Explanation> {
    let (Call::Poll { fds, .. }, Extra::Revents(bits)) = (&context.call.call, &context.call.outcome.extra) else {
        return None;
    };
    let objects = fds
        .iter()
        .zip(bits)
        .filter_map(|(fd, bits)| Some((context.world.object(context.call.names.end_id(*fd)?)?, *bits)));
    let (object, bits) =
        objects.filter(|of| of.0.inside != Inside::Opaque).find(|(_, bits)| *bits != 0 || context.ret() == 0)?;
    let here = object.label();
    let text = match &object.inside {
        Inside::Process(pid) if bits & POLLHUP != 0 => {
            format!(
                "{} is dead and was waited for: POLLHUP says that nothing is left of it, not even a zombie.",
                context.world.name_of_pid(*pid)
            )
        }
        Inside::Process(pid) if bits & POLLIN != 0 => {
            let parent = context.world.task_of_pid(*pid).and_then(|task| context.world.task(task.by?));
            format!(
                "POLLIN at {here}: {} is dead. A pidfd becomes readable at that moment, though it cannot be read. {} still has to wait \
                 for the status.",
                context.world.name_of_pid(*pid),
                parent.map_or("The parent", |parent| &parent.name),
            )
        }
        Inside::Process(pid) if is_alive(context.world, *pid) => format!(
            "{} is alive, so nothing is to be told at {here}. Its death is the one event of a pidfd.",
            context.world.name_of_pid(*pid)
        ),
        _ if bits & POLLIN == 0 => format!("{}: a read of {here} would sleep.", state(context.world, object, false)?),
        Inside::Counter { .. } => format!("POLLIN at {here}: its count is not 0, so a read would not sleep."),
        Inside::Timer { .. } => format!("POLLIN at {here}: the time is up, and nobody has read that yet."),
        Inside::Signals(_) => format!("POLLIN at {here}: a signal that it takes is pending for {}.", context.who()),
        Inside::Process(_) | Inside::Epoll(_) | Inside::Opaque => return None,
    };
    Some(wording::explanation(here.as_str(), "object-was-polled", page(object), text).foretelling(next_read(object)))
}

/// Who sleeps at an object.
pub(super) fn asleep(world: &World, task: &Task, ongoing: &Ongoing) -> Option<Explanation> {
    let call = ongoing.call();
    let object = world.object(ongoing.names.end_id(call.fd()?)?)?;
    let is_write = call.offered().is_some();
    if !is_write && call.room().is_none() {
        return None;
    }
    let wakes = match &object.inside {
        Inside::Counter { .. } if is_write => "A read makes room.",
        Inside::Counter { .. } => "A write there wakes it.",
        Inside::Timer { ms: Some(1..), was_read: false } => "It wakes by itself when the time is up.",
        Inside::Timer { .. } => "Nothing but a signal wakes it.",
        Inside::Signals(signals) if signals.len() == 1 => "The next one that is sent to it wakes it.",
        Inside::Signals(_) => "The next of them that is sent to it wakes it.",
        Inside::Process(_) | Inside::Epoll(_) | Inside::Opaque => return None,
    };
    let text = format!(
        "{} is asleep in {}: {}. {wakes}",
        task.name,
        sleep::call_words(ongoing),
        lower(&state(world, object, is_write)?)
    );
    let at = object.id;
    let is_beside = |other: &Task| other.process == task.process && other.id != task.id && other.is_alive();
    let has_threads = world.tasks().any(is_beside);
    let by = match &object.inside {
        Inside::Counter { .. } if is_write => Some(Deed::Take { object: at }),
        Inside::Counter { .. } => Some(Deed::Feed { object: at }),
        // A signal goes to one task, and this is the one only where nobody else reads there.
        Inside::Signals(_) => (world.holders(at).len() == 1 && !has_threads).then_some(Deed::Feed { object: at }),
        Inside::Timer { ms, was_read } if ms.unwrap_or(0) == 0 || *was_read => Some(Deed::Interrupt),
        Inside::Timer { .. } | Inside::Process(_) | Inside::Epoll(_) | Inside::Opaque => None,
    };
    let is_alone = sleep::others_at(world, task, at).next().is_none();
    let wakes = by.filter(|_| is_alone).map(|by| Foretold::wakes(by, task.id));
    Some(wording::explanation(task, "asleep-at-object", page(object), text).foretelling(wakes))
}

/// A phrase of [`state`] in the middle of a sentence.
fn lower(phrase: &str) -> String {
    let begun =
        ["The ", "None ", "No "].into_iter().find_map(|with| phrase.strip_prefix(with).map(|rest| (with, rest)));
    begun.map_or_else(|| phrase.to_owned(), |(with, rest)| with.to_lowercase() + rest)
}

/// What a read of it comes to, where that hangs on no clock and on no signal.
fn next_read(object: &Object) -> Option<Foretold> {
    let outcome = match &object.inside {
        Inside::Counter { count: 0, .. } => CallOutcome::Sleeps,
        Inside::Counter { .. } => CallOutcome::Works,
        Inside::Process(_) => CallOutcome::Fails(Errno::EINVAL),
        Inside::Timer { .. } | Inside::Signals(_) | Inside::Epoll(_) | Inside::Opaque => return None,
    };
    Some(Foretold::Object { object: object.id, outcome })
}

/// What an object is and what is in it, as far as the returns that were seen say.
pub(super) fn of_object(world: &World, object: &Object) -> Explanation {
    let label = object.label();
    let inside = match &object.inside {
        Inside::Counter { count: 0, .. } => " Its count is 0: a read sleeps until somebody writes.".to_owned(),
        Inside::Counter { count, is_semaphore: true } => format!(" Its count is {count}: a read takes 1 of it."),
        Inside::Counter { count, is_semaphore: false } => {
            format!(" Its count is {count}: a read takes all of it, and then it is 0.")
        }
        Inside::Timer { ms, .. } => {
            let set = ms.map_or_else(String::new, |ms| format!(" It was set to {ms} ms."));
            format!("{set} A read sleeps until the time has come, and returns how often it has.")
        }
        Inside::Signals(signals) => {
            format!(
                " It takes {}: a read returns what is blocked and pending, and sleeps where nothing is.",
                names(signals)
            )
        }
        Inside::Process(pid) => {
            format!(" It stands for {}, and poll says POLLIN once that is dead.", world.name_of_pid(*pid))
        }
        Inside::Epoll(all) => format!(" It watches {}.", wording::count(all.len() as u64, "descriptor")),
        Inside::Opaque => String::new(),
    };
    let holders = wording::holders(world, object.id);
    let held = match holders.len() {
        0 => String::new(),
        1 => format!(" {} holds it.", wording::list(&holders)),
        _ => format!(" {} hold it.", wording::list(&holders)),
    };
    let text = format!("{label}: {}.{inside}{held}", object.kind);
    wording::explanation(label.as_str(), "state-of-an-object", page(object), text).foretelling(next_read(object))
}
