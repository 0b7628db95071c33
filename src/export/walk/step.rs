//! What a program does, step by step, in no language yet.

use std::rc::Rc;

use crate::abi::Errno;
use crate::trace::CallEvent;

use super::descriptors::{Variable, VariableTable};

/// A run as a program of any language has it.
#[derive(Debug, Default)]
pub struct Program {
    /// The stage, then the tasks in order of creation.
    pub parts: Vec<TaskSteps>,
    /// The variables of descriptors, each with whether it is an array of two.
    pub variables: Vec<(String, bool)>,
    /// Who called execve(2), in order.
    pub executions: Vec<usize>,
    /// Whether a call is about one of the descriptors 0 to 2, which each task has from its beginning.
    pub uses_standard: bool,
}

/// What one task does.
#[derive(Debug, Default)]
pub struct TaskSteps {
    /// Its name.
    pub name: String,
    /// A word that no other part has: letters, digits and underscores.
    pub word: String,
    /// Whether it is a thread of its parent's process.
    pub is_thread: bool,
    /// Its steps, after the last execve(2).
    pub steps: Vec<ProgramStep>,
    /// Those before each execve(2).
    pub before_exec: Vec<Vec<ProgramStep>>,
    /// The call that it is asleep in, to be a step when it is known what comes of it.
    pub(super) asleep: Option<EnteredCall>,
}

impl TaskSteps {
    /// Whether it is asleep in one of many calls.
    pub(super) fn is_in_loop(&self) -> bool {
        self.asleep.as_ref().is_some_and(EnteredCall::is_loop)
    }
}

/// One step of a part.
#[derive(Debug)]
pub enum ProgramStep {
    /// Waits until it is this turn.
    AwaitTurn(u32),
    /// Gives the turn away.
    PassTurn,
    /// Waits until all who are inside of a call are asleep.
    AwaitSleepers,
    /// Waits until the sleeping call of this one has returned.
    AwaitReturn(usize),
    /// Its own call that slept has returned, and is told.
    ReportWoken,
    /// A line of the transcript.
    Print(TranscriptLine),
    /// The same, of a call that sleeps next; the turn is given away.
    PrintThenSleep(TranscriptLine),
    /// The next call stops its own task; the turn is given away.
    PrepareStop,
    /// Words for who reads the program.
    Comment(String),
    /// The stage sends a signal to a task.
    Signal(usize, SignalTarget),
    /// The stage lets so many milliseconds pass, as the script says.
    Pause(u64),
    /// The stage waits until a signal has stopped this task.
    AwaitStopped(usize),
    /// The stage sees a task dead, with this status, and tells it.
    AwaitDeath(usize, i32, TranscriptLine),
    /// It ends: with this code, its thread alone or its process.
    Exit(i32, ExitScope),
    /// A new process that does this part.
    Fork(usize, TranscriptLine),
    /// A new thread that does this part.
    Thread(usize, TranscriptLine),
    /// A call that returned.
    Call(Box<ReturnedCall>),
    /// A loop that ended.
    Loop(Box<FinishedLoop>),
    /// A call that never returns.
    NeverReturns(Box<EnteredCall>),
    /// execve(2): it goes on with the part of this number.
    Exec(usize),
    /// After it: a variable has the number that it had.
    CheckVariable(Variable, i32),
}

/// What the stage sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignalTarget {
    /// A signal to a process.
    Process(i32),
    /// A signal to one thread.
    Thread(i32),
    /// A signal to the group that a process leads.
    Group(i32),
    /// What ends a call, to one thread.
    Interrupt,
}

/// Whether only a thread ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitScope {
    /// Its process goes on.
    Thread,
    /// All of it.
    Process,
}

/// A line of the transcript; one that ends with a process has another number in each run.
#[derive(Debug, Default, Clone)]
pub struct TranscriptLine {
    /// All of it, or what stands before the number.
    pub before: String,
    /// Whose number, and what stands behind it.
    pub number: Option<(NumberOwner, String)>,
}

impl TranscriptLine {
    /// A line that is the same in each run.
    pub fn fixed(text: &str) -> Self {
        Self { before: text.to_owned(), number: None }
    }
}

/// Whose number a line ends with.
#[derive(Debug, Clone, Copy)]
pub enum NumberOwner {
    /// The thread of a task.
    Task(usize),
    /// A process.
    Pid(i32),
}

/// A call or loop as it is entered.
#[derive(Debug, Clone)]
pub struct EnteredCall {
    /// What.
    pub act: CallOrLoop,
    /// With what names.
    pub names: NumberNames,
}

impl EnteredCall {
    /// Whether none of its calls can be told apart.
    pub fn is_loop(&self) -> bool {
        !matches!(self.act, CallOrLoop::Call(_))
    }
}

/// What is entered.
#[derive(Debug, Clone)]
pub enum CallOrLoop {
    /// One call.
    Call(Box<CallEvent>),
    /// Writes of so many bytes, at most so many.
    Flood {
        /// The descriptor.
        fd: i32,
        /// Bytes of each.
        size: u64,
        /// Writes at most.
        limit: u64,
    },
    /// Reads until nothing comes any more.
    Drain {
        /// The descriptor.
        fd: i32,
        /// Room of each.
        count: u64,
        /// Not asleep.
        dont_wait: bool,
        /// recv(2) does not serve.
        is_pipe: bool,
    },
    /// What is read is written back, until the end.
    Echo {
        /// The descriptor.
        fd: i32,
    },
    /// So many times a write of so many bytes, and a read of the answer.
    Ping {
        /// The descriptor.
        fd: i32,
        /// Bytes of each.
        size: u64,
        /// Writes at most.
        limit: u64,
    },
}

/// The names of numbers when a call is entered: a number keeps its name in it, whatever it means later.
#[derive(Debug, Clone, Default)]
pub struct NumberNames {
    /// The descriptors of the caller.
    table: Rc<VariableTable>,
    /// Processes and their tasks, the newest first.
    tasks: Rc<Vec<(i32, usize)>>,
    /// The statement: its line and text.
    statement: Option<Rc<str>>,
}

impl NumberNames {
    pub(super) fn new(table: Rc<VariableTable>, tasks: Rc<Vec<(i32, usize)>>, statement: Option<Rc<str>>) -> Self {
        Self { table, tasks, statement }
    }

    /// The variable of a number, if it has one.
    pub fn variable(&self, fd: i32) -> Option<&Variable> {
        self.table.variable(fd)
    }

    /// The task of a process.
    pub fn task(&self, pid: i32) -> Option<usize> {
        self.tasks.iter().find(|task| task.0 == pid).map(|task| task.1)
    }

    /// Why the call has no form, with the statement that makes it.
    pub fn refused(&self, reason: &str) -> String {
        self.statement.as_ref().map_or_else(|| reason.to_owned(), |statement| format!("{statement}: {reason}"))
    }
}

/// A call, and what it returned.
#[derive(Debug)]
pub struct ReturnedCall {
    /// As it was entered.
    pub entered: EnteredCall,
    /// As it returned.
    pub event: CallEvent,
    /// What is told of it.
    pub line: TranscriptLine,
    /// It slept: it is told after so many lines.
    pub slept: Option<usize>,
    /// What keeps the numbers that it made.
    pub kept: KeptDescriptors,
}

/// What keeps the descriptors that a call made.
#[derive(Debug)]
pub enum KeptDescriptors {
    /// It made none.
    Nothing,
    /// The number that it returned.
    Result(Variable),
    /// Both of a pair, in this array; the numbers, where it made them.
    Pair(String, Option<[i32; 2]>),
    /// Those that came with a message, each with its number.
    Received(Vec<(Variable, i32)>),
}

/// A loop, and what came of it.
#[derive(Debug)]
pub struct FinishedLoop {
    /// As it was entered.
    pub entered: EnteredCall,
    /// Its calls.
    pub calls: u64,
    /// Bytes moved.
    pub bytes: u64,
    /// What ended it.
    pub errno: Errno,
    /// What is told of it.
    pub line: TranscriptLine,
    /// It slept: it is told after so many lines.
    pub slept: Option<usize>,
}
