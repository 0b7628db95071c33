//! The ring in shared memory into which a task records its calls: one writer, one reader, typed only as atomics, so that a
//! killed or broken peer can cause odd data but no undefined behaviour. What was written before a `kill -9` stays readable.
//!
//! Bells: the reader sleeps only after it has said so and looked once more; the writer looks whether the reader sleeps only
//! after it has published. Both need a sequentially consistent fence between their store and their load (store buffering).

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::mman::{MapFlags, MmapAdvise, ProtFlags, madvise, mmap, munmap};

use super::{During, SysError};

/// Words of 8 bytes that a ring holds: 1 MiB.
pub const RING_WORDS: usize = 128 * 1024;
/// The longest record, in words.
pub const MAX_RECORD: usize = 2048;

const HEADER_WORDS: usize = 128;
const HEAD: usize = 0;
const TAIL: usize = 8;
/// The writer sleeps until the reader has made room.
const WRITER_WAITS: usize = 9;
/// The reader sleeps, and wants the bell rung.
const READER_SLEEPS: usize = 16;
/// One counter a signal, from here on.
const SIGNALS: usize = 32;
/// Signal numbers that have a counter.
pub const SIGNAL_COUNTERS: usize = 65;

const MASK: u64 = RING_WORDS as u64 - 1;

/// The mapping, seen from either side.
#[derive(Debug)]
struct Map {
    words: NonNull<AtomicU64>,
}

// SAFETY: the mapping belongs to the process, not to a thread, and is only ever accessed as atomics.
unsafe impl Send for Map {}

/// The task's side.
#[derive(Debug)]
pub struct RingWriter {
    map: Map,
    head: u64,
    tail_seen: u64,
}

/// The program's side.
#[derive(Debug)]
pub struct RingReader {
    map: Map,
    tail: u64,
}

/// A fresh ring: the descriptor to hand to the task, and the reader's side.
pub fn create() -> Result<(OwnedFd, RingReader), SysError> {
    let fd = memfd_create(c"tincans-ring", MFdFlags::MFD_CLOEXEC).during("create a ring")?;
    let bytes = (HEADER_WORDS + RING_WORDS) * 8;
    nix::unistd::ftruncate(&fd, i64::try_from(bytes).unwrap_or(i64::MAX)).during("size a ring")?;
    let map = Map::open(fd.as_fd())?;
    Ok((fd, RingReader { map, tail: 0 }))
}

impl Map {
    fn open(fd: BorrowedFd<'_>) -> Result<Self, SysError> {
        const BYTES: usize = (HEADER_WORDS + RING_WORDS) * 8;
        let Some(length) = std::num::NonZeroUsize::new(BYTES) else {
            return Err(SysError { operation: "map a ring", errno: crate::abi::Errno::EINVAL });
        };
        let protection = ProtFlags::PROT_READ | ProtFlags::PROT_WRITE;
        // SAFETY: a new shared mapping at an address of the kernel's choice aliases nothing of Rust's.
        let address = unsafe { mmap(None, length, protection, MapFlags::MAP_SHARED, fd, 0) }.during("map a ring")?;
        // SAFETY: address and length are those of the mapping made on the line above.
        let _ = unsafe { madvise(address, BYTES, MmapAdvise::MADV_DONTFORK) };
        Ok(Self { words: address.cast() })
    }

    fn word(&self, index: usize) -> &AtomicU64 {
        debug_assert!(index < HEADER_WORDS + RING_WORDS, "a word outside the ring");
        // SAFETY: index is within the mapping (masked, or a header constant), which lives as long as self.
        let pointer = unsafe { self.words.add(index) };
        // SAFETY: the mapping is aligned to a page and only ever accessed as atomics, by every process that has it.
        unsafe { pointer.as_ref() }
    }

    fn data(&self, position: u64) -> &AtomicU64 {
        self.word(HEADER_WORDS + usize::try_from(position & MASK).unwrap_or(0))
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: the mapping was made by `open` with this length, and no reference into it outlives self.
        let _ = unsafe { munmap(self.words.cast(), (HEADER_WORDS + RING_WORDS) * 8) };
    }
}

impl RingWriter {
    /// Maps the ring behind a descriptor that the program made; goes on where an earlier program in this process stopped.
    pub fn open(fd: BorrowedFd<'_>) -> Result<Self, SysError> {
        let map = Map::open(fd)?;
        let head = map.word(HEAD).load(Ordering::Acquire);
        let tail_seen = map.word(TAIL).load(Ordering::Acquire);
        Ok(Self { map, head, tail_seen })
    }

    /// Waits until `words` more words fit. This is before a call, so a task that waits here is not asleep in it.
    pub fn reserve(&mut self, words: usize, ring_bell: impl Fn()) {
        let needed = self.head + words as u64;
        while needed - self.tail_seen > RING_WORDS as u64 {
            let waits = self.map.word(WRITER_WAITS);
            waits.store(1, Ordering::Relaxed);
            fence(Ordering::SeqCst);
            self.tail_seen = self.map.word(TAIL).load(Ordering::Acquire);
            if needed - self.tail_seen > RING_WORDS as u64 {
                ring_bell();
                super::poll::futex_wait(self.map.word(TAIL), self.tail_seen);
            }
            self.map.word(WRITER_WAITS).store(0, Ordering::Relaxed);
            self.tail_seen = self.map.word(TAIL).load(Ordering::Acquire);
        }
    }

    /// Adds a word to the record being written.
    #[inline]
    pub fn push(&mut self, word: u64) {
        self.map.data(self.head).store(word, Ordering::Relaxed);
        self.head += 1;
    }

    /// Makes everything pushed so far readable.
    #[inline]
    pub fn publish(&mut self) {
        self.map.word(HEAD).store(self.head, Ordering::Release);
    }

    /// Whether the reader sleeps and has to be woken, asked after [`Self::publish`].
    #[inline]
    pub fn reader_sleeps(&self) -> bool {
        fence(Ordering::SeqCst);
        self.map.word(READER_SLEEPS).load(Ordering::Relaxed) != 0
    }

    /// Whether more than half of the ring waits to be read, as far as is known without looking again.
    pub fn is_half_full(&mut self) -> bool {
        if self.head - self.tail_seen < RING_WORDS as u64 / 2 {
            return false;
        }
        self.tail_seen = self.map.word(TAIL).load(Ordering::Acquire);
        self.head - self.tail_seen >= RING_WORDS as u64 / 2
    }

    /// The address of the first signal counter and of the sleep flag, for a signal handler. They live as long as the mapping.
    pub fn signal_words(&self) -> (*const AtomicU64, *const AtomicU64) {
        (std::ptr::from_ref(self.map.word(SIGNALS)), std::ptr::from_ref(self.map.word(READER_SLEEPS)))
    }
}

impl RingReader {
    /// How far the writer has published.
    pub fn head(&self) -> u64 {
        self.map.word(HEAD).load(Ordering::Acquire)
    }

    /// How far this side has read.
    pub fn tail(&self) -> u64 {
        self.tail
    }

    /// The `offset`th word from the tail. Only meaningful below [`Self::head`].
    #[inline]
    pub fn peek(&self, offset: usize) -> u64 {
        self.map.data(self.tail + offset as u64).load(Ordering::Relaxed)
    }

    /// Moves past `words` words; the writer sees the room after [`Self::release`].
    #[inline]
    pub fn advance(&mut self, words: usize) {
        self.tail += words as u64;
    }

    /// Gives the room read so far back to the writer, and wakes it if it waits.
    pub fn release(&mut self) {
        self.map.word(TAIL).store(self.tail, Ordering::Release);
        fence(Ordering::SeqCst);
        if self.map.word(WRITER_WAITS).load(Ordering::Relaxed) != 0 {
            super::poll::futex_wake(self.map.word(TAIL));
        }
    }

    /// Says whether the reader is about to sleep; look at [`Self::head`] again after saying so.
    pub fn announce_sleep(&self, sleeps: bool) {
        self.map.word(READER_SLEEPS).store(u64::from(sleeps), Ordering::Relaxed);
    }

    /// How often each signal was handled so far.
    pub fn signal_count(&self, signal: usize) -> u64 {
        self.map.word(SIGNALS + signal.min(SIGNAL_COUNTERS - 1)).load(Ordering::Acquire)
    }
}

/// The fence between [`RingReader::announce_sleep`] and looking once more.
pub fn fence_before_sleep() {
    fence(Ordering::SeqCst);
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::time::Duration;

    use super::*;
    use crate::sys::poll;

    /// Both sides of one ring; threads stand for the processes, which share nothing else.
    fn both_sides() -> (RingWriter, RingReader) {
        let (fd, reader) = create().unwrap();
        (RingWriter::open(fd.as_fd()).unwrap(), reader)
    }

    /// Takes everything that is published; says how much that was.
    fn take_all(reader: &mut RingReader, expected: &mut u64) -> u64 {
        let available = reader.head() - reader.tail();
        for _ in 0..available {
            assert_eq!(reader.peek(0), *expected, "every word arrives once and in order");
            *expected += 1;
            reader.advance(1);
        }
        reader.release();
        available
    }

    /// About so many nanoseconds.
    fn dawdle(steps: u64) {
        for step in 0..steps {
            std::hint::black_box(step);
        }
    }

    /// Each round both sides meet in the gap between saying and looking: the writer writes just when the reader lies down.
    #[test]
    fn no_wake_up_is_lost() {
        const ROUNDS: u64 = 50_000;
        let (mut writer, mut reader) = both_sides();
        let bell = poll::new_bell().unwrap();
        let number = poll::number(&bell);
        let lost = &std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    while writer.map.word(TAIL).load(Ordering::Acquire) < round {
                        if lost.load(Ordering::Relaxed) {
                            return;
                        }
                        std::hint::spin_loop();
                    }
                    dawdle(round % 97);
                    writer.push(round);
                    writer.publish();
                    if writer.reader_sleeps() {
                        poll::ring_bell(number);
                    }
                }
            });
            let mut expected = 0;
            while expected < ROUNDS {
                dawdle(expected * 7 % 401);
                reader.announce_sleep(true);
                fence_before_sleep();
                if reader.head() == reader.tail() {
                    let rung = poll::wait(&[bell.as_fd()], Some(Duration::from_secs(5))).unwrap();
                    lost.store(!rung[0], Ordering::Relaxed);
                    assert!(rung[0], "the wake-up after {expected} words was lost");
                }
                reader.announce_sleep(false);
                poll::silence_bell(&bell);
                take_all(&mut reader, &mut expected);
            }
        });
    }

    #[test]
    fn a_full_ring_makes_the_writer_wait_and_loses_nothing() {
        const WORDS: u64 = RING_WORDS as u64 * 5;
        let (mut writer, mut reader) = both_sides();
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for word in 0..WORDS {
                    writer.reserve(1, || ());
                    writer.push(word);
                    writer.publish();
                }
            });
            let mut expected = 0;
            while expected < WORDS {
                if take_all(&mut reader, &mut expected) == 0 {
                    std::thread::yield_now();
                }
            }
        });
    }

    #[test]
    fn signals_are_counted_apart() {
        let (writer, reader) = both_sides();
        let (counters, _) = writer.signal_words();
        // SAFETY: the address is that of the counters in the mapping that `writer` keeps.
        let counter = unsafe { counters.add(13) };
        // SAFETY: as above; it is only ever accessed as an atomic.
        let counter = unsafe { &*counter };
        counter.fetch_add(2, Ordering::Release);
        assert_eq!(reader.signal_count(13), 2);
        assert_eq!(reader.signal_count(14), 0);
    }
}
