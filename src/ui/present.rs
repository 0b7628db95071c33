//! For a room: at most three panels, what matters in the upper two thirds, the last keys; and the curtain, behind which nothing says
//! what came of it: no message, no state, no reason, no view, no answer of a lesson.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::action::Action;
use crate::app::course::Taking;
use crate::lesson::Lesson;

use super::layout::{self, Heights, PanelPlace, Places};
use super::panel::channel::{BOXES, WHOLE};
use super::{Scene, words};
use crate::script::spell;

/// Panels that a room is shown at most.
const PANELS: usize = 3;
/// Rows that an explanation may always have.
const MOST_WHY: u16 = 3;
/// And where rows would stay empty.
const ROOMY_WHY: u16 = 5;

/// Where everything stands: the explanation first, then two channels, below them the line and the last keys.
pub fn places(area: Rect, why_rows: u16, channels: usize) -> Places {
    let short = why_rows.clamp(1, MOST_WHY);
    let most = area.height - 1 - short - 2;
    let of = |rows: u16| rows * if channels > 1 { 2 } else { 1 };
    let upper = (area.height * 2 / 3).saturating_sub(1 + short);
    let wanted = if of(WHOLE) <= upper { of(WHOLE) } else { of(BOXES) };
    let spare = most.saturating_sub(wanted);
    let why = Rect { y: area.y + 1, height: why_rows.clamp(1, ROOMY_WHY).min(short + spare), ..area };
    let channels = Rect { y: why.bottom(), height: most.min(wanted), ..area };
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
    let Heights { heights, .. } = layout::share(area.height, shown, focus - first);
    let mut y = area.y;
    let mut places = Vec::new();
    for (at, height) in (first..).zip(heights) {
        places.push(PanelPlace { at, area: Rect { y, height, ..area } });
        y += height;
    }
    places
}

/// Nothing is seen but that something is hidden.
pub fn curtain(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    let shows = scene.app.key(Action::Curtain);
    let mut lines = vec![format!("hidden: say what you expect, then {shows} shows it")];
    match &scene.app.notice {
        // A statement's mistake gives nothing away.
        Some(notice) if notice.starts_with("column ") => lines.push(notice.clone()),
        Some(_) => lines.push("a note is hidden, too".to_owned()),
        None => {}
    }
    for (y, line) in (area.y..area.bottom()).zip(lines) {
        let text = words::cut(&scene.theme.spelled(&line), area.width.saturating_sub(1));
        buf.set_string(area.x + 1, y, text, scene.theme.strong());
    }
}

/// What was pressed last, for those who do not see the keyboard, and the statement that it stood for.
pub fn last_keys(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    let keys: Vec<String> = scene.app.present.keys.iter().map(|key| spell::string(&scene.theme.spelled(key))).collect();
    if area.is_empty() || keys.is_empty() {
        return;
    }
    let echo = scene.app.echo().map(|text| format!("   › {}", scene.theme.spelled(text))).unwrap_or_default();
    let text = words::cut(&format!(" keys  {}{echo}", keys.join("  ")), area.width);
    buf.set_string(area.x, area.y, text, scene.theme.strong());
}

/// The lesson that is shown; behind the curtain as it was before anything came of the step.
pub fn lesson(scene: Scene<'_>) -> Option<(&Lesson, Cow<'_, Taking>)> {
    let (lesson, taking) = scene.app.course.shown()?;
    let is_hidden = scene.app.present.is_hidden && taking.walk.current(lesson).is_some();
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
            assert!(places.why.height <= ROOMY_WHY && places.trace.bottom() <= size.1);
            for focus in 0..5 {
                let panels = panels(places.channels, 5, focus, 2);
                assert!(panels.len() == 2 && panels.iter().any(|panel| panel.at == focus), "{panels:?}");
                let used: u16 = panels.iter().map(|panel| panel.area.height).sum();
                assert!(places.channels.height - used < 3, "{size:?}: {used} of {}", places.channels.height);
            }
        }
    }
}
