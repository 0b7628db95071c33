//! epoll, and the objects that are descriptors: eventfd, timerfd, signalfd, pidfd.

use crate::abi;
use crate::export::names::NamedCall;
use crate::order::{Call as C, Extra};

use super::call_code::{CallCode, fd, gives, just, owned, pid};
use super::literal;

/// A call of epoll(7).
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these three")]
pub fn epoll(call: &NamedCall<'_>) -> Result<CallCode, String> {
    match &call.event.call {
        C::EpollCreate { flags } => gives(format!("epoll_create({flags:#x})"), call.ret().to_string()),
        C::EpollCtl { epoll, op, fd: end, events, data } => {
            let op = abi::EPOLL_CTL_WORDS.iter().find(|row| row.1 == *op).map_or("MOD", |row| row.0).to_uppercase();
            let (epoll, end) = (fd(call, *epoll), fd(call, *end));
            just(format!("epoll_control({epoll}, libc::EPOLL_CTL_{op}, {end}, {events:#x}, {data})"))
        }
        C::EpollWait { epoll, count, timeout_ms } => {
            let ready = if let Extra::Epoll(ready) = &call.event.outcome.extra { ready.as_slice() } else { &[] };
            let rows: Vec<String> = ready.iter().map(|(data, events)| format!("({data}, {events:#x})")).collect();
            gives(
                format!("epoll_wait({}, {count}, {timeout_ms})", fd(call, *epoll)),
                format!("vec![{}]", rows.join(", ")),
            )
        }
        other => Err(format!("{} has no form in Rust yet", other.name())),
    }
}

/// A call that makes or sets an object.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these")]
pub fn code(call: &NamedCall<'_>) -> Result<CallCode, String> {
    match &call.event.call {
        C::Eventfd { initial, flags } => {
            let flags = flags_of("EfdFlags", "EFD", *flags, &[("EFD_SEMAPHORE", abi::EFD_SEMAPHORE)]);
            owned(format!("EventFd::from_value_and_flags({initial}, {flags}).map(OwnedFd::from)"))
        }
        C::TimerfdCreate { flags } => {
            let flags = flags_of("TimerFlags", "TFD", *flags, &[]);
            owned(format!("TimerFd::new(ClockId::CLOCK_MONOTONIC, {flags}).map(OwnedFd::from)"))
        }
        C::TimerfdSettime { fd: end, ms } => just(format!("set_timer({}, {ms})", fd(call, *end))),
        C::Signalfd { signals, flags } => {
            let flags = flags_of("SfdFlags", "SFD", *flags, &[]);
            owned(format!("SignalFd::with_flags(&{}, {flags}).map(OwnedFd::from)", set_of(signals)?))
        }
        C::BlockSignals { signals } => {
            just(format!("sigprocmask(SigmaskHow::SIG_BLOCK, Some(&{}), None)", set_of(signals)?))
        }
        C::PidfdOpen { pid: whom, flags } => {
            gives(format!("open_process({}, {flags:#x})", pid(call, *whom)), call.ret().to_string())
        }
        other => Err(format!("{} has no form in Rust yet", other.name())),
    }
}

/// The flags that all of them have, with their own prefix, and one of its own.
fn flags_of(kind: &str, prefix: &str, flags: i32, own: &[(&str, i32)]) -> String {
    let names = [format!("{prefix}_NONBLOCK"), format!("{prefix}_CLOEXEC")];
    let mut table = vec![(names[0].as_str(), abi::NONBLOCK), (names[1].as_str(), abi::CLOEXEC)];
    table.extend(own);
    literal::flags(kind, &abi::flag_names(&table, flags), flags)
}

fn set_of(signals: &[i32]) -> Result<String, String> {
    let names: Vec<String> = signals.iter().map(|signal| literal::known_signal(*signal)).collect::<Result<_, _>>()?;
    Ok(format!("signals(&[{}])", names.join(", ")))
}
