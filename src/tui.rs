//! The terminal UI's loop: one thread, one poll(2) over the terminal, signals and the bench; a frame only when there is something
//! new. It knows no statement and draws nothing itself.

mod clipboard;
pub mod decode;
mod early;
mod frames;
#[cfg(debug_assertions)]
mod mishap;
mod mouse;
mod paint;
mod pen;
mod program;
mod screen;
mod signals;
mod stops;

use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};

use color_eyre::eyre::{Result, WrapErr, eyre};
use crossterm::event::Event;

use crate::app::action::{Action, Input};
use crate::app::course::Course;
use crate::app::keys::Keymap;
use crate::bench::BenchError;
use crate::opened::Opened;
use crate::playground::{OpeningView, Playground};
use crate::progress::Store;
use crate::session::Settings;
use crate::sys::tty_input::{InputCheck, TtyInput};
use crate::sys::{output, poll, procfs, signal, slice};
use crate::ui::theme::Theme;
use crate::ui::{self, ViewContext, keymap};

use decode::{Decoded, Decoder};
use early::EarlyKeys;
pub use program::watch;
use screen::{Output, Screen};
use signals::Signals;

/// For how long what happens is taken in before keys are looked for again.
const TURN: Duration = Duration::from_millis(1);
/// Events of one statement that are worth showing to eyes: more of a `reader`'s calls are counted only.
const EVENTS_KEPT: usize = 2048;
/// The size of a terminal that does not know its own.
const DEFAULT_SIZE: (u16, u16) = (80, 24);
/// SIGHUP: what a terminal that is gone stands for.
const HANGUP: u8 = 1;

/// How it is to look and to be used, as the command line, the environment and a person's settings have it.
#[derive(Debug, Clone)]
pub struct Looks {
    /// The colours.
    pub theme: Theme,
    /// Whether clicks and the wheel are wanted.
    pub has_mouse: bool,
    /// Present mode from the start.
    pub is_for_a_room: bool,
    /// The keys.
    pub keymap: Rc<Keymap>,
    /// What could not be taken of the settings, one line each.
    pub complaints: Vec<String>,
}

/// Why the loop ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LoopEnd {
    Asked,
    Signal(u8),
}

/// Why there can be no UI here; none if there can.
pub fn obstacle() -> Option<&'static str> {
    let has_input = io::stdin().is_terminal();
    if has_input { output_obstacle() } else { Some("standard input is not a terminal") }
}

/// The same where something else comes from standard input.
pub fn output_obstacle() -> Option<&'static str> {
    let is_dumb = std::env::var("TERM").map_or(true, |term| term.is_empty() || term == "dumb");
    if !output::is_terminal() {
        Some("standard output is not a terminal")
    } else if is_dumb {
        Some("TERM says that this terminal cannot place a cursor")
    } else {
        None
    }
}

/// Runs the UI on a bench until it is left, on a terminal without [`obstacle`]; gives the exit status.
pub fn run(settings: Settings, opening: OpeningView, learning: (Course, Store), looks: Looks) -> Result<u8> {
    run_over(looks, settings, |settings, _| Playground::open(settings, opening, learning))
}

/// The same over a recording.
pub fn show(settings: Settings, opened: Opened, learning: (Course, Store), looks: Looks) -> Result<u8> {
    run_over(looks, settings, |settings, _| Ok(Playground::open_recording(opened, settings, learning)))
}

fn run_over(
    looks: Looks,
    settings: Settings,
    open: impl FnOnce(Settings, (u16, u16)) -> Result<Playground, BenchError>,
) -> Result<u8> {
    let tty = TtyInput::open_or_say().map_err(|reason| {
        let other = "after su, `script -q -c tincans /dev/null` gives one of your own; `tincans --plain` needs none";
        // Its name comes from /proc.
        let reason = procfs::obstacle().unwrap_or_else(|| format!("{reason}; {other}"));
        eyre!("the terminal cannot be opened: {reason}")
    })?;
    signal::ignore_background_writes();
    slice::be_quick();
    let signals = Signals::install().wrap_err("signals could not be watched")?;
    let settings = Settings { events_kept: EVENTS_KEPT, keeps_history: true, turn: Some(TURN), ..settings };
    let size = tty.size().unwrap_or(DEFAULT_SIZE);
    let mut playground = open(settings, size).wrap_err("the bench could not be opened")?;
    playground.bind(looks.keymap);
    if !looks.has_mouse {
        playground.handle(Input::Do(Action::ToggleMouse));
    }
    if looks.is_for_a_room {
        playground.handle(Input::Do(Action::Present));
    }
    if !looks.complaints.is_empty() {
        playground.handle(Input::Warned(looks.complaints));
    }
    screen::restore_before_panic_reports();
    let terminal = tty.as_fd().try_clone_to_owned().wrap_err("the terminal could not be shared")?;
    let output = Output { terminal, deadly: signals.deadly_note() };
    let screen = Screen::enter(size, output).wrap_err("the terminal could not be set up")?;
    let mut ui = Tui {
        tty,
        signals,
        playground,
        screen,
        theme: looks.theme,
        decoder: Decoder::default(),
        early: EarlyKeys::default(),
        waits_until: None,
        size,
        has_mouse: false,
        is_dirty: true,
        is_urgent: false,
        dirty_since: None,
    };
    let end = ui.live()?;
    let farewell = ui.farewell();
    drop(ui);
    Ok(match end {
        LoopEnd::Asked => {
            if let Some(words) = farewell {
                let _ = writeln!(output::stdout(output::Format::Text), "{words}");
            }
            0
        }
        LoopEnd::Signal(number) => 128 + number,
    })
}

/// The UI while it lives.
struct Tui {
    tty: TtyInput,
    signals: Signals,
    playground: Playground,
    screen: Screen,
    theme: Theme,
    decoder: Decoder,
    /// What was typed while there was no bench to act on.
    early: EarlyKeys,
    /// When the decoder is to be told that nothing more came.
    waits_until: Option<Instant>,
    size: (u16, u16),
    /// Whether the terminal reports the mouse.
    has_mouse: bool,
    is_dirty: bool,
    /// A key was pressed on a bench that was not settled.
    is_urgent: bool,
    /// Since when there is something new that is not on the screen.
    dirty_since: Option<Instant>,
}

fn context(playground: &Playground, theme: Theme) -> ViewContext<'_> {
    ViewContext { app: playground.app(), world: playground.world(), theme }
}

/// What woke the loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Woken {
    by_terminal: bool,
    by_signal: bool,
}

impl Tui {
    fn live(&mut self) -> Result<LoopEnd> {
        loop {
            if self.answers_at_once() && self.draw_line_first().is_err() {
                return Ok(LoopEnd::Signal(HANGUP));
            }
            self.is_dirty |= self.playground.pump()?;
            if self.playground.is_over() || self.wait_for_bench() {
                return Ok(LoopEnd::Asked);
            }
            if self.playground.take_suspension()
                && let Some(end) = self.suspend()
            {
                return Ok(end);
            }
            if let Some((what, text)) = self.playground.take_copy() {
                self.playground.handle(Input::Copied(clipboard::put(what, &text)));
                self.is_dirty = true;
            }
            if self.draw_if_due().is_err() {
                return Ok(LoopEnd::Signal(self.signals.deadly().unwrap_or(HANGUP)));
            }
            // One that came before there was anything to be woken by.
            if let Some(number) = self.signals.deadly() {
                return Ok(LoopEnd::Signal(number));
            }
            let woken = self.sleep()?;
            if woken.by_signal
                && let Some(end) = self.hear()
            {
                return Ok(end);
            }
            if woken.by_terminal
                && let Some(end) = self.read()
            {
                return Ok(end);
            }
            if self.be_patient() {
                return Ok(LoopEnd::Asked);
            }
        }
    }

    /// While there is no bench for keys to act on they wait, and a person is told how to leave; then they come. True if one of
    /// them leaves.
    fn wait_for_bench(&mut self) -> bool {
        if self.playground.is_open() {
            for decoded in self.early.take() {
                // One of them may have taken the bench away again.
                if self.playground.is_open() {
                    self.act_on(decoded);
                } else {
                    self.early.push(decoded);
                }
            }
            return false;
        }
        self.early.note_closed();
        if self.early.is_to_be_told() {
            self.playground.say("this takes long; Ctrl-C, Esc or q leaves".to_owned());
            self.is_dirty = true;
        }
        self.early.has_asked_to_leave()
    }

    fn sleep(&mut self) -> Result<Woken> {
        let now = Instant::now();
        let decoder = self.waits_until.map(|until| until.saturating_duration_since(now));
        let frame = (self.is_dirty && !self.playground.is_posing()).then(|| self.until_next_frame());
        // Last of all, because from here on the bench rings.
        let bench = self.playground.arm();
        let limit = [decoder, frame, bench, self.early.until_late()].into_iter().flatten().min();
        let own: [BorrowedFd<'_>; 2] = [self.signals.as_fd(), self.tty.as_fd()];
        let fds = [&own[..], &self.playground.wait_fds()].concat();
        let ready = poll::wait(&fds, limit)?;
        let of_bench = &ready[own.len()..];
        let woken = Woken { by_signal: ready[0], by_terminal: ready[1] };
        self.is_dirty |= self.playground.disarm(of_bench);
        Ok(woken)
    }

    fn hear(&mut self) -> Option<LoopEnd> {
        self.signals.drain();
        if let Some(number) = self.signals.deadly() {
            return Some(LoopEnd::Signal(number));
        }
        if self.signals.was_asked_to_stop()
            && let Some(end) = self.suspend()
        {
            return Some(end);
        }
        if self.signals.was_continued() {
            return self.go_on();
        }
        let size = self.tty.size().unwrap_or(DEFAULT_SIZE);
        if size != self.size {
            self.screen.resize(size);
            self.size = size;
            self.resize_program();
            self.is_dirty = true;
        }
        None
    }

    fn read(&mut self) -> Option<LoopEnd> {
        self.is_urgent = !self.playground.is_settled();
        let mut buffer = [0; 16 * 1024];
        match self.tty.read(&mut buffer) {
            InputCheck::HungUp => return Some(LoopEnd::Signal(HANGUP)),
            InputCheck::Nothing => return None,
            InputCheck::Bytes(count) => {
                if self.take_typed(&buffer[..count]) {
                    return Some(LoopEnd::Asked);
                }
            }
        }
        self.waits_until = self.decoder.patience().map(|patience| Instant::now() + patience);
        self.act().then_some(LoopEnd::Asked)
    }

    /// Nothing more came for an unfinished sequence.
    fn be_patient(&mut self) -> bool {
        let is_over = self.waits_until.is_some_and(|until| Instant::now() >= until);
        if is_over {
            self.waits_until = None;
            self.decoder.idle();
        }
        is_over && self.act()
    }

    /// Each event means what it means in the mode that the one before it led to. True if one leaves before there is a bench.
    fn act(&mut self) -> bool {
        while let Some(decoded) = self.decoder.pop() {
            if self.playground.is_open() {
                self.act_on(decoded);
            } else if self.early.push(decoded) {
                return true;
            }
        }
        false
    }

    fn act_on(&mut self, decoded: Decoded) {
        #[cfg(debug_assertions)]
        mishap::happen(&decoded.event);
        if let Event::Mouse(mouse) = decoded.event {
            return self.point(mouse);
        }
        let app = self.playground.app();
        let pressed = keymap::pressed(&app.keymap, app.mode, &decoded.event).filter(|_| app.present.is_on);
        if let Some(key) = pressed {
            self.playground.handle(Input::Pressed(key));
        }
        let app = self.playground.app();
        let Some(input) = keymap::input(&app.keymap, app.mode, decoded.event, decoded.dropped) else { return };
        let input = if let Input::Do(action) = input {
            Input::Do(ui::turned(context(&self.playground, self.theme), self.size, action))
        } else {
            input
        };
        self.playground.handle(input);
        self.is_dirty = true;
    }
}
