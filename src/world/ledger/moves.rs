//! splice(2), tee(2), vmsplice(2) and sendfile(2) on their way here: nothing of them is there before the call moves it, and how much that
//! will be no argument says. So such a call is no write before it returns, unless a read or the kernel's figure shows its bytes.

use std::rc::Rc;

use crate::order::Payload;
use crate::trace::TaskId;

use super::super::kind::Kind;
use super::{Flow, Piece};

/// A call that may move bytes here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PendingMove {
    by: TaskId,
    /// All that it may move, as far as it is known.
    content: Rc<[Payload]>,
    /// What carries them, and bytes of a page.
    place: (Kind, u64),
    /// Reads before it began.
    reads_before: u64,
    /// Its number among the writes, once it is one.
    write: Option<u64>,
}

impl Flow {
    /// A call is entered that may move bytes here.
    pub fn expect_move(&mut self, by: TaskId, content: &Rc<[Payload]>, place: (Kind, u64)) {
        let (content, reads_before) = (Rc::clone(content), self.totals.reads);
        self.moves.push(PendingMove { by, content, place, reads_before, write: None });
    }

    /// The write that such a call has become, if it has.
    pub fn write_of_move(&self, by: TaskId) -> Option<u64> {
        self.moves.iter().find(|pending| pending.by == by)?.write
    }

    /// The call has returned, and is a write now if it moved anything or was seen to.
    pub fn end_move(&mut self, by: TaskId, has_moved: bool) -> Option<u64> {
        let at = self.moves.iter().position(|pending| pending.by == by)?;
        if has_moved {
            self.begin_move(at);
        }
        self.moves.remove(at).write
    }

    /// The task died in the call. Asleep, it had moved nothing that the figures did not show, and could not while nobody read.
    pub fn abandon_move(&mut self, by: TaskId, asleep: bool) {
        let is_own = |pending: &&PendingMove| pending.by == by;
        let may_have = self.moves.iter().find(is_own).is_some_and(|of| !asleep || of.reads_before != self.totals.reads);
        self.end_move(by, may_have);
    }

    /// Whether a call may put something in without having returned.
    pub(super) fn expects_moves(&self) -> bool {
        !self.moves.is_empty()
    }

    /// Whether a packet is of such a call: how long it is, and how many there are, is known once the call has returned.
    pub(super) fn is_of_unknown_length(&self, piece: Piece) -> bool {
        piece.is_packet && self.moves.iter().any(|pending| pending.write == Some(piece.write))
    }

    /// A read has brought what no write that is known can be: a call has moved it here, and not returned yet.
    pub(super) fn begin_moves_for(&mut self, data: &[u8]) {
        if self.moves.iter().all(|pending| pending.write.is_some()) {
            return;
        }
        let known = self.pick_where(|piece| self.matches(piece, data));
        if known.is_none_or(|at| !self.matches(self.queue[at], data)) {
            self.begin_moves();
        }
    }

    /// All calls that may have moved something are writes from now on.
    pub(super) fn begin_moves(&mut self) {
        (0..self.moves.len()).for_each(|at| self.begin_move(at));
    }

    fn begin_move(&mut self, at: usize) {
        let PendingMove { by, ref content, place, write, .. } = self.moves[at];
        if write.is_none() {
            let content = Rc::clone(content);
            self.moves[at].write = Some(self.begin_write(by, &content, Vec::new(), place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow_with_a_move(by: TaskId) -> Flow {
        let mut flow = Flow::default();
        let content: Rc<[Payload]> = Rc::new([Payload::repeated(b"z".to_vec(), 4000)]);
        flow.begin_write(TaskId(1), &content, Vec::new(), (Kind::Pipe, 4096));
        let unknown: Rc<[Payload]> = Rc::new([Payload::beginning(Vec::new(), 5000)]);
        flow.expect_move(by, &unknown, (Kind::Pipe, 4096));
        flow
    }

    #[test]
    fn a_call_that_moves_is_no_write_before_anything_shows_it() {
        let mut flow = flow_with_a_move(TaskId(2));
        assert_eq!((flow.totals.writes, flow.queue.len()), (1, 1));
        assert_eq!(flow.end_move(TaskId(2), false), None, "it returned without a byte");
        assert_eq!(flow.totals.writes, 1);
    }

    #[test]
    fn a_read_of_other_bytes_than_any_write_has_shows_a_move() {
        let mut flow = flow_with_a_move(TaskId(2));
        flow.take_bytes(super::super::ReadBytes::new(TaskId(3), 4, b"zzzz")).unwrap();
        assert_eq!(flow.totals.writes, 1, "these were written");
        flow.take_bytes(super::super::ReadBytes::new(TaskId(3), 4, b"yyyy")).unwrap();
        assert_eq!(flow.write_of_move(TaskId(2)), Some(2));
        assert_eq!(flow.end_move(TaskId(2), true), Some(2));
        flow.finish_write(2, Ok(4096), false).unwrap();
        flow.check_law().unwrap();
    }

    #[test]
    fn what_a_dead_task_moved_the_figures_say() {
        let mut flow = flow_with_a_move(TaskId(2));
        flow.abandon_move(TaskId(2), true);
        assert_eq!(flow.totals.writes, 1, "it slept, and nobody has read since");
        let mut flow = flow_with_a_move(TaskId(2));
        flow.abandon_move(TaskId(2), false);
        assert_eq!(flow.totals.writes, 2);
    }
}
