//! What a broken agent leaves in its ring: the memory that it shares with the program, written from outside.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;

use super::random::Random;

/// Words before the records, and words of records: `src/sys/ring`.
const HEADER: u64 = 128;
const RECORDS: u64 = 8 * 1024;
/// Words of the header: how far the writer has come, how far the reader.
const HEAD: u64 = 0;
const TAIL: u64 = 8;
/// The counters of signals, the first of them for all.
const SIGNALS: std::ops::Range<u64> = 32..32 + 65;
/// The kinds of records (`src/agent/record.rs`), and one that there is not.
const KINDS: [u64; 8] = [1, 3, 4, 5, 6, 7, 8, 2];

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
    /// The counters of signals.
    Signals,
}

/// All of them.
pub const ALL: [Garbage; 5] = [Garbage::Everything, Garbage::Head, Garbage::Words, Garbage::Records, Garbage::Signals];

impl Garbage {
    /// Whether it is sure to be told from what an agent writes.
    pub fn is_told(self) -> bool {
        self != Self::Signals
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
            Garbage::Signals => {
                let counts = [any(random), u64::MAX, 1 << 40, 3];
                let count = counts[random.below(counts.len())];
                SIGNALS.filter(|_| random.below(4) == 0).for_each(|at| self.set(at, count));
                self.set(SIGNALS.start, any(random));
            }
        }
    }

    /// As the agent does: first the words, then how far they reach. The last of them is no record: what came before may have been
    /// some that nobody can tell from the truth.
    fn append(&self, words: &[u64]) {
        let head = self.get(HEAD);
        for (at, word) in (head..).zip(words.iter().chain(&[0])) {
            self.set(HEADER + at % RECORDS, *word);
        }
        self.set(HEAD, head + words.len() as u64 + 1);
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
    if kind == 8 {
        return vec![8 | any(random) << 8];
    }
    let payload = if matches!(kind, 4 | 5) { 1 + random.below(30) as u64 } else { 0 };
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

fn now_ns() -> u64 {
    let now = nix::time::clock_gettime(nix::time::ClockId::CLOCK_MONOTONIC).expect("a clock");
    u64::try_from(now.tv_sec()).unwrap_or(0) * 1_000_000_000 + u64::try_from(now.tv_nsec()).unwrap_or(0)
}
