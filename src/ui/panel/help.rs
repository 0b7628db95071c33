//! Every key with what it does, printed from the table that the keys are looked up in; what holds where one is comes first.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::keys::{self, GROUPS, Group, KeyRow};
use crate::app::{Mode, action::Action};
use crate::ui::theme::Theme;
use crate::ui::{ViewContext, words};

/// Columns of the keys.
const KEYS: usize = 18;
/// Columns that two lists side by side need each.
const LIST: u16 = 56;

/// All lines of help.
pub fn lines(app: &App, theme: Theme) -> Vec<Line<'static>> {
    let here = app.hints().mode;
    let (of_here, elsewhere): (Vec<&Group>, Vec<&Group>) = GROUPS.iter().partition(|group| group.modes.contains(&here));
    let mut lines = Vec::new();
    for group in of_here.into_iter().chain(elsewhere) {
        lines.push(Line::from(Span::styled(group.title, theme.strong())));
        for row in group.rows {
            for (label, place) in labels(app, here, group, row) {
                let keys = format!("  {label:<KEYS$}");
                lines.push(Line::from(vec![Span::styled(keys, theme.strong()), Span::raw(row.long), Span::raw(place)]));
            }
        }
    }
    lines.push(Line::from(Span::styled("Signs", theme.strong())));
    let cut = format!("  {:<KEYS$}", "…");
    lines.push(Line::from(vec![Span::styled(cut, theme.strong()), Span::raw("a text goes on, but has no room")]));
    lines
}

/// A row's keys where one is; and in each other mode where somebody has bound it otherwise.
fn labels(app: &App, here: Mode, group: &Group, row: &KeyRow) -> Vec<(String, String)> {
    let first = *group.modes.iter().find(|mode| **mode == here).unwrap_or(&group.modes[0]);
    let label = |mode: Mode| {
        let binding = app.keymap.of_mode(mode).iter().find(|binding| binding.row.name == row.name);
        binding.map(|binding| keys::label(&binding.keys)).unwrap_or_default()
    };
    let usual = label(first);
    let others = group.modes.iter().map(|mode| (label(*mode), format!(" ({})", mode.name())));
    let others: Vec<(String, String)> = others.filter(|(label, _)| *label != usual).collect();
    std::iter::once((usual, String::new())).chain(others).collect()
}

/// The lists side by side, the rows of each, and the last line from which on everything is seen.
fn measure(count: usize, area: Rect) -> (u16, usize, usize) {
    let lists = (area.width / LIST).clamp(1, 2);
    let rows = usize::from(area.height.saturating_sub(1));
    (lists, rows, count.saturating_sub(rows * usize::from(lists)))
}

/// The line from which on help is seen after scrolling by so many pages and lines.
pub fn scrolled(context: ViewContext<'_>, area: Rect, (pages, by): (isize, isize)) -> u16 {
    let (lists, rows, most) = measure(lines(context.app, context.theme).len(), area);
    let page = isize::try_from(rows * usize::from(lists)).unwrap_or(1);
    let first = usize::from(context.app.help_scroll).min(most).saturating_add_signed(pages * page + by);
    u16::try_from(first.min(most)).unwrap_or(u16::MAX)
}

/// Draws help over the whole area.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 2 {
        return;
    }
    let lines = lines(context.app, context.theme);
    let (lists, rows, most) = measure(lines.len(), area);
    let seen = rows * usize::from(lists);
    let first = usize::from(context.app.help_scroll).min(most);
    let below = lines.len().saturating_sub(first + seen);
    let down = context.app.key(Action::HelpDown);
    let search = context.app.key(Action::OpenPalette);
    let mut more = format!(" {search} searches ");
    if below > 0 {
        more = format!(" {below} more lines, {down} ·{more}");
    }
    let left = vec![Span::raw("─ "), Span::styled("help", context.theme.strong()), Span::raw(" ")];
    let heading =
        words::between(left, vec![Span::styled(more, context.theme.strong())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
    let width = area.width / lists;
    for (index, line) in lines.into_iter().skip(first).take(seen).enumerate() {
        let list = u16::try_from(index / rows).unwrap_or(0);
        let row = u16::try_from(index % rows).unwrap_or(0);
        let clipped = Line::from(words::clip(line.spans, width.saturating_sub(1)));
        buf.set_line(area.x + 1 + list * width, area.y + 1 + row, &clipped, width.saturating_sub(1));
    }
}
