//! Which processes a run has, by three ways that do not depend on each other: by parent, by session, and by a mark in the
//! environment, which an orphan keeps wherever it is adopted.

use std::fs;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// The variable that carries the mark.
const VARIABLE: &str = "TINCANS_TEST";

/// A mark that no other run has.
#[derive(Debug, Clone)]
pub struct Mark(String);

/// One process, as `/proc/PID/stat` has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    pub pid: i32,
    pub name: String,
    pub state: char,
    pub parent: i32,
    pub group: i32,
    pub session: i32,
}

impl Mark {
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        Self(format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)))
    }

    pub fn put_on(&self, command: &mut Command) {
        command.env(VARIABLE, &self.0);
    }

    /// Whether this process bears it.
    pub fn is_on(&self, pid: i32) -> bool {
        let wanted = format!("{VARIABLE}={}", self.0);
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes())
    }

    /// Every process with the mark. A zombie's environment is gone: see [`left_by`].
    pub fn bearers(&self) -> Vec<Process> {
        all().into_iter().filter(|process| self.is_on(process.pid)).collect()
    }
}

/// What a run that began with this process has left: whatever bears the mark, and whatever is of its session, zombies too.
/// Not the dead that process 1 has to reap (it adopted them when the guardian was killed, and takes its time), nor the first
/// process, which is the test's own to reap.
pub fn left_by(mark: &Mark, first: i32) -> Vec<Process> {
    let is_left = |process: &Process| {
        let is_of_the_run = process.session == first || mark.is_on(process.pid);
        let is_only_unreaped = process.state == 'Z' && process.parent == 1;
        is_of_the_run && process.pid != first && !is_only_unreaped
    };
    all().into_iter().filter(is_left).collect()
}

/// Everything below a process, nearest first.
pub fn descendants(pid: i32) -> Vec<Process> {
    let all = all();
    let mut found: Vec<Process> = Vec::new();
    let mut parents = vec![pid];
    while let Some(parent) = parents.pop() {
        for process in all.iter().filter(|process| process.parent == parent) {
            parents.push(process.pid);
            found.push(process.clone());
        }
    }
    found
}

/// A process's children.
pub fn children(pid: i32) -> Vec<Process> {
    all().into_iter().filter(|process| process.parent == pid).collect()
}

/// A process's children that are of a session with it: all but a guardian's keeper, which leads its own.
pub fn children_of_session(pid: i32) -> Vec<Process> {
    children(pid).into_iter().filter(|child| child.session != child.pid).collect()
}

/// How many threads a process has.
pub fn threads(pid: i32) -> usize {
    fs::read_dir(format!("/proc/{pid}/task")).map_or(0, Iterator::count)
}

/// All processes of the machine.
pub fn all() -> Vec<Process> {
    let entries = fs::read_dir("/proc").expect("/proc is there");
    let pids = entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    pids.filter_map(read).collect()
}

/// One process; none if there is no such.
pub fn read(pid: i32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name may have spaces and parentheses of its own: proc_pid_stat(5).
    let (before, after) = stat.rsplit_once(')')?;
    let name = before.split_once('(')?.1.to_owned();
    let mut fields = after.split_whitespace();
    let state = fields.next()?.chars().next()?;
    let mut number = || fields.next()?.parse::<i32>().ok();
    Some(Process { pid, name, state, parent: number()?, group: number()?, session: number()? })
}

/// Sends a signal, as kill(1) does.
pub fn send(pid: i32, signal: nix::sys::signal::Signal) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).expect("the process is there");
}

/// Kills both; the second may have ended because the first did, before its own signal comes.
pub fn kill_both(first: i32, second: i32) {
    use nix::sys::signal::{Signal, kill};

    send(first, Signal::SIGKILL);
    let came = kill(nix::unistd::Pid::from_raw(second), Signal::SIGKILL);
    assert!(matches!(came, Ok(()) | Err(nix::errno::Errno::ESRCH)), "{came:?}");
}
