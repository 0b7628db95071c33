//! The bench in sentences: what the panels show of each channel, to be read aloud. Who wrote what, which write each byte of a read
//! came from, what waits, what was lost, who holds the ends.

use crate::abi::Errno;
use crate::app::channel_sides::{self, Facing};
use crate::text;
use crate::trace::TaskId;
use crate::ui::direction::Lane;
use crate::ui::panel::status;
use crate::ui::words;
use crate::world::World;
use crate::world::channel::End;
use crate::world::ledger::{Piece, Read, ReadResult, Write};

/// Writes and reads of a direction that are told one by one, the last ones.
const TOLD: usize = 8;
/// Bytes of one that are told.
const LOOK: usize = 64;

/// Every channel, as lines.
pub fn lines(world: &World) -> Vec<String> {
    let channels = channel_sides::shown(world);
    if channels.is_empty() {
        return vec!["There is no channel; for example: channel stream chat child1".to_owned()];
    }
    channels.into_iter().flat_map(|facing| of_channel(world, facing)).collect()
}

fn of_channel(world: &World, facing: Facing) -> Vec<String> {
    let ends = (facing.channel(world), world.end(facing.near), world.end(facing.far));
    let (Some(channel), Some(near), Some(far)) = ends else { return Vec::new() };
    let mut lines = vec![format!(
        "Channel {}, {}: {}; {}.",
        channel.name,
        channel.kind.title(),
        held(world, near),
        held(world, far)
    )];
    for lane in Lane::both(world, facing).into_iter().flatten().filter(Lane::is_possible) {
        of_direction(world, &lane, &mut lines);
    }
    lines.extend(status::remarks(world, facing).into_iter().map(|remark| format!("{}.", remark.text())));
    lines
}

/// `parent holds wire[0]`.
fn held(world: &World, end: &End) -> String {
    let names: Vec<&str> = if end.closed {
        Vec::new()
    } else {
        world.keepers(end.id).into_iter().map(|task| task.name.as_str()).collect()
    };
    match &names[..] {
        [] => format!("nobody holds {}", end.label()),
        [one] => format!("{one} holds {}", end.label()),
        many => format!("{} hold {}", many.join(" and "), end.label()),
    }
}

/// What was sent in a direction, in the order in which it happened. Its messages have marks as on the screen: 1 2 3 to the far end, a
/// b c from it.
fn of_direction(world: &World, lane: &Lane<'_>, lines: &mut Vec<String>) {
    let (flow, label) = (lane.flow(), lane.to.label());
    if !lane.is_used() {
        lines.push(format!("Towards {label}: nothing was written."));
        return;
    }
    let writes = words::count(flow.totals.writes, "write", "writes");
    let reads = words::count(flow.totals.reads, "read", "reads");
    lines.push(format!("Towards {label}: {writes}, {reads}."));
    for write in last(flow.writes.len(), flow.writes.iter(), flow.totals.writes, "write", lines) {
        lines.push(of_write(world, lane, write));
    }
    for read in last(flow.reads.len(), flow.reads.iter(), flow.totals.reads, "read", lines) {
        lines.push(of_read(world, lane, read));
    }
    let waiting: Vec<String> = flow.queue.iter().take(TOLD).map(|piece| of_piece(lane, *piece)).collect();
    let more = flow.queue.len().saturating_sub(TOLD);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let what = match (&waiting[..], flow.ghost) {
        ([], 0) => "nothing".to_owned(),
        ([], ghost) => format!("nothing, {} destroyed", words::count(ghost, "byte was", "bytes were")),
        (waiting, _) => waiting.join(", "),
    };
    lines.push(format!("Waits at {label}: {what}{more}."));
}

/// The last few; how many came before them is told.
fn last<'a, T>(
    kept: usize,
    all: impl Iterator<Item = &'a T>,
    total: u64,
    what: &str,
    lines: &mut Vec<String>,
) -> Vec<&'a T> {
    let before = total.max(kept as u64).saturating_sub(kept.min(TOLD) as u64);
    if before > 0 {
        lines.push(format!("{} before these.", words::count(before, what, &format!("{what}s"))));
    }
    all.skip(kept.saturating_sub(TOLD)).collect()
}

fn of_write(world: &World, lane: &Lane<'_>, write: &Write) -> String {
    let by = name(world, write.by);
    let data = text(&write.bytes(0, write.offered, LOOK), write.offered);
    let came = match write.taken {
        _ if write.errno != Errno::NONE => format!(", failed with {}", write.errno.name()),
        None => ", has not returned".to_owned(),
        Some(taken) if taken < write.offered => format!(", {taken} of {} bytes were taken", write.offered),
        Some(_) => String::new(),
    };
    let fds = if write.carried > 0 {
        format!(", with {}", words::count(write.carried as u64, "descriptor", "descriptors"))
    } else {
        String::new()
    };
    let mark = lane.direction.mark(write.number).text();
    format!("Write {mark} by {by} towards {}: {data}{fds}{came}.", lane.to.label())
}

fn of_read(world: &World, lane: &Lane<'_>, read: &Read) -> String {
    let flow = lane.flow();
    let by = name(world, read.by);
    let what = match read.result {
        ReadResult::Eof => "EOF".to_owned(),
        ReadResult::Failed(errno) => errno.name().to_owned(),
        ReadResult::Bytes => {
            let mut data = read.data.clone();
            if data.is_empty() {
                // Of a loop's calls the bytes are not kept, but where they came from is.
                data = read.pieces.iter().flat_map(|piece| flow.bytes_of(*piece, LOOK)).take(LOOK).collect();
            }
            text(&data, read.len)
        }
    };
    let mut writes: Vec<u64> = read.pieces.iter().map(|piece| piece.write).collect();
    writes.dedup();
    let mark = |number: u64| lane.direction.mark(number).text();
    let from = match &writes[..] {
        [] => String::new(),
        [one] => format!(", from write {}", mark(*one)),
        [first, .., last] if writes.len() > 3 => format!(", from writes {} to {}", mark(*first), mark(*last)),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(|number| mark(*number)).collect();
            format!(", from writes {} and {}", rest.join(", "), mark(*last))
        }
    };
    let lost = if read.lost > 0 {
        format!("; {} lost", words::count(read.lost, "byte is", "bytes are"))
    } else {
        String::new()
    };
    format!("Read {} by {by} at {}: {what}{from}{lost}.", read.number, lane.to.label())
}

fn of_piece(lane: &Lane<'_>, piece: Piece) -> String {
    let mark = lane.direction.mark(piece.write).text();
    format!("{} of write {mark}", text(&lane.flow().bytes_of(piece, LOOK), piece.len))
}

/// Bytes as a string of the language; of many, the first.
fn text(bytes: &[u8], len: u64) -> String {
    let shown = &bytes[..bytes.len().min(LOOK)];
    let shown = if (shown.len() as u64) < len { text::whole(shown) } else { shown };
    let more = len.saturating_sub(shown.len() as u64);
    if more > 0 { format!("{} and {more} bytes more", text::quoted(shown)) } else { text::quoted(shown) }
}

fn name(world: &World, task: TaskId) -> String {
    world.task(task).map_or_else(|| "somebody".to_owned(), |task| task.name.clone())
}
