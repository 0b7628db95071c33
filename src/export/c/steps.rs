//! Each step of a part as lines of C.

use crate::abi::Errno;
use crate::export::names::{self, NamedCall};
use crate::export::walk::{
    CallOrLoop, EnteredCall, ExitScope, FinishedLoop, KeptDescriptors, NumberNames, Program, ProgramStep, ReturnedCall,
    SignalTarget, TranscriptLine,
};

use super::call_code::{self, CallCode};
use super::{calls, literal};

/// The lines of a part, and the room that its reads need.
#[derive(Debug)]
pub struct StepWriter<'a> {
    run: &'a Program,
    /// What stands in the function.
    pub text: Vec<String>,
    /// The most bytes that one of its reads has room for.
    pub room: u64,
    is_block: bool,
}

impl<'a> StepWriter<'a> {
    /// None yet.
    pub fn new(run: &'a Program) -> Self {
        Self { run, text: Vec::new(), room: 0, is_block: false }
    }

    /// One more step.
    pub fn step(&mut self, step: &ProgramStep) -> Result<(), String> {
        let id = |task: &usize| names::id(self.run, *task);
        if let Some(call) = names::helper(self.run, step, |line| self.said(line, &NumberNames::default())) {
            self.push(call + ";");
            return Ok(());
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others were written above")]
        let line = match step {
            ProgramStep::Comment(text) => format!("/* {} */", literal::comment(text)),
            ProgramStep::Signal(task, sent) => self.sent(*task, *sent),
            ProgramStep::Pause(ms) => format!("poll(NULL, 0, {ms});     /* so the script says */"),
            ProgramStep::AwaitDeath(task, status, line) => {
                format!("died({}, {status:#x}, __LINE__, {});", id(task), self.said(line, &NumberNames::default()))
            }
            ProgramStep::Exit(code, ExitScope::Thread) => format!("syscall(SYS_exit, {code});"),
            ProgramStep::Exit(code, ExitScope::Process) => format!("_exit({code});"),
            ProgramStep::Fork(task, line) => {
                let call = format!("fork_task({}, {})", id(task), names::function(self.run, *task));
                self.task_made(&call, line);
                return Ok(());
            }
            ProgramStep::Thread(task, line) => {
                self.task_made(&format!("start_thread({})", id(task)), line);
                return Ok(());
            }
            ProgramStep::CheckVariable(variable, fd) => format!("{} = {fd};", names::variable(variable)),
            ProgramStep::Call(seen) => return self.call(seen),
            ProgramStep::Loop(seen) => return self.ended(seen),
            ProgramStep::NeverReturns(entered) => return self.never(entered),
            _ => return Ok(()),
        };
        self.push(line);
        Ok(())
    }

    fn push(&mut self, line: impl AsRef<str>) {
        let indent = if self.is_block { "        " } else { "    " };
        self.text.push(format!("{indent}{}", line.as_ref()));
    }

    fn sent(&self, task: usize, sent: SignalTarget) -> String {
        let id = names::id(self.run, task);
        match sent {
            SignalTarget::Process(signal) => format!("kill(pid_of({id}), {});", names::signal(signal)),
            SignalTarget::Thread(signal) => {
                format!("syscall(SYS_tgkill, pid_of({id}), tid_of({id}), {});", names::signal(signal))
            }
            SignalTarget::Group(signal) => format!("kill(-pid_of({id}), {});", names::signal(signal)),
            SignalTarget::Interrupt => format!("syscall(SYS_tgkill, pid_of({id}), tid_of({id}), INTERRUPT);"),
        }
    }

    /// The line as a format, with the process that it ends with.
    fn said(&self, line: &TranscriptLine, with: &NumberNames) -> String {
        let Some((before, after, number)) = names::ending(self.run, line, with) else {
            return literal::format(&line.before);
        };
        let text = format!("{}%d{}", before.replace('%', "%%"), after.replace('%', "%%"));
        format!("{}, {number}", literal::string(text.as_bytes()))
    }

    fn task_made(&mut self, call: &str, line: &TranscriptLine) {
        self.push(format!("equal({call} > 0, 1);"));
        self.push(format!("say({});", self.said(line, &NumberNames::default())));
    }

    /// A block, where something has to stand before the call.
    fn begin(&mut self, code: &CallCode) {
        if !code.before.is_empty() {
            self.push("{");
            self.is_block = true;
        }
        for line in &code.before {
            self.push(line);
        }
        self.room = self.room.max(code.room);
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.is_block) {
            self.push("}");
        }
    }

    fn code(&self, entered: &EnteredCall) -> Result<CallCode, String> {
        match &entered.act {
            CallOrLoop::Call(event) => made_of(&NamedCall { event, names: &entered.names, run: self.run }),
            CallOrLoop::Flood { .. } | CallOrLoop::Drain { .. } | CallOrLoop::Echo { .. } | CallOrLoop::Ping { .. } => {
                Ok(calls::repeated(&entered.act, &entered.names))
            }
        }
    }

    /// A call that never returns.
    fn never(&mut self, entered: &EnteredCall) -> Result<(), String> {
        let code = self.code(entered)?;
        self.begin(&code);
        self.push(format!("never({});", code.call));
        self.end();
        Ok(())
    }

    /// A call, with what it returned.
    fn call(&mut self, seen: &ReturnedCall) -> Result<(), String> {
        let event = &seen.event;
        let ret = event.ret.unwrap_or(0);
        let mut code = made_of(&NamedCall { event, names: &seen.entered.names, run: self.run })?;
        match &seen.kept {
            KeptDescriptors::Nothing => {}
            KeptDescriptors::Result(variable) => code.call = format!("{} = {}", names::variable(variable), code.call),
            KeptDescriptors::Pair(array, numbers) => {
                code.call = code.call.replace(call_code::PAIR, array);
                for (at, fd) in numbers.iter().flatten().enumerate() {
                    code.after.push(format!("equal({array}[{at}], {fd});"));
                }
            }
            KeptDescriptors::Received(numbers) => {
                for (at, (variable, fd)) in numbers.iter().enumerate() {
                    let variable = names::variable(variable);
                    code.after.push(format!("{variable} = came.fds[{at}];"));
                    code.after.push(format!("equal({variable}, {fd});"));
                }
            }
        }
        if let Some(told) = seen.slept {
            code.before.push(format!("long got = {};", code.call));
            code.before.push(format!("returned({told});"));
            "got".clone_into(&mut code.call);
        }
        self.begin(&code);
        self.push(if ret == -1 && event.errno != Errno::NONE {
            format!("failed({}, {},", code.call, event.errno.in_a_program())
        } else {
            format!("saw({}, {},", code.call, code.want.clone().unwrap_or_else(|| ret.to_string()))
        });
        self.push(format!("    {});", self.said(&seen.line, &seen.entered.names)));
        for line in &code.after {
            self.push(line);
        }
        self.end();
        Ok(())
    }

    /// A loop's calls together.
    fn ended(&mut self, seen: &FinishedLoop) -> Result<(), String> {
        let mut code = self.code(&seen.entered)?;
        let variable = if matches!(seen.entered.act, CallOrLoop::Drain { .. }) { "came" } else { "written" };
        if let Some(told) = seen.slept {
            code.before.push(format!("long got = {};", code.call));
            code.before.push(format!("returned({told});"));
            "got".clone_into(&mut code.call);
        }
        self.begin(&code);
        self.push(format!("equal({}, {});", code.call, seen.calls));
        if seen.errno != Errno::NONE {
            self.push(format!("equal(errno, {});", seen.errno.in_a_program()));
        }
        self.push(format!("equal({variable}, {});", seen.bytes));
        self.push(format!("say({});", self.said(&seen.line, &NumberNames::default())));
        self.end();
        Ok(())
    }
}

/// The call in this language; what has no form names its statement.
fn made_of(call: &NamedCall<'_>) -> Result<CallCode, String> {
    calls::code(call).map_err(|reason| call.names.refused(&reason))
}
