//! The options of a socket on which something else depends.

use super::super::channel::End;
use super::super::origin::{Origin, Setting};

/// The options on which something else depends.
pub(super) fn set_option(end: &mut End, (option, value): (&str, i64), origin: Origin) {
    let setting = match option {
        "passcred" => Some(Setting::PassCredentials),
        "rcvtimeo" => Some(Setting::ReceiveTimeout),
        "sndtimeo" => Some(Setting::SendTimeout),
        "rcvlowat" => Some(Setting::LowWater),
        "sndbuf" => Some(Setting::SendBuffer),
        "peek_off" => Some(Setting::PeekOffset),
        "oobinline" => Some(Setting::UrgentInline),
        _ => None,
    };
    if let Some(setting) = setting {
        end.origins.insert(setting, origin);
    }
    match option {
        "oobinline" => end.inbox.is_urgent_inline = value != 0,
        "passcred" => end.passcred = value != 0,
        "rcvtimeo" => end.timeouts.0 = u64::try_from(value).ok().filter(|ms| *ms > 0),
        "sndtimeo" => end.timeouts.1 = u64::try_from(value).ok().filter(|ms| *ms > 0),
        // The kernel takes 0 for 1, and what is negative for the most.
        "rcvlowat" => end.low_water = u64::try_from(value).unwrap_or(u64::MAX).max(1),
        "sndbuf" => (end.send_buffer, end.met_full) = (Some(value), None),
        "peek_off" => end.inbox.peek_off = u64::try_from(value).ok(),
        _ => {}
    }
}
