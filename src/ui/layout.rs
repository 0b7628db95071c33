//! Where everything goes at a given size, and how much room each channel gets.

use ratatui::layout::Rect;

pub use super::panel::channel::Size;
use super::panel::holders;

/// Columns below which nothing useful can be shown.
pub const MIN_WIDTH: u16 = 60;
/// Rows below which nothing useful can be shown.
pub const MIN_HEIGHT: u16 = 18;
/// Columns from which on the trace stands at the right.
const WIDE: u16 = 120;
/// Rows of the trace below the rest, heading included, when there is little room.
const LEAST_TRACE: u16 = 3;
/// Rows from which on a wide screen has room for a whole explanation beside a lesson.
const ROOMY: u16 = 30;
/// Rows of an explanation at most; where there is room, it has them always, so that nothing moves when it is shorter.
const MOST_WHY: u16 = 3;

/// The areas of one frame.
#[derive(Debug, Clone, Copy)]
pub struct Places {
    /// All channels.
    pub channels: Rect,
    /// The explanation.
    pub why: Rect,
    /// The line one types in.
    pub prompt: Rect,
    /// The trace.
    pub trace: Rect,
    /// What stands at the right of a wide screen, above the trace.
    pub side: Option<Side>,
}

/// What only a wide screen has.
#[derive(Debug, Clone, Copy)]
pub struct Side {
    /// The processes.
    pub tasks: Rect,
    /// Who holds the focused channel.
    pub holders: Rect,
}

/// Columns of a lesson's text on a wide screen.
fn text_width(area: Rect) -> u16 {
    (area.width * 2 / 5).min(76)
}

/// Where a lesson's text stands, and the bench beside or below it. Prompt and trace do not move, whatever is in them; the
/// explanation has what one channel leaves, and the text what none does: one row says that there is none.
pub fn with_lesson(area: Rect, channels: usize) -> (Rect, Places) {
    let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
    if area.width >= WIDE {
        let text = Rect { width: text_width(area), ..body };
        let right = Rect { x: text.right() + 1, width: body.width - text.width - 1, ..body };
        let why = if right.height >= ROOMY { 2 * MOST_WHY } else { MOST_WHY };
        let most = (right.height - why - 1) * 3 / 5;
        let tall = Size::Tall.rows().saturating_mul(u16::try_from(channels.max(1)).unwrap_or(u16::MAX));
        let channels = Rect { height: most.min(tall), ..right };
        return (text, below(channels, why, right.bottom()));
    }
    // From the floor to 24 rows the text grows first; beyond, text and bench share what there is.
    let missing = 24_u16.saturating_sub(area.height);
    let more = area.height.saturating_sub(24);
    let least = 11 + more / 2 - missing.div_ceil(2);
    let room = 6 + more / 3 - missing / 3;
    let (free, wanted) = match channels {
        0 => (room - 1, 1),
        1 => (0, room.min(Size::Small.rows())),
        _ => (0, room),
    };
    let text = Rect { height: least + free, ..body };
    let channels = Rect { y: text.bottom(), height: wanted, ..body };
    (text, below(channels, 2 + room - free - wanted, body.bottom()))
}

/// Explanation, prompt and trace below the channels.
fn below(channels: Rect, why: u16, bottom: u16) -> Places {
    let why = Rect { y: channels.bottom(), height: why, ..channels };
    let prompt = Rect { y: why.bottom(), height: 1, ..channels };
    let trace = Rect { y: prompt.bottom(), height: bottom.saturating_sub(prompt.bottom()), ..channels };
    Places { channels, why, prompt, trace, side: None }
}

/// As many channels as possible, at one line each if need be; what is left goes to the focused one, then to its neighbours.
pub fn share_evenly(height: u16, count: usize, focus: usize) -> Vec<(usize, Size)> {
    let fits = |size: Size| usize::from(height / size.rows()) >= count;
    if count == 0 || fits(Size::Small) {
        return share(height, count, focus);
    }
    let some = usize::from(height / Size::Strip.rows()).min(count);
    let first = focus.saturating_sub(some / 2).min(count - some);
    let mut rows: Vec<(usize, Size)> = (first..first + some).map(|at| (at, Size::Strip)).collect();
    let left = height.saturating_sub(Size::Strip.rows() * u16::try_from(some).unwrap_or(u16::MAX));
    for row in rows.iter_mut().filter(|row| row.0 == focus && left + Size::Strip.rows() >= Size::Small.rows()) {
        row.1 = Size::Small;
    }
    rows
}

/// Columns of the channels and what is below them.
pub fn left_width(area: Rect) -> u16 {
    if area.width >= WIDE { area.width / 30 * 17 } else { area.width }
}

impl Places {
    /// Divides a screen of at least the smallest size, for so many rows of explanation and of processes, and so many channels.
    /// What is not needed stays free at the bottom, which a classroom's heads hide.
    pub fn of(area: Rect, why_rows: u16, task_rows: u16, channels: usize) -> Self {
        let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
        let is_wide = area.width >= WIDE;
        let left = Rect { width: left_width(area), ..body };
        let (least_why, most_why) = match area.height {
            ..24 => (1, 2),
            ROOMY.. if is_wide => (MOST_WHY, 2 * MOST_WHY),
            _ => (1, MOST_WHY),
        };
        let why = why_rows.clamp(least_why, most_why);
        let trace_rows = if is_wide { 0 } else { least_trace(body.height, why) };
        let most = left.height - why - 1 - trace_rows;
        let wanted = Size::Tall.rows().saturating_mul(u16::try_from(channels.max(1)).unwrap_or(u16::MAX));
        let channels = Rect { height: if is_wide { most.min(wanted) } else { most }, ..left };
        let why = Rect { y: channels.bottom(), height: why, ..left };
        let prompt = Rect { y: why.bottom(), height: 1, ..left };
        let below = Rect { y: prompt.bottom(), height: body.bottom() - prompt.bottom(), ..left };
        if !is_wide {
            return Self { channels, why, prompt, trace: below, side: None };
        }
        let right = Rect { x: left.right() + 1, width: body.width - left.width - 1, ..body };
        let tasks = Rect { height: task_rows.min(right.height / 3), ..right };
        let held = Rect { y: tasks.bottom(), height: holders::ROWS, ..right };
        let trace = Rect { y: held.bottom(), height: right.bottom() - held.bottom(), ..right };
        Self { channels, why, prompt, trace, side: Some(Side { tasks, holders: held }) }
    }
}

/// The trace gets what two full channels leave, within limits.
fn least_trace(height: u16, why: u16) -> u16 {
    let two = 2 * Size::Full.rows();
    height.saturating_sub(two + why + 1).max(LEAST_TRACE).min(height / 3)
}

/// Which channels are drawn, in order, and how big: the focused one gets room first, then all from the first on, so that as
/// few as possible change when another has the focus.
pub fn share(height: u16, count: usize, focus: usize) -> Vec<(usize, Size)> {
    let least = Size::Strip.rows();
    let focused = [Size::Full, Size::Small, Size::Strip].into_iter().find(|size| size.rows() <= height);
    let Some(focused) = focused.filter(|_| count > 0) else { return Vec::new() };
    let others = usize::from((height - focused.rows()) / least).min(count - 1);
    let first = focus.saturating_sub(others / 2).min(count - 1 - others);
    let mut rows: Vec<(usize, Size)> = (first..=first + others).map(|at| (at, Size::Strip)).collect();
    let mut left = height.saturating_sub(focused.rows() + least * u16::try_from(others).unwrap_or(0));
    for row in rows.iter_mut().filter(|row| row.0 == focus) {
        row.1 = focused;
    }
    for size in [Size::Small, Size::Full] {
        for row in &mut rows {
            let more = size.rows().saturating_sub(row.1.rows());
            if more > 0 && more <= left {
                left -= more;
                row.1 = size;
            }
        }
    }
    // Boxes in both directions for all, or for none: panels of one height compare better.
    let taller = (Size::Tall.rows() - Size::Full.rows()) * u16::try_from(rows.len()).unwrap_or(u16::MAX);
    if taller <= left && rows.iter().all(|row| row.1 == Size::Full) {
        for row in &mut rows {
            row.1 = Size::Tall;
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_within_the_screen_and_nothing_overlaps() {
        for width in [60, 80, 119, 120, 121, 300] {
            for height in 18..100 {
                for why in 0..6 {
                    let area = Rect::new(0, 0, width, height);
                    let places = Places::of(area, why, 5, 2);
                    let mut all = vec![places.channels, places.why, places.prompt, places.trace];
                    all.extend(places.side.iter().flat_map(|side| [side.tasks, side.holders]));
                    for (at, place) in all.iter().enumerate() {
                        assert_eq!(area.intersection(*place), *place);
                        assert!(all[at + 1..].iter().all(|other| !place.intersects(*other)));
                    }
                }
            }
        }
    }

    #[test]
    fn a_lesson_and_its_bench_lie_within_the_screen_and_nothing_overlaps() {
        for width in [60, 80, 119, 120, 121, 300] {
            for height in 18..100 {
                let area = Rect::new(0, 0, width, height);
                let count = usize::from(height % 4);
                let (text, places) = with_lesson(area, count);
                let all = [text, places.channels, places.why, places.prompt, places.trace];
                for (at, place) in all.iter().enumerate() {
                    assert_eq!(area.intersection(*place), *place);
                    assert!(all[at + 1..].iter().all(|other| !place.intersects(*other)), "{width}×{height}");
                }
                let least = if count == 0 { 1 } else { 4 };
                let is_enough = text.height >= 8 && places.trace.height >= 2 && places.channels.height >= least;
                assert!(is_enough, "{width}×{height}");
                let stays = width >= WIDE || places.trace == with_lesson(area, 2).1.trace;
                assert!(places.why.height >= 2 && stays, "{width}×{height}");
            }
        }
    }

    #[test]
    fn beside_a_lesson_every_channel_has_at_least_a_line() {
        assert_eq!(share_evenly(6, 3, 1), [(0, Size::Strip), (1, Size::Strip), (2, Size::Strip)]);
        assert_eq!(share_evenly(6, 2, 1), [(0, Size::Strip), (1, Size::Small)]);
        assert_eq!(share_evenly(6, 1, 0), [(0, Size::Small)]);
        for height in 4..60 {
            for count in 1..20 {
                for focus in 0..count {
                    let rows = share_evenly(height, count, focus);
                    assert!(rows.iter().any(|row| row.0 == focus));
                    assert!(rows.iter().map(|row| row.1.rows()).sum::<u16>() <= height);
                }
            }
        }
    }

    #[test]
    fn both_opening_channels_have_boxes_at_80_by_24_and_leave_a_trace() {
        let places = Places::of(Rect::new(0, 0, 80, 24), 1, 4, 2);
        let rows = share(places.channels.height, 2, 0);
        assert_eq!(rows, [(0, Size::Full), (1, Size::Full)]);
        assert!(places.trace.height >= 5, "{}", places.trace.height);
    }

    #[test]
    fn the_floor_shows_both_opening_channels_whole() {
        let places = Places::of(Rect::new(0, 0, 60, 18), 2, 4, 2);
        assert_eq!(share(places.channels.height, 2, 0), [(0, Size::Full), (1, Size::Small)]);
    }

    #[test]
    fn the_focused_channel_is_always_among_those_shown_and_all_fit() {
        for height in 4..60 {
            for count in 1..40 {
                for focus in 0..count {
                    let rows = share(height, count, focus);
                    assert!(rows.iter().any(|row| row.0 == focus));
                    assert!(rows.iter().map(|row| row.1.rows()).sum::<u16>() <= height);
                }
            }
        }
    }
}
