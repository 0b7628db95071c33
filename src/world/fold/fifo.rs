//! open(2) and its like: FIFOs, which any number of descriptors may open for either side, and all other files, which are objects.

use crate::abi;
use crate::order::Call;
use crate::trace::{Side, TaskId};

use super::super::World;
use super::super::kind::{EndId, Kind};
use super::super::origin::Setting;
use super::super::task::Descriptor;

/// The access mode in the flags of open(2).
const ACCESS: i32 = 3;

impl World {
    /// mkfifo(3): from now on opening this name opens a FIFO.
    pub(super) fn make_fifo(&mut self, path: &str) {
        self.fifo_at(path);
    }

    /// The two sides of the FIFO at a path.
    pub(super) fn fifo_at(&mut self, path: &str) -> [EndId; 2] {
        let at = (path.to_owned(), Kind::Fifo);
        if let Some(channel) = self.addresses.get(&at).and_then(|end| self.channels.get(&self.ends.get(end)?.channel?))
        {
            return channel.ends;
        }
        let name = self.count_name("fifo");
        let ends = self.new_pair(&name, Kind::Fifo);
        for id in ends {
            if let Some(end) = self.ends.get_mut(&id) {
                // Nobody has opened it.
                end.closed = true;
                end.address = Some(path.to_owned());
            }
        }
        self.addresses.insert(at, ends[0]);
        ends
    }

    /// unlink(2): who has it open keeps it, who opens the name anew gets another one.
    pub(super) fn unlink(&mut self, path: &str) {
        for kind in Kind::WITH_NAMES {
            self.addresses.remove(&(path.to_owned(), kind));
        }
    }

    /// A descriptor of a FIFO as it is opened for these sides.
    pub(super) fn fifo_descriptor(&mut self, path: &str, side: Side) -> Descriptor {
        let [reads, writes] = self.fifo_at(path);
        match side {
            Side::Reads => Descriptor { end: reads, also: None, cloexec: false, origin: None },
            Side::Writes => Descriptor { end: writes, also: None, cloexec: false, origin: None },
            Side::Both => Descriptor { end: reads, also: Some(writes), cloexec: false, origin: None },
        }
    }

    fn is_fifo(&self, path: &str) -> bool {
        self.addresses.contains_key(&(path.to_owned(), Kind::Fifo))
    }

    /// Who is inside of an open(2) of a FIFO counts as its opener, although it waits for the other side.
    pub(super) fn begin_open(&mut self, id: TaskId) {
        let call = self.tasks.get(&id).and_then(|task| task.current_call());
        let Some(Call::Open { path, flags }) = call.filter(|_| self.tasks.contains_key(&id)) else { return };
        if !self.is_fifo(&path.shown) {
            return;
        }
        let (path, side) = (path.shown.clone(), side_of(*flags));
        let descriptor = self.fifo_descriptor(&path, side);
        let held: Vec<EndId> = descriptor.ends().collect();
        for id in &held {
            if let Some(end) = self.ends.get_mut(id) {
                end.held += 1;
                end.closed = false;
            }
        }
        if let Some(ongoing) = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut()) {
            ongoing.kept.extend(held.into_iter().map(|end| (-1, end)));
        }
    }

    pub(super) fn open(&mut self, id: TaskId, (path, flags): (&str, i32), fd: i32) {
        let (cloexec, nonblock) = (flags & abi::CLOEXEC != 0, flags & abi::NONBLOCK != 0);
        let descriptor = if self.is_fifo(path) {
            self.fifo_descriptor(path, side_of(flags))
        } else {
            let end = self.file(id, path);
            Descriptor { end, also: None, cloexec, origin: None }
        };
        let origin = Some(self.origin(id, "open"));
        self.install(id, fd, Descriptor { cloexec, origin, ..descriptor });
        for id in descriptor.ends() {
            if let Some(end) = self.ends.get_mut(&id) {
                end.nonblock = nonblock;
                end.origins.extend(origin.filter(|_| nonblock).map(|origin| (Setting::Nonblock, origin)));
            } else if let Some(object) = self.objects.get_mut(&id) {
                object.nonblock = nonblock;
            }
        }
    }

    /// What a path leads to that is no FIFO.
    fn file(&mut self, id: TaskId, path: &str) -> EndId {
        if path == "/dev/null" {
            return EndId::NULL;
        }
        let own = path.strip_prefix("/dev/fd/").or_else(|| path.strip_prefix("/proc/self/fd/"));
        if let Some(end) = own.and_then(|fd| self.end_of(id, fd.parse().ok()?)) {
            return end;
        }
        let is_terminal = path == "/dev/tty" || path.starts_with("/dev/pts/");
        self.new_object(if is_terminal { "tty" } else { "file" }, path)
    }
}

/// For what open(2) opens.
fn side_of(flags: i32) -> Side {
    match flags & ACCESS {
        0 => Side::Reads,
        1 => Side::Writes,
        _ => Side::Both,
    }
}
