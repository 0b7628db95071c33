//! One system call of a program and all that it forks made to fail: ptrace(2), a stop before and after each call. Processes are
//! numbered in the order in which they come, so that a site is the same in each run: process, call, how many of that call before.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};

/// A call of one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// 0 is the first process, its child 1, and so on.
    pub process: usize,
    /// The call's number.
    pub call: i64,
    /// How many of the same by the same process came before.
    pub before: u32,
}

/// What is to fail, and how.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    pub site: Site,
    pub errno: i32,
}

/// How a run came out.
#[derive(Debug, Default)]
pub struct Seen {
    /// Every call that was made, from the program's `main` on.
    pub sites: Vec<Site>,
    /// The fault's call was reached.
    pub is_injected: bool,
    /// The first process's wait status.
    pub status: Option<i32>,
    /// Time was up: who was still there.
    pub hung: Vec<i32>,
    /// Alive after the first process had gone, for longer than they may be.
    pub left: Vec<i32>,
}

/// What is known of one traced process.
#[derive(Debug, Default)]
struct Process {
    index: usize,
    counts: BTreeMap<i64, u32>,
    /// The call that it is in is to come back with this.
    fails_with: Option<i32>,
}

const OPTIONS: i32 = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_EXITKILL;
const SYSCALL_STOP: i32 = libc::SIGTRAP | 0x80;
/// Where `struct user` of x86-64 has the call's number and what it returns, in bytes.
const ORIG_RAX: usize = 15 * 8;
const RAX: usize = 10 * 8;
/// How often `meanwhile` is run.
const TICK: Duration = Duration::from_millis(10);
/// How long what a program leaves may live.
const GRACE: Duration = Duration::from_secs(2);

/// A traced program.
pub struct Tracer {
    first: i32,
    processes: BTreeMap<i32, Process>,
    gone: BTreeSet<i32>,
    fault: Option<Fault>,
    /// The program itself is executed, after the shell.
    is_executed: bool,
    /// Its `main` runs: loader and runtime, whose failures are theirs, are done.
    is_main: bool,
    pub seen: Seen,
}

impl Tracer {
    /// Takes hold of a process that has stopped itself, and lets it go on. It is about to execute the program.
    pub fn seize(pid: i32, fault: Option<Fault>) -> Result<Self, Errno> {
        tick_every(TICK);
        request(libc::PTRACE_SEIZE, pid, 0, OPTIONS as usize)?;
        nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), Signal::SIGCONT)?;
        let processes = BTreeMap::from([(pid, Process::default())]);
        let gone = BTreeSet::new();
        Ok(Self { first: pid, processes, gone, fault, is_executed: false, is_main: false, seen: Seen::default() })
    }

    /// Goes on until all have gone, or the time is up. At every tick `meanwhile` is run.
    pub fn run(&mut self, limit: Duration, mut meanwhile: impl FnMut()) {
        let start = Instant::now();
        let mut ticked = start;
        let mut first_gone: Option<Instant> = None;
        while !self.processes.is_empty() {
            if start.elapsed() > limit {
                self.seen.hung = self.processes.keys().copied().collect();
                self.kill_all();
                return;
            }
            if self.seen.status.is_some() {
                let since = *first_gone.get_or_insert_with(Instant::now);
                if since.elapsed() > GRACE {
                    self.seen.left = self.processes.keys().copied().collect();
                    self.kill_all();
                    return;
                }
            }
            if ticked.elapsed() > TICK {
                ticked = Instant::now();
                meanwhile();
            }
            match wait() {
                Ok((pid, status)) => self.take(pid, status),
                Err(Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }

    fn take(&mut self, pid: i32, status: i32) {
        if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
            // The test's own children, a shell around the program, are none of those traced.
            if self.processes.remove(&pid).is_some() {
                self.gone.insert(pid);
            }
            if pid == self.first {
                self.seen.status = Some(status);
            }
            return;
        }
        if !libc::WIFSTOPPED(status) {
            return;
        }
        if !self.processes.contains_key(&pid) {
            let index = self.processes.len() + self.gone.len();
            self.processes.insert(pid, Process { index, ..Process::default() });
        }
        let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
        match (signal, event) {
            (SYSCALL_STOP, _) => {
                self.at_call(pid);
                go_on(libc::PTRACE_SYSCALL, pid, 0);
            }
            (libc::SIGTRAP, libc::PTRACE_EVENT_EXEC) => {
                self.is_executed |= pid == self.first;
                go_on(libc::PTRACE_SYSCALL, pid, 0);
            }
            (libc::SIGSTOP | libc::SIGTSTP | libc::SIGTTIN | libc::SIGTTOU, libc::PTRACE_EVENT_STOP) => {
                go_on(libc::PTRACE_LISTEN, pid, 0);
            }
            (_, 0) => go_on(libc::PTRACE_SYSCALL, pid, signal),
            _ => go_on(libc::PTRACE_SYSCALL, pid, 0),
        }
    }

    /// A stop before a call or after it.
    fn at_call(&mut self, pid: i32) {
        let Some(process) = self.processes.get_mut(&pid) else { return };
        match call_info(pid) {
            // The runtime's last two: it asks, and it sets.
            Some(Stop::Entry(libc::SYS_sigaltstack)) if self.is_executed => {
                self.is_main = process.counts.contains_key(&libc::SYS_sigaltstack);
                process.counts.insert(libc::SYS_sigaltstack, 1);
            }
            Some(Stop::Entry(call)) if self.is_main => {
                let before = process.counts.entry(call).or_default();
                let site = Site { process: process.index, call, before: *before };
                *before += 1;
                self.seen.sites.push(site);
                if let Some(fault) = self.fault
                    && fault.site == site
                    && !self.seen.is_injected
                {
                    self.seen.is_injected = true;
                    process.fails_with = Some(fault.errno);
                    // Linux has closed the descriptor whatever close(2) returns; else no such call: the kernel does nothing.
                    if call != libc::SYS_close {
                        let _ = request(libc::PTRACE_POKEUSER, pid, ORIG_RAX, usize::MAX);
                    }
                }
            }
            Some(Stop::Exit) => {
                if let Some(errno) = process.fails_with.take() {
                    let value = isize::try_from(-errno).unwrap_or(-1).cast_unsigned();
                    let _ = request(libc::PTRACE_POKEUSER, pid, RAX, value);
                }
            }
            _ => {}
        }
    }

    fn kill_all(&mut self) {
        let kill = |pid: &i32| {
            let _ = nix::sys::signal::kill(nix::unistd::Pid::from_raw(*pid), Signal::SIGKILL);
        };
        while !self.processes.is_empty() {
            self.processes.keys().for_each(kill);
            match wait() {
                Ok((pid, status)) => self.take(pid, status),
                Err(Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        self.kill_all();
    }
}

enum Stop {
    Entry(i64),
    Exit,
}

/// PTRACE_GET_SYSCALL_INFO: which side of which call.
#[expect(unsafe_code, reason = "ptrace has no safe form")]
fn call_info(pid: i32) -> Option<Stop> {
    const GET_SYSCALL_INFO: u32 = 0x420e;
    let mut words = [0_u64; 11];
    let bytes = size_of_val(&words);
    // SAFETY: the kernel writes at most so many bytes, which the array has.
    let written = unsafe { libc::ptrace(GET_SYSCALL_INFO, pid, bytes, words.as_mut_ptr()) };
    // A byte for the side; after three words, the number or what came back.
    match (written > 0).then_some(words[0] & 0xff)? {
        1 => Some(Stop::Entry(words[3].cast_signed())),
        2 => Some(Stop::Exit),
        _ => None,
    }
}

#[expect(unsafe_code, reason = "ptrace has no safe form")]
fn request(request: u32, pid: i32, address: usize, data: usize) -> Result<(), Errno> {
    // SAFETY: the requests that are made here take numbers, and write nothing into this process.
    Errno::result(unsafe { libc::ptrace(request, pid, address, data) }).map(drop)
}

/// It may have been killed meanwhile.
fn go_on(how: u32, pid: i32, signal: i32) {
    let _ = request(how, pid, 0, usize::try_from(signal).unwrap_or(0));
}

#[expect(unsafe_code, reason = "nix does not know every stop")]
fn wait() -> Result<(i32, i32), Errno> {
    let mut status = 0;
    // SAFETY: the status is a local.
    let pid = Errno::result(unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL) })?;
    Ok((pid, status))
}

/// SIGALRM interrupts a wait every now and then.
#[expect(unsafe_code, reason = "a handler that does nothing")]
fn tick_every(time: Duration) {
    extern "C" fn nothing(_signal: i32) {}
    let action = SigAction::new(SigHandler::Handler(nothing), SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler does nothing.
    let _ = unsafe { sigaction(Signal::SIGALRM, &action) };
    let each = libc::timeval { tv_sec: 0, tv_usec: i64::from(time.subsec_micros()) };
    let timer = libc::itimerval { it_interval: each, it_value: each };
    // SAFETY: setitimer reads a local; the old value is not asked for.
    unsafe { libc::setitimer(libc::ITIMER_REAL, &raw const timer, std::ptr::null_mut()) };
}
