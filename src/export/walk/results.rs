//! What each call and loop of a recording is in the part of its task.

use crate::abi::{Errno, Signal};
use crate::order::{Call, Extra};
use crate::script::Verb;
use crate::trace::{Burst, CallEvent, CallState};

use super::{Act, Alone, Entered, Kept, Line, Seen, SeenLoop, Step, Variable, Walk, Whose};

impl Walk {
    /// One call of one task.
    pub(super) fn call(&mut self, event: &CallEvent, who: usize, line: &str, is_deadly: bool) -> Result<(), String> {
        let is_exit = matches!(event.call, Call::Exit { .. } | Call::ExitGroup { .. });
        if matches!(event.call, Call::TimerfdCreate { .. }) {
            self.timers.extend(event.names.made.clone());
        }
        // Orphans of the bench are waited for at once; those of a program by whoever comes to it.
        if matches!(event.call, Call::Kill { pid: ..0, .. }) && event.errno == Errno::ESRCH {
            return Err("that a group has no process left has no form as a program yet".to_owned());
        }
        match event.state {
            CallState::Asleep if self.waits_for_a_timer(event) => {
                return Err("a read that a timer wakes has no form as a program yet".to_owned());
            }
            CallState::Asleep => {
                self.falls_asleep(who, line);
                self.run.parts[who].asleep = Some(self.entered(event));
            }
            // It was asleep, and death took it.
            CallState::Resumed if is_deadly => self.told_by_stage(line),
            CallState::Unfinished if event.since.is_some() => self.told_by_stage(line),
            CallState::Resumed if self.run.parts[who].asleep.as_ref().is_some_and(Entered::is_loop) => {
                return Err("a flood that wakes and goes on has no form as a program yet".to_owned());
            }
            CallState::Resumed => {
                self.checked(event, who, line)?;
                self.woke(who);
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

    /// Whether the call sleeps until a time has come: nobody's turn says when it wakes.
    fn waits_for_a_timer(&self, event: &CallEvent) -> bool {
        let Call::Read { fd, .. } = &event.call else { return false };
        event.names.ends.iter().any(|end| end.fd == *fd && self.timers.contains(&end.name))
    }

    /// The call that a task dies in.
    fn last_call(&mut self, event: &CallEvent, who: usize) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls end nobody by themselves")]
        let step = match event.call {
            Call::Exit { code } if event.pid != event.tid => Step::Exit(code, Alone::Thread),
            Call::Exit { code } | Call::ExitGroup { code } => Step::Exit(code, Alone::Process),
            _ => Step::Never(Box::new(self.entered(event))),
        };
        self.push(who, step);
    }

    /// A loop's calls together.
    pub(super) fn burst(&mut self, burst: &Burst, who: usize, (line, is_deadly): (&str, bool)) -> Result<(), String> {
        let first = burst.first_calls.first().ok_or("a loop without a call has no form as a program yet")?;
        let limit = if burst.errno == Errno::NONE { burst.calls } else { u64::from(u32::MAX) };
        let act = match (self.verb(), &first.call) {
            (Some(Verb::Flood { .. }), Call::Write { fd, data }) => Act::Flood { fd: *fd, size: data.len(), limit },
            (Some(Verb::Drain { dontwait, .. }), Call::Read { fd, count } | Call::Recv { fd, count, .. }) => {
                let is_pipe = *dontwait && matches!(first.call, Call::Read { .. });
                Act::Drain { fd: *fd, count: *count, dont_wait: *dontwait, is_pipe }
            }
            _ => return Err("this loop has no form as a program yet".to_owned()),
        };
        let was_asleep = self.run.parts[who].asleep.take();
        let is_resumed = was_asleep.is_some();
        let entered = was_asleep.unwrap_or_else(|| Entered { act, names: self.names(first.pid) });
        match (is_resumed, is_deadly) {
            (true, true) => self.told_by_stage(line),
            (false, true) => self.falls_asleep(who, line),
            (true, false) => {}
            (false, false) => self.act(who),
        }
        if is_deadly {
            self.push(who, Step::Never(Box::new(entered)));
            return Ok(());
        }
        let slept = is_resumed.then_some(self.told);
        let (calls, bytes, errno, line) = (burst.calls, burst.bytes, burst.errno, Line::fixed(line));
        self.push(who, Step::Loop(Box::new(SeenLoop { entered, calls, bytes, errno, line, slept })));
        if is_resumed {
            self.woke(who);
        }
        Ok(())
    }

    /// A call as it is entered.
    fn entered(&self, event: &CallEvent) -> Entered {
        let act = match (self.verb(), &event.call) {
            (Some(Verb::Flood { .. }), Call::Write { fd, data }) => {
                Act::Flood { fd: *fd, size: data.len(), limit: u64::from(u32::MAX) }
            }
            _ => Act::Call(Box::new(event.clone())),
        };
        Entered { act, names: self.names(event.pid) }
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
            Call::Kill { pid, signal } if *pid == event.pid && *signal == Signal::STOP.0 => {
                return Err("a task that stops itself has no form as a program yet".to_owned());
            }
            _ => {}
        }
        let slept = self.run.parts[who].asleep.take();
        let told = slept.as_ref().map(|_| self.told);
        let entered =
            slept.unwrap_or_else(|| Entered { act: Act::Call(Box::new(event.clone())), names: self.names(event.pid) });
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
        self.push(who, Step::Call(Box::new(Seen { entered, event: event.clone(), line, slept: told, kept })));
        Ok(())
    }

    /// What keeps the numbers that a call made.
    fn kept(&mut self, event: &CallEvent) -> Kept {
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
            return Kept::Pair(array, numbers);
        }
        let end_of = |fd: i32| event.names.named(fd).map(|end| end.name.clone());
        if let Extra::Message { fds, .. } = &event.outcome.extra {
            let keep = |fd: &i32| {
                let end = end_of(*fd).unwrap_or_else(|| "some".to_owned());
                (self.descriptors.add(event.pid, *fd, &end), *fd)
            };
            return Kept::Received(fds.iter().map(keep).collect());
        }
        let is_new =
            matches!(event.call, Call::Dup { .. } | Call::Dup2 { .. } | Call::Socket { .. } | Call::Accept { .. })
                || matches!(event.call, Call::Dup3 { .. } | Call::DupFrom { .. } | Call::Open { .. })
                || matches!(event.call, Call::EpollCreate { .. } | Call::Eventfd { .. } | Call::Signalfd { .. })
                || matches!(event.call, Call::TimerfdCreate { .. } | Call::PidfdOpen { .. });
        if !is_new || ret < 0 {
            return Kept::Nothing;
        }
        let end = event.names.made.clone().or_else(|| end_of(ret)).or_else(|| event.call.fd().and_then(end_of));
        Kept::Result(self.descriptors.add(event.pid, ret, &end.unwrap_or_else(|| "some".to_owned())))
    }

    /// The line, which may end with a process.
    fn line(&self, event: &CallEvent, line: &str) -> Line {
        let Some(ret) = event.ret.filter(|ret| *ret > 0) else { return Line::fixed(line) };
        let names_process =
            event.call.makes_task() || matches!(event.call, Call::Waitpid { .. } | Call::Getppid | Call::Setsid);
        let Some((before, after)) = line.rsplit_once(&format!("= {ret}")).filter(|_| names_process) else {
            return Line::fixed(line);
        };
        let number = self.task_of(event).map_or(Whose::Pid(ret), Whose::Task);
        Line { before: format!("{before}= "), number: Some((number, after.to_owned())) }
    }

    /// The task that a call made.
    fn task_of(&self, event: &CallEvent) -> Option<usize> {
        let name = event.names.made.as_ref()?;
        self.run.parts.iter().rposition(|part| &part.name == name)
    }

    /// The task goes on in another function.
    fn executed(&mut self, event: &CallEvent, who: usize, line: &str) {
        let number = self.run.parts.iter().map(|part| part.before_exec.len()).sum::<usize>();
        self.push(who, Step::Exec(number));
        let before = std::mem::take(&mut self.run.parts[who].steps);
        self.run.parts[who].before_exec.push(before);
        self.run.executions.push(who);
        for (variable, fd) in self.descriptors.assignments(event.pid) {
            self.push(who, Step::Has(variable, fd));
        }
        self.push(who, Step::Say(Line::fixed(line)));
    }

    fn task_made(&mut self, event: &CallEvent, line: &str, who: usize) -> Result<(), String> {
        let task = self.task_of(event);
        let (Some(task), Call::Fork | Call::Thread) = (task, &event.call) else {
            return Err(format!("{} that makes no task has no form as a program yet", event.call.name()));
        };
        let line = self.line(event, line);
        if event.call == Call::Thread {
            self.push(who, Step::Thread(task, line));
        } else {
            self.descriptors.fork(event.pid, event.ret.unwrap_or(0));
            self.push(who, Step::Fork(task, line));
        }
        Ok(())
    }
}
