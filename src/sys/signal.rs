//! Signals in an agent: dispositions, the counters that the handlers bump, and SIGPIPE's two steps: under `default` it is
//! caught, what the call really returned is recorded, and then the default kills after all.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering, compiler_fence};

use nix::sys::signal::SigSet;

use crate::abi::Disposition;
use crate::abi::Errno;

use super::last_errno;
use super::ring::{RingWriter, SIGNAL_COUNTERS, count_signal};

thread_local! {
    /// Where this thread's handlers count, and the flag that says whether the program sleeps. Const-initialised and without
    /// destructor, so a handler may touch it.
    static WORDS: Cell<(*const AtomicU64, *const AtomicU64)> = const { Cell::new((std::ptr::null(), std::ptr::null())) };
    /// This thread is inside a call that is being recorded.
    static IN_CALL: AtomicBool = const { AtomicBool::new(false) };
    /// SIGPIPE came from the call: die once it is recorded.
    static PIPE_PENDING: AtomicBool = const { AtomicBool::new(false) };
}

static BELL: AtomicI32 = AtomicI32::new(-1);

/// Ties this thread's handlers to its ring.
pub fn watch(ring: &RingWriter, bell: i32) {
    BELL.store(bell, Ordering::Relaxed);
    WORDS.with(|words| words.set(ring.signal_words()));
}

/// Default dispositions, an empty mask, and the agent's own two handlers.
pub fn reset_all() {
    for signal in 1..=libc::SIGRTMAX() {
        // Fails for SIGKILL, SIGSTOP and glibc's own two, which nobody can change.
        let _ = set_action(signal, libc::SIG_DFL, 0);
    }
    let mut none = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset initialises the set that it is given.
    unsafe { libc::sigemptyset(none.as_mut_ptr()) };
    // SAFETY: the set was initialised above; the old mask is not asked for.
    unsafe { libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), std::ptr::null_mut()) };
    install_own(false);
}

/// The handlers that every agent has: `interrupt`, and SIGPIPE unless it is ignored.
fn install_own(pipe_ignored: bool) {
    let _ = set_action(libc::SIGRTMIN(), count_handler(), 0);
    if !pipe_ignored {
        let _ = set_action(libc::SIGPIPE, pipe_handler(), libc::SA_SIGINFO);
    }
}

/// Whether SIGPIPE is ignored, which execve keeps.
pub fn pipe_is_ignored() -> bool {
    handler_of(libc::SIGPIPE) == libc::SIG_IGN
}

/// After execve: dispositions as the kernel left them, and the agent's own handlers. Rust's start has ignored SIGPIPE and
/// caught what tells of a stack's end; neither is the learner's.
pub fn restore_after_exec(pipe_ignored: bool) {
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        if handler_of(signal) != libc::SIG_IGN {
            let _ = set_action(signal, libc::SIG_DFL, 0);
        }
    }
    install_own(pipe_ignored);
}

fn handler_of(signal: i32) -> usize {
    let mut old = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: with a null new action sigaction only writes the old one, to a local.
    unsafe { libc::sigaction(signal, std::ptr::null(), old.as_mut_ptr()) };
    // SAFETY: zeroed is a valid sigaction, and the call above may have overwritten it.
    unsafe { old.assume_init() }.sa_sigaction
}

/// SIGTTOU ignored: the terminal can be brought back from a background group too, when the guardian has been killed.
pub fn ignore_background_writes() {
    let _ = set_action(libc::SIGTTOU, libc::SIG_IGN, 0);
}

/// Does something while every signal that can be is held back from this thread.
pub fn with_all_blocked<T>(work: impl FnOnce() -> T) -> T {
    let before = SigSet::thread_get_mask();
    let _ = SigSet::all().thread_block();
    let done = work();
    if let Ok(before) = before {
        let _ = before.thread_set_mask();
    }
    done
}

/// Sets a disposition as a learner asks for it.
pub fn set_disposition(signal: i32, disposition: Disposition) -> Result<(), Errno> {
    match disposition {
        Disposition::Ignore => set_action(signal, libc::SIG_IGN, 0),
        Disposition::Catch => set_action(signal, count_handler(), libc::SA_RESTART),
        Disposition::CatchNoRestart => set_action(signal, count_handler(), 0),
        Disposition::Default if signal == libc::SIGPIPE => set_action(signal, pipe_handler(), libc::SA_SIGINFO),
        Disposition::Default if signal == libc::SIGRTMIN() => set_action(signal, count_handler(), 0),
        Disposition::Default => set_action(signal, libc::SIG_DFL, 0),
    }
}

fn set_action(signal: i32, handler: usize, flags: i32) -> Result<(), Errno> {
    // SAFETY: all zeroes is a valid sigaction: default handler, empty mask, no flags.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = handler;
    action.sa_flags = flags;
    // SAFETY: the new action is a local that outlives the call; its handler is SIG_DFL, SIG_IGN or one of the two below.
    let result = unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) };
    if result < 0 { Err(last_errno()) } else { Ok(()) }
}

fn count_handler() -> usize {
    count as extern "C" fn(i32) as usize
}

fn pipe_handler() -> usize {
    pipe as extern "C" fn(i32, *const libc::siginfo_t, *mut libc::c_void) as usize
}

/// Counts a signal and rings if the program sleeps. Only atomics and write(2).
extern "C" fn count(signal: i32) {
    let (counters, sleeps) = WORDS.with(Cell::get);
    let index = usize::try_from(signal).unwrap_or(0);
    if counters.is_null() || !(1..SIGNAL_COUNTERS).contains(&index) {
        return;
    }
    // SAFETY: `watch` stored the address of SIGNAL_COUNTERS counters in a mapping that is never unmapped while it serves.
    let counter = unsafe { counters.add(index) };
    // SAFETY: as above; the counters are only ever accessed as atomics.
    let counter = unsafe { &*counter };
    // SAFETY: as above; it is the first of them.
    let all = unsafe { &*counters };
    // SAFETY: `watch` stored the address of the sleep flag of the same mapping.
    let sleeps = unsafe { &*sleeps };
    if count_signal(counter, all, sleeps) {
        let errno = last_errno();
        super::poll::ring_bell(BELL.load(Ordering::Relaxed));
        nix::Error::from_raw(errno.0).set();
    }
}

/// SIGPIPE under `default`. The process's own, from inside a recorded call: die after the record. Else: die now.
extern "C" fn pipe(signal: i32, info: *const libc::siginfo_t, _context: *mut libc::c_void) {
    count(signal);
    // SAFETY: with SA_SIGINFO the kernel passes a valid siginfo.
    let info = unsafe { &*info };
    // SAFETY: SIGPIPE comes from kill or from the kernel, and both fill in the sender.
    let sender = unsafe { info.si_pid() };
    let own = i32::try_from(std::process::id()).is_ok_and(|own| own == sender);
    if own && IN_CALL.with(|inside| inside.load(Ordering::Relaxed)) {
        PIPE_PENDING.with(|pending| pending.store(true, Ordering::Relaxed));
        return;
    }
    let _ = set_action(libc::SIGPIPE, libc::SIG_DFL, 0);
    // SAFETY: raise has no preconditions; the signal is blocked until this handler returns, and kills then.
    unsafe { libc::raise(libc::SIGPIPE) };
}

/// Brackets a recorded call: from here on a SIGPIPE of its own waits for [`leave_call`].
pub fn enter_call() {
    IN_CALL.with(|inside| inside.store(true, Ordering::Relaxed));
    compiler_fence(Ordering::SeqCst);
}

/// The call is recorded: dies of the SIGPIPE that it raised, if it did.
pub fn leave_call() {
    compiler_fence(Ordering::SeqCst);
    IN_CALL.with(|inside| inside.store(false, Ordering::Relaxed));
    // Looked at before it is written: a locked instruction after every call would be felt in a loop.
    if PIPE_PENDING.with(|pending| pending.load(Ordering::Relaxed)) {
        PIPE_PENDING.with(|pending| pending.store(false, Ordering::Relaxed));
        let _ = set_action(libc::SIGPIPE, libc::SIG_DFL, 0);
        // SAFETY: raise has no preconditions; SIGPIPE is not blocked and its default kills the process.
        unsafe { libc::raise(libc::SIGPIPE) };
    }
}
