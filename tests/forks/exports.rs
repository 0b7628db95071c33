//! Random programs as programs of other languages: each prints the run's own transcript, and tells an altered result.
//! `TINCANS_PROGRAMS` and `TINCANS_SEED` choose how many and from where.

use std::process::ExitCode;

use crate::support::exported::{self, C, PYTHON, RUST, Script};
use crate::support::programs::{Openness, Programs};
use crate::support::{number, runs};

/// Statements of a program.
const STATEMENTS: usize = 30;
/// Programs of a run in CI.
const PROGRAMS: u64 = 8;

pub fn all() -> ExitCode {
    let (first, programs) = (number("TINCANS_SEED").unwrap_or(1), number("TINCANS_PROGRAMS").unwrap_or(PROGRAMS));
    let scripts: Result<Vec<Script>, String> = (first..first + programs).map(program).collect();
    let scripts = match scripts {
        Ok(scripts) => scripts,
        Err(error) => {
            println!("exports: {error}");
            return ExitCode::FAILURE;
        }
    };
    for language in [&C, &PYTHON, &RUST].into_iter().filter(|language| exported::has(language)) {
        exported::each_prints_its_transcript(language, &scripts);
    }
    ExitCode::SUCCESS
}

/// A program whose every call has one outcome: another could not be asserted.
fn program(seed: u64) -> Result<Script, String> {
    let mut session = runs::open()?;
    let mut programs = Programs::new(seed, Openness::OneOutcome);
    let mut text = String::new();
    for line in 1..=STATEMENTS {
        let statement = programs.next(session.world());
        runs::perform(&mut session, &statement, u32::try_from(line).unwrap_or(0))?;
        text += &(statement + "\n");
    }
    Ok((format!("seed {seed}"), text))
}
