//! What else could have happened: the same writes as on the focused channel, with the reader earlier, later, or asleep before the
//! first of them. Here are the statements of the three ways; they are run for real, on processes of their own.

use std::rc::Rc;

use crate::script::EndName;
use crate::text;
use crate::trace::{Explanation, Subject};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::{EndId, Kind};
use crate::world::ledger::{Flow, Write};

use super::{App, channel_sides};

/// Writes that are made again, the last ones.
pub const MOST_WRITES: usize = 8;
/// Bytes of one write that are written again.
pub const MOST_BYTES: u64 = 4096;

/// The ways, each with the name of its channel and in words.
pub const WAYS: [(&str, &str); 3] = [
    ("each", "the reader reads after each write"),
    ("late", "the reader comes when all is written"),
    ("first", "the reader sleeps in its read first"),
];

/// What was tried, and what came of it.
#[derive(Debug, Clone)]
pub struct Alternatives {
    /// The channel whose writes they are.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// The bench on which all three ways were gone.
    pub world: Rc<World>,
}

impl Alternatives {
    /// What was written and read on one of the ways.
    pub fn flow(&self, way: &str) -> Option<&Flow> {
        let end = |index| self.world.end_named(&EndName { name: way.to_owned(), index: Some(index) });
        [1, 0].into_iter().filter_map(end).map(|end| &end.inbox).find(|flow| flow.totals.writes > 0)
    }

    /// Why the three came out as they did.
    pub fn why(&self) -> Explanation {
        let flows: Vec<&Flow> = WAYS.iter().filter_map(|(way, _)| self.flow(way)).collect();
        let reads: Vec<String> = flows.iter().map(|flow| flow.totals.reads.to_string()).collect();
        let is_same = reads.windows(2).all(|pair| pair[0] == pair[1]);
        let keeps = self.kind.keeps_messages();
        let text = match (keeps, is_same) {
            (true, true) => {
                "Each write is a message of its own, so it does not matter when the reader comes.".to_owned()
            }
            (false, false) => format!(
                "The same writes, in {} reads: no edges are kept, so what a read takes depends on when it comes.",
                reads.join(", ")
            ),
            (false, true) => "There was nothing to be joined: each read found one write alone.".to_owned(),
            (true, false) => "The same writes, and other reads: what differs is when the reader came.".to_owned(),
        };
        Explanation {
            subject: Subject::Other,
            about: self.name.clone(),
            text,
            rule: "otherwise",
            page: None,
            lesson: None,
            foretold: Vec::new(),
        }
    }
}

/// The end of the focused channel that something was written towards: the far one if it can be both.
pub fn target<'a>(app: &App, world: &'a World) -> Option<&'a End> {
    let facing = app.focused(world)?;
    let was_written = |end: &EndId| world.end(*end).filter(|end| end.inbox.totals.writes > 0);
    [facing.far, facing.near].iter().find_map(was_written)
}

/// The statements that go all three ways; or why there is nothing to try.
pub fn statements(app: &App, world: &World) -> Result<Vec<String>, String> {
    let nothing = || "nothing was written on this channel yet, so nothing else could have come of it".to_owned();
    let end = target(app, world).ok_or_else(nothing)?;
    let first = end.inbox.writes.len().saturating_sub(MOST_WRITES);
    let data: Vec<String> = end.inbox.writes.iter().skip(first).map(data_of).collect();
    let kind = end.kind.word();
    let near = usize::from(end.kind.is_pipe());
    let far = 1 - near;
    let mut statements = vec!["signal SIGPIPE ignore".to_owned()];
    for (name, _) in WAYS {
        statements.push(format!("channel {kind} {name} {name}_reader"));
        let writes = data.iter().map(|data| format!("write {name}[{near}] {data}"));
        let read = format!("{name}_reader: read {name}[{far}]");
        let drain = format!("{name}_reader: drain {name}[{far}] dontwait");
        match name {
            "each" => statements.extend(writes.flat_map(|write| [write, read.clone()])),
            "late" => statements.extend(writes.chain([drain])),
            _ => statements.extend([read].into_iter().chain(writes).chain([drain])),
        }
    }
    Ok(statements)
}

fn data_of(write: &Write) -> String {
    let len = write.taken.unwrap_or(write.offered).min(MOST_BYTES);
    text::quoted(&write.bytes(0, len, usize::try_from(len).unwrap_or(0)))
}

/// The channel whose writes are made again, and its kind.
pub(super) fn about(app: &App, world: &World) -> Option<(String, Kind)> {
    let end = target(app, world)?;
    let channel = end.channel.and_then(|id| channel_sides::of(world, id)).and_then(|facing| facing.channel(world));
    Some((channel.map_or_else(String::new, |channel| channel.name.clone()), end.kind))
}

impl App {
    /// All three ways were gone, or why they could not be.
    pub(super) fn show_alternatives(&mut self, came: Result<World, String>) {
        self.notice = None;
        match (came, self.trying.take()) {
            (Ok(world), Some((name, kind))) => {
                self.alternatives = Some(Alternatives { name, kind, world: Rc::new(world) });
                self.view = super::View::Alternatives;
            }
            (Err(reason), _) => self.notice = Some(reason),
            (Ok(_), None) => {}
        }
    }
}
