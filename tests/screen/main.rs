//! The tests that run the program in a terminal of their own, and those that measure it, as one program: each module is one
//! subject.
#![expect(clippy::expect_used, clippy::panic, reason = "a test's helpers fail by panic")]
#![expect(clippy::print_stderr, reason = "what was measured or left out is worth reading")]

#[path = "../support/mod.rs"]
mod support;

mod broken_rings;
mod chaos;
mod copies;
mod denied;
mod exits;
mod first;
mod five_kinds;
mod first_steps;
mod jobs;
mod keys;
mod kill_matrix;
mod kills;
mod learn;
mod lessons_again;
mod matrix;
mod monkey;
mod pointer;
mod scale;
mod soak;
mod starting;
mod terminal;
mod watched;
