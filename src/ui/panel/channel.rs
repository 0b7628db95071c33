//! One channel: what was written, what waits in the kernel, what was read, in both directions; the counts in the title and what
//! happened to its holders on the lower edge.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::shelf::{Form, Shelf};
use super::status::{self, Remark};
use crate::app::channel_sides::{self, Facing};
use crate::ui::theme::Theme;
use crate::ui::{Scene, words};
use crate::world::channel::{Channel, End};
use crate::world::ledger::Flow;

/// How much room a channel gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// Nine rows: boxes in both directions.
    Tall,
    /// Seven rows: boxes towards the child, one line back.
    Full,
    /// Four rows: one line each way.
    Small,
    /// Two rows: one line, back from the child if nothing has gone the other way; no lower edge. The title counts both ways.
    Strip,
}

impl Size {
    /// Rows it takes.
    pub fn rows(self) -> u16 {
        match self {
            Self::Tall => 9,
            Self::Full => 7,
            Self::Small => 4,
            Self::Strip => 2,
        }
    }
}

/// What is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Subject {
    /// The channel.
    pub facing: Facing,
    /// Its place among all, from 1.
    pub number: usize,
    /// Whether keys act on it.
    pub is_focused: bool,
    /// Its room.
    pub size: Size,
}

/// The signs of an edge: corners, sides, lines.
struct Edge {
    corners: [&'static str; 4],
    side: &'static str,
    line: &'static str,
}

/// Columns of a channel's name, however little room there is.
const LEAST_NAME: u16 = 6;

const PLAIN: Edge = Edge { corners: ["┌", "┐", "└", "┘"], side: "│", line: "─" };
const FOCUSED: Edge = Edge { corners: ["┏", "┓", "┗", "┛"], side: "┃", line: "━" };

/// Draws one channel.
pub fn draw(scene: Scene<'_>, subject: Subject, area: Rect, buf: &mut Buffer) {
    let world = scene.world;
    let Some(channel) = subject.facing.channel(world) else { return };
    let (Some(near), Some(far)) = (world.end(subject.facing.near), world.end(subject.facing.far)) else { return };
    if area.width < 20 || area.height < 2 {
        return;
    }
    let counted = if near.kind.is_pipe() && !Facing::can_write(world, near) { near } else { far };
    let edge = if subject.is_focused { FOCUSED } else { PLAIN };
    let back = (subject.size == Size::Strip && counted.id == far.id && is_used(near)).then_some(&near.inbox);
    buf.set_line(
        area.x,
        area.y,
        &title(scene, subject, (channel, &counted.inbox, back), &edge, area.width),
        area.width,
    );
    let has_floor = subject.size != Size::Strip;
    let floor = area.bottom() - 1;
    let last = if has_floor { floor } else { area.bottom() };
    for y in area.y + 1..last {
        buf.set_string(area.x, y, edge.side, Style::new());
        buf.set_string(area.right() - 1, y, edge.side, Style::new());
    }
    if has_floor {
        let remarks = status::remarks(world, subject.facing);
        buf.set_line(area.x, floor, &lower_edge(scene, remarks, &edge, area.width), area.width);
    }
    let inner = Rect::new(area.x + 2, area.y + 1, area.width - 4, last - area.y - 1);
    body(scene, subject, (near, far), inner, buf);
}

fn title(
    scene: Scene<'_>,
    subject: Subject,
    (channel, flow, back): (&Channel, &Flow, Option<&Flow>),
    edge: &Edge,
    width: u16,
) -> Line<'static> {
    let theme = scene.theme;
    let writes = words::count(flow.totals.writes, "WRITE", "WRITES");
    let reads = words::count(flow.totals.reads, "READ", "READS");
    let back = back.map_or_else(String::new, |back| {
        let writes = words::count(back.totals.writes, "WRITE", "WRITES");
        format!("· {} ◀ {writes} ", words::count(back.totals.reads, "READ", "READS"))
    });
    let right = vec![Span::styled(format!(" {writes} ▶ {reads} {back}"), theme.strong()), Span::raw(edge.corners[1])];
    let number = format!(" {} ", subject.number);
    let kind = format!(" {} ", channel.kind.title());
    let taken = words::spans_width(&right) + words::width(&number) + words::width(&kind) + 1;
    let name = words::name(&channel.name, width.saturating_sub(taken).clamp(LEAST_NAME, width / 3));
    let left = vec![
        Span::raw(edge.corners[0]),
        Span::styled(number + &name, theme.strong()),
        Span::styled(kind, theme.strong()),
    ];
    words::between(left, right, width, (edge.line, Style::new()))
}

/// Whether anything was ever written to be read at the end.
fn is_used(end: &End) -> bool {
    end.inbox.totals.writes > 0
}

fn lower_edge(scene: Scene<'_>, remarks: Vec<Remark>, edge: &Edge, width: u16) -> Line<'static> {
    let theme = scene.theme;
    let mut spans = vec![Span::raw(edge.corners[2])];
    for (index, remark) in remarks.into_iter().enumerate() {
        spans.push(Span::raw(if index == 0 { " " } else { "· " }));
        let style = if remark.is_alarm { theme.alarm() } else { theme.strong() };
        match remark.text.split_once("EOF") {
            Some((before, after)) if remark.is_alarm => spans.extend([
                Span::styled(words::cut(before, width), style),
                Span::styled("EOF", theme.shout()),
                Span::styled(words::cut(after, width), style),
            ]),
            _ => spans.push(Span::styled(words::cut(&remark.text, width), style)),
        }
        spans.push(Span::raw(" "));
    }
    words::between(spans, vec![Span::raw(edge.corners[3])], width, (edge.line, Style::new()))
}

/// The three columns: where they begin and how wide they are.
fn columns(inner: Rect) -> [(u16, u16); 3] {
    let third = inner.width / 3;
    let last = inner.width - 2 * third;
    [(inner.x, third - 1), (inner.x + third, third - 1), (inner.x + 2 * third, last)]
}

fn body(scene: Scene<'_>, subject: Subject, (near, far): (&End, &End), inner: Rect, buf: &mut Buffer) {
    let columns = columns(inner);
    let mut y = inner.y;
    let (there, back) = match subject.size {
        Size::Tall => (Form::Boxes, Form::Boxes),
        Size::Full => (Form::Boxes, Form::Inline),
        Size::Small | Size::Strip => (Form::Inline, Form::Inline),
    };
    if matches!(subject.size, Size::Tall | Size::Full) {
        heading(scene, (near, far), columns, y, buf);
        y += 1;
    }
    let is_pipe = near.kind.is_pipe();
    let goes_there = !is_pipe || Facing::can_write(scene.world, near);
    let is_back_alone = subject.size == Size::Strip && !is_pipe && is_used(near) && !is_used(far);
    if goes_there && !is_back_alone {
        let way = Way { flow: &far.inbox, form: there, is_back: false };
        y = direction(scene, &way, columns, y, buf);
    }
    if y >= inner.bottom() {
        return;
    }
    if is_pipe && goes_there {
        faint(scene, (columns[0].0, y), "a pipe goes one way", buf);
        return;
    }
    // A pipe that only comes back has all the room for itself.
    let form = if is_pipe { there } else { back };
    let way = Way { flow: &near.inbox, form, is_back: true };
    direction(scene, &way, columns, y, buf);
}

fn heading(scene: Scene<'_>, (near, far): (&End, &End), columns: [(u16, u16); 3], y: u16, buf: &mut Buffer) {
    // What somebody did stays, however long the name.
    let did = |name: &str, what: &str, width: u16| words::name(name, width.saturating_sub(words::width(what))) + what;
    let who = |end: &End, what: &str, width| {
        let tasks = scene.world.keepers(end.id);
        let name = channel_sides::actor(scene.world, end.id).map_or("nobody", |task| task.name.as_str());
        let others = if tasks.len() > 1 { format!(" and {} more", tasks.len() - 1) } else { String::new() };
        did(name, &(others + what), width)
    };
    let writer = scene.world.holders(near.id).first().map(|(task, _)| task.name.clone());
    let wrote = " wrote ▶";
    let parent = writer.map_or_else(|| who(near, wrote, columns[0].1), |name| did(&name, wrote, columns[0].1));
    let waiting = match (far.inbox.waiting(), far.inbox.messages()) {
        (0, 0) => None,
        (_, messages) if far.kind.keeps_messages() => Some(words::count(messages, "message", "messages")),
        (bytes, _) => Some(words::count(bytes, "byte", "bytes")),
    };
    let kernel = waiting.map_or_else(
        || "in the kernel ▶".to_owned(),
        |waiting| {
            let forms = ["in the kernel: ", "in kernel: ", "kernel: ", ""].map(|head| format!("{head}{waiting} ▶"));
            forms.into_iter().find(|form| words::width(form) <= columns[1].1).unwrap_or(waiting)
        },
    );
    let texts = [parent, kernel, who(far, " read", columns[2].1)];
    for ((x, width), text) in columns.into_iter().zip(texts) {
        buf.set_stringn(x, y, words::cut(&text, width), usize::from(width), Style::new());
    }
}

/// One direction of a channel.
struct Way<'a> {
    flow: &'a Flow,
    form: Form,
    is_back: bool,
}

/// A flow's parcels in so many columns.
type Make = fn(&Flow, u16, Form, Theme) -> Shelf;

/// Three shelves, or words where they are empty. Gives the row below.
fn direction(scene: Scene<'_>, way: &Way<'_>, mut columns: [(u16, u16); 3], y: u16, buf: &mut Buffer) -> u16 {
    let form = way.form;
    let (middle, below) = if form == Form::Boxes { (y + 1, y + 3) } else { (y, y + 1) };
    if way.is_back || form == Form::Inline {
        let arrow = if way.is_back { "◀" } else { "▶" };
        buf.set_string(columns[0].0, middle, arrow, Style::new());
        columns[0] = (columns[0].0 + 2, columns[0].1.saturating_sub(2));
    }
    let make: [Make; 3] = if way.is_back {
        [Shelf::of_reads, Shelf::of_queue, Shelf::of_writes]
    } else {
        [Shelf::of_writes, Shelf::of_queue, Shelf::of_reads]
    };
    for (index, (make, (x, width))) in make.into_iter().zip(columns).enumerate() {
        let shelf = make(way.flow, width, form, scene.theme);
        if shelf.is_empty() {
            let word = if index == 1 { "empty" } else { "nothing yet" };
            faint(scene, (x, middle), &words::cut(word, width), buf);
            continue;
        }
        for (row, line) in (y..).zip(shelf.rows(form, scene.theme)) {
            buf.set_line(x, row, &line, width);
        }
    }
    below
}

fn faint(scene: Scene<'_>, (x, y): (u16, u16), text: &str, buf: &mut Buffer) {
    buf.set_string(x, y, text, scene.theme.faint());
}
