//! One write, one read or one waiting piece as a box: its bytes in the hues of the writes they came from, their marks on the
//! upper edge, and how many bytes were lost.

use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::tint::Tint;
use crate::abi::Errno;
use crate::text::{self, Letter};
use crate::ui::big;
use crate::ui::direction::{Directed, Direction, Mark};
use crate::ui::theme::Theme;
use crate::ui::words;
use crate::world::ledger::{Piece, Read, ReadResult, Write};

/// Bytes of one message that are looked at: more would not fit on any screen.
const MAX_BYTES: usize = 512;
/// Marks that are listed one by one in a line: of more, the first and the last.
const MAX_MARKS: usize = 3;

/// What goes into a box.
#[derive(Debug, Clone)]
pub struct MessageBox {
    /// Which way it travels.
    direction: Direction,
    /// Each letter with the number of the write it came from.
    letters: Vec<(Letter, u64)>,
    /// The writes it came from, in order.
    owners: Vec<u64>,
    /// All its bytes.
    len: u64,
    /// How what is not shown of them is told.
    rest: Rest,
    /// Words in the box behind the bytes: `EOF`, an errno.
    word: Option<(String, Tint)>,
    /// Bytes that did not fit into the reader's buffer.
    lost: u64,
    /// Descriptors that travel with it.
    descriptors: usize,
    /// A write that has not returned.
    is_open: bool,
    /// Columns that one column of its letters takes: more than one where they are drawn big.
    scale: u16,
}

/// How the bytes that are not shown are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// `…+12`.
    Counted,
    /// `…`.
    Dots,
    /// Not at all: the word behind them needs the room.
    Silent,
}

impl MessageBox {
    /// What was written.
    pub fn of_write(direction: Direction, write: &Write) -> Self {
        let failed = write.errno != Errno::NONE;
        let len = if failed { write.offered } else { write.taken.unwrap_or(write.offered) };
        let bytes = write.bytes(0, len, MAX_BYTES);
        let mut message = Self::of_bytes(direction, &bytes, len, &[(len, write.number)]);
        message.is_open = write.taken.is_none();
        message.descriptors = write.carried;
        if failed {
            message.word = Some((format!(" {}", write.errno.name()), Tint::Alarm));
        } else if len < write.offered {
            message.word = Some((format!(" {len} of {}", write.offered), Tint::Strong));
        }
        message
    }

    /// What waits.
    pub fn of_piece(sent: Directed<'_>, piece: Piece) -> Self {
        let bytes = sent.flow.bytes_of(piece, MAX_BYTES);
        let mut message = Self::of_bytes(sent.direction, &bytes, piece.len, &[(piece.len, piece.write)]);
        message.is_open = piece.tentative;
        message.descriptors = sent.flow.write(piece.write).map_or(0, |write| write.fds.len());
        message
    }

    /// What a read returned; nothing for one that found nothing and did not wait.
    pub fn of_read(sent: Directed<'_>, read: &Read) -> Option<Self> {
        let owners: Vec<(u64, u64)> = read.pieces.iter().map(|piece| (piece.len, piece.write)).collect();
        let mut data = read.data[..read.data.len().min(MAX_BYTES)].to_vec();
        if data.is_empty() && read.len > 0 {
            // Of a loop's calls the bytes are not kept, but where they came from is.
            let mut pieces = read.pieces.iter();
            while let Some(piece) = pieces.next().filter(|_| data.len() < MAX_BYTES) {
                data.extend(sent.flow.bytes_of(*piece, MAX_BYTES - data.len()));
            }
        }
        let mut message = Self::of_bytes(sent.direction, &data, read.len, &owners);
        message.lost = read.lost;
        match read.result {
            ReadResult::Bytes => {}
            ReadResult::Eof => message.word = Some(("EOF".to_owned(), Tint::Shout)),
            ReadResult::Failed(Errno::EAGAIN) => return None,
            ReadResult::Failed(errno) => message.word = Some((errno.name().to_owned(), Tint::Alarm)),
        }
        Some(message)
    }

    fn of_bytes(direction: Direction, bytes: &[u8], len: u64, owners: &[(u64, u64)]) -> Self {
        let owner_at = |at: usize| {
            let mut left = at as u64;
            for (len, write) in owners {
                if left < *len {
                    return *write;
                }
                left -= len;
            }
            owners.last().map_or(0, |(_, write)| *write)
        };
        let bytes = if (bytes.len() as u64) < len { text::whole(bytes) } else { bytes };
        let letters = text::bytes(bytes).into_iter().map(|letter| (owner_at(letter.at), letter));
        let letters = letters.map(|(owner, letter)| (letter, owner)).collect();
        let owners: Vec<u64> = owners.iter().map(|(_, write)| *write).collect();
        let word = (len == 0 && !owners.is_empty()).then(|| ("\"\"".to_owned(), Tint::Faint));
        let (rest, lost, descriptors, is_open) = (Rest::Counted, 0, 0, false);
        Self { direction, letters, owners, len, rest, word, lost, descriptors, is_open, scale: 1 }
    }

    /// The same with its letters as they are shown.
    #[must_use]
    pub fn spelled(mut self, theme: Theme) -> Self {
        for (letter, _) in &mut self.letters {
            *letter = theme.letters().spell(letter.clone());
        }
        self
    }

    /// The same with a blank behind each letter, for a large box.
    #[must_use]
    pub fn spaced(mut self) -> Self {
        for (letter, _) in &mut self.letters {
            letter.text.push(' ');
            letter.width = letter.width.saturating_add(1);
        }
        self
    }

    /// The same in big letters.
    #[must_use]
    pub fn big(self) -> Self {
        Self { scale: big::SIZE, ..self }
    }

    /// The same without what came of it: it is not told yet.
    #[must_use]
    pub fn without_result(mut self) -> Self {
        (self.word, self.is_open) = (None, false);
        self
    }

    /// Columns inside the box.
    pub fn width(&self) -> u16 {
        let mark = self.owners.first().map_or(0, |write| words::width(&self.mark(*write).text()));
        let inside = self.letters_width().saturating_add(self.tail_after(self.letters.len(), self.seen()));
        inside.saturating_mul(self.scale).max(mark).max(1)
    }

    fn letters_width(&self) -> u16 {
        self.letters.iter().fold(0, |sum: u16, (letter, _)| sum.saturating_add(letter.width))
    }

    fn mark(&self, write: u64) -> Mark {
        self.direction.mark(write)
    }

    /// Columns of the whole in one line.
    pub fn inline_width(&self) -> u16 {
        let marks = words::width(&self.marks());
        let gap = u16::from(marks > 0);
        self.width().saturating_add(marks + gap + 2)
    }

    /// Columns of its error in one line, with nothing beside it; 0 where it has none.
    pub fn error_width(&self) -> u16 {
        let error = self.word.as_ref().filter(|(_, tint)| *tint == Tint::Alarm);
        error.map_or(0, |(word, _)| words::width(word.trim_start()) + 2)
    }

    /// Whether all its bytes are shown.
    pub fn is_whole(&self) -> bool {
        self.seen() as u64 >= self.len && (self.scale == 1 || self.can_be_big())
    }

    /// Whether there are big letters for all that is in it.
    fn can_be_big(&self) -> bool {
        self.letters.iter().all(|(letter, _)| big::can_draw(&letter.text))
            && self.tail().iter().all(|(text, _)| big::can_draw(text))
    }

    /// Drops letters until the box is at most so wide inside. What came of it (an errno, EOF) stays whole as long as it fits at all.
    pub fn cut(&mut self, limit: u16) {
        if self.width() <= limit {
            return;
        }
        let (all, limit) = (self.letters.len(), limit / self.scale);
        for rest in [Rest::Counted, Rest::Dots, Rest::Silent] {
            self.rest = rest;
            let kept = self.fitting(limit);
            let says_something = kept > 0 || all == 0 || rest != Rest::Counted;
            let is_fitting = kept > 0 || self.tail_after(0, 0) <= limit;
            if (is_fitting && says_something) || rest == Rest::Silent {
                self.letters.truncate(kept);
                return;
            }
        }
    }

    /// How many letters fit, with what stands behind them.
    fn fitting(&self, limit: u16) -> usize {
        let mut wide = self.letters_width();
        let mut seen: usize = self.letters.iter().map(|(letter, _)| letter.len).sum();
        let mut kept = self.letters.len();
        // Letters that have no room by themselves first: what stands behind them need not be spelled for each.
        while kept > 0 && (wide > limit || wide.saturating_add(self.tail_after(kept, seen)) > limit) {
            kept -= 1;
            wide = wide.saturating_sub(self.letters[kept].0.width);
            seen -= self.letters[kept].0.len;
        }
        kept
    }

    /// Columns of what stands behind so many letters of so many bytes.
    fn tail_after(&self, letters: usize, seen: usize) -> u16 {
        self.tail_of(letters, seen).iter().fold(0, |sum: u16, (text, _)| sum.saturating_add(words::width(text)))
    }

    /// What stands behind the bytes.
    fn tail(&self) -> Vec<(String, Tint)> {
        self.tail_of(self.letters.len(), self.seen())
    }

    /// Bytes of the letters.
    fn seen(&self) -> usize {
        self.letters.iter().map(|(letter, _)| letter.len).sum()
    }

    fn tail_of(&self, letters: usize, seen: usize) -> Vec<(String, Tint)> {
        let more = self.len.saturating_sub(seen as u64);
        let mut tail = Vec::new();
        match self.rest {
            Rest::Counted if more > 0 => tail.push((format!("…+{more}"), Tint::Faint)),
            Rest::Counted | Rest::Dots if more > 0 || self.is_open => tail.push(("…".to_owned(), Tint::Faint)),
            Rest::Counted | Rest::Dots | Rest::Silent => {}
        }
        if self.descriptors > 0 {
            tail.push((format!("⊕{}", self.descriptors), Tint::Shout));
        }
        if self.lost > 0 {
            tail.push((format!("▒ {} lost", self.lost), Tint::Strong));
        }
        // Nothing is before it: it needs no blank.
        let is_alone = letters == 0 && tail.is_empty();
        let word = self.word.clone();
        tail.extend(word.map(|(word, tint)| (if is_alone { word.trim_start().to_owned() } else { word }, tint)));
        tail
    }

    /// The three rows of the box.
    pub fn boxed(&self, theme: Theme) -> [Line<'static>; 3] {
        let width = self.width();
        let (edge, are_all_marked) = self.upper_edge(width, theme);
        let mut upper = vec![Span::raw("┌")];
        upper.extend(edge);
        upper.push(Span::raw("┐"));
        let mut middle = vec![Span::raw("│")];
        let inside = self.inside(theme);
        let pad = width.saturating_sub(words::spans_width(&inside));
        middle.extend(inside);
        middle.push(Span::raw(format!("{}│", " ".repeat(usize::from(pad)))));
        let range = if are_all_marked { String::new() } else { self.range() };
        let range = if words::width(&range) > width { String::new() } else { range };
        let rest = width.saturating_sub(words::width(&range));
        let lower = vec![
            Span::raw("└"),
            Span::styled(range, theme.mark()),
            Span::raw(format!("{}┘", "─".repeat(usize::from(rest)))),
        ];
        [upper.into(), middle.into(), lower.into()]
    }

    /// The five rows of a large box: the hues of its letters stand above and below them, too.
    pub fn large(&self, theme: Theme) -> [Line<'static>; 5] {
        let [upper, middle, lower] = self.boxed(theme);
        let blank = |span: &Span<'static>| {
            let is_edge = &*span.content == "│";
            let text = if is_edge { "│".to_owned() } else { " ".repeat(usize::from(words::width(&span.content))) };
            let text = if span.content.ends_with('│') && !is_edge {
                format!("{}│", " ".repeat(usize::from(words::width(&span.content).saturating_sub(1))))
            } else {
                text
            };
            let style = span.style.remove_modifier(Modifier::UNDERLINED | Modifier::REVERSED);
            Span::styled(text, style)
        };
        let pad = Line::from(middle.spans.iter().map(blank).collect::<Vec<_>>());
        [upper, pad.clone(), middle, pad, lower]
    }

    /// The six rows of a box with big letters.
    pub fn biggest(&self, theme: Theme) -> [Line<'static>; 6] {
        let [upper, _, lower] = self.boxed(theme);
        let inside = self.inside(theme);
        let pad = self.width().saturating_sub(words::spans_width(&inside).saturating_mul(self.scale));
        let [first, second, third, fourth] = big::rows(&inside).map(|row| {
            let edge = || vec![Span::raw("│")];
            let pad = Span::raw(" ".repeat(usize::from(pad)));
            Line::from([edge(), row, vec![pad], edge()].concat())
        });
        [upper, first, second, third, fourth, lower]
    }

    /// The whole in one line: `[1,2 onetwo]`.
    pub fn inline(&self, theme: Theme) -> Vec<Span<'static>> {
        let marks = self.marks();
        let gap = if marks.is_empty() { "" } else { " " };
        let mut spans = vec![Span::raw("["), Span::styled(marks, theme.mark()), Span::raw(gap)];
        let inside = self.inside(theme);
        let pad = self.width().saturating_sub(words::spans_width(&inside));
        spans.extend(inside);
        spans.push(Span::raw(format!("{}]", " ".repeat(usize::from(pad)))));
        spans
    }

    /// Where there is no room for them.
    pub fn forget_marks(&mut self) {
        self.owners.clear();
    }

    fn marks(&self) -> String {
        if self.owners.len() > MAX_MARKS {
            return self.range();
        }
        self.owners.iter().map(|write| self.mark(*write).text()).collect::<Vec<_>>().join(",")
    }

    /// `1-300`.
    fn range(&self) -> String {
        match (self.owners.first(), self.owners.last()) {
            (Some(first), Some(last)) => format!("{}-{}", self.mark(*first).text(), self.mark(*last).text()),
            _ => String::new(),
        }
    }

    fn inside(&self, theme: Theme) -> Vec<Span<'static>> {
        let mut spans: Vec<Span<'static>> = Vec::new();
        for (letter, write) in &self.letters {
            let hue = theme.hue(self.mark(*write));
            let style = if letter.is_escape { theme.escape(hue) } else { hue };
            match spans.last_mut() {
                Some(last) if last.style == style => last.content.to_mut().push_str(&letter.text),
                _ => spans.push(Span::styled(letter.text.clone(), style)),
            }
        }
        let tail = self.tail().into_iter().map(|(text, tint)| Span::styled(text, tint.style(theme)));
        spans.extend(tail);
        spans
    }

    /// The mark of each write above its first byte, and whether there was room for all.
    fn upper_edge(&self, width: u16, theme: Theme) -> (Vec<Span<'static>>, bool) {
        let mut starts: Vec<(u16, u64)> = Vec::new();
        let mut at = 0;
        let mut last = None;
        for (letter, write) in &self.letters {
            if last != Some(*write) {
                starts.push((at, *write));
                last = Some(*write);
            }
            at += letter.width * self.scale;
        }
        if let (true, Some(write)) = (starts.is_empty(), self.owners.first()) {
            starts.push((0, *write));
        }
        let mut are_all_marked = starts.len() == self.owners.len();
        let mut spans = Vec::new();
        let mut used = 0;
        for (index, (start, write)) in starts.iter().enumerate() {
            let mark = self.mark(*write);
            let text = mark.text();
            let room = starts.get(index + 1).map_or(width, |next| next.0).saturating_sub(*start);
            if words::width(&text) > room || *start < used {
                are_all_marked = false;
                continue;
            }
            spans.push(Span::raw("─".repeat(usize::from(start - used))));
            used = start + words::width(&text);
            spans.push(Span::styled(text, theme.mark().patch(theme.hue(mark))));
        }
        spans.push(Span::raw("─".repeat(usize::from(width.saturating_sub(used)))));
        (spans, are_all_marked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::channel_sides;
    use crate::app::recorded_bench::{PARENT, RecordedBench};
    use crate::ui::direction::Lane;
    use crate::ui::theme::Colours;

    fn failed(text: &[u8]) -> MessageBox {
        let mut stage = RecordedBench::open();
        stage.fail_write(PARENT, 4, text, Errno::ECONNREFUSED);
        let facing = channel_sides::shown(&stage.world)[1];
        let [lane, _] = Lane::both(&stage.world, facing).unwrap();
        MessageBox::of_write(lane.direction, lane.flow().writes.back().unwrap())
    }

    #[test]
    fn an_error_stays_whole_and_the_bytes_before_it_give_way() {
        let shown = |text: &[u8], limit| {
            let mut message = failed(text);
            message.cut(limit);
            message.inside(Theme::with(Colours::None)).iter().map(|span| &*span.content).collect()
        };
        let cases: [(&[u8], u16, &str); 5] = [
            (b"x", 14, "x ECONNREFUSED"),
            (b"x", 13, "ECONNREFUSED"),
            (b"hello world", 20, "hell…+7 ECONNREFUSED"),
            (b"hello world", 15, "h… ECONNREFUSED"),
            (b"hello world", 12, "ECONNREFUSED"),
        ];
        for (text, limit, wanted) in cases {
            let got: String = shown(text, limit);
            assert_eq!(got, wanted, "{limit}");
        }
    }
}
