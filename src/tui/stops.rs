//! The UI stops and goes on: by Ctrl-Z and its signal, which are heard before, or by SIGSTOP, of which only SIGCONT tells.
//! While the terminal is the shell's, nothing is written to it.

use std::io::Write;
use std::os::fd::AsFd;

use crate::sys::job::{self, Reason};
use crate::sys::output;

use super::{DEFAULT_SIZE, HANGUP, LoopEnd, Tui, screen};

/// So many processes, in words.
fn processes(count: usize) -> String {
    if count == 1 { "1 process".to_owned() } else { format!("{count} processes") }
}

impl Tui {
    /// Gives the terminal back and stops, all on the bench too, until the shell says `fg`.
    pub(super) fn suspend(&mut self) -> Option<LoopEnd> {
        if !job::can_be_continued() {
            self.playground.say("nothing stops: no shell is behind this that could say fg".to_owned());
            self.is_dirty = true;
            return None;
        }
        let count = self.playground.freeze();
        screen::bring_back();
        let mut out = output::stdout(output::Format::Text);
        let _ = writeln!(out, "tincans: stopped, and {} with it; fg goes on", processes(count));
        drop(out);
        self.stand_still(Reason::Asked, count)
    }

    fn stand_still(&mut self, mut reason: Reason, count: usize) -> Option<LoopEnd> {
        loop {
            job::stop(reason);
            // `bg` gives no terminal, and without one there is nothing to do.
            reason = Reason::NoTerminal;
            if let Some(number) = self.signals.deadly() {
                return Some(LoopEnd::Signal(number));
            }
            if !job::is_in_background(self.tty.as_fd()) {
                break;
            }
            if !job::can_be_continued() {
                return Some(LoopEnd::Signal(HANGUP));
            }
        }
        self.signals.was_continued();
        self.signals.was_asked_to_stop();
        self.playground.thaw();
        self.playground.say(format!("{} stood still meanwhile", processes(count)));
        self.enter_again()
    }

    /// After a SIGSTOP, which nobody hears of before it is over.
    pub(super) fn go_on(&mut self) -> Option<LoopEnd> {
        if !job::is_in_background(self.tty.as_fd()) {
            return self.enter_again();
        }
        let count = self.playground.freeze();
        screen::let_go();
        self.stand_still(Reason::NoTerminal, count)
    }

    fn enter_again(&mut self) -> Option<LoopEnd> {
        self.size = self.tty.size().unwrap_or(DEFAULT_SIZE);
        self.resize_program();
        self.is_dirty = true;
        self.has_mouse = false;
        self.screen.enter_again(self.size).is_err().then_some(LoopEnd::Signal(HANGUP))
    }
}
