//! The matrix as text: a line for each situation, below it a line for each question, with the answers in five columns.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthStr;

use super::ask::{ToldAnswer, is_number};
use super::{Cell, CellResult, FoundRow, MARK};
use crate::kind::Kind;

/// The narrowest column that can be read. A narrower terminal breaks the lines itself.
const NARROWEST: usize = 10;

/// The whole text, at most `width` columns wide.
pub fn render(found: &CellResult, width: usize) -> String {
    let columns = Kind::CHANNELS.len();
    let cell = (width * 4 / 5 / columns).max(NARROWEST);
    let label = width.saturating_sub(cell * columns).max(NARROWEST);
    let widths: Vec<usize> = std::iter::once(label).chain(std::iter::repeat_n(cell, columns)).collect();
    let mut text = format!("What this kernel does, Linux {}, asked now\n", found.kernel);
    for group in &found.groups {
        let mut head = vec![String::new()];
        head.extend(Kind::CHANNELS.map(|column| column.heading().to_owned()));
        let _ = writeln!(text, "\n{}\n", group.title.to_uppercase());
        write_table_line(&mut text, &head, &widths);
        for row in &group.rows {
            let _ = write!(text, "\n{}", wrapped_title(row, width));
            write_row(&mut text, found, row, &widths);
        }
    }
    text.push('\n');
    for note in found.notes() {
        for line in wrap(&note, width) {
            let _ = writeln!(text, "{line}");
        }
    }
    let _ = writeln!(text, "`tincans matrix ROW COLUMN` prints the script that makes a cell.");
    text
}

fn wrapped_title(row: &FoundRow, width: usize) -> String {
    let title = format!("{}: {}", row.row.id, row.row.title);
    wrap(&title, width).into_iter().map(|line| line + "\n").collect()
}

fn write_row(text: &mut String, found: &CellResult, row: &FoundRow, widths: &[usize]) {
    for (at, question) in row.row.questions().into_iter().enumerate() {
        let mut line = vec![format!("  {question}")];
        line.extend(row.cells.iter().map(|cell| match cell {
            Cell::Meaningless(reason) => found.dash(reason),
            Cell::Denied(reason) => found.dash(reason),
            Cell::Found(answered) => answered.answers.get(at).map(ToldAnswer::line).unwrap_or_default(),
        }));
        write_table_line(text, &line, widths);
    }
}

/// One line of the table; what is too wide goes on below, in its own column.
fn write_table_line(text: &mut String, cells: &[String], widths: &[usize]) {
    let mut wrapped: Vec<Vec<String>> =
        cells.iter().zip(widths).map(|(cell, width)| wrap(cell, width.saturating_sub(1))).collect();
    if let (Some(label), true) = (wrapped.first_mut(), cells[0].starts_with(' ')) {
        label.iter_mut().skip(1).for_each(|rest| rest.insert_str(0, "  "));
    }
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
    for at in 0..height {
        let mut line = String::new();
        for (column, width) in wrapped.iter().zip(widths) {
            let part = column.get(at).map_or("", String::as_str);
            let padding = width.saturating_sub(part.width());
            let _ = write!(line, "{part}{}", " ".repeat(padding));
        }
        let _ = writeln!(text, "{}", line.trim_end());
    }
}

/// Breaks after a space or a `|`, and anywhere in what is longer than a line.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in text.split_inclusive([' ', '|']) {
        let room = |line: &String| line.width() + piece.trim_end().width() <= width;
        if !lines.last().is_some_and(room) && lines.last().is_some_and(|line| !line.trim().is_empty()) {
            lines.push(String::new());
        }
        for letter in piece.chars() {
            let is_full = lines.last().is_some_and(|line| line.width() >= width && letter != ' ');
            if is_full {
                lines.push(String::new());
            }
            if let Some(line) = lines.last_mut() {
                line.push(letter);
            }
        }
    }
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

impl ToldAnswer {
    /// The words, with a mark behind the number that is this kernel's: the first that is no bare 0.
    pub fn marked(&self) -> Vec<String> {
        let mut words = self.words.clone();
        let number = words.iter_mut().find(|word| is_number(word));
        if let (Some(number), true) = (number, self.is_of_this_kernel) {
            number.push(MARK);
        }
        words
    }

    /// All of it in one line.
    pub fn line(&self) -> String {
        self.marked().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_wide_goes_on_below() {
        assert_eq!(wrap("POLLIN|POLLOUT|POLLHUP", 15), ["POLLIN|POLLOUT|", "POLLHUP"]);
        assert_eq!(wrap("-1 ECONNREFUSED", 14), ["-1", "ECONNREFUSED"]);
        assert_eq!(wrap("0123456789", 4), ["0123", "4567", "89"]);
        assert_eq!(wrap("  read B", 10), ["  read B"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
