//! The tests that run the program in a terminal of their own, and those that measure it, as one program: each module is one
//! subject.

#[path = "../support/mod.rs"]
#[expect(clippy::expect_used, clippy::panic, reason = "a test's helpers fail by panic")]
mod support;

mod chaos;
mod exits;
mod first;
mod jobs;
mod keys;
mod kills;
mod learn;
mod lessons_again;
mod monkey;
mod pointer;
mod scale;
mod soak;
mod terminal;
