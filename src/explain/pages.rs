//! A pipe counts pages, not bytes: how many are in use, what the last one has room for, and what a write of some length meets.

use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::ledger::USUAL_PAGES;
use crate::world::origin::Setting;

use super::wording;

/// Up to so many bytes a write to a pipe goes in whole or not at all.
pub(super) const PIPE_BUF: u64 = 4096;

/// `A pipe counts pages of 4096 bytes, not bytes: all 16 are in use, though only 65408 of 65536 bytes wait at p[0].`
pub(super) fn in_use(world: &World, reading: &End) -> String {
    let (page, there, waiting) = (world.machine().page.max(1), reading.label(), reading.inbox.waiting());
    let wait = if waiting == 1 { "waits" } else { "wait" };
    let bytes = wording::count(waiting, "byte");
    let Some(used) = reading.inbox.pages_in_use() else {
        return format!("A pipe counts pages of {page} bytes: those it has are in use, and {bytes} {wait} at {there}.");
    };
    let room = used.saturating_mul(page);
    let all = match (used, capacity(reading, page)) {
        (1, Some(1)) => "its only one is in use".to_owned(),
        (used, Some(all)) if used < all => format!("{used} of {all} are in use"),
        (2, _) => "both are in use".to_owned(),
        (used, _) => format!("all {used} are in use"),
    };
    let half_read = match reading.inbox.pages.first().filter(|_| waiting < room) {
        Some((read, left)) if read > 0 && left > 0 => {
            format!("The first page is read but for {}, and is not free before that.", wording::count(left, "byte"))
        }
        _ => String::new(),
    };
    let in_use = if waiting < room {
        format!(
            "A pipe counts pages of {page} bytes, not bytes: {all}, though only {waiting} of {room} bytes {wait} at {there}."
        )
    } else {
        format!("A pipe counts pages of {page} bytes, not bytes: {all}, and {bytes} {wait} at {there}.")
    };
    let sized = reading
        .origins
        .get(&Setting::PipeSize)
        .map_or_else(String::new, |origin| format!("The pipe was given its size by {}.", wording::by(world, *origin)));
    wording::sentences([in_use, half_read, sized])
}

/// Pages that the pipe has, where that is known.
pub(super) fn capacity(reading: &End, page: u64) -> Option<u64> {
    let sampled = reading.sample.and_then(|sample| sample.figures.room);
    reading.pipe_size.or(sampled).map(|bytes| bytes / page)
}

/// What a write to a pipe meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PipeRoom {
    /// A page is free: up to [`PIPE_BUF`] bytes go in.
    Pages,
    /// So many bytes fit the last page, and no more.
    LastPage(u64),
    /// Not one byte goes in.
    Nothing,
}

/// The room for a write, where it is known: not while another write sleeps there.
pub(super) fn room(world: &World, reading: &End) -> Option<PipeRoom> {
    let page = world.machine().page.max(1);
    if reading.inbox.queue.has_tentative() {
        return None;
    }
    let used = reading.inbox.pages_in_use()?;
    let left = if reading.kind == Kind::PacketPipe { 0 } else { reading.inbox.pages.room_in_last(page) };
    Some(match left {
        _ if used < capacity(reading, page).unwrap_or(USUAL_PAGES) => PipeRoom::Pages,
        0 => PipeRoom::Nothing,
        left => PipeRoom::LastPage(left),
    })
}

/// Where a write of more than PIPE_BUF was cut: its odd bytes fill up the last page, the others take whole pages.
pub(super) fn cut(world: &World, kind: Kind, (taken, offered): (u64, u64)) -> String {
    let page = world.machine().page.max(1);
    match taken % page {
        0 => format!("A write of more than PIPE_BUF ({PIPE_BUF}) is cut where no page is free any more."),
        odd if odd == offered % page && kind != Kind::PacketPipe => format!(
            "A write of more than PIPE_BUF ({PIPE_BUF}) is cut: its odd {} went into the last page, and for the others no {}page was \
             free.",
            if odd == 1 { "byte".to_owned() } else { format!("{odd} bytes") },
            if taken > page { "further " } else { "" },
        ),
        _ => String::new(),
    }
}

/// Why a write of so many bytes does not go in, or not whole.
pub(super) fn does_not_fit(world: &World, reading: &End, offered: u64) -> String {
    let page = world.machine().page.max(1);
    if reading.kind == Kind::PacketPipe || reading.inbox.pages.used().is_none() {
        return String::new();
    }
    let room = reading.inbox.pages.room_in_last(page);
    if offered > PIPE_BUF {
        let tail = offered % page;
        let room = match room {
            _ if tail == 0 => return "A write of whole pages needs free ones.".to_owned(),
            0 => "has no room".to_owned(),
            room => format!("has room for {room}"),
        };
        return format!("Of {offered} bytes the odd {tail} would have to fit the last page, which {room}.");
    }
    match room {
        0 => String::new(),
        room => format!(
            "The last page has room for {}, and a write of {offered} is not split: up to PIPE_BUF ({PIPE_BUF}) it goes in whole \
             or not at all.",
            wording::count(room, "byte"),
        ),
    }
}
