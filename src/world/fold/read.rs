//! What a read takes out of its end: bytes, a message, the urgent byte, and the descriptors that travelled with them.

use crate::abi;
use crate::order::{Call, Extra};
use crate::trace::TaskId;

use super::super::World;
use super::super::channel::Reset;
use super::super::kind::{EndId, Kind};
use super::super::ledger::{ReadBytes, ReadResult};
use super::super::task::{Descriptor, Ongoing};
use super::Back;

/// recv(2) of no bytes with MSG_OOB says this, and the urgent byte is gone all the same.
const EFAULT: abi::Errno = abi::Errno(14);

impl World {
    pub(super) fn apply_read(&mut self, id: TaskId, call: &Call, back: &Back, room: u64) -> Option<bool> {
        let fd = call.fd()?;
        let Some(id_of_end) = self.end_of_call(id, fd).filter(|end| self.ends.get(end).is_some()) else {
            // No end of a channel, such as /dev/null.
            return (back.ret == 0).then_some(room > 0);
        };
        let end = self.ends.get_mut(&id_of_end)?;
        let kind = end.kind;
        let (peeks, wants_urgent) = (call.flags() & abi::MSG_PEEK != 0, call.flags() & abi::MSG_OOB != 0);
        let is_call_of_file = matches!(call, Call::Read { .. } | Call::Readv { .. });
        // read(2) of no bytes does not look at all; recv(2) comes to the urgent byte, and throws it away.
        if kind == Kind::Stream && (room > 0 || !is_call_of_file) && !peeks && !wants_urgent {
            end.inbox.pass_urgent();
        }
        if back.ret < 0 {
            if wants_urgent && back.errno == EFAULT {
                end.inbox.lose_urgent();
            }
            end.inbox.note_read(id, ReadResult::Failed(back.errno));
            return None;
        }
        let len = u64::try_from(back.ret).unwrap_or(0).min(room);
        if room == 0 && (is_call_of_file || kind.is_pipe()) {
            return Some(false);
        }
        if room == 0 && wants_urgent && !peeks && kind == Kind::Stream {
            end.inbox.lose_urgent();
            return None;
        }
        if room == 0 && kind == Kind::Stream && !end.inbox.queue.is_empty() {
            self.receive(id, id_of_end, call, back);
            return Some(false);
        }
        let next = if peeks { end.inbox.next_peeked() } else { end.inbox.queue.front().copied() };
        let empty_message = kind.keeps_empty_messages() && next.is_some_and(|piece| piece.len == 0 || room == 0);
        if back.ret == 0 && !empty_message {
            end.inbox.note_read(id, ReadResult::Eof);
            self.free_uncollected(id_of_end);
            return Some(room > 0);
        }
        if !peeks {
            let is_beside_sleeper = self.is_beside_sleeper(id_of_end, (id, call));
            let found = ReadBytes { by: id, len, data: back.data(), is_beside_sleeper };
            let carried = self.take(id_of_end, kind, found, call);
            if kind == Kind::Stream && !wants_urgent && !carried {
                self.meet_reset(id_of_end, call, (len, room));
            }
        }
        if wants_urgent {
            return None;
        }
        self.receive(id, id_of_end, call, back);
        (back.ret == 0).then_some(false)
    }

    /// A read of a stream that wanted more than it found has gone on to the error that a close with bytes unread left: it takes
    /// that away, and nobody is told (unix_stream_read_generic).
    fn meet_reset(&mut self, id: EndId, call: &Call, (len, room): (u64, u64)) {
        let line = self.line;
        let Some(end) = self.ends.get_mut(&id) else { return };
        let wants_all = call.flags() & abi::MSG_WAITALL != 0;
        let target = if wants_all { room } else { end.low_water.min(room) };
        let next = end.inbox.queue.front();
        if len < target && next.is_none_or(|next| end.inbox.is_urgent(*next)) {
            end.reset = if end.reset == Reset::Pending { Reset::None } else { Reset::MaybeMet(line) };
        }
    }

    /// A read of 0 without a shutdown proves that the other end is gone: where it was only in flight, the kernel's collector has
    /// freed it, because nobody could ever receive it.
    fn free_uncollected(&mut self, id: EndId) {
        let Some(end) = self.ends.get(&id).filter(|end| !end.shut_rd && end.kind != Kind::Dgram) else { return };
        let peer = end.peer.filter(|peer| {
            self.ends.get(peer).is_some_and(|peer| peer.held == 0 && peer.in_flight > 0 && !peer.outside)
        });
        let Some(peer) = peer else { return };
        // What waited in it went first, itself included, so nobody is told of bytes unread.
        self.purge(peer);
        if let Some(peer) = self.ends.get_mut(&peer) {
            (peer.in_flight, peer.was_collected) = (0, true);
        }
        self.close_if_last(peer);
    }

    /// Takes what was read out of the ledger. Whether descriptors came with it.
    pub(super) fn take(&mut self, id: EndId, kind: Kind, found: ReadBytes<'_>, call: &Call) -> bool {
        let Some(end) = self.ends.get_mut(&id) else { return false };
        let result = match kind.keeps_messages() {
            _ if call.flags() & abi::MSG_OOB != 0 => end.inbox.take_urgent(found),
            // What it leaves of a packet stays one.
            _ if matches!(call, Call::VmspliceOut { .. }) => end.inbox.take_bytes(found),
            _ if end.inbox.has_foreign_pages(kind) => end.inbox.take_pages(found),
            true => end.inbox.take_message(found).map(drop),
            false => end.inbox.take_bytes(found),
        };
        if let Err(error) = result {
            let label = self.label(id);
            self.note_anomaly(format!("{}({label}): {error}", call.name()));
            return false;
        }
        let Some(end) = self.ends.get(&id) else { return false };
        let pieces = end.inbox.reads.back().map(|read| std::rc::Rc::clone(&read.pieces)).unwrap_or_default();
        pieces.iter().filter_map(|piece| end.inbox.write(piece.write)).any(|write| !write.fds.is_empty())
    }

    /// Descriptors that travelled with what was read: installed, or closed by the kernel where there was no room for them.
    fn receive(&mut self, id: TaskId, from: EndId, call: &Call, back: &Back) {
        let peek = call.flags() & abi::MSG_PEEK != 0;
        let Some(end) = self.ends.get_mut(&from) else { return };
        let front = || end.inbox.queue.front().map(|piece| piece.write).into_iter().collect();
        let numbers: Vec<u64> = match end.inbox.reads.back() {
            _ if peek => {
                let len = u64::try_from(back.ret).unwrap_or(0).min(call.room().unwrap_or(0));
                end.inbox.peek(len, end.kind)
            }
            // No byte of a stream was asked for: the descriptors before the first one come all the same.
            _ if call.room() == Some(0) && end.kind == Kind::Stream => front(),
            Some(read) => read.pieces.iter().map(|piece| piece.write).collect(),
            None => Vec::new(),
        };
        let passed: Vec<EndId> = if peek {
            numbers.iter().filter_map(|number| end.inbox.write(*number)).flat_map(|write| write.fds.clone()).collect()
        } else {
            numbers.iter().flat_map(|number| end.inbox.take_fds(*number)).collect()
        };
        let installed: &[i32] = if let Extra::Message { fds, .. } = back.extra() { fds } else { &[] };
        let cloexec = call.flags() & abi::MSG_CMSG_CLOEXEC != 0;
        for (fd, end) in installed.iter().zip(&passed) {
            let origin = Some(self.origin(id, "recvmsg"));
            let descriptor = self.descriptor_to(*end);
            self.install(id, *fd, Descriptor { cloexec, origin, ..descriptor });
        }
        if !peek {
            for passed in passed {
                self.end_flight(passed);
            }
        }
    }

    /// Other threads that are inside a call about a descriptor keep what it referred to open until they come back.
    pub(super) fn keep_for_calls(&mut self, closer: TaskId, fd: i32, end: EndId) {
        let process = self.tasks.get(&closer).map(|task| task.process);
        let others = self.tasks.values_mut_where(|task| Some(task.process) == process && task.id != closer);
        let is_in = |ongoing: &Ongoing| ongoing.refers.contains(&(fd, end));
        let mut keepers = 0;
        for ongoing in others.filter_map(|task| task.ongoing.as_mut()).filter(|of| of.inside && is_in(of)) {
            ongoing.kept.push((fd, end));
            keepers += 1;
        }
        if let Some(object) = self.objects.get_mut(&end) {
            object.held += keepers;
        } else if let Some(end) = self.ends.get_mut(&end) {
            end.held += keepers;
        }
    }

    /// The kernel makes a call anew that a signal took a task out of: of a number that another thread has closed meanwhile,
    /// whatever it means now.
    pub(super) fn begin_again(&mut self, id: TaskId) {
        let ongoing = self.tasks.get(&id).and_then(|task| task.ongoing.as_ref());
        let Some(ongoing) = ongoing.filter(|ongoing| ongoing.inside && !ongoing.kept.is_empty()) else { return };
        let names = self.names_for(id, ongoing.call(), ongoing.names.made.clone());
        let mut anew = ongoing.clone();
        self.resolve(id, &mut anew);
        self.release_kept(id);
        if let Some(ongoing) = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut()) {
            (ongoing.names, ongoing.refers) = (names, anew.refers);
        }
        self.begin_open(id);
    }

    /// Whether a call that a signal takes a task out of is made anew, by itself after a stop, or after a handler with SA_RESTART:
    /// not once it has moved anything, for then it returns that.
    pub(super) fn is_restarted(&self, id: TaskId, after_handler: bool) -> bool {
        let Some(ongoing) = self.tasks.get(&id).and_then(|task| task.ongoing.as_ref()) else { return false };
        let call = ongoing.call();
        let end = call.fd().and_then(|fd| ongoing.end_of(fd)).and_then(|end| self.ends.get(&end));
        let may_time_out =
            end.is_some_and(|end| if call.room().is_some() { end.timeouts.0 } else { end.timeouts.1 }.is_some());
        let has_moved = self.write_of(id, ongoing).is_some_and(|write| write.gone + write.inside > 0);
        !has_moved && !(after_handler && (call.is_never_restarted() || may_time_out))
    }

    /// The call that kept an end open for itself is over.
    pub(super) fn release_kept(&mut self, id: TaskId) {
        let ongoing = self.tasks.get_mut(&id).and_then(|task| task.ongoing.as_mut());
        for (_, end) in ongoing.map(|ongoing| std::mem::take(&mut ongoing.kept)).unwrap_or_default() {
            self.release(end);
        }
    }
}
