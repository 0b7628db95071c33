//! Which key means what in which mode. One table: keys are looked up in it, help and the footer are printed from it.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::app::action::{Action, Deed, Edit, Input, Learn, Step};
use crate::app::{Mode, View};

/// A key's meaning.
#[derive(Debug, Clone, Copy)]
pub struct Binding {
    /// The keys.
    pub keys: &'static [Key],
    /// What they do.
    pub action: Action,
    /// One or two words, for the footer; none where the footer is silent about it.
    pub short: Option<&'static str>,
    /// For help.
    pub long: &'static str,
}

/// A key with its modifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// By itself.
    Plain(KeyCode),
    /// With Ctrl.
    Ctrl(char),
    /// Any of 1 to 6: the action gets the number.
    Digit,
}

/// Keys that belong together in help.
#[derive(Debug)]
pub struct Group {
    /// Its heading.
    pub title: &'static str,
    /// Where they hold.
    pub modes: &'static [Mode],
    /// The keys.
    pub bindings: &'static [Binding],
}

const fn bind(keys: &'static [Key], action: Action, short: Option<&'static str>, long: &'static str) -> Binding {
    Binding { keys, action, short, long }
}

const fn letter(c: char) -> Key {
    Key::Plain(KeyCode::Char(c))
}

const fn learn(key: Learn) -> Action {
    Action::Learn(key)
}

const fn plain(code: KeyCode) -> Key {
    Key::Plain(code)
}

const LESSON: &[Binding] = &[
    bind(
        &[letter(' '), plain(KeyCode::Enter)],
        learn(Learn::Step),
        Some("next"),
        "go on: run it, ask it, the next step",
    ),
    bind(&[Key::Digit], learn(Learn::Choose(0)), None, "choose an answer"),
    bind(&[plain(KeyCode::Up)], learn(Learn::Up), None, "the answer above; or a line up"),
    bind(&[plain(KeyCode::Down)], learn(Learn::Down), None, "the answer below; or a line down"),
    bind(&[plain(KeyCode::PageUp)], learn(Learn::PageUp), None, "the text, a page up"),
    bind(&[plain(KeyCode::PageDown)], learn(Learn::PageDown), None, "the text, a page down"),
    bind(&[letter('h')], learn(Learn::Hint), Some("hint"), "one more hint"),
    bind(&[letter('a')], learn(Learn::Solve), Some("answer"), "the answer into the prompt, not run"),
    bind(&[letter(':')], Action::OpenPrompt, Some("type"), "type a statement, as on the bench"),
    bind(&[letter('i')], Action::EnterLine, Some("say"), "type a message, as on the bench"),
    bind(&[letter('o')], learn(Learn::Out), Some("play"), "leave the lesson to play; o comes back"),
];

const KEYS: &[Binding] = &[
    bind(&[letter('i'), plain(KeyCode::Enter)], Action::EnterLine, Some("type"), "return to the message line"),
    bind(&[letter(':')], Action::OpenPrompt, Some("statement"), "type any statement"),
    bind(&[letter('b')], Action::ToggleAudience, Some("to all/one"), "messages to all, or to the focused one"),
    bind(&[letter('o')], learn(Learn::Out), None, "back to the lesson that was left"),
];

const ALWAYS: &[Binding] = &[
    bind(&[letter('?')], Action::OpenHelp, Some("help"), "this help"),
    bind(&[letter('q')], Action::Quit, Some("quit"), "leave"),
];

const TIME: &[Binding] = &[bind(
    &[plain(KeyCode::Left), letter(',')],
    Action::Go(Step::Back),
    Some("back in time"),
    "back in time: the event before",
)];

const BACK: &[Binding] =
    &[bind(&[plain(KeyCode::Esc)], Action::Show(View::Bench), None, "from a view back to the bench")];

const VIEWS: &[Binding] = &[
    bind(&[letter('d')], Action::Show(View::Diagram), Some("diagram"), "a diagram: who sent what to whom"),
    bind(&[letter('v')], Action::Show(View::Lens), Some("5 kinds"), "one message, five kinds side by side"),
    bind(&[letter('z')], Action::Show(View::Xray), Some("zoom"), "the channel alone, its buffers X-rayed"),
    bind(&[letter('t')], Action::Show(View::Processes), Some("processes"), "the processes, their descriptors"),
    bind(&[letter('e')], Action::TryOtherwise, None, "what else could have happened, tried"),
    bind(&[letter('c')], Action::Show(View::Grid), None, "all channels, a cell each"),
    bind(&[letter('<')], Action::SidewaysLeft, None, "the diagram, to the left"),
    bind(&[letter('>')], Action::SidewaysRight, None, "the diagram, to the right"),
];

const PAST: &[Binding] = &[
    bind(&[letter('g')], Action::RunAgain, Some("run again to here"), "run it all again to here, for real"),
    bind(&[plain(KeyCode::Esc), plain(KeyCode::End)], Action::ReturnToNow, Some("now"), "back to now"),
    bind(&[plain(KeyCode::Left), letter(',')], Action::Go(Step::Back), Some("back"), "the event before"),
    bind(&[plain(KeyCode::Right), letter('.')], Action::Go(Step::Forth), Some("on"), "the next event"),
    bind(
        &[plain(KeyCode::Up)],
        Action::Go(Step::StatementBack),
        Some("statement before"),
        "the end of the statement before",
    ),
    bind(&[plain(KeyCode::Down)], Action::Go(Step::StatementForth), None, "the end of the next statement"),
    bind(&[plain(KeyCode::PageUp)], Action::Go(Step::FarBack), None, "ten events back"),
    bind(&[plain(KeyCode::PageDown)], Action::Go(Step::FarForth), None, "ten events on"),
    bind(&[plain(KeyCode::Home)], Action::Go(Step::First), Some("first"), "the first event that is known"),
];

const DEEDS: &[Binding] = &[
    bind(&[letter('R')], Action::Reset, Some("again"), "kill all; begin, or the step, again"),
    bind(&[letter('l')], learn(Learn::List), Some("lessons"), "the list of lessons"),
    bind(&[letter('L')], Action::SaveLesson, None, "save what was done as a lesson here"),
    bind(&[letter('r')], Action::Make(Deed::ReadFar), Some("read"), "the child reads once, or sleeps in it"),
    bind(&[letter('k')], Action::Make(Deed::Kill), Some("kill"), "kill the child with SIGKILL"),
    bind(&[letter('x')], Action::Make(Deed::Close), Some("close"), "close the parent's end"),
    bind(&[letter('s')], Action::Make(Deed::Stop), Some("stop"), "stop the child with SIGSTOP"),
    bind(&[letter('S')], Action::Make(Deed::Continue), None, "let it go on with SIGCONT"),
    bind(&[letter('p')], Action::Make(Deed::ReadNear), None, "the parent reads once"),
    bind(&[letter('n')], Action::NewChannel, Some("new"), "a new channel"),
    bind(&[letter('w')], Action::Make(Deed::Why), Some("why"), "why the parent's end is as it is"),
];

const LIST: &[Binding] = &[
    bind(&[letter('/')], learn(Learn::Search), Some("search"), "search the list"),
    bind(&[plain(KeyCode::Esc), letter('l')], learn(Learn::CloseList), Some("back"), "back without taking one"),
    bind(&[letter('p')], learn(Learn::Practice), Some("practice"), "problems without end"),
    bind(&[letter('j')], learn(Learn::ListDown), None, "one lesson down"),
    bind(&[letter('k')], learn(Learn::ListUp), None, "one lesson up"),
    bind(&[letter('q')], Action::Quit, Some("quit"), "leave the program"),
];

const FINDING: &[Binding] = &[
    bind(&[plain(KeyCode::Enter)], learn(Learn::Open), Some("take it"), "take the marked lesson"),
    bind(&[plain(KeyCode::Up)], learn(Learn::ListUp), None, "the lesson above"),
    bind(&[plain(KeyCode::Down)], learn(Learn::ListDown), None, "the lesson below"),
];

const SEARCH: &[Binding] =
    &[bind(&[plain(KeyCode::Esc)], learn(Learn::LeaveSearch), Some("all lessons"), "end the search, show all")];

const LINE: &[Binding] = &[
    bind(&[plain(KeyCode::Enter)], Action::Send, None, "send; on the empty line: children read"),
    bind(&[plain(KeyCode::Esc)], Action::LeaveLine, Some("keys"), "leave the line: letters are keys"),
];

const PROMPT: &[Binding] = &[
    bind(&[plain(KeyCode::Enter)], Action::Run, Some("run"), "run the statement"),
    bind(&[plain(KeyCode::Esc)], Action::LeavePrompt, Some("back"), "back without running it"),
];

const EDITING: &[Binding] = &[
    bind(&[plain(KeyCode::Left)], Action::Edit(Edit::Left), None, "one letter left"),
    bind(&[plain(KeyCode::Right)], Action::Edit(Edit::Right), None, "one letter right"),
    bind(&[plain(KeyCode::Home), Key::Ctrl('a')], Action::Edit(Edit::Start), None, "to the beginning"),
    bind(&[plain(KeyCode::End), Key::Ctrl('e')], Action::Edit(Edit::End), None, "to the end"),
    bind(&[plain(KeyCode::Backspace), Key::Ctrl('h')], Action::Edit(Edit::Backspace), None, "delete a letter"),
    bind(&[plain(KeyCode::Delete), Key::Ctrl('d')], Action::Edit(Edit::Delete), None, "delete the next letter"),
    bind(&[Key::Ctrl('w')], Action::Edit(Edit::DeleteWord), None, "delete a word"),
    bind(&[Key::Ctrl('u')], Action::Edit(Edit::DeleteToStart), None, "delete all before the caret"),
];

const COMPLETION: &[Binding] =
    &[bind(&[plain(KeyCode::Tab)], Action::Complete, None, "complete a verb, an end, a task")];

const SHOWING: &[Binding] = &[
    bind(&[letter('P')], Action::Present, None, "present mode: light, few panels"),
    bind(&[letter('H')], Action::Curtain, None, "in it: hide what comes; show it"),
    bind(&[letter('m')], Action::ToggleMouse, None, "the mouse: here, or selects text"),
];

const HISTORY: &[Binding] = &[
    bind(&[plain(KeyCode::Up)], Action::Edit(Edit::Older), None, "what was entered before"),
    bind(&[plain(KeyCode::Down)], Action::Edit(Edit::Newer), None, "and after that"),
];

const HELP: &[Binding] = &[
    bind(&[plain(KeyCode::Esc), letter('q'), letter('?')], Action::CloseHelp, Some("close"), "close help"),
    bind(&[plain(KeyCode::Up), letter('k')], Action::HelpUp, Some("up"), "one line up"),
    bind(&[plain(KeyCode::Down), letter('j')], Action::HelpDown, Some("down"), "one line down"),
];

const BENCH: &[Binding] = &[
    bind(&[plain(KeyCode::Tab)], Action::FocusNext, Some("next"), "the next channel"),
    bind(&[plain(KeyCode::BackTab)], Action::FocusPrevious, None, "the channel before"),
];

const TRACE: &[Binding] = &[
    bind(&[plain(KeyCode::PageUp)], Action::TraceUp, None, "the trace, back"),
    bind(&[plain(KeyCode::PageDown)], Action::TraceDown, None, "the trace, on"),
];

const ANYWHERE: &[Binding] = &[
    bind(&[Key::Ctrl('c')], Action::Quit, None, "leave"),
    bind(&[Key::Ctrl('z')], Action::Suspend, None, "back to the shell, until fg"),
];

/// Modes in which something is typed or done on the bench.
const ON_BENCH: &[Mode] = &[Mode::Keys, Mode::Line, Mode::Prompt];
/// Those where Tab has no other meaning, a lesson and the past.
const WITH_CHANNELS: &[Mode] = &[Mode::Lesson, Mode::Keys, Mode::Line, Mode::Past];
/// All of them.
const ALL: &[Mode] =
    &[Mode::Keys, Mode::Line, Mode::Prompt, Mode::Help, Mode::Lesson, Mode::List, Mode::Search, Mode::Past];

/// All keys, in the order in which the footer has room for them.
pub const GROUPS: &[Group] = &[
    Group { title: "lesson", modes: &[Mode::Lesson], bindings: LESSON },
    Group { title: "keys (after Esc)", modes: &[Mode::Keys], bindings: KEYS },
    Group { title: "the past", modes: &[Mode::Past], bindings: PAST },
    Group { title: "keys, lesson and past", modes: &[Mode::Keys, Mode::Lesson, Mode::Past], bindings: ALWAYS },
    Group { title: "keys and lesson", modes: &[Mode::Keys, Mode::Lesson], bindings: DEEDS },
    Group { title: "keys and lesson, beside a view", modes: &[Mode::Keys, Mode::Lesson], bindings: BACK },
    Group { title: "views", modes: &[Mode::Keys, Mode::Lesson, Mode::Past], bindings: VIEWS },
    Group { title: "to be seen", modes: &[Mode::Keys, Mode::Lesson, Mode::Past], bindings: SHOWING },
    Group { title: "looking back", modes: &[Mode::Keys, Mode::Lesson], bindings: TIME },
    Group { title: "message line", modes: &[Mode::Line], bindings: LINE },
    Group { title: "statement prompt", modes: &[Mode::Prompt], bindings: PROMPT },
    Group { title: "in the prompt", modes: &[Mode::Prompt], bindings: COMPLETION },
    Group { title: "line and prompt", modes: &[Mode::Line, Mode::Prompt], bindings: HISTORY },
    Group { title: "line, prompt and search", modes: &[Mode::Line, Mode::Prompt, Mode::Search], bindings: EDITING },
    Group { title: "line, keys, lesson and past", modes: WITH_CHANNELS, bindings: BENCH },
    Group { title: "line, prompt and keys", modes: ON_BENCH, bindings: TRACE },
    Group { title: "list and search", modes: &[Mode::List, Mode::Search], bindings: FINDING },
    Group { title: "list of lessons", modes: &[Mode::List], bindings: LIST },
    Group { title: "search", modes: &[Mode::Search], bindings: SEARCH },
    Group { title: "help", modes: &[Mode::Help], bindings: HELP },
    Group { title: "anywhere", modes: ALL, bindings: ANYWHERE },
];

/// A key as a room is shown it; none for what is no key.
pub fn pressed(event: &Event) -> Option<String> {
    let Event::Key(key) = event else { return None };
    let label = if let (KeyCode::Char(c), true) = (key.code, key.modifiers.contains(KeyModifiers::CONTROL)) {
        Key::Ctrl(c).label()
    } else {
        Key::Plain(key.code).label()
    };
    (key.kind != KeyEventKind::Release).then_some(label)
}

/// The bindings that hold in a mode.
pub fn of_mode(mode: Mode) -> impl Iterator<Item = &'static Binding> {
    GROUPS.iter().filter(move |group| group.modes.contains(&mode)).flat_map(|group| group.bindings)
}

/// What a terminal event means in a mode; none if nothing. Of a paste this many bytes had been dropped.
pub fn input(mode: Mode, event: Event, dropped: u64) -> Option<Input> {
    match event {
        Event::Key(key) if key.kind != KeyEventKind::Release => of_key(mode, key),
        Event::Paste(text) => Some(Input::Paste { text, dropped }),
        Event::Key(_) | Event::FocusGained | Event::FocusLost | Event::Mouse(_) | Event::Resize(..) => None,
    }
}

fn of_key(mode: Mode, event: KeyEvent) -> Option<Input> {
    let found = of_mode(mode).find(|binding| binding.keys.iter().any(|key| key.is(event)));
    if let Some(binding) = found {
        return Some(Input::Do(with_number(binding.action, event.code)));
    }
    let is_typed = !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match (event.code, mode) {
        // What acts now, and only now, says so in the past.
        (_, Mode::Past) => of_key(Mode::Keys, event),
        (KeyCode::Char(c), Mode::Line | Mode::Prompt | Mode::Search) if is_typed => Some(Input::Text(c.to_string())),
        _ => None,
    }
}

/// The digit that was pressed, where the action asks for one.
fn with_number(action: Action, code: KeyCode) -> Action {
    if let (Action::Learn(Learn::Choose(_)), KeyCode::Char(c)) = (action, code)
        && let Some(digit) = c.to_digit(10).and_then(|digit| u8::try_from(digit).ok())
    {
        return Action::Learn(Learn::Choose(digit));
    }
    action
}

impl Key {
    fn is(self, event: KeyEvent) -> bool {
        let is_ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        match self {
            Self::Plain(code) => code == event.code && !is_ctrl && !event.modifiers.contains(KeyModifiers::ALT),
            Self::Ctrl(c) => event.code == KeyCode::Char(c) && is_ctrl,
            Self::Digit => {
                let is_digit = matches!(event.code, KeyCode::Char('1'..='6'));
                is_digit && !is_ctrl && !event.modifiers.contains(KeyModifiers::ALT)
            }
        }
    }

    /// As it is written on a keyboard.
    pub fn label(self) -> String {
        match self {
            Self::Ctrl(c) => format!("Ctrl-{}", c.to_uppercase()),
            Self::Digit => "1-6".to_owned(),
            Self::Plain(KeyCode::Char(' ')) => "Space".to_owned(),
            Self::Plain(KeyCode::Char(c)) => c.to_string(),
            Self::Plain(code) => code.to_string(),
        }
    }
}

impl Binding {
    /// All its keys, as written on a keyboard.
    pub fn label(&self) -> String {
        self.keys.iter().map(|key| key.label()).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODES: &[Mode] = ALL;

    #[test]
    fn no_key_means_two_things_in_one_mode() {
        for mode in MODES.iter().copied() {
            let keys: Vec<Key> = of_mode(mode).flat_map(|binding| binding.keys).copied().collect();
            for (at, key) in keys.iter().enumerate() {
                assert!(!keys[at + 1..].contains(key), "{} in {mode:?}", key.label());
            }
        }
    }

    #[test]
    fn letters_are_typed_on_the_line_and_act_as_keys_elsewhere() {
        let key = |c| Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE));
        assert_eq!(input(Mode::Line, key('k'), 0), Some(Input::Text("k".into())));
        assert_eq!(input(Mode::Keys, key('k'), 0), Some(Input::Do(Action::Make(Deed::Kill))));
        let shifted = Event::Key(KeyEvent::new(KeyCode::Char('S'), KeyModifiers::SHIFT));
        assert_eq!(input(Mode::Keys, shifted, 0), Some(Input::Do(Action::Make(Deed::Continue))));
    }

    #[test]
    fn ctrl_c_leaves_from_everywhere() {
        let key = Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL));
        for mode in MODES.iter().copied() {
            assert_eq!(input(mode, key.clone(), 0), Some(Input::Do(Action::Quit)));
        }
    }

    #[test]
    fn no_default_key_is_one_that_shells_and_multiplexers_own() {
        for binding in MODES.iter().copied().flat_map(of_mode) {
            for key in binding.keys {
                assert!(!matches!(key, Key::Plain(KeyCode::F(_)) | Key::Ctrl('b' | 's' | 'q')));
            }
        }
    }
}
