//! One channel: what was written, what waits in the kernel, what was read, in each direction under headings of its own; the counts
//! of both in the title; on the lower edge what the next read would return and what happened to the holders.

mod edges;
mod heading;
mod places;
mod plan;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;

use super::box_rows::{BoxForm, BoxRows, FlowPart, Space};
use super::status::{self, Remark};
use crate::app::channel_sides::Facing;
use crate::ui::direction::Lane;
use crate::ui::{ViewContext, words};

use edges::{FOCUSED, Frame, PLAIN, Shown, choose, lower_edge, styled, title};
use heading::{actor_names, actors, heading};
use places::{all_fit, areas, columns, grown, parts};
use plan::Shape;

/// Rows of a channel in one line: its title and that line. It has no lower edge.
pub const STRIP: u16 = 2;
/// Rows with one line in each direction.
pub const LINES: u16 = 4;
/// Rows with boxes in one direction, and a line with its heading in the other.
pub const BOXES: u16 = 8;
/// Rows with boxes in both directions.
pub const WHOLE: u16 = 10;
/// Rows of one more row of boxes.
pub const MORE: u16 = 3;
/// Rows with large boxes in one direction.
pub const LEAST_LARGE: u16 = 9;

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct ChannelView {
    /// The channel.
    pub facing: Facing,
    /// Its place among all, from 1.
    pub number: usize,
    /// Whether keys act on it.
    pub is_focused: bool,
    /// How large its boxes may be where there is room: beside others they are as large as the others' are.
    pub largest: BoxForm,
}

/// Columns beside a label that messages need at least.
const LEAST_MESSAGES: u16 = 12;

/// Draws one channel.
pub fn draw(context: ViewContext<'_>, subject: ChannelView, area: Rect, buf: &mut Buffer) {
    let Some(channel) = subject.facing.channel(context.world) else { return };
    let Some(lanes) = Lane::both(context.world, subject.facing) else { return };
    if area.width < 20 || area.height < STRIP {
        return;
    }
    let edge = if subject.is_focused { FOCUSED } else { PLAIN };
    let has_floor = area.height > STRIP;
    let remarks = remarks(context, subject.facing);
    // What has no lower edge says what matters most in its title, if there is room.
    let told = remarks.first().filter(|_| !has_floor && !context.app.hides_answers());
    let frame = Frame { edge: &edge, width: area.width, told };
    buf.set_line(area.x, area.y, &title(context, subject.number, (channel, &lanes), frame), area.width);
    let floor = area.bottom() - 1;
    let last = if has_floor { floor } else { area.bottom() };
    for y in area.y + 1..last {
        buf.set_string(area.x, y, edge.side, Style::new());
        buf.set_string(area.right() - 1, y, edge.side, Style::new());
    }
    let inner = inside(area);
    let end = body(context, (&lanes, subject.largest), inner, buf);
    if !has_floor {
        return;
    }
    let free = usize::from(inner.bottom() - end);
    let (on_edge, rest) = choose(&remarks, (area.width - 2, inner.width), free);
    // What has no room there stands above it, if there is room.
    let above = rest.iter().filter_map(|remark| Some(Shown { remark, text: remark.fitting(inner.width)? }));
    let mut unsaid = rest.len();
    for (y, shown) in (end..inner.bottom()).zip(above) {
        buf.set_line(inner.x, y, &Line::from(styled(context, &shown)), inner.width);
        unsaid -= 1;
    }
    buf.set_line(area.x, floor, &lower_edge(context, (&on_edge, unsaid), &edge, area.width), area.width);
}

/// What is to be said of a channel, as far as it may be said now.
fn remarks(context: ViewContext<'_>, facing: Facing) -> Vec<Remark> {
    match (context.app.present.is_hidden, context.app.hides_answers()) {
        (true, _) => Vec::new(),
        (false, true) => vec![Remark::hidden()],
        (false, false) => status::remarks(context.world, facing),
    }
}

/// Whether the messages of a panel would all fit as boxes of this form; of one without boxes, too.
pub fn fits(context: ViewContext<'_>, facing: Facing, area: Rect, form: BoxForm) -> bool {
    Lane::both(context.world, facing).is_none_or(|lanes| places::fit(context, &lanes, inside(area), form))
}

/// What a panel has between its edges.
fn inside(area: Rect) -> Rect {
    let edges = if area.height > STRIP { 2 } else { 1 };
    Rect::new(area.x + 2, area.y + 1, area.width.saturating_sub(4), area.height.saturating_sub(edges))
}

/// Draws both directions; gives the first row that is free.
fn body(context: ViewContext<'_>, (lanes, largest): (&[Lane<'_>; 2], BoxForm), inner: Rect, buf: &mut Buffer) -> u16 {
    let areas = areas(context, lanes, inner);
    for (lane, (shape, area)) in lanes.iter().zip(areas) {
        match shape {
            Shape::Nothing => {}
            Shape::Note => note(context, lane, area, buf),
            Shape::Labelled => labelled(context, lane, area, buf),
            Shape::Line => headed(context, lane, area, (BoxForm::Inline, 1), buf),
            Shape::Boxes { rows, form } => {
                // Where there are rows for it, few messages are drawn larger.
                let is_small = form == BoxForm::Boxes;
                let grows =
                    largest == BoxForm::Biggest || (is_small && matches!(largest, BoxForm::Large | BoxForm::Tall));
                let rows_of_it = grown(context, lane, area, largest).filter(|_| grows);
                headed(context, lane, area, rows_of_it.map_or((form, rows), |rows| (largest, rows)), buf);
            }
        }
    }
    areas[1].1.bottom()
}

/// A direction that has carried nothing, in one dim line.
fn note(context: ViewContext<'_>, lane: &Lane<'_>, area: Rect, buf: &mut Buffer) {
    let text = if lane.is_possible() {
        let still = if lane.from.closed { "" } else { " yet" };
        let (arrow, who) = (lane.direction.arrow(), actors(context, lane.from, &[], 20));
        if who == "nobody" {
            format!("{arrow} nobody wrote anything")
        } else {
            format!("{arrow} {who} wrote nothing{still}")
        }
    } else {
        "a pipe goes one way".to_owned()
    };
    buf.set_string(area.x, area.y, words::cut(&text, area.width), context.theme.faint());
}

/// Headings, and below them the messages.
fn headed(context: ViewContext<'_>, lane: &Lane<'_>, area: Rect, (form, rows): (BoxForm, u16), buf: &mut Buffer) {
    // Letters are spaced where all have room like that.
    let form = if form == BoxForm::Large && !all_fit(context, lane, area, (form, rows)) { BoxForm::Tall } else { form };
    for (column, part) in columns(area).into_iter().zip(parts(lane.direction)) {
        let heading = heading(context, lane, part, column.width);
        buf.set_stringn(column.x, area.y, heading, usize::from(column.width), Style::new());
        messages(
            context,
            lane,
            (part, form, rows),
            Rect::new(column.x, area.y + 1, column.width, area.height - 1),
            buf,
        );
    }
}

/// One line, whose headings stand before the messages as far as there is room.
fn labelled(context: ViewContext<'_>, lane: &Lane<'_>, area: Rect, buf: &mut Buffer) {
    for (index, (column, part)) in columns(area).into_iter().zip(parts(lane.direction)).enumerate() {
        let arrow = format!("{} ", lane.direction.arrow());
        let short = if index == 0 { arrow.clone() } else { String::new() };
        let who = match part {
            FlowPart::Queued => "kernel: ".to_owned(),
            FlowPart::Written => format!("{} wrote: ", actor_names(context, lane, part, 10)),
            FlowPart::Read => format!("{} read: ", actor_names(context, lane, part, 10)),
        };
        let long = short.clone() + &who;
        let is_hidden = context.app.present.is_hidden;
        let boxes = |label: &str| {
            let width = column.width.saturating_sub(words::width(label));
            let space = Space { width, rows: 1, form: BoxForm::Inline, is_hidden };
            BoxRows::of(lane.directed(), part, space, context.theme).lines(context.theme)
        };
        let room = column.width.saturating_sub(words::width(&long));
        let beside = boxes(&long);
        let is_whole = room >= LEAST_MESSAGES && beside.iter().all(|line| line.width() <= usize::from(room));
        let (label, lines) = if is_whole { (long, beside) } else { (short.clone(), boxes(&short)) };
        let label_width = words::width(&label);
        buf.set_stringn(column.x, area.y, &label, usize::from(column.width), Style::new());
        let rest = Rect::new(column.x + label_width, area.y, column.width.saturating_sub(label_width), 1);
        shown(context, lane, (part, BoxForm::Inline, lines), rest, buf);
    }
}

/// Messages in boxes or in a line.
fn messages(
    context: ViewContext<'_>,
    lane: &Lane<'_>,
    (part, form, rows): (FlowPart, BoxForm, u16),
    area: Rect,
    buf: &mut Buffer,
) {
    let space = Space { width: area.width, rows, form, is_hidden: context.app.present.is_hidden };
    let lines = BoxRows::of(lane.directed(), part, space, context.theme).lines(context.theme);
    shown(context, lane, (part, form, lines), area, buf);
}

/// Their lines, or words where there are none.
fn shown(
    context: ViewContext<'_>,
    lane: &Lane<'_>,
    (part, form, lines): (FlowPart, BoxForm, Vec<Line<'static>>),
    area: Rect,
    buf: &mut Buffer,
) {
    if context.app.present.is_hidden && part != FlowPart::Written {
        buf.set_string(area.x, area.y + form.height() / 2, "?", context.theme.strong());
        return;
    }
    if lines.is_empty() {
        let word = match (part, lane.flow().ghost) {
            (FlowPart::Queued, 0) => "empty".to_owned(),
            (FlowPart::Queued, bytes) => format!("{bytes} destroyed"),
            (FlowPart::Written | FlowPart::Read, _) => "nothing yet".to_owned(),
        };
        let is_ghost = part == FlowPart::Queued && lane.flow().ghost > 0;
        let style = if is_ghost { context.theme.strong() } else { context.theme.faint() };
        if is_ghost && form != BoxForm::Inline {
            let above = (form.height() - BoxForm::Boxes.height()) / 2;
            let area = Rect { y: area.y + above, height: area.height.saturating_sub(above), ..area };
            ghost(&word, area, (context, buf));
            return;
        }
        buf.set_string(area.x, area.y + form.height() / 2, words::cut(&word, area.width), style);
        return;
    }
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        buf.set_line(area.x, y, &line, area.width);
    }
}

/// Bytes that nobody can read any more, where they waited.
fn ghost(word: &str, area: Rect, (context, buf): (ViewContext<'_>, &mut Buffer)) {
    let inside = usize::from(words::width(word).min(area.width.saturating_sub(4)) + 2);
    let rows = [format!("┌{}┐", "·".repeat(inside)), format!("┆ {word} ┆"), format!("└{}┘", "·".repeat(inside))];
    for (y, row) in (area.y..area.bottom()).zip(rows) {
        buf.set_stringn(area.x, y, row, usize::from(area.width), context.theme.faint());
    }
    buf.set_stringn(area.x + 2, area.y + 1, word, usize::from(area.width.saturating_sub(4)), context.theme.strong());
}
