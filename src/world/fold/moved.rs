//! Calls that move bytes without showing them, and those that move several messages: splice, tee, sendfile, sendmmsg, recvmmsg.

use std::rc::Rc;

use crate::abi::{self, Errno};
use crate::order::{Call, Extra, Outcome, Payload};
use crate::trace::TaskId;

use super::super::World;
use super::super::channel::{End, Reset};
use super::super::kind::EndId;
use super::super::ledger::ReadBytes;
use super::Back;

impl World {
    /// Bytes went from one descriptor to another. Those that the ledger knows keep their content.
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other call moves bytes without showing them")]
    pub(super) fn move_bytes(&mut self, id: TaskId, call: &Call, back: &Back, number: Option<(EndId, u64)>) {
        let (from, stays) = match *call {
            Call::Splice { from, .. } | Call::Sendfile { from, .. } => (from, false),
            Call::Tee { from, .. } => (from, true),
            Call::Vmsplice { .. } => return self.note_own_pages(back, number),
            _ => return,
        };
        let Some(len) = u64::try_from(back.ret).ok().filter(|len| *len > 0) else { return };
        if let Some(end) = number.and_then(|(to, _)| self.ends.get_mut(&to)) {
            // Whole pages have moved, or shared ones: how full each is, no call tells.
            end.inbox.lose_track_of_pages();
        }
        let source = self.end_of_call(id, from).filter(|end| self.ends.get(end).is_some());
        let Some(source) = source else { return };
        let parts = self.ends.get(&source).map(|end| end.inbox.moved(len)).unwrap_or_default();
        if let Some((to, number)) = number {
            let content: Rc<[Payload]> = self.front_of(source, len).into();
            if let Some(end) = self.ends.get_mut(&to) {
                end.inbox.set_content(number, content);
                if end.kind.is_pipe() {
                    end.inbox.set_pages(number, &parts);
                }
            }
        }
        if stays {
            return;
        }
        let Some(end) = self.ends.get_mut(&source) else { return };
        let (kind, found) = (end.kind, ReadBytes::new(id, len, &[]));
        if !kind.is_pipe() {
            self.take(source, kind, found, call);
        } else if let Err(error) = end.inbox.take_bytes(found) {
            let label = self.label(source);
            self.note_anomaly(format!("{}({label}): {error}", call.name()));
        }
    }

    /// vmsplice(2) at a descriptor that only reads copies out: of a program that is watched, and in a log, the call alone does not
    /// say which way the bytes go.
    pub(super) fn in_its_direction(&self, id: TaskId, call: &Rc<Call>) -> Rc<Call> {
        let Call::Vmsplice { fd, data, flags } = &**call else { return Rc::clone(call) };
        let ends = self.descriptor(id, *fd).into_iter().flat_map(|of| of.ends());
        let ends: Vec<&End> = ends.filter_map(|end| self.ends.get(&end)).collect();
        if ends.is_empty() || ends.iter().any(|end| end.can_be_written()) {
            return Rc::clone(call);
        }
        let counts = data.iter().map(Payload::len).collect();
        Rc::new(Call::VmspliceOut { fd: *fd, counts, flags: *flags })
    }

    /// vmsplice(2) has put pages of the task's memory in a pipe: they are no packet, and how full each is, nobody tells.
    fn note_own_pages(&mut self, back: &Back, number: Option<(EndId, u64)>) {
        let Some(len) = u64::try_from(back.ret).ok().filter(|len| *len > 0) else { return };
        let Some((end, number)) = number.and_then(|(to, number)| Some((self.ends.get_mut(&to)?, number))) else {
            return;
        };
        end.inbox.lose_track_of_pages();
        end.inbox.set_pages(number, &[(len, false)]);
    }

    /// What the ledger knows of the first bytes that wait at an end.
    fn front_of(&self, id: EndId, len: u64) -> Vec<Payload> {
        /// Of one message no more is copied.
        const MOST: u64 = crate::order::KEEP as u64;
        let Some(end) = self.ends.get(&id) else { return Vec::new() };
        let (mut payloads, mut left) = (Vec::new(), len);
        for piece in end.inbox.queue.iter() {
            let amount = piece.len.min(left);
            let known = usize::try_from(amount.min(MOST)).unwrap_or(0);
            payloads.push(Payload::beginning(end.inbox.bytes_of(*piece, known), amount));
            left -= amount;
            if left == 0 {
                break;
            }
        }
        if left > 0 {
            payloads.push(Payload::beginning(Vec::new(), left));
        }
        payloads
    }

    /// recvmmsg(2): each message as if it had been read by itself.
    pub(super) fn receive_messages(&mut self, id: TaskId, call: &Call, back: &Back) {
        let (Call::Recvmmsg { fd, count, flags, .. }, Extra::Messages(messages)) = (call, back.extra()) else { return };
        let mut data = back.data();
        for message in messages {
            let here = usize::try_from(message.len).map_or(data.len(), |len| len.min(data.len()));
            let (own, rest) = data.split_at(here);
            let extra =
                Extra::Message { flags: message.flags, fds: message.fds.clone(), creds: message.creds, control: 0 };
            let outcome = Outcome { data: own.to_vec(), hash: None, extra };
            let one = Back {
                ret: i32::try_from(message.len).unwrap_or(i32::MAX),
                errno: back.errno,
                outcome: Some(Box::new(outcome)),
                t_ns: back.t_ns,
            };
            let as_one = Call::Recvmsg { fd: *fd, count: *count, room: crate::order::ControlRoom::None, flags: *flags };
            self.apply_read(id, &as_one, &one, *count);
            data = rest;
        }
        self.keep_error(id, call, back);
    }

    /// recvmmsg(2) that may sleep for more and came back with some: a signal has ended it, or SO_RCVTIMEO. Only of the signal
    /// the kernel keeps the error, and gives it to the next call (do_recvmmsg).
    fn keep_error(&mut self, id: TaskId, call: &Call, back: &Back) {
        let Call::Recvmmsg { fd, messages, flags, .. } = *call else { return };
        let entered_ns = self.tasks.get(&id).and_then(|task| task.ongoing.as_ref()).map_or(0, |of| of.entered_ns);
        let is_short = back.ret > 0 && u32::try_from(back.ret).is_ok_and(|came| came < messages);
        let may_sleep = flags & (abi::MSG_DONTWAIT | abi::MSG_WAITFORONE) == 0;
        let Some(end) = self.end_of_call(id, fd).and_then(|end| self.ends.get_mut(&end)) else { return };
        if !is_short || !may_sleep || end.nonblock || end.reset == Reset::Pending {
            return;
        }
        let slept_ms = back.t_ns.saturating_sub(entered_ns) / 1_000_000;
        let is_time_out = end.timeouts.0.is_some_and(|most_ms| slept_ms >= most_ms);
        end.kept_error = (!is_time_out).then(|| error_of_signal(end));
    }

    /// A call has told the error that recvmmsg(2) kept, which is done once.
    pub(super) fn tell_kept_error(&mut self, id: TaskId, call: &Call, back: &Back) {
        let asks = matches!(call, Call::Getsockopt { option, .. } if option == "error");
        let at = call.fd().and_then(|fd| self.end_of_call(id, fd));
        if let Some(end) = at.and_then(|at| self.ends.get_mut(&at))
            && (asks || Some(back.errno) == end.kept_error)
        {
            end.kept_error = None;
        }
    }
}

/// What a signal makes of a call that sleeps for messages (sock_intr_errno).
pub(super) fn error_of_signal(end: &End) -> Errno {
    if end.timeouts.0.is_some() { Errno::EINTR } else { Errno::ERESTARTSYS }
}
