//! What is taken home: each form has what happened, nothing that a child wrote is anything but text in it, and a form that does
//! not fit says so.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::{CommandFactory as _, Parser as _};
use serde_json::Value;
use tincans::cli::{Arguments, Command};
use tincans::lesson::sheet;
use tincans::{export, picture};

use crate::support::{run_in, text};

/// What is written would be a tag, an entity, an end of the page's data, and a command to a terminal.
const SCRIPT: &str = "\
channel stream wire kid
write wire[0] \"</script><b>&amp;\\x1b]0;x\\x07\"
kid: read wire[1]
kid: write wire[1] thanks
read wire[0]
kill kid KILL
read wire[0]
";

/// What comes of the script in this form.
fn exported(options: &[&str]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("talk.tin"), SCRIPT).expect("a script");
    let output = run_in(folder.path(), &[&["export", "talk.tin"], options].concat());
    assert_eq!((output.status.code(), text(&output.stderr).as_str()), (Some(0), ""), "{options:?}");
    text(&output.stdout)
}

/// The text between two others, once.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let (_, rest) = text.split_once(before).unwrap_or_else(|| panic!("no {before}"));
    rest.split_once(after).unwrap_or_else(|| panic!("no {after}")).0
}

#[test]
fn a_page_has_every_event_and_every_line_it_names() {
    let page = exported(&["--html"]);
    let data: Value = serde_json::from_str(between(&page, "id=data>", "</script>")).expect("JSON");
    let (lines, steps) = (data["lines"].as_array().expect("lines"), data["steps"].as_array().expect("steps"));
    let numbers: Vec<u64> = steps.iter().filter_map(|step| step["at"].as_u64()).collect();
    assert_eq!(numbers, (0..steps.len() as u64).collect::<Vec<_>>());
    for step in steps {
        for view in ["bench", "diagram"] {
            let named = step[view].as_array().expect("numbers").iter().filter_map(Value::as_u64);
            assert!(named.clone().count() > 5 && named.clone().all(|number| number < lines.len() as u64), "{step}");
        }
    }
    let told: Vec<&str> =
        steps.iter().flat_map(|step| step["told"].as_array().expect("lines")).filter_map(Value::as_str).collect();
    assert!(told.contains(&"kid     write(wire[1], \"thanks\", 6) = 6"), "{told:?}");
    assert!(told.contains(&"kid     +++ killed by SIGKILL +++"), "{told:?}");
    let last = steps.last().expect("a step");
    assert_eq!((&last["statement"], &last["is_last"]), (&"read wire[0]".into(), &true.into()));
    assert!(last["why"].as_str().expect("a reason").contains("EOF"), "{last}");
    // The screens: both directions' counts after the answer was read.
    let screen = |step: &Value| -> String {
        let rows = step["bench"].as_array().expect("numbers").iter().filter_map(Value::as_u64);
        rows.map(|row| lines[usize::try_from(row).expect("a row")].as_str().expect("a line")).collect()
    };
    assert!(screen(last).contains("1 write, 1 read") && screen(last).contains("thanks"), "{}", screen(last));
}

#[test]
fn a_page_asks_for_nothing_and_nothing_in_it_is_more_than_text() {
    let page = exported(&["--html"]);
    assert!(page.contains("default-src 'none'"));
    for reference in ["src=", "url(", "@import", "http:", "https:", "fetch(", "XMLHttpRequest"] {
        let found = page.replace("default-src=", "").matches(reference).count();
        assert_eq!(found, 0, "{reference}");
    }
    assert!(!page.contains("</script><b>") && !page.contains('\x1b') && !page.contains('\x07'));
    assert_eq!(page.matches("</script>").count(), 2, "its data and its program");
    // Every look that a line has is described, for both grounds.
    let data = between(&page, "id=data>", "</script>");
    let used: BTreeSet<&str> = data.split("class=s").skip(1).filter_map(|rest| rest.split('>').next()).collect();
    assert!(used.len() > 3);
    for class in used {
        assert_eq!(page.matches(&format!("\n.s{class}{{")).count(), 2, "{class}");
    }
}

/// Of each step of a page whether it is the last of its part.
fn ends_of_parts(page: &str) -> Vec<bool> {
    let data: Value = serde_json::from_str(between(page, "id=data>", "</script>")).expect("JSON");
    data["steps"].as_array().expect("steps").iter().map(|step| step["is_last"] == true).collect()
}

#[test]
fn what_has_no_statements_is_printed_turn_by_turn() {
    let log = "7 pipe([3, 4]) = 0\n7 fork() = 8\n8 close(3) = 0\n8 write(4, \"x\", 1) = 1\n7 read(3, \"x\", 9) = 1\n";
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("run.log"), log).expect("a log");
    let page = text(&run_in(folder.path(), &["export", "run.log", "--html"]).stdout);
    assert!(page.contains("one process's turn"));
    // Before everything; the two calls of the first; those of the second; the read.
    assert_eq!(ends_of_parts(&page), [true, false, true, false, true, true]);
    assert_eq!(ends_of_parts(&exported(&["--html"])).iter().filter(|is_last| **is_last).count(), 8);
}

#[test]
fn a_letter_of_two_columns_takes_two_in_any_font() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("wide.tin"), "socketpair dgram d\nwrite d[0] \"a語\"\n").expect("a script");
    let page = text(&run_in(folder.path(), &["export", "wide.tin", "--html"]).stdout);
    assert!(page.contains("a\\u003cb>語\\u003c/b>"), "{page}");
}

#[test]
fn a_diagram_is_not_larger_than_forges_draw_and_spells_bytes_as_everywhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let script = "pipe p\n".to_owned() + &format!("write p[1] \"語\\x1b{}\"\n", "<".repeat(28)).repeat(298);
    fs::write(folder.path().join("long.tin"), script).expect("a script");
    let diagram = text(&run_in(folder.path(), &["export", "long.tin", "--mermaid"]).stdout);
    assert!((45_000..50_000).contains(&diagram.len()), "{}", diagram.len());
    assert!(diagram.contains("#34;語\\x1b#60;"), "{}", diagram.lines().nth(3).unwrap_or_default());
    let notes = diagram.matches("write(").count();
    let wanted = format!("    Note over t0: {} more events are not drawn", 298 - notes);
    assert_eq!(diagram.lines().last(), Some(wanted.as_str()));
}

#[test]
fn what_was_before_a_reset_is_said_to_be_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("two.tin"), "pipe p\nwrite p[1] x\nreset\nsocketpair dgram d\n").expect("a script");
    run_in(folder.path(), &["run", "two.tin", "--record", "two.tincans"]);
    for (file, form) in
        [("two.tin", "--c"), ("two.tincans", "--c"), ("two.tincans", "--html"), ("two.tin", "--mermaid")]
    {
        let output = run_in(folder.path(), &["export", file, form]);
        let said = text(&output.stderr);
        let wanted =
            format!("tincans: {file}: the export begins after `reset` in line 3; what was before it is left out\n");
        assert_eq!((output.status.code(), said), (Some(0), wanted), "{file} {form}");
        assert!(!text(&output.stdout).contains("pipe"), "{file} {form}");
    }
}

#[test]
fn a_lesson_is_taken_home_by_its_number_or_its_name() {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, wanted) in [("1", 0), ("first-hello", 0), ("nowhere", 2)] {
        let output = run_in(folder.path(), &["export", name, "--mermaid"]);
        assert_eq!(output.status.code(), Some(wanted), "{name}: {}", text(&output.stderr));
    }
}

#[test]
fn a_picture_shows_the_view_and_the_event_that_is_asked_for() {
    let last = exported(&["--svg"]);
    assert!(last.starts_with("<svg ") && last.ends_with("</svg>\n"));
    assert!(last.contains("killed by SIGKILL") && last.contains("thanks"));
    assert!(!last.contains("<b>") && !last.contains('\x1b'));
    let first = exported(&["--svg", "--at", "0"]);
    assert!(first.contains("event 0 of") && !first.contains("thanks"));
    let diagram = exported(&["--svg", "--view", "diagram", "--size", "80x24"]);
    assert!(diagram.contains("time ▼") && !last.contains("time ▼"));
    let width = |picture: &str| -> f64 { between(picture, "width=\"", "\"").parse().expect("a number") };
    assert!(width(&diagram) < width(&last));
    for picture in [last, first, diagram] {
        assert!(!picture.contains("quit") && !picture.contains("back to now"), "nobody can press a key\n{picture}");
    }
}

#[test]
fn a_film_plays_to_the_last_screen() {
    let film = exported(&["--cast", "--size", "80x24"]);
    let mut lines = film.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let header = lines.next().expect("a header");
    assert_eq!(
        (&header["version"], &header["term"]["cols"], &header["term"]["rows"]),
        (&3.into(), &80.into(), &24.into())
    );
    let size = |cells: u16| std::num::NonZeroU16::new(cells).expect("not 0");
    let mut emulator = vt100::Parser::new(size(24), size(80), 0);
    let mut seconds = 0.0;
    for event in lines {
        assert_eq!(event[1], "o");
        let interval = event[0].as_f64().expect("a number");
        assert!((0.0..=3.0).contains(&interval), "{interval}");
        seconds += interval;
        emulator.process(event[2].as_str().expect("bytes").as_bytes());
    }
    let screen = emulator.screen().contents();
    assert!(screen.contains("killed by SIGKILL") && screen.contains("thanks") && seconds > 3.0, "{seconds}\n{screen}");
}

#[test]
fn a_recording_a_lesson_and_a_log_are_taken_home_too() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("talk.tin"), SCRIPT).expect("a script");
    assert!(run_in(folder.path(), &["run", "talk.tin", "--record", "out"]).status.success());
    let lesson = Path::new(env!("CARGO_MANIFEST_DIR")).join("lessons/en/01-first-hello.md");
    let log = "10 1.0 pipe2([3, 4], 0) = 0\n10 1.1 write(4, \"one\", 3) = 3\n10 1.2 read(3, \"one\", 9) = 3\n";
    fs::write(folder.path().join("trace.log"), log).expect("a log");
    for (file, wanted) in [("out", "thanks"), (lesson.to_str().expect("UTF-8"), "SOCK_STREAM"), ("trace.log", "one")] {
        let output = run_in(folder.path(), &["export", file, "--svg"]);
        assert_eq!(output.status.code(), Some(0), "{file}: {}", text(&output.stderr));
        assert!(text(&output.stdout).contains(wanted), "{file}: {}", text(&output.stdout));
    }
}

#[test]
fn what_cannot_be_taken_home_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("talk.tin"), SCRIPT).expect("a script");
    fs::write(folder.path().join("bad.tin"), "pipe p\nwrit p[1] x\n").expect("a script");
    for (arguments, wanted) in [
        (&["talk.tin", "--svg", "--at", "999"][..], "there is no event 999"),
        (&["talk.tin", "--svg", "--view", "lens"], "possible values: bench, diagram"),
        (&["talk.tin", "--svg", "--size", "10x10"], "from 60x18"),
        (&["talk.tin", "--svg", "--html"], "cannot be used with"),
        (&["talk.tin"], "required"),
        (&["bad.tin", "--html"], "bad.tin:2:"),
        (&["no.tin", "--html"], "no.tin"),
    ] {
        let output = run_in(folder.path(), &[&["export"], arguments].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(text(&output.stderr).contains(wanted), "{arguments:?}: {}", text(&output.stderr));
        assert_eq!(text(&output.stdout), "", "{arguments:?}");
    }
}

#[test]
fn every_form_that_is_offered_is_made_and_every_one_that_is_made_is_offered() {
    let command = Arguments::command();
    let export = command.get_subcommands().find(|command| command.get_name() == "export").expect("the command");
    let forms = export.get_groups().find(|group| group.get_id() == "form").expect("the forms");
    let offered: BTreeSet<&str> = forms.get_args().map(clap::Id::as_str).collect();
    for form in &offered {
        let parsed = Arguments::try_parse_from(["tincans", "export", "talk.tin", &format!("--{form}")]);
        let Ok(Some(Command::Export { format, .. })) = parsed.map(|arguments| arguments.command) else {
            panic!("--{form} is no form")
        };
        assert_eq!(format.name(), *form, "ExportFormat::name");
        let is_made = export::named(form).is_some() || picture::named(form).is_some() || sheet::form(form).is_some();
        assert!(is_made, "nothing makes --{form}: export::FORMATS, picture::FORMATS, sheet::form");
    }
    let made = export::FORMATS.iter().map(|format| format.0).chain(picture::FORMATS.iter().map(|format| format.0));
    let missing: Vec<&str> = made.filter(|name| !offered.contains(name)).collect();
    assert!(missing.is_empty(), "cli::ExportFlags has no option for {missing:?}");
}
