//! The rule of order: of each channel at most one call at a time is inside and awake. Who comes to a channel waits while another
//! is inside and not asleep by the kernel's word; who was woken returns after its waker. So the order of the records is that of
//! the kernel's effects, a fact and no guess.

use crate::sys::now_ns;
use crate::trace::Fact;

use super::tables::ChannelKey;
use super::tracee::{Place, Tracee};
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
    pub(super) fn may_return(&mut self, tid: i32, channels: &[ChannelKey], order: u64) -> bool {
        let later = |tracee: &Tracee| match &tracee.place {
            Place::Inside(inside) => inside.order > order,
            Place::Outside | Place::Waiting(_) | Place::Returning(..) | Place::Interrupted(..) => false,
        };
        let occupants = self.occupants(tid, channels, later);
        occupants.into_iter().all(|other| self.is_asleep(other))
    }

    fn occupants(&self, but: i32, channels: &[ChannelKey], also: impl Fn(&Tracee) -> bool) -> Vec<i32> {
        if channels.is_empty() {
            return Vec::new();
        }
        let is_there = |tracee: &&Tracee| match &tracee.place {
            Place::Inside(inside) | Place::Returning(inside, ..) => {
                inside.entry.channels.iter().any(|channel| channels.contains(channel))
            }
            Place::Outside | Place::Waiting(_) | Place::Interrupted(..) => false,
        };
        let others = self.tracees.values().filter(|tracee| tracee.tid != but);
        others.filter(is_there).filter(|tracee| also(tracee)).map(|tracee| tracee.tid).collect()
    }

    fn is_asleep(&mut self, tid: i32) -> bool {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return true };
        matches!(tracee.place, Place::Inside(_)) && tracee.state() == Some(b'S')
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
        match std::mem::replace(&mut tracee.place, Place::Outside) {
            Place::Waiting(entry) => {
                let is_late = now.saturating_sub(entry.stopped_ns) > LONGEST_WAIT_NS;
                if self.may_enter(tid, &entry.channels) || is_late {
                    self.let_in(tid, *entry, is_late);
                    return true;
                }
                self.set_place(tid, Place::Waiting(entry));
                false
            }
            Place::Returning(inside, answer, since) => {
                let is_late = now.saturating_sub(since) > LONGEST_WAIT_NS;
                if self.may_return(tid, &inside.entry.channels, inside.order) || is_late {
                    if is_late && let Some(tracee) = self.tracees.get(&tid) {
                        self.record(tracee.task, Fact::Unordered);
                    }
                    self.returned(tid, *inside, answer);
                    return true;
                }
                self.set_place(tid, Place::Returning(inside, answer, since));
                false
            }
            place @ (Place::Outside | Place::Inside(_) | Place::Interrupted(..)) => {
                self.set_place(tid, place);
                true
            }
        }
    }

    pub(super) fn set_place(&mut self, tid: i32, place: Place) {
        if let Some(tracee) = self.tracees.get_mut(&tid) {
            tracee.place = place;
        }
    }
}
