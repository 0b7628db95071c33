//! The terminal as a place to draw: modes switched on and back, and each frame as one write(2). Bringing it back may be done
//! twice, and is done on every way out.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::ResetColor;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::paint::Painter;
use crate::keeper;
use crate::sys::terminal::{self, Modes};
use crate::ui::{self, ViewContext, typed_line};

/// Whether there is something to bring back.
static IS_ENTERED: AtomicBool = AtomicBool::new(false);

/// The terminal's modes as they are while it is entered.
static RAW: Mutex<Option<Modes>> = Mutex::new(None);

/// Where all is written, also when the program panics, and what says that it is to end.
static OUTPUT: OnceLock<Output> = OnceLock::new();

/// How long the terminal is given to take the bytes that bring it back.
const FAREWELL: Duration = Duration::from_secs(1);

/// A non-blocking description of the terminal, and the note of a signal that ends the program.
#[derive(Debug)]
pub struct Output {
    /// As [`crate::sys::tty_input::TtyInput`] has it.
    pub terminal: OwnedFd,
    /// Not 0 once such a signal came: a terminal that takes nothing is waited for no longer.
    pub deadly: Arc<AtomicUsize>,
}

/// A frame of more bytes is one that eyes could see half of, and a caret that runs about: the terminal is told where it ends.
const SMALL: usize = 256;

/// The alternate screen in raw mode; dropping it brings the terminal back.
pub struct Screen {
    canvas: Canvas,
}

impl Screen {
    /// Enters it.
    pub fn enter(size: (u16, u16), output: Output) -> io::Result<Self> {
        let _ = OUTPUT.set(output);
        let term = std::env::var("TERM").unwrap_or_default();
        let screen = Self { canvas: Canvas::new(&term, size) };
        switch_on()?;
        Ok(screen)
    }

    /// Draws a frame and writes it at once, unless something comes between; whether it was written.
    pub fn draw_unless(&mut self, context: ViewContext<'_>, comes_between: impl FnOnce() -> bool) -> io::Result<bool> {
        let caret = self.canvas.begin(|buffer| ui::draw(context, buffer));
        if comes_between() {
            return Ok(false);
        }
        let bytes = self.canvas.end(caret);
        if !bytes.is_empty() {
            write_out(&bytes)?;
        }
        Ok(true)
    }

    /// Draws the line in which one types alone, where it stands as in the last frame: a letter need not wait for the picture.
    pub fn draw_line(&mut self, context: ViewContext<'_>) -> io::Result<()> {
        let place = typed_line::place(context, self.canvas.shown.area);
        let bytes = place
            .map_or_else(Vec::new, |place| self.canvas.line(place, |buffer| typed_line::draw(context, place, buffer)));
        if bytes.is_empty() { Ok(()) } else { write_out(&bytes) }
    }

    /// The window has this size now, or its content is unknown: everything is drawn anew.
    pub fn resize(&mut self, size: (u16, u16)) {
        self.canvas.resize(size);
    }

    /// After a stop the modes may be anybody's, whatever they are remembered to be: raw mode is left first, or it would be
    /// taken for one that is in force still.
    pub fn enter_again(&mut self, size: (u16, u16)) -> io::Result<()> {
        let _ = disable_raw_mode();
        switch_on()?;
        self.resize(size);
        Ok(())
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        bring_back();
    }
}

/// What the terminal shows, and the bytes that lead from there to the next frame.
struct Canvas {
    painter: Painter,
    shown: Buffer,
    next: Buffer,
    /// Where the hardware caret stands; none while it is hidden, as it is at first.
    caret: Option<Position>,
    is_unknown: bool,
}

impl Canvas {
    fn new(term: &str, (width, height): (u16, u16)) -> Self {
        let empty = Buffer::empty(Rect::new(0, 0, width, height));
        Self { painter: Painter::new(term), shown: empty.clone(), next: empty, caret: None, is_unknown: true }
    }

    fn resize(&mut self, (width, height): (u16, u16)) {
        self.next.resize(Rect::new(0, 0, width, height));
        self.shown = Buffer::empty(self.next.area);
        self.is_unknown = true;
        self.caret = None;
    }

    /// The next frame, which is not shown yet; gives the caret's place, as `draw` does.
    fn begin(&mut self, draw: impl FnOnce(&mut Buffer) -> Option<Position>) -> Option<Position> {
        self.next.reset();
        draw(&mut self.next)
    }

    /// The bytes that show it.
    fn end(&mut self, caret: Option<Position>) -> Vec<u8> {
        let mut bytes = Vec::new();
        if std::mem::take(&mut self.is_unknown) {
            bytes.extend_from_slice(b"\x1b[?25l");
            self.painter.begin_anew(&mut bytes);
        }
        self.painter.paint(&self.shown, &self.next, &mut bytes);
        std::mem::swap(&mut self.shown, &mut self.next);
        self.end_frame(bytes, caret)
    }

    /// The bytes of a frame in which only a line differs, if the caret stands in that line.
    fn line(&mut self, place: Rect, draw: impl FnOnce(&mut Buffer) -> Option<Position>) -> Vec<u8> {
        if self.is_unknown || self.caret.is_none_or(|caret| caret.y != place.y) {
            return Vec::new();
        }
        let area = Rect { y: place.y, height: 1, ..self.shown.area };
        let wide = usize::from(area.width);
        let first = usize::from(area.y) * wide;
        let shown = Buffer { area, content: self.shown.content[first..first + wide].to_vec() };
        let mut next = shown.clone();
        for x in place.left()..place.right() {
            next[(x, place.y)].reset();
        }
        let caret = draw(&mut next);
        let mut bytes = Vec::new();
        self.painter.paint(&shown, &next, &mut bytes);
        self.shown.content[first..first + wide].clone_from_slice(&next.content);
        self.end_frame(bytes, caret)
    }

    /// Puts the caret into its place, and says where the frame begins and ends if eyes could see half of it.
    fn end_frame(&mut self, mut bytes: Vec<u8>, caret: Option<Position>) -> Vec<u8> {
        if let Some(place) = caret {
            self.painter.go(place, &mut bytes);
        }
        let was_visible = std::mem::replace(&mut self.caret, caret).is_some();
        let is_small = bytes.len() <= SMALL;
        let hides = was_visible && (caret.is_none() || !is_small);
        let shows = caret.is_some() && (!was_visible || hides);
        if hides {
            bytes.splice(0..0, *b"\x1b[?25l");
        }
        if shows {
            bytes.extend_from_slice(b"\x1b[?25h");
        }
        if is_small {
            return bytes;
        }
        let mut whole = Vec::with_capacity(bytes.len() + 16);
        let _ = queue!(whole, BeginSynchronizedUpdate);
        whole.append(&mut bytes);
        let _ = queue!(whole, EndSynchronizedUpdate);
        whole
    }
}

/// Presses and the wheel (1000), told with numbers of any size (1006).
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Whether the terminal is to report the mouse.
pub fn report_mouse(is_wanted: bool) -> io::Result<()> {
    write_out(if is_wanted { MOUSE_ON } else { MOUSE_OFF })
}

/// Bytes that are no part of a frame: a sequence that the terminal is to obey by itself.
pub fn write_raw(bytes: &[u8]) -> io::Result<()> {
    write_out(bytes)
}

fn switch_on() -> io::Result<()> {
    enable_raw_mode()?;
    if let Ok(mut raw) = RAW.try_lock() {
        *raw = OUTPUT.get().and_then(|output| terminal::save(output.terminal.as_fd()));
    }
    IS_ENTERED.store(true, Ordering::SeqCst);
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
    keeper::tell(keeper::Screen::Uis);
    write_out(&bytes)
}

/// Brings the terminal back, each step whatever came of the last; the second time does nothing.
pub fn bring_back() {
    if !IS_ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut bytes = Vec::new();
    let _ = queue!(bytes, EndSynchronizedUpdate);
    bytes.extend_from_slice(MOUSE_OFF);
    let _ = queue!(bytes, DisableBracketedPaste, ResetColor);
    bytes.extend_from_slice(terminal::CLEAR);
    let _ = queue!(bytes, LeaveAlternateScreen, Show);
    let until = Instant::now() + FAREWELL;
    let _ = write_while(&bytes, |_| Instant::now() < until);
    // Where the guardian was killed the shell has the terminal by now. If it has set modes of its own they are its affair; a
    // shell without a line editor sets none, and reads in ours.
    let is_ours = |output: &Output| {
        let own = RAW.try_lock().map_or(None, |mut raw| raw.take());
        !terminal::is_somebody_elses(output.terminal.as_fd()) || terminal::save(output.terminal.as_fd()) == own
    };
    if OUTPUT.get().is_none_or(is_ours) {
        let _ = disable_raw_mode();
    }
    keeper::tell(keeper::Screen::Shells);
}

/// A report on the alternate screen would vanish with it. Only this process's panics: an agent has a hook of its own.
pub fn restore_before_panic_reports() {
    let owner = std::process::id();
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::process::id() == owner {
            bring_back();
        }
        report(info);
    }));
}

/// The terminal is another's, who has set it up anew: there is nothing to bring back until it is entered again.
pub fn let_go() {
    IS_ENTERED.store(false, Ordering::SeqCst);
    keeper::tell(keeper::Screen::Shells);
}

/// One write(2), where the terminal takes it; else as many as it takes, until a signal ends the program.
fn write_out(bytes: &[u8]) -> io::Result<()> {
    write_while(bytes, |output| output.deadly.load(Ordering::SeqCst) == 0)
}

fn write_while(bytes: &[u8], waits: impl Fn(&Output) -> bool) -> io::Result<()> {
    let output = OUTPUT.get().ok_or(io::ErrorKind::NotConnected)?;
    terminal::write_out(output.terminal.as_fd(), bytes, || waits(output))
}

#[cfg(test)]
mod tests;
