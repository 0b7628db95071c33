//! A place in a lesson, what comes next there, and the statements that lead to it. The checker and the terminal UI go through
//! a lesson by the same steps.

use super::{Action, Goal, Lesson, LessonStep, Prediction};
use crate::script::{Statement, Verb};

/// A place in a lesson.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LessonPosition {
    step: usize,
    /// What is done of the step: statements of a run, the one question, the one goal.
    made: usize,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<'a> {
    /// A statement is to be run.
    Run(&'a Statement),
    /// A question is to be answered, then its statement is to be run.
    Ask(&'a Prediction),
    /// A goal is to be reached.
    Reach(&'a Goal),
    /// The step is done, or is only prose.
    Rest,
    /// The lesson is over.
    Over,
}

impl LessonPosition {
    /// The beginning of a step; beyond the last one, the lesson's end.
    pub fn at(lesson: &Lesson, step: usize) -> Self {
        Self { step: step.min(lesson.steps.len()), made: 0 }
    }

    /// Which step, from 0.
    pub fn step(self) -> usize {
        self.step
    }

    /// What is done of it.
    pub fn made(self) -> usize {
        self.made
    }

    /// The step itself; none at the end.
    pub fn current(self, lesson: &Lesson) -> Option<&LessonStep> {
        lesson.steps.get(self.step)
    }

    /// What comes next.
    pub fn next(self, lesson: &Lesson) -> Next<'_> {
        let Some(step) = self.current(lesson) else { return Next::Over };
        match &step.action {
            Action::Run(statements) => statements.get(self.made).map_or(Next::Rest, Next::Run),
            Action::Predict(prediction) if self.made == 0 => Next::Ask(prediction),
            Action::Reach(goal) if self.made == 0 => Next::Reach(goal),
            Action::Predict(_) | Action::Reach(_) | Action::Read => Next::Rest,
        }
    }

    /// The place after what came next.
    #[must_use]
    pub fn advance(self, lesson: &Lesson) -> Self {
        match self.next(lesson) {
            Next::Run(_) | Next::Ask(_) | Next::Reach(_) => Self { made: self.made + 1, ..self },
            Next::Rest => Self { step: self.step + 1, made: 0 },
            Next::Over => self,
        }
    }

    /// The statements that bring a fresh bench to this place: those of a goal are its solution.
    pub fn way(self, lesson: &Lesson) -> Vec<&Statement> {
        let before = lesson.steps.iter().take(self.step).flat_map(LessonStep::statements);
        let here = self.current(lesson).map(LessonStep::statements).unwrap_or_default();
        let made = match self.current(lesson).map(|step| &step.action) {
            Some(Action::Run(_)) => self.made,
            _ if self.made > 0 => here.len(),
            _ => 0,
        };
        lesson.setup.iter().chain(before).chain(here.iter().take(made).copied()).collect()
    }
}

impl LessonStep {
    /// The statements that do what the step asks for.
    pub fn statements(&self) -> Vec<&Statement> {
        match &self.action {
            Action::Read => Vec::new(),
            Action::Run(statements) => statements.iter().collect(),
            Action::Predict(prediction) => vec![&prediction.statement],
            Action::Reach(goal) => goal.solution.iter().collect(),
        }
    }
}

/// Whether a statement only looks, and leaves the bench as it is.
pub fn only_looks(statement: &Statement) -> bool {
    matches!(
        statement.verb,
        Verb::Queue { .. } | Verb::Holders { .. } | Verb::Fds { .. } | Verb::Tasks | Verb::Why { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::load;

    const BODY: &str = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n\
        ```tin setup\nchannel stream c child1\n```\nOne.\n```tin\nwrite c[0] a => 1\nwrite c[0] b => 1\n```\n\
        ```predict\nchild1: read c[1]\n- [ ] \"a\"\n- [x] \"ab\"\n```\n```goal\nqueue c[1] => 2\n```\n```hint\nWrite.\n```\n\
        ```solution\nwrite c[0] x\nwrite c[0] y\n```\nThe end.\n";

    fn lesson() -> Lesson {
        load::load("01-a.md", BODY.as_bytes()).unwrap()
    }

    fn kind(next: Next<'_>) -> String {
        match next {
            Next::Run(statement) => statement.text.clone(),
            Next::Ask(prediction) => format!("{}?", prediction.statement.text),
            Next::Reach(_) => "goal".to_owned(),
            Next::Rest => "rest".to_owned(),
            Next::Over => "over".to_owned(),
        }
    }

    #[test]
    fn a_walk_meets_every_block_in_order_and_stays_at_the_end() {
        let lesson = lesson();
        let mut walk = LessonPosition::default();
        let mut met = Vec::new();
        for _ in 0..11 {
            met.push(kind(walk.next(&lesson)));
            walk = walk.advance(&lesson);
        }
        let want =
            ["write c[0] a", "write c[0] b", "rest", "child1: read c[1]?", "rest", "goal", "rest", "rest", "over"];
        assert_eq!(met[..9], want);
        assert_eq!(met[9..], ["over", "over"]);
    }

    #[test]
    fn the_way_to_a_place_is_all_that_was_done_before_it() {
        let lesson = lesson();
        let lengths = |step: usize, advances: usize| {
            let walk = (0..advances).fold(LessonPosition::at(&lesson, step), |walk, _| walk.advance(&lesson));
            walk.way(&lesson).len()
        };
        assert_eq!([lengths(0, 0), lengths(0, 1), lengths(0, 2)], [1, 2, 3]);
        assert_eq!([lengths(1, 0), lengths(1, 1)], [3, 4]);
        assert_eq!([lengths(2, 0), lengths(2, 1), lengths(3, 0), lengths(9, 0)], [4, 6, 6, 6]);
    }

    #[test]
    fn a_step_beyond_the_last_is_the_end() {
        let lesson = lesson();
        assert_eq!(LessonPosition::at(&lesson, 99).next(&lesson), Next::Over);
    }

    #[test]
    fn looking_is_told_from_acting() {
        let looks = |text: &str| only_looks(&crate::script::parse::statement(text, 1).unwrap().unwrap());
        assert!(looks("why") && looks("queue c[0]") && looks("tasks"));
        assert!(!looks("read c[0]") && !looks("reset"));
    }
}
