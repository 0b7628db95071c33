//! The tests that need no terminal, as one program: each module is one subject. One program, because every test program
//! links the whole crate and compiles `tests/support` again.
#![expect(clippy::expect_used, clippy::panic, reason = "a test's helpers fail by panic")]
#![expect(clippy::print_stderr, reason = "what was measured or left out is worth reading")]

#[path = "../support/mod.rs"]
mod support;

mod again;
mod bounds;
mod broken_rings;
mod contract;
mod denied;
mod exercises;
mod exports;
mod exports_c;
mod exports_python;
mod exports_rust;
mod facts;
mod foreign;
mod fuzz;
mod holds;
mod homework;
mod house;
mod lessons;
mod limits;
mod lines;
mod matrix;
mod practice;
mod private_folders;
mod raw_output;
mod readme;
mod recordings;
mod restricted;
mod run;
mod saving;
mod scarce;
mod shared;
mod sheets;
mod statements;
mod watch;
mod why;
