//! What a line, or two halves of one, means for its task.

use crate::abi::Signal;
use crate::order::Outcome;
use crate::strace_log::answers::{LoggedResult, answer};
use crate::strace_log::calls::signal;
use crate::strace_log::line::LineBody;
use crate::strace_log::text::arguments;

/// One step of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogStep {
    /// It is there now; made by this task in this call, if that is known.
    Born {
        /// The maker and its call.
        by: Option<(i32, u64)>,
    },
    /// It enters a call.
    Entry(u64),
    /// It is back from it.
    Return(u64),
    /// A signal is delivered to it.
    Signal {
        /// Which.
        signal: Signal,
        /// It dies of it.
        is_deadly: bool,
    },
    /// It is stopped.
    Stopped(Signal),
    /// It exited.
    Exited(i32),
    /// It was killed.
    Killed(Signal),
    /// It is gone: another thread of its process executed a program, and has its number now.
    Superseded(i32),
}

impl LogStep {
    /// `SIGCHLD {si_signo=…}`.
    pub fn signal(text: &str) -> Self {
        Self::Signal { signal: Signal(signal(text)), is_deadly: false }
    }

    /// By the signal's name.
    pub fn stopped(name: &str) -> Self {
        Self::Stopped(Signal(signal(name)))
    }

    /// With this code.
    pub fn exited(code: i32) -> Self {
        Self::Exited(code)
    }

    /// By the signal's name.
    pub fn killed(name: &str) -> Self {
        Self::Killed(Signal(signal(name)))
    }

    /// The task's next line says whether a signal killed it.
    pub fn decide(&mut self, next: LineBody<'_>) {
        if let (Self::Signal { signal: of, is_deadly }, LineBody::Killed(name)) = (self, next) {
            *is_deadly = of.0 == signal(name);
        }
    }
}

/// A call with all of its text that there is.
#[derive(Debug, Clone)]
pub struct JoinedCall {
    /// Its name.
    pub name: String,
    text: String,
    is_whole: bool,
}

impl JoinedCall {
    /// From its line, or its first half.
    pub fn new(name: &str, text: &str, is_whole: bool) -> Self {
        Self { name: name.to_owned(), text: text.to_owned(), is_whole }
    }

    /// Adds the second half.
    pub fn complete(&mut self, rest: &str) {
        self.text.push_str(rest);
        self.is_whole = true;
    }

    /// Its arguments, and the text behind them; of a call that never returned the arguments there are.
    pub fn parts(&self) -> (Vec<&str>, &str) {
        if let Some(parts) = arguments(&self.text) {
            return parts;
        }
        // Only the closing parenthesis is missing.
        let text = self.text.trim_end().trim_end_matches(',');
        (crate::strace_log::text::open_arguments(text), "")
    }

    /// Whether it is a call that makes a task.
    pub fn makes_task(&self) -> bool {
        matches!(self.name.as_str(), "fork" | "vfork" | "clone" | "clone3")
    }

    /// Whether it is such a call that may make this one: it has not returned, or has returned its number.
    pub fn makes(&self, pid: i32) -> bool {
        self.makes_task() && (!self.is_whole || self.child() == Some(pid))
    }

    /// The task that it made.
    pub fn child(&self) -> Option<i32> {
        if !self.makes_task() || !self.is_whole {
            return None;
        }
        match answer(self.parts().1) {
            LoggedResult::Value(pid, _) => i32::try_from(pid).ok().filter(|pid| *pid > 0),
            LoggedResult::Failed(_) | LoggedResult::Interrupted | LoggedResult::Unknown => None,
        }
    }
}

/// What a call that did not fail gave back.
#[derive(Debug)]
pub struct ReturnedData<'a> {
    /// The number.
    pub value: i64,
    /// Data and the like.
    pub outcome: Option<Outcome>,
    /// The text of its result.
    pub tail: &'a str,
    /// Its arguments.
    pub arguments: &'a [&'a str],
}
