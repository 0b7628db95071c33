//! `tincans grade`: every program of a folder, watched one after the other within bounds, and held against a file of expectations.
//! It knows no expectation itself, and draws nothing.

pub mod build;
pub mod judgement;
pub mod program;
pub mod table;

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use color_eyre::eyre::{Result, WrapErr, eyre};

use crate::abi::reason;
use crate::grade::Grade;
use crate::sys::confine::{self, Confinement, Network, ProcessLimits};
use crate::sys::{child_signal, private_folder::PrivateFolder};
use crate::text;

use build::Built;
use judgement::Judgement;
use table::GradeRow;

/// Programs of one folder; more are a usage error.
pub const MOST_PROGRAMS: usize = 1000;
/// Bytes of a file that a program writes.
const FILE_SIZE: u64 = 16 * 1024 * 1024;
/// Descriptors that a process has at one time.
const DESCRIPTORS: u64 = 256;

/// What each program gets.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Seconds until it is killed.
    pub timeout: Duration,
    /// MiB of address space for each of its processes.
    pub memory_mib: u64,
    /// Processes and threads alive at one time.
    pub processes: usize,
}

/// Grades every program of `folder` by the task file. True if all of them pass.
pub fn run(folder: &Path, task: &Path, bounds: Bounds, (is_csv, out): (bool, &mut dyn Write)) -> Result<bool> {
    let name = text::string(&task.display().to_string());
    let source = fs::read(task).wrap_err_with(|| format!("{name} cannot be read"))?;
    let grade = Grade::parse(&source).map_err(|error| eyre!("{name}:{error}"))?;
    if grade.total() == 0 {
        return Err(eyre!("{name} expects nothing: write lines of `TASK: CALL END => EXPECTATION`"));
    }
    let programs = programs(folder)?;
    child_signal::leave_keys_to_the_program()?;
    let grader = Grader { grade, bounds, network: confine::network() };
    let printed = grader.all(&programs, (is_csv, out));
    match printed {
        // Who read it has gone.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        other => other.wrap_err("the table could not be written"),
    }
}

/// The programs of a folder by name: executables, and C files without an executable of their own.
fn programs(folder: &Path) -> Result<Vec<PathBuf>> {
    let name = text::string(&folder.display().to_string());
    let entries = fs::read_dir(folder).wrap_err_with(|| format!("{name} cannot be read"))?;
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in entries {
        let path = entry.wrap_err_with(|| format!("{name} cannot be read"))?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let data = fs::metadata(&path).ok().filter(|data| data.is_file() && !is_hidden);
        if data.is_some_and(|data| is_c(&path) || data.permissions().mode() & 0o111 != 0) {
            files.push(path);
        }
    }
    files.sort();
    // What was made of a C file beside it.
    let sources: Vec<PathBuf> = files.iter().filter(|path| is_c(path)).map(|path| path.with_extension("")).collect();
    files.retain(|path| is_c(path) || !sources.contains(path));
    match files.len() {
        0 => Err(eyre!("{name} has no program: no executable file, and no file whose name ends in .c")),
        1..=MOST_PROGRAMS => Ok(files),
        many => Err(eyre!("{name} has {many} programs, and {MOST_PROGRAMS} are the most")),
    }
}

fn is_c(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "c")
}

/// What all programs of a folder have in common.
struct Grader {
    grade: Grade,
    bounds: Bounds,
    network: Network,
}

impl Grader {
    fn all(&self, programs: &[PathBuf], (is_csv, out): (bool, &mut dyn Write)) -> io::Result<bool> {
        out.write_all(if is_csv { table::CSV_HEAD.to_owned() } else { self.said_first() }.as_bytes())?;
        let mut passed = 0;
        for path in programs {
            let row = GradeRow { program: file_name(path), judgement: self.judge(path) };
            passed += usize::from(row.judgement.passes());
            out.write_all(if is_csv { row.csv() } else { row.text() }.as_bytes())?;
            out.flush()?;
        }
        if !is_csv {
            writeln!(out, "{}", table::sum(passed, programs.len()))?;
        }
        Ok(passed == programs.len())
    }

    /// What every program gets.
    fn said_first(&self) -> String {
        let Bounds { timeout, memory_mib, processes } = self.bounds;
        let network = match self.network {
            Network::OwnNamespace => "no network (a network namespace of its own, with nothing in it)",
            Network::Filtered => "no network (a seccomp filter: socket(2) makes AF_UNIX only, all else is EACCES)",
        };
        format!(
            "Each program gets {} s, {memory_mib} MiB of memory a process, {processes} processes, files up to {} MiB, and {network}.\n\
             Files that you may read it may read too.\n\n",
            timeout.as_secs_f64(),
            FILE_SIZE / (1024 * 1024)
        )
    }

    fn judge(&self, path: &Path) -> Judgement {
        let mut own = PrivateFolder::choose();
        let made = own.make().map_err(|error| format!("there is no folder for it: {}", reason(&error)));
        made.and_then(|()| self.judge_in(path, own.path())).unwrap_or_else(Judgement::not_run)
    }

    fn judge_in(&self, path: &Path, folder: &Path) -> std::result::Result<Judgement, String> {
        let limits = ProcessLimits {
            seconds: self.bounds.timeout.as_secs() + 1,
            memory: self.bounds.memory_mib * 1024 * 1024,
            file_size: FILE_SIZE,
            descriptors: DESCRIPTORS,
        };
        let program = if is_c(path) {
            match build::compile(path, folder)? {
                Built::Program(program) => program,
                Built::Wrong(words) => return Ok(Judgement::not_compiled(words)),
            }
        } else {
            fs::canonicalize(path).map_err(|error| error.to_string())?
        };
        let confinement = Confinement { limits, network: self.network, folder };
        program::judge(&program, self.grade.clone(), (self.bounds, confinement)).map_err(|error| error.to_string())
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| text::string(&name.to_string_lossy())).unwrap_or_default()
}
