//! Recordings from outside: what `run --record` keeps, `open` gives again, event for event; what is no recording is told with
//! its line.

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{run_in, text};
use serde_json::Value;
use tincans::lesson::{LessonPosition, Next, builtin};

/// Runs a script with these flags, and opens its recording: what both have said, the first event of the latter apart.
fn run_and_open(folder: &Path, script: &str, flags: &[&str]) -> (String, String, Value) {
    fs::write(folder.join("talk.tin"), script).expect("a script");
    let _ = fs::remove_file(folder.join("out"));
    let ran = run_in(folder, &[&["run", "talk.tin", "--json", "--record", "out"], flags].concat());
    let opened = run_in(folder, &["open", "out", "--json"]);
    assert_eq!((opened.status.code(), text(&opened.stderr).as_str()), (Some(0), ""), "{script}");
    let opened = text(&opened.stdout);
    let (source, events) = opened.split_once('\n').expect("a first event");
    (text(&ran.stdout), events.to_owned(), serde_json::from_str(source).expect("JSON"))
}

fn assert_same(name: &str, script: &str, flags: &[&str]) -> usize {
    let folder = tempfile::tempdir().expect("a folder");
    let (ran, opened, source) = run_and_open(folder.path(), script, flags);
    for (number, (one, other)) in ran.lines().zip(opened.lines()).enumerate() {
        assert_eq!(one, other, "{name}, event {number}");
    }
    assert_eq!(ran.lines().count(), opened.lines().count(), "{name}");
    assert_eq!((&source["event"], &source["kind"]), (&"source".into(), &"recording".into()));
    assert_eq!(source["argv"], serde_json::json!(["run", "talk.tin"]));
    ran.lines().count()
}

fn scripts(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "tin"))
        .collect();
    paths.sort();
    paths
}

#[test]
fn a_script_s_recording_opens_as_the_same_events() {
    let mut count = 0;
    for path in ["contract", "facts"].iter().flat_map(|folder| scripts(folder)) {
        let name = path.display().to_string();
        count += assert_same(&name, &fs::read_to_string(&path).expect("a script"), &[]);
    }
    assert!(count > 2000, "{count} events");
}

#[test]
fn so_do_those_of_all_lessons() {
    for lesson in builtin::lessons() {
        let mut walk = LessonPosition::default();
        while !matches!(walk.next(&lesson), Next::Over) {
            walk = walk.advance(&lesson);
        }
        let script = walk.way(&lesson).iter().fold(String::new(), |mut script, statement| {
            let _ = writeln!(script, "{}", statement.text.trim());
            script
        });
        assert!(assert_same(&lesson.file, &script, &[]) > 1, "{}", lesson.file);
    }
}

#[test]
fn loops_resets_refusals_and_reports_come_again() {
    let script = "channel stream c kid\nflood c[0] 10 500\nkid: drain c[1] dontwait\nwhy\nrepeat 3 write c[0] x => 1\n\
                  kid: write nowhere[0] x\nqueue c[1]\nholders c[0]\nfds\ntasks\nwhy c[1]\nreset\npipe p\nread p[0] => 3\n\
                  why parent\nthread t\nt: reader p[0]\n";
    assert!(assert_same("reports", script, &[]) > 20);
    assert!(assert_same("every call", script, &["--every-call"]) > 500);
    // A reader has more events than are kept.
    assert_same("a reader", "pipe p\nfork kid\nkid: reader p[0] 1\nwrite p[1] 50000*x\nsleep 30\n", &[]);
}

#[test]
fn as_a_transcript_it_is_the_run_s_own() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("talk.tin"), "channel stream c kid\nwrite c[0] one\nkid: read c[1] => EOF\n")
        .expect("a script");
    let ran = run_in(folder.path(), &["run", "talk.tin", "--record", "out"]);
    assert_eq!(ran.status.code(), Some(1));
    for flags in [&["open", "out"][..], &["open", "out", "--plain"]] {
        let opened = run_in(folder.path(), flags);
        assert_eq!((opened.status.code(), text(&opened.stdout)), (Some(0), text(&ran.stdout)));
    }
    let again = run_in(folder.path(), &["run", "talk.tin", "--record", "out"]);
    assert_eq!(
        (again.status.code(), text(&again.stderr)),
        (
            Some(2),
            "tincans: out: it is there already, and nothing is overwritten; take another name, or remove it first\n"
                .to_owned()
        )
    );
}

#[test]
fn nothing_of_this_machine_s_paths_is_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let rooms = folder.path().join("very-private");
    fs::create_dir(&rooms).expect("a folder");
    let script = "socket stream s\nbind s srv\nlisten s\nsocket stream c\nconnect c srv\naccept s a\ngetsockname a\n\
                  socket dgram d\nbind d @abstract\ngetsockname d\nfork kid\nkid: exec\nbind c srv\n";
    fs::write(folder.path().join("talk.tin"), script).expect("a script");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let command = command.current_dir(folder.path()).env("TMPDIR", &rooms).args(["run", "talk.tin", "--record", "out"]);
    assert!(command.output().expect("the program starts").status.success());
    let kept = fs::read_to_string(folder.path().join("out")).expect("a recording");
    assert!(kept.contains("srv") && kept.contains("abstract"));
    for secret in ["very-private", "tincans-", "/tmp"] {
        assert!(
            !kept.contains(secret),
            "{secret} in {}",
            kept.lines().find(|line| line.contains(secret)).unwrap_or_default()
        );
    }
}

/// A small whole recording.
fn recording(folder: &Path) -> String {
    fs::write(folder.join("talk.tin"), "pipe p\nwrite p[1] one\nread p[0]\n").expect("a script");
    let ran = run_in(folder, &["run", "talk.tin", "--record", "whole"]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    fs::read_to_string(folder.join("whole")).expect("a recording")
}

#[test]
fn what_is_no_whole_recording_is_told_with_its_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = recording(folder.path());
    let lines: Vec<&str> = whole.lines().collect();
    let count = lines.len();
    let with = |at: usize, line: &str| {
        let mut lines = lines.clone();
        lines[at] = line;
        lines.join("\n") + "\n"
    };
    let without = |at: usize| {
        lines
            .iter()
            .enumerate()
            .filter(|(number, _)| *number != at)
            .fold(String::new(), |all, (_, line)| all + line + "\n")
    };
    let newer = lines[0].replace("\"version\":1", "\"version\":2");
    let cases = [
        (String::new(), 1, "it is empty"),
        ("parent  pipe2(p, 0) = 0\n".to_owned(), 1, "`tincans run` runs a script"),
        ("{\"event\":\"summary\"}\n".to_owned(), 1, "this is no recording of tincans"),
        (newer + "\n", 1, "its format is version 2, this program reads version 1"),
        (lines[..count - 1].join("\n") + "\n", count, "cut off: its last line is missing"),
        (whole[..whole.len() - 30].to_owned(), count, "cut off in the middle of this line"),
        (with(3, "{}"), 4, "this is no line of a recording"),
        (with(3, "\u{1}"), 4, "this is no line of a recording"),
        (with(3, r#"{"statement":{"line":1,"text":"say hello"}}"#), 4, "its statement: "),
        (with(1, r#"{"bench":{"page":0,"uid":0,"gid":0}}"#), 2, "no machine has pages of 0 bytes"),
        (without(count - 3), count - 1, "lines are missing"),
        (whole.clone() + "{}\n", count + 1, "ended on the line before"),
        (lines[0].to_owned() + "\n" + &"x".repeat(2 * 1024 * 1024) + "\n", 2, "more than 1048576 bytes"),
    ];
    for (content, line, what) in cases {
        fs::write(folder.path().join("bad"), content).expect("a file");
        let opened = run_in(folder.path(), &["open", "bad", "--json"]);
        let said = text(&opened.stderr);
        assert_eq!(opened.status.code(), Some(2), "{what}: {said}");
        assert!(
            said.starts_with(&format!("bad:{line}: ")) && said.contains(what) && said.lines().count() == 1,
            "{what}: {said}"
        );
    }
    let none = run_in(folder.path(), &["open", "nothing"]);
    assert_eq!(none.status.code(), Some(2));
}

#[test]
fn a_recording_comes_from_standard_input_too_and_nobody_has_to_read_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let whole = recording(folder.path());
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    let mut child =
        command.args(["open", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("piped").write_all(whole.as_bytes()).expect("it reads");
    let opened = child.wait_with_output().expect("its output");
    assert!(opened.status.success() && text(&opened.stdout).contains("read(p[0], \"one\", 4096) = 3"));
    let shell = format!("{} open whole --json | true; exit ${{PIPESTATUS[0]}}", env!("CARGO_BIN_EXE_tincans"));
    let closed = Command::new("bash").current_dir(folder.path()).args(["-c", &shell]).output().expect("a shell");
    assert_eq!((closed.status.code(), text(&closed.stderr)), (Some(0), String::new()));
}

#[test]
fn a_run_that_is_killed_leaves_a_beginning_that_is_known_as_cut() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("talk.tin"), "pipe p\nrepeat 2000 write p[1] x\nkill parent\nsleep 3000\n")
        .expect("a script");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tincans"));
    command.current_dir(folder.path()).args(["run", "talk.tin", "--record", "out"]).stdout(Stdio::null());
    let mut child = command.spawn().expect("it starts");
    let grown = || fs::metadata(folder.path().join("out")).is_ok_and(|file| file.len() > 100_000);
    crate::support::until(crate::support::PATIENCE, grown).expect("it is written while the run goes on");
    nix::sys::signal::kill(
        nix::unistd::Pid::from_raw(i32::try_from(child.id()).expect("a pid")),
        nix::sys::signal::Signal::SIGKILL,
    )
    .expect("it is there");
    child.wait().expect("it is dead");
    let opened = run_in(folder.path(), &["open", "out"]);
    assert_eq!(opened.status.code(), Some(2));
    assert!(text(&opened.stdout).contains("write(p[1], \"x\", 1) = 1"));
    assert!(text(&opened.stderr).contains("the recording was cut off"), "{}", text(&opened.stderr));
}

/// Whether a value is the same, but for keys that were added somewhere in it.
fn has_all(got: &Value, wanted: &Value) -> bool {
    match (got, wanted) {
        (Value::Object(got), Value::Object(wanted)) => {
            wanted.iter().all(|(key, value)| got.get(key).is_some_and(|got| has_all(got, value)))
        }
        (Value::Array(got), Value::Array(wanted)) => {
            got.len() == wanted.len() && got.iter().zip(wanted).all(|(got, wanted)| has_all(got, wanted))
        }
        _ => got == wanted,
    }
}

/// The files were written once, and are never written again: another format needs another version, and a file of its own here.
#[test]
fn what_was_recorded_by_an_older_program_opens_still() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let opened = run_in(&folder, &["open", "format-1.tincans", "--json"]);
    assert_eq!((opened.status.code(), text(&opened.stderr)), (Some(0), String::new()));
    let wanted = fs::read_to_string(folder.join("format-1.jsonl")).expect("its events");
    let opened = text(&opened.stdout);
    assert_eq!(opened.lines().count(), wanted.lines().count());
    for (got, wanted) in opened.lines().zip(wanted.lines()) {
        let (got, wanted): (Value, Value) =
            (serde_json::from_str(got).expect("JSON"), serde_json::from_str(wanted).expect("JSON"));
        // Keys may be added; and what is explained may be explained better.
        for (key, value) in wanted.as_object().expect("an object") {
            assert!(
                has_all(&got[key], value) || (wanted["event"] == "why" && key == "text"),
                "{key}: {got} instead of {wanted}"
            );
        }
    }
}

#[test]
fn a_recording_and_its_script_make_the_same_sequence_diagram() {
    let folder = tempfile::tempdir().expect("a folder");
    // The sleeper is woken from outside: a close that wakes it may be recorded before or after its return.
    let script = "channel stream c kid\nwrite c[0] a;b#\nkid: read c[1] 2\nkid: read c[1]\nkid: read c[1]\n\
                  interrupt kid\nclose c[0]\n";
    fs::write(folder.path().join("talk.tin"), script).expect("a script");
    assert!(run_in(folder.path(), &["run", "talk.tin", "--record", "out"]).status.success());
    let of_recording = run_in(folder.path(), &["export", "out", "--mermaid"]);
    let of_script = run_in(folder.path(), &["export", "talk.tin", "--mermaid", "-o", "diagram.mmd"]);
    assert_eq!(
        (of_recording.status.code(), of_script.status.code()),
        (Some(0), Some(0)),
        "{}",
        text(&of_script.stderr)
    );
    let lines = |text: &str| -> Vec<String> {
        text.lines().map(|line| line.chars().filter(|letter| !letter.is_ascii_digit()).collect()).collect()
    };
    let drawn = text(&of_recording.stdout);
    let other = fs::read_to_string(folder.path().join("diagram.mmd")).expect("a diagram");
    assert_eq!(lines(&drawn), lines(&other));
    for wanted in [
        "sequenceDiagram\n    participant t0 as parent\n    participant t1 as kid\n",
        "    Note over t0: write(c[0], #34;a#59;b#35;#34;, 4) = 4\n",
        "    t0->>t1: message 1\n    Note over t1: read(c[1], #34;a#59;#34;, 2) = 2\n",
        "    Note over t1: read(c[1],  #60;unfinished ...#62;\n    Note over t1: #60;... read resumed#62;",
        "    Note over t0: close(c[0]) = 0\n",
    ] {
        assert!(drawn.contains(wanted), "{wanted} is not in\n{drawn}");
    }
    let again = run_in(folder.path(), &["export", "out", "--mermaid", "-o", "diagram.mmd"]);
    assert_eq!(again.status.code(), Some(2));
    fs::write(folder.path().join("bad"), "{\"recording\":1}\n").expect("a file");
    let bad = run_in(folder.path(), &["export", "bad", "--mermaid"]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(text(&bad.stderr).starts_with("bad:1: this is no recording"), "{}", text(&bad.stderr));
}
