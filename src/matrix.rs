//! `tincans matrix`: what each kind of channel does in each situation, found out now, on this kernel. Rows are scripts with
//! questions (`situation`); the kernel answers, and each answer goes back into its script as an expectation, so that a cell can be run again.

pub mod ask;
mod html;
mod json;
mod markdown;
mod text;

use std::io::{self, Write};

use color_eyre::eyre::{Result, WrapErr, eyre};

use self::ask::{Answered, ask};
use crate::kind::Kind;
use crate::situation::{MatrixGroup, MatrixRow, rows};
use crate::sys::kernel_release;

/// How wide the text is where there is no terminal.
pub const WIDTH: usize = 100;

/// Stands behind a number that belongs to this kernel.
const MARK: char = '†';

/// How the answers are to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns of this width together.
    Text(usize),
    /// Tables for a forge.
    Markdown,
    /// One page to be printed.
    Html,
    /// One object.
    Json,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request<'a> {
    /// Everything.
    All,
    /// One row, by its name; where no row has it, those with these words in their text or in an answer.
    Row(&'a str),
    /// The script that makes one cell.
    Script(&'a str, &'a str),
}

/// What the kernel said.
#[derive(Debug)]
struct CellResult {
    kernel: String,
    groups: Vec<FoundGroup>,
}

#[derive(Debug)]
struct FoundGroup {
    title: &'static str,
    rows: Vec<FoundRow>,
}

#[derive(Debug)]
struct FoundRow {
    row: &'static MatrixRow,
    /// One for each column, in their order.
    cells: Vec<Cell>,
}

/// One row in one column.
#[derive(Debug)]
enum Cell {
    /// There is no such thing, for this reason.
    Meaningless(&'static str),
    /// This machine does not allow it to be asked, for this reason.
    Denied(String),
    /// What came.
    Found(Answered),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every cell was asked, or nobody reads the answers any more.
    Whole,
    /// This machine does not allow some of them.
    Skipped,
}

/// Asks the kernel, and writes what it says.
pub fn run(request: Request<'_>, format: Format, out: &mut dyn Write) -> Result<Outcome> {
    let (bytes, outcome) = match request {
        Request::All => report(&find(|_| true)?, format),
        Request::Row(id) if row(id).is_ok() => report(&find(|row| row.id == id)?, format),
        Request::Row(words) => report(&search(words)?, format),
        Request::Script(id, column) => (script(row(id)?, column)?, Outcome::Whole),
    };
    match out.write_all(bytes.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Outcome::Whole),
        other => other.wrap_err("the matrix could not be written").map(|()| outcome),
    }
}

fn report(found: &CellResult, format: Format) -> (String, Outcome) {
    let text = match format {
        Format::Text(width) => text::render(found, width),
        Format::Markdown => markdown::render(found),
        Format::Html => html::render(found),
        Format::Json => json::render(found),
    };
    let is_denied = found.cells().any(|cell| matches!(cell, Cell::Denied(_)));
    (text, if is_denied { Outcome::Skipped } else { Outcome::Whole })
}

fn row(id: &str) -> Result<&'static MatrixRow> {
    let mut rows = rows::GROUPS.iter().flat_map(|group| group.rows);
    rows.find(|row| row.id == id).ok_or_else(|| eyre!("there is no row `{id}`; `tincans matrix` shows each row's name"))
}

/// The script of one cell; of one without meaning, the reason as a failure.
fn script(row: &MatrixRow, word: &str) -> Result<String> {
    let column = Kind::CHANNELS.into_iter().find(|column| column.word() == word);
    let words = Kind::CHANNELS.map(Kind::word).join(", ");
    let column = column.ok_or_else(|| eyre!("there is no column `{word}`; there are {words}"))?;
    match cell(row, column)? {
        Cell::Meaningless(reason) => Err(eyre!("`{}` means nothing for {}: {reason}", row.id, column.heading())),
        Cell::Denied(reason) => Err(eyre!("`{}` cannot be asked of {} here: {reason}", row.id, column.heading())),
        Cell::Found(answered) => Ok(answered.script),
    }
}

/// The rows that have all these words in their text or in an answer of the kernel.
fn search(words: &str) -> Result<CellResult> {
    let mut found = find(|_| true)?;
    for group in &mut found.groups {
        let heading = group.title;
        group.rows.retain(|row| {
            let text = row.row.text(heading) + &row.cells.iter().map(Cell::text).collect::<String>().to_lowercase();
            words.to_lowercase().split_whitespace().all(|word| text.contains(word))
        });
    }
    found.groups.retain(|group| !group.rows.is_empty());
    if found.groups.is_empty() {
        let none = "and none has these words in its text or in an answer";
        return Err(eyre!("there is no row `{words}`, {none}; `tincans matrix` shows each row's name"));
    }
    Ok(found)
}

/// Runs every cell of the rows that are wanted.
fn find(is_wanted: impl Fn(&MatrixRow) -> bool) -> Result<CellResult> {
    let groups = rows::GROUPS.iter().map(|group| find_group(group, &is_wanted)).collect::<Result<Vec<_>>>()?;
    let groups = groups.into_iter().filter(|group| !group.rows.is_empty()).collect();
    Ok(CellResult { kernel: kernel_release(), groups })
}

fn find_group(group: &MatrixGroup, is_wanted: impl Fn(&MatrixRow) -> bool) -> Result<FoundGroup> {
    let mut rows = Vec::new();
    for row in group.rows.iter().filter(|row| is_wanted(row)) {
        let cells = Kind::CHANNELS.into_iter().map(|column| cell(row, column)).collect::<Result<Vec<_>>>()?;
        rows.push(FoundRow { row, cells });
    }
    Ok(FoundGroup { title: group.title, rows })
}

impl Cell {
    /// All its answers, to be searched.
    fn text(&self) -> String {
        match self {
            Self::Meaningless(_) | Self::Denied(_) => String::new(),
            Self::Found(answered) => answered.answers.iter().map(|told| told.line() + "\n").collect(),
        }
    }
}

fn cell(row: &MatrixRow, column: Kind) -> Result<Cell> {
    match row.lines(column) {
        Err(reason) => Ok(Cell::Meaningless(reason)),
        Ok(lines) => {
            let title = title(row, column);
            let came = ask(&title, lines).wrap_err_with(|| format!("row {}, {}", row.id, column.heading()))?;
            Ok(match came {
                ask::Outcome::Answered(answered) => Cell::Found(answered),
                ask::Outcome::Denied(reason) => Cell::Denied(reason),
            })
        }
    }
}

/// The first line of a cell's script.
pub fn title(row: &MatrixRow, column: Kind) -> String {
    format!("{}, {}: {}", row.id, column.heading(), row.title)
}

impl CellResult {
    fn cells(&self) -> impl Iterator<Item = &Cell> {
        self.groups.iter().flat_map(|group| &group.rows).flat_map(|row| &row.cells)
    }

    /// Why cells are empty, each reason once, in the order in which they are met.
    fn reasons(&self) -> Vec<&str> {
        let mut reasons: Vec<&str> = Vec::new();
        for cell in self.cells() {
            let reason = match cell {
                Cell::Meaningless(reason) => reason,
                Cell::Denied(reason) => reason.as_str(),
                Cell::Found(_) => continue,
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }

    /// `—¹`: a dash, and the number of its reason.
    fn dash(&self, reason: &str) -> String {
        const RAISED: [char; 9] = ['¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
        let at = self.reasons().into_iter().position(|known| known == reason);
        let number = at.and_then(|at| RAISED.get(at)).map_or(String::new(), char::to_string);
        format!("—{number}")
    }

    /// What the signs in the table mean, a line each.
    fn notes(&self) -> Vec<String> {
        let mut notes = vec![
            "A is the end that is written to, held by parent; B is read from, held by peer, unless the row says otherwise."
                .to_owned(),
            "†: a number of this kernel and its settings; what it is compared with is what to learn.".to_owned(),
        ];
        notes.extend(self.reasons().into_iter().map(|reason| format!("{}: {reason}.", self.dash(reason))));
        notes
    }
}
