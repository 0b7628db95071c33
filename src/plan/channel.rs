//! The `channel` shorthand, as the calls it stands for: a pair or a pipe, the forks, and the closes that keep EOF possible.

use crate::abi;
use crate::order::{Call, Closes, Work};
use crate::script::{ChannelChildren, ChannelKind, EndName, Verb};
use crate::trace::TaskId;
use crate::world::World;
use crate::world::kind::EndId;

use super::{Context, Plan, PlanStep, Progress, Refusal, calls, who};

/// What the statement asks for.
struct ChannelRequest<'a> {
    kind: ChannelKind,
    name: &'a str,
    leaky: bool,
    /// Which side each child keeps, in the order they are forked; what is left is the parent's.
    keeps: Vec<usize>,
}

/// The next call of the shorthand, or none once all is made or one of them has failed.
pub fn next(
    plan: &Plan<'_>,
    world: &World,
    context: Context<'_>,
    progress: &mut Progress,
) -> Result<Option<PlanStep>, Refusal> {
    let Verb::Channel { kind, name, children, leaky, reverse } = plan.verb else { return Ok(None) };
    let wish = ChannelRequest { kind: *kind, name, leaky: *leaky, keeps: kept_by_children(*kind, children, *reverse) };
    let Some(actor) = progress.actor else {
        let (actor, _) = who::actor(plan, world, context, None)?;
        progress.children = names_of_children(world, context, children)?;
        return make(&wish, world, actor).map(Some);
    };
    if progress.steps == 1 {
        // No fork needs to know the numbers of the ends.
        return Ok(Some(PlanStep::Forks(actor, progress.children.clone())));
    }
    let Some(ends) = ends_of(world, name).filter(|_| progress.steps == 2) else { return Ok(None) };
    Ok(closes(&wish, world, (actor, &progress.children), ends).map(|closes| PlanStep::Closes(actor, closes)))
}

fn kept_by_children(kind: ChannelKind, children: &ChannelChildren, reverse: bool) -> Vec<usize> {
    match (children, kind) {
        (ChannelChildren::Between(..), _) => vec![0, 1],
        (ChannelChildren::One(_), ChannelKind::Pair(_)) => vec![usize::from(!reverse)],
        (ChannelChildren::One(_), ChannelKind::Pipe { .. }) => vec![usize::from(reverse)],
    }
}

fn names_of_children(world: &World, context: Context<'_>, children: &ChannelChildren) -> Result<Vec<String>, Refusal> {
    let names = match children {
        ChannelChildren::One(Some(name)) => vec![name.clone()],
        ChannelChildren::One(None) => vec![next_free(world)],
        ChannelChildren::Between(first, second) => vec![first.clone(), second.clone()],
    };
    for name in &names {
        calls::free_task_name(world, name)?;
    }
    calls::room_for_tasks(world, context, names.len())?;
    Ok(names)
}

/// The first `childN` that nobody on this bench has or had.
fn next_free(world: &World) -> String {
    let mut names = (1_u32..).map(|number| format!("child{number}"));
    names.find(|name| world.task_named(name).is_none()).unwrap_or_default()
}

fn make(wish: &ChannelRequest<'_>, world: &World, actor: TaskId) -> Result<PlanStep, Refusal> {
    calls::free_end_name(world, wish.name)?;
    let call = match wish.kind {
        ChannelKind::Pair(kind) => Call::Socketpair { domain: abi::AF_UNIX, kind, protocol: 0 },
        ChannelKind::Pipe { direct } => Call::Pipe2 { flags: if direct { abi::DIRECT } else { 0 } },
    };
    Ok(order(actor, call, Some(wish.name.to_owned())))
}

fn ends_of(world: &World, name: &str) -> Option<[EndId; 2]> {
    let end = |index| world.end_named(&EndName { name: name.to_owned(), index: Some(index) }).map(|end| end.id);
    Some([end(0)?, end(1)?])
}

/// The parent closes what a child keeps; each child closes everything else it inherits, by ascending number.
fn closes(
    wish: &ChannelRequest<'_>,
    world: &World,
    (actor, names): (TaskId, &[String]),
    ends: [EndId; 2],
) -> Option<Closes> {
    let process = world.process_of(actor)?;
    let those = |is_closed: &dyn Fn(EndId) -> bool| -> Vec<i32> {
        process.rows().filter(|(_, entry)| is_closed(entry.end)).map(|(fd, _)| fd).collect()
    };
    let of_child = |(name, kept): (&String, &usize)| {
        let (own, other) = (ends[*kept], ends[1 - *kept]);
        (name.clone(), those(&|end| if wish.leaky { end == other } else { end != own }))
    };
    let children = names.iter().zip(&wish.keeps).map(of_child).collect();
    let kept_by_a_child = |end| wish.keeps.iter().any(|kept| ends[*kept] == end);
    Some(Closes { own: those(&kept_by_a_child), children })
}

fn order(task: TaskId, call: Call, name: Option<String>) -> PlanStep {
    PlanStep::Order { task, work: Work::Call(call), name }
}
