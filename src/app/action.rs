//! What a person can do, and what the program is to do about it: the two ends of `update`.

use crate::script::Statement;

/// Something that came from the terminal, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key with a meaning in this mode.
    Do(Action),
    /// Letters.
    Text(String),
    /// A bracketed paste: literal, line breaks included.
    Paste {
        /// What is kept of it.
        text: String,
        /// Bytes that were too many.
        dropped: u64,
    },
}

/// The meanings of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Sends the message; of an empty line: the children read.
    Send,
    /// Runs the statement.
    Run,
    /// Leaves the message line.
    LeaveLine,
    /// Returns to the message line.
    EnterLine,
    /// Closes the prompt without running anything.
    LeavePrompt,
    /// Opens the prompt.
    OpenPrompt,
    /// Moves the focus on.
    FocusNext,
    /// Moves the focus back.
    FocusPrevious,
    /// Messages to all, or to the focused channel.
    ToggleAudience,
    /// A statement about the focused channel.
    Make(Deed),
    /// The prompt with the statement for a new channel.
    NewChannel,
    /// A fresh bench.
    Reset,
    /// Opens help.
    OpenHelp,
    /// Closes help.
    CloseHelp,
    /// Help, one line up.
    HelpUp,
    /// Help, one line down.
    HelpDown,
    /// The trace, back in time.
    TraceUp,
    /// The trace, towards now.
    TraceDown,
    /// Stops the program, as Ctrl-Z does in a shell.
    Suspend,
    /// Leaves the program.
    Quit,
    /// An editing key of the line or the prompt.
    Edit(Edit),
}

/// What is done to the focused channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// One read at the far end.
    ReadFar,
    /// One read at the parent's end.
    ReadNear,
    /// SIGKILL for the child.
    Kill,
    /// Closes the parent's end.
    Close,
    /// SIGSTOP for the child.
    Stop,
    /// SIGCONT for the child.
    Continue,
    /// Asks why the parent's end is as it is.
    Why,
}

/// Editing keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Edit {
    /// One letter left.
    Left,
    /// One letter right.
    Right,
    /// To the beginning.
    Start,
    /// To the end.
    End,
    /// Deletes the letter before the caret.
    Backspace,
    /// Deletes the letter under the caret.
    Delete,
    /// Deletes the word before the caret.
    DeleteWord,
    /// Deletes what is before the caret.
    DeleteToStart,
    /// What was entered before.
    Older,
    /// What was entered after that.
    Newer,
}

/// What the program is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Run a statement when what came before has settled.
    Run(Box<Statement>),
    /// Forget what has not begun.
    Cancel,
    /// Give the terminal back, and stop until somebody says `fg`.
    Suspend,
    /// Leave.
    Quit,
}
