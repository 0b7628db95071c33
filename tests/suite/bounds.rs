//! What grows is bounded: by memory that the kernel does not give, by processor time that grows no faster than the script.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::program;

/// With so much memory, in KiB, all of it counted, also what is never touched.
fn with_memory(kib: u32, arguments: &[&str]) -> Output {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit -v {kib} && exec \"$0\" \"$@\"")]).arg(program()).args(arguments);
    command.stdin(Stdio::null()).output().expect("sh starts")
}

#[test]
fn a_lesson_that_repeats_without_end_stays_below_64_mib() {
    let folder = tempfile::tempdir().expect("a folder");
    let lesson = folder.path().join("01-a.md");
    // As many rounds as cost some hundred MiB where each is kept.
    let text = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n```tin\nrepeat 600000 tasks\n```\n";
    fs::write(&lesson, text).expect("a lesson");
    let output = with_memory(64 * 1024, &["check", &lesson.to_string_lossy()]);
    let told = String::from_utf8_lossy(&output.stderr);
    // A machine that is busy does not come to the end in time, which is told and no matter here.
    assert!(output.status.success() || told.contains("that is over in"), "{output:?}");
}

/// Processor time of the program and all its tasks, in milliseconds, for a script.
fn processor_ms(script: &Path) -> f64 {
    let mut command = Command::new("sh");
    let times = "\"$0\" run \"$1\" >/dev/null || exit 1; times";
    command.args(["-c", times]).arg(program()).arg(script).stdin(Stdio::null());
    let output = command.output().expect("sh starts");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    // The second line is of the children: `0m0.12s 0m0.34s`.
    let of_children = told.lines().nth(1).unwrap_or_else(|| panic!("{output:?}"));
    let seconds = |word: &str| {
        let (minutes, seconds) = word.trim_end_matches('s').split_once('m').expect("minutes");
        60.0 * minutes.parse::<f64>().expect("a number") + seconds.parse::<f64>().expect("a number")
    };
    of_children.split_whitespace().map(seconds).sum::<f64>() * 1000.0
}

fn forks(folder: &Path, count: usize) -> f64 {
    use std::fmt::Write as _;
    let mut script = String::new();
    for number in 0..count {
        writeln!(script, "fork k{number}\nkill k{number} KILL\nwait k{number}").expect("a string grows");
    }
    let path = folder.join(format!("{count}.tin"));
    fs::write(&path, script).expect("a script");
    processor_ms(&path)
}

#[test]
fn forks_do_not_cost_more_the_more_there_have_been() {
    let folder = tempfile::tempdir().expect("a folder");
    let (few, many) = (forks(folder.path(), 300), forks(folder.path(), 1500));
    eprintln!("300 forks: {few} ms of processor time, 1500: {many} ms");
    // Five times as many: were each to cost what has been before, 25 times as much.
    assert!(many < 12.0 * few.max(50.0), "{few} ms, then {many} ms");
}

#[test]
fn a_read_does_not_cost_more_for_each_write_the_more_it_joins() {
    let folder = tempfile::tempdir().expect("a folder");
    let cost = |writes: usize| {
        let path = folder.path().join(format!("{writes}.tin"));
        fs::write(&path, format!("pipe p\nflood p[1] 1 {writes}\nread p[0] 1MiB => {writes}\nwhy\n"))
            .expect("a script");
        processor_ms(&path)
    };
    let (few, many) = (cost(8_000), cost(40_000));
    eprintln!("a read of 8,000 writes: {few} ms of processor time, of 40,000: {many} ms");
    assert!(many < 12.0 * few.max(50.0), "{few} ms, then {many} ms");
}

#[test]
fn of_a_program_that_cannot_be_read_death_is_told_as_wait_says_it_or_not_at_all() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).expect("ours");
    // Executed, it is nobody's to look into: /proc shows neither its table nor its status.
    let copy = folder.path().join("tincans");
    fs::copy(program(), &copy).expect("a copy");
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o111)).expect("ours");
    let script =
        "fork a\na: exec\na: exit 3\nwait a => exits a 3\nfork b\nb: exec\nkill b KILL\nwait b => killed b SIGKILL\n";
    let mut command = Command::new(&copy);
    let home = folder.path().join("own");
    fs::create_dir(&home).expect("a folder");
    fs::set_permissions(&home, fs::Permissions::from_mode(0o777)).expect("ours");
    command.args(["run", "-"]).env("TMPDIR", &home).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if nix::unistd::geteuid().is_root() {
        // Root may read everything.
        command.uid(65534).gid(65534);
    }
    let mut child = command.spawn().expect("it starts");
    std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), script.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("its output");
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(!told.contains("exited with 0"), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let deaths: Vec<&str> = told.lines().filter_map(|line| line.split_once("  +++ ").map(|parts| parts.1)).collect();
    let is_so =
        |death: &&str| ["exited with 3 +++", "killed by SIGKILL +++", "died, nobody knows how +++"].contains(death);
    assert!(!deaths.is_empty() && deaths.iter().all(is_so), "{told}{}", String::from_utf8_lossy(&output.stderr));
}
