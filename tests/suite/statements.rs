//! Every statement, and every word that may stand behind it, is used by a lesson or by a row of the matrix: what nobody shows,
//! nobody finds. And every call that is no statement is refused as a call.

use std::collections::BTreeSet;

use tincans::kind::Kind;
use tincans::lesson::{Action, Goal, builtin, load};
use tincans::script::parse;
use tincans::situation::rows::GROUPS;
use tincans::sys::syscalls;

use crate::support::forms;

/// Statements that make no call of the kernel.
const NO_CALL: [&str; 2] = ["reset", "why"];
/// Words that no lesson and no row can use, because what comes of them is another thing each time.
const NEVER_THE_SAME: [&str; 1] = ["reader every"];

/// All statements of the lessons and of the matrix, as written.
fn written() -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (name, text) in builtin::ENGLISH {
        let lesson = load::load(name, text.as_bytes()).expect("a built-in lesson loads");
        all.extend(lesson.setup.iter().map(|statement| statement.text.clone()));
        for step in lesson.steps {
            match step.action {
                Action::Run(statements) => all.extend(statements.into_iter().map(|statement| statement.text)),
                Action::Predict(prediction) => all.push(prediction.statement.text),
                Action::Reach(Goal { solution, .. }) => {
                    all.extend(solution.into_iter().map(|statement| statement.text));
                }
                Action::Read => {}
            }
        }
    }
    for row in GROUPS.iter().flat_map(|group| group.rows) {
        for column in Kind::CHANNELS {
            all.extend(row.lines(column).unwrap_or_default().into_iter().map(|line| line.text));
        }
    }
    all
}

#[test]
fn every_form_of_a_statement_is_in_a_lesson_or_in_the_matrix() {
    let used: BTreeSet<String> = written().iter().flat_map(|text| forms::of(text)).collect();
    let is_left_out = |form: &String| NO_CALL.contains(&form.as_str()) || NEVER_THE_SAME.contains(&form.as_str());
    let unused: Vec<String> =
        forms::all().into_iter().filter(|form| !used.contains(form) && !is_left_out(form)).collect();
    assert!(unused.is_empty(), "no lesson and no row of the matrix uses {unused:?}");
}

/// To type one is no mistake of typing.
#[test]
fn every_call_that_the_program_knows_of_is_a_statement_or_is_refused_as_a_call() {
    let watched = syscalls::rows().map(|row| row.2.name());
    let unknown: Vec<&str> = watched.filter(|name| !is_known(name)).collect();
    assert!(unknown.is_empty(), "refused as a mistake of typing: {unknown:?}");
}

fn is_known(name: &str) -> bool {
    let refusal = parse::statement(name, 1).err().map(|error| error.message).unwrap_or_default();
    parse::verbs().iter().any(|verb| verb.name == name) || refusal.contains(" is not offered: ")
}
