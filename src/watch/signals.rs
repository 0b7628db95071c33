//! Signals of watched tasks: which are shown, what becomes of a call that one interrupts, and group stops, which stay what they
//! are without a tracer.

use crate::abi::{Errno, Signal};
use crate::sys::ptrace;
use crate::sys::syscalls::Sysno;
use crate::trace::Fact;

use super::decode::Memory;
use super::task_memory::TaskMemory;
use super::tracee::{Handler, OngoingCall, TraceeState};
use super::watcher::{Watcher, go_on};

/// -ERESTARTSYS: EINTR if a handler without SA_RESTART runs.
const RESTART_UNLESS_HANDLED: i64 = -512;
/// -ERESTARTNOINTR: always begins again.
const RESTART_ALWAYS: i64 = -513;
/// -ERESTARTNOHAND: EINTR if any handler runs.
const RESTART_WITHOUT_HANDLER: i64 = -514;
/// -ERESTART_RESTARTBLOCK: the same, and it begins again as restart_syscall(2).
const RESTART_BLOCK: i64 = -516;
/// Flag of `struct sigaction`.
const SA_RESTART: u64 = 0x1000_0000;
/// Flag of `struct sigaction`.
const SA_RESETHAND: u64 = 0x8000_0000;

/// Whether a call has come back only because of a signal: the kernel has not decided yet what it gives back.
pub fn is_restart(value: i64) -> bool {
    matches!(value, RESTART_UNLESS_HANDLED | RESTART_ALWAYS | RESTART_WITHOUT_HANDLER | RESTART_BLOCK)
}

impl Watcher<'_> {
    /// rt_sigaction(2) is about to change a disposition.
    pub(super) fn follow_handler(&mut self, tid: i32, signal: i32) {
        let ptrace::CallInfo::Entry { arguments, .. } = ptrace::call_info(tid) else { return };
        let memory = TaskMemory(tid);
        let (handler, flags) = (memory.word64(arguments[1]), memory.word64(arguments[1] + 8));
        let Some(handlers) = self.tracees.get(&tid).and_then(|tracee| self.handlers.get_mut(&tracee.handlers)) else {
            return;
        };
        match handler {
            0 => drop(handlers.remove(&signal)),
            1 => drop(handlers.insert(signal, Handler::Ignored)),
            _ => {
                let (restarts, is_once) = (flags & SA_RESTART != 0, flags & SA_RESETHAND != 0);
                handlers.insert(signal, Handler::Function { restarts, is_once });
            }
        }
    }

    /// A signal is about to be delivered.
    pub(super) fn signalled(&mut self, tid: i32, signal: i32) {
        let Some(tracee) = self.tracees.get(&tid) else { return go_on(tid, signal) };
        let task = tracee.task;
        let handler = self.handlers.get(&tracee.handlers).and_then(|handlers| handlers.get(&signal).copied());
        match handler {
            Some(Handler::Function { restarts, is_once }) => {
                self.decide_interruption(tid, restarts);
                self.record(task, Fact::Signalled(Signal(signal)));
                if is_once && let Some(handlers) = self.handlers.get_mut(&self.tracees[&tid].handlers) {
                    handlers.remove(&signal);
                }
            }
            None if Signal(signal) == Signal::PIPE => self.record(task, Fact::Signalled(Signal::PIPE)),
            None | Some(Handler::Ignored) => {}
        }
        go_on(tid, signal);
    }

    /// A handler runs: an interrupted call returns EINTR, or begins again after it.
    fn decide_interruption(&mut self, tid: i32, restarts: bool) {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        let TraceeState::Interrupted(_, code) = tracee.state else { return };
        let is_over = match code {
            RESTART_UNLESS_HANDLED => !restarts,
            RESTART_ALWAYS => false,
            _ => true,
        };
        if !is_over {
            return self.end_interruption(tid, None);
        }
        let TraceeState::Interrupted(inside, _) = std::mem::replace(&mut tracee.state, TraceeState::Outside) else {
            return;
        };
        let task = tracee.task;
        if inside.is_told {
            self.record(task, Fact::Returned { ret: -1, errno: Errno::EINTR, outcome: None });
        }
    }

    /// No handler has made it EINTR: the call goes on, or begins again.
    pub(super) fn end_interruption(&mut self, tid: i32, next: Option<Sysno>) {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        // What goes on under another number is taken up with the arguments it had.
        if next == Some(Sysno::RestartSyscall) {
            return;
        }
        let state = std::mem::replace(&mut tracee.state, TraceeState::Outside);
        match state {
            TraceeState::Interrupted(inside, _) => {
                let task = tracee.task;
                if inside.is_told {
                    tracee.goes_on_with = Some(inside.entry.sysno);
                    self.record(task, Fact::Interrupted);
                }
            }
            state @ (TraceeState::Outside
            | TraceeState::Waiting(_)
            | TraceeState::Inside(_)
            | TraceeState::Returning(..)) => {
                tracee.state = state;
            }
        }
    }

    /// The call that goes on as restart_syscall(2).
    pub(super) fn takes_up_again(&mut self, tid: i32, sysno: Sysno) -> Option<OngoingCall> {
        let tracee = self.tracees.get_mut(&tid).filter(|_| sysno == Sysno::RestartSyscall)?;
        match std::mem::replace(&mut tracee.state, TraceeState::Outside) {
            TraceeState::Interrupted(inside, _) => {
                let task = tracee.task;
                if inside.is_told {
                    self.record(task, Fact::Interrupted);
                }
                Some(*inside)
            }
            state @ (TraceeState::Outside
            | TraceeState::Waiting(_)
            | TraceeState::Inside(_)
            | TraceeState::Returning(..)) => {
                tracee.state = state;
                None
            }
        }
    }

    /// The whole process is stopped; each of its threads says so.
    pub(super) fn group_stopped(&mut self, tid: i32, signal: i32) {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        tracee.is_stopped = true;
        let (task, is_first) = (tracee.task, tracee.tid == tracee.pid);
        self.record(task, if is_first { Fact::Stopped(Signal(signal)) } else { Fact::StoppedToo });
        let _ = ptrace::stay_stopped(tid);
    }

    /// A task's first stop, or the end of a group stop.
    pub(super) fn attached(&mut self, tid: i32) {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        tracee.is_let_go = true;
        if std::mem::replace(&mut tracee.is_stopped, false) {
            let (task, is_first) = (tracee.task, tracee.tid == tracee.pid);
            self.record(task, if is_first { Fact::Continued } else { Fact::ContinuedToo });
        }
        self.compare_own_table(tid);
        go_on(tid, 0);
    }
}
