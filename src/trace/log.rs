//! The events that are kept for looking back: a bounded ring, which counts what it had to drop.

use std::collections::VecDeque;

use super::Event;

/// The most events that are kept; the oldest go first.
pub const MAX_EVENTS: usize = 100_000;

/// The newest events, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Log {
    events: VecDeque<Event>,
    dropped: u64,
}

impl Log {
    /// Adds an event; at [`MAX_EVENTS`] the oldest is dropped.
    pub fn push(&mut self, event: Event) {
        if self.events.len() >= MAX_EVENTS {
            self.events.pop_front();
            self.dropped += 1;
        }
        self.events.push_back(event);
    }

    /// Those kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Event> + ExactSizeIterator {
        self.events.iter()
    }

    /// One of those kept, counted from the oldest.
    pub fn get(&self, at: usize) -> Option<&Event> {
        self.events.get(at)
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// How many were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::What;

    #[test]
    fn the_oldest_go_first_and_are_counted() {
        let mut log = Log::default();
        for line in 0..u32::try_from(MAX_EVENTS + 2).unwrap() {
            log.push(Event { line, task: None, what: What::Refused { reason: String::new() } });
        }
        assert_eq!((log.len(), log.dropped(), log.iter().next().unwrap().line), (MAX_EVENTS, 2, 2));
    }
}
