//! All channels at once, one cell each: for a bench that has more of them than panels fit. Only what is seen is looked at.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::abi::TaskState;
use crate::app::action::Action;
use crate::app::channel_sides::{self, Facing};
use crate::questions::sleep;
use crate::ui::direction::{Direction, Lane};
use crate::ui::{ViewContext, words};
use crate::world::kind::{ChannelId, EndId};

/// Columns of a cell, and of one that has room to spare.
const CELL: u16 = 39;
const MOST_CELL: u16 = 60;
/// Columns of a channel's name at least.
const LEAST_NAME: u16 = 7;
/// What stands in a cell.
const LEGEND: &str = "writes ▶ bytes that wait ▶ reads, answers ◀   z asleep  ‖ stopped  † an end is closed";

/// Draws the page on which the focused channel is.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 3 || area.width < CELL + 1 {
        return;
    }
    let theme = context.theme;
    let all = channel_sides::listed(context.world);
    let focus = context.app.focused(context.world).map(|facing| facing.channel);
    let at = all.iter().position(|id| Some(*id) == focus).unwrap_or(0);
    let (rows, columns) = (usize::from(area.height - 2), usize::from(area.width / CELL));
    let page = rows * columns;
    // Few channels have wider cells.
    let used = u16::try_from(all.len().div_ceil(rows).clamp(1, columns)).unwrap_or(1);
    let wide = (area.width / used).clamp(CELL, MOST_CELL);
    // The last page is full, too.
    let first = (at / page * page).min(all.len().saturating_sub(page));
    let last = (first + page).min(all.len());
    let left = vec![Span::raw("─ "), Span::styled("all channels", theme.strong()), Span::raw(" ")];
    let next = context.keys_behind(&[Action::FocusNext]);
    let seen =
        if all.len() > page { format!(" {} to {last} of {}{next} ", first + 1, all.len()) } else { String::new() };
    let heading = words::between(left, vec![Span::styled(seen, theme.strong())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
    for (place, id) in all[first..last].iter().enumerate() {
        let x = area.x + u16::try_from(place / rows).unwrap_or(0) * wide;
        let y = area.y + 1 + u16::try_from(place % rows).unwrap_or(0);
        let spans = words::clip(cell(context, (*id, first + place + 1), Some(*id) == focus, wide), wide - 1);
        buf.set_line(x, y, &Line::from(spans), wide - 1);
    }
    let legend = words::cut(LEGEND, area.width - 1);
    buf.set_stringn(area.x + 1, area.bottom() - 1, legend, usize::from(area.width - 1), theme.faint());
}

fn cell(context: ViewContext<'_>, (id, number): (ChannelId, usize), is_focused: bool, wide: u16) -> Vec<Span<'static>> {
    let world = context.world;
    let (Some(facing), Some(channel)) = (channel_sides::of(world, id), world.channel(id)) else { return Vec::new() };
    let (Some(near), Some(far)) = (world.end(facing.near), world.end(facing.far)) else { return Vec::new() };
    let lanes = Lane::both(world, facing).into_iter().flatten().filter(Lane::is_possible);
    // A direction that has carried nothing is left out beside one that has.
    let mut shown: Vec<Lane<'_>> = lanes.clone().filter(Lane::is_used).collect();
    if shown.is_empty() {
        shown.extend(lanes.take(1));
    }
    let name_style = if is_focused { context.theme.shout() } else { context.theme.strong() };
    let mark = if is_focused { "▸" } else { " " };
    let room = wide - CELL + LEAST_NAME;
    let state = if near.closed || far.closed { "†" } else { states(context, facing) };
    vec![
        Span::raw(format!("{mark}{number:>3} ")),
        Span::styled(
            format!("{:<columns$}", words::name(&channel.name, room), columns = usize::from(room)),
            name_style,
        ),
        Span::styled(format!(" {:<9}", channel.kind.short()), context.theme.faint()),
        Span::styled(format!(" {state}"), context.theme.strong()),
        Span::raw(shown.iter().map(counts).collect::<String>()),
    ]
}

/// `3▶0▶1`: writes, what waits, reads; of the other direction mirrored.
fn counts(lane: &Lane<'_>) -> String {
    let (flow, arrow) = (lane.flow(), lane.direction.arrow());
    let parts = [flow.totals.writes, flow.waiting(), flow.totals.reads].map(|count| count.to_string());
    let [first, second, third] = match lane.direction {
        Direction::Right => parts,
        Direction::Left => {
            let [writes, waits, reads] = parts;
            [reads, waits, writes]
        }
    };
    format!(" {first}{arrow}{second}{arrow}{third}")
}

/// Whether somebody at the channel is asleep in a call on it, or stopped.
fn states(context: ViewContext<'_>, facing: Facing) -> &'static str {
    let holders = |end: EndId| context.world.holders(end).into_iter().map(|(task, _)| task);
    let tasks = || [facing.near, facing.far].into_iter().flat_map(holders);
    if tasks().any(|task| sleep::is_at(task, facing.near) || sleep::is_at(task, facing.far)) {
        "z"
    } else if tasks().any(|task| task.state == TaskState::Stopped) {
        "‖"
    } else {
        " "
    }
}
