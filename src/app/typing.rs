//! Which line letters go to.

use super::App;
use super::input_line::InputLine;
use super::mode::InputPurpose;

impl App {
    /// The line that letters go to.
    pub(super) fn typed(&self) -> Option<&InputLine> {
        Some(match self.mode.typed()? {
            InputPurpose::Message => &self.line,
            InputPurpose::Statement => &self.prompt,
            InputPurpose::Lessons => &self.course.list.query,
            InputPurpose::Actions => &self.palette.query,
            InputPurpose::Matrix => &self.matrix.query,
            InputPurpose::Trace => &self.trace_filter,
        })
    }

    /// The same, to be changed: what it searches is marked from the beginning again.
    pub(super) fn typed_mut(&mut self) -> Option<&mut InputLine> {
        Some(match self.mode.typed()? {
            InputPurpose::Message => &mut self.line,
            InputPurpose::Statement => &mut self.prompt,
            InputPurpose::Lessons => {
                self.course.list.selected = 0;
                &mut self.course.list.query
            }
            InputPurpose::Actions => {
                self.palette.selected = 0;
                &mut self.palette.query
            }
            InputPurpose::Matrix => {
                self.matrix.selected = 0;
                &mut self.matrix.query
            }
            InputPurpose::Trace => &mut self.trace_filter,
        })
    }
}
