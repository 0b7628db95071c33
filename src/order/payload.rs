//! Bytes to write, kept small, and a sum by which long ones are compared.

use serde::{Deserialize, Serialize};

/// Bytes to write: a word, repeated, and how many bytes follow that nobody has seen. Kept small on its way: the task multiplies
/// it out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The bytes of one repetition.
    #[serde(with = "super::bytes")]
    pub word: Vec<u8>,
    /// How often.
    pub times: u64,
    /// Bytes behind them that are not known; none of what the bench itself has ordered.
    pub rest: u64,
}

impl Payload {
    /// These bytes, once.
    pub fn once(word: Vec<u8>) -> Self {
        Self { word, times: 1, rest: 0 }
    }

    /// These bytes, so often.
    pub fn repeated(word: Vec<u8>, times: u64) -> Self {
        Self { word, times, rest: 0 }
    }

    /// A beginning of `len` bytes of which no more is known.
    pub fn beginning(mut word: Vec<u8>, len: u64) -> Self {
        word.truncate(usize::try_from(len).unwrap_or(usize::MAX));
        let rest = len - word.len() as u64;
        Self { word, times: 1, rest }
    }

    /// Length in bytes.
    pub fn len(&self) -> u64 {
        self.known().saturating_add(self.rest)
    }

    /// How many bytes from the first on are known.
    pub fn known(&self) -> u64 {
        (self.word.len() as u64).saturating_mul(self.times)
    }

    /// Whether there are no bytes at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bytes that are known, one by one.
    pub fn iter(&self) -> impl Iterator<Item = u8> + '_ {
        (0..self.times).flat_map(|_| self.word.iter().copied())
    }

    /// `len` bytes from `start`, fewer where it ends or where they are not known.
    pub fn slice(&self, start: u64, len: usize) -> Vec<u8> {
        if self.word.is_empty() {
            return Vec::new();
        }
        let width = self.word.len() as u64;
        let end = self.known().min(start.saturating_add(len as u64));
        (start..end).map(|at| self.word[usize::try_from(at % width).unwrap_or(0)]).collect()
    }
}

/// FNV-1a over eight bytes at a time: says whether a long buffer is the expected one where only its beginning is kept.
pub fn hash(chunks: impl IntoIterator<Item = u8>) -> u64 {
    chunks.into_iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
