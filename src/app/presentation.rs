//! How the bench is shown and reached: to a room, by the mouse, by completion. Nothing here reaches a process.

use std::collections::VecDeque;

use crate::world::World;

use super::action::Action;
use super::complete::{self, Completion};
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

/// A key with what it does: what is sent by it, or that the children read.
pub fn told(app: &App, key: String) -> String {
    let (send, text) = (app.key(Action::Send), app.line.text());
    if app.mode != Mode::Line || key.split(' ').next() != Some(send.as_str()) {
        return key;
    }
    if text.is_empty() { format!("{send}: the other side reads") } else { format!("{text} {send}") }
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
