//! Tasks come and go: the program's begin, births, exec, ends. A child whose parent was killed inside fork(2) is adopted, or it
//! would stand for ever.

use std::rc::Rc;

use crate::abi::Errno;
use crate::sys::ptrace::{self, TraceStop};
use crate::sys::syscalls::Sysno;
use crate::sys::{file_identity, launch};
use crate::trace::{Birth, Death, Fact, Role, TableOrigin, TaskId};

use super::decode::{CLONE_FILES, CLONE_SIGHAND, CLONE_THREAD, CLONE_VM, Memory};
use super::task_memory::TaskMemory;
use super::tracee::{Handler, Handlers, HandlersId, Tracee, TraceeState};
use super::watcher::{Watcher, go_on};

/// The signals that may be ignored from the start.
const SIGNALS: std::ops::RangeInclusive<i32> = 1..=64;

impl Watcher<'_> {
    /// The program is executed: from here on all is its own.
    pub(super) fn begin(&mut self, tid: i32) {
        self.has_begun = true;
        let ignored = SIGNALS.filter(|signal| launch::was_ignored(*signal));
        let handlers = self.make_handlers(ignored.map(|signal| (signal, Handler::Ignored)).collect());
        let table = self.tables.make();
        let task = self.next_task();
        self.add(Tracee::new((tid, tid), task, "parent".to_owned(), (table, handlers)));
        self.tell_birth(tid, None, TableOrigin::Unknown);
        self.tell_table(tid, true);
        go_on(tid, 0);
    }

    fn next_task(&mut self) -> TaskId {
        let task = TaskId(self.next_task);
        self.next_task += 1;
        task
    }

    fn make_handlers(&mut self, handlers: Handlers) -> HandlersId {
        self.next_handlers += 1;
        let id = HandlersId(self.next_handlers);
        self.handlers.insert(id, handlers);
        id
    }

    fn add(&mut self, tracee: Tracee) {
        self.tracees.insert(tracee.tid, tracee);
    }

    fn tell_birth(&mut self, tid: i32, by: Option<TaskId>, table: TableOrigin) {
        let Some(tracee) = self.tracees.get(&tid) else { return };
        let (name, pid, task) = (tracee.name.clone(), tracee.pid, tracee.task);
        let program = file_identity::program_name(pid);
        let birth = Birth { name, pid, tid, by, role: Role::Stranger, table, program };
        self.record(task, Fact::Born(Rc::new(birth)));
    }

    /// The kernel's own table of a task that stands still; every number in it is told by that.
    pub(super) fn tell_table(&mut self, tid: i32, is_outside: bool) {
        let Some(tracee) = self.tracees.get(&tid) else { return };
        let (task, pid, table) = (tracee.task, tracee.pid, tracee.table);
        let Some(rows) = self.table_of(pid, is_outside) else { return };
        let numbers: Vec<i32> = rows.iter().map(|row| row.fd).collect();
        self.tables.forget_all_but(table, &numbers);
        for fd in &numbers {
            self.tables.tell(table, *fd);
        }
        self.record(task, Fact::Table(rows.into()));
    }

    /// A task has made another, which stands at its first stop or will.
    pub(super) fn made(&mut self, tid: i32, child: i32) {
        let flags = self.clone_flags(tid);
        self.bear(tid, child, flags);
        self.release_table(tid);
        if self.unborn.remove(&child) {
            self.attached(child);
        }
        // Still inside its call, whose return is to be seen as well.
        let _ = ptrace::go_on_to_exit(tid);
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "fork and vfork share nothing")]
    fn clone_flags(&self, tid: i32) -> u64 {
        let Some(inside) = self.tracees.get(&tid).and_then(Tracee::inside) else { return 0 };
        match inside.entry.sysno {
            Sysno::Clone => inside.entry.arguments[0],
            Sysno::Clone3 => TaskMemory(tid).word64(inside.entry.arguments[0]),
            _ => 0,
        }
    }

    fn bear(&mut self, by: i32, child: i32, flags: u64) {
        let is_thread = flags & CLONE_THREAD != 0;
        let Some(parent) = self.tracees.get_mut(&by) else { return };
        let (maker, pid, name) = (parent.task, parent.pid, parent.name.clone());
        let (shared, own_handlers) = (parent.table, parent.handlers);
        let name = if is_thread { self.thread_name(pid, &name) } else { self.child_name() };
        let table = if flags & CLONE_FILES == 0 { self.tables.copy(shared) } else { shared };
        let handlers = if flags & CLONE_SIGHAND == 0 {
            let copy = self.handlers.get(&own_handlers).cloned().unwrap_or_default();
            self.make_handlers(copy)
        } else {
            own_handlers
        };
        let task = self.next_task();
        let pid = if is_thread { pid } else { child };
        self.add(Tracee::new((child, pid), task, name, (table, handlers)));
        let origin = if flags & CLONE_FILES == 0 { TableOrigin::CopyOf(maker) } else { TableOrigin::SharedWith(maker) };
        self.tell_birth(child, Some(maker), origin);
        if !is_thread {
            self.inherit_stdio(by, child, flags & CLONE_VM != 0);
        }
    }

    fn child_name(&mut self) -> String {
        self.next_child += 1;
        format!("child{}", self.next_child)
    }

    /// Threads are counted by their process's first task.
    fn thread_name(&mut self, pid: i32, fallback: &str) -> String {
        let Some(first) = self.tracees.get_mut(&pid) else { return format!("{fallback}-t") };
        first.threads += 1;
        format!("{}-t{}", first.name, first.threads + 1)
    }

    /// A stop of a task of whose birth nothing was told yet: it stands until that comes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "at whatever else it stands, it waits")]
    pub(super) fn take_unborn(&mut self, tid: i32, stop: TraceStop) {
        match stop {
            TraceStop::Gone(_) => drop(self.unborn.remove(&tid)),
            TraceStop::Exiting(_) => go_on(tid, 0),
            _ => drop(self.unborn.insert(tid)),
        }
    }

    /// Children whose parent is gone or in no call that makes one.
    pub(super) fn adopt_unborn(&mut self) {
        if self.unborn.is_empty() {
            return;
        }
        let makes = |tracee: &Tracee| {
            let sysno = tracee.inside().map(|inside| inside.entry.sysno);
            matches!(sysno, Some(Sysno::Fork | Sysno::Vfork | Sysno::Clone | Sysno::Clone3))
        };
        if self.tracees.values().any(makes) {
            return;
        }
        for tid in std::mem::take(&mut self.unborn) {
            let (pid, _) = file_identity::process_and_parent(tid).unwrap_or((tid, 0));
            let (table, task) = (self.tables.make(), self.next_task());
            let handlers = self.make_handlers(Handlers::new());
            let name = self.child_name();
            self.add(Tracee::new((tid, pid), task, name, (table, handlers)));
            self.tell_birth(tid, None, TableOrigin::Unknown);
            self.tell_table(tid, false);
            self.attached(tid);
        }
    }

    /// A task executes another program: its other threads are gone, its number is its process's, what was close-on-exec is closed.
    pub(super) fn executed(&mut self, tid: i32, former: i32) {
        if former != tid && former != 0 {
            self.take_over(tid, former);
        }
        let Some(tracee) = self.tracees.get_mut(&tid) else { return go_on(tid, 0) };
        tracee.files = None;
        let (task, shared, own) = (tracee.task, tracee.table, tracee.handlers);
        let kept: Handlers = self.handlers.get(&own).cloned().unwrap_or_default();
        let kept = kept.into_iter().filter(|row| row.1 == Handler::Ignored).collect();
        let handlers = self.make_handlers(kept);
        let table = self.tables.copy(shared);
        let mut is_told = false;
        if let Some(tracee) = self.tracees.get_mut(&tid) {
            tracee.handlers = handlers;
            tracee.table = table;
            is_told = tracee.inside().is_some_and(|inside| inside.is_told);
            tracee.state = TraceeState::Outside;
        }
        if is_told {
            self.record(task, Fact::Returned { ret: 0, errno: Errno::NONE, outcome: None });
        }
        self.drop_unused(shared, own);
        self.lose_stdio(tid);
        self.tell_table(tid, false);
        go_on(tid, 0);
    }

    /// execve(2) of a thread that is not its process's first: it takes that one's number, and that one is gone without a word.
    fn take_over(&mut self, tid: i32, former: i32) {
        if let Some(leader) = self.tracees.remove(&tid) {
            self.record(leader.task, Fact::Died(Death::Exited(0)));
        }
        if let Some(mut tracee) = self.tracees.remove(&former) {
            tracee.tid = tid;
            self.add(tracee);
        }
    }

    /// Where a task has a table for itself, it is compared with the kernel's own.
    pub(super) fn compare_own_table(&mut self, tid: i32) {
        let Some(own) = self.tracees.get(&tid) else { return };
        if !own.is_unseen && self.tracees.values().filter(|tracee| tracee.table == own.table).count() == 1 {
            self.tell_table(tid, false);
        }
    }

    /// A task is about to end: its descriptors go now.
    pub(super) fn exiting(&mut self, tid: i32, status: i32) {
        // What a call has done that a signal ended for good is not known.
        let is_asked_for = |tracee: &Tracee| {
            tracee.inside().is_none_or(|inside| matches!(inside.entry.sysno, Sysno::Exit | Sysno::ExitGroup))
        };
        if self.tracees.get(&tid).is_some_and(is_asked_for) {
            self.compare_own_table(tid);
        }
        if let (Some(tracee), Some(death)) = (self.tracees.get_mut(&tid), Death::of_status(status)) {
            tracee.state = TraceeState::Outside;
            let task = tracee.task;
            self.record(task, Fact::Exiting(death));
        }
        go_on(tid, 0);
    }

    /// A task is gone.
    pub(super) fn gone(&mut self, tid: i32, status: i32) {
        if tid == self.root {
            self.root_status = Some(status);
        }
        let Some(tracee) = self.tracees.remove(&tid) else { return };
        self.record(tracee.task, Fact::Died(Death::of_status(status).unwrap_or(Death::Unknown)));
        self.drop_unused(tracee.table, tracee.handlers);
    }

    fn drop_unused(&mut self, table: super::tables::TableId, handlers: HandlersId) {
        if self.tracees.values().all(|tracee| tracee.table != table) {
            self.tables.forget_table(table);
        }
        if self.tracees.values().all(|tracee| tracee.handlers != handlers) {
            self.handlers.remove(&handlers);
        }
    }
}
