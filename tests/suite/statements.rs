//! Every statement, and every word that may stand behind it, is used by a lesson or by a row of the matrix: what nobody shows,
//! nobody finds. And every call that is no statement is refused as a call.

use std::collections::{BTreeMap, BTreeSet};

use tincans::abi;
use tincans::kind::Kind;
use tincans::lesson::{Action, Goal, builtin, load};
use tincans::script::parse;
use tincans::situation::rows::GROUPS;
use tincans::sys::syscalls;

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

/// Each statement's first word, and all words that stand behind it somewhere: of `for=in,out` all three.
fn used() -> BTreeMap<String, BTreeSet<String>> {
    let mut used: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for text in written() {
        let mut words = text.split_whitespace().filter(|word| !word.ends_with(':')).peekable();
        if words.next_if_eq(&"repeat").is_some() {
            used.entry("repeat".to_owned()).or_default();
            words.next();
        }
        let verb = words.next().expect("a statement has a verb");
        used.entry(verb.to_owned())
            .or_default()
            .extend(words.flat_map(|word| word.split(['=', ','])).map(str::to_owned));
    }
    used
}

/// What a synopsis has in small letters: `nohang` of `wait [TASK] [nohang]`, `for`, `in` and `pri` of `[for=in,pri]`.
fn literals(synopsis: &str) -> Vec<&str> {
    let words = synopsis.split(|letter: char| !letter.is_ascii_alphanumeric()).skip(1);
    words.filter(|word| word.starts_with(|letter: char| letter.is_ascii_lowercase())).collect()
}

#[test]
fn every_statement_with_each_of_its_words_is_in_a_lesson_or_in_the_matrix() {
    let used = used();
    let mut unused: Vec<String> = Vec::new();
    for help in parse::verbs().iter().filter(|help| !NO_CALL.contains(&help.name)) {
        let Some(words) = used.get(help.name) else {
            unused.push(help.name.to_owned());
            continue;
        };
        let missing = literals(help.synopsis).into_iter().filter(|word| !words.contains(*word));
        unused.extend(missing.map(|word| format!("{} {word}", help.name)));
    }
    unused.retain(|form| !NEVER_THE_SAME.contains(&form.as_str()));
    assert!(unused.is_empty(), "no lesson and no row of the matrix uses {unused:?}");
}

#[test]
fn every_option_of_a_socket_is_in_a_lesson_or_in_the_matrix() {
    let used = used();
    let is_used = |option: &str| ["getsockopt", "setsockopt"].iter().any(|verb| used[*verb].contains(option));
    let unused: Vec<&str> = abi::SOCKET_OPTIONS.iter().map(|row| row.0).filter(|option| !is_used(option)).collect();
    assert!(unused.is_empty(), "no lesson and no row of the matrix uses {unused:?}");
}

/// Whoever types one has made no mistake of typing.
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
