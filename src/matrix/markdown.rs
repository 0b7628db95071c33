//! The matrix as Markdown: one table under each heading, readable on any forge.

use std::fmt::Write as _;

use super::ask::ToldAnswer;
use super::{Cell, CellResult, FoundRow};
use crate::kind::Kind;

/// The whole document.
pub fn render(found: &CellResult) -> String {
    let mut text = format!("# What this kernel does\n\nLinux {}, found out by running every cell.\n", found.kernel);
    for group in &found.groups {
        let columns = Kind::CHANNELS.map(Kind::heading).join(" | ");
        let _ = write!(text, "\n## {}\n\n| situation | asked | {columns} |\n|", group.title);
        text.push_str(&" --- |".repeat(Kind::CHANNELS.len() + 2));
        text.push('\n');
        for row in &group.rows {
            write_row(&mut text, found, row);
        }
    }
    text.push('\n');
    for note in found.notes() {
        let _ = writeln!(text, "- {}", escape(&note));
    }
    text
}

fn write_row(text: &mut String, found: &CellResult, row: &FoundRow) {
    let questions: Vec<String> = row.row.questions().iter().map(|question| code(question)).collect();
    let _ = write!(text, "| `{}`: {} | {} |", row.row.id, escape(row.row.title), questions.join("<br>"));
    for cell in &row.cells {
        let words = match cell {
            Cell::Meaningless(reason) => found.dash(reason),
            Cell::Denied(reason) => found.dash(reason),
            Cell::Found(answered) => answered.answers.iter().map(answer).collect::<Vec<_>>().join("<br>"),
        };
        let _ = write!(text, " {words} |");
    }
    text.push('\n');
}

fn answer(told: &ToldAnswer) -> String {
    told.marked().iter().map(|word| code(word)).collect::<Vec<_>>().join(", ")
}

/// A bar ends a cell, in code too.
fn code(text: &str) -> String {
    format!("`{}`", text.replace('|', "\\|"))
}

fn escape(text: &str) -> String {
    text.replace('|', "\\|").replace('*', "\\*").replace('_', "\\_")
}
