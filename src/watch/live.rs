//! A watched program as a source for the UI: records are folded as they come, and its terminal is drawn in a box. Dropping it
//! kills the watcher, and so everything that is watched.

use std::ffi::CString;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use crate::app::program::{ProgramScreen, Standing, StepOrder};
use crate::bench::BenchError;
use crate::recorder::Recorder;
use crate::recording::Recording;
use crate::source::{Nature, Source};
use crate::sys::{During, SysError, poll};
use crate::trace::{Death, Event, TaskId};

use super::follower::{Follower, FollowerUpdate, ProgramEnding};
use super::program_terminal::ProgramTerminal;
use super::start::{LaunchSetup, SchedulingMode, StartedWatcher, start};

/// For how long nothing has to come before all is said to be quiet: a frame is drawn at once then.
const QUIET: Duration = Duration::from_millis(20);
/// Frames that are read in one turn.
const READS_A_TURN: usize = 4;

/// How it is started.
#[derive(Debug, Clone, Copy, Default)]
pub struct LiveOptions {
    /// In which order its tasks go on.
    pub scheduling: SchedulingMode<'static>,
    /// Its output goes through a pipe, not to its terminal.
    pub has_pipe: bool,
}

/// A program that is watched while it runs.
#[derive(Debug)]
pub struct Watched {
    words: Vec<CString>,
    options: LiveOptions,
    started: StartedWatcher,
    terminal: ProgramTerminal,
    follower: Follower,
    /// What is to be said, and has not been yet.
    notes: Vec<String>,
    /// Who stands before which call, and nobody has been told yet.
    standing: Option<Vec<Standing>>,
    /// The terminal shows something new.
    has_drawn: bool,
    /// When all is quiet, if nothing more comes.
    quiet_at: Option<Instant>,
    /// The last pump did not take all that was there.
    is_cut_short: bool,
    has_ended: bool,
    /// The order of an earlier run that this one repeats.
    repeats: Vec<TaskId>,
}

impl Watched {
    /// Starts it on a terminal of its own of this size, in this way.
    pub fn start(
        words: &[CString],
        (size, options): ((u16, u16), LiveOptions),
        recorder: Option<Recorder>,
    ) -> Result<Self, SysError> {
        Self::begin(words.to_vec(), (size, options), options.scheduling, recorder)
    }

    fn begin(
        words: Vec<CString>,
        (size, options): ((u16, u16), LiveOptions),
        scheduling: SchedulingMode<'_>,
        recorder: Option<Recorder>,
    ) -> Result<Self, SysError> {
        let mut terminal = ProgramTerminal::open(size)?;
        let output = options.has_pipe.then(|| terminal.open_pipe()).transpose()?;
        let started = start(
            &words,
            LaunchSetup { terminal: Some(terminal.slave()), scheduling, output: output.as_ref(), bounds: None },
        )?;
        poll::do_not_block(started.receiver.pipe())?;
        Ok(Self {
            words,
            options,
            started,
            terminal,
            follower: Follower::new(recorder, true),
            notes: Vec::new(),
            standing: None,
            has_drawn: true,
            quiet_at: Some(Instant::now() + QUIET),
            is_cut_short: false,
            has_ended: false,
            repeats: Vec::new(),
        })
    }

    /// Nothing of it is left.
    fn kill(&mut self) {
        if !std::mem::replace(&mut self.has_ended, true) {
            let _ = self.started.kill();
        }
        self.started.reap();
    }

    /// The order until this moment. A run that is on its way through an earlier one stands for all of that.
    fn order_until(&mut self, moment: u64) -> Vec<TaskId> {
        let order = self.follower.order_until(moment);
        let is_on_its_way = moment == u64::MAX && !self.has_ended && self.repeats.starts_with(&order);
        if is_on_its_way { std::mem::take(&mut self.repeats) } else { order }
    }

    fn end(&mut self) -> Result<(), BenchError> {
        self.has_ended = true;
        self.follower.end();
        match self.follower.ending() {
            ProgramEnding::Died(_) => Ok(()),
            ProgramEnding::NotExecuted(errno) => {
                let name = self.words.first().map_or_else(String::new, |word| word.to_string_lossy().into_owned());
                Err(BenchError::Mishap(format!(
                    "{} cannot be executed: {} ({})",
                    crate::text::string(&name),
                    errno.name(),
                    errno.message()
                )))
            }
            ProgramEnding::NotWatched(reason) => {
                Err(BenchError::Mishap(format!("the program cannot be watched: {reason}")))
            }
        }
    }
}

impl Source for Watched {
    fn recording(&self) -> &Recording {
        self.follower.recording()
    }

    fn nature(&self) -> Nature {
        Nature { is_live: !self.has_ended, takes_statements: false, asks_kernel: false }
    }

    fn pump(&mut self) -> Result<Vec<Event>, BenchError> {
        let mut events = Vec::new();
        let mut has_come = self.terminal.pump();
        self.has_drawn |= has_come;
        self.is_cut_short = !self.has_ended;
        for _ in 0..READS_A_TURN {
            if self.has_ended {
                break;
            }
            let frames = self.started.receiver.receive().during("read what the watcher says")?;
            if self.started.receiver.is_over() {
                self.end()?;
                has_come = true;
            }
            if frames.is_empty() {
                self.is_cut_short = false;
                break;
            }
            has_come = true;
            for frame in frames {
                match self.follower.take(frame) {
                    FollowerUpdate::Events(more) => events.extend(more),
                    FollowerUpdate::Note(text) => self.notes.push(text),
                    FollowerUpdate::Standing(standing) => self.standing = Some(standing),
                    FollowerUpdate::Over => {}
                }
            }
        }
        self.notes.extend(self.follower.take_unwritten());
        let now = Instant::now();
        if has_come {
            self.quiet_at = Some(now + QUIET);
        } else if self.quiet_at.is_some_and(|at| at <= now) {
            self.quiet_at = None;
        }
        Ok(events)
    }

    fn is_settled(&self) -> bool {
        self.quiet_at.is_none()
    }

    fn arm(&mut self) -> Option<Duration> {
        if self.is_cut_short {
            return Some(Duration::ZERO);
        }
        self.quiet_at.map(|at| at.saturating_duration_since(Instant::now()))
    }

    fn wait_fds(&self) -> Vec<BorrowedFd<'_>> {
        let watcher = (!self.has_ended).then(|| self.started.receiver.pipe().as_fd());
        watcher.into_iter().chain(self.terminal.wait_fds()).collect()
    }

    fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    fn take_screen(&mut self) -> Option<ProgramScreen> {
        std::mem::take(&mut self.has_drawn).then(|| self.terminal.screen())
    }

    fn take_standing(&mut self) -> Option<Vec<Standing>> {
        self.standing.take()
    }

    fn step(&mut self, order: StepOrder) {
        self.started.order(order);
    }

    fn run_again(&mut self, moment: u64) -> Result<(), BenchError> {
        let order = self.order_until(moment);
        if !self.has_ended {
            self.kill();
            self.follower.end();
        }
        let place = (self.terminal.size(), self.options);
        *self = Self::begin(self.words.clone(), place, SchedulingMode::Recorded(&order), None)?;
        self.repeats = order;
        Ok(())
    }

    fn type_bytes(&mut self, bytes: &[u8]) {
        self.terminal.type_bytes(&as_wanted(bytes, &self.terminal));
    }

    fn resize(&mut self, size: (u16, u16)) {
        self.terminal.resize(size);
        self.has_drawn = true;
    }

    fn ending(&self) -> Option<String> {
        let ProgramEnding::Died(death) = self.follower.ending() else { return None };
        let words = if death == Death::Unknown { "is over".to_owned() } else { death.words() };
        self.has_ended.then_some(words)
    }

    fn freeze(&mut self) -> usize {
        self.started.stop();
        self.alive()
    }

    fn thaw(&mut self) {
        self.started.go_on();
    }

    fn alive(&self) -> usize {
        if self.has_ended {
            return 0;
        }
        let world = self.follower.recording().world();
        world.tasks().filter(|task| task.is_alive() && task.leads_process()).count()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Keys as the program's terminal sends them: marks of a paste only where it wants them, cursor keys in the form that it wants.
fn as_wanted(bytes: &[u8], terminal: &ProgramTerminal) -> Vec<u8> {
    const MARKS: [&[u8]; 2] = [b"\x1b[200~", b"\x1b[201~"];
    let (marks, application) = (terminal.wants_paste_marked(), terminal.wants_application_keys());
    let mut sent = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(first) = rest.first() {
        if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(mark)).filter(|_| !marks) {
            rest = &rest[mark.len()..];
            continue;
        }
        let is_cursor_key = rest.starts_with(b"\x1b[") && rest.get(2).is_some_and(|key| b"ABCDHF".contains(key));
        if is_cursor_key && application {
            sent.extend([0x1b, b'O', rest[2]]);
            rest = &rest[3..];
            continue;
        }
        sent.push(*first);
        rest = &rest[1..];
    }
    sent
}
