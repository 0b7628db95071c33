//! The line one types in, drawn alone: a letter need not wait for the picture of a bench on which much is going on.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::layout::{MIN_HEIGHT, MIN_WIDTH};
use super::{ViewContext, on_ground, panel, places_of};
use crate::app::View;

/// Where the line stands in which one types on a screen of this size; none where nobody types into a line of ours.
pub fn place(context: ViewContext<'_>, area: Rect) -> Option<Rect> {
    let app = context.app;
    let is_too_small = area.width < MIN_WIDTH || area.height < MIN_HEIGHT;
    if is_too_small || app.program.is_some() || app.mode.typed().is_none() {
        return None;
    }
    let is_last = app.mode.listed().is_some() || app.view != View::Bench;
    Some(if is_last { Rect { y: area.bottom() - 1, height: 1, ..area } } else { places_of(context, area).prompt })
}

/// Draws it as a whole frame does.
pub fn draw(context: ViewContext<'_>, place: Rect, buf: &mut Buffer) -> Option<Position> {
    on_ground(context, place, buf, |context, buf| panel::prompt::line(context, place, buf))
}
