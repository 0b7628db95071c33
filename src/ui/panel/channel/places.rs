//! Where each direction's messages go inside a panel, and how large the boxes are that have room there.

use ratatui::layout::Rect;

use super::plan::{self, Activity, Shape};
use crate::ui::ViewContext;
use crate::ui::direction::{Direction, Lane};
use crate::ui::panel::box_rows::{BoxForm, BoxRows, FlowPart, Space};

/// Rows that are left free for what is said of a channel above its lower edge.
const REMARKS: u16 = 1;

/// Rows of a direction that are many: small boxes would leave most of them empty.
const HIGH: u16 = 9;
/// Rows that one row of tall boxes fills, with a heading.
const FILLED: u16 = 7;

/// A column: where it begins and how wide it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Column {
    pub x: u16,
    pub width: u16,
}

/// The three columns.
pub(super) fn columns(inner: Rect) -> [Column; 3] {
    let third = inner.width / 3;
    let last = inner.width - 2 * third;
    [
        Column { x: inner.x, width: third - 1 },
        Column { x: inner.x + third, width: third - 1 },
        Column { x: inner.x + 2 * third, width: last },
    ]
}

/// How both directions are drawn in the inner rows of a panel.
fn shapes_of(context: ViewContext<'_>, lanes: &[Lane<'_>; 2], rows: u16) -> [Shape; 2] {
    let activity = |lane: &Lane<'_>| match (lane.is_possible(), lane.is_used()) {
        (false, _) => Activity::Impossible,
        (true, false) => Activity::Idle,
        (true, true) if lane.flow().has_something() => Activity::Waiting,
        (true, true) => Activity::Used,
    };
    plan::shapes(rows, [activity(&lanes[0]), activity(&lanes[1])], context.app.present.is_on)
}

/// How both directions are drawn, and where: rows that are left over go to those with boxes.
pub(super) fn areas(context: ViewContext<'_>, lanes: &[Lane<'_>; 2], inner: Rect) -> [(Shape, Rect); 2] {
    let shapes = shapes_of(context, lanes, inner.height);
    let boxes = shapes.iter().filter(|shape| matches!(shape, Shape::Boxes { .. })).count();
    let used: u16 = shapes.iter().map(|shape| shape.height()).sum();
    let free = if context.app.present.is_on { inner.height.saturating_sub(used + REMARKS) } else { 0 };
    let more = free.checked_div(u16::try_from(boxes).unwrap_or(1)).unwrap_or(0);
    let mut y = inner.y;
    shapes.map(|shape| {
        let height = shape.height() + if matches!(shape, Shape::Boxes { .. }) { more } else { 0 };
        y += height;
        (shape, Rect { y: y - height, height, ..inner })
    })
}

/// Whether the messages of both directions would fit as boxes of this form; those without boxes do.
pub(super) fn fit(context: ViewContext<'_>, lanes: &[Lane<'_>; 2], inner: Rect, form: BoxForm) -> bool {
    areas(context, lanes, inner).into_iter().zip(lanes).all(|((shape, area), lane)| match shape {
        Shape::Boxes { .. } => grown(context, lane, area, form).is_some(),
        Shape::Nothing | Shape::Note | Shape::Labelled | Shape::Line => true,
    })
}

/// How many rows of larger boxes a direction has, if all its messages have room in them. In a low panel it is more than one row of
/// large ones: with one row smaller boxes show more of what comes.
pub(super) fn grown(context: ViewContext<'_>, lane: &Lane<'_>, area: Rect, form: BoxForm) -> Option<u16> {
    let rows = (area.height - 1) / form.height();
    let high = if form == BoxForm::Tall { FILLED } else { HIGH };
    let least = if form == BoxForm::Biggest || area.height >= high { 1 } else { 2 };
    (rows >= least && all_fit(context, lane, area, (form, rows))).then_some(rows)
}

/// Whether all messages of a direction have room in so many rows of boxes.
pub(super) fn all_fit(context: ViewContext<'_>, lane: &Lane<'_>, area: Rect, (form, rows): (BoxForm, u16)) -> bool {
    columns(area).into_iter().zip(parts(lane.direction)).all(|(column, part)| {
        let space = Space { width: column.width, rows, form, is_hidden: false };
        BoxRows::have_room(lane.directed(), part, space, context.theme)
    })
}

/// Each of the three columns is a part of the direction: what was written stands at the writer's side.
pub(super) fn parts(direction: Direction) -> [FlowPart; 3] {
    match direction {
        Direction::Right => [FlowPart::Written, FlowPart::Queued, FlowPart::Read],
        Direction::Left => [FlowPart::Read, FlowPart::Queued, FlowPart::Written],
    }
}
