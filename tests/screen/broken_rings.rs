//! A task whose ring holds what no agent writes: that task ends, and the UI does not. `TINCANS_RUNS` says how often, `TINCANS_SEED`
//! from where on.

use crate::support::processes::Process;
use crate::support::pty::{Pty, modes_left_on};
use crate::support::random::Random;
use crate::support::rings::{ALL, Ring};
use crate::support::{PATIENCE, number, until};

const RUNS: u64 = 12;
/// What the UI may take, whatever is in a ring, KiB.
const MOST_KIB: u64 = 64 * 1024;
/// Tasks of several kinds beside those of the opening bench.
const BENCH: &str = ":fork idle\r:channel stream x asleep\r:asleep: read x[1]\r:pipe p\r:fork filling\r:filling: flood p[1] 64 1000000\r\
:fork two\r:two: thread second\r:fork last\r:stop last\r:socketpair dgram own\r:write own[0] ready\r";

/// Another one that `parent` writes to itself, which comes through; the trace may have gone on by many signals since.
fn assert_works(pty: &mut Pty, word: &str, what: &str) {
    pty.type_bytes(format!(":write own[0] {word}\r").as_bytes());
    let came = format!("\"{word}\", {}) = {}", word.len(), word.len());
    let waits = format!(" {word}]");
    pty.wait(&format!("write after {what}"), |screen| screen.contains(&came) || screen.contains(&waits));
}

/// How much memory a process has that no file is behind.
fn own_kib(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("it lives");
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).expect("a number")
}

fn spoil_once(turn: u64, random: &mut Random) {
    let mut pty = Pty::start((40, 120));
    pty.wait("two channels", |screen| screen.contains("SOCK_STREAM") && screen.contains("SOCK_DGRAM"));
    pty.escape();
    pty.type_bytes(BENCH.as_bytes());
    pty.wait("the whole bench", |screen| screen.contains("\"ready\", 5) = 5"));
    let parent = pty.agents().into_iter().map(|agent| agent.pid).min().expect("parent");
    let rings = |pty: &Pty| -> Vec<(Process, Ring)> {
        let of = |agent: Process| Ring::of(agent.pid).into_iter().map(move |ring| (agent.clone(), ring));
        pty.agents().into_iter().flat_map(of).collect()
    };
    let mut others = rings(&pty);
    others.retain(|(agent, _)| agent.pid != parent);
    assert!(others.len() >= 7, "{others:?}");
    let garbage = ALL[usize::try_from(turn).expect("few") % ALL.len()];
    let (task, ring) = &others[random.below(others.len())];
    let what = format!("turn {turn}: {garbage:?} in {task:?}");
    ring.spoil(garbage, random);
    assert_works(&mut pty, "still", &what);
    if garbage.is_told() {
        let is_dead = |pty: &Pty| pty.agents().iter().all(|agent| agent.pid != task.pid || agent.state == 'Z');
        assert!(until(PATIENCE, || is_dead(&pty)).is_some(), "{what}: it lives");
    }
    assert_works(&mut pty, "again", &what);
    let taken = own_kib(pty.ui());
    assert!(taken < MOST_KIB, "{what}: {taken} KiB");
    // Without `parent` there is nothing to write with; the keys are there all the same.
    let of_parent = rings(&pty).into_iter().find(|(agent, _)| agent.pid == parent).expect("its ring");
    of_parent.1.spoil(garbage, random);
    pty.type_bytes(b":tasks\r\x1b?");
    pty.wait("help", |screen| screen.contains("Keys") || screen.contains("keys"));
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0, "{what}");
    assert!(until(PATIENCE, || pty.left().is_empty()).is_some(), "{what}: {:?}", pty.left());
    assert!(pty.has_its_modes_back(), "{what}: termios");
    assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new(), "{what}");
}

#[test]
fn whatever_is_in_a_ring_its_task_ends_and_the_ui_does_not() {
    let (runs, seed) = (number("TINCANS_RUNS").unwrap_or(RUNS), number("TINCANS_SEED").unwrap_or(1));
    eprintln!("from seed {seed} on");
    let mut random = Random::new(seed);
    for turn in 0..runs {
        spoil_once(turn, &mut random);
    }
    eprintln!("{runs} rings spoilt");
}
