//! Which line letters go to.

use super::input_line::InputLine;
use super::{App, Mode};

impl App {
    /// The line that letters go to.
    pub(super) fn typed(&self) -> Option<&InputLine> {
        match self.mode {
            Mode::Line => Some(&self.line),
            Mode::Prompt => Some(&self.prompt),
            Mode::Search => Some(&self.course.list.query),
            Mode::Palette => Some(&self.palette.query),
            Mode::Matrix => Some(&self.matrix.query),
            Mode::Keys
            | Mode::Help
            | Mode::Lesson
            | Mode::List
            | Mode::Past
            | Mode::NewChannel
            | Mode::Copy
            | Mode::Until => None,
        }
    }

    /// The same, to be changed: what it searches is marked from the beginning again.
    pub(super) fn typed_mut(&mut self) -> Option<&mut InputLine> {
        match self.mode {
            Mode::Line => Some(&mut self.line),
            Mode::Prompt => Some(&mut self.prompt),
            Mode::Search => {
                self.course.list.selected = 0;
                Some(&mut self.course.list.query)
            }
            Mode::Palette => {
                self.palette.selected = 0;
                Some(&mut self.palette.query)
            }
            Mode::Matrix => {
                self.matrix.selected = 0;
                Some(&mut self.matrix.query)
            }
            Mode::Keys
            | Mode::Help
            | Mode::Lesson
            | Mode::List
            | Mode::Past
            | Mode::NewChannel
            | Mode::Copy
            | Mode::Until => None,
        }
    }
}
