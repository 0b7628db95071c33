//! What calls that make something change: pairs, pipes, sockets by name, connections.

use crate::abi;
use crate::order::{Call, Extra};
use crate::script::EndName;
use crate::trace::TaskId;

use super::super::World;
use super::super::channel::{Channel, End, Reset};
use super::super::kind::{ChannelId, EndId, Kind};
use super::super::origin::Setting;
use super::super::task::{Descriptor, Task};
use super::Back;

impl World {
    pub(super) fn new_end(&mut self, name: Option<EndName>, kind: Kind) -> EndId {
        self.next_end += 1;
        let id = EndId(self.next_end);
        if let Some(name) = &name {
            self.names.insert(name.clone(), id);
        }
        self.ends.insert(id, End::new(id, name, kind));
        id
    }

    pub(super) fn connect_ends(&mut self, name: String, kind: Kind, ends: [EndId; 2]) {
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

    /// Two ends of this name, connected.
    pub(super) fn new_pair(&mut self, name: &str, kind: Kind) -> [EndId; 2] {
        let ends = [0, 1].map(|index| self.new_end(Some(EndName { name: name.to_owned(), index: Some(index) }), kind));
        self.connect_ends(name.to_owned(), kind, ends);
        ends
    }

    /// The next name of a kind: `pipe1`, `pipe2`.
    pub(super) fn count_name(&mut self, kind: &'static str) -> String {
        let count = self.counted.entry(kind).or_default();
        *count += 1;
        format!("{kind}{count}")
    }

    /// The name of what a task's call makes: as ordered, else by how it came.
    fn made_name(&mut self, id: TaskId, kind: &'static str) -> String {
        let order = self.tasks.get(&id).and_then(|task| task.order.as_ref());
        let name = order.map(|order| order.ordered.name.clone().unwrap_or_default());
        let name = name.unwrap_or_else(|| self.count_name(kind));
        if let Some(ongoing) = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut()) {
            ongoing.names.made.get_or_insert_with(|| name.clone());
        }
        name
    }

    /// A call that made a task has returned its number.
    pub(super) fn name_made_task(&mut self, id: TaskId, tid: i32) {
        let made =
            self.tasks.values().rev().find(|task| task.tid == tid && task.is_alive()).map(|task| task.name.clone());
        if let Some(ongoing) = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut())
            && ongoing.names.made.is_none()
        {
            ongoing.names.made = made;
        }
    }

    pub(super) fn make_pair(&mut self, id: TaskId, (domain, kind): (i32, i32), back: &Back) {
        let Some(of) = Kind::of_socket(kind).filter(|_| domain == abi::AF_UNIX) else {
            let Extra::Array(fds) = *back.extra() else { return };
            return fds.into_iter().for_each(|fd| self.install_object(id, (&family(domain), ""), (kind, fd)));
        };
        self.make_two(id, ("pair", of), kind, back);
    }

    pub(super) fn make_pipe(&mut self, id: TaskId, flags: i32, back: &Back) {
        let of = if flags & abi::DIRECT == 0 { Kind::Pipe } else { Kind::PacketPipe };
        self.make_two(id, ("pipe", of), flags, back);
    }

    fn make_two(&mut self, id: TaskId, (word, kind): (&'static str, Kind), flags: i32, back: &Back) {
        let Extra::Array(fds) = *back.extra() else { return };
        let name = self.made_name(id, word);
        let ends = self.new_pair(&name, kind);
        for (fd, end) in fds.into_iter().zip(ends) {
            self.install_end(id, end, (flags, fd));
        }
    }

    pub(super) fn make_socket(&mut self, id: TaskId, (domain, kind): (i32, i32), back: &Back) {
        let Some(of) = Kind::of_socket(kind).filter(|_| domain == abi::AF_UNIX) else {
            return self.install_object(id, (&family(domain), ""), (kind, back.ret));
        };
        let name = EndName { name: self.made_name(id, "sock"), index: None };
        let end = self.new_end(Some(name), of);
        self.install_end(id, end, (kind, back.ret));
    }

    /// A descriptor of an end, as the flags of the call that made it say; those of sockets and of files are the same bits.
    fn install_end(&mut self, id: TaskId, end: EndId, (flags, fd): (i32, i32)) {
        let call = self.tasks.get(&id).and_then(|task| task.current_call()).map_or("a call", made_by);
        let origin = self.origin(id, call);
        let cloexec = flags & abi::CLOEXEC != 0;
        self.install(id, fd, Descriptor { cloexec, origin: Some(origin), ..Descriptor::to(end) });
        if let Some(end) = self.ends.get_mut(&end) {
            end.nonblock = flags & abi::NONBLOCK != 0;
            if end.nonblock {
                end.origins.insert(Setting::Nonblock, origin);
            }
        }
    }

    fn install_object(&mut self, id: TaskId, (kind, name): (&str, &str), (flags, fd): (i32, i32)) {
        let end = self.new_object(kind, name);
        let call = self.tasks.get(&id).and_then(|task| task.current_call()).map_or("a call", made_by);
        let origin = self.origin(id, call);
        self.install(id, fd, Descriptor { cloexec: flags & abi::CLOEXEC != 0, ..Descriptor::to(end) });
        if let Some(object) = self.objects.get_mut(&end) {
            object.nonblock = flags & abi::NONBLOCK != 0;
            object.nonblock_by = object.nonblock.then_some(origin);
        }
    }

    /// eventfd(2) and its like: what a statement has ordered has that name, all else is counted.
    pub(super) fn make_object(&mut self, id: TaskId, (kind, name): (&'static str, String), flags: i32, back: &Back) {
        self.install_object(id, (kind, &name), (flags, back.ret));
        let made = EndName { name: self.made_name(id, kind), index: None };
        let Some(end) = self.end_of(id, back.ret).filter(|_| !made.name.is_empty()) else { return };
        self.names.insert(made.clone(), end);
        if let Some(object) = self.objects.get_mut(&end) {
            object.made_as = Some(made);
        }
    }

    pub(super) fn bind(&mut self, id: TaskId, fd: i32, address: &str) {
        let Some(end) = self.end_of(id, fd) else { return };
        if let Some(object) = self.objects.get_mut(&end) {
            address.clone_into(&mut object.name);
        }
        self.bind_end(end, address);
        self.note_bound(id, end, address);
    }

    pub(super) fn bind_end(&mut self, end: EndId, address: &str) {
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
        if let Some(object) = self.objects.get_mut(&end) {
            address.clone_into(&mut object.name);
        }
        let Some(kind) = self.ends.get(&end).map(|end| end.kind) else { return };
        let Some(&target) = self.addresses.get(&(address.to_owned(), kind)) else {
            return self.connect_outside(end, kind);
        };
        if kind == Kind::Dgram {
            let old = self.ends.get_mut(&end).and_then(|end| end.peer.replace(target));
            if let Some(old) = old.filter(|old| *old != target) {
                self.leave_peer(end, old);
            }
            return;
        }
        let connection = self.new_end(None, kind);
        self.connect_ends(self.label(end), kind, [end, connection]);
        if let Some(listener) = self.ends.get_mut(&target) {
            listener.backlog.get_or_insert_default().push_back(connection);
        }
    }

    /// Nobody in the picture listens there: the other side is held by somebody outside.
    fn connect_outside(&mut self, end: EndId, kind: Kind) {
        let other = self.new_end(None, kind);
        self.connect_ends(self.label(end), kind, [end, other]);
        if let Some(end) = self.ends.get_mut(&end) {
            end.inbox.has_outside_writers = true;
        }
        if let Some(other) = self.ends.get_mut(&other) {
            other.outside = true;
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

    pub(super) fn accept(&mut self, id: TaskId, fd: i32, (back, flags): (&Back, Option<i32>)) {
        let Some(listener) = self.end_of_call(id, fd) else { return };
        let flags = flags.unwrap_or(0);
        if let Some(object) = self.objects.get(&listener) {
            let kind = object.kind.clone();
            return self.install_object(id, (&kind, ""), (flags, back.ret));
        }
        let origin = self.origin(id, "accept");
        let Some(kind) = self.ends.get_mut(&listener).map(|end| {
            end.accepted.note(origin);
            end.kind
        }) else {
            return;
        };
        let peer = if let Extra::Accepted { peer } = *back.extra() { Some(peer) } else { None };
        let connection = self.next_connection(listener, peer).unwrap_or_else(|| {
            let connection = self.new_end(None, kind);
            self.connect_outside(connection, kind);
            connection
        });
        let name = EndName { name: self.made_name(id, "conn"), index: None };
        self.names.insert(name.clone(), connection);
        let passcred = self.ends.get(&listener).is_some_and(|end| end.passcred);
        if let Some(end) = self.ends.get_mut(&connection) {
            end.name = Some(name);
            end.passcred = passcred;
        }
        self.install_end(id, connection, (flags, back.ret));
    }

    /// The connection that accept(2) took: where the peer's inode is known that peer's, else the one that has waited longest.
    fn next_connection(&mut self, listener: EndId, peer: Option<u64>) -> Option<EndId> {
        let waiting = |world: &Self| world.ends.get(&listener).and_then(|end| end.backlog.clone()).unwrap_or_default();
        let fits = |world: &Self, id: &EndId| {
            let end = world.ends.get(id).and_then(|end| world.ends.get(&end.peer?));
            let inode = end.and_then(|end| end.inode);
            inode.is_none() || peer.is_none() || inode == peer
        };
        if !waiting(self).iter().any(|id| fits(self, id)) {
            self.connect_early(listener);
        }
        let all = waiting(self);
        let exact = |id: &&EndId| {
            let end = self.ends.get(id).and_then(|end| self.ends.get(&end.peer?));
            peer.is_some() && end.and_then(|end| end.inode) == peer
        };
        let chosen = all.iter().find(exact).or_else(|| all.iter().find(|id| fits(self, id))).copied()?;
        self.ends.get_mut(&listener)?.backlog.as_mut()?.retain(|id| *id != chosen);
        Some(chosen)
    }
}

/// The call that makes ends or objects, by name.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other call makes any")]
fn made_by(call: &Call) -> &'static str {
    match call {
        Call::Pipe2 { .. } => "pipe2",
        Call::Socketpair { .. } => "socketpair",
        Call::Socket { .. } => "socket",
        Call::Accept { .. } => "accept",
        Call::Eventfd { .. } => "eventfd",
        Call::Signalfd { .. } => "signalfd",
        Call::TimerfdCreate { .. } => "timerfd_create",
        Call::PidfdOpen { .. } => "pidfd_open",
        _ => "a call",
    }
}

/// The kind of a socket of another family: `inet`.
fn family(domain: i32) -> String {
    let row = abi::DOMAINS.iter().find(|row| row.1 == domain);
    row.map_or_else(|| format!("family {domain}"), |row| row.0.to_owned())
}
