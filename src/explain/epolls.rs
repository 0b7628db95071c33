//! epoll: an edge that is told once, a single shot, a description that outlives its number, and what cannot be added.

use crate::abi;
use crate::order::{Call, Extra};
use crate::questions::sleep;
use crate::trace::{CallState, Explanation, Foretold};
use crate::world::World;
use crate::world::channel::{End, Reset};
use crate::world::object::{Inside, Interest};
use crate::world::origin::Setting;
use crate::world::task::{Ongoing, Task};

use super::context::CallContext;
use super::{Rule, advice, foretold, polls, wording};

pub(super) const RULES: &[Rule] =
    &[not_added, spent, edge_was_told, writable_edge_was_told, outlives_its_number, told, nothing_there];

/// Told of the other side's end.
const HANG_UPS: &[(&str, i32)] = &[("EPOLLHUP", 0x10), ("EPOLLRDHUP", 0x2000), ("EPOLLERR", 8)];
const HANG_UP_BITS: i32 = ALWAYS_TOLD | 0x2000;
const ALWAYS_TOLD: i32 = 0x10 | 8;

/// epoll_ctl(2) that failed.
fn not_added(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::EpollCtl { epoll, fd, .. } = context.call.call else { return None };
    if context.ret() >= 0 {
        return None;
    }
    let (here, what) = (context.call.names.end(epoll), context.call.names.end(fd));
    let errno = context.errno().name();
    let because = match errno {
        "EEXIST" => format!("{what} is in {here} already, under the number {fd}; `mod` changes what is there"),
        "ENOENT" => return Some(not_in_it(context, (&here, &what))),
        "EPERM" => format!("{what} can always be read and written, as files can: there is nothing to wait for"),
        "ELOOP" => format!("{what} waits for {here} already: a circle of epolls would never end"),
        "EINVAL" if epoll == fd => format!("{here} cannot wait for itself"),
        "EINVAL" if context.object().is_none() => format!("{here} is no epoll"),
        _ => return None,
    };
    let text = format!("epoll_ctl fails with {errno}: {because}.");
    Some(wording::explanation(here.as_str(), "epoll-refuses", "epoll_ctl(2)", text))
}

/// ENOENT of epoll_ctl(2): it was never added, or under another number.
fn not_in_it(context: &CallContext<'_>, (here, what): (&str, &str)) -> Explanation {
    let Call::EpollCtl { epoll, fd, .. } = context.call.call else { return epoll_refuses(here, String::new()) };
    let end = context.call.names.end_id(fd);
    let interests = context.call.names.end_id(epoll).map_or_else(Vec::new, |epoll| context.world.interests(epoll));
    let other = interests.iter().find(|interest| Some(interest.end) == end);
    epoll_refuses(
        here,
        match other {
            Some(other) => format!(
                "epoll_ctl fails with ENOENT: {what} is in {here} under the number {}, by {}, and not under {fd}. An epoll knows what it \
                 watches by the number and the open file together.",
                other.fd,
                wording::by(context.world, other.origin)
            ),
            None => format!(
                "epoll_ctl fails with ENOENT: {what} is not in {here}. It was not added, or it was deleted, or all its descriptors \
                 were closed after that."
            ),
        },
    )
}

fn epoll_refuses(here: &str, text: String) -> Explanation {
    wording::explanation(here, "epoll-refuses", "epoll_ctl(2)", text)
}

/// What the epoll of the call waits for; none where it is another call or it has not returned.
fn interests<'a>(context: &CallContext<'a>) -> Vec<&'a Interest> {
    let Call::EpollWait { epoll, .. } = context.call.call else { return Vec::new() };
    if context.ret() < 0 {
        return Vec::new();
    }
    context.call.names.end_id(epoll).map_or_else(Vec::new, |epoll| context.world.interests(epoll))
}

fn rows<'a>(context: &CallContext<'a>) -> &'a [(u64, u32)] {
    if let Extra::Epoll(rows) = &context.call.outcome.extra { rows } else { &[] }
}

/// An end that waits to be read, and is asked about that.
fn unread<'a>(world: &'a World, interest: &Interest) -> Option<&'a End> {
    let end = world.end(interest.end)?;
    (interest.events & abi::EPOLLIN != 0 && !end.inbox.queue.is_empty()).then_some(end)
}

/// EPOLLONESHOT that was told.
fn spent(context: &CallContext<'_>) -> Option<Explanation> {
    let is_quiet = context.ret() == 0;
    let all = interests(context);
    let interest = all.iter().find(|interest| is_quiet && interest.is_spent)?;
    let label = context.world.label(interest.end);
    let waits = unread(context.world, interest)
        .map_or_else(String::new, |end| format!(" {} there.", wording::capital(&wording::waits(end))));
    let text = format!(
        "{label} was added with EPOLLONESHOT by {}, and its one event was told: it is switched off, whatever happens there, until epoll_ctl \
         modifies it.{waits}",
        wording::by(context.world, interest.origin),
    );
    let explained = wording::explanation(label.as_str(), "one-shot-is-spent", "epoll_ctl(2)", text);
    let fd = context.call.call.fd();
    let epoll = fd.map(|fd| context.call.names.end(fd)).unwrap_or_default();
    let at = fd.and_then(|fd| context.call.names.end_id(fd));
    let advice = advice::typed_by(context.world, context.task, at, &format!("epollctl {epoll} mod {label} oneshot"));
    Some(advice::advised(context.world, context.task, explained, &advice).foretelling(next_wait(context, false)))
}

/// What the next epoll_wait(2) that must not sleep comes to.
fn next_wait(context: &CallContext<'_>, tells: bool) -> Option<Foretold> {
    let Call::EpollWait { epoll, .. } = context.call.call else { return None };
    Some(Foretold::Epoll { epoll: context.call.names.end_id(epoll)?, tells })
}

/// EPOLLET and something unread.
fn edge_was_told(context: &CallContext<'_>) -> Option<Explanation> {
    let is_quiet = context.ret() == 0;
    let all = interests(context);
    let is_edge = |interest: &&&Interest| interest.events & abi::EPOLLET != 0;
    let end = all.iter().filter(is_edge).find_map(|interest| unread(context.world, interest).filter(|_| is_quiet))?;
    let here = end.label();
    let text = format!(
        "An edge is told once: {} at {here}, and epoll_wait told of that when it came. With EPOLLET it tells only of what is new, so \
         the rest stays unread until more is written or somebody reads it without being told. Read until EAGAIN after each edge, from a \
         non-blocking descriptor; without EPOLLET it would be told again each time.",
        wording::waits(end)
    );
    Some(wording::explanation(end, "edge-was-told", "epoll(7)", text).foretelling(next_wait(context, false)))
}

/// EPOLLET, and a write that would not sleep.
fn writable_edge_was_told(context: &CallContext<'_>) -> Option<Explanation> {
    let is_edge = |interest: &&&Interest| {
        let asked = interest.events & (abi::EPOLLET | abi::EPOLLOUT) == abi::EPOLLET | abi::EPOLLOUT;
        asked && !interest.is_spent && context.ret() == 0
    };
    let all = interests(context);
    let end = all.iter().filter(is_edge).find_map(|interest| has_all_room(context.world, interest))?;
    let here = end.label();
    let text = format!(
        "An edge is told once: a write at {here} would not sleep, and epoll_wait told of that before. With EPOLLET EPOLLOUT comes again \
         when a read at the other side makes room: write until EAGAIN first, then wait.",
    );
    Some(wording::explanation(end, "edge-was-told", "epoll(7)", text).foretelling(next_wait(context, false)))
}

/// The end of an interest, where nothing that was written there waits to be read.
fn has_all_room<'a>(world: &'a World, interest: &Interest) -> Option<&'a End> {
    let end = world.end(interest.end).filter(|end| end.can_be_written())?;
    world.end(end.peer?).filter(|peer| !peer.closed && peer.inbox.queue.is_empty() && !end.shut_wr).map(|_| end)
}

/// A number that is closed, and still told.
fn outlives_its_number(context: &CallContext<'_>) -> Option<Explanation> {
    let process = context.world.process_of(context.task.id)?;
    let all = interests(context);
    let is_told = |interest: &&&Interest| rows(context).iter().any(|row| row.0 == interest.data);
    let has_it = |interest: &Interest| process.table.get(&interest.fd).is_some_and(|entry| entry.is_of(interest.end));
    let interest = all.iter().filter(is_told).find(|interest| !has_it(interest))?;
    let (label, who, fd) = (context.world.label(interest.end), context.who(), interest.fd);
    let holders = wording::list(&wording::holders(context.world, interest.end));
    let text = format!(
        "{who} has no descriptor {fd} for {label}, and epoll tells of it all the same: it watches the open file description, which \
         lives on with {holders}. {who} cannot remove it by that number any more: remove it from the epoll before the close."
    );
    Some(wording::explanation(label.as_str(), "epoll-outlives-close", "epoll(7)", text))
}

/// What is ready.
fn told(context: &CallContext<'_>) -> Option<Explanation> {
    let all = interests(context);
    let row = rows(context).first()?;
    let interest = all.iter().rev().find(|interest| interest.data == row.0)?;
    let label = context.world.label(interest.end);
    let Call::EpollWait { count, .. } = context.call.call else { return None };
    let was_told = |interest: &&&Interest| rows(context).iter().any(|row| row.0 == interest.data);
    let once = |interest: &&Interest| interest.events & (abi::EPOLLET | abi::EPOLLONESHOT) != 0;
    // With more than there was room for, the next wait tells of others.
    let has_all = usize::try_from(count).is_ok_and(|room| rows(context).len() < room);
    let next = if all.iter().filter(was_told).all(once) {
        has_all.then(|| next_wait(context, false)).flatten()
    } else {
        next_wait(context, true)
    };
    let how = if interest.events & abi::EPOLLET != 0 {
        "With EPOLLET this is told once: the next wait tells only of what comes after it"
    } else if interest.events & abi::EPOLLONESHOT != 0 {
        "With EPOLLONESHOT this is told once, and nothing more until epoll_ctl modifies it"
    } else {
        "It is told again by each wait as long as it is so: that is level-triggered"
    };
    let waits = unread(context.world, interest).filter(|_| row.1 & abi::EPOLLIN != 0);
    let waits = waits.map_or_else(String::new, |end| format!(" ({})", wording::waits(end)));
    let hung = hung_up(context.world, interest, row.1).unwrap_or_default();
    let is_epoll = context.world.object(interest.end).is_some_and(|object| matches!(object.inside, Inside::Epoll(_)));
    let inner = if is_epoll {
        format!("{label} is an epoll itself: something that it watches is ready, and epoll_wait at {label} tells what.")
    } else {
        String::new()
    };
    let text = wording::sentences([format!("epoll_wait tells of {label}{waits}."), inner, hung, format!("{how}.")]);
    Some(wording::explanation(label.as_str(), "epoll-tells", "epoll(7)", text).foretelling(next))
}

/// EPOLLHUP, EPOLLRDHUP or EPOLLERR, and what they say.
fn hung_up(world: &World, interest: &Interest, told: u32) -> Option<String> {
    let (bits, end) = (told.cast_signed() & HANG_UP_BITS, world.end(interest.end)?);
    if bits == 0 {
        return None;
    }
    let names = abi::flag_names(HANG_UPS, bits);
    let unasked = if bits & ALWAYS_TOLD == 0 { "" } else { "EPOLLHUP and EPOLLERR are told whether asked for or not." };
    let peer = end.peer.and_then(|peer| world.end(peer));
    let (here, there) = (end.label(), peer.map_or_else(|| "the other side".to_owned(), wording::title));
    let why = match peer {
        Some(peer) if peer.closed && end.reset == Reset::Pending => {
            format!("{there} was closed with bytes unread, which the next call at {here} is told as ECONNRESET")
        }
        Some(peer) if peer.closed => format!("no descriptor of {there} is open any more"),
        Some(peer) if end.shut_rd && end.shut_wr => polls::both_shut_down(world, end, peer),
        Some(_) if end.shut_here.0 => wording::shut_down_by(world, end, Setting::ShutRead),
        Some(peer) if end.shut_rd => wording::shut_down_by(world, peer, Setting::ShutWrite),
        None if !end.kind.is_pipe() => format!("{here} is connected with nobody"),
        _ => return Some(wording::sentences([format!("{names} came."), unasked.to_owned()])),
    };
    let then = match end.inbox.queue.is_empty() {
        _ if !end.can_be_read() => "A write fails.".to_owned(),
        false => format!("{}: read first, until a read returns 0.", wording::capital(&wording::waits(end))),
        true => String::new(),
    };
    Some(wording::sentences([format!("{names}: {why}."), then, unasked.to_owned()]))
}

/// Something waits to be read, and nobody has asked about that.
fn unasked(world: &World, interest: &Interest) -> Option<String> {
    let end = world.end(interest.end)?;
    let waits = !end.inbox.queue.is_empty() && interest.events & abi::EPOLLIN == 0 && !interest.is_spent;
    waits.then(|| {
        format!(
            "{} at {}, and epoll_wait does not tell: {} has not asked for EPOLLIN there.",
            wording::capital(&wording::waits(end)),
            end.label(),
            wording::by(world, interest.origin),
        )
    })
}

/// 0, and nothing is ready.
fn nothing_there(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::EpollWait { epoll, .. } = context.call.call else { return None };
    if context.ret() != 0 {
        return None;
    }
    let here = context.call.names.end(epoll);
    let all: Vec<String> = interests(context).iter().map(|interest| context.world.label(interest.end)).collect();
    let over = if context.call.state == CallState::Resumed { " before the time-out" } else { "" };
    let unasked = interests(context).into_iter().find_map(|interest| unasked(context.world, interest));
    let text = match (unasked, &*all) {
        (Some(unasked), _) => unasked,
        (None, []) => format!("Nothing is in {here}, so nothing can be told."),
        (None, all) => format!("Nothing that was asked for came{over} at {}.", wording::list(all)),
    };
    Some(wording::explanation(here.as_str(), "epoll-nothing-there", "epoll_wait(2)", text))
}

/// Who sleeps in epoll_wait(2).
pub(super) fn asleep(world: &World, task: &Task, ongoing: &Ongoing) -> Option<Explanation> {
    let Call::EpollWait { epoll, timeout_ms, .. } = ongoing.call() else { return None };
    let interests = world.interests(ongoing.names.end_id(*epoll)?);
    let all: Vec<String> = interests.iter().map(|interest| world.label(interest.end)).collect();
    let unread = interests.iter().find_map(|interest| unread(world, interest));
    let edge = unread.map_or_else(String::new, |end| {
        format!(
            " {} at {}, but that was told already: an edge is told once.",
            wording::capital(&wording::waits(end)),
            end.label()
        )
    });
    let until = if *timeout_ms < 0 { "it has no time-out" } else { "its time-out ends it" };
    let text = match &*all {
        [] => format!("{} is asleep in epoll_wait, and nothing was added to wait for; {until}.", task.name),
        all => format!(
            "{} is asleep in epoll_wait: nothing new that was asked for has come at {}. The first event there wakes it; {until}.{edge}",
            task.name,
            wording::list(all)
        ),
    };
    Some(wording::explanation(task, "asleep-in-epoll", "epoll_wait(2)", text).foretelling(first_event(
        world,
        task,
        (ongoing, &interests),
    )))
}

/// Something that one of those who sleep there is told of.
fn first_event(world: &World, task: &Task, (ongoing, all): (&Ongoing, &[&Interest])) -> Option<Foretold> {
    let at = ongoing.call().fd().and_then(|fd| ongoing.names.end_id(fd))?;
    let others = sleep::others_at(world, task, at).map(|other| other.id);
    let tasks: Vec<_> = std::iter::once(task.id).chain(others).collect();
    let mut live = all.iter().filter(|interest| !interest.is_spent);
    live.find_map(|interest| foretold::event_wakes(world, &tasks, (interest.end, interest.events)))
}
