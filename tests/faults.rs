//! Every system call that the program makes, of the guardian, the UI and the agents, made to fail once with each error that it can
//! give: it is explained, nothing is lost, nothing hangs, nothing stays. It traces, so it has no libtest. `TINCANS_FAULTS=all` makes
//! every call fail, else a sample; a number is the distance of the sample, `TINCANS_FROM` its first, `TINCANS_SCENE` the only scene.
//! x86-64 alone, where ptrace(2) is allowed.
#![expect(clippy::expect_used, clippy::panic, reason = "a test's helpers fail by panic")]
#![expect(clippy::print_stdout, reason = "this is the test runner")]

#[cfg(target_arch = "x86_64")]
#[path = "faults/errnos.rs"]
mod errnos;
#[cfg(target_arch = "x86_64")]
#[path = "faults/scenes.rs"]
mod scenes;
mod support;
#[cfg(target_arch = "x86_64")]
#[path = "faults/tracer.rs"]
mod tracer;

use std::process::ExitCode;

#[cfg(target_arch = "x86_64")]
fn main() -> ExitCode {
    if std::env::args().any(|word| word == "--list") {
        println!("every_call_that_fails_is_survived: test");
        return ExitCode::SUCCESS;
    }
    scenes::all()
}

#[cfg(not(target_arch = "x86_64"))]
fn main() -> ExitCode {
    println!("skipped: the registers of this machine are not known here");
    ExitCode::SUCCESS
}
