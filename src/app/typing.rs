//! Which line letters go to.

use super::App;
use super::input_line::InputLine;
use super::mode::Typed;

impl App {
    /// The line that letters go to.
    pub(super) fn typed(&self) -> Option<&InputLine> {
        Some(match self.mode.typed()? {
            Typed::Message => &self.line,
            Typed::Statement => &self.prompt,
            Typed::Lessons => &self.course.list.query,
            Typed::Actions => &self.palette.query,
            Typed::Matrix => &self.matrix.query,
            Typed::Trace => &self.trace_filter,
        })
    }

    /// The same, to be changed: what it searches is marked from the beginning again.
    pub(super) fn typed_mut(&mut self) -> Option<&mut InputLine> {
        Some(match self.mode.typed()? {
            Typed::Message => &mut self.line,
            Typed::Statement => &mut self.prompt,
            Typed::Lessons => {
                self.course.list.selected = 0;
                &mut self.course.list.query
            }
            Typed::Actions => {
                self.palette.selected = 0;
                &mut self.palette.query
            }
            Typed::Matrix => {
                self.matrix.selected = 0;
                &mut self.matrix.query
            }
            Typed::Trace => &mut self.trace_filter,
        })
    }
}
