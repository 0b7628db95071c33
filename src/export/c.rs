//! A run as one C program: the calls of each task in order, with a check for every result that was seen. It prints the run's own
//! transcript; on a kernel that answers otherwise it says on which line. Pure.

mod assemble;
mod calls;
mod literal;
mod call_code;
mod steps;
mod transfer;
mod waiting;

use crate::recording::Recording;

use super::walk;

/// The program, or why the run has no form in C.
pub fn text(recording: &Recording) -> Result<String, String> {
    assemble::program(&walk::of(recording)?)
}
