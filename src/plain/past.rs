//! What has happened, as lines: each moment with its number and the messages that it moved, and the bench as it was after one.

use crate::app::past;
use crate::app::transcript;
use crate::trace::TaskId;
use crate::ui::words;
use crate::world::World;
use crate::world::history::{Message, Moment, PastPicture, Traffic};

use super::bench;

/// Moments that are told at once, the last ones.
pub const TOLD: usize = 40;

/// The diagram without a drawing: a line a moment, and which message went where.
pub fn moments(look: &PastPicture) -> Vec<String> {
    if look.moments.is_empty() {
        return vec!["Nothing has happened yet.".to_owned()];
    }
    let first = look.moments.first().map_or(1, |moment| moment.number);
    let before = (first > 1).then(|| format!("{} before these.", words::count(first - 1, "event", "events")));
    before.into_iter().chain(look.moments.iter().map(|moment| of_moment(&look.world, moment))).collect()
}

/// The bench right after a moment: the moment, why it came out so, and what `bench` would have told then.
pub fn then(look: &PastPicture) -> Vec<String> {
    let mut lines = match look.moments.last() {
        Some(moment) => vec![format!("After event {} of {}:", look.at, look.newest), of_moment(&look.world, moment)],
        None => vec!["Before the first event:".to_owned()],
    };
    lines.extend(past::why(&look.world, &look.moments).map(|why| format!("why: {}", why.text)));
    lines.extend(bench::lines(&look.world));
    lines
}

/// `12: parent write(wire[0], "one", 3) = 3; message 1 goes to wire[1].`
fn of_moment(world: &World, moment: &Moment) -> String {
    let shown = moment.events.iter().flat_map(transcript::lines).map(|line| squeezed(&line)).collect::<Vec<_>>();
    let mut parts = vec![if shown.is_empty() { name(world, moment.task) } else { shown.join(", ") }];
    match &moment.traffic {
        Traffic::Sent(message) => parts.push(format!("{} goes to {}", of_message(*message), world.label(message.0))),
        Traffic::Took { messages, lost } => {
            parts.extend(messages.iter().map(|taken| {
                let stays = if taken.stays { ", and the rest of it stays" } else { "" };
                format!("takes {} of {}{stays}", of_message(taken.message), name(world, taken.by))
            }));
            let bytes = words::count(*lost, "byte of it is lost", "bytes of it are lost");
            parts.extend((*lost > 0).then_some(bytes));
        }
        Traffic::Eof => parts.push("the end".to_owned()),
        Traffic::None => {}
    }
    parts.extend(
        moment
            .destroyed
            .iter()
            .map(|message| format!("{} to {} is destroyed unread", of_message(*message), world.label(message.0))),
    );
    format!("{}: {}.", moment.number, parts.join("; "))
}

fn of_message((_, number): Message) -> String {
    format!("message {number}")
}

/// The columns of a transcript are for the eye.
fn squeezed(line: &str) -> String {
    let (task, call) = line.trim().split_once("  ").unwrap_or(("", line.trim()));
    format!("{task} {}", call.trim()).trim().to_owned()
}

fn name(world: &World, task: TaskId) -> String {
    world.task(task).map_or_else(|| "somebody".to_owned(), |task| task.name.clone())
}
