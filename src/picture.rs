//! A recording drawn without a terminal: its screens, moment by moment, and the files that are made of them.

pub mod cells;
mod cast;
mod page;
mod page_text;
mod screens;
pub mod svg;

use crate::app::View;
use crate::opened::Opened;

use screens::Screens;

/// What is drawn, and how large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawing {
    /// What fills the screen.
    pub view: View,
    /// The moment, counted from 1; none for the last one.
    pub at: Option<u64>,
    /// Columns and rows of the screen; none for what the format usually has.
    pub size: Option<(u16, u16)>,
}

/// A drawn format, or why the recording does not fit it.
pub type Format = fn(&Opened, Drawing) -> Result<String, String>;

/// All of them, by the option of `tincans export` that asks for it.
pub const FORMATS: &[(&str, Format)] = &[("svg", picture), ("html", page::text), ("cast", cast::text)];

/// The format of this name.
pub fn named(name: &str) -> Option<Format> {
    FORMATS.iter().find(|format| format.0 == name).map(|format| format.1)
}

/// One screen as SVG.
fn picture(opened: &Opened, drawing: Drawing) -> Result<String, String> {
    let mut screens = Screens::of(opened, drawing.size.unwrap_or((120, 36)))?;
    let at = drawing.at.unwrap_or(screens.newest());
    if !(screens.oldest()..=screens.newest()).contains(&at) {
        return Err(format!("there is no event {at}: they are {} to {}", screens.oldest(), screens.newest()));
    }
    screens.show(drawing.view);
    screens.look(at);
    let title = format!("{}: event {at} of {}", opened.name, screens.newest());
    Ok(svg::draw(&screens.draw(screens::DARK), (&title, &screens.told().join(" "))))
}
