//! A run as one page for a browser: no network, all screens in it. Arrow keys and a slider step through the run; on paper stand
//! the screens at the end of each statement. A line that several screens have is in it once.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::app::View;
use crate::opened::Opened;
use crate::text::in_markup;

use super::Drawing;
use super::cells::{Cell, CellStyle, Grid};
use super::page_text::{self, Page, PageStep};
use super::screens::{DARK, LIGHT, Screens};

/// Moments that are shown, the first ones.
const MAX_STEPS: usize = 1500;
/// The most bytes of a page, about: no step is added to one that has more.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// Lines and looks, each once.
#[derive(Debug, Default)]
struct Lines {
    of_html: HashMap<String, usize>,
    html: Vec<String>,
    classes: HashMap<(CellStyle, CellStyle), usize>,
    styles: Vec<(CellStyle, CellStyle)>,
    bytes: usize,
}

/// The page.
pub fn text(opened: &Opened, drawing: Drawing) -> Result<String, String> {
    let size = drawing.size.unwrap_or((80, 30));
    let mut screens = Screens::of(opened, size)?;
    let (mut lines, mut steps) = (Lines::default(), Vec::<PageStep>::new());
    let mut whose = None;
    let (oldest, newest) = (screens.oldest(), drawing.at.unwrap_or(screens.newest()).min(screens.newest()));
    let mut at = oldest;
    while at <= newest && steps.len() < MAX_STEPS && lines.bytes < MAX_BYTES {
        screens.look(at);
        let bench = drawn(&mut screens, View::Bench, &mut lines);
        let diagram = drawn(&mut screens, View::Diagram, &mut lines);
        let statement = screens.statement().map(str::to_owned);
        let step = PageStep {
            at,
            statement,
            told: screens.told(),
            why: screens.why().map(str::to_owned),
            is_last: true,
            bench,
            diagram,
        };
        let by = screens.moment().map(|moment| moment.task);
        if let Some(before) = steps.last_mut() {
            // Without statements, as of a watched program, what one process does before another one is such a part.
            let is_other = step.statement.is_none() && by != whose;
            before.is_last = before.statement != step.statement || is_other;
        }
        whose = by;
        lines.bytes += step.told.iter().map(String::len).sum::<usize>() + 200;
        steps.push(step);
        at += 1;
    }
    let left_out = newest + 1 - at;
    Ok(page_text::write(&Page {
        name: &opened.name,
        kernel: &opened.header.kernel,
        size,
        lines: &lines.html,
        styles: &lines.styles,
        steps: &steps,
        left_out,
    }))
}

/// The lines of one screen; those at its end that are empty are left out.
fn drawn(screens: &mut Screens<'_>, view: View, lines: &mut Lines) -> Vec<usize> {
    screens.show(view);
    let (dark, light) = (screens.draw(DARK), screens.draw(LIGHT));
    let mut numbers: Vec<usize> =
        dark.rows.iter().zip(&light.rows).map(|rows| lines.number(rows, (&dark, &light))).collect();
    while numbers.last().is_some_and(|last| lines.html[*last].is_empty()) {
        numbers.pop();
    }
    numbers
}

/// A letter; one that takes two columns takes them whatever font it is found in.
fn marked_up(cell: &Cell, next: Option<&(&Cell, &Cell)>) -> String {
    let text = in_markup(&cell.text);
    let is_wide = next.is_some_and(|(next, _)| next.text.is_empty()) && !text.is_empty();
    if is_wide { format!("<b>{text}</b>") } else { text }
}

impl Lines {
    /// The number of a line that is drawn on both grounds.
    fn number(&mut self, (dark, light): (&Vec<Cell>, &Vec<Cell>), grids: (&Grid, &Grid)) -> usize {
        let mut html = String::new();
        let cells: Vec<(&Cell, &Cell)> = dark.iter().zip(light).collect();
        let is_empty = |(dark, _): &(&Cell, &Cell)| dark.is_blank() && dark.look.ground == grids.0.ground;
        let used = cells.iter().rposition(|pair| !is_empty(pair)).map_or(0, |last| last + 1);
        for run in cells[..used].chunk_by(|one, next| (one.0.look, one.1.look) == (next.0.look, next.1.look)) {
            let text: String = run.iter().enumerate().map(|(at, (cell, _))| marked_up(cell, run.get(at + 1))).collect();
            let class = self.class((run[0].0.look, run[0].1.look));
            let _ = write!(html, "<i class=s{class}>{text}</i>");
        }
        if let Some(number) = self.of_html.get(&html) {
            return *number;
        }
        self.bytes += html.len();
        self.html.push(html.clone());
        self.of_html.insert(html, self.html.len() - 1);
        self.html.len() - 1
    }

    fn class(&mut self, looks: (CellStyle, CellStyle)) -> usize {
        let styles = &mut self.styles;
        *self.classes.entry(looks).or_insert_with(|| {
            styles.push(looks);
            styles.len() - 1
        })
    }
}
