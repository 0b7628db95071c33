//! What would have to change so that tasks that sleep for ever go on: one sentence for each thing to change, however many it helps.

use std::collections::BTreeMap;

use crate::explain::wording;
use crate::order::Call;
use crate::questions::sleep::{self, Sleep};
use crate::trace::{Death, TaskId};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::EndId;
use crate::world::ledger::ReadResult;
use crate::world::task::{Ongoing, Task};

/// What would have to change, for all that sleep.
pub(super) fn all(world: &World, asleep: &[&Task]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut copies = Copies::default();
    for task in asleep {
        let Some(Sleep { call, end, .. }) = sleep::of_task(world, task) else { continue };
        let Some((end, peer)) = end.and_then(|end| Some((end, world.end(end.peer?)?))) else { continue };
        if call.is_reading() && end.kind.gives_eof() {
            match lost_token(world, task, (end, peer)) {
                Some(line) => lines.push(line),
                None => copies.add(world, task, peer),
            }
        } else if call.is_reading() && peer.closed {
            lines.push(no_eof(task, end, peer));
        } else if call.is_writing() {
            lines.push(full(world, task, (end, peer)));
        }
    }
    lines.extend(copies.lines(world));
    lines.sort();
    lines.dedup();
    lines
}

/// A pipe whose readers write to it, too, holds tokens: the task that took the last one is gone with it.
fn lost_token(world: &World, reader: &Task, (end, peer): (&End, &End)) -> Option<String> {
    let writes_too = world.holders(peer.id).iter().any(|(holder, _)| holder.process == reader.process);
    let last = end.inbox.reads.iter().rev().find(|read| read.result == ReadResult::Bytes)?;
    let taker = world.task(last.by).filter(|taker| writes_too && !taker.is_alive())?;
    let how = taker.death.map_or_else(|| "died".to_owned(), Death::words);
    Some(format!(
        "Change: the last byte of {} was taken by {}, which {how} and wrote nothing back. If these bytes are tokens, as those of a \
         job server, a task that takes one has to write it back before it ends, also when it fails.",
        end.label(),
        taker.name,
    ))
}

/// A datagram socket is not told that its peer was closed.
fn no_eof(reader: &Task, end: &End, peer: &End) -> String {
    format!(
        "Change: {} waits at {} for an end that nothing tells it. Either a message says that nothing more comes, an empty one for \
         example, sent before {} is closed; or the sockets are of a kind that gives EOF, SOCK_STREAM or SOCK_SEQPACKET.",
        reader.name,
        end.label(),
        peer.label()
    )
}

/// A writer for whom there is no room.
fn full(world: &World, writer: &Task, (end, peer): (&End, &End)) -> String {
    let holders = world.holders(peer.id);
    let own = holders.iter().find(|(task, _)| task.process == writer.process).map(|(_, fd)| *fd);
    if let Some(fd) = own.filter(|_| holders.iter().all(|(task, _)| task.process == writer.process)) {
        return format!(
            "Change: {0} writes to {1} and is the only one that has {2} open, as descriptor {fd}. If another process is to read, \
             {0} has to fork it first, and then close({fd}): without that copy the write fails with EPIPE when the last reader is gone.",
            writer.name,
            end.label(),
            peer.label()
        );
    }
    let readers: Vec<String> = holders.into_iter().map(|(task, _)| task.name.clone()).collect();
    let who = match readers.as_slice() {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        many => many.join(" or "),
    };
    format!(
        "Change: {} is full and {who} does not read it. {} must not write all of it before somebody reads: read in between \
         (poll), or let another task read.",
        end.label(),
        writer.name,
    )
}

/// A descriptor that keeps EOF from readers.
type Copy = (TaskId, EndId, i32);

/// Those descriptors, each with the tasks that wait for EOF.
#[derive(Debug, Default)]
struct Copies<'a> {
    readers: BTreeMap<Copy, Vec<&'a Task>>,
}

impl<'a> Copies<'a> {
    fn add(&mut self, world: &World, reader: &'a Task, peer: &End) {
        for (holder, fd) in world.holders(peer.id) {
            self.readers.entry((holder.id, peer.id, fd)).or_default().push(reader);
        }
    }

    /// A reader's own copies come first: of what its process holds elsewhere nothing is to be changed before it goes on.
    fn lines(&self, world: &World) -> Vec<String> {
        let is_own = |(holder, ..): &Copy, readers: &[&Task]| {
            let process = world.task(*holder).map(|task| task.process);
            readers.iter().any(|reader| Some(reader.process) == process)
        };
        let mut own: BTreeMap<(EndId, i32), Vec<&Task>> = BTreeMap::new();
        for ((holder, end, fd), _) in self.readers.iter().filter(|(copy, readers)| is_own(copy, readers)) {
            own.entry((*end, *fd)).or_default().extend(world.task(*holder));
        }
        let mut goes_on: Vec<TaskId> = own.values().flatten().map(|task| task.process).collect();
        let mut lines: Vec<String> =
            own.iter().filter_map(|((end, fd), tasks)| Some(own_copies(world.end(*end)?, *fd, tasks))).collect();
        // Who has written there has said something, and its readers wait for the end of it: they go on when that is told.
        for has_written in [true, false] {
            let mut helped = Vec::new();
            for ((holder, end, fd), readers) in &self.readers {
                let (Some(holder), Some(end)) = (world.task(*holder), world.end(*end)) else { continue };
                let written = written(world, holder, end);
                if goes_on.contains(&holder.process) || written.is_some() != has_written {
                    continue;
                }
                let names: Vec<String> = readers.iter().map(|reader| reader.name.clone()).collect();
                let held = Held { holder, end, fd: *fd, readers: &names };
                lines.push(written.map_or_else(|| held.never_used(), |bytes| held.still_open(bytes)));
                helped.extend(readers.iter().map(|reader| reader.process));
            }
            goes_on.extend(helped);
        }
        lines
    }
}

/// Bytes that a holder's process has written to its end; none where it never did.
fn written(world: &World, holder: &Task, end: &End) -> Option<u64> {
    let reader = world.end(end.peer?)?;
    let is_own = |by: TaskId| world.task(by).is_some_and(|task| task.process == holder.process);
    let taken = reader.inbox.writes.iter().filter(|write| is_own(write.by)).filter_map(|write| write.taken);
    taken.reduce(|one, other| one + other)
}

/// `child1 has pair1[0] open itself`.
fn own_copies(end: &End, fd: i32, tasks: &[&Task]) -> String {
    let label = end.label();
    let names: Vec<String> = tasks.iter().map(|task| task.name.clone()).collect();
    match names.as_slice() {
        [name] => format!(
            "Change: {name} has {label} open itself, as descriptor {fd}, while it reads the other side. EOF cannot come before it \
             closes that: close({fd}) before the first read."
        ),
        names => format!(
            "Change: {} each have {label} open themselves, as descriptor {fd}, while they read the other side. EOF cannot come \
             before all of them close that: close({fd}) before the first read.",
            wording::list(names)
        ),
    }
}

/// A descriptor of another process than the readers'.
struct Held<'a> {
    holder: &'a Task,
    end: &'a End,
    fd: i32,
    readers: &'a [String],
}

impl Held<'_> {
    /// It has written there, and its readers wait for more or for EOF.
    fn still_open(&self, bytes: u64) -> String {
        let Self { holder, end, fd, readers } = self;
        let (name, label) = (&holder.name, end.label());
        let ongoing = holder.sleeping_call();
        let reads_there = ongoing.is_some_and(|ongoing| sleep::is_at(holder, end.id) && ongoing.call().is_reading());
        let mend = if reads_there {
            format!(
                "shutdown({fd}, SHUT_WR) says so before {name} reads. close({fd}) would not do: {name} still waits for an answer there."
            )
        } else {
            let or_shutdown = if end.kind.is_pipe() {
                String::new()
            } else {
                format!(", or shutdown({fd}, SHUT_WR) if it is still to read there")
            };
            let when = match ongoing.map(Ongoing::call) {
                Some(Call::Waitpid { .. }) => " before it waits for a child",
                Some(call) if call.is_reading() => " before it reads elsewhere",
                Some(_) | None => "",
            };
            format!("{name} has to say so{when}: close({fd}){or_shutdown}.")
        };
        format!(
            "Change: {name} has written {} to {label}, and {} for more, or for EOF. If that was all, {mend}",
            wording::count(bytes, "byte"),
            waits(readers),
        )
    }

    /// It never wrote there.
    fn never_used(&self) -> String {
        let Self { holder, end, fd, readers } = self;
        let (name, label) = (&holder.name, end.label());
        let before = match holder.sleeping_call().map(Ongoing::call) {
            Some(Call::Waitpid { .. }) => Some("waits for a child"),
            Some(call) if call.room().is_some() => Some("reads itself"),
            Some(_) | None => None,
        };
        let eof = format!("it must close({fd}) after fork or dup2, or {} never sees EOF.", readers.join(" or "));
        match before {
            Some(doing) => format!(
                "Change: {name} {doing}, and has not written to {label}, where {}. If it is to write there, it must do so before \
                 that; if it is not, {eof}",
                waits(readers)
            ),
            None => format!("Change: {name} holds {label} as descriptor {fd}. If it is not to write there, {eof}"),
        }
    }
}

/// `child1 waits`.
fn waits(names: &[String]) -> String {
    let verb = if names.len() == 1 { "waits" } else { "wait" };
    format!("{} {verb}", wording::list(names))
}
