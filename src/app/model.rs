//! The state of the UI as its driver holds it: to be read by anybody, and changed by `update` alone, which this module
//! belongs to. What has come from the source becomes lines, explanations and moments here.

use std::ops::Deref;
use std::rc::Rc;

use crate::explain;
use crate::script::Statement;
use crate::trace::{Event, Explanation};
use crate::world::World;
use crate::world::history::{History, PastPicture};

use super::action::{Command, Input};
use super::course::Course;
use super::keys::Keymap;
use super::past::MOMENTS_SEEN;
use super::program::Program;
use super::{App, Mode, View, update};

/// The state.
#[derive(Debug)]
pub struct Model {
    app: App,
    /// The line whose events were explained last.
    explained: u32,
}

impl Deref for Model {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl Model {
    /// Nothing has happened. Where a lesson is about to be taken, what is wrong with the progress that was read is said.
    pub fn new(course: Course, is_lesson: bool) -> Self {
        let mut app = App::new();
        app.notice = course.warning.clone().filter(|_| is_lesson);
        app.course = course;
        Self { app, explained: 0 }
    }

    /// The keys of somebody's own.
    pub fn bind(&mut self, keymap: Rc<Keymap>) {
        self.app.keymap = keymap;
    }

    /// One input.
    pub fn update(&mut self, world: &World, input: Input) -> Vec<Command> {
        update::update(&mut self.app, world, input)
    }

    /// The statements that open a bench.
    pub fn open_channels(&mut self) -> Vec<Command> {
        self.app.offer_first_steps();
        update::open(&mut self.app)
    }

    /// A lesson, by its place in the course; where there is none, the list of all.
    pub fn take_lesson(&mut self, world: &World, lesson: Option<usize>) -> Vec<Command> {
        update::take(&mut self.app, world, lesson)
    }

    /// Endless practice.
    pub fn practise(&mut self) -> Vec<Command> {
        update::practise(&mut self.app)
    }

    /// What is seen is a recording, called so: these statements made it, and their last events.
    pub fn open_recording(&mut self, name: String, statements: Vec<Statement>, (world, events): (&World, &[Event])) {
        self.app.recording = Some(name);
        self.app.mode = Mode::Keys;
        for statement in statements {
            self.app.next_line = self.app.next_line.max(statement.line);
            self.app.said.push(&statement);
            // Of those before the first event that is shown no line is shown either.
            if events.first().is_some_and(|first| first.line <= statement.line) {
                self.app.pending.push_back((statement.line, statement.text.trim().to_owned()));
            }
        }
        self.app.observe(world);
        self.app.take(events);
        let last = events.chunk_by(|one, next| one.line == next.line).next_back();
        self.explain(world, last.unwrap_or_default());
        self.app.settle();
    }

    /// What is drawn is a picture from now on.
    pub fn stand_still(&mut self) {
        self.app.is_still = true;
    }

    /// What is seen is a program that is watched, called so.
    pub fn open_watched(&mut self, name: String) {
        self.app.recording = Some(name);
        self.app.program = Some(Program::default());
        self.app.mode = Mode::Keys;
    }

    /// A statement is on its way.
    pub fn note_statement(&mut self, statement: &Statement) {
        self.app.said.push(statement);
    }

    /// What has come since the last time. Gives the reasons why, where `explains`.
    pub fn receive(&mut self, world: &World, events: &[Event], explains: bool) -> Vec<Explanation> {
        self.app.observe(world);
        let explained = if self.app.program.is_some() { newest(events) } else { events };
        let reasons = if explains { self.explain(world, explained) } else { Vec::new() };
        if self.app.program.is_some() {
            self.app.take_of_program(world, events);
        } else {
            self.app.take(events);
        }
        reasons
    }

    /// Nothing is on its way any more.
    pub fn settle(&mut self) {
        self.app.settle();
    }

    /// What was asked for by [`Command::Look`].
    pub fn look(&mut self, look: Option<PastPicture>) {
        update::looked(&mut self.app, look);
    }

    /// What came of [`Command::TryAlternatives`].
    pub fn show_alternatives(&mut self, came: Result<World, String>) {
        update::alternatives(&mut self.app, came);
    }

    /// What came of [`Command::TryKinds`].
    pub fn show_five_kinds(&mut self, came: Result<Vec<World>, String>) {
        update::five_kinds(&mut self.app, came);
    }

    /// More may have happened by now, while the past is looked at and while the diagram shows the last moments.
    pub fn keep_time(&mut self, history: &History) {
        if let Some(past) = self.app.past.as_mut() {
            past.newest = history.newest();
            past.oldest = history.oldest();
            // There is no past of a bench that was made anew.
            if past.newest < past.at {
                update::looked(&mut self.app, None);
            }
        }
        if self.app.view != View::Diagram || self.app.past.is_some() {
            return;
        }
        if self.app.recent.last().map_or(0, |moment| moment.number) != history.newest() {
            self.app.recent = history.look(history.newest(), MOMENTS_SEEN).moments;
        }
    }

    /// Each statement's events are explained by themselves.
    fn explain(&mut self, world: &World, events: &[Event]) -> Vec<Explanation> {
        let mut reasons = Vec::new();
        for of_one in events.chunk_by(|a, b| a.line == b.line) {
            let line = of_one.first().map_or(0, |first| first.line);
            if !self.app.explains(line) {
                continue;
            }
            // It came by itself, after what was done there.
            if std::mem::replace(&mut self.explained, line) == line {
                self.app.begin();
            }
            let explanation = explain::last(world, of_one);
            if !explanation.has_rule() {
                self.app.learn_that(of_one);
                continue;
            }
            reasons.push(explanation.clone());
            self.app.learn(world, explanation);
        }
        reasons
    }
}

/// Of a program's events the last are explained: more than one explanation cannot be seen.
fn newest(events: &[Event]) -> &[Event] {
    const MOST: usize = 64;
    let last = events.chunk_by(|one, next| one.line == next.line).next_back().unwrap_or_default();
    &last[last.len().saturating_sub(MOST)..]
}
