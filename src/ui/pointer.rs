//! What a click or a turn of the wheel means, by what is drawn under the pointer. Whatever it does, a key does too.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::app::action::{Action, Learn};
use crate::app::{Mode, View};

use super::layout::{MIN_HEIGHT, MIN_WIDTH};
use super::{Scene, channel_areas, places_of};

/// The action for a mouse event on a screen of this size; none where there is nothing to act on.
pub fn action(scene: Scene<'_>, (width, height): (u16, u16), event: MouseEvent) -> Option<Action> {
    if width < MIN_WIDTH || height < MIN_HEIGHT {
        return None;
    }
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => {
            click(scene, Rect::new(0, 0, width, height), Position::new(event.column, event.row))
        }
        MouseEventKind::ScrollUp => wheel(scene, true),
        MouseEventKind::ScrollDown => wheel(scene, false),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => None,
    }
}

/// A channel gets the focus, and the line one types in gets the letters.
fn click(scene: Scene<'_>, area: Rect, at: Position) -> Option<Action> {
    let app = scene.app;
    let is_bench = matches!(app.mode, Mode::Keys | Mode::Line | Mode::Prompt | Mode::Lesson | Mode::Past);
    if !is_bench || app.view != View::Bench {
        return None;
    }
    let places = places_of(scene, area);
    if places.prompt.contains(at) && app.mode == Mode::Keys {
        return Some(Action::EnterLine);
    }
    let (number, _, _) = channel_areas(scene, &places).into_iter().find(|(_, _, area)| area.contains(at))?;
    Some(Action::Focus(u16::try_from(number).ok()?))
}

/// What scrolls in this mode.
fn wheel(scene: Scene<'_>, up: bool) -> Option<Action> {
    let (above, below) = match scene.app.mode {
        Mode::Help => (Action::HelpUp, Action::HelpDown),
        Mode::List | Mode::Search => (Action::Learn(Learn::ListUp), Action::Learn(Learn::ListDown)),
        Mode::Lesson => (Action::Learn(Learn::PageUp), Action::Learn(Learn::PageDown)),
        Mode::Keys | Mode::Line | Mode::Prompt if scene.app.view == View::Bench => (Action::TraceUp, Action::TraceDown),
        Mode::Keys | Mode::Line | Mode::Prompt | Mode::Past => return None,
    };
    Some(if up { above } else { below })
}
