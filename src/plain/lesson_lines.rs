//! What a lesson has to say, as lines: only what has not been said yet. Every line makes sense by itself when it is read aloud.

use crate::app::course::{Course, CourseItem, QuestionResult, StatementResult, Taking};
use crate::app::{App, Mode};
use crate::lesson::goal::ConditionState;
use crate::lesson::language::ORIGINAL;
use crate::lesson::words::{self as phrases, Words, fill};
use crate::lesson::{Action, Goal, Lesson, LessonStep, Next, Prediction};
use crate::script::Statement;
use crate::text;
use crate::ui::{prose, words};

/// What was said of the lesson so far.
#[derive(Debug, Clone, Default)]
pub struct ToldSoFar {
    /// Which lesson or problem, by its number.
    lesson: Option<(CourseItem, u32)>,
    /// Which step.
    step: Option<usize>,
    made: usize,
    is_answered: bool,
    hints: usize,
    states: Vec<ConditionState>,
    is_at_rest: bool,
    is_over: bool,
    /// The statement of the solution that was offered.
    offered: Option<String>,
}

/// Lines being made.
struct Page {
    /// The words around the lesson, in its language.
    around: &'static Words,
    /// Columns that paragraphs are wrapped to; none of paragraphs as one line.
    width: Option<u16>,
    lines: Vec<String>,
}

impl ToldSoFar {
    /// The step is to be told once more.
    pub fn forget_step(&mut self) {
        *self = Self { lesson: self.lesson, is_over: false, ..Self::default() };
    }

    /// What is new since it was asked last; `reasons` say why that came out so.
    pub fn news(&mut self, app: &App, width: Option<u16>, reasons: &[String]) -> Vec<String> {
        let language = app.course.shown().map_or(ORIGINAL, |(lesson, _)| lesson.language);
        let mut page = Page { around: phrases::of(language), width, lines: Vec::new() };
        let Some((lesson, taking)) = app.course.shown() else {
            for reason in reasons {
                page.reason(reason);
            }
            *self = Self::default();
            return page.lines;
        };
        let of = (taking.lesson, lesson.number);
        let is_new = self.lesson != Some(of) || self.step != Some(taking.walk.step());
        let next = if is_new { None } else { self.outcome(lesson, taking, &mut page) };
        // What is to be read once the step is done may begin with the reason.
        let after = taking.walk.current(lesson).and_then(|step| step.after.as_deref()).unwrap_or_default();
        for reason in reasons.iter().filter(|reason| !after.starts_with(reason.as_str())) {
            page.reason(reason);
        }
        if let Some(statement) = next {
            page.say(&fill(page.around.line_runs, &[&statement.text]));
        }
        if is_new {
            self.begin(app, (lesson, taking), of, &mut page);
        }
        self.goal(app, (lesson, taking), &mut page);
        self.offer(app, taking, &mut page);
        self.rest(&app.course, (lesson, taking), &mut page);
        page.lines
    }

    /// What came of the step's own statement; gives the one that is next.
    fn outcome<'a>(&mut self, lesson: &'a Lesson, taking: &Taking, page: &mut Page) -> Option<&'a Statement> {
        let step = taking.walk.current(lesson)?;
        match &step.action {
            Action::Run(statements) => {
                let done = taking.walk.made();
                for made in taking.made.iter().take(done).skip(self.made) {
                    page.made(made);
                }
                let is_further = done > std::mem::replace(&mut self.made, done);
                return statements.get(done).filter(|_| is_further);
            }
            Action::Predict(prediction) => {
                if let Some(answer) = taking.answer.as_ref().filter(|_| !self.is_answered) {
                    page.verdict(prediction, answer);
                    self.is_answered = true;
                }
            }
            Action::Read | Action::Reach(_) => {}
        }
        None
    }

    /// A lesson, or its next step.
    fn begin(&mut self, app: &App, (lesson, taking): (&Lesson, &Taking), of: (CourseItem, u32), page: &mut Page) {
        if self.lesson != Some(of) {
            page.title(&app.course, lesson, taking);
        }
        *self = Self { lesson: Some(of), step: Some(taking.walk.step()), ..Self::default() };
        let Some(step) = taking.walk.current(lesson) else { return };
        if taking.lesson != CourseItem::Problem {
            page.say(&fill(page.around.line_step, &[&(taking.walk.step() + 1), &lesson.steps.len()]));
        }
        page.step(lesson, step, taking);
        self.made = taking.walk.made();
        self.states.clone_from(&taking.states);
        if let (Action::Predict(prediction), Some(answer)) = (&step.action, &taking.answer) {
            page.verdict(prediction, answer);
            self.is_answered = true;
        }
    }

    /// Hints that were asked for, and what has become of the goal's conditions.
    fn goal(&mut self, app: &App, (lesson, taking): (&Lesson, &Taking), page: &mut Page) {
        let Some(Action::Reach(goal)) = taking.walk.current(lesson).map(|step| &step.action) else { return };
        let is_met = taking.walk.next(lesson) == Next::Rest;
        for (at, hint) in goal.hints.iter().enumerate().take(taking.hints).skip(self.hints) {
            page.say(&format!("{}:", fill(page.around.hint, &[&(at + 1), &goal.hints.len()])));
            page.prose(hint);
        }
        self.hints = taking.hints;
        if !is_met {
            for (at, (condition, state)) in goal.conditions.iter().zip(&taking.states).enumerate() {
                let before = self.states.get(at).cloned().unwrap_or_default();
                page.change(condition, &before, state);
            }
        } else if !self.is_at_rest {
            page.say(page.around.line_reached);
            if let Some((used, fewest, best)) = app.course.repair(goal) {
                page.say(&fill(page.around.statements_used, &[&used, &fewest]));
                page.say(&fill(page.around.best, &[&best]));
            }
        }
        self.states.clone_from(&taking.states);
    }

    /// The solution's next statement.
    fn offer(&mut self, app: &App, taking: &Taking, page: &mut Page) {
        let offered = (app.mode == Mode::Prompt && taking.is_solving).then(|| app.prompt.text().to_owned());
        if let Some(text) = offered.as_ref().filter(|_| offered != self.offered) {
            page.say(&fill(page.around.line_offer, &[text]));
        }
        self.offered = offered;
    }

    /// The step, or the lesson, is done.
    fn rest(&mut self, course: &Course, (lesson, taking): (&Lesson, &Taking), page: &mut Page) {
        let next = taking.walk.next(lesson);
        let is_first = !std::mem::replace(&mut self.is_at_rest, next == Next::Rest);
        if next == Next::Rest && is_first {
            if let Some(after) = taking.walk.current(lesson).and_then(|step| step.after.as_ref()) {
                page.prose(after);
            }
            if taking.lesson == CourseItem::Problem {
                page.say(&format!("So far {}. Enter: the next problem.", course.practice.score()));
            } else {
                page.say(page.around.line_on);
            }
        }
        let was_over = std::mem::replace(&mut self.is_over, next == Next::Over);
        if next != Next::Over || was_over {
            return;
        }
        page.say(&fill(page.around.line_done, &[&lesson.number]));
        for line in course.summary(lesson) {
            page.say(&line);
        }
        let following = match taking.lesson {
            CourseItem::Lesson(at) => course.lessons.get(at + 1),
            CourseItem::Problem | CourseItem::Review => None,
        };
        let is_due = course.due().is_some();
        match following {
            _ if is_due => page.say(page.around.line_missed),
            Some(next) => page.say(&fill(page.around.line_next, &[&next.number, &next.title])),
            None => page.say(page.around.line_last),
        }
    }
}

impl Page {
    fn say(&mut self, text: &str) {
        match self.width {
            Some(width) => self.lines.extend(words::wrap(text, width, 2)),
            None => self.lines.push(text::string(text)),
        }
    }

    fn prose(&mut self, markdown: &str) {
        let lines = prose::text(markdown, self.width);
        if self.width.is_some() && !lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.extend(lines);
        if self.width.is_some() {
            self.lines.push(String::new());
        }
    }

    /// What has become of a goal's condition, where something has.
    fn change(&mut self, condition: &Statement, before: &ConditionState, now: &ConditionState) {
        let wish = wish(condition);
        match (before.holds, now.holds, &now.instead) {
            (false, true, _) => self.say(&fill(self.around.line_holds_now, &[&wish])),
            (true, false, _) => self.say(&fill(self.around.line_holds_no_longer, &[&wish])),
            (_, false, Some(instead)) if before != now => self.say(&fill(self.around.line_differs, &[&wish, instead])),
            _ => {}
        }
    }

    fn reason(&mut self, text: &str) {
        self.say(&format!("why: {text}"));
    }

    fn title(&mut self, course: &Course, lesson: &Lesson, taking: &Taking) {
        let steps = lesson.steps.len();
        match taking.lesson {
            CourseItem::Review => {
                let again = self.around.again;
                self.say(&format!("{}: {} {}.", again, lesson.number, lesson.title));
            }
            CourseItem::Problem => self.say(&format!("Problem {}. So far {}.", lesson.number, course.practice.score())),
            CourseItem::Lesson(_) => {
                let title = fill(self.around.line_title, &[&lesson.number, &lesson.title, &steps, &lesson.minutes]);
                self.say(&title);
            }
        }
    }

    fn step(&mut self, lesson: &Lesson, step: &LessonStep, taking: &Taking) {
        // What is said first of a lesson is its title already.
        let title = step.prose.strip_prefix("# ").and_then(|rest| rest.strip_prefix(&lesson.title));
        self.prose(title.unwrap_or(&step.prose).trim_start());
        match &step.action {
            Action::Read => {}
            Action::Run(statements) => self.statements(statements, taking),
            Action::Predict(prediction) => self.question(prediction),
            Action::Reach(goal) => self.wishes(goal, taking),
        }
    }

    fn statements(&mut self, statements: &[Statement], taking: &Taking) {
        for (at, statement) in statements.iter().enumerate() {
            let phrase = match at.cmp(&taking.walk.made()) {
                std::cmp::Ordering::Less => self.around.line_did,
                std::cmp::Ordering::Equal => self.around.line_runs,
                std::cmp::Ordering::Greater => self.around.line_then,
            };
            self.say(&fill(phrase, &[&statement.text]));
        }
    }

    fn made(&mut self, made: &StatementResult) {
        match (&made.got, &made.instead_of) {
            (Some(got), None) if made.wanted.is_some() => {
                let want = made.wanted.as_deref().unwrap_or_default();
                self.say(&fill(self.around.line_came_holds, &[got, &want]));
            }
            (Some(got), Some(want)) => {
                self.say(&fill(self.around.line_came_other, &[got, want]));
            }
            (Some(got), None) => self.say(&fill(self.around.line_came, &[got])),
            (None, _) => {}
        }
    }

    fn question(&mut self, prediction: &Prediction) {
        self.say(&fill(self.around.line_question, &[&prediction.statement.text]));
        for (at, option) in prediction.options.iter().enumerate() {
            self.say(&format!("{}: {}", at + 1, option.text));
        }
        self.say(&fill(self.around.line_answer, &[&1, &prediction.options.len()]));
    }

    fn verdict(&mut self, prediction: &Prediction, answer: &QuestionResult) {
        let around = self.around;
        let option = |at: usize| match prediction.options.get(at) {
            Some(option) => format!("{}: {}", at + 1, option.text),
            None => String::new(),
        };
        let held = answer.held.iter().position(|held| *held);
        match held {
            Some(at) if at == answer.guess => self.say(&fill(around.line_right, &[&option(at)])),
            Some(at) => {
                self.say(&fill(around.line_wrong, &[&option(answer.guess)]));
                self.say(&fill(around.line_kernel, &[&option(at)]));
            }
            None => self.say(&fill(around.line_none, &[&answer.got])),
        }
        let why = prediction.options.get(answer.guess).and_then(|option| option.why.as_deref());
        if let Some(why) = why.filter(|_| held != Some(answer.guess)) {
            self.prose(why);
        }
        if !answer.other_kinds.is_empty() {
            self.say(&fill(around.other_kind, &[&answer.other_kinds.join(", ")]));
        }
        let ticked = prediction.options.iter().position(|option| option.ticked);
        if held.is_some() && held != ticked {
            self.say(around.other_kernel);
        }
    }

    fn wishes(&mut self, goal: &Goal, taking: &Taking) {
        self.say(self.around.line_goal);
        for (at, condition) in goal.conditions.iter().enumerate() {
            let holds = taking.states.get(at).is_some_and(|state| state.holds);
            let phrase = if holds { self.around.line_holds } else { self.around.line_not_yet };
            self.say(&fill(phrase, &[&wish(condition)]));
        }
        self.say(&fill(self.around.line_help, &[&goal.hints.len()]));
    }
}

/// A condition as it is written.
fn wish(condition: &Statement) -> String {
    let wants: Vec<&str> = condition.expectations.iter().map(|expected| expected.text.as_str()).collect();
    format!("{} => {}", condition.text, wants.join(", "))
}
