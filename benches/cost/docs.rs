//! The place of a table in the documentation.

use std::fs;
use std::path::Path;

/// Puts a table between the marks of a page.
pub fn put_table(page: &str, table: &str) -> Result<(), Box<dyn std::error::Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let mut text = fs::read_to_string(&path)?;
    let (open, close) = ("<!-- cost -->\n", "<!-- /cost -->");
    let begin = text.find(open).ok_or_else(|| format!("{page} has no place for the table"))? + open.len();
    let end = begin + text[begin..].find(close).ok_or_else(|| format!("{page} does not close its table"))?;
    text.replace_range(begin..end, &format!("\n{table}\n"));
    Ok(fs::write(path, text)?)
}
