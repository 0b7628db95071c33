//! Steps become records: tasks with their names, which of their descriptors are known, which calls matter.

mod told;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use crate::abi::Disposition;
use crate::abi::{Errno, Signal};
use crate::order::Call;
use crate::strace_log::answers::{LoggedResult, answer, outcome};
use crate::strace_log::calls::call;
use crate::strace_log::text::annotation;
use crate::trace::{Birth, Death, Fact, Known, Record, Role, Side, TableOrigin, TaskId};

use super::descriptors::{about, made, names_channel};
use super::fifos::Fifos;
use super::steps::{JoinedCall, LogStep, ReturnedData};

/// The tasks of a log.
#[derive(Debug, Default)]
pub struct LoggedTasks {
    by_pid: BTreeMap<i32, LoggedTask>,
    /// Calls under way whose child is there already; it may have ended, too, before its maker's call returned.
    has_borne: HashSet<u64>,
    /// Numbers of each table that the records tell of.
    told: HashMap<u32, HashSet<i32>>,
    next_table: u32,
    next_task: u32,
    next_child: u32,
    line: u32,
    acting: Option<TaskId>,
    hidden: u64,
    fifos: Fifos,
}

#[derive(Debug)]
struct LoggedTask {
    id: TaskId,
    process: i32,
    name: String,
    threads: u32,
    table: u32,
    dispositions: BTreeMap<i32, Disposition>,
    /// The recorded call that it is inside of.
    inside: Option<(u64, Call)>,
    /// A recorded call was interrupted, and nothing was recorded since.
    interrupted: Option<Call>,
    is_ending: bool,
    has_line: bool,
}

const CLONE_FILES: u64 = 0x400;
const CLONE_THREAD: u64 = 0x1_0000;

impl LoggedTasks {
    /// Calls that were not shown.
    pub fn hidden(&self) -> u64 {
        self.hidden
    }

    /// Whether there is such a task.
    pub fn knows(&self, pid: i32) -> bool {
        self.by_pid.contains_key(&pid)
    }

    /// Whether a child was made that has not a single line.
    pub fn has_silent_children(&self) -> bool {
        self.by_pid.values().any(|task| !task.has_line)
    }

    /// A task whose number becomes known.
    pub fn rename(&mut self, from: i32, to: i32) {
        if let Some(mut task) = self.by_pid.remove(&from) {
            task.process = to;
            self.by_pid.insert(to, task);
        }
    }

    /// One step of a task.
    pub fn step(
        &mut self,
        (pid, t_ns): (i32, u64),
        step: &LogStep,
        joined: &HashMap<u64, JoinedCall>,
        records: &mut Vec<Record>,
    ) {
        let mut out = RecordOutput { t_ns, records };
        if let Some(task) = self.by_pid.get_mut(&pid) {
            task.has_line = true;
        }
        match *step {
            LogStep::Born { by } => {
                self.has_borne.extend(by.map(|by| by.1));
                let flags = by.and_then(|(_, of)| joined.get(&of)).map(|of| call(&of.name, &of.parts().0));
                self.bear(pid, by.map(|by| by.0).zip(flags).as_ref(), &mut out);
            }
            LogStep::Entry(of) => {
                if let Some(joined) = joined.get(&of) {
                    self.enter(pid, of, joined, &mut out);
                }
            }
            LogStep::Return(of) => {
                if let Some(joined) = joined.get(&of) {
                    self.leave(pid, of, joined, &mut out);
                }
            }
            LogStep::Signal { signal, is_deadly } => self.signal(pid, signal, is_deadly, &mut out),
            LogStep::Stopped(signal) => self.record(pid, Fact::Stopped(signal), &mut out),
            LogStep::Exited(code) => self.end(pid, Death::Exited(code), &mut out),
            LogStep::Killed(signal) => self.end(pid, Death::Killed(signal), &mut out),
            LogStep::Superseded(by) => {
                self.record(pid, Fact::Died(Death::Exited(0)), &mut out);
                if let Some(task) = self.by_pid.remove(&by) {
                    self.by_pid.insert(pid, task);
                }
            }
        }
    }

    fn record(&mut self, pid: i32, fact: Fact, out: &mut RecordOutput<'_>) {
        let Some(task) = self.by_pid.get(&pid) else { return };
        if matches!(fact, Fact::Entered { .. }) && self.acting != Some(task.id) {
            self.acting = Some(task.id);
            self.line += 1;
        }
        out.records.push(Record { line: self.line, task: task.id, t_ns: out.t_ns, fact });
    }

    /// A task is there: the first of all, a child with what its maker's call shares, or one that was there before.
    fn bear(&mut self, pid: i32, by: Option<&(i32, Call)>, out: &mut RecordOutput<'_>) {
        if self.by_pid.contains_key(&pid) {
            return;
        }
        let flags = match by {
            Some((_, Call::Clone { flags, .. })) => *flags,
            _ => 0,
        };
        let maker = by.and_then(|(maker, _)| self.by_pid.get_mut(maker));
        let is_thread = flags & CLONE_THREAD != 0;
        let (mut name, mut table, mut origin, mut of) = (String::new(), None, TableOrigin::Unknown, None);
        let (mut process, mut dispositions) = (pid, BTreeMap::new());
        if let Some(maker) = maker {
            of = Some(maker.id);
            dispositions = maker.dispositions.clone();
            let shares = flags & CLONE_FILES != 0;
            table = Some((maker.table, shares));
            origin = if shares { TableOrigin::SharedWith(maker.id) } else { TableOrigin::CopyOf(maker.id) };
            if is_thread {
                process = maker.process;
                maker.threads += 1;
                name = format!("{}-t{}", maker.name, maker.threads + 1);
            }
        }
        if !is_thread {
            name = self.name_of_process();
        }
        let table = self.table_from(table);
        let id = TaskId(self.next_task);
        self.next_task += 1;
        let task = LoggedTask {
            id,
            process,
            name: name.clone(),
            threads: 0,
            table,
            dispositions,
            inside: None,
            interrupted: None,
            is_ending: false,
            has_line: false,
        };
        self.by_pid.insert(pid, task);
        let birth = Birth { name, pid: process, tid: pid, by: of, role: Role::Stranger, table: origin, program: None };
        self.record(pid, Fact::Born(Rc::new(birth)), out);
    }

    fn name_of_process(&mut self) -> String {
        if self.next_task == 0 {
            return "parent".to_owned();
        }
        self.next_child += 1;
        format!("child{}", self.next_child)
    }

    fn table_from(&mut self, of: Option<(u32, bool)>) -> u32 {
        if let Some((table, true)) = of {
            return table;
        }
        self.next_table += 1;
        let copy = of.and_then(|(table, _)| self.told.get(&table)).cloned().unwrap_or_default();
        self.told.insert(self.next_table, copy);
        self.next_table
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "only ends and kills take descriptors away at once")]
    fn enter(&mut self, pid: i32, of: u64, joined: &JoinedCall, out: &mut RecordOutput<'_>) {
        if joined.name == "restart_syscall" || joined.name == "rt_sigreturn" {
            return;
        }
        let (arguments, _) = joined.parts();
        let mut call = call(&joined.name, &arguments);
        if let Some(path) = self.fifos.make(&joined.name, &arguments) {
            self.record(pid, Fact::Fifo(path), out);
        }
        self.fifos.complete(&mut call, &arguments);
        if !self.matters(pid, &call, &arguments) {
            self.hidden += 1;
            return;
        }
        self.tell_descriptors(pid, &call, &arguments, out);
        let goes_on = self.by_pid.get_mut(&pid).and_then(|task| task.interrupted.take());
        if goes_on.as_ref() != Some(&call) {
            self.record(pid, Fact::Entered { call: Rc::new(call.clone()) }, out);
        }
        match call {
            Call::ExitGroup { code } => self.exit_process(pid, Death::Exited(code & 0xff), out),
            Call::Exit { code } => self.announce_end(pid, Death::Exited(code & 0xff), out),
            Call::Kill { pid: target, signal } if Signal(signal) == Signal::KILL && target > 0 => {
                self.exit_process(target, Death::Killed(Signal::KILL), out);
            }
            _ => {}
        }
        if let Some(task) = self.by_pid.get_mut(&pid) {
            task.inside = Some((of, call));
        }
    }

    /// exit_group(2) ends all threads: their descriptors go now.
    fn exit_process(&mut self, pid: i32, death: Death, out: &mut RecordOutput<'_>) {
        let Some(process) = self.by_pid.get(&pid).map(|task| task.process) else { return };
        let all: Vec<i32> = self.by_pid.iter().filter(|row| row.1.process == process).map(|row| *row.0).collect();
        for pid in all {
            self.announce_end(pid, death, out);
        }
    }

    fn announce_end(&mut self, pid: i32, death: Death, out: &mut RecordOutput<'_>) {
        let Some(task) = self.by_pid.get_mut(&pid) else { return };
        if !std::mem::replace(&mut task.is_ending, true) {
            self.record(pid, Fact::Exiting(death), out);
        }
    }

    fn end(&mut self, pid: i32, death: Death, out: &mut RecordOutput<'_>) {
        self.announce_end(pid, death, out);
        self.record(pid, Fact::Died(death), out);
        self.by_pid.remove(&pid);
    }

    fn signal(&mut self, pid: i32, signal: Signal, is_deadly: bool, out: &mut RecordOutput<'_>) {
        let Some(task) = self.by_pid.get(&pid) else { return };
        let disposition = task.dispositions.get(&signal.0);
        let is_shown = match disposition {
            Some(Disposition::Ignore) => false,
            Some(Disposition::Default) | None => is_deadly && signal == Signal::PIPE,
            Some(_) => true,
        };
        if signal == Signal::CONT {
            self.record(pid, Fact::Continued, out);
        } else if is_shown {
            self.record(pid, Fact::Signalled(signal), out);
        }
        if is_deadly {
            self.exit_process(pid, Death::Killed(signal), out);
        }
    }

    fn leave(&mut self, pid: i32, of: u64, joined: &JoinedCall, out: &mut RecordOutput<'_>) {
        let (arguments, behind) = joined.parts();
        let answer = answer(behind);
        let is_borne = self.has_borne.remove(&of);
        if let (false, LoggedResult::Value(child, _), true) = (is_borne, answer, joined.makes_task())
            && let Ok(child) = i32::try_from(child)
            && child > 0
        {
            self.bear(child, Some(&(pid, call(&joined.name, &arguments))), out);
        }
        self.follow_disposition(pid, joined, &arguments, answer);
        if joined.name == "rt_sigreturn" {
            return self.end_interruption(pid, answer, out);
        }
        let Some(task) = self.by_pid.get_mut(&pid) else { return };
        let interrupted = if joined.name == "restart_syscall" { task.interrupted.take() } else { None };
        let inside = task.inside.take().filter(|inside| inside.0 == of).map(|inside| inside.1);
        let Some(call) = inside.or(interrupted) else { return };
        match answer {
            LoggedResult::Value(value, tail) => {
                let name = if joined.name == "restart_syscall" { "" } else { joined.name.as_str() };
                let outcome = outcome(name, &arguments, value, tail);
                self.succeed(pid, &call, ReturnedData { value, outcome, tail, arguments: &arguments }, out);
            }
            LoggedResult::Failed(errno) => self.record(pid, Fact::Returned { ret: -1, errno, outcome: None }, out),
            LoggedResult::Interrupted => {
                self.record(pid, Fact::Interrupted, out);
                if let Some(task) = self.by_pid.get_mut(&pid) {
                    task.interrupted = Some(call);
                }
            }
            LoggedResult::Unknown => {}
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all others add numbers")]
    fn succeed(&mut self, pid: i32, call: &Call, brought: ReturnedData<'_>, out: &mut RecordOutput<'_>) {
        let ReturnedData { value, outcome, tail, arguments } = brought;
        let ret = i32::try_from(value).unwrap_or(i32::MAX);
        let made = made(call, ret, outcome.as_ref());
        let is_new = matches!(call, Call::Socket { .. } | Call::Accept { .. } | Call::Open { .. });
        self.record(pid, Fact::Returned { ret, errno: Errno::NONE, outcome: outcome.map(Box::new) }, out);
        let Some(task) = self.by_pid.get_mut(&pid) else { return };
        if matches!(call, Call::Exec { .. }) {
            task.dispositions.retain(|_, disposition| *disposition == Disposition::Ignore);
            let table = task.table;
            let own = self.table_from(Some((table, false)));
            if let Some(task) = self.by_pid.get_mut(&pid) {
                task.table = own;
            }
            return;
        }
        let table = task.table;
        let told = self.told.entry(table).or_default();
        match call {
            Call::Close { fd } => drop(told.remove(fd)),
            Call::CloseRange { first, last, flags } if flags & 4 == 0 => {
                told.retain(|fd| u32::try_from(*fd).is_ok_and(|fd| fd < *first || fd > *last));
            }
            _ => told.extend(made),
        }
        if matches!(call, Call::Pipe2 { .. } | Call::Socketpair { .. }) {
            self.tell_pair(pid, arguments, out);
        }
        if is_new && let Some(what) = annotation(tail).and_then(|text| self.fifos.thing(&text, Side::Both)) {
            let known = Known { fd: ret, what, cloexec: None, nonblock: None, outside: false };
            self.record(pid, Fact::Known(Box::new(known)), out);
        }
    }

    /// The handler is over: the interrupted call has failed, unless it begins again.
    fn end_interruption(&mut self, pid: i32, answer: LoggedResult<'_>, out: &mut RecordOutput<'_>) {
        let Some(task) = self.by_pid.get_mut(&pid) else { return };
        if answer != LoggedResult::Failed(Errno::EINTR) {
            return;
        }
        if task.interrupted.take().is_some() {
            self.record(pid, Fact::Returned { ret: -1, errno: Errno::EINTR, outcome: None }, out);
        }
    }

    fn follow_disposition(&mut self, pid: i32, joined: &JoinedCall, arguments: &[&str], answer: LoggedResult<'_>) {
        if let (Call::Signal { signal, disposition }, LoggedResult::Value(..)) = (call(&joined.name, arguments), answer)
            && let Some(task) = self.by_pid.get_mut(&pid)
        {
            task.dispositions.insert(signal, disposition);
        }
    }

    /// Whether a call is about a channel or a task.
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others are about descriptors")]
    fn matters(&self, pid: i32, call: &Call, arguments: &[&str]) -> bool {
        match call {
            Call::Signal { signal, .. } => [Signal::PIPE.0, Signal::CHLD.0].contains(signal),
            Call::Socket { domain, .. } => *domain == crate::abi::AF_UNIX,
            Call::Open { path, .. } => self.fifos.has(&path.shown) || self.is_own_descriptor(pid, &path.shown),
            Call::Eventfd { .. }
            | Call::Signalfd { .. }
            | Call::TimerfdCreate { .. }
            | Call::PidfdOpen { .. }
            | Call::EpollCreate { .. } => true,
            Call::Other { fd: None, .. } => false,
            _ => {
                let fds = about(call);
                if fds.is_empty() {
                    return !matches!(call, Call::Poll { .. } | Call::Select { .. });
                }
                let told = self.by_pid.get(&pid).and_then(|task| self.told.get(&task.table));
                let is_told = |fd: &i32| told.is_some_and(|told| told.contains(fd));
                fds.iter().any(is_told) || arguments.iter().any(|argument| names_channel(argument))
            }
        }
    }
}

/// Where the records of a step go.
struct RecordOutput<'a> {
    t_ns: u64,
    records: &'a mut Vec<Record>,
}
