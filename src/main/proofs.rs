//! `tincans check` and `tincans matrix`: what holds on this kernel, and how it is told.

use color_eyre::eyre::Result;
use tincans::checker::{self, Check, CheckOutcome};
use tincans::matrix::{self, Format};
use tincans::sys::output::{self, Format as Printed};
use tincans::sys::tty_input::TtyInput;

use super::{SKIPPED, USAGE};

/// Checks lessons; the exit status says what came of it.
pub fn check_lessons(check: checker::Checking, what: Check<'_>) -> Result<u8> {
    Ok(match check(what, (&mut output::stdout(Printed::Text), &mut output::stderr()))? {
        CheckOutcome::Right | CheckOutcome::NobodyReads => 0,
        CheckOutcome::Skipped => SKIPPED,
        CheckOutcome::Wrong => 1,
        CheckOutcome::NoLesson => USAGE,
    })
}

/// The format that the options ask for; text is as wide as the terminal.
pub fn matrix_format(markdown: bool, html: bool, json: bool) -> Format {
    match (markdown, html, json) {
        (_, _, true) => Format::Json,
        (_, true, false) => Format::Html,
        (true, false, false) => Format::Markdown,
        (false, false, false) => {
            let size = if output::is_terminal() { TtyInput::open().and_then(|terminal| terminal.size()) } else { None };
            Format::Text(size.map_or(matrix::WIDTH, |size| usize::from(size.0)))
        }
    }
}
