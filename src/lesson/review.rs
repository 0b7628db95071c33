//! A question that was missed, as a lesson of its own: the bench is made as it was at that place, then the question is asked again.

use super::{Lesson, LessonPosition};

/// How a question is named in a learner's progress: its lesson, and its number among the lesson's questions from 1.
pub fn name(id: &str, question: usize) -> String {
    format!("{id}/{question}")
}

/// The lesson and the question of a name; none where there is no such question any more.
pub fn find<'a>(lessons: &'a [Lesson], name: &str) -> Option<(&'a Lesson, usize)> {
    let (id, question) = name.rsplit_once('/')?;
    let lesson = lessons.iter().find(|lesson| lesson.id == id)?;
    let (step, _) = lesson.questions().nth(question.parse::<usize>().ok()?.checked_sub(1)?)?;
    Some((lesson, step))
}

/// The lesson that asks it.
pub fn lesson(lessons: &[Lesson], name: &str) -> Option<Lesson> {
    let (lesson, step) = find(lessons, name)?;
    let way = LessonPosition::at(lesson, step).way(lesson);
    let setup = way.into_iter().map(|statement| {
        let mut statement = statement.clone();
        statement.expectations.retain(|expected| matches!(expected.want, crate::script::Want::Capture(_)));
        statement
    });
    Some(Lesson {
        setup: setup.collect(),
        steps: vec![lesson.steps.get(step)?.clone()],
        c: Vec::new(),
        know: None,
        ..lesson.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::{Action, builtin};

    #[test]
    fn each_question_of_the_course_can_be_asked_again() {
        let lessons = builtin::lessons();
        for of in &lessons {
            for (number, (step, prediction)) in (1..).zip(of.questions()) {
                let again = lesson(&lessons, &name(&of.id, number)).unwrap();
                assert_eq!(again.setup.len(), LessonPosition::at(of, step).way(of).len());
                assert!(matches!(&again.steps[..], [one] if one.action == Action::Predict(prediction.clone())));
            }
        }
        assert!(lesson(&lessons, "no-such/1").is_none() && lesson(&lessons, "a-stream-has-no-edges/9").is_none());
        assert!(lesson(&lessons, "nonsense").is_none() && lesson(&lessons, "a-stream-has-no-edges/0").is_none());
    }
}
