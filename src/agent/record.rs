//! How a call becomes records: one before it, one after it, and the layout both sides of the ring agree on.
//!
//! Word 0 of a record: kind in bits 0–7, length in words in bits 8–23, errno or step in bits 24–31, return value in bits
//! 32–63. Word 1, where there is one: the time. Then the bytes, their number first.

use crate::abi::Errno;
use crate::order::{KEEP_IN_LOOP, Outcome};
use crate::sys::calls::Answer;
use crate::sys::ring::{MAX_RECORD, RingReader, RingWriter};
use crate::sys::{now_ns, poll, signal};

const ENTER: u64 = 1;
const ENTER_QUICK: u64 = 2;
const EXIT: u64 = 3;
const EXIT_OUTCOME: u64 = 4;
const EXIT_DATA: u64 = 5;
const DONE: u64 = 6;
const READY: u64 = 7;

/// Longest entry and exit record together, in words.
const ROOM: usize = MAX_RECORD + 2;

/// One record as the program reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// About to make the `step`th call; no time of its own where it follows another record of the same loop at once.
    Entered {
        /// Which call of the order.
        step: u8,
        /// When.
        t_ns: Option<u64>,
    },
    /// The call returned.
    Returned {
        /// As returned.
        ret: i32,
        /// Its error.
        errno: Errno,
        /// When.
        t_ns: u64,
        /// What it brought.
        outcome: Option<Box<Outcome>>,
    },
    /// The order is done.
    Done {
        /// When.
        t_ns: u64,
    },
    /// The agent has found its place.
    Ready {
        /// When.
        t_ns: u64,
    },
}

/// The writing side.
#[derive(Debug)]
pub struct Recorder {
    ring: RingWriter,
    bell: i32,
}

impl Recorder {
    /// A recorder for this thread's ring.
    pub fn new(ring: RingWriter, bell: i32) -> Self {
        Self { ring, bell }
    }

    /// Says that the agent is at its place.
    pub fn ready(&mut self) {
        self.short(READY);
    }

    /// Says that the order is done.
    pub fn done(&mut self) {
        self.short(DONE);
    }

    /// Records that a call is about to be made, with room kept for what comes after it. From here until the exit is recorded
    /// the call's own SIGPIPE waits.
    pub fn enter(&mut self, step: u8) {
        self.reserve();
        self.ring.push(head(ENTER, 2, u64::from(step), 0));
        self.ring.push(now_ns());
        self.ring.publish();
        signal::enter_call();
    }

    /// The same inside a loop, without a time.
    #[inline]
    pub fn enter_quick(&mut self, step: u8) {
        self.reserve();
        self.ring.push(head(ENTER_QUICK, 1, u64::from(step), 0));
        self.ring.publish();
        signal::enter_call();
    }

    /// Records what a call returned.
    pub fn exit(&mut self, answer: Answer, outcome: &Outcome) {
        let bytes =
            if *outcome == Outcome::default() { Vec::new() } else { postcard::to_stdvec(outcome).unwrap_or_default() };
        let kind = if bytes.is_empty() { EXIT } else { EXIT_OUTCOME };
        self.write_exit(kind, answer, &bytes);
        signal::leave_call();
    }

    /// The same inside a loop: the beginning of the data and nothing else; rings only where the ring fills.
    #[inline]
    pub fn exit_quick(&mut self, answer: Answer, data: &[u8]) {
        if data.is_empty() {
            self.ring.push(head(EXIT, 2, small(answer.errno), low(answer.ret)));
            self.ring.push(now_ns());
            self.ring.publish();
        } else {
            self.write_exit(EXIT_DATA, answer, &data[..data.len().min(KEEP_IN_LOOP)]);
        }
        if self.ring.is_half_full() {
            self.ring_if_asleep();
        }
        signal::leave_call();
    }

    /// Wakes the program if it sleeps.
    pub fn ring_if_asleep(&self) {
        if self.ring.reader_sleeps() {
            poll::ring_bell(self.bell);
        }
    }

    fn write_exit(&mut self, kind: u64, answer: Answer, bytes: &[u8]) {
        let payload = if kind == EXIT { 0 } else { 1 + bytes.len().div_ceil(8) };
        self.ring.push(head(kind, 2 + payload as u64, small(answer.errno), low(answer.ret)));
        self.ring.push(now_ns());
        if kind != EXIT {
            self.ring.push(bytes.len() as u64);
            for chunk in bytes.chunks(8) {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                self.ring.push(u64::from_le_bytes(word));
            }
        }
        self.ring.publish();
    }

    fn short(&mut self, kind: u64) {
        self.reserve();
        self.ring.push(head(kind, 2, 0, 0));
        self.ring.push(now_ns());
        self.ring.publish();
        self.ring_if_asleep();
    }

    #[inline]
    fn reserve(&mut self) {
        let bell = self.bell;
        self.ring.reserve(ROOM, || poll::ring_bell(bell));
    }
}

fn head(kind: u64, words: u64, small: u64, ret: u64) -> u64 {
    kind | words << 8 | small << 24 | ret << 32
}

fn small(errno: Errno) -> u64 {
    u64::try_from(errno.0 & 0xff).unwrap_or(0)
}

fn low(ret: i64) -> u64 {
    ret.cast_unsigned() & 0xffff_ffff
}

/// Reads the record at the tail without moving past it: the record, and its length in words. `available` words are published.
/// None if there is none, or if what is there is no record.
pub fn decode(ring: &RingReader, available: u64) -> Option<(Entry, usize)> {
    if available == 0 {
        return None;
    }
    let first = ring.peek(0);
    let words = usize::try_from(first >> 8 & 0xffff).unwrap_or(0);
    if words == 0 || words as u64 > available {
        return None;
    }
    let small = u8::try_from(first >> 24 & 0xff).unwrap_or(0);
    let ret = u32::try_from(first >> 32).unwrap_or(0).cast_signed();
    let t_ns = if words > 1 { ring.peek(1) } else { 0 };
    let errno = Errno(i32::from(small));
    let entry = match first & 0xff {
        ENTER => Entry::Entered { step: small, t_ns: Some(t_ns) },
        ENTER_QUICK => Entry::Entered { step: small, t_ns: None },
        EXIT => Entry::Returned { ret, errno, t_ns, outcome: None },
        EXIT_OUTCOME => {
            let outcome = postcard::from_bytes(&payload(ring, words)).ok()?;
            Entry::Returned { ret, errno, t_ns, outcome: Some(Box::new(outcome)) }
        }
        EXIT_DATA => {
            let outcome = Outcome { data: payload(ring, words), ..Outcome::default() };
            Entry::Returned { ret, errno, t_ns, outcome: Some(Box::new(outcome)) }
        }
        DONE => Entry::Done { t_ns },
        READY => Entry::Ready { t_ns },
        _ => return None,
    };
    Some((entry, words))
}

fn payload(ring: &RingReader, words: usize) -> Vec<u8> {
    if words < 3 {
        return Vec::new();
    }
    let room = (words - 3) * 8;
    let length = usize::try_from(ring.peek(2)).unwrap_or(0).min(room);
    let mut bytes: Vec<u8> = (3..words).flat_map(|index| ring.peek(index).to_le_bytes()).collect();
    bytes.truncate(length);
    bytes
}
