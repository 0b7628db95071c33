//! What a task is about to do: a call that it has not made yet, with the names of what its numbers refer to.

use crate::order::{Call, Payload};
use crate::script::words::quote;
use crate::trace::TaskId;
use crate::world::World;
use crate::world::kind::EndId;
use crate::world::task::Descriptor;

/// Bytes of what is written that are shown.
const SHOWN: usize = 32;

/// The end that a call of this task is about.
pub fn end(world: &World, task: TaskId, call: &Call) -> Option<EndId> {
    descriptor(world, task, call).map(|descriptor| descriptor.end)
}

/// `write(pipe1[1], "hello", 5)`, `read(pipe1[0], 4096)`, `close(pipe1[0])`.
pub fn words(world: &World, task: TaskId, call: &Call) -> String {
    let about = match descriptor(world, task, call) {
        Some(descriptor) => world.label_of(descriptor),
        None => call.fd().map(|fd| fd.to_string()).unwrap_or_default(),
    };
    let mut arguments = vec![about];
    if let Some(length) = call.offered() {
        let bytes: Vec<u8> = call.payloads().iter().flat_map(Payload::iter).take(SHOWN).collect();
        let more = if (bytes.len() as u64) < length { "..." } else { "" };
        arguments.extend([format!("{}{more}", quote(&bytes)), length.to_string()]);
    } else if let Some(room) = call.room() {
        arguments.push(room.to_string());
    }
    format!("{}({})", call.name(), arguments.join(", "))
}

fn descriptor<'a>(world: &'a World, task: TaskId, call: &Call) -> Option<&'a Descriptor> {
    world.process_of(task)?.table.get(&call.fd()?)
}
