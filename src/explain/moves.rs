//! splice(2) and tee(2): what they moved, why they could not, and which of their two ends a sleeping one waits for.

use crate::abi::{self, Errno};
use crate::order::Call;
use crate::questions::sleep;
use crate::trace::{Deed, Explanation, Foretold};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::EndId;
use crate::world::origin::Setting;
use crate::world::task::Task;

use super::context::CallContext;
use super::pages::{self, PipeRoom};
use super::wording::About;
use super::{Rule, foretold, wording};

pub(super) const RULES: &[Rule] = &[refused, would_sleep, nobody_reads, nothing_comes, moved];

/// One of the two calls, with its descriptors.
struct MovingCall {
    name: &'static str,
    from: i32,
    to: i32,
    stays: bool,
}

impl MovingCall {
    fn of(call: &Call) -> Option<Self> {
        if let Call::Splice { from, to, .. } = *call {
            return Some(Self { name: "splice", from, to, stays: false });
        }
        let Call::Tee { from, to, .. } = *call else { return None };
        Some(Self { name: "tee", from, to, stays: true })
    }

    fn page(&self) -> &'static str {
        if self.stays { "tee(2)" } else { "splice(2)" }
    }
}

/// The call, and what its descriptors referred to.
fn context_of<'a>(context: &CallContext<'a>) -> Option<(MovingCall, Option<&'a End>, Option<&'a End>)> {
    let of = MovingCall::of(&context.call.call)?;
    let end = |fd: i32| context.world.end(context.call.names.end_id(fd)?);
    let (from, to) = (end(of.from), end(of.to));
    Some((of, from, to))
}

/// EINVAL.
fn refused(context: &CallContext<'_>) -> Option<Explanation> {
    let (of, from, to) = context_of(context).filter(|_| context.ret() < 0 && context.errno() == Errno::EINVAL)?;
    let is_pipe = |end: Option<&End>| end.is_some_and(|end| end.kind.is_pipe());
    let (source, target) = (context.call.names.end(of.from), context.call.names.end(of.to));
    let text = match (is_pipe(from), is_pipe(to)) {
        (true, true) if from.and_then(|from| from.peer) == to.map(|to| to.id) => {
            format!(
                "{source} and {target} are the two sides of one pipe, and {} does not move bytes round in a circle.",
                of.name
            )
        }
        (false, false) if of.from == of.to => {
            format!(
                "{} moves pages of a pipe: one of its two descriptors must be a pipe's end, and {source} is none.",
                of.name
            )
        }
        (false, false) => {
            format!("{} moves pages of a pipe: {source} or {target} must be a pipe's end, and neither is.", of.name)
        }
        _ if of.stays => {
            format!(
                "tee lets two pipes share pages: both {source} and {target} must be pipes. splice can have a socket at one side."
            )
        }
        _ if from.is_none() || to.is_none() => {
            let other = if from.is_none() { source } else { target };
            format!(
                "splice cannot use {other}: beside the pipe there must be another pipe, a socket or a file that offers its bytes."
            )
        }
        _ => format!("splice cannot use {source} or {target} in this state: a socket must be connected."),
    };
    Some(wording::explanation(context.task, "moves-between-pipes", of.page(), text))
}

/// EAGAIN.
fn would_sleep(context: &CallContext<'_>) -> Option<Explanation> {
    let (of, from, to) = context_of(context).filter(|_| context.ret() < 0 && context.errno() == Errno::EAGAIN)?;
    let about = from.map_or_else(|| About::from(context.task), About::from);
    let lacks = if from.is_some_and(is_empty) { from } else { to };
    let flagged = [lacks, from, to].into_iter().flatten().find(|end| end.nonblock);
    let because = match flagged.filter(|_| !asks_not_to_sleep(&context.call.call)) {
        Some(end) => match end.origins.get(&Setting::Nonblock) {
            Some(origin) => format!("O_NONBLOCK of {} was set by {}", end.label(), wording::by(context.world, *origin)),
            None => format!("{} is non-blocking", end.label()),
        },
        None => "SPLICE_F_NONBLOCK asks for that".to_owned(),
    };
    let text = format!(
        "{}, so {} fails with EAGAIN instead of sleeping: {because}.",
        wording::capital(&what_lacks(context.world, from, to)),
        of.name,
    );
    Some(wording::explanation(about, "nothing-to-move", of.page(), text))
}

/// SPLICE_F_NONBLOCK.
fn asks_not_to_sleep(call: &Call) -> bool {
    matches!(call, Call::Splice { flags, .. } | Call::Tee { flags, .. } if flags & abi::SPLICE_NONBLOCK != 0)
}

/// What a sleeping write has offered is not there yet.
fn is_empty(from: &End) -> bool {
    from.inbox.queue.iter().all(|piece| piece.tentative)
}

/// `nothing waits at p[0]`, or `there is no room at q[1]`.
pub(super) fn what_lacks(world: &World, from: Option<&End>, to: Option<&End>) -> String {
    match (from, to) {
        (Some(from), _) if is_empty(from) => {
            let here = from.label();
            match from.peer.and_then(|peer| world.end(peer)).map(|peer| wording::who_holds(world, peer)) {
                Some(holds) => format!("nothing waits at {here}, and {holds}"),
                None => format!("nothing waits at {here}"),
            }
        }
        (_, Some(to)) => format!("there is no room behind {}", to.label()),
        _ => "nothing can be moved now".to_owned(),
    }
}

/// EPIPE.
fn nobody_reads(context: &CallContext<'_>) -> Option<Explanation> {
    let (of, from, to) = context_of(context).filter(|_| context.ret() < 0 && context.errno() == Errno::EPIPE)?;
    let (to, peer) = (to?, context.world.end(to?.peer?).filter(|peer| peer.closed)?);
    let source = from.map_or_else(|| context.call.names.end(of.from), End::label);
    let rest = match from {
        Some(from) if from.closed => format!("What waited at {source} has gone with its last descriptor."),
        _ => format!("What waits at {source} is still there."),
    };
    let text = format!(
        "{} could not move anything to {}: nobody has {} open any more, which is EPIPE and SIGPIPE as for a write. {rest}",
        context.who(),
        to.label(),
        wording::title(peer),
    );
    let fails = foretold::failing_write(context.world, to);
    Some(wording::explanation(to, "moves-to-nobody", of.page(), text).foretelling(fails))
}

/// 0, although bytes were asked for.
fn nothing_comes(context: &CallContext<'_>) -> Option<Explanation> {
    let (of, from, _) = context_of(context).filter(|_| context.ret() == 0)?;
    if matches!(context.call.call, Call::Splice { count: 0, .. } | Call::Tee { count: 0, .. }) {
        return None;
    }
    let from = from?;
    let peer = from.peer.and_then(|peer| context.world.end(peer));
    let why = match peer.filter(|peer| peer.closed) {
        Some(gone) => format!("nobody has {} open any more", wording::title(gone)),
        None if from.shut_rd || peer.is_some_and(|peer| peer.shut_wr) => {
            "the connection was shut down in this direction".to_owned()
        }
        None => return None,
    };
    let text =
        format!("{} returned 0, as a read there would: nothing is left at {}, and {why}.", of.name, from.label());
    let eof = foretold::reads(context.world, from);
    Some(wording::explanation(from, "moves-to-the-end", of.page(), text).foretelling(eof))
}

/// What was moved, and where it is now.
fn moved(context: &CallContext<'_>) -> Option<Explanation> {
    let (of, from, to) = context_of(context).filter(|_| context.ret() > 0)?;
    let (from, to) = (from?, to?);
    let now = context.world.end(to.peer?)?;
    let bytes = wording::count(u64::try_from(context.ret()).unwrap_or(0), "byte");
    let text = if of.stays {
        format!(
            "tee put {bytes} of {} in the pipe behind {} as well, without taking them away: who reads there and who reads at {} both \
             get them. It copies no byte, the two pipes share the pages, and it always starts at the front.",
            from.label(),
            to.label(),
            now.label(),
        )
    } else {
        format!(
            "splice moved {bytes} from {} to {}, inside the kernel: {} got none of them in a buffer of its own. They are no longer at \
             {} and wait at {}.",
            from.label(),
            to.label(),
            context.who(),
            from.label(),
            now.label(),
        )
    };
    let rule = if of.stays { "tee-leaves-them" } else { "moved-inside-the-kernel" };
    let left = if of.stays { foretold::next_bytes(context.world, from) } else { None };
    let there = foretold::next_bytes(context.world, now);
    Some(wording::explanation(to, rule, of.page(), text).foretelling(left.into_iter().chain(there)))
}

/// A sleeping call.
pub(super) fn asleep(world: &World, task: &Task) -> Option<Explanation> {
    let ongoing = task.sleeping_call()?;
    let of = MovingCall::of(ongoing.call())?;
    let end = |fd: i32| world.end(ongoing.names.end_id(fd)?);
    let (from, to) = (end(of.from), end(of.to));
    let text = format!(
        "{} is asleep in {}({}, {}): {}. It moves nothing before it can move something at both sides.",
        task.name,
        of.name,
        ongoing.names.end(of.from),
        ongoing.names.end(of.to),
        what_lacks(world, from, to),
    );
    let wakes = from.zip(to).and_then(|(from, to)| lets_it_move(world, task, (from, to)));
    Some(wording::explanation(task, "asleep-in-splice", of.page(), text).foretelling(wakes))
}

/// A write where nothing waits, or reads where there is no room; none where both are so, or where somebody else sleeps there.
fn lets_it_move(world: &World, task: &Task, (from, to): (&End, &End)) -> Option<Foretold> {
    let (before, behind) = (world.end(from.peer?)?, world.end(to.peer?)?);
    let sleeps_there = |end: &End| sleep::others_at(world, task, end.id).next().is_some();
    if [from, to, before, behind].into_iter().any(sleeps_there) || world.tasks().any(Task::is_reader) {
        return None;
    }
    let is_full = pages::room(world, behind) != Some(PipeRoom::Pages);
    let by = match (is_empty(from), to.kind.is_pipe() && is_full) {
        (true, false) if to.kind.is_pipe() && !before.closed => Deed::Write { end: before.id, bytes: 1, times: 1 },
        (false, _) => Deed::TakeAll { end: behind.id },
        _ => return None,
    };
    Some(Foretold::wakes(by, task.id))
}

/// Who holds the lock of a pipe, and what lets it go.
struct LockHolder<'a> {
    /// Who sleeps in the splice.
    splicer: &'a Task,
    /// From where to where it moves something.
    way: &'static str,
    /// What is to be done at the other side of the socket.
    help: &'static str,
    /// What then happens.
    foretold: Foretold,
}

impl<'a> LockHolder<'a> {
    fn find(world: &'a World, pipe: EndId) -> Option<Self> {
        let splicer = world.lock_holder(pipe)?;
        let ongoing = splicer.sleeping_call()?;
        let from = ongoing.names.end_id(MovingCall::of(ongoing.call())?.from).and_then(|from| world.end(from));
        let other_side = ongoing.names.end_id(socket_of(ongoing.call(), from)?).and_then(|id| world.end(id))?.peer?;
        let (way, help, by) = if from.is_some_and(|from| from.kind.is_pipe()) {
            ("from this pipe to a socket that has no room", "read", Deed::TakeAll { end: other_side })
        } else {
            let write = Deed::Write { end: other_side, bytes: 1, times: 1 };
            ("into this pipe from a socket where nothing waits", "write", write)
        };
        Some(Self { splicer, way, help, foretold: Foretold::wakes(by, splicer.id) })
    }
}

/// A task that waits for the lock of a pipe, which somebody's sleeping splice holds.
pub(super) fn locked_out(world: &World, task: &Task, end: Option<&End>) -> Option<Explanation> {
    let end = end.filter(|_| world.is_locked_out(task))?;
    let LockHolder { splicer, way, help, foretold } = LockHolder::find(world, end.id)?;
    let text = format!(
        "{} is asleep in {}({}), and no signal can wake it: {} is asleep in a splice {way}, and the kernel holds the pipe's \
         lock all that time. A {help} at the other side of the socket lets both go on.",
        task.name,
        task.current_call().map_or("a call", Call::name),
        end.label(),
        splicer.name,
    );
    Some(wording::explanation(task, "locked-by-a-splice", "splice(2)", text).foretelling([foretold]))
}

/// A task that was killed and cannot end: its process has to close the last copy of an end of a pipe whose lock somebody's sleeping
/// splice holds.
pub(super) fn cannot_end(world: &World, task: &Task) -> Option<Explanation> {
    let (signal, sender) = world.ended_by(task)?;
    let process = world.process_of(task.id)?;
    let is_last = |end: &&End| world.holders(end.id).iter().all(|(holder, _)| holder.process == task.process);
    let mut ends = process.rows().filter_map(|(_, row)| world.end(row.end)).filter(is_last);
    let locked = ends.find(|end| world.is_locked(end.id))?;
    let LockHolder { splicer, way, help, foretold } = LockHolder::find(world, locked.id)?;
    let text = format!(
        "{} was killed by {} ({}), and is not dead yet: its process ends inside the kernel, which has to close the last copy of \
         {}, and {} is asleep in a splice {way}. The kernel holds the pipe's lock all that time, and the close waits for it. So \
         waitpid does not return yet. A {help} at the other side of the socket lets both go on.",
        task.name,
        signal.name(),
        wording::sent_by(world, sender),
        locked.label(),
        splicer.name,
    );
    Some(wording::explanation(task, "killed-cannot-end", "splice(2)", text).foretelling([foretold]))
}

/// The number of the socket at one side of a splice that has a pipe at the other.
fn socket_of(call: &Call, from: Option<&End>) -> Option<i32> {
    let of = MovingCall::of(call)?;
    Some(if from.is_some_and(|from| from.kind.is_pipe()) { of.to } else { of.from })
}

/// The end at which somebody has to do something before a sleeping call moves anything: the other side of what is empty or full.
pub(super) fn waits_for(world: &World, task: &Task) -> Option<EndId> {
    let ongoing = task.sleeping_call()?;
    let of = MovingCall::of(ongoing.call())?;
    let from = world.end(ongoing.names.end_id(of.from)?)?;
    let to = world.end(ongoing.names.end_id(of.to)?)?;
    if is_empty(from) { from.peer } else { to.peer }
}
