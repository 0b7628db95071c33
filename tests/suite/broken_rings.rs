//! A task whose ring holds what no agent writes: the run goes on or ends with a word, and nothing hangs, crashes or stays.
//! `TINCANS_RUNS` says how often, `TINCANS_SEED` from where on.

use std::process::{Command, Stdio};

use crate::support::processes::{self, Mark, Process};
use crate::support::random::Random;
use crate::support::rings::{ALL, Garbage, Ring};
use crate::support::{PATIENCE, number, program, text, until};

const RUNS: u64 = 18;

/// Tasks of all kinds: asleep in a call, idle, in a loop that sleeps, a reader, executed anew, with a second thread, stopped.
const SCRIPT: &str = "\
channel stream x asleep
asleep: read x[1]
fork idle
pipe p
fork filling
filling: flood p[1] 64 1000000
channel dgram d reading
reading: reader d[1]
fork executed
executed: exec
fork two
two: thread second
fork last
stop last
sleep 100
write d[0] alive
cont last
tasks
";

fn spoil_once(garbage: Garbage, random: &mut Random) {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("s.tin");
    std::fs::write(&script, SCRIPT).expect("a script");
    let mark = Mark::new();
    let mut command = Command::new(program());
    command.arg("run").arg(&script).env("TMPDIR", folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    mark.put_on(&mut command);
    let mut child = command.spawn().expect("it starts");
    let guardian = i32::try_from(child.id()).expect("a pid");
    let is_stopped = |process: &Process| process.state == 'T';
    let tasks = || processes::descendants(guardian);
    let is_there = until(PATIENCE, || tasks().iter().any(is_stopped));
    assert!(is_there.is_some(), "it does not come so far: {:?}", tasks());
    let rings: Vec<(Process, Ring)> = tasks()
        .into_iter()
        .flat_map(|task| Ring::of(task.pid).into_iter().map(move |ring| (task.clone(), ring)))
        .collect();
    assert!(rings.len() >= 9, "{rings:?}");
    let (task, ring) = &rings[random.below(rings.len())];
    ring.spoil(garbage, random);
    let what = format!("{garbage:?} in {task:?}");
    if until(PATIENCE, || child.try_wait().expect("our child").is_some()).is_none() {
        child.kill().expect("our child");
        panic!("{what}: it hangs: {:?}", child.wait_with_output());
    }
    let output = child.wait_with_output().expect("its output");
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(matches!(output.status.code(), Some(0..=2)), "{what}: {output:?}");
    assert!(!told.contains("Please report it") && !told.contains("panicked"), "{what}: {told}");
    assert!(!garbage.is_told() || told.contains("has a broken record, so it was killed"), "{what}: {told}");
    assert!(until(PATIENCE, || mark.bearers().is_empty()).is_some(), "{what}: {:?}", mark.bearers());
}

#[test]
fn whatever_is_in_a_ring_a_run_says_so_and_ends() {
    let (runs, seed) = (number("TINCANS_RUNS").unwrap_or(RUNS), number("TINCANS_SEED").unwrap_or(1));
    eprintln!("from seed {seed} on");
    let mut random = Random::new(seed);
    for turn in 0..runs {
        spoil_once(ALL[usize::try_from(turn).expect("few") % ALL.len()], &mut random);
    }
    eprintln!("{runs} rings spoilt");
}

/// A writer asleep in its loop, a reader between two reads. Whoever reads the pipe wakes the writer.
const LOOPS: &str = "\
pipe p
fork filling
filling: flood p[1] 64 20000
channel dgram d reading
reading: reader d[1]
fork last
stop last
sleep 300
drain p[0]
tasks
";

/// A run of [`LOOPS`] in which the task that is asleep under one of these numbers records what never was; what it printed.
fn lie_once(asleep_in: &[i64], lie: fn(&Ring)) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("s.tin");
    std::fs::write(&script, LOOPS).expect("a script");
    let mut command = Command::new(program());
    command.arg("run").arg(&script).env("TMPDIR", folder.path());
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let guardian = i32::try_from(child.id()).expect("a pid");
    let tasks = || processes::descendants(guardian);
    assert!(until(PATIENCE, || tasks().iter().any(|task| task.state == 'T')).is_some(), "it does not come so far");
    let sleeps = |task: &Process| {
        let call = std::fs::read_to_string(format!("/proc/{}/syscall", task.pid)).unwrap_or_default();
        call.split_once(' ').is_some_and(|(number, _)| asleep_in.iter().any(|call| call.to_string() == number))
    };
    let rings: Vec<Ring> = tasks().iter().filter(|task| sleeps(task)).flat_map(|task| Ring::of(task.pid)).collect();
    assert_eq!(rings.len(), 1, "one that is asleep there");
    lie(&rings[0]);
    if until(PATIENCE, || child.try_wait().expect("our child").is_some()).is_none() {
        child.kill().expect("our child");
        panic!("it hangs: {:?}", child.wait_with_output());
    }
    let output = child.wait_with_output().expect("its output");
    assert!(matches!(output.status.code(), Some(0..=2)), "{output:?}");
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn a_loop_whose_records_never_were_ends_that_task() {
    if std::fs::read("/proc/self/syscall").is_err() {
        eprintln!("skipped: this kernel does not say in which call a task is asleep");
        return;
    }
    // More calls than it makes until it looks at the ring again.
    let told = lie_once(&[libc::SYS_write], |ring| ring.lie_of_calls(64, 4000));
    assert!(told.contains("filling has a broken record, so it was killed"), "{told}");
    #[cfg(target_arch = "x86_64")]
    let poll = [libc::SYS_poll, libc::SYS_ppoll];
    #[cfg(not(target_arch = "x86_64"))]
    let poll = [libc::SYS_ppoll];
    // In a read, while it waits for something to read, and for an order.
    let told = lie_once(&poll, Ring::lie_of_entry);
    assert!(told.contains("reading has a broken record, so it was killed"), "{told}");
}
