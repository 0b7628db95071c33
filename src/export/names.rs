//! What all languages have in common: how they name tasks, processes, descriptors and signals, and a call with what its numbers mean.

use crate::abi::Signal;
use crate::export::walk::{NumberNames, NumberOwner, Program, ProgramStep, STAGE, TranscriptLine, Variable};
use crate::trace::CallEvent;

/// One call of the run.
#[derive(Debug, Clone, Copy)]
pub struct NamedCall<'a> {
    /// What was called, and what came.
    pub event: &'a CallEvent,
    /// What its numbers mean.
    pub names: &'a NumberNames,
    /// All tasks.
    pub run: &'a Program,
}

impl NamedCall<'_> {
    /// A descriptor.
    pub fn fd(&self, number: i32) -> String {
        fd(self.names, number)
    }

    /// A process.
    pub fn pid(&self, number: i32) -> String {
        pid(self.run, self.names, number)
    }

    /// The parent that getppid(2) returned; of one that is no process of the run, which is another each time, what `call` returns.
    pub fn parent(&self, call: &str) -> String {
        let is_named = self.names.task(self.ret()).is_some();
        if is_named { self.pid(self.ret()) } else { call.to_owned() }
    }

    /// What was returned.
    pub fn ret(&self) -> i32 {
        self.event.ret.unwrap_or(0)
    }
}

/// A signal: its name in signal.h, or its number where it has none.
pub fn signal(number: i32) -> String {
    match Signal(number).name() {
        name if number > 0 && name.starts_with("SIG") && !name.contains('+') && !name.contains('_') => name,
        _ => number.to_string(),
    }
}

/// Text inside of a comment.
pub fn comment(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// The number of a task.
pub fn id(run: &Program, task: usize) -> String {
    if task == STAGE { "STAGE".to_owned() } else { format!("{}_TASK", run.parts[task].word.to_uppercase()) }
}

/// The function of a task.
pub fn function(run: &Program, task: usize) -> String {
    format!("{}_part", run.parts[task].word)
}

/// A variable of a descriptor.
pub fn variable(variable: &Variable) -> String {
    match variable.index {
        Some(index) => format!("{}[{index}]", variable.name),
        None => variable.name.clone(),
    }
}

/// A descriptor: its variable, or the number where it has none.
pub fn fd(names: &NumberNames, fd: i32) -> String {
    names.variable(fd).map_or_else(|| fd.to_string(), variable)
}

/// A process, by the task that it is.
pub fn pid(run: &Program, names: &NumberNames, pid: i32) -> String {
    names.task(pid).map_or_else(|| pid.to_string(), |task| format!("pid_of({})", id(run, task)))
}

/// The same after so many execve(2).
pub fn function_after(run: &Program, task: usize, executions: usize) -> String {
    match executions {
        0 => function(run, task),
        _ => format!("{}_after_exec_{executions}", function(run, task)),
    }
}

/// The functions with which tasks go on after execve(2), in the order in which that is called.
pub fn after_exec(run: &Program) -> String {
    let mut counts = vec![0; run.parts.len()];
    let next = |task: &usize| {
        counts[*task] += 1;
        function_after(run, *task, counts[*task])
    };
    run.executions.iter().map(next).collect::<Vec<_>>().join(", ")
}

/// The steps that are written alike in all languages: a call of a helper. `said` writes a line of the transcript.
pub fn helper(run: &Program, step: &ProgramStep, said: impl Fn(&TranscriptLine) -> String) -> Option<String> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "each language has its own form of the others")]
    match step {
        ProgramStep::Print(line) => Some(format!("say({})", said(line))),
        ProgramStep::PrintThenSleep(line) => Some(format!("sleeps({})", said(line))),
        ProgramStep::AwaitTurn(number) => Some(format!("turn({number})")),
        ProgramStep::PassTurn => Some("over()".to_owned()),
        ProgramStep::AwaitSleepers => Some("quiet()".to_owned()),
        ProgramStep::ReportWoken => Some("woke()".to_owned()),
        ProgramStep::PrepareStop => Some("stops()".to_owned()),
        ProgramStep::AwaitReturn(task) => Some(format!("back({})", id(run, *task))),
        ProgramStep::AwaitStopped(task) => Some(format!("until_stopped({})", id(run, *task))),
        ProgramStep::Exec(number) => Some(format!("exec_again({number})")),
        _ => None,
    }
}

/// A line that ends with a process: what stands before and behind its number, and the number. None where there is no such.
pub fn ending<'a>(run: &Program, line: &'a TranscriptLine, with: &NumberNames) -> Option<(&'a str, &'a str, String)> {
    let (whose, after) = line.number.as_ref()?;
    let number = match whose {
        NumberOwner::Task(task) => format!("tid_of({})", id(run, *task)),
        NumberOwner::Pid(number) => pid(run, with, *number),
    };
    Some((&line.before, after, number))
}
