//! The first line: who is on the bench and in what state, and how to get to the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::tasks::state_of;
use super::trace;
use crate::app::action::{Action, Learn};
use crate::app::past::Past;
use crate::app::program::{Program, Stepping, TAKE_BACK_LABEL};
use crate::app::{Mode, View};
use crate::explain;
use crate::questions::acting;
use crate::ui::{ViewContext, words};

/// Columns that the tasks have at least, beside a first step.
const LEAST_OF_TASKS: u16 = 16;
/// Columns from which on there is room for more words.
const ROOMY: u16 = 100;
/// In a lesson: the kernel has not answered yet.
const BUSY: &str = "at work… ";

/// Draws the line. Of the channels only some may be visible: so many of so many.
pub fn draw(context: ViewContext<'_>, visible: Option<(usize, usize)>, area: Rect, buf: &mut Buffer) {
    let theme = context.theme;
    if let Some(past) = &context.app.past {
        return of_past(context, (past, visible), area, buf);
    }
    let is_hidden = context.app.present.is_hidden;
    if let Some(deadlock) = explain::deadlock(context.world).filter(|_| !is_hidden && !context.app.hides_answers()) {
        // Its first sentence: the circle. The rest is below, where explanations are.
        let (circle, _) = deadlock.text.split_once(". ").unwrap_or((&deadlock.text, ""));
        let right = visible.map(|visible| Span::styled(seen_channels(context, visible, area.width), theme.shout()));
        let right: Vec<Span<'static>> = right.into_iter().collect();
        let room = area.width.saturating_sub(words::spans_width(&right));
        let banner = vec![Span::styled(words::cut(&format!(" {circle}"), room), theme.shout())];
        buf.set_line(area.x, area.y, &words::between(banner, right, area.width, (" ", theme.shout())), area.width);
        return;
    }
    let mut right = vec![Span::raw(" ")];
    if let Some(visible) = visible {
        right.extend([Span::styled(seen_channels(context, visible, area.width), theme.shout()), Span::raw(" ")]);
    }
    if context.app.course.shown().is_some() && context.app.is_busy() {
        right.push(Span::styled(BUSY, theme.strong()));
    }
    // No trace is beside a view that covers the bench.
    let is_covered = !context.app.view.traits().has_trace && !context.app.present.is_on;
    let is_covered = is_covered && !matches!(context.app.mode, Mode::List | Mode::Search);
    let room = Rect { x: area.x + LEAST_OF_TASKS, width: area.width.saturating_sub(LEAST_OF_TASKS), height: 1, ..area };
    let step = if is_covered { trace::first_step(context, room, buf) } else { 0 };
    if step > 0 {
        let width = area.width - step;
        buf.set_line(area.x, area.y, &Line::from(tasks(context, width)), width);
        return;
    }
    if let Some(echo) = context.app.echo().filter(|_| is_covered) {
        let most = area.width / 3;
        right.push(Span::styled(words::cut(&format!("› {echo}"), most) + "  ", theme.strong()));
    }
    right.push(Span::styled(hint(context), theme.faint()));
    let left = tasks(context, area.width.saturating_sub(words::spans_width(&right)));
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, (" ", Style::new())), area.width);
}

/// So many channels of so many, and how the others are seen: in a picture, in a larger one.
fn seen_channels(context: ViewContext<'_>, (some, all): (usize, usize), width: u16) -> String {
    if context.app.is_still {
        return format!(" {some} of {all} channels, more with --size ");
    }
    let noun = if width < ROOMY { "" } else { " channels" };
    // Where letters are keys, one shows all of them at once.
    let has_letters = width >= ROOMY && matches!(context.app.mode, Mode::Keys | Mode::Past);
    let all_at_once =
        if has_letters { format!(" · {}: all", context.app.key(Action::Show(View::Grid))) } else { String::new() };
    format!(" {some} of {all}{noun}{}{all_at_once} ", context.keys_behind(&[Action::FocusNext]))
}

/// Who is on the bench, as many as there is room for, and how many more.
fn tasks(context: ViewContext<'_>, room: u16) -> Vec<Span<'static>> {
    let theme = context.theme;
    let mut spans = vec![Span::raw(" "), Span::styled("tincans", theme.strong())];
    if let Some(name) = &context.app.recording {
        let name = words::cut(&theme.spelled(name), room / 3);
        let kind = if context.app.program.is_some() { "WATCH" } else { "RECORDING" };
        spans.extend([Span::raw("  "), Span::styled(format!(" {kind} {name} "), theme.shout())]);
    }
    let mut left = room.saturating_sub(words::spans_width(&spans));
    let total = context.world.tasks().count();
    for (at, task) in context.world.tasks().enumerate() {
        let is_told = task.is_alive() || context.app.asks_for_states();
        let style = if is_told { Style::new() } else { theme.alarm() };
        let mut one = vec![Span::raw("   "), Span::styled(words::task(task, 24), theme.strong())];
        if !context.app.present.is_hidden {
            let stands = context.app.program.as_ref().is_some_and(|program| program.stands(task.id));
            let state = if stands {
                "stands".to_owned()
            } else if context.app.asks_for_states() {
                "?".to_owned()
            } else {
                state_of(context.world, task)
            };
            one.push(Span::styled(format!(" {state}"), style));
        }
        let more = |count: usize| Span::styled(format!("   +{count}"), theme.strong());
        let behind = if at + 1 < total { words::width(&more(total - at - 1).content) } else { 0 };
        if words::spans_width(&one) + behind > left {
            spans.push(more(total - at));
            break;
        }
        left -= words::spans_width(&one);
        spans.extend(one);
    }
    spans
}

/// The key that matters most in this mode.
fn hint(context: ViewContext<'_>) -> String {
    let key = |action| context.app.key(action);
    let help = || format!("{} help ", key(Action::OpenHelp));
    match context.app.mode {
        Mode::Keys if context.app.course.current().is_some() => {
            format!("{}: back to the lesson  {}", key(Action::Learn(Learn::Out)), help())
        }
        Mode::Lesson => help(),
        Mode::List | Mode::Search | Mode::Past => String::new(),
        Mode::Line => format!("{} keys, then {}", key(Action::LeaveLine), help()),
        Mode::Keys if context.app.program.as_ref().is_some_and(|program| program.has_keyboard) => {
            format!("{TAKE_BACK_LABEL}: keys  ")
        }
        Mode::Keys if context.app.program.as_ref().is_some_and(Program::is_running) => {
            format!("{} type to it  {}", key(Action::EnterLine), help())
        }
        Mode::Keys if context.app.program.is_some() => help(),
        Mode::Keys if context.app.recording.is_some() => format!("{} run it again  {}", key(Action::RunAgain), help()),
        Mode::Keys if acting::first_task(context.world).is_some_and(|task| !task.is_alive()) => {
            format!("{} begins again  {}", key(Action::Reset), help())
        }
        Mode::Keys => format!("{} type  {}", key(Action::EnterLine), help()),
        Mode::Prompt => format!("{} back ", key(Action::LeavePrompt)),
        Mode::Palette => format!("{} back ", key(Action::ClosePalette)),
        Mode::Matrix => format!("{} back ", key(Action::CloseMatrix)),
        Mode::Filter => format!("{} all lines ", key(Action::ClearFilter)),
        Mode::Help => format!("{} close ", key(Action::CloseHelp)),
        Mode::Until => format!("{} back ", key(Action::Step(Stepping::CloseUntil))),
        Mode::Copy => format!("{} back ", key(Action::CloseCopy)),
        Mode::NewChannel => format!("{} back ", key(Action::LeaveNewChannel)),
    }
}

/// The whole line says that this is not now.
fn of_past(context: ViewContext<'_>, (past, visible): (&Past, Option<(usize, usize)>), area: Rect, buf: &mut Buffer) {
    let loud = context.theme.shout();
    let is_still = context.app.is_still;
    let when = format!(" {}event {} of {} ", if is_still { "" } else { "THE PAST  " }, past.at, past.newest);
    let statement = past.moments.last().and_then(|moment| context.app.said.text(moment.line));
    let during = statement.map(|text| format!(" during: {} ", context.theme.spelled(text))).unwrap_or_default();
    let oldest = if past.at == past.oldest { " the beginning " } else { "" };
    let oldest = if past.at == past.oldest && past.oldest > 0 { " older events are forgotten " } else { oldest };
    let left = vec![Span::styled(when, loud), Span::styled(during, loud), Span::styled(oldest, loud)];
    let back = || Span::styled(format!(" {}: back to now ", context.app.key(Action::ReturnToNow)), loud);
    let seen = visible.map(|visible| Span::styled(seen_channels(context, visible, area.width), loud));
    let right: Vec<Span<'static>> = seen.into_iter().chain((!is_still).then(back)).collect();
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, (" ", loud)), area.width);
}
