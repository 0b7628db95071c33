//! A C file made into a program by this machine's compiler, within bounds: a file that never ends to compile is a mistake in it.

use std::fs::File;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::sys::confine::{self, ProcessLimits};
use crate::sys::{fork, launch, poll};
use crate::text;

/// How long one may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// What it may use.
const LIMITS: ProcessLimits =
    ProcessLimits { seconds: 30, memory: 4 * 1024 * 1024 * 1024, file_size: 64 * 1024 * 1024, descriptors: 256 };
/// Bytes of what it says that are read.
const MOST_SAID: u64 = 64 * 1024;

/// What has come of it.
#[derive(Debug)]
pub enum Built {
    /// A program.
    Program(PathBuf),
    /// The compiler's first complaint.
    Wrong(String),
}

/// Compiles a file; the program stands in `folder`.
pub fn compile(source: &Path, folder: &Path) -> Result<Built, String> {
    let program = folder.join("program");
    for compiler in launch::C_COMPILERS {
        let said = launch::unnamed_file().map_err(|error| error.to_string())?;
        let mut command = Command::new(compiler);
        command.args(["-std=gnu11", "-O1", "-pthread", "-o"]).arg(&program).arg(source);
        let theirs = said.try_clone().map_err(|error| error.to_string())?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(theirs);
        // This one is not installed.
        let Ok(child) = confine::spawn_within(&mut command, LIMITS) else { continue };
        return Ok(match finish(child)? {
            None => Built::Wrong(format!("the compiler took more than {} s, and was killed", PATIENCE.as_secs())),
            Some(true) => Built::Program(program),
            Some(false) => Built::Wrong(first_error(said, source)),
        });
    }
    Err("there is no C compiler (cc, gcc or clang) to make a program of it".to_owned())
}

/// Whether it has succeeded; none if it took too long.
fn finish(mut child: Child) -> Result<Option<bool>, String> {
    let pid = i32::try_from(child.id()).unwrap_or(0);
    let process = fork::open_pidfd(pid).map_err(|error| error.to_string())?;
    let is_over = poll::wait(&[process.as_fd()], Some(PATIENCE)).map_err(|error| error.to_string())?;
    if is_over.first() != Some(&true) {
        confine::kill_group(pid);
    }
    let status = child.wait().map_err(|error| error.to_string())?;
    Ok((is_over.first() == Some(&true)).then(|| status.success()))
}

/// `LINE:COLUMN: error: words`, without the folder that it is in.
fn first_error(said: File, source: &Path) -> String {
    let words = String::from_utf8_lossy(&launch::read_back(said, MOST_SAID)).into_owned();
    // The linker says what is missing before the compiler says that the linker failed.
    if let Some((at, _)) = words.match_indices("undefined reference").next() {
        return text::string(words[at..].lines().next().unwrap_or_default());
    }
    let of_source = |line: &str| line.contains("error");
    let line = words.lines().find(|line| of_source(line)).or(words.lines().next()).unwrap_or("it does not say why");
    let own = source.display().to_string();
    text::string(line.replace(&own, "").trim_start_matches(':'))
}
