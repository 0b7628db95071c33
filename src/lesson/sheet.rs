//! A lesson on paper: its questions without any answer, its answers apart, and all its questions as a quiz file. Pure.

use std::fmt::Write as _;

use super::{Action, Lesson, LessonStep, Prediction, gift, shuffle};
use crate::script::Statement;

/// What is made of a lesson.
pub type Form = fn(&Lesson) -> String;

/// By the option of `tincans export` that asks for it.
pub fn form(name: &str) -> Option<Form> {
    match name {
        "sheet" => Some(sheet),
        "key" => Some(key),
        "quiz" => Some(quiz),
        _ => None,
    }
}

/// The order of the options, the same on sheet, key and quiz.
const SEED: u64 = 17;
/// Lines for an answer's reason.
const LINES: &str = "Why? ______________________________________________________________________\n\n";

/// The questions, with room for answers. What was read off a result stands nowhere on it, and neither does any prose that comes
/// after a question, because that says what came.
pub fn sheet(lesson: &Lesson) -> String {
    let lesson = &on_paper(lesson);
    let mut text = format!(
        "# {}\n\nName: ______________________________    Date: ______________\n\nFor each question, mark one answer. Then say why.\nEach question goes on where the one before it ended, with its statement made.\n\n",
        lesson.title
    );
    let mut done: Vec<&Statement> = lesson.setup.iter().collect();
    let mut number = 0;
    for step in &lesson.steps {
        match &step.action {
            Action::Read => {}
            Action::Run(statements) => done.extend(statements),
            Action::Predict(asked) => {
                number += 1;
                text += &made(&mut done);
                let _ = writeln!(
                    text,
                    "## Question {number}\n\nWhat does the kernel answer?\n\n```text\n{}\n```\n",
                    asked.statement.text
                );
                for (letter, option) in ('a'..).zip(&asked.options) {
                    let _ = writeln!(text, "- [ ] {letter}: `{}`", option.text);
                }
                text.push('\n');
                text += LINES;
            }
            Action::Reach(goal) => {
                number += 1;
                text += &made(&mut done);
                let conditions: String =
                    goal.conditions.iter().map(|condition| with_expectations(condition) + "\n").collect();
                let _ = write!(
                    text,
                    "## Task {number}\n\n{}\n\nThis must hold at the end:\n\n```text\n{conditions}```\n\n",
                    prose(step)
                );
                text += "Statements:\n\n";
                text += &"____________________________________________________________\n\n".repeat(goal.solution.len());
            }
        }
    }
    text
}

/// The answers of [`sheet`], with their reasons.
pub fn key(lesson: &Lesson) -> String {
    let lesson = &on_paper(lesson);
    let mut text = format!("# {}: answers\n\n", lesson.title);
    let mut number = 0;
    for step in &lesson.steps {
        match &step.action {
            Action::Read | Action::Run(_) => {}
            Action::Predict(asked) => {
                number += 1;
                let _ = writeln!(text, "## Question {number}\n\n`{}`\n", asked.statement.text);
                text += &answers(asked);
                if let Some(after) = &step.after {
                    let _ = writeln!(text, "{}\n", after.trim());
                }
            }
            Action::Reach(goal) => {
                number += 1;
                let solution: String =
                    goal.solution.iter().map(|statement| with_expectations(statement) + "\n").collect();
                let _ = writeln!(text, "## Task {number}\n\nOne way:\n\n```text\n{solution}```\n");
            }
        }
    }
    text
}

/// The questions in GIFT, which Moodle and other learning platforms import.
pub fn quiz(lesson: &Lesson) -> String {
    let lesson = &on_paper(lesson);
    let mut text = format!("// {}: questions in GIFT, for Moodle and others that import it.\n\n", lesson.title);
    let mut done: Vec<String> = lesson.setup.iter().map(|statement| statement.text.clone()).collect();
    for (step, number) in lesson.steps.iter().zip(1..) {
        match &step.action {
            Action::Read | Action::Reach(_) => {}
            Action::Run(statements) => done.extend(statements.iter().map(|statement| statement.text.clone())),
            Action::Predict(asked) => {
                let question = format!(
                    "After these statements:\n{}\nwhat does the kernel answer to\n{}",
                    done.join("\n"),
                    asked.statement.text
                );
                let options: Vec<gift::Choice<'_>> = asked
                    .options
                    .iter()
                    .map(|option| gift::Choice {
                        text: &option.text,
                        is_right: option.ticked,
                        why: option.why.as_deref(),
                    })
                    .collect();
                text += &gift::question(&format!("{} {number}", lesson.id), &question, &options);
                done.push(asked.statement.text.clone());
            }
        }
    }
    text
}

fn on_paper(lesson: &Lesson) -> Lesson {
    let mut lesson = lesson.clone();
    shuffle::shuffle(&mut lesson, SEED);
    lesson
}

/// What has been done since the question before, without what came of it.
fn made(done: &mut Vec<&Statement>) -> String {
    let lines: String = done.drain(..).map(|statement| statement.text.clone() + "\n").collect();
    if lines.is_empty() { String::new() } else { format!("These statements are made:\n\n```text\n{lines}```\n\n") }
}

fn answers(asked: &Prediction) -> String {
    let mut text = String::new();
    for (letter, option) in ('a'..).zip(&asked.options) {
        let mark = if option.ticked { 'x' } else { ' ' };
        let why = option.why.as_deref().map_or_else(String::new, |why| format!(": {why}"));
        let _ = writeln!(text, "- [{mark}] {letter}: `{}`{why}", option.text);
    }
    text + "\n"
}

/// The words of a step without headings.
fn prose(step: &LessonStep) -> String {
    let paragraphs = step.prose.split("\n\n").filter(|part| !part.trim_start().starts_with('#'));
    paragraphs.collect::<Vec<_>>().join("\n\n").trim().to_owned()
}

/// As it stands in a script.
pub(super) fn with_expectations(statement: &Statement) -> String {
    let wants: Vec<&str> = statement.expectations.iter().map(|expectation| &*expectation.text).collect();
    if wants.is_empty() { statement.text.clone() } else { format!("{} => {}", statement.text, wants.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::builtin;

    #[test]
    fn no_sheet_tells_an_answer_and_every_key_has_all() {
        for lesson in builtin::lessons() {
            let (sheet, key) = (sheet(&lesson), key(&lesson));
            assert!(!sheet.contains("- [x]"), "{}", lesson.file);
            for (_, asked) in lesson.questions() {
                let whys = asked.options.iter().filter_map(|option| option.why.as_deref());
                for why in whys {
                    assert!(!sheet.contains(why) && key.contains(why), "{}: {why}", lesson.file);
                }
            }
            for after in lesson.steps.iter().filter_map(|step| step.after.as_deref()) {
                assert!(!sheet.contains(after.trim()), "{}: {after}", lesson.file);
            }
            let questions = lesson.questions().count();
            assert_eq!(sheet.matches("## Question ").count(), questions, "{}", lesson.file);
            assert_eq!(key.matches("- [x] ").count(), questions, "{}", lesson.file);
            assert_eq!(quiz(&lesson).matches("\t=").count(), questions, "{}", lesson.file);
        }
    }

    #[test]
    fn the_letters_of_the_key_are_those_of_the_sheet() {
        let lesson = &builtin::lessons()[9];
        let options = |text: &str| -> Vec<String> {
            let lines = text.lines().filter_map(|line| line.strip_prefix("- [")?.split_once("] "));
            lines.map(|(_, rest)| rest.split("`: ").next().unwrap_or(rest).trim_end_matches('`').to_owned()).collect()
        };
        assert!(!options(&sheet(lesson)).is_empty());
        assert_eq!(options(&sheet(lesson)), options(&key(lesson)));
    }
}
