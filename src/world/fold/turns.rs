//! The calls of a loop that writes and reads in turn, `ping` or `echo`, where they need nothing but counting: folded together, as
//! those of a loop of one call are.

use std::rc::Rc;

use crate::abi::TaskState;
use crate::order::{Call, Loop, Payload};
use crate::trace::{Again, Group, TaskId};

use super::super::World;
use super::super::kind::EndId;
use super::super::ledger::ReadBytes;
use super::loop_fold::count;

/// A loop as it stands.
struct Turns {
    /// The end that it reads from.
    own: EndId,
    /// The end that what it writes goes to.
    peer: EndId,
    /// Which call of the round it is inside of.
    at: usize,
    /// The number of the write that it is inside of, if it is a write.
    write: Option<u64>,
    /// What it writes, and how many bytes that is.
    content: (Rc<[Payload]>, u64),
    /// It writes what it has read: as many bytes.
    echoes: bool,
}

impl World {
    /// As [`World::fold_again`], of a loop with two calls to a round.
    pub(super) fn fold_in_turn(
        &mut self,
        id: TaskId,
        round: [&Rc<Call>; 2],
        calls: impl Iterator<Item = Again>,
    ) -> Option<(usize, u64)> {
        let mut turns = self.turns_at(id, round)?;
        let (mut folded, mut last_ns) = (0, 0);
        let task = self.tasks.get_mut(&id)?;
        let (ongoing, burst) = (task.ongoing.as_mut()?, task.order.as_mut()?.burst.as_mut()?);
        let moves = round.map(|call| call.name() == burst.call);
        let (content, offered) = &turns.content;
        for call in calls.take_while(|call| call.ret > 0) {
            let ret = u64::from(call.ret.unsigned_abs());
            if usize::from(call.step) != 1 - turns.at {
                break;
            }
            let write = if let Some(number) = turns.write {
                if !self.ends.get_mut(&turns.peer)?.inbox.write_taken(number, ret) {
                    break;
                }
                None
            } else {
                let begins = self.ends.get(&turns.peer)?.inbox.may_begin_like_last(id);
                if !begins || (turns.echoes && ret != *offered) {
                    break;
                }
                if !self.ends.get_mut(&turns.own)?.inbox.read_again(ReadBytes::new(id, ret, &[])) {
                    break;
                }
                Some(self.ends.get_mut(&turns.peer)?.inbox.begin_like_last(id, content, *offered))
            };
            count(burst, call, moves[turns.at]);
            (turns.write, turns.at, last_ns) = (write, 1 - turns.at, call.t_ns);
            folded += 1;
        }
        if folded == 0 {
            return None;
        }
        ongoing.enter(round[turns.at], last_ns);
        ongoing.write = turns.write.map(|number| (turns.peer, number));
        Some((folded, last_ns))
    }

    /// How a task's loop stands; none where a call of it is more than a whole write to its peer, or a read of what waits.
    fn turns_at(&self, id: TaskId, round: [&Rc<Call>; 2]) -> Option<Turns> {
        let task = self.tasks.get(&id).filter(|task| task.state == TaskState::Running)?;
        let ongoing = task.ongoing.as_ref().filter(|ongoing| self.is_plain_loop(task, ongoing))?;
        let Group::Loop(of) = &task.order.as_ref()?.ordered.group else { return None };
        let at = round.iter().position(|call| Rc::ptr_eq(call, &ongoing.call))?;
        let (fd, writes) = match round.map(AsRef::as_ref) {
            [Call::Write { fd, .. }, Call::Read { fd: from, .. }] if fd == from => (*fd, 0),
            [Call::Read { fd: from, .. }, Call::Write { fd, .. }] if fd == from => (*fd, 1),
            _ => return None,
        };
        let own = self.end_of(id, fd).and_then(|end| self.ends.get(&end))?;
        let peer = own.peer.and_then(|peer| self.ends.get(&peer)).filter(|peer| !peer.closed && !peer.outside)?;
        // A read that asks for more than it found, and has to, may meet an error on the way; a write that finds room again is noted.
        if ongoing.end_of(fd) != Some(own.id) || own.low_water > 1 || own.met_full.is_some() {
            return None;
        }
        let write = match ongoing.write {
            Some((to, number)) if at == writes && to == peer.id => Some(number),
            None if at != writes => None,
            _ => return None,
        };
        let content = ongoing.contents.iter().find(|known| Rc::ptr_eq(&known.0, round[writes]))?;
        let offered = content.1.iter().map(Payload::len).sum();
        let echoes = matches!(of, Loop::Echo { .. });
        // What an echo has read is not known any more by now.
        let is_known = content.1.iter().any(|data| data.known() > 0);
        let content = (Rc::clone(&content.1), offered);
        (offered > 0 && !(echoes && is_known)).then_some(Turns {
            own: own.id,
            peer: peer.id,
            at,
            write,
            content,
            echoes,
        })
    }
}
