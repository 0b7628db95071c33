//! What a machine does not allow (seccomp, a limit, a /proc that hides tables): the statement that asks for it is refused, or its
//! call fails; either way it says nothing of what the statement does elsewhere, and its reason is kept for who proves lessons.

use crate::abi::Errno;
use crate::bench::BenchError;
use crate::order::Call;
use crate::sys::trial;
use crate::trace::{Death, Event, What};

use super::Session;

impl Session {
    /// Why this machine does not allow the statement that has settled last, if it does not: by what it was refused for, or by the
    /// call among its events that is denied.
    pub fn denial(&self, events: &[Event]) -> Option<String> {
        self.denied.clone().or_else(|| events.iter().find_map(denied_call)).or_else(|| untold_death(events))
    }

    /// The running statement is refused for what this machine does not allow.
    pub(super) fn refuse_here(&mut self, reason: String) {
        if let Some(running) = &mut self.running {
            running.refused = Some(reason.clone());
        }
        self.denied = Some(reason);
    }

    /// A call of the program's own that the statement needs, and that may be denied: the statement is refused, not the program
    /// ended.
    pub(super) fn unless_denied(&mut self, made: Result<(), BenchError>) -> Result<(), BenchError> {
        match made {
            Err(BenchError::Sys(error)) if matches!(error.errno, Errno::EPERM | Errno::ENOSYS) => {
                self.refuse_here(format!("this machine does not let the program {error}"));
                Ok(())
            }
            other => other,
        }
    }
}

/// A task whose death the kernel tells nobody but who waits for it, because it runs a file that may not be read (`bench/collect`).
fn untold_death(events: &[Event]) -> Option<String> {
    let is_untold = |event: &Event| matches!(event.what, What::Death { death: Death::Unknown, .. });
    events
        .iter()
        .any(is_untold)
        .then(|| "the kernel does not let it be seen how a task ends (/proc/PID/stat)".to_owned())
}

/// A call that failed because this machine denies it, whatever it is asked.
fn denied_call(event: &Event) -> Option<String> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "only a call can be denied")]
    let call = match &event.what {
        What::Call(call) if call.ret == Some(-1) => call,
        _ => return None,
    };
    let name = call.call.name();
    let makes_task = matches!(call.call, Call::Fork | Call::Thread);
    let reason = match call.errno {
        Errno::ENOSYS | Errno::EPERM if makes_task || trial::is_denied(&call.call, call.errno) => "is denied here",
        Errno::EAGAIN | Errno::ENOMEM if makes_task => "has reached a limit of this machine",
        _ => return None,
    };
    Some(format!("{name}(2) {reason}: {}", call.errno.name()))
}
