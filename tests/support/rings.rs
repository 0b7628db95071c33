//! What a broken agent leaves in its ring: the memory that it shares with the program, written from outside.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;

use tincans::order::{Credentials, Extra, Outcome};

use super::random::Random;

/// Words before the records, and words of records: `src/sys/ring`.
const HEADER: u64 = 128;
const RECORDS: u64 = 8 * 1024;
/// Words of the header: how far the writer has come, how far the reader.
const HEAD: u64 = 0;
const TAIL: u64 = 8;
/// The counters of signals, the first of them for all.
const SIGNALS: std::ops::Range<u64> = 32..32 + 65;
/// The kinds of records (`src/agent/record.rs`).
const ENTER: u64 = 1;
const EXIT: u64 = 3;
const EXIT_OUTCOME: u64 = 4;
const EXIT_DATA: u64 = 5;
const DONE: u64 = 6;
const READY: u64 = 7;
const AGAIN: u64 = 8;
/// All of them, and one that there is not.
const KINDS: [u64; 8] = [ENTER, EXIT, EXIT_OUTCOME, EXIT_DATA, DONE, READY, AGAIN, 2];

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Garbage {
    /// Every word at random.
    Everything,
    /// The writer's place alone: anywhere.
    Head,
    /// Some words behind the writer's place, at random.
    Words,
    /// Some records of the right form whose fields are at random.
    Records,
    /// Records as an agent writes them, of what never was.
    Lies,
    /// The counters of signals.
    Signals,
}

/// All of them.
pub const ALL: [Garbage; 6] =
    [Garbage::Everything, Garbage::Head, Garbage::Words, Garbage::Records, Garbage::Lies, Garbage::Signals];

impl Garbage {
    /// Whether it is sure to be told from what an agent writes.
    pub fn is_told(self) -> bool {
        !matches!(self, Self::Lies | Self::Signals)
    }
}

/// One of them.
#[derive(Debug)]
pub struct Ring(File);

impl Ring {
    /// Those of a process: one a thread.
    pub fn of(pid: i32) -> Vec<Self> {
        let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let is_ring = |path: &std::path::PathBuf| {
            fs::read_link(path).is_ok_and(|target| target.to_string_lossy().starts_with("/memfd:tincans-ring"))
        };
        let rings = entries.map(|entry| entry.path()).filter(is_ring);
        rings.filter_map(|path| Some(Self(OpenOptions::new().read(true).write(true).open(path).ok()?))).collect()
    }

    /// Writes it.
    pub fn spoil(&self, garbage: Garbage, random: &mut Random) {
        match garbage {
            Garbage::Everything => (0..HEADER + RECORDS).for_each(|at| self.set(at, any(random))),
            Garbage::Head => {
                let tail = self.get(TAIL);
                let heads = [any(random), 0, u64::MAX, tail.wrapping_sub(1), tail + RECORDS + 1, tail.wrapping_neg()];
                self.set(HEAD, heads[random.below(heads.len())]);
            }
            Garbage::Words => {
                let words = (0..=random.below(40)).map(|_| any(random)).collect::<Vec<_>>();
                self.append(&words);
            }
            Garbage::Records => {
                let records = (0..=random.below(8)).flat_map(|_| record(random)).collect::<Vec<_>>();
                self.append(&records);
            }
            Garbage::Lies => {
                let lies = (0..=random.below(4)).flat_map(|_| lie(random)).collect::<Vec<_>>();
                self.publish(&lies);
            }
            Garbage::Signals => {
                let counts = [any(random), u64::MAX, 1 << 40, 3];
                let count = counts[random.below(counts.len())];
                SIGNALS.filter(|_| random.below(4) == 0).for_each(|at| self.set(at, count));
                self.set(SIGNALS.start, any(random));
            }
        }
    }

    /// So many calls of a loop that returned this.
    pub fn lie_of_calls(&self, ret: u64, count: usize) {
        self.publish(&vec![AGAIN | ret << 9; count]);
    }

    /// That its first call was entered.
    pub fn lie_of_entry(&self) {
        self.publish(&[ENTER | 2 << 8, now_ns()]);
    }

    /// The last word is no record: what came before may have been some that nobody can tell from the truth.
    fn append(&self, words: &[u64]) {
        self.publish(&[words, &[0]].concat());
    }

    /// As the agent does: first the words, then how far they reach.
    fn publish(&self, words: &[u64]) {
        let head = self.get(HEAD);
        for (at, word) in (head..).zip(words) {
            self.set(HEADER + at % RECORDS, *word);
        }
        self.set(HEAD, head + words.len() as u64);
    }

    fn set(&self, at: u64, word: u64) {
        // An agent that is gone has left a ring that nobody reads.
        let _ = self.0.write_at(&word.to_ne_bytes(), at * 8);
    }

    fn get(&self, at: u64) -> u64 {
        let mut word = [0; 8];
        self.0.read_exact_at(&mut word, at * 8).expect("a ring");
        u64::from_ne_bytes(word)
    }
}

fn any(random: &mut Random) -> u64 {
    (0..4).fold(0, |word, _| word << 16 | random.below(1 << 16) as u64)
}

/// Kind, length, errno or step, result; then the time, then bytes and their number.
fn record(random: &mut Random) -> Vec<u64> {
    let kind = KINDS[random.below(KINDS.len())];
    if kind == AGAIN {
        return vec![AGAIN | any(random) << 8];
    }
    let payload = if matches!(kind, EXIT_OUTCOME | EXIT_DATA) { 1 + random.below(30) as u64 } else { 0 };
    let results = [0, 1, 5, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000, random.below(1 << 16) as u64];
    let result = results[random.below(results.len())];
    let times = [now_ns(), now_ns(), 0, u64::MAX, now_ns() + 3_600_000_000_000, any(random)];
    let mut words = vec![kind | (2 + payload) << 8 | (random.below(256) as u64) << 24 | result << 32];
    words.push(times[random.below(times.len())]);
    if payload > 0 {
        words.push([payload * 8, any(random)][random.below(2)]);
        words.extend((1..payload).map(|_| if random.below(2) == 0 { any(random) } else { random.below(300) as u64 }));
    }
    words
}

/// That a call returned, that the order is done, that another call is made, that calls of a loop returned: whatever was asked for.
fn lie(random: &mut Random) -> Vec<u64> {
    let results = [0, 1, 5, 4096, 0x7fff_ffff, 0xffff_ffff, 40_000, random.below(1 << 16) as u64];
    let result = results[random.below(results.len())];
    let errno = if random.below(4) == 0 { random.below(134) as u64 } else { 0 };
    let head = |kind: u64, words: u64, small: u64| kind | words << 8 | small << 24 | result << 32;
    let short = |kind, small| vec![head(kind, 2, small), now_ns()];
    let returned = match random.below(3) {
        0 => short(EXIT, errno),
        of => {
            let bytes = postcard::to_stdvec(&outcome(random)).expect("it has a form");
            // In a loop only the data are told.
            let kind = if of == 1 { EXIT_OUTCOME } else { EXIT_DATA };
            let words = bytes.chunks(8).map(|chunk| {
                let mut word = [0; 8];
                word[..chunk.len()].copy_from_slice(chunk);
                u64::from_le_bytes(word)
            });
            let mut all = vec![head(kind, 3 + bytes.len().div_ceil(8) as u64, errno), now_ns(), bytes.len() as u64];
            all.extend(words);
            all
        }
    };
    match random.below(6) {
        0 => returned,
        1 => short(ENTER, random.below(3) as u64),
        2 => short(DONE, 0),
        3 => short(READY, 0),
        4 => (0..random.below(2000)).map(|_| AGAIN | (result & 0xffff) << 9).collect(),
        _ => [returned, short(DONE, 0)].concat(),
    }
}

/// What a call brought: descriptors far away, tasks that there are not, more than was asked for.
fn outcome(random: &mut Random) -> Outcome {
    let numbers = [0, 3, -1, 1_000_000, i32::MAX, i32::MIN];
    let mut number = || numbers[random.below(numbers.len())];
    let someone = Credentials { pid: number(), uid: u32::MAX, gid: 7 };
    let array = Extra::Array([number(), number()]);
    let status = Extra::Status(number());
    let fds: Vec<i32> = (0..300).map(|_| number()).collect();
    let message = Extra::Message { flags: number(), fds: fds.clone(), creds: Some(someone), control: u64::MAX };
    let kinds = [
        Extra::None,
        array,
        status,
        message,
        Extra::Revents(vec![-1; 300]),
        Extra::Selected { read: fds.clone(), write: fds, except: Vec::new() },
        Extra::Epoll(vec![(u64::MAX, u32::MAX); 300]),
        Extra::Value(i64::MIN),
        Extra::Peer(someone),
        Extra::Name(vec![0xff; 200]),
        Extra::From(b"\x1b]0;x\x07".to_vec()),
        Extra::Accepted { peer: u64::MAX },
    ];
    let extra = kinds[random.below(kinds.len())].clone();
    let data = vec![b'z'; [0, 1, 4000][random.below(3)]];
    Outcome { data, hash: (random.below(2) == 0).then_some(7), extra }
}

fn now_ns() -> u64 {
    let now = nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC).expect("a clock");
    u64::try_from(now.tv_sec()).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec()).unwrap_or(0)
}
