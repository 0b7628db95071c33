//! The processes and the channels between them as a picture: who holds the one end in a frame at the left, who holds the other at
//! the right, and between them a string for each channel, torn where an end is closed. The pipes of a pipeline stand in one row.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::channel_sides::{self, Facing};
use crate::ui::direction::Lane;
use crate::ui::panel::tasks::state_of;
use crate::ui::{ViewContext, words};
use crate::world::World;
use crate::world::kind::EndId;

/// Columns of a frame, its edges included.
const FRAME: u16 = 24;
/// Rows of one channel.
const ROWS: u16 = 3;
/// Columns of a string at least where several stand in one row.
const LEAST_STRING: u16 = 20;

/// Rows that the picture takes, of so many; none where not even one channel has room.
pub fn rows(world: &World, most: u16, width: u16) -> u16 {
    let pipelines = u16::try_from(pipelines(world, width).len()).unwrap_or(u16::MAX);
    (pipelines.saturating_mul(ROWS)).min(most / ROWS * ROWS)
}

/// The channels, row by row: pipes of which each is read by the task that writes to the next stand side by side, as many as there
/// is room for.
fn pipelines(world: &World, width: u16) -> Vec<Vec<Facing>> {
    let most = usize::from(width.saturating_sub(2 + FRAME) / (FRAME + LEAST_STRING)).max(1);
    let keeper = |end: EndId| world.keepers(end).first().map(|task| task.id);
    let is_pipe = |facing: &Facing| facing.channel(world).is_some_and(|channel| channel.kind.is_pipe());
    let mut rows: Vec<Vec<Facing>> = Vec::new();
    for facing in channel_sides::shown(world) {
        let writer = keeper(facing.near).filter(|_| is_pipe(&facing));
        let before = rows.iter_mut().find(|row| {
            let reader = row.last().filter(|last| is_pipe(last)).and_then(|last| keeper(last.far));
            row.len() < most && writer.is_some() && reader == writer
        });
        match before {
            Some(row) => row.push(facing),
            None => rows.push(vec![facing]),
        }
    }
    // What is still open comes first: where there is not room for all, it is what matters.
    let is_closed = |end: EndId| world.end(end).is_none_or(|end| end.closed);
    rows.sort_by_key(|row| row.iter().all(|facing| is_closed(facing.near) && is_closed(facing.far)));
    rows
}

/// Draws as many channels as there is room for, the focused one among them.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    let all = pipelines(context.world, area.width);
    let room = usize::from(area.height / ROWS);
    if room == 0 || area.width < 2 * FRAME + 10 {
        return;
    }
    let focus = context.app.focused(context.world).map(|facing| facing.channel);
    let is_focused = |facing: &Facing| Some(facing.channel) == focus;
    let at = all.iter().position(|row| row.iter().any(is_focused)).unwrap_or(0);
    let first = (at + 1).saturating_sub(room);
    for (y, row) in (area.y..area.bottom()).step_by(usize::from(ROWS)).zip(all.iter().skip(first).take(room)) {
        let inner = Rect { x: area.x + 1, y, width: area.width - 2, height: ROWS };
        let step = (inner.width - FRAME) / u16::try_from(row.len()).unwrap_or(1);
        for (x, facing) in (inner.x..).step_by(usize::from(step)).zip(row) {
            let is_last = row.last() == Some(facing);
            let width = if is_last { inner.right() - x } else { step + FRAME };
            channel(context, (*facing, is_focused(facing)), Rect { x, width, ..inner }, buf);
        }
    }
}

/// Who holds an end, in a frame of three rows.
struct Holder {
    name: String,
    state: String,
    is_alive: bool,
    fds: String,
}

fn channel(context: ViewContext<'_>, (facing, is_focused): (Facing, bool), area: Rect, buf: &mut Buffer) {
    let (left, right) = (holder(context.world, facing.near), holder(context.world, facing.far));
    let right_x = area.right().saturating_sub(FRAME);
    frame(context, &left, Rect { width: FRAME, ..area }, buf);
    frame(context, &right, Rect { x: right_x, width: FRAME, ..area }, buf);
    let string = Rect { x: area.x + FRAME, width: right_x - area.x - FRAME, ..area };
    let labels = [facing.near, facing.far].map(|end| words::name(&context.world.label(end), string.width / 2 - 2));
    let above = words::between(
        vec![Span::raw(format!("{} {}", left.fds, labels[0]))],
        vec![Span::raw(format!("{} {}", labels[1], right.fds))],
        string.width,
        (" ", Style::new()),
    );
    buf.set_line(string.x, string.y, &above, string.width);
    let line = if is_focused { "━" } else { "─" };
    let edge = |end: EndId| if context.world.end(end).is_none_or(|end| end.closed) { "╳" } else { line };
    let middle = line.repeat(usize::from(string.width.saturating_sub(2)));
    let text = format!("{}{middle}{}", edge(facing.near), edge(facing.far));
    buf.set_stringn(string.x, string.y + 1, text, usize::from(string.width), context.theme.strong());
    below(context, facing, string, buf);
}

/// What the string is made of, and what went through it.
fn below(context: ViewContext<'_>, facing: Facing, string: Rect, buf: &mut Buffer) {
    let kind = facing.channel(context.world).map_or("", |channel| channel.kind.title());
    let lanes = Lane::both(context.world, facing).into_iter().flatten().filter(Lane::is_possible);
    let counts = lanes.map(|lane| {
        let (totals, waiting) = (lane.flow().totals, lane.flow().waiting());
        let waits = if waiting > 0 { format!(", {waiting} wait") } else { String::new() };
        format!("{} {} written{waits}", lane.direction.arrow(), words::count(totals.written, "byte", "bytes"))
    });
    let counts: Vec<String> = counts.collect();
    let forms = [format!("{kind}  {}", counts.join("  ")), counts.join("  "), kind.to_owned()];
    let Some(text) = forms.into_iter().find(|form| words::width(form) <= string.width) else { return };
    let x = string.x + (string.width - words::width(&text)) / 2;
    buf.set_stringn(x, string.y + 2, text, usize::from(string.width), context.theme.faint());
}

/// The first who holds the end and how many more, or who held it last.
fn holder(world: &World, end: EndId) -> Holder {
    let holders = world.holders(end);
    let keepers = world.keepers(end);
    let Some(first) = keepers.first() else {
        return Holder { name: "nobody".to_owned(), state: String::new(), is_alive: true, fds: String::new() };
    };
    let more = if keepers.len() > 1 { format!(" +{}", keepers.len() - 1) } else { String::new() };
    let fds = holders.iter().filter(|(task, _)| task.id == first.id).map(|(_, fd)| fd.to_string());
    let fds: Vec<String> = fds.collect();
    Holder {
        name: words::task(first, FRAME - 8) + &more,
        state: state_of(world, first),
        is_alive: first.is_alive(),
        fds: fds.join(","),
    }
}

fn frame(context: ViewContext<'_>, holder: &Holder, area: Rect, buf: &mut Buffer) {
    let theme = context.theme;
    let inside = usize::from(area.width - 2);
    let name = words::cut(&format!(" {} ", holder.name), area.width - 2);
    let rest = "─".repeat(inside.saturating_sub(usize::from(words::width(&name))));
    let upper = Line::from(vec![Span::raw("┌"), Span::styled(name, theme.strong()), Span::raw(rest + "┐")]);
    buf.set_line(area.x, area.y, &upper, area.width);
    let style = if holder.is_alive { Style::new() } else { theme.alarm() };
    // What somebody sleeps in is worth more than where.
    let forms = [holder.state.as_str(), holder.state.split('(').next().unwrap_or_default()];
    let state = forms.into_iter().find(|form| words::width(form) + 2 <= area.width - 2).unwrap_or("asleep");
    let pad = inside.saturating_sub(usize::from(words::width(state)) + 1);
    let middle = vec![Span::raw("│ "), Span::styled(state.to_owned(), style), Span::raw(" ".repeat(pad) + "│")];
    buf.set_line(area.x, area.y + 1, &Line::from(middle), area.width);
    buf.set_stringn(area.x, area.y + 2, format!("└{}┘", "─".repeat(inside)), usize::from(area.width), Style::new());
}
