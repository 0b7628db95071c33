//! Which task sleeps where: the call it is in, and the end that call is about.

use crate::order::Call;
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::EndId;
use crate::world::task::{Ongoing, Task};

/// A call that a task sleeps in.
#[derive(Debug, Clone, Copy)]
pub struct Sleep<'a> {
    /// The order it belongs to.
    pub ongoing: &'a Ongoing,
    /// The call.
    pub call: &'a Call,
    /// The end it is about; of poll(2) the first, of splice(2) the source.
    pub end: Option<&'a End>,
}

/// The call that a task sleeps in, if it sleeps.
pub fn of_task<'a>(world: &'a World, task: &'a Task) -> Option<Sleep<'a>> {
    let ongoing = task.sleeping_call()?;
    let end = end_ids(ongoing).first().and_then(|id| world.end(*id));
    Some(Sleep { ongoing, call: ongoing.call(), end })
}

/// The ends that a call is about, by identity, however many numbers have been closed since it was entered.
pub fn end_ids(ongoing: &Ongoing) -> Vec<EndId> {
    let id = |fd: i32| ongoing.names.end_id(fd);
    if let Call::Poll { fds, .. } = ongoing.call() {
        return fds.iter().filter_map(|fd| id(*fd)).collect();
    }
    if let Call::Splice { from, to, .. } | Call::Tee { from, to, .. } = *ongoing.call() {
        return [from, to].into_iter().filter_map(id).collect();
    }
    ongoing.call().fd().and_then(id).into_iter().collect()
}

/// Whether SO_RCVTIMEO or SO_SNDTIMEO ends the sleep.
pub fn ends_by_itself(world: &World, ongoing: &Ongoing) -> bool {
    let end = ongoing.call().fd().and_then(|fd| world.end(ongoing.names.end_id(fd)?));
    let is_send = ongoing.call().is_writing();
    end.is_some_and(|end| if is_send { end.timeouts.1.is_some() } else { end.timeouts.0.is_some() })
}

/// Whether every task that lives sleeps in a call that no time-out ends and nobody outside can end: then nothing happens any more,
/// unless a signal comes.
pub fn is_all_still(world: &World) -> bool {
    let mut living = world.tasks().filter(|task| task.is_alive()).peekable();
    living.peek().is_some() && living.all(|task| is_still(world, task))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "of all other calls it is not known what ends them")]
fn is_still(world: &World, task: &Task) -> bool {
    let Some(Sleep { ongoing, call, .. }) = of_task(world, task) else { return false };
    let ends: Vec<&End> = end_ids(ongoing).into_iter().filter_map(|id| world.end(id)).collect();
    let is_inside = |count: usize| ends.len() == count && ends.iter().all(|end| !end.outside);
    match call {
        Call::Waitpid { .. } | Call::Pause => true,
        Call::Poll { fds, timeout_ms, .. } => *timeout_ms < 0 && is_inside(fds.len()),
        Call::Accept { .. } => is_inside(1),
        Call::Splice { .. } | Call::Tee { .. } => is_inside(2),
        call if call.is_reading() || call.is_writing() => is_inside(1) && !ends_by_itself(world, ongoing),
        _ => false,
    }
}

/// Whether a task sleeps in a call about this end.
pub fn is_at(task: &Task, end: EndId) -> bool {
    task.sleeping_call().is_some_and(|ongoing| end_ids(ongoing).contains(&end))
}

/// All others that sleep in a call about this end.
pub fn others_at<'a>(world: &'a World, task: &Task, end: EndId) -> impl Iterator<Item = &'a Task> + use<'a> {
    let own = task.id;
    world.tasks().filter(move |other| other.id != own && is_at(other, end))
}

/// `read(chat[1])`, `waitpid(child1)`: the call a task is in, with what it is about.
pub fn call_words(ongoing: &Ongoing) -> String {
    let call = ongoing.call();
    #[expect(clippy::wildcard_enum_match_arm, reason = "all other calls are about a descriptor, or about nothing")]
    let about = match call {
        Call::Waitpid { pid, .. } | Call::Kill { pid, .. } => ongoing.names.task(*pid).unwrap_or_default().to_owned(),
        Call::Open { path, .. } => path.shown.clone(),
        Call::Splice { from, to, .. } | Call::Tee { from, to, .. } => {
            format!("{}, {}", ongoing.names.end(*from), ongoing.names.end(*to))
        }
        _ => call.fd().map(|fd| ongoing.names.end(fd)).unwrap_or_default(),
    };
    format!("{}({about})", call.name())
}

/// `child1 is asleep in read(chat[1])`, if it is.
pub fn sentence(task: &Task) -> Option<String> {
    task.sleeping_call().map(|ongoing| format!("{} is asleep in {}", task.name, call_words(ongoing)))
}
