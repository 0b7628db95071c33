//! What else could have happened: three columns, the same writes in each, with the reader earlier or later. What differs from
//! most is picked out, by a sign and not by colour alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::lens::{self, DIFFERS};
use super::message_box::MessageBox;
use crate::app::alternatives::WAYS;
use crate::ui::direction::{Directed, Direction};
use crate::ui::{ViewContext, words};
use crate::world::ledger::Flow;

/// Draws the three ways.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    let Some(shown) = context.app.alternatives.as_ref().filter(|_| area.height >= 4 && area.width >= 40) else {
        return;
    };
    let theme = context.theme;
    let title = format!("what else could have happened: {} {}", words::name(&shown.name, 16), shown.kind.title());
    let left = vec![Span::raw("─ "), Span::styled(title, theme.strong()), Span::raw(" ")];
    let right = vec![Span::styled(" run for real ", theme.strong())];
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, ("─", Style::new())), area.width);
    let wide = area.width / 3;
    let flows: Vec<Option<&Flow>> = WAYS.iter().map(|(name, _)| shown.flow(name)).collect();
    let count = |flow: &Flow| words::count(flow.totals.reads, "read", "reads");
    let alike = lens::alike(&flows);
    let compared = |(flow, is_alike): (Option<&Flow>, &bool)| flow.filter(|_| *is_alike).map(count);
    let counts: Vec<Option<String>> = flows.iter().copied().zip(&alike).map(compared).collect();
    let usual = lens::usual(&counts);
    for (at, ((_, way), flow)) in WAYS.iter().zip(&flows).enumerate() {
        let x = area.x + 1 + u16::try_from(at).unwrap_or(0) * wide;
        let room = wide - 2;
        for (y, text) in (area.y + 1..area.bottom()).zip(words::wrap(way, room, 0).into_iter().take(3)) {
            buf.set_stringn(x, y, text, usize::from(room), theme.strong());
        }
        let y = area.y + 4;
        let Some(flow) = flow.filter(|_| y < area.bottom()) else { continue };
        let writes = words::count(flow.totals.writes, "write", "writes");
        let differs = alike[at] && usual.is_some_and(|usual| *usual != count(flow));
        let (sign, style) = if differs { (DIFFERS, theme.shout()) } else { (" ", theme.strong()) };
        let head = format!("{sign}{writes} ▶ {}", count(flow));
        buf.set_stringn(x - 1, y, words::cut(&head, room + 1), usize::from(room + 1), style);
        let rows = usize::from(area.bottom().saturating_sub(y + 1));
        let sent = Directed { flow, direction: Direction::Right };
        let reads: Vec<MessageBox> = flow.reads.iter().filter_map(|read| MessageBox::of_read(sent, read)).collect();
        let skipped = reads.len().saturating_sub(rows);
        for (y, message) in (y + 1..area.bottom()).zip(reads.into_iter().skip(skipped)) {
            buf.set_line(x, y, &lens::in_one_line(&message, room, theme), room);
        }
    }
}
