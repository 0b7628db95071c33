//! A program while it is graded: its events are held against the expectations, and what else it does that may be a mistake is
//! remembered.

use crate::abi::Errno;
use crate::diagnosis::{self, mistakes::Mistakes};
use crate::trace::{CallEvent, Event, What};
use crate::world::World;

use super::{Grade, reasons};

/// Expectations, and all that is known of how the program met them.
#[derive(Debug, Default)]
pub struct Grading {
    /// What was expected, and how much of it has come.
    pub grade: Grade,
    /// What it did that usually is a mistake.
    pub mistakes: Mistakes,
    /// Faults that the file asks for.
    pub excused: Vec<String>,
    /// A line was met that is about how the first task ends.
    pub is_end_wanted: bool,
}

impl Grading {
    /// Nothing has come yet.
    pub fn new(grade: Grade) -> Self {
        Self { grade, ..Self::default() }
    }

    /// One more event, after it was folded.
    pub fn event(&mut self, world: &World, event: &Event) {
        let is_met = self.grade.event(event);
        self.mistakes.event(world, event);
        if !is_met {
            return;
        }
        if let What::Call(call) = &event.what
            && call.errno != Errno::NONE
        {
            self.excuse(world, call);
        }
        if let What::Death { .. } = &event.what {
            self.is_end_wanted |= event.task.and_then(|id| world.task(id)).is_some_and(|task| task.by.is_none());
        }
    }

    /// A line wants this failure: it is no fault, and neither is what its reader left behind.
    fn excuse(&mut self, world: &World, call: &CallEvent) {
        self.mistakes.excuse(&call.task);
        self.excused.extend(diagnosis::broken(call));
        let end = call.call.fd().and_then(|fd| call.names.end_id(fd)).and_then(|id| world.end(id));
        if let Some(peer) = end.and_then(|end| world.end(end.peer?)) {
            self.excused.push(diagnosis::lost(&peer.label()));
            self.mistakes.leave_unread(peer.id);
        }
    }

    /// Why lines were not met, and what else it did that may be why. After the last event.
    pub fn why(&self, world: &World) -> Vec<String> {
        let mut lines = reasons::of(world, &self.grade.unmet(), &self.mistakes);
        lines.extend(self.mistakes.lines().iter().cloned());
        lines
    }
}
