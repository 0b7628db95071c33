//! Tasks are added, begin orders, and are forgotten.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::abi::Errno;
use crate::abi::TaskState;
use crate::order::{Call, Credentials, Loop};
use crate::trace::{Birth, Burst, Group, NamedEnd, Names, Ordered, Role, TableOrigin, TaskId};

use super::super::kind::EndId;
use super::super::task::{Descriptor, Ongoing, Order, Process, Task};
use super::super::{DEAD_KEPT, Machine, World};

impl World {
    pub(super) fn add_task(&mut self, id: TaskId, birth: &Birth) {
        let shared = match birth.table {
            TableOrigin::SharedWith(with) => self.tasks.get(&with).map(|with| with.process),
            TableOrigin::Null | TableOrigin::CopyOf(_) | TableOrigin::Unknown => None,
        };
        if shared.is_none() {
            let mut inherited = match birth.table {
                TableOrigin::CopyOf(of) => self.process_of(of).cloned().unwrap_or_default(),
                TableOrigin::Null => Process::with_null_streams(),
                TableOrigin::SharedWith(_) | TableOrigin::Unknown => Process::default(),
            };
            if let (TableOrigin::CopyOf(_), Some(by)) = (&birth.table, birth.by) {
                let origin = self.origin(by, "fork");
                inherited.table.values_mut().for_each(|descriptor| descriptor.origin = Some(origin));
            }
            self.hold_all(id, &inherited);
            self.processes.insert(id, inherited);
        }
        let is_stranger = birth.role == Role::Stranger;
        let task = Task {
            id,
            name: birth.name.clone(),
            pid: birth.pid,
            tid: birth.tid,
            process: shared.unwrap_or(id),
            group: self.group_at_birth(birth),
            by: birth.by,
            role: birth.role,
            program: birth.program.clone(),
            state: if is_stranger { TaskState::Running } else { TaskState::Idle },
            death: None,
            left_no_zombie: false,
            blocked: birth.by.and_then(|by| self.tasks.get(&by)).map_or_else(BTreeMap::new, |by| by.blocked.clone()),
            sent: BTreeMap::new(),
            came: None,
            is_exiting: false,
            order: None,
            ongoing: None,
            told_readable: Vec::new(),
            death_signal: None,
            unwritten: Vec::new(),
            taken_along: None,
        };
        self.tasks.insert(id, task);
    }

    pub(super) fn begin_order(&mut self, id: TaskId, ordered: &Rc<Ordered>) {
        let burst = match &ordered.group {
            Group::Loop(of) => Some(Box::new(self.new_burst(id, of))),
            Group::Single | Group::Reader => None,
        };
        let Some(task) = self.tasks.get_mut(&id).filter(|task| task.is_alive()) else { return };
        task.state = TaskState::Running;
        let left = task.ongoing.take();
        task.order = Some(Order { ordered: Rc::clone(ordered), burst });
        self.leave_call(id, left);
    }

    /// Notes what the numbers in a call refer to.
    pub(super) fn resolve(&self, id: TaskId, ongoing: &mut Ongoing) {
        ongoing.refers.clear();
        let Some(process) = self.process_of(id) else { return };
        for fd in ongoing.call.fd().into_iter().chain(ongoing.call.more_fds()) {
            let Some(descriptor) = process.table.get(&fd) else { continue };
            ongoing.refers.push((fd, side_of(&ongoing.call, fd, descriptor)));
        }
    }

    pub(super) fn forget_dead(&mut self) {
        let dead: Vec<TaskId> =
            self.tasks.values().filter(|task| task.state == TaskState::Dead).map(|task| task.id).collect();
        for id in dead.iter().take(dead.len().saturating_sub(DEAD_KEPT)) {
            self.tasks.remove(id);
        }
    }

    fn hold_all(&mut self, id: TaskId, process: &Process) {
        for (fd, descriptor) in &process.table {
            self.hold((id, *fd), *descriptor);
        }
    }

    /// Names for every number in a call's arguments.
    pub(super) fn names_for(&self, id: TaskId, call: &Call, made: Option<String>) -> Names {
        let mut names = Names { made, ..Names::default() };
        let Some(process) = self.process_of(id) else { return names };
        for fd in call.fd().into_iter().chain(call.more_fds()) {
            if let Some(descriptor) = process.table.get(&fd) {
                let id = side_of(call, fd, descriptor);
                let name = if descriptor.opening.is_some() { self.label_of(descriptor) } else { self.label(id) };
                names.ends.push(NamedEnd { fd, id, name });
            }
        }
        self.name_tasks(id, call, &mut names);
        names
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "no other call says a process")]
    fn name_tasks(&self, id: TaskId, call: &Call, names: &mut Names) {
        let task_of = |pid: i32| self.task_of_pid(pid).map(|task| (pid, task.name.clone()));
        match call {
            Call::Sendmsg { creds: true, .. } => {
                let Machine { uid, gid, .. } = self.machine;
                let pid = self.tasks.get(&id).map_or(0, |task| task.pid);
                names.own = Some(Credentials { pid, uid, gid });
                names.tasks.extend(task_of(pid));
            }
            // A whole group, by the name of who leads it.
            Call::Kill { pid, .. } if *pid < -1 => {
                names.tasks.extend(task_of(-pid).map(|(_, name)| (*pid, format!("-{name}"))));
            }
            Call::Kill { pid, .. } | Call::Waitpid { pid, .. } | Call::PidfdOpen { pid, .. } => {
                names.tasks.extend(task_of(*pid));
            }
            Call::Setpgid { pid, group } => {
                names.tasks.extend(task_of(*pid));
                names.tasks.extend(task_of(*group).filter(|_| pid != group));
            }
            _ => {}
        }
    }

    fn new_burst(&self, id: TaskId, of: &Loop) -> Burst {
        let task = self.tasks.get(&id);
        let (verb, call) = match of {
            Loop::Flood { .. } => ("flood", "write"),
            Loop::Drain { dontwait: true, pipe: false, .. } => ("drain", "recv"),
            Loop::Drain { .. } => ("drain", "read"),
            Loop::Echo { .. } => ("echo", "write"),
            Loop::Ping { .. } => ("ping", "write"),
        };
        Burst {
            task: task.map(|task| task.name.clone()).unwrap_or_default(),
            pid: task.map_or(0, |task| task.pid),
            tid: task.map_or(0, |task| task.tid),
            verb,
            call,
            end: self.descriptor(id, of.fd()).map_or_else(|| format!("@{}", of.fd()), |entry| self.label_of(&entry)),
            calls: 0,
            bytes: 0,
            errors: 0,
            recorded: 0,
            not_kept: 0,
            first_ns: 0,
            last_ns: 0,
            errno: Errno::NONE,
            eof: false,
            unfinished: false,
            since: None,
            first_calls: Vec::new(),
            given_out: 0,
        }
    }
}

/// What a number in a call is about: of a FIFO that was opened for both sides, the one that the call writes to or reads from.
fn side_of(call: &Call, fd: i32, descriptor: &Descriptor) -> EndId {
    let writes = call.room().is_none() && call.written_fd() == Some(fd);
    descriptor.also.filter(|_| writes).unwrap_or(descriptor.end)
}
