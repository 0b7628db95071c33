//! Nothing raw reaches a terminal: whatever names and variables hold, what the program writes has no control, no direction and
//! nothing invisible of theirs; and no line of the source writes past `sys::output` and the screen of the UI.
#![expect(clippy::expect_used, clippy::panic, reason = "a test's helpers fail by panic")]

mod support;

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use support::program;

/// Writes the clipboard, clears the screen, turns the text round, hides letters, piles marks up; as a part of a name.
const HOSTILE: &str = "x\u{1b}]52;c;eA==\u{7}\u{1b}[2J\u{9b}3J\u{202e}\u{200b}\u{e0041}\r\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}";

/// The same with bytes that are no letters.
fn hostile(after: &str) -> OsString {
    OsString::from_vec([HOSTILE.as_bytes(), b"\xff\xc2", after.as_bytes()].concat())
}

/// What is in the bytes that should not be.
fn raw(bytes: &[u8]) -> Vec<char> {
    let text = String::from_utf8_lossy(bytes);
    let is_raw = |letter: &char| {
        (letter.is_control() && *letter != '\n')
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
    };
    let mut found: Vec<char> = text.chars().filter(is_raw).collect();
    found.extend(text.contains(&"\u{301}".repeat(10)).then_some('\u{301}'));
    found
}

fn output(arguments: &[OsString], prepare: impl FnOnce(&mut Command)) -> Output {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::null()).env("NO_COLOR", "1");
    prepare(&mut command);
    command.output().expect("the program starts")
}

fn is_clean(what: &str, output: &Output) {
    for bytes in [&output.stdout, &output.stderr] {
        assert!(raw(bytes).is_empty(), "{what}: {:?} in {:?}", raw(bytes), String::from_utf8_lossy(bytes));
    }
}

#[test]
fn names_and_variables_are_spelled_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("bind.tin");
    fs::write(&script, "socket stream s\nbind s n\n").expect("a script");
    let broken = folder.path().join(hostile("-broken.tin"));
    fs::write(&broken, "nonsense\n").expect("a script");
    let refused = folder.path().join(hostile("-refused.tin"));
    fs::write(&refused, "read nothing\ntasks => 3\n").expect("a script");
    let lessons = folder.path().join("lessons");
    fs::create_dir(&lessons).expect("a folder");
    fs::write(lessons.join(hostile(".md")), "no lesson").expect("a file");
    fs::write(lessons.join("02-a\u{1b}]52;c;eA==\u{7}.md"), "+++\ntitle = \"T\"\n").expect("a file");
    let good = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n```tin\ntasks => 2\n```\n";
    fs::write(lessons.join("03-b.md"), good).expect("a file");
    let state = folder.path().join(hostile("state"));
    fs::create_dir_all(state.join("tincans/progress.toml")).expect("a folder in the file's place");
    fs::create_dir_all(state.join("tincans/config.toml")).expect("a folder in the file's place");
    let word = |text: &str| OsString::from(text);
    let nothing = |_: &mut Command| {};
    let cases: Vec<(&str, Output)> = vec![
        ("check", output(&[word("check"), lessons.clone().into()], nothing)),
        ("check of no file", output(&[word("check"), hostile("none")], nothing)),
        ("run of no file", output(&[word("run"), hostile("none")], nothing)),
        ("run of no script", output(&[word("run"), broken.into()], nothing)),
        ("run, refused", output(&[word("run"), refused.clone().into()], nothing)),
        ("run --json", output(&[word("run"), word("--json"), refused.into()], nothing)),
        (
            "TMPDIR",
            output(&[word("run"), script.clone().into()], |c| {
                c.env("TMPDIR", hostile("none"));
            }),
        ),
        (
            "TMPDIR as JSON",
            output(&[word("run"), word("--json"), script.clone().into()], |c| {
                c.env("TMPDIR", hostile("none"));
            }),
        ),
        (
            "XDG_STATE_HOME",
            output(&[word("lessons")], |c| {
                c.env("XDG_STATE_HOME", &state);
            }),
        ),
        (
            "XDG_CONFIG_HOME",
            output(&[word("config"), word("--mine")], |c| {
                c.env("XDG_CONFIG_HOME", &state);
            }),
        ),
        ("a word", output(&[hostile("")], nothing)),
        ("a lesson", output(&[word("learn"), hostile("")], nothing)),
        ("an option", output(&[word("--theme"), hostile("")], nothing)),
        ("a row", output(&[word("matrix"), hostile("")], nothing)),
        ("a lesson to save", output(&[word("run"), word("--save-lesson"), hostile(""), script.into()], nothing)),
        (
            "argv[0] in help",
            output(&[word("--help")], |c| {
                c.arg0(hostile(""));
            }),
        ),
        (
            "argv[0] in a mistake",
            output(&[word("run")], |c| {
                c.arg0(hostile(""));
            }),
        ),
    ];
    for (what, output) in &cases {
        is_clean(what, output);
    }
    let said = |at: usize| String::from_utf8_lossy(&cases[at].1.stderr).into_owned();
    assert!(said(0).contains("02-a\\x1b]52;c;eA==\\x07.md"), "{}", said(0));
    for line in String::from_utf8_lossy(&cases[7].1.stdout).lines() {
        serde_json::from_str::<serde_json::Value>(line).expect("it stays JSON");
    }
}

/// Where something may be written to a terminal, and what that place may do.
const WRITERS: &[(&str, &[&str])] = &[
    ("src/sys/output.rs", &["stdout()", "stderr()"]),
    // Asks them whether they are terminals; the second writes what undoes all modes, and what `tui::screen` gives it.
    ("src/sys/terminal.rs", &["stdout()", "stderr()", "/dev/tty", "terminal::write_out", "unistd::write"]),
    ("src/tui/screen.rs", &["terminal::write_out"]),
];

/// What writes, or leads to something that does.
const SUSPECT: &[&str] = &[
    "stdout()",
    "stderr()",
    "println!",
    "print!",
    "dbg!",
    "/dev/tty",
    "/dev/stdout",
    "/dev/stderr",
    "/dev/fd",
    "/proc/self/fd/1",
    "/proc/self/fd/2",
    "terminal::write_out",
    "unistd::write",
];

/// A file's text without comments and without what is behind `#[cfg(test)]`.
fn code_of(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let lines = before_tests.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("the source is there").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("tests") {
            sources(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") && !path.ends_with("tests.rs") {
            let text = fs::read_to_string(&path).expect("text");
            let name =
                path.strip_prefix(env!("CARGO_MANIFEST_DIR")).expect("it is below").to_string_lossy().into_owned();
            found.push((name, code_of(&text)));
        }
    }
}

fn round_the_writers(sources: &[(String, String)]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, code) in sources {
        let may = WRITERS.iter().find(|row| row.0 == name).map_or(&[][..], |row| row.1);
        for suspect in SUSPECT.iter().filter(|suspect| !may.contains(suspect)) {
            for line in code.lines().filter(|line| line.contains(suspect)) {
                // The writer's own, and a question that clap answers.
                if !line.contains(&format!("output::{suspect}")) && !line.contains("use_stderr()") {
                    found.push(format!("{name}: {suspect}: {}", line.trim()));
                }
            }
        }
    }
    found
}

#[test]
fn no_line_of_the_source_goes_round_the_writers() {
    let mut all = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut all);
    assert!(all.len() > 50, "the source is there");
    let found = round_the_writers(&all);
    assert!(found.is_empty(), "written past sys::output:\n{}", found.join("\n"));
    let fake =
        [("src/x.rs".to_owned(), "writeln!(io::stderr(), \"{x}\")\nwriteln!(output::stderr(), \"{x}\")".to_owned())];
    assert_eq!(round_the_writers(&fake).len(), 1);
}
