//! How descriptor tables change: numbers are given out, copied, replaced, closed, and go with an execve.

use std::collections::BTreeMap;

use crate::abi;
use crate::abi::Disposition;
use crate::abi::TaskState;
use crate::trace::TaskId;

use super::super::World;
use super::super::kind::{EndId, Kind};
use super::super::object::Object;
use super::super::task::{ClosedNumber, Descriptor, MAX_CLOSED, Process, Task};
use super::Back;

/// CLOSE_RANGE_UNSHARE of close_range(2): the process gets a table of its own first.
const UNSHARE: i32 = 2;
/// CLOSE_RANGE_CLOEXEC: the descriptors are only marked.
const MARK: i32 = 4;

impl World {
    /// The table of a task's process.
    pub(super) fn table(&mut self, id: TaskId) -> Option<&mut BTreeMap<i32, Descriptor>> {
        let process = self.tasks.get(&id)?.process;
        self.processes.get_mut(&process).map(|process| &mut process.table)
    }

    pub(super) fn end_of(&self, id: TaskId, fd: i32) -> Option<EndId> {
        self.process_of(id)?.table.get(&fd).map(|descriptor| descriptor.end)
    }

    /// What a number in the task's call refers to, although another thread may have closed it since.
    pub(super) fn end_of_call(&self, id: TaskId, fd: i32) -> Option<EndId> {
        self.tasks.get(&id)?.ongoing.as_ref()?.end_of(fd)
    }

    /// One more descriptor refers to something.
    pub(super) fn hold(&mut self, holder: (TaskId, i32), descriptor: Descriptor) {
        for id in descriptor.ends() {
            if let Some(end) = self.ends.get_mut(&id) {
                end.held += 1;
                end.holders.insert(holder);
                // Of all kinds only a FIFO can be opened anew.
                end.closed &= end.kind != Kind::Fifo;
            } else if let Some(object) = self.objects.get_mut(&id) {
                object.held += 1;
                object.holders.insert(holder);
            }
        }
        if let Some(opening) = descriptor.opening.and_then(|id| self.openings.get_mut(&id)) {
            opening.held += 1;
        }
    }

    /// One descriptor less does. With the last one it is closed, and what waits in it is destroyed.
    pub(super) fn drop_descriptor(&mut self, by: TaskId, fd: i32, descriptor: Descriptor) {
        let process = self.tasks.get(&by).map_or(by, |task| task.process);
        for id in descriptor.ends() {
            if let Some(end) = self.ends.get_mut(&id) {
                end.holders.remove(&(process, fd));
                end.last_held_by = Some(process);
            } else if let Some(object) = self.objects.get_mut(&id) {
                object.holders.remove(&(process, fd));
            }
            self.release(id);
        }
        if let Some(opening) = descriptor.opening.and_then(|id| self.openings.get_mut(&id)) {
            opening.held = opening.held.saturating_sub(1);
        }
        self.forget_opening(descriptor.opening);
    }

    /// The same of what is no descriptor: a call that keeps an end open.
    pub(super) fn release(&mut self, id: EndId) {
        if let Some(object) = self.objects.get_mut(&id) {
            object.held = object.held.saturating_sub(1);
            return self.forget_object(id);
        }
        let Some(end) = self.ends.get_mut(&id) else { return };
        end.held = end.held.saturating_sub(1);
        self.close_if_last(id);
    }

    /// An object that nobody has any more is over.
    pub(super) fn forget_object(&mut self, id: EndId) {
        if let Some(object) = self.objects.get(&id).filter(|object| object.held == 0 && object.in_flight == 0) {
            if let Some(name) = object.made_as.clone().filter(|name| self.names.get(name) == Some(&id)) {
                self.names.remove(&name);
            }
            self.objects.remove(&id);
        }
    }

    /// Something that is no end of a channel.
    pub(super) fn new_object(&mut self, kind: &str, name: &str) -> EndId {
        self.next_end += 1;
        let id = EndId(self.next_end);
        self.objects.insert(id, Object::new(id, kind, name));
        id
    }

    /// The kernel gave out a number.
    pub(super) fn install(&mut self, id: TaskId, fd: i32, descriptor: Descriptor) {
        let process = self.tasks.get(&id).map_or(id, |task| task.process);
        let Some(table) = self.table(id) else { return };
        if let Some(replaced) = table.insert(fd, descriptor) {
            self.note_anomaly(format!("descriptor {fd} was given out twice"));
            self.drop_descriptor(id, fd, replaced);
        }
        self.hold((process, fd), descriptor);
    }

    pub(super) fn close(&mut self, id: TaskId, fd: i32, back: &Back) {
        if back.errno != abi::Errno::EBADF {
            self.note_closed(id, fd, "close");
            self.close_number(id, fd);
        }
    }

    pub(super) fn close_number(&mut self, id: TaskId, fd: i32) {
        if let Some(descriptor) = self.table(id).and_then(|table| table.remove(&fd)) {
            for end in descriptor.ends() {
                self.keep_for_calls(id, fd, end);
            }
            self.drop_descriptor(id, fd, descriptor);
        }
    }

    pub(super) fn close_range(&mut self, id: TaskId, (first, last): (u32, u32), flags: i32) {
        if flags & UNSHARE != 0 {
            self.unshare_table(id);
        }
        let Some(table) = self.table(id) else { return };
        let is_in = |fd: &i32| u32::try_from(*fd).is_ok_and(|fd| (first..=last).contains(&fd));
        if flags & MARK != 0 {
            for (_, descriptor) in table.iter_mut().filter(|(fd, _)| is_in(fd)) {
                descriptor.cloexec = true;
            }
            return;
        }
        let gone: Vec<(i32, Descriptor)> =
            table.iter().filter(|(fd, _)| is_in(fd)).map(|(fd, entry)| (*fd, *entry)).collect();
        let closed = gone.iter().map(|(fd, entry)| (*fd, self.label_of(entry))).collect();
        if let Some(process) = self.tasks.get(&id).and_then(|task| self.processes.get_mut(&task.process)) {
            process.closed_by_range = closed;
        }
        for (fd, _) in gone {
            self.note_closed(id, fd, "close_range");
            self.close_number(id, fd);
        }
    }

    /// What a number meant and who closes it, for a call that uses it afterwards.
    fn note_closed(&mut self, id: TaskId, fd: i32, call: &'static str) {
        let Some(label) = self.descriptor(id, fd).map(|descriptor| self.label_of(&descriptor)) else { return };
        let origin = self.origin(id, call);
        let Some(process) = self.process_mut(id) else { return };
        if process.closed.len() < MAX_CLOSED || process.closed.contains_key(&fd) {
            process.closed.insert(fd, ClosedNumber { label, origin });
        }
    }

    /// dup(2) and F_DUPFD: the kernel has chosen the number.
    pub(super) fn dup(&mut self, id: TaskId, fd: i32, copy: i32, cloexec: bool) {
        if let Some(descriptor) = self.descriptor(id, fd) {
            let origin = Some(self.origin(id, "dup"));
            self.install(id, copy, Descriptor { cloexec, marked_by: None, origin, ..descriptor });
        }
    }

    /// dup2(2) and dup3(2): what the number meant before goes.
    pub(super) fn dup_onto(&mut self, id: TaskId, (fd, to): (i32, i32), cloexec: bool) {
        let Some(descriptor) = self.descriptor(id, fd).filter(|_| fd != to) else { return };
        let before = self.descriptor(id, to).map(|entry| self.label_of(&entry));
        if let Some(process) = self.tasks.get(&id).and_then(|task| self.processes.get_mut(&task.process)) {
            process.closed_by_dup = before;
        }
        self.close_number(id, to);
        let origin = Some(self.origin(id, "dup2"));
        self.install(id, to, Descriptor { cloexec, marked_by: None, origin, ..descriptor });
    }

    pub(super) fn descriptor(&self, id: TaskId, fd: i32) -> Option<Descriptor> {
        self.process_of(id)?.table.get(&fd).copied()
    }

    pub(super) fn set_cloexec(&mut self, id: TaskId, fd: i32, on: bool) {
        let origin = self.origin(id, "fcntl");
        if let Some(descriptor) = self.table(id).and_then(|table| table.get_mut(&fd)) {
            (descriptor.cloexec, descriptor.marked_by) = (on, on.then_some(origin));
        }
    }

    /// execve(2): close-on-exec descriptors are gone, caught signals are back to their default, other threads are no more, and
    /// the one that is left leads its process.
    pub(super) fn execute(&mut self, id: TaskId, program: Option<&String>) {
        self.lead(id);
        if let Some(task) = self.tasks.get_mut(&id) {
            task.program = program.cloned().or(task.program.take());
        }
        if let Some(process) = self.tasks.get(&id).and_then(|task| self.processes.get_mut(&task.process)) {
            process.dispositions.retain(|_, disposition| *disposition == Disposition::Ignore);
        }
        let Some(table) = self.table(id) else { return };
        let gone: Vec<(i32, Descriptor)> =
            table.iter().filter(|(_, entry)| entry.cloexec).map(|(fd, entry)| (*fd, *entry)).collect();
        let closed = gone.iter().map(|(fd, entry)| (*fd, self.label_of(entry), entry.marked_by)).collect();
        if let Some(process) = self.tasks.get(&id).and_then(|task| self.processes.get_mut(&task.process)) {
            process.closed_by_exec = closed;
        }
        for (fd, _) in gone {
            self.note_closed(id, fd, "execve");
            if let Some(descriptor) = self.table(id).and_then(|table| table.remove(&fd)) {
                self.drop_descriptor(id, fd, descriptor);
            }
        }
    }

    /// The other threads of the process end, and this one gets its number. A table shared with another process is one's own.
    fn lead(&mut self, id: TaskId) {
        let Some(pid) = self.tasks.get(&id).map(|task| task.pid) else { return };
        let others: Vec<TaskId> = self
            .tasks
            .values()
            .filter(|task| task.id != id && task.pid == pid && task.is_alive())
            .map(|task| task.id)
            .collect();
        for other in others {
            self.abandon_calls(other);
            if let Some(other) = self.tasks.get_mut(&other) {
                other.state = TaskState::Dead;
                (other.order, other.ongoing) = (None, None);
            }
        }
        if let Some(task) = self.tasks.get_mut(&id) {
            task.tid = pid;
        }
        self.unshare_table(id);
    }

    /// Gives a task a table of its own; of one that only dead tasks had beside it, the same.
    pub(super) fn unshare_table(&mut self, id: TaskId) {
        let Some(owner) = self.tasks.get(&id).map(|task| task.process).filter(|owner| *owner != id) else { return };
        let pid = self.tasks.get(&id).map_or(0, |task| task.pid);
        let is_other = |task: &&Task| task.process == owner && task.pid != pid && task.is_alive();
        let other = self.tasks.values().find(is_other).map(|task| task.id);
        let own = match self.processes.get(&owner) {
            Some(shared) => shared.clone(),
            None => Process::default(),
        };
        for (fd, descriptor) in &own.table {
            self.hold((id, *fd), *descriptor);
        }
        match other {
            None => self.drop_table(owner),
            // The table that stays behind is no longer that of the task it was named after.
            Some(other) if self.tasks.get(&owner).is_some_and(|owner| owner.pid == pid) => self.hand_over(owner, other),
            Some(_) => {}
        }
        self.processes.insert(id, own);
        for task in self.tasks.values_mut_where(|task| task.process == owner && task.pid == pid) {
            task.process = id;
        }
    }

    /// The table of `owner` becomes that of `heir`, for all processes that share it with it.
    fn hand_over(&mut self, owner: TaskId, heir: TaskId) {
        let Some(process) = self.processes.remove(&owner) else { return };
        for (fd, id) in process.table.iter().flat_map(|(fd, entry)| entry.ends().map(|end| (*fd, end))) {
            if let Some(end) = self.ends.get_mut(&id)
                && end.holders.remove(&(owner, fd))
            {
                end.holders.insert((heir, fd));
            }
            if let Some(object) = self.objects.get_mut(&id)
                && object.holders.remove(&(owner, fd))
            {
                object.holders.insert((heir, fd));
            }
        }
        self.processes.insert(heir, process);
        let Some(pid) = self.tasks.get(&owner).map(|owner| owner.pid) else { return };
        for task in self.tasks.values_mut_where(|task| task.process == owner && task.pid != pid) {
            task.process = heir;
        }
    }

    /// A process has no descriptors any more.
    pub(super) fn drop_table(&mut self, owner: TaskId) {
        if let Some(process) = self.processes.remove(&owner) {
            for (fd, descriptor) in process.table {
                self.drop_descriptor(owner, fd, descriptor);
            }
        }
    }
}
