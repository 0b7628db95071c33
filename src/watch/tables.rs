//! The descriptor tables of watched processes: what each number refers to, learned when it is first used and forgotten when it is
//! closed. The kernel is asked by inode, so no copy of a descriptor is ever taken.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::RangeInclusive;

use crate::abi;
use crate::sys::file_identity::{FileIdentity, FileKey, identify};
use crate::sys::sock_diag::{SockDiag, UnixSocket};

/// A descriptor table, which threads share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableId(pub u32);

/// What the rule of order is about: of the kernel's one channel both ends have the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ChannelKey {
    /// A pipe's inode.
    Pipe(u64),
    /// A FIFO's device and inode.
    Fifo(u64, u64),
    /// The lower inode of a connected pair of sockets, or that of a socket alone.
    Socket(u64),
    /// No channel: a descriptor table that several tasks share, for calls that make or close numbers in it.
    Table(TableId),
}

/// What a number refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// The file.
    pub file: FileIdentity,
    /// The channel it is an end of; none of another file.
    pub channel: Option<ChannelKey>,
    /// A socket that had no peer when it was looked up, or a datagram one: it may have got another since.
    pub may_connect: bool,
}

/// The tables, and who is asked about sockets.
#[derive(Debug)]
pub struct Tables {
    rows: HashMap<TableId, BTreeMap<i32, Option<TableRow>>>,
    /// Numbers of each table that the records tell of.
    told: HashMap<TableId, HashSet<i32>>,
    next: u32,
    diag: Option<SockDiag>,
}

impl Tables {
    /// None yet.
    pub fn new() -> Self {
        Self { rows: HashMap::new(), told: HashMap::new(), next: 0, diag: SockDiag::open().ok() }
    }

    /// A new table without any number known.
    pub fn make(&mut self) -> TableId {
        self.next += 1;
        TableId(self.next)
    }

    /// A new table like this one, as fork(2) makes it.
    pub fn copy(&mut self, of: TableId) -> TableId {
        let id = self.make();
        if let Some(rows) = self.rows.get(&of).cloned() {
            self.rows.insert(id, rows);
        }
        if let Some(told) = self.told.get(&of).cloned() {
            self.told.insert(id, told);
        }
        id
    }

    /// A table that nobody has any more.
    pub fn forget_table(&mut self, id: TableId) {
        self.rows.remove(&id);
        self.told.remove(&id);
    }

    /// A number that may refer to something else from now on.
    pub fn forget(&mut self, id: TableId, fd: i32) {
        if let Some(rows) = self.rows.get_mut(&id) {
            rows.remove(&fd);
        }
        if let Some(told) = self.told.get_mut(&id) {
            told.remove(&fd);
        }
    }

    /// The same of all numbers in a range.
    pub fn forget_range(&mut self, id: TableId, range: RangeInclusive<i32>) {
        if let Some(rows) = self.rows.get_mut(&id) {
            rows.retain(|fd, _| !range.contains(fd));
        }
        if let Some(told) = self.told.get_mut(&id) {
            told.retain(|fd| !range.contains(fd));
        }
    }

    /// A number that a recorded call has made or changed: its meaning is told, and looked up when it is used.
    pub fn renew(&mut self, id: TableId, fd: i32) {
        self.forget(id, fd);
        self.told.entry(id).or_default().insert(fd);
    }

    /// The numbers in this range that the records tell of.
    pub fn told_in(&self, id: TableId, range: RangeInclusive<i32>) -> Vec<i32> {
        let mut fds: Vec<i32> = self.told.get(&id).into_iter().flatten().copied().collect();
        fds.retain(|fd| range.contains(fd));
        fds.sort_unstable();
        fds
    }

    /// All numbers whose meaning may have changed.
    pub fn forget_all_but(&mut self, id: TableId, open: &[i32]) {
        if let Some(rows) = self.rows.get_mut(&id) {
            rows.retain(|fd, _| open.contains(fd));
        }
        if let Some(told) = self.told.get_mut(&id) {
            told.retain(|fd| open.contains(fd));
        }
    }

    /// Whether the records tell what this number refers to.
    pub fn is_told(&self, id: TableId, fd: i32) -> bool {
        self.told.get(&id).is_some_and(|told| told.contains(&fd))
    }

    /// From now on they do.
    pub fn tell(&mut self, id: TableId, fd: i32) {
        self.told.entry(id).or_default().insert(fd);
    }

    /// What a number refers to; none if it is not open.
    pub fn row(&mut self, id: TableId, pid: i32, fd: i32) -> Option<TableRow> {
        if let Some(known) = self.rows.get(&id).and_then(|rows| rows.get(&fd)) {
            let is_sure = known.as_ref().is_none_or(|row| !row.may_connect);
            if is_sure {
                return known.clone();
            }
        }
        let row = self.row_of(identify(pid, fd)?);
        self.rows.entry(id).or_default().insert(fd, Some(row.clone()));
        Some(row)
    }

    /// The same of a file.
    pub fn row_of(&mut self, file: FileIdentity) -> TableRow {
        let (channel, may_connect) = match file.object {
            FileKey::Pipe(inode) => (Some(ChannelKey::Pipe(inode)), false),
            FileKey::Fifo { device, inode } => (Some(ChannelKey::Fifo(device, inode)), false),
            FileKey::Socket(inode) => match self.socket(inode) {
                Some(socket) => {
                    let lower = socket.peer.map_or(inode, |peer| peer.min(inode));
                    (Some(ChannelKey::Socket(lower)), socket.peer.is_none() || socket.kind == abi::SOCK_DGRAM)
                }
                None => (None, false),
            },
            FileKey::Other => (None, false),
        };
        TableRow { file, channel, may_connect }
    }

    /// What the kernel says of a socket.
    pub fn socket(&mut self, inode: u64) -> Option<UnixSocket> {
        self.diag.as_mut()?.unix_socket(inode)
    }

    /// The inode of a socket's peer.
    pub fn peer(&mut self, inode: u64) -> Option<u64> {
        self.socket(inode)?.peer
    }
}

impl Default for Tables {
    fn default() -> Self {
        Self::new()
    }
}
