//! All that the UI knows beside the world: mode, focus, what is being typed, what was said. Plain data; only `update` changes
//! it, and nothing here draws or makes a call.

pub mod availability;
pub mod action;
pub mod complete;
pub mod config;
pub mod copy;
pub mod course;
pub mod channel_sides;
pub mod action_entry;
pub mod five_kinds;
mod filtering;
pub mod first_steps;
pub mod input_line;
pub mod keys;
pub mod mode;
pub mod matrix_cell;
pub mod matrix_view;
pub mod model;
mod learn;
pub mod alternatives;
pub mod palette;
pub mod past;
pub mod key_statements;
pub mod presentation;
pub mod program;
mod practice;
mod prompt_command;
mod score;
mod search;
mod search_rank;
mod typing;
mod submit;
pub mod side;
pub mod signature;
#[cfg(test)]
pub mod recorded_bench;
pub mod stepping;
pub mod target;
pub mod trace_filter;
pub mod transcript;
pub mod update;
pub mod view;
mod watched;
mod why;

use std::collections::VecDeque;
use std::rc::Rc;

use crate::script::Statement;
use crate::trace::{Event, Explanation, What};
use crate::world::World;
use crate::world::history::Moment;
use crate::world::kind::{ChannelId, Kind};

use action::Action;
use alternatives::Alternatives;
use channel_sides::Facing;
use course::Course;
use five_kinds::FiveKinds;
use input_line::InputLine;
use key_statements::Situation;
use keys::Keymap;
use matrix_view::MatrixView;
pub use mode::Mode;
use palette::Palette;
use past::{Past, SaidStatements};
use presentation::Presentation;
use program::Program;
use target::Target;
use transcript::Transcript;
pub use view::View;
use why::ExplanationState;

/// All that the UI knows.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct App {
    /// The keys.
    pub keymap: Rc<Keymap>,
    /// What they mean now.
    pub mode: Mode,
    /// All that can be done, while it is looked through.
    pub palette: Palette,
    /// What they meant before the prompt or help.
    pub before: Mode,
    /// Who speaks, and to whom.
    pub target: Target,
    /// The number typed before a key: `3r` reads three bytes.
    pub count: Option<u32>,
    /// What they meant before it was asked what to copy.
    copy_back: Mode,
    /// The message line.
    pub line: InputLine,
    /// The statement prompt.
    pub prompt: InputLine,
    /// What happened, as text.
    pub transcript: Transcript,
    /// Words that its lines have to have to be seen.
    pub trace_filter: InputLine,
    /// The view in which such words were asked for, if that shows no trace.
    pub filtered_from: Option<View>,
    /// The last explanation.
    pub why: Option<Explanation>,
    /// Something to be said until the next key: why a key could not act, a statement's mistake.
    pub notice: Option<String>,
    /// The first line of help that is seen.
    pub help_scroll: u16,
    /// What is done when its key is pressed once more.
    asked: Option<Action>,
    /// What is said once, and has been.
    told: Vec<&'static str>,
    /// The lessons, and the one being taken.
    pub course: Course,
    /// What fills the screen.
    pub view: View,
    /// Processes that the view has scrolled past: the diagram from the left, the tree from its end.
    pub view_scroll: u16,
    /// What else could have happened, as last tried.
    pub alternatives: Option<Alternatives>,
    /// The channel for which that is being tried, and its kind.
    pub trying: Option<(String, Kind)>,
    /// The matrix.
    pub matrix: MatrixView,
    /// The focused channel's history on five kinds of channel, as last tried.
    pub five_kinds: Option<FiveKinds>,
    /// What is looked at instead of now.
    pub past: Option<Past>,
    /// What is seen is a recording, called so: nothing can be done to it.
    pub recording: Option<String>,
    /// It is a picture: nobody can press a key, and none is named.
    pub is_still: bool,
    /// The program that is watched, if what is seen is one: its name is that of the recording.
    pub program: Option<Program>,
    /// The statements that made this bench.
    pub said: SaidStatements,
    /// The last moments, while the diagram shows them.
    pub recent: Vec<Moment>,
    /// How it is shown to a room, if it is.
    pub present: Presentation,
    /// Whether clicks and the wheel are wanted.
    pub has_mouse: bool,
    focus: Option<ChannelId>,
    newest: Option<ChannelId>,
    /// The statement of the prompt that was run last: where it is refused, the prompt comes back with it.
    typed_last: Option<(u32, String)>,
    /// A channel made by the next statement gets the focus.
    follow: bool,
    /// The first step that is offered, by its place among all.
    first_step: Option<usize>,
    /// How much is known of the reasons for what was done last.
    heard: ExplanationState,
    /// The explanation has the rows that it needs, whatever they are taken from.
    pub is_explanation_whole: bool,
    /// The focus has moved since.
    is_looking_elsewhere: bool,
    /// Statements on their way, with their lines.
    pending: VecDeque<(u32, String)>,
    next_line: u32,
    /// Statements up to this line make a lesson's bench: nothing is told of them.
    silent_until: u32,
    /// Statements up to this line are not explained: they lead to one that is.
    unexplained_until: u32,
}

impl App {
    /// The message line has the focus; nothing has happened.
    pub fn new() -> Self {
        Self {
            keymap: Rc::default(),
            palette: Palette::default(),
            present: Presentation::default(),
            has_mouse: true,
            mode: Mode::Line,
            before: Mode::Line,
            copy_back: Mode::Keys,
            target: Target::All,
            count: None,
            line: InputLine::default(),
            prompt: InputLine::default(),
            transcript: Transcript::default(),
            trace_filter: InputLine::default(),
            filtered_from: None,
            why: None,
            notice: None,
            help_scroll: 0,
            asked: None,
            told: Vec::new(),
            course: Course::default(),
            view: View::Bench,
            view_scroll: 0,
            alternatives: None,
            trying: None,
            is_still: false,
            program: None,
            five_kinds: None,
            matrix: MatrixView::default(),
            past: None,
            recording: None,
            said: SaidStatements::default(),
            recent: Vec::new(),
            focus: None,
            newest: None,
            typed_last: None,
            follow: false,
            first_step: None,
            heard: ExplanationState::Nothing,
            is_explanation_whole: false,
            is_looking_elsewhere: false,
            pending: VecDeque::new(),
            next_line: 0,
            silent_until: 0,
            unexplained_until: 0,
        }
    }

    /// The channel that keys act on: the one that was chosen, or the first; of a watched program not one that its surroundings
    /// made, if there is another.
    pub fn focused(&self, world: &World) -> Option<Facing> {
        // Most often one look is enough, however many channels there are.
        let at_once = match self.focus {
            Some(chosen) => Some(chosen).filter(|id| channel_sides::is_open(world, *id)),
            None => channel_sides::first_open(world).filter(|id| !world.is_outside(*id)),
        };
        if let Some(focus) = at_once {
            return channel_sides::of(world, focus);
        }
        let listed = channel_sides::listed(world);
        let chosen = listed.iter().find(|id| Some(**id) == self.focus);
        let own = || listed.iter().find(|id| !world.is_outside(**id));
        let focus = chosen.or_else(own).or_else(|| listed.first());
        channel_sides::of(world, *focus?)
    }

    /// The channels that a message goes to.
    pub fn addressed(&self, world: &World) -> Vec<Facing> {
        match self.target {
            Target::All => channel_sides::shown(world),
            Target::Focused(_) => self.focused(world).into_iter().collect(),
        }
    }

    /// Lets the focus follow what was just made.
    pub fn observe(&mut self, world: &World) {
        let newest = channel_sides::listed(world).into_iter().max();
        if newest > self.newest && self.follow {
            self.focus = newest;
            self.follow = false;
        }
        self.newest = newest;
        self.pass_done_steps(world);
    }

    /// Takes in what has settled: lines for the transcript, an explanation, a refusal.
    pub fn take(&mut self, events: &[Event]) {
        let silent_until = self.silent_until;
        for event in events.iter().filter(|event| event.line > silent_until) {
            self.course.hear(event);
            while self.pending.front().is_some_and(|(line, _)| *line <= event.line) {
                self.echo_next();
            }
            // In a lesson its text says whether expectations held.
            let is_told = self.course.shown().is_some() && matches!(event.what, What::Expect { ok: true, .. });
            if !is_told {
                self.transcript.push_event(event);
            }
            match &event.what {
                What::Why(explanation) => self.explain(explanation.clone()),
                // The lesson's own text says it.
                What::Refused { .. } if self.course.is_making() => {}
                What::Refused { reason } => self.refuse(event.line, reason),
                What::Call(_)
                | What::Burst(_)
                | What::Signal { .. }
                | What::Death { .. }
                | What::Queue(_)
                | What::Holders(_)
                | What::Pending(_)
                | What::Tasks(_)
                | What::Fds { .. }
                | What::Expect { .. }
                | What::Summary(_) => {}
            }
        }
    }

    /// A statement was refused: the reason is said, and what was typed can be mended.
    fn refuse(&mut self, line: u32, reason: &str) {
        self.said.refuse(line);
        self.notice = Some(format!("refused: {reason}"));
        let is_free =
            matches!(self.mode, Mode::Keys | Mode::Lesson) || (self.mode == Mode::Line && self.line.text().is_empty());
        if let Some((_, text)) = self.typed_last.take_if(|(typed, _)| *typed == line && is_free) {
            self.open_prompt(&text);
        }
    }

    /// Whether something that was asked for has not come to its end.
    pub fn is_busy(&self) -> bool {
        !self.pending.is_empty() || self.course.taking.as_ref().is_some_and(|taking| taking.running.is_some())
    }

    /// Whether nothing is to be told of a statement: it makes a lesson's bench.
    pub fn is_silent(&self, line: u32) -> bool {
        line <= self.silent_until
    }

    /// Whether a statement is to be explained: not one that makes a lesson's bench.
    pub fn explains(&self, line: u32) -> bool {
        line > self.silent_until.max(self.unexplained_until)
    }

    /// Nothing is on its way any more: statements that brought no event are shown too.
    pub fn settle(&mut self) {
        while !self.pending.is_empty() {
            self.echo_next();
        }
        // What it brings later is not its own.
        self.transcript.flush();
    }

    fn echo_next(&mut self) {
        if let Some((_, text)) = self.pending.pop_front() {
            self.transcript.push_statement(text);
        }
    }

    /// A line number of its own for each statement, by which its events find it.
    fn number(&mut self) -> u32 {
        self.next_line = self.next_line.saturating_add(1);
        self.next_line
    }

    /// What the keys mean when nothing is typed: a lesson's, or the bench's.
    fn home(&self) -> Mode {
        if self.course.shown().is_some() { Mode::Lesson } else { Mode::Keys }
    }

    /// What statements are made from.
    fn situation<'a>(&'a self, world: &'a World) -> Situation<'a> {
        Situation { world, hints: self.hints(), count: self.count }
    }

    /// Opens help, or closes it.
    fn turn_help(&mut self) {
        if self.mode == Mode::Help {
            self.mode = self.before;
        } else {
            self.before = self.mode;
            self.mode = Mode::Help;
            self.help_scroll = 0;
        }
    }

    fn open_prompt(&mut self, text: &str) {
        if self.mode != Mode::Prompt {
            self.before = self.mode;
        }
        self.mode = Mode::Prompt;
        self.prompt.set(text);
    }

    /// What was known of a bench that is no more.
    fn forget_bench(&mut self) {
        self.focus = None;
        self.follow = false;
        self.why = None;
        self.pending.clear();
    }

    fn expect(&mut self, statement: &Statement, text: &str) {
        self.course.play(statement);
        self.pending.push_back((statement.line, text.trim().to_owned()));
    }
}

impl Default for App {
    fn default() -> Self {
        Self::new()
    }
}
