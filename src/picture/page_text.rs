//! The text of the page: HTML around the steps of a run, and the styles of their letters.

use std::fmt::Write as _;

use serde::Serialize;

use super::cells::{CellStyle, Rgb};
use crate::text::in_markup;

/// How the page looks beside the screens.
const STYLE: &str = include_str!("page.css");
/// What steps through the run.
const PROGRAM: &str = include_str!("page.js");

/// One moment.
#[derive(Debug, Serialize)]
pub struct PageStep {
    /// Its number.
    pub at: u64,
    /// The statement during which it came.
    pub statement: Option<String>,
    /// The events, in the words of a transcript.
    pub told: Vec<String>,
    /// Why.
    pub why: Option<String>,
    /// Whether it is the last one of its statement; without statements, of what one process does before another one.
    pub is_last: bool,
    /// The screen of panels, by the numbers of its lines.
    pub bench: Vec<usize>,
    /// The diagram, by the numbers of its lines.
    pub diagram: Vec<usize>,
}

/// All that is in a page.
pub struct Page<'a> {
    /// What the run is called.
    pub name: &'a str,
    /// The kernel it ran on.
    pub kernel: &'a str,
    /// Columns and rows of a screen.
    pub size: (u16, u16),
    /// The lines that screens are made of, as HTML.
    pub lines: &'a [String],
    /// The looks of their letters, on a dark and on a light ground.
    pub styles: &'a [(CellStyle, CellStyle)],
    /// The moments.
    pub steps: &'a [PageStep],
    /// Events after them that are not in the page.
    pub left_out: u64,
}

/// As one file.
pub fn write(page: &Page<'_>) -> String {
    let data = serde_json::json!({ "lines": page.lines, "steps": page.steps });
    // A script ends where its closing tag is read, also inside a string.
    let data = data.to_string().replace('<', "\\u003c");
    let name = in_markup(page.name);
    let on = if page.kernel.is_empty() { String::new() } else { format!(" on Linux {}", in_markup(page.kernel)) };
    let left_out = match page.left_out {
        0 => String::new(),
        1 => "<p class=note>1 more event of this run is not in the page.</p>".to_owned(),
        many => format!("<p class=note>{many} more events of this run are not in the page.</p>"),
    };
    format!(
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n\
         <meta name=viewport content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src 'unsafe-inline'; \
         script-src 'unsafe-inline'; img-src data:\">\n\
         <link rel=icon href=\"data:,\">\n<title>{name}: {steps} steps{on}</title>\n\
         <style>\n{STYLE}:root{{--columns:{columns}}}\n{looks}</style>\n</head>\n<body>\n\
         <main>\n<h1>{name}</h1>\n\
         <p class=note>What the kernel did{on}, event by event. Keys: <kbd>←</kbd> <kbd>→</kbd> one event, <kbd>↑</kbd> <kbd>↓</kbd> one \
         {part}, <kbd>d</kbd> the diagram.</p>\n{left_out}\
         <noscript><p>Without JavaScript this is the transcript:</p><pre tabindex=0>{transcript}</pre></noscript>\n\
         <div id=run hidden>\n\
         <div class=keys><button id=back aria-label=\"one event back\">←</button>\
         <input id=at type=range min=0 max={last} value=0 aria-label=\"event\">\
         <button id=on aria-label=\"one event on\">→</button>\
         <button id=view aria-pressed=false>diagram</button></div>\n\
         <div id=told role=status aria-live=polite></div>\n\
         <pre id=screen tabindex=0 role=img aria-label=\"the screen at this event\"></pre>\n\
         <details><summary>All statements</summary><ol id=statements></ol></details>\n</div>\n\
         </main>\n<div id=paper aria-hidden=true></div>\n\
         <script type=\"application/json\" id=data>{data}</script>\n<script>\n{PROGRAM}</script>\n</body>\n</html>\n",
        part = if page.steps.iter().any(|step| step.statement.is_some()) { "statement" } else { "process's turn" },
        columns = page.size.0,
        steps = page.steps.len(),
        last = page.steps.len().saturating_sub(1),
        looks = looks(page.styles),
        transcript = transcript(page.steps),
    )
}

fn transcript(steps: &[PageStep]) -> String {
    let mut text = String::new();
    let mut before = None;
    for step in steps {
        if before != step.statement.as_ref() {
            before = step.statement.as_ref();
            let _ = writeln!(text, "\n{}", in_markup(before.map_or("", String::as_str)));
        }
        for line in &step.told {
            let _ = writeln!(text, "  {}", in_markup(line));
        }
    }
    text
}

/// A class for each look, in both colourings; on paper the light one.
fn looks(styles: &[(CellStyle, CellStyle)]) -> String {
    let (mut light, mut dark) = (String::new(), String::new());
    for (number, (on_dark, on_light)) in styles.iter().enumerate() {
        let _ = writeln!(light, ".s{number}{{{}}}", style(*on_light));
        let _ = writeln!(dark, ".s{number}{{{}}}", style(*on_dark));
    }
    format!("{light}@media screen and (prefers-color-scheme: dark){{\n{dark}}}\n")
}

fn style(look: CellStyle) -> String {
    let hex = |(r, g, b): Rgb| format!("#{r:02x}{g:02x}{b:02x}");
    let mut style = format!("color:{};background:{}", hex(look.letters), hex(look.ground));
    let more = [
        (look.is_bold, ";font-weight:bold"),
        (look.is_italic, ";font-style:italic"),
        (look.is_underlined, ";text-decoration:underline"),
    ];
    more.into_iter().filter(|(is_on, _)| *is_on).for_each(|(_, text)| style.push_str(text));
    style
}
