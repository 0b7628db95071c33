//! For a room: two channels at most, in large boxes, and the last keys with what they did. What the class is to predict can be hidden:
//! everything but what was written, so no queue, no read, no state, no reason, no view, no answer of a lesson.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::course::Taking;
use crate::lesson::Lesson;

use super::layout::{PanelPlace, Places};
use super::panel::box_rows::BoxForm;
use super::panel::channel::{LEAST_LARGE, LINES};
use super::{ViewContext, words};
use crate::text;

/// Panels that a room is shown at most.
const PANELS: usize = 3;
/// Rows that say that something is hidden.
pub const CURTAIN: u16 = 2;
/// Rows that an explanation may always have.
const MOST_WHY: u16 = 3;

/// Where everything stands: the explanation first, then two channels, below them the line and the last keys.
pub fn places(area: Rect, why_rows: u16, channels: usize) -> Places {
    let short = why_rows.clamp(1, if area.height < 24 { 2 } else { MOST_WHY });
    let most = area.height - 1 - short - 2;
    let why = Rect { y: area.y + 1, height: short, ..area };
    let channels = Rect { y: why.bottom(), height: if channels == 0 { 1 } else { most }, ..area };
    let prompt = Rect { y: channels.bottom(), height: 1, ..area };
    let keys = Rect { y: prompt.bottom(), height: 1, ..area };
    Places { channels, why, prompt, trace: keys, strip: None }
}

/// Beside a lesson's text, which is a panel too, there is room for one channel.
pub fn channels_shown(has_lesson: bool) -> usize {
    PANELS - 1 - usize::from(has_lesson)
}

/// Which channels are drawn, and where: the focused one and its neighbour.
pub fn panels(area: Rect, count: usize, focus: usize, most: usize) -> Vec<PanelPlace> {
    let shown = count.min(most);
    let first = focus.min(count.saturating_sub(shown));
    let half = area.height / 2;
    let heights: Vec<u16> = match shown {
        0 => Vec::new(),
        1 => vec![area.height],
        // Both the same, or large boxes for the one that is spoken of.
        _ if half >= LEAST_LARGE => vec![half, area.height - half],
        _ => (first..first + shown).map(|at| if at == focus { area.height - LINES } else { LINES }).collect(),
    };
    let mut y = area.y;
    let mut places = Vec::new();
    for (at, height) in (first..).zip(heights) {
        places.push(PanelPlace { at, area: Rect { y, height, ..area } });
        y += height;
    }
    places
}

/// How large the boxes of messages may be, the largest first: in a room as large as letters can be drawn.
pub fn forms(context: ViewContext<'_>) -> Vec<BoxForm> {
    let in_a_room = context.app.present.is_on && !context.theme.is_ascii();
    if in_a_room { vec![BoxForm::Biggest, BoxForm::Large] } else { vec![BoxForm::Large, BoxForm::Tall] }
}

/// Nothing is seen but that something is hidden.
pub fn curtain(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    let shows = context.app.key(Action::Curtain);
    let mut lines = vec![format!("hidden: say what you expect, then {shows} shows it")];
    match &context.app.notice {
        // A statement's mistake gives nothing away.
        Some(notice) if notice.starts_with("column ") => lines.push(notice.clone()),
        Some(_) => lines.push("a note is hidden, too".to_owned()),
        None => {}
    }
    let width = area.width.saturating_sub(2).max(1);
    let text = lines.iter().flat_map(|line| words::wrap(&context.theme.spelled(line), width, 0));
    for (y, line) in (area.y..area.bottom()).zip(text) {
        buf.set_string(area.x + 1, y, line, context.theme.strong());
    }
}

/// What was pressed last, for those who do not see the keyboard, and the statement that it stood for.
pub fn last_keys(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    let keys: Vec<String> =
        context.app.present.keys.iter().map(|key| text::string(&context.theme.spelled(key))).collect();
    if area.is_empty() || keys.is_empty() {
        return;
    }
    let echo = context.app.echo().map(|text| format!("   › {}", context.theme.spelled(text))).unwrap_or_default();
    // The newest stay: of what does not fit the oldest are left out.
    let line = |first: usize| format!(" keys  {}{echo}", keys[first..].join("  "));
    let first = (0..keys.len()).find(|first| words::width(&line(*first)) <= area.width).unwrap_or(keys.len() - 1);
    buf.set_string(area.x, area.y, words::cut(&line(first), area.width), context.theme.strong());
}

/// The lesson that is shown; behind the curtain as it was before anything came of the step.
pub fn lesson(context: ViewContext<'_>) -> Option<(&Lesson, Cow<'_, Taking>)> {
    let (lesson, taking) = context.app.course.shown()?;
    let is_hidden = context.app.present.is_hidden && taking.walk.current(lesson).is_some();
    let taking = if is_hidden { Cow::Owned(taking.before(lesson)) } else { Cow::Borrowed(taking) };
    Some((lesson, taking))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_there_is_is_used_and_the_focused_channel_is_among_two() {
        for (size, why) in [((60, 18), 1), ((60, 18), 9), ((80, 24), 2), ((120, 36), 3)] {
            let places = places(Rect::new(0, 0, size.0, size.1), why, 2);
            assert!(places.why.height <= MOST_WHY && places.trace.bottom() <= size.1);
            for focus in 0..5 {
                let panels = panels(places.channels, 5, focus, 2);
                assert!(panels.len() == 2 && panels.iter().any(|panel| panel.at == focus), "{panels:?}");
                let used: u16 = panels.iter().map(|panel| panel.area.height).sum();
                assert!(places.channels.height - used < 3, "{size:?}: {used} of {}", places.channels.height);
            }
        }
    }
}
