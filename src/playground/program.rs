//! A program that is watched, as the UI has it: its terminal, its keyboard, how it ended.

use crate::app::action::Input;
use crate::app::model::Model;
use crate::session::Settings;
use crate::source::Source;

use super::{Course, Playground, Store};

impl Playground {
    /// A program that is watched, called so; `settings` are of the bench, if somebody wants one later.
    pub fn open_watched(
        (source, name): (Box<dyn Source>, String),
        settings: Settings,
        (course, store): (Course, Store),
    ) -> Self {
        let mut model = Model::new(course, false);
        model.open_watched(name);
        let mut playground = Self::over(source, settings, (model, store));
        playground.is_open = true;
        playground
    }

    /// What its terminal shows, and whether it is over. True if that is new.
    pub(super) fn hear_program(&mut self) -> bool {
        let Some(program) = &self.model.program else { return false };
        let was_alive = program.ending.is_none();
        let screen = self.source.take_screen();
        let has_drawn = screen.is_some();
        if let Some(screen) = screen {
            self.tell(Input::ProgramScreen(screen));
        }
        let standing = self.source.take_standing();
        let has_stood = standing.is_some();
        if let Some(standing) = standing {
            self.handle(Input::ProgramStands(standing));
        }
        let ending = self.source.ending().filter(|_| was_alive);
        let has_ended = ending.is_some();
        if let Some(words) = ending {
            self.tell(Input::ProgramEnded(words));
        }
        has_drawn || has_stood || has_ended
    }

    /// Another run of it, in the order of this one until a moment of it.
    pub(super) fn run_program_again(&mut self, moment: u64) {
        if let Err(error) = self.source.run_again(moment) {
            self.say(format!("it cannot be run again: {error}"));
        }
    }

    /// Whether what is typed goes to the program.
    pub fn is_programs_keyboard(&self) -> bool {
        self.model.program.as_ref().is_some_and(|program| program.has_keyboard)
    }

    /// Bytes from the keyboard that are the program's.
    pub fn type_to_program(&mut self, bytes: &[u8]) {
        self.source.type_bytes(bytes);
    }

    /// The keyboard is this program's again.
    pub fn take_keyboard_back(&mut self) {
        self.handle(Input::KeyboardBack);
    }

    /// Its terminal is drawn in so many columns and rows now.
    pub fn resize_program(&mut self, size: (u16, u16)) {
        if self.model.program.is_some() {
            self.source.resize(size);
            if let Some(screen) = self.source.take_screen() {
                self.tell(Input::ProgramScreen(screen));
            }
        }
    }

    /// Processes that are killed when the UI is left.
    pub fn watched_alive(&self) -> usize {
        self.source.alive()
    }
}
