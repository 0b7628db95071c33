//! What a rule looks at: one call that returned, or a loop's last one, with the end and the task it is about.

use crate::abi::{self, Errno};
use crate::order::{Call, Extra};
use crate::trace::{Burst, CallEvent, CallState, Event, TaskId, What};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::ledger::{Flow, Read, ReadResult};
use crate::world::object::Object;
use crate::world::opening::FifoOpening;
use crate::world::task::Task;

/// One call in the picture after it.
#[derive(Debug, Clone, Copy)]
pub struct CallContext<'a> {
    /// The picture.
    pub world: &'a World,
    /// All events of the statement.
    pub events: &'a [Event],
    /// The call; of a loop its last one.
    pub call: &'a CallEvent,
    /// The loop, if it is one.
    pub burst: Option<&'a Burst>,
    /// Who made it.
    pub task: &'a Task,
    /// The end it is about.
    pub end: Option<&'a End>,
}

impl<'a> CallContext<'a> {
    /// The context of an event, if it is a call that returned or a loop.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
    pub fn of(world: &'a World, events: &'a [Event], event: &'a Event) -> Option<Self> {
        let (call, burst) = match &event.what {
            What::Call(call) => (call.as_ref(), None),
            What::Burst(burst) => (burst.first_calls.last()?, Some(burst.as_ref())),
            _ => return None,
        };
        if burst.is_none() && !matches!(call.state, CallState::Returned | CallState::Resumed) {
            return None;
        }
        let task = world.task(event.task?)?;
        let end = call.call.fd().and_then(|fd| world.end(call.names.end_id(fd)?));
        Some(Self { world, events, call, burst, task, end })
    }

    /// What it is about, where that is no end.
    pub fn object(&self) -> Option<&'a Object> {
        self.world.object(self.call.names.end_id(self.call.call.fd()?)?)
    }

    /// What it returned; of a loop that an error ended, -1.
    pub fn ret(&self) -> i64 {
        match self.burst {
            Some(burst) if burst.errno != Errno::NONE => -1,
            Some(burst) => i64::try_from(burst.bytes).unwrap_or(i64::MAX),
            None => self.call.ret.map_or(0, i64::from),
        }
    }

    /// Why it failed.
    pub fn errno(&self) -> Errno {
        self.burst.map_or(self.call.errno, |burst| burst.errno)
    }

    /// Whether it failed with this error.
    pub fn failed_with(&self, errno: Errno) -> bool {
        self.ret() < 0 && self.errno() == errno
    }

    /// Whether it returned 0 for the end.
    pub fn is_eof(&self) -> bool {
        self.burst.map_or(self.call.eof == Some(true), |burst| burst.eof)
    }

    /// Who made it, by name.
    pub fn who(&self) -> &'a str {
        &self.task.name
    }

    /// The other side of the end.
    pub fn peer(&self) -> Option<&'a End> {
        let end = self.end?;
        // A datagram socket that found its peer gone has none any more; its channel still knows.
        let other = || self.world.channel(end.channel?)?.ends.into_iter().find(|other| *other != end.id);
        self.world.end(end.peer.or_else(other)?)
    }

    /// Where a write goes: of a datagram that has an address of its own, there.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
    pub fn target(&self) -> Option<&'a End> {
        let to = match &self.call.call {
            Call::Send { to, .. } | Call::Sendmsg { to, .. } => to.as_ref(),
            _ => None,
        };
        match to.filter(|_| self.end.is_some_and(|end| end.kind == Kind::Dgram)) {
            Some(to) => self.world.ends_at(&to.shown).find(|there| there.kind == Kind::Dgram),
            None => self.peer(),
        }
    }

    /// What was sent towards the end.
    pub fn inbox(&self) -> Option<&'a Flow> {
        self.end.map(|end| &end.inbox)
    }

    /// The ledger's entry of this read, which brought bytes or an empty message.
    pub fn read(&self) -> Option<&'a Read> {
        let len = u64::try_from(self.call.ret?).ok()?;
        let mine = |read: &&Read| read.by == self.task.id && read.result == ReadResult::Bytes;
        let flags = self.call.call.flags();
        let found = self.inbox()?.reads.iter().rev().find(mine)?;
        (self.is_read() && flags & (abi::MSG_PEEK | abi::MSG_OOB) == 0)
            .then_some(found)
            .filter(|read| read.len == len || flags & abi::MSG_TRUNC != 0)
    }

    /// Whether it is a call of the read family that succeeded.
    pub fn is_read(&self) -> bool {
        self.call.call.room().is_some() && self.ret() >= 0
    }

    /// Whether it is a call of the write family.
    pub fn is_write(&self) -> bool {
        self.call.call.is_writing()
    }

    /// Whether the call would rather fail than sleep.
    pub fn is_nonblocking(&self) -> bool {
        let opening = self.opening().map(|opening| opening.nonblock);
        opening.unwrap_or_else(|| self.end.is_some_and(|end| end.nonblock))
            || self.call.call.flags() & abi::MSG_DONTWAIT != 0
    }

    /// Of a FIFO: the open file description that the call is about, if its number still means that.
    pub fn opening(&self) -> Option<&'a FifoOpening> {
        let entry = self.world.process_of(self.task.id)?.table.get(&self.call.call.fd()?)?;
        self.world.opening(entry.opening?)
    }

    /// Flags of a received message.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
    pub fn message(&self) -> Option<(i32, &'a [i32])> {
        match &self.call.outcome.extra {
            Extra::Message { flags, fds, .. } => Some((*flags, fds)),
            _ => None,
        }
    }

    /// Whether this statement's events have the task die of, or get, SIGPIPE.
    pub fn got_sigpipe(&self) -> bool {
        self.events.iter().any(|event| {
            event.task == Some(self.task.id)
                && matches!(&event.what, What::Signal { signal, .. } if *signal == abi::Signal::PIPE)
        })
    }

    /// Whether the task got any signal in this statement, or was stopped in it.
    pub fn got_signal(&self) -> bool {
        let is_signal = |event: &&Event| matches!(event.what, What::Signal { .. });
        self.events.iter().filter(is_signal).any(|event| event.task == Some(self.task.id))
    }

    /// Who, during this statement, closed this end for the last time, and how: `parent closed chat[0]`, `child1 died`.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
    pub fn who_let_go(&self, end: &End) -> Option<String> {
        self.events.iter().rev().find_map(|event| match &event.what {
            What::Death { task, .. } => Some(format!("{task} died, and death closes all its descriptors")),
            What::Call(call) => match call.call {
                Call::Close { fd } if call.names.end_id(fd) == Some(end.id) => {
                    Some(format!("{} has just closed it", call.task))
                }
                _ => None,
            },
            _ => None,
        })
    }

    /// The task's name, or that of another.
    pub fn name_of(&self, id: TaskId) -> &'a str {
        self.world.task(id).map_or("a task that is gone", |task| &task.name)
    }
}
