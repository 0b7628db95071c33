//! Starting the program that is watched, in the state in which this program was started: dispositions, mask and descriptors are
//! what they would be without it. The new process waits at a gate until it is traced.

use std::ffi::CString;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicU64, Ordering};

use nix::fcntl::OFlag;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::unistd::{dup2_stderr, dup2_stdout};

use super::confine::ProcessLimits;
use super::fork::{Forked, exit_child, fork};
use super::seccomp::Filter;
use super::{During, SysError, last_errno, pty};
use crate::abi::Errno;

/// The highest signal that has a bit in the two words below.
const LAST_SIGNAL: i32 = 64;
/// Signals that were ignored when this program was started, one bit each from SIGHUP on: Rust's start ignores SIGPIPE after that.
static IGNORED: AtomicU64 = AtomicU64::new(0);
/// Signals that were blocked then.
static BLOCKED: AtomicU64 = AtomicU64::new(0);

/// Called by the loader before `main`, and so before Rust's own start.
#[used]
// SAFETY: the section holds pointers to functions that the loader calls once, with one thread there is; this one only reads
// dispositions and stores two words.
#[unsafe(link_section = ".init_array")]
static REMEMBER: extern "C" fn() = remember;

extern "C" fn remember() {
    let bit = |signal: i32| 1_u64 << (signal - 1);
    let mut ignored = 0;
    for signal in 1..=LAST_SIGNAL {
        let mut action = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: no new action is given; the old one is written to a local.
        if unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) } == 0 {
            // SAFETY: zeroed, and filled by the kernel.
            let action = unsafe { action.assume_init() };
            if action.sa_sigaction == libc::SIG_IGN {
                ignored |= bit(signal);
            }
        }
    }
    IGNORED.store(ignored, Ordering::Relaxed);
    let mut set = std::mem::MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: no new mask is given; the old one is written to a local.
    unsafe { libc::sigprocmask(libc::SIG_BLOCK, std::ptr::null(), set.as_mut_ptr()) };
    // SAFETY: zeroed, and filled by the kernel.
    let set = unsafe { set.assume_init() };
    let is_blocked = |signal: i32| {
        // SAFETY: the set is initialised, the signal a number.
        let member = unsafe { libc::sigismember(&raw const set, signal) };
        member == 1
    };
    let blocked = (1..=LAST_SIGNAL).filter(|signal| is_blocked(*signal)).map(bit).fold(0, |all, one| all | one);
    BLOCKED.store(blocked, Ordering::Relaxed);
}

/// Whether a signal was ignored when this program was started, and so is in what it starts.
pub fn was_ignored(signal: i32) -> bool {
    (1..=LAST_SIGNAL).contains(&signal) && IGNORED.load(Ordering::Relaxed) & (1 << (signal - 1)) != 0
}

/// What the kernel calls such a file where it says what is open.
pub const UNNAMED_FILE: &str = "/memfd:tincans-output (deleted)";

/// A file without a name, for what a program writes.
pub fn unnamed_file() -> Result<File, SysError> {
    // The name of UNNAMED_FILE.
    let fd = memfd_create(c"tincans-output", MFdFlags::MFD_CLOEXEC).during("make a file for the output")?;
    Ok(File::from(fd))
}

/// The first bytes of such a file, at most so many; none where it cannot be read.
pub fn read_back(mut file: File, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if file.seek(SeekFrom::Start(0)).is_ok() {
        let _ = file.take(most).read_to_end(&mut bytes);
    }
    bytes
}

/// Standard output and error of this process, and of what it starts, go to a file.
pub fn redirect(file: &File) -> Result<(), SysError> {
    dup2_stdout(file).during("redirect standard output")?;
    dup2_stderr(file).during("redirect standard error")
}

/// A process that waits at its gate.
#[derive(Debug)]
pub struct Waiting {
    /// Its number.
    pub pid: i32,
    gate: File,
    failure: File,
}

/// What the program gets beside its arguments.
#[derive(Debug, Clone, Copy, Default)]
pub struct Surroundings<'a> {
    /// A terminal of its own.
    pub terminal: Option<&'a CString>,
    /// What each of its processes may use; none: what this program may.
    pub limits: Option<ProcessLimits>,
}

/// Forks. The child waits, then installs the filter and executes the program; it dies with its parent until then.
pub fn launch(arguments: &[CString], filter: &Filter, given: Surroundings<'_>) -> Result<Waiting, SysError> {
    let pipe = || nix::unistd::pipe2(OFlag::O_CLOEXEC).during("make the gate");
    let (theirs, gate) = pipe()?;
    let (failure, tells) = pipe()?;
    match fork().map_err(|errno| SysError { operation: "fork the program", errno })? {
        Forked::Parent(pid) => Ok(Waiting { pid, gate: gate.into(), failure: failure.into() }),
        Forked::Child => {
            drop(gate);
            drop(failure);
            let errno = become_program(arguments, filter, (theirs, given));
            let _ = File::from(tells).write_all(&errno.0.to_ne_bytes());
            exit_child(127)
        }
    }
}

impl Waiting {
    /// Lets it go on: it is traced now.
    pub fn open_gate(&mut self) -> Result<(), SysError> {
        self.gate.write_all(b"g").during("let the program begin")
    }

    /// Why it could not be executed; none if it was. To be asked once it was executed or is gone.
    pub fn failure(mut self) -> Option<Errno> {
        let mut word = [0; 4];
        self.failure.read_exact(&mut word).ok()?;
        Some(Errno(i32::from_ne_bytes(word)))
    }
}

fn become_program(arguments: &[CString], filter: &Filter, (gate, given): (OwnedFd, Surroundings<'_>)) -> Errno {
    let tie = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
    let mut byte = [0];
    let is_let_go = File::from(gate).read_exact(&mut byte).is_ok();
    if tie.is_err() || !is_let_go {
        exit_child(127);
    }
    let _ = nix::sys::prctl::set_pdeathsig(None);
    restore_signals();
    if let Some(Err(errno)) = given.terminal.map(pty::become_session) {
        return Errno(errno as i32);
    }
    if let Some(Err(error)) = given.limits.map(ProcessLimits::set) {
        return error.errno;
    }
    if let Err(error) = filter.install() {
        return error.errno;
    }
    let mut pointers: Vec<*const libc::c_char> = arguments.iter().map(|word| word.as_ptr()).collect();
    pointers.push(std::ptr::null());
    // SAFETY: the pointers are to C strings that live until then, with a null at the end.
    unsafe { libc::execvp(pointers[0], pointers.as_ptr()) };
    last_errno()
}

fn restore_signals() {
    for signal in 1..=LAST_SIGNAL {
        let handler = if was_ignored(signal) { libc::SIG_IGN } else { libc::SIG_DFL };
        // SAFETY: neither is a handler. It fails for those that nobody can change.
        unsafe { libc::signal(signal, handler) };
    }
    let mut set = std::mem::MaybeUninit::<libc::sigset_t>::zeroed();
    // SAFETY: sigemptyset initialises the set that it is given.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    let blocked = BLOCKED.load(Ordering::Relaxed);
    for signal in (1..=LAST_SIGNAL).filter(|signal| blocked & (1 << (signal - 1)) != 0) {
        // SAFETY: the set was initialised above.
        unsafe { libc::sigaddset(set.as_mut_ptr(), signal) };
    }
    // SAFETY: the set was initialised above; the old mask is not asked for.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, set.as_ptr(), std::ptr::null_mut()) };
}
