//! `tincans watch` as a command: words in, an exit status out.

use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use color_eyre::eyre::{Result, WrapErr, eyre};

use crate::sys::output;
use crate::text;
use crate::trace::Death;

use super::headless::{self, Ended, Options};

/// Watches a program; its exit status becomes this one's.
pub fn run(program: &[OsString], options: Options, output: Option<&Path>) -> Result<u8> {
    let words: Result<Vec<CString>, _> = program.iter().map(|word| CString::new(word.as_bytes())).collect();
    let words = words.wrap_err("a word of the command line has a zero byte")?;
    let mut out: Box<dyn Write> = match output {
        Some(path) => Box::new(BufWriter::new(File::create(path).wrap_err("the transcript cannot be written")?)),
        None => Box::new(BufWriter::new(output::stderr())),
    };
    match headless::run(&words, options, &mut out)? {
        Ended::Hung | Ended::Program(_, false) => Ok(1),
        Ended::Program(Death::Exited(code), true) => Ok(u8::try_from(code).unwrap_or(u8::MAX)),
        Ended::Program(Death::Killed(signal), true) => Ok(u8::try_from(128 + signal.0).unwrap_or(u8::MAX)),
        Ended::Program(Death::Unknown, true) => Err(eyre!("how the program ended is not known")),
        Ended::NotExecuted(errno) => {
            let name = text::string(&program[0].to_string_lossy());
            Err(eyre!("{name} cannot be executed: {} ({})", errno.name(), errno.message()))
        }
        Ended::NotWatched(reason) => Err(eyre!("the program cannot be watched: {reason}")),
    }
}
