//! Keys that come before there is a bench for them to act on: they wait for it, and those that leave need not.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

use super::decode::Decoded;

/// An opening that takes longer may never end: from here on `q` and Esc leave, too, and a person is told. Long enough for a machine that
/// does much else, on which Esc was typed for the bench that is about to come.
const LATE: Duration = Duration::from_secs(3);
/// Keys that wait at most; what is typed beyond that is lost.
const MAX_WAITING: usize = 4096;

/// What was typed while there was no bench.
#[derive(Debug, Default)]
pub struct EarlyKeys {
    waiting: VecDeque<Decoded>,
    /// Since when there is no bench; none while there is one.
    since: Option<Instant>,
    is_told: bool,
}

impl EarlyKeys {
    /// There is no bench now.
    pub fn note_closed(&mut self) {
        self.since.get_or_insert_with(Instant::now);
    }

    /// There is one: what was typed meanwhile, in its order.
    pub fn take(&mut self) -> VecDeque<Decoded> {
        (self.since, self.is_told) = (None, false);
        std::mem::take(&mut self.waiting)
    }

    /// Another key. True if it means to leave, and not to wait.
    pub fn push(&mut self, decoded: Decoded) -> bool {
        let leaves = is_interrupt(&decoded.event) || (self.is_late() && self.asks_to_leave(&decoded.event));
        if self.waiting.len() < MAX_WAITING {
            self.waiting.push_back(decoded);
        }
        leaves
    }

    /// Whether a person is to be told that the opening takes long; once.
    pub fn is_to_be_told(&mut self) -> bool {
        self.is_late() && !std::mem::replace(&mut self.is_told, true)
    }

    /// Whether what was typed before it became late asks to leave.
    pub fn has_asked_to_leave(&self) -> bool {
        self.is_late() && self.waiting.back().is_some_and(|last| leaves_alone(&last.event))
    }

    /// How long until [`Self::is_to_be_told`].
    pub fn until_late(&self) -> Option<Duration> {
        let since = self.since.filter(|_| !self.is_told)?;
        Some(LATE.saturating_sub(since.elapsed()))
    }

    fn is_late(&self) -> bool {
        self.since.is_some_and(|since| since.elapsed() >= LATE)
    }

    /// `q` first of all or after Esc; else it is a letter of something typed ahead.
    fn asks_to_leave(&self, event: &Event) -> bool {
        let is_first = self.waiting.back().is_none_or(|last| is_escape(&last.event));
        is_escape(event) || (is_first && leaves_alone(event))
    }
}

fn is_interrupt(event: &Event) -> bool {
    matches!(event, Event::Key(KeyEvent { code: KeyCode::Char('c'), modifiers: KeyModifiers::CONTROL, .. }))
}

fn is_escape(event: &Event) -> bool {
    matches!(event, Event::Key(KeyEvent { code: KeyCode::Esc, .. }))
}

fn leaves_alone(event: &Event) -> bool {
    let is_q = matches!(event, Event::Key(KeyEvent { code: KeyCode::Char('q'), modifiers: KeyModifiers::NONE, .. }));
    is_q || is_escape(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Decoded {
        Decoded { event: Event::Key(KeyEvent::new(code, modifiers)), dropped: 0 }
    }

    fn letter(letter: char) -> Decoded {
        key(KeyCode::Char(letter), KeyModifiers::NONE)
    }

    fn late() -> EarlyKeys {
        EarlyKeys { since: Instant::now().checked_sub(2 * LATE), ..EarlyKeys::default() }
    }

    #[test]
    fn ctrl_c_leaves_at_once_and_q_and_esc_when_it_takes_long() {
        let mut keys = EarlyKeys::default();
        keys.note_closed();
        assert!(!keys.push(letter('q')) && !keys.push(key(KeyCode::Esc, KeyModifiers::NONE)));
        assert!(keys.push(key(KeyCode::Char('c'), KeyModifiers::CONTROL)));
        assert!(late().push(letter('q')) && late().push(key(KeyCode::Esc, KeyModifiers::NONE)));
        let mut typed = late();
        assert!(!typed.push(letter('w')) && !typed.push(letter('q')), "a letter of a word");
    }

    #[test]
    fn what_is_typed_ahead_comes_in_its_order() {
        let mut keys = EarlyKeys::default();
        keys.note_closed();
        for typed in "one".chars() {
            keys.push(letter(typed));
        }
        assert_eq!(Vec::from(keys.take()), "one".chars().map(letter).collect::<Vec<_>>());
        assert!(keys.until_late().is_none() && !keys.is_to_be_told());
    }
}
