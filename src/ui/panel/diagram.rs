//! The space-time diagram: a line a process, downwards in time, an arrow a message. The line is dotted while the process is
//! asleep in the kernel, and a message that waits there has a line of its own beside its sender's. No colour is needed for it.

mod grid;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::abi::Errno;
use crate::abi::TaskState;
use crate::app::action::Action;
use crate::text;
use crate::trace::{CallEvent, CallState, Event, TaskId, What};
use crate::ui::direction::Direction;
use crate::ui::{ViewContext, words};
use crate::world::history::{Message, Moment, Traffic};

use grid::{Grid, is_alive};

/// Columns of the event's number.
const GUTTER: u16 = 6;
/// Columns of a process at least.
const NARROW: u16 = 18;
/// And at most.
const WIDE: u16 = 34;
/// Messages of one read that have marks of their own.
const MAX_MARKS: usize = 4;
/// Calls that make what the diagram is about.
const MAKING: [&str; 7] = ["signal", "socketpair", "pipe2", "fork", "clone3", "pthread_create", "close"];
/// What the signs mean.
const LEGEND: &str = "│ process  · asleep  ‖ stopped  ┆ in the kernel  ▶ read  × destroyed  ╳ dead";

/// Processes that fit.
fn fitting(area: Rect, count: usize) -> usize {
    usize::from((area.width - GUTTER) / NARROW).min(count).max(1)
}

/// How many processes can be scrolled past.
pub fn most_sideways(context: ViewContext<'_>, area: Rect) -> u16 {
    if area.width < GUTTER + NARROW {
        return 0;
    }
    let count = tasks(context, after_opening(context)).len();
    u16::try_from(count - fitting(area, count).min(count)).unwrap_or(u16::MAX)
}

/// Draws the last moments that fit, the newest at the bottom.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 4 || area.width < GUTTER + NARROW {
        return;
    }
    let theme = context.theme;
    let moments = after_opening(context);
    let all: Vec<TaskId> = tasks(context, moments);
    let fit = fitting(area, all.len());
    let skipped = usize::from(context.app.view_scroll).min(all.len() - fit.min(all.len()));
    let seen = &all[skipped..(skipped + fit).min(all.len())];
    let wide = ((area.width - GUTTER) / u16::try_from(fit).unwrap_or(1)).clamp(NARROW, WIDE);
    let hidden = all.len() - seen.len();
    let keys = context.keys_behind(&[Action::SidewaysLeft, Action::SidewaysRight]);
    let more = if hidden > 0 { format!(" processes: {hidden} more{keys} ") } else { String::new() };
    let left = vec![Span::raw("─ "), Span::styled("time ▼", theme.strong()), Span::raw(" ")];
    let heading = words::between(left, vec![Span::styled(more, theme.strong())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
    for (at, task) in seen.iter().enumerate() {
        let name = context.world.task(*task).map_or("", |task| task.name.as_str());
        let x = area.x + GUTTER + u16::try_from(at).unwrap_or(0) * wide;
        buf.set_stringn(x, area.y + 1, words::name(name, wide - 1), usize::from(wide - 1), theme.strong());
    }
    let room = usize::from(area.height - 3);
    let columns = seen.iter().enumerate().map(|(at, task)| (*task, GUTTER + u16::try_from(at).unwrap_or(0) * wide));
    let mut grid = Grid::new(columns.collect(), area.width);
    let first = moments.len().saturating_sub(room);
    for (index, moment) in moments.iter().enumerate() {
        let made = made(context, moment);
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
            let style = if is_alarm(moment) { theme.alarm() } else { style };
            let label = label(context, moment, (width, style));
            buf.set_line(area.x + x, y, &Line::from(label.clone()), width + 1);
            if row.points_back {
                let end = x + words::spans_width(&label);
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

/// The moments without the calls that made the first channels and children: who is there stands in the headings.
#[expect(clippy::wildcard_enum_match_arm, reason = "most kinds of event are no moments")]
fn after_opening(context: ViewContext<'_>) -> &[Moment] {
    let moments = context.app.seen_moments();
    let is_setup = |moment: &&Moment| {
        let is_making = |event: &Event| match &event.what {
            What::Call(call) => MAKING.contains(&call.call.name()) && call.errno == Errno::NONE,
            _ => false,
        };
        moment.traffic == Traffic::None && moment.destroyed.is_empty() && moment.events.iter().all(is_making)
    };
    let opening = moments.iter().take_while(is_setup).count();
    if opening == moments.len() { moments } else { &moments[opening..] }
}

/// Rows of so many that the diagram, its headings and its legend leave.
pub fn spare(context: ViewContext<'_>, height: u16) -> u16 {
    height.saturating_sub(u16::try_from(after_opening(context).len() + 3).unwrap_or(u16::MAX))
}

/// Those who were there during these moments.
fn tasks(context: ViewContext<'_>, moments: &[Moment]) -> Vec<TaskId> {
    let lived = |id: TaskId| {
        let lives = |state: &TaskState| is_alive(*state);
        let in_moment = |moment: &Moment| moment.states.iter().any(|(task, state)| *task == id && lives(state));
        moments.iter().any(|moment| moment.task == id || in_moment(moment))
    };
    let is_here = |id: TaskId| context.world.task(id).is_some_and(crate::world::task::Task::is_alive);
    context.world.tasks().map(|task| task.id).filter(|id| lived(*id) || is_here(*id)).collect()
}

/// The task that a fork made.
fn made(context: ViewContext<'_>, moment: &Moment) -> Option<TaskId> {
    let What::Call(call) = &moment.events.last()?.what else { return None };
    let is_fork = call.call.makes_task() && call.ret.is_some_and(|ret| ret >= 0);
    let name = call.names.made.as_deref().filter(|_| is_fork)?;
    context.world.tasks().find(|task| task.by == Some(moment.task) && task.name == name).map(|task| task.id)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "most kinds of event are no moments")]
fn is_alarm(moment: &Moment) -> bool {
    moment.events.iter().any(|event| match &event.what {
        What::Death { .. } => true,
        What::Call(call) => call.errno != Errno::NONE,
        _ => false,
    })
}

/// One way to say a moment.
struct Wording {
    text: String,
    /// How many letters of its words each message has behind its mark; without marks none.
    letters: Option<u16>,
}

/// A moment in so many columns: `write wire[0] 3 #1 one`, or less of it.
#[expect(clippy::wildcard_enum_match_arm, reason = "most kinds of event are no moments")]
fn label(context: ViewContext<'_>, moment: &Moment, (width, style): (u16, Style)) -> Vec<Span<'static>> {
    let plain = |text: String| Wording { text, letters: None };
    let mut wordings = moment.events.iter().rev().filter_map(|event| match &event.what {
        What::Call(call) => of_call(call, moment),
        What::Signal { signal, .. } => Some(vec![plain(signal.name().clone())]),
        What::Death { death, .. } => {
            let words = death.words();
            let short = words.replace("killed by ", "");
            Some([words, short].map(plain).into())
        }
        _ => None,
    });
    let wordings = wordings.next().unwrap_or_default();
    // What a message says is spelled only as long as nothing fits: most moments are said by their first wording.
    let spans = |wording: &Wording| {
        let mut spans = vec![Span::styled(wording.text.clone(), style)];
        spans.extend(wording.letters.into_iter().flat_map(|letters| marks(context, moment, (letters, style))));
        spans
    };
    let within = |room: u16| wordings.iter().map(spans).find(|form| words::spans_width(form) <= room);
    let cut = || wordings.last().map_or_else(Vec::new, |wording| words::clip(spans(wording), width));
    // Before it is cut, what is said takes the blank before the next line, too.
    within(width).or_else(|| within(width + 1)).unwrap_or_else(cut)
}

/// What is said of a call, the longest first. An error is what stays of it.
fn of_call(call: &CallEvent, moment: &Moment) -> Option<Vec<Wording>> {
    if call.ret.is_none() && call.state != CallState::Asleep {
        return None;
    }
    let verb = call.call.name();
    let end = call.call.fd().map(|fd| format!(" {}", call.names.end(fd))).unwrap_or_default();
    let moves = call.call.is_reading() || call.call.is_writing();
    let what = match call.ret {
        None => " sleeps".to_owned(),
        Some(ret) if ret < 0 => format!(" {}", call.errno.name()),
        Some(_) if call.eof == Some(true) => " EOF".to_owned(),
        Some(ret) if moves => format!(" {ret}"),
        Some(_) => call.names.made.as_ref().map(|name| format!(" {name}")).unwrap_or_default(),
    };
    let whole = format!("{verb}{end}{what}");
    if has_no_mark(&moment.traffic) {
        let mut texts = vec![whole, format!("{verb}{what}"), what.trim_start().to_owned()];
        if call.errno != Errno::NONE {
            // Half a name says less than none.
            texts.push("failed".to_owned());
        }
        return Some(texts.into_iter().map(|text| Wording { text, letters: None }).collect());
    }
    let mut wordings: Vec<Wording> =
        [24, 16, 10, 6].map(|letters| Wording { text: format!("{verb}{end}"), letters: Some(letters) }).into();
    // The line itself tells a write from a read.
    let short = [whole, format!("{verb}{end}"), format!("{verb}{what}"), verb.to_owned(), String::new()];
    wordings.extend(short.map(|text| Wording { text, letters: Some(0) }));
    Some(wordings)
}

/// Whether nothing moved that has a number, and nothing was lost.
fn has_no_mark(traffic: &Traffic) -> bool {
    match traffic {
        Traffic::Sent(_) => false,
        Traffic::Took { messages, lost } => messages.is_empty() && *lost == 0,
        Traffic::None | Traffic::Eof => true,
    }
}

/// The marks of the messages that moved, in their hues, each with so many letters of its words; and what was lost of them.
fn marks(context: ViewContext<'_>, moment: &Moment, (letters, style): (u16, Style)) -> Vec<Span<'static>> {
    let (messages, destroyed): (Vec<Message>, u64) = match &moment.traffic {
        Traffic::Sent(message) => (vec![*message], 0),
        Traffic::Took { messages, lost } => (messages.iter().map(|taken| taken.message).collect(), *lost),
        Traffic::None | Traffic::Eof => return Vec::new(),
    };
    let hued = |(end, number): Message| {
        let mark = Direction::towards(context.world, end).mark(number);
        (mark.text(), context.theme.hue(mark), words_of(context, (end, number), letters))
    };
    let mut spans = Vec::new();
    match &messages[..] {
        [] => {}
        [first, .., last] if messages.len() > MAX_MARKS || letters == 0 => {
            let ((first, hue, _), (last, ..)) = (hued(*first), hued(*last));
            let text = if first == last { format!("#{first}") } else { format!("#{first}-{last}") };
            spans.extend([Span::styled(" ", style), Span::styled(text, hue)]);
        }
        some => {
            for message in some {
                let (mark, hue, words) = hued(*message);
                spans.extend([Span::styled(" ", style), Span::styled(format!("#{mark}{words}"), hue)]);
            }
        }
    }
    if destroyed > 0 {
        spans.push(Span::styled(format!(" lost {destroyed}"), style));
    }
    spans
}

/// The beginning of a message's bytes, as far as they are remembered.
fn words_of(context: ViewContext<'_>, (end, number): Message, letters: u16) -> String {
    let write = context.world.end(end).and_then(|end| end.inbox.write(number)).filter(|_| letters > 0);
    let Some(write) = write else { return String::new() };
    let bytes = write.bytes(0, write.offered, usize::from(letters) * 4);
    let text: String =
        text::bytes(&bytes).into_iter().map(|letter| context.theme.letters().spell(letter).text).collect();
    format!(" {}", words::cut(&text, letters))
}
