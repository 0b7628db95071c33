//! Calls that make what can be waited for and is no channel: eventfd, timerfd, signalfd, pidfd, epoll.

use crate::order::Call;
use crate::sys::syscalls::Sysno;

use super::{Memory, int, word};

/// Such a call; none of another one, and of one of which too little can be said.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others make nothing of that kind")]
pub fn call(sysno: Sysno, arguments: [u64; 6], memory: &dyn Memory) -> Option<Call> {
    use Sysno as S;
    let [a0, a1, a2, a3, ..] = arguments;
    Some(match sysno {
        S::Eventfd => Call::Eventfd { initial: word(a0), flags: 0 },
        S::Eventfd2 => Call::Eventfd { initial: word(a0), flags: int(a1) },
        S::Signalfd if int(a0) == -1 => Call::Signalfd { signals: signals(memory.word64(a1)), flags: 0 },
        S::Signalfd4 if int(a0) == -1 => Call::Signalfd { signals: signals(memory.word64(a1)), flags: int(a3) },
        S::TimerfdCreate => Call::TimerfdCreate { flags: int(a1) },
        S::TimerfdSettime => Call::TimerfdSettime { fd: int(a0), ms: once((a1, a2), memory)? },
        S::PidfdOpen => Call::PidfdOpen { pid: int(a0), flags: int(a1) },
        S::EpollCreate => Call::EpollCreate { flags: 0 },
        S::EpollCreate1 => Call::EpollCreate { flags: int(a0) },
        _ => return None,
    })
}

/// The signals of a set.
pub fn signals(set: u64) -> Vec<i32> {
    (1..=64).filter(|signal| set & (1 << (signal - 1)) != 0).collect()
}

/// The milliseconds of a timer that goes off once, counted from now; none of any other.
fn once((flags, address): (u64, u64), memory: &dyn Memory) -> Option<u64> {
    let [again, again_part, s, ns] = [0, 8, 16, 24].map(|at| memory.word64(address + at));
    let is_once = flags == 0 && again == 0 && again_part == 0;
    is_once.then(|| s.saturating_mul(1000).saturating_add(ns.div_ceil(1_000_000)))
}
