//! open(2) and its like: FIFOs, which any number of descriptors may open for either side, and all other files, which are objects.

use crate::abi;
use crate::order::Call;
use crate::script::EndName;
use crate::trace::{Side, TaskId};

use super::super::World;
use super::super::kind::{EndId, Kind};
use super::super::opening::FifoOpening;
use super::super::origin::{Origin, Setting};
use super::super::task::Descriptor;

impl World {
    /// mkfifo(3): from now on opening this name opens a FIFO. What a statement has made is named after its file.
    pub(super) fn make_fifo(&mut self, id: TaskId, path: &str) {
        let order = self.tasks.get(&id).and_then(|task| task.order.as_ref());
        match order.and_then(|order| order.ordered.name.clone()) {
            Some(name) => self.new_fifo(path, &name),
            None => self.fifo_at(path),
        };
    }

    /// The two sides of the FIFO at a path.
    pub(super) fn fifo_at(&mut self, path: &str) -> [EndId; 2] {
        let at = (path.to_owned(), Kind::Fifo);
        if let Some(channel) = self.addresses.get(&at).and_then(|end| self.channels.get(&self.ends.get(end)?.channel?))
        {
            return channel.ends;
        }
        let name = self.count_name("fifo");
        self.new_fifo(path, &name)
    }

    fn new_fifo(&mut self, path: &str, name: &str) -> [EndId; 2] {
        let ends = self.new_pair(name, Kind::Fifo);
        for id in ends {
            if let Some(end) = self.ends.get_mut(&id) {
                // Nobody has opened it.
                end.closed = true;
                end.address = Some(path.to_owned());
            }
        }
        self.addresses.insert((path.to_owned(), Kind::Fifo), ends[0]);
        ends
    }

    /// unlink(2): who has it open keeps it, who opens the name anew gets another one.
    pub(super) fn unlink(&mut self, id: TaskId, path: &str) {
        self.note_unlinked(id, path);
        for kind in Kind::WITH_NAMES {
            self.addresses.remove(&(path.to_owned(), kind));
        }
    }

    /// A descriptor of a FIFO as it is opened for these sides; there is no opening yet.
    fn fifo_descriptor(&mut self, path: &str, side: Side) -> Descriptor {
        let [reads, writes] = self.fifo_at(path);
        let (end, also) = match side {
            Side::Reads => (reads, None),
            Side::Writes => (writes, None),
            Side::Both => (reads, Some(writes)),
        };
        Descriptor { also, ..Descriptor::to(end) }
    }

    fn is_fifo(&self, path: &str) -> bool {
        self.addresses.contains_key(&(path.to_owned(), Kind::Fifo))
    }

    /// Who is inside of an open(2) of a FIFO counts as its opener, although it waits for the other side.
    pub(super) fn begin_open(&mut self, id: TaskId) {
        let call = self.tasks.get(&id).and_then(|task| task.current_call());
        let Some(Call::Open { path, flags }) = call else { return };
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
        let origin = self.origin(id, "open");
        let descriptor = if let Some(descriptor) = self.opened_by_call(id, path) {
            self.open_fifo(id, descriptor, (nonblock, Some(origin)))
        } else {
            let end = self.file(id, path);
            if let Some(object) = self.objects.get_mut(&end) {
                object.nonblock = nonblock;
            }
            Descriptor::to(end)
        };
        self.install(id, fd, Descriptor { cloexec, origin: Some(origin), ..descriptor });
    }

    /// The sides of a FIFO that the call which has returned was an opener of: its name may be gone, or another one's, by now.
    fn opened_by_call(&mut self, id: TaskId, path: &str) -> Option<Descriptor> {
        let ongoing = self.tasks.get(&id)?.ongoing.as_ref()?;
        let kept: Vec<EndId> = ongoing.kept.iter().filter(|row| row.0 == -1).map(|row| row.1).collect();
        let (end, also) = (kept.first().copied()?, kept.get(1).copied());
        let address = self.ends.get(&end)?.address.as_deref();
        (address == Some(path)).then_some(Descriptor { also, ..Descriptor::to(end) })
    }

    /// A new open file description; it has the name that was ordered.
    fn open_fifo(&mut self, id: TaskId, of: Descriptor, (nonblock, by): (bool, Option<Origin>)) -> Descriptor {
        let order = self.tasks.get(&id).and_then(|task| task.order.as_ref());
        let name = order.and_then(|order| order.ordered.name.clone()).map(|name| EndName { name, index: None });
        let opening = self.new_opening(of, name, (nonblock, by.filter(|_| nonblock)));
        let label = self.label(opening);
        if let Some(ongoing) = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut()) {
            ongoing.names.made = Some(label);
        }
        Descriptor { opening: Some(opening), ..of }
    }

    fn new_opening(
        &mut self,
        Descriptor { end, also, .. }: Descriptor,
        name: Option<EndName>,
        (nonblock, nonblock_by): (bool, Option<Origin>),
    ) -> EndId {
        self.next_end += 1;
        let id = EndId(self.next_end);
        if let Some(name) = &name {
            self.names.insert(name.clone(), id);
        }
        self.openings.insert(id, FifoOpening { id, name, end, also, nonblock, nonblock_by, held: 0, in_flight: 0 });
        self.note_nonblock_of_sides(id);
        id
    }

    /// A descriptor of a FIFO that was open when it was first seen: whether others share its opening is not known.
    pub(super) fn found_fifo(&mut self, path: &str, side: Side, nonblock: bool) -> Descriptor {
        let of = self.fifo_descriptor(path, side);
        Descriptor { opening: Some(self.new_opening(of, None, (nonblock, None))), ..of }
    }

    /// A descriptor for what a message has carried.
    pub(super) fn descriptor_to(&self, passed: EndId) -> Descriptor {
        let opening = self.openings.get(&passed);
        let (end, also) = opening.map_or((passed, None), |opening| (opening.end, opening.also));
        Descriptor { also, opening: opening.map(|opening| opening.id), ..Descriptor::to(end) }
    }

    pub(super) fn set_nonblock_of_opening(&mut self, id: EndId, on: bool, by: Option<Origin>) {
        let Some(opening) = self.openings.get_mut(&id) else { return };
        // Setting what is set already changes nothing, and nobody's part in it.
        if opening.nonblock != on {
            (opening.nonblock, opening.nonblock_by) = (on, by);
        }
        self.note_nonblock_of_sides(id);
    }

    /// A side of a FIFO is non-blocking where every opening of it is.
    fn note_nonblock_of_sides(&mut self, id: EndId) {
        let Some((sides, by)) = self.openings.get(&id).map(|of| (of.ends(), of.nonblock_by)) else { return };
        for side in sides {
            let is_nonblocking = self.openings.values().filter(|of| of.is_of(side)).all(|of| of.nonblock);
            if let Some(end) = self.ends.get_mut(&side) {
                end.nonblock = is_nonblocking;
                end.origins.extend(by.map(|by| (Setting::Nonblock, by)));
            }
        }
    }

    /// An opening that nobody has any more is over.
    pub(super) fn forget_opening(&mut self, id: Option<EndId>) {
        let opening = id.and_then(|id| self.openings.get(&id)).filter(|of| of.held == 0 && of.in_flight == 0);
        let Some((id, name, sides)) = opening.map(|of| (of.id, of.name.clone(), of.ends())) else { return };
        if let Some(name) = name.filter(|name| self.names.get(name) == Some(&id)) {
            self.names.remove(&name);
        }
        self.openings.remove(&id);
        for side in sides {
            if let Some(other) = self.openings.values().find(|of| of.is_of(side)).map(|of| of.id) {
                self.note_nonblock_of_sides(other);
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
    match flags & abi::ACCESS_MODE {
        abi::READ_ONLY => Side::Reads,
        abi::WRITE_ONLY => Side::Writes,
        _ => Side::Both,
    }
}
