//! Every key with what it does, printed from the table that the keys are looked up in.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::ui::keymap::GROUPS;
use crate::ui::theme::Theme;
use crate::ui::{Scene, words};

/// Columns of the keys.
const KEYS: usize = 18;
/// Columns that two lists side by side need each.
const LIST: u16 = 56;

/// All lines of help.
pub fn lines(theme: Theme) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for group in GROUPS {
        lines.push(Line::from(Span::styled(group.title, theme.strong())));
        for binding in group.bindings {
            lines.push(Line::from(vec![
                Span::styled(format!("  {:<KEYS$}", binding.label()), theme.strong()),
                Span::raw(binding.long),
            ]));
        }
    }
    lines
}

/// Draws help over the whole area.
pub fn draw(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 2 {
        return;
    }
    let lists = (area.width / LIST).clamp(1, 2);
    let lines = lines(scene.theme);
    let rows = usize::from(area.height - 1);
    let seen = rows * usize::from(lists);
    let most = lines.len().saturating_sub(seen);
    let first = usize::from(scene.app.help_scroll).min(most);
    let below = lines.len().saturating_sub(first + seen);
    let more = if below > 0 { format!(" {below} more lines, ↓ ") } else { String::new() };
    let left = vec![Span::raw("─ "), Span::styled("help", scene.theme.strong()), Span::raw(" ")];
    let heading = words::between(left, vec![Span::styled(more, scene.theme.strong())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
    let width = area.width / lists;
    for (index, line) in lines.into_iter().skip(first).take(seen).enumerate() {
        let list = u16::try_from(index / rows).unwrap_or(0);
        let row = u16::try_from(index % rows).unwrap_or(0);
        let clipped = Line::from(words::clip(line.spans, width.saturating_sub(1)));
        buf.set_line(area.x + 1 + list * width, area.y + 1 + row, &clipped, width.saturating_sub(1));
    }
}
