//! A task whose ring holds what no agent writes: the run goes on or ends with a word, and nothing hangs, crashes or stays.
//! `TINCANS_RUNS` says how often, `TINCANS_SEED` from where on.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

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
sleep PAUSE
write d[0] alive
cont last
tasks
";

/// A writer asleep in its loop, a reader between two reads. A read of the pipe wakes the writer.
const LOOPS: &str = "\
pipe p
fork filling
filling: flood p[1] 64 20000
channel dgram d reading
reading: reader d[1]
fork last
stop last
sleep PAUSE
drain p[0]
tasks
";

/// How long a script sleeps while its rings are written to, milliseconds: on a machine that is too slow for one, the next.
const PAUSES: [u64; 3] = [100, 1000, 10_000];

/// A run whose script sleeps, once a task of it is stopped.
struct Run {
    child: Child,
    mark: Mark,
    /// It sleeps until then, or longer.
    until: Instant,
    _folder: tempfile::TempDir,
}

impl Run {
    fn start(script: &str, pause: u64) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("s.tin");
        std::fs::write(&path, script.replace("PAUSE", &pause.to_string())).expect("a script");
        let mark = Mark::new();
        let mut command = Command::new(program());
        command.arg("run").arg(&path).env("TMPDIR", folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        mark.put_on(&mut command);
        let child = command.spawn().expect("it starts");
        let mut run = Self { child, mark, until: Instant::now(), _folder: folder };
        // It may have stopped since the look before was begun.
        let (mut look_before, mut look) = (Instant::now(), Instant::now());
        let is_there = until(PATIENCE, || {
            (look_before, look) = (look, Instant::now());
            run.until = look_before + Duration::from_millis(pause);
            let is_over = run.child.try_wait().expect("our child").is_some();
            if is_over {
                // Nobody has seen it sleep.
                run.until = Instant::now();
            }
            is_over || run.tasks().iter().any(|process| process.state == 'T')
        });
        assert!(is_there.is_some(), "it does not come so far: {:?}", run.tasks());
        run
    }

    fn tasks(&self) -> Vec<Process> {
        processes::descendants(i32::try_from(self.child.id()).expect("a pid"))
    }

    /// What it says; it does not hang, and leaves nothing.
    fn end(mut self, what: &str) -> String {
        if until(PATIENCE, || self.child.try_wait().expect("our child").is_some()).is_none() {
            self.child.kill().expect("our child");
            panic!("{what}: it hangs: {:?}", self.child.wait_with_output());
        }
        let output = self.child.wait_with_output().expect("its output");
        let told = text(&output.stdout) + &text(&output.stderr);
        assert!(matches!(output.status.code(), Some(0..=2)), "{what}: {output:?}");
        assert!(!told.contains("Please report it") && !told.contains("panicked"), "{what}: {told}");
        let mark = self.mark;
        assert!(until(PATIENCE, || mark.bearers().is_empty()).is_some(), "{what}: {:?}", mark.bearers());
        told
    }
}

/// What a run of this script says in which something is done to its tasks while it sleeps. That tells what it did; none where it came
/// too late.
fn while_it_sleeps(script: &str, mut spoil: impl FnMut(&[Process]) -> Option<String>) -> (String, String) {
    for pause in PAUSES {
        let run = Run::start(script, pause);
        let done = spoil(&run.tasks());
        let is_in_time = Instant::now() < run.until;
        match done {
            Some(what) if is_in_time => return (run.end(&what), what),
            Some(_) => {}
            None => assert!(!is_in_time, "{script} has other tasks: {:?}", run.tasks()),
        }
        run.end("it was too late");
    }
    panic!("no pause is long enough")
}

fn spoil_once(garbage: Garbage, random: &mut Random) {
    let (told, what) = while_it_sleeps(SCRIPT, |tasks| {
        let of_task = |task: &Process| Ring::of(task.pid).into_iter().map(move |ring| (task.pid, ring)).collect();
        let rings: Vec<(i32, Ring)> = tasks.iter().flat_map(|task| -> Vec<_> { of_task(task) }).collect();
        let (task, ring) = (rings.len() >= 9).then(|| &rings[random.below(rings.len())])?;
        ring.spoil(garbage, random);
        Some(format!("{garbage:?} in {:?}", tasks.iter().find(|other| other.pid == *task)))
    });
    assert!(!garbage.is_told() || told.contains("has a broken record, so it was killed"), "{what}: {told}");
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

/// What a run of [`LOOPS`] says in which the task that is asleep under one of these numbers records what never was.
fn lie_once(asleep_in: &[i64], lie: fn(&Ring)) -> String {
    let sleeps = |task: &Process| {
        let call = std::fs::read_to_string(format!("/proc/{}/syscall", task.pid)).unwrap_or_default();
        call.split_once(' ').is_some_and(|(number, _)| asleep_in.iter().any(|call| call.to_string() == number))
    };
    let (told, _) = while_it_sleeps(LOOPS, |tasks| {
        let rings: Vec<Ring> = tasks.iter().filter(|task| sleeps(task)).flat_map(|task| Ring::of(task.pid)).collect();
        (rings.len() == 1).then(|| lie(&rings[0]))?;
        Some("a lie".to_owned())
    });
    told
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
