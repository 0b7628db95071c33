//! An order as the bench keeps it: what the task is sent, the calls that its records stand for, and what the world is told.

use std::rc::Rc;

use crate::order::{Call, Loop, Outcome, Payload, Work};
use crate::trace::{Group, Ordered};

/// One order to one task, with its names.
#[derive(Debug, Clone)]
pub struct Assignment {
    work: Work,
    /// Its calls, one round: a record says which of them by its place.
    calls: Vec<Rc<Call>>,
    ordered: Rc<Ordered>,
}

impl Assignment {
    /// `name` is for what the order makes; `line` is that of its statement.
    pub fn new(work: Work, name: Option<String>, line: u32) -> Self {
        let (calls, group) = match &work {
            Work::Call(call) | Work::Then(call) => (vec![call.clone()], Group::Single),
            Work::Loop { of, .. } => (of.calls(), Group::Loop(of.clone())),
            Work::Reader { fd, count, .. } => (vec![Call::Read { fd: *fd, count: *count }], Group::Reader),
        };
        let calls = calls.into_iter().map(Rc::new).collect();
        Self { work, calls, ordered: Rc::new(Ordered { group, name, line }) }
    }

    /// What it is to do.
    pub fn work(&self) -> &Work {
        &self.work
    }

    /// What the world is told before its first call.
    pub fn ordered(&self) -> &Rc<Ordered> {
        &self.ordered
    }

    /// Whether it makes a `reader` of the task.
    pub fn makes_reader(&self) -> bool {
        self.ordered.group == Group::Reader
    }

    /// Whether it is one call, made once.
    pub fn is_single(&self) -> bool {
        self.ordered.group == Group::Single
    }

    /// Its first call.
    pub fn first_call(&self) -> &Call {
        &self.calls[0]
    }

    /// Its calls, one round.
    pub fn round(&self) -> &[Rc<Call>] {
        &self.calls
    }

    /// Whether it has so many calls.
    pub fn has_call(&self, step: u8) -> bool {
        usize::from(step) < self.calls.len()
    }

    /// The call that a record says is entered.
    pub fn call(&self, step: u8) -> Rc<Call> {
        Rc::clone(&self.calls[usize::from(step).min(self.calls.len() - 1)])
    }

    /// What an `echo` has read is what it writes next. Of a read whose bytes were not recorded only their number is known.
    pub fn note_returned(&mut self, step: u8, ret: i32, outcome: Option<&Outcome>) {
        let Group::Loop(Loop::Echo { fd }) = self.ordered.group else { return };
        let [read, write] = &mut self.calls[..] else { return };
        if step != 0 || ret <= 0 {
            return;
        }
        // It cannot have read more than it asks for; what a ring says is another matter.
        let arrived = u64::try_from(ret).unwrap_or(0).min(read.room().unwrap_or(0));
        let data = Payload::beginning(outcome.map(|outcome| outcome.data.clone()).unwrap_or_default(), arrived);
        let next = Call::Write { fd, data };
        // As a rule the same as before, and then the world has it already.
        if **write != next {
            *write = Rc::new(next);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::ECHO_BUFFER;

    #[test]
    fn an_echo_that_says_it_read_more_than_it_asked_for_writes_no_more_than_that() {
        let mut echo = Assignment::new(Work::Loop { of: Loop::Echo { fd: 3 }, keep: 0 }, None, 1);
        let outcome = Outcome { data: b"x".to_vec(), ..Outcome::default() };
        echo.note_returned(0, i32::MAX, Some(&outcome));
        assert_eq!(echo.call(1).offered(), Some(ECHO_BUFFER));
        assert_eq!(echo.call(1).payloads()[0].known(), 1);
    }
}
