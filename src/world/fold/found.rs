//! Descriptors that no call was seen to make: inherited ones, those of a program that ran before, and the kernel's own table.

use crate::script::EndName;
use crate::trace::{Known, Side, TaskId, Thing};

use super::super::World;
use super::super::kind::{EndId, Kind};
use super::super::object::Object;
use super::super::task::Descriptor;

impl World {
    /// A descriptor is there that was not known, or something more is known of one.
    pub(super) fn find(&mut self, id: TaskId, known: &Known) {
        let row = self.process_of(id).and_then(|process| process.table.get(&known.fd)).copied();
        match row {
            Some(row) if self.fits(row.end, &known.what) => {
                self.learn(row.end, known);
                if let (Some(opening), Some(nonblock)) = (row.opening, known.nonblock) {
                    self.set_nonblock_of_opening(opening, nonblock, None);
                }
            }
            Some(row) => {
                let (label, found) = (self.label(row.end), describe(&known.what));
                let task = self.tasks.get(&id).map(|task| task.name.clone()).unwrap_or_default();
                self.note_anomaly(format!("descriptor {} of {task} is {found}, not {label}", known.fd));
                self.close_number(id, known.fd);
                self.install_found(id, known);
            }
            None => self.install_found(id, known),
        }
        if let (Some(cloexec), Some(row)) = (known.cloexec, self.table(id).and_then(|table| table.get_mut(&known.fd))) {
            row.cloexec = cloexec;
        }
    }

    /// The kernel's table of a process: what differs is put right, and said.
    pub(super) fn compare_table(&mut self, id: TaskId, rows: &[Known]) {
        let Some(process) = self.process_of(id) else { return };
        let is_there = |fd: &i32| rows.iter().any(|row| row.fd == *fd);
        let gone: Vec<i32> = process.table.keys().copied().filter(|fd| !is_there(fd)).collect();
        for fd in gone {
            let task = self.tasks.get(&id).map(|task| task.name.clone()).unwrap_or_default();
            self.note_anomaly(format!("descriptor {fd} of {task} is not open"));
            self.close_number(id, fd);
        }
        for row in rows {
            self.find(id, row);
        }
    }

    /// Whether what was found can be what the number is believed to refer to.
    fn fits(&self, id: EndId, what: &Thing) -> bool {
        let end = self.ends.get(&id);
        let is_own = |inode: u64| end.is_some_and(|end| end.inode.is_none_or(|own| own == inode));
        match what {
            Thing::Pipe { inode, side } => {
                let is_side = |end: &super::super::channel::End| match side {
                    Side::Reads => self.place_of(end.id) == Some(0),
                    Side::Writes => self.place_of(end.id) == Some(1),
                    Side::Both => true,
                };
                end.is_some_and(|end| end.kind.is_pipe() && is_side(end)) && is_own(*inode)
            }
            Thing::Fifo { path, .. } => end.is_some_and(|end| end.address.as_deref() == Some(path)),
            Thing::Socket { inode, .. } => end.is_some_and(|end| !end.kind.is_pipe()) && is_own(*inode),
            Thing::Object { .. } => end.is_none(),
            Thing::Unknown => true,
        }
    }

    /// Which side of its channel an end is.
    fn place_of(&self, id: EndId) -> Option<usize> {
        self.channels.get(&self.ends.get(&id)?.channel?)?.ends.iter().position(|end| *end == id)
    }

    /// What is new about an end that is known already.
    fn learn(&mut self, id: EndId, known: &Known) {
        match known.what {
            Thing::Pipe { inode, .. } => {
                let peer = self.ends.get(&id).and_then(|end| end.peer);
                for end in [Some(id), peer].into_iter().flatten() {
                    self.note_inode(end, inode);
                }
            }
            Thing::Socket { inode, peer, .. } => {
                self.note_inode(id, inode);
                let other = self.ends.get(&id).and_then(|end| end.peer).filter(|other| *other != id);
                if let (Some(other), Some(peer)) = (other, peer) {
                    self.note_inode(other, peer);
                }
            }
            Thing::Fifo { .. } | Thing::Object { .. } | Thing::Unknown => {}
        }
        if known.outside {
            self.set_outside(id);
        }
        if let (Some(nonblock), Some(end)) = (known.nonblock, self.ends.get_mut(&id)) {
            end.nonblock = nonblock;
        }
    }

    fn note_inode(&mut self, id: EndId, inode: u64) {
        if let Some(end) = self.ends.get_mut(&id) {
            end.inode = Some(inode);
        }
        if let Some(place) = self.place_of(id).filter(|_| self.ends.get(&id).is_some_and(|end| end.kind.is_pipe())) {
            self.inodes.insert((inode, place), id);
        } else {
            self.inodes.insert((inode, 0), id);
        }
    }

    /// Somebody who is not in the picture holds an end, or its other side, or may.
    fn set_outside(&mut self, id: EndId) {
        let peer = self.ends.get(&id).and_then(|end| end.peer);
        for id in [Some(id), peer].into_iter().flatten() {
            if let Some(end) = self.ends.get_mut(&id) {
                end.outside = true;
                end.inbox.has_outside_writers = true;
            }
        }
    }

    fn install_found(&mut self, id: TaskId, known: &Known) {
        let end = match &known.what {
            Thing::Pipe { inode, side } => self.found_pipe(*inode, *side, known),
            Thing::Fifo { path, side } => {
                let descriptor = self.found_fifo(path, *side, known.nonblock == Some(true));
                return self.install(id, known.fd, descriptor);
            }
            Thing::Socket { kind, inode, .. } => match Kind::of_socket(*kind) {
                Some(of) => self.found_socket(*inode, of, known),
                None => self.new_object("unix", ""),
            },
            Thing::Object { kind, name } if kind == "file" && name == "/dev/null" => EndId::NULL,
            Thing::Object { kind, name } => {
                // All of one kind have the same name there.
                let is_nameless = name.starts_with("anon_inode:");
                let is_same = |object: &&Object| object.kind == *kind && object.name == *name && !is_nameless;
                let same = self.objects.values().find(is_same);
                match same {
                    Some(same) => same.id,
                    None => self.new_object(kind, name),
                }
            }
            Thing::Unknown => self.new_object("unknown", ""),
        };
        self.install(id, known.fd, Descriptor { cloexec: known.cloexec.unwrap_or(false), ..Descriptor::to(end) });
        self.learn(end, known);
    }

    fn found_pipe(&mut self, inode: u64, side: Side, known: &Known) -> EndId {
        let place = usize::from(side == Side::Writes);
        if let Some(end) = self.inodes.get(&(inode, place)) {
            return *end;
        }
        let name = self.name_of_found(known, "pipe");
        let ends = if known.outside {
            let of_place = |at: usize| (at == place).then(|| EndName { name: name.clone(), index: None });
            let ends = [0, 1].map(|at| self.new_end(of_place(at), Kind::Pipe));
            self.connect_ends(name, Kind::Pipe, ends);
            ends
        } else {
            self.new_pair(&name, Kind::Pipe)
        };
        for end in ends {
            self.note_inode(end, inode);
        }
        ends[place]
    }

    fn found_socket(&mut self, inode: u64, kind: Kind, known: &Known) -> EndId {
        if let Some(end) = self.inodes.get(&(inode, 0)) {
            return *end;
        }
        let name = self.name_of_found(known, "sock");
        let id = self.new_end(Some(EndName { name: name.clone(), index: None }), kind);
        let Thing::Socket { peer, address, listens, .. } = &known.what else { return id };
        if let Some(address) = address {
            self.bind_end(id, address);
        }
        if *listens && let Some(end) = self.ends.get_mut(&id) {
            end.backlog.get_or_insert_default();
        }
        if let Some(peer) = peer {
            let other = self.inodes.get(&(*peer, 0)).copied().unwrap_or_else(|| {
                let other = self.new_end(None, kind);
                self.note_inode(other, *peer);
                other
            });
            self.connect_ends(name, kind, [id, other]);
        }
        self.note_inode(id, inode);
        id
    }

    /// `stdin` and the like for what comes from outside, else as a call would have named it.
    fn name_of_found(&mut self, known: &Known, kind: &'static str) -> String {
        match (known.outside, known.fd) {
            (true, fd @ 0..=2) => {
                let name = ["stdin", "stdout", "stderr"][usize::try_from(fd).unwrap_or(0)].to_owned();
                let is_free = [None, Some(0), Some(1)].map(|index| EndName { name: name.clone(), index });
                if is_free.iter().any(|name| self.names.contains_key(name)) {
                    self.count_name("inherited")
                } else {
                    name
                }
            }
            (true, _) => self.count_name("inherited"),
            (false, _) => self.count_name(kind),
        }
    }
}

fn describe(what: &Thing) -> String {
    match what {
        Thing::Pipe { inode, .. } => format!("pipe:[{inode}]"),
        Thing::Fifo { path, .. } => path.clone(),
        Thing::Socket { inode, .. } => format!("socket:[{inode}]"),
        Thing::Object { kind, name } => format!("{kind} {name}"),
        Thing::Unknown => "something else".to_owned(),
    }
}
