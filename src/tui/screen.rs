//! The terminal as a place to draw: modes switched on and back, and each frame as one write(2). Bringing it back may be done
//! twice, and is done on every way out.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::ResetColor;
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use ratatui::layout::Rect;
use ratatui::prelude::CrosstermBackend;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::ui::{self, Scene};

/// Whether there is something to bring back.
static IS_ENTERED: AtomicBool = AtomicBool::new(false);

/// Bytes of one frame, gathered.
#[derive(Debug, Clone, Default)]
struct Frame(Rc<RefCell<Vec<u8>>>);

impl Write for Frame {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Nothing leaves before the frame is whole.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The alternate screen in raw mode; dropping it brings the terminal back.
pub struct Screen {
    terminal: Terminal<CrosstermBackend<Frame>>,
    frame: Frame,
}

impl Screen {
    /// Enters it.
    pub fn enter((width, height): (u16, u16)) -> io::Result<Self> {
        // crossterm would answer NO_COLOR by erasing bold as well; the theme honours it instead.
        crossterm::style::force_color_output(true);
        let frame = Frame::default();
        let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
        let terminal = Terminal::with_options(CrosstermBackend::new(frame.clone()), TerminalOptions { viewport })?;
        let screen = Self { terminal, frame };
        switch_on()?;
        Ok(screen)
    }

    /// Draws a frame and writes it at once.
    pub fn draw(&mut self, scene: Scene<'_>) -> io::Result<()> {
        queue!(self.frame, BeginSynchronizedUpdate)?;
        self.terminal.draw(|frame| ui::draw(frame, scene))?;
        queue!(self.frame, EndSynchronizedUpdate)?;
        let bytes = std::mem::take(&mut *self.frame.0.borrow_mut());
        write_out(&bytes)
    }

    /// The window has this size now, or its content is unknown: everything is drawn anew.
    pub fn resize(&mut self, (width, height): (u16, u16)) -> io::Result<()> {
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// After a stop the modes may be anybody's.
    pub fn enter_again(&mut self, size: (u16, u16)) -> io::Result<()> {
        switch_on()?;
        self.resize(size)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        bring_back();
    }
}

/// Presses and the wheel (1000), told with numbers of any size (1006).
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Whether the terminal is to report the mouse.
pub fn report_mouse(is_wanted: bool) -> io::Result<()> {
    write_out(if is_wanted { MOUSE_ON } else { MOUSE_OFF })
}

fn switch_on() -> io::Result<()> {
    enable_raw_mode()?;
    IS_ENTERED.store(true, Ordering::SeqCst);
    let mut bytes = Vec::new();
    queue!(bytes, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
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
    let _ = queue!(bytes, DisableBracketedPaste, ResetColor, LeaveAlternateScreen, Show);
    let _ = write_out(&bytes);
    let _ = disable_raw_mode();
}

/// One write(2): the standard writer passes what is longer than its buffer as it is, and the rest at the flush.
fn write_out(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}
