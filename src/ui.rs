//! Draws the state and the world, and changes neither. At 80×24:
//!
//! ```text
//!  tincans   parent idle   child1 idle   child2 idle                 Esc keys
//! ┏ 1 wire SOCK_STREAM ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 3 WRITES ▶ 1 READ ┓
//! ┃ parent wrote ▶         in the kernel ▶          child1 read          ┃
//! ┃ ┌1──┐┌2──┐┌3────┐                               ┌1──2──3────┐        ┃
//! ┃ │one││two││three│      empty                    │onetwothree│        ┃
//! ┃ └───┘└───┘└─────┘                               └───────────┘        ┃
//! ┃ ◀ nothing yet          empty                    nothing yet          ┃
//! ┖──────────────────────────────────────────────────────────────────────┚
//!  (the other channels)
//!  WHY  One read took three writes: a stream keeps no edges.
//!  to ALL ▏                        Enter alone: let the children read
//! ─ trace ────────────────────────────────────────────────────────────────
//!  child1  read(wire[1], "onetwothree", 4096) = 11
//! ```
//!
//! From 120 columns on, processes, holders and trace stand at the right. In a lesson its text stands above the bench, or at the
//! left of it.

pub mod ascii;
pub mod keymap;
pub mod layout;
pub mod panel;
pub mod pointer;
pub mod prose;
pub mod sanitise;
pub mod theme;
pub mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::action::Learn;
use crate::app::{App, Mode, View, facing};
use crate::lesson::Next;
use crate::world::World;

use layout::{MIN_HEIGHT, MIN_WIDTH, Places};
use panel::channel::{Size, Subject};
use theme::{Ground, Theme};

/// Channels that a room is shown; with the explanation they are three panels.
const PANELS_FOR_A_ROOM: usize = 2;

/// All that is looked at while drawing.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    /// The UI's state.
    pub app: &'a App,
    /// The bench.
    pub world: &'a World,
    /// The looks.
    pub theme: Theme,
}

/// Draws everything into an empty buffer; gives the place of the hardware cursor, if there is to be one.
pub fn draw(scene: Scene<'_>, buf: &mut Buffer) -> Option<Position> {
    let scene = if scene.app.room.is_on { Scene { theme: scene.theme.on(Ground::Room), ..scene } } else { scene };
    let area = buf.area;
    buf.set_style(area, scene.theme.base());
    let position = draw_into(scene, area, buf);
    if scene.theme.is_ascii() {
        ascii::flatten(area, buf);
    }
    position
}

/// Draws into a buffer; gives the place of the hardware cursor.
fn draw_into(scene: Scene<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.width < MIN_WIDTH || area.height < MIN_HEIGHT {
        if !area.is_empty() {
            let text = format!("need {MIN_WIDTH}×{MIN_HEIGHT}, have {}×{}", area.width, area.height);
            buf.set_stringn(area.x, area.y, text, usize::from(area.width), Style::new());
        }
        return None;
    }
    let header = Rect { height: 1, ..area };
    if scene.app.mode == Mode::Help {
        panel::header::draw(scene, None, header, buf);
        let rest = Rect { y: area.y + 1, height: area.height - 1, ..area };
        panel::help::draw(scene, rest, buf);
        return None;
    }
    if matches!(scene.app.mode, Mode::List | Mode::Search) {
        panel::header::draw(scene, None, header, buf);
        let rest = Rect { y: area.y + 1, height: area.height - 2, ..area };
        let above = Rect { height: rest.height - u16::from(scene.app.notice.is_some()), ..rest };
        panel::list::draw(scene, above, buf);
        let foot = Rect { y: area.bottom() - 1, height: 1, ..area };
        if let Some(notice) = &scene.app.notice {
            let text = words::cut(&scene.theme.spelled(notice), rest.width - 2);
            buf.set_string(rest.x + 1, rest.bottom() - 1, text, scene.theme.alarm());
        }
        return panel::prompt::draw(scene, foot, buf);
    }
    if scene.app.view != View::Bench {
        return covered(scene, area, buf);
    }
    if scene.app.course.shown().is_some() {
        let (text, _) = lesson(scene, area);
        panel::lesson::draw(scene, text, buf);
    }
    bench(scene, &places_of(scene, area), header, buf)
}

/// Where the bench's panels stand.
fn places_of(scene: Scene<'_>, area: Rect) -> Places {
    if scene.app.course.shown().is_some() {
        return lesson(scene, area).1;
    }
    if scene.app.room.is_on {
        return Places::for_a_room(area);
    }
    let why_rows = panel::why::rows(scene, layout::left_width(area));
    Places::of(area, why_rows, panel::tasks::rows(scene), facing::listed(scene.world).len())
}

/// A view that covers the bench; explanation and keys stay.
fn covered(scene: Scene<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    panel::header::draw(scene, None, Rect { height: 1, ..area }, buf);
    let why = panel::why::rows(scene, area.width).min(2);
    let body = Rect { y: area.y + 1, height: area.height - 2 - why, ..area };
    match scene.app.view {
        View::Diagram => panel::diagram::draw(scene, body, buf),
        View::Xray => panel::xray::draw(scene, body, buf),
        View::Processes => panel::tree::draw(scene, body, buf),
        View::Otherwise => panel::otherwise::draw(scene, body, buf),
        View::Grid => panel::grid::draw(scene, body, buf),
        View::Lens => panel::lens::draw(scene, body, buf),
        View::Bench => {}
    }
    panel::why::draw(scene, Rect { y: body.bottom(), height: why, ..area }, buf);
    panel::prompt::draw(scene, Rect { y: area.bottom() - 1, height: 1, ..area }, buf)
}

/// Where a lesson's text stands and what it has to take in, and the places of the rest.
fn lesson(scene: Scene<'_>, area: Rect) -> (panel::lesson::Place<'_>, Places) {
    let (text, places) = layout::with_lesson(area, facing::listed(scene.world).len());
    let why = panel::why::cut_explanation(scene, places.why);
    (panel::lesson::Place { area: text, why }, places)
}

/// Everything but a lesson's text.
fn bench(scene: Scene<'_>, places: &Places, header: Rect, buf: &mut Buffer) -> Option<Position> {
    if scene.app.room.is_hidden {
        let text = "hidden: say what you expect, then H shows it";
        let text = words::cut(text, places.channels.width.saturating_sub(1));
        buf.set_string(places.channels.x + 1, places.channels.y, text, scene.theme.strong());
        panel::header::draw(scene, None, header, buf);
    } else {
        let hidden = channels(scene, places, buf);
        panel::header::draw(scene, hidden, header, buf);
        panel::why::draw(scene, places.why, buf);
    }
    if scene.app.room.is_on {
        last_keys(scene, places.trace, buf);
    } else {
        panel::trace::draw(scene, places.trace, buf);
    }
    if let Some(side) = places.side {
        panel::tasks::draw(scene, side.tasks, buf);
        panel::holders::draw(scene, side.holders, buf);
    }
    panel::prompt::draw(scene, places.prompt, buf)
}

/// In a lesson some keys turn its pages, and only the view knows how long they are: the key that goes on first shows what has
/// not been read, and arrows scroll where there is nothing to choose.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys turn no page")]
pub fn turned(scene: Scene<'_>, (width, height): (u16, u16), key: Learn) -> Learn {
    let area = Rect::new(0, 0, width, height);
    let Some((lesson, taking)) = scene.app.course.shown() else { return key };
    if width < MIN_WIDTH || height < MIN_HEIGHT {
        return key;
    }
    let (text, _) = self::lesson(scene, area);
    let page = isize::try_from(panel::lesson::rows(text.area).saturating_sub(1)).unwrap_or(1);
    let by = match key {
        Learn::Step if panel::lesson::has_unread(scene, text) => page,
        Learn::PageDown => page,
        Learn::PageUp => -page,
        Learn::Up | Learn::Down if matches!(taking.walk.next(lesson), Next::Ask(_)) => return key,
        Learn::Up => -1,
        Learn::Down => 1,
        _ => return key,
    };
    Learn::ScrollTo(panel::lesson::scrolled(scene, text, by))
}

/// Draws the channels that fit; where not all do, says how many of how many.
fn channels(scene: Scene<'_>, places: &Places, buf: &mut Buffer) -> Option<(usize, usize)> {
    let shown = facing::listed(scene.world);
    let focused = scene.app.focused(scene.world);
    let Some(focus) = focused.and_then(|focused| shown.iter().position(|id| *id == focused.channel)) else {
        let is_lesson = scene.app.course.shown().is_some();
        let text = if is_lesson { "no channel yet" } else { "no channel yet: Esc, then n makes one" };
        buf.set_stringn(
            places.channels.x + 1,
            places.channels.y,
            text,
            usize::from(places.channels.width),
            scene.theme.faint(),
        );
        return None;
    };
    let areas = channel_areas(scene, places);
    for (at, size, area) in &areas {
        let Some(facing) = facing::of(scene.world, shown[*at]) else { continue };
        let subject = Subject { facing, number: at + 1, is_focused: *at == focus, size: *size };
        panel::channel::draw(scene, subject, *area, buf);
    }
    (areas.len() < shown.len()).then_some((areas.len(), shown.len()))
}

/// Which channels are drawn, how big and where.
fn channel_areas(scene: Scene<'_>, places: &Places) -> Vec<(usize, Size, Rect)> {
    let shown = facing::listed(scene.world);
    let focused = scene.app.focused(scene.world);
    let focus = focused.and_then(|focused| shown.iter().position(|id| *id == focused.channel));
    let Some(focus) = focus else { return Vec::new() };
    let share = if scene.app.course.shown().is_some() { layout::share_evenly } else { layout::share };
    let mut rows = share(places.channels.height, shown.len(), focus);
    if scene.app.room.is_on && rows.len() > PANELS_FOR_A_ROOM {
        let first = rows.iter().position(|row| row.0 == focus).unwrap_or(0).min(rows.len() - PANELS_FOR_A_ROOM);
        rows = rows.split_off(first);
        rows.truncate(PANELS_FOR_A_ROOM);
    }
    let mut y = places.channels.y;
    let mut areas = Vec::new();
    for (at, size) in rows {
        areas.push((at, size, Rect { y, height: size.rows(), ..places.channels }));
        y += size.rows();
    }
    areas
}

/// What was pressed last, for those who do not see the keyboard.
fn last_keys(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    let keys: Vec<String> = scene.app.room.keys.iter().map(|key| sanitise::string(&scene.theme.spelled(key))).collect();
    if area.is_empty() || keys.is_empty() {
        return;
    }
    let text = words::cut(&format!(" keys  {}", keys.join("  ")), area.width);
    buf.set_string(area.x, area.y, text, scene.theme.strong());
}

#[cfg(test)]
mod tests;
