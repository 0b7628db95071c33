//! Calls about processes, signals and timers, as plain C.

use tincans::abi::Disposition;
use tincans::order::{Call, Extra};

use super::Reply;
use super::calls::{of, with};

/// One of these calls; none if it is another.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other calls have their place elsewhere")]
pub fn make(call: &Call) -> Option<Reply> {
    Some(match *call {
        Call::Waitpid { pid, options } => {
            let mut status = 0;
            // SAFETY: the pointer is to an int.
            let reply = of(unsafe { libc::waitpid(pid, &raw mut status, options) });
            if reply.ret > 0 { with(reply, Extra::Status(status)) } else { reply }
        }
        // SAFETY: getppid takes nothing.
        Call::Getppid => of(unsafe { libc::getppid() }),
        // SAFETY: pause takes nothing.
        Call::Pause => of(unsafe { libc::pause() }),
        Call::ParentDeathSignal { signal } => {
            // SAFETY: this operation takes a number.
            of(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::c_ulong::from(signal.unsigned_abs())) })
        }
        // SAFETY: kill takes two numbers.
        Call::Kill { pid, signal } => of(unsafe { libc::kill(pid, signal) }),
        Call::Signal { signal, disposition } => dispose(signal, disposition),
        Call::BlockSignals { ref signals } => {
            let set = set_of(signals);
            // SAFETY: the set is a live one, and a null pointer says that nobody asks for the old one.
            of(unsafe { libc::sigprocmask(libc::SIG_BLOCK, &raw const set, std::ptr::null_mut()) })
        }
        Call::Signalfd { ref signals, flags } => {
            let set = set_of(signals);
            // SAFETY: the set is a live one.
            of(unsafe { libc::signalfd(-1, &raw const set, flags) })
        }
        // SAFETY: timerfd_create takes numbers.
        Call::TimerfdCreate { flags } => of(unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) }),
        Call::TimerfdSettime { fd, ms } => {
            let zero = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            let (seconds, rest) = (ms / 1000, ms % 1000 * 1_000_000);
            let value = libc::timespec {
                tv_sec: libc::time_t::try_from(seconds).unwrap_or(0),
                tv_nsec: libc::c_long::try_from(rest).unwrap_or(0),
            };
            let time = libc::itimerspec { it_interval: zero, it_value: value };
            // SAFETY: the pointer is to a whole itimerspec, and nobody asks for the old one.
            of(unsafe { libc::timerfd_settime(fd, 0, &raw const time, std::ptr::null_mut()) })
        }
        _ => return None,
    })
}

extern "C" fn nothing(_: libc::c_int) {}

fn dispose(signal: i32, disposition: Disposition) -> Reply {
    let (handler, flags) = match disposition {
        Disposition::Default => (libc::SIG_DFL, 0),
        Disposition::Ignore => (libc::SIG_IGN, 0),
        Disposition::Catch => (nothing as *const () as libc::sighandler_t, libc::SA_RESTART),
        Disposition::CatchNoRestart => (nothing as *const () as libc::sighandler_t, 0),
    };
    // SAFETY: all zeroes is a valid sigaction.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    (action.sa_sigaction, action.sa_flags) = (handler, flags);
    // SAFETY: the pointer is to a whole sigaction.
    of(unsafe { libc::sigaction(signal, &raw const action, std::ptr::null_mut()) })
}

fn set_of(signals: &[i32]) -> libc::sigset_t {
    // SAFETY: all zeroes is an empty set.
    let mut set: libc::sigset_t = unsafe { std::mem::zeroed() };
    for signal in signals {
        // SAFETY: the set is a live one.
        unsafe { libc::sigaddset(&raw mut set, *signal) };
    }
    set
}
