//! A task at the entry and at the exit of a call: what is shown, what it changes in the tables, and the two records.

use std::ops::RangeInclusive;

use crate::abi::Errno;
use crate::order::{Call, Extra, Outcome};
use crate::sys::file_identity::FileKey;
use crate::sys::now_ns;
use crate::sys::ptrace::{self, CallInfo};
use crate::sys::seccomp::{FOREIGN_ABI_STOP, OWN_STOP};
use crate::sys::syscalls::Sysno;
use crate::trace::Fact;

use super::decode;
use super::decode::answer::made_numbers;
use super::tables::{ChannelKey, TableId};
use super::task_memory::TaskMemory;
use super::tracee::{EntryStop, OngoingCall, RawResult, TraceeState};
use super::watcher::{Watcher, go_on};

/// What is done about a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Interest {
    /// It is recorded.
    Shown,
    /// It is recorded if it sleeps.
    IfAsleep,
    /// It is let go.
    None,
}

impl Watcher<'_> {
    /// A task stands before a call.
    pub(super) fn enter(&mut self, tid: i32) {
        let CallInfo::Entry { number, arguments, data } = ptrace::call_info(tid) else {
            return go_on(tid, 0);
        };
        match data {
            OWN_STOP => {}
            FOREIGN_ABI_STOP => return self.pass_unfollowed(tid),
            // A filter of the program's own, which would get ENOSYS without a tracer.
            _ => return Self::refuse(tid),
        }
        let Some(sysno) = Sysno::of_number(number) else { return go_on(tid, 0) };
        if sysno == Sysno::IoUringSetup {
            self.note("io_uring", "io_uring_setup(2) is answered with ENOSYS: what goes through a ring cannot be seen");
            return Self::refuse(tid);
        }
        let mut call = decode::call(sysno, arguments, &TaskMemory(tid));
        self.end_interruption(tid, Some(sysno));
        if let Some(inside) = self.takes_up_again(tid, sysno) {
            return self.let_in_again(tid, inside);
        }
        let directory = matches!(sysno, Sysno::Openat | Sysno::Openat2).then(|| decode::int(arguments[0]));
        let opens_channel = self.opens_channel(tid, directory.filter(|fd| *fd >= 0), &mut call);
        match if opens_channel { Interest::Shown } else { self.interest(tid, sysno, &call) } {
            Interest::None => go_on(tid, 0),
            Interest::IfAsleep => {
                let entry = EntryStop { sysno, arguments, call, channels: Vec::new(), stopped_ns: now_ns() };
                self.let_in_silently(tid, entry);
            }
            Interest::Shown => {
                self.tell_descriptors(tid, &call);
                self.look_at_stdio(tid, &call);
                let mut channels = self.channels_of(tid, &call);
                let is_on_channel = !channels.is_empty();
                channels.extend(self.shared_table(tid, &call));
                let entry = EntryStop { sysno, arguments, call, channels, stopped_ns: now_ns() };
                let is_birth = entry.call.makes_task() && self.repeats_births();
                if (is_on_channel || is_birth) && self.hold(tid, sysno) {
                    self.set_state(tid, TraceeState::Waiting(Box::new(entry)));
                } else if self.may_enter(tid, &entry.channels) {
                    self.let_in(tid, entry, false);
                } else {
                    self.set_state(tid, TraceeState::Waiting(Box::new(entry)));
                    self.queue.push(tid);
                }
            }
        }
    }

    /// A call that is not followed: from its first one on, whatever the task holds may be used by somebody who is not seen.
    fn pass_unfollowed(&mut self, tid: i32) {
        self.note("abi", "a call by another ABI (32-bit, int 0x80 or x32) is not followed");
        let is_first = self.tracees.get_mut(&tid).is_some_and(|tracee| !std::mem::replace(&mut tracee.is_unseen, true));
        if is_first {
            self.tell_table(tid, true);
        }
        go_on(tid, 0);
    }

    fn refuse(tid: i32) {
        let _ = ptrace::refuse_call(tid);
        go_on(tid, 0);
    }

    /// Lets a task make its call: the record of the entry comes first, so that it lies before the effect.
    pub(super) fn let_in(&mut self, tid: i32, entry: EntryStop, is_unordered: bool) {
        let Some(tracee) = self.tracees.get(&tid) else { return };
        let task = tracee.task;
        let goes_on = tracee.goes_on_with == Some(entry.sysno);
        if let Call::Close { fd } = entry.call {
            self.tables.forget(tracee.table, fd);
        }
        if !goes_on {
            self.record(task, Fact::Entered { call: entry.call.clone().into() });
        }
        if is_unordered {
            self.record(task, Fact::Unordered);
        }
        self.put_inside(tid, entry, true);
        let _ = ptrace::go_on_to_exit(tid);
    }

    fn let_in_silently(&mut self, tid: i32, entry: EntryStop) {
        self.put_inside(tid, entry, false);
        let _ = ptrace::go_on_to_exit(tid);
    }

    fn put_inside(&mut self, tid: i32, entry: EntryStop, is_told: bool) {
        self.order += 1;
        self.sleep_checks.begin_again();
        let order = self.order;
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        if is_told {
            tracee.goes_on_with = None;
        }
        let inside = OngoingCall { entry, order, order_at_return: 0, since_ns: now_ns(), is_asleep: false, is_told };
        tracee.state = TraceeState::Inside(Box::new(inside));
    }

    fn let_in_again(&mut self, tid: i32, mut inside: OngoingCall) {
        self.order += 1;
        self.sleep_checks.begin_again();
        inside.order = self.order;
        inside.since_ns = now_ns();
        inside.is_asleep = false;
        self.set_state(tid, TraceeState::Inside(Box::new(inside)));
        let _ = ptrace::go_on_to_exit(tid);
    }

    /// A task stands behind a call.
    pub(super) fn leave(&mut self, tid: i32) {
        let CallInfo::Exit { value, is_error } = ptrace::call_info(tid) else { return go_on(tid, 0) };
        let Some(tracee) = self.tracees.get_mut(&tid) else { return go_on(tid, 0) };
        let state = std::mem::replace(&mut tracee.state, TraceeState::Outside);
        let TraceeState::Inside(mut inside) = state else {
            tracee.state = state;
            return go_on(tid, 0);
        };
        let answer = RawResult { value, is_error };
        if is_error && super::signals::is_restart(value) {
            tracee.state = TraceeState::Interrupted(inside, value);
            return go_on(tid, 0);
        }
        inside.order_at_return = self.order;
        if self.may_return(tid, &inside) {
            self.returned(tid, *inside, answer);
        } else {
            self.set_state(tid, TraceeState::Returning(inside, answer, now_ns()));
            self.queue.push(tid);
        }
    }

    /// Records a return, changes the tables, and lets the task go on.
    pub(super) fn returned(&mut self, tid: i32, inside: OngoingCall, answer: RawResult) {
        let Some(tracee) = self.tracees.get(&tid) else { return };
        let (task, pid, table) = (tracee.task, tracee.pid, tracee.table);
        let EntryStop { sysno, arguments, call, .. } = inside.entry;
        let outcome = (!answer.is_error)
            .then(|| decode::answer::outcome(sysno, arguments, answer.value, &TaskMemory(tid)))
            .flatten();
        if !answer.is_error {
            for fd in made_numbers(&call, answer.value, outcome.as_ref()) {
                self.tables.renew(table, fd);
            }
            self.change_table(tid, &call);
        }
        let is_shown = inside.is_told || self.is_of_interest_afterwards(pid, table, &call, answer);
        if is_shown {
            if !inside.is_told {
                self.record(task, Fact::Entered { call: call.clone().into() });
            }
            let outcome = self.with_peer(tid, &call, answer, outcome);
            let (ret, errno) = ret_and_errno(answer);
            self.record(task, Fact::Returned { ret, errno, outcome: outcome.map(Box::new) });
            if !answer.is_error && sysno == Sysno::PidfdGetfd {
                self.tell_taken(tid, (arguments[0], arguments[1]), answer.value);
            } else if !answer.is_error {
                self.tell_made(tid, &call, answer.value);
            }
        }
        go_on(tid, 0);
    }

    /// accept(2): which socket the new one is connected with.
    fn with_peer(&mut self, tid: i32, call: &Call, answer: RawResult, outcome: Option<Outcome>) -> Option<Outcome> {
        let Call::Accept { .. } = call else { return outcome };
        let tracee = self.tracees.get(&tid)?;
        let fd = i32::try_from(answer.value).ok()?;
        let row = self.tables.row(tracee.table, tracee.pid, fd)?;
        let FileKey::Socket(own) = row.file.object else { return outcome };
        let peer = self.tables.peer(own)?;
        Some(Outcome { extra: Extra::Accepted { peer }, ..outcome.unwrap_or_default() })
    }

    /// What a call of which nothing was told yet did all the same: it opened a pipe, or its number meant nothing.
    fn is_of_interest_afterwards(&mut self, pid: i32, table: TableId, call: &Call, answer: RawResult) -> bool {
        match (call, i32::try_from(answer.value)) {
            (Call::Open { .. }, Ok(fd)) if !answer.is_error => {
                let is_channel = self.tables.row(table, pid, fd).is_some_and(|row| row.channel.is_some());
                if !is_channel {
                    self.tables.forget(table, fd);
                }
                is_channel
            }
            _ => moves_bytes(call) && ret_and_errno(answer).1 == Errno::EBADF,
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others change no table by themselves")]
    fn change_table(&mut self, tid: i32, call: &Call) {
        /// CLOSE_RANGE_UNSHARE: the process gets a table of its own first.
        const UNSHARES: i32 = 2;
        /// CLOSE_RANGE_CLOEXEC: nothing is closed now.
        const MARKS_ONLY: i32 = 4;
        if let Call::CloseRange { flags, .. } = call
            && flags & UNSHARES != 0
        {
            self.get_own_table(tid);
        }
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        match call {
            Call::CloseRange { first, last, flags } if flags & MARKS_ONLY == 0 => {
                self.tables.forget_range(tracee.table, numbers_between(*first, *last));
            }
            Call::Other { name, .. } if name == "unshare" => self.get_own_table(tid),
            _ => {}
        }
    }

    fn get_own_table(&mut self, tid: i32) {
        if let Some(tracee) = self.tracees.get_mut(&tid) {
            tracee.table = self.tables.copy(tracee.table);
        }
    }

    /// Whether a call is to be recorded.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are about descriptors")]
    fn interest(&mut self, tid: i32, sysno: Sysno, call: &Call) -> Interest {
        let shown_if = |matters| if matters { Interest::Shown } else { Interest::None };
        match call {
            Call::Socketpair { .. }
            | Call::Pipe2 { .. }
            | Call::Fork
            | Call::Vfork
            | Call::Clone { .. }
            | Call::Exit { .. }
            | Call::ExitGroup { .. }
            | Call::Waitpid { .. }
            | Call::Setsid
            | Call::Setpgid { .. }
            | Call::Eventfd { .. }
            | Call::Signalfd { .. }
            | Call::TimerfdCreate { .. }
            | Call::PidfdOpen { .. }
            | Call::EpollCreate { .. }
            | Call::Kill { .. } => Interest::Shown,
            Call::Socket { domain, .. } => shown_if(*domain == crate::abi::AF_UNIX),
            Call::Open { .. } => Interest::None,
            Call::Exec { program, .. } => shown_if(program.as_deref().is_none_or(|program| self.exists(tid, program))),
            Call::Signal { signal, .. } => {
                self.follow_handler(tid, *signal);
                shown_if([crate::abi::Signal::PIPE.0, crate::abi::Signal::CHLD.0].contains(signal))
            }
            Call::Other { fd: None, .. } => Interest::IfAsleep,
            _ => self.interest_by_descriptor(tid, sysno, call),
        }
    }

    /// Calls about descriptors are recorded where one of them is a channel's, or was told to be something.
    fn interest_by_descriptor(&mut self, tid: i32, sysno: Sysno, call: &Call) -> Interest {
        let Some(tracee) = self.tracees.get(&tid) else { return Interest::None };
        let (table, pid) = (tracee.table, tracee.pid);
        let is_about_none = call.fd().is_none() && call.may_sleep();
        let mut may_sleep = is_about_none || is_sleeper(sysno);
        for fd in self.numbers_of(table, call) {
            if self.tables.is_told(table, fd) {
                return Interest::Shown;
            }
            let Some(row) = self.tables.row(table, pid, fd) else {
                // Most likely it fails with EBADF, and then it is told.
                may_sleep |= moves_bytes(call);
                continue;
            };
            if row.channel.is_some() {
                return Interest::Shown;
            }
            may_sleep &= !is_file(&row.file.name);
        }
        if may_sleep { Interest::IfAsleep } else { Interest::None }
    }

    /// The channels that a call acts on.
    fn channels_of(&mut self, tid: i32, call: &Call) -> Vec<ChannelKey> {
        if is_watching(call) {
            return Vec::new();
        }
        let Some(tracee) = self.tracees.get(&tid) else { return Vec::new() };
        let (table, pid) = (tracee.table, tracee.pid);
        let fds = self.numbers_of(table, call);
        fds.into_iter().filter_map(|fd| self.tables.row(table, pid, fd)?.channel).collect()
    }

    /// The numbers that a call is about: of close_range(2) those in its range that are known.
    fn numbers_of(&self, table: TableId, call: &Call) -> Vec<i32> {
        if let Call::CloseRange { first, last, .. } = call {
            return self.tables.told_in(table, numbers_between(*first, *last));
        }
        about(call)
    }
}

/// Whether it takes bytes from a descriptor, or gives some.
fn moves_bytes(call: &Call) -> bool {
    call.room().is_some() || call.offered().is_some()
}

/// Whether a call looks at ends, or waits for one of many, and does nothing to them: it needs no turn.
pub(super) fn is_watching(call: &Call) -> bool {
    matches!(call, Call::Poll { .. } | Call::Select { .. } | Call::EpollCtl { .. } | Call::EpollWait { .. })
}

/// The numbers of close_range(2).
pub(super) fn numbers_between(first: u32, last: u32) -> RangeInclusive<i32> {
    i32::try_from(first).unwrap_or(i32::MAX)..=i32::try_from(last).unwrap_or(i32::MAX)
}

/// The numbers that a call names.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others name no further number")]
pub(super) fn about(call: &Call) -> Vec<i32> {
    let also = match call {
        Call::Dup2 { to, .. } | Call::Dup3 { to, .. } => Some(*to),
        _ => None,
    };
    call.fd().into_iter().chain(call.more_fds()).chain(also).collect()
}

fn ret_and_errno(answer: RawResult) -> (i32, Errno) {
    if answer.is_error {
        return (-1, Errno(i32::try_from(-answer.value).unwrap_or(0)));
    }
    (i32::try_from(answer.value).unwrap_or(i32::MAX), Errno::NONE)
}

/// Calls that may sleep on what is no channel: a terminal, a socket of another family.
pub(super) fn is_sleeper(sysno: Sysno) -> bool {
    use Sysno as S;
    matches!(
        sysno,
        S::Read
            | S::Readv
            | S::Write
            | S::Writev
            | S::Recvfrom
            | S::Recvmsg
            | S::Sendto
            | S::Sendmsg
            | S::Connect
            | S::Accept
            | S::Accept4
            | S::Poll
            | S::Ppoll
            | S::Select
            | S::Pselect6
            | S::EpollWait
            | S::EpollPwait
            | S::EpollPwait2
    )
}

/// Files never let their reader sleep; devices and what has no path may.
fn is_file(name: &str) -> bool {
    name.starts_with('/') && !name.starts_with("/dev/")
}
