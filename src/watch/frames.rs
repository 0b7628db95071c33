//! Values as frames through a pipe, each with its length before it.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes that are read at once.
pub const BATCH: usize = 64 * 1024;
/// The most bytes of one frame: a record with a whole table is the longest.
pub const LONGEST_FRAME: usize = 16 * 1024 * 1024;

/// Its length, then its bytes.
pub fn framed<T: Serialize>(value: &T) -> Vec<u8> {
    let Ok(bytes) = postcard::to_stdvec(value) else { return Vec::new() };
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    [length.to_ne_bytes().as_slice(), &bytes].concat()
}

/// The side of a pipe where they come out again.
#[derive(Debug)]
pub struct Receiver<T> {
    pipe: File,
    bytes: Vec<u8>,
    is_over: bool,
    of: PhantomData<T>,
}

impl<T: DeserializeOwned> Receiver<T> {
    /// Over this pipe.
    pub fn new(pipe: File) -> Self {
        Self { pipe, bytes: Vec::new(), is_over: false, of: PhantomData }
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
    pub fn receive(&mut self) -> std::io::Result<Vec<T>> {
        let mut part = vec![0; BATCH];
        match self.pipe.read(&mut part) {
            Ok(0) => self.is_over = true,
            Ok(length) => self.bytes.extend(&part[..length]),
            Err(error) if matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
            Err(error) => return Err(error),
        }
        self.take_whole()
    }

    fn take_whole(&mut self) -> std::io::Result<Vec<T>> {
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
