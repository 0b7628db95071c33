//! What each system call changes once it has returned: tables, ends, channels, and the bytes between them.

use crate::abi;
use crate::abi::TaskState;
use crate::order::{Call, Effect, Extra};
use crate::trace::{Death, TaskId};

use super::super::World;
use super::super::channel::{Channel, End, FailedConnect, Reset};
use super::super::kind::{ChannelId, EndId, Kind};
use super::super::origin::{Origin, Setting};
use super::super::task::{Process, TakenAlong, Task};
use super::Back;
use super::moved::error_of_signal;
use super::options::set_option;
use super::write::destination;

impl World {
    /// Applies a returned call. For a read that returned 0, says whether that was the end.
    pub(super) fn apply(&mut self, id: TaskId, call: &Call, back: &Back) -> Option<bool> {
        if back.errno == abi::Errno::ECONNRESET || matches!(call, Call::Getsockopt { option, .. } if option == "error")
        {
            self.report_reset(id, call, back.errno);
        }
        self.tell_kept_error(id, call, back);
        self.count(id, call, back);
        if let Call::Connect { fd, address } = call {
            self.note_failed_connect(id, (*fd, &address.shown), back.errno);
        }
        if let Some(room) = call.room() {
            return self.apply_read(id, call, back, room);
        }
        let ongoing = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut());
        let (write, more, moves_to) = ongoing
            .map_or((None, 0, None), |ongoing| (ongoing.write.take(), ongoing.more_writes, ongoing.moves_to.take()));
        let write = moves_to.map_or(write, |to| self.end_move(id, to, back));
        match write {
            Some(write) if matches!(call, Call::Sendmmsg { .. }) => self.finish_messages(write, more, call, back),
            Some(write) => self.finish_write(write, call, back),
            None => {}
        }
        self.move_bytes(id, call, back, write);
        if back.errno == abi::Errno::ECONNREFUSED
            && matches!(call.name(), "write" | "send" | "writev" | "sendmsg" | "sendmmsg")
        {
            self.disconnect(id, call);
        }
        if call.is_writing() {
            self.note_full(id, call, back);
        }
        if call.facts().effect != Effect::Nothing && (back.ret >= 0 || matches!(call, Call::Close { .. })) {
            self.apply_success(id, call, back);
        }
        None
    }

    /// Changes what the table of calls says that this one changes.
    #[expect(clippy::too_many_lines, reason = "one table of all calls")]
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others change nothing: a test below looks for each that does"
    )]
    fn apply_success(&mut self, id: TaskId, call: &Call, back: &Back) {
        use Call as C;
        match *call {
            C::Socketpair { domain, kind, .. } => self.make_pair(id, (domain, kind), back),
            C::Pipe2 { flags } => self.make_pipe(id, flags, back),
            C::Socket { domain, kind, .. } => self.make_socket(id, (domain, kind), back),
            C::Close { fd } => self.close(id, fd, back),
            C::CloseRange { first, last, flags } => self.close_range(id, (first, last), flags),
            C::Dup { fd } => self.dup(id, fd, back.ret, false),
            C::Dup2 { fd, to } => self.dup_onto(id, (fd, to), false),
            C::Dup3 { fd, to, flags } => self.dup_onto(id, (fd, to), flags & abi::CLOEXEC != 0),
            C::DupFrom { fd, cloexec, .. } => self.dup(id, fd, back.ret, cloexec),
            C::Open { ref path, flags } => self.open(id, (&path.shown, flags), back.ret),
            C::Mkfifo { ref path, .. } => self.make_fifo(id, &path.shown),
            C::Unlink { ref path } => self.unlink(id, &path.shown),
            C::Shutdown { fd, how } => self.shut_down(id, fd, how),
            C::SetNonblock { fd, on } => self.set_nonblock(id, fd, on),
            C::Setsockopt { fd, ref option, value } => {
                let origin = self.origin(id, "setsockopt");
                self.change_end(id, fd, |end| set_option(end, (option, value), origin));
            }
            C::SetCloexec { fd, on } => self.set_cloexec(id, fd, on),
            C::Exec { ref program, .. } => self.execute(id, program.as_ref()),
            C::Waitpid { .. } => self.reap(back),
            C::Poll { ref fds, .. } => self.note_readable(id, fds, back),
            C::Signal { signal, disposition } => {
                let origin = self.origin(id, "signal");
                if let Some(process) = self.process_mut(id) {
                    process.dispositions.insert(signal, disposition);
                    process.origins.insert(Setting::Disposition(signal), origin);
                }
            }
            C::Setrlimit { nofile } => {
                let origin = self.origin(id, "setrlimit");
                if let Some(process) = self.process_mut(id) {
                    process.most_descriptors = Some(nofile);
                    process.origins.insert(Setting::DescriptorLimit, origin);
                }
            }
            C::GetPipeSize { fd } => self.note_pipe_size(id, fd, (back.ret, false)),
            C::SetPipeSize { fd, .. } => self.note_pipe_size(id, fd, (back.ret, true)),
            C::Bind { fd, ref address } => self.bind(id, fd, &address.shown),
            C::Listen { fd, backlog } => {
                let origin = self.origin(id, "listen");
                self.change_end(id, fd, |end| {
                    end.backlog.get_or_insert_default();
                    end.backlog_limit = u64::try_from(backlog).ok();
                    end.origins.insert(Setting::Backlog, origin);
                });
            }
            C::Connect { fd, ref address } => self.connect(id, fd, &address.shown),
            C::Accept { fd, flags } => self.accept(id, fd, (back, flags)),
            C::Recvmmsg { .. } => self.receive_messages(id, call, back),
            C::EpollCreate { .. }
            | C::Eventfd { .. }
            | C::Signalfd { .. }
            | C::TimerfdCreate { .. }
            | C::TimerfdSettime { .. }
            | C::PidfdOpen { .. }
            | C::Other { .. } => self.make_to_wait_for(id, call, back),
            C::EpollCtl { .. } => self.control_epoll(id, call),
            C::EpollWait { .. } => self.told_by_epoll(id, call, back),
            C::BlockSignals { ref signals } => self.block(id, signals),
            C::Setsid => self.lead_session(id),
            C::Setpgid { pid, group } => self.set_group(id, pid, group),
            C::ParentDeathSignal { signal } => self.ask_for_death_signal(id, signal),
            C::Fork | C::Vfork | C::Thread | C::Clone { .. } => self.name_made_task(id, back.ret),
            _ => debug_assert!(false, "effect.rs has no arm for {}, which changes the world", call.name()),
        }
    }

    /// Changes what a number in the task's table refers to.
    fn change_end(&mut self, id: TaskId, fd: i32, change: impl FnOnce(&mut End)) {
        if let Some(end) = self.end_of(id, fd).and_then(|end| self.ends.get_mut(&end)) {
            change(end);
        }
    }

    fn set_nonblock(&mut self, id: TaskId, fd: i32, on: bool) {
        let Some(descriptor) = self.descriptor(id, fd) else { return };
        let origin = self.origin(id, "fcntl");
        if let Some(opening) = descriptor.opening {
            return self.set_nonblock_of_opening(opening, on, Some(origin));
        }
        if let Some(object) = self.objects.get_mut(&descriptor.end).filter(|object| object.nonblock != on) {
            (object.nonblock, object.nonblock_by) = (on, Some(origin));
        }
        self.change_end(id, fd, |end| {
            // Setting what is set already changes nothing, and nobody's part in it.
            if end.nonblock != on {
                end.origins.insert(Setting::Nonblock, origin);
            }
            end.nonblock = on;
        });
    }

    /// A socket that is not connected keeps its last connect, if that failed.
    fn note_failed_connect(&mut self, id: TaskId, (fd, address): (i32, &str), errno: abi::Errno) {
        let origin = self.origin(id, "connect");
        self.change_end(id, fd, |end| {
            let failed = (errno != abi::Errno::NONE && end.peer.is_none()).then(|| address.to_owned());
            end.failed_connect = failed.map(|address| FailedConnect { address, errno, origin });
        });
    }

    /// Provenance of what a task's call brings about now.
    pub(in crate::world) fn origin(&self, by: TaskId, call: &'static str) -> Origin {
        Origin { by, line: self.line, call }
    }

    pub(super) fn process_mut(&mut self, id: TaskId) -> Option<&mut Process> {
        let process = self.tasks.get(&id)?.process;
        self.processes.get_mut(&process)
    }

    /// Both sides of a pipe have its size.
    fn note_pipe_size(&mut self, id: TaskId, fd: i32, (size, is_set): (i32, bool)) {
        let origin = self.origin(id, "fcntl");
        let (Some(end), size) = (self.end_of(id, fd), u64::try_from(size).ok()) else { return };
        let peer = self.ends.get(&end).and_then(|end| end.peer);
        for end in [Some(end), peer].into_iter().flatten() {
            if let Some(end) = self.ends.get_mut(&end) {
                end.pipe_size = size;
                if is_set {
                    end.origins.insert(Setting::PipeSize, origin);
                }
            }
        }
    }

    /// The task died in the middle of reading. One that slept there alone had taken all that there was: it is lost with it.
    pub(super) fn abandon_read(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get(&id) else { return };
        let peeks = task.current_call().is_some_and(|call| call.flags() & abi::MSG_PEEK != 0);
        let Some(at) = self.end_being_read(task).filter(|_| !peeks) else { return };
        let is_beside = |other: &Task| other.id != id && other.is_alive() && self.end_being_read(other) == Some(at);
        let reads = task.current_call().is_some_and(Call::is_reading);
        let is_alone = reads && task.state == TaskState::Asleep && !self.tasks.values().any(is_beside);
        let many = task.current_call().is_some_and(|call| matches!(call, Call::Recvmmsg { .. }));
        let label = self.label(at);
        let Some(end) = self.ends.get_mut(&at) else { return };
        let lost = if is_alone { end.inbox.lose_all() } else { (0, 0) };
        if many && lost.1 > 0 {
            end.kept_error = Some(error_of_signal(end));
        }
        end.inbox.abandon_read();
        let messages = end.kind.keeps_messages().then_some(lost.1);
        if lost.1 > 0
            && let Some(task) = self.tasks.get_mut(&id)
        {
            task.taken_along = Some(TakenAlong { from: label, bytes: lost.0, messages, leaves_error: many });
        }
    }

    pub(super) fn close_if_last(&mut self, id: EndId) {
        let Some(end) = self.ends.get_mut(&id) else { return };
        if end.held > 0 || end.in_flight > 0 || end.closed || end.outside {
            return;
        }
        end.closed = true;
        if end.kind == Kind::Fifo {
            return self.empty_fifo(id);
        }
        end.closed_unread = end.inbox.is_unread();
        let under_way = end.inbox.destroy();
        let resets = matches!(end.kind, Kind::Stream | Kind::Seqpacket) && (end.closed_unread || end.name.is_none());
        let peer = end.peer.filter(|_| resets);
        let waiting = end.backlog.as_mut().map(std::mem::take).unwrap_or_default();
        let (name, address, kind) = (end.name.clone(), end.address.take(), end.kind);
        if let Some(name) = name.filter(|name| self.names.get(name) == Some(&id)) {
            self.names.remove(&name);
        }
        if let Some(at) = address.map(|at| (at, kind)).filter(|at| self.addresses.get(at) == Some(&id)) {
            self.addresses.remove(&at);
            self.note_former_address(&at.0, id);
        }
        if let Some(peer) = peer.and_then(|peer| self.ends.get_mut(&peer)) {
            let is_met = peer.reset == Reset::ToldEarly || peer.reset == Reset::MaybeMet(self.line);
            (peer.reset, peer.kept_error) = (if is_met { Reset::None } else { Reset::Pending }, None);
        }
        if kind.is_pipe() && !under_way.is_empty() {
            self.note_anomaly("a pipe carried descriptors".to_owned());
        }
        for passed in under_way {
            self.end_flight(passed);
        }
        for connection in waiting {
            self.close_if_last(connection);
        }
        self.forget_closed();
    }

    /// A FIFO keeps its bytes as long as anybody has either side of it open, and its name after that.
    fn empty_fifo(&mut self, id: EndId) {
        let peer = self.ends.get(&id).and_then(|end| end.peer);
        if peer.and_then(|peer| self.ends.get(&peer)).is_none_or(|peer| peer.closed) {
            self.purge(id);
            if let Some(peer) = peer {
                self.purge(peer);
            }
        }
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

    /// A copy is sent over a socket.
    pub(super) fn begin_flight(&mut self, id: EndId) {
        if let Some(object) = self.objects.get_mut(&id) {
            object.in_flight += 1;
        } else if let Some(opening) = self.openings.get_mut(&id) {
            opening.in_flight += 1;
            opening.ends().for_each(|end| self.begin_flight(end));
        } else if let Some(end) = self.ends.get_mut(&id) {
            end.in_flight += 1;
        }
    }

    /// A copy in flight is gone: received, or lost.
    pub(super) fn end_flight(&mut self, id: EndId) {
        if let Some(opening) = self.openings.get_mut(&id) {
            opening.in_flight = opening.in_flight.saturating_sub(1);
            opening.ends().for_each(|end| self.end_flight(end));
            return self.forget_opening(Some(id));
        }
        if let Some(object) = self.objects.get_mut(&id) {
            object.in_flight = object.in_flight.saturating_sub(1);
            return self.forget_object(id);
        }
        if let Some(end) = self.ends.get_mut(&id) {
            end.in_flight = end.in_flight.saturating_sub(1);
        }
        self.close_if_last(id);
    }

    fn forget_closed(&mut self) {
        let is_over =
            |channel: &Channel| channel.ends.iter().all(|end| self.ends.get(end).is_none_or(|end| self.is_over(end)));
        let over: Vec<ChannelId> =
            self.channels.values().filter(|channel| is_over(channel)).map(|channel| channel.id).collect();
        for id in over.iter().take(over.len().saturating_sub(super::super::DEAD_KEPT)) {
            if let Some(channel) = self.channels.remove(id) {
                channel.ends.iter().for_each(|end| self.forget_end(*end));
            }
        }
        let loose: Vec<EndId> =
            self.ends.values().filter(|end| end.closed && end.channel.is_none()).map(|end| end.id).collect();
        for id in loose.iter().take(loose.len().saturating_sub(super::super::DEAD_KEPT)) {
            self.forget_end(*id);
        }
    }

    /// Whether nobody can have an end any more: of a FIFO, as long as it has a name, somebody can.
    pub fn is_over(&self, end: &End) -> bool {
        let has_name = || {
            let at = end.address.clone().map(|at| (at, Kind::Fifo));
            at.and_then(|at| self.addresses.get(&at)).is_some_and(|named| Some(*named) == end.peer || *named == end.id)
        };
        end.closed && !(end.kind == Kind::Fifo && has_name())
    }

    fn forget_end(&mut self, id: EndId) {
        let Some(end) = self.ends.get(&id) else { return };
        if let Some(inode) = end.inode {
            self.inodes.retain(|at, known| at.0 != inode || *known != id);
        }
        if let Some(name) = end.name.clone().filter(|name| self.names.get(name) == Some(&id)) {
            self.names.remove(&name);
        }
        self.ends.remove(&id);
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
            self.end_flight(passed);
        }
    }

    /// A child that was waited for. With WUNTRACED or WCONTINUED it may have been stopped or have gone on, and lives.
    fn reap(&mut self, back: &Back) {
        if matches!(*back.extra(), Extra::Status(status) if Death::of_status(status).is_none()) {
            return;
        }
        let is_child = |task: &Task| task.pid == back.ret && task.leads_process() && task.state != TaskState::Dead;
        if let Some(child) = self.tasks.values_mut_where(is_child).next() {
            child.state = TaskState::Dead;
            if let Extra::Status(status) = *back.extra() {
                child.death = child.death.or(Death::of_status(status));
            }
        }
    }

    fn shut_down(&mut self, id: TaskId, fd: i32, how: i32) {
        let origin = self.origin(id, "shutdown");
        let Some(end) = self.end_of(id, fd).and_then(|end| self.ends.get_mut(&end)) else { return };
        let (read, write) = (how != 1, how != 0);
        for setting in [(Setting::ShutRead, read), (Setting::ShutWrite, write)].into_iter().filter(|of| of.1) {
            end.origins.entry(setting.0).or_insert(origin);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::Errno;

    #[test]
    fn every_call_that_changes_the_world_has_its_arm() {
        for call in Call::one_of_each() {
            let back = Back { ret: 0, errno: Errno::NONE, outcome: None, t_ns: 0 };
            World::new().apply(TaskId(0), &call, &back);
        }
    }
}
