//! A run as an asciicast, version 3, for asciinema and its players: a screen for each moment, as far apart as the moments were.
//! <https://docs.asciinema.org/manual/asciicast/v3/>

use std::fmt::Write as _;

use serde_json::json;

use crate::opened::Opened;

use super::Drawing;
use super::cells::{Cell, CellStyle, Grid};
use super::screens::{DARK, Screens};

/// Moments that are shown, the first ones.
const MAX_SHOWN: u64 = 5000;
/// The longest and the shortest time that one screen stands, in seconds: somebody is to read it.
const STANDS: (f64, f64) = (0.6, 3.0);

/// The film.
pub fn text(opened: &Opened, drawing: Drawing) -> Result<String, String> {
    let (columns, rows) = drawing.size.unwrap_or((100, 30));
    let mut screens = Screens::of(opened, (columns, rows))?;
    screens.show(drawing.view);
    let (oldest, newest) = (screens.oldest(), screens.newest());
    let last = drawing.at.unwrap_or(newest).min(newest).min(oldest.saturating_add(MAX_SHOWN));
    let header = json!({
        "version": 3, "term": { "cols": columns, "rows": rows }, "timestamp": opened.header.started, "title": opened.name,
    });
    let mut film = format!("{header}\n");
    let mut shown: Option<Grid> = None;
    let mut before: Option<u64> = None;
    for at in oldest..=last {
        screens.look(at);
        let grid = screens.draw(DARK);
        let bytes = painted(&grid, shown.as_ref());
        let now = screens.moment().map(|moment| moment.t_ns);
        let apart = now.zip(before).map_or(0.0, |(now, before)| seconds(now.saturating_sub(before)));
        let waits = if shown.is_none() { 0.0 } else { apart.clamp(STANDS.0, STANDS.1) };
        let _ = writeln!(film, "{}", json!([(waits * 1000.0).round() / 1000.0, "o", bytes]));
        (shown, before) = (Some(grid), now.or(before));
    }
    if last < drawing.at.unwrap_or(newest) {
        let said = format!("\r\n{} more events are not shown\r\n", newest - last);
        let _ = writeln!(film, "{}", json!([STANDS.1, "o", said]));
    }
    let _ = writeln!(film, "{}", json!([STANDS.1, "o", "\u{1b}[0m\u{1b}[?25h"]));
    Ok(film)
}

#[expect(clippy::cast_precision_loss, reason = "of a time that is shown for a moment")]
fn seconds(ns: u64) -> f64 {
    ns as f64 / 1e9
}

/// What leads a terminal from one screen to the next.
fn painted(grid: &Grid, shown: Option<&Grid>) -> String {
    let mut bytes = if shown.is_none() { "\u{1b}[?25l\u{1b}[2J".to_owned() } else { String::new() };
    for (y, row) in grid.rows.iter().enumerate() {
        if shown.is_some_and(|shown| shown.rows.get(y) == Some(row)) {
            continue;
        }
        let _ = write!(bytes, "\u{1b}[{};1H", y + 1);
        for run in row.chunk_by(|one, next| one.look == next.look) {
            paint(run, &mut bytes);
        }
    }
    bytes
}

fn paint(run: &[Cell], bytes: &mut String) {
    let Some(CellStyle { letters, ground, is_bold, is_italic, is_underlined }) = run.first().map(|cell| cell.look)
    else {
        return;
    };
    bytes.push_str("\u{1b}[0");
    for (is_on, code) in [(is_bold, ";1"), (is_italic, ";3"), (is_underlined, ";4")] {
        bytes.push_str(if is_on { code } else { "" });
    }
    let ((r, g, b), (back_r, back_g, back_b)) = (letters, ground);
    let _ = write!(bytes, ";38;2;{r};{g};{b};48;2;{back_r};{back_g};{back_b}m");
    bytes.extend(run.iter().map(|cell| cell.text.as_str()));
}
