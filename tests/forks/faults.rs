//! Every system call that the program makes, of the guardian, the UI and the agents, made to fail once with each error that it can
//! give: it is explained, nothing is lost, nothing hangs, nothing stays. `TINCANS_FAULTS=all` makes
//! every call fail, else a sample; a number is the distance of the sample, `TINCANS_FROM` its first, `TINCANS_SCENE` the only scene, `TINCANS_FAULT` (a part of
//! a name as it is printed, `agent 5, close`) the only faults.
//! x86-64 alone, where ptrace(2) is allowed.

#[cfg(target_arch = "x86_64")]
mod errnos;
#[cfg(target_arch = "x86_64")]
mod scenes;
#[cfg(target_arch = "x86_64")]
mod tracer;

use std::process::ExitCode;

#[cfg(target_arch = "x86_64")]
pub fn all() -> ExitCode {
    scenes::all()
}

#[cfg(not(target_arch = "x86_64"))]
pub fn all() -> ExitCode {
    println!("skipped: the registers of this machine are not known here");
    ExitCode::SUCCESS
}
