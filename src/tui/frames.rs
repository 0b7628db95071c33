//! When a frame is drawn, and what of it comes first.

use std::io;
use std::os::fd::AsFd as _;
use std::time::{Duration, Instant};

use super::{Tui, context};
use crate::sys::poll;
use crate::sys::tty_input::TtyInput;

/// How long what is new may wait for the rest of it, while something is going on.
const FRAME: Duration = Duration::from_millis(33);

/// Whether a key was pressed that has not been looked at.
fn is_readable(tty: &TtyInput) -> bool {
    poll::wait(&[tty.as_fd()], Some(Duration::ZERO)).is_ok_and(|ready| ready[0])
}

impl Tui {
    /// Draws at once when all is settled, else when eyes would miss it: what a key asked for is on the same frame as the key. A key
    /// that comes while a frame is made on a busy bench is looked at before it is written.
    pub(super) fn draw_if_due(&mut self) -> io::Result<()> {
        if self.is_dirty {
            self.dirty_since.get_or_insert_with(Instant::now);
        }
        if !self.is_dirty || self.playground.is_posing() || self.until_next_frame() > Duration::ZERO {
            return Ok(());
        }
        let settled = self.playground.is_settled();
        self.draw_unless(|tty| !settled && is_readable(tty))
    }

    /// Whether somebody pressed a key while things were going on whose end cannot be waited for. On a bench where all is settled
    /// what the key asked for comes first, and is on the same frame.
    pub(super) fn answers_at_once(&mut self) -> bool {
        std::mem::take(&mut self.is_urgent) && self.is_dirty && !self.playground.is_posing()
    }

    pub(super) fn draw_line_first(&mut self) -> io::Result<()> {
        self.screen.draw_line(context(&self.playground, self.theme))?;
        self.draw_unless(|_| false)
    }

    /// Draws a frame, which is dropped where something comes between before it is written: it is due still.
    fn draw_unless(&mut self, comes_between: impl FnOnce(&TtyInput) -> bool) -> io::Result<()> {
        self.keep_mouse()?;
        let context = context(&self.playground, self.theme);
        if self.screen.draw_unless(context, || comes_between(&self.tty))? {
            self.is_dirty = false;
            self.dirty_since = None;
        }
        Ok(())
    }

    pub(super) fn until_next_frame(&self) -> Duration {
        match self.dirty_since {
            Some(since) if !self.playground.is_settled() => FRAME.saturating_sub(since.elapsed()),
            _ => Duration::ZERO,
        }
    }
}
