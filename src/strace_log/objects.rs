//! Calls that make what can be waited for and is no channel: eventfd, timerfd, signalfd, pidfd, epoll.

use crate::abi::{self, Signal};
use crate::order::Call;

use super::text::{field, flags, int, number, value};

/// The flags of all of them: those that files have, and EFD_SEMAPHORE.
const FLAGS: &[(&str, i32)] = &[
    ("EFD_CLOEXEC", abi::CLOEXEC),
    ("EFD_NONBLOCK", abi::NONBLOCK),
    ("EFD_SEMAPHORE", abi::EFD_SEMAPHORE),
    ("SFD_CLOEXEC", abi::CLOEXEC),
    ("SFD_NONBLOCK", abi::NONBLOCK),
    ("TFD_CLOEXEC", abi::CLOEXEC),
    ("TFD_NONBLOCK", abi::NONBLOCK),
    ("PIDFD_NONBLOCK", abi::NONBLOCK),
    ("EPOLL_CLOEXEC", abi::CLOEXEC),
];

/// Such a call; none of another one, and of one of which too little can be said.
pub fn call(name: &str, arguments: &[&str]) -> Option<Call> {
    let at = |place: usize| arguments.get(place).copied().unwrap_or("");
    let bits = |place: usize| flags(at(place), FLAGS);
    Some(match name {
        "eventfd" | "eventfd2" => {
            let initial = number(at(0)).and_then(|initial| u32::try_from(initial).ok())?;
            Call::Eventfd { initial, flags: bits(1) }
        }
        "signalfd" | "signalfd4" if int(at(0)) == Some(-1) => {
            Call::Signalfd { signals: signals(at(1)), flags: bits(3) }
        }
        "timerfd_create" => Call::TimerfdCreate { flags: bits(1) },
        "timerfd_settime" => Call::TimerfdSettime { fd: int(at(0))?, ms: once(at(1), at(2))? },
        "pidfd_open" => Call::PidfdOpen { pid: int(at(0))?, flags: bits(1) },
        "epoll_create" => Call::EpollCreate { flags: 0 },
        "epoll_create1" => Call::EpollCreate { flags: bits(0) },
        _ => return None,
    })
}

/// `[CHLD USR1]`, and `~[]` for all.
fn signals(set: &str) -> Vec<i32> {
    let set = value(set);
    let inner = set.trim_start_matches('~').trim_start_matches('[').trim_end_matches(']');
    let real_time =
        |name: &str| name.strip_prefix("RT_").and_then(|number| number.parse::<i32>().ok()).map(|at| 32 + at);
    let of = |name: &str| Signal::from_name(&format!("SIG{name}")).map(|signal| signal.0).or_else(|| real_time(name));
    let named: Vec<i32> = inner.split([' ', ',']).filter_map(of).collect();
    if set.starts_with('~') { (1..=64).filter(|signal| !named.contains(signal)).collect() } else { named }
}

/// The milliseconds of a timer that goes off once, counted from now; none of any other.
fn once(flags: &str, times: &str) -> Option<u64> {
    let time = |name: &str| {
        let time = field(value(times), name)?;
        Some((number(field(time, "tv_sec")?)?, number(field(time, "tv_nsec")?)?))
    };
    let (seconds, nanos) = time("it_value").filter(|_| value(flags) == "0" && time("it_interval") == Some((0, 0)))?;
    u64::try_from(seconds.saturating_mul(1000).saturating_add((nanos + 999_999) / 1_000_000)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_read_as_strace_writes_them() {
        let of = |name: &str, arguments: &[&str]| call(name, arguments);
        let semaphore = Call::Eventfd { initial: 3, flags: abi::EFD_SEMAPHORE | abi::CLOEXEC };
        assert_eq!(of("eventfd2", &["3", "EFD_CLOEXEC|EFD_SEMAPHORE"]), Some(semaphore));
        let signals = Call::Signalfd { signals: vec![17, 10], flags: abi::CLOEXEC };
        assert_eq!(of("signalfd4", &["-1", "[CHLD USR1]", "8", "SFD_CLOEXEC"]), Some(signals));
        let once = "{it_interval={tv_sec=0, tv_nsec=0}, it_value={tv_sec=1, tv_nsec=50000000}}";
        assert_eq!(of("timerfd_settime", &["4", "0", once, "NULL"]), Some(Call::TimerfdSettime { fd: 4, ms: 1050 }));
        assert_eq!(of("timerfd_settime", &["4", "TFD_TIMER_ABSTIME", once, "NULL"]), None);
        let again = "{it_interval={tv_sec=1, tv_nsec=0}, it_value={tv_sec=1, tv_nsec=0}}";
        assert_eq!(of("timerfd_settime", &["4", "0", again, "NULL"]), None);
        assert_eq!(of("read", &["4"]), None);
    }
}
