//! What an observation shows: a queue and its charge, the holders of an end, who is stuck among the tasks, a refusal.

use crate::trace::{Event, Explanation, PendingReport, QueueReport, What};
use crate::world::World;
use crate::world::channel::End;

use super::{ends, objects, signals, sleeps, wording};

/// The explanation of the last report among the events.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
pub(super) fn of_events(world: &World, events: &[Event]) -> Option<Explanation> {
    events.iter().rev().find_map(|event| match &event.what {
        What::Queue(report) => Some(queue(report, world.end(report.id)?)),
        What::Holders(report) => {
            ends::held(world, world.end(report.id)?).or_else(|| ends::closed(world.end(report.id)?))
        }
        What::Pending(report) => pending(world, report),
        What::Tasks(_) => sleeps::stuck_anywhere(world),
        What::Refused { reason } => Some(refused(reason)),
        _ => None,
    })
}

fn pending(world: &World, report: &PendingReport) -> Option<Explanation> {
    let target = world.task(report.id)?;
    if report.is_stopped {
        return Some(signals::waits_for_cont(world, target, report.signal));
    }
    objects::is_blocked(world, target, report.signal)
}

/// Bytes that wait, and what the sender is charged for them.
fn queue(report: &QueueReport, end: &End) -> Explanation {
    let here = &report.end;
    let waits = wording::count(report.waiting, "byte");
    let of = report.messages.map_or_else(String::new, |many| format!(" in {}", wording::count(many, "message")));
    let text = match (report.charged, report.sndbuf) {
        (Some(charged), Some(sndbuf)) => format!(
            "At {here}: {waits}{of}. The sender is charged {charged} of its SO_SNDBUF of {sndbuf} for them: the \
             charge is for the kernel's whole buffers, so small writes cost far more than their bytes."
        ),
        (None, Some(capacity)) => {
            format!("At {here}: {waits}{of}, of at most {capacity}: a pipe counts pages, not writes.")
        }
        _ => format!("At {here}: {waits}{of}; no sender is left to be charged for them."),
    };
    wording::explanation(end, "charged-per-message", "socket(7)", text)
}

fn refused(reason: &str) -> Explanation {
    let text = format!("The statement was not made, so no task made any call: {reason}.");
    wording::explanation("the last statement", "refused", None, text)
}
