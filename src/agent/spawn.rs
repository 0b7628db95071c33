//! How an agent becomes two: fork, a thread, and execve of its own program.

use std::ffi::{CString, OsString};
use std::os::fd::{IntoRawFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;

use crate::abi::Errno;
use crate::order::Outcome;
use crate::sys::calls::CallResult;
use crate::sys::control::OrderReceiver;
use crate::sys::fork::Forked;
use crate::sys::{descriptors, fork, lifeline, poll, signal};

use super::{AGENT_ARGUMENT, Agent, FAILED, Private, run_place};

impl Agent {
    /// fork(2): the child gets the control end and the ring that the program sent, and waits there for its first order.
    pub(super) fn fork(&mut self) -> CallResult {
        let equipment = self.take_equipment();
        self.recorder.enter(0);
        let Some((control, ring)) = equipment else { return CallResult::failed(Errno::EMFILE) };
        match fork::fork() {
            Ok(Forked::Child) => self.become_child(control, ring),
            Ok(Forked::Parent(pid)) => CallResult::ok(i64::from(pid)),
            Err(errno) => CallResult::failed(errno),
        }
    }

    /// The child's side of fork: nothing of its parent's private descriptors stays, everything of the learner's does.
    fn become_child(&mut self, control: OwnedFd, ring: OwnedFd) -> ! {
        signal::leave_call();
        super::complains_over(poll::number(&control));
        let Private { bell, lifeline, base, .. } = self.private;
        descriptors::close_private_but(base, &[poll::number(&control), poll::number(&ring), bell, lifeline]);
        let own_lifeline = match super::told(lifeline::arm_own(lifeline, base)) {
            Ok(Some(own)) => own.into_raw_fd(),
            Ok(None) => fork::exit_child(0),
            Err(_) => fork::exit_child(FAILED),
        };
        let private = Private { control: OrderReceiver::new(control), ring, bell, lifeline, own_lifeline, base };
        match Self::start(private, false) {
            Ok(child) => child.serve(),
            Err(_) => fork::exit_child(FAILED),
        }
    }

    /// A new thread of this process, with a control end and a ring of its own.
    pub(super) fn thread(&mut self) -> CallResult {
        let equipment = self.take_equipment();
        self.recorder.enter(0);
        let Some((control, ring)) = equipment else { return CallResult::failed(Errno::EMFILE) };
        let Private { bell, lifeline, own_lifeline, base, .. } = self.private;
        let private = Private { control: OrderReceiver::new(control), ring, bell, lifeline, own_lifeline, base };
        let (said, heard) = std::sync::mpsc::channel();
        let body = move || {
            let _ = said.send(fork::thread_id());
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match Self::start(private, true) {
                Ok(thread) => thread.serve(),
                // It would never arrive: all of the process is told to be gone.
                Err(_) => fork::exit_child(FAILED),
            }));
        };
        match std::thread::Builder::new().stack_size(THREAD_STACK).spawn(body) {
            Ok(_) => heard.recv().map_or(CallResult::failed(Errno::EAGAIN), |tid| CallResult::ok(i64::from(tid))),
            Err(error) => CallResult::failed(Errno(error.raw_os_error().unwrap_or(Errno::EAGAIN.0))),
        }
    }

    /// execve(2) of the program's own file. The private descriptors are not close-on-exec; the limit is raised meanwhile,
    /// because a dynamic loader under `rlimit nofile 5` would die.
    pub(super) fn exec(&mut self) -> CallResult {
        let soft = descriptors::soft_limit();
        let Private { ref control, ref ring, bell, lifeline, own_lifeline, base } = self.private;
        let soft = i32::try_from(soft).unwrap_or(i32::MAX);
        let pipe_ignored = i32::from(signal::pipe_is_ignored());
        let closed = descriptors::streams_not_kept();
        let numbers =
            [control.number(), poll::number(ring), bell, lifeline, own_lifeline, base, soft, pipe_ignored, closed];
        let words = ["tincans", AGENT_ARGUMENT].map(OsString::from).into_iter().chain(run_place::handed_on());
        let words = words.chain(numbers.map(|number| number.to_string().into()));
        let arguments: Vec<CString> = words.filter_map(|word| CString::new(word.into_vec()).ok()).collect();
        self.recorder.enter(0);
        let raised = descriptors::raise_limit();
        let errno = fork::exec(&arguments);
        drop(raised);
        CallResult::failed(errno)
    }

    /// The first words of an agent after its execve: the call that it was in has succeeded.
    pub(super) fn report_exec(&mut self) {
        self.recorder.exit(CallResult::ok(0), &Outcome::default());
        self.recorder.done();
    }

    /// What the program sent for a new task, moved out of the learner's way.
    pub(super) fn take_equipment(&mut self) -> Option<(OwnedFd, OwnedFd)> {
        let _raised = descriptors::raise_limit();
        let base = self.private.base;
        let received = self.private.control.take_over().unwrap_or_else(|error| self.fail(&error));
        let mut moved = received.into_iter().map(|fd| descriptors::move_up(fd, base));
        Some((moved.next()?.ok()?, moved.next()?.ok()?))
    }
}

/// Stack of an agent's thread, in bytes.
const THREAD_STACK: usize = 256 * 1024;
