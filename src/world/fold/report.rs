//! How a call, a sleep, a loop and an interrupted call are shown: the events that the fold gives out.

use crate::abi::Errno;
use crate::order::{Extra, Outcome};
use crate::trace::{Brought, Burst, CallEvent, CallState, NamedEnd, TaskId, What};

use super::super::BURST_KEEP;
use super::super::World;
use super::super::task::{Ongoing, Task};
use super::Back;

impl World {
    /// A call has returned: shown at once; one of a loop's is counted, and shown if it was shown asleep.
    pub(super) fn returned_event(&mut self, id: TaskId, line: u32, back: Back, eof: Option<bool>) -> Option<What> {
        let keep_all = self.keep_every_call;
        let task = self.tasks.get_mut(&id)?;
        let slept = task.ongoing.as_ref()?.slept && !task.is_reader();
        if count_in_burst(task, &back, eof, keep_all) && !slept {
            return None;
        }
        let received = self.received_names(id, back.extra());
        let reaped = self.reaped_name(id, &back);
        let call = self.tasks.get(&id)?.current_call()?;
        let brought = self.brought_by(id, call, &back);
        let told = self.told_names(id, call, &back);
        let sent = if let Some(Brought::Signals(all)) = &brought { all.as_slice() } else { &[] };
        let sender = |one: &(i32, i32)| self.task_of_pid(one.1).map(|task| (one.1, task.name.clone()));
        let senders: Vec<(i32, String)> = sent.iter().filter_map(sender).collect();
        let task = self.tasks.get_mut(&id)?;
        let ongoing = task.ongoing.as_ref()?;
        let mut names = ongoing.names.clone();
        names.ends.extend(received);
        names.ends.extend(told);
        names.tasks.extend(reaped);
        names.tasks.extend(senders);
        names.brought = brought;
        let since = (slept && ongoing.line != line).then_some(ongoing.line);
        let mut event = call_event(task, ongoing, if slept { CallState::Resumed } else { CallState::Returned });
        event.names = names;
        event.since = since;
        event.ret = Some(back.ret);
        event.errno = back.errno;
        event.t_ns = back.t_ns;
        event.outcome = back.outcome.map_or_else(Outcome::default, |outcome| *outcome);
        event.eof = eof;
        if let Some(ongoing) = task.ongoing.as_mut() {
            ongoing.slept = false;
        }
        Some(What::Call(Box::new(event)))
    }

    /// The call that a task is now known to be asleep in.
    pub(in crate::world) fn asleep_event(&self, id: TaskId) -> Option<What> {
        let task = self.tasks.get(&id)?;
        let ongoing = task.ongoing.as_ref()?;
        Some(What::Call(Box::new(call_event(task, ongoing, CallState::Asleep))))
    }

    /// Death took the task in the middle of something: the call, or what was recorded of a loop.
    pub(super) fn unfinished_events(&mut self, id: TaskId, line: u32) -> Vec<What> {
        let Some(task) = self.tasks.get(&id) else { return Vec::new() };
        if task.burst().is_some() {
            return self.burst_events(id, line, true);
        }
        let Some(ongoing) = task.ongoing.as_ref().filter(|ongoing| ongoing.inside) else { return Vec::new() };
        let mut event = call_event(task, ongoing, CallState::Unfinished);
        event.since = (ongoing.slept && ongoing.line != line).then_some(ongoing.line);
        vec![What::Call(Box::new(event))]
    }

    /// A loop is over: the call that it was asleep in, if it never returned, and its calls together.
    pub(super) fn burst_events(&mut self, id: TaskId, line: u32, unfinished: bool) -> Vec<What> {
        let Some(task) = self.tasks.get_mut(&id) else { return Vec::new() };
        let Some(order) = task.order.as_mut() else { return Vec::new() };
        let Some(mut burst) = order.burst.take() else { return Vec::new() };
        let began = order.ordered.line;
        let task = &*task;
        let since = (began != line).then_some(began);
        burst.since = since;
        let asleep = task.ongoing.as_ref().filter(|ongoing| ongoing.slept && ongoing.inside);
        // A write that dies of SIGPIPE has returned.
        let unfinished = unfinished && burst.errno == Errno::NONE;
        burst.unfinished = unfinished;
        let mut shown = Vec::new();
        if let Some(asleep) = asleep.filter(|_| unfinished) {
            let mut event = call_event(task, asleep, CallState::Unfinished);
            event.since = since;
            shown.push(What::Call(Box::new(event)));
        }
        shown.push(What::Burst(burst));
        shown
    }

    /// Calls of the loops that go on, where each is kept and there are many by now: they are given out, so that a loop of millions
    /// takes no more memory than one of thousands. The first ones stay, which the loop's expectations are about.
    pub fn take_kept(&mut self) -> Vec<(TaskId, CallEvent)> {
        let mut taken = Vec::new();
        let keeps = self.keep_every_call;
        let has_many = |task: &Task| {
            let burst = task.order.as_ref().and_then(|order| order.burst.as_ref());
            burst.is_some_and(|burst| burst.first_calls.len() >= KEPT_AT_ONCE)
        };
        for task in self.tasks.values_mut_where(|task| keeps && has_many(task)) {
            let id = task.id;
            let Some(burst) = task.order.as_mut().and_then(|order| order.burst.as_mut()) else { continue };
            if burst.given_out == 0 {
                taken.extend(burst.first_calls[..BURST_KEEP].iter().map(|call| (id, call.clone())));
            }
            let before = taken.len();
            taken.extend(burst.first_calls.drain(BURST_KEEP..).map(|call| (id, call)));
            burst.given_out += if burst.given_out == 0 { BURST_KEEP } else { 0 } + (taken.len() - before);
        }
        taken
    }

    /// Names of the descriptors that came with a message, or that the call made.
    fn received_names(&self, id: TaskId, extra: &Extra) -> Vec<NamedEnd> {
        let Extra::Message { fds, .. } = extra else { return Vec::new() };
        let named = |fd: &i32| {
            let entry = self.descriptor(id, *fd)?;
            Some(NamedEnd { fd: *fd, id: entry.end, name: self.label_of(&entry) })
        };
        fds.iter().filter_map(named).collect()
    }

    /// Names of the processes that a call brought word of.
    fn reaped_name(&self, id: TaskId, back: &Back) -> Vec<(i32, String)> {
        let ongoing = self.tasks.get(&id).and_then(|task| task.ongoing.as_ref());
        let pid = match (ongoing.map(Ongoing::call), back.extra()) {
            (Some(call), _) if call.returns_task() && back.ret > 0 => back.ret,
            (_, Extra::Peer(creds) | Extra::Message { creds: Some(creds), .. }) => creds.pid,
            _ => return Vec::new(),
        };
        self.task_of_pid(pid).map(|task| (pid, task.name.clone())).into_iter().collect()
    }
}

/// Calls of one loop that are kept before they are given out.
const KEPT_AT_ONCE: usize = 4096;
const _: () = assert!(BURST_KEEP < KEPT_AT_ONCE, "the first ones stay");

impl Burst {
    /// The calls that are kept and were not given out.
    pub fn not_given_out(&self) -> &[CallEvent] {
        let told = if self.given_out > 0 { BURST_KEEP } else { 0 };
        self.first_calls.get(told..).unwrap_or_default()
    }
}

/// Counts one call of a loop, and keeps it while there are few. False where the task is in no loop.
fn count_in_burst(task: &mut Task, back: &Back, eof: Option<bool>, keep_all: bool) -> bool {
    let (Some(ongoing), Some(burst)) = (task.ongoing.as_ref(), task.burst()) else { return false };
    let keep = keep_all || burst.first_calls.len() < BURST_KEEP;
    let moves = burst.call == "recv" || burst.call == ongoing.call().name();
    let kept = keep.then(|| {
        let mut event = call_event(task, ongoing, CallState::Returned);
        event.ret = Some(back.ret);
        event.errno = back.errno;
        event.t_ns = back.t_ns;
        event.outcome = back.outcome.as_deref().cloned().unwrap_or_default();
        event.eof = eof;
        event
    });
    let Some(burst) = task.order.as_mut().and_then(|order| order.burst.as_mut()) else { return false };
    count(burst, back, eof, moves);
    match kept {
        Some(event) => burst.first_calls.push(event),
        None => burst.not_kept += 1,
    }
    true
}

fn count(burst: &mut Burst, back: &Back, eof: Option<bool>, moves: bool) {
    if burst.calls == 0 {
        burst.first_ns = back.t_ns;
    }
    burst.last_ns = back.t_ns;
    burst.calls += 1;
    burst.recorded += 1;
    if back.ret < 0 {
        burst.errors += 1;
        burst.errno = back.errno;
    } else if moves {
        burst.bytes += u64::try_from(back.ret).unwrap_or(0);
    }
    burst.eof |= eof == Some(true);
}

fn call_event(task: &Task, ongoing: &Ongoing, state: CallState) -> CallEvent {
    CallEvent {
        task: task.name.clone(),
        pid: task.pid,
        tid: task.tid,
        call: ongoing.call().clone(),
        names: ongoing.names.clone(),
        state,
        since: None,
        ret: None,
        errno: Errno::NONE,
        t_ns: ongoing.entered_ns,
        outcome: Outcome::default(),
        eof: None,
    }
}
