//! The mouse: a click or the wheel is an action, and reports are switched on and off.

use std::io;

use crossterm::event::MouseEvent;

use super::{Tui, context, screen};
use crate::app::action::Input;
use crate::ui::{self, pointer};

impl Tui {
    pub(super) fn point(&mut self, mouse: MouseEvent) {
        let context = context(&self.playground, self.theme);
        let Some(action) = pointer::action(context, self.size, mouse) else { return };
        let action = ui::turned(context, self.size, action);
        self.playground.handle(Input::Do(action));
        self.is_dirty = true;
    }

    /// What was reported before a switch may still be on its way, and means what it always means.
    pub(super) fn keep_mouse(&mut self) -> io::Result<()> {
        // A program that has the keyboard is not told of the mouse.
        let is_wanted = self.playground.app().has_mouse && !self.playground.is_programs_keyboard();
        if is_wanted != self.has_mouse {
            self.has_mouse = is_wanted;
            screen::report_mouse(is_wanted)?;
        }
        Ok(())
    }
}
