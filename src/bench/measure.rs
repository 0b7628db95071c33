//! What the kernel says when it is asked: queue figures by a momentary copy of a descriptor, tables by /proc/PID/fd. No copy
//! outlives the function that made it.

use std::os::fd::AsRawFd;

use crate::abi;
use crate::sys::calls;
use crate::sys::figures::EndFigures;
use crate::sys::fork;
use crate::sys::procfs::{self, OpenFile};
use crate::trace::{Fact, FdReport, Figures, HoldersReport, QueueReport, TaskId};
use crate::world::kind::{EndId, Kind};

use super::Bench;
use super::member::Phase;

impl Bench {
    /// Answers `queue END`: the kernel's figures, and the ledger's beside them.
    pub fn queue(&mut self, end: EndId) -> Option<QueueReport> {
        let world = self.recording.world();
        let this = world.end(end)?;
        let own = self.figures(end)?;
        let bytes = own.bytes?;
        let (charged, sndbuf) = if this.kind.is_pipe() {
            (None, own.pipe_size)
        } else {
            let sender = this.peer.and_then(|peer| self.figures(peer));
            // One says nothing without the other.
            sender.and_then(|sender| sender.charged.zip(sender.sndbuf)).unzip()
        };
        // A pipe has one queue, and FIONREAD tells of it at either end.
        let of_pipe = this.peer.filter(|_| this.kind.is_pipe()).and_then(|peer| world.end(peer));
        let inbox =
            of_pipe.map_or(&this.inbox, |peer| if this.inbox.waiting() > 0 { &this.inbox } else { &peer.inbox });
        let messages = inbox.messages().filter(|_| this.kind.keeps_messages());
        Some(QueueReport { id: this.id, end: this.label(), bytes, charged, sndbuf, waiting: inbox.waiting(), messages })
    }

    /// Asks the kernel where the ledger cannot know: what a writer that sleeps or died in its call has put in.
    pub(super) fn measure_undecided(&mut self) {
        for (task, fd) in self.recording.world().undecided() {
            if let Some(bytes) = self.figures_by(task, fd).and_then(|figures| figures.bytes) {
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
        if let Some(of_end) = self.figures(end) {
            let room = if is_pipe { of_end.pipe_size } else { of_end.sndbuf };
            let charged = of_end.charged.filter(|_| !is_pipe);
            let figures = Figures { bytes: of_end.bytes, charged, room, poll: of_end.poll };
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
            let cloexec = file.flags & abi::CLOEXEC != 0;
            FdReport { fd: file.fd, end: named, cloexec, nonblock: file.flags & abi::NONBLOCK != 0 }
        };
        let files = procfs::open_files(member.pid, self.numbers.base)?;
        let is_own = |file: &OpenFile| file.fd > 2 || known.iter().any(|row| row.fd == file.fd);
        Some(files.into_iter().filter(is_own).map(row).collect())
    }

    /// Answers `holders END` from the kernel's own tables: who has a descriptor of the same file, for the same direction. None
    /// where the kernel does not show all of them.
    pub fn holders(&self, end: EndId) -> Option<HoldersReport> {
        let mut report = self.recording.world().holders_report(end);
        // Of eventfd and the like /proc does not say which one it is.
        if self.recording.world().holders(end).is_empty() || self.recording.world().object(end).is_some() {
            return Some(report);
        }
        let file = self.file_of(end)?;
        let is_fifo = self.recording.world().end(end).is_some_and(|end| end.kind == Kind::Fifo);
        let writes = is_fifo && self.recording.world().end(end).is_some_and(|end| !end.can_be_read());
        let other_side = if writes { abi::READ_ONLY } else { abi::WRITE_ONLY };
        let access = |flags: i32| flags & abi::ACCESS_MODE;
        // A FIFO's side is also open where it was opened for both.
        let is_same_side = |flags: i32| {
            if is_fifo { access(flags) != other_side } else { access(flags) == access(file.flags) }
        };
        // Of one opening of a FIFO the kernel does not say which descriptors are its own.
        if self.recording.world().opening(end).is_some() {
            return Some(report);
        }
        report.holders.clear();
        for member in self.members.values().filter(|member| member.pidfd.is_some()) {
            let files = procfs::open_files(member.pid, self.numbers.base)?.into_iter();
            let same = files.filter(|other| other.target == file.target && is_same_side(other.flags));
            report.holders.extend(same.map(|other| (member.name.clone(), other.fd)));
        }
        Some(report)
    }

    /// What the kernel calls an end: one holder's entry for it.
    fn file_of(&self, end: EndId) -> Option<OpenFile> {
        let (task, fd) = self.recording.world().holders(end).first().map(|(task, fd)| (task.pid, *fd))?;
        procfs::open_file(task, fd)
    }

    /// The kernel's figures of an end, by the first of its holders that can tell them.
    fn figures(&self, end: EndId) -> Option<EndFigures> {
        let holders = self.recording.world().holders(end);
        holders.iter().find_map(|(task, fd)| self.figures_by(task.id, *fd))
    }

    /// Why [`Self::queue`] has no answer for an end that is there.
    pub fn queue_obstacle(&self, end: EndId) -> String {
        let holders = self.recording.world().holders(end);
        let Some((task, fd)) = holders.first().map(|(task, fd)| (task.id, *fd)) else {
            return "nobody holds that end".to_owned();
        };
        if self.recording.world().is_locked(end) {
            return "a sleeping splice holds the pipe's lock until its socket has room or bytes".to_owned();
        }
        let process = self.recording.world().task(task).map_or(task, |task| task.process);
        let pidfd = self.members.get(&process).and_then(|member| member.pidfd.as_ref());
        let copied = pidfd.map(|pidfd| fork::borrow_descriptor(pidfd, fd));
        let errno = match copied {
            Some(Ok(copy)) => return why_not_waiting(copy.as_raw_fd()),
            Some(Err(error)) => error.errno.name(),
            None => "no pidfd",
        };
        if holders.iter().any(|(task, _)| self.can_tell(task.id)) {
            return "ioctl(FIONREAD) is denied here, also to the task that holds that end".to_owned();
        }
        format!("pidfd_getfd(2) is denied here ({errno}), and none of its holders is idle")
    }

    /// Whether a task takes questions for figures now: it waits for an order.
    fn can_tell(&self, task: TaskId) -> bool {
        self.members.get(&task).is_some_and(|member| {
            member.phase == Phase::Waiting && !member.is_stopped && !member.is_to_stop && !member.is_reader
        })
    }

    /// By a copy of a task's descriptor, which is closed before this returns; where the kernel denies that (Yama, a container
    /// without CAP_SYS_PTRACE, seccomp), by the task itself while it is idle.
    fn figures_by(&self, task: TaskId, fd: i32) -> Option<EndFigures> {
        let process = self.recording.world().task(task).map_or(task, |task| task.process);
        let entry = self.recording.world().process_of(task).and_then(|process| process.table.get(&fd));
        // Who asks for the length of such a pipe waits for its lock, and so would this program.
        if entry.is_some_and(|entry| self.recording.world().is_locked(entry.end)) {
            return None;
        }
        let pidfd = self.members.get(&process)?.pidfd.as_ref()?;
        if let Ok(copy) = fork::borrow_descriptor(pidfd, fd) {
            return Some(EndFigures::of(copy.as_raw_fd()));
        }
        let member = self.members.get(&task)?;
        if self.can_tell(task) { member.control.ask_figures(fd) } else { None }
    }
}

/// What keeps FIONREAD from an answer, asked over a descriptor of the program's own.
fn why_not_waiting(fd: i32) -> String {
    match calls::try_bytes_waiting(fd) {
        Ok(_) => "the kernel tells no length of it".to_owned(),
        Err(errno) => format!("ioctl(FIONREAD) is denied here: {}", errno.name()),
    }
}
