//! App and session joined: inputs become statements, what settles becomes the picture. It neither draws nor reads a terminal.

mod alternatives;
mod other_kinds;
mod outside;
mod time;

use std::os::fd::BorrowedFd;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::app::action::{Command, Input};
use crate::app::course::Course;
use crate::app::keys::Keymap;
use crate::app::{App, update};
use crate::bench::BenchError;
use crate::explain;
use crate::lesson::{Next, write};
use crate::practice::{Posed, Poser};
use crate::progress::Store;
use crate::saving;
use crate::script::check::Verdict;
use crate::session::{Session, Settings};
use crate::trace::{Event, Explanation};
use crate::world::World;
use crate::world::kind::ChannelId;

use alternatives::Trial;
use other_kinds::OtherKinds;
use outside::acts_from_outside;

/// How long a bench may go on before keys that act from outside no longer wait until it has settled.
const PATIENCE: Duration = Duration::from_millis(200);

/// What the program opens on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
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
pub struct Heard {
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
    session: Session,
    /// The line whose events were explained last.
    explained: u32,
    app: App,
    store: Store,
    /// Since when the bench has not been settled, and the statement that it is about.
    busy_since: Option<(Instant, u64)>,
    /// Makes a problem on the bench, which is nobody else's meanwhile.
    poser: Option<Poser>,
    /// What else could have happened, on its way beside the bench.
    trial: Option<Trial>,
    /// A question on other kinds of channel, on its way.
    other_kinds: Option<OtherKinds>,
    is_open: bool,
    is_over: bool,
    is_suspended: bool,
    /// Of which channel the kernel's figures were taken last, and how much was known then.
    sampled: Option<(ChannelId, u64)>,
}

impl Playground {
    /// A bench on which the opening statements are on their way.
    pub fn open(settings: Settings, opening: Opening, (course, store): (Course, Store)) -> Result<Self, BenchError> {
        let mut session = Session::open(settings)?;
        session.keep_notes();
        let mut app = App::new();
        app.notice = course.warning.clone().filter(|_| opening != Opening::Channels);
        app.course = course;
        let commands = match opening {
            Opening::Channels => update::open(&mut app),
            Opening::Lesson(at) => update::take(&mut app, session.world(), Some(at)),
            Opening::Lessons => update::take(&mut app, session.world(), None),
            Opening::Practice => update::practise(&mut app),
        };
        let mut playground = Self {
            session,
            explained: 0,
            app,
            store,
            busy_since: None,
            poser: None,
            trial: None,
            other_kinds: None,
            sampled: None,
            is_open: false,
            is_over: false,
            is_suspended: false,
        };
        playground.carry_out(commands);
        Ok(playground)
    }

    /// Somebody's own keys.
    pub fn bind(&mut self, keymap: Rc<Keymap>) {
        self.app.keymap = keymap;
    }

    /// One input; what it asks for is on its way when this returns.
    pub fn handle(&mut self, input: Input) {
        let commands = update::update(&mut self.app, self.session.world(), input);
        self.carry_out(commands);
        self.refresh_diagram();
        if self.session.is_settled() && self.app.past.is_none() {
            self.sample_focused();
        }
    }

    /// Takes in what has happened, without waiting. Says whether there may be something new to see.
    pub fn pump(&mut self) -> Result<bool, BenchError> {
        Ok(self.hear()?.is_new)
    }

    /// The same, with what has happened.
    pub fn hear(&mut self) -> Result<Heard, BenchError> {
        let came = self.trial.as_mut().and_then(Trial::pump);
        let has_come = came.is_some();
        if let Some(came) = came {
            self.trial = None;
            update::alternatives(&mut self.app, came);
        }
        let kinds = self.other_kinds.as_mut().and_then(|asked| asked.pump().map(|kinds| (asked.step, kinds)));
        let is_told = kinds.is_some();
        if let Some((step, kinds)) = kinds {
            self.other_kinds = None;
            self.handle(Input::OtherKinds(step, kinds));
        }
        let heard = self.hear_bench()?;
        Ok(Heard { is_new: heard.is_new || has_come || is_told, ..heard })
    }

    fn hear_bench(&mut self) -> Result<Heard, BenchError> {
        if let Some(poser) = self.poser.take() {
            return Ok(Heard { is_new: self.pose(poser)?, ..Heard::default() });
        }
        let was_settled = self.session.is_settled();
        let events = self.session.pump()?;
        for mishap in self.session.take_mishaps() {
            self.say(mishap);
        }
        if self.is_stuck() {
            self.session.note_stops();
        }
        self.app.observe(self.session.world());
        let reasons = if self.is_open { self.explain(&events) } else { Vec::new() };
        self.app.take(&events);
        self.note_time();
        self.refresh_diagram();
        if self.session.is_settled() {
            self.app.settle();
            self.sample_focused();
            let verdicts = self.verdicts();
            self.handle(Input::Settled(verdicts));
            self.is_open = true;
            self.busy_since = None;
        } else {
            // Statements that are run one by one, however many wait, are no reason to overtake them.
            let begun = self.session.begun();
            let since = self.busy_since.filter(|(_, about)| *about == begun || self.session.has_overtaken());
            self.busy_since = Some((since.map_or_else(Instant::now, |(since, _)| since), begun));
        }
        let is_new = !was_settled || !events.is_empty();
        let events = events.into_iter().filter(|event| !self.app.is_silent(event.line)).collect();
        Ok(Heard { is_new, events, reasons })
    }

    /// Goes on making a problem; what happens meanwhile is nobody's business.
    fn pose(&mut self, mut poser: Poser) -> Result<bool, BenchError> {
        let input = loop {
            self.session.pump()?;
            let is_late = poser.is_late();
            if !self.session.is_settled() && !is_late {
                self.poser = Some(poser);
                return Ok(false);
            }
            match poser.go_on(&mut self.session) {
                _ if is_late => {
                    break Input::NotPosed("no problem could be made: the bench does not settle".to_owned());
                }
                Ok(Posed::NotYet) => {}
                Ok(Posed::Ready(problem)) => break Input::Posed(problem),
                Err(error) => break Input::NotPosed(format!("no problem could be made: {error:#}")),
            }
        };
        self.busy_since = None;
        self.is_open = true;
        self.handle(input);
        Ok(true)
    }

    /// Whether there is a bench with channels for keys to act on: the opening statements have settled, and no problem is being made.
    pub fn is_open(&self) -> bool {
        self.is_open && self.poser.is_none()
    }

    /// Whether a problem is being made: nothing of it is to be seen.
    pub fn is_posing(&self) -> bool {
        self.poser.is_some()
    }

    /// Whether it was asked to end.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether it was asked to stop, since last asked.
    pub fn take_suspension(&mut self) -> bool {
        std::mem::take(&mut self.is_suspended)
    }

    /// The program is about to be stopped: all on the bench stand still. How many that are.
    pub fn freeze(&mut self) -> usize {
        self.session.freeze() + self.trials_mut().map(Trial::freeze).sum::<usize>()
    }

    /// It goes on, and so do they.
    pub fn thaw(&mut self) {
        self.session.thaw();
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
        self.session.is_settled()
    }

    /// The state, to be drawn.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The bench, to be drawn: as it is, or as it was where the past is looked at.
    pub fn world(&self) -> &World {
        self.app.past.as_ref().map_or(self.session.world(), |past| &past.world)
    }

    /// Whether a question is being asked on other kinds of channel.
    pub fn is_asking_other_kinds(&self) -> bool {
        self.other_kinds.is_some()
    }

    fn trials_mut(&mut self) -> impl Iterator<Item = &mut Trial> {
        self.trial.iter_mut().chain(self.other_kinds.as_mut().and_then(OtherKinds::trial_mut))
    }

    /// As [`Session::arm`].
    pub fn arm(&mut self) -> Option<Duration> {
        let trial = self.trials_mut().map(Trial::arm).min();
        [self.session.arm(), trial].into_iter().flatten().min()
    }

    /// As [`Session::disarm`], with which of [`Self::wait_fds`] were readable. Says whether the bench that is shown was among them.
    pub fn disarm(&mut self, ready: &[bool]) -> bool {
        let (own, others) = ready.split_at(self.session.wait_fds().len().min(ready.len()));
        let has_rung = own.contains(&true);
        self.session.disarm(has_rung);
        for trial in self.trials_mut() {
            trial.disarm(others.contains(&true));
        }
        has_rung
    }

    /// As [`Session::wait_fds`].
    pub fn wait_fds(&self) -> Vec<BorrowedFd<'_>> {
        let asked = self.other_kinds.as_ref().and_then(OtherKinds::trial);
        let others = self.trial.iter().chain(asked).flat_map(Trial::wait_fds);
        self.session.wait_fds().into_iter().chain(others).collect()
    }

    fn carry_out(&mut self, commands: Vec<Command>) {
        for command in commands {
            if let Command::Run(statement) = &command {
                self.app.said.push(statement);
            }
            match command {
                Command::Look(step) => self.look(step),
                Command::AskOtherKinds { step, guess, variants } => {
                    self.other_kinds = Some(OtherKinds::begin(step, guess, variants));
                }
                Command::TryAlternatives(statements) => match Trial::begin(&statements) {
                    Ok(trial) => self.trial = Some(trial),
                    Err(reason) => update::alternatives(&mut self.app, Err(reason)),
                },
                Command::Run(statement) if self.is_stuck() && acts_from_outside(&statement) => {
                    self.session.overtake(*statement);
                }
                Command::Run(statement) => {
                    if !self.session.submit(*statement) {
                        self.app.notice = Some("too many statements wait; this one was dropped".to_owned());
                    }
                }
                Command::Cancel => self.session.cancel(),
                Command::Save => {
                    if let Err(reason) = self.store.save(&self.app.course.progress) {
                        update::update(&mut self.app, self.session.world(), Input::NotKept(reason));
                    }
                }
                Command::SaveLesson => {
                    let words = self.save_lesson().unwrap_or_else(|reason| reason);
                    update::update(&mut self.app, self.session.world(), Input::Said(words));
                }
                Command::Pose { seed, number, wish } => {
                    self.poser = Some(Poser::begin((seed, number), wish, &mut self.session));
                }
                Command::Suspend => self.is_suspended = true,
                Command::Quit => self.is_over = true,
            }
        }
    }

    /// The kernel's figures for what has the focus, once after each change: an idle bench is not asked again.
    fn sample_focused(&mut self) {
        let world = self.session.world();
        let Some(facing) = self.app.focused(world) else { return };
        let key = (facing.channel, world.facts());
        if self.sampled == Some(key) {
            return;
        }
        self.session.sample(&[facing.near, facing.far]);
        self.sampled = Some((facing.channel, self.session.world().facts()));
    }

    /// A lesson in the folder where the program was started; gives what is to be said of it.
    fn save_lesson(&self) -> Result<String, String> {
        let done = self.session.done()?;
        let why = Some(self.session.why()).filter(|why| why.rule != explain::NOTHING).map(|why| why.text);
        let kernel = self.session.summary().kernel;
        let text = |number| write::lesson(&format!("From the bench, {number}"), done, why.as_deref(), &kernel);
        let path = saving::save_in(Path::new(""), &text)?;
        Ok(format!("saved here as {0}; `tincans check {0}` proves it", path.display()))
    }

    fn is_stuck(&self) -> bool {
        self.busy_since.is_some_and(|(since, _)| since.elapsed() > PATIENCE)
    }

    /// What a lesson's question would say to each of its options, now that its statement has settled.
    fn verdicts(&self) -> Vec<Option<Verdict>> {
        let next = self.app.course.current().map(|(lesson, taking)| taking.walk.next(lesson));
        let Some(Next::Ask(prediction)) = next else { return Vec::new() };
        prediction.options.iter().map(|option| self.session.would_hold(&option.expectations)).collect()
    }

    /// Each statement's events are explained by themselves.
    fn explain(&mut self, events: &[Event]) -> Vec<Explanation> {
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
            let explanation = explain::last(self.session.world(), of_one);
            if explanation.rule == explain::NOTHING {
                self.app.learn_that(of_one);
                continue;
            }
            reasons.push(explanation.clone());
            self.app.learn(self.session.world(), explanation);
        }
        reasons
    }
}
