//! What was typed on the command line, validated; what it means is decided in `main`.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use crate::app::view;
use crate::kind::Kind;
use crate::lesson::language::LANGUAGES;
use clap::builder::PossibleValuesParser;
use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use clap_mangen::Man;

/// See what the kernel really does when processes talk: real children, real sockets, live.
#[derive(Debug, Parser)]
#[command(name = "tincans", version, about, long_about = None, after_help = AFTER_HELP, help_template = TEMPLATE)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Arguments {
    /// What to do; the terminal UI unless told.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The most tasks alive at one time.
    #[arg(long, global = true, value_name = "N", default_value_t = DEFAULT_MAX_TASKS, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub max_tasks: u16,
    /// Dark, light, or light for a room; TINCANS_THEME unless told.
    #[arg(long, global = true, value_name = "THEME", value_parser = THEMES)]
    pub theme: Option<String>,
    /// How many colours; by NO_COLOR, COLORTERM and TERM unless told.
    #[arg(long, global = true, value_name = "COLOURS", value_parser = COLOURS)]
    pub color: Option<String>,
    /// Borders and marks of ASCII alone, as where the locale has no UTF-8; so does TINCANS_ASCII=1, and 0 forbids it.
    #[arg(long, global = true)]
    pub ascii: bool,
    /// Bench, lessons and practice as lines, nothing drawn: for screen readers, slow links and pipes.
    #[arg(long, global = true)]
    pub plain: bool,
    /// The mouse stays the terminal's.
    #[arg(long, global = true, overrides_with = "mouse")]
    pub no_mouse: bool,
    /// A click focuses and the wheel scrolls, whatever the settings say.
    #[arg(long, global = true, overrides_with = "no_mouse")]
    pub mouse: bool,
    /// For a room: light, few panels, the last keys shown.
    #[arg(long, global = true)]
    pub present: bool,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a script without a terminal; the transcript goes to stdout.
    Run {
        /// The script, or `-` for standard input.
        #[arg(value_name = "FILE|-")]
        script: PathBuf,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
        /// Show a loop's calls one by one as well.
        #[arg(long)]
        every_call: bool,
        /// Save the run as a lesson, NN-name.md; nothing is overwritten.
        #[arg(long, value_name = "FILE")]
        save_lesson: Option<PathBuf>,
        /// Keep the run as a recording, for `tincans open`; nothing is overwritten.
        #[arg(long, value_name = "OUT")]
        record: Option<PathBuf>,
    },
    /// Look at a recording: every view and the past in the terminal UI; lines with --plain, --json or where there is no terminal.
    Open {
        /// The recording, or `-` for standard input; or a run as a string, which is made again.
        #[arg(value_name = "FILE|-|tin:…")]
        file: PathBuf,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// What a recording shows, or a script or a lesson does now, in a form to take home: a page, a picture, a film, a diagram.
    Export {
        /// The recording or log; a script or a lesson is run now, a lesson by file, number or name. A sheet, key or quiz is of a lesson.
        #[arg(value_name = "FILE|-")]
        file: PathBuf,
        /// In which form.
        #[command(flatten)]
        format: ExportFormat,
        /// Where to write it, instead of stdout; nothing is overwritten.
        #[arg(short, long, value_name = "OUT")]
        output: Option<PathBuf>,
    },
    /// Watch an unmodified program and all its children: who writes what to whom, who waits, who holds which end.
    Watch {
        /// How.
        #[command(flatten)]
        how: WatchOptions,
        /// The program and its arguments.
        #[arg(value_name = "PROGRAM", trailing_var_arg = true, required = true, allow_hyphen_values = true)]
        program: Vec<OsString>,
    },
    /// Grade the programs of a folder, executables and C files: each is watched within bounds and held against a file of expectations.
    Grade {
        /// The folder.
        folder: PathBuf,
        /// The expectations, as for `watch --expect`; the comment above a line says what it wants.
        #[arg(long, value_name = "FILE")]
        task: PathBuf,
        /// Comma-separated values for a spreadsheet, instead of text.
        #[arg(long)]
        csv: bool,
        /// After so many seconds a program is killed.
        #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
        timeout: f64,
        /// MiB of memory for each process.
        #[arg(long, value_name = "MIB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(16..=65_536))]
        memory: u64,
        /// Processes and threads alive at one time.
        #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
        processes: u16,
    },
    /// Take a lesson in the terminal: text beside the live bench.
    Learn {
        /// Its number, its name, a file, or a folder of lessons that is a course of its own; unless told, where you left off.
        #[arg(value_name = "LESSON", conflicts_with = "practice")]
        lesson: Option<String>,
        /// Problems without end instead: a random short program, and what happens next?
        #[arg(long)]
        practice: bool,
        /// The same problems, and the same order of the answers, each time; 0 keeps the answers as they are written.
        #[arg(long, value_name = "N")]
        seed: Option<u64>,
        /// Only the lessons of the 50-minute course.
        #[arg(long, conflicts_with = "practice")]
        track: bool,
        /// The language of the texts, where they are translated; that of the environment unless told.
        #[arg(long, value_name = "LANGUAGE", value_parser = LANGUAGES)]
        lang: Option<String>,
        /// So many problems to stdout, as a sheet without answers.
        #[arg(long, value_name = "COUNT", requires = "practice", value_parser = clap::value_parser!(u16).range(1..=30))]
        print: Option<u16>,
        /// The same sheet with its answers and their reasons, as a lesson file.
        #[arg(long, requires = "print", conflicts_with = "quiz")]
        key: bool,
        /// The same problems in GIFT, which Moodle and other learning platforms import.
        #[arg(long, requires = "print")]
        quiz: bool,
    },
    /// List the lessons, with what is done.
    Lessons {
        /// The language of the titles, where they are translated; that of the environment unless told.
        #[arg(long, value_name = "LANGUAGE", value_parser = LANGUAGES)]
        lang: Option<String>,
        /// What was done and answered, as a page for the teacher.
        #[arg(long)]
        report: bool,
        /// A plan for a class of 50 minutes: what to type, and what will be seen.
        #[arg(long, conflicts_with = "report")]
        plan: bool,
    },
    /// Prove lessons on this machine's kernel: the built-in ones unless told.
    Check {
        /// Lesson files, or folders of them.
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Again whenever one of them is written, until Ctrl-C.
        #[arg(long, requires = "paths")]
        watch: bool,
        /// A lesson that is not over after so many seconds is a fault.
        #[arg(long, value_name = "SECONDS", value_parser = seconds, default_value_t = 30.0)]
        timeout: f64,
    },
    /// What each kind of channel does in each situation, found out now, on this kernel.
    Matrix {
        /// Only this row; where none has this name, those with these words in their text or in an answer.
        row: Option<String>,
        /// Only the script that makes the row's cell in this column.
        #[arg(value_parser = Kind::WORDS, conflicts_with_all = ["markdown", "html", "json"])]
        column: Option<String>,
        /// Tables for a forge.
        #[arg(long, conflicts_with_all = ["html", "json"])]
        markdown: bool,
        /// One page to be printed, without network.
        #[arg(long, conflicts_with = "json")]
        html: bool,
        /// One JSON object; each cell with its script.
        #[arg(long)]
        json: bool,
    },
    /// What this machine allows, and what is different where it does not: exit status 1 if something is, 2 if there can be no bench.
    Doctor,
    /// A settings file with every setting and every key, to stdout; where it belongs is its first line.
    Config {
        /// As your own file has it; what could not be taken goes to stderr, and makes the exit status 1.
        #[arg(long)]
        mine: bool,
    },
    /// Completions for a shell, to stdout.
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// The manual page, to stdout.
    Man,
}

/// In which form something is taken home. Those that show no screen are `unseen`.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false, id = "form")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own, of which one is given")]
pub struct ExportFlags {
    /// A C program that makes the same calls and checks every result.
    #[arg(long, group = "unseen")]
    c: bool,
    /// A Python program that makes the same calls with Python's own modules and checks every result.
    #[arg(long, group = "unseen")]
    python: bool,
    /// A Rust program that makes the same calls with the crate nix and checks every result.
    #[arg(long, group = "unseen")]
    rust: bool,
    /// A page for a browser, without network: step through the run; on paper each statement.
    #[arg(long)]
    html: bool,
    /// A lesson's questions on paper, without answers.
    #[arg(long, group = "unseen")]
    sheet: bool,
    /// The answers of that sheet, with their reasons.
    #[arg(long, group = "unseen")]
    key: bool,
    /// A lesson's questions in GIFT, which Moodle and other learning platforms import.
    #[arg(long, group = "unseen")]
    quiz: bool,
    /// A picture of one screen; its text stays text.
    #[arg(long)]
    svg: bool,
    /// A film for asciinema and its players.
    #[arg(long)]
    cast: bool,
    /// A sequence diagram in Mermaid's language, which forges draw.
    #[arg(long, group = "unseen")]
    mermaid: bool,
}

/// In which form something is taken home, and what of it is shown there.
#[derive(Debug, clap::Args)]
pub struct ExportFormat {
    #[command(flatten)]
    flags: ExportFlags,
    /// What the picture or film shows.
    #[arg(long, value_name = "VIEW", value_parser = views(), conflicts_with_all = ["unseen", "html"])]
    pub view: Option<String>,
    /// The event that the picture shows, or the last one of a page or film; the last of all unless told.
    #[arg(long, value_name = "N", conflicts_with = "unseen")]
    pub at: Option<u64>,
    /// Columns and rows of the screen.
    #[arg(long, value_name = "COLUMNSxROWS", value_parser = size, conflicts_with = "unseen")]
    pub size: Option<(u16, u16)>,
}

impl ExportFormat {
    /// The option that was given.
    pub fn name(&self) -> &'static str {
        let ExportFlags { c, python, rust, html, sheet, key, quiz, svg, cast, mermaid: _ } = self.flags;
        [
            (c, "c"),
            (python, "python"),
            (rust, "rust"),
            (html, "html"),
            (sheet, "sheet"),
            (key, "key"),
            (quiz, "quiz"),
            (svg, "svg"),
            (cast, "cast"),
        ]
        .into_iter()
        .find_map(|(is_it, name)| is_it.then_some(name))
        .unwrap_or("mermaid")
    }
}

/// A screen's size: what is smaller shows nothing, and nobody has a larger one.
fn size(text: &str) -> Result<(u16, u16), String> {
    let sizes = text.split_once('x').and_then(|(columns, rows)| columns.parse().ok().zip(rows.parse().ok()));
    let fits = |size: &(u16, u16)| (60..=400).contains(&size.0) && (18..=200).contains(&size.1);
    sizes.filter(fits).ok_or_else(|| "columns and rows, from 60x18 to 400x200".to_owned())
}

/// How a program is to be watched.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub struct WatchOptions {
    /// One JSON object a line.
    #[arg(long)]
    pub json: bool,
    /// Where the transcript goes; standard error unless told.
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// After so many seconds it is said why the program hangs, and it is killed; exit status 1.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub timeout: Option<f64>,
    /// Say what went wrong, a line each, and exit with 1: EPIPE, ECONNRESET, SIGPIPE, lost bytes, a zombie, a hang.
    #[arg(long)]
    pub check: bool,
    /// Keep the run as a recording, for `tincans open`; nothing is overwritten.
    #[arg(long, value_name = "OUT")]
    pub record: Option<PathBuf>,
    /// Grade the program: lines of `TASK: CALL END => EXPECTATION`, met in order for each task, `_` is any; exit status 1 if one is
    /// not met.
    #[arg(long, value_name = "FILE")]
    pub expect: Option<PathBuf>,
    /// Write what the program did with its channels as a script with expectations, for `tincans run`; nothing is overwritten.
    #[arg(long, value_name = "OUT")]
    pub tin: Option<PathBuf>,
    /// One call at a time: each task stands before its next call, the screen says what each is about to do, and you let one go.
    #[arg(long, conflicts_with_all = ["json", "output", "timeout", "check", "expect", "tin", "orders", "order"])]
    pub step: bool,
    /// In the terminal UI the program's output goes through a pipe instead of to its terminal: stdio keeps it until its buffer is full.
    #[arg(long, conflicts_with_all = ["json", "output", "timeout", "check", "expect", "tin", "orders", "order"])]
    pub pipe: bool,
    /// Run it so often, each time with its tasks in another order; each different end is told with the order that leads to it.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    pub orders: Option<u64>,
    /// The same order again: one task at a time makes its next call, and this number picks which.
    #[arg(long, value_name = "NUMBER", conflicts_with = "orders")]
    pub order: Option<u64>,
}

fn seconds(text: &str) -> Result<f64, String> {
    let most = 1e9;
    let seconds = text.parse().ok().filter(|seconds| (0.0..most).contains(seconds));
    seconds.ok_or_else(|| "a number of seconds".to_owned())
}

/// The script that completes commands and options in a shell.
pub fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "tincans", &mut script);
    script
}

/// The manual page: the program's own, then a section for each subcommand.
pub fn manual_page() -> io::Result<Vec<u8>> {
    let mut command = Arguments::command();
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page)?;
    // The examples keep their lines.
    let text = String::from_utf8_lossy(&page).replace(".SH EXTRA\n", ".SH EXAMPLES\n.nf\n");
    let mut page = text.replace(".SH VERSION", ".fi\n.SH VERSION").into_bytes();
    for subcommand in command.get_subcommands().filter(|subcommand| subcommand.get_name() != "help") {
        let man = Man::new(subcommand.clone());
        let mut section = Vec::new();
        man.render_synopsis_section(&mut section)?;
        man.render_description_section(&mut section)?;
        man.render_options_section(&mut section)?;
        // What is a page's section becomes a part of this one.
        let section = String::from_utf8_lossy(&section).replace(".SH ", ".SS ");
        write!(page, ".SH \"TINCANS {}\"\n{section}", subcommand.get_name().to_uppercase())?;
    }
    Ok(page)
}

/// The grounds of [`crate::ui::theme::Ground`].
const THEMES: [&str; 3] = ["dark", "light", "room"];

/// The colours of [`crate::ui::theme::Colours`].
const COLOURS: [&str; 5] = ["auto", "never", "16", "256", "always"];

/// The views that a recording has.
fn views() -> PossibleValuesParser {
    PossibleValuesParser::new(view::of_recordings().map(|(name, _)| name))
}

/// [`crate::bench::MAX_TASKS`], as clap wants it.
const DEFAULT_MAX_TASKS: u16 = 64;

/// What helps most comes first.
const TEMPLATE: &str = "{about-with-newline}{after-help}\n\n{usage-heading} {usage}\n\n{all-args}";

const AFTER_HELP: &str = "\
Examples:
  tincans                      open the bench: type three words, press Enter on the empty line
  tincans learn                begin the lessons, or go on where you left off
  tincans learn --practice     problems without end: what happens next?
  tincans learn --plain        the same as lines, for screen readers and slow links
  tincans run talk.tin         run a script; exit status 1 if an expectation does not hold
  tincans run --json - <t.tin  the same from standard input, as JSON lines
  tincans run t.tin --record r  the same, kept as a recording
  tincans open r               look at a recording: every view, its past, and why
  tincans export t.tin --html -o t.html  a page to step through it in a browser; also --svg, --cast, --mermaid
  tincans watch -- sh -c 'echo hi | cat'  what an unmodified program and its children say to each other
  tincans matrix               ask this kernel what each kind of channel does in each situation
  tincans matrix unread dgram  the script behind one answer, to be changed and run
  tincans config               every setting and every key, as a file to be changed
  tincans completions bash     completions to stdout, for zsh, fish, elvish and powershell too

A folder of programs to be graded: `tincans grade FOLDER --task FILE`, docs/grading.md.
A program that hangs: `tincans watch --timeout 2 -o /dev/null -- ./a.out` says why. A log for `tincans open`: strace -f -yy -ttt -s 65536 -o trace.log ./a.out.
More: `tincans man` is all of it as a manual page, the keys are on ?, README.md and ARCHITECTURE.md come with the source.
Faults: `tincans --version` and `uname -r` belong to a report.
Exit status: 0 done, 1 an expectation or a lesson did not hold, 2 usage, 3 all holds that `check` or `matrix` could try and this
machine does not allow the rest, 128+N after signal N.";
