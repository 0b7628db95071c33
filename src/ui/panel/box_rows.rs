//! Message boxes side by side, in one row or several, in the columns there are: the newest of what was written and read, the first
//! of what waits.

use ratatui::text::{Line, Span};

use super::message_box::MessageBox;
use crate::abi::Errno;
use crate::ui::direction::Directed;
use crate::ui::theme::Theme;
use crate::world::ledger::{Flow, Piece, ReadResult};

/// How messages are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoxForm {
    /// As boxes of six rows, their letters drawn with blocks.
    Biggest,
    /// As boxes of five rows, their letters spaced.
    Large,
    /// As boxes of five rows.
    Tall,
    /// As boxes of three rows.
    Boxes,
    /// In one line.
    Inline,
}

/// Where they are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Space {
    /// Columns.
    pub width: u16,
    /// Rows of boxes, or lines.
    pub rows: u16,
    /// How they are drawn.
    pub form: BoxForm,
    /// What came of a write is not told yet.
    pub is_hidden: bool,
}

/// What of a direction is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlowPart {
    /// The last writes.
    Written,
    /// What waits, first to be read first.
    Queued,
    /// The last reads.
    Read,
}

impl FlowPart {
    /// How many messages it has.
    fn total(self, flow: &Flow) -> u64 {
        match self {
            Self::Written => flow.totals.writes,
            Self::Queued => queued(flow).count() as u64,
            Self::Read => {
                let shown = flow.reads.iter().filter(|read| read.result != ReadResult::Failed(Errno::EAGAIN)).count();
                flow.totals.reads.max(shown as u64)
            }
        }
    }
}

/// What waits; a write that has not returned may have nothing left in it.
fn queued(flow: &Flow) -> impl Iterator<Item = &Piece> {
    flow.queue.iter().filter(|piece| piece.len > 0 || !piece.tentative)
}

/// Which messages stay where there is not room for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeptWhenFull {
    Newest,
    First,
}

/// Messages that fit, and how many do not.
#[derive(Debug)]
pub struct BoxRows {
    rows: Vec<Vec<MessageBox>>,
    hidden: u64,
    /// Whether it is said how many.
    has_count: bool,
    kept: KeptWhenFull,
    form: BoxForm,
}

/// Columns that the count of what is hidden takes.
const COUNT_WIDTH: u16 = 4;
/// Columns that a message may have whatever else there is.
const COMFORT: u16 = 14;

impl BoxRows {
    /// A part of what travelled this way.
    pub fn of(sent: Directed<'_>, part: FlowPart, space: Space, theme: Theme) -> Self {
        let Directed { flow, direction } = sent;
        let spelled = |message: MessageBox| {
            let message = message.spelled(theme);
            let message = if space.is_hidden { message.without_result() } else { message };
            match space.form {
                BoxForm::Biggest => message.big(),
                BoxForm::Large => message.spaced(),
                BoxForm::Tall | BoxForm::Boxes | BoxForm::Inline => message,
            }
        };
        let total = part.total(flow);
        match part {
            FlowPart::Written => {
                let boxes = flow.writes.iter().rev().map(|write| MessageBox::of_write(direction, write));
                Self::fit(boxes.map(spelled), total, space, KeptWhenFull::Newest)
            }
            FlowPart::Read => {
                let boxes = flow.reads.iter().rev().filter_map(|read| MessageBox::of_read(sent, read));
                Self::fit(boxes.map(spelled), total, space, KeptWhenFull::Newest)
            }
            FlowPart::Queued => {
                let boxes = queued(flow).map(|piece| MessageBox::of_piece(sent, *piece));
                Self::fit(boxes.map(spelled), total, space, KeptWhenFull::First)
            }
        }
    }

    /// Whether all of a part has room.
    pub fn have_room(sent: Directed<'_>, part: FlowPart, space: Space, theme: Theme) -> bool {
        // The edges of a box alone take two columns: a long history is known at once not to fit.
        let most = u64::from(space.width) * u64::from(space.rows) / 2;
        part.total(sent.flow) <= most && Self::of(sent, part, space, theme).is_whole()
    }

    fn is_whole(&self) -> bool {
        self.hidden == 0 && self.rows.iter().flatten().all(MessageBox::is_whole)
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// `boxes` has the message first that is kept first.
    fn fit(boxes: impl Iterator<Item = MessageBox>, total: u64, space: Space, kept: KeptWhenFull) -> Self {
        let Space { width, rows, form, .. } = space;
        // One row's messages share it: where there is not room for all, at least two are to be seen.
        let shared = (width.saturating_sub(COUNT_WIDTH) / 2).max(COMFORT);
        let (mut all, mut sum, mut least) = (Vec::new(), 0_u32, 0_u32);
        for message in boxes {
            let wide = form.width_of(&message).min(width);
            sum += u32::from(wide);
            least += u32::from(if rows == 1 { wide.min(shared) } else { wide });
            all.push(message);
            // What comes now has no room, however the others are cut.
            if least > u32::from(width) * u32::from(rows) {
                break;
            }
        }
        let is_crowded = rows == 1 && all.len() > 1 && (sum > u32::from(width) || (all.len() as u64) < total);
        let widest = if is_crowded { shared } else { width };
        cut(&mut all, widest, form);
        let count = |all: &[MessageBox], hidden| fitting(all, hidden, space);
        let whole = count(&all, false);
        let shown = if whole as u64 == total {
            whole
        } else {
            // Any of them may stand beside the count of what is hidden.
            cut(&mut all, widest.min(width.saturating_sub(COUNT_WIDTH)), form);
            count(&all, true)
        };
        all.truncate(shown.max(1));
        let hidden = total.saturating_sub(all.len() as u64);
        if kept == KeptWhenFull::Newest {
            all.reverse();
        }
        let rows = in_rows(all, hidden > 0 && kept == KeptWhenFull::Newest, space);
        Self { rows, hidden, has_count: hidden > 0, kept, form }.with_errors_whole(width)
    }

    /// An error stays whole: the count gives way to it, which the title has too, and then the message's mark.
    fn with_errors_whole(mut self, width: u16) -> Self {
        let form = self.form;
        let counted = match self.kept {
            KeptWhenFull::Newest => self.rows.first(),
            KeptWhenFull::First => self.rows.last(),
        };
        let used: u16 = counted.into_iter().flatten().map(|message| form.width_of(message)).sum();
        self.has_count &= used + COUNT_WIDTH <= width;
        for message in self.rows.iter_mut().flatten().filter(|message| form.width_of(message) > width) {
            message.forget_marks();
        }
        self
    }

    /// The lines: three of a row of boxes, one of each inline.
    pub fn lines(&self, theme: Theme) -> Vec<Line<'static>> {
        let mut lines: Vec<Vec<Span<'static>>> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let mut of_row: Vec<Vec<Span<'static>>> = vec![Vec::new(); usize::from(self.form.height())];
            if at == 0 && self.kept == KeptWhenFull::Newest {
                self.count_hidden(&mut of_row, theme);
            }
            for message in row {
                let drawn: Vec<Line<'static>> = match self.form {
                    BoxForm::Inline => vec![Line::from(message.inline(theme))],
                    BoxForm::Biggest => message.biggest(theme).into(),
                    BoxForm::Large | BoxForm::Tall => message.large(theme).into(),
                    BoxForm::Boxes => message.boxed(theme).into(),
                };
                for (line, part) in of_row.iter_mut().zip(drawn) {
                    line.extend(part.spans);
                }
            }
            if at + 1 == self.rows.len() && self.kept == KeptWhenFull::First {
                self.count_hidden(&mut of_row, theme);
            }
            lines.extend(of_row);
        }
        lines.into_iter().map(Line::from).collect()
    }

    fn count_hidden(&self, rows: &mut [Vec<Span<'static>>], theme: Theme) {
        if !self.has_count {
            return;
        }
        let count = if self.hidden > 99 { "99+".to_owned() } else { format!("+{}", self.hidden) };
        let middle = rows.len() / 2;
        for (index, row) in rows.iter_mut().enumerate() {
            let text = if index == middle { count.as_str() } else { "" };
            let text = match self.kept {
                KeptWhenFull::Newest => format!("{text:<4}"),
                KeptWhenFull::First => format!("{text:>4}"),
            };
            row.push(Span::styled(text, theme.faint()));
        }
    }
}

impl BoxForm {
    /// Lines of one row.
    pub fn height(self) -> u16 {
        match self {
            Self::Biggest => 6,
            Self::Large | Self::Tall => 5,
            Self::Boxes => 3,
            Self::Inline => 1,
        }
    }

    fn width_of(self, message: &MessageBox) -> u16 {
        match self {
            Self::Biggest | Self::Large | Self::Tall | Self::Boxes => message.width().saturating_add(2),
            Self::Inline => message.inline_width(),
        }
    }
}

/// Cuts each to so many columns, its edges counted.
fn cut(all: &mut [MessageBox], widest: u16, form: BoxForm) {
    for message in all {
        let around = form.width_of(message) - message.width();
        message.cut(widest.saturating_sub(around));
    }
}

/// How many of these fit, from the first on, beside a count of what is hidden or without it. In either order of reading it is the
/// same number: consecutive messages fill as few rows as they can from both ends.
fn fitting(all: &[MessageBox], has_count: bool, space: Space) -> usize {
    let (mut rows, mut used, mut shown) = (1, 0, 0);
    for message in all {
        let wide = space.form.width_of(message);
        // The count stands in the last row that is filled.
        let is_last = rows == space.rows;
        let room = if has_count && is_last { space.width.saturating_sub(COUNT_WIDTH) } else { space.width };
        if used + wide > room {
            if is_last {
                break;
            }
            (rows, used) = (rows + 1, 0);
        }
        let is_last = rows == space.rows;
        let room = if has_count && is_last { space.width.saturating_sub(COUNT_WIDTH) } else { space.width };
        if used + wide > room {
            break;
        }
        used += wide;
        shown += 1;
    }
    shown
}

/// The messages in order, as many in each row as fit, behind the count of what is hidden if it stands in the first.
fn in_rows(all: Vec<MessageBox>, begins_with_count: bool, space: Space) -> Vec<Vec<MessageBox>> {
    let mut rows: Vec<Vec<MessageBox>> = Vec::new();
    let mut left = 0;
    for message in all {
        let wide = space.form.width_of(&message);
        match rows.last_mut() {
            Some(row) if wide <= left => row.push(message),
            Some(_) | None => {
                let count = if rows.is_empty() && begins_with_count { COUNT_WIDTH } else { 0 };
                left = space.width.saturating_sub(count);
                rows.push(vec![message]);
            }
        }
        left = left.saturating_sub(wide);
    }
    rows.truncate(usize::from(space.rows));
    rows
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use proptest::prelude::*;

    use super::*;
    use crate::kind::Kind;
    use crate::order::Payload;
    use crate::trace::TaskId;
    use crate::ui::direction::Direction;

    /// The larger ones are taken only where all have room.
    const FORMS: [BoxForm; 3] = [BoxForm::Tall, BoxForm::Boxes, BoxForm::Inline];

    /// Writes of so many bytes; those that are marked fail.
    fn flow_of(writes: &[(usize, bool)]) -> Flow {
        let mut flow = Flow::default();
        for (len, fails) in writes {
            let content = Rc::from([Payload::once(vec![b'x'; *len])]);
            let number = flow.begin_write(TaskId(0), &content, Vec::new(), (Kind::Stream, 4096));
            let taken = if *fails { Err(Errno::ECONNRESET) } else { Ok(*len as u64) };
            flow.finish_write(number, taken, *fails).unwrap();
        }
        flow
    }

    proptest! {
        #[test]
        fn no_row_is_wider_than_its_column(
            writes in prop::collection::vec((1_usize..70, prop::bool::weighted(0.2)), 1..40),
            width in 24_u16..70,
            rows in 1_u16..6,
        ) {
            let flow = flow_of(&writes);
            let sent = Directed { flow: &flow, direction: Direction::Right };
            let theme = Theme::chosen(None, false, |_| None);
            for form in FORMS {
                for part in [FlowPart::Written, FlowPart::Queued] {
                    let space = Space { width, rows, form, is_hidden: false };
                    for line in BoxRows::of(sent, part, space, theme).lines(theme) {
                        prop_assert!(line.width() <= usize::from(width), "{form:?} {part:?}: {line}");
                    }
                }
            }
        }
    }
}
