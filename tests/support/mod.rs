//! What the tests that start the built program share: a terminal to run it in, and a look at the processes it leaves.
//! Nothing here forks by hand: libtest has threads, so `Command` does it.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod denied;
pub mod exported;
pub mod forms;
pub mod kernel;
pub mod processes;
pub mod programs;
pub mod pty;
pub mod random;
pub mod rings;
pub mod runs;

use std::ffi::OsString;
use std::time::{Duration, Instant};

/// How long anything may take before a test gives up on it. Generous, for a machine that does many other things too: what is
/// measured is measured apart.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a promise of a time is measured with: how long the machine takes now to start a program that does nothing, and to hear of
/// its end. The longest of some.
fn yardstick() -> Duration {
    let once = || {
        let start = Instant::now();
        let status = std::process::Command::new("true").status();
        assert!(status.is_ok_and(|status| status.success()), "true is true");
        start.elapsed()
    };
    (0..5).map(|_| once()).max().unwrap_or_default()
}

/// Whether something takes no longer than promised, on a machine that does nothing else. Where it does, the promise is longer by as
/// many starts of a program as the promise would hold on an idle one, and there are some tries: a measure that comes once in
/// a while says something of the machine, one that never comes says something of the program.
pub fn assert_within(limit: Duration, mut measure: impl FnMut() -> Duration) {
    const TRIES: usize = 5;
    const STARTS: u32 = 20;
    let mut all = Vec::new();
    for _ in 0..TRIES {
        let before = yardstick();
        let took = measure();
        let allowed = limit + STARTS * before.max(yardstick());
        if took < allowed {
            return;
        }
        all.push((took, allowed));
    }
    panic!("promised: {limit:?}; took, and was allowed: {all:?}");
}

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

/// The program in a folder, without any input, to its end.
pub fn run_in(folder: &std::path::Path, arguments: &[&str]) -> std::process::Output {
    let mut command = std::process::Command::new(program());
    command.current_dir(folder).args(arguments).stdin(std::process::Stdio::null());
    command.output().expect("the program starts")
}

/// What it has written.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The child to its end, with what it has written; it is killed and the test fails where there is none within [`PATIENCE`].
pub fn output_of(mut command: std::process::Command) -> std::process::Output {
    use std::process::Stdio;
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let is_over = until(PATIENCE, || child.try_wait().expect("our child").is_some()).is_some();
    if !is_over {
        child.kill().expect("our child");
    }
    let output = child.wait_with_output().expect("its output");
    assert!(is_over, "{command:?} hangs: {output:?}");
    output
}

/// A number from the environment, by which a test is made longer.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
