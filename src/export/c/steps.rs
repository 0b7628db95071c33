//! Each step of a part as lines of C.

use crate::abi::Errno;
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
    is_block: bool,
}

impl<'a> Lines<'a> {
    /// None yet.
    pub fn new(run: &'a Run) -> Self {
        Self { run, text: Vec::new(), room: 0, is_block: false }
    }

    /// One more step.
    pub fn step(&mut self, step: &Step) -> Result<(), String> {
        let id = |task: &usize| names::id(self.run, *task);
        if let Some(call) = names::helper(self.run, step, |line| self.said(line, &Names::default())) {
            self.push(call + ";");
            return Ok(());
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others were written above")]
        let line = match step {
            Step::Comment(text) => format!("/* {} */", literal::comment(text)),
            Step::Signal(task, sent) => self.sent(*task, *sent),
            Step::Pause(ms) => format!("poll(NULL, 0, {ms});     /* so the script says */"),
            Step::Died(task, status, line) => {
                format!("died({}, {status:#x}, __LINE__, {});", id(task), self.said(line, &Names::default()))
            }
            Step::Exit(code, Alone::Thread) => format!("syscall(SYS_exit, {code});"),
            Step::Exit(code, Alone::Process) => format!("_exit({code});"),
            Step::Fork(task, line) => {
                let call = format!("fork_task({}, {})", id(task), names::function(self.run, *task));
                self.task_made(&call, line);
                return Ok(());
            }
            Step::Thread(task, line) => {
                self.task_made(&format!("start_thread({})", id(task)), line);
                return Ok(());
            }
            Step::Has(variable, fd) => format!("{} = {fd};", names::variable(variable)),
            Step::Call(seen) => return self.call(seen),
            Step::Loop(seen) => return self.ended(seen),
            Step::Never(entered) => return self.never(entered),
            _ => return Ok(()),
        };
        self.push(line);
        Ok(())
    }

    fn push(&mut self, line: impl AsRef<str>) {
        let indent = if self.is_block { "        " } else { "    " };
        self.text.push(format!("{indent}{}", line.as_ref()));
    }

    fn sent(&self, task: usize, sent: Sent) -> String {
        let id = names::id(self.run, task);
        match sent {
            Sent::Process(signal) => format!("kill(pid_of({id}), {});", names::signal(signal)),
            Sent::Thread(signal) => {
                format!("syscall(SYS_tgkill, pid_of({id}), tid_of({id}), {});", names::signal(signal))
            }
            Sent::Group(signal) => format!("kill(-pid_of({id}), {});", names::signal(signal)),
            Sent::Interrupt => format!("syscall(SYS_tgkill, pid_of({id}), tid_of({id}), INTERRUPT);"),
        }
    }

    /// The line as a format, with the process that it ends with.
    fn said(&self, line: &Line, with: &Names) -> String {
        let Some((before, after, number)) = names::ending(self.run, line, with) else {
            return literal::format(&line.before);
        };
        let text = format!("{}%d{}", before.replace('%', "%%"), after.replace('%', "%%"));
        format!("{}, {number}", literal::string(text.as_bytes()))
    }

    fn task_made(&mut self, call: &str, line: &Line) {
        self.push(format!("equal({call} > 0, 1);"));
        self.push(format!("say({});", self.said(line, &Names::default())));
    }

    /// A block, where something has to stand before the call.
    fn begin(&mut self, made: &Made) {
        if !made.before.is_empty() {
            self.push("{");
            self.is_block = true;
        }
        for line in &made.before {
            self.push(line);
        }
        self.room = self.room.max(made.room);
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.is_block) {
            self.push("}");
        }
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
        self.begin(&made);
        self.push(format!("never({});", made.call));
        self.end();
        Ok(())
    }

    /// A call, with what it returned.
    fn call(&mut self, seen: &Seen) -> Result<(), String> {
        let event = &seen.event;
        let ret = event.ret.unwrap_or(0);
        let mut made = made_of(&Call { event, names: &seen.entered.names, run: self.run })?;
        match &seen.kept {
            Kept::Nothing => {}
            Kept::Result(variable) => made.call = format!("{} = {}", names::variable(variable), made.call),
            Kept::Pair(array, numbers) => {
                made.call = made.call.replace(made::PAIR, array);
                for (at, fd) in numbers.iter().flatten().enumerate() {
                    made.after.push(format!("equal({array}[{at}], {fd});"));
                }
            }
            Kept::Received(numbers) => {
                for (at, (variable, fd)) in numbers.iter().enumerate() {
                    let variable = names::variable(variable);
                    made.after.push(format!("{variable} = came.fds[{at}];"));
                    made.after.push(format!("equal({variable}, {fd});"));
                }
            }
        }
        if let Some(told) = seen.slept {
            made.before.push(format!("long got = {};", made.call));
            made.before.push(format!("returned({told});"));
            "got".clone_into(&mut made.call);
        }
        self.begin(&made);
        self.push(if ret == -1 && event.errno != Errno::NONE {
            format!("failed({}, {},", made.call, event.errno.in_a_program())
        } else {
            format!("saw({}, {},", made.call, made.want.clone().unwrap_or_else(|| ret.to_string()))
        });
        self.push(format!("    {});", self.said(&seen.line, &seen.entered.names)));
        for line in &made.after {
            self.push(line);
        }
        self.end();
        Ok(())
    }

    /// A loop's calls together.
    fn ended(&mut self, seen: &SeenLoop) -> Result<(), String> {
        let mut made = self.made(&seen.entered)?;
        let variable = if matches!(seen.entered.act, Act::Drain { .. }) { "came" } else { "written" };
        if let Some(told) = seen.slept {
            made.before.push(format!("long got = {};", made.call));
            made.before.push(format!("returned({told});"));
            "got".clone_into(&mut made.call);
        }
        self.begin(&made);
        self.push(format!("equal({}, {});", made.call, seen.calls));
        if seen.errno != Errno::NONE {
            self.push(format!("equal(errno, {});", seen.errno.in_a_program()));
        }
        self.push(format!("equal({variable}, {});", seen.bytes));
        self.push(format!("say({});", self.said(&seen.line, &Names::default())));
        self.end();
        Ok(())
    }
}

/// The call in this language; what has no form names its statement.
fn made_of(call: &Call<'_>) -> Result<Made, String> {
    calls::made(call).map_err(|reason| call.names.refused(&reason))
}
