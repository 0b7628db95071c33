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
pub mod typed_line;
pub mod words;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::app::action::{Action, ChannelAction, Learn};
use crate::app::channel_sides::Facing;
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

impl ViewContext<'_> {
    /// `, Tab`: the keys that show more, behind the count of what is not seen. Nothing in a picture: nobody can press a key there.
    pub fn keys_behind(self, actions: &[Action]) -> String {
        if self.app.is_still {
            return String::new();
        }
        let keys: Vec<String> = actions.iter().map(|action| self.app.key(*action)).collect();
        format!(", {}", keys.join(" "))
    }
}

/// Rows of an explanation at most, below a view that has rows to spare.
const MOST_WHY: u16 = 5;

/// Draws everything into an empty buffer; gives the place of the hardware cursor, if there is to be one.
pub fn draw(context: ViewContext<'_>, buf: &mut Buffer) -> Option<Position> {
    let area = buf.area;
    on_ground(context, area, buf, |context, buf| draw_into(context, area, buf))
}

/// In a room's colours where it is for one; in plain letters where the terminal has no others.
fn on_ground(
    context: ViewContext<'_>,
    area: Rect,
    buf: &mut Buffer,
    draw: impl FnOnce(ViewContext<'_>, &mut Buffer) -> Option<Position>,
) -> Option<Position> {
    let is_room = context.app.present.is_on;
    let theme = if is_room { context.theme.on(Ground::Room) } else { context.theme };
    let context = ViewContext { theme, ..context };
    buf.set_style(area, context.theme.base());
    let position = draw(context, buf);
    if context.theme.is_ascii() {
        ascii::flatten(area, buf);
    }
    position
}

/// Draws into a buffer; gives the place of the hardware cursor.
fn draw_into(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.width < MIN_WIDTH || area.height < MIN_HEIGHT {
        if !area.is_empty() {
            let text = format!("need {MIN_WIDTH}×{MIN_HEIGHT}, have {}×{}", area.width, area.height);
            buf.set_stringn(area.x, area.y, text, usize::from(area.width), Style::new());
        }
        return None;
    }
    let header = Rect { height: 1, ..area };
    if let Some(list) = context.app.mode.listed() {
        return listed(context, list, area, buf);
    }
    let (area, program) = match &context.app.program {
        Some(_) => layout::with_program(area),
        None => (area, Rect::default()),
    };
    let cursor = panel::program::draw(context, program, buf);
    if context.app.view != View::Bench {
        return covered(context, area, buf).or(cursor);
    }
    if context.app.course.shown().is_some() {
        let (text, _) = lesson(context, area);
        panel::lesson::draw(context, &text, buf);
    }
    let header = Rect { width: area.width, ..header };
    bench(context, &places_of(context, area), header, buf).or(cursor)
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
fn panels_area(context: ViewContext<'_>, area: Rect) -> Rect {
    if context.app.program.is_some() { layout::with_program(area).0 } else { area }
}

/// What covers everything: a list, a notice below it, the line one types in or the keys.
fn listed(context: ViewContext<'_>, what: Listed, area: Rect, buf: &mut Buffer) -> Option<Position> {
    panel::header::draw(context, None, Rect { height: 1, ..area }, buf);
    let list = list_place(context, area);
    let draw = match what {
        Listed::Help => panel::help::draw,
        Listed::Actions => panel::palette::draw,
        Listed::Matrix => panel::matrix::draw,
        Listed::Lessons => panel::list::draw,
    };
    draw(context, list, buf);
    if let Some(notice) = &context.app.notice {
        let text = words::cut(&context.theme.spelled(notice), list.width - 2);
        buf.set_string(list.x + 1, list.bottom(), text, context.theme.strong());
    }
    panel::prompt::draw(context, Rect { y: area.bottom() - 1, height: 1, ..area }, buf)
}

/// Where such a list stands.
fn list_place(context: ViewContext<'_>, area: Rect) -> Rect {
    Rect { y: area.y + 1, height: area.height - 2 - u16::from(context.app.notice.is_some()), ..area }
}

/// Where the bench's panels stand.
fn places_of(context: ViewContext<'_>, area: Rect) -> Places {
    if context.app.course.shown().is_some() {
        return lesson(context, area).1;
    }
    if context.app.present.is_on {
        let why = if context.app.present.is_hidden { present::CURTAIN } else { panel::why::rows(context, area.width) };
        return present::places(area, why, channel_sides::listed(context.world).len());
    }
    let (why, tasks) = (panel::why::rows(context, area.width), context.world.tasks().count());
    let channels = channel_sides::listed(context.world).len();
    Places::of(area, LayoutNeeds { why, is_why_whole: context.app.is_explanation_whole, tasks, channels })
}

/// The key that asks why first shows the rest of what is explained already, where there was no room for it.
fn explained(context: ViewContext<'_>, area: Rect) -> Action {
    let why = Action::Make(ChannelAction::Why);
    let is_shown = context.app.is_explanation_whole || context.app.view != View::Bench || context.app.present.is_on;
    if is_shown || context.app.course.shown().is_some() || context.app.notice.is_some() {
        return why;
    }
    let cut = panel::why::cut_explanation(context, places_of(context, area).why);
    if cut.is_some() { Action::WholeExplanation } else { why }
}

/// A view that covers the bench; explanation and keys stay.
fn covered(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    panel::header::draw(context, None, Rect { height: 1, ..area }, buf);
    let (body, why, keys) = cover(context, area);
    present::last_keys(context, keys, buf);
    if context.app.present.is_hidden {
        present::curtain(context, body, buf);
    } else if let Some(covering) = panel::covering(context.app.view) {
        (covering.draw)(context, body, buf);
    }
    if !context.app.present.is_hidden {
        panel::why::draw(context, why, buf);
    }
    panel::prompt::draw(context, Rect { y: area.bottom() - 1, height: 1, ..area }, buf)
}

/// Where such a view stands, the explanation below it, and the last keys of a room.
fn cover(context: ViewContext<'_>, area: Rect) -> (Rect, Rect, Rect) {
    let keys = Rect { y: area.bottom() - 2, height: u16::from(context.app.present.is_on), ..area };
    let wanted = panel::why::rows(context, area.width);
    let height = area.height - 4 - keys.height;
    let spare =
        panel::covering(context.app.view).map_or(0, |covering| (covering.spare)(context, height)).min(MOST_WHY - 2);
    // Where cells fill the screen, none moves because another one's explanation is shorter.
    let least = if context.app.view == View::Grid && spare == 0 { 2 } else { 0 };
    let rows = wanted.min(2 + spare).max(least);
    let body = Rect { y: area.y + 1, height: area.height - 2 - keys.height - rows, ..area };
    (body, Rect { y: body.bottom(), height: rows, ..area }, keys)
}

/// Where a lesson's text stands and what it has to take in, and the places of the rest.
fn lesson(context: ViewContext<'_>, area: Rect) -> (panel::lesson::TextPlace, Places) {
    let (text, places) = layout::with_lesson(area, channel_sides::listed(context.world).len());
    let why = panel::why::cut_explanation(context, places.why);
    (panel::lesson::TextPlace { area: text, why }, places)
}

/// Everything but a lesson's text.
fn bench(context: ViewContext<'_>, places: &Places, header: Rect, buf: &mut Buffer) -> Option<Position> {
    // What is hidden in a room: everything but what was written.
    let unseen = channels(context, places, buf);
    panel::header::draw(context, unseen, header, buf);
    if context.app.present.is_hidden {
        present::curtain(context, places.why, buf);
    } else {
        panel::why::draw(context, places.why, buf);
    }
    if context.app.present.is_on {
        present::last_keys(context, places.trace, buf);
    } else {
        panel::trace::draw(context, places.trace, buf);
    }
    if let Some(strip) = places.strip {
        panel::tasks::draw(context, strip.tasks, buf);
        panel::holders::draw(context, strip.holders, buf);
    }
    panel::prompt::draw(context, places.prompt, buf)
}

/// Some keys turn pages, and only the view knows how long they are. In a lesson the key that goes on first shows what has not been
/// read, and arrows scroll where there is nothing to choose.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys turn no page")]
pub fn turned(context: ViewContext<'_>, (width, height): (u16, u16), action: Action) -> Action {
    let area = Rect::new(0, 0, width, height);
    if width < MIN_WIDTH || height < MIN_HEIGHT {
        return action;
    }
    let area = if context.app.mode.listed().is_some() { area } else { panels_area(context, area) };
    let help = |by| Action::HelpTo(panel::help::scrolled(context, list_place(context, area), by));
    match action {
        Action::HelpUp => help((0, -1)),
        Action::HelpDown => help((0, 1)),
        Action::HelpPageUp => help((-1, 0)),
        Action::HelpPageDown => help((1, 0)),
        Action::SidewaysLeft | Action::SidewaysRight if context.app.view == View::Diagram => {
            let most = panel::diagram::most_sideways(context, cover(context, area).0);
            let by = if action == Action::SidewaysLeft { -1 } else { 1 };
            Action::ScrollViewTo(context.app.view_scroll.min(most).saturating_add_signed(by).min(most))
        }
        // What the page keys turn in a lesson is behind the trace.
        Action::Learn(Learn::PageUp) if context.app.view == View::Trace => traced_back(context, area),
        Action::Learn(Learn::PageDown) if context.app.view == View::Trace => Action::TraceDown,
        Action::TraceUp | Action::TraceDown if context.app.view == View::Processes => {
            let body = cover(context, area).0;
            let by = isize::try_from(body.height / 2).unwrap_or(1);
            let most = panel::tree::most_back(context, body);
            let now = context.app.view_scroll.min(most);
            let by = if action == Action::TraceUp { by } else { -by };
            Action::ScrollViewTo(now.saturating_add_signed(i16::try_from(by).unwrap_or(1)).min(most))
        }
        Action::TraceUp if matches!(context.app.view, View::Bench | View::Trace) => traced_back(context, area),
        Action::Perform => match palette::chosen(context.app, context.world) {
            // What is chosen and cannot be done says so by itself.
            Some(entry) if entry.objection.is_none() => turned(context, (width, height), entry.action),
            _ => action,
        },
        Action::Make(ChannelAction::Why) => explained(context, area),
        Action::Learn(key) => Action::Learn(turned_in_lesson(context, area, key)),
        _ => action,
    }
}

/// The trace goes back until its first line is seen, and no further.
fn traced_back(context: ViewContext<'_>, area: Rect) -> Action {
    let place = if context.app.view == View::Trace { cover(context, area).0 } else { places_of(context, area).trace };
    let now = context.app.seen_transcript().scroll();
    let most = panel::trace::most_back(context, place).max(now);
    Action::TraceTo((now + update::trace_step(context.app)).min(most))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other keys turn no page")]
fn turned_in_lesson(context: ViewContext<'_>, area: Rect, key: Learn) -> Learn {
    let Some((lesson, taking)) = context.app.course.shown() else { return key };
    let (text, _) = self::lesson(context, area);
    let page = isize::try_from(panel::lesson::rows(text.area).saturating_sub(1)).unwrap_or(1);
    let by = match key {
        Learn::Step if panel::lesson::has_unread(context, &text) => page,
        // Nobody answers what has not been seen.
        Learn::Choose(number) if asks(lesson, taking, number) && panel::lesson::has_unread(context, &text) => page,
        Learn::PageDown => page,
        Learn::PageUp => -page,
        Learn::Up | Learn::Down if matches!(taking.walk.next(lesson), Next::Ask(_)) => return key,
        Learn::Up => -1,
        Learn::Down => 1,
        _ => return key,
    };
    let to = panel::lesson::scrolled(context, &text, by);
    match key {
        _ if to == panel::lesson::scrolled(context, &text, 0) => Learn::AtEdge,
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
fn channels(context: ViewContext<'_>, places: &Places, buf: &mut Buffer) -> Option<(usize, usize)> {
    let shown = channel_sides::listed(context.world);
    let focused = context.app.focused(context.world);
    let Some(focus) = focused.and_then(|focused| shown.iter().position(|id| *id == focused.channel)) else {
        let is_lesson = context.app.course.shown().is_some();
        let key = |action| context.app.key(action);
        let before = if context.app.mode == Mode::Line { key(Action::LeaveLine) + ", then " } else { String::new() };
        let new = || before + &key(Action::NewChannel);
        let is_over = context.app.recording.is_some() || context.app.past.is_some();
        let is_silent = is_lesson || context.app.is_still || is_over;
        let text = if is_silent { "no channel yet".to_owned() } else { format!("no channel yet: {} makes one", new()) };
        buf.set_stringn(
            places.channels.x + 1,
            places.channels.y,
            text,
            usize::from(places.channels.width),
            context.theme.faint(),
        );
        return None;
    };
    let areas = areas_of(context, places, (shown.len(), focus));
    let with_sides = |place: &PanelPlace| Some((*place, channel_sides::of(context.world, shown[place.at])?));
    let panels: Vec<(PanelPlace, Facing)> = areas.iter().filter_map(with_sides).collect();
    let fit =
        |form: &BoxForm| panels.iter().all(|(place, facing)| panel::channel::fits(context, *facing, place.area, *form));
    let largest = present::forms(context).into_iter().find(fit).unwrap_or(BoxForm::Boxes);
    for (PanelPlace { at, area }, facing) in panels {
        let is_focused = at == focus || context.app.speaks_to_all();
        let subject = ChannelView { facing, number: at + 1, is_focused, largest };
        panel::channel::draw(context, subject, area, buf);
    }
    (areas.len() < shown.len()).then_some((areas.len(), shown.len()))
}

/// Which channels are drawn, and where.
fn channel_areas(context: ViewContext<'_>, places: &Places) -> Vec<PanelPlace> {
    let shown = channel_sides::listed(context.world);
    let focused = context.app.focused(context.world);
    let focus = focused.and_then(|focused| shown.iter().position(|id| *id == focused.channel));
    focus.map_or_else(Vec::new, |focus| areas_of(context, places, (shown.len(), focus)))
}

/// The same where it is known how many there are, and which one has the focus.
fn areas_of(context: ViewContext<'_>, places: &Places, (count, focus): (usize, usize)) -> Vec<PanelPlace> {
    let area = places.channels;
    let has_lesson = context.app.course.shown().is_some();
    match (context.app.present.is_on, has_lesson) {
        (true, _) => present::panels(area, count, focus, present::channels_shown(has_lesson)),
        (false, true) => layout::panels(area, count, focus, layout::share_evenly),
        (false, false) => layout::panels(area, count, focus, layout::share),
    }
}

#[cfg(test)]
mod tests;
