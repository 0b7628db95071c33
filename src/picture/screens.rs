//! The screens of a recording: what the terminal UI would show at each of its moments, without the keys.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::app::View;
use crate::app::action::{Action, Input};
use crate::app::course::Course;
use crate::app::model::Model;
use crate::app::past::MOMENTS_SEEN;
use crate::app::transcript;
use crate::lesson::progress::Progress;
use crate::opened::Opened;
use crate::ui::theme::{Colours, Ground, Theme};
use crate::ui::{self, ViewContext};
use crate::world::history::{History, Moment};

use super::cells::{Grid, Rgb};

/// A ground, with its plain letters.
pub type Colouring = (Ground, (Rgb, Rgb));

/// Light letters on black.
pub const DARK: Colouring = (Ground::Dark, ((228, 228, 228), (0, 0, 0)));
/// Dark letters on white.
pub const LIGHT: Colouring = (Ground::Light, ((0, 0, 0), (255, 255, 255)));

/// What is looked at.
pub struct Screens<'a> {
    history: &'a History,
    opened: &'a Opened,
    model: Model,
    size: (u16, u16),
}

impl<'a> Screens<'a> {
    /// Of a recording, at its end.
    pub fn of(opened: &'a Opened, size: (u16, u16)) -> Result<Self, String> {
        let history = opened.recording.history().ok_or("the recording keeps no past")?;
        let mut model = Model::new(Course::new(Vec::new(), Progress::default(), None), false);
        let seen = (opened.recording.world(), opened.events.as_slice());
        model.stand_still();
        model.open_recording(opened.name.clone(), opened.statements.clone(), seen);
        let mut screens = Self { history, opened, model, size };
        screens.look(history.newest());
        Ok(screens)
    }

    /// The number of the first moment that can be looked at; 0 is before everything.
    pub fn oldest(&self) -> u64 {
        self.history.oldest()
    }

    /// The number of the last one.
    pub fn newest(&self) -> u64 {
        self.history.newest()
    }

    /// Another view fills the screen.
    pub fn show(&mut self, view: View) {
        if self.model.view != view {
            let world = self.model.past.as_ref().map(|past| past.world.clone());
            let world = world.as_deref().unwrap_or(self.opened.recording.world());
            self.model.update(world, Input::Do(Action::Show(view)));
        }
    }

    /// The moment of this number.
    pub fn look(&mut self, at: u64) {
        self.model.look(Some(self.history.look(at, MOMENTS_SEEN)));
    }

    /// The screen.
    pub fn draw(&self, (ground, plain): Colouring) -> Grid {
        let (width, height) = self.size;
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let world = self.model.past.as_ref().map_or(self.opened.recording.world(), |past| &past.world);
        let theme = Theme::with(Colours::True).on(ground);
        ui::draw(ViewContext { app: &self.model, world, theme }, &mut buffer);
        Grid::of(&buffer, plain)
    }

    /// The moment that is looked at; none before everything.
    pub fn moment(&self) -> Option<&Moment> {
        self.model.past.as_ref()?.moments.last()
    }

    /// The statement during which it came.
    pub fn statement(&self) -> Option<&str> {
        self.model.said.text(self.moment()?.line)
    }

    /// The moment in the words of a transcript.
    pub fn told(&self) -> Vec<String> {
        let events = self.moment().into_iter().flat_map(|moment| &moment.events);
        events.flat_map(transcript::lines).map(|line| line.trim().to_owned()).collect()
    }

    /// Why it came out so, where a rule says it.
    pub fn why(&self) -> Option<&str> {
        let why = self.model.past.as_ref()?.why.as_ref().filter(|why| why.has_rule())?;
        Some(&why.text)
    }
}
