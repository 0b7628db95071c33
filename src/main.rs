//! The program's first and last lines: arguments, mode, error report, exit status.

#[path = "main/files.rs"]
mod files;
#[path = "main/proofs.rs"]
mod proofs;
#[path = "main/watched.rs"]
mod watched;

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Duration;

use clap::Parser;
use color_eyre::eyre::{Result, WrapErr, eyre};

use tincans::abi::reasons;
use tincans::agent;
use tincans::app::config::Config;
use tincans::app::course::Course;
use tincans::checker::{self, Check};
use tincans::cli::{self, Arguments, Command};
use tincans::config;
use tincans::crash;
use tincans::doctor::{self, Health};
use tincans::guardian::{self, Terminal};
use tincans::hand_in::{self, Bounds};
use tincans::lesson::{Lesson, builtin, language, list, load, plan, report};
use tincans::matrix::{self, Request};
use tincans::plain::{self, Ends, Listener};
use tincans::playground::OpeningView;
use tincans::practice::{self, SheetForm};
use tincans::progress::Store;
use tincans::runner::{self, Options, RunVerdict};
use tincans::saving;
use tincans::session::Settings;
use tincans::sys::ending;
use tincans::sys::output::{self, Format as Printed};
use tincans::sys::tty_input::TtyInput;
use tincans::text;
use tincans::tui::{self, Looks};
use tincans::ui::ascii::Letters;
use tincans::ui::theme::{Colours, Ground, Theme};

use proofs::{check_lessons, matrix_format};

/// Usage, a script that does not parse, no terminal where one is needed.
const USAGE: u8 = 2;
/// All that could be tried holds; this machine does not allow the rest.
const SKIPPED: u8 = 3;
/// As if SIGTERM had killed it.
const TERMINATED: u8 = 128 + 15;

fn main() -> ExitCode {
    // A file's name may be no UTF-8, which `args` would panic on.
    let words: Vec<OsString> = std::env::args_os().skip(1).collect();
    if words.first().is_some_and(|word| word == agent::AGENT_ARGUMENT) {
        agent::resume_after_exec(&words[1..]);
    }
    if let Err(error) = crash::install() {
        return ExitCode::from(complain(&error));
    }
    // Whatever this program was called by, its help says its own name.
    let arguments =
        match Arguments::try_parse_from(std::iter::once("tincans".into()).chain(std::env::args_os().skip(1))) {
            Ok(arguments) => arguments,
            Err(help) if !help.use_stderr() => return ExitCode::from(print_help(&help)),
            Err(mistake) => return ExitCode::from(misused(&mistake)),
        };
    match dispatch(&arguments) {
        Ok(code) => ExitCode::from(code),
        Err(error) => ExitCode::from(complain(&error)),
    }
}

fn dispatch(arguments: &Arguments) -> Result<u8> {
    match &arguments.command {
        Some(Command::Run { script, json, every_call, save_lesson, record }) => {
            let lesson = save_lesson.as_deref();
            if let Some(objection) = lesson.and_then(saving::objection) {
                return Err(eyre!(objection));
            }
            let max_tasks = Some(usize::from(arguments.max_tasks));
            let record = record.as_deref();
            let options = Options { json: *json, every_call: *every_call, max_tasks, lesson, record };
            guarded(Terminal::Untouched, || run_script(script, options))
        }
        Some(Command::Watch { how, program }) => watched::watch(arguments, how, program),
        Some(Command::Open { file, json }) => files::open(arguments, file, *json),
        Some(Command::Export { file, format, output }) => files::export(arguments, file, format, output.as_deref()),
        Some(command @ Command::Grade { .. }) => grade(command),
        // What waits for a file to change has no folder, and ends at once.
        Some(Command::Check { paths, watch, timeout }) => {
            let what = Check { paths, longest: Duration::from_secs_f64(*timeout) };
            if *watch {
                guarded(Terminal::Untouched, || check_lessons(checker::watch, what))
            } else {
                guarded_run(|| check_lessons(checker::run, what))
            }
        }
        Some(Command::Matrix { row, column, markdown, html, json }) => {
            let request = match (row, column) {
                (Some(row), Some(column)) => Request::Script(row, column),
                (Some(row), None) => Request::Row(row),
                (None, _) => Request::All,
            };
            let format = matrix_format(*markdown, *html, *json);
            guarded_run(|| {
                let printed = if *json { Printed::Json } else { Printed::Text };
                matrix::run(request, format, &mut output::stdout(printed)).map(|outcome| match outcome {
                    matrix::Outcome::Whole => 0,
                    matrix::Outcome::Skipped => SKIPPED,
                })
            })
        }
        Some(Command::Doctor) => guarded(Terminal::Untouched, || {
            Ok(match doctor::run(&mut output::stdout(Printed::Text))? {
                Health::Whole => 0,
                Health::Limited => 1,
                Health::Unable => USAGE,
            })
        }),
        Some(Command::Config { mine: false }) => print(Config::default().write().as_bytes()),
        Some(Command::Config { mine: true }) => print_settings(),
        Some(Command::Completions { shell }) => print(&cli::completions(*shell)),
        Some(Command::Man) => print(&cli::manual_page()?),
        Some(Command::Lessons { lang, plan: true, .. }) => print(plan::text(&texts_in(lang.as_deref())).as_bytes()),
        Some(Command::Lessons { lang, report, .. }) => list_lessons(&texts_in(lang.as_deref()), *report),
        Some(command @ Command::Learn { .. }) => learn(arguments, command),
        None => {
            let (_, learning) = course(None, texts_in(None), None)?;
            open(arguments, OpeningView::Channels, learning)
        }
    }
}

/// `tincans grade`: the programs of a folder.
fn grade(command: &Command) -> Result<u8> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over `grade` alone")]
    match command {
        Command::Grade { folder, task, csv, timeout, memory, processes } => {
            let bounds = Bounds {
                timeout: Duration::from_secs_f64(*timeout),
                memory_mib: *memory,
                processes: usize::from(*processes),
            };
            guarded(Terminal::Untouched, || {
                let passes = hand_in::run(folder, task, bounds, (*csv, &mut output::stdout(Printed::Text)))?;
                Ok(u8::from(!passes))
            })
        }
        _ => Ok(USAGE),
    }
}

/// `tincans learn`: a lesson, practice, or a sheet of problems.
fn learn(arguments: &Arguments, command: &Command) -> Result<u8> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the caller hands over `learn` alone")]
    match command {
        Command::Learn { practice: true, seed, print: Some(count), key, quiz, .. } => {
            let seed = seed.unwrap_or_else(any_seed);
            let form = match (key, quiz) {
                (_, true) => SheetForm::Quiz,
                (true, false) => SheetForm::Key,
                (false, false) => SheetForm::Sheet,
            };
            guarded(Terminal::Untouched, || print(practice::sheet(seed, *count, form)?.as_bytes()))
        }
        Command::Learn { practice: true, seed, lang, .. } => {
            let (_, (course, store)) = course(None, texts_in(lang.as_deref()), None)?;
            let course = match seed {
                Some(seed) => course.with_seed(*seed),
                None => course,
            };
            open(arguments, OpeningView::Practice, (course, store))
        }
        Command::Learn { lesson, lang, seed, track, .. } => {
            let mut lessons = texts_in(lang.as_deref());
            lessons.retain(|lesson| !track || lesson.is_on_track);
            let (opening, learning) = course(lesson.as_deref(), lessons, *seed)?;
            open(arguments, opening, learning)
        }
        _ => Ok(USAGE),
    }
}

/// Opens the terminal UI, or the same as lines.
fn open(arguments: &Arguments, opening: OpeningView, learning: (Course, Store)) -> Result<u8> {
    let settings = Settings { max_tasks: usize::from(arguments.max_tasks), ..Settings::default() };
    if !arguments.plain {
        return open_ui(arguments, settings, opening, learning);
    }
    let (config, complaints) = own_settings();
    complain_of_settings(&complaints);
    let is_person = output::is_dialogue();
    let size = if is_person { TtyInput::open().and_then(|terminal| terminal.size()) } else { None };
    // There are no borders, so all that the locale has can be shown.
    let letters = match theme(arguments, &config).letters() {
        Letters::All | Letters::NoMarks => Letters::All,
        Letters::Ascii => Letters::Ascii,
    };
    let listener = Listener { width: size.map(|size| size.0), is_person, letters };
    guarded(Terminal::Untouched, || {
        let ends = Ends { input: io::stdin().lock(), out: &mut output::stdout(Printed::Text) };
        plain::run(settings, opening, learning, listener, ends).map(|_| 0)
    })
}

/// Opens the terminal UI.
fn open_ui(arguments: &Arguments, settings: Settings, opening: OpeningView, learning: (Course, Store)) -> Result<u8> {
    if let Some(reason) = tui::obstacle() {
        return Err(eyre!(
            "{reason}; with `--plain` bench and lessons are lines, which need none, and `tincans run FILE` runs a script"
        ));
    }
    let (config, complaints) = own_settings();
    let looks = looks(arguments, config, complaints);
    guarded(Terminal::Changed, || tui::run(settings, opening, learning, looks))
}

/// A person's settings, and what could not be taken of them, as lines that a terminal may show.
fn own_settings() -> (Config, Vec<String>) {
    let (config, complaints) = config::of_environment();
    (config, complaints.iter().map(|line| text::string(line)).collect())
}

fn complain_of_settings(complaints: &[String]) {
    for line in complaints {
        output::complain(line);
    }
}

/// The command line before the environment, and that before the settings.
fn theme(arguments: &Arguments, config: &Config) -> Theme {
    let asked = arguments.theme.as_deref().and_then(Ground::named);
    let setting = |name: &str| match name {
        "TINCANS_THEME" => config.theme.clone(),
        "TINCANS_ASCII" => config.is_ascii.filter(|is_ascii| *is_ascii).map(|_| "1".to_owned()),
        _ => None,
    };
    let theme = Theme::chosen(asked, arguments.ascii, |name| std::env::var(name).ok().or_else(|| setting(name)));
    arguments.color.as_deref().and_then(Colours::named).map_or(theme, |colours| theme.in_colours(colours))
}

fn looks(arguments: &Arguments, config: Config, complaints: Vec<String>) -> Looks {
    let theme = theme(arguments, &config);
    let has_mouse = arguments.mouse || (!arguments.no_mouse && config.has_mouse.unwrap_or(true));
    Looks { theme, has_mouse, is_for_a_room: arguments.present, keymap: Rc::new(config.keymap), complaints }
}

/// The settings as they hold.
fn print_settings() -> Result<u8> {
    let (config, complaints) = own_settings();
    complain_of_settings(&complaints);
    print(config.write().as_bytes())?;
    Ok(u8::from(!complaints.is_empty()))
}

/// The course with what is done, and where to begin: at the lesson that was named, or where the learner left off. A folder is a
/// course of its own.
fn course(name: Option<&str>, mut lessons: Vec<Lesson>, seed: Option<u64>) -> Result<(OpeningView, (Course, Store))> {
    let mut store = Store::of_environment();
    let (mut progress, warning) = store.load();
    let at = match name {
        None => progress.resume(&lessons),
        Some(name) if Path::new(name).is_dir() => {
            lessons = checker::lessons_in(Path::new(name))?;
            progress.resume(&lessons).or(Some(0))
        }
        Some(name) => match list::named(&lessons, name) {
            Some(at) => Some(at),
            None if Path::new(name).is_file() => {
                lessons.push(load::load(name, &checker::read(Path::new(name))?)?);
                Some(lessons.len() - 1)
            }
            None => return Err(eyre!("there is no lesson {name}; `tincans lessons` lists them")),
        },
    };
    let opening = at.map_or(OpeningView::Lessons, OpeningView::Lesson);
    let order = seed.unwrap_or_else(|| progress.seed_or(any_seed().max(1)));
    let course = Course::new(lessons, progress, warning).with_any_seed(any_seed()).with_options_by(order);
    Ok((opening, (course, store)))
}

/// A seed that nobody has asked for, short enough to be typed again.
fn any_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) % 1_000_000
}

/// The lessons in this language, or in that of the environment.
fn texts_in(language: Option<&str>) -> Vec<Lesson> {
    let of_environment = || language::of_environment(|name| std::env::var(name).ok());
    builtin::lessons_in(language.unwrap_or_else(of_environment))
}

fn list_lessons(lessons: &[Lesson], is_report: bool) -> Result<u8> {
    let (progress, warning) = Store::of_environment().load();
    if let Some(warning) = warning {
        output::complain(&warning);
    }
    let text = if is_report { report::text(lessons, &progress) } else { list::text(lessons, &progress) };
    print(text.as_bytes())
}

/// Runs `work` in a process of its own, with the guardian above it.
fn guarded(terminal: Terminal, work: impl FnOnce() -> Result<u8>) -> Result<u8> {
    let status = guardian::run(terminal, || work().unwrap_or_else(|error| complain(&error)));
    status.map_err(|error| eyre!("the program could not {error}"))
}

/// The same for what has a bench and no screen: asked to leave, it leaves in order.
fn guarded_run(work: impl FnOnce() -> Result<u8>) -> Result<u8> {
    guarded(Terminal::Untouched, || {
        ending::note_sigterm()?;
        match work() {
            Err(_) if ending::is_asked() => Ok(TERMINATED),
            other => other,
        }
    })
}

fn complain(error: &color_eyre::Report) -> u8 {
    // In one line, whatever lines it has.
    output::complain(&text::string(&reasons(error.chain())));
    USAGE
}

fn misused(mistake: &clap::Error) -> u8 {
    let _ = write!(output::stderr(), "{}", mistake.render());
    USAGE
}

/// Help, in bold and underlined where that can be seen.
fn print_help(help: &clap::Error) -> u8 {
    let text = help.render();
    let is_styled = output::is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let (text, printed) =
        if is_styled { (text.ansi().to_string(), Printed::Styled) } else { (text.to_string(), Printed::Text) };
    print_as(text.as_bytes(), printed).unwrap_or_else(|error| complain(&error))
}

fn run_script(script: &Path, options: Options<'_>) -> Result<u8> {
    let name = text::string(&script.display().to_string());
    let source = read_script(script).wrap_err_with(|| format!("{name} cannot be read"))?;
    // Not before: nothing may keep it from leaving while it waits for its script.
    ending::note_sigterm()?;
    let printed = if options.json { Printed::Json } else { Printed::Text };
    let mut out = BufWriter::with_capacity(64 * 1024, output::stdout(printed));
    let verdict = runner::run(&name, &source, options, (&mut out, &mut output::stderr()))?;
    Ok(match verdict {
        RunVerdict::Held | RunVerdict::NobodyReads => 0,
        RunVerdict::DidNotHold => 1,
        RunVerdict::Terminated => TERMINATED,
        RunVerdict::NoScript(error) => {
            let _ = writeln!(output::stderr(), "{name}:{error}");
            USAGE
        }
    })
}

/// Bytes to stdout, which may be closed.
fn print(bytes: &[u8]) -> Result<u8> {
    print_as(bytes, Printed::Text)
}

fn print_as(bytes: &[u8], printed: Printed) -> Result<u8> {
    let mut out = output::stdout(printed);
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(0),
        other => other.wrap_err("stdout cannot be written").map(|()| 0),
    }
}

fn read_script(script: &Path) -> io::Result<Vec<u8>> {
    let limit = tincans::script::MAX_SCRIPT as u64 + 1;
    let mut source = Vec::new();
    if script == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut source)?;
    } else {
        File::open(script)?.take(limit).read_to_end(&mut source)?;
    }
    Ok(source)
}
