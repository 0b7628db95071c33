//! Who is asleep, by the kernel's word. Tasks inside a call are looked at in naps that double while nothing happens; once all of
//! them are known to sleep nobody is looked at any more, so an idle watch makes no call.

use std::time::Duration;

use crate::sys::now_ns;
use crate::sys::syscalls::{Sysno, rows};
use crate::trace::Fact;

use super::sleep_checks::SHORTEST_NS;
use super::tracee::{Tracee, TraceeState};
use super::watcher::Watcher;

/// The longest.
const LONGEST_NS: u64 = 64_000_000;

impl Watcher<'_> {
    /// Looks if it is time to; says how long nothing is to be done.
    pub(super) fn look_at_sleepers(&mut self) -> Option<Duration> {
        let until = self.sleep_checks.until_ns?;
        let now = now_ns();
        if now < until {
            return Some(Duration::from_nanos(until - now));
        }
        let is_awake = |tracee: &&Tracee| tracee.inside().is_some_and(|inside| !inside.is_asleep);
        let awake: Vec<i32> = self.tracees.values().filter(is_awake).map(|tracee| tracee.tid).collect();
        let mut left = 0;
        for tid in awake {
            if !self.look_at(tid, now) {
                left += 1;
            }
        }
        if left == 0 {
            self.sleep_checks.until_ns = None;
            return None;
        }
        self.sleep_checks.length_ns = (self.sleep_checks.length_ns * 2).clamp(SHORTEST_NS, LONGEST_NS);
        self.sleep_checks.until_ns = Some(now + self.sleep_checks.length_ns);
        Some(Duration::from_nanos(self.sleep_checks.length_ns))
    }

    /// True if the task was found asleep, and that was recorded.
    fn look_at(&mut self, tid: i32, now: u64) -> bool {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return true };
        let Some(inside) = tracee.inside() else { return true };
        let (sysno, since) = (inside.entry.sysno, inside.since_ns);
        if now.saturating_sub(since) < SHORTEST_NS {
            return false;
        }
        let Some(look) = tracee.files().and_then(|files| files.look(true)) else { return false };
        // A vfork parent waits in a sleep that no signal ends.
        let waits = look.state == b'S' || (look.state == b'D' && makes_task(sysno));
        let is_in_it = look.syscall.is_none_or(|number| is_number_of(number, sysno));
        if !waits || !is_in_it {
            return false;
        }
        let task = tracee.task;
        if let TraceeState::Inside(inside) = &mut tracee.state {
            inside.is_asleep = true;
        }
        self.tell_entry(tid);
        self.record(task, Fact::Asleep);
        true
    }

    /// The entry of a call that is shown only if it sleeps is shown now.
    pub(super) fn tell_entry(&mut self, tid: i32) {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        let task = tracee.task;
        if let TraceeState::Inside(inside) = &mut tracee.state
            && !std::mem::replace(&mut inside.is_told, true)
        {
            let call = inside.entry.call.clone().into();
            tracee.goes_on_with = None;
            self.record(task, Fact::Entered { call });
        }
    }
}

/// Whether it is a call that may be one of vfork(2).
fn makes_task(sysno: Sysno) -> bool {
    matches!(sysno, Sysno::Vfork | Sysno::Clone | Sysno::Clone3)
}

/// Whether a task that is asleep in the call with this number may be in that call: a poll goes on under another number.
fn is_number_of(number: i64, sysno: Sysno) -> bool {
    rows().any(|row| row.0 == number && (row.2 == sysno || row.2 == Sysno::RestartSyscall))
}
