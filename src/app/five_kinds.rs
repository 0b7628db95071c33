//! One history, five kinds: what was done on the focused channel is done again on a fresh channel of each kind, on a bench of its
//! own; then once more with the writer's end closed at its end, and once more with the writer killed. Here are the statements of
//! the three benches, and what came of them; nothing is added to the bench that is shown.

mod turn;

use std::rc::Rc;

use crate::abi::{Errno, TaskState};
use crate::questions::acting;
use crate::script::Statement;
use crate::text;
use crate::trace::{Explanation, Subject};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::{ChannelId, Kind};
use crate::world::ledger::{Read, ReadResult, Write};

use super::action::Command;
use super::channel_sides::Facing;
use super::{App, View};
use turn::{Turn, is_about};

/// The kinds, each with the name of its channel on those benches.
pub const KINDS: [(Kind, &str); 5] = [
    (Kind::Stream, "wire"),
    (Kind::Dgram, "post"),
    (Kind::Seqpacket, "mail"),
    (Kind::Pipe, "tube"),
    (Kind::PacketPipe, "line"),
];

/// Statements of a history that are made again, the last ones.
pub const MOST_STATEMENTS: usize = 100;
/// Bytes of a write that are written again, where no statement says what was written.
const MOST_BYTES: u64 = 4096;

/// How a bench of the three ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriterEnding {
    /// As the channel stands now.
    Open,
    /// The writer has closed its end, and the reader reads until it can read no more.
    Closed,
    /// The same after the writer was killed.
    Killed,
}

/// In the order in which they are run.
pub const ENDINGS: [WriterEnding; 3] = [WriterEnding::Open, WriterEnding::Closed, WriterEnding::Killed];

/// Of which history this is: where something has been done since, it is run anew.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    channel: ChannelId,
    /// The last statement.
    line: u32,
}

/// What was tried, and what came of it.
#[derive(Debug, Clone)]
pub struct FiveKinds {
    /// The channel whose history it is.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// Statements about it that mean nothing on another channel.
    pub left_out: usize,
    /// The benches, as [`ENDINGS`]; none while they are being run.
    benches: Option<Vec<Rc<World>>>,
    key: Key,
}

impl FiveKinds {
    /// The two ends of a kind's channel on one of the benches: the writer's and the reader's.
    pub fn ends(&self, kind: Kind, ending: WriterEnding) -> Option<(&World, &End, &End)> {
        let at = ENDINGS.iter().position(|other| *other == ending)?;
        let world = self.benches.as_ref()?.get(at)?;
        let (_, name) = KINDS.iter().find(|(other, _)| *other == kind)?;
        // By its channel: an end that was closed is no longer found by its name.
        let channel = world.channels().find(|channel| channel.name == *name)?;
        let near = usize::from(kind.is_pipe());
        let end = |index: usize| world.end(channel.ends[index]);
        Some((world, end(near)?, end(1 - near)?))
    }

    /// Whether the kernel has not answered yet.
    pub fn is_running(&self) -> bool {
        self.benches.is_none()
    }

    /// What the reader came to after the writer had gone, in a few words, and in more.
    pub fn came_after(&self, kind: Kind, ending: WriterEnding) -> Option<[String; 2]> {
        let (world, _, far) = self.ends(kind, ending)?;
        let before = self.ends(kind, WriterEnding::Open)?.2.inbox.reads.len();
        let after: Vec<&Read> = far.inbox.reads.iter().skip(before).collect();
        let bytes: u64 = after.iter().map(|read| read.len).sum();
        let failed: Vec<String> = after.iter().filter_map(|read| failure(read)).collect();
        let last = match after.last().map(|read| read.result) {
            _ if far.closed => "nobody reads".to_owned(),
            Some(ReadResult::Eof) => "EOF".to_owned(),
            _ if is_asleep_at(world, far) => "sleeps".to_owned(),
            _ if far.nonblock => "EAGAIN".to_owned(),
            Some(ReadResult::Failed(_)) => String::new(),
            Some(ReadResult::Bytes) | None => "-".to_owned(),
        };
        let short = failed.iter().cloned().chain([last]).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
        let count = if bytes == 1 { "1 byte".to_owned() } else { format!("{bytes} bytes") };
        let long = if bytes > 0 { format!("{count}, then {short}") } else { short.clone() };
        Some([short, long])
    }

    /// What differs between the kinds, in words.
    pub fn why(&self) -> Option<Explanation> {
        self.benches.as_ref()?;
        let reads = grouped(|kind| {
            let (_, _, far) = self.ends(kind, WriterEnding::Open)?;
            Some(format!("{} for {}", far.inbox.totals.reads, far.inbox.totals.writes))
        });
        let closed = grouped(|kind| self.came_after(kind, WriterEnding::Closed).map(|[short, _]| short));
        let told = |groups: &[(String, Vec<&str>)]| {
            let each = |(what, kinds): &(String, Vec<&str>)| format!("{what} on {}", kinds.join(", "));
            groups.iter().map(each).collect::<Vec<_>>().join("; ")
        };
        let is_read = |(what, _): &(String, Vec<&str>)| !what.starts_with("0 ");
        let has_reads = reads.len() > 1 && reads.iter().any(is_read);
        let reads = if has_reads { format!("Reads for writes: {}. ", told(&reads)) } else { String::new() };
        let text = format!("{reads}After the writer has closed, the reader meets: {}.", told(&closed));
        let about = self.name.clone();
        Some(Explanation {
            subject: Subject::Other,
            about,
            text,
            rule: "five kinds",
            page: None,
            lesson: None,
            foretold: Vec::new(),
        })
    }
}

/// What the kinds say, each answer once, with who gave it.
fn grouped(of: impl Fn(Kind) -> Option<String>) -> Vec<(String, Vec<&'static str>)> {
    let mut groups: Vec<(String, Vec<&'static str>)> = Vec::new();
    for (kind, _) in KINDS {
        let Some(said) = of(kind) else { continue };
        match groups.iter_mut().find(|(other, _)| *other == said) {
            Some((_, kinds)) => kinds.push(kind.word()),
            None => groups.push((said, vec![kind.word()])),
        }
    }
    groups
}

/// The name of the error with which a read failed; that nothing waited there is not one.
fn failure(read: &Read) -> Option<String> {
    match read.result {
        ReadResult::Failed(errno) if errno != Errno::EAGAIN => Some(errno.name().to_owned()),
        ReadResult::Failed(_) | ReadResult::Bytes | ReadResult::Eof => None,
    }
}

fn is_asleep_at(world: &World, end: &End) -> bool {
    acting::holders(world, end.id).iter().any(|task| task.state == TaskState::Asleep)
}

impl App {
    /// Where the lens is looked at and something has been done since it was asked: the statements of the three benches.
    pub(super) fn ask_five_kinds(&mut self, world: &World) -> Option<Command> {
        if self.view != View::Lens || self.is_busy() {
            return None;
        }
        let then = self.past.as_ref().map(|past| Rc::clone(&past.world));
        let seen = then.as_deref().unwrap_or(world);
        let facing = self.focused(seen)?;
        let key = Key { channel: facing.channel, line: self.last_line() };
        if self.five_kinds.as_ref().is_some_and(|shown| shown.key == key) {
            return None;
        }
        let channel = facing.channel(seen)?;
        let (history, left_out) = history(self, seen, facing);
        let scripts = ENDINGS.map(|ending| script(&history, ending));
        let benches = None;
        let shown = FiveKinds { name: channel.name.clone(), kind: channel.kind, left_out, benches, key };
        self.five_kinds = Some(shown);
        Some(Command::TryKinds(scripts.into()))
    }

    /// The last statement that is part of what is seen.
    fn last_line(&self) -> u32 {
        let of_past = self.past.as_ref().map(|past| past.moments.last().map_or(0, |moment| moment.line));
        of_past.unwrap_or_else(|| self.said.last().map_or(0, |last| last.line))
    }

    /// All three benches have settled, or why they have not.
    pub(super) fn show_five_kinds(&mut self, came: Result<Vec<World>, String>) {
        match (came, &mut self.five_kinds) {
            (Ok(benches), Some(shown)) => shown.benches = Some(benches.into_iter().map(Rc::new).collect()),
            (Err(reason), _) => self.notice = Some(reason),
            (Ok(_), None) => {}
        }
    }
}

/// What was done on a channel, the writer's side first, and how many statements of it mean nothing elsewhere. Where no statements
/// are known, the writes that the picture has.
fn history(app: &App, world: &World, facing: Facing) -> (Vec<Turn>, usize) {
    let writes = |end| world.end(end).map_or(0, |end: &End| end.inbox.totals.writes);
    let is_turned = writes(facing.far) == 0 && writes(facing.near) > 0;
    let (near, far) = if is_turned { (facing.far, facing.near) } else { (facing.near, facing.far) };
    let label = |end| world.end(end).map_or_else(String::new, End::label);
    let ends = [label(near), label(far)];
    let name = |end| acting::at_end(world, end).map_or("", |task| task.name.as_str());
    let tasks = [name(near), name(far)];
    let said = app.said.up_to(app.last_line()).unwrap_or_default();
    let made = said.iter().rposition(|statement| makes(statement, facing.channel(world).map_or("", |it| &it.name)));
    let own = said.iter().skip(made.map_or(0, |at| at + 1)).filter(|statement| is_about(statement, &ends, &tasks));
    let turns: Vec<Option<Turn>> = own.map(|statement| Turn::of(&statement.text, &ends, &tasks)).collect();
    let left_out = turns.iter().filter(|turn| turn.is_none()).count();
    let mut turns: Vec<Turn> = turns.into_iter().flatten().collect();
    let written = world.end(far).map(|end| &end.inbox).filter(|_| turns.is_empty());
    if let Some(flow) = written {
        turns.extend(flow.writes.iter().map(|write| Turn::own("write", true, &data_of(write))));
        if flow.totals.reads > 0 {
            turns.push(Turn::own("drain", false, "dontwait"));
        }
    }
    let skipped = turns.len().saturating_sub(MOST_STATEMENTS);
    (turns.split_off(skipped), left_out + skipped)
}

fn data_of(write: &Write) -> String {
    let len = write.taken.unwrap_or(write.offered).min(MOST_BYTES);
    text::quoted(&write.bytes(0, len, usize::try_from(len).unwrap_or(0)))
}

/// Whether this statement makes the channel of this name.
fn makes(statement: &Statement, name: &str) -> bool {
    let words: Vec<&str> = statement.text.split_whitespace().collect();
    let verb = words.iter().position(|word| matches!(*word, "channel" | "socketpair" | "pipe" | "socket" | "accept"));
    verb.is_some_and(|at| words[at + 1..].contains(&name))
}

/// The statements of one bench.
fn script(history: &[Turn], ending: WriterEnding) -> Vec<String> {
    let mut statements = vec!["signal SIGPIPE ignore".to_owned()];
    for (kind, name) in KINDS {
        let word = kind.word();
        let (first, second) = if kind.is_pipe() { ("far", "near") } else { ("near", "far") };
        statements.push(format!("channel {word} {name} between={name}_{first},{name}_{second}"));
        // What becomes of the writer is met by a reader that is still there.
        let is_meant = |turn: &&Turn| ending == WriterEnding::Open || turn.is_by_near || !turn.is_an_end();
        statements.extend(history.iter().filter(is_meant).filter_map(|turn| turn.on(kind, name)));
        let near = usize::from(kind.is_pipe());
        match ending {
            WriterEnding::Open => continue,
            WriterEnding::Closed => statements.push(format!("{name}_near: close {name}[{near}]")),
            WriterEnding::Killed => statements.push(format!("kill {name}_near SIGKILL")),
        }
        statements.push(format!("{name}_far: drain {name}[{}]", 1 - near));
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(text: &str) -> Option<Turn> {
        Turn::of(text, &["wire[0]".to_owned(), "wire[1]".to_owned()], &["parent", "child1"])
    }

    #[test]
    fn a_statement_is_made_by_a_task_that_holds_the_end_there() {
        let on = |text: &str, kind| {
            let (_, name) = KINDS.into_iter().find(|(other, _)| *other == kind).unwrap();
            turn(text).and_then(|turn| turn.on(kind, name))
        };
        assert_eq!(on("write wire[0] \"wire[1]: a\"", Kind::Dgram).unwrap(), "post_near: write post[0] \"wire[1]: a\"");
        assert_eq!(on("child1: read wire[1] 3 => 3", Kind::Pipe).unwrap(), "tube_far: read tube[0] 3");
        assert_eq!(on("write wire[0] x", Kind::PacketPipe).unwrap(), "line_near: write line[1] x");
        assert_eq!(on("kill child1 SIGKILL", Kind::Stream).unwrap(), "kill wire_far SIGKILL");
        assert_eq!(on("repeat 3 write wire[0] x", Kind::Stream).unwrap(), "wire_near: repeat 3 write wire[0] x");
        // A pipe has one direction.
        assert_eq!(on("child1: write wire[1] x", Kind::Pipe), None);
        assert_eq!(on("child1: write wire[1] x", Kind::Seqpacket).unwrap(), "mail_far: write mail[1] x");
    }

    #[test]
    fn what_means_nothing_elsewhere_is_left_out() {
        for text in
            ["sendmsg wire[0] x fds=post[0]", "read wire[0]@5", "echo wire[0]", "poll wire[0] post[0]", "dup wire[0]"]
        {
            assert!(turn(text).is_none(), "{text}");
        }
    }

    #[test]
    fn all_statements_of_all_benches_are_in_the_language() {
        let history: Vec<Turn> =
            ["write wire[0] \"a\\\"b\"", "child1: drain wire[1] dontwait", "stop child1", "close wire[0]"]
                .into_iter()
                .map(|text| turn(text).unwrap())
                .collect();
        for ending in ENDINGS {
            for text in script(&history, ending) {
                assert!(matches!(crate::script::parse::statement(&text, 1), Ok(Some(_))), "{text}");
            }
        }
    }
}
