//! What the UI knows of a program that is watched, beside the world: what its terminal shows, and who has the keyboard.

use serde::{Deserialize, Serialize};

use crate::trace::TaskId;
use crate::world::kind::EndId;

/// What a person who steps a program wants of the watcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepOrder {
    /// This task makes the call that it stands before.
    LetGo(TaskId),
    /// All go on as they like.
    AllGo,
    /// From now on each stands before its next call.
    Hold,
}

/// What a call does to the end that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Takes bytes.
    Reads,
    /// Gives bytes.
    Writes,
    /// Closes a descriptor.
    Closes,
    /// Something else.
    Other,
}

/// A task that stands before its next call, because somebody steps the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which task.
    pub task: TaskId,
    /// Its name.
    pub name: String,
    /// The call: `write(pipe1[1], "hello", 5)`.
    pub call: String,
    /// The end that it is about.
    pub end: Option<EndId>,
    /// What it does to that.
    pub does: Does,
}

/// Keys for stepping a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stepping {
    /// The chosen task makes the call that it stands before; where all go as they like, they stop before the next one.
    Go,
    /// Another task is chosen.
    Choose,
    /// All go on as they like.
    All,
    /// One letter more says until what they go on, one call at a time.
    OpenUntil,
    /// Back without.
    CloseUntil,
    /// They go on until this comes.
    Until(Until),
}

/// What stops a program that goes on by itself, one call at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Until {
    /// Somebody is about to read from an end of the focused channel.
    Read,
    /// Somebody is about to write to one.
    Write,
    /// Somebody is about to close one.
    Close,
    /// Somebody has fallen asleep in a call.
    Sleep,
    /// A read has returned EOF.
    Eof,
    /// EPIPE or SIGPIPE has come.
    Broken,
}

/// Until what a program goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Goal {
    /// What is waited for.
    pub(super) until: Until,
    /// The ends that it is about, where it is about some.
    pub(super) ends: Vec<EndId>,
    /// Who went last: the others get their turn.
    pub(super) last: Option<TaskId>,
}

/// A letter of the program's terminal with its looks. A column behind a wide letter is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramCell {
    /// What stands there; nothing but letters that a screen may show.
    pub text: String,
    /// It stands out.
    pub is_bold: bool,
    /// Ground and letter are exchanged.
    pub is_inverse: bool,
}

/// What the program's terminal shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ProgramScreen {
    /// Its rows.
    pub rows: Vec<Vec<ProgramCell>>,
    /// Where its cursor is, column and row; none while it is hidden.
    pub cursor: Option<(u16, u16)>,
}

/// A program that is watched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Program {
    /// Its terminal.
    pub screen: ProgramScreen,
    /// What is typed goes to it, until [`TAKE_BACK`].
    pub has_keyboard: bool,
    /// How it ended, in words.
    pub ending: Option<String>,
    /// One call at a time is made, and somebody says whose.
    pub is_stepped: bool,
    /// Who stands before which call, once nobody runs.
    pub standing: Vec<Standing>,
    /// The place of the task among them that goes next.
    pub chosen: usize,
    /// Until what they go on by themselves, one at a time.
    pub goal: Option<Goal>,
}

impl Program {
    /// Whether it reads what is typed.
    pub fn is_running(&self) -> bool {
        self.ending.is_none()
    }

    /// Whether a task stands before a call.
    pub fn stands(&self, task: TaskId) -> bool {
        self.standing.iter().any(|standing| standing.task == task)
    }

    /// The task that goes next, where some stand.
    pub fn next(&self) -> Option<&Standing> {
        self.standing.get(self.chosen)
    }
}

/// The byte by which the keyboard is taken back from the program: Ctrl-].
pub const TAKE_BACK: u8 = 0x1d;
/// As it is written on a keyboard.
pub const TAKE_BACK_LABEL: &str = "Ctrl-]";
