//! A log of `strace -f` as a source of records: its lines become the same records that a live watch gives. What a log cannot tell
//! is left out, never guessed. Pure: lines come in, records go out.

mod answers;
mod buffers;
mod calls;
mod import;
mod line;
mod objects;
mod text;

pub use import::{Finding, Importer, Refusal};

/// The command whose log holds all that is needed.
pub const COMMAND: &str = "strace -f -yy -ttt -s 65536 -o trace.log PROGRAM";

/// The longest line that is read; of a longer one the rest is skipped, and the line counts as not understood.
pub const LONGEST_LINE: usize = 4 * 1024 * 1024;

/// Whether a file that begins with these bytes looks like such a log: its first line is a call by a process.
pub fn is_strace_log(beginning: &[u8]) -> bool {
    let text = String::from_utf8_lossy(beginning);
    let lines = text.lines().take(20).filter(|line| !line.trim().is_empty());
    let parsed: Vec<line::LogLine<'_>> = lines.map(line::parse).collect();
    let calls = parsed.iter().filter(|line| line.is_event()).count();
    calls > 0 && calls * 2 >= parsed.len()
}
