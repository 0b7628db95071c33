//! A program that is watched has the keyboard: what is typed goes to its terminal as it came, until one key takes it back.

use color_eyre::eyre::Result;

use crate::app::course::Course;
use crate::app::program::TAKE_BACK;
use crate::bench::BenchError;
use crate::playground::Playground;
use crate::progress::Store;
use crate::session::Settings;
use crate::source::Source;
use crate::ui;

use super::{Looks, Tui, run_over};

/// Runs the UI over a program that is watched: `start` gives it, for a terminal of its own of this size.
pub fn watch(
    settings: Settings,
    (start, name): (impl FnOnce((u16, u16)) -> Result<Box<dyn Source>, BenchError>, String),
    learning: (Course, Store),
    looks: Looks,
) -> Result<u8> {
    run_over(looks, settings, |settings, size| {
        Ok(Playground::open_watched((start(ui::program_size(size))?, name), settings, learning))
    })
}

impl Tui {
    /// Bytes that were typed. One of them may give the keyboard to the program, and those behind it are the program's. True if one
    /// leaves before there is a bench.
    pub(super) fn take_typed(&mut self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = &rest[self.of_program(rest)..];
            let has_program = self.playground.app().program.is_some();
            let (next, behind) = rest.split_at(if has_program { rest.len().min(1) } else { rest.len() });
            self.decoder.feed(next);
            rest = behind;
            if !rest.is_empty() && self.act() {
                return true;
            }
        }
        false
    }

    /// Bytes that were typed: how many of the first are the program's, or took the keyboard back from it.
    fn of_program(&mut self, bytes: &[u8]) -> usize {
        if !self.playground.is_programs_keyboard() {
            return 0;
        }
        self.is_dirty = true;
        let Some(at) = bytes.iter().position(|byte| *byte == TAKE_BACK) else {
            self.playground.type_to_program(bytes);
            return bytes.len();
        };
        self.playground.type_to_program(&bytes[..at]);
        self.playground.take_keyboard_back();
        at + 1
    }

    /// The window has another size, and so has the program's.
    pub(super) fn resize_program(&mut self) {
        self.playground.resize_program(ui::program_size(self.size));
    }

    /// What is said when the terminal is back.
    pub(super) fn farewell(&self) -> Option<String> {
        let killed = match self.playground.watched_alive() {
            0 => None,
            1 => Some("1 process of the program was still alive; it is killed".to_owned()),
            many => Some(format!("{many} processes of the program were still alive; they are killed")),
        };
        killed.or_else(|| self.playground.app().course.farewell())
    }
}
