//! Bytes that somebody who is not in the picture wrote or read.

use std::rc::Rc;

use crate::order::Payload;

use super::super::kind::EndId;
use super::Flow;

impl Flow {
    /// Bytes that somebody outside wrote, and that were read at once.
    pub(super) fn supply(&mut self, bytes: u64) {
        self.totals.written += bytes;
        self.totals.read += bytes;
    }

    /// Somebody outside reads all that is certainly there. Gives the descriptors that went with it.
    pub fn read_outside(&mut self) -> Vec<EndId> {
        let mut fds = Vec::new();
        while let Some(piece) = self.queue.front().copied().filter(|piece| !piece.tentative) {
            fds.append(&mut self.take_fds(piece.write));
            self.consume(0, piece.len);
        }
        fds
    }

    /// What a write sends is known now.
    pub fn set_content(&mut self, number: u64, content: Rc<[Payload]>) {
        if let Some(index) = self.index_of(number) {
            self.writes[index].content = content;
        }
    }
}
