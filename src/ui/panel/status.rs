//! What is to be said of a channel beside its bytes: what the next read would return, who died of what, who sleeps in which call.

use crate::abi::TaskState;
use crate::app::channel_sides::Facing;
use crate::questions::next_read::{Blocking, NextRead, ReadOutcome, next_read};
use crate::questions::{acting, next_write, sleep};
use crate::trace::Death;
use crate::ui::words;
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::ledger::ReadResult;
use crate::world::task::Task;

/// One remark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The words; after them the same in fewer and fewer.
    forms: Vec<String>,
    /// How it is shown.
    pub tone: RemarkTone,
}

/// How a remark is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemarkTone {
    /// A death or an error.
    Alarm,
    /// Everything else.
    Plain,
}

impl Remark {
    fn plain(forms: Vec<String>) -> Self {
        Self { forms, tone: RemarkTone::Plain }
    }

    fn alarm(forms: Vec<String>) -> Self {
        Self { forms, tone: RemarkTone::Alarm }
    }

    /// That there may be something to say, which would tell the answer to a lesson's question.
    pub fn hidden() -> Self {
        Self::plain(vec!["?".to_owned()])
    }

    /// In full.
    pub fn text(&self) -> &str {
        self.forms.first().map_or("", String::as_str)
    }

    /// In the fewest words.
    pub fn shortest(&self) -> &str {
        self.forms.last().map_or("", String::as_str)
    }

    /// The longest of its forms that has room; none if none has.
    pub fn fitting(&self, room: u16) -> Option<&str> {
        self.forms.iter().map(String::as_str).find(|form| words::width(form) <= room)
    }
}

/// All remarks on a channel, the most important first: what comes before what was.
pub fn remarks(world: &World, facing: Facing) -> Vec<Remark> {
    let (Some(near), Some(far)) = (world.end(facing.near), world.end(facing.far)) else { return Vec::new() };
    let mut remarks: Vec<Remark> = Vec::new();
    remarks.extend(prospect(world, near, far));
    remarks.extend(prospect(world, far, near));
    for end in [far, near] {
        remarks.extend(world.keepers(end.id).into_iter().filter_map(death_of));
        remarks.extend(closed_by_hand(world, end));
    }
    for (end, other) in [(near, far), (far, near)] {
        remarks.extend(world.keepers(end.id).into_iter().filter_map(|task| state_here(task, end, other)));
    }
    for end in [far, near] {
        remarks.extend(held_by_several(world, end));
    }
    remarks.dedup();
    remarks
}

/// `child1 killed by SIGKILL`.
fn death_of(task: &Task) -> Option<Remark> {
    let words = task.death.map_or_else(|| "dead".to_owned(), Death::words);
    let short = format!("{} is dead", task.name);
    (!task.is_alive()).then(|| Remark::alarm(vec![format!("{} {words}", task.name), short]))
}

/// `parent closed wire[0]`: an end that nobody holds, though who held it lives.
fn closed_by_hand(world: &World, end: &End) -> Option<Remark> {
    let holder = acting::at_end(world, end.id).filter(|task| end.closed && task.is_alive())?;
    Some(Remark::plain(vec![format!("{} closed {}", holder.name, end.label()), format!("{} closed", end.label())]))
}

/// A task that is stopped, or asleep in a call on this channel.
fn state_here(task: &Task, end: &End, other: &End) -> Option<Remark> {
    if task.state == TaskState::Stopped {
        return Some(Remark::plain(vec![format!("{} stopped", task.name)]));
    }
    let ongoing = task.sleeping_call()?;
    let is_here = sleep::is_at(task, end.id) || sleep::is_at(task, other.id);
    let asleep = format!("{} asleep", task.name);
    let forms =
        [format!("{asleep} in {}", sleep::call_words(ongoing)), format!("{asleep} in {}", ongoing.call().name())];
    is_here.then(|| Remark::plain(forms.into_iter().chain([asleep]).collect()))
}

/// What a read at `end` meets, where it comes to an end; else who holds that off.
fn prospect(world: &World, end: &End, peer: &End) -> Option<Remark> {
    let reader = acting::at_end(world, end.id).filter(|_| !end.closed)?.name.clone();
    if !end.can_be_read() {
        let failure = next_write::failure(world, end)?;
        let told = format!("{reader}'s next write: {}", failure.errno.name());
        return Some(Remark::alarm(vec![format!("{told}, for nobody reads any more"), told]));
    }
    let next = next_read(world, end, Blocking::at(end))?;
    if next.comes_to_eof() || next.reports_reset() {
        return Some(coming(end, &reader, &next));
    }
    if end.kind == Kind::Dgram {
        let short = "no EOF comes".to_owned();
        let why = format!("{short}: a datagram socket has no EOF");
        return peer.closed.then(|| Remark::plain(vec![why, format!("{short} on datagrams"), short]));
    }
    if peer.closed { None } else { held_in_flight(peer) }
}

/// What reads come to, in order.
fn coming(end: &End, reader: &str, next: &NextRead) -> Remark {
    let outcomes = std::iter::once(&next.outcome).chain(&next.afterwards);
    let what = outcomes.map(|outcome| outcome_words(end, *outcome)).collect::<Vec<_>>().join(", then ");
    let has_read = end.inbox.reads.back().is_some_and(|read| read.result == ReadResult::Eof);
    let forms = match next.outcome {
        ReadOutcome::Eof if has_read => vec![format!("EOF: {reader} has read it"), "EOF was read".to_owned()],
        ReadOutcome::Eof => {
            let short = ["EOF: next read returns 0", "next read: EOF"].map(str::to_owned);
            std::iter::once(format!("EOF: {reader}'s next read returns 0")).chain(short).collect()
        }
        ReadOutcome::Bytes { .. } | ReadOutcome::Message(_) | ReadOutcome::SomeMessage => {
            vec![format!("{what} for {reader}"), what]
        }
        ReadOutcome::Fails(_) | ReadOutcome::Sleeps => {
            vec![format!("{reader}'s next read: {what}"), format!("next read: {what}"), what]
        }
    };
    if next.reports_reset() { Remark::alarm(forms) } else { Remark::plain(forms) }
}

/// What waits is all of it, however many reads that takes.
fn outcome_words(end: &End, outcome: ReadOutcome) -> String {
    match outcome {
        ReadOutcome::Bytes { .. } => words::count(end.inbox.waiting(), "byte", "bytes"),
        ReadOutcome::Message(_) | ReadOutcome::SomeMessage => {
            words::count(end.inbox.least_messages(), "message", "messages")
        }
        ReadOutcome::Eof => "EOF".to_owned(),
        ReadOutcome::Fails(errno) => errno.name().to_owned(),
        ReadOutcome::Sleeps => "nothing".to_owned(),
    }
}

/// Nobody holds the peer, and yet no EOF comes.
fn held_in_flight(peer: &End) -> Option<Remark> {
    let is_only_there = peer.held == 0 && peer.in_flight > 0;
    is_only_there.then(|| Remark::plain(vec![format!("no EOF: a copy of {} is in flight", peer.label())]))
}

/// More tasks than one hold an end: EOF comes only when all of them are gone.
fn held_by_several(world: &World, end: &End) -> Option<Remark> {
    let holders = world.holders(end.id);
    let first = holders.first()?.0.id;
    if holders.iter().all(|(task, _)| task.id == first) {
        return None;
    }
    let names: Vec<String> = holders.iter().map(|(task, fd)| format!("{}@{fd}", task.name)).collect();
    let label = end.label();
    let short = format!("{label} has {} holders", names.len());
    Some(Remark::plain(vec![format!("{label} is held by {}", names.join(" ")), short]))
}
