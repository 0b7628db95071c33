//! A watched program without a terminal UI: its standard streams are its own, the transcript goes elsewhere, and its exit status
//! is this program's.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use crate::abi::{Errno, Signal};
use crate::diagnosis::{self, Faults};
use crate::recording::{Keeping, Recording};
use crate::sys::child_signal;
use crate::sys::fork::{self, Forked, exit_child};
use crate::sys::output;
use crate::sys::{During, SysError, poll, procfs};
use crate::trace::{Death, Event, json, strace};

use super::link::{Frame, Receiver, Sender};
use super::watcher::Watcher;

/// How the transcript is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// strace's own form.
    Transcript,
    /// One JSON object a line.
    Json,
}

/// How to watch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How the transcript is written.
    pub form: Form,
    /// After so long the program is said to hang, and killed.
    pub timeout: Option<Duration>,
    /// Whether what went wrong is told at the end.
    pub checks: bool,
}

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// As the program did, and whether nothing was wrong, where that was to be checked.
    Program(Death, bool),
    /// It did not end in time: it was killed.
    Hung,
    /// It could not be executed.
    NotExecuted(Errno),
    /// It could not be watched, or what watched it was killed.
    NotWatched(String),
}

/// Watches a program to its end.
pub fn run(arguments: &[CString], options: Options, out: &mut dyn Write) -> Result<Ended, SysError> {
    child_signal::leave_keys_to_the_program()?;
    let started = start(arguments)?;
    Headless::new(options, out).run(started)
}

/// A program that is being watched, and what has come of it.
struct Headless<'a> {
    options: Options,
    recording: Recording,
    faults: Faults,
    out: &'a mut dyn Write,
    ended: Option<Ended>,
}

impl<'a> Headless<'a> {
    fn new(options: Options, out: &'a mut dyn Write) -> Self {
        let keeping = Keeping { every_call: false, past: false, events: usize::MAX, unwritten: false };
        Self { options, recording: Recording::new(keeping), faults: Faults::default(), out, ended: None }
    }

    fn run(mut self, mut started: Started) -> Result<Ended, SysError> {
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
                return Ok(Ended::Hung);
            }
        }
        if self.options.checks {
            self.faults.end(self.recording.world());
            say(self.faults.lines());
        }
        let is_clean = !self.options.checks || self.faults.is_clean();
        Ok(match self.ended {
            Some(Ended::Program(death, _)) => Ended::Program(death, is_clean),
            Some(other) => other,
            None => Ended::NotWatched("what watched the program is gone, and so is the program".to_owned()),
        })
    }

    fn take(&mut self, frame: Frame) {
        match frame {
            Frame::Record(record) => {
                self.recording.fold(record);
                let events = self.recording.settle_spontaneous();
                for event in &events {
                    self.faults.event(self.recording.world(), event);
                }
                // A reader that is gone is no reason to stop the program.
                let _ = print(&events, self.options.form, self.out);
            }
            Frame::Note(text) => say(&[text]),
            Frame::Ended(status) => {
                self.ended = Some(Ended::Program(Death::of_status(status).unwrap_or(Death::Unknown), true));
            }
            Frame::NotExecuted(errno) => self.ended = Some(Ended::NotExecuted(Errno(errno))),
            Frame::Failed(reason) => self.ended = Some(Ended::NotWatched(reason)),
        }
    }

    /// The time is up: who sleeps in what, and why.
    fn hang(&mut self) {
        self.faults.hung();
        let mut lines = self.faults.lines().to_vec();
        lines.extend(diagnosis::hang(self.recording.world()));
        lines.extend(self.unfollowed());
        if lines.is_empty() {
            lines.push("the time is up, and nobody is asleep: it computes".to_owned());
        }
        say(&lines);
    }

    /// Tasks that sleep in a call that is not followed, by the kernel's word.
    fn unfollowed(&self) -> Vec<String> {
        let awake = self.recording.world().tasks().filter(|task| task.is_alive() && task.sleeping_call().is_none());
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

/// A watcher that was started.
#[derive(Debug)]
pub struct Started {
    /// What it says.
    pub receiver: Receiver,
    process: OwnedFd,
}

impl Started {
    /// Kills the watcher, and with it all that is watched.
    pub fn kill(&self) -> Result<(), SysError> {
        fork::send_signal(&self.process, Signal::KILL.0)
    }
}

/// Starts the watcher in a process of its own, tied to this one.
pub fn start(arguments: &[CString]) -> Result<Started, SysError> {
    let (ours, theirs) = open_pipe()?;
    let own = std::process::id();
    match fork::fork().map_err(|errno| SysError { operation: "fork the watcher", errno })? {
        Forked::Parent(pid) => Ok(Started { receiver: Receiver::new(ours), process: fork::open_pidfd(pid)? }),
        Forked::Child => {
            drop(ours);
            let mut sender = Sender::new(theirs);
            if !child_signal::die_with_parent(i32::try_from(own).unwrap_or(0)).unwrap_or(false) {
                exit_child(1);
            }
            match Watcher::watch(arguments, &mut sender) {
                Ok(ending) => sender.end(ending),
                Err(error) => {
                    sender.send(&Frame::Failed(error.to_string()));
                    super::watcher::Output::flush(&mut sender);
                }
            }
            exit_child(0)
        }
    }
}

fn open_pipe() -> Result<(File, File), SysError> {
    let (read, write) = io::pipe().during("make a pipe")?;
    Ok((File::from(OwnedFd::from(read)), File::from(OwnedFd::from(write))))
}

fn print(events: &[Event], form: Form, out: &mut dyn Write) -> io::Result<()> {
    for event in events {
        match form {
            Form::Json => writeln!(out, "{}", json::line(event))?,
            Form::Transcript => strace::lines(event).iter().try_for_each(|line| writeln!(out, "{line}"))?,
        }
    }
    Ok(())
}
