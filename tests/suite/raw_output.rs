//! Nothing raw reaches a terminal: whatever names and variables hold, what the program writes has no control, no direction and
//! nothing invisible of theirs; and no line of the source writes past `sys::output` and the screen of the UI.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::support::program;
use tempfile::TempDir;

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

/// What the program writes when it is called by a hostile name, with these arguments and one variable.
fn output(arguments: &[&OsStr], variable: Option<(&str, &OsStr)>) -> Output {
    let mut command = Command::new(program());
    command.arg0(hostile("")).args(arguments).stdin(Stdio::null()).env("NO_COLOR", "1");
    command.envs(variable);
    command.output().expect("the program starts")
}

/// Scripts, lessons and a person's folders of hostile names.
struct Folder {
    root: TempDir,
    broken: OsString,
    refused: OsString,
    lessons: OsString,
    state: OsString,
    bind: OsString,
}

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: OsString, text: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(&path, text).expect("a file");
            path.into_os_string()
        };
        let good = "+++\ntitle = \"T\"\ntopics = [\"basics\"]\nminutes = 5\n+++\n```tin\ntasks => 2\n```\n";
        file("lessons/03-b.md".into(), good);
        file(OsString::from_vec([b"lessons/", hostile(".md").as_bytes()].concat()), "no lesson");
        file("lessons/02-a\u{1b}]52;c;eA==\u{7}.md".into(), "+++\ntitle = \"T\"\n");
        let state = folder.path().join(hostile("state"));
        for name in ["tincans/progress.toml", "tincans/config.toml"] {
            fs::create_dir_all(state.join(name)).expect("a folder in the file's place");
        }
        Self {
            broken: file(hostile("-broken.tin"), "nonsense\n"),
            refused: file(hostile("-refused.tin"), "read nothing\ntasks => 3\n"),
            lessons: folder.path().join("lessons").into(),
            state: state.into(),
            bind: file("bind.tin".into(), "socket stream s\nbind s n\n"),
            root: folder,
        }
    }
}

/// Arguments, and a variable of the environment.
type Case<'a> = (Vec<OsString>, Option<(&'a str, &'a OsString)>);

#[test]
fn names_and_variables_are_spelled_out() {
    let files = Folder::new();
    let none = files.root.path().join(hostile("none")).into_os_string();
    let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
    let of = |first: &[&str], last: &OsString| [words(first), vec![last.clone()]].concat();
    let cases: Vec<Case<'_>> = vec![
        (of(&["check"], &files.lessons), None),
        (of(&["run", "--json"], &files.bind), Some(("TMPDIR", &none))),
        (of(&["run"], &files.bind), Some(("TMPDIR", &none))),
        (of(&["check"], &none), None),
        (of(&["run"], &none), None),
        (of(&["run"], &files.broken), None),
        (of(&["run"], &files.refused), None),
        (of(&["run", "--json"], &files.refused), None),
        (words(&["lessons"]), Some(("XDG_STATE_HOME", &files.state))),
        (words(&["config", "--mine"]), Some(("XDG_CONFIG_HOME", &files.state))),
        (of(&[], &none), None),
        (of(&["learn"], &none), None),
        (of(&["--theme"], &none), None),
        (of(&["matrix"], &none), None),
        (of(&["run", "-", "--save-lesson"], &none), None),
        (words(&["--help"]), None),
        (words(&["run"]), None),
    ];
    for (at, (arguments, variable)) in cases.iter().enumerate() {
        let arguments: Vec<&OsStr> = arguments.iter().map(OsString::as_os_str).collect();
        let output = output(&arguments, variable.map(|(name, value)| (name, value.as_os_str())));
        for bytes in [&output.stdout, &output.stderr] {
            assert!(raw(bytes).is_empty(), "{arguments:?}: {:?} in {:?}", raw(bytes), String::from_utf8_lossy(bytes));
        }
        let (out, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        match at {
            0 => assert!(said.contains("02-a\\x1b]52;c;eA==\\x07.md"), "{said}"),
            1 => out.lines().for_each(|line| drop(serde_json::from_str::<serde_json::Value>(line).expect("JSON"))),
            _ => {}
        }
    }
}

/// Where something may be written to a terminal, and what that place may do.
const WRITERS: &[(&str, &[&str])] = &[
    ("src/sys/output.rs", &["stdout()", "stderr()"]),
    // Asks them whether they are terminals; the second writes what undoes all modes, and what `tui::screen` gives it.
    ("src/sys/terminal.rs", &["stdout()", "stderr()", "/dev/tty", "terminal::write_out", "unistd::write"]),
    ("src/tui/screen.rs", &["terminal::write_out"]),
    // Asks whether they are terminals, and types what a person types into the watched program's own.
    ("src/sys/pty.rs", &["stdout()", "stderr()", "unistd::write"]),
    // What another program has open is named so; nothing is opened.
    ("src/watch/known.rs", &["/dev/tty", "/dev/stdout", "/dev/stderr", "/dev/fd"]),
    ("src/strace_log/import/descriptors.rs", &["/dev/tty"]),
    ("src/strace_log/import/tasks/told.rs", &["/dev/fd"]),
    ("src/sys/file_identity.rs", &["/dev/tty"]),
    ("src/world/fold/fifo.rs", &["/dev/tty", "/dev/fd"]),
    // Names that a foreign program has opened: compared, never opened here.
    ("src/watch/known.rs", &["/dev/tty", "/dev/stdout", "/dev/stderr", "/dev/fd"]),
    ("src/world/fold/fifo.rs", &["/dev/tty"]),
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
