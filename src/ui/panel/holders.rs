//! Who holds the ends of the focused channel, or of all: each process and number, copies in flight too. An end lives as long as one
//! of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::action::Action;
use crate::app::channel_sides;
use crate::ui::{Scene, words};
use crate::world::kind::{ChannelId, EndId};

/// Columns of an end's name, and of poll's bits, where all are shown.
const LABEL: u16 = 18;
const BITS: u16 = 18;
/// Columns before the names that have rows of their own.
const BELOW: u16 = 7;
/// Stands for what would tell an answer.
const HIDDEN: &str = "?";
/// Rows the panel wants, its heading included.
pub const ROWS: u16 = 3;

/// Draws the panel.
pub fn draw(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    let Some(facing) = scene.app.focused(scene.world).filter(|_| !area.is_empty()) else { return };
    let theme = scene.theme;
    let heading = words::between(
        vec![Span::raw("─ "), Span::styled("held by", theme.strong()), Span::raw(" ")],
        vec![],
        area.width,
        ("─", Style::new()),
    );
    buf.set_line(area.x, area.y, &heading, area.width);
    for (y, end) in (area.y + 1..area.bottom()).zip([facing.near, facing.far]) {
        let bits = bits_of(scene, end);
        let right = vec![Span::styled(format!(" {bits} "), theme.faint())];
        let left = vec![
            Span::styled(format!(" {:<8}", words::name(&scene.world.label(end), area.width / 2)), theme.strong()),
            Span::raw(format!(" {}", holders(scene, end))),
        ];
        buf.set_line(area.x, y, &words::between(left, right, area.width, (" ", Style::new())), area.width);
    }
}

/// Draws the same of every channel, the focused one among them.
pub fn draw_all(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 3 || area.width < 40 {
        return;
    }
    let theme = scene.theme;
    let all = channel_sides::listed(scene.world);
    let focus = scene.app.focused(scene.world).map(|facing| facing.channel);
    let at = all.iter().position(|id| Some(*id) == focus).unwrap_or(0);
    let room = usize::from(area.height - 1);
    // From the focused one up as far as there is room: what is above it comes first, as everywhere.
    let block = |at: usize| all.get(at).map_or_else(Vec::new, |id| rows(scene, (*id, at + 1), area.width));
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
    let next = scene.app.key(Action::FocusNext);
    let is_all = first == 0 && last >= all.len();
    let seen = if is_all { String::new() } else { format!(" {} to {last} of {}, {next} ", first + 1, all.len()) };
    let heading = words::between(left, vec![Span::styled(seen, theme.strong())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
}

/// A channel's two ends, each with all its holders.
fn rows(scene: Scene<'_>, (id, number): (ChannelId, usize), width: u16) -> Vec<Line<'static>> {
    let theme = scene.theme;
    let Some(facing) = channel_sides::of(scene.world, id) else { return Vec::new() };
    let is_focused = scene.app.focused(scene.world).is_some_and(|focused| focused.channel == id);
    let style = if is_focused { theme.shout() } else { theme.strong() };
    let mut lines = Vec::new();
    for (at, end) in [facing.near, facing.far].into_iter().enumerate() {
        let mark = if is_focused && at == 0 { "▸" } else { " " };
        let number = if at == 0 { number.to_string() } else { String::new() };
        let label = words::name(&scene.world.label(end), LABEL);
        let bits = bits_of(scene, end);
        let head = format!("{mark}{number:>3} ");
        let gap = usize::from(LABEL.saturating_sub(words::width(&label)) + 1);
        let names = holders(scene, end);
        let room = width.saturating_sub(words::width(&head) + LABEL + 1 + BITS);
        let is_long = words::width(&names) > room;
        let first = if is_long { many(scene, end) } else { names.clone() };
        let left = vec![Span::raw(head), Span::styled(label, style), Span::raw(" ".repeat(gap)), Span::raw(first)];
        let right = vec![Span::styled(format!(" {bits} "), theme.faint())];
        lines.push(words::between(left, right, width, (" ", Style::new())));
        if is_long {
            let below = words::wrap(&names, width.saturating_sub(BELOW + 1).max(8), 0).into_iter();
            lines.extend(below.map(|text| Line::from(" ".repeat(usize::from(BELOW)) + text.trim_start())));
        }
    }
    lines
}

/// How many they are, where their names stand below.
fn many(scene: Scene<'_>, end: EndId) -> String {
    let report = scene.world.holders_report(end);
    words::count(report.holders.len() as u64, "holder", "holders")
}

/// What poll(2) says of an end, unless that would tell the answer to a lesson's question.
fn bits_of(scene: Scene<'_>, end: EndId) -> String {
    if scene.app.hides_answers() {
        return HIDDEN.to_owned();
    }
    scene.world.end(end).map(super::xray::poll_bits).unwrap_or_default()
}

fn holders(scene: Scene<'_>, end: EndId) -> String {
    if scene.app.hides_answers() {
        return HIDDEN.to_owned();
    }
    let report = scene.world.holders_report(end);
    let mut holders: Vec<String> =
        report.holders.iter().map(|(task, fd)| format!("{}@{fd}", words::name(task, 16))).collect();
    if report.in_flight > 0 {
        holders.push(format!("{} in flight", report.in_flight));
    }
    if holders.is_empty() { "nobody".to_owned() } else { holders.join("  ") }
}
