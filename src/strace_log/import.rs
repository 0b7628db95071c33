//! Lines become steps, steps become records. A call that was cut is shown at its first half with the arguments of both, and a
//! child is born before its first line, so steps wait in a queue until the line that completes them has come.

mod steps;
mod tasks;

use std::collections::{HashMap, VecDeque};

use crate::trace::Record;

use super::line::{Body, Line, parse};
use steps::{Joined, Step};
use tasks::Tasks;

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
    queue: VecDeque<Slot>,
    /// The number of the queue's first slot.
    first: u64,
    joined: HashMap<u64, Joined>,
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
    has_annotations: bool,
    tasks: Tasks,
}

/// A step, and whether all of it is known.
#[derive(Debug)]
struct Slot {
    pid: i32,
    t_ns: u64,
    step: Step,
    is_ready: bool,
}

/// Whose lines have no number, until one has.
const NOBODY: i32 = 0;

impl Importer {
    /// One more line, without its end; the records that are sure by now are added.
    pub fn line(&mut self, text: &[u8], records: &mut Vec<Record>) {
        self.lines += 1;
        let text = String::from_utf8_lossy(text);
        self.has_annotations |= text.contains("<pipe:[") || text.contains("<UNIX") || text.contains("</");
        let line = parse(&text);
        match line.body {
            Body::Remark => {}
            Body::Unknown => self.unknown_lines += 1,
            Body::Call { .. }
            | Body::Begun { .. }
            | Body::Resumed { .. }
            | Body::Ended
            | Body::Signal(_)
            | Body::Stopped(_)
            | Body::Exited(_)
            | Body::Killed(_)
            | Body::Superseded(_) => self.take(line),
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
        if !self.has_annotations {
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

    fn take(&mut self, line: Line<'_>) {
        let pid = self.who(line.pid);
        let t_ns = line.t_ns.unwrap_or(self.lines);
        self.decide_signal(pid, line.body);
        if self.seen.insert(pid, true).is_none() {
            self.first_line(pid, t_ns);
        }
        match line.body {
            Body::Call { name, rest } => {
                let call = self.add_call(name, rest, true);
                self.push(pid, t_ns, Step::Entry(call), true);
                self.returned(pid, t_ns, call);
            }
            Body::Begun { name, rest } => {
                let call = self.add_call(name, rest, false);
                self.pending.insert(pid, call);
                self.push(pid, t_ns, Step::Entry(call), false);
            }
            Body::Resumed { name, rest } => self.resume(pid, t_ns, (name, rest)),
            Body::Ended => self.give_up(pid),
            Body::Signal(text) => {
                let slot = self.push(pid, t_ns, Step::signal(text), false);
                self.signals.insert(pid, slot);
            }
            Body::Stopped(signal) => drop(self.push(pid, t_ns, Step::stopped(signal), true)),
            Body::Exited(code) => self.end_task(pid, t_ns, Step::exited(code)),
            Body::Killed(signal) => self.end_task(pid, t_ns, Step::killed(signal)),
            Body::Superseded(by) => {
                if let Some(call) = self.pending.remove(&by) {
                    self.pending.insert(pid, call);
                }
                self.seen.insert(by, false);
                self.push(pid, t_ns, Step::Superseded(by), true);
            }
            Body::Remark | Body::Unknown => {}
        }
    }

    fn end_task(&mut self, pid: i32, t_ns: u64, step: Step) {
        self.give_up(pid);
        self.seen.insert(pid, false);
        self.push(pid, t_ns, step, true);
    }

    fn push(&mut self, pid: i32, t_ns: u64, step: Step, is_ready: bool) -> u64 {
        self.queue.push_back(Slot { pid, t_ns, step, is_ready });
        self.first + self.queue.len() as u64 - 1
    }

    fn add_call(&mut self, name: &str, text: &str, is_whole: bool) -> u64 {
        let call = self.next_call;
        self.next_call += 1;
        self.joined.insert(call, Joined::new(name, text, is_whole));
        call
    }

    /// A task that had no line before: the first of all, or a child, whose parent the return of a clone will tell.
    fn first_line(&mut self, pid: i32, t_ns: u64) {
        if self.tasks.knows(pid) {
            return;
        }
        let may_be_child = self.pending.values().any(|call| self.joined.get(call).is_some_and(Joined::makes_task));
        let slot = self.push(pid, t_ns, Step::Born { by: None }, !may_be_child);
        if may_be_child {
            self.births.insert(pid, slot);
        }
    }

    /// The second half of a call.
    fn resume(&mut self, pid: i32, t_ns: u64, (name, rest): (&str, &str)) {
        let Some(call) = self.pending.remove(&pid) else {
            // Its first half is not in the log: it had begun before strace came.
            let call = self.add_call(name, rest, true);
            self.push(pid, t_ns, Step::Entry(call), true);
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
        let child = self.joined.get(&call).and_then(Joined::child);
        if let Some(slot) = child.and_then(|child| self.births.remove(&child)) {
            self.set_step(slot, Step::Born { by: Some((pid, call)) });
        }
        self.push(pid, t_ns, Step::Return(call), true);
    }

    /// The call that a task is in will not return.
    fn give_up(&mut self, pid: i32) {
        if let Some(call) = self.pending.remove(&pid) {
            self.make_ready(call);
        }
    }

    fn make_ready(&mut self, call: u64) {
        let is_entry = |slot: &&mut Slot| matches!(slot.step, Step::Entry(of) if of == call);
        if let Some(slot) = self.queue.iter_mut().rev().find(is_entry) {
            slot.is_ready = true;
        }
    }

    fn set_step(&mut self, number: u64, step: Step) {
        let at = number.checked_sub(self.first).and_then(|at| usize::try_from(at).ok());
        if let Some(slot) = at.and_then(|at| self.queue.get_mut(at)) {
            slot.step = step;
            slot.is_ready = true;
        }
    }

    /// The line before this one of a task was a signal's: whether it kills is known now.
    fn decide_signal(&mut self, pid: i32, next: Body<'_>) {
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
            if let Step::Return(call) = slot.step {
                self.joined.remove(&call);
            }
        }
    }
}
