//! Practice without end: problems by seed are well made, their ticked answers are the kernel's, the same seed gives the same
//! ones, and they are taken by keys in a terminal. `TINCANS_SEEDS` says how many seeds are looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::support::pty::{Pty, modes_left_on};
use tincans::lesson::{Action, Lesson, LessonStep, Prediction, load};

/// Problems of each seed.
const PROBLEMS: u16 = 10;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tincans"))
}

fn sheet(seed: u64, count: u16) -> String {
    let (seed, count) = (seed.to_string(), count.to_string());
    let output =
        program().args(["learn", "--practice", "--seed", &seed, "--print", &count, "--key"]).output().expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*errors), (Some(0), ""));
    String::from_utf8(output.stdout).expect("text")
}

fn lesson(sheet: &str) -> Lesson {
    load::load("99-sheet.md", sheet.as_bytes()).expect("a sheet is a lesson")
}

/// Program, question, explanation of each problem.
fn problems(lesson: &Lesson) -> Vec<(&LessonStep, &Prediction, &str)> {
    let asked = lesson.steps.windows(2).filter_map(|pair| match &pair[1].action {
        Action::Predict(prediction) => Some((&pair[0], prediction, pair[1].after.as_deref().unwrap_or_default())),
        Action::Read | Action::Run(_) | Action::Reach(_) => None,
    });
    asked.collect()
}

#[test]
fn of_every_seed_the_ticked_answers_are_the_kernel_s_and_no_other_is() {
    let seeds = std::env::var("TINCANS_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(4_usize);
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("99-sheet.md");
    let (mut all, mut verbs, mut kinds) = (BTreeSet::new(), BTreeMap::new(), BTreeSet::new());
    let mut with_three = 0;
    for seed in 0..seeds {
        let sheet = sheet(seed as u64, PROBLEMS);
        std::fs::write(&file, &sheet).expect("the file can be written");
        // The checker takes each problem on a bench of its own, and puts every option to the kernel.
        let output = program().arg("check").arg(&file).output().expect("it runs");
        assert_eq!(output.status.code(), Some(0), "seed {seed}: {}", String::from_utf8_lossy(&output.stderr));
        let lesson = lesson(&sheet);
        let problems = problems(&lesson);
        assert_eq!(problems.len(), usize::from(PROBLEMS), "seed {seed}");
        for (program, prediction, why) in problems {
            let words: BTreeSet<&str> = prediction.options.iter().map(|option| option.text.as_str()).collect();
            assert!(words.len() == prediction.options.len() && words.len() >= 2, "seed {seed}: {words:?}");
            assert!(why.len() > 40, "seed {seed}: why is {why:?}");
            let lines: Vec<&str> = program.statements().iter().map(|statement| statement.text.as_str()).collect();
            assert!((2..=12).contains(&lines.len()), "seed {seed}: {lines:?}");
            with_three += usize::from(words.len() > 2);
            kinds.insert(lines[1].split(' ').nth(1).map(str::to_owned));
            let question = &prediction.statement.text;
            let verb = question.split(": ").last().and_then(|text| text.split(' ').next()).unwrap_or_default();
            *verbs.entry(verb.to_owned()).or_insert(0) += 1;
            all.insert(format!("{lines:?} {question}"));
        }
    }
    let count = seeds * usize::from(PROBLEMS);
    assert!(all.len() * 20 >= count * 19, "{} of {count} are different", all.len());
    assert!(verbs.len() >= seeds.min(6), "{verbs:?}");
    assert_eq!(kinds.len(), 5, "{kinds:?}");
    // Of many seeds about three in ten have.
    assert!(with_three * 5 >= count, "{with_three} of {count} have more than two options");
}

#[test]
fn the_same_seed_has_the_same_problems_and_another_others() {
    let first = sheet(4711, 3);
    assert_eq!(first, sheet(4711, 3));
    let body = |sheet: &str| sheet.split_once("## Problem 1").map(|parts| parts.1.to_owned());
    assert_ne!(body(&first), body(&sheet(4712, 3)));
    // How many are wanted makes no difference to those that are there.
    let few = sheet(4711, 1);
    assert!(first.contains(body(&few).expect("a problem").trim_end()));
}

#[test]
fn problems_are_taken_by_keys_and_counted() {
    let sheet = lesson(&sheet(7, 3));
    let state = tempfile::tempdir().expect("a folder");
    let folder = state.path().to_owned();
    let mut pty = Pty::start_with((24, 80), &["learn", "--practice", "--seed", "7"], move |command| {
        command.env("XDG_STATE_HOME", folder);
    });
    for (at, (_, prediction, _)) in problems(&sheet).into_iter().enumerate() {
        let number = at + 1;
        let heading = format!("─ {number} What next? (seed 7)");
        pty.wait(&heading, |screen| screen.contains(&heading));
        assert!(!pty.screen().contains("WRITE"), "the bench is empty before the answer:\n{}", pty.screen());
        let right = prediction.options.iter().position(|option| option.ticked).expect("a ticked one");
        let guess = if number == 2 { (right + 1) % prediction.options.len() } else { right };
        let marked = format!("▸ {} {}", guess + 1, prediction.options[guess].text);
        // Where not all fits, the first press shows the rest.
        let rest = "choose when you have seen all of it";
        pty.type_bytes((guess + 1).to_string().as_bytes());
        pty.wait(&marked, |screen| screen.contains(&marked) || screen.contains(rest));
        if !pty.screen().contains(&marked) {
            pty.type_bytes((guess + 1).to_string().as_bytes());
            pty.wait(&marked, |screen| screen.contains(&marked));
        }
        pty.type_bytes(b" ");
        let (word, score) = match number {
            1 => ("RIGHT: the kernel answered", " 1 of 1 right"),
            2 => ("WRONG: you said", " 1 of 2 right"),
            _ => ("RIGHT: the kernel answered", " 2 of 3 right"),
        };
        pty.wait(word, |screen| screen.contains(word) && screen.contains(score));
        while pty.screen().contains(" more ↓") {
            let before = pty.screen();
            pty.type_bytes(b" ");
            pty.wait("the rest", |screen| screen != before);
        }
        assert!(pty.screen().contains("Space: the next problem."), "{}", pty.screen());
        pty.type_bytes(b" ");
    }
    pty.wait("the fourth", |screen| screen.contains("─ 4 What next?"));
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
    assert_eq!(modes_left_on(pty.bytes()), Vec::<String>::new());
    assert!(pty.screen().contains("practice: 2 of 3 right; `tincans learn --practice --seed 7`"), "{}", pty.screen());
    let kept = std::fs::read_to_string(state.path().join("tincans/progress.toml")).expect("scores are kept");
    assert!(kept.contains("answered = 3") && kept.contains("[topic.") && !kept.contains("[lesson."), "{kept}");
}

#[test]
fn the_list_of_lessons_leads_to_practice() {
    let state = tempfile::tempdir().expect("a folder");
    let folder = state.path().to_owned();
    let mut pty = Pty::start_with((24, 80), &["learn", "1"], move |command| {
        command.env("XDG_STATE_HOME", folder);
    });
    pty.wait("the lesson", |screen| screen.contains("step 1 of"));
    pty.type_bytes(b"l");
    pty.wait("the list", |screen| screen.contains("─ lessons "));
    pty.type_bytes(b"p");
    pty.wait("a problem", |screen| screen.contains("─ 1 What next?"));
    pty.type_bytes(b"q");
    assert_eq!(pty.status(), 0);
}

#[test]
fn a_sheet_has_no_answers_and_the_key_has_them() {
    let run = |words: &[&str]| program().args(words).output().expect("it runs");
    let base = ["learn", "--practice", "--seed", "4711", "--print", "3"];
    let sheet = String::from_utf8(run(&base).stdout).expect("text");
    let key = self::sheet(4711, 2);
    assert!(sheet.contains("## Problem 3") && sheet.contains("- ( ) a: `"), "{sheet}");
    assert!(!sheet.contains("[x]") && !sheet.contains("```after"), "{sheet}");
    let lesson = lesson(&key);
    for (program, prediction, _) in problems(&lesson) {
        for line in program.statements().iter().skip(1).chain([&&prediction.statement]) {
            assert!(sheet.contains(&line.text), "{}", line.text);
        }
    }
    assert_eq!(run(&["learn", "--practice", "--key"]).status.code(), Some(2), "a key is printed");
}
