//! Why it came out so; before that, what to do first. A notice (why a key could not act, a statement's mistake) comes before it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::app::View;
use crate::explain;
use crate::lesson::Next;
use crate::ui::{Scene, words};

/// What a beginner reads first.
const WELCOME: &str = "Type a word and Enter, three times. Then Enter alone: the children read.";
/// Columns of the label.
const LABEL: u16 = 6;

/// Rows that the text wants.
pub fn rows(scene: Scene<'_>, width: u16) -> u16 {
    u16::try_from(wrapped(scene, width).len()).unwrap_or(u16::MAX)
}

/// The explanation, if this area has not the rows that it needs.
pub fn cut_explanation(scene: Scene<'_>, area: Rect) -> Option<&str> {
    let why = scene.app.seen_why()?;
    (set(scene, &why.text, area.width).len() > usize::from(area.height)).then_some(why.text.as_str())
}

/// Draws the text.
pub fn draw(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    let theme = scene.theme;
    let (label, style) = match (&scene.app.notice, scene.app.seen_why()) {
        (Some(_), _) => ("NOTE", theme.shout()),
        (None, Some(why)) if why.rule == explain::NOTHING => ("THEN", theme.shout()),
        (None, Some(_)) => ("WHY", theme.shout()),
        (None, None) => ("TRY", theme.shout()),
    };
    let room = usize::from(area.height);
    // Of a lesson, the rest stands below its text.
    let is_whole_there = scene.app.course.shown().is_some() && scene.app.view == View::Bench;
    let is_continued = scene.app.notice.is_none() && scene.app.seen_why().is_some() && is_whole_there;
    let more = if is_continued { " … Page Down" } else { "…" };
    for (row, (y, text)) in (area.y..area.bottom()).zip(wrapped(scene, area.width)).enumerate() {
        let label = if row == 0 { Span::styled(label, style) } else { Span::raw("") };
        let is_last = row + 1 == room;
        let width = area.width.saturating_sub(LABEL);
        let is_cut = is_last && wrapped(scene, area.width).len() > room;
        let text = if is_cut {
            words::cut(&text, width.saturating_sub(words::width(more))).trim_end_matches('…').to_owned() + more
        } else {
            text
        };
        buf.set_line(area.x + 1, y, &Line::from(label), area.width.saturating_sub(1));
        buf.set_line(area.x + LABEL, y, &Line::from(text), width);
    }
}

fn wrapped(scene: Scene<'_>, width: u16) -> Vec<String> {
    let text = match (&scene.app.notice, scene.app.seen_why()) {
        (Some(notice), _) => notice.as_str(),
        (None, Some(why)) => why.text.as_str(),
        (None, None) => advice(scene),
    };
    set(scene, text, width)
}

fn set(scene: Scene<'_>, text: &str, width: u16) -> Vec<String> {
    words::wrap(&scene.theme.spelled(text), width.saturating_sub(LABEL + 1).max(1), 0)
}

/// What to do next.
fn advice(scene: Scene<'_>) -> &'static str {
    if scene.app.past.is_some() {
        return "Before the first event there is parent alone.";
    }
    let Some((lesson, taking)) = scene.app.course.shown() else { return WELCOME };
    match taking.walk.next(lesson) {
        Next::Run(_) => "Space runs what is marked, on the real kernel. With : you try whatever you like.",
        Next::Ask(_) if taking.chosen.is_some() => "Space asks the kernel. Before that you may still change your mind.",
        Next::Ask(_) => "Guess first, by a number or an arrow. Then Space asks the kernel.",
        Next::Reach(_) => "This is yours: : types a statement, i a message. h is a hint, a the answer, R begins again.",
        Next::Rest => "Space goes on.",
        Next::Over => "Space begins the next lesson.",
    }
}
