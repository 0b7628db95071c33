//! What a descriptor can refer to beside an end of a channel: files, terminals, sockets of other families, eventfd and the like.

use std::collections::BTreeSet;

use crate::script::EndName;
use crate::trace::TaskId;

use super::kind::EndId;
use super::origin::{Origin, Taken};

/// What is known of an object's inside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inside {
    /// Nothing.
    Opaque,
    /// An eventfd.
    Counter {
        /// What a read would take, as far as the returns that were seen say.
        count: i128,
        /// EFD_SEMAPHORE: a read takes 1.
        is_semaphore: bool,
    },
    /// A timerfd.
    Timer {
        /// What it was set to, milliseconds.
        ms: Option<u64>,
        /// A read has told that the time is up.
        was_read: bool,
    },
    /// A signalfd, and the signals it takes.
    Signals(Vec<i32>),
    /// A pidfd, and the process's number.
    Process(i32),
    /// An epoll, and all that was added to it.
    Epoll(Vec<Interest>),
}

/// What an epoll is to wait for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interest {
    /// The number by which it was added.
    pub fd: i32,
    /// What that meant then: the open file description.
    pub end: EndId,
    /// What was given with it, to be told back.
    pub data: u64,
    /// Events, and EPOLLET and EPOLLONESHOT.
    pub events: u32,
    /// EPOLLONESHOT, and it was told: nothing more comes until it is modified.
    pub is_spent: bool,
    /// Who added it.
    pub origin: Origin,
}

/// An open file description that is no end of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its identity, of the same numbers as those of ends.
    pub id: EndId,
    /// What kind of thing: `file`, `tty`, `inet`, `eventfd`.
    pub kind: String,
    /// Which one, where that can be said: `/etc/passwd`, `127.0.0.1:80`.
    pub name: String,
    /// What a statement has called it.
    pub made_as: Option<EndName>,
    /// O_NONBLOCK.
    pub nonblock: bool,
    /// Who set that flag.
    pub nonblock_by: Option<Origin>,
    /// Reads that took something from it.
    pub taken: Taken,
    /// What is known of its inside.
    pub inside: Inside,
    /// Descriptors in processes' tables that refer to it.
    pub held: u32,
    /// Those descriptors: each with the first task of its process, in order of creation, then number.
    pub holders: BTreeSet<(TaskId, i32)>,
    /// Copies sent over a socket and not yet received.
    pub in_flight: u32,
}

impl Object {
    /// One that nobody holds yet.
    pub fn new(id: EndId, kind: impl Into<String>, name: impl Into<String>) -> Self {
        let (kind, name) = (kind.into(), name.into());
        Self {
            id,
            kind,
            name,
            made_as: None,
            nonblock: false,
            nonblock_by: None,
            taken: Taken::default(),
            inside: Inside::Opaque,
            held: 0,
            holders: BTreeSet::new(),
            in_flight: 0,
        }
    }

    /// Its name for people: a file by its path, anything else by its kind too.
    pub fn label(&self) -> String {
        match &self.made_as {
            Some(name) => name.to_string(),
            None if self.name.is_empty() => self.kind.clone(),
            None if matches!(self.kind.as_str(), "file" | "tty") => self.name.clone(),
            None => format!("{} {}", self.kind, self.name),
        }
    }
}
