//! How the bench is shown and reached: to a room, by the mouse, by completion. Nothing here reaches a process.

use std::collections::VecDeque;

use crate::world::World;

use super::action::Action;
use super::complete::{self, Completion};
use super::mode::InputPurpose;
use super::{App, Mode, channel_sides, signature};

/// Of the keys that were pressed, those that a room is shown.
const KEYS_SHOWN: usize = 8;

/// What a room sees.
#[derive(Debug, Clone, Default)]
pub struct Presentation {
    /// Light, with few panels.
    pub is_on: bool,
    /// What came of it is not shown yet.
    pub is_hidden: bool,
    /// The last keys.
    pub keys: VecDeque<String>,
}

impl Presentation {
    /// A key was pressed.
    pub fn press(&mut self, key: String) {
        self.keys.push_back(key);
        while self.keys.len() > KEYS_SHOWN {
            self.keys.pop_front();
        }
    }
}

/// A key with what it does: what is sent or run by it, or that the other side reads. A letter is told with its whole line, which is
/// seen while it is typed.
pub fn told(app: &App, key: String) -> Option<String> {
    let (line, enter) = match app.mode.typed() {
        None => return Some(key),
        Some(InputPurpose::Message) => (&app.line, Action::Send),
        Some(InputPurpose::Statement) => (&app.prompt, Action::Run),
        Some(InputPurpose::Lessons | InputPurpose::Actions | InputPurpose::Matrix | InputPurpose::Trace) => {
            return Some(key).filter(|key| !is_typing(key));
        }
    };
    let enter = app.key(enter);
    match (key.split(' ').next() == Some(enter.as_str()), line.text()) {
        (false, _) => Some(key).filter(|key| !is_typing(key)),
        (true, "") => Some(format!("{enter}: the other side reads")).filter(|_| app.mode == Mode::Line),
        (true, text) => Some(format!("{text} {enter}")),
    }
}

/// Whether a key is a letter of what is typed.
fn is_typing(key: &str) -> bool {
    key.chars().count() == 1 || key == "Space"
}

/// A key that changes what is seen, or what is typed.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys act elsewhere")]
pub fn act(app: &mut App, world: &World, action: Action) {
    match action {
        Action::Complete => complete(app, world),
        Action::Present => present(app),
        Action::Curtain => draw_curtain(app),
        Action::ToggleMouse => toggle_mouse(app),
        Action::Focus(place) => {
            app.focus = channel_sides::listed(world).get(usize::from(place)).copied().or(app.focus);
            app.speak_to_focused();
            app.look_elsewhere();
        }
        _ => {}
    }
}

fn present(app: &mut App) {
    app.present = Presentation { is_on: !app.present.is_on, ..Presentation::default() };
    let on = format!("present mode: few panels, the last keys; {} ends it", app.key(Action::Present));
    app.notice = Some(if app.present.is_on { on } else { "present mode is over".to_owned() });
}

fn draw_curtain(app: &mut App) {
    app.present.is_hidden = !app.present.is_hidden;
    // While something is hidden, the place where it was says so.
    app.notice = (!app.present.is_hidden).then(|| "nothing is hidden any more".to_owned());
}

fn toggle_mouse(app: &mut App) {
    app.has_mouse = !app.has_mouse;
    let on = "mouse on: a click focuses, the wheel scrolls";
    let words = if app.has_mouse { on } else { "mouse off: it selects text in the terminal" };
    app.notice = Some(words.to_owned());
}

/// The word at the caret grows as far as that is certain; where it is not, all that it could be are told.
fn complete(app: &mut App, world: &World) {
    let before = app.prompt.text().get(..app.prompt.caret()).unwrap_or_default();
    let Completion { more, choices } = complete::complete(world, before);
    if more.is_empty() {
        let none = || "nothing that fits here begins like this".to_owned();
        let typed = signature::typed(before);
        let next = signature::place(&typed).filter(|_| typed.stem.is_empty());
        let advice = next.and_then(|place| place.next.map(|at| place.slots[at].advice().to_owned()));
        app.notice = Some(if choices.is_empty() { advice.unwrap_or_else(none) } else { choices.join("  ") });
    }
    app.prompt.insert(&more);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_told_as_one_when_it_is_sent() {
        let mut app = App::new();
        let told = |app: &App, key: &str| told(app, key.to_owned());
        assert_eq!(told(&app, "o"), None);
        app.line.set("one");
        assert_eq!(told(&app, "Enter").as_deref(), Some("one Enter"));
        app.line.set("");
        assert_eq!(told(&app, "Enter").as_deref(), Some("Enter: the other side reads"));
        app.mode = Mode::Prompt;
        app.prompt.set("stop child1");
        assert_eq!((told(&app, "p"), told(&app, "Tab").as_deref()), (None, Some("Tab")));
        assert_eq!(told(&app, "Enter").as_deref(), Some("stop child1 Enter"));
        app.mode = Mode::Keys;
        assert_eq!(told(&app, "k kill").as_deref(), Some("k kill"));
    }
}
