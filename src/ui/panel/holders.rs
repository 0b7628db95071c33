//! Who holds the ends of the focused channel: each process and number, copies in flight too. An end lives as long as one of them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::ui::{Scene, words};
use crate::world::kind::EndId;

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
        let bits = scene.world.end(end).map(super::xray::poll_bits).unwrap_or_default();
        let right = vec![Span::styled(format!(" {bits} "), theme.faint())];
        let left = vec![
            Span::styled(format!(" {:<8}", words::name(&scene.world.label(end), area.width / 2)), theme.strong()),
            Span::raw(format!(" {}", holders(scene, end))),
        ];
        buf.set_line(area.x, y, &words::between(left, right, area.width, (" ", Style::new())), area.width);
    }
}

fn holders(scene: Scene<'_>, end: EndId) -> String {
    let report = scene.world.holders_report(end);
    let mut holders: Vec<String> =
        report.holders.iter().map(|(task, fd)| format!("{}@{fd}", words::name(task, 16))).collect();
    if report.in_flight > 0 {
        holders.push(format!("{} in flight", report.in_flight));
    }
    if holders.is_empty() { "nobody".to_owned() } else { holders.join("  ") }
}
