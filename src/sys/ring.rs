//! The ring in shared memory into which a task records its calls: one writer, one reader, typed only as atomics, so that a
//! killed or broken peer can cause odd data but no undefined behaviour. What was written before a `kill -9` stays readable.

mod shared;
mod sides;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::sys::memfd::{MFdFlags, memfd_create};

use super::{During, SysError};
use shared::Map;

pub use shared::RING_WORDS;
pub use sides::{RingReader, RingWriter, SIGNAL_COUNTERS, count_signal, mark_sleeping};

/// The longest record, in words.
pub const MAX_RECORD: usize = 2048;

/// A fresh ring: the descriptor to hand to the task, and the reader's side.
pub fn create() -> Result<(OwnedFd, RingReader), SysError> {
    let fd = memfd_create(c"tincans-ring", MFdFlags::MFD_CLOEXEC).during("create a ring")?;
    nix::unistd::ftruncate(&fd, i64::try_from(Map::BYTES).unwrap_or(i64::MAX)).during("size a ring")?;
    let map = Map::open(fd.as_fd())?;
    Ok((fd, RingReader::over(map)))
}

impl RingWriter {
    /// Maps the ring behind a descriptor that the program made.
    pub fn open(fd: BorrowedFd<'_>) -> Result<Self, SysError> {
        Ok(Self::over(Map::open(fd)?))
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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
        let (lost, taken) = (&AtomicBool::new(false), &AtomicU64::new(0));
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    while taken.load(Ordering::Acquire) < round {
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
                if !mark_sleeping(std::iter::once(&reader)) {
                    let rung = poll::wait(&[bell.as_fd()], Some(Duration::from_secs(5))).unwrap();
                    lost.store(!rung[0], Ordering::Relaxed);
                    assert!(rung[0], "the wake-up after {expected} words was lost");
                }
                reader.mark_awake();
                poll::silence_bell(&bell);
                take_all(&mut reader, &mut expected);
                taken.store(expected, Ordering::Release);
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
    fn signals_are_counted_apart_and_keep_the_reader_awake() {
        let (writer, mut reader) = both_sides();
        let (counters, sleeps) = writer.signal_words();
        // SAFETY: the address is that of the counters in the mapping that `writer` keeps.
        let counter = unsafe { counters.add(13) };
        // SAFETY: as above; they are only ever accessed as atomics.
        let counter = unsafe { &*counter };
        // SAFETY: as above; it is the first of them.
        let all = unsafe { &*counters };
        // SAFETY: the address is that of the flag in the same mapping.
        let sleeps = unsafe { &*sleeps };
        assert!(!reader.has_new_signals() && !mark_sleeping(std::iter::once(&reader)));
        assert!(count_signal(counter, all, sleeps), "the reader sleeps");
        reader.mark_awake();
        assert!(!count_signal(counter, all, sleeps), "it does not");
        assert!(mark_sleeping(std::iter::once(&reader)), "nobody has rung for the second");
        assert!(reader.has_new_signals() && !reader.has_new_signals());
        assert_eq!((reader.signal_count(13), reader.signal_count(14)), (2, 0));
        assert!(!mark_sleeping(std::iter::once(&reader)));
    }
}
