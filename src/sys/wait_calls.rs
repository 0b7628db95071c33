//! The calls that learners make about what can be waited for, as in `calls`: eventfd, timerfd, signalfd, pidfd.

use std::mem::MaybeUninit;

use super::calls::Answer;

/// eventfd(2).
pub fn eventfd(initial: u32, flags: i32) -> Answer {
    // SAFETY: eventfd only takes numbers.
    Answer::of(unsafe { libc::eventfd(initial, flags) })
}

/// timerfd_create(2), by the monotonic clock.
pub fn timerfd_create(flags: i32) -> Answer {
    // SAFETY: timerfd_create only takes numbers.
    Answer::of(unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) })
}

/// timerfd_settime(2): once, after so long; 0 stops it.
pub fn timerfd_settime(fd: i32, ms: u64) -> Answer {
    let none = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let value = libc::timespec {
        tv_sec: libc::time_t::try_from(ms / 1000).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::try_from(ms % 1000).unwrap_or(0) * 1_000_000,
    };
    let value = libc::itimerspec { it_interval: none, it_value: value };
    // SAFETY: the pointer is to a local itimerspec; the old value is not asked for.
    Answer::of(unsafe { libc::timerfd_settime(fd, 0, &raw const value, std::ptr::null_mut()) })
}

/// signalfd(2), a new one.
pub fn signalfd(signals: &[i32], flags: i32) -> Answer {
    let set = set_of(signals);
    // SAFETY: the pointer is to a set that was initialised.
    Answer::of(unsafe { libc::signalfd(-1, set.as_ptr(), flags) })
}

/// pidfd_open(2).
pub fn pidfd_open(pid: i32, flags: i32) -> Answer {
    // SAFETY: pidfd_open only takes numbers.
    Answer::of(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) })
}

/// sigprocmask(2) with SIG_BLOCK, of the calling thread.
pub fn block_signals(signals: &[i32]) -> Answer {
    let set = set_of(signals);
    // SAFETY: the pointer is to a set that was initialised; the old one is not asked for.
    Answer::of(unsafe { libc::sigprocmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut()) })
}

fn set_of(signals: &[i32]) -> MaybeUninit<libc::sigset_t> {
    let mut set = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: sigemptyset initialises the set that it is given.
    unsafe { libc::sigemptyset(set.as_mut_ptr()) };
    for signal in signals {
        // SAFETY: the set was initialised above.
        unsafe { libc::sigaddset(set.as_mut_ptr(), *signal) };
    }
    set
}
