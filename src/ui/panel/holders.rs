//! Who holds the ends of the focused channel, then of others where there is room, or of all: each process and number, copies in flight too. An end lives as long as one
//! of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::action::Action;
use crate::app::channel_sides::{self, Facing};
use crate::ui::{ViewContext, words};
use crate::world::kind::{ChannelId, EndId};

/// Columns of an end's name, and of poll's bits, where all are shown.
const LABEL: u16 = 18;
const BITS: u16 = 20;
/// Columns before the names that have rows of their own.
const BELOW: u16 = 7;
/// Stands for what would tell an answer.
const HIDDEN: &str = "?";
/// Rows the panel wants, its heading included.
pub const ROWS: u16 = 3;

/// Draws the panel.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    let Some(facing) = context.app.focused(context.world).filter(|_| !area.is_empty()) else { return };
    let theme = context.theme;
    let heading = words::between(
        vec![Span::raw("─ "), Span::styled("held by", theme.strong()), Span::raw(" ")],
        vec![],
        area.width,
        ("─", Style::new()),
    );
    buf.set_line(area.x, area.y, &heading, area.width);
    for (y, end) in (area.y + 1..area.bottom()).zip(ends_shown(context, facing, usize::from(area.height - 1))) {
        let label = format!(" {:<8}", words::name(&context.world.label(end), area.width / 2));
        let bits = bits_of(context, end);
        let least = words::width(&super::xray::short_bits(&bits)) + 2;
        let room = area.width.saturating_sub(words::width(&label) + 1 + least);
        let names = [holders(context, end), by_task(context, end), many(context, end)];
        let held = names.iter().find(|names| words::width(names) <= room).unwrap_or(&names[2]);
        let left = vec![Span::styled(label, theme.strong()), Span::raw(format!(" {held}"))];
        let bits = fitting(bits, area.width.saturating_sub(words::spans_width(&left)));
        let right = vec![Span::styled(format!(" {bits} "), theme.faint())];
        buf.set_line(area.x, y, &words::between(left, right, area.width, (" ", Style::new())), area.width);
    }
}

/// The focused channel's ends, and below them both ends of others as far as there is room.
fn ends_shown(context: ViewContext<'_>, focused: Facing, room: usize) -> Vec<EndId> {
    let others = channel_sides::listed(context.world).into_iter().filter(|id| *id != focused.channel);
    let others = others.filter_map(|id| channel_sides::of(context.world, id));
    let channels = std::iter::once(focused).chain(others).take((room / 2).max(1));
    channels.flat_map(|facing| [facing.near, facing.far]).collect()
}

/// Draws the same of every channel, the focused one among them.
pub fn draw_all(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 3 || area.width < 40 {
        return;
    }
    let theme = context.theme;
    let all = channel_sides::listed(context.world);
    let focus = context.app.focused(context.world).map(|facing| facing.channel);
    let at = all.iter().position(|id| Some(*id) == focus).unwrap_or(0);
    let room = usize::from(area.height - 1);
    // From the focused one up as far as there is room: what is above it comes first, as everywhere.
    let block = |at: usize| all.get(at).map_or_else(Vec::new, |id| rows(context, (*id, at + 1), area.width));
    let mut used = block(at).len();
    let above = (0..at).rev().take_while(|at| {
        used += block(*at).len();
        used <= room
    });
    let first = above.last().unwrap_or(at);
    let mut y = area.y + 1;
    let mut last = first;
    for next in first..all.len() {
        let mut rows = block(next);
        let left = usize::from(area.bottom() - y);
        if left == 0 || (left < 2 && next != at) {
            break;
        }
        // What has no room is not passed over in silence.
        if rows.len() > left {
            rows.truncate(left - 1);
            rows.push(Line::from("     …"));
        }
        for (line, row) in rows.into_iter().zip(y..area.bottom()) {
            buf.set_line(area.x, row, &line, area.width);
            y = row + 1;
        }
        last = next + 1;
    }
    let left = vec![Span::raw("─ "), Span::styled("who holds every end", theme.strong()), Span::raw(" ")];
    let next = context.keys_behind(&[Action::FocusNext]);
    let is_all = first == 0 && last >= all.len();
    let seen = if is_all { String::new() } else { format!(" {} to {last} of {}{next} ", first + 1, all.len()) };
    let heading = words::between(left, vec![Span::styled(seen, theme.strong())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
}

/// A channel's two ends, each with all its holders.
fn rows(context: ViewContext<'_>, (id, number): (ChannelId, usize), width: u16) -> Vec<Line<'static>> {
    let theme = context.theme;
    let Some(facing) = channel_sides::of(context.world, id) else { return Vec::new() };
    let is_focused = context.app.focused(context.world).is_some_and(|focused| focused.channel == id);
    let style = if is_focused { theme.shout() } else { theme.strong() };
    let mut lines = Vec::new();
    for (at, end) in [facing.near, facing.far].into_iter().enumerate() {
        let mark = if is_focused && at == 0 { "▸" } else { " " };
        let number = if at == 0 { number.to_string() } else { String::new() };
        let label = words::name(&context.world.label(end), LABEL);
        let bits = bits_of(context, end);
        let head = format!("{mark}{number:>3} ");
        let gap = usize::from(LABEL.saturating_sub(words::width(&label)) + 1);
        let names = holders(context, end);
        let room = width.saturating_sub(words::width(&head) + LABEL + 1);
        let shortest = words::width(&super::xray::short_bits(&bits)).min(BITS) + 2;
        let is_long = words::width(&names) + shortest > room;
        let first = if is_long { many(context, end) } else { names.clone() };
        let left = vec![Span::raw(head), Span::styled(label, style), Span::raw(" ".repeat(gap)), Span::raw(first)];
        let bits = fitting(bits, width.saturating_sub(words::spans_width(&left)));
        let right = vec![Span::styled(format!(" {bits} "), theme.faint())];
        lines.push(words::between(left, right, width, (" ", Style::new())));
        if is_long {
            let below = words::wrap(&names, width.saturating_sub(BELOW + 1).max(8), 0).into_iter();
            lines.extend(below.map(|text| Line::from(" ".repeat(usize::from(BELOW)) + text.trim_start())));
        }
    }
    lines
}

/// What poll(2) says, in so many columns with a blank at both sides: who holds an end comes before it.
fn fitting(bits: String, room: u16) -> String {
    if words::width(&bits) + 2 <= room { bits } else { super::xray::short_bits(&bits) }
}

/// Each process once, with all its numbers: `parent@3,5,6`.
fn by_task(context: ViewContext<'_>, end: EndId) -> String {
    let report = context.world.holders_report(end);
    let mut tasks: Vec<(&str, Vec<String>)> = Vec::new();
    for (task, fd) in &report.holders {
        match tasks.iter_mut().find(|(name, _)| name == task) {
            Some((_, fds)) => fds.push(fd.to_string()),
            None => tasks.push((task, vec![fd.to_string()])),
        }
    }
    let told = tasks.iter().map(|(task, fds)| format!("{}@{}", words::name(task, 16), fds.join(",")));
    let in_flight = (report.in_flight > 0).then(|| format!("{} in flight", report.in_flight));
    told.chain(in_flight).collect::<Vec<_>>().join("  ")
}

/// How many they are, where their names stand below.
fn many(context: ViewContext<'_>, end: EndId) -> String {
    let report = context.world.holders_report(end);
    words::count(report.holders.len() as u64, "holder", "holders")
}

/// What poll(2) says of an end, unless that would tell the answer to a lesson's question.
fn bits_of(context: ViewContext<'_>, end: EndId) -> String {
    if context.app.hides_answers() {
        return HIDDEN.to_owned();
    }
    context.world.end(end).map(super::xray::poll_bits).unwrap_or_default()
}

fn holders(context: ViewContext<'_>, end: EndId) -> String {
    if context.app.hides_answers() {
        return HIDDEN.to_owned();
    }
    let report = context.world.holders_report(end);
    let mut holders: Vec<String> =
        report.holders.iter().map(|(task, fd)| format!("{}@{fd}", words::name(task, 16))).collect();
    if report.in_flight > 0 {
        holders.push(format!("{} in flight", report.in_flight));
    }
    if holders.is_empty() { "nobody".to_owned() } else { holders.join("  ") }
}
