//! The ring in every order that memory allows, up to a number of preemptions: no record is lost or out of order, an entry stays
//! readable when its writer is killed, and nobody sleeps for ever. With loom each order in turn (`--features loom`), where a
//! sleeper that nobody wakes is a deadlock and found; without it as it comes, which is what Miri runs.
//!
//! Weakening one thing at a time fails one of these tests: each of the five fences (left out, or AcqRel), HEAD's store and load,
//! the order of a signal's two counters and their store and load, each second look, the flag taken back, the wake. What loom does
//! not show: TAIL's Release and Acquire, which keep the writer from writing over a word before it was read, because it does not let
//! a load be overtaken by a later store. The bell of a full ring is not needed by these tests, since a reader that has left
//! something does not lie down.

use tincans_model::ring::shared::Bell;
use tincans_model::ring::{Map, RING_WORDS, RingReader, RingWriter, both_sides, count_signal, mark_sleeping};

#[cfg(feature = "loom")]
use loom::thread;
#[cfg(not(feature = "loom"))]
use std::thread;

/// Runs `round` in every order, or a number of times.
fn in_every_order(round: impl Fn() + Sync + Send + 'static) {
    #[cfg(feature = "loom")]
    {
        let mut model = loom::model::Builder::new();
        model.preemption_bound =
            Some(std::env::var("LOOM_MAX_PREEMPTIONS").map_or(3, |word| word.parse().expect("a number")));
        model.check(round);
    }
    #[cfg(not(feature = "loom"))]
    for _ in 0..if cfg!(miri) { 50 } else { 2000 } {
        round();
    }
}

/// Takes what is published; every word is the next number.
fn take(reader: &mut RingReader, expected: &mut u64) {
    for _ in reader.tail()..reader.head() {
        assert_eq!(reader.peek(0), *expected, "every word arrives once and in order");
        *expected += 1;
        reader.advance(1);
    }
    reader.release();
}

/// As a task does it: a record, and the bell where the program sleeps.
fn write(writer: &mut RingWriter, bell: &Bell, word: u64) {
    writer.reserve(1, || bell.ring());
    writer.push(word);
    writer.publish();
    if writer.reader_sleeps() {
        bell.ring();
    }
}

/// As the bench does it: collect, lie down, sleep unless there is news, rise.
fn read_all(reader: &mut RingReader, bell: &Bell, words: u64) {
    let mut expected = 0;
    loop {
        bell.silence();
        take(reader, &mut expected);
        if expected == words {
            return;
        }
        if !mark_sleeping(std::iter::once(&*reader)) {
            bell.wait();
        }
        reader.mark_awake();
    }
}

#[test]
fn what_is_written_arrives_in_order_and_no_bell_is_missed() {
    in_every_order(|| {
        let (mut writer, mut reader, _) = both_sides();
        let bell = Bell::new();
        let task = thread::spawn({
            let bell = bell.clone();
            move || (1..=2).for_each(|word| write(&mut writer, &bell, word - 1))
        });
        read_all(&mut reader, &bell, 2);
        task.join().expect("the task");
    });
}

/// The ring is full from the first word on: the writer waits for room, the reader for words.
#[test]
fn a_full_ring_loses_nothing_and_its_writer_is_woken() {
    in_every_order(|| {
        let (mut writer, mut reader, _) = both_sides();
        let bell = Bell::new();
        let full = RING_WORDS as u64;
        for word in 0..full {
            writer.reserve(1, || panic!("there is room"));
            writer.push(word);
        }
        writer.publish();
        let task = thread::spawn({
            let bell = bell.clone();
            move || write(&mut writer, &bell, full)
        });
        read_all(&mut reader, &bell, full + 1);
        task.join().expect("the task");
    });
}

/// The same without any bell: room made once is enough, however close it comes to the writer's lying down.
#[test]
fn a_writer_that_waits_is_told_of_room() {
    in_every_order(|| {
        let (mut writer, mut reader, _) = both_sides();
        for word in 0..RING_WORDS as u64 {
            writer.push(word);
        }
        writer.publish();
        let task = thread::spawn(move || writer.reserve(1, || ()));
        take(&mut reader, &mut 0);
        task.join().expect("the task");
    });
}

/// The writer dies between the entry of a call and its exit, which is half written: what was published is there and whole, and
/// nothing else. So too for who looks before the death.
#[test]
fn an_entry_is_readable_after_a_kill_and_half_an_exit_is_not() {
    in_every_order(|| {
        let (mut writer, reader, _) = both_sides();
        let task = thread::spawn(move || {
            writer.push(7);
            writer.push(8);
            writer.publish();
            writer.push(9);
        });
        let look = |reader: &RingReader| match reader.head() {
            0 => false,
            2 => {
                assert_eq!([reader.peek(0), reader.peek(1)], [7, 8]);
                true
            }
            other => panic!("{other} words were published"),
        };
        look(&reader);
        task.join().expect("the task");
        assert!(look(&reader), "the entry is there");
    });
}

/// Each time around, the writer uses the words again only after the reader is done with them.
#[test]
fn no_word_is_written_over_before_it_was_read() {
    in_every_order(|| {
        let (mut writer, mut reader, _) = both_sides();
        let bell = Bell::new();
        let half = RING_WORDS as u64 / 2;
        let task = thread::spawn({
            let bell = bell.clone();
            move || {
                for round in 0..3 {
                    writer.reserve(RING_WORDS / 2, || bell.ring());
                    (0..half).for_each(|word| writer.push(round * half + word));
                    writer.publish();
                    if writer.reader_sleeps() {
                        bell.ring();
                    }
                }
            }
        });
        read_all(&mut reader, &bell, 3 * half);
        task.join().expect("the task");
    });
}

/// A signal is handled while the program lies down: it is told by the bell, or seen by the last look.
#[test]
fn no_signal_is_slept_through() {
    in_every_order(|| {
        let (_writer, mut reader, map) = both_sides();
        let bell = Bell::new();
        let handler = thread::spawn({
            let (bell, map): (Bell, Map) = (bell.clone(), map);
            move || {
                if count_signal(map.word(33), map.word(32), map.word(16)) {
                    bell.ring();
                }
            }
        });
        loop {
            bell.silence();
            if reader.has_new_signals() {
                break;
            }
            if !mark_sleeping(std::iter::once(&reader)) {
                bell.wait();
            }
            reader.mark_awake();
        }
        assert_eq!(reader.signal_count(1), 1, "who knows that one came knows which");
        handler.join().expect("the handler");
    });
}
