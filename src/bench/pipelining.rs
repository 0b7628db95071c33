//! Orders that a task is given before their turn, so that it goes from call to call without waiting for the program.

use std::rc::Rc;

use crate::abi::Errno;
use crate::order::{Call, Closes, Work};
use crate::trace::{Fact, TaskId};

use super::member::{Made, PendingTask, Phase};
use super::{Assignment, Bench, BenchError};

impl Bench {
    /// Orders a task to fork children, one after the other, if the call that it is at succeeds.
    pub fn order_forks(&mut self, task: TaskId, names: Vec<String>) -> Result<(), BenchError> {
        for name in names {
            let fork = Assignment::new(Work::Then(Call::Fork), Some(name.clone()), self.recording.line());
            self.order_ahead(task, fork, Some(PendingTask::prepare(name)?))?;
        }
        self.unsettle();
        Ok(())
    }

    /// Orders a task to close descriptors unless the call that it is at fails, and its children to begin by that.
    pub fn order_closes(&mut self, task: TaskId, closes: Closes) -> Result<(), BenchError> {
        let line = self.recording.line();
        let close = |fd| Assignment::new(Work::Then(Call::Close { fd }), None, line);
        for (name, fds) in closes.children {
            let born = self.members.values().rev().find(|member| member.name == name).map(|member| member.id);
            let makers = self.members.get_mut(&task).map(|member| &mut member.pending);
            let pending = makers.and_then(|makers| makers.iter_mut().find(|pending| pending.name == name));
            match (pending, born) {
                (Some(pending), _) => pending.order_all(fds.into_iter().map(close))?,
                (None, Some(child)) => fds.into_iter().try_for_each(|fd| self.order_ahead(child, close(fd), None))?,
                (None, None) => {}
            }
        }
        closes.own.into_iter().try_for_each(|fd| self.order_ahead(task, close(fd), None))?;
        self.unsettle();
        Ok(())
    }

    /// An order to a task that may not be through with the one before; after a call that failed, which it would leave out, none.
    fn order_ahead(&mut self, task: TaskId, assignment: Assignment, made: Option<Made>) -> Result<(), BenchError> {
        let Some(member) = self.members.get(&task).filter(|member| member.last_errno == Errno::NONE) else {
            return Ok(());
        };
        let message = assignment.work().message();
        let is_idle = member.phase == Phase::Waiting;
        if is_idle {
            self.fold(task, Fact::Ordered(Rc::clone(assignment.ordered())));
        }
        let Some(member) = self.members.get_mut(&task) else { return Ok(()) };
        if is_idle {
            member.phase = Phase::Busy;
            member.current = Some(assignment);
        } else {
            member.ahead.push_back(Some(assignment));
        }
        Ok(member.send(&message, made)?)
    }
}
