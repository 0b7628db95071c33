//! The focused channel at full size, with its buffers as an X-ray: bytes written, bytes charged, the line where a write sleeps
//! and the line where poll(2) says writable again; and poll's bits for each end. All figures are the kernel's own. Where there are
//! rows left, the bytes of a message in each direction as hex.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::box_rows::BoxForm;
use super::channel::{self, BOXES, ChannelView, LINES, MORE, WHOLE};
use super::hex;
use crate::abi::{POLL_EVENTS, flag_names};
use crate::app::channel_sides;
use crate::ui::direction::{Direction, Lane};
use crate::ui::{ViewContext, words};
use crate::world::channel::End;

/// Columns of the labels before a bar.
const LABELS: u16 = 10;
/// Rows of what is said below the channel.
const BELOW: u16 = 8;
/// Rows of all of it where the channel has a line in each direction.
const LEAST: u16 = 12;
/// From this height on it has boxes.
const LOW: u16 = BOXES + BELOW;

/// Rows of so many that it can do without.
pub fn spare(_: ViewContext<'_>, height: u16) -> u16 {
    if height < LOW { height.saturating_sub(LEAST) } else { super::of_any(height) }
}

/// What poll(2) says of an end, in its own words; a dash where the kernel was not asked. Of an end that is gone it says nothing.
pub fn poll_bits(end: &End) -> String {
    if end.closed {
        return "closed".to_owned();
    }
    end.sample.map_or_else(|| "-".to_owned(), |sample| flag_names(POLL_EVENTS, sample.figures.poll))
}

/// The same in fewer letters: `POLLIN|OUT|HUP`.
pub fn short_bits(bits: &str) -> String {
    let mut parts = bits.split('|');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, bit| text + "|" + bit.strip_prefix("POLL").unwrap_or(bit))
}

/// Draws the channel above and its buffers below.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    let world = context.world;
    let Some(facing) = context.app.focused(world).filter(|_| area.height >= 4 && area.width >= 40) else {
        buf.set_stringn(area.x, area.y, "no channel yet", usize::from(area.width), context.theme.faint());
        return;
    };
    let (Some(near), Some(far)) = (world.end(facing.near), world.end(facing.far)) else { return };
    let number = channel_sides::place(world, facing.channel) + 1;
    let heights = [WHOLE + 2 * MORE, WHOLE + MORE, WHOLE, BOXES, LINES];
    let height = heights.into_iter().find(|height| height + BELOW <= area.height).unwrap_or(LINES);
    let above = Rect { height: height.min(area.height), ..area };
    let fit = |form: &BoxForm| channel::fits(context, facing, above, *form);
    let largest = [BoxForm::Large, BoxForm::Tall].into_iter().find(fit).unwrap_or(BoxForm::Boxes);
    channel::draw(context, ChannelView { facing, number, is_focused: true, largest }, above, buf);
    let mut lines = vec![polled(context, [near, far])];
    // Of two lines none is cut.
    if lines[0].width() > usize::from(area.width) {
        lines = vec![polled(context, [near]), polled(context, [far])];
    }
    let possible: Vec<Lane<'_>> = Lane::both(world, facing).into_iter().flatten().filter(Lane::is_possible).collect();
    for lane in &possible {
        lines.extend(buffer_of(context, lane, area.width));
    }
    let left = usize::from(area.bottom() - above.bottom()).saturating_sub(lines.len());
    lines.extend(dumps(context, &possible, (left, area.width)));
    for (y, line) in (above.bottom()..area.bottom()).zip(lines) {
        buf.set_line(area.x, y, &Line::from(words::clip(line.spans, area.width)), area.width);
    }
}

/// The bytes of a message in each direction that has carried one, in so many rows.
fn dumps(context: ViewContext<'_>, lanes: &[Lane<'_>], (mut left, width): (usize, u16)) -> Vec<Line<'static>> {
    let used: Vec<&Lane<'_>> = lanes.iter().filter(|lane| lane.is_used()).collect();
    let mut dumps = Vec::new();
    for (at, lane) in used.iter().enumerate() {
        let dump = hex::lines(context, lane, (left.div_ceil(used.len() - at), width));
        left -= dump.len();
        dumps.extend(dump);
    }
    dumps
}

/// What poll(2) says of both ends now; or that it has not been asked since the last call.
fn polled<const N: usize>(context: ViewContext<'_>, ends: [&End; N]) -> Line<'static> {
    let strong = context.theme.strong();
    let mut spans = vec![Span::styled(" poll ", strong)];
    for end in ends {
        spans.extend([
            Span::raw(format!(" {} ", words::name(&end.label(), 16))),
            Span::styled(if context.app.hides_answers() { "?".to_owned() } else { poll_bits(end) }, strong),
            Span::raw(" "),
        ]);
    }
    let is_old = |end: &End| !end.closed && end.sample.is_some_and(|sample| sample.calls != context.world.calls());
    if ends.into_iter().any(is_old) {
        spans.push(Span::styled(" (as last asked, before a call or two)", context.theme.faint()));
    }
    spans.into()
}

/// One direction: the law of its bytes, and the buffer they fill.
fn buffer_of(context: ViewContext<'_>, lane: &Lane<'_>, width: u16) -> Vec<Line<'static>> {
    let theme = context.theme;
    let Lane { direction, from, to } = *lane;
    let flow = lane.flow();
    let totals = flow.totals;
    let queued = (totals.written + totals.borrowed).saturating_sub(totals.read + totals.destroyed);
    let [from_name, to_name] = [from, to].map(|end| words::name(&end.label(), 16));
    let name = match direction {
        Direction::Right => format!(" {from_name} ▶ {to_name} "),
        Direction::Left => format!(" {to_name} ◀ {from_name} "),
    };
    let law = format!(
        " written {} = read {} + waiting {queued} + destroyed {}",
        totals.written + totals.borrowed,
        totals.read,
        totals.destroyed
    );
    let is_wide = words::width(&name) + words::width(&law) <= width;
    let name = if is_wide { name } else { format!(" {} ", direction.arrow()) };
    let mut lines = vec![Line::from(vec![Span::styled(name, theme.strong()), Span::raw(law)])];
    let carried: usize =
        flow.queue.iter().filter_map(|piece| flow.write(piece.write)).map(|write| write.fds.len()).sum();
    if carried > 0 {
        let of_write = |write: &crate::world::ledger::Write| {
            let names: Vec<String> = write.fds.iter().map(|end| context.world.label(*end)).collect();
            format!("⊕ {} in message {}", names.join(" "), direction.mark(write.number).text())
        };
        let waiting = flow.writes.iter().filter(|write| !write.fds.is_empty()).map(of_write);
        lines.push(Line::from(format!(" in flight: {}", waiting.collect::<Vec<_>>().join(", "))));
    }
    let Some(figures) = from.sample.map(|sample| sample.figures) else {
        let text = if context.world.holders(from.id).is_empty() {
            " the kernel was not asked about this buffer: nobody holds the end that writes"
        } else {
            " the kernel does not tell of this buffer now: pidfd_getfd(2) is denied, or its holder sleeps; `tincans doctor`"
        };
        lines.push(Line::styled(text, theme.faint()));
        return lines;
    };
    let Some(room) = figures.room.filter(|room| *room > 0) else { return lines };
    let bar = Bar { room, width: width.saturating_sub(LABELS + 2), style: theme.strong() };
    if from.kind.is_pipe() {
        lines.push(bar.line(&format!("{queued}"), queued, queued, None));
        let text = format!("of {room} bytes: a write sleeps when every page is in use, POLLOUT as soon as one is free");
        lines.push(Line::from(vec![Span::raw(" ".repeat(usize::from(LABELS))), Span::raw(text)]));
        return lines;
    }
    let charged = figures.charged.unwrap_or(0);
    lines.push(bar.line(&format!("{charged}"), queued, charged, Some(room / 4)));
    let [long, short] = [
        format!("█ bytes ▒ charged beside them ┆ POLLOUT up to {} ┃ from {room} on a write sleeps", room / 4),
        format!("┆ POLLOUT up to {} ┃ a write sleeps from {room}", room / 4),
    ];
    let legend = if words::width(&long) + LABELS < width { long } else { short };
    lines.push(Line::from(vec![Span::raw(" ".repeat(usize::from(LABELS))), Span::styled(legend, theme.faint())]));
    lines
}

/// A buffer of so many bytes in so many columns.
struct Bar {
    room: u64,
    width: u16,
    style: Style,
}

impl Bar {
    fn columns(&self, bytes: u64) -> usize {
        let exact = u128::from(bytes.min(self.room)) * u128::from(self.width) / u128::from(self.room);
        let some = usize::try_from(exact).unwrap_or(0);
        if bytes > 0 { some.max(1) } else { 0 }
    }

    fn line(&self, label: &str, bytes: u64, charged: u64, mark: Option<u64>) -> Line<'static> {
        let (written, all) = (self.columns(bytes.min(charged)), self.columns(charged));
        let signs = (0..usize::from(self.width)).map(|at| match mark.map(|mark| self.columns(mark)) {
            _ if at < written => '█',
            _ if at < all => '▒',
            Some(mark) if at == mark => '┆',
            _ => '·',
        });
        let text: String = signs.collect();
        Line::from(vec![Span::raw(format!(" {label:<8} ")), Span::styled(text, self.style), Span::raw("┃")])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_is_seen_and_more_than_fits_is_no_more_than_full() {
        let bar = Bar { room: 212_992, width: 40, style: Style::new() };
        assert_eq!((bar.columns(0), bar.columns(1), bar.columns(106_496), bar.columns(1 << 40)), (0, 1, 20, 40));
        let line = bar.line("768", 1, 768 * 100, Some(53_248)).to_string();
        assert_eq!(line.matches('█').count(), 1);
        assert!(line.ends_with('┃') && !line.contains('┆'), "{line}");
        assert!(bar.line("768", 1, 768, Some(53_248)).to_string().contains('┆'));
    }
}
