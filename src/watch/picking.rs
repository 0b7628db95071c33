//! Who goes on, where one goes at a time: looked for once everybody else stands before a call or sleeps by the kernel's word.

use std::time::Duration;

use crate::app::program::StepOrder;
use crate::order::Call;
use crate::sys::now_ns;
use crate::sys::procfs::ThreadFiles;
use crate::sys::syscalls::Sysno;
use crate::trace::TaskId;

use super::scheduling::{HeldTasks, Picker, Scheduling};
use super::tracee::{Tracee, TraceeState};
use super::watcher::Watcher;

/// While somebody is on the way to a call, the kernel is asked this often who runs.
const LOOK_AGAIN: Duration = Duration::from_micros(100);
/// Who has computed for longer than this, by the processor's time, is not waited for: it may never come to a call.
const SLICE_NS: u64 = 20_000_000;
/// Nobody is waited for longer than this, whatever the processors do meanwhile.
const LONGEST_NS: u64 = 2_000_000_000;
/// In an order that was recorded, who is next is waited for so long while everybody sleeps: it may sleep by time.
const MISSING_NS: u64 = 3_000_000_000;
/// Looks in a row that must find nobody running: between two of them a task may wake another.
const LOOKS: u32 = 2;

impl Watcher<'_> {
    /// A task stands before its call and waits to be picked. False where all go as they like, and where the call was picked already:
    /// a signal has only interrupted it, and an earlier run has it once in its order.
    pub(super) fn hold(&mut self, tid: i32, sysno: Sysno) -> bool {
        let Scheduling::Picked(picks) = &mut self.scheduling else { return false };
        let goes_on = self.tracees.get(&tid).is_some_and(|tracee| tracee.goes_on_with == Some(sysno));
        if goes_on && matches!(picks.picker, Picker::Recorded { .. }) {
            return false;
        }
        picks.held.push(tid);
        picks.quiet = 0;
        true
    }

    /// Whether tasks are to be born in the order of an earlier run, so that each has its name again.
    pub(super) fn repeats_births(&self) -> bool {
        let Scheduling::Picked(picks) = &self.scheduling else { return false };
        matches!(&picks.picker, Picker::Recorded { order, .. } if !order.is_empty())
    }

    /// Lets one of those who stand go on, once nobody else runs. Says when to look again, where somebody stands.
    pub(super) fn pick(&mut self) -> Option<Duration> {
        let running = self.running();
        let Scheduling::Picked(picks) = &mut self.scheduling else { return None };
        let waits =
            |tid: &i32| self.tracees.get(tid).is_some_and(|tracee| matches!(tracee.state, TraceeState::Waiting(_)));
        picks.held.retain(waits);
        if picks.held.is_empty() {
            // Those who were said to stand were killed there.
            if let Picker::Person { told, .. } = &mut picks.picker
                && !std::mem::take(told).is_empty()
            {
                self.tell_standing();
            }
            return None;
        }
        let now = now_ns();
        let picks_nobody = running.iter().any(|(tid, computed)| {
            let before = *picks.computed.entry(*tid).or_insert(*computed);
            computed.saturating_sub(before) < SLICE_NS
        });
        if picks_nobody && now.saturating_sub(*picks.busy_since.get_or_insert(now)) < LONGEST_NS {
            picks.quiet = 0;
            return Some(LOOK_AGAIN);
        }
        picks.quiet += 1;
        if picks.quiet < LOOKS {
            return Some(Duration::ZERO);
        }
        picks.computed.clear();
        (picks.quiet, picks.busy_since) = (0, None);
        // In order of birth: in which order they came to stand is no part of the schedule.
        picks.held.sort_by_key(|tid| self.tracees.get(tid).map(|tracee| tracee.task));
        let standing: Vec<TaskId> =
            picks.held.iter().filter_map(|tid| self.tracees.get(tid).map(|tracee| tracee.task)).collect();
        match choose(&mut picks.picker, &standing, now) {
            Choice::Task(at) => {
                let tid = picks.held.remove(at);
                self.let_picked(tid);
                Some(Duration::ZERO)
            }
            Choice::Nobody => None,
            Choice::NobodyYet => Some(LOOK_AGAIN),
            Choice::TellStanding => {
                self.tell_standing();
                None
            }
            Choice::OtherWay => {
                self.note("order", "the program goes another way than before: from here on you say who goes");
                Some(Duration::ZERO)
            }
            Choice::OrderIsOver => {
                self.note("order", "so far its calls came as before: from here on you say who goes");
                Some(Duration::ZERO)
            }
        }
    }

    /// Says who stands before which call.
    fn tell_standing(&mut self) {
        let Scheduling::Picked(picks) = &self.scheduling else { return };
        let standing = picks.held.iter().filter_map(|tid| {
            let tracee = self.tracees.get(tid)?;
            let TraceeState::Waiting(entry) = &tracee.state else { return None };
            Some((tracee.task, entry.call.clone()))
        });
        let standing = standing.collect();
        self.has_to_say();
        self.out.standing(standing);
    }

    /// What the person who steps the program wants.
    pub(super) fn obey(&mut self, order: StepOrder) {
        match (order, &mut self.scheduling) {
            (StepOrder::LetGo(task), Scheduling::Picked(HeldTasks { picker: Picker::Person { next, .. }, .. })) => {
                *next = Some(task);
            }
            (StepOrder::Hold, Scheduling::Free) => self.scheduling = Scheduling::stepped(),
            (StepOrder::AllGo, Scheduling::Picked(picks)) => {
                // From here on the rule of order admits them.
                self.queue.append(&mut picks.held);
                self.scheduling = Scheduling::Free;
            }
            (StepOrder::LetGo(_) | StepOrder::Hold | StepOrder::AllGo, Scheduling::Free | Scheduling::Picked(_)) => {}
        }
    }

    fn let_picked(&mut self, tid: i32) {
        let Some(tracee) = self.tracees.get_mut(&tid) else { return };
        match std::mem::replace(&mut tracee.state, TraceeState::Outside) {
            TraceeState::Waiting(entry) => self.let_in(tid, *entry, false),
            state @ (TraceeState::Outside
            | TraceeState::Inside(_)
            | TraceeState::Returning(..)
            | TraceeState::Interrupted(..)) => {
                self.set_state(tid, state);
            }
        }
    }

    /// Tasks that stand before no call and may come to one by themselves, with the time that each has computed.
    fn running(&mut self) -> Vec<(i32, u64)> {
        let Scheduling::Picked(picks) = &self.scheduling else { return Vec::new() };
        let mut running: Vec<(i32, u64)> = self.unborn.iter().chain(&self.queue).map(|tid| (*tid, 0)).collect();
        let pids: Vec<i32> = self.tracees.values().map(|tracee| tracee.pid).collect();
        let held = &picks.held;
        for tracee in self.tracees.values_mut().filter(|tracee| !held.contains(&tracee.tid)) {
            let is_alone = pids.iter().filter(|pid| **pid == tracee.pid).count() == 1;
            if is_running(tracee, is_alone) {
                let computed = tracee.files().and_then(ThreadFiles::computed_ns).unwrap_or(0);
                running.push((tracee.tid, computed));
            }
        }
        running
    }
}

/// What a picker says.
enum Choice {
    /// The one at this place among those who stand goes on.
    Task(usize),
    /// A person has not said yet who.
    Nobody,
    /// Who is next is not there yet.
    NobodyYet,
    /// The same as nobody, and these who stand have not been told.
    TellStanding,
    /// Who is next does not come: a person picks from now on.
    OtherWay,
    /// What was to be repeated has been: a person picks from now on.
    OrderIsOver,
}

/// Picks one of those who stand before a call, in order of birth.
fn choose(picker: &mut Picker, standing: &[TaskId], now_ns: u64) -> Choice {
    let place_of = |task: TaskId| standing.iter().position(|standing| *standing == task);
    match picker {
        Picker::Seed(random) => Choice::Task(random.usize(..standing.len())),
        Picker::Person { next, told } => {
            if let Some(at) = next.take().and_then(place_of) {
                told.clear();
                return Choice::Task(at);
            }
            if told == standing {
                return Choice::Nobody;
            }
            told.clear();
            told.extend(standing);
            Choice::TellStanding
        }
        Picker::Recorded { order, missing_since_ns } => {
            let Some(next) = order.front() else {
                *picker = Picker::person();
                return Choice::OrderIsOver;
            };
            if let Some(at) = place_of(*next) {
                order.pop_front();
                *missing_since_ns = None;
                return Choice::Task(at);
            }
            if now_ns.saturating_sub(*missing_since_ns.get_or_insert(now_ns)) < MISSING_NS {
                return Choice::NobodyYet;
            }
            *picker = Picker::person();
            Choice::OtherWay
        }
    }
}

/// By the kernel's word. The parent of a vfork is in state D until its child executes; a stop that nobody has taken yet is one of
/// state t; and the end of a process whose last thread is gone is about to be taken, which wakes who waits for it.
fn is_running(tracee: &mut Tracee, is_alone: bool) -> bool {
    /// CLONE_VFORK.
    const VFORK: u64 = 0x4000;
    let is_in_vfork = tracee.inside().is_some_and(|inside| {
        let call = &inside.entry.call;
        *call == Call::Vfork || matches!(call, Call::Clone { flags, .. } if flags & VFORK != 0)
    });
    match tracee.proc_state() {
        Some(b'R') => true,
        Some(b'D') => !is_in_vfork,
        Some(b't') => !tracee.is_stopped,
        Some(b'Z' | b'X') | None => is_alone,
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    #[test]
    fn an_earlier_run_is_repeated_and_then_a_person_is_asked() {
        let (parent, child) = (TaskId(0), TaskId(1));
        let mut picker = Picker::Recorded { order: VecDeque::from([child, parent]), missing_since_ns: None };
        assert!(matches!(choose(&mut picker, &[parent, child], 1), Choice::Task(1)));
        assert!(matches!(choose(&mut picker, &[parent, child], 2), Choice::Task(0)));
        assert!(matches!(choose(&mut picker, &[parent, child], 3), Choice::OrderIsOver));
        assert!(matches!(choose(&mut picker, &[parent, child], 4), Choice::TellStanding));
        assert!(matches!(choose(&mut picker, &[parent, child], 5), Choice::Nobody));
    }

    #[test]
    fn who_does_not_come_is_waited_for_and_then_a_person_is_asked() {
        let (parent, child) = (TaskId(0), TaskId(1));
        let mut picker = Picker::Recorded { order: VecDeque::from([child]), missing_since_ns: None };
        assert!(matches!(choose(&mut picker, &[parent], 1), Choice::NobodyYet));
        assert!(matches!(choose(&mut picker, &[parent], MISSING_NS), Choice::NobodyYet));
        assert!(matches!(choose(&mut picker, &[parent], MISSING_NS + 1), Choice::OtherWay));
        assert!(matches!(choose(&mut picker, &[parent], MISSING_NS + 2), Choice::TellStanding));
    }
}
