//! Lines become steps, steps become records. A call that was cut is shown at its first half with the arguments of both, and a
//! child is born before its first line, so steps wait in a queue until the line that completes them has come.

mod annotations;
mod descriptors;
mod fifos;
mod steps;
mod tasks;

use std::collections::{HashMap, VecDeque};

use crate::trace::Record;

use super::line::{LineBody, LogLine, parse};
use annotations::Annotations;
use steps::{JoinedCall, LogStep};
use tasks::LoggedTasks;

/// Steps that wait for a line to come. Beyond that the oldest is taken as it is: its call has not returned.
const MOST_WAITING: usize = 200_000;

/// Why a log is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub String);

/// What a log lacks, or what was not understood of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The line.
    pub line: u64,
    /// What is the matter.
    pub text: String,
}

/// A log on its way to records.
#[derive(Debug, Default)]
pub struct Importer {
    queue: VecDeque<QueuedStep>,
    /// The number of the queue's first slot.
    first: u64,
    joined: HashMap<u64, JoinedCall>,
    next_call: u64,
    /// The call that each task is in the middle of.
    pending: HashMap<i32, u64>,
    /// A signal's line, which the task's next line shows to be deadly or not.
    signals: HashMap<i32, u64>,
    /// The slot of a birth whose parent is not known yet.
    births: HashMap<i32, u64>,
    /// Tasks that have had a line.
    seen: HashMap<i32, bool>,
    /// Who lines without a number are of.
    unnamed: Option<i32>,
    lines: u64,
    unknown_lines: u64,
    annotations: Annotations,
    tasks: LoggedTasks,
}

/// A step, and whether all of it is known.
#[derive(Debug)]
struct QueuedStep {
    pid: i32,
    t_ns: u64,
    step: LogStep,
    is_ready: bool,
}

/// Whose lines have no number, until one has.
const NOBODY: i32 = 0;

impl Importer {
    /// One more line, without its end; the records that are sure by now are added.
    pub fn line(&mut self, text: &[u8], records: &mut Vec<Record>) {
        self.lines += 1;
        let text = String::from_utf8_lossy(text);
        self.annotations.see(&text);
        let line = parse(&text);
        match line.body {
            LineBody::Remark => {}
            LineBody::Unknown => self.unknown_lines += 1,
            LineBody::Call { .. }
            | LineBody::Begun { .. }
            | LineBody::Resumed { .. }
            | LineBody::Ended
            | LineBody::Signal(_)
            | LineBody::Stopped(_)
            | LineBody::Exited(_)
            | LineBody::Killed(_)
            | LineBody::Superseded(_) => self.take(line),
        }
        self.drain(records, false);
    }

    /// The log is over: what waits is taken as it is.
    pub fn end(&mut self, records: &mut Vec<Record>) {
        self.drain(records, true);
    }

    /// Lines so far.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Lines that were not understood.
    pub fn unknown_lines(&self) -> u64 {
        self.unknown_lines
    }

    /// Calls that were not shown, because they are about no channel and no task.
    pub fn hidden_calls(&self) -> u64 {
        self.tasks.hidden()
    }

    /// What the log lacks, to be asked at its end.
    pub fn lacks(&self) -> Vec<&'static str> {
        let mut found = Vec::new();
        if self.annotations.lack_peers() {
            found.push("it was made without -yy: sockets and FIFOs that were connected by name are not followed");
        }
        if self.tasks.has_silent_children() {
            found.push("it was made without -f: there are children that it does not follow");
        }
        found
    }

    fn who(&mut self, pid: Option<i32>) -> i32 {
        match (pid, self.unnamed) {
            (Some(pid), _) => {
                // To a terminal strace prints numbers only while there are several tasks: the first that is nobody's child is
                // the one whose lines had none.
                if self.unnamed == Some(NOBODY) && !self.seen.contains_key(&pid) && !self.is_being_born(pid) {
                    self.tasks.rename(NOBODY, pid);
                    for map in [&mut self.pending, &mut self.signals] {
                        if let Some(value) = map.remove(&NOBODY) {
                            map.insert(pid, value);
                        }
                    }
                    self.queue.iter_mut().filter(|slot| slot.pid == NOBODY).for_each(|slot| slot.pid = pid);
                    self.seen.insert(pid, true);
                    self.unnamed = Some(pid);
                }
                pid
            }
            (None, Some(_)) => {
                let alive: Vec<i32> = self.seen.iter().filter(|row| *row.1).map(|row| *row.0).collect();
                if let [one] = alive.as_slice() { *one } else { self.unnamed.unwrap_or(NOBODY) }
            }
            (None, None) => {
                self.unnamed = Some(NOBODY);
                NOBODY
            }
        }
    }

    /// Whether some task is inside a call that makes one, or has just made this one.
    fn is_being_born(&self, pid: i32) -> bool {
        self.tasks.knows(pid) || self.joined.values().any(|joined| joined.makes(pid))
    }

    fn take(&mut self, line: LogLine<'_>) {
        let pid = self.who(line.pid);
        let t_ns = line.t_ns.unwrap_or(self.lines);
        self.decide_signal(pid, line.body);
        if self.seen.insert(pid, true).is_none() {
            self.first_line(pid, t_ns);
        }
        match line.body {
            LineBody::Call { name, rest } => {
                let call = self.add_call(name, rest, true);
                self.push(pid, t_ns, LogStep::Entry(call), true);
                self.returned(pid, t_ns, call);
            }
            LineBody::Begun { name, rest } => {
                let call = self.add_call(name, rest, false);
                self.pending.insert(pid, call);
                self.push(pid, t_ns, LogStep::Entry(call), false);
            }
            LineBody::Resumed { name, rest } => self.resume(pid, t_ns, (name, rest)),
            LineBody::Ended => self.give_up(pid),
            LineBody::Signal(text) => {
                let slot = self.push(pid, t_ns, LogStep::signal(text), false);
                self.signals.insert(pid, slot);
            }
            LineBody::Stopped(signal) => drop(self.push(pid, t_ns, LogStep::stopped(signal), true)),
            LineBody::Exited(code) => self.end_task(pid, t_ns, LogStep::exited(code)),
            LineBody::Killed(signal) => self.end_task(pid, t_ns, LogStep::killed(signal)),
            LineBody::Superseded(by) => {
                if let Some(call) = self.pending.remove(&by) {
                    self.pending.insert(pid, call);
                }
                self.seen.insert(by, false);
                self.push(pid, t_ns, LogStep::Superseded(by), true);
            }
            LineBody::Remark | LineBody::Unknown => {}
        }
    }

    fn end_task(&mut self, pid: i32, t_ns: u64, step: LogStep) {
        self.give_up(pid);
        self.seen.insert(pid, false);
        self.push(pid, t_ns, step, true);
    }

    fn push(&mut self, pid: i32, t_ns: u64, step: LogStep, is_ready: bool) -> u64 {
        self.queue.push_back(QueuedStep { pid, t_ns, step, is_ready });
        self.first + self.queue.len() as u64 - 1
    }

    fn add_call(&mut self, name: &str, text: &str, is_whole: bool) -> u64 {
        let call = self.next_call;
        self.next_call += 1;
        self.joined.insert(call, JoinedCall::new(name, text, is_whole));
        call
    }

    /// A task that had no line before: the first of all, or a child, whose parent the return of a clone will tell.
    fn first_line(&mut self, pid: i32, t_ns: u64) {
        if self.tasks.knows(pid) {
            return;
        }
        let may_be_child = self.pending.values().any(|call| self.joined.get(call).is_some_and(JoinedCall::makes_task));
        let slot = self.push(pid, t_ns, LogStep::Born { by: None }, !may_be_child);
        if may_be_child {
            self.births.insert(pid, slot);
        }
    }

    /// The second half of a call.
    fn resume(&mut self, pid: i32, t_ns: u64, (name, rest): (&str, &str)) {
        let Some(call) = self.pending.remove(&pid) else {
            // Its first half is not in the log: it had begun before strace came.
            let call = self.add_call(name, rest, true);
            self.push(pid, t_ns, LogStep::Entry(call), true);
            self.returned(pid, t_ns, call);
            return;
        };
        if let Some(joined) = self.joined.get_mut(&call) {
            joined.complete(rest);
        }
        self.make_ready(call);
        self.returned(pid, t_ns, call);
    }

    /// A call has returned: if it made a child whose lines have come already, that one's parent is known now.
    fn returned(&mut self, pid: i32, t_ns: u64, call: u64) {
        let child = self.joined.get(&call).and_then(JoinedCall::child);
        if let Some(slot) = child.and_then(|child| self.births.remove(&child)) {
            self.set_step(slot, LogStep::Born { by: Some((pid, call)) });
        }
        self.push(pid, t_ns, LogStep::Return(call), true);
    }

    /// The call that a task is in will not return.
    fn give_up(&mut self, pid: i32) {
        if let Some(call) = self.pending.remove(&pid) {
            self.make_ready(call);
        }
    }

    fn make_ready(&mut self, call: u64) {
        let is_entry = |slot: &&mut QueuedStep| matches!(slot.step, LogStep::Entry(of) if of == call);
        if let Some(slot) = self.queue.iter_mut().rev().find(is_entry) {
            slot.is_ready = true;
        }
    }

    fn set_step(&mut self, number: u64, step: LogStep) {
        let at = number.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        if let Some(slot) = at.and_then(|at| self.queue.get_mut(at)) {
            slot.step = step;
            slot.is_ready = true;
        }
    }

    /// The line before this one of a task was a signal's: whether it kills is known now.
    fn decide_signal(&mut self, pid: i32, next: LineBody<'_>) {
        let Some(number) = self.signals.remove(&pid) else { return };
        let at = number.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        if let Some(slot) = at.and_then(|at| self.queue.get_mut(at)) {
            slot.step.decide(next);
            slot.is_ready = true;
        }
    }

    /// Gives out what is ready, from the front.
    fn drain(&mut self, records: &mut Vec<Record>, takes_all: bool) {
        while let Some(slot) = self.queue.front() {
            if !slot.is_ready && !takes_all && self.queue.len() < MOST_WAITING {
                return;
            }
            let Some(slot) = self.queue.pop_front() else { return };
            self.first += 1;
            self.tasks.step((slot.pid, slot.t_ns), &slot.step, &self.joined, records);
            if let LogStep::Return(call) = slot.step {
                self.joined.remove(&call);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::abi::Errno;
    use crate::order::{Call, Extra};
    use crate::trace::{Death, Fact, Side, Thing};

    use super::*;

    fn facts(log: &str) -> Vec<(u32, Fact)> {
        let (mut importer, mut records) = (Importer::default(), Vec::new());
        for line in log.lines() {
            importer.line(line.trim().as_bytes(), &mut records);
        }
        importer.end(&mut records);
        assert_eq!(importer.unknown_lines(), 0);
        records.into_iter().map(|record| (record.task.0, record.fact)).collect()
    }

    fn place(facts: &[(u32, Fact)], wanted: impl Fn(u32, &Fact) -> bool) -> usize {
        facts.iter().position(|(task, fact)| wanted(*task, fact)).unwrap_or_else(|| panic!("is missing in {facts:#?}"))
    }

    #[test]
    fn a_child_is_born_before_its_first_line_and_a_cut_call_has_the_arguments_of_both_halves() {
        let facts = facts(
            r#"7 1795904004.000001 socketpair(AF_UNIX, SOCK_STREAM, 0, [3<UNIX-STREAM:[1->2]>, 4<UNIX-STREAM:[2->1]>]) = 0
            7 1795904004.000002 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD <unfinished ...>
            8 1795904004.000003 read(3<UNIX-STREAM:[1->2]>,  <unfinished ...>
            7 1795904004.000004 <... clone resumed>, child_tidptr=0x7f) = 8
            7 1795904004.000005 write(4<UNIX-STREAM:[2->1]>, "hi", 2) = 2
            8 1795904004.000006 <... read resumed>"hi", 10) = 2
            8 1795904004.000007 exit_group(3)   = ?
            8 1795904004.000008 +++ exited with 3 +++
            7 1795904004.000009 +++ killed by SIGKILL +++"#,
        );
        let born = place(&facts, |task, fact| task == 1 && matches!(fact, Fact::Born(birth) if birth.name == "child1"));
        let forked = place(&facts, |task, fact| task == 0 && matches!(fact, Fact::Returned { ret: 8, .. }));
        let reads = place(
            &facts,
            |_, fact| matches!(fact, Fact::Entered { call } if **call == Call::Read { fd: 3, count: 10 }),
        );
        let wrote = place(&facts, |_, fact| matches!(fact, Fact::Entered { call } if call.name() == "write"));
        let read = place(
            &facts,
            |_, fact| matches!(fact, Fact::Returned { ret: 2, outcome: Some(outcome), .. } if outcome.data == b"hi"),
        );
        let exits = place(&facts, |task, fact| task == 1 && *fact == Fact::Exiting(Death::Exited(3)));
        assert!(born < reads && born < forked && reads < wrote && wrote < read && read < exits, "{facts:#?}");
        let pair = place(
            &facts,
            |_, fact| matches!(fact, Fact::Returned { outcome: Some(outcome), .. } if outcome.extra == Extra::Array([3, 4])),
        );
        assert!(pair < born);
    }

    #[test]
    fn a_child_that_ends_before_its_makers_call_returns_is_born_once() {
        let facts = facts(
            r"7 1795904004.000001 pipe2([3<pipe:[1]>, 4<pipe:[1]>], 0) = 0
            7 1795904004.000002 vfork( <unfinished ...>
            8 1795904004.000003 exit_group(5)   = ?
            8 1795904004.000004 +++ exited with 5 +++
            7 1795904004.000005 <... vfork resumed>) = 8
            7 1795904004.000006 wait4(8, NULL, 0, NULL) = 8",
        );
        let births = facts.iter().filter(|(_, fact)| matches!(fact, Fact::Born(_))).count();
        assert_eq!(births, 2, "{facts:#?}");
    }

    #[test]
    fn an_inherited_pipe_is_told_when_it_is_used_and_a_file_is_hidden() {
        let facts = facts(
            r#"7 read(0<pipe:[45]>, "x", 4096) = 1
            7 openat(AT_FDCWD</tmp>, "/etc/passwd", O_RDONLY) = 3</etc/passwd>
            7 read(3</etc/passwd>, "root", 4096) = 4"#,
        );
        let known = facts.iter().find_map(|(_, fact)| {
            let Fact::Known(known) = fact else { return None };
            Some((known.fd, known.what.clone(), known.outside))
        });
        assert_eq!(known, Some((0, Thing::Pipe { inode: 45, side: Side::Reads }, true)));
        let entered = facts.iter().filter(|(_, fact)| matches!(fact, Fact::Entered { .. })).count();
        assert_eq!(entered, 1, "{facts:#?}");
    }

    #[test]
    fn an_interrupted_call_begins_again_or_fails_with_eintr() {
        let head = r"7 pipe2([3<pipe:[1]>, 4<pipe:[1]>], 0) = 0
            7 read(3<pipe:[1]>, 0x7ffd, 4) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
            7 --- SIGUSR1 {si_signo=SIGUSR1, si_code=SI_USER} ---";
        let fails = facts(&format!("{head}\n7 rt_sigreturn({{mask=[]}}) = -1 EINTR (Interrupted system call)"));
        place(&fails, |_, fact| matches!(fact, Fact::Interrupted));
        place(&fails, |_, fact| matches!(fact, Fact::Returned { errno: Errno::EINTR, .. }));
        let again = facts(&format!("{head}\n7 rt_sigreturn({{mask=[]}}) = 0\n7 read(3<pipe:[1]>, \"abcd\", 4) = 4"));
        let entries = again.iter().filter(|(_, fact)| matches!(fact, Fact::Entered { call } if call.name() == "read"));
        assert_eq!(entries.count(), 1, "{again:#?}");
    }

    #[test]
    fn lines_without_a_number_are_of_the_one_who_has_none() {
        let facts = facts(
            r#"pipe2([3, 4], 0) = 0
            clone(child_stack=NULL, flags=SIGCHLD) = 9
            [pid 9] write(4, "x", 1) = 1
            [pid 8] read(3, "x", 1) = 1
            [pid 9] exit_group(0) = ?
            [pid 9] +++ exited with 0 +++
            close(3) = 0"#,
        );
        let births = facts.iter().filter(|(_, fact)| matches!(fact, Fact::Born(_))).count();
        assert_eq!(births, 2, "{facts:#?}");
        let closes = place(&facts, |_, fact| matches!(fact, Fact::Entered { call } if call.name() == "close"));
        assert_eq!(facts[closes].0, 0);
    }
}
