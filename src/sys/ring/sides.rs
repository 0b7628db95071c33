//! Both sides of the ring: who writes what when, and who is to be woken. Only atomics of `shared`, so that `tests/model` can run
//! this very file with loom's, in every order that memory allows.
//!
//! Bells: the reader sleeps only after it has said so and looked once more; the writer looks whether the reader sleeps only
//! after it has published. Both need a sequentially consistent fence between their store and their load (store buffering).

use super::shared::{AtomicU64, HEADER_WORDS, Map, Ordering, RING_WORDS, fence};

const HEAD: usize = 0;
const TAIL: usize = 8;
/// 1 while the writer sleeps until the reader has made room: the word of a futex, half as long as the others.
const WRITER_WAITS: usize = 9;
/// The reader sleeps, and wants the bell rung.
const READER_SLEEPS: usize = 16;
/// One counter a signal, from here on; at 0, which is no signal, all of them together.
const SIGNALS: usize = 32;
/// Signal numbers that have a counter.
pub const SIGNAL_COUNTERS: usize = 65;

const MASK: u64 = RING_WORDS as u64 - 1;

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
    /// Signals known of.
    signals: u64,
    /// Nothing that is in it can be believed.
    is_abandoned: bool,
}

fn data(map: &Map, position: u64) -> &AtomicU64 {
    map.word(HEADER_WORDS + usize::try_from(position & MASK).unwrap_or(0))
}

impl RingWriter {
    /// Goes on where an earlier program in this process stopped.
    pub(super) fn over(map: Map) -> Self {
        let head = map.word(HEAD).load(Ordering::Acquire);
        let tail_seen = map.word(TAIL).load(Ordering::Acquire);
        Self { map, head, tail_seen }
    }

    /// Waits until `words` more words fit. This is before a call, so a task that waits here is not asleep in it.
    pub fn reserve(&mut self, words: usize, ring_bell: impl Fn()) {
        let needed = self.head + words as u64;
        while needed - self.tail_seen > RING_WORDS as u64 {
            self.map.flag(WRITER_WAITS).store(1, Ordering::Relaxed);
            fence(Ordering::SeqCst);
            self.tail_seen = self.map.word(TAIL).load(Ordering::Acquire);
            if needed - self.tail_seen > RING_WORDS as u64 {
                ring_bell();
                self.map.wait_while(WRITER_WAITS, 1);
            }
            self.map.flag(WRITER_WAITS).store(0, Ordering::Relaxed);
            self.tail_seen = self.map.word(TAIL).load(Ordering::Acquire);
        }
    }

    /// Adds a word to the record being written.
    #[inline]
    pub fn push(&mut self, word: u64) {
        data(&self.map, self.head).store(word, Ordering::Relaxed);
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

    /// What a signal handler needs for [`count_signal`]: the address of the first of the counters, and of the sleep flag. They
    /// live as long as the mapping.
    pub fn signal_words(&self) -> (*const AtomicU64, *const AtomicU64) {
        (std::ptr::from_ref(self.map.word(SIGNALS)), std::ptr::from_ref(self.map.word(READER_SLEEPS)))
    }
}

/// Counts a signal, in its own counter and in that of all; says whether the reader sleeps and has to be woken.
pub fn count_signal(counter: &AtomicU64, all: &AtomicU64, reader_sleeps: &AtomicU64) -> bool {
    counter.fetch_add(1, Ordering::Release);
    all.fetch_add(1, Ordering::Release);
    fence(Ordering::SeqCst);
    reader_sleeps.load(Ordering::Relaxed) != 0
}

impl RingReader {
    /// Of a fresh ring.
    pub(super) fn over(map: Map) -> Self {
        Self { map, tail: 0, signals: 0, is_abandoned: false }
    }

    /// How far the writer has published, as it says itself.
    pub fn head(&self) -> u64 {
        if self.is_abandoned { self.tail } else { self.map.word(HEAD).load(Ordering::Acquire) }
    }

    /// The same; none if that cannot be: it is never behind this side, nor further ahead of it than there is room.
    pub fn sound_head(&self) -> Option<u64> {
        let head = self.head();
        head.checked_sub(self.tail).is_some_and(|words| words <= RING_WORDS as u64).then_some(head)
    }

    /// How far this side has read.
    pub fn tail(&self) -> u64 {
        self.tail
    }

    /// From here on it is as if nothing more came, whatever comes.
    pub fn abandon(&mut self) {
        self.is_abandoned = true;
    }

    /// The `offset`th word from the tail. Only meaningful below [`Self::head`].
    #[inline]
    pub fn peek(&self, offset: usize) -> u64 {
        data(&self.map, self.tail + offset as u64).load(Ordering::Relaxed)
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
        let waits = self.map.flag(WRITER_WAITS);
        if waits.load(Ordering::Relaxed) != 0 {
            // Who is about to sleep finds this, and does not.
            waits.store(0, Ordering::Relaxed);
            self.map.wake(WRITER_WAITS);
        }
    }

    /// The reader does not sleep any more: it need not be woken.
    pub fn mark_awake(&self) {
        self.map.word(READER_SLEEPS).store(0, Ordering::Relaxed);
    }

    /// Whether signals were handled since this was asked last; [`Self::signal_count`] says which.
    pub fn has_new_signals(&mut self) -> bool {
        let all = self.all_signals();
        std::mem::replace(&mut self.signals, all) != all
    }

    fn all_signals(&self) -> u64 {
        if self.is_abandoned { self.signals } else { self.map.word(SIGNALS).load(Ordering::Acquire) }
    }

    /// How often each signal was handled so far; 0 is no signal.
    pub fn signal_count(&self, signal: usize) -> u64 {
        self.map.word(SIGNALS + signal.clamp(1, SIGNAL_COUNTERS - 1)).load(Ordering::Acquire)
    }

    /// Whether there is anything that has not been taken in.
    fn has_news(&self) -> bool {
        self.head() != self.tail || self.all_signals() != self.signals
    }
}

/// Says of all rings that their reader is about to sleep, then looks once more: true if it must not, because something is there
/// that nobody may ring for.
pub fn mark_sleeping<'a>(rings: impl Iterator<Item = &'a RingReader> + Clone) -> bool {
    for ring in rings.clone() {
        ring.map.word(READER_SLEEPS).store(1, Ordering::Relaxed);
    }
    fence(Ordering::SeqCst);
    let mut rings = rings;
    rings.any(RingReader::has_news)
}
