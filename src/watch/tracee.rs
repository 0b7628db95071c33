//! What the watcher keeps of each task: where it stands, what it is inside of, whose table and handlers it has.

use std::collections::BTreeMap;

use crate::order::Call;
use crate::sys::procfs::ThreadFiles;
use crate::sys::syscalls::Sysno;
use crate::trace::TaskId;

use super::stdio::Stdio;
use super::tables::{ChannelKey, TableId};

/// Signal handlers that several threads share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HandlersId(pub u32);

/// What a signal does to a process that caught or ignored it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handler {
    /// SIG_IGN.
    Ignored,
    /// A function.
    Function {
        /// SA_RESTART.
        restarts: bool,
        /// SA_RESETHAND: for one signal only.
        is_once: bool,
    },
}

/// The changed dispositions of a process; all others are the default.
pub type Handlers = BTreeMap<i32, Handler>;

/// A call at its entry stop, decoded.
#[derive(Debug, Clone)]
pub struct EntryStop {
    /// Which call.
    pub sysno: Sysno,
    /// Its arguments.
    pub arguments: [u64; 6],
    /// The same with what they point to.
    pub call: Call,
    /// The channels it acts on, for the rule of order.
    pub channels: Vec<ChannelKey>,
    /// When it stopped there, nanoseconds.
    pub stopped_ns: u64,
}

/// A call that a task is inside of.
#[derive(Debug, Clone)]
pub struct OngoingCall {
    /// As it entered.
    pub entry: EntryStop,
    /// Counts up with each call let in.
    pub order: u64,
    /// What the count was at when the call came back.
    pub order_at_return: u64,
    /// When it was let in, nanoseconds.
    pub since_ns: u64,
    /// It was reported asleep.
    pub is_asleep: bool,
    /// Its entry was recorded; that of a call which matters only if it sleeps is not, until it does.
    pub is_told: bool,
}

/// What a call gave back, as the register has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawResult {
    /// The value, or minus the errno.
    pub value: i64,
    /// Whether it is minus an errno.
    pub is_error: bool,
}

/// Where a task is.
#[derive(Debug, Clone)]
pub enum TraceeState {
    /// In no call that is watched.
    Outside,
    /// At the entry of a call, waiting for its turn on a channel.
    Waiting(Box<EntryStop>),
    /// Inside a call.
    Inside(Box<OngoingCall>),
    /// Back from a call, waiting for the return of who woke it.
    Returning(Box<OngoingCall>, RawResult, u64),
    /// A signal took it out of the call: what the kernel will do with that is decided by the signal.
    Interrupted(Box<OngoingCall>, i64),
}

/// One task.
#[derive(Debug)]
pub struct Tracee {
    /// Its thread number.
    pub tid: i32,
    /// Its process.
    pub pid: i32,
    /// Its identity in the records.
    pub task: TaskId,
    /// Its name in the records.
    pub name: String,
    /// Threads that its process has made so far.
    pub threads: u32,
    /// Its descriptor table.
    pub table: TableId,
    /// Its signal handlers.
    pub handlers: HandlersId,
    /// Where it is.
    pub state: TraceeState,
    /// Its first stop has been seen: it was let go.
    pub is_let_go: bool,
    /// A recorded call was interrupted, and nothing was recorded of the task since: the call goes on.
    pub goes_on_with: Option<Sysno>,
    /// It stands in a group stop.
    pub is_stopped: bool,
    /// It has made calls that cannot be followed.
    pub is_unseen: bool,
    /// Its stdio; kept by a process's first task.
    pub stdio: Stdio,
    /// Its files under /proc, opened at the first look.
    pub files: Option<ThreadFiles>,
}

impl Tracee {
    /// A new one, by thread and process number, with its table and handlers.
    pub fn new((tid, pid): (i32, i32), task: TaskId, name: String, (table, handlers): (TableId, HandlersId)) -> Self {
        Self {
            tid,
            pid,
            task,
            name,
            threads: 0,
            table,
            handlers,
            state: TraceeState::Outside,
            is_let_go: false,
            goes_on_with: None,
            is_stopped: false,
            is_unseen: false,
            stdio: Stdio::default(),
            files: None,
        }
    }

    /// The call it is inside of.
    pub fn inside(&self) -> Option<&OngoingCall> {
        match &self.state {
            TraceeState::Inside(inside) => Some(inside),
            TraceeState::Outside
            | TraceeState::Waiting(_)
            | TraceeState::Returning(..)
            | TraceeState::Interrupted(..) => None,
        }
    }

    /// The letter of its state, as the kernel gives it now.
    pub fn proc_state(&mut self) -> Option<u8> {
        self.files()?.state()
    }

    /// Its files, kept open.
    pub fn files(&mut self) -> Option<&ThreadFiles> {
        if self.files.is_none() {
            self.files = ThreadFiles::open(self.pid, self.tid).ok();
        }
        self.files.as_ref()
    }
}
