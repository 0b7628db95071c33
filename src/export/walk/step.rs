//! What a program does, step by step, in no language yet.

use std::rc::Rc;

use crate::abi::Errno;
use crate::trace::CallEvent;

use super::descriptors::{Table, Variable};

/// A run as a program of any language has it.
#[derive(Debug, Default)]
pub struct Run {
    /// The stage, then the tasks in order of creation.
    pub parts: Vec<Part>,
    /// The variables of descriptors, each with whether it is an array of two.
    pub variables: Vec<(String, bool)>,
    /// Who called execve(2), in order.
    pub executions: Vec<usize>,
    /// Whether a call is about one of the descriptors 0 to 2, which each task has from its beginning.
    pub uses_standard: bool,
}

/// What one task does.
#[derive(Debug, Default)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// A word that no other part has: letters, digits and underscores.
    pub word: String,
    /// Whether it is a thread of its parent's process.
    pub is_thread: bool,
    /// Its steps, after the last execve(2).
    pub steps: Vec<Step>,
    /// Those before each execve(2).
    pub before_exec: Vec<Vec<Step>>,
    /// The call that it is asleep in, to be a step when it is known what comes of it.
    pub(super) asleep: Option<Entered>,
}

impl Part {
    /// Whether it is asleep in one of many calls.
    pub(super) fn is_in_loop(&self) -> bool {
        self.asleep.as_ref().is_some_and(Entered::is_loop)
    }
}

/// One step of a part.
#[derive(Debug)]
pub enum Step {
    /// Waits until it is this turn.
    Turn(u32),
    /// Gives the turn away.
    Over,
    /// Waits until all who are inside of a call are asleep.
    Quiet,
    /// Waits until the sleeping call of this one has returned.
    Back(usize),
    /// Its own call that slept has returned, and is told.
    Woke,
    /// A line of the transcript.
    Say(Line),
    /// The same, of a call that sleeps next; the turn is given away.
    Sleeps(Line),
    /// The next call stops its own task; the turn is given away.
    Stops,
    /// Words for who reads the program.
    Comment(String),
    /// The stage sends a signal to a task.
    Signal(usize, Sent),
    /// The stage lets so many milliseconds pass, as the script says.
    Pause(u64),
    /// The stage waits until a signal has stopped this task.
    UntilStopped(usize),
    /// The stage sees a task dead, with this status, and tells it.
    Died(usize, i32, Line),
    /// It ends: with this code, its thread alone or its process.
    Exit(i32, Alone),
    /// A new process that does this part.
    Fork(usize, Line),
    /// A new thread that does this part.
    Thread(usize, Line),
    /// A call that returned.
    Call(Box<Seen>),
    /// A loop that ended.
    Loop(Box<SeenLoop>),
    /// A call that never returns.
    Never(Box<Entered>),
    /// execve(2): it goes on with the part of this number.
    Exec(usize),
    /// After it: a variable has the number that it had.
    Has(Variable, i32),
}

/// What the stage sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
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
pub enum Alone {
    /// Its process goes on.
    Thread,
    /// All of it.
    Process,
}

/// A line of the transcript; one that ends with a process has another number in each run.
#[derive(Debug, Default, Clone)]
pub struct Line {
    /// All of it, or what stands before the number.
    pub before: String,
    /// Whose number, and what stands behind it.
    pub number: Option<(Whose, String)>,
}

impl Line {
    /// A line that is the same in each run.
    pub fn fixed(text: &str) -> Self {
        Self { before: text.to_owned(), number: None }
    }
}

/// Whose number a line ends with.
#[derive(Debug, Clone, Copy)]
pub enum Whose {
    /// The thread of a task.
    Task(usize),
    /// A process.
    Pid(i32),
}

/// A call or loop as it is entered.
#[derive(Debug, Clone)]
pub struct Entered {
    /// What.
    pub act: Act,
    /// With what names.
    pub names: Names,
}

impl Entered {
    /// Whether none of its calls can be told apart.
    pub fn is_loop(&self) -> bool {
        !matches!(self.act, Act::Call(_))
    }
}

/// What is entered.
#[derive(Debug, Clone)]
pub enum Act {
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
pub struct Names {
    /// The descriptors of the caller.
    table: Rc<Table>,
    /// Processes and their tasks, the newest first.
    tasks: Rc<Vec<(i32, usize)>>,
    /// The statement: its line and text.
    statement: Option<Rc<str>>,
}

impl Names {
    pub(super) fn new(table: Rc<Table>, tasks: Rc<Vec<(i32, usize)>>, statement: Option<Rc<str>>) -> Self {
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
pub struct Seen {
    /// As it was entered.
    pub entered: Entered,
    /// As it returned.
    pub event: CallEvent,
    /// What is told of it.
    pub line: Line,
    /// It slept: it is told after so many lines.
    pub slept: Option<usize>,
    /// What keeps the numbers that it made.
    pub kept: Kept,
}

/// What keeps the descriptors that a call made.
#[derive(Debug)]
pub enum Kept {
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
pub struct SeenLoop {
    /// As it was entered.
    pub entered: Entered,
    /// Its calls.
    pub calls: u64,
    /// Bytes moved.
    pub bytes: u64,
    /// What ended it.
    pub errno: Errno,
    /// What is told of it.
    pub line: Line,
    /// It slept: it is told after so many lines.
    pub slept: Option<usize>,
}
