//! Each step of a part as lines of Python.

use std::collections::BTreeSet;

use crate::abi::{Errno, Signal};
use crate::export::helper_file::wrapped;
use crate::export::names::{self, NamedCall};
use crate::export::walk::{
    CallOrLoop, EnteredCall, ExitScope, FinishedLoop, KeptDescriptors, NumberNames, Program, ProgramStep, ReturnedCall,
    SignalTarget, TranscriptLine,
};

use super::call_code::{CallCode, ResultUse};
use super::{calls, literal};

/// The lines of a part.
#[derive(Debug)]
pub struct StepWriter<'a> {
    run: &'a Program,
    task: usize,
    /// What stands in the function.
    pub text: Vec<String>,
    /// The variables that it sets.
    pub changed: BTreeSet<String>,
}

impl<'a> StepWriter<'a> {
    /// None yet.
    pub fn new(run: &'a Program, task: usize) -> Self {
        Self { run, task, text: Vec::new(), changed: BTreeSet::new() }
    }

    /// One more step.
    pub fn step(&mut self, step: &ProgramStep) -> Result<(), String> {
        let id = |task: &usize| names::id(self.run, *task);
        let no_names = NumberNames::default();
        let helper = names::helper(self.run, step, |line| self.said(line, &no_names));
        if let Some(call) = helper {
            self.push(call);
            return Ok(());
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others were written above")]
        let line = match step {
            ProgramStep::Comment(text) => {
                for line in wrapped(&names::comment(text), 110) {
                    self.push(format!("# {line}"));
                }
                return Ok(());
            }
            ProgramStep::Signal(task, sent) => self.sent(*task, *sent)?,
            ProgramStep::Pause(ms) => format!("time.sleep({ms} / 1000)      # so the script says"),
            ProgramStep::AwaitDeath(task, status, line) => {
                format!("died({}, {status:#x}, {})", id(task), self.said(line, &no_names))
            }
            ProgramStep::Exit(_, ExitScope::Thread) => "return".to_owned(),
            ProgramStep::Exit(code, ExitScope::Process) => format!("os._exit({code})"),
            ProgramStep::Fork(task, line) => {
                self.task_made("fork_task", *task, line);
                return Ok(());
            }
            ProgramStep::Thread(task, line) => {
                self.task_made("start_thread", *task, line);
                return Ok(());
            }
            ProgramStep::Call(seen) => return self.call(seen),
            ProgramStep::Loop(seen) => return self.ended(seen),
            ProgramStep::NeverReturns(entered) => return self.never(entered),
            _ => return Ok(()),
        };
        self.push(line);
        Ok(())
    }

    fn push(&mut self, line: impl AsRef<str>) {
        self.text.push(format!("    {}", line.as_ref()));
    }

    fn sent(&self, task: usize, sent: SignalTarget) -> Result<String, String> {
        let (id, part) = (names::id(self.run, task), &self.run.parts[task]);
        let is_for_all = |signal: i32| [Signal::KILL.0, Signal::STOP.0, Signal::CONT.0].contains(&signal);
        match sent {
            SignalTarget::Process(signal) => Ok(format!("os.kill(pid_of({id}), {})", literal::signal(signal))),
            SignalTarget::Group(signal) => Ok(format!("os.kill(-pid_of({id}), {})", literal::signal(signal))),
            SignalTarget::Thread(signal) if is_for_all(signal) => {
                Ok(format!("os.kill(pid_of({id}), {})", literal::signal(signal)))
            }
            SignalTarget::Interrupt if !part.is_thread => Ok(format!("os.kill(pid_of({id}), INTERRUPT)")),
            SignalTarget::Thread(_) | SignalTarget::Interrupt => Err(format!(
                "tgkill has no form in Python: {} is a thread, and only its first thread sees signals",
                part.name
            )),
        }
    }

    /// The line, with the process that it ends with.
    fn said(&self, line: &TranscriptLine, with: &NumberNames) -> String {
        let Some((before, after, number)) = names::ending(self.run, line, with) else {
            return literal::string(&line.before);
        };
        let text = format!("{}%d{}", before.replace('%', "%%"), after.replace('%', "%%"));
        format!("{} % {number}", literal::string(&text))
    }

    fn task_made(&mut self, how: &str, task: usize, line: &TranscriptLine) {
        self.push(format!("{how}({}, {})", names::id(self.run, task), names::function(self.run, task)));
        self.push(format!("say({})", self.said(line, &NumberNames::default())));
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
        self.push(format!("never({})", code.call));
        Ok(())
    }

    /// Whether a signal can end it: Python's handlers run in the first thread alone.
    fn may_be_ended(&self, entered: &EnteredCall, what: &str) -> Result<(), String> {
        if self.run.parts[self.task].is_thread {
            let reason = format!("{what} that a signal ends has no form in a thread of Python");
            return Err(entered.names.refused(&reason));
        }
        Ok(())
    }

    /// A call, with what it returned.
    fn call(&mut self, seen: &ReturnedCall) -> Result<(), String> {
        let event = &seen.event;
        let mut code = made_of(&NamedCall { event, names: &seen.entered.names, run: self.run })?;
        let ret = event.ret.unwrap_or(0);
        if ret == -1 && event.errno != Errno::NONE {
            if event.errno == Errno::EINTR {
                self.may_be_ended(&seen.entered, event.call.name())?;
            }
            self.push(format!("with fails({}):", errno_of(event.errno)));
            self.push(format!("    {}", code.call));
            self.told(seen.slept, &[], &self.said(&seen.line, &seen.entered.names), &code.after);
            return Ok(());
        }
        self.keep(&seen.kept, &mut code);
        let said = self.said(&seen.line, &seen.entered.names);
        let checks = self.gives(&code, seen.slept.is_some());
        self.told(seen.slept, &checks, &said, &code.after);
        Ok(())
    }

    /// The call, and the checks of what it gave.
    fn gives(&mut self, code: &CallCode, has_slept: bool) -> Vec<String> {
        match &code.gives {
            ResultUse::Nothing => {
                self.push(&code.call);
                Vec::new()
            }
            ResultUse::Value(seen) if has_slept => {
                self.push(format!("got = {}", code.call));
                vec![format!("equal(got, {seen})")]
            }
            ResultUse::Value(seen) => {
                self.push(format!("equal({}, {seen})", code.call));
                Vec::new()
            }
            ResultUse::Names(variables, checks) => {
                self.push(format!("{variables} = {}", code.call));
                checks.clone()
            }
        }
    }

    fn told(&mut self, slept: Option<usize>, checks: &[String], said: &str, after: &[String]) {
        if let Some(lines) = slept {
            self.push(format!("returned({lines})"));
        }
        for check in checks {
            self.push(check);
        }
        self.push(format!("say({said})"));
        for check in after {
            self.push(check);
        }
    }

    /// Where the numbers go that a call makes.
    fn keep(&mut self, kept: &KeptDescriptors, code: &mut CallCode) {
        match kept {
            KeptDescriptors::Nothing => {}
            KeptDescriptors::Result(variable) => {
                let name = names::variable(variable);
                if let ResultUse::Value(number) = &code.gives {
                    code.after.push(format!("equal({name}, {number})"));
                }
                self.changed.insert(variable.name.clone());
                code.gives = ResultUse::Names(name, Vec::new());
            }
            KeptDescriptors::Pair(array, numbers) => {
                let [one, other] = numbers.unwrap_or_default();
                self.changed.insert(array.clone());
                code.gives = ResultUse::Names(array.clone(), vec![format!("equal({array}, [{one}, {other}])")]);
            }
            KeptDescriptors::Received(numbers) => {
                for (variable, _) in numbers {
                    self.changed.insert(variable.name.clone());
                }
                let seen: Vec<String> = numbers.iter().map(|(_, fd)| fd.to_string()).collect();
                let variables: Vec<String> = numbers.iter().map(|(variable, _)| names::variable(variable)).collect();
                code.after.push(format!("equal(rights(came), [{}])", seen.join(", ")));
                if !variables.is_empty() {
                    code.after.push(format!("[{}] = rights(came)", variables.join(", ")));
                }
            }
        }
    }

    /// A loop's calls together.
    fn ended(&mut self, seen: &FinishedLoop) -> Result<(), String> {
        let mut code = self.code(&seen.entered)?;
        if seen.errno == Errno::EINTR {
            self.may_be_ended(&seen.entered, "a loop")?;
            code.call = format!("until_signal(lambda: {})", code.call);
        }
        let error = errno_of(seen.errno);
        code.gives = ResultUse::Value(format!("({}, {}, {error})", seen.calls, seen.bytes));
        let said = self.said(&seen.line, &NumberNames::default());
        let checks = self.gives(&code, seen.slept.is_some());
        self.told(seen.slept, &checks, &said, &[]);
        Ok(())
    }
}

/// The call in this language; what has no form names its statement.
fn made_of(call: &NamedCall<'_>) -> Result<CallCode, String> {
    calls::code(call).map_err(|reason| call.names.refused(&reason))
}

/// An error as Python's errno has it, or its number.
fn errno_of(errno: Errno) -> String {
    match errno.in_a_program() {
        name if errno != Errno::NONE && name.starts_with('E') => format!("errno.{name}"),
        number => number,
    }
}
