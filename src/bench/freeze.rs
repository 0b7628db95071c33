//! While the program is stopped so are the processes of the bench; those that were stopped before stay so when it goes on.

use crate::abi::{Signal, TaskState};
use crate::recording::entry::Observation;
use crate::sys::fork;
use crate::sys::procfs;
use crate::trace::{PendingReport, TaskId};

use super::Bench;

impl Bench {
    /// Stops every process that is not stopped already; gives how many. The program is about to be stopped itself.
    pub fn freeze(&mut self) -> usize {
        self.frozen.clear();
        for member in self.members.values() {
            let Some(process) = &member.pidfd else { continue };
            // What the learner stopped is the learner's, also where it is not known yet.
            let is_stopped = || member.files.state().is_some_and(procfs::is_stopped);
            // Where all is settled it has come to nothing: it is ignored, or the kernel drops it in an orphaned group.
            let is_on_its_way = member.is_to_stop && !self.is_settled;
            if !member.is_stopped
                && !is_on_its_way
                && !is_stopped()
                && fork::send_signal(process, Signal::STOP.0).is_ok()
            {
                self.frozen.push(member.id);
            }
        }
        self.frozen.len()
    }

    /// Lets those go on that [`Self::freeze`] stopped.
    pub fn thaw(&mut self) {
        for id in std::mem::take(&mut self.frozen) {
            if let Some(process) = self.members.get(&id).and_then(|member| member.pidfd.as_ref()) {
                // It may have died of SIGKILL meanwhile.
                let _ = fork::send_signal(process, Signal::CONT.0);
            }
        }
        self.unsettle();
    }

    /// A signal was sent: where the task is stopped or blocks it, and the kernel says so, it is told that it waits.
    pub(super) fn note_pending(&mut self, task: TaskId, signal: Signal) {
        let world = self.recording.world();
        let Some(of) = world.task(task).filter(|of| of.is_alive()) else { return };
        let (is_stopped, blocks) = (of.state == TaskState::Stopped, of.blocked.contains_key(&signal.0));
        // SIGCONT throws away what would have stopped a stopped one anew; it and SIGKILL act at once.
        let is_void =
            is_stopped && procfs::STOPPING.contains(&signal.0) || [Signal::KILL, Signal::CONT].contains(&signal);
        if (is_stopped || blocks) && !is_void && procfs::is_pending(of.pid, signal) == Some(true) {
            let report = PendingReport { id: task, task: of.name.clone(), signal, is_stopped };
            self.recording.observe(Observation::Pending(report));
        }
    }

    /// Remembers what the learner sends to a process.
    pub(super) fn note_sent(&mut self, task: TaskId, signal: Signal) {
        let stops = procfs::STOPPING.contains(&signal.0);
        if !stops && signal != Signal::CONT {
            return;
        }
        let leader = self.recording.world().task(task).map_or(task, |task| task.process);
        if let Some(member) = self.members.get_mut(&leader) {
            member.is_to_stop = stops;
        }
    }
}
