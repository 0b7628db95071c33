//! Pipes whose lock the kernel holds for a call that sleeps.

use crate::order::Call;

use super::World;
use super::kind::EndId;
use super::ledger::USUAL_PAGES;
use super::task::Task;

impl World {
    /// Whether a task is inside of a splice between this pipe and a socket, and waits for the socket: so long the kernel holds the
    /// pipe's lock, and a task that reads it, writes to it, closes it or asks for its length sleeps; no signal wakes it.
    pub fn is_locked(&self, id: EndId) -> bool {
        self.lock_holder(id).is_some()
    }

    /// That task.
    pub fn lock_holder(&self, id: EndId) -> Option<&Task> {
        let peer = self.ends.get(&id).and_then(|end| end.peer);
        self.locks().find(|(_, pipe)| *pipe == id || Some(*pipe) == peer).map(|(task, _)| task)
    }

    /// Whether the call that a task is inside of needs such a lock.
    pub fn is_locked_out(&self, task: &Task) -> bool {
        let Some(ongoing) = task.ongoing.as_ref().filter(|ongoing| ongoing.inside) else { return false };
        let end = ongoing.call().fd().and_then(|fd| ongoing.names.end_id(fd));
        !matches!(ongoing.call(), Call::Splice { .. }) && end.is_some_and(|end| self.is_locked(end))
    }

    /// All such pipes, by the side that the splice uses.
    pub fn locked_pipes(&self) -> impl Iterator<Item = EndId> {
        self.locks().map(|(_, pipe)| pipe)
    }

    fn locks(&self) -> impl Iterator<Item = (&Task, EndId)> {
        self.tasks.values().filter_map(|task| {
            let ongoing = task.ongoing.as_ref().filter(|ongoing| ongoing.inside)?;
            let Call::Splice { from, to, .. } = *ongoing.call() else { return None };
            let (from, to) = (self.ends.get(&ongoing.end_of(from)?)?, self.ends.get(&ongoing.end_of(to)?)?);
            // While it waits for the pipe, for bytes or for room, it has let the lock go; so where both are pipes.
            let pipe = match (from.kind.is_pipe(), to.kind.is_pipe()) {
                (true, false) => from.inbox.may_hold_something().then_some(from.id),
                (false, true) => (!self.is_full_pipe(to.peer?)).then_some(to.id),
                _ => None,
            };
            pipe.map(|pipe| (task, pipe))
        })
    }

    /// Whether all pages of the pipe that is read here are certainly in use.
    fn is_full_pipe(&self, reading: EndId) -> bool {
        let page = self.machine.page.max(1);
        self.ends.get(&reading).is_some_and(|end| {
            let pages = end.pipe_size.map_or(USUAL_PAGES, |bytes| bytes / page);
            end.inbox.pages_in_use().is_some_and(|used| used >= pages)
        })
    }
}
