//! Tasks come into the world, take orders, and are forgotten.
#![expect(clippy::wildcard_enum_match_arm, reason = "only a few calls name or send something")]

use std::rc::Rc;

use crate::abi::Errno;
use crate::order::{Call, Credentials, Loop, Payload, Work};
use crate::script::TaskState;
use crate::trace::{Birth, Burst, NamedEnd, Names, Ordered, TaskId};

use super::super::task::{Ongoing, Process, Task};
use super::super::{DEAD_KEPT, Machine, World};

impl World {
    pub(super) fn be_born(&mut self, id: TaskId, birth: &Birth) {
        let is_process = birth.pid == birth.tid;
        let maker = birth.by.and_then(|by| self.tasks.get(&by));
        let process = if is_process { id } else { maker.map_or(id, |maker| maker.process) };
        if is_process {
            let inherited = birth.by.and_then(|by| self.process_of(by)).cloned().unwrap_or_default();
            self.hold_all(id, &inherited);
            self.processes.insert(id, inherited);
        }
        let task = Task {
            id,
            name: birth.name.clone(),
            pid: birth.pid,
            tid: birth.tid,
            process,
            by: birth.by,
            state: TaskState::Idle,
            death: None,
            ongoing: None,
        };
        self.tasks.insert(id, task);
    }

    pub(super) fn take_order(&mut self, id: TaskId, ordered: &Rc<Ordered>) {
        let calls: Rc<[Call]> = match &ordered.work {
            Work::Call(call) | Work::Then(call) => Rc::new([call.clone()]),
            Work::Loop { of, .. } => of.calls().into(),
            Work::Reader { fd, count, .. } => Rc::new([Call::Read { fd: *fd, count: *count }]),
        };
        let content = calls.iter().map(content_of).collect();
        let names = self.names_for(id, &calls[0], ordered.name.clone());
        let burst = match &ordered.work {
            Work::Loop { of, .. } => Some(Box::new(self.new_burst(id, of, &names))),
            Work::Call(_) | Work::Then(_) | Work::Reader { .. } => None,
        };
        let Some(task) = self.tasks.get_mut(&id).filter(|task| task.is_alive()) else { return };
        task.state = TaskState::Running;
        task.ongoing = Some(Ongoing {
            ordered: Rc::clone(ordered),
            calls,
            content,
            names,
            step: 0,
            inside: false,
            entered_ns: 0,
            slept: false,
            write: None,
            kept: Vec::new(),
            applied_early: false,
            burst,
        });
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
            if let Some(end) = self.ends.get_mut(&descriptor.end) {
                end.held += 1;
                end.holders.insert((id, *fd));
            }
        }
    }

    /// Names for every number in a call's arguments.
    pub(super) fn names_for(&self, id: TaskId, call: &Call, made: Option<String>) -> Names {
        let mut names = Names { made, ..Names::default() };
        let Some(process) = self.process_of(id) else { return names };
        let mut fds: Vec<i32> = call.fd().into_iter().collect();
        match call {
            Call::Poll { fds: polled, .. } => fds.clone_from(polled),
            Call::Sendmsg { fds: passed, creds, .. } => {
                fds.extend(passed);
                let Machine { uid, gid, .. } = self.machine;
                let pid = self.tasks.get(&id).map_or(0, |task| task.pid);
                if *creds {
                    names.own = Some(Credentials { pid, uid, gid });
                    names.tasks.extend(self.task_of_pid(pid).map(|task| (pid, task.name.clone())));
                }
            }
            Call::Kill { pid, .. } | Call::Waitpid { pid } => {
                names.tasks.extend(self.task_of_pid(*pid).map(|task| (*pid, task.name.clone())));
            }
            _ => {}
        }
        for fd in fds {
            if let Some(descriptor) = process.table.get(&fd) {
                let id = descriptor.end;
                names.ends.push(NamedEnd { fd, id, name: self.label(id) });
            }
        }
        names
    }

    fn new_burst(&self, id: TaskId, of: &Loop, names: &Names) -> Burst {
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
            end: names.end(of.fd()),
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
        }
    }
}

/// What a writing call sends, shared by all rounds of a loop; empty for a call that does not write.
fn content_of(call: &Call) -> Rc<[Payload]> {
    match call {
        Call::Write { data, .. } | Call::Send { data, .. } | Call::Sendmsg { data, .. } => Rc::new([data.clone()]),
        Call::Writev { data, .. } => data.clone().into(),
        _ => Rc::new([]),
    }
}
