//! How C and Python name tasks, processes, descriptors and signals, and a call with what its numbers mean.

use crate::abi::Signal;
use crate::export::walk::{Names, Run, STAGE, Variable};
use crate::trace::CallEvent;

/// One call of the run.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// What was called, and what came.
    pub event: &'a CallEvent,
    /// What its numbers mean.
    pub names: &'a Names,
    /// All tasks.
    pub run: &'a Run,
}

impl Call<'_> {
    /// A descriptor.
    pub fn fd(&self, number: i32) -> String {
        fd(self.names, number)
    }

    /// A process.
    pub fn pid(&self, number: i32) -> String {
        pid(self.run, self.names, number)
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
pub fn id(run: &Run, task: usize) -> String {
    if task == STAGE { "STAGE".to_owned() } else { format!("{}_TASK", run.parts[task].word.to_uppercase()) }
}

/// The function of a task.
pub fn function(run: &Run, task: usize) -> String {
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
pub fn fd(names: &Names, fd: i32) -> String {
    names.variable(fd).map_or_else(|| fd.to_string(), variable)
}

/// A process, by the task that it is.
pub fn pid(run: &Run, names: &Names, pid: i32) -> String {
    names.task(pid).map_or_else(|| pid.to_string(), |task| format!("pid_of({})", id(run, task)))
}
