//! A lesson as data: prose and steps, made of statements of the language only. Text becomes this in `lesson::load`; whether a
//! goal is met, `lesson::goal` says. Nothing here makes a call.

pub mod builtin;
pub mod gift;
pub mod goal;
pub mod language;
pub mod list;
pub mod load;
pub mod other_kinds;
pub mod problem_wish;
pub mod merge;
pub mod plan;
pub mod progress;
pub mod report;
pub mod review;
pub mod score;
pub mod sheet;
pub mod shuffle;
pub mod position;
pub mod words;
pub mod write;

use crate::script::{Expectation, Statement};

pub use goal::Goal;
pub use load::LessonError;
pub use position::{LessonPosition, Next};

/// The largest lesson file, in bytes. A larger one is an error.
pub const MAX_SOURCE: usize = 256 * 1024;
/// The most steps of one lesson, its statements, a prediction's options, a goal's hints. More is an error.
pub const MAX_STEPS: usize = 64;
/// See [`MAX_STEPS`].
pub const MAX_STATEMENTS: usize = 512;
/// See [`MAX_STEPS`].
pub const MAX_OPTIONS: usize = 6;
/// See [`MAX_STEPS`].
pub const MAX_HINTS: usize = 6;
/// The longest `sleep` of a lesson, in milliseconds.
pub const MAX_SLEEP_MS: i64 = 3000;

/// The file in a folder of lessons that is no lesson: every topic once, with the lessons about it.
pub const INDEX: &str = "README.md";

/// What lessons can be about; the list of lessons is ordered and searched by it.
pub const TOPICS: &[&str] = &[
    "basics",
    "messages",
    "end of file",
    "errors",
    "buffers",
    "poll",
    "processes",
    "descriptors",
    "credentials",
    "by name",
    "claims",
    "signals",
    "bug hunts",
];

/// One lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// The file's name without number and `.md`: what `after` and links name.
    pub id: String,
    /// The number at the beginning of the file's name.
    pub number: u32,
    /// The file as given, for errors.
    pub file: String,
    /// Its title.
    pub title: String,
    /// Of [`TOPICS`].
    pub topics: Vec<String>,
    /// Lessons to take first, by id.
    pub after: Vec<String>,
    /// How long it takes.
    pub minutes: u32,
    /// Widespread errors that it puts right, by their number in `facts/af_unix.md` (`M01`).
    pub shows: Vec<String>,
    /// What the learner knows at its end, as the rest of "You now know that …".
    pub know: Option<String>,
    /// Whether it belongs to the main course, the extras behind it, or the bug hunts.
    pub part: CoursePart,
    /// It is one of the lessons for a course of 50 minutes.
    pub is_on_track: bool,
    /// The language of its words, of [`language::LANGUAGES`].
    pub language: &'static str,
    /// The C that is shown in it, block by block.
    pub c: Vec<CodeBlock>,
    /// Run before the first step, not stepped through.
    pub setup: Vec<Statement>,
    /// In order.
    pub steps: Vec<LessonStep>,
    /// Links to other lessons: id and line.
    pub links: Vec<(String, u32)>,
}

/// Where a lesson stands in its course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CoursePart {
    /// The main course.
    #[default]
    Main,
    /// Behind the line: worth knowing, not needed for the rest.
    Extra,
    /// A broken program: find out why, repair it with few statements.
    Hunt,
}

/// A block of code that is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBlock {
    /// The line of its fence.
    pub line: u32,
    /// Without the fence.
    pub text: String,
}

/// One step: prose, then something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonStep {
    /// The line of its block in the file; of a step that is only prose, of that.
    pub line: u32,
    /// Markdown.
    pub prose: String,
    /// What is to be done.
    pub action: Action,
    /// Markdown, shown once it is done: why it came out so.
    pub after: Option<String>,
}

/// What a step asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// To be read.
    Read,
    /// Statements, one key each.
    Run(Vec<Statement>),
    /// What will the kernel answer?
    Predict(Prediction),
    /// To be brought about by any means.
    Reach(Goal),
}

/// A statement whose result is to be foretold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prediction {
    /// The statement, without expectations.
    pub statement: Statement,
    /// Possible answers.
    pub options: Vec<Choice>,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its line in the file.
    pub line: u32,
    /// As written.
    pub text: String,
    /// As understood; all must hold.
    pub expectations: Vec<Expectation>,
    /// Whether it is the right one.
    pub ticked: bool,
    /// Markdown: why this answer is wrong.
    pub why: Option<String>,
}

impl Lesson {
    /// Blocks of all kinds that the lesson is made of.
    pub fn blocks(&self) -> usize {
        let of_step = |step: &LessonStep| {
            let own = match &step.action {
                Action::Read => 0,
                Action::Run(_) | Action::Predict(_) => 1,
                Action::Reach(goal) => 2 + goal.hints.len(),
            };
            own + usize::from(step.after.is_some())
        };
        usize::from(!self.setup.is_empty()) + self.c.len() + self.steps.iter().map(of_step).sum::<usize>()
    }

    /// The fewest statements that are known to reach its goals; none without a goal.
    pub fn fewest_statements(&self) -> Option<u32> {
        let goals = self.steps.iter().filter_map(|step| match &step.action {
            Action::Reach(goal) => Some(goal.fewest_statements()),
            Action::Read | Action::Run(_) | Action::Predict(_) => None,
        });
        goals.reduce(u32::saturating_add)
    }

    /// The questions, each with its step from 0.
    pub fn questions(&self) -> impl Iterator<Item = (usize, &Prediction)> {
        self.steps.iter().enumerate().filter_map(|(at, step)| match &step.action {
            Action::Predict(prediction) => Some((at, prediction)),
            Action::Read | Action::Run(_) | Action::Reach(_) => None,
        })
    }
}
