//! The one table of actions: the name by which each is bound, its default keys, what footer, palette and help say of it.

use super::Key::{Char, Ctrl, Digits, Named as N, Six};
use super::{Key, Named};
use crate::app::action::{Action, ChannelAction, Copied, Learn, Move};
use crate::app::input_line::Edit;
use crate::app::program::{Stepping, Until};
use crate::app::target::PanelSide;
use crate::app::{Mode, View};
use crate::world::kind::Kind;

/// What can be done, and the keys for it unless a person has others.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// By which it is bound; the same action has it wherever it is to be had.
    pub name: &'static str,
    /// The default keys.
    pub keys: &'static [Key],
    /// What they do.
    pub action: Action,
    /// For the footer: what comes first, and one or two words; no words where the footer is silent about it.
    pub short: (u8, &'static str),
    /// For help and the palette.
    pub long: &'static str,
}

/// Rows that belong together.
#[derive(Debug)]
pub struct Group {
    /// Their heading.
    pub title: &'static str,
    /// Where they hold.
    pub modes: &'static [Mode],
    /// The rows.
    pub rows: &'static [KeyRow],
}

/// The rows that hold in a mode.
pub fn rows(mode: Mode) -> impl Iterator<Item = &'static KeyRow> {
    GROUPS.iter().filter(move |group| group.modes.contains(&mode)).flat_map(|group| group.rows)
}

const fn row(
    name: &'static str,
    keys: &'static [Key],
    action: Action,
    short: (u8, &'static str),
    long: &'static str,
) -> KeyRow {
    KeyRow { name, keys, action, short, long }
}

const fn learn(key: Learn) -> Action {
    Action::Learn(key)
}

const fn step(key: Stepping) -> Action {
    Action::Step(key)
}

/// The footer is silent about it.
const SILENT: (u8, &str) = (u8::MAX, "");

const LESSON: &[KeyRow] = &[
    row("step", &[Char(' '), N(Named::Enter)], learn(Learn::Step), (1, "next"), "go on: run it, ask it, the next step"),
    row("choose", &[Six('1')], learn(Learn::Choose(0)), SILENT, "choose an answer"),
    row("answer-up", &[N(Named::Up)], learn(Learn::Up), SILENT, "the answer above; or a line up"),
    row("answer-down", &[N(Named::Down)], learn(Learn::Down), SILENT, "the answer below; or a line down"),
    row("text-up", &[N(Named::PageUp)], learn(Learn::PageUp), SILENT, "the text, a page up"),
    row("text-down", &[N(Named::PageDown)], learn(Learn::PageDown), SILENT, "the text, a page down"),
    row("hint", &[Char('h')], learn(Learn::Hint), (2, "hint"), "one more hint"),
    row("answer", &[Char('a')], learn(Learn::Solve), (3, "answer"), "the answer into the prompt, not run"),
];

const TO_LINE: &[KeyRow] =
    &[row("to-line", &[N(Named::Enter)], Action::EnterLine, SILENT, "return to the message line, too")];

const TYPE: &[KeyRow] = &[
    row("line", &[Char('i')], Action::EnterLine, (4, "say"), "the message line: type a message"),
    row("line-child", &[Char('I')], Action::SpeakAs(PanelSide::Far), SILENT, "the child's message line: it writes"),
    row("statement", &[Char(':')], Action::OpenPrompt, (5, "type"), "type any statement"),
    row("play", &[Char('o')], learn(Learn::Out), (6, "play/lesson"), "out of the lesson to play, and back"),
];

const ALWAYS: &[KeyRow] = &[
    row("palette", &[Char('/')], Action::OpenPalette, (0, "all"), "all actions: find one, do it"),
    row("help", &[Char('?')], Action::OpenHelp, (0, "help"), "this help"),
    row("quit", &[Char('q')], Action::Quit, (0, "quit"), "leave"),
];

const TIME: &[KeyRow] = &[
    row(
        "back-in-time",
        &[N(Named::Left), Char(',')],
        Action::Go(Move::Back),
        (40, "back in time"),
        "back in time: the event before",
    ),
    row("run-again", &[Char('g')], Action::RunAgain, SILENT, "run it all again, for real"),
];

const BACK: &[KeyRow] =
    &[row("bench", &[N(Named::Esc)], Action::Show(View::Bench), SILENT, "from a view back to the bench")];

const VIEWS: &[KeyRow] = &[
    row("diagram", &[Char('d')], Action::Show(View::Diagram), (30, "diagram"), "a diagram: who sent what to whom"),
    row("lens", &[Char('v')], Action::Show(View::Lens), (31, "5 kinds"), "one message, five kinds side by side"),
    row("zoom", &[Char('z')], Action::Show(View::Xray), (32, "zoom"), "the channel alone, its bytes in hex"),
    row(
        "processes",
        &[Char('t')],
        Action::Show(View::Processes),
        (33, "processes"),
        "the processes, their descriptors",
    ),
    row("otherwise", &[Char('e')], Action::TryAlternatives, (34, "otherwise"), "what else could have happened, tried"),
    row("matrix", &[Char('V')], Action::OpenMatrix, (38, "matrix"), "the matrix: each kind, each situation"),
    row("grid", &[Char('c')], Action::Show(View::Grid), (35, "channels"), "all channels, a cell each"),
    row("trace", &[Char('T')], Action::Show(View::Trace), (36, "trace"), "the trace alone"),
    row("holders", &[Char('f')], Action::Show(View::Holders), (37, "holders"), "who holds every end"),
    row("view-left", &[Char('<')], Action::SidewaysLeft, SILENT, "the diagram, to the left"),
    row("view-right", &[Char('>')], Action::SidewaysRight, SILENT, "the diagram, to the right"),
];

const PAST: &[KeyRow] = &[
    row("run-again", &[Char('g')], Action::RunAgain, (1, "run again to here"), "run it all again to here, for real"),
    row("now", &[N(Named::Esc), N(Named::End)], Action::ReturnToNow, (2, "now"), "back to now"),
    row("event-back", &[N(Named::Left), Char(',')], Action::Go(Move::Back), (3, "back"), "the event before"),
    row("event-on", &[N(Named::Right), Char('.')], Action::Go(Move::Forth), (4, "on"), "the next event"),
    row(
        "statement-back",
        &[N(Named::Up)],
        Action::Go(Move::StatementBack),
        (5, "statement before"),
        "the end of the statement before",
    ),
    row("statement-on", &[N(Named::Down)], Action::Go(Move::StatementForth), SILENT, "the end of the next statement"),
    row("ten-back", &[N(Named::PageUp)], Action::Go(Move::FarBack), SILENT, "ten events back"),
    row("ten-on", &[N(Named::PageDown)], Action::Go(Move::FarForth), SILENT, "ten events on"),
    row("first-event", &[N(Named::Home)], Action::Go(Move::First), (6, "first"), "the first event that is known"),
];

const DEEDS: &[KeyRow] = &[
    row(
        "read",
        &[Char('r')],
        Action::Make(ChannelAction::ReadFar),
        (10, "read"),
        "the child reads once, or sleeps in it",
    ),
    row("kill", &[Char('k')], Action::Make(ChannelAction::Kill), (11, "kill"), "kill the child with SIGKILL"),
    row("close", &[Char('x')], Action::Make(ChannelAction::Close), (12, "close"), "close the parent's end"),
    row("close-child", &[Char('X')], Action::Make(ChannelAction::CloseFar), SILENT, "close the child's end"),
    row(
        "half-close",
        &[Char(')')],
        Action::Make(ChannelAction::HalfClose(PanelSide::Near)),
        SILENT,
        "half-close: the parent writes no more",
    ),
    row(
        "half-close-child",
        &[Char('(')],
        Action::Make(ChannelAction::HalfClose(PanelSide::Far)),
        SILENT,
        "half-close: the child writes no more",
    ),
    row(
        "bytes",
        &[Char('M')],
        Action::Make(ChannelAction::Bytes(PanelSide::Near)),
        SILENT,
        "the parent writes 5000 (or N) bytes",
    ),
    row(
        "bytes-child",
        &[Char('N')],
        Action::Make(ChannelAction::Bytes(PanelSide::Far)),
        SILENT,
        "the child writes 5000 (or N) bytes",
    ),
    row("wait", &[Char('W')], Action::Make(ChannelAction::Wait), SILENT, "wait for a dead child: reap it"),
    row("stop", &[Char('s')], Action::Make(ChannelAction::Stop), (16, "stop"), "stop the child with SIGSTOP"),
    row("continue", &[Char('S')], Action::Make(ChannelAction::Continue), SILENT, "let it go on with SIGCONT"),
    row("read-here", &[Char('p')], Action::Make(ChannelAction::ReadNear), SILENT, "the parent reads once"),
    row("new", &[Char('n')], Action::NewChannel, (13, "new"), "a new channel"),
    row("why", &[Char('w')], Action::Make(ChannelAction::Why), (14, "why"), "why it is so; the rest of a cut text"),
    row("undo", &[Char('u')], Action::Undo, (14, "undo"), "undo: the bench before the statement"),
    row("reset", &[Char('R')], Action::Reset, (15, "again"), "kill all; begin, or the step, again"),
    row("lessons", &[Char('l')], learn(Learn::List), (0, "lessons"), "the list of lessons"),
    row("save-lesson", &[Char('L')], Action::SaveLesson, SILENT, "save what was done as a lesson here"),
    row("audience", &[Char('b')], Action::NextSpeaker, (19, "who speaks"), "who speaks to whom: the next"),
    row("save-recording", &[Char('O')], Action::SaveRecording, SILENT, "keep what happened as a recording here"),
];

const LIST: &[KeyRow] = &[
    row("list-search", &[Char('/')], learn(Learn::Search), (2, "search"), "search the list"),
    row("list-back", &[N(Named::Esc), Char('l')], learn(Learn::CloseList), (3, "back"), "back without taking one"),
    row("practice", &[Char('p')], learn(Learn::Practice), (4, "practice"), "problems without end"),
    row("list-j", &[Char('j')], learn(Learn::ListDown), SILENT, "one lesson down"),
    row("list-k", &[Char('k')], learn(Learn::ListUp), SILENT, "one lesson up"),
    row("quit", &[Char('q')], Action::Quit, (0, "quit"), "leave the program"),
];

const FINDING: &[KeyRow] = &[
    row("list-take", &[N(Named::Enter)], learn(Learn::Open), (1, "take it"), "take the marked lesson"),
    row("list-up", &[N(Named::Up)], learn(Learn::ListUp), SILENT, "the lesson above"),
    row("list-down", &[N(Named::Down)], learn(Learn::ListDown), SILENT, "the lesson below"),
];

const SEARCH: &[KeyRow] =
    &[row("search-back", &[N(Named::Esc)], learn(Learn::LeaveSearch), (1, "all lessons"), "end the search, show all")];

const PALETTE: &[KeyRow] = &[
    row("palette-do", &[N(Named::Enter)], Action::Perform, (1, "do it"), "do what is marked"),
    row("palette-back", &[N(Named::Esc)], Action::ClosePalette, (2, "back"), "back without doing anything"),
    row("palette-up", &[N(Named::Up)], Action::PaletteUp, SILENT, "the action above"),
    row("palette-down", &[N(Named::Down)], Action::PaletteDown, SILENT, "the action below"),
];

const MATRIX: &[KeyRow] = &[
    row("cell-open", &[N(Named::Enter)], Action::OpenCell, (1, "open"), "open the marked cell as a bench"),
    row("matrix-back", &[N(Named::Esc)], Action::CloseMatrix, (2, "back"), "back from the matrix"),
    row("matrix-up", &[N(Named::Up)], Action::MatrixUp, SILENT, "the row above"),
    row("matrix-down", &[N(Named::Down)], Action::MatrixDown, SILENT, "the row below"),
    row("matrix-right", &[N(Named::Tab)], Action::MatrixRight, (3, "next kind"), "the next kind of channel"),
    row("matrix-left", &[N(Named::BackTab)], Action::MatrixLeft, SILENT, "the kind before"),
];

const LINE: &[KeyRow] = &[
    row("send", &[N(Named::Enter)], Action::Send, (1, "send"), "send; on the empty line: children read"),
    row("keys", &[N(Named::Esc)], Action::LeaveLine, (2, "keys"), "leave the line: letters are keys"),
    row("speaker", &[N(Named::Tab)], Action::NextSpeaker, (3, "who speaks"), "who speaks to whom: the next"),
    row(
        "other-side",
        &[N(Named::BackTab)],
        Action::OtherSideSpeaks,
        (4, "other side"),
        "the other side of the channel speaks",
    ),
];

const STEPPING: &[KeyRow] = &[
    row("step-program", &[Char(' ')], step(Stepping::Go), (1, "step"), "watched program: the next call"),
    row("step-who", &[Char('j')], step(Stepping::Choose), (2, "who"), "which task makes it: the next"),
    row("step-until", &[Char('B')], step(Stepping::OpenUntil), (3, "until"), "go on until something comes"),
    row("step-all", &[Char('G')], step(Stepping::All), (4, "all go"), "all its tasks go on freely"),
];

const UNTIL: &[KeyRow] = &[
    row("until-read", &[Char('r')], step(Stepping::Until(Until::Read)), (1, "read"), "somebody reads from the channel"),
    row("until-write", &[Char('w')], step(Stepping::Until(Until::Write)), (2, "write"), "somebody writes to it"),
    row("until-close", &[Char('c')], step(Stepping::Until(Until::Close)), (3, "close"), "somebody closes an end of it"),
    row("until-sleep", &[Char('s')], step(Stepping::Until(Until::Sleep)), (4, "sleep"), "somebody falls asleep"),
    row("until-eof", &[Char('e')], step(Stepping::Until(Until::Eof)), (5, "EOF"), "somebody reads EOF"),
    row("until-broken", &[Char('p')], step(Stepping::Until(Until::Broken)), (6, "EPIPE"), "EPIPE or SIGPIPE comes"),
    row("until-back", &[N(Named::Esc)], step(Stepping::CloseUntil), (7, "back"), "back, and nothing goes on"),
];

const COPY: &[KeyRow] = &[
    row("copy-line", &[Char('y'), Char('t')], Action::Copy(Copied::Line), (1, "trace line"), "the newest trace line"),
    row("copy-statement", &[Char('s')], Action::Copy(Copied::Statement), (2, "statement"), "the last statement"),
    row("copy-script", &[Char('a')], Action::Copy(Copied::Script), (3, "all as a script"), "the whole run as a script"),
    row("copy-string", &[Char('l')], Action::Copy(Copied::Short), (4, "as a string"), "the run as a short string"),
    row("copy-c", &[Char('c')], Action::Copy(Copied::C), (5, "as C"), "the whole run as a C program"),
    row("copy-back", &[N(Named::Esc)], Action::CloseCopy, (6, "back"), "back without copying"),
];

const TO_COPY: &[KeyRow] =
    &[row("copy", &[Char('y')], Action::OpenCopy, (21, "copy"), "copy a line, a statement, the run")];

const FIRST_STEPS: &[KeyRow] =
    &[row("skip-step", &[Ctrl('n')], Action::SkipStep, SILENT, "refuse the first step that is offered")];

const NUMBER: &[KeyRow] = &[row("count", &[Digits], Action::Count(0), SILENT, "a number first: 3r reads 3 bytes")];

const NEW_CHANNEL: &[KeyRow] = &[
    row("new-stream", &[Char('s')], Action::Create(Kind::Stream), (1, "stream"), "a stream socket pair, and a child"),
    row("new-dgram", &[Char('d')], Action::Create(Kind::Dgram), (2, "datagram"), "a datagram pair, and a child"),
    row(
        "new-seqpacket",
        &[Char('q')],
        Action::Create(Kind::Seqpacket),
        (3, "seqpacket"),
        "a seqpacket pair, and a child",
    ),
    row("new-pipe", &[Char('p')], Action::Create(Kind::Pipe), (4, "pipe"), "a pipe, and a child that reads"),
    row("new-packetpipe", &[Char('k')], Action::Create(Kind::PacketPipe), (5, "packet pipe"), "a pipe with O_DIRECT"),
    row(
        "new-typed",
        &[N(Named::Enter), Char(':'), Char('n')],
        Action::TypeChannel,
        (6, "type it"),
        "the statement, to be changed",
    ),
    row("new-back", &[N(Named::Esc)], Action::LeaveNewChannel, (7, "back"), "back without a new channel"),
];

const PROMPT: &[KeyRow] = &[
    row("run", &[N(Named::Enter)], Action::Run, (1, "run"), "run the statement"),
    row("prompt-back", &[N(Named::Esc)], Action::LeavePrompt, (2, "back"), "back without running it"),
];

const EDITING: &[KeyRow] = &[
    row("letter-left", &[N(Named::Left)], Action::Edit(Edit::Left), SILENT, "one letter left"),
    row("letter-right", &[N(Named::Right)], Action::Edit(Edit::Right), SILENT, "one letter right"),
    row("line-start", &[N(Named::Home), Ctrl('a')], Action::Edit(Edit::Start), SILENT, "to the beginning"),
    row("line-end", &[N(Named::End), Ctrl('e')], Action::Edit(Edit::End), SILENT, "to the end"),
    row("delete-before", &[N(Named::Backspace), Ctrl('h')], Action::Edit(Edit::Backspace), SILENT, "delete a letter"),
    row("delete", &[N(Named::Delete), Ctrl('d')], Action::Edit(Edit::Delete), SILENT, "delete the next letter"),
    row("delete-word", &[Ctrl('w')], Action::Edit(Edit::DeleteWord), SILENT, "delete a word"),
    row("delete-to-start", &[Ctrl('u')], Action::Edit(Edit::DeleteToStart), SILENT, "delete all before the caret"),
];

const COMPLETION: &[KeyRow] =
    &[row("complete", &[N(Named::Tab)], Action::Complete, SILENT, "complete a verb, an end, a task")];

const SHOWING: &[KeyRow] = &[
    row("present", &[Char('P')], Action::Present, SILENT, "present mode: light, few panels"),
    row("hide", &[Char('H')], Action::Curtain, SILENT, "in it: hide what comes; show it"),
    row("mouse", &[Char('m')], Action::ToggleMouse, SILENT, "the mouse: here, or selects text"),
];

const HISTORY: &[KeyRow] = &[
    row("older", &[N(Named::Up)], Action::Edit(Edit::Older), SILENT, "what was entered before"),
    row("newer", &[N(Named::Down)], Action::Edit(Edit::Newer), SILENT, "and after that"),
];

const HELP: &[KeyRow] = &[
    row("help-back", &[N(Named::Esc), Char('q'), Char('?')], Action::CloseHelp, (1, "close"), "close help"),
    row("help-up", &[N(Named::Up), Char('k')], Action::HelpUp, (2, "up"), "one line up"),
    row("help-down", &[N(Named::Down), Char('j')], Action::HelpDown, (3, "down"), "one line down"),
    row("help-page-up", &[N(Named::PageUp)], Action::HelpPageUp, SILENT, "one page up"),
    row("help-page-down", &[N(Named::PageDown), Char(' ')], Action::HelpPageDown, SILENT, "one page down"),
    row("help-search", &[Char('/')], Action::OpenPalette, (4, "search"), "search: all actions, as a list"),
];

const BENCH: &[KeyRow] = &[
    row("next-channel", &[N(Named::Tab)], Action::FocusNext, (18, "next"), "the next channel"),
    row("previous-channel", &[N(Named::BackTab)], Action::FocusPrevious, SILENT, "the channel before"),
];

const TRACE: &[KeyRow] = &[
    row("trace-up", &[N(Named::PageUp)], Action::TraceUp, SILENT, "the trace, back"),
    row("trace-down", &[N(Named::PageDown)], Action::TraceDown, SILENT, "the trace, on"),
];

const TO_FILTER: &[KeyRow] =
    &[row("filter", &[Char('F')], Action::OpenFilter, (39, "filter"), "the trace: only lines with these words")];

const FILTER: &[KeyRow] = &[
    row("filter-keep", &[N(Named::Enter)], Action::KeepFilter, SILENT, "only these lines from now on"),
    row("filter-clear", &[N(Named::Esc)], Action::ClearFilter, SILENT, "all lines again"),
];

const ANYWHERE: &[KeyRow] = &[
    row("leave", &[Ctrl('c')], Action::Quit, SILENT, "leave"),
    row("suspend", &[Ctrl('z')], Action::Suspend, SILENT, "back to the shell, until fg"),
];

/// All rows.
pub const GROUPS: &[Group] = &[
    Group { title: "lesson", modes: &[Mode::Lesson], rows: LESSON },
    Group { title: "the past", modes: &[Mode::Past], rows: PAST },
    Group { title: "keys and lesson", modes: &[Mode::Keys, Mode::Lesson], rows: TYPE },
    Group { title: "keys (off the line)", modes: &[Mode::Keys], rows: TO_LINE },
    Group { title: "keys, lesson and past", modes: &[Mode::Keys, Mode::Lesson, Mode::Past], rows: ALWAYS },
    Group { title: "keys and lesson: what is done", modes: &[Mode::Keys, Mode::Lesson], rows: DEEDS },
    Group { title: "keys and lesson, beside a view", modes: &[Mode::Keys, Mode::Lesson], rows: BACK },
    Group { title: "views", modes: &[Mode::Keys, Mode::Lesson, Mode::Past], rows: VIEWS },
    Group { title: "to be seen", modes: &[Mode::Keys, Mode::Lesson, Mode::Past], rows: SHOWING },
    Group { title: "looking back", modes: &[Mode::Keys, Mode::Lesson], rows: TIME },
    Group { title: "message line", modes: &[Mode::Line], rows: LINE },
    Group { title: "statement prompt", modes: &[Mode::Prompt], rows: PROMPT },
    Group { title: "in the prompt", modes: &[Mode::Prompt], rows: COMPLETION },
    Group { title: "line and prompt", modes: &[Mode::Line, Mode::Prompt], rows: HISTORY },
    Group {
        title: "wherever one types",
        modes: &[Mode::Line, Mode::Prompt, Mode::Search, Mode::Palette, Mode::Matrix, Mode::Filter],
        rows: EDITING,
    },
    Group { title: "keys, lesson and past: channels", modes: &[Mode::Lesson, Mode::Keys, Mode::Past], rows: BENCH },
    Group { title: "line, prompt and keys", modes: &[Mode::Keys, Mode::Line, Mode::Prompt, Mode::Filter], rows: TRACE },
    Group { title: "keys and past: trace", modes: &[Mode::Keys, Mode::Past], rows: TO_FILTER },
    Group { title: "words of the trace", modes: &[Mode::Filter], rows: FILTER },
    Group { title: "all actions", modes: &[Mode::Palette], rows: PALETTE },
    Group { title: "matrix", modes: &[Mode::Matrix], rows: MATRIX },
    Group { title: "list and search", modes: &[Mode::List, Mode::Search], rows: FINDING },
    Group { title: "list of lessons", modes: &[Mode::List], rows: LIST },
    Group { title: "search", modes: &[Mode::Search], rows: SEARCH },
    Group { title: "help", modes: &[Mode::Help], rows: HELP },
    Group { title: "keys: a number first", modes: &[Mode::Keys], rows: NUMBER },
    Group { title: "line and keys: the first steps", modes: &[Mode::Line, Mode::Keys], rows: FIRST_STEPS },
    Group { title: "copying", modes: &[Mode::Keys, Mode::Lesson, Mode::Past], rows: TO_COPY },
    Group { title: "keys: a watched program, call by call", modes: &[Mode::Keys], rows: STEPPING },
    Group { title: "it goes on until", modes: &[Mode::Until], rows: UNTIL },
    Group { title: "copy what", modes: &[Mode::Copy], rows: COPY },
    Group { title: "a new channel", modes: &[Mode::NewChannel], rows: NEW_CHANNEL },
    Group { title: "anywhere", modes: &super::MODES, rows: ANYWHERE },
];
