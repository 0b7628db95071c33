//! README.md and ARCHITECTURE.md say what is so: their commands work, their lists are the program's own tables, and what they
//! name exists. `TINCANS_WRITE_DOCS=1 cargo test --test suite readme::` writes the lists anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::pty::Pty;
use tincans::app::config::Config;
use tincans::app::keys::GROUPS;
use tincans::lesson::{builtin, load};
use tincans::script::parse::verbs;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What stands between `<!-- NAME -->` and `<!-- /NAME -->`, as a range of bytes.
fn list(document: &str, name: &str) -> std::ops::Range<usize> {
    let (open, close) = (format!("<!-- {name} -->\n"), format!("<!-- /{name} -->"));
    let start = document.find(&open).unwrap_or_else(|| panic!("no {open}")) + open.len();
    start..start + document[start..].find(&close).unwrap_or_else(|| panic!("no {close}"))
}

/// A list in `docs` is the program's own table.
fn assert_list(name: &str, lines: impl Iterator<Item = String>, heading: &str) {
    assert_part(&format!("docs/{name}.md"), name, &format!("{heading}{}", lines.collect::<Vec<_>>().concat()));
}

/// A part of a document is what the program makes.
pub fn assert_part(path: &str, name: &str, wanted: &str) {
    let mut document = read(path);
    let place = list(&document, name);
    if std::env::var_os("TINCANS_WRITE_DOCS").is_some() {
        document.replace_range(place, &format!("\n{wanted}\n"));
        fs::write(root().join(path), document).expect("the document can be written");
    } else {
        let is_so = document[place].trim() == wanted.trim();
        assert!(is_so, "{path}: `{name}` is not what the program makes; TINCANS_WRITE_DOCS=1 writes it:\n{wanted}");
    }
}

/// All three in one test, because writing them anew takes turns on one file.
#[test]
fn the_lists_in_the_documents_are_the_program_s_own() {
    let keys = GROUPS.iter().flat_map(|group| {
        group.rows.iter().enumerate().map(|(at, row)| {
            let place = if at == 0 { group.title } else { "" };
            let labels: Vec<String> = row.keys.iter().map(|key| format!("`{}`", key.label())).collect();
            format!("| {place} | {} | {} |\n", labels.join(" "), row.long)
        })
    });
    assert_list("keys", keys, "| where | key | what it does |\n| --- | --- | --- |\n");
    let statements = verbs().iter().map(|verb| format!("- `{}`: {}\n", verb.synopsis, verb.about));
    assert_list("statements", statements, "");
    let lessons = builtin::ENGLISH.iter().map(|(file, text)| {
        let lesson = load::load(file, text.as_bytes()).expect("a built-in lesson loads");
        format!("- {} [{}](../lessons/en/{file})\n", lesson.number, lesson.title)
    });
    assert_list("lessons", lessons, "");
}

/// The fenced blocks of a document: language and text.
fn blocks(document: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = document.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.strip_prefix("```") {
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let text = inside.join("\n") + "\n";
            found.push((language.to_owned(), text));
        }
    }
    found
}

/// The documents whose commands have to work.
fn documents() -> Vec<String> {
    let pages =
        files("docs").into_iter().filter(|path| Path::new(path).extension().is_some_and(|extension| extension == "md"));
    ["README.md".to_owned(), "CONTRIBUTING.md".to_owned()].into_iter().chain(pages).collect()
}

fn block_of(document: &str, language: &str) -> String {
    let mut of_it = blocks(&read(document)).into_iter().filter(|(name, _)| name == language);
    let (_, text) = of_it.next().unwrap_or_else(|| panic!("{document} has no block of {language}"));
    assert!(of_it.next().is_none(), "{document} has one block of {language}");
    text
}

/// A folder in which the README's commands work: its script is there, under the names that it and `--help` use.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["talk.tin", "t.tin"] {
        fs::write(folder.path().join(name), block_of("README.md", "tin")).expect("a file");
    }
    folder
}

/// One line of a shell, with the built program as `tincans`.
fn shell(folder: &Path, line: &str) -> Output {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_tincans"));
    let bin = program.parent().expect("a folder").to_str().expect("UTF-8");
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("sh");
    shell.args(["-c", line]).current_dir(folder).env("PATH", path).env("XDG_STATE_HOME", folder);
    shell.output().expect("sh starts")
}

fn assert_works(folder: &Path, line: &str) {
    let output = shell(folder, line);
    assert!(output.status.success(), "{line}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    match line.split_once(" -o ") {
        Some((_, file)) if !file.contains(' ') => {
            let written = fs::metadata(folder.join(file)).map_or(0, |data| data.len());
            assert!(written > 0, "{line} writes {file}");
        }
        _ => assert!(!output.stdout.is_empty(), "{line} prints something"),
    }
}

/// The UI starts, takes a word to both channels, and is left.
fn assert_ui_works() {
    let mut pty = Pty::start((36, 120));
    pty.type_bytes(b"word\r\r");
    pty.wait("a read on each channel", |screen| screen.matches("1 write, 1 read").count() == 2);
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
}

/// The first lesson opens, for somebody who has done none.
fn assert_learning_works(state: &Path) {
    let mut pty = Pty::start_with((36, 120), &["learn"], |command| _ = command.env("XDG_STATE_HOME", state));
    pty.wait("the first step of a lesson", |screen| screen.contains("step 1 of"));
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
}

/// A problem comes.
fn assert_practice_works() {
    let mut pty = Pty::start_with((36, 120), &["learn", "--practice"], |_| {});
    pty.wait("a problem", |screen| screen.contains("─ 1 What next?"));
    pty.type_bytes(b"\x03");
    assert_eq!(pty.status(), 0);
}

/// `cargo test …`: the target is there, and so is a test that the filter finds. `screen`, `kills::` is `tests/screen/kills.rs`; of
/// `forks`, which has no libtest, a whole module is one test.
fn assert_is_test(command: &str) {
    let words: Vec<&str> = command.split_whitespace().take_while(|word| *word != "--").collect();
    let ["cargo", "test", rest @ ..] = &words[..] else { panic!("{command}") };
    match rest {
        [] => {}
        ["--test", target] => _ = read(&format!("tests/{target}/main.rs")),
        ["--test", "forks", module] => _ = read(&format!("tests/forks/{module}.rs")),
        ["--test", target, filter] => {
            let (module, name) = filter.split_once("::").unwrap_or(("", filter));
            let source = read(&format!("tests/{target}/{module}.rs"));
            let finds = source.lines().any(|line| line.strip_prefix("fn ").is_some_and(|test| test.contains(name)));
            assert!(finds, "{command}: no test that {filter} finds");
        }
        _ => panic!("{command}: not a form that this test knows"),
    }
}

/// They take long, and are tried whole by these tests.
const TRIED_ELSEWHERE: [(&str, &str); 2] = [
    ("check", "cargo test --test suite lessons::every_built_in_lesson_holds"),
    ("matrix", "cargo test --test suite matrix::the_text_fits_a_hundred_columns"),
];

#[test]
fn every_command_of_the_documents_works() {
    let folder = folder();
    let shells = documents().iter().flat_map(|document| blocks(&read(document))).collect::<Vec<_>>();
    for (_, text) in shells.iter().filter(|(language, _)| language == "sh") {
        for line in text.lines() {
            // How often, or for how long, is another's affair.
            let is_setting = |word: &str| word.starts_with("TINCANS_") && word.contains('=');
            let command = line.split_once(' ').filter(|(word, _)| is_setting(word)).map_or(line, |(_, rest)| rest);
            if command == "cargo run --release" {
                assert_ui_works();
            } else if let Some(arguments) = command.strip_prefix("cargo run --release -- ") {
                match TRIED_ELSEWHERE.iter().find(|row| row.0 == arguments) {
                    Some((_, test)) => assert_is_test(test),
                    None => assert_works(folder.path(), &format!("tincans {arguments}")),
                }
            } else if let Some(name) = command.strip_prefix("cargo bench --bench ") {
                read(&format!("benches/{name}.rs"));
                assert!(read("Cargo.toml").contains(&format!("[[bench]]\nname = \"{name}\"\nharness = false")));
            } else {
                assert_is_test(command);
            }
        }
    }
}

#[test]
fn the_readme_asks_for_the_rust_that_the_crate_needs() {
    let manifest = read("Cargo.toml");
    let version =
        manifest.split("rust-version = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a version");
    assert!(read("README.md").contains(&format!("Rust {version} or later")), "README.md says Rust {version}");
}

#[test]
fn the_settings_of_the_readme_can_be_taken() {
    let (config, complaints) = Config::read(&block_of("docs/keys.md", "toml"));
    assert!(complaints.is_empty() && config != Config::default(), "{complaints:?}");
}

#[test]
fn the_script_of_the_readme_prints_the_transcript_of_the_readme() {
    let folder = folder();
    let output = shell(folder.path(), "tincans run talk.tin");
    assert_eq!(output.status.code(), Some(0));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let pid = printed.split("fork() = ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a fork");
    assert_eq!(printed.replace(&format!("fork() = {pid} "), "fork() = 4711 "), block_of("README.md", "text"));
}

#[test]
fn the_examples_of_help_work() {
    let folder = folder();
    let output = shell(folder.path(), "tincans --help");
    assert_eq!(output.status.code(), Some(0));
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    let examples = help.split("Examples:\n").nth(1).expect("--help has examples").lines();
    let commands: Vec<&str> =
        examples.map_while(|line| line.strip_prefix("  ")).filter_map(|line| line.split("  ").next()).collect();
    assert!(commands.len() >= 2, "{help}");
    for command in commands {
        match command {
            "tincans" => assert_ui_works(),
            "tincans learn" => assert_learning_works(folder.path()),
            "tincans learn --practice" => assert_practice_works(),
            _ => assert_works(folder.path(), command),
        }
    }
}

/// Every file below a folder, as a path in the repository.
fn files(folder: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder").flatten() {
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn is_rust(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

/// What stands between backticks.
fn code(document: &str) -> Vec<&str> {
    document.lines().flat_map(|line| line.split('`').skip(1).step_by(2)).collect()
}

/// Files below a module speak through their first line.
#[test]
fn every_module_has_its_line_in_the_architecture() {
    let document = read("ARCHITECTURE.md");
    let map: Vec<&str> = document.lines().filter_map(|line| line.strip_prefix("- `src/")?.split('`').next()).collect();
    for path in files("src").iter().filter(|path| is_rust(path)) {
        let name = path.trim_start_matches("src/");
        let wanted = usize::from(!name.contains('/'));
        assert_eq!(map.iter().filter(|named| **named == name).count(), wanted, "ARCHITECTURE.md's lines for {path}");
    }
}

#[test]
fn what_the_architecture_names_is_there() {
    let document = read("ARCHITECTURE.md");
    let sources: String =
        ["src", "tests"].into_iter().flat_map(files).filter(|path| is_rust(path)).map(|path| read(&path)).collect();
    for name in code(&document) {
        if is_rust(name) {
            let places = [name.to_owned(), format!("src/{name}")];
            assert!(places.iter().any(|path| root().join(path).is_file()), "ARCHITECTURE.md names {name}");
        }
        let is_test =
            name.matches('_').count() >= 2 && name.chars().all(|c| c.is_ascii_lowercase() || "_0123456789".contains(c));
        assert!(!is_test || sources.contains(&format!("fn {name}(")), "ARCHITECTURE.md names the test {name}");
    }
    let bounds = document.split("## Bounds").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("Bounds");
    for name in code(bounds).into_iter().filter(|name| name.chars().all(|c| c.is_ascii_uppercase() || c == '_')) {
        assert!(sources.contains(&format!("pub const {name}: ")), "ARCHITECTURE.md names the bound {name}");
    }
}

#[test]
fn every_link_leads_somewhere() {
    for document in documents().into_iter().chain(["ARCHITECTURE.md".to_owned(), "CHANGELOG.md".to_owned()]) {
        let text = read(&document);
        let folder = root().join(&document).parent().expect("a folder").to_path_buf();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let is_there = target.starts_with("https://") || folder.join(target).is_file();
            assert!(is_there, "{document} links to {target}");
        }
    }
}

#[test]
fn the_pictures_show_what_their_descriptions_say() {
    let bench = read("assets/bench.svg");
    for text in ["SOCK_STREAM", "SOCK_DGRAM", "▶ 3 writes, 1 read", "▶ 3 writes, 3 reads"] {
        assert!(bench.contains(text), "{text}; `cargo bench --bench picture` makes it anew");
    }
    let kill = read("assets/kill.svg");
    for text in ["killed by SIGKILL", "EOF", "no ", "comes"] {
        assert!(kill.contains(text), "{text}; `cargo bench --bench picture` makes it anew");
    }
    assert!(bench.ends_with("</svg>\n") && kill.ends_with("</svg>\n"));
    assert!(bench.contains("@keyframes"), "the first picture moves");
    // Each write has a hue, and the letters of a write have it in every picture with messages.
    for name in ["bench", "kill", "diagram", "lens", "room"] {
        let picture = read(&format!("assets/{name}.svg"));
        let fills = picture.split("fill=\"#").skip(1).filter_map(|rest| rest.get(..6));
        let colourful = fills.filter(|fill| fill[..2] != fill[2..4]).collect::<BTreeSet<&str>>();
        assert!(colourful.len() >= 3, "{name}: {colourful:?}");
    }
}
