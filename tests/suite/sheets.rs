//! What a teacher prints or imports: sheets and keys of lessons, quiz files, the plan for a class, the matrix as a page.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::support::{run_in, text};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn printed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn a_lesson_is_a_sheet_and_a_key_by_number_name_or_file() {
    let folder = folder();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/en/09-close-your-unused-end.md");
    let sheets = ["9", "close-your-unused-end", file.to_str().expect("UTF-8")]
        .map(|lesson| printed(&run_in(folder.path(), &["export", lesson, "--sheet"])));
    assert!(sheets.iter().all(|sheet| *sheet == sheets[0]), "{sheets:?}");
    assert!(sheets[0].contains("child1: read tube[0]") && !sheets[0].contains("No EOF, and the read never returns"));
    let key = printed(&run_in(folder.path(), &["export", "9", "--key"]));
    assert!(key.contains("`sleeps`") && key.contains("No EOF, and the read never returns"), "{key}");
    for form in ["--sheet", "--sheet", "--key"] {
        let written = run_in(folder.path(), &["export", "9", form, "-o", "once.md"]);
        let is_first = form == "--sheet" && text(&written.stderr).is_empty();
        assert_eq!(written.status.code(), Some(if is_first { 0 } else { 2 }));
    }
    assert_eq!(fs::read_to_string(folder.path().join("once.md")).expect("it was written"), sheets[0]);
    let none = run_in(folder.path(), &["export", "no-such-lesson", "--sheet"]);
    assert!(none.status.code() == Some(2) && text(&none.stderr).contains("there is no lesson no-such-lesson"));
}

/// The plan's blocks of each lesson, one script a lesson.
fn scripts(plan: &str) -> Vec<(String, String)> {
    let lessons = plan.split("\n## ").skip(1);
    let of_lesson = |part: &str| {
        let title = part.lines().next().unwrap_or_default().to_owned();
        let blocks = part.split("```tin\n").skip(1).filter_map(|rest| rest.split("```").next());
        (title, blocks.collect::<String>())
    };
    lessons.map(of_lesson).collect()
}

#[test]
fn what_the_plan_says_will_be_seen_is_seen() {
    let folder = folder();
    let plan = printed(&run_in(folder.path(), &["lessons", "--plan", "--lang", "en"]));
    assert!(plan.contains("\n## 0–") && plan.contains("–50 min: lesson 26,"), "{plan}");
    let scripts = scripts(&plan);
    let numbers: Vec<&str> =
        scripts.iter().filter_map(|(title, _)| title.split("lesson ").nth(1)?.split(',').next()).collect();
    assert_eq!(numbers, ["2", "3", "4", "9", "12", "14", "15", "17", "26"]);
    for (title, script) in scripts {
        assert!(script.contains("=>"), "{title}");
        fs::write(folder.path().join("plan.tin"), &script).expect("a file");
        let ran = run_in(folder.path(), &["run", "plan.tin"]);
        assert_eq!(ran.status.code(), Some(0), "{title}\n{script}\n{}", text(&ran.stderr));
    }
}

#[test]
fn a_quiz_has_the_answers_of_the_key() {
    let folder = folder();
    let print = |form: &[&str]| {
        let options = [&["learn", "--practice", "--seed", "7", "--print", "3"], form].concat();
        printed(&run_in(folder.path(), &options))
    };
    let (key, quiz) = (print(&["--key"]), print(&["--quiz"]));
    let ticked: Vec<&str> = key.lines().filter_map(|line| line.strip_prefix("- [x] ")).collect();
    let unescaped = |line: &str| line.replace('\\', "");
    let right: Vec<String> = quiz.lines().filter_map(|line| line.strip_prefix("\t=")).map(unescaped).collect();
    assert_eq!(right.len(), 3, "{quiz}");
    assert_eq!(right, ticked.iter().map(|line| unescaped(line)).collect::<Vec<_>>());
}

#[test]
fn the_matrix_is_one_page_that_asks_nobody() {
    let folder = folder();
    let page = printed(&run_in(folder.path(), &["matrix", "unread", "--html"]));
    let tables = printed(&run_in(folder.path(), &["matrix", "unread", "--markdown"]));
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"));
    for foreign in ["http", "<script", "<img", "<link", "url("] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let rows = tables.lines().filter(|line| line.starts_with("| `")).count();
    assert!(rows == 1 && page.matches("<th scope=\"row\">").count() == rows, "{rows}");
    assert!(page.contains("@page{size:A4 landscape"));
}
