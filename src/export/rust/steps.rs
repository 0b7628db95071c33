//! Each step of a part as lines of Rust.

use crate::abi::Errno;
use crate::export::helper_file::wrapped;
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
}

impl<'a> StepWriter<'a> {
    /// None yet.
    pub fn new(run: &'a Program) -> Self {
        Self { run, text: Vec::new(), room: 0 }
    }

    /// One more step.
    pub fn step(&mut self, step: &ProgramStep) -> Result<(), String> {
        let no_names = NumberNames::default();
        if let Some(call) = names::helper(self.run, step, |line| self.said(line, &no_names)) {
            self.push(call + ";");
            return Ok(());
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others were written above")]
        let line = match step {
            ProgramStep::Comment(text) => {
                for line in wrapped(&names::comment(text), 110) {
                    self.push(format!("// {line}"));
                }
                return Ok(());
            }
            ProgramStep::Signal(task, sent) => self.sent(*task, *sent),
            ProgramStep::Pause(ms) => format!("thread::sleep(Duration::from_millis({ms})); // so the script says"),
            ProgramStep::AwaitDeath(task, status, line) => {
                format!("died({}, {status:#x}, {});", names::id(self.run, *task), self.said(line, &no_names))
            }
            ProgramStep::Exit(code, ExitScope::Process) => format!("exit({code});"),
            ProgramStep::Fork(task, line) => {
                self.task_made("fork_task", *task, line);
                return Ok(());
            }
            ProgramStep::Thread(task, line) => {
                self.task_made("start_thread", *task, line);
                return Ok(());
            }
            ProgramStep::CheckVariable(variable, fd) => {
                format!("{}.put({fd});", call_code::variable(self.run, variable))
            }
            ProgramStep::Call(seen) => return self.call(seen),
            ProgramStep::Loop(seen) => {
                self.ended(seen);
                return Ok(());
            }
            ProgramStep::NeverReturns(entered) => return self.never(entered),
            // A thread ends with its function.
            _ => return Ok(()),
        };
        self.push(line);
        Ok(())
    }

    fn push(&mut self, line: impl AsRef<str>) {
        self.text.push(format!("    {}", line.as_ref()));
    }

    fn sent(&self, task: usize, sent: SignalTarget) -> String {
        let id = names::id(self.run, task);
        match sent {
            SignalTarget::Process(number) => match literal::signal(number) {
                Some(signal) => format!("kill(pid_of({id}), {signal}).ok();"),
                None => format!("send_signal(pid_of({id}), {number}).ok();"),
            },
            SignalTarget::Group(number) => {
                format!("send_signal(Pid::from_raw(-pid_of({id}).as_raw()), {number}).ok();")
            }
            SignalTarget::Thread(number) => format!("signal_thread({id}, {number}).ok();"),
            SignalTarget::Interrupt => format!("signal_thread({id}, INTERRUPT).ok();"),
        }
    }

    /// The line, with the process that it ends with.
    fn said(&self, line: &TranscriptLine, with: &NumberNames) -> String {
        match names::ending(self.run, line, with) {
            None => literal::string(&line.before),
            Some((before, after, number)) => {
                let text = format!("{}{{}}{}", literal::format(before), literal::format(after));
                format!("&format!({}, {number})", literal::string(&text))
            }
        }
    }

    fn task_made(&mut self, how: &str, task: usize, line: &TranscriptLine) {
        self.push(format!("{how}({}, {});", names::id(self.run, task), names::function(self.run, task)));
        self.push(format!("say({});", self.said(line, &NumberNames::default())));
    }

    /// A call that never returns.
    fn never(&mut self, entered: &EnteredCall) -> Result<(), String> {
        let code = match &entered.act {
            CallOrLoop::Call(event) => made_of(&NamedCall { event, names: &entered.names, run: self.run })?,
            CallOrLoop::Flood { .. } | CallOrLoop::Drain { .. } | CallOrLoop::Echo { .. } | CallOrLoop::Ping { .. } => {
                calls::repeated(self.run, &entered.act, &entered.names)
            }
        };
        self.room = self.room.max(code.room);
        self.push(format!("never({});", code.call));
        Ok(())
    }

    /// A call, with what it returned.
    fn call(&mut self, seen: &ReturnedCall) -> Result<(), String> {
        let event = &seen.event;
        let ret = event.ret.unwrap_or(0);
        let mut code = made_of(&NamedCall { event, names: &seen.entered.names, run: self.run })?;
        self.room = self.room.max(code.room);
        let has_failed = ret == -1 && event.errno != Errno::NONE;
        match &seen.kept {
            KeptDescriptors::Nothing if code.is_owned => code.call = format!("{}.map(drop)", code.call),
            KeptDescriptors::Nothing => {}
            KeptDescriptors::Result(variable) => {
                code.call = format!("{}.keep({})", call_code::variable(self.run, variable), code.call);
                code.ok = ret.to_string();
            }
            KeptDescriptors::Pair(array, numbers) => {
                let [one, other] = numbers.unwrap_or_default();
                let array = crate::export::walk::Variable { name: array.clone(), index: None };
                code.call = format!("keep_pair(&{}, {})", call_code::variable(self.run, &array), code.call);
                code.ok = format!("[{one}, {other}]");
            }
            KeptDescriptors::Received(numbers) => {
                let keep =
                    |(variable, fd): &(_, i32)| format!("{}.put({fd});", call_code::variable(self.run, variable));
                code.after.extend(numbers.iter().map(keep));
            }
        }
        let answer = if has_failed { format!("Err({})", errno(event.errno)) } else { format!("Ok({})", code.ok) };
        self.asserted(&code, &answer, seen.slept);
        self.push(format!("say({});", self.said(&seen.line, &seen.entered.names)));
        for line in code.after {
            self.push(line);
        }
        Ok(())
    }

    /// That a call gives this; one that slept is told later.
    fn asserted(&mut self, code: &CallCode, answer: &str, slept: Option<usize>) {
        match slept {
            None => self.push(format!("assert_eq!({}, {answer});", code.call)),
            Some(told) => {
                self.push(format!("let got = {};", code.call));
                self.push(format!("returned({told});"));
                self.push(format!("assert_eq!(got, {answer});"));
            }
        }
    }

    /// A loop's calls together.
    fn ended(&mut self, seen: &FinishedLoop) {
        let code = calls::repeated(self.run, &seen.entered.act, &seen.entered.names);
        let error = if seen.errno == Errno::NONE { "None".to_owned() } else { format!("Some({})", errno(seen.errno)) };
        self.asserted(&code, &format!("({}, {}, {error})", seen.calls, seen.bytes), seen.slept);
        self.push(format!("say({});", self.said(&seen.line, &NumberNames::default())));
    }
}

fn errno(errno: Errno) -> String {
    format!("Errno::{}", errno.name())
}

/// The call in this language; what has no form names its statement.
fn made_of(call: &NamedCall<'_>) -> Result<CallCode, String> {
    calls::code(call).map_err(|reason| call.names.refused(&reason))
}
