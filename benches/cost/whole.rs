//! The program as a whole, beside the least that plain C can do: how soon it is there, what it costs while nobody does anything.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::pty::Pty;
use crate::support::until;

/// Children that sleep in a read.
const CHILDREN: usize = 200;
/// How long nothing is to happen.
const IDLE: Duration = Duration::from_secs(10);
/// Starts of which the median is taken.
const STARTS: usize = 20;

/// Milliseconds from just before fork and exec to the first frame that shows both channels; `program` in its place writes one
/// line at once.
pub fn first_frame(yardstick: Option<&Path>) -> Vec<f64> {
    (0..STARTS).map(|_| one_start(yardstick)).collect()
}

fn one_start(yardstick: Option<&Path>) -> f64 {
    let begun = Instant::now();
    let mut pty = match yardstick {
        None => Pty::start_command((24, 80), Command::new(env!("CARGO_BIN_EXE_tincans"))),
        Some(program) => {
            let mut command = Command::new(program);
            command.arg("hello");
            Pty::start_command((24, 80), command)
        }
    };
    let word = if yardstick.is_some() { "hello" } else { "SOCK_DGRAM" };
    while !pty.screen().contains(word) {
        pty.take_in_within(Duration::from_millis(100));
        assert!(begun.elapsed() < Duration::from_secs(10), "no first frame:\n{}", pty.screen());
    }
    let took = begun.elapsed().as_secs_f64() * 1000.0;
    if yardstick.is_none() {
        pty.type_bytes(b"\x03");
        pty.status();
    }
    took
}

/// What a bench costs on which two hundred children sleep.
#[derive(Debug)]
pub struct Idle {
    /// Times that any process of it was given a processor in ten seconds: one that makes a system call has run.
    pub switches: u64,
    /// Bytes to the terminal in that time.
    pub bytes: usize,
    /// Private memory of each child, mebibytes, the least first.
    pub task_mib: Vec<f64>,
    /// Private memory of the UI, mebibytes.
    pub ui_mib: f64,
}

/// Makes the bench, then looks.
pub fn idle() -> Idle {
    let mut pty = Pty::start_with((36, 120), &["--max-tasks", "300"], |_| {});
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty.type_bytes(b"\x1b");
    pty.wait("that letters are keys", |screen| screen.contains("i type"));
    for number in 0..CHILDREN {
        pty.type_bytes(format!(":fork t{number}\r:t{number}: read wire[0]\r").as_bytes());
    }
    let has_all = |pty: &Pty| pty.agents().len() >= CHILDREN + 3;
    let begun = Instant::now();
    while pty.pump_for(Duration::from_secs(1)) > 0 || !has_all(&pty) {
        assert!(begun.elapsed() < Duration::from_secs(120), "no {CHILDREN} children:\n{}", pty.screen());
    }
    let pids: Vec<i32> =
        [vec![pty.guardian(), pty.ui()], pty.agents().iter().map(|agent| agent.pid).collect()].concat();
    assert!(until(Duration::from_secs(5), || pids.iter().all(|pid| is_asleep(*pid))).is_some(), "all sleep");
    let before: u64 = pids.iter().map(|pid| switches(*pid)).sum();
    let bytes = pty.pump_for(IDLE);
    let after: u64 = pids.iter().map(|pid| switches(*pid)).sum();
    let mut task_mib: Vec<f64> = pty.agents().iter().map(|agent| private_mib(agent.pid)).collect();
    task_mib.sort_by(f64::total_cmp);
    let ui_mib = private_mib(pty.ui());
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0, "it ends well");
    Idle { switches: after - before, bytes, task_mib, ui_mib }
}

fn is_asleep(pid: i32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('S'))
}

/// How often it was given a processor: proc_pid_schedstat, the third number.
fn switches(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).unwrap_or_default();
    text.split_whitespace().nth(2).and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What belongs to this process alone: smaps_rollup.
fn private_mib(pid: i32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let of = |name: &str| -> u32 {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    };
    f64::from(of("Private_Clean:") + of("Private_Dirty:")) / 1024.0
}

/// Instructions that drawing two hundred channels takes, by those that eight take and by those that sixteen take, on the same
/// screen: sixteen fill it with as many panels. None without valgrind.
pub fn drawing() -> Option<[f64; 2]> {
    let count = |test: &str| -> Option<f64> {
        let output = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--toggle-collect=*draw_into*"])
            .arg(library_tests()?)
            .args([test, "--ignored", "--test-threads=1"])
            .output()
            .ok()?;
        let report = String::from_utf8_lossy(&output.stderr).into_owned();
        report.lines().find_map(|line| line.split("Collected :").nth(1)?.trim().parse().ok())
    };
    let many = count("counted_with_two_hundred_channels")?;
    Some([many / count("counted_with_eight_channels")?, many / count("counted_with_sixteen_channels")?])
}

/// The library's tests, built for release with the names that callgrind looks for.
fn library_tests() -> Option<String> {
    let output = Command::new(env!("CARGO"))
        .args(["test", "--lib", "--no-run", "--message-format=json", "--quiet"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .ok()?;
    let lines = String::from_utf8(output.stdout).ok()?;
    let artefacts = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    artefacts.filter_map(|artefact| artefact["executable"].as_str().map(str::to_owned)).next_back()
}
