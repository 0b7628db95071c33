//! One write, one read or one waiting piece as a box: its bytes in the hues of the writes they came from, their numbers on the
//! upper edge, and what was lost as a scar.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::abi::Errno;
use crate::script::spell::{self, Letter};
use crate::ui::theme::Theme;
use crate::ui::words;
use crate::world::ledger::{Flow, Piece, Read, ReadResult, Write};

/// Bytes of one parcel that are looked at: more would not fit on any screen.
const LOOK: usize = 512;

/// What goes into a box.
#[derive(Debug, Clone, Default)]
pub struct Parcel {
    /// Each letter with the number of the write it came from.
    letters: Vec<(Letter, u64)>,
    /// The writes it came from, in order.
    owners: Vec<u64>,
    /// All its bytes.
    len: u64,
    /// Words in the box behind the bytes: `EOF`, an errno.
    word: Option<(String, Tint)>,
    /// Bytes that did not fit into the reader's buffer.
    lost: u64,
    /// Descriptors that travel with it.
    passengers: usize,
    /// A write that has not returned.
    is_open: bool,
}

/// How a parcel's word looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tint {
    Shout,
    Alarm,
    Faint,
}

impl Parcel {
    /// What was written.
    pub fn of_write(write: &Write) -> Self {
        let failed = write.errno != Errno::NONE;
        let len = if failed { write.offered } else { write.taken.unwrap_or(write.offered) };
        let bytes = write.bytes(0, len, LOOK);
        let mut parcel = Self::of_bytes(&bytes, len, &[(len, write.number)]);
        parcel.is_open = write.taken.is_none();
        parcel.passengers = write.carried;
        if failed {
            parcel.word = Some((format!(" {}", write.errno.name()), Tint::Alarm));
        } else if len < write.offered {
            parcel.word = Some((format!(" {len} of {}", write.offered), Tint::Alarm));
        }
        parcel
    }

    /// What waits.
    pub fn of_piece(flow: &Flow, piece: Piece) -> Self {
        let bytes = flow.bytes_of(piece, LOOK);
        let mut parcel = Self::of_bytes(&bytes, piece.len, &[(piece.len, piece.write)]);
        parcel.is_open = piece.tentative;
        parcel.passengers = flow.write(piece.write).map_or(0, |write| write.fds.len());
        parcel
    }

    /// What a read returned; nothing for one that found nothing and did not wait.
    pub fn of_read(flow: &Flow, read: &Read) -> Option<Self> {
        let owners: Vec<(u64, u64)> = read.pieces.iter().map(|piece| (piece.len, piece.write)).collect();
        let mut data = read.data[..read.data.len().min(LOOK)].to_vec();
        if data.is_empty() && read.len > 0 {
            // Of a loop's calls the bytes are not kept, but where they came from is.
            let mut pieces = read.pieces.iter();
            while let Some(piece) = pieces.next().filter(|_| data.len() < LOOK) {
                data.extend(flow.bytes_of(*piece, LOOK - data.len()));
            }
        }
        let mut parcel = Self::of_bytes(&data, read.len, &owners);
        parcel.lost = read.lost;
        match read.result {
            ReadResult::Bytes => {}
            ReadResult::Eof => parcel.word = Some(("EOF".to_owned(), Tint::Shout)),
            ReadResult::Failed(Errno::EAGAIN) => return None,
            ReadResult::Failed(errno) => parcel.word = Some((errno.name().to_owned(), Tint::Alarm)),
        }
        Some(parcel)
    }

    fn of_bytes(bytes: &[u8], len: u64, owners: &[(u64, u64)]) -> Self {
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
        let bytes = if (bytes.len() as u64) < len { spell::whole(bytes) } else { bytes };
        let letters = spell::bytes(bytes).into_iter().map(|letter| (owner_at(letter.at), letter));
        let letters = letters.map(|(owner, letter)| (letter, owner)).collect();
        let owners: Vec<u64> = owners.iter().map(|(_, write)| *write).collect();
        let word = (len == 0 && !owners.is_empty()).then(|| ("\"\"".to_owned(), Tint::Faint));
        Self { letters, owners, len, word, ..Self::default() }
    }

    /// The same with its letters as they are shown.
    #[must_use]
    pub fn spelled(mut self, theme: Theme) -> Self {
        for (letter, _) in &mut self.letters {
            *letter = theme.letters().spell(letter.clone());
        }
        self
    }

    /// Columns inside the box.
    pub fn width(&self) -> u16 {
        let tail = self.tail().iter().fold(0, |sum: u16, (text, _)| sum.saturating_add(words::width(text)));
        let mark = self.owners.first().map_or(0, |write| words::width(&write.to_string()));
        self.letters_width().saturating_add(tail).max(mark).max(1)
    }

    fn letters_width(&self) -> u16 {
        self.letters.iter().fold(0, |sum: u16, (letter, _)| sum.saturating_add(letter.width))
    }

    /// Columns of the whole in one line.
    pub fn inline_width(&self) -> u16 {
        let marks = words::width(&self.marks());
        let gap = u16::from(marks > 0);
        self.width().saturating_add(marks + gap + 2)
    }

    /// Drops letters until the box is at most so wide inside.
    pub fn cut(&mut self, limit: u16) {
        while self.width() > limit && self.letters.pop().is_some() {}
    }

    /// What stands behind the bytes.
    fn tail(&self) -> Vec<(String, Tint)> {
        let seen: usize = self.letters.iter().map(|(letter, _)| letter.len).sum();
        let more = self.len.saturating_sub(seen as u64);
        let mut tail = Vec::new();
        if more > 0 {
            tail.push((format!("…+{more}"), Tint::Faint));
        } else if self.is_open {
            tail.push(("…".to_owned(), Tint::Faint));
        }
        if self.passengers > 0 {
            tail.push((format!("⊕{}", self.passengers), Tint::Shout));
        }
        if self.lost > 0 {
            tail.push((format!("▒ {} lost", self.lost), Tint::Alarm));
        }
        tail.extend(self.word.clone());
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

    fn marks(&self) -> String {
        if self.owners.len() > 3 {
            return self.range();
        }
        self.owners.iter().map(u64::to_string).collect::<Vec<_>>().join(",")
    }

    fn range(&self) -> String {
        match (self.owners.first(), self.owners.last()) {
            (Some(first), Some(last)) => format!("{first}‥{last}"),
            _ => String::new(),
        }
    }

    fn inside(&self, theme: Theme) -> Vec<Span<'static>> {
        let mut spans: Vec<Span<'static>> = Vec::new();
        for (letter, write) in &self.letters {
            let hue = theme.hue(*write);
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

    /// The number of each write above its first byte, and whether there was room for all.
    fn upper_edge(&self, width: u16, theme: Theme) -> (Vec<Span<'static>>, bool) {
        let mut starts: Vec<(u16, u64)> = Vec::new();
        let mut at = 0;
        let mut last = None;
        for (letter, write) in &self.letters {
            if last != Some(*write) {
                starts.push((at, *write));
                last = Some(*write);
            }
            at += letter.width;
        }
        if let (true, Some(write)) = (starts.is_empty(), self.owners.first()) {
            starts.push((0, *write));
        }
        let mut are_all_marked = starts.len() == self.owners.len();
        let mut spans = Vec::new();
        let mut used = 0;
        for (index, (start, write)) in starts.iter().enumerate() {
            let mark = write.to_string();
            let room = starts.get(index + 1).map_or(width, |next| next.0).saturating_sub(*start);
            if words::width(&mark) > room || *start < used {
                are_all_marked = false;
                continue;
            }
            spans.push(Span::raw("─".repeat(usize::from(start - used))));
            used = start + words::width(&mark);
            spans.push(Span::styled(mark, theme.mark().patch(theme.hue(*write))));
        }
        spans.push(Span::raw("─".repeat(usize::from(width.saturating_sub(used)))));
        (spans, are_all_marked)
    }
}

impl Tint {
    fn style(self, theme: Theme) -> Style {
        match self {
            Self::Shout => theme.shout(),
            Self::Alarm => theme.alarm(),
            Self::Faint => theme.faint(),
        }
    }
}
