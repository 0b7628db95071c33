//! Lists of messages in the lens: a line for each, as far as there are lines, and how many more there are.

use ratatui::buffer::Buffer;
use ratatui::text::Line;

use super::MessageFilter;
use super::places::LensPlaces;
use crate::ui::direction::Direction;
use crate::ui::panel::message_box::MessageBox;
use crate::ui::theme::Theme;
use crate::ui::{ViewContext, words};

/// Draws a list of each column, and how many more messages there are.
pub(super) fn draw(
    context: ViewContext<'_>,
    place: &LensPlaces<'_>,
    (which, direction): (MessageFilter, Direction),
    (y, height): (u16, u16),
    buf: &mut Buffer,
) {
    for (at, column) in place.columns.iter().enumerate() {
        let room = place.wide(at) - 1;
        let Some(sent) = column.sent(direction) else { continue };
        let messages = which.boxes(sent, usize::from(height));
        let shown = messages.len() as u64;
        let hidden = which.count(sent).saturating_sub(shown);
        let more = if hidden > 0 { format!("+{hidden}") } else { String::new() };
        let x = place.x_of(at) + room.saturating_sub(words::width(&more));
        // Behind what is said above the list, where there is room for it or nowhere else.
        let is_free = (x.saturating_sub(1)..place.x_of(at) + room).all(|x| buf[(x, y - 1)].symbol() == " ");
        let row_of_more = if is_free || height == 0 { y - 1 } else { y + height - 1 };
        let beside = if hidden > 0 { room.saturating_sub(words::width(&more) + 1) } else { room };
        // The count gives way to an error: how many there are is said above, too.
        let fits = |message: &MessageBox| cut_to(message, beside, context.theme).inline_width() <= beside;
        let has_count = (y..).zip(&messages).find(|(y, _)| *y == row_of_more).is_none_or(|(_, message)| fits(message));
        for (y, message) in (y..y + height).zip(&messages) {
            let room = if has_count && y == row_of_more { beside } else { room };
            buf.set_line(place.x_of(at), y, &in_one_line(message, room, context.theme), room);
        }
        if !has_count {
            continue;
        }
        buf.set_stringn(x, row_of_more, &more, usize::from(room), context.theme.strong());
    }
}

/// A message in so many columns.
pub fn in_one_line(message: &MessageBox, room: u16, theme: Theme) -> Line<'static> {
    Line::from(words::clip(cut_to(message, room, theme).inline(theme), room))
}

/// The same as a box, as narrow as it can be made.
fn cut_to(message: &MessageBox, room: u16, theme: Theme) -> MessageBox {
    let mut message = message.clone().spelled(theme);
    let around = message.inline_width().saturating_sub(message.width());
    message.cut(room.saturating_sub(around));
    // An error comes before the mark of its message.
    if message.inline_width() > room {
        message.forget_marks();
    }
    message
}
