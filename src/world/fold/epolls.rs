//! What an epoll remembers, and what it has told: an edge or a single shot is told once.

use crate::abi;
use crate::order::{Call, Extra};
use crate::trace::{NamedEnd, TaskId};

use super::super::World;
use super::super::kind::EndId;
use super::super::object::{Inside, Interest};
use super::Back;

const ADD: i32 = 1;
const DEL: i32 = 2;

impl World {
    /// epoll_ctl(2) has succeeded.
    pub(super) fn control_epoll(&mut self, id: TaskId, call: &Call) {
        let Call::EpollCtl { epoll, op, fd, events, data } = *call else { return };
        let (Some(at), Some(id_of_end)) = (self.end_of_call(id, epoll), self.end_of_call(id, fd)) else { return };
        let origin = self.origin(id, "epoll_ctl");
        let Some(object) = self.objects.get_mut(&at) else { return };
        if !matches!(object.inside, Inside::Epoll(_)) {
            // One that nobody has seen made.
            object.inside = Inside::Epoll(Vec::new());
        }
        let Inside::Epoll(interests) = &mut object.inside else { return };
        let is_it = |interest: &Interest| (interest.fd, interest.end) == (fd, id_of_end);
        match op {
            ADD => interests.push(Interest { fd, end: id_of_end, data, events, is_spent: false, origin }),
            DEL => interests.retain(|interest| !is_it(interest)),
            _ => {
                for interest in interests.iter_mut().filter(|interest| is_it(interest)) {
                    (interest.events, interest.data, interest.is_spent) = (events, data, false);
                }
            }
        }
    }

    /// epoll_wait(2) has told of some: what was asked for once is not told again.
    pub(super) fn told_by_epoll(&mut self, id: TaskId, call: &Call, back: &Back) {
        let Extra::Epoll(rows) = back.extra() else { return };
        let told = rows.iter().filter(|row| row.1 & abi::EPOLLIN != 0);
        let places: Vec<EndId> = told.filter_map(|row| Some(self.interest(id, call, row.0)?.end)).collect();
        self.told_readable(id, "epoll_wait", &places);
        let Some(at) = call.fd().and_then(|fd| self.end_of_call(id, fd)) else { return };
        let Some(Inside::Epoll(interests)) = self.objects.get_mut(&at).map(|object| &mut object.inside) else { return };
        let is_told = |interest: &Interest| rows.iter().any(|row| row.0 == interest.data);
        for interest in interests.iter_mut().filter(|interest| interest.events & abi::EPOLLONESHOT != 0) {
            interest.is_spent |= is_told(interest);
        }
    }

    /// Names of what an epoll has told of, by what it was given with each.
    pub(super) fn told_names(&self, id: TaskId, call: &Call, back: &Back) -> Vec<NamedEnd> {
        let Extra::Epoll(rows) = back.extra() else { return Vec::new() };
        let named = |row: &(u64, u32)| {
            let fd = i32::try_from(row.0).ok()?;
            let end = self.interest(id, call, row.0)?.end;
            Some(NamedEnd { fd, id: end, name: self.label(end) })
        };
        rows.iter().filter_map(named).collect()
    }

    fn interest(&self, id: TaskId, call: &Call, data: u64) -> Option<&Interest> {
        let at = self.end_of_call(id, call.fd()?)?;
        self.interests(at).into_iter().rev().find(|interest| interest.data == data)
    }

    /// What an epoll waits for: all that was added, and is still open somewhere.
    pub fn interests(&self, epoll: EndId) -> Vec<&Interest> {
        let Some(Inside::Epoll(interests)) = self.objects.get(&epoll).map(|object| &object.inside) else {
            return Vec::new();
        };
        let is_open = |interest: &&Interest| match self.ends.get(&interest.end) {
            Some(end) => !end.closed,
            None => self.objects.contains_key(&interest.end) || self.openings.contains_key(&interest.end),
        };
        interests.iter().filter(is_open).collect()
    }
}
