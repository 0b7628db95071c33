//! What the tests that start the built program share: a terminal to run it in, and a look at the processes it leaves.
//! Nothing here forks by hand: libtest has threads, so `Command` does it.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod kernel;
pub mod processes;
pub mod programs;
pub mod pty;
pub mod random;
pub mod runs;

use std::ffi::OsString;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up on it. Generous: what is measured is measured apart.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Waits until something holds, looking every millisecond; how long it took, or none when the time was up.
pub fn until(limit: Duration, mut holds: impl FnMut() -> bool) -> Option<Duration> {
    let start = Instant::now();
    loop {
        if holds() {
            return Some(start.elapsed());
        }
        if start.elapsed() > limit {
            return None;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The program: the one that was built with the test, or `TINCANS_PROGRAM`, for runs of hours beside which one builds.
pub fn program() -> OsString {
    std::env::var_os("TINCANS_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_tincans").into())
}

/// A number from the environment, by which a test is made longer.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
