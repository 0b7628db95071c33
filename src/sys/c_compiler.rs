//! This machine's C compiler, run within bounds: one that never ends, whether it works or sleeps, is killed with all that it has
//! started.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::confine::{self, ProcessLimits};
use super::{SysError, fork, launch, poll};

/// C compilers that are tried, in order.
pub const C_COMPILERS: [&str; 3] = ["cc", "gcc", "clang"];
/// How long one may take.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// What it may use.
const LIMITS: ProcessLimits =
    ProcessLimits { seconds: 30, memory: 4 * 1024 * 1024 * 1024, file_size: 64 * 1024 * 1024, descriptors: 256 };
/// Bytes of what it says that are read.
const MOST_SAID: u64 = 64 * 1024;

/// What came of a compilation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compilation {
    /// It succeeded.
    Done,
    /// It failed, and what the compiler said.
    Failed(String),
    /// It took longer than [`PATIENCE`], and was killed.
    TooLong,
}

/// Runs a compiler with these arguments; `source` is its standard input. An error where it cannot be started at all.
pub fn run(compiler: &str, arguments: &[&OsStr], source: &str) -> io::Result<Compilation> {
    run_within(PATIENCE, Command::new(compiler).args(arguments), source)
}

fn run_within(patience: Duration, command: &mut Command, source: &str) -> io::Result<Compilation> {
    let said = launch::unnamed_file().map_err(io::Error::other)?;
    // Through a pipe a compiler that does not read would be waited for.
    let mut input = launch::unnamed_file().map_err(io::Error::other)?;
    input.write_all(source.as_bytes())?;
    input.seek(SeekFrom::Start(0))?;
    command.stdin(input).stdout(Stdio::null()).stderr(said.try_clone()?);
    let child = confine::spawn_within(command, LIMITS)?;
    Ok(match finish(child, patience)? {
        None => Compilation::TooLong,
        Some(true) => Compilation::Done,
        Some(false) => Compilation::Failed(words(said)),
    })
}

/// Whether it has succeeded; none if it took too long.
fn finish(mut child: Child, patience: Duration) -> io::Result<Option<bool>> {
    let pid = i32::try_from(child.id()).unwrap_or(0);
    let is_over = ends_within(pid, patience);
    if is_over != Ok(true) {
        confine::kill_group(pid);
    }
    let status = child.wait()?;
    Ok(is_over.map_err(io::Error::other)?.then(|| status.success()))
}

fn ends_within(pid: i32, patience: Duration) -> Result<bool, SysError> {
    let process = fork::open_pidfd(pid)?;
    Ok(poll::wait(&[process.as_fd()], Some(patience))?.first() == Some(&true))
}

fn words(said: File) -> String {
    String::from_utf8_lossy(&launch::read_back(said, MOST_SAID)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, patience: Duration) -> Compilation {
        run_within(patience, Command::new("sh").args(["-c", script]), "a source").unwrap()
    }

    #[test]
    fn a_compiler_that_never_ends_is_killed_with_what_it_has_started() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pid");
        let script = format!("sleep 1000 & echo $! >'{}'; wait", path.display());
        assert_eq!(shell(&script, Duration::from_millis(300)), Compilation::TooLong);
        let pid = std::fs::read_to_string(&path).unwrap();
        let status = format!("/proc/{}/stat", pid.trim());
        // The process that has adopted it may not have reaped it yet.
        let is_alive = || std::fs::read_to_string(&status).is_ok_and(|stat| !stat.contains(") Z "));
        let start = std::time::Instant::now();
        while is_alive() && start.elapsed() < PATIENCE {}
        assert!(!is_alive(), "{pid} is alive");
    }

    #[test]
    fn what_it_says_and_how_it_ends_is_told() {
        let long = Duration::from_secs(60);
        assert_eq!(shell("read line; test \"$line\" = 'a source'", long), Compilation::Done);
        assert_eq!(shell("echo wrong >&2; exit 1", long), Compilation::Failed("wrong\n".to_owned()));
        assert!(run_within(long, &mut Command::new("/nowhere/cc"), "").is_err());
    }
}
