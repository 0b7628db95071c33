//! Statements that make an object to wait for; some take two calls, the second about what the first has made.

use crate::order::{Call, Work};
use crate::script::{EndName, Verb};
use crate::trace::TaskId;
use crate::world::World;

use super::{Context, Plan, PlanStep, Progress, Refusal, calls, who};

/// The next call; of `timerfd` and `signalfd` there are two, and none once both are made or the first has failed.
pub fn next(
    plan: &Plan<'_>,
    world: &World,
    context: Context<'_>,
    progress: &Progress,
) -> Result<Option<PlanStep>, Refusal> {
    let order = |task: TaskId, call: Call, name: Option<&String>| {
        Ok(Some(PlanStep::Order { task, work: Work::Call(call), name: name.cloned() }))
    };
    let actor = |world| who::actor(plan, world, context, None).map(|(task, _)| task);
    match (plan.verb, progress.steps, progress.actor) {
        (Verb::Eventfd { name, initial, flags }, 0, _) => {
            calls::free_end_name(world, name)?;
            let initial = context.captures.resolve(initial).map_err(Refusal)?;
            let initial = u32::try_from(initial).unwrap_or(u32::MAX);
            order(actor(world)?, Call::Eventfd { initial, flags: *flags }, Some(name))
        }
        (Verb::Epoll { name, flags }, 0, _) => {
            calls::free_end_name(world, name)?;
            order(actor(world)?, Call::EpollCreate { flags: *flags }, Some(name))
        }
        (Verb::Epollctl { epoll, op, end, events }, 0, _) => {
            let (task, epoll) = who::actor(plan, world, context, Some(epoll))?;
            let fd = world.task(task).map_or(Ok(-1), |task| who::descriptor(world, context, task, end))?;
            let data = u64::try_from(fd).unwrap_or(0);
            order(task, Call::EpollCtl { epoll, op: *op, fd, events: *events, data }, None)
        }
        (Verb::Epollwait { epoll, count, timeout_ms }, 0, _) => {
            let (task, epoll) = who::actor(plan, world, context, Some(epoll))?;
            let count = context.captures.resolve(count).map_err(Refusal)?;
            let count = i32::try_from(count).unwrap_or(i32::MAX);
            order(task, Call::EpollWait { epoll, count, timeout_ms: *timeout_ms }, None)
        }
        (Verb::Pidfd { name, task, flags }, 0, _) => {
            calls::free_end_name(world, name)?;
            let pid = who::task(world, task)?.pid;
            order(actor(world)?, Call::PidfdOpen { pid, flags: *flags }, Some(name))
        }
        (Verb::Timerfd { name, flags, .. }, 0, _) => {
            calls::free_end_name(world, name)?;
            order(actor(world)?, Call::TimerfdCreate { flags: *flags }, Some(name))
        }
        (Verb::Timerfd { name, ms, .. }, 1, Some(task)) => {
            let ms = context.captures.resolve(ms).map_err(Refusal)?;
            let made = world.id_named(&EndName { name: name.clone(), index: None });
            let fd = made.and_then(|made| world.process_of(task)?.lowest(made));
            let Some(fd) = fd else { return Ok(None) };
            order(task, Call::TimerfdSettime { fd, ms: u64::try_from(ms).unwrap_or(0) }, None)
        }
        (Verb::Signalfd { name, signals, .. }, 0, _) => {
            calls::free_end_name(world, name)?;
            let signals = signals.iter().map(|signal| who::own_signal_refused(*signal)).collect::<Result<_, _>>()?;
            order(actor(world)?, Call::BlockSignals { signals }, None)
        }
        (Verb::Signalfd { name, signals, flags }, 1, Some(task)) => {
            let signals = signals.iter().map(|signal| signal.0).collect();
            order(task, Call::Signalfd { signals, flags: *flags }, Some(name))
        }
        _ => Ok(None),
    }
}
