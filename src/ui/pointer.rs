//! What a click or a turn of the wheel means, by what is drawn under the pointer. Whatever it does, a key does too.

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use crate::app::action::{Action, Learn, Move};
use crate::app::view::Wheel;
use crate::app::{Mode, View, channel_sides};

use super::layout::{MIN_HEIGHT, MIN_WIDTH};
use super::{ViewContext, channel_areas, lesson, list_place, panel, panels_area, places_of};

/// The action for a mouse event on a screen of this size; none where there is nothing to act on.
pub fn action(context: ViewContext<'_>, (width, height): (u16, u16), event: MouseEvent) -> Option<Action> {
    if width < MIN_WIDTH || height < MIN_HEIGHT {
        return None;
    }
    let whole = Rect::new(0, 0, width, height);
    let area = if context.app.mode.listed().is_some() { whole } else { panels_area(context, whole) };
    let at = Position::new(event.column, event.row);
    match event.kind {
        MouseEventKind::Down(MouseButton::Left) => click(context, area, at),
        MouseEventKind::ScrollUp => wheel(context, area, at).map(|(up, _)| up),
        MouseEventKind::ScrollDown => wheel(context, area, at).map(|(_, down)| down),
        MouseEventKind::Down(_)
        | MouseEventKind::Up(_)
        | MouseEventKind::Drag(_)
        | MouseEventKind::Moved
        | MouseEventKind::ScrollLeft
        | MouseEventKind::ScrollRight => None,
    }
}

/// Whether the bench's panels are on the screen.
fn shows_bench(context: ViewContext<'_>) -> bool {
    context.app.view == View::Bench && context.app.mode.listed().is_none()
}

/// A key that the footer names acts; a channel gets the focus, and the line one types in gets the letters.
fn click(context: ViewContext<'_>, area: Rect, at: Position) -> Option<Action> {
    let app = context.app;
    let foot = if shows_bench(context) {
        places_of(context, area).prompt
    } else {
        Rect { y: area.bottom() - 1, height: 1, ..area }
    };
    if foot.contains(at) {
        let named = if app.mode.is_typing() { Vec::new() } else { panel::prompt::named(context, foot) };
        let under = named.into_iter().find(|named| named.columns.contains(&at.x)).map(|named| named.action);
        return under.or((app.mode == Mode::Keys).then_some(Action::EnterLine));
    }
    if app.mode == Mode::Palette {
        let entry = panel::palette::at(context, list_place(context, area), at.y)?;
        return u16::try_from(entry).ok().map(Action::PaletteAt);
    }
    if !shows_bench(context) {
        return None;
    }
    let places = places_of(context, area);
    let panel = channel_areas(context, &places).into_iter().find(|panel| panel.area.contains(at))?;
    Some(Action::Focus(u16::try_from(panel.at).ok()?))
}

/// What scrolls under the pointer: up and down.
fn wheel(context: ViewContext<'_>, area: Rect, at: Position) -> Option<(Action, Action)> {
    let learn = |up, down| (Action::Learn(up), Action::Learn(down));
    let channels = (Action::FocusPrevious, Action::FocusNext);
    match (context.app.mode, context.app.view.traits().wheel) {
        (Mode::Help, _) => return Some((Action::HelpUp, Action::HelpDown)),
        (Mode::List | Mode::Search, _) => return Some(learn(Learn::ListUp, Learn::ListDown)),
        (Mode::Matrix, _) => return Some((Action::MatrixUp, Action::MatrixDown)),
        (Mode::Palette, _) => return Some((Action::PaletteUp, Action::PaletteDown)),
        (_, Wheel::Time) => return Some((Action::Go(Move::Back), Action::Go(Move::Forth))),
        (_, Wheel::Focus) => return Some(channels),
        (_, Wheel::Lines) => return Some((Action::TraceUp, Action::TraceDown)),
        (_, Wheel::Under) => {}
        (_, Wheel::Nothing) => return None,
    }
    if context.app.course.shown().is_some() && lesson(context, area).0.area.contains(at) {
        return Some(learn(Learn::PageUp, Learn::PageDown));
    }
    let places = places_of(context, area);
    let has_more = || channel_areas(context, &places).len() < channel_sides::listed(context.world).len();
    if places.trace.contains(at) && !context.app.present.is_on {
        Some((Action::TraceUp, Action::TraceDown))
    } else if places.channels.contains(at) && has_more() {
        Some(channels)
    } else {
        None
    }
}
