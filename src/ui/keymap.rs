//! What a terminal event means: a key as the table knows it, text, or nothing.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::app::Mode;
use crate::app::action::Input;
use crate::app::keys::{Key, Keymap, Named};

/// A key as a room is shown it, with what it does; none for what is no key.
pub fn pressed(keymap: &Keymap, mode: Mode, event: &Event) -> Option<String> {
    let Event::Key(event) = event else { return None };
    let key = key(*event).filter(|_| event.kind != KeyEventKind::Release)?;
    let name = keymap.name(mode, key).map(|name| format!(" {}", name.replace('-', " ")));
    Some(key.label() + &name.unwrap_or_default())
}

/// What a terminal event means in a mode; none if nothing. Of a paste this many bytes had been dropped.
pub fn input(keymap: &Keymap, mode: Mode, event: Event, dropped: u64) -> Option<Input> {
    match event {
        Event::Key(event) if event.kind != KeyEventKind::Release => of_key(keymap, mode, event),
        Event::Paste(text) => Some(Input::Paste { text, dropped }),
        Event::Key(_) | Event::FocusGained | Event::FocusLost | Event::Mouse(_) | Event::Resize(..) => None,
    }
}

fn of_key(keymap: &Keymap, mode: Mode, event: KeyEvent) -> Option<Input> {
    let Some(key) = key(event) else {
        // A named key with a modifier is nobody's; that it is one is said.
        let is_alt = event.modifiers.contains(KeyModifiers::ALT);
        let bare = key(KeyEvent { modifiers: KeyModifiers::NONE, ..event })?.label();
        return Some(Input::Unbound(format!("{}-{bare}", if is_alt { "Alt" } else { "Ctrl" })));
    };
    if let Some(action) = keymap.action(mode, key) {
        return Some(Input::Do(action));
    }
    Some(match key {
        Key::Char(c) if mode.is_typing() => Input::Text(c.to_string()),
        Key::Char(_) | Key::Ctrl(_) | Key::Named(_) | Key::Six(_) | Key::Digits => Input::Unbound(key.label()),
    })
}

fn key(event: KeyEvent) -> Option<Key> {
    if event.modifiers.contains(KeyModifiers::ALT) {
        return None;
    }
    let is_ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let named = match event.code {
        KeyCode::Char(c) if is_ctrl => return Some(Key::Ctrl(c.to_ascii_lowercase())),
        KeyCode::Char(c) => return Some(Key::Char(c)),
        _ if is_ctrl => return None,
        KeyCode::Enter => Named::Enter,
        KeyCode::Esc => Named::Esc,
        KeyCode::Tab => Named::Tab,
        KeyCode::BackTab => Named::BackTab,
        KeyCode::Backspace => Named::Backspace,
        KeyCode::Delete => Named::Delete,
        KeyCode::Insert => Named::Insert,
        KeyCode::Up => Named::Up,
        KeyCode::Down => Named::Down,
        KeyCode::Left => Named::Left,
        KeyCode::Right => Named::Right,
        KeyCode::Home => Named::Home,
        KeyCode::End => Named::End,
        KeyCode::PageUp => Named::PageUp,
        KeyCode::PageDown => Named::PageDown,
        KeyCode::F(number) => Named::F(number),
        KeyCode::Null
        | KeyCode::CapsLock
        | KeyCode::ScrollLock
        | KeyCode::NumLock
        | KeyCode::PrintScreen
        | KeyCode::Pause
        | KeyCode::Menu
        | KeyCode::KeypadBegin
        | KeyCode::Media(_)
        | KeyCode::Modifier(_) => return None,
    };
    Some(Key::Named(named))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::{Action, ChannelAction};

    fn press(mode: Mode, code: KeyCode, modifiers: KeyModifiers) -> Option<Input> {
        input(&Keymap::default(), mode, Event::Key(KeyEvent::new(code, modifiers)), 0)
    }

    #[test]
    fn letters_are_typed_on_the_line_and_act_as_keys_elsewhere() {
        let k = |mode| press(mode, KeyCode::Char('k'), KeyModifiers::NONE);
        assert_eq!(k(Mode::Line), Some(Input::Text("k".into())));
        assert_eq!(k(Mode::Palette), Some(Input::Text("k".into())));
        assert_eq!(k(Mode::Keys), Some(Input::Do(Action::Make(ChannelAction::Kill))));
        let shifted = press(Mode::Keys, KeyCode::Char('S'), KeyModifiers::SHIFT);
        assert_eq!(shifted, Some(Input::Do(Action::Make(ChannelAction::Continue))));
        assert_eq!(press(Mode::Line, KeyCode::Char('c'), KeyModifiers::CONTROL), Some(Input::Do(Action::Quit)));
    }

    #[test]
    fn a_room_is_shown_a_key_and_what_it_does_there() {
        let shown = |mode, code| {
            let event = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
            pressed(&Keymap::default(), mode, &event).unwrap()
        };
        assert_eq!(shown(Mode::Keys, KeyCode::Char('k')), "k kill");
        assert_eq!(shown(Mode::Line, KeyCode::Char('k')), "k");
        assert_eq!(shown(Mode::Line, KeyCode::Enter), "Enter send");
        assert_eq!(shown(Mode::Lesson, KeyCode::Char('2')), "2 choose");
        // What acts in the past is what is asked for there.
        assert_eq!(shown(Mode::Past, KeyCode::Char('k')), "k kill");
        assert_eq!(shown(Mode::Keys, KeyCode::F(3)), "F3");
    }

    #[test]
    fn a_key_without_a_meaning_is_named() {
        assert_eq!(press(Mode::Keys, KeyCode::F(3), KeyModifiers::NONE), Some(Input::Unbound("F3".into())));
        assert_eq!(press(Mode::Line, KeyCode::Char('x'), KeyModifiers::CONTROL), Some(Input::Unbound("Ctrl-X".into())));
        assert_eq!(press(Mode::Keys, KeyCode::Char('k'), KeyModifiers::ALT), Some(Input::Unbound("Alt-k".into())));
        assert_eq!(press(Mode::Line, KeyCode::Left, KeyModifiers::CONTROL), Some(Input::Unbound("Ctrl-Left".into())));
        assert_eq!(press(Mode::Line, KeyCode::Menu, KeyModifiers::NONE), None);
    }
}
