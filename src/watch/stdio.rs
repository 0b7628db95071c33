//! What a process leaves in the buffers of its stdio: _exit(2) and execve(2) do not write it out, so it is lost. What it got with
//! the buffers at its fork is its parent's to write.

use std::cell::OnceCell;

use crate::order::{Call, Payload};
use crate::sys::libc_streams::{self, Pending};
use crate::trace::{Fact, Unwritten};

use super::watcher::Watcher;

/// The stdio of one process.
#[derive(Debug, Default)]
pub struct Stdio {
    /// Where its list of streams is, once that was looked for.
    list: OnceCell<Option<u64>>,
    /// It runs in its maker's memory: what is in the buffers is not its own.
    is_borrowed: bool,
    /// What it got at its birth.
    inherited: Vec<Pending>,
    /// What the program that it is about to execute instead would lose.
    at_exec: Vec<Pending>,
}

impl Stdio {
    fn list(&self, pid: i32) -> Option<u64> {
        *self.list.get_or_init(|| libc_streams::list_of(pid))
    }

    /// What is in the buffers and is its own.
    fn own(&self, pid: i32) -> Vec<Pending> {
        let Some(list) = self.list(pid).filter(|_| !self.is_borrowed) else { return Vec::new() };
        let pending = libc_streams::pending(pid, list);
        pending.into_iter().filter_map(|one| without_inherited(one, &self.inherited)).collect()
    }
}

/// The part behind what was there at birth.
fn without_inherited(mut now: Pending, inherited: &[Pending]) -> Option<Pending> {
    let begins_with = |before: &&Pending| before.fd == now.fd && now.bytes.starts_with(&before.bytes);
    if let Some(before) = inherited.iter().find(begins_with) {
        now.bytes.drain(..before.bytes.len());
        now.length = now.length.saturating_sub(before.length);
    }
    (now.length > 0).then_some(now)
}

impl Watcher<'_> {
    /// A process has been made, with a copy of its maker's memory or in that itself; it has not run yet.
    pub(super) fn inherit_stdio(&mut self, by: i32, child: i32, shares_memory: bool) {
        let Some(maker) = self.tracees.get_mut(&by) else { return };
        let list = maker.stdio.list(maker.pid);
        let inherited =
            list.filter(|_| !shares_memory).map_or_else(Vec::new, |list| libc_streams::pending(child, list));
        if let Some(tracee) = self.tracees.get_mut(&child) {
            tracee.stdio =
                Stdio { list: OnceCell::from(list), is_borrowed: shares_memory, inherited, at_exec: Vec::new() };
        }
    }

    /// A process is about to end, or to become another program.
    #[expect(clippy::wildcard_enum_match_arm, reason = "after all others its buffers are there")]
    pub(super) fn look_at_stdio(&mut self, tid: i32, call: &Call) {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        match call {
            Call::Exec { .. } => tracee.stdio.at_exec = tracee.stdio.own(tracee.pid),
            Call::ExitGroup { .. } => {
                let lost = tracee.stdio.own(tracee.pid);
                self.tell_unwritten(tid, lost);
            }
            _ => {}
        }
    }

    /// It has become another program.
    pub(super) fn lose_stdio(&mut self, tid: i32) {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        let lost = std::mem::take(&mut tracee.stdio).at_exec;
        self.tell_unwritten(tid, lost);
    }

    fn tell_unwritten(&mut self, tid: i32, lost: Vec<Pending>) {
        let Some(task) = self.tracees.get(&tid).map(|tracee| tracee.task) else { return };
        for one in lost {
            let data = Payload::beginning(one.bytes, one.length);
            self.record(task, Fact::Unwritten(Box::new(Unwritten { fd: one.fd, data })));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pending(fd: i32, text: &str) -> Pending {
        Pending { fd, bytes: text.as_bytes().to_vec(), length: text.len() as u64 }
    }

    #[test]
    fn what_the_parent_had_not_written_at_fork_is_not_the_childs_to_write() {
        let inherited = [pending(1, "parent\n")];
        assert_eq!(without_inherited(pending(1, "parent\n"), &inherited), None);
        assert_eq!(without_inherited(pending(1, "parent\nchild\n"), &inherited), Some(pending(1, "child\n")));
        assert_eq!(without_inherited(pending(1, "child\n"), &inherited), Some(pending(1, "child\n")));
        assert_eq!(without_inherited(pending(2, "parent\n"), &inherited), Some(pending(2, "parent\n")));
    }
}
