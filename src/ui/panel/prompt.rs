//! The line one types in: the message line, the statement prompt, or the keys that act. It says where the caret is.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::action::Action;
use crate::app::facing::{self, PARENT};
use crate::app::input_line::InputLine;
use crate::app::{Audience, Mode};
use crate::ui::keymap::{self, Binding};
use crate::ui::{Scene, sanitise, words};
use crate::world::channel::End;

/// Draws the line; gives the place of the hardware cursor, if one types.
pub fn draw(scene: Scene<'_>, area: Rect, buf: &mut Buffer) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    match scene.app.mode {
        Mode::Line => {
            let label = format!(" to {} ", addressee(scene));
            Some(typed(scene, &scene.app.line, (label, hint(scene)), area, buf))
        }
        Mode::Prompt => {
            let is_solving = scene.app.course.current().is_some_and(|(_, taking)| taking.is_solving);
            let hint = if is_solving { "the answer · Enter: run it · Esc: back" } else { "Enter: run · Esc: back" };
            let hint = hint.to_owned();
            Some(typed(scene, &scene.app.prompt, (" statement : ".to_owned(), hint), area, buf))
        }
        Mode::Search => {
            let hint = "Enter: take the marked lesson · Esc: all lessons".to_owned();
            Some(typed(scene, &scene.app.course.list.query, (" search ".to_owned(), hint), area, buf))
        }
        Mode::Keys | Mode::Help | Mode::Lesson | Mode::List | Mode::Past => {
            footer(scene, area, buf);
            None
        }
    }
}

fn addressee(scene: Scene<'_>) -> String {
    let focused = || scene.app.focused(scene.world).and_then(|facing| facing.channel(scene.world));
    match scene.app.audience {
        Audience::All => "ALL".to_owned(),
        Audience::Focused => focused().map_or_else(|| "nobody".to_owned(), |channel| words::cut(&channel.name, 16)),
    }
}

/// What Enter would do now.
fn hint(scene: Scene<'_>) -> String {
    let world = scene.world;
    let waits = |end: &End| end.inbox.waiting() > 0 || end.inbox.messages() > 0;
    let has_unread = match scene.app.audience {
        // Whose end it is does not matter here, and would have to be found out for each.
        Audience::All => {
            let waits_there = |end: &End| waits(end) && !world.holds(PARENT, end.id);
            facing::listed(world)
                .iter()
                .filter_map(|id| world.channel(*id))
                .any(|channel| channel.ends.iter().filter_map(|end| world.end(*end)).any(waits_there))
        }
        Audience::Focused => {
            let focused = scene.app.focused(world);
            focused.is_some_and(|facing| world.end(facing.far).is_some_and(waits))
        }
    };
    match (scene.app.line.text().is_empty(), has_unread) {
        (false, true) => "Enter: send · Enter alone: let the children read".to_owned(),
        (false, false) => "Enter: send".to_owned(),
        (true, true) => "type the next, or Enter alone: let the children read".to_owned(),
        (true, false) => "type a word · Enter: send".to_owned(),
    }
}

fn typed(
    scene: Scene<'_>,
    line: &InputLine,
    (label, hint): (String, String),
    area: Rect,
    buf: &mut Buffer,
) -> Position {
    let theme = scene.theme;
    let label = words::cut(&label, area.width / 2);
    let start = words::width(&label);
    buf.set_stringn(area.x, area.y, &label, usize::from(area.width), theme.shout());
    let x = area.x + start + 1;
    let room = area.width.saturating_sub(start + 2);
    let letters = sanitise::text(line.text()).into_iter().map(|letter| theme.letters().spell(letter));
    let letters: Vec<sanitise::Letter> = letters.collect();
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

/// The keys of this mode, as many as fit; how to get help and how to leave always do.
fn footer(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    let theme = scene.theme;
    let label = |binding: &Binding| binding.keys.first().map(|key| key.label()).unwrap_or_default();
    let wide = |binding: &Binding| words::width(&label(binding)) + words::width(binding.short.unwrap_or_default()) + 3;
    let is_kept = |binding: &Binding| matches!(binding.action, Action::OpenHelp | Action::Quit);
    // In a lesson the keys of the bench hold, too; help has them.
    let is_named = |binding: &Binding| {
        let is_deed = matches!(binding.action, Action::Make(_) | Action::NewChannel);
        binding.short.is_some() && !(is_deed && scene.app.mode == Mode::Lesson)
    };
    let all = || keymap::of_mode(scene.app.mode).filter(|binding| is_named(binding));
    let kept: u16 = all().filter(|binding| is_kept(binding)).map(wide).sum();
    let mut left = area.width.saturating_sub(kept);
    let mut spans = Vec::new();
    for binding in all() {
        if !is_kept(binding) {
            if wide(binding) > left {
                continue;
            }
            left -= wide(binding);
        }
        let short = binding.short.unwrap_or_default();
        spans.extend([Span::raw(" "), Span::styled(label(binding), theme.shout()), Span::raw(format!(" {short} "))]);
    }
    buf.set_line(area.x, area.y, &Line::from(spans), area.width);
}
