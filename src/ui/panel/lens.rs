//! The lens: the focused channel's history, run again on a fresh channel of each kind, side by side, row by row; then what the
//! reader meets after the writer has closed its end, and after it was killed. What differs from most of the others is picked out,
//! by a sign and not by colour alone; a channel to which something else was sent is not compared.

mod compare;
mod messages;
mod places;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use super::message_box::MessageBox;
use crate::abi::Errno;
use crate::app::five_kinds::{FiveKinds, KINDS, WriterEnding};
use crate::questions::acting;
use crate::questions::next_read::{Blocking, ReadOutcome, next_read};
use crate::ui::direction::{Directed, Direction};
use crate::ui::{ViewContext, words};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::ledger::Flow;

pub use compare::{alike, usual};
pub use messages::in_one_line;
use places::LensPlaces;

/// Columns of the labels.
const LABELS: u16 = 8;
/// The same where the screen is so wide that a label can be a sentence.
const LONG_LABELS: u16 = 25;
const WIDE: u16 = 140;
/// The sign of what differs.
pub const DIFFERS: &str = "≠";
/// Pieces of a list that are looked at.
const LISTED: usize = 12;

/// One kind's channel.
struct LensColumn<'a> {
    kind: Kind,
    world: Option<&'a World>,
    ends: Option<(&'a End, &'a End)>,
    /// It was sent what most were sent.
    is_alike: bool,
}

/// What a cell says.
type Words = fn(&World, &End, &End) -> String;
/// Which messages of a direction a list shows.
#[derive(Debug, Clone, Copy)]
enum MessageFilter {
    Written,
    Queued,
    Read,
}

/// What a cell says, and the same in more words for where all have room.
struct LensCell {
    short: String,
    long: String,
}

/// A row of words to compare, or a list of messages.
enum LensRow {
    Words(&'static str, Words),
    Messages {
        label: &'static str,
        direction: Direction,
        which: MessageFilter,
    },
    /// What the reader meets once the writer has gone in this way; the label, and a longer one.
    After(WriterEnding, [&'static str; 2]),
}

/// The row that says what was sent.
const WRITES: &str = "writes";
/// The row that says what comes.
const NEXT: &str = "next";
/// Stands for what would tell the answer to a lesson's question.
const HIDDEN: &str = "?";

const ROWS: &[LensRow] = &[
    LensRow::Words(WRITES, |_, _, far| far.inbox.totals.writes.to_string()),
    LensRow::Messages { label: "wrote", direction: Direction::Right, which: MessageFilter::Written },
    LensRow::Words("waiting", |_, _, far| waiting(far)),
    LensRow::Messages { label: "queue", direction: Direction::Right, which: MessageFilter::Queued },
    LensRow::Words("reads", |_, _, far| far.inbox.totals.reads.to_string()),
    LensRow::Messages { label: "read", direction: Direction::Right, which: MessageFilter::Read },
    LensRow::Words("took", |_, _, far| edges(&far.inbox)),
    LensRow::Words("lost", |_, _, far| words::count(far.inbox.totals.destroyed, "byte", "bytes")),
    LensRow::Words(NEXT, next),
    LensRow::After(WriterEnding::Closed, ["closed", "after the writer closed"]),
    LensRow::After(WriterEnding::Killed, ["killed", "after it was killed"]),
];

/// What is below them once somebody has answered.
const ANSWERS: &[LensRow] = &[
    LensRow::Words("◀ writes", |_, near, _| near.inbox.totals.writes.to_string()),
    LensRow::Messages { label: "wrote", direction: Direction::Left, which: MessageFilter::Written },
    LensRow::Words("◀ reads", |_, near, _| near.inbox.totals.reads.to_string()),
    LensRow::Messages { label: "read", direction: Direction::Left, which: MessageFilter::Read },
];

impl LensCell {
    fn of(text: String) -> Self {
        Self { long: text.clone(), short: text }
    }
}

/// What matters most of a cell.
fn first_of(text: &str) -> &str {
    text.split(", ").next().unwrap_or_default()
}

impl LensRow {
    fn label(&self, is_long: bool) -> &'static str {
        match self {
            Self::Words(label, _) | Self::Messages { label, .. } => label,
            Self::After(_, labels) => labels[usize::from(is_long)],
        }
    }
}

impl MessageFilter {
    /// At most so many of them: the newest, or the first of what waits.
    fn boxes(self, sent: Directed<'_>, most: usize) -> Vec<MessageBox> {
        let Directed { flow, direction } = sent;
        match self {
            Self::Written => {
                let writes = flow.writes.iter().skip(flow.writes.len().saturating_sub(most));
                writes.map(|write| MessageBox::of_write(direction, write)).collect()
            }
            Self::Queued => {
                let pieces = flow.queue.iter().filter(|piece| !piece.tentative).take(most);
                pieces.map(|piece| MessageBox::of_piece(sent, *piece)).collect()
            }
            Self::Read => {
                let mut reads: Vec<MessageBox> =
                    flow.reads.iter().filter_map(|read| MessageBox::of_read(sent, read)).collect();
                reads.split_off(reads.len().saturating_sub(most))
            }
        }
    }

    /// How many there are.
    fn count(self, sent: Directed<'_>) -> u64 {
        let flow = sent.flow;
        match self {
            Self::Written => flow.totals.writes,
            Self::Queued => flow.least_messages(),
            Self::Read => {
                let kept = flow.reads.iter().filter(|read| MessageBox::of_read(sent, read).is_some()).count() as u64;
                flow.totals.reads.max(kept)
            }
        }
    }
}

impl LensColumn<'_> {
    /// What was sent through this channel in a direction.
    fn sent(&self, direction: Direction) -> Option<Directed<'_>> {
        let (near, far) = self.ends?;
        let flow = match direction {
            Direction::Right => &far.inbox,
            Direction::Left => &near.inbox,
        };
        Some(Directed { flow, direction })
    }
}

/// The rows that there is something for.
fn rows(columns: &[LensColumn<'_>]) -> Vec<&'static LensRow> {
    let answers = |column: &LensColumn<'_>| {
        column.sent(Direction::Left).is_some_and(|sent| sent.flow.totals.writes > 0 || !sent.flow.reads.is_empty())
    };
    let has_answers = columns.iter().any(answers);
    ROWS.iter().chain(ANSWERS.iter().filter(|_| has_answers)).collect()
}

/// Draws the table.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    let labels = if area.width >= WIDE { LONG_LABELS } else { LABELS };
    if area.height < 4 || area.width < LABELS + 25 {
        return;
    }
    let columns = columns(context.app.five_kinds.as_ref());
    heading(context, &columns, area, buf);
    let rows = rows(&columns);
    let cells: Vec<Vec<Option<LensCell>>> = rows.iter().map(|row| cells(context, row, &columns)).collect();
    let room = (area.x + labels + 1, area.width - labels - 1);
    let place = LensPlaces::of(&columns, room, |at| error_width(&columns[at], cells.iter().map(|row| row.get(at))));
    for (at, column) in columns.iter().enumerate() {
        let wide = place.wide(at);
        let titles = [column.kind.title(), column.kind.short(), column.kind.shortest()];
        let title = titles.into_iter().find(|title| words::width(title) < wide).unwrap_or_default();
        buf.set_stringn(place.x_of(at), area.y + 1, title, usize::from(wide - 1), context.theme.strong());
    }
    let mut y = area.y + 2;
    for ((row, cells), height) in rows.iter().zip(cells).zip(heights(&rows, &columns, area.height - 2)) {
        if y >= area.bottom() {
            return;
        }
        if let LensRow::Messages { label, direction, which } = row {
            let height = height.min(area.bottom() - y);
            if height > 0 {
                buf.set_stringn(area.x + 1, y, format!(" {label}"), usize::from(labels), context.theme.faint());
            }
            messages::draw(context, &place, (*which, *direction), (y, height), buf);
        } else {
            let label = row.label(labels == LONG_LABELS);
            buf.set_stringn(area.x + 1, y, label, usize::from(labels), context.theme.strong());
            words_row(context, &place, (label, cells), y, buf);
        }
        y += height;
    }
}

/// What the cells of a row of words say; nothing for a list.
fn cells(context: ViewContext<'_>, row: &LensRow, columns: &[LensColumn<'_>]) -> Vec<Option<LensCell>> {
    let hides = context.app.hides_answers();
    match row {
        LensRow::Words(label, of) => {
            let is_hidden = *label == NEXT && hides;
            let cell = |(world, (near, far)): (&World, (&End, &End))| {
                if is_hidden { HIDDEN.to_owned() } else { of(world, near, far) }
            };
            columns.iter().map(|column| column.world.zip(column.ends).map(cell).map(LensCell::of)).collect()
        }
        LensRow::After(..) if hides => columns.iter().map(|_| Some(LensCell::of(HIDDEN.to_owned()))).collect(),
        LensRow::After(ending, _) => {
            let came = |kind| context.app.five_kinds.as_ref()?.came_after(kind, *ending);
            columns.iter().map(|column| came(column.kind).map(|[short, long]| LensCell { short, long })).collect()
        }
        LensRow::Messages { .. } => Vec::new(),
    }
}

/// Columns of the widest error that is said of a channel.
fn error_width<'a>(column: &LensColumn<'_>, cells: impl Iterator<Item = Option<&'a Option<LensCell>>>) -> u16 {
    let said =
        cells.flatten().flatten().map(|cell| first_of(&cell.short)).filter(|first| Errno::from_name(first).is_some());
    let said = said.map(words::width);
    let sent = [Direction::Right, Direction::Left].into_iter().filter_map(|direction| column.sent(direction));
    let listed =
        sent.flat_map(|sent| [MessageFilter::Written, MessageFilter::Read].map(|which| which.boxes(sent, LISTED)));
    let listed = listed.flatten().map(|message| message.error_width()).filter(|wide| *wide > 0).map(|wide| wide + 1);
    said.chain(listed).max().unwrap_or(0)
}

/// Whose history it is; whether the kernel has answered.
fn heading(context: ViewContext<'_>, columns: &[LensColumn<'_>], area: Rect, buf: &mut Buffer) {
    let theme = context.theme;
    let shown = context.app.five_kinds.as_ref();
    let of = shown.map_or_else(String::new, |shown| format!(": {}'s history", words::name(&shown.name, 16)));
    let left =
        vec![Span::raw("─ "), Span::styled(format!("five kinds{of}, run again"), theme.strong()), Span::raw(" ")];
    let is_all = columns.iter().all(|column| column.is_alike || column.ends.is_none());
    let meant = if is_all { "differs from most" } else { "differs, the same sent" };
    let told = match shown {
        None => " there is no channel ".to_owned(),
        Some(shown) if shown.is_running() => " being run… ".to_owned(),
        Some(FiveKinds { left_out: 0, .. }) => format!(" {DIFFERS} {meant} "),
        Some(FiveKinds { left_out, .. }) => {
            format!(" {} left out  {DIFFERS} {meant} ", words::count(*left_out as u64, "statement", "statements"))
        }
    };
    let right = vec![Span::styled(told, theme.strong())];
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, ("─", Style::new())), area.width);
}

/// Rows that each row of the table gets: words one, lists in turn as long as there are some left.
fn heights(rows: &[&LensRow], columns: &[LensColumn<'_>], room: u16) -> Vec<u16> {
    let wanted = |row: &&LensRow| match row {
        LensRow::Words(..) | LensRow::After(..) => 0,
        LensRow::Messages { direction, which, .. } => {
            let counts = columns.iter().filter_map(|column| column.sent(*direction));
            let most = counts.map(|sent| which.boxes(sent, LISTED).len()).max();
            most.map_or(0, |most| u16::try_from(most).unwrap_or(u16::MAX))
        }
    };
    let wanted: Vec<u16> = rows.iter().map(wanted).collect();
    let mut heights: Vec<u16> = rows.iter().map(|row| u16::from(!matches!(row, LensRow::Messages { .. }))).collect();
    let mut left = room.saturating_sub(heights.iter().sum());
    // What was read matters most, so it is served first.
    while left > 0 && heights.iter().zip(&wanted).any(|(height, wanted)| height < wanted) {
        for (height, wanted) in heights.iter_mut().zip(&wanted).rev() {
            if left > 0 && *height < *wanted {
                *height += 1;
                left -= 1;
            }
        }
    }
    heights
}

fn words_row(
    context: ViewContext<'_>,
    place: &LensPlaces<'_>,
    (label, cells): (&str, Vec<Option<LensCell>>),
    y: u16,
    buf: &mut Buffer,
) {
    let has_room = |(at, cell): (usize, &Option<LensCell>)| {
        cell.as_ref().is_none_or(|cell| words::width(&cell.long) + 1 < place.wide(at))
    };
    let is_long = cells.iter().enumerate().all(has_room);
    let told = |cell: LensCell| if is_long { cell.long } else { cell.short };
    let cells: Vec<Option<String>> = cells.into_iter().map(|cell| cell.map(told)).collect();
    let compared = |(cell, column): (&Option<String>, &LensColumn<'_>)| cell.clone().filter(|_| column.is_alike);
    let compared: Vec<Option<String>> = cells.iter().zip(place.columns).map(compared).collect();
    let usual = usual(&compared);
    for (at, cell) in cells.iter().enumerate() {
        let Some(text) = cell else { continue };
        let (is_alike, wide) = (place.columns[at].is_alike, place.wide(at));
        let differs = is_alike && usual.is_some_and(|usual| usual != text);
        let (sign, style) = match (differs, is_alike) {
            (true, _) => (DIFFERS, context.theme.shout()),
            (false, true) => (" ", Style::new()),
            (false, false) => (" ", context.theme.faint()),
        };
        let remark = match text.as_str() {
            _ if is_alike || label != WRITES => "",
            "0" => " unsent",
            _ => " unlike",
        };
        // An error stays whole: what comes after it gives way, then the blank or the sign before it; the style tells a difference, too.
        let first = first_of(text);
        let forms = [format!("{sign}{text}{remark}"), format!("{sign}{first}"), first.to_owned()];
        let whole = forms.iter().find(|form| words::width(form) <= wide);
        let text = whole.map_or_else(|| words::cut(&forms[0], wide), String::clone);
        buf.set_stringn(place.x_of(at) - 1, y, text, usize::from(wide), style);
    }
}

fn columns(shown: Option<&FiveKinds>) -> Vec<LensColumn<'_>> {
    let column = |(kind, _): &(Kind, &str)| {
        let found = shown.and_then(|shown| shown.ends(*kind, WriterEnding::Open));
        let (world, ends) = found.map(|(world, near, far)| (world, (near, far))).unzip();
        LensColumn { kind: *kind, world, ends, is_alike: false }
    };
    let mut columns: Vec<LensColumn<'_>> = KINDS.iter().map(column).collect();
    let flows: Vec<Option<&Flow>> = columns.iter().map(|column| column.ends.map(|(_, far)| &far.inbox)).collect();
    for (column, is_alike) in columns.iter_mut().zip(alike(&flows)) {
        column.is_alike = is_alike;
    }
    columns
}

fn waiting(far: &End) -> String {
    match (far.inbox.waiting(), far.inbox.least_messages()) {
        (0, 0) => "empty".to_owned(),
        (_, messages) if far.kind.keeps_messages() => words::count(messages, "message", "messages"),
        (bytes, _) => words::count(bytes, "byte", "bytes"),
    }
}

/// Of how many writes one read had something.
fn edges(flow: &Flow) -> String {
    let writes_of = |pieces: &[crate::world::ledger::Piece]| {
        let mut writes: Vec<u64> = pieces.iter().map(|piece| piece.write).collect();
        writes.dedup();
        writes.len() as u64
    };
    match flow.reads.iter().map(|read| writes_of(&read.pieces)).max() {
        None | Some(0) => "-".to_owned(),
        Some(most) => words::count(most, "write", "writes"),
    }
}

/// What a read at the far end would meet now.
fn next(world: &World, _: &End, far: &End) -> String {
    let blocking = Blocking::at(far);
    let next = next_read(world, far, blocking).filter(|_| !acting::holders(world, far.id).is_empty());
    let Some(next) = next else { return "nobody".to_owned() };
    match next.outcome {
        ReadOutcome::Bytes { least, most } if least < most => format!("{least}+ bytes"),
        ReadOutcome::Bytes { least: bytes, .. } | ReadOutcome::Message(bytes) => words::count(bytes, "byte", "bytes"),
        ReadOutcome::SomeMessage => "a message".to_owned(),
        ReadOutcome::Eof => "EOF".to_owned(),
        ReadOutcome::Fails(errno) => errno.name().to_owned(),
        ReadOutcome::Sleeps if blocking == Blocking::MustNotSleep => "EAGAIN".to_owned(),
        ReadOutcome::Sleeps => "sleeps".to_owned(),
    }
}
