//! A run as a program of some language: it prints the run's own transcript, and tells a result that is not so. What has no form
//! there is refused by its name.
#![expect(clippy::print_stderr, reason = "what has no form is worth reading")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use tincans::kind::Kind;
use tincans::lesson::{Action, Lesson, builtin, load};
use tincans::situation::{MatrixRow, rows};

use super::{run_in, text};

/// Nothing keeps a program's output open so long but a task that it has left.
const OUTLIVED: Duration = Duration::from_secs(30);

/// A language that runs are exported to.
pub struct Language {
    /// The option of `export`.
    pub option: &'static str,
    /// The program without which there is no trying.
    tool: &'static str,
    /// The file that its program stands in.
    pub file: &'static str,
    /// Makes the file a program; none where it is one already, or what is missing for it.
    pub build: fn(&Path) -> Option<Command>,
    /// Starts it.
    pub start: fn(&Path) -> Command,
    /// An altered line, where it has an assertion.
    pub alter: fn(&str) -> Option<String>,
}

/// C, as strictly as it is promised.
pub const C: Language = Language {
    option: "--c",
    tool: "cc",
    file: "run.c",
    build: |_| {
        let mut command = Command::new("cc");
        command.args(["-Wall", "-Wextra", "-Werror", "-std=c11", "-O0", "-pthread", "run.c", "-o", "program"]);
        Some(command)
    },
    start: |folder| Command::new(folder.join("program")),
    alter: |line| {
        let is_check = line.trim_start().starts_with("saw(") || line.trim_start().starts_with("failed(");
        (is_check && line.ends_with(',')).then(|| format!("{} + 1,", line.trim_end_matches(',')))
    },
};

/// Python, with nothing but its own modules.
pub const PYTHON: Language = Language {
    option: "--python",
    tool: "python3",
    file: "run.py",
    build: |_| None,
    start: |_| {
        let mut command = Command::new("python3");
        command.args(["-W", "error", "run.py"]);
        command
    },
    alter: |line| {
        let (before, check) = line.split_once("equal(")?;
        let check = check.strip_suffix(')').filter(|_| before == "    ")?;
        Some(format!("{before}equal([{check}], None)"))
    },
};

/// Rust, with the nix that this project was built with: the file is in the folder of this test.
pub const RUST: Language = Language {
    option: "--rust",
    tool: "rustc",
    file: "run.rs",
    build: |_| {
        let own = std::env::current_exe().expect("this test");
        let deps = own.parent().expect("a folder").to_owned();
        let is_nix = |file: &PathBuf| {
            let is_library = file.extension().is_some_and(|extension| extension == "rlib");
            is_library && file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libnix-"))
        };
        let files = fs::read_dir(&deps).expect("a folder").flatten().map(|file| file.path());
        let newest = |file: &PathBuf| file.metadata().and_then(|about| about.modified()).ok();
        let nix = files.filter(is_nix).max_by_key(newest).expect("nix, which this project uses");
        let mut command = Command::new("rustc");
        command.args(["--edition", "2024", "-D", "warnings", "run.rs", "-o", "program"]);
        command.arg("-L").arg(format!("dependency={}", deps.display()));
        command.arg("--extern").arg(format!("nix={}", nix.display()));
        Some(command)
    },
    start: |folder| Command::new(folder.join("program")),
    alter: |line| Some(format!("    assert_ne!({}", line.strip_prefix("    assert_eq!(")?)),
};

/// Whether the program that a language needs is there; where it is not, that is said.
pub fn has(language: &Language) -> bool {
    let program = language.tool;
    let is_there = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        eprintln!("skipped: there is no {program}");
    }
    is_there
}

/// Runs a script in a folder and keeps its recording: what it has said.
pub fn run(folder: &Path, script: &Path) -> String {
    let _ = fs::remove_file(folder.join("seen"));
    let script = script.to_str().expect("UTF-8");
    text(&run_in(folder, &["run", script, "--record", "seen"]).stdout)
}

/// The recording of a folder as a program, or why it is none.
pub fn export(language: &Language, folder: &Path) -> Result<String, String> {
    let exported = run_in(folder, &["export", "seen", language.option]);
    if exported.status.success() { Ok(text(&exported.stdout)) } else { Err(text(&exported.stderr)) }
}

/// A program that is ready to start, or why it does not compile.
pub fn build(language: &Language, folder: &Path, program: &str) -> Result<Command, String> {
    fs::write(folder.join(language.file), program).expect("a file");
    if let Some(mut build) = (language.build)(folder) {
        let built = build.current_dir(folder).output().expect("it starts");
        if !built.status.success() {
            return Err(format!("it does not compile: {}", text(&built.stderr)));
        }
    }
    let mut command = (language.start)(folder);
    command.current_dir(folder).stdin(Stdio::null());
    Ok(command)
}

/// Pids are those of each run, and what was only looked at is no call. Of several benches the last one is exported.
pub fn plain(transcript: &str) -> Vec<String> {
    let line = |line: &str| match line.rsplit_once("= ") {
        Some((before, after)) if after.ends_with(')') && after.starts_with(|digit: char| digit.is_ascii_digit()) => {
            format!("{before}= N{}", after.trim_start_matches(|digit: char| digit.is_ascii_digit()))
        }
        _ => line.to_owned(),
    };
    // A program cannot see what waits for another: that a signal is pending, the bench has asked the kernel.
    let is_seen = |line: &&str| !line.starts_with("        ") && !line.contains(" is pending: ");
    transcript.lines().filter(is_seen).map(line).collect()
}

/// A script with its name.
pub type Script = (String, String);

/// The scripts of a folder.
pub fn scripts_in(folder: &str) -> Vec<Script> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).expect("it is there").flatten().map(|file| file.path()).collect();
    files.sort();
    let script = |file: &PathBuf| (file.display().to_string(), fs::read_to_string(file).expect("a script"));
    files.iter().map(script).collect()
}

/// All that each lesson runs, with the solutions of its goals.
pub fn lessons() -> Vec<Script> {
    let script = |lesson: Lesson| {
        let of_step = |action: Action| match action {
            Action::Read => Vec::new(),
            Action::Run(statements) => statements,
            Action::Predict(prediction) => vec![prediction.statement],
            Action::Reach(goal) => goal.solution,
        };
        let steps = lesson.steps.into_iter().flat_map(|step| of_step(step.action));
        let lines = lesson.setup.into_iter().chain(steps).map(|statement| statement.text + "\n");
        (lesson.id, lines.collect())
    };
    let lessons = builtin::ENGLISH.iter();
    lessons.map(|(name, text)| script(load::load(name, text.as_bytes()).expect("it loads"))).collect()
}

/// The cells of the matrix: each row in each column in which it means something.
pub fn cells() -> Vec<Script> {
    let cell = |row: &MatrixRow, column: Kind| {
        let lines = row.lines(column).ok()?;
        let script = lines.into_iter().map(|line| line.text + "\n").collect();
        Some((format!("{} {}", row.id, column.word()), script))
    };
    let all = rows::GROUPS.iter().flat_map(|group| group.rows);
    all.flat_map(|row| Kind::CHANNELS.into_iter().filter_map(move |column| cell(row, column))).collect()
}

/// Some of many: with TINCANS_EXPORTS=all all of them.
pub fn some(scripts: Vec<Script>, every: usize) -> Vec<Script> {
    if std::env::var("TINCANS_EXPORTS").is_ok_and(|which| which == "all") {
        return scripts;
    }
    scripts.into_iter().step_by(every).collect()
}

/// What came of many.
#[derive(Default)]
struct Tally {
    programs: usize,
    caught: usize,
    /// By reason, the scripts.
    refused: BTreeMap<String, Vec<String>>,
    /// What is wrong, each with its script.
    faults: Vec<String>,
}

/// After how many programs a long run says how far it is.
const SAID_AFTER: usize = 100;

/// Each script that has a form prints its own transcript; with one assertion altered it says on which line. How many have a form.
pub fn each_prints_its_transcript(language: &Language, scripts: &[Script]) -> usize {
    let mut tally = Tally::default();
    // Some at one time: their programs wait for each other most of the time.
    for some in scripts.chunks(4) {
        let begun: Vec<Begun<'_>> = some.iter().filter_map(|script| begin(language, script, &mut tally)).collect();
        for (at, mut begun) in begun.into_iter().enumerate() {
            tally.programs += 1;
            match is_as_it_was(&mut begun, language, at) {
                Ok(is_altered) => tally.caught += usize::from(is_altered),
                Err(fault) => {
                    let fault = format!("{}: {}: {fault}", begun.name, begun.folder.keep().display());
                    eprintln!("{fault}");
                    tally.faults.push(fault);
                }
            }
            if tally.programs % SAID_AFTER == 0 {
                eprintln!(
                    "so far {} programs, {} caught, {} with a fault",
                    tally.programs,
                    tally.caught,
                    tally.faults.len()
                );
            }
        }
    }
    let (programs, option) = (tally.programs, language.option);
    eprintln!("{programs} of {} as {option}: {} with a fault", scripts.len(), tally.faults.len());
    eprintln!("{} altered in one assertion, each caught; refused: {:#?}", tally.caught, tally.refused);
    assert!(tally.faults.is_empty(), "{}", tally.faults.join("\n"));
    programs
}

/// A program that runs.
struct Begun<'a> {
    name: &'a str,
    folder: TempDir,
    ran: String,
    program: Result<Child, String>,
}

/// Runs a script and starts its program; none where it has no form.
fn begin<'a>(language: &Language, (name, script): &'a Script, tally: &mut Tally) -> Option<Begun<'a>> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("talk.tin");
    // A program shows one bench.
    fs::write(&file, script.rsplit("\nreset\n").next().unwrap_or_default()).expect("a script");
    let ran = run(folder.path(), &file);
    match export(language, folder.path()) {
        Ok(text) => {
            let program = build(language, folder.path(), &text).map(started);
            Some(Begun { name, folder, ran, program })
        }
        Err(reason) => {
            tally.refused.entry(reason_of(&reason)).or_default().push(name.clone());
            None
        }
    }
}

fn started(mut command: Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts")
}

/// What a program has said. A process that outlives it holds its output until the alarm, a minute after the start.
fn ended(program: Child) -> Result<Output, String> {
    let since = Instant::now();
    let output = program.wait_with_output().expect("it ends");
    if since.elapsed() < OUTLIVED { Ok(output) } else { Err("somebody outlived the program".to_owned()) }
}

/// The program has done what the run did, and with an assertion altered it says so. Whether it has one.
fn is_as_it_was(begun: &mut Begun<'_>, language: &Language, which: usize) -> Result<bool, String> {
    let program = std::mem::replace(&mut begun.program, Err(String::new()))?;
    let output = ended(program)?;
    let said = text(&output.stderr);
    if output.status.code() != Some(0) || !said.is_empty() {
        return Err(format!("{}: {said}", output.status));
    }
    let (came, wanted) = (plain(&text(&output.stdout)), plain(&begun.ran));
    if let Some(at) = (0..came.len().max(wanted.len())).find(|at| came.get(*at) != wanted.get(*at)) {
        return Err(format!("line {}: {:?} instead of {:?}", at + 1, came.get(at), wanted.get(at)));
    }
    is_caught(language, begun.folder.path(), which)
}

/// One script with all that a language has a form for.
pub fn has_all_of(language: &Language, script: &str) {
    let own = [("own".to_owned(), script.to_owned())];
    assert_eq!(each_prints_its_transcript(language, &own), 1);
}

/// Scripts that have no form, each with words of the reason: nothing is written, and it is said why.
pub fn refuses(language: &Language, refused: &[(&str, &str)]) {
    let folder = tempfile::tempdir().expect("a folder");
    for (script, wanted) in refused {
        fs::write(folder.path().join("talk.tin"), script).expect("a script");
        let exported = run_in(folder.path(), &["export", "talk.tin", language.option]);
        let said = text(&exported.stderr);
        assert_eq!((exported.status.code(), text(&exported.stdout)), (Some(2), String::new()), "{script}");
        assert!(said.contains(wanted), "{script}: {said}");
    }
}

/// Without what is of this script alone.
fn reason_of(said: &str) -> String {
    said.trim().rsplit(": ").next().unwrap_or_default().to_owned()
}

/// Alters one assertion: the program has to say on which line. False where it has none.
fn is_caught(language: &Language, folder: &Path, which: usize) -> Result<bool, String> {
    let program = fs::read_to_string(folder.join(language.file)).expect("a program");
    let altered: Vec<(usize, String)> =
        program.lines().enumerate().filter_map(|(at, line)| Some((at, (language.alter)(line)?))).collect();
    let Some((at, line)) = altered.get(which * 7 % altered.len().max(1)) else { return Ok(false) };
    let lines = program.lines().enumerate().map(|(number, own)| if number == *at { line } else { own });
    let text_of = lines.collect::<Vec<_>>().join("\n") + "\n";
    let output = ended(started(build(language, folder, &text_of)?))?;
    let said = text(&output.stderr);
    let wanted = format!("{}:", language.file);
    let number = said.split_once(&wanted).and_then(|(_, rest)| rest.split(':').next()?.parse::<usize>().ok());
    // Of a call that is written on several lines any is right.
    let is_told = output.status.code() == Some(1) && number.is_some_and(|number| number.abs_diff(at + 1) <= 3);
    if is_told { Ok(true) } else { Err(format!("altered in line {}: {line}: {}: {said}", at + 1, output.status)) }
}
