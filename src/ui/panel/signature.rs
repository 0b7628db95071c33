//! Below the prompt, while a statement is typed: its signature, the argument that comes next marked, and what fits there.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::complete;
use crate::app::signature::{self, SignaturePosition};
use crate::ui::{ViewContext, words};

/// Rows that it takes at most.
const MOST_ROWS: u16 = 4;

/// Draws it over what stands below the line; where nothing does, above it.
pub fn draw(context: ViewContext<'_>, prompt: Rect, buf: &mut Buffer) {
    let prompt_line = &context.app.prompt;
    let before = prompt_line.text().get(..prompt_line.caret()).unwrap_or_default();
    let lines = lines(context, before, prompt.width.saturating_sub(1));
    let below = buf.area.bottom().saturating_sub(prompt.bottom());
    let rows = u16::try_from(lines.len()).unwrap_or(MOST_ROWS).min(MOST_ROWS);
    // What a key has to say stands above the line, and in present mode below it.
    if context.app.notice.is_some() && (below == 0 || context.app.present.is_on) {
        return;
    }
    // One row below is enough for the signature alone.
    let (y, rows) = if below > 0 { (prompt.bottom(), rows.min(below)) } else { (prompt.y.saturating_sub(rows), rows) };
    for (y, line) in (y..y + rows).zip(lines) {
        let row = Rect { y, height: 1, ..prompt };
        ratatui::widgets::Widget::render(ratatui::widgets::Clear, row, buf);
        buf.set_style(row, context.theme.base());
        buf.set_line(prompt.x + 1, y, &line, prompt.width.saturating_sub(1));
    }
}

fn lines(context: ViewContext<'_>, before: &str, width: u16) -> Vec<Line<'static>> {
    let typed = signature::typed(before);
    let stem = typed.stem;
    let place = signature::place(&typed);
    let fitting: Vec<String> = complete::fitting(context.world, before);
    let begins: Vec<String> = fitting.into_iter().filter(|word| word.starts_with(stem) || stem.contains('=')).collect();
    let Some(place) = place else {
        if !typed.done.is_empty() {
            return Vec::new();
        }
        let all = words::wrap(&begins.join("  "), width, 0);
        return all.into_iter().map(|row| Line::styled(row, context.theme.faint())).collect();
    };
    let mut lines = wrapped(signature_of(context, &place), width);
    let next = place.next.map(|at| place.slots[at]);
    let text = match next {
        Some(slot) if begins.is_empty() || typed.done.is_empty() => slot.advice().to_owned(),
        Some(_) => begins.join("  "),
        None => String::new(),
    };
    let example = (typed.done.len() < 2).then(|| format!("   for example: {}", place.verb.example));
    let text = text + &example.unwrap_or_default();
    lines.extend(words::wrap(&text, width, 2).into_iter().map(|row| Line::styled(row, context.theme.faint())));
    lines
}

/// `write END DATA  write(2)`, with the argument that comes next marked.
fn signature_of(context: ViewContext<'_>, place: &SignaturePosition<'_>) -> Vec<Span<'static>> {
    let theme = context.theme;
    let mut spans = vec![Span::styled(place.verb.name, theme.strong())];
    for (at, slot) in place.slots.iter().enumerate() {
        let is_next = place.next == Some(at);
        spans.push(Span::raw(" "));
        spans.push(if is_next {
            Span::styled(format!(" {} ", slot.text), theme.shout())
        } else {
            Span::raw(slot.text)
        });
    }
    spans.push(Span::raw("  "));
    spans.push(Span::styled(place.verb.about, theme.faint()));
    spans
}

/// The same in rows of this width, cut between spans.
fn wrapped(spans: Vec<Span<'static>>, width: u16) -> Vec<Line<'static>> {
    let mut rows: Vec<Vec<Span<'static>>> = vec![Vec::new()];
    let mut used = 0;
    for span in spans {
        let wide = words::width(&span.content);
        if used + wide > width && used > 0 {
            rows.push(vec![Span::styled("  ", Style::new())]);
            used = 2;
        }
        used += wide;
        if let Some(row) = rows.last_mut() {
            row.push(span);
        }
    }
    rows.into_iter().map(Line::from).collect()
}
