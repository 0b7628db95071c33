//! A bench at its limits: a fork that the kernel refuses, and the end of one whose tasks never rest.

use std::fmt::Write as _;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use crate::support::processes::{self, Mark};
use crate::support::{PATIENCE, assert_within, until};
use nix::sys::signal::Signal;

/// Pairs of tasks that throw each other the same messages without end: a dozen tasks, all of them runnable.
const PAIRS: usize = 6;
/// A user that has no process.
const NOBODY_ELSE: u32 = 60_123;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn fed(mut command: Command, script: &str) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("piped").write_all(script.as_bytes()).expect("a script is read");
    child
}

/// RLIMIT_NPROC counts the processes of a user, and does not hold for root: then the run is somebody else's.
fn run_with_few_processes(script: &str, most: impl Fn(usize) -> usize) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let program = folder.path().join("tincans");
    std::fs::copy(env!("CARGO_BIN_EXE_tincans"), &program).expect("a copy");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).expect("a folder of our own");
    let mut command = Command::new("sh");
    let me = std::fs::metadata("/proc/self").expect("/proc is there").uid();
    let user = if me == 0 { NOBODY_ELSE } else { me };
    if me == 0 {
        command.uid(user).gid(user);
    }
    let of_user = |process: &processes::Process| {
        std::fs::metadata(format!("/proc/{}", process.pid)).is_ok_and(|data| data.uid() == user)
    };
    let there: usize =
        processes::all().iter().filter(|process| of_user(process)).map(|process| processes::threads(process.pid)).sum();
    // The letter is -p in dash, and -u in bash, where -p cannot be set.
    let most = most(there);
    let limited = format!("ulimit -p {most} 2>&- || ulimit -u {most} && exec \"$0\" run -");
    command.args(["-c", &limited]).arg(&program).current_dir("/");
    fed(command, script).wait_with_output().expect("its output")
}

#[test]
fn a_refused_fork_is_an_event_and_the_bench_goes_on() {
    let mut script = "socketpair stream chat\n".to_owned();
    for number in 0..50 {
        writeln!(script, "fork c{number}").expect("a string grows");
    }
    script.push_str("write chat[0] alive => 5\nread chat[1] => \"alive\"\n");
    let output = run_with_few_processes(&script, |there| there + 20);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}{shown}", text(&output.stderr));
    assert!(shown.contains("(c0)"), "some forks succeed: {shown}");
    let refused = shown.lines().filter(|line| line.starts_with("parent  fork() = -1 EAGAIN")).count();
    assert!((1..50).contains(&refused), "{refused} forks were refused: {shown}");
}

#[test]
fn a_parent_whose_second_fork_is_refused_closes_nothing() {
    let mut script = String::new();
    for number in 0..50 {
        writeln!(script, "fork c{number}").expect("a string grows");
    }
    // Room for one more.
    script.push_str("kill c0 KILL\nwait c0\nchannel stream z between=a,b\ntasks\n");
    script.push_str("write z[0] here => 4\nread z[1] => \"here\"\na: write z[0] there => 5\nread z[1] => \"there\"\n");
    let output = run_with_few_processes(&script, |there| there + 20);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{}{shown}", text(&output.stderr));
    let channel: Vec<&str> = shown.lines().skip_while(|line| !line.contains("socketpair(")).take(4).collect();
    assert!(channel[1].contains("(a)") && channel[2].starts_with("parent  fork() = -1 EAGAIN"), "{shown}");
    assert!(!shown.contains("parent  close("), "{shown}");
}

#[test]
fn where_not_even_parent_can_be_forked_it_says_so() {
    let output = run_with_few_processes("tasks\n", |_| 1);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(2), ""));
    assert!(text(&output.stderr).contains("EAGAIN"), "{}", text(&output.stderr));
}

/// Two echoes on each pair, one of them stopped until all messages wait for it.
fn restless_script() -> String {
    let mut script = String::new();
    for number in 0..PAIRS {
        writeln!(
            script,
            "socketpair dgram s{number}\nfork a{number}\nfork b{number}\na{number}: echo s{number}[0] => sleeps\n\
             b{number}: echo s{number}[1] => sleeps\nstop b{number}\nrepeat 8 write s{number}[0] x => 1"
        )
        .expect("a string grows");
    }
    script + "sleep 60000\n"
}

/// A run whose dozen echoes have been let loose, and are all at it.
fn restless_run(mark: &Mark) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.args(["run", "-"]);
    mark.put_on(&mut command);
    let child = fed(command, &restless_script());
    let stopped = || mark.bearers().into_iter().filter(|process| process.state == 'T').collect::<Vec<_>>();
    until(PATIENCE, || stopped().len() == PAIRS).expect("all pairs are set up");
    for process in stopped() {
        processes::send(process.pid, Signal::SIGCONT);
    }
    until(PATIENCE, || mark.bearers().iter().filter(|process| process.state == 'R').count() >= PAIRS)
        .unwrap_or_else(|| panic!("they run: {:?}", mark.bearers()));
    child
}

#[test]
fn a_dozen_spinning_children_die_with_the_program() {
    assert_within(Duration::from_millis(250), ends_of_spinning_children);
}

/// Ends of all kinds; how long something was there in the median.
fn ends_of_spinning_children() -> Duration {
    let mut times = Vec::new();
    for turn in 0..9 {
        let mark = Mark::new();
        let mut child = restless_run(&mark);
        let first = i32::try_from(child.id()).expect("a pid");
        let (victim, signal) = match turn % 3 {
            0 => (processes::children(first)[0].pid, Signal::SIGKILL),
            1 => (first, Signal::SIGKILL),
            _ => (first, Signal::SIGTERM),
        };
        let start = Instant::now();
        processes::send(victim, signal);
        let is_left = |process: &processes::Process| process.pid != first;
        let gone = until(PATIENCE, || !mark.bearers().iter().any(is_left));
        assert!(gone.is_some(), "turn {turn}: {:?}", mark.bearers());
        times.push(start.elapsed());
        child.wait().expect("our child");
    }
    times.sort();
    eprintln!("{} ends of {} spinning tasks: {times:?}", times.len(), 2 * PAIRS);
    times[times.len() / 2]
}
