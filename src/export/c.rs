//! A run as one C program: the calls of each task in order, with a check for every result that was seen. It prints the run's own
//! transcript; on a kernel that answers otherwise it says on which line. Pure.

mod assemble;
mod calls;
mod descriptors;
mod literal;
mod results;
mod turns;

use crate::recording::Recording;

/// The program, or why the run has no form in C.
pub fn text(recording: &Recording) -> Result<String, String> {
    Ok(assemble::program(&turns::of(recording)?))
}
