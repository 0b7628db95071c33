//! Draws the state and the world, and changes neither. At 80×24:
//!
//! ```text
//!  tincans   parent idle   child1 idle   child2 idle                 Esc keys
//! ┏ 1 wire SOCK_STREAM ━━━━━━━━━━━━━━━ ▶ 3 writes, 1 read ━ ◀ 0 writes, 0 reads ┓
//! ┃ parent wrote ▶         in the kernel              child1 read ▶              ┃
//! ┃ ┌1──┐┌2──┐┌3────┐                                 ┌1──2──3────┐              ┃
//! ┃ │one││two││three│      empty                      │onetwothree│              ┃
//! ┃ └───┘└───┘└─────┘                                 └───────────┘              ┃
//! ┃ ◀ child1 wrote nothing yet                                                   ┃
//! ┃                                                                              ┃
//! ┗━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┛
//!  (the other channels)
//!  WHY  One read took three writes: a stream keeps no edges.
//!  to ALL ▏                        Enter alone: let the children read
//! ─ trace ──────────────────────────────────────────────────────────────────────
//!  child1  read(wire[1], "onetwothree", 4096) = 11
//! ```
//!
//! From 150 columns on channels stand side by side, and larger screens have processes and holders below the trace. In a lesson its
//! text stands above the bench, or at the left of it.

pub mod ascii;
pub mod big;
pub mod direction;
pub mod keymap;
pub mod layout;
pub mod panel;
pub mod pointer;
pub mod present;
pub mod prose;
pub mod theme;
pub mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::action::{Action, ChannelAction, Learn};
use crate::app::course::Taking;
use crate::app::mode::Listed;
use crate::app::{App, Mode, View, channel_sides, palette, update};
use crate::lesson::{Lesson, Next};
use crate::world::World;

use layout::{LayoutNeeds, MIN_HEIGHT, MIN_WIDTH, PanelPlace, Places};
use panel::box_rows::BoxForm;
use panel::channel::ChannelView;
use theme::{Ground, Theme};

/// All that is looked at while drawing.
#[derive(Debug, Clone, Copy)]
pub struct ViewContext<'a> {
    /// The UI's state.
    pub app: &'a App,
    /// The bench.
    pub world: &'a World,
    /// The looks.
    pub theme: Theme,
}

/// Rows of an explanation at most, below a view that has rows to spare.
const MOST_WHY: u16 = 5;

/// Draws everything into an empty buffer; gives the place of the hardware cursor, if there is to be one.
pub fn draw(scene: ViewContext<'_>, buf: &mut Buffer) -> Option<Position> {
    let scene =
        if scene.app.present.is_on { ViewContext { theme: scene.theme.on(Ground::Room), ..scene } } else { scene };
    let area = buf.area;
    buf.set_style(area, scene.theme.base());
    let position = draw_into(scene, area, buf);
    if scene.theme.is_ascii() {
        ascii::flatten(area, buf);
    }
    position
}

/// Draws into a buffer; gives the place of the hardware cursor.
fn draw_into(scene: ViewContext<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.width < MIN_WIDTH || area.height < MIN_HEIGHT {
        if !area.is_empty() {
            let text = format!("need {MIN_WIDTH}×{MIN_HEIGHT}, have {}×{}", area.width, area.height);
            buf.set_stringn(area.x, area.y, text, usize::from(area.width), Style::new());
        }
        return None;
    }
    let header = Rect { height: 1, ..area };
    if let Some(list) = scene.app.mode.listed() {
        return listed(scene, list, area, buf);
    }
    let (area, program) = match &scene.app.program {
        Some(_) => layout::with_program(area),
        None => (area, Rect::default()),
    };
    let cursor = panel::program::draw(scene, program, buf);
    if scene.app.view != View::Bench {
        return covered(scene, area, buf).or(cursor);
    }
    if scene.app.course.shown().is_some() {
        let (text, _) = lesson(scene, area);
        panel::lesson::draw(scene, &text, buf);
    }
    let header = Rect { width: area.width, ..header };
    bench(scene, &places_of(scene, area), header, buf).or(cursor)
}

/// The columns and rows of a watched program's own terminal on a screen of this size.
pub fn program_size((width, height): (u16, u16)) -> (u16, u16) {
    if width < MIN_WIDTH || height < MIN_HEIGHT {
        return (80, 24);
    }
    let inner = panel::program::inner(layout::with_program(Rect::new(0, 0, width, height)).1);
    (inner.width, inner.height)
}

/// What is left to the panels of a screen.
fn panels_area(scene: ViewContext<'_>, area: Rect) -> Rect {
    if scene.app.program.is_some() { layout::with_program(area).0 } else { area }
}

/// What covers everything: a list, a notice below it, the line one types in or the keys.
fn listed(scene: ViewContext<'_>, what: Listed, area: Rect, buf: &mut Buffer) -> Option<Position> {
    panel::header::draw(scene, None, Rect { height: 1, ..area }, buf);
    let list = list_place(scene, area);
    let draw = match what {
        Listed::Help => panel::help::draw,
        Listed::Actions => panel::palette::draw,
        Listed::Matrix => panel::matrix::draw,
        Listed::Lessons => panel::list::draw,
    };
    draw(scene, list, buf);
    if let Some(notice) = &scene.app.notice {
        let text = words::cut(&scene.theme.spelled(notice), list.width - 2);
        buf.set_string(list.x + 1, list.bottom(), text, scene.theme.strong());
    }
    panel::prompt::draw(scene, Rect { y: area.bottom() - 1, height: 1, ..area }, buf)
}

/// Where such a list stands.
fn list_place(scene: ViewContext<'_>, area: Rect) -> Rect {
    Rect { y: area.y + 1, height: area.height - 2 - u16::from(scene.app.notice.is_some()), ..area }
}

/// Where the bench's panels stand.
fn places_of(scene: ViewContext<'_>, area: Rect) -> Places {
    if scene.app.course.shown().is_some() {
        return lesson(scene, area).1;
    }
    if scene.app.present.is_on {
        let why = if scene.app.present.is_hidden { present::CURTAIN } else { panel::why::rows(scene, area.width) };
        return present::places(area, why, channel_sides::listed(scene.world).len());
    }
    let (why, tasks) = (panel::why::rows(scene, area.width), scene.world.tasks().count());
    let channels = channel_sides::listed(scene.world).len();
    Places::of(area, LayoutNeeds { why, is_why_whole: scene.app.is_explanation_whole, tasks, channels })
}

/// The key that asks why first shows the rest of what is explained already, where there was no room for it.
fn explained(scene: ViewContext<'_>, area: Rect) -> Action {
    let why = Action::Make(ChannelAction::Why);
    let is_shown = scene.app.is_explanation_whole || scene.app.view != View::Bench || scene.app.present.is_on;
    if is_shown || scene.app.course.shown().is_some() || scene.app.notice.is_some() {
        return why;
    }
    let cut = panel::why::cut_explanation(scene, places_of(scene, area).why);
    if cut.is_some() { Action::WholeExplanation } else { why }
}

/// A view that covers the bench; explanation and keys stay.
fn covered(scene: ViewContext<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    panel::header::draw(scene, None, Rect { height: 1, ..area }, buf);
    let (body, why, keys) = cover(scene, area);
    present::last_keys(scene, keys, buf);
    if scene.app.present.is_hidden {
        present::curtain(scene, body, buf);
    } else if let Some(covering) = panel::covering(scene.app.view) {
        (covering.draw)(scene, body, buf);
    }
    if !scene.app.present.is_hidden {
        panel::why::draw(scene, why, buf);
    }
    panel::prompt::draw(scene, Rect { y: area.bottom() - 1, height: 1, ..area }, buf)
}

/// Where such a view stands, the explanation below it, and the last keys of a room.
fn cover(scene: ViewContext<'_>, area: Rect) -> (Rect, Rect, Rect) {
    let keys = Rect { y: area.bottom() - 2, height: u16::from(scene.app.present.is_on), ..area };
    let wanted = panel::why::rows(scene, area.width);
    let height = area.height - 4 - keys.height;
    let spare = panel::covering(scene.app.view).map_or(0, |covering| (covering.spare)(scene, height)).min(MOST_WHY - 2);
    // Where cells fill the screen, none moves because another one's explanation is shorter.
    let least = if scene.app.view == View::Grid && spare == 0 { 2 } else { 0 };
    let rows = wanted.min(2 + spare).max(least);
    let body = Rect { y: area.y + 1, height: area.height - 2 - keys.height - rows, ..area };
    (body, Rect { y: body.bottom(), height: rows, ..area }, keys)
}

/// Where a lesson's text stands and what it has to take in, and the places of the rest.
fn lesson(scene: ViewContext<'_>, area: Rect) -> (panel::lesson::TextPlace, Places) {
    let (text, places) = layout::with_lesson(area, channel_sides::listed(scene.world).len());
    let why = panel::why::cut_explanation(scene, places.why);
    (panel::lesson::TextPlace { area: text, why }, places)
}

/// Everything but a lesson's text.
fn bench(scene: ViewContext<'_>, places: &Places, header: Rect, buf: &mut Buffer) -> Option<Position> {
    // What is hidden in a room: everything but what was written.
    let unseen = channels(scene, places, buf);
    panel::header::draw(scene, unseen, header, buf);
    if scene.app.present.is_hidden {
        present::curtain(scene, places.why, buf);
    } else {
        panel::why::draw(scene, places.why, buf);
    }
    if scene.app.present.is_on {
        present::last_keys(scene, places.trace, buf);
    } else {
        panel::trace::draw(scene, places.trace, buf);
    }
    if let Some(strip) = places.strip {
        panel::tasks::draw(scene, strip.tasks, buf);
        panel::holders::draw(scene, strip.holders, buf);
    }
    panel::prompt::draw(scene, places.prompt, buf)
}

/// Some keys turn pages, and only the view knows how long they are. In a lesson the key that goes on first shows what has not been
/// read, and arrows scroll where there is nothing to choose.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys turn no page")]
pub fn turned(scene: ViewContext<'_>, (width, height): (u16, u16), action: Action) -> Action {
    let area = Rect::new(0, 0, width, height);
    if width < MIN_WIDTH || height < MIN_HEIGHT {
        return action;
    }
    let area = if scene.app.mode.listed().is_some() { area } else { panels_area(scene, area) };
    let help = |by| Action::HelpTo(panel::help::scrolled(scene, list_place(scene, area), by));
    match action {
        Action::HelpUp => help((0, -1)),
        Action::HelpDown => help((0, 1)),
        Action::HelpPageUp => help((-1, 0)),
        Action::HelpPageDown => help((1, 0)),
        Action::SidewaysLeft | Action::SidewaysRight if scene.app.view == View::Diagram => {
            let most = panel::diagram::most_sideways(scene, cover(scene, area).0);
            let by = if action == Action::SidewaysLeft { -1 } else { 1 };
            Action::ScrollViewTo(scene.app.view_scroll.min(most).saturating_add_signed(by).min(most))
        }
        // What the page keys turn in a lesson is behind the trace.
        Action::Learn(Learn::PageUp) if scene.app.view == View::Trace => traced_back(scene, area),
        Action::Learn(Learn::PageDown) if scene.app.view == View::Trace => Action::TraceDown,
        Action::TraceUp | Action::TraceDown if scene.app.view == View::Processes => {
            let body = cover(scene, area).0;
            let by = isize::try_from(body.height / 2).unwrap_or(1);
            let most = panel::tree::most_back(scene, body);
            let now = scene.app.view_scroll.min(most);
            let by = if action == Action::TraceUp { by } else { -by };
            Action::ScrollViewTo(now.saturating_add_signed(i16::try_from(by).unwrap_or(1)).min(most))
        }
        Action::TraceUp if matches!(scene.app.view, View::Bench | View::Trace) => traced_back(scene, area),
        Action::Perform => match palette::chosen(scene.app, scene.world) {
            // What is chosen and cannot be done says so by itself.
            Some(entry) if entry.objection.is_none() => turned(scene, (width, height), entry.action),
            _ => action,
        },
        Action::Make(ChannelAction::Why) => explained(scene, area),
        Action::Learn(key) => Action::Learn(turned_in_lesson(scene, area, key)),
        _ => action,
    }
}

/// The trace goes back until its first line is seen, and no further.
fn traced_back(scene: ViewContext<'_>, area: Rect) -> Action {
    let place = if scene.app.view == View::Trace { cover(scene, area).0 } else { places_of(scene, area).trace };
    let now = scene.app.seen_transcript().scroll();
    let most = panel::trace::most_back(scene, place).max(now);
    Action::TraceTo((now + update::trace_step(scene.app)).min(most))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys turn no page")]
fn turned_in_lesson(scene: ViewContext<'_>, area: Rect, key: Learn) -> Learn {
    let Some((lesson, taking)) = scene.app.course.shown() else { return key };
    let (text, _) = self::lesson(scene, area);
    let page = isize::try_from(panel::lesson::rows(text.area).saturating_sub(1)).unwrap_or(1);
    let by = match key {
        Learn::Step if panel::lesson::has_unread(scene, &text) => page,
        // Nobody answers what has not been seen.
        Learn::Choose(number) if asks(lesson, taking, number) && panel::lesson::has_unread(scene, &text) => page,
        Learn::PageDown => page,
        Learn::PageUp => -page,
        Learn::Up | Learn::Down if matches!(taking.walk.next(lesson), Next::Ask(_)) => return key,
        Learn::Up => -1,
        Learn::Down => 1,
        _ => return key,
    };
    let to = panel::lesson::scrolled(scene, &text, by);
    match key {
        _ if to == panel::lesson::scrolled(scene, &text, 0) => Learn::AtEdge,
        Learn::Choose(_) => Learn::ReadFirst(to),
        _ => Learn::ScrollTo(to),
    }
}

/// Whether this answer could be chosen.
fn asks(lesson: &Lesson, taking: &Taking, number: u8) -> bool {
    let is_option = |options: usize| (1..=options).contains(&usize::from(number));
    let next = taking.walk.next(lesson);
    taking.running.is_none() && matches!(next, Next::Ask(prediction) if is_option(prediction.options.len()))
}

/// Draws the channels that fit; where not all do, says how many of how many.
fn channels(scene: ViewContext<'_>, places: &Places, buf: &mut Buffer) -> Option<(usize, usize)> {
    let shown = channel_sides::listed(scene.world);
    let focused = scene.app.focused(scene.world);
    let Some(focus) = focused.and_then(|focused| shown.iter().position(|id| *id == focused.channel)) else {
        let is_lesson = scene.app.course.shown().is_some();
        let key = |action| scene.app.key(action);
        let before = if scene.app.mode == Mode::Line { key(Action::LeaveLine) + ", then " } else { String::new() };
        let new = || before + &key(Action::NewChannel);
        let is_over = scene.app.recording.is_some() || scene.app.past.is_some();
        let is_silent = is_lesson || scene.app.is_still || is_over;
        let text = if is_silent { "no channel yet".to_owned() } else { format!("no channel yet: {} makes one", new()) };
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
    let facings = areas.iter().filter_map(|place| Some((place, channel_sides::of(scene.world, shown[place.at])?)));
    let fit =
        |form: &BoxForm| facings.clone().all(|(place, facing)| panel::channel::fits(scene, facing, place.area, *form));
    let largest = present::forms(scene).into_iter().find(fit).unwrap_or(BoxForm::Boxes);
    for (PanelPlace { at, area }, facing) in facings {
        let is_focused = at == &focus || scene.app.speaks_to_all();
        let subject = ChannelView { facing, number: at + 1, is_focused, largest };
        panel::channel::draw(scene, subject, *area, buf);
    }
    (areas.len() < shown.len()).then_some((areas.len(), shown.len()))
}

/// Which channels are drawn, and where.
fn channel_areas(scene: ViewContext<'_>, places: &Places) -> Vec<PanelPlace> {
    let shown = channel_sides::listed(scene.world);
    let focused = scene.app.focused(scene.world);
    let focus = focused.and_then(|focused| shown.iter().position(|id| *id == focused.channel));
    let Some(focus) = focus else { return Vec::new() };
    let (area, count) = (places.channels, shown.len());
    let has_lesson = scene.app.course.shown().is_some();
    match (scene.app.present.is_on, has_lesson) {
        (true, _) => present::panels(area, count, focus, present::channels_shown(has_lesson)),
        (false, true) => layout::panels(area, count, focus, layout::share_evenly),
        (false, false) => layout::panels(area, count, focus, layout::share),
    }
}

#[cfg(test)]
mod tests;
