//! ptrace(2), as far as watching a program needs it: taking hold of one process, the stops of it and of all that it makes, and
//! letting them go on. Every call here belongs to the one thread that called [`seize`] or [`hold`].

use super::{SysError, last_errno};
use crate::abi::Errno;

/// Stops at each of these, and dies with its tracer.
const OPTIONS: i32 = libc::PTRACE_O_TRACESYSGOOD
    | libc::PTRACE_O_TRACEFORK
    | libc::PTRACE_O_TRACEVFORK
    | libc::PTRACE_O_TRACECLONE
    | libc::PTRACE_O_TRACEEXEC
    | libc::PTRACE_O_TRACEEXIT
    | libc::PTRACE_O_TRACESECCOMP
    | libc::PTRACE_O_EXITKILL;

/// `PTRACE_GET_SYSCALL_INFO` of `<linux/ptrace.h>`.
const GET_SYSCALL_INFO: libc::c_uint = 0x420e;
/// `PTRACE_EVENT_STOP`: a stop that is no signal's delivery; only of who was seized.
const EVENT_STOP: i32 = 128;
/// What TRACESYSGOOD makes of SIGTRAP.
const SYSCALL_STOP: i32 = libc::SIGTRAP | 0x80;

/// Why a task stands still, or that it is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TraceStop {
    /// Before a call that a filter asked to stop at.
    CallEntry,
    /// After a call.
    CallExit,
    /// It has made this task, by fork(2), vfork(2) or clone(2).
    Made(i32),
    /// It executes another program; its own number was this before.
    Executed(i32),
    /// It is about to end with this wait status, and still has its descriptors.
    Exiting(i32),
    /// The whole process is stopped by this signal.
    Group(i32),
    /// It was attached at its birth, or a group stop is over.
    Attached,
    /// This signal is about to be delivered.
    Signal(i32),
    /// It is gone: the wait status.
    Gone(i32),
}

/// What the kernel says of a call at a stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallInfo {
    /// It is about to be made.
    Entry {
        /// The call's number.
        number: u64,
        /// Its arguments.
        arguments: [u64; 6],
        /// What the filter that stopped it has to say.
        data: u16,
    },
    /// It has returned: the value, or minus the error.
    Exit {
        /// As the register has it.
        value: i64,
        /// Whether it is minus an errno.
        is_error: bool,
    },
    /// The task stands at no call.
    None,
}

/// Takes hold of a child of the caller, running as it is.
pub fn seize(pid: i32) -> Result<(), SysError> {
    request(libc::PTRACE_SEIZE, pid, 0, usize::try_from(OPTIONS).unwrap_or(0), "trace the program")
}

/// Takes hold of a process for the sake of its death alone: it stops at signals, and nowhere else.
pub fn hold(pid: i32) -> Result<(), SysError> {
    // Who may not wait for it would not let it go on, nor learn of its death. It is nobody's to wait for yet.
    if let Err(errno) = wait_id(pid, libc::WEXITED | libc::WNOHANG | libc::WNOWAIT)
        && errno != Errno(libc::ECHILD)
    {
        return Err(SysError { operation: "wait for a process", errno });
    }
    request(libc::PTRACE_SEIZE, pid, 0, 0, "hold a process")
}

/// Lets a task go on until its next watched call, delivering a signal (0: none).
pub fn go_on(tid: i32, signal: i32) -> Result<(), SysError> {
    request(libc::PTRACE_CONT, tid, 0, usize::try_from(signal).unwrap_or(0), "let a task go on")
}

/// The same, until it comes back from the call that it is about to make.
pub fn go_on_to_exit(tid: i32) -> Result<(), SysError> {
    request(libc::PTRACE_SYSCALL, tid, 0, 0, "let a task make its call")
}

/// Leaves a task in its group stop, so that SIGCONT reaches it as it would without a tracer.
pub fn stay_stopped(tid: i32) -> Result<(), SysError> {
    request(libc::PTRACE_LISTEN, tid, 0, 0, "leave a task stopped")
}

/// Makes the call at whose entry a task stands not happen: it returns ENOSYS.
pub fn refuse_call(tid: i32) -> Result<(), SysError> {
    let operation = "refuse a call";
    #[cfg(target_arch = "x86_64")]
    {
        /// Where `struct user` has the call's number and what it returns, in bytes.
        const ORIG_RAX: usize = 15 * 8;
        const RAX: usize = 10 * 8;
        request(libc::PTRACE_POKEUSER, tid, ORIG_RAX, usize::MAX, operation)?;
        request(libc::PTRACE_POKEUSER, tid, RAX, usize::MAX - 37, operation)
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        /// `NT_ARM_SYSTEM_CALL` of `<elf.h>`: the call's number as a register set of its own.
        const NT_ARM_SYSTEM_CALL: usize = 0x404;
        let mut number = -1_i32;
        let part = libc::iovec { iov_base: (&raw mut number).cast(), iov_len: size_of::<i32>() };
        request(libc::PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, (&raw const part) as usize, operation)
    }
}

/// The call at which a task stands.
pub fn call_info(tid: i32) -> CallInfo {
    // `struct ptrace_syscall_info`, by its words: a byte of kind and the architecture; ip; sp; number or value; …
    let mut words = [0_u64; 11];
    let size = size_of_val(&words);
    // SAFETY: the kernel writes at most `size` bytes to a local array of that size.
    let result = unsafe { libc::ptrace(GET_SYSCALL_INFO as _, tid, size, words.as_mut_ptr()) };
    if result <= 0 {
        return CallInfo::None;
    }
    let arguments = [words[4], words[5], words[6], words[7], words[8], words[9]];
    match words[0] & 0xff {
        1 => CallInfo::Entry { number: words[3], arguments, data: 0 },
        2 => CallInfo::Exit { value: words[3].cast_signed(), is_error: words[4] & 0xff != 0 },
        3 => CallInfo::Entry { number: words[3], arguments, data: (words[10] & 0xffff) as u16 },
        _ => CallInfo::None,
    }
}

/// Who sent the signal that is about to be delivered, and how: `si_code` and `si_pid`.
pub fn signal_sender(tid: i32) -> Option<(i32, i32)> {
    let mut info = std::mem::MaybeUninit::<libc::siginfo_t>::zeroed();
    // SAFETY: the kernel fills a local siginfo_t.
    let result = unsafe { libc::ptrace(libc::PTRACE_GETSIGINFO, tid, 0, info.as_mut_ptr()) };
    if result != 0 {
        return None;
    }
    // SAFETY: zeroed bytes are a siginfo_t, and the kernel has filled them.
    let info = unsafe { info.assume_init() };
    // SAFETY: si_pid reads bytes of the union, which are initialised whatever they mean.
    let pid = unsafe { info.si_pid() };
    Some((info.si_code, pid))
}

/// One task that stopped or ended, if there is one now; `ECHILD` where nobody is left.
pub fn next_stop() -> Result<Option<(i32, TraceStop)>, Errno> {
    let mut status = 0;
    // SAFETY: waitpid writes one local int.
    let tid = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::WNOHANG) };
    match tid {
        0 => Ok(None),
        tid if tid < 0 => Err(last_errno()),
        tid => Ok(Some((tid, stop_of(tid, status)))),
    }
}

/// Sleeps until this process stops; none once it is dead, and not reaped.
pub fn next_stop_of(pid: i32) -> Option<TraceStop> {
    loop {
        let (code, _) = wait_id(pid, libc::WEXITED | libc::WSTOPPED | libc::WNOWAIT).ok()?;
        if code != libc::CLD_TRAPPED {
            return None;
        }
        // It may have been killed since.
        if let Ok((libc::CLD_TRAPPED, status)) = wait_id(pid, libc::WSTOPPED | libc::WNOHANG) {
            return Some(stop_of(pid, status << 8 | 0x7f));
        }
    }
}

/// waitid(2): `si_code` and `si_status`.
fn wait_id(pid: i32, flags: i32) -> Result<(i32, i32), Errno> {
    let Ok(id) = libc::id_t::try_from(pid) else { return Err(Errno(libc::EINVAL)) };
    loop {
        // SAFETY: siginfo_t is plain data, for which all zeroes is a value.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        // SAFETY: waitid writes one siginfo_t, to a local.
        let result = unsafe { libc::waitid(libc::P_PID, id, &raw mut info, flags) };
        if result == 0 {
            // SAFETY: waitid fills in the status, or leaves the zero.
            return Ok((info.si_code, unsafe { info.si_status() }));
        }
        if last_errno() != Errno(libc::EINTR) {
            return Err(last_errno());
        }
    }
}

fn stop_of(tid: i32, status: i32) -> TraceStop {
    if status & 0xff != 0x7f {
        return TraceStop::Gone(status);
    }
    let (signal, event) = ((status >> 8) & 0xff, status >> 16);
    let message = || event_message(tid).unwrap_or(0);
    match event {
        libc::PTRACE_EVENT_SECCOMP => TraceStop::CallEntry,
        libc::PTRACE_EVENT_FORK | libc::PTRACE_EVENT_VFORK | libc::PTRACE_EVENT_CLONE => TraceStop::Made(message()),
        libc::PTRACE_EVENT_EXEC => TraceStop::Executed(message()),
        libc::PTRACE_EVENT_EXIT => TraceStop::Exiting(message()),
        EVENT_STOP if signal == libc::SIGTRAP => TraceStop::Attached,
        EVENT_STOP => TraceStop::Group(signal),
        _ if signal == SYSCALL_STOP => TraceStop::CallExit,
        _ => TraceStop::Signal(signal),
    }
}

fn event_message(tid: i32) -> Option<i32> {
    let mut message: libc::c_ulong = 0;
    // SAFETY: the kernel writes one unsigned long.
    let result = unsafe { libc::ptrace(libc::PTRACE_GETEVENTMSG, tid, 0, &raw mut message) };
    (result == 0).then(|| i32::try_from(message).unwrap_or(0))
}

/// What its constants are: the C libraries differ.
#[cfg(target_env = "musl")]
type Request = libc::c_int;
/// What its constants are: the C libraries differ.
#[cfg(not(target_env = "musl"))]
type Request = libc::c_uint;

fn request(request: Request, tid: i32, address: usize, data: usize, operation: &'static str) -> Result<(), SysError> {
    // SAFETY: none of these requests writes to the caller's memory; address and data are numbers, or point to what it reads.
    let result = unsafe { libc::ptrace(request as _, tid, address, data) };
    if result < 0 { Err(SysError { operation, errno: last_errno() }) } else { Ok(()) }
}
