//! A plan for a class: for each lesson of the track when it begins, what to type, and what will be seen. All of it is made from the
//! lessons, which `tincans check` proves, so the plan's blocks run as scripts. Pure.

use std::fmt::Write as _;

use super::sheet::with_expectations;
use super::{Action, Lesson};

/// How long the class is.
const MINUTES: u32 = 50;

/// The plan for the lessons of the track.
pub fn text(lessons: &[Lesson]) -> String {
    let track: Vec<&Lesson> = lessons.iter().filter(|lesson| lesson.is_on_track).collect();
    let whole: u32 = track.iter().map(|lesson| lesson.minutes).sum::<u32>().max(1);
    let numbers: Vec<String> = track.iter().map(|lesson| lesson.number.to_string()).collect();
    let mut text = format!(
        "# A class of {MINUTES} minutes\n\nLessons {}. Before: `tincans check` proves all of it on your machine. In class: `tincans learn --track \
         --present`. What stands behind `=>` is what will be seen. A question: let the class answer, then ask the kernel.\n",
        numbers.join(" ")
    );
    let mut before = 0;
    for lesson in track {
        let from = before * MINUTES / whole;
        before += lesson.minutes;
        let _ = write!(
            text,
            "\n## {from}–{} min: lesson {}, {}\n\n",
            before * MINUTES / whole,
            lesson.number,
            lesson.title
        );
        text += &of_lesson(lesson);
    }
    text
}

fn of_lesson(lesson: &Lesson) -> String {
    let mut text = block(lesson.setup.iter().map(with_expectations));
    for step in &lesson.steps {
        match &step.action {
            Action::Read => {}
            Action::Run(statements) => text += &block(statements.iter().map(with_expectations)),
            Action::Predict(asked) => {
                let options: Vec<String> = asked.options.iter().map(|option| format!("`{}`", option.text)).collect();
                let _ = write!(text, "Ask the class: `{}`, will it be {}?\n\n", asked.statement.text, or(&options));
                let right = asked.options.iter().find(|option| option.ticked).map(|option| option.text.as_str());
                let line = right.map_or_else(
                    || asked.statement.text.clone(),
                    |right| format!("{} => {right}", asked.statement.text),
                );
                text += &block(std::iter::once(line));
                if let Some(after) = &step.after {
                    let _ = write!(text, "{}\n\n", after.trim());
                }
            }
            Action::Reach(goal) => {
                let _ = write!(text, "Together, one way:\n\n{}", block(goal.solution.iter().map(with_expectations)));
            }
        }
    }
    if let Some(know) = &lesson.know {
        let _ = writeln!(text, "They now know that {}.", know.trim_end_matches('.'));
    }
    text
}

fn or(options: &[String]) -> String {
    match options {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        all => all.join(""),
    }
}

fn block(lines: impl Iterator<Item = String>) -> String {
    let lines: String = lines.map(|line| line + "\n").collect();
    if lines.is_empty() { lines } else { format!("```tin\n{lines}```\n\n") }
}
