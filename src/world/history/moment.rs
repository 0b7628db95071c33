//! One moment of the past: a call that returned or fell asleep, a signal, a death; and which bytes moved by it.

use crate::abi::TaskState;
use crate::abi::{MSG_OOB, MSG_PEEK};
use crate::trace::{Event, Fact, Record, TaskId, What};

use super::super::World;
use super::super::kind::EndId;
use super::super::ledger::ReadResult;

/// Messages whose wait is watched at one time: of more the oldest are not.
const MAX_WATCHED: usize = 64;

/// A message: the end it goes to, and its write's number there.
pub type Message = (EndId, u64);

/// A moment, and the bench right after it.
#[derive(Debug, Clone)]
pub struct Moment {
    /// Counted from 1.
    pub number: u64,
    /// The line of the statement during which it came.
    pub line: u32,
    /// Whose.
    pub task: TaskId,
    /// CLOCK_MONOTONIC, nanoseconds.
    pub t_ns: u64,
    /// What people are shown of it; of a loop's call that call.
    pub events: Vec<Event>,
    /// What it moved.
    pub traffic: Traffic,
    /// Messages that stopped waiting without having been read.
    pub destroyed: Vec<Message>,
    /// Every task that is remembered, with its state after it.
    pub states: Vec<(TaskId, TaskState)>,
    /// Messages that waited before the first moment of a look; of later ones nothing.
    pub waited: Vec<(Message, TaskId)>,
}

/// What a call moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Traffic {
    /// Nothing.
    None,
    /// A write put this message in.
    Sent(Message),
    /// A read took these.
    Took {
        /// In order.
        messages: Vec<TakenMessage>,
        /// Bytes of the last one that did not fit and are gone.
        lost: u64,
    },
    /// A read met the end.
    Eof,
}

/// A message that a read took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenMessage {
    /// Which.
    pub message: Message,
    /// Who wrote it.
    pub by: TaskId,
    /// The rest of it waits still.
    pub stays: bool,
}

/// Whether a record is a moment that one can step to.
pub(super) fn is_moment(fact: &Fact) -> bool {
    match fact {
        Fact::Returned { .. }
        | Fact::Asleep
        | Fact::Signalled(_)
        | Fact::Stopped(_)
        | Fact::Continued
        | Fact::Died(_) => true,
        Fact::Born(_)
        | Fact::Ordered(_)
        | Fact::Entered { .. }
        | Fact::Interrupted
        | Fact::Held
        | Fact::Unordered
        | Fact::Done
        | Fact::Sent(_)
        | Fact::StoppedToo
        | Fact::ContinuedToo
        | Fact::Exiting(_)
        | Fact::Unwritten(_)
        | Fact::Buried
        | Fact::Known(_)
        | Fact::Fifo(_)
        | Fact::Table(_)
        | Fact::Measured { .. }
        | Fact::Sampled { .. } => false,
    }
}

/// Whether a record that is no moment belongs to the one before it.
pub(super) fn completes(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::Born(_)
            | Fact::Done
            | Fact::StoppedToo
            | Fact::ContinuedToo
            | Fact::Buried
            | Fact::Known(_)
            | Fact::Table(_)
            | Fact::Measured { .. }
            | Fact::Sampled { .. }
    )
}

/// Follows messages from moment to moment.
#[derive(Debug, Default)]
pub(super) struct MessageWatch {
    waiting: Vec<Message>,
    /// What waited when it began.
    waited: Vec<(Message, TaskId)>,
}

impl MessageWatch {
    /// Begins with what waits.
    pub(super) fn over(world: &World) -> Self {
        let mut watch = Self::default();
        for end in world.ends() {
            let mut last = 0;
            for piece in end.inbox.queue.iter().filter(|piece| !piece.tentative) {
                if watch.waiting.len() < MAX_WATCHED && piece.write != last {
                    let by = end.inbox.write(piece.write).map(|write| write.by);
                    watch.waiting.push((end.id, piece.write));
                    watch.waited.extend(by.map(|by| ((end.id, piece.write), by)));
                }
                last = piece.write;
            }
        }
        watch
    }

    /// Folds a record; gives the moment that it is, if it is one.
    #[expect(clippy::wildcard_enum_match_arm, reason = "of all facts only a few move bytes")]
    pub(super) fn fold(&mut self, world: &mut World, record: &Record, number: u64) -> Option<Moment> {
        let Record { line, task, t_ns, ref fact } = *record;
        let sent = world.task(task).and_then(|task| task.ongoing.as_ref()?.write);
        let mut events = Vec::new();
        let keeps = std::mem::replace(&mut world.keep_every_call, true);
        world.fold(record.clone(), &mut events);
        world.keep_every_call = keeps;
        if !is_moment(fact) {
            return None;
        }
        if events.is_empty() {
            let call = if matches!(fact, Fact::Asleep) { world.asleep_event(task) } else { last_of_loop(world, task) };
            events.extend(call.map(|what| Event { line, task: Some(task), what }));
        }
        let traffic = match fact {
            Fact::Returned { ret, .. } => traffic(world, task, *ret, sent),
            _ => Traffic::None,
        };
        if let Traffic::Sent(message) = traffic {
            self.waiting.push(message);
            if self.waiting.len() > MAX_WATCHED {
                self.waiting.remove(0);
            }
        }
        let taken: &[TakenMessage] = match &traffic {
            Traffic::Took { messages, .. } => messages,
            _ => &[],
        };
        let mut destroyed = Vec::new();
        self.waiting.retain(|&(end, number)| {
            let waits = world.end(end).is_some_and(|end| end.inbox.is_waiting(number));
            if !waits && !taken.iter().any(|taken| taken.message == (end, number)) {
                destroyed.push((end, number));
            }
            waits
        });
        let states = world.tasks().map(|task| (task.id, task.state)).collect();
        let waited = std::mem::take(&mut self.waited);
        Some(Moment { number, line, task, t_ns, events, traffic, destroyed, states, waited })
    }
}

/// The last call of a loop: the loop itself is one event, shown when it is over.
fn last_of_loop(world: &World, task: TaskId) -> Option<What> {
    let burst = world.task(task)?.burst()?;
    burst.first_calls.last().map(|call| What::Call(Box::new(call.clone())))
}

/// What the call that has just returned moved.
#[expect(clippy::wildcard_enum_match_arm, reason = "of all facts only a few move bytes")]
fn traffic(world: &World, task: TaskId, ret: i32, sent: Option<Message>) -> Traffic {
    let Some(ongoing) = world.task(task).and_then(|task| task.ongoing.as_ref()) else { return Traffic::None };
    let call = ongoing.call();
    if let Some(message) = sent.filter(|_| ret >= 0 && call.offered().is_some()) {
        return Traffic::Sent(message);
    }
    if call.room().is_none() || ret < 0 || call.flags() & (MSG_PEEK | MSG_OOB) != 0 {
        return Traffic::None;
    }
    let end = call.fd().and_then(|fd| world.process_of(task)?.table.get(&fd)).and_then(|entry| world.end(entry.end));
    let Some((end, read)) = end.and_then(|end| Some((end, end.inbox.reads.back().filter(|read| read.by == task)?)))
    else {
        return Traffic::None;
    };
    match read.result {
        ReadResult::Eof if ret == 0 => Traffic::Eof,
        ReadResult::Bytes => {
            let taken = |number| TakenMessage {
                message: (end.id, number),
                by: end.inbox.write(number).map_or(task, |write| write.by),
                stays: end.inbox.is_waiting(number),
            };
            let messages = read.pieces.iter().map(|piece| taken(piece.write)).collect();
            Traffic::Took { messages, lost: read.lost }
        }
        _ => Traffic::None,
    }
}
