//! What a person can do, and what the program is to do about it: the two ends of `update`.

use crate::check::Verdict;
use crate::lesson::Lesson;
use crate::lesson::other_kinds::Variant;
use crate::lesson::problem_wish::ProblemWish;
use crate::script::{Expectation, Statement};

use super::View;
use super::input_line::Edit;
use super::matrix_cell::{CellAnswer, CellPlace};
use super::program::{ProgramScreen, Standing, StepOrder, Stepping};
use super::side::PanelSide;
use crate::world::kind::Kind;

/// Something that came from the terminal, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key with a meaning in this mode.
    Do(Action),
    /// Letters.
    Text(String),
    /// A whole statement, from where lines are typed and not keys.
    Statement(String),
    /// The lesson of this place in the course.
    Take(usize),
    /// A bracketed paste: literal, line breaks included.
    Paste {
        /// What is kept of it.
        text: String,
        /// Bytes that were too many.
        dropped: u64,
    },
    /// Nothing is on its way any more; what a lesson's question would say to each of its options.
    Settled(Vec<Option<Verdict>>),
    /// A key that means nothing in this mode.
    Unbound(String),
    /// What of somebody's settings could not be taken, one line each.
    Warned(Vec<String>),
    /// A key was pressed, as it is written on a keyboard, with what it does: a room is shown it.
    Pressed(String),
    /// Progress is not kept, and why.
    NotKept(String),
    /// What became of something that was ordered, to be said.
    Said(String),
    /// What became of a copy.
    Copied(String),
    /// The next problem of the practice.
    Posed(Box<Lesson>),
    /// What the kernel said to a cell of the matrix.
    Cell(CellPlace, CellAnswer),
    /// There is none, and why.
    NotPosed(String),
    /// What the terminal of the program that is watched shows.
    ProgramScreen(ProgramScreen),
    /// Who of it stands before which call.
    ProgramStands(Vec<Standing>),
    /// It is over: how.
    ProgramEnded(String),
    /// What is typed is no longer for the program.
    KeyboardBack,
    /// The other kinds of channel on which the wrong answer to a step's question is the right one.
    OtherKinds(usize, Vec<&'static str>),
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
    /// The prompt with the first word of this statement, by its place in the table.
    TypeStatement(u16),
    /// Closes the prompt without running anything.
    LeavePrompt,
    /// Opens the prompt.
    OpenPrompt,
    /// Moves the focus on.
    FocusNext,
    /// Moves the focus back.
    FocusPrevious,
    /// The next pair of speaker and channel: the parent to all, then each channel from both sides.
    NextSpeaker,
    /// The other side of the focused channel speaks.
    OtherSideSpeaks,
    /// The message line, for a side of the focused channel.
    SpeakAs(PanelSide),
    /// A digit of the number that stands before a key.
    Count(u8),
    /// A statement about the focused channel.
    Make(ChannelAction),
    /// One letter more picks the kind of a new channel.
    NewChannel,
    /// A new channel of this kind, with a free name and a child.
    Create(Kind),
    /// The prompt with the statement for a new channel.
    TypeChannel,
    /// Back without a new channel.
    LeaveNewChannel,
    /// A fresh bench.
    Reset,
    /// What was done, as a lesson in a file.
    SaveLesson,
    /// What has happened, as a recording in a file.
    SaveRecording,
    /// The matrix: what each kind does in each situation.
    OpenMatrix,
    /// The same, with the row of this place.
    MatrixRow(u16),
    /// Back from the matrix.
    CloseMatrix,
    /// The row above.
    MatrixUp,
    /// The row below.
    MatrixDown,
    /// The column to the left.
    MatrixLeft,
    /// The column to the right.
    MatrixRight,
    /// The marked cell, as a bench.
    OpenCell,
    /// Stepping a program that is watched.
    Step(Stepping),
    /// The first step that is offered is refused.
    SkipStep,
    /// Opens help.
    OpenHelp,
    /// Closes help.
    CloseHelp,
    /// Help, one line up.
    HelpUp,
    /// Help, one line down.
    HelpDown,
    /// Help, one page up.
    HelpPageUp,
    /// Help, one page down.
    HelpPageDown,
    /// Help, from this line on: what the four above are where it is known how much is seen.
    HelpTo(u16),
    /// Opens the list of all that can be done.
    OpenPalette,
    /// Closes it.
    ClosePalette,
    /// The action above.
    PaletteUp,
    /// The action below.
    PaletteDown,
    /// Marks the action of this place, from 0; what is marked already is done.
    PaletteAt(u16),
    /// Does what is marked.
    Perform,
    /// The trace, back in time.
    TraceUp,
    /// The trace, towards now.
    TraceDown,
    /// The trace, so many lines before the newest: what going back is where it is known how many are seen.
    TraceTo(usize),
    /// Begins to type words that the lines of the trace have to have.
    OpenFilter,
    /// The trace stays filtered.
    KeepFilter,
    /// The trace has all its lines again.
    ClearFilter,
    /// Stops the program, as Ctrl-Z does in a shell.
    Suspend,
    /// Leaves the program.
    Quit,
    /// An editing key of the line or the prompt.
    Edit(Edit),
    /// A key of a lesson or of the list of lessons.
    Learn(Learn),
    /// What the word at the caret could become.
    Complete,
    /// For a room: light, few panels, the last keys; and back.
    Present,
    /// What comes next stays hidden until this is asked again.
    Curtain,
    /// The whole explanation, where there was no room for it.
    WholeExplanation,
    /// Whether clicks and the wheel come here, or select text in the terminal.
    ToggleMouse,
    /// The focus goes to the channel of this place, from 0.
    Focus(u16),
    /// A step in time.
    Go(Move),
    /// Back to now.
    ReturnToNow,
    /// On fresh processes, everything up to the moment that is looked at.
    RunAgain,
    /// The bench as it was before the last statement, on fresh processes.
    Undo,
    /// One letter more says what is copied.
    OpenCopy,
    /// Back without copying.
    CloseCopy,
    /// This goes to the clipboard, or into a file.
    Copy(Copied),
    /// The same writes with the reader earlier or later.
    TryAlternatives,
    /// This view, or from it back to the bench.
    Show(View),
    /// The view, to the left.
    SidewaysLeft,
    /// The view, to the right.
    SidewaysRight,
    /// The view from this process on: what the two above are where it is known how many are seen.
    ScrollViewTo(u16),
}

/// Keys of lessons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Learn {
    /// Whatever comes next.
    Step,
    /// Marks the option of this number, from 1.
    Choose(u8),
    /// The option before, or a line up.
    Up,
    /// The next option, or a line down.
    Down,
    /// The text, a page up.
    PageUp,
    /// The text, a page down.
    PageDown,
    /// The text from this line on: what the four above are where there is nothing to choose.
    ScrollTo(u16),
    /// The same for an answer that is chosen while something of the question is still unseen.
    ReadFirst(u16),
    /// The same where the text goes no further.
    AtEdge,
    /// One more hint.
    Hint,
    /// The solution, into the prompt.
    Solve,
    /// Out for free play, and back.
    Out,
    /// The list of lessons.
    List,
    /// The lesson above.
    ListUp,
    /// The lesson below.
    ListDown,
    /// Takes the marked lesson.
    Open,
    /// Takes the lesson of this place.
    TakeAt(u16),
    /// Back without.
    CloseList,
    /// Problems without end.
    Practice,
    /// Letters search the list.
    Search,
    /// The whole list again.
    LeaveSearch,
}

/// Moves in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// The event before.
    Back,
    /// The next event.
    Forth,
    /// Ten events back.
    FarBack,
    /// Ten events on.
    FarForth,
    /// The end of the statement before.
    StatementBack,
    /// The end of the next statement.
    StatementForth,
    /// The oldest that is known.
    First,
}

/// What is done to the focused channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChannelAction {
    /// One read at the far end.
    ReadFar,
    /// One read at the parent's end.
    ReadNear,
    /// SIGKILL for the child.
    Kill,
    /// Closes the parent's end.
    Close,
    /// Closes the child's end.
    CloseFar,
    /// One side says that it writes no more.
    HalfClose(PanelSide),
    /// A message of so many bytes from one side.
    Bytes(PanelSide),
    /// The parent waits for a child that has died.
    Wait,
    /// SIGSTOP for the child.
    Stop,
    /// SIGCONT for the child.
    Continue,
    /// Asks why the parent's end is as it is.
    Why,
}

/// What the program is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Run a statement when what came before has settled.
    Run(Box<Statement>),
    /// Forget what has not begun, and what expectations have captured: the bench will be a new one.
    Cancel,
    /// Keep what is done of the lessons.
    Save,
    /// Write down as a lesson what was done on the bench.
    SaveLesson,
    /// Keep as a recording what has happened on the bench.
    SaveRecording,
    /// From now on statements are run: on a bench, where a recording was looked at.
    LeaveRecording,
    /// Make a problem of the practice, and leave an empty bench.
    Pose {
        /// Of which series.
        seed: u64,
        /// From 1.
        number: u32,
        /// What it is to be like.
        wish: ProblemWish,
    },
    /// A wrong answer, to be tried on other kinds of channel.
    AskOtherKinds {
        /// The step of its question.
        step: usize,
        /// The answer.
        guess: Vec<Expectation>,
        /// The question on each of them.
        variants: Vec<Variant>,
    },
    /// Run these on a bench of their own, to be told what came of it.
    TryAlternatives(Vec<String>),
    /// Ask this cell of the matrix.
    AskCell(CellPlace),
    /// Run each of these on a bench of its own, one after the other, to be told what came of all.
    TryKinds(Vec<Vec<String>>),
    /// Put this text on the clipboard, or where there is none into a file.
    Copy(Copied, String),
    /// The same with what happened, as a C program.
    CopyProgram,
    /// Say who of a watched program is to go on.
    StepProgram(StepOrder),
    /// Run the watched program again, in the order of its calls until this moment.
    RunProgramAgain(u64),
    /// Look at the past, a step from what is looked at now.
    Look(Move),
    /// Give the terminal back, and stop until somebody says `fg`.
    Suspend,
    /// Leave.
    Quit,
}

/// What is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Copied {
    /// The newest line of the trace that is seen.
    Line,
    /// The last statement.
    Statement,
    /// All statements of the bench.
    Script,
    /// The same as a short string for `tincans open`.
    Short,
    /// What happened, as a C program.
    C,
}

impl Copied {
    /// As it is said.
    pub fn name(self) -> &'static str {
        match self {
            Self::Line => "the trace line",
            Self::Statement => "the statement",
            Self::Script => "the whole run",
            Self::Short => "the whole run as a string",
            Self::C => "the whole run as C",
        }
    }
}
