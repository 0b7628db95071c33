//! The caller's parent, held so that its death is known here before its own parent learns of it: the kernel tells a tracer first, and
//! the parent when the tracer has ended, ptrace(2). Whatever else happens to it happens as it would.

use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::{SigSet, Signal as Number};
use nix::unistd::{Pid, getppid, setsid};

use super::ptrace::{self, TraceStop};
use super::{During, SysError};

/// Any process of the user's may trace the caller from now on; without Yama this changes nothing.
pub fn allow_anybody() {
    allow(libc::c_ulong::MAX);
}

/// From now on this one alone may.
pub fn allow_only(pid: i32) {
    allow(libc::c_ulong::try_from(pid).unwrap_or(0));
}

fn allow(whom: libc::c_ulong) {
    // SAFETY: PR_SET_PTRACER takes a number.
    unsafe { libc::prctl(libc::PR_SET_PTRACER, whom, 0, 0, 0) };
}

/// A session of the caller's own: no key, no hang-up reaches it.
pub fn leave_session() -> Result<(), SysError> {
    setsid().during("make a session")?;
    Ok(())
}

/// Sleeps until the caller's parent, of this number, is dead. SIGTERM must be blocked. Where the parent may not be traced, everybody
/// learns of its death at the same time.
pub fn until_dead(parent: i32) {
    if ptrace::hold(parent).is_ok() {
        return pass_stops_on(parent);
    }
    let _ = set_pdeathsig(Number::SIGTERM);
    // Somebody else may send one too.
    while getppid() == Pid::from_raw(parent) {
        let _ = SigSet::from(Number::SIGTERM).wait();
    }
}

fn pass_stops_on(pid: i32) {
    while let Some(stop) = ptrace::next_stop_of(pid) {
        // It fails where the process has been killed meanwhile, which comes next.
        let _ = match stop {
            TraceStop::Signal(signal) => ptrace::go_on(pid, signal),
            TraceStop::Group(_) => ptrace::stay_stopped(pid),
            TraceStop::CallEntry
            | TraceStop::CallExit
            | TraceStop::Made(_)
            | TraceStop::Executed(_)
            | TraceStop::Exiting(_)
            | TraceStop::Attached
            | TraceStop::Gone(_) => ptrace::go_on(pid, 0),
        };
    }
}
