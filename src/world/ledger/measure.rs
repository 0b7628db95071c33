//! What the kernel's figure says of calls that have not returned: how much sleepers have put in, and the dead before they died.

use crate::trace::TaskId;

use super::super::kind::Kind;
use super::flow::REACH;
use super::{Flow, Piece};

/// A write that has not returned.
struct Share {
    number: u64,
    /// Whose it is, if that is remembered.
    by: Option<TaskId>,
    /// Bytes of it that may be in the queue.
    len: u64,
    /// Bytes of it that are.
    inside: u64,
    is_dead: bool,
}

impl Flow {
    /// So much of a write went in, as the kernel's figures say.
    pub(super) fn decide(&mut self, number: u64, taken: u64) {
        let Some(index) = self.index_of(number) else { return };
        let offered = self.writes[index].offered;
        let result = self.finish_write(number, Ok(taken.min(offered)), false);
        debug_assert!(result.is_ok(), "a decided write was read beyond its end");
        if taken == 0 {
            self.queue.retain(|piece| piece.write != number);
        }
    }

    /// Whether writes of several tasks wait: of a stream, one that slept may have gone in piece by piece between others.
    pub fn is_interleaved(&self) -> bool {
        self.is_mixed
    }

    /// Whether anything may be in the kernel, also of a call that has not returned: not where that has said that nothing is.
    pub fn may_hold_something(&self) -> bool {
        self.measured != Some(0) && (!self.queue.is_empty() || self.expects_moves())
    }

    /// Whether the kernel calls it unread: a message of no bytes at the front does not count (unix_release_sock).
    pub fn is_unread(&self) -> bool {
        let skipped = usize::from(self.queue.front().is_some_and(|first| first.len == 0));
        self.queue.len() > skipped
    }

    /// The kernel says how many bytes wait: that decides what unreturned writes have put in so far.
    pub fn measure(&mut self, bytes: u64, kind: Kind, is_dead: impl Fn(TaskId) -> bool) {
        let certain = self.certain();
        let is_one_there = self.queue.front().is_some_and(|piece| !piece.tentative && piece.len > 0);
        if kind == Kind::Dgram && bytes == 0 && is_one_there {
            // All of them are in the call of somebody who waits for more.
            (self.measured, self.measured_reads) = (Some(0), self.totals.reads);
            return;
        }
        if kind == Kind::Dgram && certain > 0 {
            return self.come_first(bytes);
        }
        let known: u64 = self.queue.iter().map(|piece| piece.len).sum();
        if bytes > known {
            self.begin_moves();
        }
        let mut shares = self.shares(is_dead);
        self.share_out(bytes.saturating_sub(certain), &mut shares);
        for (at, Share { number, inside, is_dead, .. }) in shares.into_iter().enumerate() {
            // Of datagrams it is the length of the first: what is behind it is decided when that one is gone.
            let is_told = kind != Kind::Dgram || at == 0 || bytes == 0;
            let Some(index) = self.index_of(number) else { continue };
            self.writes[index].inside = inside;
            if is_dead && is_told {
                self.decide(number, self.writes[index].gone + inside);
            }
        }
        self.measured = Some(bytes);
        self.measured_reads = self.totals.reads;
    }

    /// Of datagrams the kernel tells the length of the first. Where several writers came at one time, that says who was first.
    fn come_first(&mut self, len: u64) {
        let is_known = self.queue.front().is_some_and(|piece| piece.tentative || piece.len == len);
        if is_known || !self.is_mixed {
            return;
        }
        if let Some(at) = self.queue.iter().take(REACH).position(|piece| !piece.tentative && piece.len == len)
            && let Some(piece) = self.queue.remove(at)
        {
            self.queue.push_front(piece);
        }
    }

    /// Nobody is reading now: what is missing from the queue went with the readers that died. Of datagrams the kernel tells the
    /// first alone.
    pub fn lose_what_the_dead_took(&mut self, bytes: u64, kind: Kind) {
        if std::mem::take(&mut self.reader_died) && (kind != Kind::Dgram || bytes == 0) {
            self.lose(self.certain().saturating_sub(bytes));
        }
    }

    /// Messages that wait, as far as the calls and the kernel's figures tell; none where the kernel has said so, because
    /// somebody's call has them.
    pub fn least_messages(&self) -> u64 {
        if self.measured == Some(0) && self.certain() > 0 {
            return 0;
        }
        if !self.queue.has_tentative() {
            return self.queue.len() as u64;
        }
        let (mut writes, mut count) = ((0, 0), 0);
        for piece in self.queue.iter() {
            if !piece.tentative {
                count += 1;
                continue;
            }
            if writes.0 != piece.write {
                writes = (piece.write, self.write(piece.write).map_or(0, |write| write.inside));
            }
            if piece.len > 0 && writes.1 >= piece.len {
                writes.1 -= piece.len;
                count += 1;
            }
        }
        count
    }

    /// The same where that is all of them: of datagrams the kernel tells the first alone, whatever else a sleeper has put in.
    pub fn messages(&self) -> Option<u64> {
        let tells_first = self.kind == Some(Kind::Dgram) && self.waiting() > 0;
        let may_hide = |(at, piece): (usize, &Piece)| at > 0 && piece.tentative;
        (!tells_first || !self.queue.iter().enumerate().any(may_hide)).then(|| self.least_messages())
    }

    fn shares(&self, is_dead: impl Fn(TaskId) -> bool) -> Vec<Share> {
        let mut shares: Vec<Share> = Vec::new();
        for piece in self.queue.iter().filter(|piece| piece.tentative) {
            if let Some(last) = shares.last_mut().filter(|last| last.number == piece.write) {
                last.len += piece.len;
                continue;
            }
            let write = self.write(piece.write);
            let is_dead = write.is_some_and(|write| is_dead(write.by));
            let inside = write.map_or(0, |write| write.inside);
            let by = write.map(|write| write.by);
            shares.push(Share { number: piece.write, by, len: piece.len, inside, is_dead });
        }
        shares
    }

    /// What a sleeper was known to have put in is its own still. What came since is the dead one's, whom death woke; else the
    /// newest one's, because nobody had room to go on; else, where somebody read, the oldest one's.
    fn share_out(&self, mut bytes: u64, shares: &mut [Share]) {
        for share in shares.iter_mut() {
            share.inside = share.inside.min(share.len).min(bytes);
            bytes -= share.inside;
        }
        let mut order: Vec<&mut Share> = shares.iter_mut().collect();
        if self.totals.reads == self.measured_reads {
            order.reverse();
            // One call's messages go in one after the other.
            order.chunk_by_mut(|one, next| one.by == next.by).for_each(<[&mut Share]>::reverse);
        }
        order.sort_by_key(|share| !share.is_dead);
        for share in order {
            let more = (share.len - share.inside).min(bytes);
            share.inside += more;
            bytes -= more;
        }
    }

    /// A task died inside a read that takes more than once: what it had taken by then is lost, and the queue will tell how much.
    pub fn abandon_read(&mut self) {
        self.reader_died = !self.queue.is_empty();
    }

    /// All that certainly waits was taken by a call that did not return, but for the urgent byte, which it has thrown away: bytes
    /// and pieces.
    pub fn lose_all(&mut self) -> (u64, u64) {
        let mut lost = (0, 0);
        while let Some(front) = self.queue.front().copied().filter(|front| !front.tentative) {
            self.pass_urgent();
            if self.queue.front() == Some(&front) {
                self.lose_front(front.len);
                lost = (lost.0 + front.len, lost.1 + 1);
            }
        }
        lost
    }

    fn lose_front(&mut self, bytes: u64) {
        self.consume(0, bytes);
        self.totals.read -= bytes;
        self.totals.destroyed += bytes;
    }

    /// The first bytes of the queue are gone, and nobody has read them.
    pub(super) fn lose(&mut self, bytes: u64) {
        let mut left = bytes;
        while left > 0 && self.queue.front().is_some_and(|piece| !piece.tentative) {
            let amount = self.queue[0].len.min(left);
            self.lose_front(amount);
            left -= amount;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::order::Payload;

    #[test]
    fn of_two_datagrams_that_came_together_the_kernel_says_which_was_first() {
        let mut flow = Flow::default();
        for (by, times) in [(1, 30_000), (2, 3)] {
            let content: Rc<[Payload]> = Rc::new([Payload::repeated(b"x".to_vec(), times)]);
            let number = flow.begin_write(TaskId(by), &content, Vec::new(), (Kind::Dgram, 4096));
            flow.finish_write(number, Ok(times), false).unwrap();
        }
        assert!(flow.is_undecided());
        flow.measure(3, Kind::Dgram, |_| false);
        assert_eq!(flow.queue.iter().map(|piece| piece.len).collect::<Vec<_>>(), [3, 30_000]);
        flow.check_law().unwrap();
    }
}
