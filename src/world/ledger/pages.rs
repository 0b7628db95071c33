//! The pages that a pipe's bytes stand in: what it has room for is counted in these, not in bytes (pipe_write, pipe_read).

use std::collections::VecDeque;

use super::super::kind::Kind;
use super::Flow;

/// Pages of a pipe whose size nobody has asked or set.
pub const USUAL_PAGES: u64 = 16;

/// One page that something waits in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Page {
    /// Bytes that were ever put in: what is read stays occupied.
    filled: u64,
    /// Of them those that wait.
    left: u64,
}

/// The pages of a pipe that are in use, as far as they can be known from the calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pages {
    used: VecDeque<Page>,
    /// Calls that slept or overlapped may have filled them in another way.
    is_unsure: bool,
}

impl Pages {
    /// A write of `offered` bytes returned that it has put `taken` of them in. Its last part page joins what was there only if
    /// it fits there whole.
    pub fn put(&mut self, taken: u64, offered: u64, page: u64) {
        let (mut left, tail) = (taken, offered % page.max(1));
        if let Some(last) = self.used.back_mut().filter(|last| tail > 0 && last.filled + tail <= page) {
            let joins = tail.min(left);
            last.filled += joins;
            last.left += joins;
            left -= joins;
        }
        while left > 0 {
            let amount = page.max(1).min(left);
            self.used.push_back(Page { filled: amount, left: amount });
            left -= amount;
        }
    }

    /// A read took so many bytes from the front. A page is free when its last byte is read.
    pub fn take(&mut self, amount: u64) {
        let mut left = amount;
        while left > 0 {
            let Some(first) = self.used.front_mut() else {
                self.is_unsure = true;
                return;
            };
            let taken = first.left.min(left);
            first.left -= taken;
            left -= taken;
            if first.left == 0 {
                self.used.pop_front();
            }
        }
        self.is_unsure &= !self.used.is_empty();
    }

    /// Nothing waits any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Bytes went in or out in a way that does not tell which pages they used.
    pub fn lose_track(&mut self) {
        self.is_unsure = true;
    }

    /// Pages in use; none where that is not certain.
    pub fn used(&self) -> Option<u64> {
        (!self.is_unsure).then_some(self.used.len() as u64)
    }

    /// Bytes that the page written last has room for.
    pub fn room_in_last(&self, page: u64) -> u64 {
        self.used.back().map_or(0, |last| page.saturating_sub(last.filled))
    }

    /// Bytes of the first page that were read, and those that wait in it still.
    pub fn first(&self) -> Option<(u64, u64)> {
        self.used.front().map(|first| (first.filled - first.left, first.left))
    }
}

impl Flow {
    /// Pages of a pipe that are in use; each packet has one of its own. None where that is not certain.
    pub fn pages_in_use(&self) -> Option<u64> {
        if self.kind != Some(Kind::PacketPipe) {
            return self.pages.used();
        }
        (!self.has_foreign_pages(Kind::PacketPipe)).then_some(self.queue.len() as u64)
    }

    /// A write to a pipe has put bytes in its pages; reads that returned before it took `gone` of them.
    pub(super) fn fill_pages(&mut self, taken: u64, offered: u64, gone: u64) {
        let Some(page) = self.page else { return };
        self.pages.put(taken, offered, page);
        if gone > 0 {
            self.pages.take(gone);
            self.pages.lose_track();
        }
    }

    /// Bytes have come that no write has put in: splice(2) and tee(2) give pages of another pipe.
    pub fn lose_track_of_pages(&mut self) {
        self.pages.lose_track();
    }

    /// A read of a pipe has taken bytes out of them.
    pub(super) fn empty_pages(&mut self, amount: u64) {
        if self.page.is_some() {
            self.pages.take(amount);
        }
    }

    /// Where nothing waits, no page is in use: so, too, where a read returned before the write whose bytes it took.
    pub(super) fn free_pages_of_nothing(&mut self) {
        if self.queue.is_empty() {
            self.pages.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::super::ReadBytes;
    use super::*;
    use crate::order::Payload;
    use crate::trace::TaskId;

    /// A write of so many bytes has entered the kernel; its number.
    fn write(flow: &mut Flow, bytes: usize) -> u64 {
        let content: Rc<[Payload]> = Rc::from(vec![Payload::repeated(b"x".to_vec(), bytes as u64)]);
        flow.begin_write(TaskId(1), &content, Vec::new(), (Kind::Pipe, 4096))
    }

    #[test]
    fn what_was_read_before_its_write_returned_is_in_no_page() {
        let mut flow = Flow::default();
        let first = write(&mut flow, 5);
        flow.take_bytes(ReadBytes::new(TaskId(2), 5, b"xxxxx")).unwrap();
        let second = write(&mut flow, 4096);
        flow.finish_write(second, Ok(4096), false).unwrap();
        flow.finish_write(first, Ok(5), false).unwrap();
        assert_eq!(flow.pages_in_use(), None, "which of the two took a page first is not known");
        flow.take_bytes(ReadBytes::new(TaskId(2), 4096, b"")).unwrap();
        assert_eq!(flow.pages_in_use(), Some(0));

        let third = write(&mut flow, 5);
        flow.take_bytes(ReadBytes::new(TaskId(2), 5, b"xxxxx")).unwrap();
        flow.finish_write(third, Ok(5), false).unwrap();
        assert_eq!(flow.pages_in_use(), Some(0), "all of it is read");
        let fourth = write(&mut flow, 4096);
        flow.finish_write(fourth, Ok(4096), false).unwrap();
        assert_eq!(flow.pages_in_use(), Some(1));
    }

    #[test]
    fn a_write_joins_the_last_page_only_if_its_tail_fits_there() {
        let mut pages = Pages::default();
        (0..8).for_each(|_| pages.put(511, 511, 4096));
        assert_eq!((pages.used(), pages.room_in_last(4096)), (Some(1), 8));
        pages.put(511, 511, 4096);
        assert_eq!((pages.used(), pages.room_in_last(4096)), (Some(2), 4096 - 511));
        pages.put(4097, 4097, 4096);
        assert_eq!((pages.used(), pages.room_in_last(4096)), (Some(3), 0), "one byte joined, the rest is a page");
    }

    #[test]
    fn a_page_is_free_when_its_last_byte_is_read() {
        let mut pages = Pages::default();
        pages.put(8192, 8192, 4096);
        pages.take(4095);
        assert_eq!((pages.used(), pages.first()), (Some(2), Some((4095, 1))));
        pages.take(1);
        assert_eq!(pages.used(), Some(1));
        pages.take(5000);
        assert_eq!(pages.used(), None, "more was read than was known");
    }
}
