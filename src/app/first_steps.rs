//! The six steps that lead a newcomer on: words, the children's read, a death, what the survivor reads, the datagram channel, the
//! lessons. One is offered at a time; it is gone once it is done, in any way, or refused.

use crate::world::World;
use crate::world::channel::Channel;
use crate::world::kind::Kind;

use super::action::{Action, ChannelAction, Command, Learn};
use super::{App, Mode, channel_sides};

/// Words that a channel has to carry until they are enough to see what one read makes of them.
const WORDS: u64 = 3;

/// One of the six.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstStep {
    /// Three words are written.
    Words,
    /// The children read them.
    Enter,
    /// A child is killed.
    Kill,
    /// The parent reads what is left to be read.
    Read,
    /// The same on the datagram channel.
    Datagrams,
    /// The lessons are looked at.
    Lessons,
}

/// In their order.
pub const ALL: [FirstStep; 6] =
    [FirstStep::Words, FirstStep::Enter, FirstStep::Kill, FirstStep::Read, FirstStep::Datagrams, FirstStep::Lessons];

impl FirstStep {
    /// By which it is remembered that it was done or refused.
    pub fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Enter => "enter",
            Self::Kill => "kill",
            Self::Read => "read",
            Self::Datagrams => "datagrams",
            Self::Lessons => "lessons",
        }
    }

    /// Whether the bench shows that it was done.
    fn is_done(self, app: &App, world: &World) -> bool {
        let any_flow = |is_so: fn(u64, u64) -> bool| {
            let ends = world.channels().flat_map(|channel| channel.ends).filter_map(|end| world.end(end));
            ends.map(|end| end.inbox.totals).any(|totals| is_so(totals.writes, totals.reads))
        };
        match self {
            Self::Words => any_flow(|writes, _| writes >= WORDS),
            Self::Enter => any_flow(|_, reads| reads > 0),
            Self::Kill => world.tasks().any(|task| !task.is_alive()),
            Self::Read => world.channels().any(|channel| has_read_near(world, channel)),
            Self::Datagrams => world.channels().any(|channel| channel.kind == Kind::Dgram && has_lost(world, channel)),
            Self::Lessons => matches!(app.mode, Mode::List | Mode::Search) || app.course.taking.is_some(),
        }
    }
}

/// Whether something was read, EOF too, at the parent's end.
fn has_read_near(world: &World, channel: &Channel) -> bool {
    let facing = channel_sides::of(world, channel.id);
    facing.and_then(|facing| world.end(facing.near)).is_some_and(|end| !end.inbox.reads.is_empty())
}

/// Whether nobody holds one of its ends any more.
fn has_lost(world: &World, channel: &Channel) -> bool {
    channel.ends.iter().filter_map(|end| world.end(*end)).any(|end| end.closed)
}

impl App {
    /// The steps are offered: all of which it is not remembered that they are gone.
    pub(super) fn offer_first_steps(&mut self) {
        self.first_step = Some(0);
        self.pass_steps(|step, app| app.course.progress.is_step_gone(step.name()));
    }

    /// The step that is offered, and its number; none in a lesson, a recording or the past, and none when all are gone.
    pub fn first_step(&self) -> Option<(usize, FirstStep)> {
        let is_free = self.recording.is_none() && self.past.is_none() && self.course.shown().is_none();
        let at = self.first_step.filter(|_| is_free)?;
        Some((at + 1, *ALL.get(at)?))
    }

    /// What was done is no longer offered.
    pub(super) fn pass_done_steps(&mut self, world: &World) {
        self.pass_steps(|step, app| step.is_done(app, world) || app.course.progress.is_step_gone(step.name()));
    }

    fn pass_steps(&mut self, is_gone: impl Fn(FirstStep, &Self) -> bool) {
        while let Some(step) = self.first_step.and_then(|at| ALL.get(at)).filter(|step| is_gone(**step, self)) {
            let next = self.first_step.map_or(0, |at| at + 1);
            self.first_step = Some(next).filter(|next| *next < ALL.len());
            if self.first_step.is_none() && *step == FirstStep::Lessons {
                // All of them: they are not offered at the next start either.
                for step in ALL {
                    self.course.progress.pass_step(step.name());
                }
            }
        }
    }

    /// The step that is offered is refused; what is refused stays so.
    pub(super) fn skip_first_step(&mut self, world: &World) -> Vec<Command> {
        let Some((_, step)) = self.first_step() else {
            self.notice = Some("no first step is offered now".to_owned());
            return Vec::new();
        };
        self.course.progress.pass_step(step.name());
        self.pass_done_steps(world);
        if self.first_step.is_none() {
            self.notice = Some(format!("no more first steps; {} shows every key", self.key(Action::OpenHelp)));
        }
        vec![Command::Save]
    }

    /// What the step asks for, with the keys for it: in one sentence, and shorter.
    pub fn told_step(&self, step: FirstStep) -> [String; 2] {
        let key = |action| self.key(action);
        let off_line =
            if self.mode == Mode::Line { format!("{}, then ", key(Action::LeaveLine)) } else { String::new() };
        let on_line =
            if self.mode == Mode::Line { String::new() } else { format!("{}, then ", key(Action::EnterLine)) };
        let make = |action| key(Action::Make(action));
        let (kill, send) = (make(ChannelAction::Kill), key(Action::Send));
        let [long, short] = match step {
            FirstStep::Words => {
                [format!("{on_line}three words, {send} after each"), format!("{on_line}three words, {send} each")]
            }
            FirstStep::Enter => [
                format!("{on_line}{send} on the empty line: the children read"),
                format!("{on_line}{send} alone: they read"),
            ],
            FirstStep::Kill => [
                format!("{off_line}{kill}: kill the child. Who learns of it?"),
                format!("{off_line}{kill}: kill the child"),
            ],
            FirstStep::Read => {
                let read = make(ChannelAction::ReadNear);
                [
                    format!("{off_line}{read}: what does the parent read now?"),
                    format!("{off_line}{read}: the parent reads"),
                ]
            }
            FirstStep::Datagrams => {
                let next = key(Action::FocusNext);
                let keys = format!("{off_line}{next} {kill}");
                [format!("{keys}: kill on the datagram channel. Does EOF come?"), format!("{keys}: datagrams")]
            }
            FirstStep::Lessons => {
                let list = key(Action::Learn(Learn::List));
                [format!("{off_line}{list}: the lessons ask such questions"), format!("{off_line}{list}: the lessons")]
            }
        };
        [long, short]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::Input;
    use crate::app::recorded_bench::{PARENT, RecordedBench};
    use crate::app::update::update;
    use crate::trace::TaskId;

    fn offered(app: &mut App, stage: &RecordedBench) -> Option<FirstStep> {
        app.observe(&stage.world);
        app.first_step().map(|(_, step)| step)
    }

    #[test]
    fn a_step_is_gone_when_the_bench_shows_that_it_was_done_whatever_key_did_it() {
        let (mut app, mut stage) = (App::new(), RecordedBench::open());
        assert_eq!(offered(&mut app, &stage), None);
        app.offer_first_steps();
        assert_eq!(offered(&mut app, &stage), Some(FirstStep::Words));
        for word in [b"one", b"two"] {
            stage.write(PARENT, 3, word);
        }
        assert_eq!(offered(&mut app, &stage), Some(FirstStep::Words));
        stage.write(PARENT, 3, b"three");
        assert_eq!(offered(&mut app, &stage), Some(FirstStep::Enter));
        stage.kill(TaskId(1));
        assert_eq!(offered(&mut app, &stage), Some(FirstStep::Enter));
    }

    #[test]
    fn what_is_refused_stays_so_and_is_kept() {
        let (mut app, stage) = (App::new(), RecordedBench::open());
        app.offer_first_steps();
        for step in ALL {
            assert_eq!(offered(&mut app, &stage), Some(step));
            assert_eq!(update(&mut app, &stage.world, Input::Do(Action::SkipStep)), [Command::Save]);
        }
        assert_eq!(offered(&mut app, &stage), None);
        assert!(update(&mut app, &stage.world, Input::Do(Action::SkipStep)).is_empty());
        let mut next = App::new();
        next.course.progress = app.course.progress.clone();
        next.offer_first_steps();
        assert_eq!(offered(&mut next, &stage), None);
    }

    #[test]
    fn the_last_one_is_gone_once_the_lessons_are_listed_and_then_all_are() {
        let (mut app, stage) = (App::new(), RecordedBench::open());
        app.offer_first_steps();
        for _ in 1..ALL.len() {
            update(&mut app, &stage.world, Input::Do(Action::SkipStep));
        }
        assert_eq!(offered(&mut app, &stage), Some(FirstStep::Lessons));
        app.mode = Mode::List;
        app.observe(&stage.world);
        app.mode = Mode::Keys;
        assert_eq!(offered(&mut app, &stage), None);
        assert!(ALL.iter().all(|step| app.course.progress.is_step_gone(step.name())));
    }
}
