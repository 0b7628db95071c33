//! Each step of a part as lines of Python.

use std::collections::BTreeSet;

use crate::abi::{Errno, Signal};
use crate::export::frame::wrapped;
use crate::export::names::{self, Call};
use crate::export::walk::{Act, Alone, Entered, Kept, Line, Names, Run, Seen, SeenLoop, Sent, Step};

use super::made::{Gives, Made};
use super::{calls, literal};

/// The lines of a part.
#[derive(Debug)]
pub struct Lines<'a> {
    run: &'a Run,
    task: usize,
    /// What stands in the function.
    pub text: Vec<String>,
    /// The variables that it sets.
    pub changed: BTreeSet<String>,
}

impl<'a> Lines<'a> {
    /// None yet.
    pub fn new(run: &'a Run, task: usize) -> Self {
        Self { run, task, text: Vec::new(), changed: BTreeSet::new() }
    }

    /// One more step.
    pub fn step(&mut self, step: &Step) -> Result<(), String> {
        let id = |task: &usize| names::id(self.run, *task);
        let no_names = Names::default();
        let helper = names::helper(self.run, step, |line| self.said(line, &no_names));
        if let Some(call) = helper.filter(|_| !matches!(step, Step::Exec(_))) {
            self.push(call);
            return Ok(());
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others were written above")]
        let line = match step {
            Step::Comment(text) => {
                for line in wrapped(&names::comment(text), 110) {
                    self.push(format!("# {line}"));
                }
                return Ok(());
            }
            Step::Signal(task, sent) => self.sent(*task, *sent)?,
            Step::Pause(ms) => format!("time.sleep({ms} / 1000)      # so the script says"),
            Step::Died(task, status, line) => {
                format!("died({}, {status:#x}, {})", id(task), self.said(line, &no_names))
            }
            Step::Exit(_, Alone::Thread) => "return".to_owned(),
            Step::Exit(code, Alone::Process) => format!("os._exit({code})"),
            Step::Fork(task, line) => {
                self.task_made("fork_task", *task, line);
                return Ok(());
            }
            Step::Thread(task, line) => {
                self.task_made("start_thread", *task, line);
                return Ok(());
            }
            Step::Exec(_) | Step::Has(..) => {
                return Err(
                    "execve has no form in Python: its descriptors are closed then, unless told otherwise".to_owned()
                );
            }
            Step::Call(seen) => return self.call(seen),
            Step::Loop(seen) => return self.ended(seen),
            Step::Never(entered) => return self.never(entered),
            _ => return Ok(()),
        };
        self.push(line);
        Ok(())
    }

    fn push(&mut self, line: impl AsRef<str>) {
        self.text.push(format!("    {}", line.as_ref()));
    }

    fn sent(&self, task: usize, sent: Sent) -> Result<String, String> {
        let (id, part) = (names::id(self.run, task), &self.run.parts[task]);
        let is_for_all = |signal: i32| [Signal::KILL.0, Signal::STOP.0, Signal::CONT.0].contains(&signal);
        match sent {
            Sent::Process(signal) => Ok(format!("os.kill(pid_of({id}), {})", literal::signal(signal))),
            Sent::Group(signal) => Ok(format!("os.kill(-pid_of({id}), {})", literal::signal(signal))),
            Sent::Thread(signal) if is_for_all(signal) => {
                Ok(format!("os.kill(pid_of({id}), {})", literal::signal(signal)))
            }
            Sent::Interrupt if !part.is_thread => Ok(format!("os.kill(pid_of({id}), INTERRUPT)")),
            Sent::Thread(_) | Sent::Interrupt => Err(format!(
                "tgkill has no form in Python: {} is a thread, and only its first thread sees signals",
                part.name
            )),
        }
    }

    /// The line, with the process that it ends with.
    fn said(&self, line: &Line, with: &Names) -> String {
        let Some((before, after, number)) = names::ending(self.run, line, with) else {
            return literal::string(&line.before);
        };
        let text = format!("{}%d{}", before.replace('%', "%%"), after.replace('%', "%%"));
        format!("{} % {number}", literal::string(&text))
    }

    fn task_made(&mut self, how: &str, task: usize, line: &Line) {
        self.push(format!("{how}({}, {})", names::id(self.run, task), names::function(self.run, task)));
        self.push(format!("say({})", self.said(line, &Names::default())));
    }

    fn made(&self, entered: &Entered) -> Result<Made, String> {
        match &entered.act {
            Act::Call(event) => made_of(&Call { event, names: &entered.names, run: self.run }),
            Act::Flood { .. } | Act::Drain { .. } | Act::Echo { .. } | Act::Ping { .. } => {
                Ok(calls::repeated(&entered.act, &entered.names))
            }
        }
    }

    /// A call that never returns.
    fn never(&mut self, entered: &Entered) -> Result<(), String> {
        let made = self.made(entered)?;
        self.push(format!("never({})", made.call));
        Ok(())
    }

    /// A call, with what it returned.
    fn call(&mut self, seen: &Seen) -> Result<(), String> {
        let event = &seen.event;
        let mut made = made_of(&Call { event, names: &seen.entered.names, run: self.run })?;
        let ret = event.ret.unwrap_or(0);
        if ret == -1 && event.errno != Errno::NONE {
            if event.errno == Errno::EINTR && self.run.parts[self.task].is_thread {
                let reason = format!("{} that a signal ends has no form in a thread of Python", event.call.name());
                return Err(seen.entered.names.refused(&reason));
            }
            self.push(format!("with fails({}):", errno_of(event.errno)));
            self.push(format!("    {}", made.call));
            self.told(seen.slept, &[], &self.said(&seen.line, &seen.entered.names), &made.after);
            return Ok(());
        }
        self.keep(&seen.kept, &mut made);
        let said = self.said(&seen.line, &seen.entered.names);
        let checks = self.gives(&made, seen.slept.is_some());
        self.told(seen.slept, &checks, &said, &made.after);
        Ok(())
    }

    /// The call, and the checks of what it gave.
    fn gives(&mut self, made: &Made, has_slept: bool) -> Vec<String> {
        match &made.gives {
            Gives::Nothing => {
                self.push(&made.call);
                Vec::new()
            }
            Gives::Value(seen) if has_slept => {
                self.push(format!("got = {}", made.call));
                vec![format!("equal(got, {seen})")]
            }
            Gives::Value(seen) => {
                self.push(format!("equal({}, {seen})", made.call));
                Vec::new()
            }
            Gives::Names(variables, checks) => {
                self.push(format!("{variables} = {}", made.call));
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
    fn keep(&mut self, kept: &Kept, made: &mut Made) {
        match kept {
            Kept::Nothing => {}
            Kept::Result(variable) => {
                let name = names::variable(variable);
                if let Gives::Value(number) = &made.gives {
                    made.after.push(format!("equal({name}, {number})"));
                }
                self.changed.insert(variable.name.clone());
                made.gives = Gives::Names(name, Vec::new());
            }
            Kept::Pair(array, numbers) => {
                let [one, other] = numbers.unwrap_or_default();
                self.changed.insert(array.clone());
                made.gives = Gives::Names(array.clone(), vec![format!("equal({array}, [{one}, {other}])")]);
            }
            Kept::Received(numbers) => {
                for (variable, _) in numbers {
                    self.changed.insert(variable.name.clone());
                }
                let seen: Vec<String> = numbers.iter().map(|(_, fd)| fd.to_string()).collect();
                let variables: Vec<String> = numbers.iter().map(|(variable, _)| names::variable(variable)).collect();
                made.after.push(format!("equal(rights(came), [{}])", seen.join(", ")));
                if !variables.is_empty() {
                    made.after.push(format!("[{}] = rights(came)", variables.join(", ")));
                }
            }
        }
    }

    /// A loop's calls together.
    fn ended(&mut self, seen: &SeenLoop) -> Result<(), String> {
        let mut made = self.made(&seen.entered)?;
        let error = errno_of(seen.errno);
        made.gives = Gives::Value(format!("({}, {}, {error})", seen.calls, seen.bytes));
        let said = self.said(&seen.line, &Names::default());
        let checks = self.gives(&made, seen.slept.is_some());
        self.told(seen.slept, &checks, &said, &[]);
        Ok(())
    }
}

/// The call in this language; what has no form names its statement.
fn made_of(call: &Call<'_>) -> Result<Made, String> {
    calls::made(call).map_err(|reason| call.names.refused(&reason))
}

/// An error as Python's errno has it, or its number.
fn errno_of(errno: Errno) -> String {
    match errno.in_a_program() {
        name if errno != Errno::NONE && name.starts_with('E') => format!("errno.{name}"),
        number => number,
    }
}
