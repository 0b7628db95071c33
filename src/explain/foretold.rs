//! What the texts foretell, as values from which the sentences are made.

use crate::abi::{self, Errno};
use crate::order::Call;
use crate::questions::next_read::{Blocking, next_read};
use crate::questions::{next_write, sleep};
use crate::trace::{CallOutcome, Deed, Foretold, ReadOutcome, TaskId, WokenWith};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::{EndId, Kind};
use crate::world::object::Inside;
use crate::world::task::{Ongoing, Task};

/// Bytes that go into any buffer that is not full.
const FEW: u64 = 4096;

/// The write that wakes a sleeping reader, and who sleeps there beside it: one of them wakes. None where nobody can tell how much
/// it takes, or where another one would take it away.
pub(super) fn write_wakes(world: &World, (task, ongoing): (&Task, &Ongoing), end: &End) -> Option<Foretold> {
    let peer = writer_to(world, end)?;
    let bytes = bytes_that_wake(ongoing.call(), end).filter(|_| !end.shut_rd)?;
    let others: Vec<&Task> = sleep::others_at(world, task, end.id).collect();
    let is_plain = |other: &&Task| {
        other.burst().is_none()
            && other.sleeping_call().is_some_and(|of| bytes == 1 && bytes_that_wake(of.call(), end) == Some(1))
    };
    if task.burst().is_some() || world.tasks().any(Task::is_reader) || !others.iter().all(is_plain) {
        return None;
    }
    let tasks = std::iter::once(task.id).chain(others.iter().map(|other| other.id)).collect();
    let with = if bytes > 1 { vec![WokenWith::AtLeast(bytes)] } else { Vec::new() };
    Some(Foretold::Wakes { by: Deed::Write { end: peer.id, bytes, times: 1 }, tasks, with })
}

/// A message that wakes a task which sleeps beside one that waits already; nobody else reads there.
pub(super) fn next_message_wakes(world: &World, task: &Task, end: &End) -> Option<Foretold> {
    let peer = writer_to(world, end).filter(|_| !end.shut_rd)?;
    let is_alone = sleep::others_at(world, task, end.id).next().is_none() && !world.tasks().any(Task::is_reader);
    let by = Deed::Write { end: peer.id, bytes: 1, times: 1 };
    (is_alone && task.burst().is_none()).then(|| Foretold::wakes(by, task.id))
}

/// The same by a writer that comes anew: it opens the FIFO for writing, then writes.
pub(super) fn open_and_write_wakes(world: &World, (task, ongoing): (&Task, &Ongoing), end: &End) -> Option<Foretold> {
    let at = end.address.clone()?;
    let Foretold::Wakes { by: Deed::Write { bytes, .. }, tasks, with } = write_wakes(world, (task, ongoing), end)?
    else {
        return None;
    };
    Some(Foretold::Wakes { by: Deed::OpenAndWrite { at, bytes }, tasks, with })
}

/// The other side of an end, where a write can still come from.
pub(super) fn writer_to<'a>(world: &'a World, end: &End) -> Option<&'a End> {
    world.end(end.peer?).filter(|peer| !peer.closed && peer.peer == Some(end.id) && !peer.shut_wr)
}

/// How many bytes have to come before a sleeping read returns.
fn bytes_that_wake(call: &Call, end: &End) -> Option<u64> {
    let room = call.room().filter(|room| *room > 0)?;
    let knows_no_more = call.flags() & abi::MSG_OOB != 0 || end.inbox.peek_off.is_some() || end.passcred;
    // With SO_PEEK_OFF a look passes over so many bytes of what comes, too.
    let looks_beyond = end.inbox.peek_off.is_some() && call.flags() & abi::MSG_PEEK != 0;
    if looks_beyond || (knows_no_more && (end.kind == Kind::Stream || call.flags() & abi::MSG_OOB != 0)) {
        return None;
    }
    let wanted = match end.kind {
        Kind::Stream if call.flags() & abi::MSG_WAITALL != 0 && call.flags() & abi::MSG_PEEK == 0 => room,
        Kind::Stream => end.low_water.clamp(1, room),
        Kind::Seqpacket | Kind::Dgram | Kind::Pipe | Kind::PacketPipe | Kind::Fifo => 1,
    };
    let is_plain = end.inbox.queue.iter().all(|piece| {
        !piece.tentative && end.inbox.write(piece.write).is_some_and(|write| write.fds.is_empty() && write.carried == 0)
    });
    let left = wanted.checked_sub(end.inbox.waiting()).filter(|left| (1..=FEW).contains(left))?;
    (is_plain && end.inbox.urgent.is_none()).then_some(left)
}

/// All others that sleep in a read of the same end.
pub(super) fn other_readers<'a>(world: &'a World, task: &Task, end: EndId) -> impl Iterator<Item = &'a Task> + use<'a> {
    let reads = |other: &&Task| other.sleeping_call().is_some_and(|of| of.call().is_reading());
    sleep::others_at(world, task, end).filter(reads)
}

/// Their names.
pub(super) fn others_at(world: &World, task: &Task, end: EndId) -> Vec<String> {
    other_readers(world, task, end).map(|other| other.name.clone()).collect()
}

/// The close of the last descriptor of the other side, where nothing but that comes between.
pub(super) fn close_wakes(
    world: &World,
    (task, ongoing): (&Task, &Ongoing),
    there: &End,
    with: Vec<WokenWith>,
) -> Option<Foretold> {
    let is_alone = is_only_sleeper(world, task, there.id);
    let is_plain = task.burst().is_none() && ongoing.kept.is_empty() && there.in_flight == 0 && !there.outside;
    let by = Deed::CloseAll { end: there.id };
    (is_alone && is_plain && !there.closed).then_some(Foretold::Wakes { by, tasks: vec![task.id], with })
}

/// Reads that take all that waits at the other side of a write.
pub(super) fn taking_wakes(world: &World, task: &Task, there: &End) -> Option<Foretold> {
    let is_plain = task.burst().is_none() && !there.outside;
    let is_alone = is_only_sleeper(world, task, there.id) && world.locked_pipes().next().is_none();
    (is_plain && is_alone).then_some(Foretold::wakes(Deed::TakeAll { end: there.id }, task.id))
}

/// The death of the one child that a task waits for, or of all of them where it ignores SIGCHLD; and nobody else waits.
pub(super) fn deaths_wake(world: &World, task: &Task, pid: i32, all: bool) -> Option<Foretold> {
    let is_own = |child: &&Task| {
        let by = child.by.and_then(|by| world.task(by)).map(|by| by.process);
        child.is_alive() && child.leads_process() && by == Some(task.process) && (pid <= 0 || child.pid == pid)
    };
    let mut children: Vec<TaskId> = world.tasks().filter(is_own).map(|child| child.id).collect();
    if !all {
        children.truncate(1);
    }
    let waits = |other: &&Task| other.sleeping_call().is_some_and(|of| matches!(of.call(), Call::Waitpid { .. }));
    let is_alone = world.tasks().filter(waits).count() == 1 && world.locked_pipes().next().is_none();
    (is_alone && !children.is_empty() && pid >= -1).then(|| Foretold::wakes(Deed::Deaths(children), task.id))
}

/// What an accept at a listening socket comes to.
pub(super) fn next_accept(listener: &End) -> Foretold {
    let has_waiting = listener.backlog.as_ref().is_some_and(|backlog| !backlog.is_empty());
    let outcome = match (has_waiting, listener.shut_here.0) {
        (true, _) => CallOutcome::Works,
        (false, true) => CallOutcome::Fails(accept_after_shutdown(listener)),
        (false, false) => CallOutcome::Sleeps,
    };
    Foretold::Accept { at: listener.id, outcome }
}

/// What an accept fails with at a listening socket that was shut down for reading, once no connection waits (unix_accept).
pub(super) fn accept_after_shutdown(listener: &End) -> Errno {
    if listener.nonblock { Errno::EAGAIN } else { Errno::EINVAL }
}

/// What makes poll(2) and epoll_wait(2) tell of something that they are asked about.
pub(super) fn event_wakes(world: &World, tasks: &[TaskId], (at, events): (EndId, u32)) -> Option<Foretold> {
    let takes = |task: &Task| {
        task.is_reader() || task.sleeping_call().is_some_and(|of| of.call().is_reading() && sleep::is_at(task, at))
    };
    if events & abi::EPOLLIN == 0 || world.tasks().any(takes) {
        return None;
    }
    let by = match (world.end(at), world.object(at)) {
        (Some(end), _) if end.backlog.is_some() => reach(world, end)?,
        (Some(end), _) => {
            let peer = writer_to(world, end)?;
            let is_plain = !end.shut_rd && end.can_be_read() && !peer.outside;
            is_plain.then_some(Deed::Write { end: peer.id, bytes: 1, times: 1 })?
        }
        (None, Some(object)) if matches!(object.inside, Inside::Counter { .. }) => Deed::Feed { object: at },
        _ => return None,
    };
    Some(Foretold::Wakes { by, tasks: tasks.to_vec(), with: vec![WokenWith::AtLeast(1)] })
}

/// A message or a connection to the address of an end, if that still finds it.
pub(super) fn reach(world: &World, end: &End) -> Option<Deed> {
    let at = end.address.as_deref()?;
    let is_found = world.ends_at(at).any(|found| found.id == end.id) && !end.shut_here.0;
    is_found.then_some(Deed::Reach { end: end.id })
}

/// What reads at an end come to that must not sleep.
pub(super) fn reads(world: &World, end: &End) -> Option<Foretold> {
    let next = next_read(world, end, Blocking::MustNotSleep).filter(|_| end.can_be_read())?;
    let outcomes = std::iter::once(next.outcome).chain(next.afterwards).collect();
    Some(Foretold::Reads { end: end.id, outcomes })
}

/// The very next read, if it brings something.
pub(super) fn next_bytes(world: &World, end: &End) -> Option<Foretold> {
    let outcome = next_read(world, end, Blocking::MustNotSleep).filter(|_| end.can_be_read())?.outcome;
    let brings = matches!(outcome, ReadOutcome::Bytes { .. } | ReadOutcome::Message(_) | ReadOutcome::SomeMessage);
    brings.then_some(Foretold::read(end.id, outcome))
}

/// A write that fails, whatever room there is.
pub(super) fn failing_write(world: &World, end: &End) -> Option<Foretold> {
    let failure = next_write::failure(world, end).filter(|_| end.can_be_written())?;
    Some(Foretold::write_fails(end.id, failure.errno))
}

/// Whether nobody else sleeps at either side of an end.
fn is_only_sleeper(world: &World, task: &Task, there: EndId) -> bool {
    let near = world.end(there).and_then(|end| end.peer);
    let others = |other: &Task| sleep::is_at(other, there) || near.is_some_and(|near| sleep::is_at(other, near));
    !world.tasks().any(|other| other.id != task.id && (others(other) || other.is_reader()))
}
