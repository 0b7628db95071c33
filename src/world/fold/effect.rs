//! What each system call changes once it has returned: tables, ends, channels, and the bytes between them.
#![expect(clippy::wildcard_enum_match_arm, reason = "a call that is not named changes nothing")]

use std::rc::Rc;

use crate::abi;
use crate::order::{Call, Extra, Payload};
use crate::script::{Disposition, TaskState};
use crate::trace::{Death, TaskId};

use super::super::World;
use super::super::channel::{Channel, End, Reset};
use super::super::kind::{ChannelId, EndId, Kind};
use super::super::task::{Descriptor, Ongoing, Task};
use super::Back;

impl World {
    /// Applies a returned call. For a read that returned 0, says whether that was the end.
    pub(super) fn apply(&mut self, id: TaskId, call: &Call, back: &Back) -> Option<bool> {
        if back.errno == abi::Errno::ECONNRESET || matches!(call, Call::Getsockopt { option, .. } if option == "error")
        {
            self.report_reset(id, call, back.errno);
        }
        if let Some(room) = call.room() {
            return self.apply_read(id, call, back, room);
        }
        if let Some(write) = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut()?.write.take()) {
            self.finish_write(write, call, back);
        }
        if back.errno == abi::Errno::ECONNREFUSED && matches!(call.name(), "write" | "send" | "writev" | "sendmsg") {
            self.disconnect(id, call);
        }
        if back.ret >= 0 || matches!(call, Call::Close { .. }) {
            self.apply_success(id, call, back);
        }
        None
    }

    fn apply_success(&mut self, id: TaskId, call: &Call, back: &Back) {
        match *call {
            Call::Socketpair { kind, .. } => self.make_pair(id, kind, back),
            Call::Pipe2 { flags } => self.make_pipe(id, flags, back),
            Call::Socket { kind, .. } => self.make_socket(id, kind, back),
            Call::Close { fd } => self.close(id, fd, back),
            Call::Dup { fd } => self.dup(id, fd, back.ret),
            Call::Shutdown { fd, how } => self.shut_down(id, fd, how),
            Call::SetNonblock { fd, on } => self.change_end(id, fd, |end| end.nonblock = on),
            Call::Setsockopt { fd, ref option, value } => self.change_end(id, fd, |end| set_option(end, option, value)),
            Call::SetCloexec { fd, on } => {
                if let Some(entry) = self.table(id).and_then(|table| table.get_mut(&fd)) {
                    entry.cloexec = on;
                }
            }
            Call::Exec { .. } => self.execute(id),
            Call::Waitpid { .. } => self.reap(back),
            Call::Signal { signal, disposition } => {
                if let Some(process) = self.tasks.get(&id).and_then(|task| self.processes.get_mut(&task.process)) {
                    process.dispositions.insert(signal, disposition);
                }
            }
            Call::Bind { fd, ref address } => self.bind(id, fd, &address.shown),
            Call::Listen { fd, .. } => self.change_end(id, fd, |end| {
                end.backlog.get_or_insert_default();
            }),
            Call::Connect { fd, ref address } => self.connect(id, fd, &address.shown),
            Call::Accept { fd, flags } => self.accept(id, fd, (back.ret, flags)),
            _ => {}
        }
    }

    /// Changes what a number in the task's table refers to.
    fn change_end(&mut self, id: TaskId, fd: i32, change: impl FnOnce(&mut End)) {
        if let Some(end) = self.end_of(id, fd).and_then(|end| self.ends.get_mut(&end)) {
            change(end);
        }
    }

    /// A write enters the kernel: its bytes exist from now on, towards the peer or the address given.
    pub(super) fn begin_write(
        &mut self,
        by: TaskId,
        ongoing: &Ongoing,
        content: &Rc<[Payload]>,
    ) -> Option<(EndId, u64)> {
        let from = ongoing.end_of(ongoing.call.fd()?)?;
        let to = match destination(&ongoing.call) {
            Some(address) if self.ends.get(&from)?.kind == Kind::Dgram => {
                *self.addresses.get(&(address.to_owned(), Kind::Dgram))?
            }
            _ => self.ends.get(&from)?.peer?,
        };
        let passed = if let Call::Sendmsg { fds, .. } = &*ongoing.call { fds.as_slice() } else { &[] };
        let fds: Vec<EndId> = passed.iter().filter_map(|fd| self.file_of(by, *fd)).collect();
        for passed in &fds {
            if let Some(end) = self.ends.get_mut(passed) {
                end.in_flight += 1;
            }
        }
        let end = self.ends.get_mut(&to)?;
        Some((to, end.inbox.begin_write(by, content, fds, (end.kind, self.machine.page))))
    }

    /// The task died: what it was in the middle of writing counts for anything from nothing to all of it.
    pub(super) fn abandon_write(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let asleep = task.state == TaskState::Asleep;
        let Some((to, number)) = task.ongoing.as_mut().and_then(|ongoing| ongoing.write.take()) else { return };
        if let Some(end) = self.ends.get_mut(&to) {
            let kind = end.kind;
            end.inbox.abandon_write(number, asleep, kind);
        }
    }

    /// The task died in the middle of reading.
    pub(super) fn abandon_read(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(&id) else { return };
        let peeks = task.current_call().is_some_and(|call| call.flags() & abi::MSG_PEEK != 0);
        let end = self.end_being_read(task).filter(|_| !peeks);
        if let Some(end) = end.and_then(|end| self.ends.get_mut(&end)) {
            end.inbox.abandon_read();
        }
    }

    /// One descriptor less refers to an end. With the last one it is closed, and what waits in it is destroyed.
    pub(super) fn lose(&mut self, by: TaskId, fd: i32, id: EndId) {
        let process = self.tasks.get(&by).map_or(by, |task| task.process);
        if let Some(end) = self.ends.get_mut(&id) {
            end.holders.remove(&(process, fd));
        }
        self.let_go(by, id);
    }

    /// The same of what is no descriptor: a call that keeps an end open.
    pub(super) fn let_go(&mut self, by: TaskId, id: EndId) {
        let process = self.tasks.get(&by).map(|task| task.process);
        let Some(end) = self.ends.get_mut(&id) else { return };
        end.held = end.held.saturating_sub(1);
        end.last_held_by = process.or(end.last_held_by);
        self.close_if_last(id);
    }

    fn close_if_last(&mut self, id: EndId) {
        let Some(end) = self.ends.get_mut(&id) else { return };
        if end.held > 0 || end.in_flight > 0 || end.closed {
            return;
        }
        end.closed = true;
        end.closed_unread = end.inbox.is_unread();
        let under_way = end.inbox.destroy();
        let resets = matches!(end.kind, Kind::Stream | Kind::Seqpacket) && (end.closed_unread || end.name.is_none());
        let peer = end.peer.filter(|_| resets);
        let waiting = end.backlog.take().unwrap_or_default();
        let (name, address, kind) = (end.name.clone(), end.address.take(), end.kind);
        if let Some(name) = name.filter(|name| self.names.get(name) == Some(&id)) {
            self.names.remove(&name);
        }
        if let Some(at) = address.map(|at| (at, kind)).filter(|at| self.addresses.get(at) == Some(&id)) {
            self.addresses.remove(&at);
        }
        if let Some(peer) = peer.and_then(|peer| self.ends.get_mut(&peer)) {
            let is_met = peer.reset == Reset::ToldEarly || peer.reset == Reset::MaybeMet(self.line);
            peer.reset = if is_met { Reset::None } else { Reset::Pending };
        }
        if kind.is_pipe() && !under_way.is_empty() {
            self.note_anomaly("a pipe carried descriptors".to_owned());
        }
        for passed in under_way {
            self.land(passed);
        }
        for embryo in waiting {
            self.close_if_last(embryo);
        }
        self.forget_closed();
    }

    /// The error that a close with bytes unread left has been reported, and is reported once. Who slept in a read of it may
    /// return before the close does.
    fn report_reset(&mut self, id: TaskId, call: &Call, errno: abi::Errno) {
        let Some(end) = call.fd().and_then(|fd| self.end_of_call(id, fd)).and_then(|end| self.ends.get(&end)) else {
            return;
        };
        let (at, is_open) = (end.id, end.peer.and_then(|peer| self.ends.get(&peer)).is_some_and(|peer| !peer.closed));
        let is_early = is_open && end.reset != Reset::Pending && errno == abi::Errno::ECONNRESET;
        if let Some(end) = self.ends.get_mut(&at) {
            end.reset = if is_early { Reset::ToldEarly } else { Reset::None };
        }
    }

    /// A copy in flight is gone: received, or lost.
    pub(super) fn land(&mut self, id: EndId) {
        if let Some(end) = self.ends.get_mut(&id) {
            end.in_flight = end.in_flight.saturating_sub(1);
        }
        self.close_if_last(id);
    }

    fn forget_closed(&mut self) {
        let is_over =
            |channel: &Channel| channel.ends.iter().all(|end| self.ends.get(end).is_none_or(|end| end.closed));
        let over: Vec<ChannelId> =
            self.channels.values().filter(|channel| is_over(channel)).map(|channel| channel.id).collect();
        for id in over.iter().take(over.len().saturating_sub(super::super::DEAD_KEPT)) {
            if let Some(channel) = self.channels.remove(id) {
                channel.ends.iter().for_each(|end| self.ends.remove(end));
            }
        }
        let loose: Vec<EndId> =
            self.ends.values().filter(|end| end.closed && end.channel.is_none()).map(|end| end.id).collect();
        for id in loose.iter().take(loose.len().saturating_sub(super::super::DEAD_KEPT)) {
            self.ends.remove(id);
        }
    }

    fn finish_write(&mut self, (to, number): (EndId, u64), call: &Call, back: &Back) {
        let Some(end) = self.ends.get_mut(&to) else { return };
        let taken = if back.ret < 0 { Err(back.errno) } else { Ok(u64::try_from(back.ret).unwrap_or(0)) };
        let lost_fds = taken.is_err() || (taken == Ok(0) && end.kind == Kind::Stream);
        let closed = end.closed;
        let result = end.inbox.finish_write(number, taken, closed);
        if call.flags() & abi::MSG_OOB != 0 && end.kind == Kind::Stream {
            end.inbox.mark_urgent(number);
        }
        let is_short = taken.is_ok_and(|taken| taken > 0 && call.offered().is_some_and(|offered| taken < offered));
        let from = end.peer.filter(|_| is_short && end.kind == Kind::Stream);
        let back_home = if lost_fds || closed { end.inbox.take_fds(number) } else { Vec::new() };
        for passed in back_home {
            self.land(passed);
        }
        if let Some(from) = from.and_then(|from| self.ends.get_mut(&from)) {
            from.reset = if from.reset == Reset::Pending { Reset::None } else { Reset::MaybeMet(self.line) };
        }
        if let Err(error) = result {
            self.note_anomaly(format!("{}: {error}", call.name()));
        }
    }

    /// A datagram socket found its peer gone: it forgets it, and the kernel throws away what had come from it unread.
    fn disconnect(&mut self, id: TaskId, call: &Call) {
        if destination(call).is_some() {
            return;
        }
        let Some(end) = call.fd().and_then(|fd| self.end_of_call(id, fd)) else { return };
        self.purge(end);
        if let Some(end) = self.ends.get_mut(&end) {
            end.peer = None;
        }
    }

    /// What waits at an end is destroyed, the descriptors with it.
    pub(super) fn purge(&mut self, id: EndId) {
        let under_way = self.ends.get_mut(&id).map(|end| end.inbox.destroy()).unwrap_or_default();
        for passed in under_way {
            self.land(passed);
        }
    }

    /// The table of a task's process.
    fn table(&mut self, id: TaskId) -> Option<&mut std::collections::BTreeMap<i32, Descriptor>> {
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

    /// What a number refers to, the standard streams included.
    fn file_of(&self, id: TaskId, fd: i32) -> Option<EndId> {
        self.end_of(id, fd).or_else(|| (0..=2).contains(&fd).then_some(EndId::NULL))
    }

    pub(super) fn install(&mut self, id: TaskId, fd: i32, end: EndId, cloexec: bool) {
        let process = self.tasks.get(&id).map_or(id, |task| task.process);
        let Some(table) = self.table(id) else { return };
        let replaced = table.insert(fd, Descriptor { end, cloexec });
        if let Some(replaced) = replaced {
            self.note_anomaly(format!("descriptor {fd} was given out twice"));
            self.lose(id, fd, replaced.end);
        }
        if let Some(entry) = self.ends.get_mut(&end) {
            entry.held += 1;
            entry.holders.insert((process, fd));
        }
    }

    fn close(&mut self, id: TaskId, fd: i32, back: &Back) {
        if back.errno == abi::Errno::EBADF {
            return;
        }
        if let Some(descriptor) = self.table(id).and_then(|table| table.remove(&fd)) {
            self.keep_for_calls(id, fd, descriptor.end);
            self.lose(id, fd, descriptor.end);
        }
    }

    fn dup(&mut self, id: TaskId, fd: i32, copy: i32) {
        if let Some(end) = self.file_of(id, fd) {
            self.install(id, copy, end, false);
        }
    }

    /// execve(2): close-on-exec descriptors are gone, caught signals are back to their default.
    fn execute(&mut self, id: TaskId) {
        if let Some(process) = self.tasks.get(&id).and_then(|task| self.processes.get_mut(&task.process)) {
            process.dispositions.retain(|_, disposition| *disposition == Disposition::Ignore);
        }
        let Some(table) = self.table(id) else { return };
        let gone: Vec<i32> = table.iter().filter(|(_, entry)| entry.cloexec).map(|(fd, _)| *fd).collect();
        for fd in gone {
            if let Some(descriptor) = self.table(id).and_then(|table| table.remove(&fd)) {
                self.lose(id, fd, descriptor.end);
            }
        }
    }

    fn reap(&mut self, back: &Back) {
        let is_child =
            |task: &&mut Task| task.pid == back.ret && task.id == task.process && task.state != TaskState::Dead;
        if let Some(child) = self.tasks.values_mut().find(is_child) {
            child.state = TaskState::Dead;
            if let Extra::Status(status) = *back.extra() {
                child.death = child.death.or(Death::of_status(status));
            }
        }
    }

    fn shut_down(&mut self, id: TaskId, fd: i32, how: i32) {
        let Some(end) = self.end_of(id, fd).and_then(|end| self.ends.get_mut(&end)) else { return };
        let (read, write) = (how != 1, how != 0);
        end.shut_rd |= read;
        end.shut_wr |= write;
        end.shut_here = (end.shut_here.0 | read, end.shut_here.1 | write);
        let (kind, peer) = (end.kind, end.peer);
        if let Some(peer) = peer.filter(|_| kind != Kind::Dgram).and_then(|peer| self.ends.get_mut(&peer)) {
            peer.shut_rd |= write;
            peer.shut_wr |= read;
        }
    }
}

/// The address that a datagram is sent to, as written.
fn destination(call: &Call) -> Option<&str> {
    if let Call::Send { to, .. } | Call::Sendmsg { to, .. } = call { Some(&to.as_ref()?.shown) } else { None }
}

/// The options on which something else depends.
fn set_option(end: &mut End, option: &str, value: i64) {
    match option {
        "oobinline" => end.inbox.is_urgent_inline = value != 0,
        "passcred" => end.passcred = value != 0,
        // The kernel takes 0 for 1, and what is negative for the most.
        "rcvlowat" => end.low_water = u64::try_from(value).unwrap_or(u64::MAX).max(1),
        "peek_off" => end.inbox.peek_off = u64::try_from(value).ok(),
        _ => {}
    }
}
