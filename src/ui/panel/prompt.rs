//! The line one types in: the message line, the statement prompt, or the keys that act. It says where the caret is.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::Mode;
use crate::app::action::{Action, Learn};
use crate::app::availability::is_of_use;
use crate::app::channel_sides;
use crate::app::input_line::InputLine;
use crate::app::keys::Binding;
use crate::app::mode::InputPurpose;
use crate::app::target::Target;
use crate::lesson::{self, Next, language};
use crate::questions::acting;
use crate::text;
use crate::ui::{ViewContext, words};
use crate::world::channel::End;

/// Draws the line, and what helps to type a statement below it; gives the place of the hardware cursor, if one types.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    let caret = line(context, area, buf);
    if caret.is_some() && context.app.mode.typed() == Some(InputPurpose::Statement) {
        super::signature::draw(context, area, buf);
    }
    caret
}

/// The line alone.
pub fn line(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.is_empty() || context.app.is_still {
        return None;
    }
    match context.app.mode.typed() {
        Some(InputPurpose::Message) => {
            let label = format!(" {} ▶ {} ", words::name(&context.app.speaker(context.world), 16), addressee(context));
            Some(typed(context, &context.app.line, (label, hint(context)), area, buf))
        }
        Some(InputPurpose::Statement) => {
            let is_solving = context.app.course.current().is_some_and(|(_, taking)| taking.is_solving);
            let (run, back) = (context.app.key(Action::Run), context.app.key(Action::LeavePrompt));
            let around = context.app.course.words();
            let hint = lesson::words::fill(if is_solving { around.offered } else { around.typed }, &[&run, &back]);
            Some(typed(context, &context.app.prompt, (" statement : ".to_owned(), hint), area, buf))
        }
        Some(InputPurpose::Lessons) => {
            let [take, all] = [Learn::Open, Learn::LeaveSearch].map(|key| context.app.key(Action::Learn(key)));
            let hint = format!("{take}: take the marked lesson · {all}: all lessons");
            Some(typed(context, &context.app.course.list.query, (" search ".to_owned(), hint), area, buf))
        }
        Some(InputPurpose::Actions) => {
            let (perform, back) = (context.app.key(Action::Perform), context.app.key(Action::ClosePalette));
            let hint = format!("letters search · {perform}: do it · {back}: back");
            Some(typed(context, &context.app.palette.query, (" do ".to_owned(), hint), area, buf))
        }
        Some(InputPurpose::Matrix) => {
            let [open, next, back] =
                [Action::OpenCell, Action::MatrixRight, Action::CloseMatrix].map(|action| context.app.key(action));
            let hint = format!("{open}: open as a bench · {next}: next kind · {back}: back");
            Some(typed(context, &context.app.matrix.query, (" find ".to_owned(), hint), area, buf))
        }
        Some(InputPurpose::Trace) => {
            let [keep, clear] = [Action::KeepFilter, Action::ClearFilter].map(|action| context.app.key(action));
            let hint = format!("words of a line, -word: without it · {keep}: keep · {clear}: all lines");
            Some(typed(context, &context.app.trace_filter, (" only ".to_owned(), hint), area, buf))
        }
        None => {
            footer(context, area, buf);
            None
        }
    }
}

fn addressee(context: ViewContext<'_>) -> String {
    let focused = || context.app.focused(context.world).and_then(|facing| facing.channel(context.world));
    match context.app.target {
        Target::All => "all".to_owned(),
        Target::Focused(_) => focused().map_or_else(|| "nobody".to_owned(), |channel| words::name(&channel.name, 16)),
    }
}

/// What Enter would do now.
fn hint(context: ViewContext<'_>) -> String {
    let world = context.world;
    let waits = |end: &End| end.inbox.has_something();
    let has_unread = match context.app.target {
        // Whose end it is does not matter here, and would have to be found out for each.
        Target::All => {
            let waits_there =
                |end: &End| waits(end) && !acting::holders(world, end.id).into_iter().any(acting::is_first);
            channel_sides::listed(world)
                .iter()
                .filter_map(|id| world.channel(*id))
                .any(|channel| channel.ends.iter().filter_map(|end| world.end(*end)).any(waits_there))
        }
        Target::Focused(side) => {
            let focused = context.app.focused(world);
            focused.is_some_and(|facing| world.end(facing.end(side.other())).is_some_and(waits))
        }
    };
    let readers = context.app.listener(world).map_or_else(|| "the children".to_owned(), |name| words::name(&name, 16));
    let (send, next) = (context.app.key(Action::Send), context.app.key(Action::NextSpeaker));
    match (context.app.line.text().is_empty(), has_unread) {
        (false, true) => format!("{send}: send · {send} alone: let {readers} read"),
        (false, false) => format!("{send}: send"),
        (true, true) => format!("type the next, or {send} alone: let {readers} read"),
        (true, false) => format!("type a word · {send}: send · {next}: who speaks"),
    }
}

fn typed(
    context: ViewContext<'_>,
    line: &InputLine,
    (label, hint): (String, String),
    area: Rect,
    buf: &mut Buffer,
) -> Position {
    let theme = context.theme;
    let label = words::cut(&label, area.width / 2);
    let start = words::width(&label);
    buf.set_stringn(area.x, area.y, &label, usize::from(area.width), theme.shout());
    let x = area.x + start + 1;
    let room = area.width.saturating_sub(start + 2);
    let letters = text::text(line.text()).into_iter().map(|letter| theme.letters().spell(letter));
    let letters: Vec<text::Letter> = letters.collect();
    let before: u16 = letters
        .iter()
        .filter(|letter| letter.at < line.caret())
        .fold(0, |sum, letter| sum.saturating_add(letter.width));
    let skip = before.saturating_sub(room.saturating_sub(1));
    let (mut at, mut spans): (u16, Vec<Span<'static>>) = (0, Vec::new());
    let mut shift = 0;
    for letter in letters {
        let style = if letter.is_escape { theme.escape(Style::new()) } else { Style::new() };
        if at >= skip {
            spans.push(Span::styled(letter.text, style));
        } else {
            shift = at.saturating_add(letter.width);
        }
        at = at.saturating_add(letter.width);
    }
    let used = at.saturating_sub(shift);
    buf.set_line(x, area.y, &Line::from(words::clip(spans, room)), room);
    let hint_width = words::width(&hint);
    if used + hint_width + 3 <= room {
        buf.set_string(area.right() - hint_width - 1, area.y, &hint, theme.faint());
    }
    let caret = (x + before.saturating_sub(shift)).min(area.right().saturating_sub(1));
    Position::new(caret, area.y)
}

/// A key of the footer: where it stands, and what it does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FooterKey {
    /// The columns.
    pub columns: Range<u16>,
    /// As it is written on a keyboard.
    pub key: String,
    /// In a word or two.
    pub short: &'static str,
    /// What a click on it does, too.
    pub action: Action,
}

/// The keys of this mode, as many as fit, what matters most first; the last are always there: all actions, help, how to leave.
pub fn named(context: ViewContext<'_>, area: Rect) -> Vec<FooterKey> {
    let label = |binding: &Binding| binding.keys.first().map(|key| key.label()).unwrap_or_default();
    let is_watched = context.app.program.is_some();
    let language = context.app.course.shown().map_or(language::ORIGINAL, |(lesson, _)| lesson.language);
    let short = |binding: &Binding| {
        let types = binding.row.action == Action::EnterLine && is_watched;
        if types { "type to it" } else { lesson::words::footer(language, binding.row.short.1) }
    };
    let wide = |binding: &Binding| words::width(&label(binding)) + words::width(short(binding)) + 3;
    let is_kept = |binding: &&Binding| binding.row.short.0 == 0;
    // In a lesson what is done on the bench comes after what is done to the lesson.
    let rank = |binding: &Binding| {
        let is_deed = matches!(binding.row.action, Action::Make(_) | Action::NewChannel);
        let later = if is_deed && context.app.mode == Mode::Lesson { 50 } else { 0 };
        binding.row.short.0.saturating_add(later)
    };
    let has_lesson = context.app.course.taking.is_some();
    let is_shown = context.app.course.shown().is_some();
    let next = context.app.course.current().map(|(lesson, taking)| taking.walk.next(lesson));
    let has_goal = matches!(next, Some(Next::Reach(_)));
    let is_named = |binding: &&Binding| {
        let is_out = binding.row.action == Action::Learn(Learn::Out);
        let is_help = matches!(binding.row.action, Action::Learn(Learn::Hint | Learn::Solve));
        // The bench of a step is not undone, the step is begun again.
        let is_undo = binding.row.action == Action::Undo;
        let is_void = (is_out && !has_lesson) || (is_help && !has_goal) || (is_undo && is_shown);
        let is_past = !is_of_use(context.app, binding.row.action);
        !is_void && !is_past && !binding.row.short.1.is_empty() && !binding.keys.is_empty()
    };
    let all: Vec<&Binding> = context.app.keymap.of_mode(context.app.mode).iter().filter(is_named).collect();
    let (kept, mut others): (Vec<&Binding>, Vec<&Binding>) = all.into_iter().partition(is_kept);
    others.sort_by_key(|binding| rank(binding));
    let mut left = area.width.saturating_sub(kept.iter().map(|binding| wide(binding)).sum());
    let mut x = area.x;
    let mut named = Vec::new();
    for binding in others.into_iter().chain(kept) {
        if !is_kept(&binding) {
            if wide(binding) > left {
                continue;
            }
            left -= wide(binding);
        }
        let columns = x..x.saturating_add(wide(binding)).min(area.right());
        x = columns.end;
        named.push(FooterKey { columns, key: label(binding), short: short(binding), action: binding.row.action });
    }
    named
}

fn footer(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    for FooterKey { columns, key, short, .. } in named(context, area) {
        let spans = vec![Span::raw(" "), Span::styled(key, context.theme.shout()), Span::raw(format!(" {short} "))];
        let width = columns.end - columns.start;
        buf.set_line(columns.start, area.y, &Line::from(words::clip(spans, width)), width);
    }
}
