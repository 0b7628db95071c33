//! How C and Python name tasks, processes and descriptors.

use crate::export::walk::{Names, Run, STAGE, Variable};

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
