//! The space-time diagram: a line a process, downwards in time, an arrow a message. The line is dotted while the process is
//! asleep in the kernel, and a message that waits there has a line of its own beside its sender's. No colour is needed for it.
#![expect(clippy::wildcard_enum_match_arm, reason = "most kinds of event are no moments")]

mod grid;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::abi::Errno;
use crate::app::action::Action;
use crate::script::TaskState;
use crate::trace::{CallEvent, CallState, TaskId, What};
use crate::ui::direction::Direction;
use crate::ui::{Scene, words};
use crate::world::history::{Message, Moment, Traffic};

use grid::{Grid, is_alive};

/// Columns of the event's number.
const GUTTER: u16 = 6;
/// Columns of a process at least.
const NARROW: u16 = 18;
/// And at most.
const WIDE: u16 = 34;
/// What the signs mean.
const LEGEND: &str = "│ process  · asleep  ‖ stopped  ┆ in the kernel  ▶ read  × destroyed  ╳ dead";

/// Processes that fit.
fn fitting(area: Rect, count: usize) -> usize {
    usize::from((area.width - GUTTER) / NARROW).min(count).max(1)
}

/// How many processes can be scrolled past.
pub fn most_sideways(scene: Scene<'_>, area: Rect) -> u16 {
    if area.width < GUTTER + NARROW {
        return 0;
    }
    let count = tasks(scene, scene.app.seen_moments()).len();
    u16::try_from(count - fitting(area, count).min(count)).unwrap_or(u16::MAX)
}

/// Draws the last moments that fit, the newest at the bottom.
pub fn draw(scene: Scene<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 4 || area.width < GUTTER + NARROW {
        return;
    }
    let theme = scene.theme;
    let moments = scene.app.seen_moments();
    let all: Vec<TaskId> = tasks(scene, moments);
    let fit = fitting(area, all.len());
    let skipped = usize::from(scene.app.view_scroll).min(all.len() - fit.min(all.len()));
    let seen = &all[skipped..(skipped + fit).min(all.len())];
    let wide = ((area.width - GUTTER) / u16::try_from(fit).unwrap_or(1)).clamp(NARROW, WIDE);
    let hidden = all.len() - seen.len();
    let (left, right) = (scene.app.key(Action::SidewaysLeft), scene.app.key(Action::SidewaysRight));
    let more = if hidden > 0 { format!(" processes: {hidden} more, {left} {right} ") } else { String::new() };
    let left = vec![Span::raw("─ "), Span::styled("time ▼", theme.strong()), Span::raw(" ")];
    let heading = words::between(left, vec![Span::styled(more, theme.strong())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
    for (at, task) in seen.iter().enumerate() {
        let name = scene.world.task(*task).map_or("", |task| task.name.as_str());
        let x = area.x + GUTTER + u16::try_from(at).unwrap_or(0) * wide;
        buf.set_stringn(x, area.y + 1, words::name(name, wide - 1), usize::from(wide - 1), theme.strong());
    }
    let room = usize::from(area.height - 3);
    let columns = seen.iter().enumerate().map(|(at, task)| (*task, GUTTER + u16::try_from(at).unwrap_or(0) * wide));
    let mut grid = Grid::new(columns.collect(), area.width);
    let first = moments.len().saturating_sub(room);
    for (index, moment) in moments.iter().enumerate() {
        let made = made(scene, moment);
        let row = grid.row(moment, made);
        if index < first {
            continue;
        }
        let y = area.y + 2 + u16::try_from(index - first).unwrap_or(0);
        let is_last = index + 1 == moments.len();
        let style = if is_last { theme.strong() } else { Style::new() };
        buf.set_stringn(area.x, y, &row.text, usize::from(area.width), style);
        let number = format!("{:>4}{}", moment.number, if is_last { "▸" } else { " " });
        buf.set_stringn(area.x, y, number, usize::from(GUTTER), if is_last { theme.shout() } else { theme.faint() });
        if let Some((x, width)) = row.label {
            let width = width.min(area.width.saturating_sub(x));
            let text = label(scene, moment, width);
            let style = if is_alarm(moment) { theme.alarm() } else { style };
            buf.set_stringn(area.x + x, y, &text, usize::from(width), style);
            if row.points_back {
                let end = x + words::width(&text);
                buf.set_stringn(area.x + end, y, "◀", 1, style);
            }
        }
    }
    if moments.is_empty() {
        buf.set_stringn(area.x + GUTTER, area.y + 2, "nothing has happened yet", 40, theme.faint());
    }
    let legend = words::cut(LEGEND, area.width - 1);
    buf.set_stringn(area.x + 1, area.bottom() - 1, legend, usize::from(area.width - 1), theme.faint());
}

/// Those who were there during these moments.
fn tasks(scene: Scene<'_>, moments: &[Moment]) -> Vec<TaskId> {
    let lived = |id: TaskId| {
        let lives = |state: &TaskState| is_alive(*state);
        let in_moment = |moment: &Moment| moment.states.iter().any(|(task, state)| *task == id && lives(state));
        moments.iter().any(|moment| moment.task == id || in_moment(moment))
    };
    let is_here = |id: TaskId| scene.world.task(id).is_some_and(crate::world::task::Task::is_alive);
    scene.world.tasks().map(|task| task.id).filter(|id| lived(*id) || is_here(*id)).collect()
}

/// The task that a fork made.
fn made(scene: Scene<'_>, moment: &Moment) -> Option<TaskId> {
    let What::Call(call) = &moment.events.last()?.what else { return None };
    let is_fork = call.call.makes_task() && call.ret.is_some_and(|ret| ret >= 0);
    let name = call.names.made.as_deref().filter(|_| is_fork)?;
    scene.world.tasks().find(|task| task.by == Some(moment.task) && task.name == name).map(|task| task.id)
}

fn is_alarm(moment: &Moment) -> bool {
    moment.events.iter().any(|event| match &event.what {
        What::Death { .. } => true,
        What::Call(call) => call.errno != Errno::NONE,
        _ => false,
    })
}

/// A moment in so many columns: `write wire[0] 3 #1`, or less of it.
fn label(scene: Scene<'_>, moment: &Moment, width: u16) -> String {
    let mut texts = moment.events.iter().rev().filter_map(|event| match &event.what {
        What::Call(call) => of_call(scene, call, moment),
        What::Signal { signal, .. } => Some(vec![signal.name().clone()]),
        What::Death { death, .. } => Some(vec![death.words()]),
        _ => None,
    });
    let forms = texts.next().unwrap_or_default();
    let fits = forms.iter().find(|form| words::width(form) <= width).or(forms.last());
    fits.map_or_else(String::new, |form| words::cut(form, width))
}

/// What is said of a call, the longest first.
fn of_call(scene: Scene<'_>, call: &CallEvent, moment: &Moment) -> Option<Vec<String>> {
    if call.ret.is_none() && call.state != CallState::Asleep {
        return None;
    }
    let verb = call.call.name();
    let end = call.call.fd().map(|fd| format!(" {}", call.names.end(fd))).unwrap_or_default();
    let moves = call.call.room().is_some() || call.call.offered().is_some();
    let what = match call.ret {
        None => " sleeps".to_owned(),
        Some(ret) if ret < 0 => format!(" {}", call.errno.name()),
        Some(_) if call.eof == Some(true) => " EOF".to_owned(),
        Some(ret) if moves => format!(" {ret}"),
        Some(_) => call.names.made.as_ref().map(|name| format!(" {name}")).unwrap_or_default(),
    };
    let marks = marks(scene, moment);
    Some(vec![
        format!("{verb}{end}{what}{marks}"),
        format!("{verb}{end}{marks}"),
        format!("{verb}{what}{marks}"),
        format!("{verb}{}", if marks.is_empty() { what } else { marks }),
    ])
}

/// The marks of the messages that moved, and what was lost of them.
fn marks(scene: Scene<'_>, moment: &Moment) -> String {
    let mark = |(end, number): Message| Direction::towards(scene.world, end).mark(number).text();
    match &moment.traffic {
        Traffic::Sent(message) => format!(" #{}", mark(*message)),
        Traffic::Took { messages, lost } => {
            let scar = if *lost > 0 { format!(" lost {lost}") } else { String::new() };
            match &messages[..] {
                [] => String::new(),
                [one] => format!(" #{}{scar}", mark(one.message)),
                [first, .., last] if first.message == last.message => format!(" #{}{scar}", mark(first.message)),
                [first, .., last] => format!(" #{}-{}{scar}", mark(first.message), mark(last.message)),
            }
        }
        Traffic::None | Traffic::Eof => String::new(),
    }
}
