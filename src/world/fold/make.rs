//! What calls that make something change: pairs, pipes, sockets by name, connections.

use std::collections::VecDeque;

use crate::abi;
use crate::order::{Call, Extra};
use crate::script::EndName;
use crate::trace::TaskId;

use super::super::World;
use super::super::channel::{Channel, End, Reset};
use super::super::kind::{ChannelId, EndId, Kind};
use super::super::task::Task;
use super::Back;

impl World {
    fn new_end(&mut self, name: Option<EndName>, kind: Kind) -> EndId {
        self.next_end += 1;
        let id = EndId(self.next_end);
        if let Some(name) = &name {
            self.names.insert(name.clone(), id);
        }
        self.ends.insert(End::new(id, name, kind));
        id
    }

    fn connect_ends(&mut self, name: String, kind: Kind, ends: [EndId; 2]) {
        self.next_channel += 1;
        let id = ChannelId(self.next_channel);
        for (end, peer) in [(ends[0], ends[1]), (ends[1], ends[0])] {
            if let Some(end) = self.ends.get_mut(&end) {
                end.channel = Some(id);
                end.peer = Some(peer);
            }
        }
        self.channels.insert(id, Channel { id, name, kind, ends });
    }

    fn made_name(&self, id: TaskId) -> String {
        let order = self.tasks.get(&id).and_then(|task| task.order.as_ref());
        order.and_then(|order| order.ordered.name.clone()).unwrap_or_default()
    }

    pub(super) fn make_pair(&mut self, id: TaskId, kind: i32, back: &Back) {
        let Some(of) = Kind::of_socket(kind) else { return };
        self.make_two(id, of, (kind & abi::NONBLOCK != 0, kind & abi::CLOEXEC != 0), back);
    }

    pub(super) fn make_pipe(&mut self, id: TaskId, flags: i32, back: &Back) {
        let of = if flags & abi::DIRECT == 0 { Kind::Pipe } else { Kind::PacketPipe };
        self.make_two(id, of, (flags & abi::NONBLOCK != 0, flags & abi::CLOEXEC != 0), back);
    }

    fn make_two(&mut self, id: TaskId, kind: Kind, (nonblock, cloexec): (bool, bool), back: &Back) {
        let Extra::Array(fds) = *back.extra() else { return };
        let name = self.made_name(id);
        let ends = [0, 1].map(|index| self.new_end(Some(EndName { name: name.clone(), index: Some(index) }), kind));
        for (fd, end) in fds.into_iter().zip(ends) {
            self.install(id, fd, end, cloexec);
            if let Some(end) = self.ends.get_mut(&end) {
                end.nonblock = nonblock;
            }
        }
        self.connect_ends(name, kind, ends);
    }

    pub(super) fn make_socket(&mut self, id: TaskId, kind: i32, back: &Back) {
        let Some(of) = Kind::of_socket(kind) else { return };
        let name = EndName { name: self.made_name(id), index: None };
        let end = self.new_end(Some(name), of);
        self.install(id, back.ret, end, kind & abi::CLOEXEC != 0);
        if let Some(end) = self.ends.get_mut(&end) {
            end.nonblock = kind & abi::NONBLOCK != 0;
        }
    }

    pub(super) fn bind(&mut self, id: TaskId, fd: i32, address: &str) {
        let Some(end) = self.end_of(id, fd) else { return };
        if let Some(end) = self.ends.get_mut(&end) {
            end.address = Some(address.to_owned());
            self.addresses.insert((address.to_owned(), end.kind), end.id);
        }
    }

    pub(super) fn connect(&mut self, id: TaskId, fd: i32, address: &str) {
        let ongoing = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut());
        if ongoing.is_some_and(|ongoing| std::mem::take(&mut ongoing.applied_early)) {
            return;
        }
        let Some(end) = self.end_of_call(id, fd) else { return };
        let Some(kind) = self.ends.get(&end).map(|end| end.kind) else { return };
        let Some(&target) = self.addresses.get(&(address.to_owned(), kind)) else { return };
        if kind == Kind::Dgram {
            let old = self.ends.get_mut(&end).and_then(|end| end.peer.replace(target));
            if let Some(old) = old.filter(|old| *old != target) {
                self.leave_peer(end, old);
            }
            return;
        }
        let embryo = self.new_end(None, kind);
        self.connect_ends(self.label(end), kind, [end, embryo]);
        if let Some(listener) = self.ends.get_mut(&target) {
            listener.backlog.get_or_insert_default().push_back(embryo);
        }
    }

    /// A datagram socket is connected to somebody else: what waits from its old peer is thrown away, and the old peer, if it is
    /// still connected here, is told by ECONNRESET (unix_dgram_disconnected).
    fn leave_peer(&mut self, id: EndId, old: EndId) {
        let lost = self.ends.get(&id).is_some_and(|end| !end.inbox.queue.is_empty());
        self.purge(id);
        if let Some(old) = self.ends.get_mut(&old).filter(|old| lost && !old.closed && old.peer == Some(id)) {
            old.reset = Reset::Pending;
        }
    }

    /// accept(2) can return before the connect(2) that it answers.
    fn connect_early(&mut self, listener: EndId) {
        let connects = |task: &Task| {
            let call = task.ongoing.as_ref().filter(|ongoing| ongoing.inside)?.call();
            let Call::Connect { fd, address } = call else { return None };
            self.listens_at(listener, &address.shown).then(|| (task.id, *fd, address.shown.clone()))
        };
        let Some((task, fd, address)) = self.tasks.values().find_map(connects) else { return };
        self.connect(task, fd, &address);
        if let Some(ongoing) = self.tasks.get_mut(&task).and_then(|task| task.ongoing.as_mut()) {
            ongoing.applied_early = true;
        }
    }

    fn listens_at(&self, listener: EndId, address: &str) -> bool {
        self.ends.get(&listener).is_some_and(|end| end.address.as_deref() == Some(address))
    }

    pub(super) fn accept(&mut self, id: TaskId, fd: i32, (accepted, flags): (i32, Option<i32>)) {
        let Some(listener) = self.end_of_call(id, fd) else { return };
        if self.ends.get(&listener).and_then(|end| end.backlog.as_ref()).is_none_or(VecDeque::is_empty) {
            self.connect_early(listener);
        }
        let embryo = self.ends.get_mut(&listener).and_then(|end| end.backlog.as_mut()?.pop_front());
        let Some(embryo) = embryo else { return };
        let name = EndName { name: self.made_name(id), index: None };
        self.names.insert(name.clone(), embryo);
        let passcred = self.ends.get(&listener).is_some_and(|end| end.passcred);
        if let Some(end) = self.ends.get_mut(&embryo) {
            end.name = Some(name);
            end.passcred = passcred;
            end.nonblock = flags.unwrap_or(0) & abi::NONBLOCK != 0;
        }
        self.install(id, accepted, embryo, flags.unwrap_or(0) & abi::CLOEXEC != 0);
    }
}
