//! A run as one Rust program with nix: the calls of each task in order, with an assertion for every result that was seen. It prints
//! the run's own transcript; where a kernel answers otherwise it says on which line. Pure.

mod assemble;
mod calls;
mod imports;
mod literal;
mod call_code;
mod objects;
mod options;
mod steps;
mod transfer;

use crate::recording::Recording;

use super::walk;

/// The program, or why the run has no form in Rust.
pub fn text(recording: &Recording) -> Result<String, String> {
    assemble::program(&walk::of(recording)?)
}
