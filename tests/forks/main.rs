//! The tests that fork or trace, and so have no libtest, which has threads: one program, because every test program links the
//! whole crate. Each subject is a process of its own, as many at a time as there are processors; what it writes is shown at its
//! end. `cargo test --test forks property` runs one alone, and shows what it writes at once.
#![expect(clippy::expect_used, clippy::panic, reason = "a test's helpers fail by panic")]
#![expect(clippy::print_stdout, reason = "this is the test runner")]

#[path = "../support/mod.rs"]
mod support;

mod determinism;
mod differential;
mod exports;
mod faults;
mod foretold;
mod guardian;
mod monkeys;
mod next_read;
mod plain;
mod property;
mod trace;
mod wake;

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

/// Says which subject a process is.
const SUBJECT: &str = "TINCANS_SUBJECT";

type Subject = (&'static str, fn() -> ExitCode);

/// The longest first, so that none is left alone at the end.
const SUBJECTS: &[Subject] = &[
    ("faults", faults::all),
    ("property", property::all),
    ("exports", exports::all),
    ("determinism", determinism::all),
    ("monkeys", monkeys::all),
    ("next_read", next_read::all),
    ("foretold", foretold::all),
    ("differential", differential::all),
    ("guardian", guardian::all),
    ("wake", wake::all),
    ("trace", trace::all),
];

fn main() -> ExitCode {
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    if words.first().is_some_and(|word| word == tincans::agent::AGENT_ARGUMENT) {
        tincans::agent::resume_after_exec(&words[1..]);
    }
    if let Ok(name) = std::env::var(SUBJECT) {
        let subject = SUBJECTS.iter().find(|subject| subject.0 == name);
        return subject.map_or(ExitCode::FAILURE, |subject| subject.1());
    }
    // As much of libtest's command line as cargo and nextest use.
    let words: Vec<String> = words.into_iter().filter_map(|word| word.into_string().ok()).collect();
    let has = |flag: &str| words.iter().any(|word| word == flag);
    let filters: Vec<&String> = words.iter().filter(|word| !word.starts_with('-')).collect();
    let is_wanted =
        |subject: &&Subject| filters.is_empty() || filters.iter().any(|filter| subject.0.contains(filter.as_str()));
    let wanted: Vec<&Subject> = if has("--ignored") { Vec::new() } else { SUBJECTS.iter().filter(is_wanted).collect() };
    if has("--list") {
        for subject in wanted {
            println!("{}: test", subject.0);
        }
        return ExitCode::SUCCESS;
    }
    let failed = match wanted[..] {
        [one] => !command(one).status().expect("this program starts").success(),
        _ => any_fails(wanted.into_iter().collect()),
    };
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// This program once more, for one subject.
fn command(subject: &Subject) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.env(SUBJECT, subject.0);
    command
}

/// A subject that runs.
struct Running {
    name: &'static str,
    child: Child,
    output: File,
    start: Instant,
}

impl Running {
    fn start(subject: &Subject) -> Self {
        let output = tempfile::tempfile().expect("a file");
        let copy = || Stdio::from(output.try_clone().expect("a descriptor"));
        let child = command(subject).stdin(Stdio::null()).stdout(copy()).stderr(copy()).spawn();
        Self { name: subject.0, child: child.expect("this program starts"), output, start: Instant::now() }
    }

    /// Whether it has failed, once it is over; what it has written is shown then.
    fn failed(&mut self) -> Option<bool> {
        let status = self.child.try_wait().expect("our child")?;
        let mut output = Vec::new();
        self.output.rewind().expect("a file");
        self.output.read_to_end(&mut output).expect("a file");
        let verdict = if status.success() { "ok".to_owned() } else { format!("FAILED, {status}") };
        println!(
            "{}test {} ... {verdict}, {:.1} s",
            support::text(&output),
            self.name,
            self.start.elapsed().as_secs_f64()
        );
        Some(!status.success())
    }
}

/// Runs these, some at a time.
fn any_fails(mut waiting: VecDeque<&Subject>) -> bool {
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let (mut running, mut failures): (Vec<Running>, usize) = (Vec::new(), 0);
    while !waiting.is_empty() || !running.is_empty() {
        while running.len() < at_once
            && let Some(subject) = waiting.pop_front()
        {
            running.push(Running::start(subject));
        }
        running.retain_mut(|subject| match subject.failed() {
            Some(failed) => {
                failures += usize::from(failed);
                false
            }
            None => true,
        });
        std::thread::sleep(Duration::from_millis(20));
    }
    failures > 0
}
