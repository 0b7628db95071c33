//! The calls that learners make about what can be waited for, as in `calls`: eventfd, timerfd, signalfd, pidfd.

use std::mem::MaybeUninit;
use std::time::Duration;

use nix::sys::time::TimeSpec;

use super::calls::CallResult;

/// eventfd(2).
pub fn eventfd(initial: u32, flags: i32) -> CallResult {
    // SAFETY: eventfd only takes numbers.
    CallResult::of(unsafe { libc::eventfd(initial, flags) })
}

/// epoll_create1(2).
pub fn epoll_create(flags: i32) -> CallResult {
    // SAFETY: epoll_create1 only takes a number.
    CallResult::of(unsafe { libc::epoll_create1(flags) })
}

/// epoll_ctl(2): the epoll, the operation and the descriptor; the events, and what is told back with them.
pub fn epoll_ctl((epoll, op, fd): (i32, i32, i32), (events, data): (u32, u64)) -> CallResult {
    let mut event = libc::epoll_event { events, u64: data };
    let event = if op == libc::EPOLL_CTL_DEL { std::ptr::null_mut() } else { &raw mut event };
    // SAFETY: the pointer is to a local epoll_event, which the kernel only reads, or null where it does not.
    CallResult::of(unsafe { libc::epoll_ctl(epoll, op, fd, event) })
}

/// epoll_wait(2): the answer, and of each that is ready what was given with it and its events.
pub fn epoll_wait(epoll: i32, count: i32, timeout_ms: i32) -> (CallResult, Vec<(u64, u32)>) {
    /// More than so many do not come to be ready on a bench.
    const MOST: usize = 4096;
    let room = usize::try_from(count).unwrap_or(0).min(MOST);
    let mut ready = vec![libc::epoll_event { events: 0, u64: 0 }; room.max(1)];
    let asked = if count > 0 { i32::try_from(room).unwrap_or(count) } else { count };
    // SAFETY: there is room for as many events as are asked for; a count that is not positive is refused.
    let answer = CallResult::of(unsafe { libc::epoll_wait(epoll, ready.as_mut_ptr(), asked, timeout_ms) });
    ready.truncate(usize::try_from(answer.ret).unwrap_or(0));
    (answer, ready.into_iter().map(|event| (event.u64, event.events)).collect())
}

/// timerfd_create(2), by the monotonic clock.
pub fn timerfd_create(flags: i32) -> CallResult {
    // SAFETY: timerfd_create only takes numbers.
    CallResult::of(unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) })
}

/// timerfd_settime(2): once, after so long; 0 stops it.
pub fn timerfd_settime(fd: i32, ms: u64) -> CallResult {
    let none = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let value = *TimeSpec::from(Duration::from_millis(ms)).as_ref();
    let value = libc::itimerspec { it_interval: none, it_value: value };
    // SAFETY: the pointer is to a local itimerspec; the old value is not asked for.
    CallResult::of(unsafe { libc::timerfd_settime(fd, 0, &raw const value, std::ptr::null_mut()) })
}

/// signalfd(2), a new one.
pub fn signalfd(signals: &[i32], flags: i32) -> CallResult {
    let set = set_of(signals);
    // SAFETY: the pointer is to a set that was initialised.
    CallResult::of(unsafe { libc::signalfd(-1, set.as_ptr(), flags) })
}

/// pidfd_open(2).
pub fn pidfd_open(pid: i32, flags: i32) -> CallResult {
    // SAFETY: pidfd_open only takes numbers.
    CallResult::of(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, flags) })
}

/// sigprocmask(2) with SIG_BLOCK, of the calling thread.
pub fn block_signals(signals: &[i32]) -> CallResult {
    let set = set_of(signals);
    // SAFETY: the pointer is to a set that was initialised; the old one is not asked for.
    CallResult::of(unsafe { libc::sigprocmask(libc::SIG_BLOCK, set.as_ptr(), std::ptr::null_mut()) })
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
