//! What was typed on the command line, validated; what it means is decided in `main`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// See what the kernel really does when processes talk: real children, real sockets, live.
#[derive(Debug, Parser)]
#[command(name = "tincans", version, about, long_about = None, after_help = AFTER_HELP)]
pub struct Arguments {
    /// What to do; the terminal UI unless told.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The most tasks alive at one time.
    #[arg(long, global = true, value_name = "N", default_value_t = DEFAULT_MAX_TASKS, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub max_tasks: u16,
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
    },
    /// Take a lesson in the terminal: text beside the live bench.
    Learn {
        /// Its number, its name, or a file; unless told, where you left off.
        #[arg(value_name = "LESSON")]
        lesson: Option<String>,
    },
    /// List the lessons, with what is done.
    Lessons,
    /// Prove lessons on this machine's kernel: the built-in ones unless told.
    Check {
        /// Lesson files, or folders of them.
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

/// [`crate::bench::MAX_TASKS`], as clap wants it.
const DEFAULT_MAX_TASKS: u16 = 64;

const AFTER_HELP: &str = "\
Examples:
  tincans                      open the bench: type three words, press Enter on the empty line
  tincans learn                begin the lessons, or go on where you left off
  tincans run talk.tin         run a script; exit status 1 if an expectation does not hold
  tincans run --json - <t.tin  the same from standard input, as JSON lines

Exit status: 0 done, 1 an expectation or a lesson did not hold, 2 usage, 128+N after signal N.";
