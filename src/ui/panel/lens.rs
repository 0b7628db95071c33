//! The broadcast lens: the same messages on a channel of each kind, side by side, row by row. What differs from most of the
//! others is picked out, by a sign and not by colour alone.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::parcel::Parcel;
use crate::app::facing::{self, Facing};
use crate::ui::theme::Theme;
use crate::ui::{Scene, words};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::ledger::Flow;

/// Columns of the labels.
const LABELS: u16 = 8;
/// The sign of what differs.
pub const DIFFERS: &str = "≠";
/// Pieces of a list that are looked at.
const LISTED: usize = 12;

/// One kind's channel.
struct Column<'a> {
    kind: Kind,
    ends: Option<(&'a End, &'a End)>,
    name: &'a str,
}

/// So many parcels of a flow at most.
type Pick = fn(&Flow, usize) -> Vec<Parcel>;
/// How many there are of them.
type Count = fn(&Flow) -> u64;

/// A row of words to compare, or a list of parcels.
enum Row {
    Words(&'static str, fn(&World, &End, &End) -> String),
    Parcels(&'static str, Pick, Count),
}

const ROWS: &[Row] = &[
    Row::Words("writes", |_, _, far| far.inbox.totals.writes.to_string()),
    Row::Parcels(
        "wrote",
        |flow, most| last(flow.writes.iter().map(Parcel::of_write).collect(), most),
        |flow| flow.totals.writes,
    ),
    Row::Words("waiting", |_, _, far| waiting(far)),
    Row::Parcels(
        "queue",
        |flow, most| {
            let pieces = flow.queue.iter().filter(|piece| !piece.tentative).take(most);
            pieces.map(|piece| Parcel::of_piece(flow, *piece)).collect()
        },
        |flow| flow.queue.iter().filter(|piece| !piece.tentative).count() as u64,
    ),
    Row::Words("reads", |_, _, far| far.inbox.totals.reads.to_string()),
    Row::Parcels(
        "read",
        |flow, most| last(flow.reads.iter().filter_map(|read| Parcel::of_read(flow, read)).collect(), most),
        |flow| {
            let kept = flow.reads.iter().filter(|read| Parcel::of_read(flow, read).is_some()).count() as u64;
            flow.totals.reads.max(kept)
        },
    ),
    Row::Words("took", |_, _, far| edges(&far.inbox)),
    Row::Words("lost", |_, _, far| words::count(far.inbox.totals.destroyed, "byte", "bytes")),
    Row::Words("next", next_read),
];

/// Draws the table.
pub fn draw(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 4 || area.width < LABELS + 25 {
        return;
    }
    let theme = scene.theme;
    let columns = columns(scene.world);
    let wide = (area.width - LABELS - 1) / u16::try_from(columns.len()).unwrap_or(1);
    let left = vec![Span::raw("─ "), Span::styled("one message, five kinds", theme.strong()), Span::raw(" ")];
    let right = vec![Span::styled(format!(" {DIFFERS} differs from most "), theme.strong())];
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, ("─", Style::new())), area.width);
    let x_of = |column: usize| area.x + LABELS + 1 + u16::try_from(column).unwrap_or(0) * wide;
    for (at, column) in columns.iter().enumerate() {
        let title = if words::width(column.kind.title()) < wide { column.kind.title() } else { short(column.kind) };
        buf.set_stringn(x_of(at), area.y + 1, words::cut(title, wide - 1), usize::from(wide - 1), theme.strong());
        let name = if column.ends.is_some() { words::cut(column.name, wide - 1) } else { "none".to_owned() };
        buf.set_stringn(x_of(at), area.y + 2, name, usize::from(wide - 1), theme.faint());
    }
    let mut y = area.y + 3;
    let place = Place { first: x_of(0), wide, columns: &columns };
    for (row, height) in ROWS.iter().zip(heights(&columns, area.height - 3)) {
        if y >= area.bottom() {
            return;
        }
        match row {
            Row::Words(label, of) => {
                buf.set_stringn(area.x + 1, y, label, usize::from(LABELS), theme.strong());
                words_row(scene, &place, *of, y, buf);
            }
            Row::Parcels(label, of, count) => {
                let height = height.min(area.bottom() - y);
                if height > 0 {
                    buf.set_stringn(area.x + 1, y, format!(" {label}"), usize::from(LABELS), theme.faint());
                }
                parcels_row(scene, &place, (*of, *count), (y, height), buf);
            }
        }
        y += height;
    }
}

/// Where the columns are.
struct Place<'a> {
    first: u16,
    wide: u16,
    columns: &'a [Column<'a>],
}

impl Place<'_> {
    fn x_of(&self, column: usize) -> u16 {
        self.first + u16::try_from(column).unwrap_or(0) * self.wide
    }
}

/// Rows that each row of the table gets: words one, lists in turn as long as there are some left.
fn heights(columns: &[Column<'_>], room: u16) -> Vec<u16> {
    let wanted = |row: &Row| match row {
        Row::Words(..) => 0,
        Row::Parcels(_, of, _) => columns
            .iter()
            .filter_map(|column| column.ends.map(|(_, far)| of(&far.inbox, LISTED).len()))
            .max()
            .map_or(0, |most| u16::try_from(most).unwrap_or(u16::MAX)),
    };
    let wanted: Vec<u16> = ROWS.iter().map(wanted).collect();
    let mut heights: Vec<u16> = ROWS.iter().map(|row| u16::from(matches!(row, Row::Words(..)))).collect();
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

fn words_row(scene: Scene<'_>, place: &Place<'_>, of: fn(&World, &End, &End) -> String, y: u16, buf: &mut Buffer) {
    let cells: Vec<Option<String>> =
        place.columns.iter().map(|column| column.ends.map(|(near, far)| of(scene.world, near, far))).collect();
    let usual = usual(&cells);
    for (at, cell) in cells.iter().enumerate() {
        let Some(text) = cell else { continue };
        let differs = usual.is_some_and(|usual| usual != text);
        let (sign, style) = if differs { (DIFFERS, scene.theme.shout()) } else { (" ", Style::new()) };
        let text = words::cut(&format!("{sign}{text}"), place.wide);
        buf.set_stringn(place.x_of(at) - 1, y, text, usize::from(place.wide), style);
    }
}

fn parcels_row(
    scene: Scene<'_>,
    place: &Place<'_>,
    (of, count): (Pick, Count),
    (y, height): (u16, u16),
    buf: &mut Buffer,
) {
    let room = place.wide - 1;
    for (at, column) in place.columns.iter().enumerate() {
        let Some((_, far)) = column.ends else { continue };
        let parcels = of(&far.inbox, usize::from(height));
        let shown = parcels.len() as u64;
        let hidden = count(&far.inbox).saturating_sub(shown);
        let more = if hidden > 0 { format!("+{hidden}") } else { String::new() };
        let x = place.x_of(at) + room.saturating_sub(words::width(&more));
        // Behind what is said above the list, where there is room for it or nowhere else.
        let is_free = (x.saturating_sub(1)..place.x_of(at) + room).all(|x| buf[(x, y - 1)].symbol() == " ");
        let row_of_more = if is_free || height == 0 { y - 1 } else { y + height - 1 };
        let taken = if hidden > 0 { words::width(&more) + 1 } else { 0 };
        for (y, parcel) in (y..y + height).zip(parcels) {
            let room = if y == row_of_more { room.saturating_sub(taken) } else { room };
            buf.set_line(place.x_of(at), y, &in_one_line(parcel, room, scene.theme), room);
        }
        buf.set_stringn(x, row_of_more, &more, usize::from(room), scene.theme.strong());
    }
}

/// A parcel in so many columns.
pub fn in_one_line(parcel: Parcel, room: u16, theme: Theme) -> Line<'static> {
    let mut parcel = parcel.spelled(theme);
    let around = parcel.inline_width().saturating_sub(parcel.width());
    parcel.cut(room.saturating_sub(around));
    Line::from(words::clip(parcel.inline(theme), room))
}

fn columns(world: &World) -> Vec<Column<'_>> {
    let ends = |facing: Facing| Some((world.end(facing.near)?, world.end(facing.far)?));
    let column = |(kind, found): (Kind, Option<Facing>)| Column {
        kind,
        ends: found.and_then(ends),
        name: found.and_then(|facing| facing.channel(world)).map_or("", |channel| channel.name.as_str()),
    };
    facing::of_each_kind(world).into_iter().map(column).collect()
}

/// What most of the columns say; of equals what stands first.
pub fn usual(cells: &[Option<String>]) -> Option<&String> {
    let said = cells.iter().flatten();
    let count = |text: &String| cells.iter().flatten().filter(|other| *other == text).count();
    let most = said.clone().map(count).max()?;
    said.clone().find(|text| count(text) == most)
}

/// A kind in few columns.
pub fn short(kind: Kind) -> &'static str {
    match kind {
        Kind::Stream => "stream",
        Kind::Dgram => "dgram",
        Kind::Seqpacket => "seqpacket",
        Kind::Pipe => "pipe",
        Kind::PacketPipe => "packets",
    }
}

fn last(mut parcels: Vec<Parcel>, most: usize) -> Vec<Parcel> {
    parcels.split_off(parcels.len().saturating_sub(most))
}

fn waiting(far: &End) -> String {
    match (far.inbox.waiting(), far.inbox.messages()) {
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
fn next_read(world: &World, near: &End, far: &End) -> String {
    let waits = far.inbox.waiting();
    if far.closed || world.holders(far.id).is_empty() {
        return "nobody".to_owned();
    }
    if waits > 0 || far.inbox.messages() > 0 {
        let first = far.inbox.queue.iter().find(|piece| !piece.tentative).map_or(waits, |piece| piece.len);
        return words::count(if far.kind.keeps_messages() { first } else { waits }, "byte", "bytes");
    }
    match (far.shut_rd || near.closed, far.kind.gives_eof(), far.nonblock) {
        (true, true, _) => "EOF".to_owned(),
        (_, _, true) => "EAGAIN".to_owned(),
        _ => "sleeps".to_owned(),
    }
}
