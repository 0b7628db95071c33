//! A watched program without a terminal UI: its standard streams are its own, the transcript goes elsewhere, and its exit status
//! is this program's.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;

use crate::abi::Errno;
use crate::recording::{Keeping, Recording};
use crate::sys::child_signal;
use crate::sys::fork::{Forked, exit_child, fork};
use crate::sys::{During, SysError};
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

/// How it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// As the program did.
    Program(Death),
    /// It could not be executed.
    NotExecuted(Errno),
    /// It could not be watched, or what watched it was killed.
    NotWatched(String),
}

/// Watches a program to its end.
pub fn run(arguments: &[CString], form: Form, out: &mut dyn Write) -> Result<Ended, SysError> {
    child_signal::leave_keys_to_the_program()?;
    let mut receiver = start(arguments)?;
    let keeping = Keeping { every_call: false, past: false, events: usize::MAX, unwritten: false };
    let mut recording = Recording::new(keeping);
    let mut ended = None;
    while !receiver.is_over() {
        let frames = receiver.receive().during("read what the watcher says")?;
        for frame in frames {
            match frame {
                Frame::Record(record) => {
                    recording.fold(record);
                    // A reader that is gone is no reason to stop the program.
                    let _ = print(&recording.settle_spontaneous(), form, out);
                }
                Frame::Note(text) => {
                    let _ = writeln!(io::stderr(), "tincans: {text}");
                }
                Frame::Ended(status) => {
                    ended = Some(Ended::Program(Death::of_status(status).unwrap_or(Death::Unknown)));
                }
                Frame::NotExecuted(errno) => ended = Some(Ended::NotExecuted(Errno(errno))),
                Frame::Failed(reason) => ended = Some(Ended::NotWatched(reason)),
            }
        }
        let _ = out.flush();
    }
    Ok(ended.unwrap_or_else(|| Ended::NotWatched("what watched the program is gone, and so is the program".to_owned())))
}

/// Starts the watcher in a process of its own, tied to this one.
pub fn start(arguments: &[CString]) -> Result<Receiver, SysError> {
    let (ours, theirs) = open_pipe()?;
    let own = std::process::id();
    match fork().map_err(|errno| SysError { operation: "fork the watcher", errno })? {
        Forked::Parent(_) => Ok(Receiver::new(ours)),
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
