//! Where everything goes at a given size, and how much room each channel gets.

use ratatui::layout::Rect;

use super::panel::channel::{BOXES, LINES, MORE, STRIP, WHOLE};

/// Columns below which nothing useful can be shown.
pub const MIN_WIDTH: u16 = 60;
/// Rows below which nothing useful can be shown.
pub const MIN_HEIGHT: u16 = 18;
/// Columns from which on a lesson stands beside its bench.
const WIDE: u16 = 120;
/// Columns that a channel has where several stand side by side.
const BESIDE: u16 = 75;
/// Columns and rows from which on there is a strip with processes and holders.
const STRIP_SIZE: (u16, u16) = (100, 30);
/// Rows from which on the strip has the holders of more than the focused channel.
const ALL_HOLDERS: u16 = 45;
/// Rows from which on a wide screen has room for a whole explanation beside a lesson.
const ROOMY: u16 = 30;
/// Rows of an explanation at most beside a lesson; where there is room, it has them always, so that nothing moves when it is
/// shorter.
const MOST_WHY: u16 = 3;

/// Rows of the trace that an explanation leaves: its heading and the newest line.
const TRACE_LEFT: u16 = 2;

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
    /// What only a larger screen has, at its bottom.
    pub strip: Option<Strip>,
}

/// Who is on the bench, and who holds what.
#[derive(Debug, Clone, Copy)]
pub struct Strip {
    /// The processes.
    pub tasks: Rect,
    /// Who holds the focused channel, and others where there is room.
    pub holders: Rect,
}

/// What there is to show.
#[derive(Debug, Clone, Copy)]
pub struct LayoutNeeds {
    /// Rows of explanation.
    pub why: u16,
    /// Channels and trace give it all of them.
    pub is_why_whole: bool,
    /// Processes.
    pub tasks: usize,
    /// Channels.
    pub channels: usize,
}

/// One channel's panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PanelPlace {
    /// The channel's place among all that are shown.
    pub at: usize,
    /// Where it is drawn.
    pub area: Rect,
}

/// The heights of the rows of channels, from the first one that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heights {
    /// The first row that is shown.
    pub first: usize,
    /// Its height, and those of the next.
    pub heights: Vec<u16>,
}

impl Heights {
    #[cfg(test)]
    fn has(&self, row: usize) -> bool {
        (self.first..self.first + self.heights.len()).contains(&row)
    }

    fn sum(&self) -> u16 {
        self.heights.iter().sum()
    }
}

fn rows_of(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
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
        let tall = WHOLE.saturating_mul(rows_of(channels.max(1)));
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
        1 => (0, room.min(if room >= BOXES { BOXES } else { LINES })),
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
    Places { channels, why, prompt, trace, strip: None }
}

/// Columns from which on a watched program's terminal stands beside the bench's panels.
const PROGRAM_BESIDE: u16 = 150;
/// Its columns then, at most: what most programs expect.
const PROGRAM_WIDTH: u16 = 80;

/// What a watched program leaves to the panels, and where its own terminal is drawn, heading included.
pub fn with_program(area: Rect) -> (Rect, Rect) {
    if area.width >= PROGRAM_BESIDE {
        let width = (area.width * 2 / 5).min(PROGRAM_WIDTH);
        let rest = Rect { width: area.width - width - 1, ..area };
        return (rest, Rect { x: rest.right() + 1, y: area.y + 1, width, height: area.height - 1 });
    }
    let height = (area.height / 3).clamp(5, 20);
    let rest = Rect { height: area.height - height, ..area };
    (rest, Rect { y: rest.bottom(), height, ..area })
}

impl Places {
    /// Divides a screen of at least the smallest size. Channels do not move when an explanation gets longer or a line comes: the
    /// explanation takes its rows from the trace, which is read from the bottom up.
    pub fn of(area: Rect, wanted: LayoutNeeds) -> Self {
        let body = Rect { y: area.y + 1, height: area.height - 1, ..area };
        let (least_why, most_why) = match area.height {
            ..24 => (1, 2),
            24..30 => (1, 3),
            30..45 => (2, 5),
            _ => (3, 8),
        };
        let strip = strip_rows(area, wanted);
        let rest = body.height - 1 - least_why - strip;
        let channels = channel_rows(area, rest, wanted.channels);
        // Of the trace the newest line stays, whatever there is to explain.
        let room = least_why + (rest - channels).saturating_sub(TRACE_LEFT);
        let whole = wanted.why.clamp(least_why, least_why + rest - TRACE_LEFT - 1);
        let height = if wanted.is_why_whole { whole } else { wanted.why.clamp(least_why, most_why.min(room)) };
        let channels = Rect { height: channels - height.saturating_sub(room), ..body };
        let why = Rect { y: channels.bottom(), height, ..body };
        let prompt = Rect { y: why.bottom(), height: 1, ..body };
        let bottom = body.bottom() - strip;
        let trace = Rect { y: prompt.bottom(), height: bottom - prompt.bottom(), ..body };
        let left = body.width / 2;
        let tasks = Rect { y: bottom, height: strip, width: left, ..body };
        let holders = Rect { x: tasks.right(), width: body.width - left, ..tasks };
        Self { channels, why, prompt, trace, strip: (strip > 0).then_some(Strip { tasks, holders }) }
    }
}

/// Rows of processes and holders, their heading included.
fn strip_rows(area: Rect, wanted: LayoutNeeds) -> u16 {
    if area.width < STRIP_SIZE.0 || area.height < STRIP_SIZE.1 {
        return 0;
    }
    let most = if area.height < 40 { 3 } else { area.height / 6 };
    // On a large screen the holders of every channel are shown, two ends each.
    let ends = if area.height < ALL_HOLDERS { 2 } else { wanted.channels.saturating_mul(2) };
    1 + rows_of(wanted.tasks.max(ends)).clamp(2, most)
}

/// Rows of all channels together, of what they and the trace have.
fn channel_rows(area: Rect, rest: u16, channels: usize) -> u16 {
    if channels == 0 {
        return 1;
    }
    let rows = rows_of(channels.div_ceil(across(area.width, channels)));
    let least_trace = match area.height {
        ..24 => 3,
        24..30 => 5,
        // So many channels that some have a line each.
        _ if LINES.saturating_mul(rows) + 8 > rest => 5,
        _ => 8,
    };
    let most = rest - least_trace;
    let mut height = most.min(WHOLE.saturating_mul(rows));
    // Beyond that, channels grow as long as the trace has its share.
    let share = area.height * 2 / 5;
    while rows < 10 && height + MORE * rows + share <= rest {
        height += MORE * rows;
    }
    height
}

/// How many channels stand side by side.
fn across(width: u16, channels: usize) -> usize {
    usize::from(width / BESIDE).clamp(1, channels.max(1))
}

/// The rows of channels that divide a height.
#[derive(Debug, Clone, Copy)]
pub struct Rows {
    /// How many there are.
    pub count: usize,
    /// The one with the focus.
    pub focus: usize,
    /// Rows of the screen that each has at least.
    pub least: u16,
}

/// How a height is divided.
pub type Share = fn(u16, Rows) -> Heights;

/// Which channels are drawn, and where; `share` divides the rows.
pub fn panels(area: Rect, count: usize, focus: usize, share: Share) -> Vec<PanelPlace> {
    if count == 0 {
        return Vec::new();
    }
    let across = across(area.width, count);
    // Where several stand side by side, none needs to be as low as it can be.
    let least = if across > 1 { LINES } else { STRIP };
    let rows = Rows { count: count.div_ceil(across), focus: focus / across, least };
    let Heights { first, heights } = share(area.height, rows);
    let mut y = area.y;
    let mut places = Vec::new();
    for (row, height) in (first..).zip(heights) {
        let of_row: Vec<usize> = (row * across..count.min((row + 1) * across)).collect();
        let wide = area.width / rows_of(of_row.len().max(1));
        let mut x = area.x;
        for (index, at) in of_row.iter().enumerate() {
            let is_last = index + 1 == of_row.len();
            let width = if is_last { area.right() - x } else { wide };
            places.push(PanelPlace { at: *at, area: Rect { x, y, width, height } });
            x += width;
        }
        y += height;
    }
    places
}

/// As many rows of channels as possible, at one line each if need be; what is left goes to the focused one.
pub fn share_evenly(height: u16, rows: Rows) -> Heights {
    let Rows { count, focus, .. } = rows;
    if count == 0 || usize::from(height / LINES) >= count {
        return share(height, rows);
    }
    let some = usize::from(height / STRIP).min(count);
    let first = focus.saturating_sub(some / 2).min(count - some);
    let left = height.saturating_sub(STRIP * rows_of(some));
    let grows = |row: usize| row == focus && left + STRIP >= LINES;
    let heights = (first..first + some).map(|row| if grows(row) { LINES } else { STRIP }).collect();
    Heights { first, heights }
}

/// The focused row of channels gets room first, then all from the first on, so that as few as possible change when another has
/// the focus.
pub fn share(height: u16, rows: Rows) -> Heights {
    let Rows { count, focus, least } = rows;
    let focused = [BOXES, LINES, STRIP].into_iter().find(|rows| *rows <= height);
    let Some(focused) = focused.filter(|_| count > 0) else { return Heights { first: 0, heights: Vec::new() } };
    let others = usize::from((height - focused) / least).min(count - 1);
    let first = focus.saturating_sub(others / 2).min(count - 1 - others);
    let mut shared = Heights { first, heights: vec![least; others + 1] };
    shared.heights[focus - first] = focused;
    let mut left = height.saturating_sub(shared.sum());
    for rows in [LINES, BOXES] {
        for of_row in &mut shared.heights {
            let more = rows.saturating_sub(*of_row);
            if more > 0 && more <= left {
                left -= more;
                *of_row = rows;
            }
        }
    }
    // More than that for all, or for none: panels of one height compare better.
    let mut more = WHOLE - BOXES;
    let all = rows_of(shared.heights.len());
    while shared.heights.iter().all(|rows| *rows >= BOXES) && more * all <= left {
        left -= more * all;
        shared.heights.iter_mut().for_each(|rows| *rows += more);
        more = MORE;
    }
    shared
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_lies_within_the_screen_and_nothing_overlaps() {
        for width in [60, 80, 99, 100, 149, 150, 300] {
            for height in 18..100 {
                for why in 0..12 {
                    for channels in [0, 1, 2, 3, 8, 300] {
                        let area = Rect::new(0, 0, width, height);
                        let places = Places::of(area, LayoutNeeds { why, is_why_whole: false, tasks: 5, channels });
                        let mut all = vec![places.channels, places.why, places.prompt, places.trace];
                        all.extend(places.strip.iter().flat_map(|strip| [strip.tasks, strip.holders]));
                        for (at, place) in all.iter().enumerate() {
                            assert_eq!(area.intersection(*place), *place);
                            assert!(all[at + 1..].iter().all(|other| !place.intersects(*other)));
                        }
                        // No row is nobody's.
                        let used: u16 = all.iter().map(|place| place.area_in_rows(width)).sum();
                        assert_eq!(used, height - 1, "{width}×{height}");
                        assert!(places.trace.height >= 2, "{width}×{height}");
                    }
                }
            }
        }
    }

    fn rows(count: usize, focus: usize) -> Rows {
        Rows { count, focus, least: STRIP }
    }

    trait InRows {
        fn area_in_rows(&self, width: u16) -> u16;
    }

    impl InRows for Rect {
        /// Two that share rows are half of them each.
        fn area_in_rows(&self, width: u16) -> u16 {
            let is_right_half = self.x > 0;
            if self.width == width || !is_right_half { self.height } else { 0 }
        }
    }

    #[test]
    fn panels_fill_their_area_and_the_focused_one_is_among_them() {
        for width in [60, 80, 150, 200, 240] {
            for height in 2..60 {
                for count in 1..12 {
                    for focus in 0..count {
                        for share in [share as Share, share_evenly] {
                            let area = Rect::new(3, 2, width, height);
                            let panels = panels(area, count, focus, share);
                            assert!(panels.iter().any(|panel| panel.at == focus), "{width}×{height} {count}");
                            for (at, panel) in panels.iter().enumerate() {
                                assert_eq!(area.intersection(panel.area), panel.area);
                                assert!(panels[at + 1..].iter().all(|other| !panel.area.intersects(other.area)));
                            }
                        }
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
        assert_eq!(share_evenly(6, rows(3, 1)).heights, [STRIP, STRIP, STRIP]);
        assert_eq!(share_evenly(6, rows(2, 1)).heights, [STRIP, LINES]);
        assert_eq!(share_evenly(6, rows(1, 0)).heights, [LINES]);
        for height in 4..60 {
            for count in 1..20 {
                for focus in 0..count {
                    let rows = share_evenly(height, rows(count, focus));
                    assert!(rows.has(focus) && rows.sum() <= height);
                }
            }
        }
    }

    #[test]
    fn what_the_opening_shows_at_each_size() {
        let cases: [((u16, u16), &[u16], u16); 5] = [
            ((60, 18), &[BOXES, LINES], 3),
            ((80, 24), &[BOXES, BOXES], 5),
            ((120, 36), &[WHOLE, WHOLE], 8),
            ((160, 45), &[WHOLE + 2 * MORE], 19),
            ((200, 60), &[WHOLE + 5 * MORE], 24),
        ];
        for ((width, height), heights, trace) in cases {
            let places = Places::of(
                Rect::new(0, 0, width, height),
                LayoutNeeds { why: 1, is_why_whole: false, tasks: 3, channels: 2 },
            );
            let count = 2_usize.div_ceil(across(width, 2));
            assert_eq!(share(places.channels.height, rows(count, 0)).heights, heights, "{width}×{height}");
            assert!(places.trace.height >= trace, "{width}×{height}: {}", places.trace.height);
        }
    }

    #[test]
    fn the_focused_channel_is_always_among_those_shown_and_all_fit() {
        for height in 4..60 {
            for count in 1..40 {
                for focus in 0..count {
                    let rows = share(height, rows(count, focus));
                    assert!(rows.has(focus) && rows.sum() <= height);
                }
            }
        }
    }
}
