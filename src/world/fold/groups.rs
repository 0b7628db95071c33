//! Process groups and sessions, credentials(7): who is born into which, and who goes into another.

use crate::trace::{Birth, Role, TaskId};

use super::super::World;
use super::super::task::{ProcessGroup, Task};

impl World {
    /// A child is in its parent's group. The bench's first process leads one of its own, in the session of the program.
    pub(super) fn group_at_birth(&self, birth: &Birth) -> Option<ProcessGroup> {
        match birth.by {
            Some(by) => self.group_of(by).map(|group| ProcessGroup { origin: None, ..group }),
            None if birth.role == Role::Stranger => None,
            None => Some(ProcessGroup { id: birth.pid, session: None, origin: None }),
        }
    }

    /// setsid(2): the process leads a new session and a new group.
    pub(super) fn lead_session(&mut self, id: TaskId) {
        let Some(pid) = self.tasks.get(&id).map(|task| task.pid) else { return };
        let origin = Some(self.origin(id, "setsid"));
        self.enter_group(pid, ProcessGroup { id: pid, session: Some(pid), origin });
    }

    /// setpgid(2): 0 is the caller, and of the group the process itself.
    pub(super) fn set_group(&mut self, id: TaskId, pid: i32, group: i32) {
        let Some(own) = self.tasks.get(&id).map(|task| task.pid) else { return };
        let pid = if pid == 0 { own } else { pid };
        let group = if group == 0 { pid } else { group };
        let before = self.task_of_pid(pid).and_then(|task| task.group);
        if before.is_some_and(|before| before.id == group) {
            return;
        }
        let origin = Some(self.origin(id, "setpgid"));
        self.enter_group(pid, ProcessGroup { id: group, session: before.and_then(|before| before.session), origin });
    }

    fn enter_group(&mut self, pid: i32, group: ProcessGroup) {
        for task in self.tasks.values_mut_where(|task| task.pid == pid && task.is_alive()) {
            task.group = Some(group);
        }
    }

    /// The process group that a task's process is in; of a dead one the last.
    pub fn group_of(&self, id: TaskId) -> Option<ProcessGroup> {
        self.tasks.get(&id)?.group
    }

    /// The processes of a group that the kernel still has, zombies too, in order of creation, each as its first task.
    pub fn members_of(&self, group: i32) -> impl Iterator<Item = &Task> {
        let is_there = |task: &&Task| task.leads_process() && task.state != crate::abi::TaskState::Dead;
        self.tasks.values().filter(is_there).filter(move |task| task.group.is_some_and(|of| of.id == group))
    }
}
