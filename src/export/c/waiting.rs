//! The calls of epoll(7), and of the objects that are descriptors: eventfd, timerfd, signalfd, pidfd.

use crate::abi;
use crate::export::names::{self, NamedCall};
use crate::order::{Call as C, Extra};

use super::call_code::CallCode;

/// A call of epoll(7).
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these three")]
pub fn epoll(call: &NamedCall<'_>) -> Result<CallCode, String> {
    match &call.event.call {
        C::EpollCreate { flags } => just(format!("epoll_create1({})", flags_of("EPOLL", *flags))),
        C::EpollCtl { epoll, op, fd, events, data } => {
            let op = abi::EPOLL_CTL_WORDS.iter().find(|row| row.1 == *op).map_or("MOD", |row| row.0).to_uppercase();
            let event = format!("struct epoll_event event = {{ .events = {events:#x}, .data.u64 = {data} }};");
            let call = format!("epoll_ctl({}, EPOLL_CTL_{op}, {}, &event)", call.fd(*epoll), call.fd(*fd));
            Ok(CallCode { before: vec![event], call, ..CallCode::default() })
        }
        C::EpollWait { epoll, count, timeout_ms } => {
            let room = (*count).clamp(1, 4096);
            let ready = if let Extra::Epoll(ready) = &call.event.outcome.extra { ready.as_slice() } else { &[] };
            let checks = ready.iter().enumerate().flat_map(|(at, (data, events))| {
                [format!("equal(ready[{at}].events, {events:#x});"), format!("equal(ready[{at}].data.u64, {data});")]
            });
            let mut before = vec![format!("struct epoll_event ready[{room}];")];
            let mut most = count.to_string();
            if *count < 1 {
                // The compiler would object to it.
                before.push(format!("volatile int most = {count};"));
                "most".clone_into(&mut most);
            }
            Ok(CallCode {
                before,
                call: format!("epoll_wait({}, ready, {most}, {timeout_ms})", call.fd(*epoll)),
                after: checks.collect(),
                ..CallCode::default()
            })
        }
        other => Err(format!("{} has no form in C yet", other.name())),
    }
}

/// A call that makes or sets an object.
#[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these")]
pub fn object(call: &NamedCall<'_>) -> Result<CallCode, String> {
    match &call.event.call {
        C::Eventfd { initial, flags } => {
            let semaphore = if flags & abi::EFD_SEMAPHORE == 0 { "" } else { "EFD_SEMAPHORE|" };
            just(format!("eventfd({initial}, {semaphore}{})", flags_of("EFD", flags & !abi::EFD_SEMAPHORE)))
        }
        C::TimerfdCreate { flags } => just(format!("timerfd_create(CLOCK_MONOTONIC, {})", flags_of("TFD", *flags))),
        C::TimerfdSettime { fd, ms } => just(format!("set_timer({}, {ms})", call.fd(*fd))),
        C::Signalfd { signals, flags } => just(format!("signal_fd({}, {})", flags_of("SFD", *flags), set_of(signals))),
        C::BlockSignals { signals } => just(format!("block_signals({})", set_of(signals))),
        C::PidfdOpen { pid, flags } => {
            let flags = if *flags == 0 { "0" } else { "O_NONBLOCK" };
            just(format!("syscall(SYS_pidfd_open, {}, {flags})", call.pid(*pid)))
        }
        other => Err(format!("{} has no form in C yet", other.name())),
    }
}

/// What a read of a signalfd brought.
pub fn signals(came: &[(i32, i32)]) -> Vec<String> {
    let check =
        |(at, (signal, _)): (usize, &(i32, i32))| format!("equal(signal_at(bytes, {at}), {});", names::signal(*signal));
    came.iter().enumerate().map(check).collect()
}

#[expect(clippy::unnecessary_wraps, reason = "each row of the tables is a result")]
fn just(call: String) -> Result<CallCode, String> {
    Ok(CallCode { call, ..CallCode::default() })
}

/// The flags that all of them have, with their own prefix.
fn flags_of(prefix: &str, flags: i32) -> String {
    let table = [("NONBLOCK", abi::NONBLOCK), ("CLOEXEC", abi::CLOEXEC)];
    let names: Vec<String> =
        table.iter().filter(|(_, bit)| flags & bit != 0).map(|(name, _)| format!("{prefix}_{name}")).collect();
    if names.is_empty() { "0".to_owned() } else { names.join("|") }
}

/// Signals as the arguments of a function that ends with 0.
fn set_of(signals: &[i32]) -> String {
    signals.iter().map(|signal| names::signal(*signal) + ", ").collect::<String>() + "0"
}
