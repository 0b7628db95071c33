//! Why it came out so; before that, what to do first. A notice (why a key could not act, a statement's mistake) comes before it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::action::{Action, ChannelAction, Learn, Move};
use crate::app::{Mode, View, availability};
use crate::lesson::Next;
use crate::lesson::words::fill;
use crate::ui::{ViewContext, words};

/// Columns of the label.
const LABEL: u16 = 6;

/// Rows that the text wants.
pub fn rows(context: ViewContext<'_>, width: u16) -> u16 {
    u16::try_from(wrapped(context, width).len()).unwrap_or(u16::MAX)
}

/// The explanation, if this area has not the rows that it needs.
pub fn cut_explanation(context: ViewContext<'_>, area: Rect) -> Option<String> {
    let why = context.app.explanation(context.world)?;
    let is_cut = set(context, &why.text, area.width).len() > usize::from(area.height);
    is_cut.then(|| why.into_owned().text)
}

/// Draws the text.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    let theme = context.theme;
    let why = context.app.explanation(context.world);
    let (label, style) = match (&context.app.notice, &why) {
        (Some(_), _) => ("NOTE", theme.shout()),
        (None, Some(why)) if !why.has_rule() => ("THEN", theme.shout()),
        (None, Some(_)) => ("WHY", theme.shout()),
        (None, None) => ("TRY", theme.shout()),
    };
    let room = usize::from(area.height);
    // Of a lesson, the rest stands below its text.
    let is_whole_there = context.app.course.shown().is_some() && context.app.view == View::Bench;
    let is_continued = context.app.notice.is_none() && why.is_some() && is_whole_there;
    let more = if is_continued {
        format!(" … {}", context.app.key(Action::Learn(Learn::PageDown)))
    } else {
        rest_of(context)
    };
    let lines = wrapped(context, area.width);
    let is_longer = lines.len() > room;
    for (row, (y, text)) in (area.y..area.bottom()).zip(lines).enumerate() {
        let label = if row == 0 { Span::styled(label, style) } else { Span::raw("") };
        let is_last = row + 1 == room;
        let width = area.width.saturating_sub(LABEL);
        let is_cut = is_last && is_longer;
        let text = if is_cut {
            let begun = words::cut_between(&text, width.saturating_sub(words::width(&more)));
            begun.trim_end_matches('…').trim_end().to_owned() + &more
        } else {
            text
        };
        buf.set_line(area.x + 1, y, &Line::from(label), area.width.saturating_sub(1));
        buf.set_line(area.x + LABEL, y, &Line::from(text), width);
    }
}

/// Stands for the rest of what has no room, with the key that shows it where letters are keys.
fn rest_of(context: ViewContext<'_>) -> String {
    let app = context.app;
    let has_key = app.mode == Mode::Keys && app.view == View::Bench && app.notice.is_none() && !app.present.is_on;
    let key = app.key(Action::Make(ChannelAction::Why));
    if has_key && !app.is_explanation_whole { format!(" … {key}: more") } else { "…".to_owned() }
}

fn wrapped(context: ViewContext<'_>, width: u16) -> Vec<String> {
    let advice = advice(context);
    let why = context.app.explanation(context.world);
    let text = match (&context.app.notice, &why) {
        (Some(notice), _) => notice,
        (None, Some(why)) => &why.text,
        (None, None) => &advice,
    };
    set(context, text, width)
}

fn set(context: ViewContext<'_>, text: &str, width: u16) -> Vec<String> {
    words::wrap(&context.theme.spelled(text), width.saturating_sub(LABEL + 1).max(1), 0)
}

/// What to do next.
fn advice(context: ViewContext<'_>) -> String {
    let key = |action| context.app.key(action);
    if context.app.past.is_some() {
        return "Before the first event there is parent alone.".to_owned();
    }
    if context.app.recording.is_some() {
        // Nothing can be done to it, so what can be looked at.
        let (why, back) = (key(Action::Make(ChannelAction::Why)), key(Action::Go(Move::Back)));
        let diagram = key(Action::Show(View::Diagram));
        return format!(
            "{why} says why the marked channel is as it is, {back} goes back in time, {diagram} draws who sent what to whom."
        );
    }
    let Some((lesson, taking)) = context.app.course.shown() else {
        // What a beginner reads first.
        let send = key(Action::Send);
        return format!("Type a word and {send}, three times. Then {send} alone: the children read.");
    };
    let step = key(Action::Learn(Learn::Step));
    let around = context.app.course.words();
    match taking.walk.next(lesson) {
        Next::Run(_) => fill(around.try_run, &[&step, &key(Action::OpenPrompt)]),
        Next::Ask(_) if taking.chosen.is_some() => fill(around.try_ask, &[&step]),
        Next::Ask(_) => fill(around.try_guess, &[&step]),
        Next::Reach(_) => availability::goal_help(context.app),
        Next::Over if context.app.course.next_lesson().is_some() => fill(around.try_next, &[&step]),
        Next::Rest | Next::Over => fill(around.try_on, &[&step]),
    }
}
