//! How well the learner does: answers are counted, missed questions come back, the best repair of a bug hunt is kept, and the end of
//! a lesson is summed up.

use crate::lesson::problem_wish::{self, ProblemWish};
use crate::lesson::progress::Question;
use crate::lesson::words::{self, fill};
use crate::lesson::{CoursePart, Goal, Lesson};

use super::course::{Course, CourseItem};

/// Missed questions that are asked again between two lessons.
const MAX_REVIEWS: usize = 2;

impl Course {
    /// The missed question that comes next, if one does before the next lesson.
    pub fn due(&self) -> Option<&str> {
        self.progress.due(&self.lessons).filter(|_| self.review.asked < MAX_REVIEWS)
    }

    /// What the next problem of the practice is to be like. Every second one is about the weakest topic.
    pub(super) fn wish(&self) -> ProblemWish {
        let practice = &self.practice;
        let is_same = practice.number > 0 && !practice.is_counted;
        let current = practice.problem.first().and_then(problem_wish::likeness);
        let unlike = if is_same && practice.number == 0 { None } else { current.or_else(|| practice.before.clone()) };
        if practice.is_fixed {
            return ProblemWish { unlike, ..ProblemWish::default() };
        }
        let topic = self.progress.weakest().filter(|_| practice.number.is_multiple_of(2)).map(str::to_owned);
        let wrong = practice.answered.saturating_sub(practice.right);
        ProblemWish { topic, level: problem_wish::level(practice.right, wrong), unlike }
    }

    /// Where a wrong answer would have been right.
    pub(super) fn learn_other_kinds(&mut self, step: usize, kinds: Vec<&'static str>) {
        if let Some(taking) = self.taking.as_mut().filter(|taking| taking.walk.step() == step)
            && let Some(answer) = &mut taking.answer
        {
            answer.other_kinds = kinds;
        }
    }

    /// The question of the lesson being taken was answered.
    pub(super) fn score(&mut self, is_right: bool) {
        let Some((lessons, at)) = self.book() else { return };
        let (Some(taking), Some(lesson)) = (&self.taking, lessons.get(at)) else { return };
        match taking.lesson {
            CourseItem::Lesson(_) => self.progress.answer(Question { lesson, step: taking.walk.step() }, is_right),
            CourseItem::Review => {
                let name = self.review.name.clone();
                self.progress.answer_again(&name, &lesson.topics, is_right);
            }
            // The practice counts for itself.
            CourseItem::Problem => {}
        }
    }

    /// The goal of a bug hunt was reached: the fewest statements are kept.
    pub(super) fn repaired(&mut self) {
        let Some((lessons, at)) = self.book() else { return };
        let (Some(taking), Some(lesson)) = (&self.taking, lessons.get(at)) else { return };
        if let Some(used) = taking.used.filter(|_| lesson.part == CoursePart::Hunt) {
            self.progress.repaired(&lesson.id, used);
        }
    }

    /// Whether the goal is a bug hunt's: it is repaired with as few statements as possible.
    pub fn is_hunt(&self) -> bool {
        self.current().is_some_and(|(lesson, _)| lesson.part == CoursePart::Hunt)
    }

    /// Of a bug hunt that is solved without the answer: statements used, the fewest known, the learner's best.
    pub fn repair(&self, goal: &Goal) -> Option<(u32, u32, u32)> {
        let (lesson, taking) = self.current()?;
        let best = self.progress.best(&lesson.id)?;
        Some((taking.used?, goal.fewest_statements().min(best), best))
    }

    /// What is said at the end of a lesson: what the learner knows now and how many answers were right; behind the last lesson of
    /// the main course and behind the last of all, of the course.
    pub fn summary(&self, lesson: &Lesson) -> Vec<String> {
        let around = words::of(lesson.language);
        let score = self.progress.of(&lesson.id).score;
        let mut lines: Vec<String> = lesson.know.iter().map(|know| fill(around.know, &[know])).collect();
        if score.asked() > 0 {
            let all = fill(around.score, &[&score.right, &score.asked()]);
            lines.push(if score.wrong > 0 { format!("{all} {}", around.comes_back) } else { all });
        }
        let main = |it: &&Lesson| it.part == CoursePart::Main;
        let lasts = [self.lessons.iter().rfind(main), self.lessons.last()];
        if lasts.into_iter().flatten().any(|last| last.id == lesson.id) {
            let done = self.lessons.iter().filter(|it| self.progress.of(&it.id).done).count();
            let answers = self.lessons.iter().map(|it| self.progress.of(&it.id).score);
            let all = answers.fold((0, 0), |sum, score| (sum.0 + score.right, sum.1 + score.asked()));
            lines.push(fill(around.course, &[&done, &all.0, &all.1]));
            lines.extend(self.progress.weakest().map(|topic| fill(around.weak, &[&topic])));
        }
        lines
    }
}
