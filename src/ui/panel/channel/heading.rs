//! What stands above a part of a channel: who wrote, who read, what waits in the kernel.

use crate::trace::TaskId;
use crate::ui::direction::{Direction, Lane};
use crate::ui::panel::box_rows::FlowPart;
use crate::ui::{ViewContext, words};
use crate::world::channel::End;
use crate::world::task::Task;

pub(super) fn heading(context: ViewContext<'_>, lane: &Lane<'_>, part: FlowPart, width: u16) -> String {
    let (before, behind) = match lane.direction {
        Direction::Right => ("", " ▶"),
        Direction::Left => ("◀ ", ""),
    };
    let did = match part {
        FlowPart::Written => " wrote",
        FlowPart::Read => " read",
        FlowPart::Queued if context.app.present.is_hidden => return "in the kernel".to_owned(),
        FlowPart::Queued => return in_kernel(lane, width),
    };
    let around = words::width(before) + words::width(did) + words::width(behind);
    format!("{before}{}{did}{behind}", actor_names(context, lane, part, width.saturating_sub(around)))
}

/// What waits, in as many words as there is room for.
fn in_kernel(lane: &Lane<'_>, width: u16) -> String {
    let flow = lane.flow();
    let waiting = match (flow.waiting(), flow.least_messages()) {
        (0, 0) => return "in the kernel".to_owned(),
        (_, messages) if lane.to.kind.keeps_messages() => words::count(messages, "message", "messages"),
        (bytes, _) => words::count(bytes, "byte", "bytes"),
    };
    let forms = ["in the kernel: ", "in kernel: ", "kernel: ", ""].map(|head| format!("{head}{waiting}"));
    forms.into_iter().find(|form| words::width(form) <= width).unwrap_or(waiting)
}

/// Who wrote or read; where nobody has, who could.
pub(super) fn actor_names(context: ViewContext<'_>, lane: &Lane<'_>, part: FlowPart, width: u16) -> String {
    let flow = lane.flow();
    let (end, mut did): (&End, Vec<TaskId>) = match part {
        FlowPart::Read => (lane.to, flow.reads.iter().map(|read| read.by).collect()),
        FlowPart::Written | FlowPart::Queued => (lane.from, flow.writes.iter().map(|write| write.by).collect()),
    };
    did.sort_unstable();
    did.dedup();
    actors(context, end, &did, width)
}

pub(super) fn actors(context: ViewContext<'_>, end: &End, did: &[TaskId], width: u16) -> String {
    let world = context.world;
    let mut tasks: Vec<&Task> = did.iter().filter_map(|id| world.task(*id)).collect();
    if tasks.is_empty() {
        tasks = world.keepers(end.id);
        // Who could is who holds the end, and that may be what a lesson asks.
        if context.app.asks_for_holders() || (context.app.hides_answers() && tasks.len() != 1) {
            return words::name(&end.label(), width);
        }
    }
    // With the programs that they run, if there is room.
    let forms = [words::task_label, |task: &Task| task.name.clone()].map(|label| match &tasks[..] {
        [] => "nobody".to_owned(),
        [one] => label(one),
        [one, other] => format!("{} and {}", label(one), label(other)),
        [one, rest @ ..] => format!("{} and {} more", label(one), rest.len()),
    });
    let short = || match &tasks[..] {
        [one, rest @ ..] if !rest.is_empty() => {
            let more = format!(" +{}", rest.len());
            words::name(&one.name, width.saturating_sub(words::width(&more))) + &more
        }
        _ => words::name(&forms[1], width),
    };
    forms.iter().find(|form| words::width(form) <= width).cloned().unwrap_or_else(short)
}
