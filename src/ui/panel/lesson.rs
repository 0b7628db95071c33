//! A lesson's text: prose, the step's statements and what came of them, the question, the goal with its ticks, the hints, and
//! why it came out so.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::action::{self, Learn};
use crate::app::course::{CourseItem, QuestionResult, Taking, TextScroll};
use crate::lesson::words::{Words, fill};
use crate::lesson::{Action, CoursePart, Goal, Lesson, Next, Prediction};
use crate::script::Statement;
use crate::ui::theme::Theme;
use crate::ui::{ViewContext, present, prose, words};

/// A step's text, set.
struct Page<'a> {
    app: &'a App,
    /// The words around the lesson, in its language.
    around: &'static Words,
    theme: Theme,
    width: u16,
    lines: Vec<Line<'static>>,
    /// What is to be done, or has just been done.
    active: Range<usize>,
}

/// Where the text stands, and what has no room elsewhere.
#[derive(Debug, Clone)]
pub struct TextPlace {
    /// Heading and text.
    pub area: Rect,
    /// An explanation that was cut: it stands below the text as a whole.
    pub why: Option<String>,
}

/// Draws heading and text.
pub fn draw(context: ViewContext<'_>, on: &TextPlace, buf: &mut Buffer) {
    let area = on.area;
    let Some((lesson, taking)) = present::lesson(context).filter(|_| area.height > 1 && area.width > 4) else { return };
    let theme = context.theme;
    let around = crate::lesson::words::of(lesson.language);
    let page = Page::of(context, lesson, &taking, on);
    let first = page.first(taking.scroll, area);
    let below = page.lines.len().saturating_sub(first + rows(area));
    let mut place = match taking.walk.current(lesson) {
        _ if taking.lesson == CourseItem::Problem => context.app.course.practice.score(),
        _ if taking.lesson == CourseItem::Review => around.again.to_owned(),
        Some(_) => fill(around.step, &[&(taking.walk.step() + 1), &lesson.steps.len()]),
        None => around.done.to_owned(),
    };
    if below > 0 {
        place = format!("{place} · {}", fill(around.more, &[&below]));
    }
    if context.app.course.warning.is_some() {
        place = format!("{} · {place}", around.not_saved);
    }
    let right = vec![Span::styled(format!(" {place} "), theme.faint())];
    let room = area.width.saturating_sub(words::spans_width(&right) + 3);
    let title = format!("{} {}", lesson.number, theme.spelled(&lesson.title));
    // What stands in brackets at the end is the seed of a problem, which is typed again.
    let title = if title.ends_with(')') { words::name(&title, room) } else { words::cut(&title, room) };
    let left = vec![Span::raw("─ "), Span::styled(title, theme.strong()), Span::raw(" ")];
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, ("─", Style::new())), area.width);
    for (y, line) in (area.y + 1..area.bottom()).zip(page.lines.iter().skip(first)) {
        buf.set_line(area.x + 1, y, line, area.width - 1);
    }
}

/// Where a key that scrolls leads to: the first line seen after it.
pub fn scrolled(context: ViewContext<'_>, on: &TextPlace, by: isize) -> u16 {
    let area = on.area;
    let Some((lesson, taking)) = present::lesson(context) else { return 0 };
    let page = Page::of(context, lesson, &taking, on);
    let most = page.lines.len().saturating_sub(rows(area));
    let first = page.first(taking.scroll, area).saturating_add_signed(by).min(most);
    u16::try_from(first).unwrap_or(u16::MAX)
}

/// Whether something that is to be read before going on lies below what is seen.
pub fn has_unread(context: ViewContext<'_>, on: &TextPlace) -> bool {
    let area = on.area;
    let Some((lesson, taking)) = present::lesson(context) else { return false };
    let page = Page::of(context, lesson, &taking, on);
    page.first(taking.scroll, area) + rows(area) < page.active.end
}

/// Lines that are seen at one time.
pub fn rows(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(1))
}

impl<'a> Page<'a> {
    fn of(context: ViewContext<'a>, lesson: &Lesson, taking: &Taking, on: &TextPlace) -> Self {
        let width = on.area.width.saturating_sub(2);
        let around = crate::lesson::words::of(lesson.language);
        let mut page = Self { app: context.app, around, theme: context.theme, width, lines: Vec::new(), active: 0..0 };
        let Some(step) = taking.walk.current(lesson) else {
            page.end(lesson);
            return page;
        };
        // The heading of the panel says the title already.
        let title = step.prose.strip_prefix("# ").and_then(|rest| rest.strip_prefix(&lesson.title));
        page.prose(title.unwrap_or(&step.prose).trim_start());
        page.active.start = page.lines.len();
        match &step.action {
            Action::Read => {}
            Action::Run(statements) => page.run(statements, taking),
            Action::Predict(prediction) => page.predict(prediction, taking),
            Action::Reach(goal) => page.reach(goal, taking, (taking.walk.next(lesson) == Next::Rest, lesson.part)),
        }
        if taking.walk.next(lesson) == Next::Rest {
            if let Some(after) = &step.after {
                page.blank();
                page.prose(after);
            }
            if taking.lesson == CourseItem::Problem {
                page.prose(&fill(around.next_problem, &[&page.key(Learn::Step)]));
            }
            page.active.end = page.lines.len();
        }
        if let Some(why) = on.why.as_deref().filter(|_| !context.app.present.is_hidden) {
            page.blank();
            page.marked("WHY   ", why, Style::new());
        }
        page
    }

    /// The first line seen.
    fn first(&self, scroll: TextScroll, area: Rect) -> usize {
        let rows = rows(area);
        let most = self.lines.len().saturating_sub(rows);
        match scroll {
            TextScroll::Top => 0,
            TextScroll::At(line) => usize::from(line).min(most),
            TextScroll::Active if self.active.len() > rows => self.active.start,
            TextScroll::Active => self.active.end.saturating_sub(rows),
        }
    }

    fn key(&self, key: Learn) -> String {
        self.named(action::Action::Learn(key))
    }

    /// A key's name in Markdown.
    fn named(&self, action: action::Action) -> String {
        let name = self.app.key(action);
        if name.starts_with(|c: char| c.is_ascii_punctuation()) { format!("\\{name}") } else { name }
    }

    fn end(&mut self, lesson: &Lesson) {
        let around = self.around;
        self.prose(&format!("# {}", around.lesson_done));
        for line in self.app.course.summary(lesson) {
            self.prose(&line);
        }
        let step = self.key(Learn::Step);
        let course = &self.app.course;
        match course.next_lesson() {
            Some(next) => self.prose(&fill(around.to_next, &[&step, &next.number, &next.title])),
            None if course.due().is_some() => self.prose(&fill(around.to_missed, &[&step])),
            None => self.prose(around.last),
        }
        let (list, out, quit) = (self.key(Learn::List), self.key(Learn::Out), self.named(action::Action::Quit));
        self.prose(&fill(around.end_keys, &[&list, &out, &quit]));
        self.active = 0..self.lines.len();
    }

    fn prose(&mut self, markdown: &str) {
        if !markdown.is_empty() {
            self.lines.extend(prose::lines(markdown, self.width, self.theme));
            self.blank();
        }
    }

    fn blank(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// A line with a mark before it, wrapped below its text.
    fn marked(&mut self, mark: &'static str, text: &str, style: Style) {
        let indent = words::width(mark);
        for (row, part) in
            words::wrap(&self.theme.spelled(text), self.width.saturating_sub(indent).max(8), 0).into_iter().enumerate()
        {
            let lead = if row == 0 { mark.to_owned() } else { " ".repeat(usize::from(indent)) };
            self.lines.push(Line::from(vec![Span::styled(lead, self.theme.strong()), Span::styled(part, style)]));
        }
    }

    fn run(&mut self, statements: &[Statement], taking: &Taking) {
        let theme = self.theme;
        let arrow = if theme.is_ascii() { "->" } else { "→" };
        let is_running = taking.running.is_some() && taking.made.len() > taking.walk.made();
        for (at, statement) in statements.iter().enumerate() {
            let is_next = at == taking.walk.made();
            match taking.made.get(at) {
                Some(_) if is_next && is_running => self.marked("… ", &statement.text, theme.strong()),
                Some(made) => {
                    let got = made.got.as_ref().map(|got| format!("  {arrow} {got}")).unwrap_or_default();
                    let mark = if made.instead_of.is_some() { "✗ " } else { "✓ " };
                    self.marked(mark, &format!("{}{got}", statement.text), Style::new());
                    if let Some(want) = &made.instead_of {
                        self.marked("  ", &fill(self.around.otherwise, &[want]), theme.alarm());
                    }
                }
                None if is_next => self.marked("▸ ", &statement.text, theme.strong()),
                None => self.marked("  ", &statement.text, theme.faint()),
            }
            if at < taking.walk.made() || is_next {
                self.active.end = self.lines.len();
            }
        }
        // Of several statements, what is done lies above and may leave the screen.
        if taking.walk.made() < statements.len() {
            self.active.start = self.active.end.saturating_sub(2).max(self.active.start);
        }
    }

    fn predict(&mut self, prediction: &Prediction, taking: &Taking) {
        let arrow = if self.theme.is_ascii() { "<-" } else { "←" };
        self.marked("▸ ", &prediction.statement.text, self.theme.strong());
        for (at, option) in prediction.options.iter().enumerate() {
            let is_marked = taking.chosen == Some(at);
            let number = self.app.keymap.choice(at + 1);
            let Some(answer) = &taking.answer else {
                let style = if is_marked { self.theme.shout() } else { Style::new() };
                self.marked(if is_marked { "  ▸ " } else { "    " }, &format!("{number} {}", option.text), style);
                continue;
            };
            let remark = match (answer.held.get(at).copied().unwrap_or(false), answer.guess == at) {
                (true, true) => format!("  {arrow} {}", self.around.guess_and_came),
                (true, false) => format!("  {arrow} {}", self.around.came),
                (false, true) => format!("  {arrow} {}", self.around.guess),
                (false, false) => String::new(),
            };
            let held = answer.held.get(at).copied().unwrap_or(false);
            let style = if held { self.theme.strong() } else { Style::new() };
            self.marked(if held { "  ✓ " } else { "    " }, &format!("{number} {}{remark}", option.text), style);
        }
        let verdict_from = self.lines.len();
        match &taking.answer {
            Some(answer) => {
                self.verdict(prediction, answer);
                self.active.start = verdict_from;
            }
            None if taking.chosen.is_some() => {
                let ask = fill(self.around.ask, &[&self.key(Learn::Step)]);
                self.marked("", &ask, Style::new());
            }
            None => {
                let (first, last) = (1, prediction.options.len());
                let [first, last] = [first, last].map(|number| self.app.keymap.choice(number));
                let how = fill(self.around.question, &[&first, &last]);
                self.marked("", &how, Style::new());
            }
        }
        self.active.end = self.lines.len();
    }

    fn verdict(&mut self, prediction: &Prediction, answer: &QuestionResult) {
        let around = self.around;
        let text = |at: usize| prediction.options.get(at).map_or("", |option| option.text.as_str());
        let held = answer.held.iter().position(|held| *held);
        let (mark, words) = match held {
            Some(at) if at == answer.guess => (around.right, fill(around.answered, &[&text(at)])),
            Some(at) => (around.wrong, fill(around.said_answered, &[&text(answer.guess), &text(at)])),
            None => (around.none, fill(around.this_kernel, &[&answer.got])),
        };
        self.marked(mark, &words, Style::new());
        let why = prediction.options.get(answer.guess).and_then(|option| option.why.as_deref());
        if let Some(why) = why.filter(|_| held != Some(answer.guess)) {
            self.lines.extend(prose::lines(why, self.width, self.theme));
        }
        if !answer.other_kinds.is_empty() {
            self.marked("", &fill(around.other_kind, &[&answer.other_kinds.join(", ")]), Style::new());
        }
        let ticked = prediction.options.iter().position(|option| option.ticked);
        if held.is_some() && held != ticked {
            self.marked("", around.other_kernel, self.theme.alarm());
        }
    }

    fn reach(&mut self, goal: &Goal, taking: &Taking, (is_met, part): (bool, CoursePart)) {
        let (theme, around) = (self.theme, self.around);
        let head = match (is_met, part) {
            (true, _) => around.reached,
            (false, CoursePart::Hunt) => around.repair,
            (false, CoursePart::Main | CoursePart::Extra) => around.goal,
        };
        self.marked("", head, theme.strong());
        for (at, condition) in goal.conditions.iter().enumerate() {
            let state = taking.states.get(at);
            let holds = is_met || state.is_some_and(|state| state.holds);
            let wants: Vec<&str> = condition.expectations.iter().map(|expected| expected.text.as_str()).collect();
            let text = format!("{} => {}", condition.text, wants.join(", "));
            self.marked(if holds { "[✓] " } else { "[ ] " }, &text, Style::new());
            if let Some(instead) = state.and_then(|state| state.instead.as_ref()).filter(|_| !holds) {
                self.marked("    ", &fill(around.differs, &[instead]), theme.faint());
            }
        }
        if is_met {
            if let Some((used, fewest, best)) = self.app.course.repair(goal) {
                self.marked("", &fill(around.statements_used, &[&used, &fewest]), theme.strong());
                self.marked("", &fill(around.best, &[&best]), Style::new());
            }
            return;
        }
        for (at, hint) in goal.hints.iter().take(taking.hints).enumerate() {
            self.blank();
            self.marked("", &fill(around.hint, &[&(at + 1), &goal.hints.len()]), theme.strong());
            self.lines.extend(prose::lines(hint, self.width, theme));
        }
        self.active.end = self.lines.len();
    }
}
