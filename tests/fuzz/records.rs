//! Any words in a ring, as a broken task may leave them: each is a record or none, no record reaches beyond what is there, and what
//! a good task records is read back as it was.

use std::cell::RefCell;
use std::os::fd::AsFd;

use tincans::abi::Errno;
use tincans::agent::record::{self, Recorder, RingRecord, Timing};
use tincans::order::{KEEP, KEEP_IN_LOOP, Outcome};
use tincans::sys::calls::CallResult;
use tincans::sys::ring::{self, RingReader, RingWriter};

/// Rings are a mebibyte each: made once.
struct Rings {
    raw: (RingWriter, RingReader),
    recorded: (Recorder, RingReader),
}

thread_local! {
    static RINGS: RefCell<Rings> = {
        let ((raw, first), (writer, second)) = (sides(), sides());
        // Nobody sleeps, so nobody rings.
        RefCell::new(Rings { raw: (raw, first), recorded: (Recorder::new(writer, -1), second) })
    };
}

fn sides() -> (RingWriter, RingReader) {
    let (fd, reader) = ring::create().expect("a ring");
    (RingWriter::open(fd.as_fd()).expect("its other side"), reader)
}

pub fn check(data: &[u8]) {
    RINGS.with_borrow_mut(|rings| {
        let words = data.chunks(8).map(|chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            u64::from_le_bytes(word)
        });
        any_words(&mut rings.raw, &words.take(512).collect::<Vec<u64>>());
        recorded(&mut rings.recorded, data);
    });
}

fn any_words((writer, reader): &mut (RingWriter, RingReader), words: &[u64]) {
    writer.reserve(words.len(), || panic!("the ring is full"));
    for word in words {
        writer.push(*word);
    }
    writer.publish();
    let (mut left, mut last_ns) = (words.len() as u64, 7);
    while left > 0 {
        last_ns = record::time(reader, left, last_ns);
        let again = record::again(reader, left, last_ns).count() as u64;
        assert!(again <= left);
        let Some((entry, words)) = record::decode(reader, left) else { break };
        assert!((1..=left).contains(&(words as u64)), "{words} words of {left}");
        assert!(again == 0 || matches!(entry, RingRecord::Again { .. }), "{entry:?}");
        reader.advance(words);
        left -= words as u64;
    }
    reader.advance(usize::try_from(left).expect("few"));
    reader.release();
    assert_eq!(reader.head(), reader.tail());
}

/// A call alone, then one in a loop.
fn recorded((recorder, reader): &mut (Recorder, RingReader), data: &[u8]) {
    let [step, errno, other @ ..] = data else { return };
    let bytes = &other[..other.len().min(KEEP)];
    let (mut at, got) = ([0; 4], other.len());
    at[..other.len().min(4)].copy_from_slice(&other[..other.len().min(4)]);
    let any = i32::from_le_bytes(at);
    // The last numbers of the byte stand for the kernel's own errors, from 512 on.
    let errno = Errno(i32::from(*errno) + if *errno >= 0xf0 { 512 - 0xf0 } else { 0 });
    let answer = CallResult { ret: i64::from(any), errno };
    let outcome: Outcome =
        postcard::from_bytes(other).unwrap_or(Outcome { data: bytes.to_vec(), ..Outcome::default() });
    recorder.enter(*step);
    recorder.exit(answer, &outcome);
    assert_eq!(next(reader), RingRecord::Entered { step: *step });
    let brought = (outcome != Outcome::default()).then(|| Box::new(outcome));
    assert_eq!(next(reader), RingRecord::Returned { ret: any, errno: answer.errno, outcome: brought });

    recorder.enter_loop(0);
    let step = step % 2;
    let answer = CallResult::ok(i64::try_from(got).unwrap_or(0));
    recorder.exit_loop(answer, bytes, Some(step), Timing::Sampled);
    recorder.exit_loop(answer, &[], None, Timing::Exact);
    recorder.done();
    assert_eq!(next(reader), RingRecord::Entered { step: 0 });
    let got = i32::try_from(got).unwrap_or(0);
    if bytes.is_empty() {
        assert_eq!(next(reader), RingRecord::Again { ret: got, step });
    } else {
        let data = bytes[..bytes.len().min(KEEP_IN_LOOP)].to_vec();
        let outcome = Some(Box::new(Outcome { data, ..Outcome::default() }));
        assert_eq!(next(reader), RingRecord::Returned { ret: got, errno: Errno::NONE, outcome });
        assert_eq!(next(reader), RingRecord::Entered { step });
    }
    assert_eq!(next(reader), RingRecord::Returned { ret: got, errno: Errno::NONE, outcome: None });
    assert_eq!(next(reader), RingRecord::Done);
    assert_eq!(reader.head(), reader.tail(), "nothing else was recorded");
    reader.release();
}

fn next(reader: &mut RingReader) -> RingRecord {
    let (entry, words) = record::decode(reader, reader.head() - reader.tail()).expect("a record");
    reader.advance(words);
    entry
}
