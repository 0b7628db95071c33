//! What each call and loop of a recording is in the part of its task.

use crate::abi::Signal;
use crate::order::{Call, Extra};
use crate::script::{Number, Verb};
use crate::trace::{Burst, CallEvent, CallState};

use super::{
    CallOrLoop, EnteredCall, ExitScope, FinishedLoop, KeptDescriptors, NumberOwner, ProgramStep, ReturnedCall,
    TranscriptLine, Variable, Walk,
};

impl Walk {
    /// One call of one task.
    pub(super) fn call(&mut self, event: &CallEvent, who: usize, line: &str, is_deadly: bool) -> Result<(), String> {
        let is_exit = matches!(event.call, Call::Exit { .. } | Call::ExitGroup { .. });
        self.run.uses_standard |= is_about_standard(&event.call);
        let (is_in_loop, is_inside) = (self.run.parts[who].is_in_loop(), self.run.parts[who].asleep.is_some());
        match event.state {
            // The loop goes on meanwhile: only at its end its task tells something.
            CallState::Asleep | CallState::Resumed if is_in_loop => self.told_by_stage(line),
            CallState::Asleep => {
                self.falls_asleep(who, line);
                self.run.parts[who].asleep = Some(self.entered(event));
            }
            // It was asleep, and death took it.
            CallState::Resumed if is_deadly => self.told_by_stage(line),
            CallState::Unfinished if event.since.is_some() || is_inside => self.told_by_stage(line),
            CallState::Resumed => {
                self.checked(event, who, line)?;
                self.woke(who);
            }
            // It had stopped its own task.
            CallState::Returned if is_inside => {
                self.checked(event, who, line)?;
                self.woke(who);
            }
            CallState::Returned if stops_own_process(event) => {
                return Err("a thread that stops its own process has no form as a program yet".to_owned());
            }
            CallState::Returned if !is_exit && !is_deadly => {
                self.act(who);
                self.checked(event, who, line)?;
            }
            CallState::Returned | CallState::Unfinished => {
                self.falls_asleep(who, line);
                self.last_call(event, who);
            }
        }
        Ok(())
    }

    /// The call that a task dies in.
    fn last_call(&mut self, event: &CallEvent, who: usize) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls end nobody by themselves")]
        let step = match event.call {
            Call::Exit { code } if event.pid != event.tid => ProgramStep::Exit(code, ExitScope::Thread),
            Call::Exit { code } | Call::ExitGroup { code } => ProgramStep::Exit(code, ExitScope::Process),
            _ => ProgramStep::NeverReturns(Box::new(self.entered(event))),
        };
        self.push(who, step);
    }

    /// A loop's calls together.
    pub(super) fn burst(&mut self, burst: &Burst, who: usize, (line, is_deadly): (&str, bool)) -> Result<(), String> {
        self.run.uses_standard |= burst.first_calls.first().is_some_and(|first| is_about_standard(&first.call));
        let act = match burst.first_calls.first() {
            Some(first) => self.loop_of(&first.call),
            None => self.empty_drain(burst),
        };
        let Some(act) = act.or_else(|| self.run.parts[who].asleep.as_ref().map(|asleep| asleep.act.clone())) else {
            return Err("this loop has no form as a program yet".to_owned());
        };
        let is_deadly = is_deadly || burst.unfinished;
        let was_asleep = self.run.parts[who].asleep.take();
        let is_resumed = was_asleep.is_some();
        let entered = was_asleep.unwrap_or_else(|| EnteredCall { act, names: self.names(burst.pid) });
        match (is_resumed, is_deadly) {
            (true, true) => self.told_by_stage(line),
            (false, true) => self.falls_asleep(who, line),
            (true, false) => {}
            (false, false) => self.act(who),
        }
        if is_deadly {
            self.push(who, ProgramStep::NeverReturns(Box::new(entered)));
            return Ok(());
        }
        let slept = is_resumed.then_some(self.told);
        let (calls, bytes, errno, line) = (burst.calls, burst.bytes, burst.errno, TranscriptLine::fixed(line));
        self.push(who, ProgramStep::Loop(Box::new(FinishedLoop { entered, calls, bytes, errno, line, slept })));
        if is_resumed {
            self.woke(who);
        }
        Ok(())
    }

    /// A call as it is entered.
    fn entered(&self, event: &CallEvent) -> EnteredCall {
        let act = self.loop_of(&event.call).unwrap_or_else(|| CallOrLoop::Call(Box::new(event.clone())));
        EnteredCall { act, names: self.names(event.pid) }
    }

    /// The loop of the running statement that this call is one of.
    fn loop_of(&self, call: &Call) -> Option<CallOrLoop> {
        let limit = |count: &Number| match count {
            Number::Literal(count) => u64::try_from(*count).unwrap_or(0),
            Number::Captured(..) => u64::from(u32::MAX),
        };
        match (self.verb()?, call) {
            (Verb::Flood { count, .. }, Call::Write { fd, data }) => {
                Some(CallOrLoop::Flood { fd: *fd, size: data.len(), limit: limit(count) })
            }
            (Verb::Drain { dontwait, .. }, Call::Read { fd, count } | Call::Recv { fd, count, .. }) => {
                let is_pipe = *dontwait && matches!(call, Call::Read { .. });
                Some(CallOrLoop::Drain { fd: *fd, count: *count, dont_wait: *dontwait, is_pipe })
            }
            (Verb::Echo { .. }, Call::Read { fd, .. } | Call::Write { fd, .. }) => Some(CallOrLoop::Echo { fd: *fd }),
            (Verb::Ping { count, .. }, Call::Write { fd, data }) => {
                Some(CallOrLoop::Ping { fd: *fd, size: data.len(), limit: limit(count) })
            }
            (Verb::Ping { count, .. }, Call::Read { fd, count: size }) => {
                Some(CallOrLoop::Ping { fd: *fd, size: *size, limit: limit(count) })
            }
            _ => None,
        }
    }

    /// A drain that found nothing, and so made no call.
    fn empty_drain(&self, burst: &Burst) -> Option<CallOrLoop> {
        let Some(Verb::Drain { dontwait: true, count: Number::Literal(count), .. }) = self.verb() else { return None };
        let fd = self.descriptors.number(burst.pid, &burst.end)?;
        Some(CallOrLoop::Drain { fd, count: u64::try_from(*count).ok()?, dont_wait: true, is_pipe: true })
    }

    /// A call, with what it returned.
    fn checked(&mut self, event: &CallEvent, who: usize, line: &str) -> Result<(), String> {
        let ret = event.ret.unwrap_or(0);
        #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls are written the same way")]
        match &event.call {
            call if call.makes_task() => return self.task_made(event, line, who),
            Call::Exec { program: None, .. } if ret == 0 => {
                self.executed(event, who, line);
                return Ok(());
            }
            _ => {}
        }
        let slept = self.run.parts[who].asleep.take();
        let told = slept.as_ref().map(|_| self.told);
        let entered = slept.unwrap_or_else(|| EnteredCall {
            act: CallOrLoop::Call(Box::new(event.clone())),
            names: self.names(event.pid),
        });
        let kept = self.kept(event);
        let closed = match (&event.call, ret) {
            (Call::Close { fd }, 0) => vec![*fd],
            (Call::CloseRange { first, last, .. }, 0) => self.descriptors.open_in(event.pid, *first, *last),
            _ => Vec::new(),
        };
        for fd in closed {
            self.descriptors.close(event.pid, fd);
        }
        let line = self.line(event, line);
        self.push(
            who,
            ProgramStep::Call(Box::new(ReturnedCall { entered, event: event.clone(), line, slept: told, kept })),
        );
        Ok(())
    }

    /// What keeps the numbers that a call made.
    fn kept(&mut self, event: &CallEvent) -> KeptDescriptors {
        let ret = event.ret.unwrap_or(0);
        if matches!(event.call, Call::Socketpair { .. } | Call::Pipe2 { .. }) {
            let array = self.descriptors.array(event.names.made.as_deref().unwrap_or("none"));
            let numbers = match (&event.outcome.extra, ret) {
                (Extra::Array(numbers), 0) => Some(*numbers),
                _ => None,
            };
            for (at, fd) in numbers.iter().flatten().enumerate() {
                self.descriptors.put(event.pid, *fd, Variable { name: array.clone(), index: Some(at) });
            }
            return KeptDescriptors::Pair(array, numbers);
        }
        let end_of = |fd: i32| event.names.named(fd).map(|end| end.name.clone());
        if let Extra::Message { fds, .. } = &event.outcome.extra {
            let keep = |fd: &i32| {
                let end = end_of(*fd).unwrap_or_else(|| "some".to_owned());
                (self.descriptors.add(event.pid, *fd, &end), *fd)
            };
            return KeptDescriptors::Received(fds.iter().map(keep).collect());
        }
        if !event.call.returns_descriptor() || ret < 0 {
            return KeptDescriptors::Nothing;
        }
        let end = event.names.made.clone().or_else(|| end_of(ret)).or_else(|| event.call.fd().and_then(end_of));
        KeptDescriptors::Result(self.descriptors.add(event.pid, ret, &end.unwrap_or_else(|| "some".to_owned())))
    }

    /// The line, which may end with a process.
    fn line(&self, event: &CallEvent, line: &str) -> TranscriptLine {
        let Some(ret) = event.ret.filter(|ret| *ret > 0) else { return TranscriptLine::fixed(line) };
        let names_process = event.call.makes_task() || event.call.returns_task();
        let Some((before, after)) = line.rsplit_once(&format!("= {ret}")).filter(|_| names_process) else {
            return TranscriptLine::fixed(line);
        };
        let number = self.task_of(event).map_or(NumberOwner::Pid(ret), NumberOwner::Task);
        TranscriptLine { before: format!("{before}= "), number: Some((number, after.to_owned())) }
    }

    /// The task that a call made.
    fn task_of(&self, event: &CallEvent) -> Option<usize> {
        let name = event.names.made.as_ref()?;
        self.run.parts.iter().rposition(|part| &part.name == name)
    }

    /// The task goes on in another function.
    fn executed(&mut self, event: &CallEvent, who: usize, line: &str) {
        let number = self.run.parts.iter().map(|part| part.before_exec.len()).sum::<usize>();
        self.push(who, ProgramStep::Exec(number));
        let before = std::mem::take(&mut self.run.parts[who].steps);
        self.run.parts[who].before_exec.push(before);
        self.run.executions.push(who);
        for (variable, fd) in self.descriptors.assignments(event.pid) {
            self.push(who, ProgramStep::CheckVariable(variable, fd));
        }
        self.push(who, ProgramStep::Print(TranscriptLine::fixed(line)));
    }

    fn task_made(&mut self, event: &CallEvent, line: &str, who: usize) -> Result<(), String> {
        let task = self.task_of(event);
        let (Some(task), Call::Fork | Call::Thread) = (task, &event.call) else {
            return Err(format!("{} that makes no task has no form as a program yet", event.call.name()));
        };
        let line = self.line(event, line);
        if event.call == Call::Thread {
            self.push(who, ProgramStep::Thread(task, line));
        } else {
            self.descriptors.fork(event.pid, event.ret.unwrap_or(0));
            self.push(who, ProgramStep::Fork(task, line));
        }
        Ok(())
    }
}

fn stops_own_process(event: &CallEvent) -> bool {
    matches!(event.call, Call::Kill { pid, signal } if pid == event.pid && signal == Signal::STOP.0)
}

/// Whether a call is about a descriptor that was there before any was made.
fn is_about_standard(call: &Call) -> bool {
    #[expect(clippy::wildcard_enum_match_arm, reason = "all others say it by their descriptors")]
    let further = match call {
        Call::Dup2 { to, .. } | Call::Dup3 { to, .. } => vec![*to],
        Call::CloseRange { first, .. } => vec![i32::try_from(*first).unwrap_or(i32::MAX)],
        other => other.more_fds(),
    };
    call.fd().into_iter().chain(further).any(|fd| (0..3).contains(&fd))
}
