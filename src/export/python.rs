//! A run as one Python program: the calls of each task in order, by the modules that come with Python, with a check for every
//! result that was seen. It prints the run's own transcript; where a kernel answers otherwise it says on which line. Pure.

mod assemble;
mod calls;
mod literal;
mod call_code;
mod steps;
mod transfer;

use crate::recording::Recording;

use super::walk;

/// The program, or why the run has no form in Python.
pub fn text(recording: &Recording) -> Result<String, String> {
    assemble::program(&walk::of(recording)?)
}
