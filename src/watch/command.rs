//! `tincans watch` as a command: words in, an exit status out.

use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use color_eyre::eyre::{Result, WrapErr, eyre};

use crate::recorder::{Recorder, Subject};
use crate::recording::file::Kind;
use crate::sys::output;
use crate::text;
use crate::trace::Death;

use super::follower::{Ending, keeping};
use super::headless::{self, Ended, Options};

/// Where it goes beside the program's own output.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files<'a> {
    /// The transcript; standard error unless told.
    pub transcript: Option<&'a Path>,
    /// The recording, which must not be there yet.
    pub recording: Option<&'a Path>,
}

/// Watches a program; its exit status becomes this one's.
pub fn run(program: &[OsString], options: Options, files: Files<'_>) -> Result<u8> {
    let words: Result<Vec<CString>, _> = program.iter().map(|word| CString::new(word.as_bytes())).collect();
    let words = words.wrap_err("a word of the command line has a zero byte")?;
    let recorder = files.recording.map(|path| recorder(program, path)).transpose()?;
    let mut out: Box<dyn Write> = match files.transcript {
        Some(path) => Box::new(BufWriter::new(File::create(path).wrap_err("the transcript cannot be written")?)),
        None => Box::new(BufWriter::new(output::stderr())),
    };
    match headless::run(&words, options, recorder, &mut out)? {
        Ended::Hung | Ended::Program(Ending::Died(_), false) => Ok(1),
        Ended::Program(ending, _) => status(program, ending),
    }
}

/// The program's exit status as this program's, or why it has none.
pub fn status(program: &[OsString], ending: Ending) -> Result<u8> {
    match ending {
        Ending::Died(Death::Exited(code)) => Ok(u8::try_from(code).unwrap_or(u8::MAX)),
        Ending::Died(Death::Killed(signal)) => Ok(u8::try_from(128 + signal.0).unwrap_or(u8::MAX)),
        Ending::Died(Death::Unknown) => Err(eyre!("how the program ended is not known")),
        Ending::NotExecuted(errno) => {
            let name = text::string(&program[0].to_string_lossy());
            Err(eyre!("{name} cannot be executed: {} ({})", errno.name(), errno.message()))
        }
        Ending::NotWatched(reason) => Err(eyre!("the program cannot be watched: {reason}")),
    }
}

/// A new recording of this program.
pub fn recorder(program: &[OsString], path: &Path) -> Result<Recorder> {
    let mut words = program.iter().map(|word| word.to_string_lossy().into_owned());
    let subject = Subject { kind: Kind::Watch, program: words.next().unwrap_or_default(), argv: words.collect() };
    Recorder::create(path, subject, keeping(false)).map_err(|reason| eyre!(reason))
}
