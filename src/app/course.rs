//! Lessons as the UI knows them: which there are, what is done, the one being taken and the place in it. Plain data; what keys
//! do to it stands in `app::learn`.

mod taking;

use std::cell::OnceCell;
use std::rc::Rc;

use crate::lesson::goal::ConditionState;
use crate::lesson::language::ORIGINAL;
use crate::lesson::position::only_looks;
use crate::lesson::progress::Progress;
use crate::lesson::shuffle;
use crate::lesson::words::{self, Words};
use crate::lesson::{Lesson, LessonPosition, Next, Prediction, list};
use crate::script::{Statement, Verb};
use crate::trace::{Event, What};

use super::Mode;
use super::input_line::InputLine;

/// Events since a goal's start that are kept; the oldest go first.
pub const MAX_SINCE: usize = 8192;

/// All lessons, and the one being taken.
#[derive(Debug, Clone)]
pub struct Course {
    /// In order.
    pub lessons: Rc<[Lesson]>,
    /// Their words, once somebody has searched them.
    texts: OnceCell<Vec<(String, String)>>,
    /// What is done.
    pub progress: Progress,
    /// Why progress could not be read or is not kept.
    pub warning: Option<String>,
    /// The lesson being taken.
    pub taking: Option<Taking>,
    /// The practice, once it has begun.
    pub practice: Practice,
    /// The missed question that is asked again, once one was.
    pub(super) review: Review,
    /// The list on the screen.
    pub list: List,
}

/// The list of lessons on the screen.
#[derive(Debug, Clone)]
pub struct List {
    /// The marked one, among those found.
    pub selected: usize,
    /// What is searched for.
    pub query: InputLine,
    /// What the keys meant before.
    pub back: Mode,
}

/// What is being taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseItem {
    /// A lesson of the course.
    Lesson(usize),
    /// The practice's problem.
    Problem,
    /// A question that was missed, asked again.
    Review,
}

/// A missed question that is asked again.
#[derive(Debug, Clone)]
pub(super) struct Review {
    /// Its name in the progress.
    pub name: String,
    /// The lesson after which it is asked.
    pub after: usize,
    /// Questions that were asked behind that lesson.
    pub asked: usize,
    /// A lesson of this one question; none before the first.
    pub lesson: Rc<[Lesson]>,
}

/// Problems without end, and how well they went.
#[derive(Debug, Clone)]
pub struct Practice {
    /// Which series of problems.
    pub seed: u64,
    /// The problem's number, from 1; 0 before the first.
    pub number: u32,
    /// Problems that were answered.
    pub answered: u32,
    /// Of those, rightly.
    pub right: u32,
    /// The problem, as a lesson of one question; none before the first.
    pub(super) problem: Rc<[Lesson]>,
    /// It is counted already.
    pub(super) is_counted: bool,
    /// What the problem before it was like.
    pub(super) before: Option<String>,
    /// A person who asks for this seed wants the same problems each time, however they are answered.
    pub(super) is_fixed: bool,
}

/// A lesson being taken.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four facts about a lesson, each true or not on its own")]
pub struct Taking {
    /// Which it is.
    pub lesson: CourseItem,
    /// The place in it.
    pub walk: LessonPosition,
    /// What came of the step's statements so far.
    pub made: Vec<StatementResult>,
    /// The option that is marked.
    pub chosen: Option<usize>,
    /// The kernel's answer to the question.
    pub answer: Option<QuestionResult>,
    /// Hints that are shown.
    pub hints: usize,
    /// How the goal's conditions stand.
    pub states: Vec<ConditionState>,
    /// Statements that were used on the goal, without those that only look; none once the answer was shown.
    pub used: Option<u32>,
    /// Which part of the text is seen.
    pub scroll: TextScroll,
    /// The learner plays elsewhere, and will be back.
    pub is_out: bool,
    /// What the lesson itself has on its way.
    pub running: Option<RunningWork>,
    /// The solution is in the prompt, one statement after the other.
    pub is_solving: bool,
    pub(super) since: Vec<Event>,
    /// What would tell an answer is shown in this step, because the learner asked for it.
    pub(super) is_revealed: bool,
    /// The bench is no longer as the lesson made it.
    pub(super) strayed: bool,
    /// Statements of the goal's solution that were run in its order.
    pub(super) solved: usize,
}

/// What came of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementResult {
    /// In the expectations' words; none where there are none.
    pub got: Option<String>,
    /// What the lesson wanted, where something else came.
    pub instead_of: Option<String>,
    /// What the lesson wanted, where that holds and reads otherwise: a number that it could not know.
    pub wanted: Option<String>,
}

/// What the kernel answered to a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuestionResult {
    /// The learner's guess.
    pub guess: usize,
    /// Which options hold.
    pub held: Vec<bool>,
    /// What came, in the options' words.
    pub got: String,
    /// Kinds of channel on which a wrong guess is the right answer.
    pub other_kinds: Vec<&'static str>,
}

/// Which part of a step's text is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextScroll {
    /// Its beginning.
    Top,
    /// What is to be done, or has just been done.
    Active,
    /// From this line on.
    At(u16),
}

/// What a lesson has on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunningWork {
    /// The bench is being made anew.
    Bench,
    /// A statement of its own.
    Statement,
}

impl Course {
    /// With these lessons.
    pub fn new(lessons: Vec<Lesson>, progress: Progress, warning: Option<String>) -> Self {
        let list = List { selected: 0, query: InputLine::default(), back: Mode::Keys };
        let practice = Practice::of(0);
        let review = Review { name: String::new(), after: 0, asked: 0, lesson: Rc::new([]) };
        Self {
            lessons: lessons.into(),
            texts: OnceCell::new(),
            progress,
            warning,
            taking: None,
            practice,
            review,
            list,
        }
    }

    /// With the options of all questions in the order that this seed gives.
    #[must_use]
    pub fn with_options_by(mut self, seed: u64) -> Self {
        for lesson in Rc::make_mut(&mut self.lessons) {
            shuffle::shuffle(lesson, seed);
        }
        self
    }

    /// With problems of this series.
    #[must_use]
    pub fn with_seed(self, seed: u64) -> Self {
        Self { practice: Practice { is_fixed: true, ..Practice::of(seed) }, ..self }
    }

    /// With problems of this series, and by what the learner knows.
    #[must_use]
    pub fn with_any_seed(self, seed: u64) -> Self {
        Self { practice: Practice::of(seed), ..self }
    }

    /// The words of each lesson, as they are and in small letters.
    pub fn texts(&self) -> &[(String, String)] {
        self.texts.get_or_init(|| {
            self.lessons
                .iter()
                .map(list::full_text)
                .map(|text| {
                    let small = text.to_lowercase();
                    (text, small)
                })
                .collect()
        })
    }

    /// The lesson being taken, by what stays while the rest changes.
    pub(super) fn book(&self) -> Option<(Rc<[Lesson]>, usize)> {
        match self.taking.as_ref()?.lesson {
            CourseItem::Lesson(at) => Some((self.lessons.clone(), at)),
            CourseItem::Problem => Some((self.practice.problem.clone(), 0)),
            CourseItem::Review => Some((self.review.lesson.clone(), 0)),
        }
    }

    fn lesson(&self, which: CourseItem) -> Option<&Lesson> {
        match which {
            CourseItem::Lesson(at) => self.lessons.get(at),
            CourseItem::Problem => self.practice.problem.first(),
            CourseItem::Review => self.review.lesson.first(),
        }
    }

    /// Whether the practice's problem is being taken.
    pub fn is_practising(&self) -> bool {
        self.taking.as_ref().is_some_and(|taking| taking.lesson == CourseItem::Problem)
    }

    /// The lesson being taken, and the place in it.
    pub fn current(&self) -> Option<(&Lesson, &Taking)> {
        let taking = self.taking.as_ref()?;
        Some((self.lesson(taking.lesson)?, taking))
    }

    /// The same, while its text is on the screen.
    pub fn shown(&self) -> Option<(&Lesson, &Taking)> {
        self.current().filter(|(_, taking)| !taking.is_out)
    }

    /// The lesson that follows the one that is taken, unless a missed question comes first.
    pub fn next_lesson(&self) -> Option<&Lesson> {
        let CourseItem::Lesson(at) = self.taking.as_ref()?.lesson else { return None };
        self.lessons.get(at + 1).filter(|_| self.due().is_none())
    }

    /// The words around the lesson on the screen, in its language.
    pub fn words(&self) -> &'static Words {
        words::of(self.shown().map_or(ORIGINAL, |(lesson, _)| lesson.language))
    }

    /// The question whose answer what the panels say of the bench would tell: from the step before it until it is answered. A goal
    /// is worked at with everything in sight.
    pub fn open_question(&self) -> Option<&Prediction> {
        let (lesson, taking) = self.shown().filter(|(_, taking)| !taking.is_revealed)?;
        let asked_in = |step: usize| lesson.questions().find(|(at, _)| *at == step).map(|(_, question)| question);
        match taking.walk.next(lesson) {
            Next::Ask(question) => Some(question),
            Next::Run(_) | Next::Rest => asked_in(taking.walk.step() + 1),
            Next::Reach(_) | Next::Over => None,
        }
    }

    /// What would tell an answer is shown after all, until the next step.
    pub(super) fn reveal(&mut self) {
        if let Some(taking) = &mut self.taking {
            taking.is_revealed = true;
        }
    }

    /// Whether a statement of the lesson's own is on its way.
    pub fn is_making(&self) -> bool {
        self.taking.as_ref().is_some_and(|taking| taking.running == Some(RunningWork::Statement))
    }

    /// Which lessons the list shows.
    pub fn found(&self) -> Vec<usize> {
        list::found(&self.lessons, self.list.query.text())
    }

    /// Where to go on, for the shell's prompt after the program has left.
    pub fn farewell(&self) -> Option<String> {
        let (lesson, taking) = self.current()?;
        match taking.lesson {
            CourseItem::Problem => return Some(self.practice.farewell()),
            CourseItem::Review => return Some("`tincans learn` goes on with the lessons".to_owned()),
            CourseItem::Lesson(_) => {}
        }
        let how = match (taking.walk.current(lesson), &self.warning) {
            (_, Some(warning)) => warning.clone(),
            (None, None) => format!("lesson {} is done; `tincans learn` goes on", lesson.number),
            (Some(_), None) => format!(
                "lesson {}, step {} of {}; `tincans learn` goes on there",
                lesson.number,
                taking.walk.step() + 1,
                lesson.steps.len()
            ),
        };
        Some(how)
    }

    /// Takes in what has happened.
    pub(super) fn hear(&mut self, event: &Event) {
        let Some((lessons, at)) = self.book() else { return };
        let Some(taking) = self.taking.as_mut().filter(|taking| !taking.is_out) else { return };
        let Some(lesson) = lessons.get(at) else { return };
        if matches!(taking.walk.next(lesson), Next::Reach(_)) {
            if taking.since.len() >= MAX_SINCE {
                taking.since.remove(0);
            }
            taking.since.push(event.clone());
        }
        if taking.running != Some(RunningWork::Statement) {
            return;
        }
        #[expect(clippy::wildcard_enum_match_arm, reason = "only these two say what came of a statement")]
        let made = match &event.what {
            What::Expect { want, got, ok } => StatementResult {
                got: Some(got.clone()),
                instead_of: (!ok).then(|| want.clone()),
                wanted: (*ok && want != got).then(|| want.clone()),
            },
            What::Refused { reason } => {
                StatementResult { got: Some(format!("refused: {reason}")), instead_of: None, wanted: None }
            }
            _ => return,
        };
        if let Some(last) = taking.made.last_mut() {
            *last = made;
        }
    }

    /// The learner has a statement run.
    pub(super) fn play(&mut self, statement: &Statement) {
        let Some((lessons, at)) = self.book() else { return };
        let Some(taking) = self.taking.as_mut().filter(|_| !only_looks(statement)) else { return };
        let Some(lesson) = lessons.get(at) else { return };
        if matches!(statement.verb, Verb::Reset) {
            taking.since.clear();
        }
        if matches!(taking.walk.next(lesson), Next::Reach(_)) && !taking.is_out {
            taking.used = taking.used.filter(|_| !taking.is_solving).map(|used| used.saturating_add(1));
        }
        let expected = match taking.walk.next(lesson) {
            Next::Reach(goal) if !taking.is_out && !taking.strayed => goal.solution.get(taking.solved),
            Next::Reach(_) | Next::Run(_) | Next::Ask(_) | Next::Rest | Next::Over => None,
        };
        if expected.is_some_and(|expected| expected.text == statement.text.trim()) {
            taking.solved += 1;
        } else {
            taking.strayed = true;
        }
    }
}

impl Default for Course {
    fn default() -> Self {
        Self::new(Vec::new(), Progress::default(), None)
    }
}
