//! Which key means what in which mode. One table: keys are looked up in it, help and the footer are printed from it.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::app::Mode;
use crate::app::action::{Action, Deed, Edit, Input};

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

const fn plain(code: KeyCode) -> Key {
    Key::Plain(code)
}

const KEYS: &[Binding] = &[
    bind(&[letter('i'), plain(KeyCode::Enter)], Action::EnterLine, Some("type"), "return to the message line"),
    bind(&[letter('r')], Action::Make(Deed::ReadFar), Some("read"), "the child reads once, or sleeps in it"),
    bind(&[letter('p')], Action::Make(Deed::ReadNear), None, "the parent reads once"),
    bind(&[letter('k')], Action::Make(Deed::Kill), Some("kill"), "kill the child with SIGKILL"),
    bind(&[letter('x')], Action::Make(Deed::Close), Some("close"), "close the parent's end"),
    bind(&[letter('s')], Action::Make(Deed::Stop), Some("stop"), "stop the child with SIGSTOP"),
    bind(&[letter('S')], Action::Make(Deed::Continue), None, "let it go on with SIGCONT"),
    bind(&[letter('n')], Action::NewChannel, Some("new"), "a new channel"),
    bind(&[letter(':')], Action::OpenPrompt, Some("statement"), "type any statement"),
    bind(&[letter('?')], Action::OpenHelp, Some("help"), "this help"),
    bind(&[letter('q')], Action::Quit, Some("quit"), "leave"),
    bind(&[letter('b')], Action::ToggleAudience, Some("to all/one"), "messages to all, or to the focused one"),
    bind(&[letter('w')], Action::Make(Deed::Why), Some("why"), "why the parent's end is as it is"),
    bind(&[letter('R')], Action::Reset, None, "kill all and begin again"),
];

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
    bind(&[plain(KeyCode::PageUp)], Action::TraceUp, None, "the trace, back"),
    bind(&[plain(KeyCode::PageDown)], Action::TraceDown, None, "the trace, on"),
];

const ANYWHERE: &[Binding] = &[
    bind(&[Key::Ctrl('c')], Action::Quit, None, "leave"),
    bind(&[Key::Ctrl('z')], Action::Suspend, None, "back to the shell, until fg"),
];

/// All keys.
pub const GROUPS: &[Group] = &[
    Group { title: "keys (after Esc)", modes: &[Mode::Keys], bindings: KEYS },
    Group { title: "message line", modes: &[Mode::Line], bindings: LINE },
    Group { title: "statement prompt", modes: &[Mode::Prompt], bindings: PROMPT },
    Group { title: "line and prompt", modes: &[Mode::Line, Mode::Prompt], bindings: EDITING },
    Group { title: "line, prompt and keys", modes: &[Mode::Keys, Mode::Line, Mode::Prompt], bindings: BENCH },
    Group { title: "help", modes: &[Mode::Help], bindings: HELP },
    Group { title: "anywhere", modes: &[Mode::Keys, Mode::Line, Mode::Prompt, Mode::Help], bindings: ANYWHERE },
];

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
        return Some(Input::Do(binding.action));
    }
    let is_typed = !event.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    match (event.code, mode) {
        (KeyCode::Char(c), Mode::Line | Mode::Prompt) if is_typed => Some(Input::Text(c.to_string())),
        _ => None,
    }
}

impl Key {
    fn is(self, event: KeyEvent) -> bool {
        let is_ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        match self {
            Self::Plain(code) => code == event.code && !is_ctrl && !event.modifiers.contains(KeyModifiers::ALT),
            Self::Ctrl(c) => event.code == KeyCode::Char(c) && is_ctrl,
        }
    }

    /// As it is written on a keyboard.
    pub fn label(self) -> String {
        match self {
            Self::Ctrl(c) => format!("Ctrl-{}", c.to_uppercase()),
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

    const MODES: [Mode; 4] = [Mode::Line, Mode::Keys, Mode::Prompt, Mode::Help];

    #[test]
    fn no_key_means_two_things_in_one_mode() {
        for mode in MODES {
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
        for mode in MODES {
            assert_eq!(input(mode, key.clone(), 0), Some(Input::Do(Action::Quit)));
        }
    }

    #[test]
    fn no_default_key_is_one_that_shells_and_multiplexers_own() {
        for binding in MODES.into_iter().flat_map(of_mode) {
            for key in binding.keys {
                assert!(!matches!(key, Key::Plain(KeyCode::F(_)) | Key::Ctrl('b' | 's' | 'q')));
            }
        }
    }
}
