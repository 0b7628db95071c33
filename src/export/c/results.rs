//! What each call and loop of a recording is in the part of its task: the call as C, with what it returned.

use crate::abi::{self, Errno, Signal};
use crate::order::{Call, Extra};
use crate::script::Verb;
use crate::trace::{Burst, CallEvent, CallState};

use super::calls::{self, Made};
use super::literal;
use super::turns::Turns;

impl Turns {
    /// One call of one task.
    pub(super) fn call(&mut self, event: &CallEvent, who: usize, line: &str, is_deadly: bool) -> Result<(), String> {
        let is_exit = matches!(event.call, Call::Exit { .. } | Call::ExitGroup { .. });
        match event.state {
            CallState::Asleep => {
                self.falls_asleep(who, line);
                self.parts[who].asleep = Some(self.entered(event)?);
            }
            // It was asleep, and death took it.
            CallState::Resumed if is_deadly => self.told_by_stage(line),
            CallState::Unfinished if event.since.is_some() => self.told_by_stage(line),
            CallState::Resumed if self.parts[who].asleep.as_ref().is_some_and(|made| made.is_loop) => {
                return Err("a flood that wakes and goes on has no form in C yet".to_owned());
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
                self.last_call(event, who)?;
            }
        }
        Ok(())
    }

    /// The call that a task dies in.
    fn last_call(&mut self, event: &CallEvent, who: usize) -> Result<(), String> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls end nobody by themselves")]
        match event.call {
            Call::Exit { code } if event.pid != event.tid => self.push(who, format!("syscall(SYS_exit, {code});")),
            Call::Exit { code } | Call::ExitGroup { code } => self.push(who, format!("_exit({code});")),
            _ => {
                let made = self.entered(event)?;
                self.never(&made, who);
            }
        }
        Ok(())
    }

    /// A loop's calls together.
    pub(super) fn burst(&mut self, burst: &Burst, who: usize, (line, is_deadly): (&str, bool)) -> Result<(), String> {
        let first = burst.first_calls.first().ok_or("a loop without a call has no form in C yet")?;
        let is_pipe = first.call.name() == "read";
        let fd = self.descriptors.written(first.pid, first.call.fd().unwrap_or(-1));
        let limit = if burst.errno == Errno::NONE { burst.calls } else { u64::from(u32::MAX) };
        let (variable, call) = match (self.verb(), &first.call) {
            (Some(Verb::Flood { .. }), Call::Write { data, .. }) => {
                ("written", format!("flood({fd}, {}, {limit}, &written)", data.len()))
            }
            (Some(Verb::Drain { dontwait, .. }), Call::Read { count, .. } | Call::Recv { count, .. }) => {
                let flags = (u8::from(*dontwait), u8::from(*dontwait && is_pipe));
                ("came", format!("drain({fd}, {count}, {}, {}, &came)", flags.0, flags.1))
            }
            _ => return Err("this loop has no form in C yet".to_owned()),
        };
        let made = Made { before: vec![format!("long {variable};")], call, ..Made::default() };
        let was_asleep = self.parts[who].asleep.take();
        let is_resumed = was_asleep.is_some();
        let made = was_asleep.unwrap_or(made);
        match (is_resumed, is_deadly) {
            (true, true) => self.told_by_stage(line),
            (false, true) => self.falls_asleep(who, line),
            (true, false) => {}
            (false, false) => self.act(who),
        }
        if is_deadly {
            self.never(&made, who);
            return Ok(());
        }
        self.open(who, &made, true);
        if is_resumed {
            self.push_in(who, format!("long got = {};", made.call), true);
            self.push_in(who, format!("returned({});", self.told), true);
        }
        let call = if is_resumed { "got" } else { &made.call };
        self.push_in(who, format!("equal({call}, {});", burst.calls), true);
        if burst.errno != Errno::NONE {
            self.push_in(who, format!("equal(errno, {});", burst.errno.name()), true);
        }
        self.push_in(who, format!("equal({variable}, {});", burst.bytes), true);
        self.push_in(who, format!("say({});", literal::format(line)), true);
        self.close(who, true);
        if is_resumed {
            self.woke(who);
        }
        Ok(())
    }

    /// A call as it is entered: a number of it keeps its name, whatever it means later.
    fn entered(&self, event: &CallEvent) -> Result<Made, String> {
        if let (Some(Verb::Flood { .. }), Call::Write { fd, data }) = (self.verb(), &event.call) {
            let fd = self.descriptors.written(event.pid, *fd);
            let call = format!("flood({fd}, {}, {}, &written)", data.len(), u32::MAX);
            return Ok(Made { before: vec!["long written;".to_owned()], call, is_loop: true, ..Made::default() });
        }
        calls::made(event, &self.descriptors, &self.tasks())
    }

    pub(super) fn verb(&self) -> Option<&Verb> {
        self.statement.as_ref().map(|statement| &statement.verb)
    }

    /// A call that never returns.
    pub(super) fn never(&mut self, made: &Made, who: usize) {
        let is_block = !made.before.is_empty();
        self.open(who, made, is_block);
        self.push_in(who, format!("never({});", made.call), is_block);
        self.close(who, is_block);
        self.gives_room(who, made);
    }

    /// A call, with what it returned.
    fn checked(&mut self, event: &CallEvent, who: usize, line: &str) -> Result<(), String> {
        let ret = event.ret.unwrap_or(0);
        #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls are written the same way")]
        match &event.call {
            call if call.makes_task() => return self.task_made(event, who, line),
            Call::Socketpair { .. } | Call::Pipe2 { .. } => {
                self.pair_made(event, who, line);
                return Ok(());
            }
            Call::Exec { program: None, .. } if ret == 0 => {
                self.executed(event, who, line);
                return Ok(());
            }
            Call::Kill { pid, signal } if *pid == event.pid && *signal == Signal::STOP.0 => {
                return Err("a task that stops itself has no form in C yet".to_owned());
            }
            _ => {}
        }
        let mut made = calls::made(event, &self.descriptors, &self.tasks())?;
        let slept = self.parts[who].asleep.take();
        if let Some(entered) = &slept {
            (made.before, made.call) = (entered.before.clone(), entered.call.clone());
        }
        let is_new =
            matches!(event.call, Call::Dup { .. } | Call::Dup2 { .. } | Call::Socket { .. } | Call::Accept { .. })
                || matches!(event.call, Call::Dup3 { .. } | Call::DupFrom { .. } | Call::Open { .. });
        let is_new = is_new && ret >= 0;
        if is_new {
            let end = event.names.made.clone().or_else(|| event.names.named(ret).map(|end| end.name.clone()));
            let source = event.call.fd().and_then(|fd| event.names.named(fd)).map(|end| end.name.clone());
            let end = end.or(source).unwrap_or_else(|| "some".to_owned());
            let variable = self.descriptors.add(event.pid, ret, &end);
            made.call = format!("{variable} = {}", made.call);
        }
        if slept.is_some() {
            made.before.push(format!("long got = {};", made.call));
            made.before.push(format!("returned({});", self.told));
            "got".clone_into(&mut made.call);
        }
        if let Extra::Message { fds, .. } = &event.outcome.extra {
            for (at, fd) in fds.iter().enumerate() {
                let end = event.names.named(*fd).map_or_else(|| "some".to_owned(), |end| end.name.clone());
                let variable = self.descriptors.add(event.pid, *fd, &end);
                made.after.push(format!("{variable} = came.fds[{at}];"));
                made.after.push(format!("equal({variable}, {fd});"));
            }
        }
        if let (Call::Close { fd }, 0) = (&event.call, ret) {
            self.descriptors.close(event.pid, *fd);
        }
        if let (Call::CloseRange { first, last, .. }, 0) = (&event.call, ret) {
            for fd in self.descriptors.open_in(event.pid, *first, *last) {
                self.descriptors.close(event.pid, fd);
            }
        }
        self.wrote(event, who, line, &made);
        Ok(())
    }

    fn wrote(&mut self, event: &CallEvent, who: usize, line: &str, made: &Made) {
        let ret = event.ret.unwrap_or(0);
        let is_block = !made.before.is_empty();
        self.open(who, made, is_block);
        let (format, pid) = self.format(event, line);
        let check = if ret == -1 && event.errno != Errno::NONE {
            format!("failed({}, {},", made.call, event.errno.name())
        } else {
            format!("saw({}, {},", made.call, made.want.clone().unwrap_or_else(|| ret.to_string()))
        };
        self.push_in(who, check, is_block);
        self.push_in(who, format!("    {format}{pid});"), is_block);
        for line in &made.after {
            self.push_in(who, line.clone(), is_block);
        }
        self.close(who, is_block);
        self.gives_room(who, made);
    }

    /// The part's buffer has room for what the call brings.
    fn gives_room(&mut self, who: usize, made: &Made) {
        let part = &mut self.parts[who];
        part.room = part.room.max(made.room);
    }

    /// The line as a format, with the process that it ends with.
    fn format(&self, event: &CallEvent, line: &str) -> (String, String) {
        let Some(ret) = event.ret.filter(|ret| *ret > 0) else { return (literal::format(line), String::new()) };
        let names_process = event.call.makes_task() || matches!(event.call, Call::Waitpid { .. } | Call::Getppid);
        let (before, after) = match line.rsplit_once(&format!("= {ret}")) {
            Some(parts) if names_process => parts,
            _ => return (literal::format(line), String::new()),
        };
        let format =
            literal::string(format!("{}= %d{}", before.replace('%', "%%"), after.replace('%', "%%")).as_bytes());
        let made = event.names.made.as_ref().and_then(|name| self.parts.iter().rposition(|part| &part.name == name));
        let id = match made {
            Some(task) => format!("all->tid[{}]", self.id(task)),
            None => calls::pid_of(ret, &self.tasks()),
        };
        (format, format!(", {id}"))
    }

    /// The task goes on in another function.
    fn executed(&mut self, event: &CallEvent, who: usize, line: &str) {
        let number = self.parts.iter().map(|part| part.before_exec.len()).sum::<usize>();
        self.push(who, format!("exec_again({number});"));
        let before = std::mem::take(&mut self.parts[who].lines);
        self.parts[who].before_exec.push(before);
        self.executions.push(who);
        for assignment in self.descriptors.assignments(event.pid) {
            self.push(who, assignment);
        }
        self.push(who, format!("say({});", literal::format(line)));
    }

    fn task_made(&mut self, event: &CallEvent, who: usize, line: &str) -> Result<(), String> {
        let name = event.names.made.as_ref();
        let task = name.and_then(|name| self.parts.iter().rposition(|part| &part.name == name));
        let (Some(task), Call::Fork | Call::Thread) = (task, &event.call) else {
            return Err(format!("{} that makes no task has no form in C yet", event.call.name()));
        };
        let id = self.id(task);
        let call = if event.call == Call::Thread {
            format!("start_thread({id})")
        } else {
            self.descriptors.fork(event.pid, event.ret.unwrap_or(0));
            format!("fork_task({id}, {})", self.function(task))
        };
        let (format, pid) = self.format(event, line);
        self.push(who, format!("equal({call} > 0, 1);"));
        self.push(who, format!("say({format}{pid});"));
        Ok(())
    }

    fn pair_made(&mut self, event: &CallEvent, who: usize, line: &str) {
        let array = self.descriptors.array(event.names.made.as_deref().unwrap_or("none"));
        #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over these two")]
        let call = match &event.call {
            Call::Socketpair { domain, kind, protocol } => {
                format!("socketpair({}, {}, {protocol}, {array})", abi::domain_name(*domain), abi::type_name(*kind))
            }
            Call::Pipe2 { flags } => format!("pipe2({array}, {})", abi::flag_names(abi::PIPE_FLAGS, *flags)),
            _ => return,
        };
        let mut made = Made { call, ..Made::default() };
        if let (Extra::Array(numbers), Some(0)) = (&event.outcome.extra, event.ret) {
            for (at, fd) in numbers.iter().enumerate() {
                self.descriptors.put(event.pid, *fd, format!("{array}[{at}]"));
                made.after.push(format!("equal({array}[{at}], {fd});"));
            }
        }
        self.wrote(event, who, line, &made);
    }
}
