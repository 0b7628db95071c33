//! `tincans lessons --report`: what a learner has done and answered, as a page of text for the teacher.

use std::fmt::Write as _;

use super::progress::Progress;
use super::score::Score;
use super::{CoursePart, Lesson, review};

/// The page, in Markdown.
pub fn text(lessons: &[Lesson], progress: &Progress) -> String {
    let done = lessons.iter().filter(|lesson| progress.of(&lesson.id).done).count();
    let mut page = format!("# Progress report\n\nLessons done: {done} of {}.\n", lessons.len());
    let all = lessons.iter().fold(Score::default(), |sum, lesson| {
        let score = progress.of(&lesson.id).score;
        Score { right: sum.right + score.right, wrong: sum.wrong + score.wrong }
    });
    let _ = writeln!(page, "Answers right at the first attempt, the last time each lesson was taken: {}.", of(all));
    topics(progress, &mut page);
    page.push_str("\n## Lessons\n\n| lesson | state | right |\n| --- | --- | --- |\n");
    for lesson in lessons {
        let entry = progress.of(&lesson.id);
        let state = progress.words(lesson);
        if state.is_empty() && entry.score.asked() == 0 {
            continue;
        }
        let _ = writeln!(page, "| {} {} | {state} | {} |", lesson.number, lesson.title, of(entry.score));
    }
    hunts(lessons, progress, &mut page);
    missed(lessons, progress, &mut page);
    page
}

fn of(score: Score) -> String {
    if score.asked() == 0 { "-".to_owned() } else { format!("{} of {}", score.right, score.asked()) }
}

fn topics(progress: &Progress, page: &mut String) {
    let mut rows: Vec<(&str, Score)> = progress.topics().collect();
    if rows.is_empty() {
        return;
    }
    rows.sort_by_key(|(_, score)| score.percent().unwrap_or(100));
    page.push_str("\n## Topics, the weakest first\n\n| topic | right | wrong |\n| --- | --- | --- |\n");
    for (topic, score) in rows {
        let _ = writeln!(page, "| {topic} | {} | {} |", score.right, score.wrong);
    }
}

fn hunts(lessons: &[Lesson], progress: &Progress, page: &mut String) {
    let best = |lesson: &Lesson| {
        let fewest = lesson.fewest_statements()?;
        Some(format!("| {} {} | {} | {fewest} |", lesson.number, lesson.title, progress.best(&lesson.id)?))
    };
    let rows: Vec<String> = lessons.iter().filter(|lesson| lesson.part == CoursePart::Hunt).filter_map(best).collect();
    if !rows.is_empty() {
        let rows = rows.join("\n");
        let _ =
            write!(page, "\n## Bug hunts\n\n| hunt | statements used | fewest known |\n| --- | --- | --- |\n{rows}\n");
    }
}

fn missed(lessons: &[Lesson], progress: &Progress, page: &mut String) {
    let question = |name: &str| {
        let (lesson, step) = review::find(lessons, name)?;
        let (_, prediction) = lesson.questions().find(|(at, _)| *at == step)?;
        Some(format!("- lesson {}, step {}: `{}`", lesson.number, step + 1, prediction.statement.text))
    };
    let rows: Vec<String> = progress.missed().filter_map(question).collect();
    if !rows.is_empty() {
        let _ = write!(page, "\n## Questions missed, which will come back\n\n{}\n", rows.join("\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::builtin;
    use crate::lesson::progress::Question;

    #[test]
    fn a_teacher_reads_what_was_done_what_is_weak_and_what_was_missed() {
        let lessons = builtin::lessons();
        let mut progress = Progress::default();
        assert!(text(&lessons, &progress).contains("Lessons done: 0 of"));
        let lesson = lessons.iter().find(|lesson| lesson.questions().count() > 2).unwrap();
        for ((step, _), is_right) in lesson.questions().zip([true, false, true]) {
            progress.answer(Question { lesson, step }, is_right);
        }
        progress.finish(&lesson.id);
        let page = text(&lessons, &progress);
        assert!(
            page.contains("Lessons done: 1 of")
                && page.contains("attempt, the last time each lesson was taken: 2 of 3"),
            "{page}"
        );
        assert!(page.contains(&format!("| {} | 2 | 1 |", lesson.topics[0])), "{page}");
        let (step, missed) = lesson.questions().nth(1).unwrap();
        assert!(page.contains(&format!("lesson {}, step {}: `{}`", lesson.number, step + 1, missed.statement.text)));
    }
}
