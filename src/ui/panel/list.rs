//! The list of lessons: what is done, how long each takes, what it is about; the marked one can be taken.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

use crate::app::action::{Action, Learn};
use crate::app::course::Course;
use crate::lesson::{CoursePart, Lesson, list};
use crate::ui::{ViewContext, words};

/// Columns of the mark, the number, the minutes.
const NUMBERS: u16 = 6;
/// Columns of what is done.
const DONE: u16 = 13;

/// Draws the list over the whole area.
pub fn draw(context: ViewContext<'_>, area: Rect, buf: &mut Buffer) {
    if area.height < 2 {
        return;
    }
    let (theme, course) = (context.theme, &context.app.course);
    let found = course.found();
    let done = course.lessons.iter().filter(|lesson| course.progress.of(&lesson.id).done).count();
    let mut right = format!(" {done} of {} done ", course.lessons.len());
    if !course.list.query.text().is_empty() {
        right = format!(" {} found ·{right}", found.len());
    }
    let left = vec![Span::raw("─ "), Span::styled("lessons", theme.strong()), Span::raw(" ")];
    let heading = words::between(left, vec![Span::styled(right, theme.faint())], area.width, ("─", Style::new()));
    buf.set_line(area.x, area.y, &heading, area.width);
    let rows = usize::from(area.height - 1);
    let selected = course.list.selected.min(found.len().saturating_sub(1));
    let all = lines(course, &found);
    let line = all.iter().position(|line| matches!(line, ListLine::Lesson(at, _) if *at == selected)).unwrap_or(0);
    let first = (line + 1).saturating_sub(rows).max(line.saturating_sub(rows / 2)).min(all.len().saturating_sub(rows));
    for (y, line) in (area.y + 1..area.bottom()).zip(all.iter().skip(first)) {
        let area = Rect { y, height: 1, ..area };
        match line {
            ListLine::Part(part) => {
                let text = format!("  ── {} ", list::part_name(*part));
                let line = words::between(vec![Span::raw(text)], Vec::new(), area.width, ("─", Style::new()));
                buf.set_line(area.x, y, &line, area.width);
            }
            ListLine::Lesson(at, lesson) => row(context, lesson, *at == selected, area, buf),
        }
    }
    if found.is_empty() {
        let all = context.app.key(Action::Learn(Learn::LeaveSearch));
        let text = format!("no lesson has these words; {all} shows all");
        buf.set_stringn(area.x + 1, area.y + 1, text, usize::from(area.width.saturating_sub(1)), Style::new());
    }
}

/// A line of the list.
enum ListLine<'a> {
    /// Between two parts of the course.
    Part(CoursePart),
    /// A lesson, with its place among those found.
    Lesson(usize, &'a Lesson),
}

/// All lines: the lessons that were found, with a line where another part of the course begins.
fn lines<'a>(course: &'a Course, found: &[usize]) -> Vec<ListLine<'a>> {
    let mut all = Vec::new();
    let mut part = CoursePart::Main;
    for (at, lesson) in found.iter().enumerate().filter_map(|(at, place)| Some((at, course.lessons.get(*place)?))) {
        if std::mem::replace(&mut part, lesson.part) != lesson.part {
            all.push(ListLine::Part(lesson.part));
        }
        all.push(ListLine::Lesson(at, lesson));
    }
    all
}

fn row(context: ViewContext<'_>, lesson: &Lesson, is_selected: bool, area: Rect, buf: &mut Buffer) {
    let theme = context.theme;
    let mark = if is_selected { "▸" } else { " " };
    let topics = format!("  {} ", lesson.topics.join(", "));
    let minutes = format!("{:>3} min  ", lesson.minutes);
    let done = context.app.course.progress.words(lesson);
    let tail = format!("{minutes}{done:<width$}", width = usize::from(DONE));
    // Topics where there is room for them: a title is worth more.
    let room = area.width.saturating_sub(NUMBERS + words::width(&tail));
    let title = theme.spelled(&lesson.title);
    let wide_title = words::width(&title);
    let topics = if wide_title + words::width(&topics) <= room { topics } else { String::new() };
    let style = if is_selected { theme.shout() } else { Style::new() };
    let title = words::cut_between(&title, room);
    let left = vec![Span::styled(format!("{mark}{:>3}  ", lesson.number), theme.strong()), Span::styled(title, style)];
    let right = vec![Span::styled(topics, theme.faint()), Span::raw(tail)];
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, (" ", Style::new())), area.width);
}
