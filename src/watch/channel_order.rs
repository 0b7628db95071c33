//! The rule of order: of each channel at most one call at a time is inside and awake. Who comes to a channel waits while another
//! is inside and not asleep by the kernel's word; who was woken returns after its waker. So the order of the records is that of
//! the kernel's effects, a fact and no guess.

use crate::order::Call;
use crate::sys::now_ns;
use crate::trace::Fact;

use super::calls::is_sleeper;
use super::decode::CLONE_FILES;
use super::tables::ChannelKey;
use super::tracee::{EntryStop, OngoingCall, Tracee, TraceeState};
use super::watcher::Watcher;

/// How long a task is kept waiting at most; after that its order is said to be not known. On a busy machine who is awake may get no
/// processor for a good part of it.
const LONGEST_WAIT_NS: u64 = 500_000_000;

impl Watcher<'_> {
    /// Whether a call on these channels may be let in now.
    pub(super) fn may_enter(&mut self, tid: i32, channels: &[ChannelKey]) -> bool {
        let occupants = self.occupants(tid, channels, |_| true);
        occupants.into_iter().all(|other| self.is_asleep(other))
    }

    /// Whether a call that has returned may be recorded: not before that of who woke it, which came later and is awake.
    pub(super) fn may_return(&mut self, tid: i32, inside: &OngoingCall) -> bool {
        let EntryStop { sysno, channels, .. } = &inside.entry;
        let may_be_waker = |other: &Tracee| other.inside().is_some_and(|other| other.order > inside.order);
        let others = if channels.is_empty() && is_sleeper(*sysno) {
            self.told_calls(tid, inside)
        } else {
            self.occupants(tid, channels, may_be_waker)
        };
        others.into_iter().all(|other| self.is_asleep(other))
    }

    /// Who may have woken a call of which it is not known what it waits for, a poll or a read of a signalfd: a task that came
    /// to a call later, and was in it when this one came back.
    fn told_calls(&self, but: i32, woken: &OngoingCall) -> Vec<i32> {
        let is_waker =
            |other: &OngoingCall| other.is_told && other.order > woken.order && other.order <= woken.order_at_return;
        let others = self.tracees.values().filter(|tracee| tracee.tid != but);
        others.filter(|tracee| tracee.inside().is_some_and(is_waker)).map(|tracee| tracee.tid).collect()
    }

    /// The table that a call changes, where other tasks share it: a number that one thread closes the kernel gives at once to
    /// another, and a child gets a copy of what is open then.
    pub(super) fn shared_table(&self, tid: i32, call: &Call) -> Option<ChannelKey> {
        let own = self.tracees.get(&tid).filter(|_| changes_numbers(call))?;
        let is_shared = self.tracees.values().any(|other| other.tid != tid && other.table == own.table);
        is_shared.then_some(ChannelKey::Table(own.table))
    }

    /// The child of this call has its copy of the table: threads beside it may change it again, also while vfork(2) waits.
    pub(super) fn release_table(&mut self, tid: i32) {
        if let Some(TraceeState::Inside(inside)) = self.tracees.get_mut(&tid).map(|tracee| &mut tracee.state) {
            inside.entry.channels.retain(|channel| !matches!(channel, ChannelKey::Table(_)));
        }
    }

    fn occupants(&self, but: i32, channels: &[ChannelKey], also: impl Fn(&Tracee) -> bool) -> Vec<i32> {
        if channels.is_empty() {
            return Vec::new();
        }
        let is_there = |tracee: &&Tracee| match &tracee.state {
            TraceeState::Inside(inside) | TraceeState::Returning(inside, ..) => {
                inside.entry.channels.iter().any(|channel| channels.contains(channel))
            }
            TraceeState::Outside | TraceeState::Waiting(_) | TraceeState::Interrupted(..) => false,
        };
        let others = self.tracees.values().filter(|tracee| tracee.tid != but);
        others.filter(is_there).filter(|tracee| also(tracee)).map(|tracee| tracee.tid).collect()
    }

    fn is_asleep(&mut self, tid: i32) -> bool {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return true };
        matches!(tracee.state, TraceeState::Inside(_)) && tracee.proc_state() == Some(b'S')
    }

    /// Lets those go on whose turn has come. True while somebody waits, who is to be looked at again at once.
    pub(super) fn admit_waiting(&mut self) -> bool {
        let now = now_ns();
        let queue = std::mem::take(&mut self.queue);
        for tid in queue {
            if !self.try_again(tid, now) {
                self.queue.push(tid);
            }
        }
        !self.queue.is_empty()
    }

    /// True if the task does not wait any more.
    fn try_again(&mut self, tid: i32, now: u64) -> bool {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return true };
        match std::mem::replace(&mut tracee.state, TraceeState::Outside) {
            TraceeState::Waiting(entry) => {
                let is_late = now.saturating_sub(entry.stopped_ns) > LONGEST_WAIT_NS;
                if self.may_enter(tid, &entry.channels) || is_late {
                    self.let_in(tid, *entry, is_late);
                    return true;
                }
                self.set_state(tid, TraceeState::Waiting(entry));
                false
            }
            TraceeState::Returning(inside, answer, since) => {
                let is_late = now.saturating_sub(since) > LONGEST_WAIT_NS;
                if self.may_return(tid, &inside) || is_late {
                    if is_late && let Some(tracee) = self.tracees.get(&tid) {
                        self.record(tracee.task, Fact::Unordered);
                    }
                    self.returned(tid, *inside, answer);
                    return true;
                }
                self.set_state(tid, TraceeState::Returning(inside, answer, since));
                false
            }
            state @ (TraceeState::Outside | TraceeState::Inside(_) | TraceeState::Interrupted(..)) => {
                self.set_state(tid, state);
                true
            }
        }
    }

    pub(super) fn set_state(&mut self, tid: i32, state: TraceeState) {
        if let Some(tracee) = self.tracees.get_mut(&tid) {
            tracee.state = state;
        }
    }
}

/// Whether a call makes or closes numbers, or copies a table of them.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others leave the numbers as they are")]
fn changes_numbers(call: &Call) -> bool {
    match call {
        Call::Socketpair { .. }
        | Call::Pipe2 { .. }
        | Call::Close { .. }
        | Call::CloseRange { .. }
        | Call::Fork
        | Call::Vfork => true,
        Call::Clone { flags, .. } => flags & CLONE_FILES == 0,
        call => call.returns_descriptor(),
    }
}
