//! App and source joined: inputs become statements, what has come becomes the picture. It neither draws nor reads a terminal.

mod alternatives;
mod asked;
mod busy;
mod five_kinds;
mod matrix_cell;
mod other_kinds;
mod program;
mod outside;
mod saving;
mod time;
mod waiting;

use std::rc::Rc;

use crate::abi::reasons;
use crate::app::App;
use crate::app::action::{Command, Input};
use crate::app::copy::Copied;
use crate::app::course::Course;
use crate::app::keys::Keymap;
use crate::app::model::Model;
use crate::bench::BenchError;
use crate::opened::Opened;
use crate::practice::{Generated, ProblemGenerator};
use crate::progress::Store;
use crate::recording::Recording;
use crate::script::Statement;
use crate::session::{Reached, Settings};
use crate::source::Source;
use crate::trace::{Event, Explanation};
use crate::world::World;
use crate::world::kind::ChannelId;

use alternatives::Trial;
use busy::Busy;
use five_kinds::FiveKinds;
use matrix_cell::MatrixCell;
use other_kinds::OtherKinds;
use outside::acts_from_outside;

/// What the program opens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpeningView {
    /// Two channels to play with.
    Channels,
    /// A lesson of the course.
    Lesson(usize),
    /// The list of lessons.
    Lessons,
    /// Problems without end.
    Practice,
}

/// What has happened since it was looked at last.
#[derive(Debug, Default)]
pub struct Changes {
    /// There may be something new to see.
    pub is_new: bool,
    /// What is to be told, in the order in which it is printed.
    pub events: Vec<Event>,
    /// Why it came out so, statement by statement.
    pub reasons: Vec<Explanation>,
}

/// A bench and the state of the UI above it.
#[derive(Debug)]
pub struct Playground {
    source: Box<dyn Source>,
    /// Of a bench, if another one is needed.
    settings: Settings,
    model: Model,
    store: Store,
    /// None where all has settled.
    busy: Option<Busy>,
    /// Makes a problem on the bench, which is nobody else's meanwhile.
    generator: Option<ProblemGenerator>,
    /// What else could have happened, on its way beside the bench.
    trial: Option<Trial>,
    /// The focused channel's history on five kinds, on its way.
    five_kinds: Option<FiveKinds>,
    /// A cell of the matrix, on its way.
    cell: Option<MatrixCell>,
    /// A question on other kinds of channel, on its way.
    other_kinds: Option<OtherKinds>,
    is_open: bool,
    is_over: bool,
    is_suspended: bool,
    /// What is to be put on the clipboard.
    copy: Option<(Copied, String)>,
    /// Of which channel, or of all, the kernel's figures were taken last, and how much was known then.
    sampled: Option<(ChannelId, bool, u64)>,
}

impl Playground {
    /// A bench on which the opening statements are on their way.
    pub fn open(
        settings: Settings,
        opening: OpeningView,
        (course, store): (Course, Store),
    ) -> Result<Self, BenchError> {
        let session = asked::open_bench(settings)?;
        let mut model = Model::new(course, opening != OpeningView::Channels);
        let commands = match opening {
            OpeningView::Channels => model.open_channels(),
            OpeningView::Lesson(at) => model.take_lesson(session.world(), Some(at)),
            OpeningView::Lessons => model.take_lesson(session.world(), None),
            OpeningView::Practice => model.practise(),
        };
        let mut playground = Self::over(Box::new(session), settings, (model, store));
        playground.carry_out(commands);
        Ok(playground)
    }

    /// A recording, to be looked at; `settings` are of the bench on which its statements are run again if somebody wants that.
    pub fn open_recording(opened: Opened, settings: Settings, (course, store): (Course, Store)) -> Self {
        let mut model = Model::new(course, false);
        let Opened { name, recording, events, statements, .. } = opened;
        model.open_recording(name, statements, (recording.world(), &events));
        let mut playground = Self::over(Box::new(recording), settings, (model, store));
        playground.is_open = true;
        playground
    }

    fn over(source: Box<dyn Source>, settings: Settings, (model, store): (Model, Store)) -> Self {
        Self {
            source,
            settings,
            model,
            store,
            busy: None,
            generator: None,
            trial: None,
            five_kinds: None,
            cell: None,
            other_kinds: None,
            sampled: None,
            is_open: false,
            is_over: false,
            is_suspended: false,
            copy: None,
        }
    }

    /// Somebody's own keys.
    pub fn bind(&mut self, keymap: Rc<Keymap>) {
        self.model.bind(keymap);
    }

    /// One input; what it asks for is on its way when this returns.
    pub fn handle(&mut self, input: Input) {
        let commands = self.model.update(self.source.recording().world(), input);
        self.carry_out(commands);
        self.keep_time();
        if self.source.is_settled() && self.model.past.is_none() {
            self.sample_seen();
        }
    }

    /// Takes in what has happened, without waiting. Says whether there may be something new to see.
    pub fn pump(&mut self) -> Result<bool, BenchError> {
        Ok(self.hear()?.is_new)
    }

    /// The same, with what has happened.
    pub fn hear(&mut self) -> Result<Changes, BenchError> {
        let is_told = self.hear_beside();
        let heard = self.hear_bench()?;
        Ok(Changes { is_new: heard.is_new || is_told, ..heard })
    }

    fn hear_bench(&mut self) -> Result<Changes, BenchError> {
        if let Some(generator) = self.generator.take() {
            return Ok(Changes { is_new: self.pose(generator)?, ..Changes::default() });
        }
        let was_settled = self.source.is_settled();
        let events = self.source.pump()?;
        for note in self.source.take_notes() {
            self.say(note);
        }
        let has_drawn = self.hear_program();
        if self.is_stuck()
            && let Some(session) = self.source.session_mut()
        {
            session.note_stops();
        }
        let reasons = self.model.receive(self.source.recording().world(), &events, self.is_open);
        self.keep_time();
        if self.source.is_settled() {
            self.model.settle();
            self.sample_seen();
            let verdicts = self.verdicts();
            self.handle(Input::Settled(verdicts));
            self.is_open = true;
            self.busy = None;
        } else if let Some(session) = self.source.session() {
            // Statements that are run one by one, however many wait, are no reason to overtake them.
            let begun = session.begun();
            self.busy = Some(Busy::with(self.busy, begun, session.has_overtaken()));
        }
        let is_new = !was_settled || !events.is_empty() || has_drawn;
        let events = events.into_iter().filter(|event| !self.model.is_silent(event.line)).collect();
        Ok(Changes { is_new, events, reasons })
    }

    /// Continues generating a problem; events until then are not shown.
    fn pose(&mut self, mut generator: ProblemGenerator) -> Result<bool, BenchError> {
        let Some(session) = self.source.session_mut() else { return Ok(false) };
        let input = loop {
            let (_, reached) = session.reach(Some(generator.deadline()))?;
            match reached {
                Reached::NotYet => {
                    self.generator = Some(generator);
                    return Ok(false);
                }
                Reached::Late => {
                    break Input::NotPosed("no problem could be made: the bench does not settle".to_owned());
                }
                Reached::Settled => {}
            }
            match generator.advance(session) {
                Ok(Generated::NotYet) => {}
                Ok(Generated::Ready(problem)) => break Input::Posed(problem),
                Err(error) => break Input::NotPosed(format!("no problem could be made: {}", reasons(error.chain()))),
            }
        };
        self.busy = None;
        self.is_open = true;
        self.handle(input);
        Ok(true)
    }

    /// Whether there is a bench with channels for keys to act on: the opening statements have settled, and no problem is being made.
    pub fn is_open(&self) -> bool {
        self.is_open && self.generator.is_none()
    }

    /// Whether a problem is being made: nothing of it is to be seen.
    pub fn is_posing(&self) -> bool {
        self.generator.is_some()
    }

    /// Whether it was asked to end.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether it was asked to stop, since last asked.
    pub fn take_suspension(&mut self) -> bool {
        std::mem::take(&mut self.is_suspended)
    }

    /// What is to be copied, since last asked.
    pub fn take_copy(&mut self) -> Option<(Copied, String)> {
        self.copy.take()
    }

    /// The program is about to be stopped: all on the bench stand still. How many that are.
    pub fn freeze(&mut self) -> usize {
        let own = self.source.freeze();
        own + self.trials_mut().map(Trial::freeze).sum::<usize>()
    }

    /// It goes on, and so do they.
    pub fn thaw(&mut self) {
        self.source.thaw();
        for trial in self.trials_mut() {
            trial.thaw();
        }
    }

    /// A notice to the person at the screen.
    pub fn say(&mut self, words: String) {
        self.handle(Input::Said(words));
    }

    /// Nothing is on its way.
    pub fn is_settled(&self) -> bool {
        self.source.is_settled()
    }

    /// The state, to be drawn.
    pub fn app(&self) -> &App {
        &self.model
    }

    /// The bench, to be drawn: as it is, or as it was where the past is looked at.
    pub fn world(&self) -> &World {
        self.model.past.as_ref().map_or(self.source.recording().world(), |past| &past.world)
    }

    /// Whether a question is being asked on other kinds of channel.
    pub fn is_asking_other_kinds(&self) -> bool {
        self.other_kinds.is_some()
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        for command in commands {
            match command {
                Command::Look(step) => self.look(step),
                Command::AskOtherKinds { step, guess, variants } => {
                    self.other_kinds = Some(OtherKinds::begin(step, guess, variants));
                }
                Command::TryAlternatives(statements) => match Trial::begin(&statements) {
                    Ok(trial) => self.trial = Some(trial),
                    Err(reason) => self.model.show_alternatives(Err(reason)),
                },
                Command::AskCell(place) => self.ask_cell(place),
                Command::TryKinds(scripts) => self.five_kinds = Some(FiveKinds::begin(scripts)),
                Command::Run(statement) => self.run(*statement),
                Command::Cancel => {
                    if let Some(session) = self.source.session_mut() {
                        session.cancel();
                    }
                }
                Command::Save => {
                    if let Err(reason) = self.store.save(&self.model.course.progress) {
                        self.tell(Input::NotKept(reason));
                    }
                }
                Command::SaveLesson => self.save_lesson(),
                Command::SaveRecording => self.save_recording(),
                Command::LeaveRecording => match asked::open_bench(self.settings) {
                    Ok(session) => self.source = Box::new(session),
                    Err(error) => self.tell(Input::Said(format!("no bench can be opened: {error}"))),
                },
                Command::Pose { seed, number, wish } => {
                    let session = self.source.session_mut();
                    self.generator = session.map(|session| ProblemGenerator::begin((seed, number), wish, session));
                }
                Command::Copy(what, text) => self.copy = Some((what, text)),
                Command::CopyProgram => self.copy_program(),
                Command::StepProgram(order) => self.source.step(order),
                Command::RunProgramAgain(moment) => self.run_program_again(moment),
                Command::Suspend => self.is_suspended = true,
                Command::Quit => self.is_over = true,
            }
        }
    }

    /// An input that asks for nothing.
    fn tell(&mut self, input: Input) {
        self.model.update(self.source.recording().world(), input);
    }

    fn run(&mut self, statement: Statement) {
        let is_stuck = self.is_stuck();
        let Some(session) = self.source.session_mut() else { return };
        self.model.note_statement(&statement);
        if is_stuck && acts_from_outside(&statement) {
            session.overtake(statement);
        } else if !session.submit(statement) {
            self.tell(Input::Said("too many statements wait; this one was dropped".to_owned()));
        }
    }

    fn is_stuck(&self) -> bool {
        self.busy.as_ref().is_some_and(Busy::is_stuck)
    }

    fn recording(&self) -> &Recording {
        self.source.recording()
    }
}
