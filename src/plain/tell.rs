//! What a lesson has to say, as lines: only what has not been said yet. Every line makes sense by itself when it is read aloud.

use crate::app::course::{Answer, Course, Made, Taking, Which};
use crate::app::{App, Mode};
use crate::lesson::{Action, Goal, Lesson, Next, Prediction, Step};
use crate::script::Statement;
use crate::script::spell;
use crate::ui::{prose, words};

/// What was said of the lesson so far.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Which lesson or problem, by its number.
    lesson: Option<(Which, u32)>,
    /// Which step.
    step: Option<usize>,
    made: usize,
    is_answered: bool,
    hints: usize,
    holding: Vec<bool>,
    is_at_rest: bool,
    is_over: bool,
    /// The statement of the solution that was offered.
    offered: Option<String>,
}

/// Lines being made.
struct Page {
    /// Columns that paragraphs are wrapped to; none of paragraphs as one line.
    width: Option<u16>,
    lines: Vec<String>,
}

impl Told {
    /// The step is to be told once more.
    pub fn forget_step(&mut self) {
        *self = Self { lesson: self.lesson, is_over: false, ..Self::default() };
    }

    /// What is new since it was asked last; `reasons` say why that came out so.
    pub fn news(&mut self, app: &App, width: Option<u16>, reasons: &[String]) -> Vec<String> {
        let mut page = Page { width, lines: Vec::new() };
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
            page.say(&format!("Enter runs: {}", statement.text));
        }
        if is_new {
            self.begin(app, (lesson, taking), of, &mut page);
        }
        self.goal(lesson, taking, &mut page);
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
    fn begin(&mut self, app: &App, (lesson, taking): (&Lesson, &Taking), of: (Which, u32), page: &mut Page) {
        if self.lesson != Some(of) {
            page.title(&app.course, lesson, taking);
        }
        *self = Self { lesson: Some(of), step: Some(taking.walk.step()), ..Self::default() };
        let Some(step) = taking.walk.current(lesson) else { return };
        if taking.lesson != Which::Problem {
            page.say(&format!("Step {} of {}.", taking.walk.step() + 1, lesson.steps.len()));
        }
        page.step(lesson, step, taking);
        self.made = taking.walk.made();
        self.holding.clone_from(&taking.holding);
        if let (Action::Predict(prediction), Some(answer)) = (&step.action, &taking.answer) {
            page.verdict(prediction, answer);
            self.is_answered = true;
        }
    }

    /// Hints that were asked for, and what has become of the goal's conditions.
    fn goal(&mut self, lesson: &Lesson, taking: &Taking, page: &mut Page) {
        let Some(Action::Reach(goal)) = taking.walk.current(lesson).map(|step| &step.action) else { return };
        let is_met = taking.walk.next(lesson) == Next::Rest;
        for (at, hint) in goal.hints.iter().enumerate().take(taking.hints).skip(self.hints) {
            page.say(&format!("Hint {} of {}:", at + 1, goal.hints.len()));
            page.prose(hint);
        }
        self.hints = taking.hints;
        if !is_met {
            for (at, holds) in taking.holding.iter().enumerate() {
                let held = self.holding.get(at).copied().unwrap_or(false);
                if let Some(condition) = goal.conditions.get(at).filter(|_| *holds != held) {
                    let change = if *holds { "holds now" } else { "holds no longer" };
                    page.say(&format!("{change}: {}", wish(condition)));
                }
            }
        } else if !self.is_at_rest {
            page.say("Reached: all of the goal holds.");
        }
        self.holding.clone_from(&taking.holding);
    }

    /// The solution's next statement.
    fn offer(&mut self, app: &App, taking: &Taking, page: &mut Page) {
        let offered = (app.mode == Mode::Prompt && taking.is_solving).then(|| app.prompt.text().to_owned());
        if let Some(text) = offered.as_ref().filter(|_| offered != self.offered) {
            page.say(&format!("The answer has this statement next, Enter runs it: {text}"));
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
            if taking.lesson == Which::Problem {
                page.say(&format!("So far {}. Enter: the next problem.", course.practice.score()));
            } else {
                page.say("Enter goes on.");
            }
        }
        let was_over = std::mem::replace(&mut self.is_over, next == Next::Over);
        if next != Next::Over || was_over {
            return;
        }
        page.say(&format!("Lesson {} is done.", lesson.number));
        let following = match taking.lesson {
            Which::Lesson(at) => course.lessons.get(at + 1),
            Which::Problem => None,
        };
        match following {
            Some(next) => page.say(&format!("Enter begins lesson {}: {}. quit leaves.", next.number, next.title)),
            None => page.say("It was the last one. lessons lists them all, quit leaves."),
        }
    }
}

impl Page {
    fn say(&mut self, text: &str) {
        match self.width {
            Some(width) => self.lines.extend(words::wrap(text, width, 2)),
            None => self.lines.push(spell::string(text)),
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

    fn reason(&mut self, text: &str) {
        self.say(&format!("why: {text}"));
    }

    fn title(&mut self, course: &Course, lesson: &Lesson, taking: &Taking) {
        let steps = words::count(lesson.steps.len() as u64, "step", "steps");
        let minutes = words::count(u64::from(lesson.minutes), "minute", "minutes");
        match taking.lesson {
            Which::Problem => self.say(&format!("Problem {}. So far {}.", lesson.number, course.practice.score())),
            Which::Lesson(_) => {
                self.say(&format!("Lesson {}: {}. {steps}, about {minutes}.", lesson.number, lesson.title));
            }
        }
    }

    fn step(&mut self, lesson: &Lesson, step: &Step, taking: &Taking) {
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
            let state = match at.cmp(&taking.walk.made()) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal => "Enter runs",
                std::cmp::Ordering::Greater => "then",
            };
            self.say(&format!("{state}: {}", statement.text));
        }
    }

    fn made(&mut self, made: &Made) {
        match (&made.got, &made.instead_of) {
            (Some(got), None) if made.wanted.is_some() => {
                let want = made.wanted.as_deref().unwrap_or_default();
                self.say(&format!("came: {got}; the lesson has {want}, which holds."));
            }
            (Some(got), Some(want)) => {
                self.say(&format!("came: {got}. This kernel answers otherwise: the lesson has {want}."));
            }
            (Some(got), None) => self.say(&format!("came: {got}, as the lesson has it.")),
            (None, _) => {}
        }
    }

    fn question(&mut self, prediction: &Prediction) {
        self.say(&format!("Question: what will the kernel answer to: {}", prediction.statement.text));
        for (at, option) in prediction.options.iter().enumerate() {
            self.say(&format!("{}: {}", at + 1, option.text));
        }
        self.say(&format!("Type the number of your answer, 1 to {}.", prediction.options.len()));
    }

    fn verdict(&mut self, prediction: &Prediction, answer: &Answer) {
        let option = |at: usize| match prediction.options.get(at) {
            Some(option) => format!("{}: {}", at + 1, option.text),
            None => String::new(),
        };
        let held = answer.held.iter().position(|held| *held);
        match held {
            Some(at) if at == answer.guess => self.say(&format!("Right. The kernel answered {}", option(at))),
            Some(at) => {
                self.say(&format!("Wrong. You said {}", option(answer.guess)));
                self.say(&format!("The kernel answered {}", option(at)));
            }
            None => self.say(&format!("None of them. This kernel answered {}", answer.got)),
        }
        let ticked = prediction.options.iter().position(|option| option.ticked);
        if held.is_some() && held != ticked {
            self.say("The lesson says something else; on this kernel it is so.");
        }
    }

    fn wishes(&mut self, goal: &Goal, taking: &Taking) {
        self.say("Goal: bring this about, by statements of your own:");
        for (at, condition) in goal.conditions.iter().enumerate() {
            let state = if taking.holding.get(at) == Some(&true) { "holds" } else { "not yet" };
            self.say(&format!("{state}: {}", wish(condition)));
        }
        let hints = words::count(goal.hints.len() as u64, "hint", "hints");
        self.say(&format!("hint gives a hint, there are {hints}; answer gives the answer, statement by statement."));
    }
}

/// A condition as it is written.
fn wish(condition: &Statement) -> String {
    let wants: Vec<&str> = condition.expectations.iter().map(|expected| expected.text.as_str()).collect();
    format!("{} => {}", condition.text, wants.join(", "))
}
