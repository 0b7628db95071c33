//! How each thing that an explanation foretells is tried: a statement of a task that can make it, and what came of that.

use tincans::abi::{Errno, Signal, TaskState};
use tincans::kind::Kind;
use tincans::trace::{
    CallEvent, CallOutcome, CallState, Death, Deed, Event, Foretold, ReadOutcome, TaskId, What, WokenWith,
};
use tincans::world::channel::End;
use tincans::world::kind::EndId;
use tincans::world::object::Inside;
use tincans::world::task::Task;

use super::Run;

/// Room for everything that a program writes.
const ROOM: u64 = 16 * 1024 * 1024;
/// Reads at one end until what waits there is taken.
const MOST_READS: usize = 400;

/// Whether it came out so; none where nobody could try it.
type Tried = Result<Option<Result<(), String>>, String>;

impl Run {
    /// Tries what was foretold.
    pub(super) fn judge(&mut self, rule: &str, text: &str, foretold: &Foretold) -> Result<(), String> {
        let result = self.try_out(foretold)?;
        let met = self.rules.entry(rule.to_owned()).or_default();
        met.tried += u64::from(result.is_some());
        let Some(Err(got)) = result else { return Ok(()) };
        met.wrong += 1;
        Err(format!("wrong: {rule} says \"{text}\", which foretells {foretold:?}: {got}"))
    }

    fn try_out(&mut self, foretold: &Foretold) -> Tried {
        match foretold {
            Foretold::Reads { end, outcomes } => self.reads(*end, outcomes),
            Foretold::WriteFails { end, errno } => {
                let is_it = |got: Errno| got != Errno::EAGAIN && errno.is_none_or(|errno| got == errno);
                self.judge_write(*end, 1, |call| call.ret == Some(-1) && is_it(call.errno))
            }
            Foretold::WriteWorks { end } => {
                self.judge_write(*end, 1, |call| call.ret == Some(1) || call.errno == Errno::EAGAIN)
            }
            Foretold::WriteFits { end, bytes } => {
                self.judge_write(*end, *bytes, |call| call.ret == i32::try_from(*bytes).ok())
            }
            Foretold::WriteSleeps { end, bytes } => self.judge_write(*end, *bytes, |call| {
                let is_full = call.ret.is_some_and(|ret| ret >= 0) || call.errno == Errno::EAGAIN;
                is_full && call.ret != i32::try_from(*bytes).ok()
            }),
            Foretold::ReadMakesRoom { read_at, write_at } => self.room_after_read(*read_at, *write_at),
            Foretold::Accept { at, outcome } => {
                let name = self.session.world().free_name("zz");
                self.by_holder(*at, |label| format!("accept {label} {name}"), *outcome)
            }
            Foretold::Connect { to, outcome } => self.connect(*to, *outcome),
            Foretold::Wait { by, child, outcome } => self.wait(*by, *child, *outcome),
            Foretold::Epoll { epoll, tells } => self.wait_for_epoll(*epoll, *tells),
            Foretold::Object { object, outcome } => self.by_holder(*object, |label| format!("read {label}"), *outcome),
            Foretold::Wakes { by, tasks, with } => self.wakes(by, tasks, with),
            Foretold::SleepsOn { despite, task } => {
                let done = self.deed(despite, &[*task])?;
                let sleeps = self.is_asleep(*task);
                Ok(done.map(|_| if sleeps { Ok(()) } else { Err("it woke".to_owned()) }))
            }
            Foretold::Delivered { task, signal } => self.delivered(*task, *signal),
        }
    }

    fn is_asleep(&self, task: TaskId) -> bool {
        self.session.world().task(task).is_some_and(|task| task.state == TaskState::Asleep)
    }

    fn name_of(&self, task: TaskId) -> String {
        self.session.world().task(task).map(|task| task.name.clone()).unwrap_or_default()
    }

    /// Bytes of a sleeper's write that are in, or were read.
    fn gone(&self, task: TaskId) -> Option<u64> {
        let task = self.session.world().task(task)?;
        let write = self.session.world().write_of(task.id, task.ongoing.as_ref()?)?;
        Some(write.gone + write.inside)
    }

    fn wakes(&mut self, by: &Deed, tasks: &[TaskId], with: &[WokenWith]) -> Tried {
        let before: Vec<_> = tasks.iter().map(|task| self.gone(*task)).collect();
        let Some(events) = self.deed(by, tasks)? else { return Ok(None) };
        let went_on = |(task, before): (&TaskId, &Option<u64>)| !self.is_asleep(*task) || self.gone(*task) > *before;
        if !tasks.iter().zip(&before).any(went_on) {
            return Ok(Some(Err("it sleeps on".to_owned())));
        }
        if with.is_empty() {
            return Ok(Some(Ok(())));
        }
        let returned = |task: &TaskId| call_of(&events, &self.name_of(*task), |call| call.ret.is_some());
        let calls: Vec<CallEvent> = tasks.iter().filter_map(returned).collect();
        let is_so = |call: &CallEvent| with.iter().any(|with| came_with(call, *with));
        let all: Vec<String> = calls.iter().map(came).collect();
        Ok(Some(if calls.iter().any(is_so) { Ok(()) } else { Err(format!("it came back with {all:?}")) }))
    }

    /// Does it; its events. None where nobody can.
    fn deed(&mut self, deed: &Deed, tasks: &[TaskId]) -> Result<Option<Vec<Event>>, String> {
        match deed {
            Deed::Write { end, bytes, times } => self.write_for(*end, (*bytes, *times)),
            Deed::TakeAll { end } => {
                let Some((by, fd, label)) = self.holder(*end) else { return Ok(None) };
                self.make_nonblocking(*end, (&by, fd))?;
                self.perform(&format!("{by}: drain {label}@{fd} dontwait")).map(Some)
            }
            Deed::CloseAll { end } => self.close_for(*end, None),
            Deed::CloseOfOthers { end, but } => self.close_for(*end, Some(*but)),
            Deed::Deaths(children) => {
                let mut events = Vec::new();
                for child in children {
                    events.extend(self.perform(&format!("kill {} SIGKILL", self.name_of(*child)))?);
                }
                Ok(Some(events))
            }
            Deed::Reach { end } => self.reach(*end).map(|reached| reached.map(|reached| reached.0)),
            Deed::Accept { end } => {
                let name = self.session.world().free_name("zz");
                let Some((by, fd, label)) = self.holder(*end) else { return Ok(None) };
                self.perform(&format!("{by}: accept {label}@{fd} {name}")).map(Some)
            }
            Deed::Open { at, writes } => {
                let name = self.session.world().free_name("zz");
                let Some(by) = self.idle() else { return Ok(None) };
                let events = self.perform(&format!("{by}: open {at} {} {name}", if *writes { "wr" } else { "rd" }))?;
                // A task that has no number left opens nothing.
                let fails = call_of(&events, &by, |call| call.ret.is_some_and(|ret| ret < 0)).is_some();
                Ok((!fails).then_some(events))
            }
            Deed::OpenAndWrite { at, bytes } => {
                let name = self.session.world().free_name("zz");
                let Some(by) = self.idle() else { return Ok(None) };
                let opened = self.perform(&format!("{by}: open {at} wr {name}"))?;
                if call_of(&opened, &by, |call| call.ret.is_some_and(|ret| ret >= 0)).is_none() {
                    return Ok(None);
                }
                self.perform(&format!("{by}: write {name} {bytes}*w")).map(Some)
            }
            Deed::Feed { object } => self.feed(*object, tasks),
            Deed::Take { object } => {
                let Some((by, fd, label)) = self.holder(*object) else { return Ok(None) };
                self.perform(&format!("{by}: read {label}@{fd}")).map(Some)
            }
            Deed::Interrupt => match tasks.first() {
                Some(task) => self.perform(&format!("interrupt {}", self.name_of(*task))).map(Some),
                None => Ok(None),
            },
        }
    }

    fn write_for(&mut self, end: EndId, (bytes, times): (u64, u32)) -> Result<Option<Vec<Event>>, String> {
        let mut all = Vec::new();
        for _ in 0..times {
            let Some((call, events)) = self.writes(end, bytes)? else { return Ok(None) };
            if call.ret != i32::try_from(bytes).ok() {
                return Ok(None);
            }
            all.extend(events);
        }
        Ok(Some(all))
    }

    /// Closes all descriptors of an end, or all but those of one task's process.
    fn close_for(&mut self, end: EndId, but: Option<TaskId>) -> Result<Option<Vec<Event>>, String> {
        let world = self.session.world();
        let Some(label) = world.end(end).filter(|end| end.name.is_some()).map(End::label) else { return Ok(None) };
        let keeper = but.and_then(|but| world.task(but)).map(|task| task.process);
        let holders: Vec<(&Task, i32)> =
            world.holders(end).into_iter().filter(|(task, _)| Some(task.process) != keeper).collect();
        let is_idle = |(task, _): &(&Task, i32)| task.state == TaskState::Idle;
        if !holders.iter().all(is_idle) || world.is_opened_for_both(end) || world.is_locked(end) {
            return Ok(None);
        }
        let closes: Vec<String> =
            holders.iter().map(|(holder, fd)| format!("{}: close {label}@{fd}", holder.name)).collect();
        let mut events = Vec::new();
        for close in &closes {
            events.extend(self.perform(close)?);
        }
        let is_open = self.session.world().end(end).is_some_and(|end| !end.closed);
        Ok((!is_open || but.is_some()).then_some(events))
    }

    /// A new socket of the same kind, and a message or a connection from it; with how that came out.
    fn reach(&mut self, end: EndId) -> Result<Option<(Vec<Event>, CallEvent)>, String> {
        let world = self.session.world();
        let (Some(by), Some(at)) = (self.idle(), world.end(end)) else { return Ok(None) };
        let (name, kind, address) = (world.free_name("zz"), at.kind, at.address.clone().unwrap_or_default());
        let made = self.perform(&format!("{by}: socket {} {name}", type_of(kind)))?;
        if call_of(&made, &by, |call| call.ret.is_some_and(|ret| ret >= 0)).is_none() {
            return Ok(None);
        }
        let events = self.perform(&if kind == Kind::Dgram {
            format!("{by}: send {name} x to={address} dontwait")
        } else {
            format!("{by}: connect {name} {address}")
        })?;
        let call = call_of(&events, &by, |_| true);
        Ok(call.map(|call| (events, call)))
    }

    fn connect(&mut self, to: EndId, outcome: CallOutcome) -> Tried {
        let Some((_, call)) = self.reach(to)? else { return Ok(None) };
        self.wake_again(&call)?;
        Ok(Some(compare(&call, outcome)))
    }

    fn feed(&mut self, object: EndId, tasks: &[TaskId]) -> Result<Option<Vec<Event>>, String> {
        let world = self.session.world();
        let signals = match world.object(object).map(|object| &object.inside) {
            Some(Inside::Signals(signals)) => Some(signals.first().copied().unwrap_or(0)),
            Some(_) => None,
            None => return Ok(None),
        };
        if let Some(signal) = signals {
            let Some(task) = tasks.first() else { return Ok(None) };
            return self.perform(&format!("kill {} {}", self.name_of(*task), Signal(signal).name())).map(Some);
        }
        let Some((by, fd, label)) = self.holder(object) else { return Ok(None) };
        self.perform(&format!("{by}: write {label}@{fd} 1")).map(Some)
    }

    /// A statement of an idle holder's.
    fn by_holder(&mut self, id: EndId, statement: impl Fn(&str) -> String, outcome: CallOutcome) -> Tried {
        let Some((by, fd, label)) = self.holder(id) else { return Ok(None) };
        let events = self.perform(&format!("{by}: {}", statement(&format!("{label}@{fd}"))))?;
        let Some(call) = call_of(&events, &by, |_| true) else { return Ok(None) };
        self.wake_again(&call)?;
        Ok(Some(compare(&call, outcome)))
    }

    /// A trial that sleeps is over.
    fn wake_again(&mut self, call: &CallEvent) -> Result<(), String> {
        if call.state == CallState::Asleep {
            self.perform(&format!("interrupt {}", call.task))?;
        }
        Ok(())
    }

    fn wait(&mut self, by: TaskId, child: TaskId, outcome: CallOutcome) -> Tried {
        let world = self.session.world();
        let is_idle = world.task(by).is_some_and(|task| task.state == TaskState::Idle);
        // A name that was free again is another one's by now.
        let is_it =
            world.task(child).and_then(|task| world.task_named(&task.name)).is_some_and(|named| named.id == child);
        if !is_idle || !is_it {
            return Ok(None);
        }
        let (by, child) = (self.name_of(by), self.name_of(child));
        let nohang = if outcome == CallOutcome::Sleeps { " nohang" } else { "" };
        let events = self.perform(&format!("{by}: wait {child}{nohang}"))?;
        let Some(call) = call_of(&events, &by, |_| true) else { return Ok(None) };
        self.wake_again(&call)?;
        let found_nobody = outcome == CallOutcome::Sleeps && call.ret == Some(0);
        Ok(Some(if found_nobody { Ok(()) } else { compare(&call, outcome) }))
    }

    fn wait_for_epoll(&mut self, epoll: EndId, tells: bool) -> Tried {
        let Some((by, fd, label)) = self.holder(epoll) else { return Ok(None) };
        let events = self.perform(&format!("{by}: epollwait {label}@{fd}"))?;
        let Some(call) = call_of(&events, &by, |call| call.ret.is_some()) else { return Ok(None) };
        Ok(Some(if (call.ret > Some(0)) == tells { Ok(()) } else { Err(came(&call)) }))
    }

    fn delivered(&mut self, task: TaskId, signal: Signal) -> Tried {
        let name = self.name_of(task);
        let events = self.perform(&format!("cont {name}"))?;
        let is_it = |event: &Event| {
            matches!(&event.what, What::Signal { task, signal: got } if *task == name && *got == signal)
                || matches!(&event.what, What::Death { task, death, .. } if *task == name && *death == Death::Killed(signal))
        };
        Ok(Some(if events.iter().any(is_it) { Ok(()) } else { Err(format!("{events:?}")) }))
    }

    fn room_after_read(&mut self, read_at: EndId, write_at: EndId) -> Tried {
        if self.session.world().tasks().any(|task| task.state == TaskState::Asleep || task.is_reader()) {
            return Ok(None);
        }
        let Some(read) = self.read(read_at)? else { return Ok(None) };
        if read.ret.is_none_or(|ret| ret < 0) {
            return Ok(Some(Err(came(&read))));
        }
        self.judge_write(write_at, 1, |call| call.ret == Some(1))
    }

    /// Reads that must not sleep; none where nobody can make them.
    fn reads(&mut self, end: EndId, outcomes: &[ReadOutcome]) -> Tried {
        let is_alone = self.nobody_else_is_at(end);
        let Some(first) = self.read(end)? else { return Ok(None) };
        if !agrees(outcomes[0], &first) {
            return Ok(Some(Err(came(&first))));
        }
        let mut left = &outcomes[1..];
        let mut is_waiting = waits(outcomes[0]);
        for _ in 0..if is_alone { MOST_READS } else { 0 } {
            let Some(next) = left.first() else { break };
            let Some(call) = self.read(end)? else { break };
            if is_waiting && call.ret.is_some_and(|ret| ret > 0) {
                continue;
            }
            // An empty message is still one that waits.
            if is_waiting && call.ret == Some(0) && call.eof == Some(false) {
                continue;
            }
            is_waiting = false;
            if !agrees(*next, &call) {
                return Ok(Some(Err(format!("then {}", came(&call)))));
            }
            left = &left[1..];
        }
        Ok(Some(Ok(())))
    }

    fn read(&mut self, end: EndId) -> Result<Option<CallEvent>, String> {
        let Some((task, fd, label)) = self.holder(end) else { return Ok(None) };
        let is_pipe = self.make_nonblocking(end, (&task, fd))?;
        let text = if is_pipe {
            format!("{task}: read {label}@{fd} {ROOM}")
        } else {
            format!("{task}: recv {label}@{fd} {ROOM} dontwait")
        };
        let events = self.perform(&text)?;
        Ok(call_of(&events, &task, |call| call.call.room() == Some(ROOM)))
    }

    fn judge_write(&mut self, end: EndId, bytes: u64, is_so: impl Fn(&CallEvent) -> bool) -> Tried {
        let written = self.writes(end, bytes)?;
        Ok(written.map(|(call, _)| if is_so(&call) { Ok(()) } else { Err(came(&call)) }))
    }

    fn writes(&mut self, end: EndId, bytes: u64) -> Result<Option<(CallEvent, Vec<Event>)>, String> {
        let Some((task, fd, label)) = self.holder(end) else { return Ok(None) };
        let is_pipe = self.make_nonblocking(end, (&task, fd))?;
        let text = if is_pipe {
            format!("{task}: write {label}@{fd} {bytes}*w")
        } else {
            format!("{task}: send {label}@{fd} {bytes}*w dontwait nosignal")
        };
        let events = self.perform(&text)?;
        Ok(call_of(&events, &task, |call| call.call.offered() == Some(bytes)).map(|call| (call, events)))
    }

    /// A pipe has no MSG_DONTWAIT. Whether it is one.
    fn make_nonblocking(&mut self, end: EndId, (task, fd): (&str, i32)) -> Result<bool, String> {
        let Some(at) = self.session.world().end(end).filter(|end| end.kind.is_pipe()) else { return Ok(false) };
        if !at.nonblock {
            let text = format!("{task}: nonblock {}@{fd} on", at.label());
            self.perform(&text)?;
        }
        Ok(true)
    }

    /// An idle task that holds an end or an object, its number, and the name.
    fn holder(&self, id: EndId) -> Option<(String, i32, String)> {
        let world = self.session.world();
        let is_there = world.end(id).is_none_or(|end| !end.closed && end.name.is_some());
        // At a FIFO that was opened for both, the answer depends on the descriptor.
        let is_plain = |(task, fd): &(&Task, i32)| {
            let entry = world.process_of(task.id).and_then(|process| process.table.get(fd));
            task.state == TaskState::Idle && entry.is_some_and(|entry| entry.also.is_none())
        };
        let (task, fd) = world.holders(id).into_iter().find(is_plain)?;
        (is_there && !world.is_locked(id)).then(|| (task.name.clone(), fd, world.label(id)))
    }

    /// Somebody who can act.
    fn idle(&self) -> Option<String> {
        let mut idle = self.session.world().tasks().filter(|task| task.state == TaskState::Idle && !task.is_reader());
        idle.next().map(|task| task.name.clone())
    }

    /// Whether nobody sleeps or reads by itself, who would add something meanwhile or take it.
    fn nobody_else_is_at(&self, end: EndId) -> bool {
        let world = self.session.world();
        let peer = world.end(end).and_then(|end| world.end(end.peer?)).filter(|peer| peer.in_flight == 0);
        let mut busy = world.tasks().filter(|task| task.state == TaskState::Asleep || task.is_reader());
        peer.is_some() && busy.next().is_none() && world.end(end).is_some_and(|end| end.kind != Kind::Dgram)
    }
}

fn type_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Dgram => "dgram",
        Kind::Seqpacket => "seqpacket",
        Kind::Stream | Kind::Pipe | Kind::PacketPipe | Kind::Fifo => "stream",
    }
}

fn call_of(events: &[Event], task: &str, is_it: impl Fn(&CallEvent) -> bool) -> Option<CallEvent> {
    let calls =
        events.iter().rev().filter_map(|event| if let What::Call(call) = &event.what { Some(call) } else { None });
    calls.map(|call| &**call).find(|call| call.task == task && is_it(call)).cloned()
}

fn compare(call: &CallEvent, outcome: CallOutcome) -> Result<(), String> {
    let is_so = match outcome {
        CallOutcome::Works => call.ret.is_some_and(|ret| ret >= 0),
        CallOutcome::Sleeps => call.state == CallState::Asleep || call.errno == Errno::EAGAIN,
        CallOutcome::Fails(errno) => call.ret == Some(-1) && call.errno == errno,
    };
    if is_so { Ok(()) } else { Err(came(call)) }
}

fn came_with(call: &CallEvent, with: WokenWith) -> bool {
    match with {
        WokenWith::Eof => call.ret == Some(0) && call.eof != Some(false),
        WokenWith::Fails(errno) => call.ret == Some(-1) && call.errno == errno,
        WokenWith::AtLeast(least) => call.ret.and_then(|ret| u64::try_from(ret).ok()).is_some_and(|ret| ret >= least),
    }
}

fn came(call: &CallEvent) -> String {
    let asleep = if call.state == CallState::Asleep { ", asleep" } else { "" };
    format!("the kernel {:?} {} eof {:?}{asleep}", call.ret, call.errno.name(), call.eof)
}

fn waits(outcome: ReadOutcome) -> bool {
    matches!(outcome, ReadOutcome::Bytes { .. } | ReadOutcome::Message(_) | ReadOutcome::SomeMessage)
}

/// Whether a read that must not sleep came out so.
fn agrees(foretold: ReadOutcome, call: &CallEvent) -> bool {
    let returned = call.ret.and_then(|ret| u64::try_from(ret).ok());
    match foretold {
        ReadOutcome::Bytes { least, most } => returned.is_some_and(|got| got > 0 && (least..=most).contains(&got)),
        ReadOutcome::Message(len) => returned == Some(len) && call.eof != Some(true),
        ReadOutcome::SomeMessage => returned.is_some_and(|got| got > 0),
        ReadOutcome::Eof => returned == Some(0) && call.eof != Some(false),
        ReadOutcome::Fails(errno) => call.ret == Some(-1) && call.errno == errno,
        ReadOutcome::Sleeps => call.ret == Some(-1) && call.errno == Errno::EAGAIN,
    }
}
