//! Calls that a limit has stopped: which limit, how much of it is used and by whom, and the way out.

use crate::abi::Errno;
use crate::order::Call;
use crate::trace::Explanation;
use crate::world::World;
use crate::world::origin::Setting;
use crate::world::task::Task;

use super::context::CallContext;
use super::{Rule, advice, wording};

pub(super) const RULES: &[Rule] = &[too_many_descriptors, number_beyond_limit, too_many_in_flight];

/// EMFILE.
fn too_many_descriptors(context: &CallContext<'_>) -> Option<Explanation> {
    if context.ret() >= 0 || context.errno().name() != "EMFILE" {
        return None;
    }
    let (world, who) = (context.world, context.who());
    let held = world.process_of(context.task.id).map_or(0, |process| process.table.len() as u64);
    let waits = context.end.is_some_and(|end| end.backlog.as_ref().is_some_and(|backlog| !backlog.is_empty()));
    let spins = if waits && matches!(context.call.call, Call::Accept { .. }) {
        "The connection stays in the queue, so poll says POLLIN again at once: a loop of poll and accept runs without a pause until \
         a descriptor is closed."
    } else {
        "A descriptor that is closed is free at once."
    };
    let text = format!(
        "{who} has {} open, 0 to 2 included, and its {}: {} needs one more number. {spins}",
        wording::count(held, "descriptor"),
        limit(world, context.task),
        context.call.call.name(),
    );
    let explained = wording::explanation(context.task, "too-many-descriptors", "getrlimit(2)", text);
    Some(advice::advised(world, context.task, explained, &format!("`fds {who}` shows what it has open")))
}

/// EBADF of dup2 and dup3, EINVAL of F_DUPFD: the number that was asked for, and not the one that was given.
#[expect(clippy::wildcard_enum_match_arm, reason = "no other call asks for a number")]
fn number_beyond_limit(context: &CallContext<'_>) -> Option<Explanation> {
    let (world, who) = (context.world, context.who());
    let (fd, wanted, errno) = match context.call.call {
        Call::Dup2 { fd, to } | Call::Dup3 { fd, to, .. } => (fd, to, Errno::EBADF),
        Call::DupFrom { fd, least, .. } => (fd, least, Errno::EINVAL),
        _ => return None,
    };
    let process = world.process_of(context.task.id)?;
    let is_open = process.table.contains_key(&fd) && context.ret() < 0 && context.errno() == errno;
    let is_beyond =
        u64::try_from(wanted).is_ok_and(|wanted| process.most_descriptors.is_some_and(|most| wanted >= most));
    if !is_open || !is_beyond {
        return None;
    }
    let text = format!(
        "{} is open, and {} fails with {} because of the number {wanted}: numbers of descriptors are below the limit, and {who}'s {}.",
        context.call.names.end(fd),
        context.call.call.name(),
        errno.name(),
        limit(world, context.task),
    );
    Some(wording::explanation(context.task, "number-beyond-the-limit", "getrlimit(2)", text))
}

/// Of a receive that brought fewer descriptors than were sent: the limit, where no number is left.
pub(super) fn table_is_full(context: &CallContext<'_>) -> Option<String> {
    let process = context.world.process_of(context.task.id)?;
    let most = process.most_descriptors?;
    let lowest_free = (0..=i32::MAX).find(|fd| !process.table.contains_key(fd))?;
    (u64::try_from(lowest_free).ok()? >= most).then(|| {
        format!(
            "{} has {} open, 0 to 2 included, and its {}, so no number was left",
            context.who(),
            wording::count(process.table.len() as u64, "descriptor"),
            limit(context.world, context.task)
        )
    })
}

/// What to type in that case.
pub(super) fn more_numbers(context: &CallContext<'_>) -> Option<String> {
    table_is_full(context)?;
    let who = context.who();
    Some(format!("`fds {who}` shows what it has open, and `{who}: rlimit nofile 64` allows more"))
}

/// ETOOMANYREFS: descriptors in flight are counted for the user, not for the process.
fn too_many_in_flight(context: &CallContext<'_>) -> Option<Explanation> {
    if context.ret() >= 0 || context.errno().name() != "ETOOMANYREFS" {
        return None;
    }
    let world = context.world;
    let of_ends: u64 = world.ends().map(|end| u64::from(end.in_flight)).sum();
    let of_objects: u64 = world.objects().map(|object| u64::from(object.in_flight)).sum();
    let queues: Vec<String> = world
        .ends()
        .filter(|end| end.inbox.writes.iter().any(|write| !write.fds.is_empty()))
        .map(crate::world::channel::End::label)
        .collect();
    let text = format!(
        "This user has {} in flight, sent and not yet received (in the queue of {}), and {}'s {}. The kernel counts them for the \
         user and compares with the sender's limit; a process with CAP_SYS_RESOURCE or CAP_SYS_ADMIN is exempt.",
        wording::count(of_ends + of_objects, "descriptor"),
        wording::list(&queues),
        context.who(),
        limit(world, context.task),
    );
    let explained = wording::explanation(context.task, "too-many-in-flight", "unix(7)", text);
    let receive =
        queues.first().map_or_else(|| "receive some".to_owned(), |at| format!("`recvmsg {at} fds=1` makes room"));
    Some(advice::advised(world, context.task, explained, &receive))
}

/// `RLIMIT_NOFILE is 8, set by parent's setrlimit in line 3`.
fn limit(world: &World, task: &Task) -> String {
    let process = world.process_of(task.id);
    let figure = process.and_then(|process| process.most_descriptors);
    let origin = process.and_then(|process| process.origins.get(&Setting::DescriptorLimit));
    match (figure, origin) {
        (Some(figure), Some(origin)) => format!("RLIMIT_NOFILE is {figure}, set by {}", wording::by(world, *origin)),
        _ => "RLIMIT_NOFILE, inherited from the shell, allows no more".to_owned(),
    }
}
