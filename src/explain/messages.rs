//! sendmmsg(2) and recvmmsg(2): several messages by one call, which counts messages and not bytes.

use crate::abi::{self, Errno, MSG_TRUNC};
use crate::order::{Call, Extra, IncomingMessage};
use crate::questions::next_write;
use crate::trace::{Deed, Explanation, Foretold, ReadOutcome};
use crate::world::World;
use crate::world::channel::End;
use crate::world::ledger::ReadResult;
use crate::world::task::{Ongoing, Task};

use super::context::CallContext;
use super::{Rule, foretold, wording};

pub(super) const RULES: &[Rule] = &[kept_error, fewer_went, filled_with_eof, cut, fewer_came, came];

/// The end, the messages, and how many there could have been.
fn received<'a>(context: &CallContext<'a>) -> Option<(&'a End, &'a [IncomingMessage], u64)> {
    let (Call::Recvmmsg { messages: most, .. }, Extra::Messages(messages)) =
        (&context.call.call, &context.call.outcome.extra)
    else {
        return None;
    };
    Some((context.end?, messages, u64::from(*most)))
}

/// `So far 2 of 4 messages have gone.`, of a sendmmsg(2) that sleeps.
pub(super) fn gone_so_far(ongoing: &Ongoing, peer: &End) -> Option<String> {
    let Call::Sendmmsg { messages, .. } = ongoing.call() else { return None };
    let all = messages.len() as u64;
    let (_, first) = ongoing.write?;
    let own = (first..=first + u64::from(ongoing.more_writes)).filter_map(|number| peer.inbox.write(number));
    let gone = own.filter(|write| write.offered > 0 && write.gone + write.inside == write.offered).count() as u64;
    Some(match peer.inbox.messages() {
        Some(_) => format!("So far {gone} of {} have gone.", wording::count(all, "message")),
        None => format!(
            "How many of its {} have gone, the kernel does not tell: of datagrams FIONREAD is the length of the first.",
            wording::count(all, "message")
        ),
    })
}

/// What the next call meets where a recvmmsg(2) has kept its error.
pub(super) fn keeps_error(end: &End, errno: Errno) -> Explanation {
    let text = format!(
        "The next call at {} fails with {}: a signal ended a recvmmsg there that had some messages already, and the kernel keeps the \
         error for the next call. It is told once.",
        end.label(),
        errno.name(),
    );
    let fails = Foretold::read(end.id, ReadOutcome::Fails(errno));
    wording::explanation(end, "kept-by-recvmmsg", "recvmmsg(2)", text).foretelling([fails])
}

/// The error that an interrupted recvmmsg(2) kept for the next call, of whatever kind that is.
fn kept_error(context: &CallContext<'_>) -> Option<Explanation> {
    let end = context.end?;
    let told = match (&context.call.call, &context.call.outcome.extra) {
        (Call::Getsockopt { option, .. }, Extra::Value(value)) if option == "error" => *value,
        _ if context.ret() < 0 => i64::from(context.errno().0),
        _ => return None,
    };
    if told != i64::from(Errno::ERESTARTSYS.0) {
        return None;
    }
    let text = format!(
        "This error is an earlier call's: a signal ended a recvmmsg at {} that had some messages already, and \
         the kernel kept the error for the next call at this socket, which was this one. 512 is a number of the kernel's own: errno(3) does \
         not list it, strerror says \"Unknown error 512\", and strace prints ERESTARTSYS. It is told once.",
        end.label(),
    );
    Some(wording::explanation(end, "kept-by-recvmmsg", "recvmmsg(2)", text))
}

/// sendmmsg(2) that stopped on the way.
fn fewer_went(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Sendmmsg { messages, .. } = &context.call.call else { return None };
    let (went, all) = (u64::try_from(context.ret()).ok()?, messages.len() as u64);
    let end = context.end.filter(|_| went < all)?;
    let fails = next_write::failure(context.world, end);
    let stopped = match fails {
        Some(fails) => format!("The next send there fails with it: {}", fails.errno.name()),
        None if context.got_signal() => "A signal came, so the others can be sent again".to_owned(),
        None if context.is_nonblocking() => {
            "There was no room for the next message, and the call must not sleep".to_owned()
        }
        None if end.timeouts.1.is_some() => "SO_SNDTIMEO ran out before there was room for the next message".to_owned(),
        None => "It was the next message's own: sent alone, that tells it".to_owned(),
    };
    let text = format!(
        "{went} of {} went to {}, and of the others nothing: sendmmsg returns how many went, and the error that stopped it is told \
         to nobody. {stopped}.",
        wording::count(all, "message"),
        context.peer().map_or_else(|| "the other side".to_owned(), End::label),
    );
    let fails = fails.map(|fails| Foretold::write_fails(end.id, fails.errno));
    Some(wording::explanation(end, "fewer-messages-went", "sendmmsg(2)", text).foretelling(fails))
}

/// At the end of file each buffer left is told of it.
fn filled_with_eof(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, messages, _) = received(context)?;
    let is_eof =
        end.inbox.reads.back().is_some_and(|read| read.result == ReadResult::Eof && read.by == context.task.id);
    let before = messages.iter().rev().skip_while(|message| message.len == 0).count();
    let ends = (messages.len() - before) as u64;
    if !is_eof || ends == 0 {
        return None;
    }
    let text = format!(
        "{} came with bytes; {} of no bytes stand for EOF: recvmmsg goes on to the next buffer after it, and is told of it \
         again for each. Which of them is an empty message and which is EOF, only a recv alone can tell.",
        wording::count(before as u64, "message"),
        wording::count(ends, "message"),
    );
    Some(wording::explanation(end, "messages-filled-with-eof", "recvmmsg(2)", text))
}

/// MSG_TRUNC in one message's flags.
fn cut(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, messages, _) = received(context)?;
    let Call::Recvmmsg { count, .. } = context.call.call else { return None };
    let at = messages.iter().position(|message| message.flags & MSG_TRUNC != 0)?;
    let text = format!(
        "Message {} of {} was longer than the {} of its buffer, and the rest of it is gone. MSG_TRUNC stands in the msg_flags of that \
         message alone: the call itself succeeds.",
        at + 1,
        messages.len(),
        wording::count(count, "byte"),
    );
    Some(wording::explanation(end, "message-of-many-cut", "recvmmsg(2)", text))
}

/// It came back before all buffers were filled.
fn fewer_came(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, messages, most) = received(context)?;
    let came = messages.len() as u64;
    if came == 0 || came >= most {
        return None;
    }
    let flags = context.call.call.flags();
    let why = if flags & abi::MSG_DONTWAIT != 0 || end.nonblock {
        "nothing more waited, and it must not sleep"
    } else if flags & abi::MSG_WAITFORONE != 0 {
        "MSG_WAITFORONE lets it sleep for the first message only"
    } else {
        "a signal or a time-out ended the wait for the others"
    };
    let text = format!(
        "recvmmsg returned {came}, the number of messages, not of bytes: msg_len of each says those. There was room for {most}; {why}."
    );
    Some(wording::explanation(end, "fewer-messages-came", "recvmmsg(2)", text))
}

/// All buffers were filled.
fn came(context: &CallContext<'_>) -> Option<Explanation> {
    let (end, messages, most) = received(context).filter(|(_, messages, _)| !messages.is_empty())?;
    let what = if end.kind.keeps_messages() {
        "each buffer has one message"
    } else {
        "a byte stream has no messages: each buffer was filled as by a recv of its own"
    };
    let more = if end.inbox.queue.is_empty() { "nothing more waits" } else { "more waits" };
    let text = format!(
        "recvmmsg returned {}, the number of messages, not of bytes: {what}. It had room for {most}; {more}.",
        messages.len(),
    );
    Some(wording::explanation(end, "messages-came", "recvmmsg(2)", text))
}

/// So many messages more.
fn rest_wakes(world: &World, task: &Task, (end, rest): (&End, u64)) -> Option<Foretold> {
    let peer = foretold::writer_to(world, end)?;
    let is_alone = foretold::others_at(world, task, end.id).is_empty() && !world.tasks().any(Task::is_reader);
    let times = u32::try_from(rest).ok().filter(|times| (1..=8).contains(times) && is_alone && !end.shut_rd)?;
    (end.kind.keeps_messages()).then(|| Foretold::wakes(Deed::Write { end: peer.id, bytes: 1, times }, task.id))
}

/// It sleeps until all messages are there.
pub(super) fn asleep(world: &World, task: &Task, ongoing: &Ongoing, end: &End) -> Explanation {
    let call = ongoing.call();
    let (name, here) = (&task.name, end.label());
    let most = if let Call::Recvmmsg { messages, .. } = call { u64::from(*messages) } else { 0 };
    let came = end.inbox.queue.iter().filter(|piece| !piece.tentative).count() as u64;
    let who = end.peer.and_then(|peer| world.end(peer)).map(|peer| wording::who_holds(world, peer));
    let who = who.map_or_else(String::new, |who| format!(" {}.", wording::capital(&who)));
    let text = if call.flags() & abi::MSG_WAITFORONE != 0 || came == 0 {
        let all = if call.flags() & abi::MSG_WAITFORONE != 0 {
            "the first message wakes it, and it takes what waits by then".to_owned()
        } else {
            format!("it returns once all {most} have come, not with the first")
        };
        format!("{name} is asleep in recvmmsg({here}): nothing waits there; {all}.{who}")
    } else {
        format!(
            "{name} is asleep in recvmmsg({here}): {} had come, and the call has taken what there was, but it asked for {most} and \
             returns with fewer only at an error, a time-out or a signal. MSG_WAITFORONE or MSG_DONTWAIT would have \
             returned with those.{who}",
            wording::count(came, "message"),
        )
    };
    let rest = if call.flags() & abi::MSG_WAITFORONE != 0 { 1 } else { most.saturating_sub(came) };
    let write = rest_wakes(world, task, (end, rest)).filter(|_| call.flags() & abi::MSG_PEEK == 0);
    wording::explanation(task, "asleep-for-all-messages", "recvmmsg(2)", text).foretelling(write)
}
