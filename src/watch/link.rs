//! The way from the watcher to the program that shows: records and notes as frames through a pipe. Nothing is dropped: where the
//! pipe is full the watcher waits, and the watched program with it.

use std::fs::File;
use std::io::Write;

use serde::{Deserialize, Serialize};

use crate::abi::Errno;
use crate::order::Call;
use crate::trace::{Record, TaskId};

use super::frames::{BATCH, framed};
use super::watcher::{RecordSink, WatcherExit};

/// One thing that the watcher says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frame {
    /// A record.
    Record(Record),
    /// Something that cannot be seen.
    Note(String),
    /// Nobody runs, and these stand before these calls: the person who steps them picks one.
    Standing(Vec<(TaskId, Call)>),
    /// The end, and the program's wait status.
    Ended(i32),
    /// The program could not be executed: an errno.
    NotExecuted(i32),
    /// The program could not be watched: why not.
    Failed(String),
}

/// The watcher's side.
#[derive(Debug)]
pub struct Sender {
    pipe: File,
    batch: Vec<u8>,
    is_broken: bool,
}

impl Sender {
    /// Over this pipe.
    pub fn new(pipe: File) -> Self {
        Self { pipe, batch: Vec::with_capacity(BATCH), is_broken: false }
    }

    /// Adds a frame.
    pub fn send(&mut self, frame: &Frame) {
        self.batch.extend(framed(frame));
        if self.batch.len() >= BATCH {
            self.flush();
        }
    }

    /// The last frame.
    pub fn end(&mut self, ending: WatcherExit) {
        match ending {
            WatcherExit::Status(status) => self.send(&Frame::Ended(status)),
            WatcherExit::NotExecuted(Errno(errno)) => self.send(&Frame::NotExecuted(errno)),
            WatcherExit::NobodyReads => {}
        }
        self.flush();
    }
}

impl RecordSink for Sender {
    fn record(&mut self, record: Record) {
        self.send(&Frame::Record(record));
    }

    fn note(&mut self, text: &str) {
        self.send(&Frame::Note(text.to_owned()));
    }

    fn standing(&mut self, standing: Vec<(TaskId, Call)>) {
        self.send(&Frame::Standing(standing));
    }

    fn flush(&mut self) -> bool {
        if !self.batch.is_empty() && !self.is_broken {
            self.is_broken = self.pipe.write_all(&self.batch).is_err();
            self.batch.clear();
        }
        !self.is_broken
    }
}

#[cfg(test)]
mod tests {
    use crate::trace::{Fact, TaskId};

    use super::super::frames::Receiver;
    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in_however_they_are_cut() {
        let (read, write) = std::io::pipe().expect("a pipe");
        let mut sender = Sender::new(File::from(std::os::fd::OwnedFd::from(write)));
        let mut receiver = Receiver::<Frame>::new(File::from(std::os::fd::OwnedFd::from(read)));
        let record = Record { line: 3, task: TaskId(1), t_ns: 7, fact: Fact::Asleep };
        sender.record(record.clone());
        sender.note("io_uring");
        sender.end(WatcherExit::Status(256));
        drop(sender);
        let mut frames = Vec::new();
        while !receiver.is_over() {
            frames.extend(receiver.receive().expect("reads"));
        }
        assert_eq!(frames, [Frame::Record(record), Frame::Note("io_uring".to_owned()), Frame::Ended(256)]);
    }

    #[test]
    fn a_frame_that_is_too_long_is_an_error() {
        let (read, mut write) = std::io::pipe().expect("a pipe");
        let mut receiver = Receiver::<Frame>::new(File::from(std::os::fd::OwnedFd::from(read)));
        write.write_all(&u32::MAX.to_ne_bytes()).expect("writes");
        assert!(receiver.receive().is_err());
    }
}
