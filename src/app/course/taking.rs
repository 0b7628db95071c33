//! How a lesson is begun and begun again, and how practice keeps its score.

use std::rc::Rc;

use super::{CourseItem, Practice, Taking, TextScroll};
use crate::lesson::Lesson;
use crate::lesson::position::LessonPosition;

impl Practice {
    pub(super) fn of(seed: u64) -> Self {
        Self {
            seed,
            number: 0,
            answered: 0,
            right: 0,
            problem: Rc::new([]),
            is_counted: false,
            before: None,
            is_fixed: false,
        }
    }

    /// How well it went.
    pub fn score(&self) -> String {
        format!("{} of {} right", self.right, self.answered)
    }

    pub(super) fn farewell(&self) -> String {
        let score = self.score();
        if !self.is_fixed {
            return format!("practice: {score}; `tincans learn --practice` goes on with what is weak");
        }
        format!("practice: {score}; `tincans learn --practice --seed {}` has the same problems", self.seed)
    }
}

impl Taking {
    /// At a place of a lesson.
    pub(in crate::app) fn new(lesson: CourseItem, walk: LessonPosition) -> Self {
        Self {
            lesson,
            walk,
            made: Vec::new(),
            chosen: None,
            answer: None,
            hints: 0,
            states: Vec::new(),
            used: Some(0),
            scroll: TextScroll::Top,
            is_out: false,
            running: None,
            is_solving: false,
            since: Vec::new(),
            is_revealed: false,
            strayed: false,
            solved: 0,
        }
    }

    /// The same before anything came of the step: what is asked and wanted, and no answer.
    #[must_use]
    pub fn before(&self, lesson: &Lesson) -> Self {
        let walk = LessonPosition::at(lesson, self.walk.step());
        let (chosen, hints, scroll) = (self.chosen, self.hints, self.scroll);
        Self { chosen, hints, scroll, ..Self::new(self.lesson, walk) }
    }

    /// Another step begins, or the same again; whether the bench is as it should be is another question.
    pub(in crate::app) fn enter(&mut self, walk: LessonPosition) {
        *self = Self { strayed: self.strayed, ..Self::new(self.lesson, walk) };
    }
}
