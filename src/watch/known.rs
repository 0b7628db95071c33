//! What is told of descriptors that no recorded call has made: inherited ones, and those that were found when first used.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::order::Call;
use crate::sys::file_identity::{self, FileIdentity, FileKey};
use crate::trace::{Fact, Known, Side, Thing};

use super::calls::about;
use super::decode::int;
use super::tables::TableRow;
use super::watcher::Watcher;

impl Watcher<'_> {
    /// Before a call that names a number of which the records tell nothing.
    pub(super) fn tell_descriptors(&mut self, tid: i32, call: &Call) {
        for fd in about(call) {
            let Some(tracee) = self.tracees.get(&tid) else { return };
            let (task, pid, table) = (tracee.task, tracee.pid, tracee.table);
            if fd < 0 || self.tables.is_told(table, fd) {
                continue;
            }
            let Some(row) = self.tables.row(table, pid, fd) else { continue };
            self.tables.tell(table, fd);
            let known = self.known(pid, fd, &row, row.channel.is_some());
            self.record(task, Fact::Known(Box::new(known)));
        }
    }

    /// After a call that made numbers: which kernel object they are, so that it is known again by another way.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others make numbers that are known by them")]
    pub(super) fn tell_made(&mut self, tid: i32, call: &Call, value: i64) {
        let Some(tracee) = self.tracees.get(&tid) else { return };
        let (task, pid, table) = (tracee.task, tracee.pid, tracee.table);
        let fds: Vec<i32> = match call {
            Call::Socket { .. } | Call::Open { .. } | Call::Accept { .. } => i32::try_from(value).into_iter().collect(),
            _ => return,
        };
        for fd in fds {
            if let Some(row) = self.tables.row(table, pid, fd) {
                let known = self.known(pid, fd, &row, false);
                self.record(task, Fact::Known(Box::new(known)));
            }
        }
    }

    /// After pidfd_getfd(2): what was taken is told of its owner too, so that it is known to be the same.
    pub(super) fn tell_taken(&mut self, tid: i32, (pidfd, number): (u64, u64), value: i64) {
        let Some(tracee) = self.tracees.get(&tid) else { return };
        let (pidfd, number, fd) = (int(pidfd), int(number), i32::try_from(value).unwrap_or(-1));
        let own = (tracee.task, tracee.pid, tracee.table, fd);
        let owner = file_identity::process_of_pidfd(tracee.pid, pidfd).and_then(|pid| self.tracees.get(&pid));
        let owner = owner.map(|owner| (owner.task, owner.pid, owner.table, number));
        for (task, pid, table, fd) in owner.into_iter().chain([own]) {
            if let Some(row) = self.tables.row(table, pid, fd) {
                let known = self.known(pid, fd, &row, false);
                self.record(task, Fact::Known(Box::new(known)));
            }
        }
    }

    /// The kernel's own table of a process.
    pub(super) fn table_of(&mut self, pid: i32, is_outside: bool) -> Option<Vec<Known>> {
        let numbers = file_identity::open_numbers(pid)?;
        let mut rows = Vec::with_capacity(numbers.len());
        for fd in numbers {
            let Some(file) = file_identity::identify(pid, fd) else { continue };
            let row = self.tables.row_of(file);
            let is_outside = is_outside && row.channel.is_some();
            rows.push(self.known(pid, fd, &row, is_outside));
        }
        Some(rows)
    }

    fn known(&mut self, pid: i32, fd: i32, row: &TableRow, outside: bool) -> Known {
        let flags = file_identity::flags(pid, fd);
        Known {
            fd,
            what: self.thing(row),
            cloexec: flags.map(|flags| flags.0),
            nonblock: flags.map(|flags| flags.1),
            outside,
        }
    }

    fn thing(&mut self, row: &TableRow) -> Thing {
        let file = &row.file;
        match file.object {
            FileKey::Pipe(inode) => Thing::Pipe { inode, side: side(file) },
            FileKey::Fifo { .. } => Thing::Fifo { path: name_of_fifo(&file.name), side: side(file) },
            FileKey::Socket(inode) => match self.tables.socket(inode) {
                Some(socket) => {
                    let address = (!socket.name.is_empty()).then(|| address(&socket.name));
                    let listens = socket.listens;
                    Thing::Socket { kind: socket.kind, inode, peer: socket.peer, address, listens }
                }
                None => Thing::Object { kind: "inet".to_owned(), name: file.name.clone() },
            },
            FileKey::Other => Thing::Object { kind: kind_of(&file.name).to_owned(), name: file.name.clone() },
        }
    }

    /// Whether a call opens a channel. A FIFO is told with the name that its descriptors have, however the program calls it: so
    /// two that open it are seen to open the same.
    pub(super) fn opens_channel(&mut self, tid: i32, directory: Option<i32>, call: &mut Call) -> bool {
        let Call::Open { path, .. } = call else { return false };
        let Some(tracee) = self.tracees.get(&tid) else { return false };
        let (task, pid, table) = (tracee.task, tracee.pid, tracee.table);
        let written = String::from_utf8_lossy(&path.path);
        if let Some(fd) = own_descriptor(&written, pid) {
            return self.tables.row(table, pid, fd).is_some_and(|row| row.channel.is_some());
        }
        let fifo = seen_by(pid, &written, directory);
        if !file_identity::is_fifo(&fifo) {
            return false;
        }
        // A pipe that is opened by another process's /proc has no name.
        if let Some(name) = file_identity::name_of(&fifo) {
            path.shown = crate::text::name(name.as_os_str().as_bytes());
            let told = Fact::Fifo(path.shown.clone());
            self.record(task, told);
        }
        true
    }

    /// Whether there is such a file for a task: a search along PATH tries many.
    pub(super) fn exists(&self, tid: i32, path: &str) -> bool {
        self.tracees.get(&tid).is_none_or(|tracee| file_identity::exists(&seen_by(tracee.pid, path, None)))
    }
}

/// The path under which another process's path is found, which may be relative to one of its descriptors.
fn seen_by(pid: i32, path: &str, directory: Option<i32>) -> PathBuf {
    let from = match directory {
        _ if path.starts_with('/') => "root".to_owned(),
        Some(fd) => format!("fd/{fd}"),
        None => "cwd".to_owned(),
    };
    Path::new(&format!("/proc/{pid}/{from}")).join(path.trim_start_matches('/'))
}

/// The number behind `/dev/fd/3`, `/proc/self/fd/3` and `/dev/stdin`.
fn own_descriptor(path: &str, pid: i32) -> Option<i32> {
    let own = format!("/proc/{pid}/fd/");
    match path {
        "/dev/stdin" => Some(0),
        "/dev/stdout" => Some(1),
        "/dev/stderr" => Some(2),
        _ => {
            ["/dev/fd/", "/proc/self/fd/", own.as_str()].iter().find_map(|start| path.strip_prefix(start)?.parse().ok())
        }
    }
}

/// A FIFO has the name that it was opened by, although that may be gone.
fn name_of_fifo(link: &str) -> String {
    let name = link.strip_suffix(" (deleted)").unwrap_or(link);
    crate::text::name(name.as_bytes())
}

fn side(file: &FileIdentity) -> Side {
    match (file.is_readable, file.is_writable) {
        (true, false) => Side::Reads,
        (false, true) => Side::Writes,
        (_, _) => Side::Both,
    }
}

fn address(name: &[u8]) -> String {
    match name {
        [0, rest @ ..] => format!("@{}", String::from_utf8_lossy(rest)),
        name => String::from_utf8_lossy(name).trim_end_matches('\0').to_owned(),
    }
}

/// What kind of thing a file is by its name under /proc.
fn kind_of(name: &str) -> &str {
    if name.starts_with("/dev/pts/") || name.starts_with("/dev/tty") || name == "/dev/console" {
        return "tty";
    }
    if let Some(kind) = name.strip_prefix("anon_inode:") {
        return kind.trim_start_matches('[').trim_end_matches(']');
    }
    if name.starts_with("socket:") { "socket" } else { "file" }
}
