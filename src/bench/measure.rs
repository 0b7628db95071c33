//! What the kernel says when it is asked: queue figures by a momentary copy of a descriptor, tables by /proc/PID/fd. No copy
//! outlives the function that made it.

use std::os::fd::AsRawFd;

use crate::order::Extra;
use crate::sys::procfs::{self, OpenFile};
use crate::sys::{calls, fork, options};
use crate::trace::{Fact, FdReport, Figures, HoldersReport, QueueReport, TaskId};
use crate::world::kind::EndId;

use super::Bench;

impl Bench {
    /// Answers `queue END`: the kernel's figures, and the ledger's beside them.
    pub fn queue(&mut self, end: EndId) -> Option<QueueReport> {
        let world = self.recording.world();
        let this = world.end(end)?;
        let (task, fd) = world.holders(end).first().map(|(task, fd)| (task.id, *fd))?;
        let bytes = self.with_copy(task, fd, calls::bytes_waiting)?;
        let world = self.recording.world();
        let sender = this.peer.and_then(|peer| world.holders(peer).first().map(|(task, fd)| (task.id, *fd)));
        let (charged, sndbuf) = if this.kind.is_pipe() {
            (None, self.with_copy(task, fd, |fd| u64::try_from(calls::pipe_size(fd).ret).ok()))
        } else {
            let sender = |look: fn(i32) -> Option<u64>| sender.and_then(|(task, fd)| self.with_copy(task, fd, look));
            // One says nothing without the other.
            sender(calls::bytes_charged).zip(sender(send_buffer)).unzip()
        };
        // A pipe has one queue, and FIONREAD tells of it at either end.
        let of_pipe = this.peer.filter(|_| this.kind.is_pipe()).and_then(|peer| world.end(peer));
        let inbox =
            of_pipe.map_or(&this.inbox, |peer| if this.inbox.waiting() > 0 { &this.inbox } else { &peer.inbox });
        let messages = this.kind.keeps_messages().then(|| inbox.messages());
        Some(QueueReport { id: this.id, end: this.label(), bytes, charged, sndbuf, waiting: inbox.waiting(), messages })
    }

    /// Asks the kernel where the ledger cannot know: what a writer that sleeps or died in its call has put in.
    pub(super) fn measure_undecided(&mut self) {
        for (task, fd) in self.recording.world().undecided() {
            if let Some(bytes) = self.with_copy(task, fd, calls::bytes_waiting) {
                self.fold(task, Fact::Measured { fd, bytes });
            }
        }
    }

    /// Takes down what the kernel says of an end now. Only when all is settled: the copy must not outlive anything.
    pub fn sample(&mut self, end: EndId) {
        let Some((task, fd)) = self.recording.world().holders(end).first().map(|(task, fd)| (task.id, *fd)) else {
            return;
        };
        let is_pipe = self.recording.world().end(end).is_some_and(|end| end.kind.is_pipe());
        let look = |fd| {
            let (_, polled) = calls::poll(&[fd], ALL_POLLED, 0);
            let size = || u64::try_from(calls::pipe_size(fd).ret).ok();
            Some(Figures {
                bytes: calls::bytes_waiting(fd),
                charged: if is_pipe { None } else { calls::bytes_charged(fd) },
                room: if is_pipe { size() } else { send_buffer(fd) },
                poll: polled.first().map_or(0, |bits| i32::from(*bits)),
            })
        };
        if let Some(figures) = self.with_copy(task, fd, look) {
            self.fold(task, Fact::Sampled { fd, figures: Box::new(figures) });
        }
    }

    /// Answers `fds TASK` from the kernel's own table, with the names that the trace has for its numbers; none where the kernel
    /// does not show it.
    pub fn fds(&self, task: TaskId) -> Option<Vec<FdReport>> {
        let Some(member) = self.members.get(&task) else { return Some(Vec::new()) };
        let known = self.recording.world().fds_report(task);
        let row = |file: OpenFile| {
            let named =
                known.iter().find(|row| row.fd == file.fd).map_or_else(|| file.target.clone(), |row| row.end.clone());
            let cloexec = file.flags & crate::abi::CLOEXEC != 0;
            FdReport { fd: file.fd, end: named, cloexec, nonblock: file.flags & crate::abi::NONBLOCK != 0 }
        };
        let files = procfs::open_files(member.pid, self.numbers.base)?;
        Some(files.into_iter().filter(|file| file.fd > 2).map(row).collect())
    }

    /// Answers `holders END` from the kernel's own tables: who has a descriptor of the same file, for the same direction. None
    /// where the kernel does not show all of them.
    pub fn holders(&self, end: EndId) -> Option<HoldersReport> {
        let mut report = self.recording.world().holders_report(end);
        if self.recording.world().holders(end).is_empty() {
            return Some(report);
        }
        let file = self.file_of(end)?;
        let direction = |flags: i32| flags & O_ACCMODE;
        report.holders.clear();
        for member in self.members.values().filter(|member| member.pidfd.is_some()) {
            let files = procfs::open_files(member.pid, self.numbers.base)?.into_iter();
            let same =
                files.filter(|other| other.target == file.target && direction(other.flags) == direction(file.flags));
            report.holders.extend(same.map(|other| (member.name.clone(), other.fd)));
        }
        Some(report)
    }

    /// What the kernel calls an end: one holder's entry for it.
    fn file_of(&self, end: EndId) -> Option<OpenFile> {
        let (task, fd) = self.recording.world().holders(end).first().map(|(task, fd)| (task.pid, *fd))?;
        procfs::open_file(task, fd)
    }

    /// A look through a copy of a task's descriptor, which is closed before this returns.
    fn with_copy<T>(&self, task: TaskId, fd: i32, look: impl FnOnce(i32) -> Option<T>) -> Option<T> {
        let process = self.recording.world().task(task).map_or(task, |task| task.process);
        let pidfd = self.members.get(&process)?.pidfd.as_ref()?;
        let copy = fork::borrow_descriptor(pidfd, fd).ok()?;
        look(copy.as_raw_fd())
    }
}

/// POLLIN, POLLPRI, POLLOUT, POLLRDHUP; the kernel adds POLLERR and POLLHUP.
const ALL_POLLED: i32 = 0x2007;

/// O_RDONLY, O_WRONLY or O_RDWR.
const O_ACCMODE: i32 = 3;

fn send_buffer(fd: i32) -> Option<u64> {
    let (answer, Extra::Value(value)) = options::get(fd, "sndbuf") else { return None };
    u64::try_from(value).ok().filter(|_| answer.ret == 0)
}
