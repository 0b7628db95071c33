//! What a benchmark prints, which may become the table of a page of the documentation.

use std::fs;
use std::path::Path;

use super::machine;

/// The rows so far.
#[derive(Default)]
pub struct Table {
    text: String,
    /// Measured while others used the machine.
    busy_rows: usize,
}

impl Table {
    /// One more row.
    pub fn line(&mut self, line: &str) {
        println!("{line}");
        self.text += line;
        self.text.push('\n');
    }

    /// What a row that has just been measured says of a busy machine; nothing on a quiet one.
    pub fn mark(&mut self) -> Option<String> {
        let mark = machine::mark()?;
        self.busy_rows += 1;
        Some(mark)
    }

    /// Puts the table between the marks of a page, where `TINCANS_WRITE_DOCS` asks for that and the machine was quiet.
    pub fn put_into(&self, page: &str) -> Result<(), Box<dyn std::error::Error>> {
        if std::env::var_os("TINCANS_WRITE_DOCS").is_none() {
            return Ok(());
        }
        if self.busy_rows > 0 {
            return Err(format!("{} rows are of a busy machine: the table is not written", self.busy_rows).into());
        }
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
        let mut text = fs::read_to_string(&path)?;
        let (open, close) = ("<!-- cost -->\n", "<!-- /cost -->");
        let begin = text.find(open).ok_or_else(|| format!("{page} has no place for the table"))? + open.len();
        let end = begin + text[begin..].find(close).ok_or_else(|| format!("{page} does not close its table"))?;
        text.replace_range(begin..end, &format!("\n{}\n", self.text));
        Ok(fs::write(path, text)?)
    }
}

/// The middle one; 0 of none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
