//! How a call becomes records: one before it, one after it, and the layout both sides of the ring agree on.
//!
//! Word 0 of a record: kind in bits 0–7, length in words in bits 8–23, errno or step in bits 24–31, return value in bits
//! 32–63. Word 1, where there is one: the time. Then the bytes, their number first.
//!
//! In a loop the exit of one call is the entry of the next: one word says both. Kind in bits 0–7, the next step in bit 8, the
//! return value in bits 9–34, nanoseconds since the record before it in bits 35–63.

use crate::abi::Errno;
use crate::order::{KEEP_IN_LOOP, Outcome};
use crate::sys::calls::CallResult;
use crate::sys::ring::{MAX_RECORD, RingReader, RingWriter};
use crate::sys::{now_ns, poll, signal};
use crate::trace::Again;

const ENTER: u64 = 1;
const EXIT: u64 = 3;
const EXIT_OUTCOME: u64 = 4;
const EXIT_DATA: u64 = 5;
const DONE: u64 = 6;
const READY: u64 = 7;
const AGAIN: u64 = 8;

/// The largest return value, and the longest time, that fit an AGAIN.
const AGAIN_RET: u64 = (1 << 26) - 1;
const AGAIN_NS: u64 = (1 << 29) - 1;

/// Longest entry and exit record together, in words.
const ROOM: usize = MAX_RECORD + 2;

/// One record as the program reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RingRecord {
    /// About to make the `step`th call.
    Entered {
        /// Which call of the order.
        step: u8,
    },
    /// The call returned.
    Returned {
        /// As returned.
        ret: i32,
        /// Its error.
        errno: Errno,
        /// What it brought.
        outcome: Option<Box<Outcome>>,
    },
    /// The call returned, this value and no error, and the `step`th call is about to be made: both at once, in a loop.
    Again {
        /// As returned.
        ret: i32,
        /// Which call comes next.
        step: u8,
    },
    /// The order is done.
    Done,
    /// The agent has found its place.
    Ready,
}

/// The writing side.
#[derive(Debug)]
pub struct Recorder {
    ring: RingWriter,
    bell: i32,
    /// The time of the last record in a loop.
    last_ns: u64,
    /// Calls of a loop that were recorded with that time.
    untimed: u8,
}

/// How the time of a loop's call is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Timing {
    /// The clock is read after each call.
    Exact,
    /// It is read after every fourth; between, a call has the time of the one before. A write may be said to be earlier
    /// than it was, because who reads its bytes comes later still; a read must not.
    Sampled,
}

/// Calls of a sampled loop to each look at the clock, which costs as much as all the rest of recording.
const SAMPLED: u8 = 4;

impl Recorder {
    /// A recorder for this thread's ring.
    pub fn new(ring: RingWriter, bell: i32) -> Self {
        Self { ring, bell, last_ns: 0, untimed: 0 }
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

    /// The same for the first call of a loop, and for one that does not follow another at once.
    pub fn enter_loop(&mut self, step: u8) {
        self.last_ns = now_ns();
        self.reserve();
        self.ring.push(head(ENTER, 2, u64::from(step), 0));
        self.ring.push(self.last_ns);
        self.ring.publish();
        signal::enter_call();
    }

    /// Records what a call returned.
    pub fn exit(&mut self, answer: CallResult, outcome: &Outcome) {
        let bytes =
            if *outcome == Outcome::default() { Vec::new() } else { postcard::to_stdvec(outcome).unwrap_or_default() };
        let kind = if bytes.is_empty() { EXIT } else { EXIT_OUTCOME };
        self.write_exit(kind, answer, (now_ns(), &bytes));
        self.ring.publish();
        signal::leave_call();
    }

    /// The same inside a loop: the beginning of the data and nothing else. `next` is the step that is made right after this,
    /// whose entry is recorded here too. Rings only where the ring fills.
    #[inline]
    pub fn exit_loop(&mut self, answer: CallResult, data: &[u8], next: Option<u8>, timing: Timing) {
        let is_timed = timing == Timing::Exact || next.is_none() || self.untimed + 1 >= SAMPLED;
        self.untimed = if is_timed { 0 } else { self.untimed + 1 };
        let now = if is_timed { now_ns() } else { self.last_ns };
        let since = now.saturating_sub(self.last_ns);
        let ret = answer.ret.cast_unsigned();
        match next {
            Some(step) if data.is_empty() && ret <= AGAIN_RET && since <= AGAIN_NS => {
                self.ring.push(AGAIN | u64::from(step) << 8 | ret << 9 | since << 35);
            }
            _ => self.exit_long(answer, data, (now, next)),
        }
        self.last_ns = now;
        self.ring.publish();
        if self.ring.is_half_full() {
            self.ring_if_asleep();
        }
        signal::leave_call();
        if next.is_some() {
            self.reserve();
            signal::enter_call();
        }
    }

    fn exit_long(&mut self, answer: CallResult, data: &[u8], (now, next): (u64, Option<u8>)) {
        let kind = if data.is_empty() { EXIT } else { EXIT_DATA };
        self.write_exit(kind, answer, (now, &data[..data.len().min(KEEP_IN_LOOP)]));
        if let Some(step) = next {
            self.ring.push(head(ENTER, 2, u64::from(step), 0));
            self.ring.push(now);
        }
    }

    /// Wakes the program if it sleeps.
    pub fn ring_if_asleep(&self) {
        if self.ring.reader_sleeps() {
            poll::ring_bell(self.bell);
        }
    }

    fn write_exit(&mut self, kind: u64, answer: CallResult, (now, bytes): (u64, &[u8])) {
        let payload = if kind == EXIT { 0 } else { 1 + bytes.len().div_ceil(8) };
        self.ring.push(head(kind, 2 + payload as u64, small(answer.errno), low(answer.ret)));
        self.ring.push(now);
        if kind != EXIT {
            self.ring.push(bytes.len() as u64);
            for chunk in bytes.chunks(8) {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                self.ring.push(u64::from_le_bytes(word));
            }
        }
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

/// The kernel's own errors, which start at 512, have the last numbers of the byte.
const KERNELS_OWN: i32 = 512 - 0xf0;

fn small(errno: Errno) -> u64 {
    let number = if errno.0 >= Errno::ERESTARTSYS.0 { errno.0 - KERNELS_OWN } else { errno.0 };
    u64::from(u8::try_from(number).unwrap_or(0))
}

fn errno_of(small: u8) -> Errno {
    let number = i32::from(small);
    Errno(if small >= 0xf0 { number + KERNELS_OWN } else { number })
}

fn low(ret: i64) -> u64 {
    ret.cast_unsigned() & 0xffff_ffff
}

/// The time of the record at the tail; `last_ns` is that of the one before it.
pub fn time(ring: &RingReader, available: u64, last_ns: u64) -> u64 {
    let first = ring.peek(0);
    if first & 0xff == AGAIN {
        return last_ns.saturating_add(first >> 35);
    }
    if available > 1 { ring.peek(1) } else { last_ns }
}

/// The records from the tail on, as long as each says that a call of a loop returned and the next was entered; each is one
/// word long. `last_ns` is the time of the record before them.
pub fn again(ring: &RingReader, available: u64, last_ns: u64) -> impl Iterator<Item = Again> {
    let words = (0..usize::try_from(available).unwrap_or(usize::MAX)).map(|offset| ring.peek(offset));
    words.take_while(|word| word & 0xff == AGAIN).scan(last_ns, |t_ns, word| {
        *t_ns = t_ns.saturating_add(word >> 35);
        Some(Again { ret: ret_of_again(word), step: u8::from(word & 0x100 != 0), t_ns: *t_ns })
    })
}

fn ret_of_again(word: u64) -> i32 {
    i32::try_from(word >> 9 & AGAIN_RET).unwrap_or(0)
}

/// Reads the record at the tail without moving past it: the record, and its length in words. `available` words are published.
/// None if there is none, or if what is there is no record.
pub fn decode(ring: &RingReader, available: u64) -> Option<(RingRecord, usize)> {
    if available == 0 {
        return None;
    }
    let first = ring.peek(0);
    if first & 0xff == AGAIN {
        let ret = ret_of_again(first);
        return Some((RingRecord::Again { ret, step: u8::from(first & 0x100 != 0) }, 1));
    }
    let words = usize::try_from(first >> 8 & 0xffff).unwrap_or(0);
    if words == 0 || words as u64 > available {
        return None;
    }
    let small = u8::try_from(first >> 24 & 0xff).unwrap_or(0);
    let ret = u32::try_from(first >> 32).unwrap_or(0).cast_signed();
    let errno = errno_of(small);
    let entry = match first & 0xff {
        ENTER => RingRecord::Entered { step: small },
        EXIT => RingRecord::Returned { ret, errno, outcome: None },
        EXIT_OUTCOME => {
            let outcome = postcard::from_bytes(&payload(ring, words)).ok()?;
            RingRecord::Returned { ret, errno, outcome: Some(Box::new(outcome)) }
        }
        EXIT_DATA => {
            let outcome = Outcome { data: payload(ring, words), ..Outcome::default() };
            RingRecord::Returned { ret, errno, outcome: Some(Box::new(outcome)) }
        }
        DONE => RingRecord::Done,
        READY => RingRecord::Ready,
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
