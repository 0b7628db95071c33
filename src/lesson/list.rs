//! The list of lessons: finding one by what was typed, and the list as text.

use unicode_width::UnicodeWidthStr;

use super::progress::Progress;
use super::{Action, CoursePart, Lesson};

/// The lessons in which every word occurs: first those that have it in title, id, topics or number, then those that have it
/// anywhere in their text.
pub fn found(lessons: &[Lesson], query: &str) -> Vec<usize> {
    let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
    let holds = |text: &str| words.iter().all(|word| text.contains(word.as_str()));
    let (first, others): (Vec<usize>, Vec<usize>) =
        (0..lessons.len()).partition(|at| holds(&heading(&lessons[*at]).to_lowercase()));
    let others = others.into_iter().filter(|at| holds(&full_text(&lessons[*at]).to_lowercase()));
    first.into_iter().chain(others).collect()
}

/// By what a lesson is known: its number, title, id and topics.
pub fn heading(lesson: &Lesson) -> String {
    // The topic has a short name that everybody uses.
    let short = if lesson.topics.iter().any(|topic| topic == "end of file") { " EOF" } else { "" };
    format!("{} {} {} {}{short}", lesson.number, lesson.title, lesson.id, lesson.topics.join(" "))
}

/// All its words: prose, statements, options, hints.
pub fn full_text(lesson: &Lesson) -> String {
    let mut text = heading(lesson);
    let mut add = |words: &str| {
        text.push('\n');
        text.push_str(words);
    };
    lesson.setup.iter().for_each(|statement| add(&statement.text));
    for step in &lesson.steps {
        add(&step.prose);
        add(step.after.as_deref().unwrap_or_default());
        step.statements().into_iter().for_each(|statement| add(&statement.text));
        match &step.action {
            Action::Predict(prediction) => prediction.options.iter().for_each(|option| add(&option.text)),
            Action::Reach(goal) => goal.hints.iter().for_each(|hint| add(hint)),
            Action::Read | Action::Run(_) => {}
        }
    }
    text
}

/// The lesson with this id or number.
pub fn named(lessons: &[Lesson], name: &str) -> Option<usize> {
    let number = name.parse::<u32>().ok();
    lessons.iter().position(|lesson| lesson.id == name || Some(lesson.number) == number)
}

/// What stands on the line between the parts of a course.
pub fn part_name(part: CoursePart) -> &'static str {
    match part {
        CoursePart::Main => "the course",
        CoursePart::Extra => "extras: not needed for the rest",
        CoursePart::Hunt => "bug hunts: find out why, and repair it",
    }
}

/// `tincans lessons`: a line a lesson, and what comes next.
pub fn text(lessons: &[Lesson], progress: &Progress) -> String {
    let widest = lessons.iter().map(|lesson| lesson.title.width()).max().unwrap_or(0);
    let mut lines: Vec<String> = Vec::new();
    let mut part = CoursePart::Main;
    for lesson in lessons {
        if std::mem::replace(&mut part, lesson.part) != lesson.part {
            lines.push(format!("--  {}", part_name(lesson.part)));
        }
        let Lesson { number, title, minutes, topics, .. } = lesson;
        let words = progress.words(lesson);
        // Of a wide letter `format!` would count one column.
        let gap = " ".repeat(widest.saturating_sub(title.width()));
        let line = format!("{number:>2}  {title}{gap}  {minutes:>2} min  {words:<13}  {}", topics.join(", "));
        lines.push(line.trim_end().to_owned());
    }
    let done = lessons.iter().filter(|lesson| progress.of(&lesson.id).done).count();
    let next = match progress.resume(lessons).and_then(|at| lessons.get(at)) {
        Some(lesson) => format!("`tincans learn` goes on with {}", lesson.number),
        None => "`tincans learn NUMBER` takes one again".to_owned(),
    };
    lines.push(format!("\n{} lessons, {done} done; {next}", lessons.len()));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::builtin;

    #[test]
    fn a_lesson_is_found_by_any_of_its_words() {
        let lessons = builtin::lessons();
        assert_eq!(found(&lessons, "").len(), lessons.len());
        let at = |id: &str| lessons.iter().position(|lesson| lesson.id == id);
        assert_eq!(found(&lessons, "three WRITES").first().copied(), at("a-stream-has-no-edges"));
        assert!(found(&lessons, "errors").len() > 1);
        assert!(found(&lessons, "nosuchword lesson").is_empty());
        for word in ["eof", "EPIPE", "SIGPIPE", "shutdown", "EAGAIN", "nonblock", "sndbuf", "signal", "socketpair"] {
            assert!(!found(&lessons, word).is_empty(), "{word}");
        }
        assert_eq!((named(&lessons, "1"), named(&lessons, "half-close")), (Some(1), at("half-close")));
        assert_eq!(named(&lessons, "edges"), None);
    }

    #[test]
    fn the_list_says_what_is_done_and_what_is_next() {
        let lessons = builtin::lessons();
        let mut progress = Progress::default();
        progress.finish(&lessons[0].id);
        progress.reach(&lessons[1].id, 2);
        let text = text(&lessons, &progress);
        assert!(text.lines().next().unwrap().contains("min  done"), "{text}");
        assert!(text.lines().nth(1).unwrap().contains("step 3 of"), "{text}");
        assert!(text.ends_with("1 done; `tincans learn` goes on with 1\n"), "{text}");
    }

    #[test]
    fn columns_stand_below_one_another_in_every_language() {
        for language in crate::lesson::language::LANGUAGES {
            let text = text(&builtin::lessons_in(language), &Progress::default());
            let columns: Vec<usize> =
                text.lines().filter_map(|line| Some(line.split_once(" min")?.0.width())).collect();
            assert!(columns.len() > 3 && columns.iter().all(|at| *at == columns[0]), "{text}");
        }
    }
}
