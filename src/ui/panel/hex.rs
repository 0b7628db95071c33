//! The bytes of one message as hex and as text, in rows as `hexdump -C` has them: of what waits the first, else what was written
//! last.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::ui::direction::{Lane, Mark};
use crate::ui::{ViewContext, words};

/// Bytes of a row, where there is room for so many and where there is not.
const WIDE: usize = 16;
const NARROW: usize = 8;
/// Columns of an offset, and of a byte.
const OFFSET: usize = 7;
const BYTE: usize = 3;
/// Bytes that are looked at: more would not fit on any screen.
const MOST: usize = 4096;

/// What is shown.
struct ShownMessage {
    mark: Mark,
    bytes: Vec<u8>,
    len: u64,
    place: String,
}

/// A heading and rows of bytes, at most so many; nothing where a direction has carried no byte or there is no room.
pub fn lines(context: ViewContext<'_>, lane: &Lane<'_>, (rows, width): (usize, u16)) -> Vec<Line<'static>> {
    let Some(message) = message(lane).filter(|_| rows >= 2) else { return Vec::new() };
    let theme = context.theme;
    let per_row = if OFFSET + WIDE * (BYTE + 1) + 3 <= usize::from(width) { WIDE } else { NARROW };
    let shown = message.bytes.len().min((rows - 1) * per_row);
    let all = words::count(message.len, "byte", "bytes");
    let what = if shown as u64 == message.len { all } else { format!("the first {shown} of {all}") };
    let mark = message.mark.text();
    let mut lines = vec![Line::from(vec![
        Span::styled(" hex ", theme.strong()),
        Span::raw(format!(" message {mark}, {}: {what}", message.place)),
    ])];
    let hue = theme.hue(message.mark);
    lines.extend(message.bytes[..shown].chunks(per_row).enumerate().map(|(row, bytes)| {
        let offset = format!(" {:04x}  ", row * per_row);
        let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
        let gap = " ".repeat((per_row - bytes.len()) * BYTE + 1);
        let text: String = bytes.iter().map(|byte| as_text(*byte)).collect();
        Line::from(vec![
            Span::styled(offset, theme.faint()),
            Span::styled(hex, hue),
            Span::styled(" ".to_owned() + &gap, Style::new()),
            Span::styled(text, hue),
        ])
    }));
    lines
}

/// The first bytes that wait; of a direction in which nothing waits, what was written last.
fn message(lane: &Lane<'_>) -> Option<ShownMessage> {
    let flow = lane.flow();
    if let Some(piece) = flow.queue.iter().find(|piece| piece.len > 0) {
        let place = format!("waits at {}", lane.to.label());
        let mark = lane.direction.mark(piece.write);
        return Some(ShownMessage { mark, bytes: flow.bytes_of(*piece, MOST), len: piece.len, place });
    }
    let write = flow.writes.back().filter(|write| write.offered > 0)?;
    let (mark, bytes) = (lane.direction.mark(write.number), write.bytes(0, write.offered, MOST));
    Some(ShownMessage { mark, bytes, len: write.offered, place: format!("written last to {}", lane.from.label()) })
}

/// A byte that is a letter of ASCII; a point for any other.
fn as_text(byte: u8) -> char {
    if byte == b' ' || byte.is_ascii_graphic() { char::from(byte) } else { '.' }
}
