//! A watched program without a terminal UI: its standard streams are its own, the transcript goes elsewhere, and its exit status
//! is this program's.

use std::ffi::CString;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::diagnosis;
use crate::grade::grading::Grading;
use crate::recorder::Recorder;
use crate::retold::Retold;
use crate::sys::child_signal;
use crate::sys::output;
use crate::sys::{During, SysError, kernel_release, poll, procfs};
use crate::trace::{Event, json, strace};
use crate::world::World;

use super::follower::{Follower, FollowerUpdate, ProgramEnding};
use super::link::Frame;
use super::start::{LaunchSetup, SchedulingMode, StartedWatcher, start};

/// How the transcript is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutputForm {
    /// strace's own form.
    Transcript,
    /// One JSON object a line.
    Json,
}

/// How to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadlessOptions {
    /// How the transcript is written.
    pub form: OutputForm,
    /// After so long the program is said to hang, and killed.
    pub timeout: Option<Duration>,
    /// Whether what went wrong is told at the end.
    pub checks: bool,
    /// The seed of the order in which tasks go; none: as they like.
    pub order: Option<u64>,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadlessResult {
    /// By itself.
    Program {
        /// How.
        ending: ProgramEnding,
        /// Nothing was wrong, where that was to be checked.
        is_clean: bool,
        /// All that was expected came.
        is_met: bool,
    },
    /// It did not end in time: it was killed.
    Hung,
}

/// Who listens to what the program does, beside the transcript.
#[derive(Debug, Default)]
pub struct Listeners {
    /// Writes the recording.
    pub recorder: Option<Recorder>,
    /// What is expected of the program.
    pub grading: Option<Grading>,
    /// Why not all of that came; empty until it has ended.
    pub why: Vec<String>,
    /// What it does, as a script.
    pub retold: Option<Retold>,
}

/// Watches a program to its end.
pub fn run(
    arguments: &[CString],
    options: HeadlessOptions,
    listeners: &mut Listeners,
    out: &mut dyn Write,
) -> Result<HeadlessResult, SysError> {
    child_signal::leave_keys_to_the_program()?;
    let started = start(
        arguments,
        LaunchSetup {
            scheduling: options.order.map_or(SchedulingMode::Free, SchedulingMode::Seeded),
            ..LaunchSetup::default()
        },
    )?;
    let follower = Follower::new(listeners.recorder.take(), false);
    let mut headless = Headless { options, follower, listeners, out };
    headless.announce(arguments);
    headless.run(started)
}

/// A program that is being watched, and what has come of it.
struct Headless<'a> {
    options: HeadlessOptions,
    follower: Follower,
    listeners: &'a mut Listeners,
    out: &'a mut dyn Write,
}

impl Listeners {
    fn take(&mut self, world: &World, event: &Event) {
        if let Some(grading) = &mut self.grading {
            grading.event(world, event);
        }
        if let Some(retold) = &mut self.retold {
            retold.event(event);
        }
    }
}

impl Headless<'_> {
    /// The event that says where all others come from.
    fn announce(&mut self, arguments: &[CString]) {
        if self.options.form == OutputForm::Json {
            let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
            let (program, argv) = words.split_first().map_or(("", &[][..]), |(first, rest)| (first, rest));
            let event = json!({
                "event": "source", "kind": "watch", "program": program, "argv": argv, "kernel": kernel_release(),
            });
            let _ = writeln!(self.out, "{}", json::spelled(event.to_string()));
        }
    }

    fn run(mut self, mut started: StartedWatcher) -> Result<HeadlessResult, SysError> {
        let deadline = self.options.timeout.map(|timeout| Instant::now() + timeout);
        while !started.receiver.is_over() {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            let is_readable = poll::wait(&[started.receiver.pipe().as_fd()], left)?;
            if is_readable.first() == Some(&true) {
                let frames = started.receiver.receive().during("read what the watcher says")?;
                for frame in frames {
                    self.take(frame);
                }
                let _ = self.out.flush();
            } else if left == Some(Duration::ZERO) {
                self.hang();
                started.kill()?;
                self.end();
                return Ok(HeadlessResult::Hung);
            }
        }
        self.end();
        if self.options.checks {
            say(self.follower.faults().lines());
        }
        let is_clean = !self.options.checks || self.follower.faults().is_clean();
        let is_met = self.listeners.grading.as_ref().is_none_or(|grading| grading.grade.unmet().is_empty());
        Ok(HeadlessResult::Program { ending: self.follower.ending(), is_clean, is_met })
    }

    fn end(&mut self) {
        self.follower.end();
        say(self.follower.take_unwritten().as_slice());
        if let Some(grading) = &mut self.listeners.grading {
            let world = self.follower.recording().world();
            grading.mistakes.end(world);
            if !grading.grade.unmet().is_empty() {
                self.listeners.why = grading.why(world);
            }
        }
        if cfg!(debug_assertions) {
            let found = self.follower.recording().world().contradictions();
            say(&found.map(|found| format!("ledger: {found}")).collect::<Vec<_>>());
        }
    }

    fn take(&mut self, frame: Frame) {
        match self.follower.take(frame) {
            // A reader that is gone is no reason to stop the program.
            FollowerUpdate::Events(events) => {
                for event in &events {
                    self.listeners.take(self.follower.recording().world(), event);
                }
                drop(print(&events, self.options.form, self.out));
            }
            FollowerUpdate::Note(text) => say(&[text]),
            // Nobody steps a program without a terminal.
            FollowerUpdate::Standing(_) | FollowerUpdate::Over => {}
        }
        say(self.follower.take_unwritten().as_slice());
    }

    /// The time is up: who sleeps in what, and why.
    fn hang(&mut self) {
        self.follower.faults().hung();
        let mut lines = self.follower.faults().lines().to_vec();
        lines.extend(diagnosis::hang(self.follower.recording().world()));
        lines.extend(self.unfollowed());
        if lines.is_empty() {
            lines.push("the time is up, and nobody is asleep: it computes".to_owned());
        }
        say(&lines);
    }

    /// Tasks that sleep in a call that is not followed, by the kernel's word.
    fn unfollowed(&self) -> Vec<String> {
        let world = self.follower.recording().world();
        let awake = world.tasks().filter(|task| task.is_alive() && task.sleeping_call().is_none());
        awake
            .filter_map(|task| {
                let name = procfs::sleeps_in(task.pid, task.tid)?;
                Some(format!("{} is asleep in {name}, which is about no channel.", task.name))
            })
            .collect()
    }
}

fn say(lines: &[String]) {
    for line in lines {
        let _ = writeln!(output::stderr(), "tincans: {line}");
    }
}

fn print(events: &[Event], form: OutputForm, out: &mut dyn Write) -> io::Result<()> {
    for event in events {
        match form {
            OutputForm::Json => writeln!(out, "{}", json::line(event))?,
            OutputForm::Transcript => strace::lines(event).iter().try_for_each(|line| writeln!(out, "{line}"))?,
        }
    }
    Ok(())
}
