//! A lesson's text: prose, the step's statements and what came of them, the question, the goal with its ticks, the hints, and
//! why it came out so.

use std::ops::Range;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::app::App;
use crate::app::action::{self, Learn};
use crate::app::course::{Answer, Scroll, Taking, Which};
use crate::lesson::{Action, Goal, Lesson, Next, Prediction};
use crate::script::Statement;
use crate::ui::theme::Theme;
use crate::ui::{Scene, present, prose, words};

/// A step's text, set.
struct Page<'a> {
    app: &'a App,
    theme: Theme,
    width: u16,
    lines: Vec<Line<'static>>,
    /// What is to be done, or has just been done.
    active: Range<usize>,
}

/// Where the text stands, and what has no room elsewhere.
#[derive(Debug, Clone)]
pub struct Place {
    /// Heading and text.
    pub area: Rect,
    /// An explanation that was cut: it stands below the text as a whole.
    pub why: Option<String>,
}

/// Draws heading and text.
pub fn draw(scene: Scene<'_>, on: &Place, buf: &mut Buffer) {
    let area = on.area;
    let Some((lesson, taking)) = present::lesson(scene).filter(|_| area.height > 1 && area.width > 4) else { return };
    let theme = scene.theme;
    let page = Page::of(scene, lesson, &taking, on);
    let first = page.first(taking.scroll, area);
    let below = page.lines.len().saturating_sub(first + rows(area));
    let mut place = match taking.walk.current(lesson) {
        _ if taking.lesson == Which::Problem => scene.app.course.practice.score(),
        Some(_) => format!("step {} of {}", taking.walk.step() + 1, lesson.steps.len()),
        None => "done".to_owned(),
    };
    if below > 0 {
        place = format!("{place} · {below} more ↓");
    }
    if scene.app.course.warning.is_some() {
        place = format!("NOT SAVED · {place}");
    }
    let left = vec![
        Span::raw("─ "),
        Span::styled(
            words::cut(&format!("{} {}", lesson.number, theme.spelled(&lesson.title)), area.width),
            theme.strong(),
        ),
        Span::raw(" "),
    ];
    let right = vec![Span::styled(format!(" {place} "), theme.faint())];
    buf.set_line(area.x, area.y, &words::between(left, right, area.width, ("─", Style::new())), area.width);
    for (y, line) in (area.y + 1..area.bottom()).zip(page.lines.iter().skip(first)) {
        buf.set_line(area.x + 1, y, line, area.width - 1);
    }
}

/// Where a key that scrolls leads to: the first line seen after it.
pub fn scrolled(scene: Scene<'_>, on: &Place, by: isize) -> u16 {
    let area = on.area;
    let Some((lesson, taking)) = present::lesson(scene) else { return 0 };
    let page = Page::of(scene, lesson, &taking, on);
    let most = page.lines.len().saturating_sub(rows(area));
    let first = page.first(taking.scroll, area).saturating_add_signed(by).min(most);
    u16::try_from(first).unwrap_or(u16::MAX)
}

/// Whether something that is to be read before going on lies below what is seen.
pub fn has_unread(scene: Scene<'_>, on: &Place) -> bool {
    let area = on.area;
    let Some((lesson, taking)) = present::lesson(scene) else { return false };
    let page = Page::of(scene, lesson, &taking, on);
    page.first(taking.scroll, area) + rows(area) < page.active.end
}

/// Lines that are seen at one time.
pub fn rows(area: Rect) -> usize {
    usize::from(area.height.saturating_sub(1))
}

impl<'a> Page<'a> {
    fn of(scene: Scene<'a>, lesson: &Lesson, taking: &Taking, on: &Place) -> Self {
        let width = on.area.width.saturating_sub(2);
        let mut page = Self { app: scene.app, theme: scene.theme, width, lines: Vec::new(), active: 0..0 };
        let Some(step) = taking.walk.current(lesson) else {
            page.end(match taking.lesson {
                Which::Lesson(at) => scene.app.course.lessons.get(at + 1),
                Which::Problem => None,
            });
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
            Action::Reach(goal) => page.reach(goal, taking, taking.walk.next(lesson) == Next::Rest),
        }
        if taking.walk.next(lesson) == Next::Rest {
            if let Some(after) = &step.after {
                page.blank();
                page.prose(after);
            }
            if taking.lesson == Which::Problem {
                page.prose(&format!("**{}**: the next problem.", page.key(Learn::Step)));
            }
            page.active.end = page.lines.len();
        }
        if let Some(why) = on.why.as_deref().filter(|_| !scene.app.present.is_hidden) {
            page.blank();
            page.marked("WHY   ", why, Style::new());
        }
        page
    }

    /// The first line seen.
    fn first(&self, scroll: Scroll, area: Rect) -> usize {
        let rows = rows(area);
        let most = self.lines.len().saturating_sub(rows);
        match scroll {
            Scroll::Top => 0,
            Scroll::At(line) => usize::from(line).min(most),
            Scroll::Active if self.active.len() > rows => self.active.start,
            Scroll::Active => self.active.end.saturating_sub(rows),
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

    fn end(&mut self, next: Option<&Lesson>) {
        self.prose("# This lesson is done.");
        match next {
            Some(next) => {
                let step = self.key(Learn::Step);
                self.prose(&format!("**{step}**: the next lesson, {} {}.", next.number, next.title));
            }
            None => self.prose("It was the last one."),
        }
        let (list, out, quit) = (self.key(Learn::List), self.key(Learn::Out), self.named(action::Action::Quit));
        self.prose(&format!("**{list}**: all lessons. **{out}**: play on this bench. **{quit}**: leave."));
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
                        self.marked(
                            "  ",
                            &format!("this kernel answers otherwise: the lesson has {want}"),
                            theme.alarm(),
                        );
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
                (true, true) => format!("  {arrow} your guess, and what came"),
                (true, false) => format!("  {arrow} what came"),
                (false, true) => format!("  {arrow} your guess"),
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
                let ask = format!("{}: ask the kernel.", self.key(Learn::Step));
                self.marked("", &ask, Style::new());
            }
            None => {
                let (first, last) = (1, prediction.options.len());
                let [first, last] = [first, last].map(|number| self.app.keymap.choice(number));
                let how = format!("What will the kernel answer? {first} to {last} chooses.");
                self.marked("", &how, Style::new());
            }
        }
        self.active.end = self.lines.len();
    }

    fn verdict(&mut self, prediction: &Prediction, answer: &Answer) {
        let text = |at: usize| prediction.options.get(at).map_or("", |option| option.text.as_str());
        let held = answer.held.iter().position(|held| *held);
        let (mark, words) = match held {
            Some(at) if at == answer.guess => ("RIGHT: ", format!("the kernel answered {}.", text(at))),
            Some(at) => ("WRONG: ", format!("you said {}, the kernel answered {}.", text(answer.guess), text(at))),
            None => ("NONE OF THEM: ", format!("this kernel answered {}.", answer.got)),
        };
        self.marked(mark, &words, Style::new());
        let ticked = prediction.options.iter().position(|option| option.ticked);
        if held.is_some() && held != ticked {
            self.marked("", "The lesson says something else; on this kernel it is so.", self.theme.alarm());
        }
    }

    fn reach(&mut self, goal: &Goal, taking: &Taking, is_met: bool) {
        let theme = self.theme;
        let head = if is_met { "REACHED" } else { "GOAL: bring this about" };
        self.marked("", head, theme.strong());
        for (at, condition) in goal.conditions.iter().enumerate() {
            let holds = is_met || taking.holding.get(at).copied().unwrap_or(false);
            let wants: Vec<&str> = condition.expectations.iter().map(|expected| expected.text.as_str()).collect();
            let text = format!("{} => {}", condition.text, wants.join(", "));
            self.marked(if holds { "[✓] " } else { "[ ] " }, &text, Style::new());
        }
        if is_met {
            return;
        }
        for (at, hint) in goal.hints.iter().take(taking.hints).enumerate() {
            self.blank();
            self.marked("", &format!("Hint {} of {}", at + 1, goal.hints.len()), theme.strong());
            self.lines.extend(prose::lines(hint, self.width, theme));
        }
        self.active.end = self.lines.len();
    }
}
