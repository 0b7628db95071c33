//! Packets in a pipe that was not made for them, and plain bytes in one that was: splice and tee move pages as they are, and the
//! mark of a packet with them.

use super::super::kind::Kind;
use super::{Flow, Piece, ReadBytes, ReadResult};

impl Flow {
    /// Whether something waits in a pipe of this kind that a write there would not have made.
    pub fn has_foreign_pages(&self, kind: Kind) -> bool {
        let expected = if kind == Kind::PacketPipe { self.queue.len() } else { 0 };
        kind.is_pipe() && self.queue.packets() != expected
    }

    /// What one read with room for everything takes out of such a pipe: bytes up to the first packet, and that.
    pub fn first_of_pages(&self) -> u64 {
        let before = self.queue.iter().take_while(|piece| !piece.is_packet).count();
        self.queue.iter().take(before + 1).map(|piece| piece.len).sum()
    }

    /// The first `len` bytes that wait, as what a splice moves: each with whether it is a packet.
    pub fn moved(&self, len: u64) -> Vec<(u64, bool)> {
        let (mut parts, mut left) = (Vec::new(), len);
        for piece in self.queue.iter().take_while(|_| len > 0) {
            let part = piece.len.min(left);
            left -= part;
            parts.extend((part > 0).then_some((part, piece.is_packet)));
        }
        parts
    }

    /// The bytes of a write are such pages. What was already read of them is left out.
    pub fn set_pages(&mut self, number: u64, parts: &[(u64, bool)]) {
        let Some(first) = self.queue.iter().position(|piece| piece.write == number) else { return };
        let own: Vec<Piece> =
            self.queue.iter().skip(first).take_while(|piece| piece.write == number).copied().collect();
        let (there, all) =
            (own.iter().map(|piece| piece.len).sum::<u64>(), parts.iter().map(|part| part.0).sum::<u64>());
        let Some(mut gone) = all.checked_sub(there) else { return };
        let mut start = own[0].start;
        let (mut pages, mut lost) = (Vec::new(), 0);
        for &(len, is_packet) in parts {
            let skipped = len.min(gone);
            gone -= skipped;
            if len > skipped {
                // The rest of a packet that was read before this was known is gone with that read.
                if is_packet && skipped > 0 {
                    lost = len - skipped;
                }
                pages.push(Piece { start, len: len - skipped, is_packet, ..own[0] });
                start += len - skipped;
            }
        }
        self.queue.remove_range(first..first + own.len());
        for (at, page) in pages.into_iter().enumerate() {
            self.queue.insert(first + at, page);
        }
        if lost > 0 {
            self.consume(first, lost);
            self.totals.read -= lost;
            self.totals.destroyed += lost;
        }
    }

    /// A read took `found` out of such a pipe.
    pub fn take_pages(&mut self, found: ReadBytes<'_>) -> Result<(), String> {
        let (mut left, mut lost, mut pieces) = (found.len, 0, Vec::new());
        let mut data = found.data;
        while left > 0 {
            self.begin_moves_for(data);
            let Some((at, most)) = self.pick(data) else {
                return Err(format!("{left} bytes were read that nobody wrote"));
            };
            let piece = self.queue[at];
            let amount = piece.len.min(left).min(most);
            let rest = if piece.is_packet { piece.len - amount } else { 0 };
            pieces.push(Piece { len: amount, ..piece });
            self.consume(at, amount + rest);
            data = data.get(usize::try_from(amount).unwrap_or(usize::MAX)..).unwrap_or(&[]);
            self.totals.read -= rest;
            self.totals.destroyed += rest;
            (left, lost) = (left - amount, lost + rest);
            // What is written behind plain bytes may share their page, and so be none: of that only the kernel knows.
            let follows_plain = pieces.iter().any(|piece: &Piece| !piece.is_packet);
            if piece.is_packet && left > 0 && !follows_plain {
                return Err(format!("{left} bytes were read behind a packet"));
            }
        }
        self.remember_read(found, pieces, lost, ReadResult::Bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::order::Payload;
    use crate::trace::TaskId;

    const PLACE: (Kind, u64) = (Kind::Pipe, 4096);

    fn content(letter: &[u8], times: u64) -> Rc<[Payload]> {
        Rc::new([Payload::repeated(letter.to_vec(), times)])
    }

    fn unknown() -> Rc<[Payload]> {
        Rc::new([Payload::beginning(Vec::new(), 5000)])
    }

    /// A writer of z sleeps; a packet of y was moved here by another task, which has returned.
    fn sleeper_and_packet() -> Flow {
        let mut flow = Flow::default();
        flow.begin_write(TaskId(1), &content(b"z", 4000), Vec::new(), PLACE);
        flow.expect_move(TaskId(2), &unknown(), PLACE);
        let moved = flow.end_move(TaskId(2), true).unwrap();
        flow.finish_write(moved, Ok(4096), false).unwrap();
        flow.set_content(moved, content(b"y", 4096));
        flow.set_pages(moved, &[(4096, true)]);
        flow
    }

    #[test]
    fn a_packet_that_came_before_a_sleeper_s_bytes_is_taken_first() {
        let mut flow = sleeper_and_packet();
        flow.take_pages(ReadBytes::new(TaskId(3), 4096, b"yyyy")).unwrap();
        flow.finish_write(1, Ok(4000), false).unwrap();
        flow.take_bytes(ReadBytes::new(TaskId(3), 4000, b"zzzz")).unwrap();
        assert!(flow.queue.is_empty());
        flow.check_law().unwrap();
    }

    #[test]
    fn of_a_packet_that_was_read_in_part_before_it_was_known_the_rest_is_gone() {
        let mut flow = Flow::default();
        flow.expect_move(TaskId(2), &unknown(), PLACE);
        flow.take_bytes(ReadBytes::new(TaskId(3), 100, b"yyyy")).unwrap();
        let moved = flow.end_move(TaskId(2), true).unwrap();
        flow.finish_write(moved, Ok(4096), false).unwrap();
        flow.set_pages(moved, &[(4096, true)]);
        assert_eq!((flow.queue.len(), flow.totals.destroyed), (0, 3996));
        flow.check_law().unwrap();
    }

    #[test]
    fn a_packet_that_is_read_before_its_move_returns_is_as_long_as_that_says() {
        for (said, destroyed) in [(4, 0), (10, 6)] {
            let mut flow = Flow::default();
            flow.expect_move(TaskId(2), &unknown(), (Kind::PacketPipe, 4096));
            flow.take_message(ReadBytes::new(TaskId(3), 4, b"yyyy")).unwrap();
            let moved = flow.end_move(TaskId(2), true).unwrap();
            flow.finish_write(moved, Ok(said), false).unwrap();
            flow.set_pages(moved, &[(said, true)]);
            assert_eq!((flow.queue.len(), flow.totals.destroyed), (0, destroyed));
            flow.check_law().unwrap();
        }
    }
}
