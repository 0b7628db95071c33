//! Addresses that nobody is bound to any more, or whose file is gone: who had them, for the sake of those who ask there.

use crate::trace::TaskId;

use super::World;
use super::kind::EndId;
use super::origin::Origin;

/// Addresses that are remembered.
const MOST: usize = 64;

/// What became of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerAddress {
    /// As written.
    pub at: String,
    /// The socket that was bound to it last, by name.
    pub label: String,
    /// That socket.
    pub end: EndId,
    /// Who bound it.
    pub bound: Origin,
    /// The process that had the last descriptor of it, and the line in which that was closed.
    pub closed: Option<(TaskId, u32)>,
    /// Who took the name of its file away.
    pub unlinked: Option<Origin>,
}

impl FormerAddress {
    /// Whether bind(2) made a file of it.
    pub fn is_file(&self) -> bool {
        is_file(&self.at)
    }
}

/// Whether an address is the name of a file, and not an abstract one.
pub fn is_file(address: &str) -> bool {
    !address.trim_start_matches('"').starts_with('@') && !address.trim_start_matches('"').starts_with("\\0")
}

impl World {
    /// What is known of an address that a socket was bound to.
    pub fn former_address(&self, at: &str) -> Option<&FormerAddress> {
        self.former.iter().rev().find(|former| former.at == at)
    }

    /// bind(2) has succeeded.
    pub(super) fn note_bound(&mut self, by: TaskId, end: EndId, at: &str) {
        if self.ends.get(&end).is_none() {
            return;
        }
        self.former.retain(|former| former.at != at);
        if self.former.len() >= MOST {
            self.former.pop_front();
        }
        let (label, bound) = (self.label(end), self.origin(by, "bind"));
        self.former.push_back(FormerAddress { at: at.to_owned(), label, end, bound, closed: None, unlinked: None });
    }

    /// The last descriptor of the socket that was bound here is gone.
    pub(super) fn note_former_address(&mut self, at: &str, end: EndId) {
        let (by, line) = (self.ends.get(&end).and_then(|end| end.last_held_by), self.line);
        if let Some(former) = self.former.iter_mut().find(|former| former.at == at && former.end == end) {
            former.closed = by.map(|by| (by, line));
        }
    }

    /// unlink(2) has succeeded.
    pub(super) fn note_unlinked(&mut self, by: TaskId, at: &str) {
        let origin = self.origin(by, "unlink");
        if let Some(former) = self.former.iter_mut().find(|former| former.at == at) {
            former.unlinked = Some(origin);
        }
    }
}
