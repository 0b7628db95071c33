//! `tincans watch` as a command: words in, an exit status out.

use std::ffi::{CString, OsString};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr, eyre};

use crate::bench::BenchError;
use crate::grade::Grade;
use crate::grade::grading::Grading;
use crate::recorder::{RecordedProgram, Recorder};
use crate::recording::file::SourceKind;
use crate::retold::Retold;
use crate::source::Source;
use crate::sys::output;
use crate::text;
use crate::trace::Death;

use super::follower::{ProgramEnding, keeping};
use super::headless::{self, HeadlessOptions, HeadlessResult, Listeners};
use super::live::{LiveOptions, Watched};
use super::orders;

/// Where it goes beside the program's own output.
#[derive(Debug, Clone, Copy, Default)]
pub struct Files<'a> {
    /// The transcript; standard error unless told.
    pub transcript: Option<&'a Path>,
    /// The recording, which must not be there yet.
    pub recording: Option<&'a Path>,
    /// What is expected of the program.
    pub expectations: Option<&'a Path>,
    /// What it did, as a script, which must not be there yet.
    pub script: Option<&'a Path>,
}

/// Watches a program; its exit status becomes this one's.
pub fn run(program: &[OsString], options: HeadlessOptions, files: Files<'_>) -> Result<u8> {
    let words = words(program)?;
    let mut listeners = Listeners {
        recorder: files.recording.map(|path| recorder(program, path)).transpose()?,
        grading: files.expectations.map(grade).transpose()?.map(Grading::new),
        why: Vec::new(),
        retold: files.script.map(|_| Retold::new()),
    };
    let script =
        files.script.map(|path| File::create_new(path).wrap_err_with(|| unwritten("script", path))).transpose()?;
    let mut out: Box<dyn Write> = match files.transcript {
        Some(path) => Box::new(BufWriter::new(File::create(path).wrap_err_with(|| unwritten("transcript", path))?)),
        None => Box::new(BufWriter::new(output::stderr())),
    };
    let ended = headless::run(&words, options, &mut listeners, &mut out)?;
    if let (Some(mut script), Some(retold)) = (script, &listeners.retold) {
        let name = text::string(&program[0].to_string_lossy());
        let written = script.write_all(retold.script(&name).as_bytes());
        written.wrap_err_with(|| files.script.map_or_else(String::new, |path| unwritten("script", path)))?;
    }
    for (path, line) in unmet(&listeners, files.expectations) {
        let _ = writeln!(output::stderr(), "{path}:{line}");
    }
    for line in &listeners.why {
        let _ = writeln!(output::stderr(), "tincans: {}", text::string(line));
    }
    match ended {
        HeadlessResult::Hung | HeadlessResult::Program { ending: ProgramEnding::Died(_), is_clean: false, .. } => Ok(1),
        HeadlessResult::Program { ending, is_met, .. } => {
            let status = status(program, ending)?;
            Ok(if status == 0 && !is_met { 1 } else { status })
        }
    }
}

fn unwritten(what: &str, path: &Path) -> String {
    format!("the {what} cannot be written: {}", text::string(&path.display().to_string()))
}

/// The expectations of a file.
fn grade(path: &Path) -> Result<Grade> {
    let name = text::string(&path.display().to_string());
    let source = std::fs::read(path).wrap_err_with(|| format!("{name} cannot be read"))?;
    Grade::parse(&source).map_err(|error| eyre!("{name}:{error}"))
}

/// What was expected and did not come, with its file.
fn unmet(listeners: &Listeners, path: Option<&Path>) -> Vec<(String, String)> {
    let name = path.map_or_else(String::new, |path| text::string(&path.display().to_string()));
    let lines = listeners.grading.as_ref().map(|grading| grading.grade.unmet()).unwrap_or_default();
    lines.into_iter().map(|line| (name.clone(), text::string(&line.to_string()))).collect()
}

/// Runs it in so many orders, and says which different ends there are. 1 if there is more than one, or a bad one.
pub fn orders(program: &[OsString], count: u64, timeout: Option<Duration>) -> Result<u8> {
    let outcomes = orders::run(&words(program)?, count, timeout)?;
    let name: Vec<String> = program.iter().map(|word| text::string(&word.to_string_lossy())).collect();
    let mut out = output::stdout(output::Format::Text);
    for line in outcomes.lines(&name.join(" ")) {
        writeln!(out, "{}", text::respelled(&line)).wrap_err("stdout cannot be written")?;
    }
    Ok(u8::from(!outcomes.are_alike_and_clean()))
}

/// Starts it as a source for the UI, on a terminal of its own of this size, in this way.
pub fn start(
    program: &[OsString],
    recording: Option<&Path>,
    (size, options): ((u16, u16), LiveOptions),
) -> Result<Box<dyn Source>, BenchError> {
    let fails = |reason: String| BenchError::Mishap(reason);
    let words = words(program).map_err(|error| fails(error.to_string()))?;
    let recorder = recording.map(|path| recorder(program, path)).transpose();
    let recorder = recorder.map_err(|error| fails(error.to_string()))?;
    Ok(Box::new(Watched::start(&words, (size, options), recorder)?))
}

fn words(program: &[OsString]) -> Result<Vec<CString>> {
    let words: Result<Vec<CString>, _> = program.iter().map(|word| CString::new(word.as_bytes())).collect();
    words.wrap_err("a word of the command line has a zero byte")
}

/// The program's exit status as this program's, or why it has none.
pub fn status(program: &[OsString], ending: ProgramEnding) -> Result<u8> {
    match ending {
        ProgramEnding::Died(Death::Exited(code)) => Ok(u8::try_from(code).unwrap_or(u8::MAX)),
        ProgramEnding::Died(Death::Killed(signal)) => Ok(u8::try_from(128 + signal.0).unwrap_or(u8::MAX)),
        ProgramEnding::Died(Death::Unknown) => Err(eyre!("how the program ended is not known")),
        ProgramEnding::NotExecuted(errno) => {
            let name = text::string(&program[0].to_string_lossy());
            Err(eyre!("{name} cannot be executed: {} ({})", errno.name(), errno.message()))
        }
        ProgramEnding::NotWatched(reason) => Err(eyre!("the program cannot be watched: {reason}")),
    }
}

/// A new recording of this program.
pub fn recorder(program: &[OsString], path: &Path) -> Result<Recorder> {
    let mut words = program.iter().map(|word| word.to_string_lossy().into_owned());
    let subject =
        RecordedProgram { kind: SourceKind::Watch, program: words.next().unwrap_or_default(), argv: words.collect() };
    Recorder::create(path, subject, keeping(false)).map_err(|reason| eyre!(reason))
}
