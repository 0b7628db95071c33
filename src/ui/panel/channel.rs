//! One channel: what was written, what waits in the kernel, what was read, in each direction under headings of its own; the counts
//! of both in the title; on the lower edge what the next read would return and what happened to the holders.

mod heading;
mod places;
mod plan;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::box_rows::{BoxForm, BoxRows, FlowPart, Space};
use super::status::{self, Remark, RemarkTone};
use crate::app::channel_sides::Facing;
use crate::ui::direction::Lane;
use crate::ui::{ViewContext, words};
use crate::world::channel::Channel;
use crate::world::kind::Kind;

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

/// The signs of an edge: corners, sides, lines.
struct Edge {
    corners: [&'static str; 4],
    side: &'static str,
    line: &'static str,
}

/// Columns of a channel's name, however little room there is.
const LEAST_NAME: u16 = 6;
/// Columns beside a label that messages need at least.
const LEAST_MESSAGES: u16 = 12;

const PLAIN: Edge = Edge { corners: ["┌", "┐", "└", "┘"], side: "│", line: "─" };
const FOCUSED: Edge = Edge { corners: ["┏", "┓", "┗", "┛"], side: "┃", line: "━" };

/// Draws one channel.
pub fn draw(context: ViewContext<'_>, subject: ChannelView, area: Rect, buf: &mut Buffer) {
    let Some(channel) = subject.facing.channel(context.world) else { return };
    let Some(lanes) = Lane::both(context.world, subject.facing) else { return };
    if area.width < 20 || area.height < STRIP {
        return;
    }
    let edge = if subject.is_focused { FOCUSED } else { PLAIN };
    buf.set_line(area.x, area.y, &title(context, subject, (channel, &lanes), &edge, area.width), area.width);
    let has_floor = area.height > STRIP;
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
    let remarks = match (context.app.present.is_hidden, context.app.hides_answers()) {
        (true, _) => Vec::new(),
        (false, true) => vec![Remark::hidden()],
        (false, false) => status::remarks(context.world, subject.facing),
    };
    let free = usize::from(inner.bottom() - end);
    let (on_edge, rest) = choose(&remarks, (area.width - 2, inner.width), free);
    // What has no room there stands above it, if there is room.
    let rest = rest.into_iter().filter_map(|remark| Some(Shown { remark, text: remark.fitting(inner.width)? }));
    for (y, shown) in (end..inner.bottom()).zip(rest) {
        buf.set_line(inner.x, y, &Line::from(styled(context, &shown)), inner.width);
    }
    buf.set_line(area.x, floor, &lower_edge(context, &on_edge, &edge, area.width), area.width);
}

/// Name and kind at the left, the counts of both directions at the right; less of it where there is less room.
fn title(
    context: ViewContext<'_>,
    subject: ChannelView,
    (channel, lanes): (&Channel, &[Lane<'_>; 2]),
    edge: &Edge,
    width: u16,
) -> Line<'static> {
    let strong = context.theme.strong();
    let number = format!(" {} ", subject.number);
    let fixed = words::width(&number) + 2;
    let whole_name = words::width(&channel.name);
    let forms = title_forms(context, channel.kind, lanes);
    let fits = |name: u16, (kind, counts): &(String, String)| {
        fixed + name + words::width(kind) + words::width(counts) <= width
    };
    // A name may be shortened before the counts are.
    let names = [20, 12, LEAST_NAME].map(|most| whole_name.min(most));
    let by_name = |name: u16| forms.iter().take(WORDED).find(|form| fits(name, form));
    let form = names.into_iter().find_map(by_name).or_else(|| forms.iter().find(|form| fits(LEAST_NAME, form)));
    let (kind, counts) = form.or(forms.last()).cloned().unwrap_or_default();
    let taken = fixed + words::width(&kind) + words::width(&counts);
    let name = words::name(&channel.name, width.saturating_sub(taken).clamp(LEAST_NAME, (width / 3).max(LEAST_NAME)));
    let mut left = vec![Span::raw(edge.corners[0]), Span::styled(number + &name + &kind, strong)];
    let gap = width.saturating_sub(words::spans_width(&left) + words::width(&counts) + 1);
    left.push(Span::raw(edge.line.repeat(usize::from(gap))));
    left.extend(counts.split_inclusive('━').flat_map(|part| match part.strip_suffix('━') {
        Some(part) => vec![Span::styled(part.to_owned(), strong), Span::raw(edge.line)],
        None => vec![Span::styled(part.to_owned(), strong)],
    }));
    left.push(Span::raw(edge.corners[1]));
    Line::from(words::clip(left, width))
}

/// Forms of a title whose counts are in words.
const WORDED: usize = 3;

/// Kind and counts, in full and in less and less.
fn title_forms(context: ViewContext<'_>, kind: Kind, lanes: &[Lane<'_>; 2]) -> Vec<(String, String)> {
    let possible: Vec<&Lane<'_>> = lanes.iter().filter(|lane| lane.is_possible()).collect();
    let of = |lane: &Lane<'_>, form: Counts| {
        let (totals, arrow) = (lane.flow().totals, lane.direction.arrow());
        let writes = words::count(totals.writes, "write", "writes");
        let is_hidden = context.app.present.is_hidden;
        let reads = if is_hidden { "? reads".to_owned() } else { words::count(totals.reads, "read", "reads") };
        match form {
            Counts::Letters if is_hidden => format!(" {arrow}{}w ?r ", totals.writes),
            Counts::Brief if totals.writes == 0 && totals.reads == 0 => format!(" {arrow} nothing "),
            Counts::Full | Counts::Brief => format!(" {arrow} {writes}, {reads} "),
            Counts::Letters => format!(" {arrow}{}w {}r ", totals.writes, totals.reads),
        }
    };
    let counts = |form: Counts, gap: &str| possible.iter().map(|lane| of(lane, form)).collect::<Vec<_>>().join(gap);
    let (long, short) = (format!(" {} ", kind.title()), format!(" {} ", kind.short()));
    vec![
        (long.clone(), counts(Counts::Full, "━")),
        (long, counts(Counts::Brief, "━")),
        (short.clone(), counts(Counts::Full, "━")),
        (short, counts(Counts::Letters, "")),
        (" ".to_owned(), counts(Counts::Letters, "")),
    ]
}

/// How the title counts a direction.
#[derive(Debug, Clone, Copy)]
enum Counts {
    /// `▶ 3 writes, 1 read`.
    Full,
    /// The same; `◀ nothing` where there is none of both.
    Brief,
    /// `▶3w 1r`.
    Letters,
}

/// A remark in the words that fit.
struct Shown<'a> {
    remark: &'a Remark,
    text: &'a str,
}

/// Which remarks stand on the lower edge, in which words, and which do not. One that would be shortened there stands in full in a
/// row above, if there are free ones.
fn choose(remarks: &[Remark], (on_edge, above): (u16, u16), free: usize) -> (Vec<Shown<'_>>, Vec<&Remark>) {
    let (mut shown, mut rest, mut left) = (Vec::new(), Vec::new(), on_edge);
    for remark in remarks {
        // A blank at both sides; between two a point.
        let around = if shown.is_empty() { 2 } else { 3 };
        let has_row = rest.len() < free && words::width(remark.text()) <= above;
        let room = left.saturating_sub(around);
        match remark.fitting(room).filter(|text| *text == remark.text() || !has_row) {
            Some(text) => {
                left -= words::width(text) + around;
                shown.push(Shown { remark, text });
            }
            None => rest.push(remark),
        }
    }
    (shown, rest)
}

fn lower_edge(context: ViewContext<'_>, shown: &[Shown<'_>], edge: &Edge, width: u16) -> Line<'static> {
    let mut spans = vec![Span::raw(edge.corners[2])];
    for (index, one) in shown.iter().enumerate() {
        spans.push(Span::raw(if index == 0 { " " } else { "· " }));
        spans.extend(styled(context, one));
        spans.push(Span::raw(" "));
    }
    words::between(spans, vec![Span::raw(edge.corners[3])], width, (edge.line, Style::new()))
}

/// `EOF` is seen from the last row.
fn styled(context: ViewContext<'_>, shown: &Shown<'_>) -> Vec<Span<'static>> {
    let theme = context.theme;
    let style = match shown.remark.tone {
        RemarkTone::Alarm => theme.alarm(),
        RemarkTone::Plain => theme.strong(),
    };
    match shown.text.split_once("EOF") {
        Some((before, after)) => vec![
            Span::styled(before.to_owned(), style),
            Span::styled("EOF", theme.shout()),
            Span::styled(after.to_owned(), style),
        ],
        None => vec![Span::styled(shown.text.to_owned(), style)],
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
                let grows = largest == BoxForm::Biggest || (largest == BoxForm::Large && form == BoxForm::Boxes);
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
        let is_whole = |label: &str| {
            let width = column.width.saturating_sub(words::width(label));
            let space = Space { width, rows: 1, form: BoxForm::Inline, is_hidden: context.app.present.is_hidden };
            let lines = BoxRows::of(lane.directed(), part, space, context.theme).lines(context.theme);
            width >= LEAST_MESSAGES && lines.iter().all(|line| line.width() <= usize::from(width))
        };
        let label = if is_whole(&long) { long } else { short };
        let label_width = words::width(&label);
        buf.set_stringn(column.x, area.y, &label, usize::from(column.width), Style::new());
        let rest = Rect::new(column.x + label_width, area.y, column.width.saturating_sub(label_width), 1);
        messages(context, lane, (part, BoxForm::Inline, 1), rest, buf);
    }
}

/// Messages in boxes or in a line, or words where there are none.
fn messages(
    context: ViewContext<'_>,
    lane: &Lane<'_>,
    (part, form, rows): (FlowPart, BoxForm, u16),
    area: Rect,
    buf: &mut Buffer,
) {
    let is_hidden = context.app.present.is_hidden;
    if is_hidden && part != FlowPart::Written {
        buf.set_string(area.x, area.y + form.height() / 2, "?", context.theme.strong());
        return;
    }
    let space = Space { width: area.width, rows, form, is_hidden };
    let boxes = BoxRows::of(lane.directed(), part, space, context.theme);
    if boxes.is_empty() {
        let word = match (part, lane.flow().ghost) {
            (FlowPart::Queued, 0) => "empty".to_owned(),
            (FlowPart::Queued, bytes) => format!("{bytes} destroyed"),
            (FlowPart::Written | FlowPart::Read, _) => "nothing yet".to_owned(),
        };
        let is_ghost = part == FlowPart::Queued && lane.flow().ghost > 0;
        let style = if is_ghost { context.theme.strong() } else { context.theme.faint() };
        if is_ghost && form != BoxForm::Inline {
            ghost(&word, area, (context, buf));
            return;
        }
        buf.set_string(area.x, area.y + form.height() / 2, words::cut(&word, area.width), style);
        return;
    }
    for (y, line) in (area.y..area.bottom()).zip(boxes.lines(context.theme)) {
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
