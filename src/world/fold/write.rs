//! How writes begin and return: their bytes exist from the entry of the call, and how many were taken its return says.

use std::rc::Rc;

use crate::abi;
use crate::abi::TaskState;
use crate::order::{Call, Extra, Payload};
use crate::trace::TaskId;

use super::super::World;
use super::super::channel::{MetFull, Reset};
use super::super::kind::{EndId, Kind};
use super::super::ledger::Write;
use super::super::task::Ongoing;
use super::Back;

impl World {
    /// Whether a write without an address found no room at the other side of a socket.
    pub(super) fn note_full(&mut self, id: TaskId, call: &Call, back: &Back) {
        let of_call = call.fd().and_then(|fd| self.end_of_call(id, fd));
        let Some(end) = of_call.and_then(|end| self.ends.get(&end)) else { return };
        let is_full = back.errno == abi::Errno::EAGAIN && destination(call).is_none();
        let peer = end.peer.filter(|_| is_full && !end.kind.is_pipe()).and_then(|peer| self.ends.get(&peer));
        let met = peer.map(|peer| MetFull {
            at: peer.id,
            back: peer.peer,
            reads: peer.inbox.totals.reads,
            bytes: peer.inbox.waiting(),
            pieces: peer.inbox.queue.len(),
        });
        // Most writes find room, and found it before: nothing is to be changed, nor copied in order to be.
        if end.met_full == met {
            return;
        }
        let id = end.id;
        if let Some(end) = self.ends.get_mut(&id) {
            end.met_full = met;
        }
    }

    /// A call that writes enters the kernel: its bytes exist from now on, towards the peer or the address given.
    pub(super) fn begin_writes(&mut self, by: TaskId, ongoing: &mut Ongoing) {
        /// Messages of one call; the kernel takes no more either.
        const MOST: usize = 1024;
        (ongoing.write, ongoing.more_writes, ongoing.moves_to) = (None, 0, None);
        let call = Rc::clone(&ongoing.call);
        #[expect(clippy::wildcard_enum_match_arm, reason = "of every other call `content` says whether it writes")]
        match &*call {
            Call::Sendmmsg { messages, .. } => {
                for message in messages.iter().take(MOST) {
                    let write = self.begin_write(by, ongoing, &Rc::from([message.data.clone()]), &message.fds);
                    let Some(write) = write else { return };
                    match ongoing.write {
                        None => ongoing.write = Some(write),
                        Some(_) => ongoing.more_writes += 1,
                    }
                }
            }
            Call::Splice { count, .. } | Call::Tee { count, .. } | Call::Sendfile { count, .. } => {
                self.expect_move(by, ongoing, &Rc::from([Payload::beginning(Vec::new(), *count)]));
            }
            Call::Vmsplice { .. } => {
                if let Some(content) = ongoing.content() {
                    self.expect_move(by, ongoing, &content);
                }
            }
            // Of nothing it does not come to the socket, and so sends no empty message (vfs_writev).
            Call::Writev { data, .. } if data.iter().all(Payload::is_empty) => {}
            Call::Sendmsg { fds, .. } => {
                let content = ongoing.content();
                ongoing.write = content.and_then(|content| self.begin_write(by, ongoing, &content, fds));
            }
            _ => {
                let content = ongoing.content();
                ongoing.write = content.and_then(|content| self.begin_write(by, ongoing, &content, &[]));
            }
        }
    }

    fn expect_move(&mut self, by: TaskId, ongoing: &mut Ongoing, content: &Rc<[Payload]>) {
        ongoing.moves_to = self.target(ongoing);
        if let Some(end) = ongoing.moves_to.and_then(|to| self.ends.get_mut(&to)) {
            end.inbox.expect_move(by, content, (end.kind, self.machine.page));
        }
    }

    fn begin_write(
        &mut self,
        by: TaskId,
        ongoing: &Ongoing,
        content: &Rc<[Payload]>,
        passed: &[i32],
    ) -> Option<(EndId, u64)> {
        let to = self.target(ongoing)?;
        let fds: Vec<EndId> = passed.iter().filter_map(|fd| Some(self.descriptor(by, *fd)?.passed())).collect();
        for passed in &fds {
            self.begin_flight(*passed);
        }
        let end = self.ends.get_mut(&to)?;
        Some((to, end.inbox.begin_write(by, content, fds, (end.kind, self.machine.page))))
    }

    /// The end that a call writes to: the peer of its own, or who is bound to the address given.
    fn target(&self, ongoing: &Ongoing) -> Option<EndId> {
        let from = self.ends.get(&ongoing.end_of(ongoing.call.written_fd()?)?)?;
        let to = match destination(&ongoing.call) {
            Some(address) if from.kind == Kind::Dgram => *self.addresses.get(&(address.to_owned(), Kind::Dgram))?,
            _ => from.peer?,
        };
        self.ends.get(&to).map(|end| end.id)
    }

    /// A call that moves has returned: the write that it has become. EPIPE is an answer of the other side's, as to a write.
    pub(super) fn end_move(&mut self, by: TaskId, to: EndId, back: &Back) -> Option<(EndId, u64)> {
        let is_write = back.ret > 0 || back.errno == abi::Errno::EPIPE;
        let number = self.ends.get_mut(&to)?.inbox.end_move(by, is_write)?;
        Some((to, number))
    }

    /// The write that a task is inside of, as far as it is one yet.
    pub fn write_of(&self, by: TaskId, ongoing: &Ongoing) -> Option<&Write> {
        if let Some((to, number)) = ongoing.write {
            return self.ends.get(&to)?.inbox.write(number);
        }
        let inbox = &self.ends.get(&ongoing.moves_to?)?.inbox;
        inbox.write(inbox.write_of_move(by)?)
    }

    /// The task died: what it was in the middle of writing counts for anything from nothing to all of it.
    pub(super) fn abandon_write(&mut self, id: TaskId) {
        let Some(task) = self.tasks.get_mut(&id) else { return };
        let asleep = task.state == TaskState::Asleep;
        let moves_to = task.ongoing.as_mut().and_then(|ongoing| ongoing.moves_to.take());
        let of = task.ongoing.as_mut().and_then(|ongoing| Some((ongoing.write.take()?, ongoing.more_writes)));
        if let Some(end) = moves_to.and_then(|to| self.ends.get_mut(&to)) {
            end.inbox.abandon_move(id, asleep);
        }
        let Some(((to, number), more)) = of else { return };
        if let Some(end) = self.ends.get_mut(&to) {
            let kind = end.kind;
            // Of several messages those before the one that it slept with are there.
            let slept = asleep && more == 0;
            (0..=u64::from(more)).for_each(|at| end.inbox.abandon_write(number + at, slept, kind));
        }
    }

    pub(super) fn finish_write(&mut self, (to, number): (EndId, u64), call: &Call, back: &Back) {
        let Some(end) = self.ends.get_mut(&to) else { return };
        let taken = if back.ret < 0 { Err(back.errno) } else { Ok(u64::try_from(back.ret).unwrap_or(0)) };
        let lost_fds = taken.is_err() || (taken == Ok(0) && end.kind == Kind::Stream);
        let closed = end.closed;
        let result = end.inbox.finish_write(number, taken, closed);
        if call.flags() & abi::MSG_OOB != 0 && end.kind == Kind::Stream {
            end.inbox.mark_urgent(number);
        }
        let is_short = taken.is_ok_and(|taken| taken > 0 && call.offered().is_some_and(|offered| taken < offered));
        let from = end.peer.filter(|_| is_short && end.kind == Kind::Stream);
        let back_home = if lost_fds || closed { end.inbox.take_fds(number) } else { Vec::new() };
        for passed in back_home {
            self.end_flight(passed);
        }
        if let Some(from) = from.and_then(|from| self.ends.get_mut(&from)) {
            from.reset = if from.reset == Reset::Pending { Reset::None } else { Reset::MaybeMet(self.line) };
        }
        self.pass_outside(to);
        if let Err(error) = result {
            self.note_anomaly(format!("{}: {error}", call.name()));
        }
    }

    /// sendmmsg(2): so many messages went as it returned, each as much as it says, or whole where it does not.
    pub(super) fn finish_messages(&mut self, (to, first): (EndId, u64), more: u32, call: &Call, back: &Back) {
        let sent = u64::try_from(back.ret).unwrap_or(0);
        for at in 0..=u64::from(more) {
            let offered =
                self.ends.get(&to).and_then(|end| end.inbox.write(first + at)).map_or(0, |write| write.offered);
            let told = if let Extra::Messages(sent) = back.extra() {
                sent.get(usize::try_from(at).unwrap_or(0))
            } else {
                None
            };
            let went = told.map_or(offered, |message| message.len.min(offered));
            let ret = if at < sent { i32::try_from(went).unwrap_or(i32::MAX) } else { -1 };
            let errno = if at < sent { abi::Errno::NONE } else { back.errno };
            self.finish_write((to, first + at), call, &Back { ret, errno, outcome: None, t_ns: back.t_ns });
        }
    }

    /// What goes to an end that nobody in the picture holds is read by somebody outside.
    fn pass_outside(&mut self, id: EndId) {
        let Some(end) = self.ends.get_mut(&id).filter(|end| end.outside && end.held == 0) else { return };
        for passed in end.inbox.read_outside() {
            if let Some(end) = self.ends.get_mut(&passed) {
                end.outside = true;
            }
            self.end_flight(passed);
        }
    }
}

/// The address that a datagram is sent to, as written.
pub(super) fn destination(call: &Call) -> Option<&str> {
    if let Call::Send { to, .. } | Call::Sendmsg { to, .. } = call { Some(&to.as_ref()?.shown) } else { None }
}
