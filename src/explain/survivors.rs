//! What a death means for those who live: the next read or write at the other side of each end that died with it.

use crate::abi::{Disposition, Errno, Signal};
use crate::questions::next_read::{Blocking, ReadOutcome, next_read};
use crate::questions::{acting, next_write};
use crate::trace::Foretold;
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::task::Task;

use super::wording;

/// Ends of which something is said; a task may leave hundreds behind.
const MOST: usize = 2;

/// What comes before the death itself is told; nothing where nobody faces what it left.
pub(super) fn before(world: &World, dead: &Task) -> String {
    let told = sentences(world, dead);
    if told.is_empty() { String::new() } else { told.join(" ") + " " }
}

/// What that foretells.
pub(super) fn foretold(world: &World, dead: &Task) -> impl Iterator<Item = Foretold> {
    survivors(world, dead).take(MOST).map(|(_, foretold)| foretold)
}

fn survivors(world: &World, dead: &Task) -> impl Iterator<Item = (String, Foretold)> {
    let process = dead.process;
    let faced = world.ends().filter(move |end| end.closed && end.last_held_by == Some(process));
    faced.filter_map(|end| survivor(world, end))
}

/// A sentence for each end whose last descriptor went with this task, and which somebody still faces.
fn sentences(world: &World, dead: &Task) -> Vec<String> {
    let mut told: Vec<String> = survivors(world, dead).map(|(sentence, _)| sentence).collect();
    let more = told.len().saturating_sub(MOST);
    told.truncate(MOST);
    if more > 0 {
        told.push(format!("{} more lost the other side.", wording::count(more as u64, "end")));
    }
    told
}

/// What becomes of who faces an end that is gone.
fn survivor(world: &World, gone: &End) -> Option<(String, Foretold)> {
    let end = world.end(gone.peer?).filter(|end| !end.closed)?;
    let task = acting::at_end(world, end.id).filter(|task| task.is_alive())?;
    let name = &task.name;
    let here = end.label();
    if !end.can_be_read() {
        let fails = next_write::failure(world, end)?;
        let errno = fails.errno.name();
        let disposition = world.process_of(task.id).and_then(|process| process.dispositions.get(&Signal::PIPE.0));
        let text = match disposition {
            Some(Disposition::Ignore) => {
                format!("{name}'s next write to {here} fails with {errno}; SIGPIPE is ignored.")
            }
            Some(Disposition::Catch | Disposition::CatchNoRestart) => {
                format!("{name}'s next write to {here} fails with {errno}, and SIGPIPE comes with it.")
            }
            Some(Disposition::Default) | None => {
                format!("{name}'s next write to {here} fails with {errno}, and SIGPIPE kills it.")
            }
        };
        return Some((text, Foretold::write_fails(end.id, fails.errno)));
    }
    let next = next_read(world, end, Blocking::at(end))?;
    let outcomes: Vec<String> = std::iter::once(&next.outcome)
        .chain(&next.afterwards)
        .enumerate()
        .map(|(at, outcome)| outcome_words(end, *outcome, at == 0))
        .collect();
    let read = format!("{name}'s next read from {here} {}.", wording::then(&outcomes));
    let is_told = end.kind != Kind::Dgram || next.comes_to_eof();
    let mute = if is_told { String::new() } else { "No EOF comes on datagrams.".to_owned() };
    let text = wording::sentences([read, mute]);
    // Tried by reads that must not sleep, which a datagram socket that was shut down answers as if it were not.
    let tried = next_read(world, end, Blocking::MustNotSleep)?;
    let outcomes = std::iter::once(tried.outcome).chain(tried.afterwards).collect();
    Some((text, Foretold::Reads { end: end.id, outcomes }))
}

/// `returns 3 bytes`: all that waits, however many reads that takes.
fn outcome_words(end: &End, outcome: ReadOutcome, is_first: bool) -> String {
    match outcome {
        ReadOutcome::Bytes { .. } => format!("returns {}", wording::count(end.inbox.waiting(), "byte")),
        ReadOutcome::Message(_) | ReadOutcome::SomeMessage if end.inbox.least_messages() > 1 => {
            format!("returns the first of {}", wording::count(end.inbox.least_messages(), "message"))
        }
        ReadOutcome::Message(_) | ReadOutcome::SomeMessage => "returns the message that waits".to_owned(),
        ReadOutcome::Eof if end.kind == Kind::Dgram && is_first => {
            "returns 0, for it was shut down for reading".to_owned()
        }
        ReadOutcome::Eof if end.kind == Kind::Dgram => "0, for it was shut down for reading".to_owned(),
        ReadOutcome::Eof if is_first => "returns 0, which is EOF".to_owned(),
        ReadOutcome::Eof => "EOF".to_owned(),
        ReadOutcome::Fails(Errno::ECONNRESET) if is_first => {
            "fails with ECONNRESET, for bytes were destroyed unread".to_owned()
        }
        ReadOutcome::Fails(errno) if is_first => format!("fails with {}", errno.name()),
        ReadOutcome::Fails(errno) => errno.name().to_owned(),
        ReadOutcome::Sleeps if is_first && end.nonblock => "fails with EAGAIN".to_owned(),
        ReadOutcome::Sleeps if is_first => "sleeps".to_owned(),
        ReadOutcome::Sleeps if end.nonblock => "EAGAIN".to_owned(),
        ReadOutcome::Sleeps => "sleep".to_owned(),
    }
}
