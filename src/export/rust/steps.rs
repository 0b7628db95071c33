//! Each step of a part as lines of Rust.

use crate::abi::Errno;
use crate::export::frame::wrapped;
use crate::export::names::{self, Call};
use crate::export::walk::{Act, Alone, Entered, Kept, Line, Names, Run, Seen, SeenLoop, Sent, Step};

use super::made::{self, Made};
use super::{calls, literal};

/// The lines of a part, and the room that its reads need.
#[derive(Debug)]
pub struct Lines<'a> {
    run: &'a Run,
    /// What stands in the function.
    pub text: Vec<String>,
    /// The most bytes that one of its reads has room for.
    pub room: u64,
}

impl<'a> Lines<'a> {
    /// None yet.
    pub fn new(run: &'a Run) -> Self {
        Self { run, text: Vec::new(), room: 0 }
    }

    /// One more step.
    pub fn step(&mut self, step: &Step) -> Result<(), String> {
        let no_names = Names::default();
        if let Some(call) = names::helper(self.run, step, |line| self.said(line, &no_names)) {
            self.push(call + ";");
            return Ok(());
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others were written above")]
        let line = match step {
            Step::Comment(text) => {
                for line in wrapped(&names::comment(text), 110) {
                    self.push(format!("// {line}"));
                }
                return Ok(());
            }
            Step::Signal(task, sent) => self.sent(*task, *sent),
            Step::Pause(ms) => format!("thread::sleep(Duration::from_millis({ms})); // so the script says"),
            Step::Died(task, status, line) => {
                format!("died({}, {status:#x}, {});", names::id(self.run, *task), self.said(line, &no_names))
            }
            Step::Exit(code, Alone::Process) => format!("exit({code});"),
            Step::Fork(task, line) => {
                self.task_made("fork_task", *task, line);
                return Ok(());
            }
            Step::Thread(task, line) => {
                self.task_made("start_thread", *task, line);
                return Ok(());
            }
            Step::Has(variable, fd) => format!("{}.put({fd});", made::variable(self.run, variable)),
            Step::Call(seen) => return self.call(seen),
            Step::Loop(seen) => {
                self.ended(seen);
                return Ok(());
            }
            Step::Never(entered) => return self.never(entered),
            // A thread ends with its function.
            _ => return Ok(()),
        };
        self.push(line);
        Ok(())
    }

    fn push(&mut self, line: impl AsRef<str>) {
        self.text.push(format!("    {}", line.as_ref()));
    }

    fn sent(&self, task: usize, sent: Sent) -> String {
        let id = names::id(self.run, task);
        match sent {
            Sent::Process(number) => match literal::signal(number) {
                Some(signal) => format!("kill(pid_of({id}), {signal}).ok();"),
                None => format!("send_signal(pid_of({id}), {number}).ok();"),
            },
            Sent::Group(number) => format!("send_signal(Pid::from_raw(-pid_of({id}).as_raw()), {number}).ok();"),
            Sent::Thread(number) => format!("signal_thread({id}, {number}).ok();"),
            Sent::Interrupt => format!("signal_thread({id}, INTERRUPT).ok();"),
        }
    }

    /// The line, with the process that it ends with.
    fn said(&self, line: &Line, with: &Names) -> String {
        match names::ending(self.run, line, with) {
            None => literal::string(&line.before),
            Some((before, after, number)) => {
                let text = format!("{}{{}}{}", literal::format(before), literal::format(after));
                format!("&format!({}, {number})", literal::string(&text))
            }
        }
    }

    fn task_made(&mut self, how: &str, task: usize, line: &Line) {
        self.push(format!("{how}({}, {});", names::id(self.run, task), names::function(self.run, task)));
        self.push(format!("say({});", self.said(line, &Names::default())));
    }

    /// A call that never returns.
    fn never(&mut self, entered: &Entered) -> Result<(), String> {
        let made = match &entered.act {
            Act::Call(event) => made_of(&Call { event, names: &entered.names, run: self.run })?,
            Act::Flood { .. } | Act::Drain { .. } | Act::Echo { .. } | Act::Ping { .. } => {
                calls::repeated(self.run, &entered.act, &entered.names)
            }
        };
        self.room = self.room.max(made.room);
        self.push(format!("never({});", made.call));
        Ok(())
    }

    /// A call, with what it returned.
    fn call(&mut self, seen: &Seen) -> Result<(), String> {
        let event = &seen.event;
        let ret = event.ret.unwrap_or(0);
        let mut made = made_of(&Call { event, names: &seen.entered.names, run: self.run })?;
        self.room = self.room.max(made.room);
        let has_failed = ret == -1 && event.errno != Errno::NONE;
        match &seen.kept {
            Kept::Nothing if made.is_owned => made.call = format!("{}.map(drop)", made.call),
            Kept::Nothing => {}
            Kept::Result(variable) => {
                made.call = format!("{}.keep({})", made::variable(self.run, variable), made.call);
                made.ok = ret.to_string();
            }
            Kept::Pair(array, numbers) => {
                let [one, other] = numbers.unwrap_or_default();
                let array = crate::export::walk::Variable { name: array.clone(), index: None };
                made.call = format!("keep_pair(&{}, {})", made::variable(self.run, &array), made.call);
                made.ok = format!("[{one}, {other}]");
            }
            Kept::Received(numbers) => {
                let keep = |(variable, fd): &(_, i32)| format!("{}.put({fd});", made::variable(self.run, variable));
                made.after.extend(numbers.iter().map(keep));
            }
        }
        let answer = if has_failed { format!("Err({})", errno(event.errno)) } else { format!("Ok({})", made.ok) };
        self.asserted(&made, &answer, seen.slept);
        self.push(format!("say({});", self.said(&seen.line, &seen.entered.names)));
        for line in made.after {
            self.push(line);
        }
        Ok(())
    }

    /// That a call gives this; one that slept is told later.
    fn asserted(&mut self, made: &Made, answer: &str, slept: Option<usize>) {
        match slept {
            None => self.push(format!("assert_eq!({}, {answer});", made.call)),
            Some(told) => {
                self.push(format!("let got = {};", made.call));
                self.push(format!("returned({told});"));
                self.push(format!("assert_eq!(got, {answer});"));
            }
        }
    }

    /// A loop's calls together.
    fn ended(&mut self, seen: &SeenLoop) {
        let made = calls::repeated(self.run, &seen.entered.act, &seen.entered.names);
        let error = if seen.errno == Errno::NONE { "None".to_owned() } else { format!("Some({})", errno(seen.errno)) };
        self.asserted(&made, &format!("({}, {}, {error})", seen.calls, seen.bytes), seen.slept);
        self.push(format!("say({});", self.said(&seen.line, &Names::default())));
    }
}

fn errno(errno: Errno) -> String {
    format!("Errno::{}", errno.name())
}

/// The call in this language; what has no form names its statement.
fn made_of(call: &Call<'_>) -> Result<Made, String> {
    calls::made(call).map_err(|reason| call.names.refused(&reason))
}
