//! What tasks do while the program is awake, and so nobody rings for: the program sees it before it lies down, and does not sleep
//! over it.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::support::runs;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tincans::session::Session;
use tincans::sys::descriptors;
use tincans::trace::{Event, What};

pub fn all() -> ExitCode {
    descriptors::settle_numbers().expect("numbers");
    a_signal_from_outside_is_not_slept_through();
    println!("wake: a signal from outside ok");
    what_a_reader_reads_meanwhile_is_not_slept_through();
    println!("wake: a reader's read ok");
    ExitCode::SUCCESS
}

fn a_signal_from_outside_is_not_slept_through() {
    let mut session = runs::open().expect("a bench");
    runs::perform(&mut session, "signal USR1 catch", 1).expect("a disposition");
    let pid = session.world().task_named("parent").expect("parent").pid;
    let before = naps(pid);
    kill(Pid::from_raw(pid), Signal::SIGUSR1).expect("a signal");
    wait_until("the handler has run", || naps(pid) > before);
    let is_signal = |event: &Event| matches!(&event.what, What::Signal { task, .. } if task == "parent");
    assert!(came(&mut session).iter().any(is_signal), "the signal is told");
}

fn what_a_reader_reads_meanwhile_is_not_slept_through() {
    let mut session = runs::open().expect("a bench");
    for (line, text) in [(1, "channel stream wire child1"), (2, "child1: reader wire[1] every=500")] {
        runs::perform(&mut session, text, line).expect("a statement");
    }
    let pid = session.world().task_named("child1").expect("child1").pid;
    let is_read =
        |event: &Event| matches!(&event.what, What::Call(call) if call.task == "child1" && call.ret == Some(1));
    for line in 3..10 {
        let shown = runs::perform(&mut session, "write wire[0] x", line).expect("a statement");
        let before = naps(pid);
        // On a slow machine its tick may have come by now.
        if !shown.iter().any(is_read) {
            wait_until("the reader's tick has come", || naps(pid) > before);
            assert!(came(&mut session).iter().any(is_read), "the read is told");
            return;
        }
    }
    panic!("the reader reads before its tick");
}

/// Lies down, which must not be for long, and takes in what there is.
fn came(session: &mut Session) -> Vec<Event> {
    assert!(session.is_settled(), "nobody was told yet");
    assert_eq!(session.arm(), Some(Duration::ZERO), "there is something that nobody rings for");
    session.disarm(false);
    runs::settle(session).expect("it settles")
}

/// How often a process has gone to sleep by itself.
fn naps(pid: i32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a living process");
    let number = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
    number.and_then(|number| number.trim().parse().ok()).expect("a number")
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        std::thread::yield_now();
    }
}
