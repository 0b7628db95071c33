//! In place of `src/sys/ring/shared.rs`: a plain allocation, and what the ring uses of the kernel. With loom the kernel is a lock
//! and a condition, which is how it keeps its own queues; without, futex(2) is the real one, or Miri's.

#[cfg(feature = "loom")]
pub use loom::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};
#[cfg(not(feature = "loom"))]
pub use std::sync::atomic::{AtomicU32, AtomicU64, Ordering, fence};

#[cfg(feature = "loom")]
use loom::sync::{Arc, Condvar, Mutex};
#[cfg(not(feature = "loom"))]
use std::sync::{Arc, Condvar, Mutex};

/// Words before the records.
pub const HEADER_WORDS: usize = 128;
/// Words of records: few, so that it fills.
pub const RING_WORDS: usize = 4;

/// The memory that both sides have.
#[derive(Debug, Clone)]
pub struct Map(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Only words that the ring uses: each costs loom time in each of its runs.
    words: Vec<(usize, AtomicU64)>,
    flag: AtomicU32,
    /// The kernel's queue of who sleeps on the flag.
    #[cfg(feature = "loom")]
    sleepers: Mutex<()>,
    #[cfg(feature = "loom")]
    woken: Condvar,
}

/// Words of the header that are used; of the signals' counters that of all and one more.
const USED: [usize; 5] = [0, 8, 16, 32, 33];

impl Map {
    pub fn new() -> Self {
        let used = USED.into_iter().chain(HEADER_WORDS..HEADER_WORDS + RING_WORDS);
        let words = used.map(|index| (index, AtomicU64::new(0))).collect();
        Self(Arc::new(Inner {
            words,
            flag: AtomicU32::new(0),
            #[cfg(feature = "loom")]
            sleepers: Mutex::new(()),
            #[cfg(feature = "loom")]
            woken: Condvar::new(),
        }))
    }

    pub fn word(&self, index: usize) -> &AtomicU64 {
        &self.0.words.iter().find(|word| word.0 == index).expect("a word that is used").1
    }

    pub fn flag(&self, _index: usize) -> &AtomicU32 {
        &self.0.flag
    }

    /// The kernel compares and queues under one lock.
    #[cfg(feature = "loom")]
    pub fn wait_while(&self, index: usize, seen: u32) {
        let queue = self.0.sleepers.lock().expect("a lock");
        if self.flag(index).load(Ordering::Relaxed) == seen {
            drop(self.0.woken.wait(queue).expect("a lock"));
        }
    }

    #[cfg(feature = "loom")]
    pub fn wake(&self, _index: usize) {
        let _queue = self.0.sleepers.lock().expect("a lock");
        self.0.woken.notify_all();
    }

    #[cfg(not(feature = "loom"))]
    pub fn wait_while(&self, index: usize, seen: u32) {
        let word = std::ptr::from_ref(self.flag(index));
        // SAFETY: the address is that of a live atomic; FUTEX_WAIT only reads it.
        unsafe { libc::syscall(libc::SYS_futex, word, libc::FUTEX_WAIT, seen, std::ptr::null::<libc::timespec>()) };
    }

    #[cfg(not(feature = "loom"))]
    pub fn wake(&self, index: usize) {
        let word = std::ptr::from_ref(self.flag(index));
        // SAFETY: the address is that of a live atomic; FUTEX_WAKE does not read it.
        unsafe { libc::syscall(libc::SYS_futex, word, libc::FUTEX_WAKE, i32::MAX) };
    }
}

/// The eventfd that is the bell, as far as write(2), read(2) and poll(2) go.
#[derive(Debug, Clone)]
pub struct Bell(Arc<(Mutex<bool>, Condvar)>);

impl Bell {
    pub fn new() -> Self {
        Self(Arc::new((Mutex::new(false), Condvar::new())))
    }

    pub fn ring(&self) {
        *self.0.0.lock().expect("a lock") = true;
        self.0.1.notify_all();
    }

    pub fn silence(&self) {
        *self.0.0.lock().expect("a lock") = false;
    }

    /// Sleeps until it is rung, as poll(2) does, which does not silence it.
    pub fn wait(&self) {
        let mut rung = self.0.0.lock().expect("a lock");
        while !*rung {
            rung = self.0.1.wait(rung).expect("a lock");
        }
    }
}
