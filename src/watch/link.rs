//! The way from the watcher to the program that shows: records and notes as frames through a pipe. Nothing is dropped: where the
//! pipe is full the watcher waits, and the watched program with it.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};

use serde::{Deserialize, Serialize};

use crate::abi::Errno;
use crate::trace::Record;

use super::watcher::{Ending, Output};

/// Bytes that are collected before they are written.
const BATCH: usize = 64 * 1024;
/// The most bytes of one frame: a record with a whole table is the longest.
pub const LONGEST_FRAME: usize = 16 * 1024 * 1024;

/// One thing that the watcher says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Frame {
    /// A record.
    Record(Record),
    /// Something that cannot be seen.
    Note(String),
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
        let Ok(bytes) = postcard::to_stdvec(frame) else { return };
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        self.batch.extend(length.to_ne_bytes());
        self.batch.extend(bytes);
        if self.batch.len() >= BATCH {
            self.flush();
        }
    }

    /// The last frame.
    pub fn end(&mut self, ending: Ending) {
        match ending {
            Ending::Status(status) => self.send(&Frame::Ended(status)),
            Ending::NotExecuted(Errno(errno)) => self.send(&Frame::NotExecuted(errno)),
            Ending::NobodyReads => {}
        }
        self.flush();
    }
}

impl Output for Sender {
    fn record(&mut self, record: Record) {
        self.send(&Frame::Record(record));
    }

    fn note(&mut self, text: &str) {
        self.send(&Frame::Note(text.to_owned()));
    }

    fn flush(&mut self) -> bool {
        if !self.batch.is_empty() && !self.is_broken {
            self.is_broken = self.pipe.write_all(&self.batch).is_err();
            self.batch.clear();
        }
        !self.is_broken
    }
}

/// The other side.
#[derive(Debug)]
pub struct Receiver {
    pipe: File,
    bytes: Vec<u8>,
    is_over: bool,
}

impl Receiver {
    /// Over this pipe.
    pub fn new(pipe: File) -> Self {
        Self { pipe, bytes: Vec::new(), is_over: false }
    }

    /// To be polled.
    pub fn pipe(&self) -> &File {
        &self.pipe
    }

    /// Whether all has come.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Reads once, and gives the frames that are whole by now. Of a pipe that does not block, it may be none.
    pub fn receive(&mut self) -> std::io::Result<Vec<Frame>> {
        let mut part = vec![0; BATCH];
        match self.pipe.read(&mut part) {
            Ok(0) => self.is_over = true,
            Ok(length) => self.bytes.extend(&part[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(error) => return Err(error),
        }
        self.take_whole()
    }

    fn take_whole(&mut self) -> std::io::Result<Vec<Frame>> {
        let mut frames = Vec::new();
        let mut at = 0;
        while let Some(head) = self.bytes.get(at..at + 4) {
            let length = u32::from_ne_bytes([head[0], head[1], head[2], head[3]]) as usize;
            if length > LONGEST_FRAME {
                return Err(ErrorKind::InvalidData.into());
            }
            let Some(body) = self.bytes.get(at + 4..at + 4 + length) else { break };
            let frame =
                postcard::from_bytes(body).map_err(|error| std::io::Error::new(ErrorKind::InvalidData, error))?;
            frames.push(frame);
            at += 4 + length;
        }
        self.bytes.drain(..at);
        Ok(frames)
    }
}

#[cfg(test)]
mod tests {
    use crate::trace::{Fact, TaskId};

    use super::*;

    #[test]
    fn frames_come_out_as_they_went_in_however_they_are_cut() {
        let (read, write) = std::io::pipe().expect("a pipe");
        let mut sender = Sender::new(File::from(std::os::fd::OwnedFd::from(write)));
        let mut receiver = Receiver::new(File::from(std::os::fd::OwnedFd::from(read)));
        let record = Record { line: 3, task: TaskId(1), t_ns: 7, fact: Fact::Asleep };
        sender.record(record.clone());
        sender.note("io_uring");
        sender.end(Ending::Status(256));
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
        let mut receiver = Receiver::new(File::from(std::os::fd::OwnedFd::from(read)));
        write.write_all(&u32::MAX.to_ne_bytes()).expect("writes");
        assert!(receiver.receive().is_err());
    }
}
