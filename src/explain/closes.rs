//! What is closed, one by one, in a range or by an execve; and what is open still.

use crate::order::Call;
use crate::questions::next_read::{Blocking, next_read};
use crate::trace::{Deed, Explanation, Foretold};
use crate::world::channel::End;
use crate::world::kind::Kind;
use crate::world::task::{Descriptor, Task};

use super::context::CallContext;
use super::{Rule, advice, foretold, wording};

pub(super) const RULES: &[Rule] = &[executed, closed_range, closed_under_a_call, one_copy_of_several, last_copy];

/// execve(2): what it closed, and what it kept.
fn executed(context: &CallContext<'_>) -> Option<Explanation> {
    if !matches!(context.call.call, Call::Exec { .. }) || context.ret() < 0 {
        return None;
    }
    let process = context.world.process_of(context.task.id)?;
    let closed: Vec<String> = process
        .closed_by_exec
        .iter()
        .map(|(fd, label, marked)| match marked {
            Some(origin) => format!("{fd} ({label}, marked by {})", wording::by(context.world, *origin)),
            None => format!("{fd} ({label})"),
        })
        .collect();
    let kept: Vec<String> =
        process.rows().map(|(fd, entry)| format!("{fd} ({})", context.world.label_of(entry))).collect();
    let keeps = match kept.len() {
        0 => "Nothing else was open.".to_owned(),
        1 => format!("{} stays open in the new program, under the same number.", wording::list(&kept)),
        _ => format!("{} stay open in the new program, under the same numbers.", wording::list(&kept)),
    };
    let leak = match process.rows().find(|row| writes_to_others(context, row.1)) {
        Some((_, entry)) => format!(
            "While the new program has {} open, no reader at the other side gets EOF, whether it knows the number or not.",
            context.world.label_of(entry)
        ),
        None => String::new(),
    };
    let unmarked = process.rows().find(|row| {
        let label = context.world.label_of(row.1);
        row.1.origin.is_some_and(|origin| origin.call == "dup") && process.closed_by_exec.iter().any(|of| of.1 == label)
    });
    let keeps = match unmarked {
        Some((fd, _)) => format!("{keeps} {fd} was made by dup, which does not copy FD_CLOEXEC."),
        None => keeps,
    };
    let text = match closed.len() {
        0 if kept.is_empty() => return None,
        0 => wording::sentences([
            "execve closes only what is marked close-on-exec, and nothing was.".to_owned(),
            keeps,
            leak,
        ]),
        1 => format!("execve closed 1 descriptor that was marked close-on-exec: {}. {keeps}", wording::list(&closed)),
        many => format!(
            "execve closed {many} descriptors that were marked close-on-exec: {}. {keeps}",
            wording::list(&closed)
        ),
    };
    Some(wording::explanation(context.task, "exec-closes-what-is-marked", "execve(2)", text))
}

/// close_range(2): what was open between the two numbers.
fn closed_range(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::CloseRange { first, last, flags: 0 } = context.call.call else { return None };
    let process = context.world.process_of(context.task.id).filter(|_| context.ret() >= 0)?;
    let closed: Vec<String> = process.closed_by_range.iter().map(|(fd, label)| format!("{fd} ({label})")).collect();
    let what = match closed.len() {
        0 => format!("{} had nothing open between {first} and {last}, so close_range closed nothing.", context.who()),
        1 => format!("close_range closed 1 descriptor of {}: {}.", context.who(), wording::list(&closed)),
        many => format!("close_range closed {many} descriptors of {}: {}.", context.who(), wording::list(&closed)),
    };
    let text = format!("{what} Numbers that are not open are no error. Other processes keep their own copies.");
    Some(wording::explanation(context.task, "range-is-closed", "close_range(2)", text))
}

/// Whether it is an end that a reader elsewhere gets EOF from.
fn writes_to_others(context: &CallContext<'_>, entry: &Descriptor) -> bool {
    let end = context.world.end(entry.end).filter(|end| end.kind.gives_eof() && end.can_be_written());
    end.and_then(|end| context.world.end(end.peer?)).is_some_and(|peer| !peer.closed)
}

/// close(2) of a number while another thread sleeps in a call that was given it.
fn closed_under_a_call(context: &CallContext<'_>) -> Option<Explanation> {
    let Call::Close { fd } = context.call.call else { return None };
    let end = closed(context)?;
    let keeps = |task: &&Task| {
        task.process == context.task.process && task.sleeping_call().is_some_and(|of| of.kept.contains(&(fd, end.id)))
    };
    let sleeper = context.world.tasks().find(keeps)?;
    let (who, name, here) = (context.who(), &sleeper.name, end.label());
    let text = format!(
        "{who} closed descriptor {fd}, and {name} sleeps on in {}({here}): a close wakes nobody in another thread. The call keeps {here} \
         open until it returns, and the number may be given out again meanwhile. {} would wake it.",
        sleeper.current_call().map_or("a call", Call::name),
        if end.kind.is_pipe() { "A signal" } else { "shutdown or a signal" },
    );
    let signal = Some(Foretold::wakes(Deed::Interrupt, sleeper.id)).filter(|_| sleeper.burst().is_none());
    let explained = wording::explanation(end, "close-wakes-no-thread", "close(2)", text).foretelling(signal);
    Some(advice::advised(context.world, sleeper, explained, &format!("`interrupt {name}`")))
}

/// close(2) while others hold the end.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
fn one_copy_of_several(context: &CallContext<'_>) -> Option<Explanation> {
    let end = closed(context).filter(|end| !end.closed)?;
    let here = end.label();
    let told = match end.kind {
        Kind::Dgram => "A datagram peer is told of no close, not even of the last copy's.",
        _ => "The other side is told of a close only when the last copy is gone.",
    };
    let text = format!(
        "{} closed one descriptor of {here}, and the end stays open: {}. {told}",
        context.who(),
        wording::who_holds(context.world, end),
    );
    Some(wording::explanation(end, "one-copy-of-several", "close(2)", text))
}

/// close(2) of the last one.
fn last_copy(context: &CallContext<'_>) -> Option<Explanation> {
    let end = closed(context).filter(|end| end.closed)?;
    let here = end.label();
    let peer = context.peer().filter(|peer| !peer.closed);
    let reset =
        |peer: &End| next_read(context.world, peer, Blocking::MustNotSleep).is_some_and(|next| next.reports_reset());
    let told = match peer {
        None if end.backlog.is_some() => {
            "It listened: nobody can connect there any more, and each connection that nobody had accepted is closed with it, which \
             its other side is told as ECONNRESET."
        }
        None if end.peer.is_none() && end.kind != Kind::Dgram && end.channel.is_none() => {
            "It was connected with nobody."
        }
        None if end.peer.is_some() => "The other side was closed before, so nobody is left to be told.",
        Some(peer) if end.kind == Kind::Dgram && peer.shut_here.1 => {
            "A datagram peer is not told: no EOF comes, and it was shut down for writing, so no send of its can notice."
        }
        _ if end.kind == Kind::Dgram => {
            "A datagram peer is not told: no EOF comes, and only its next send will notice, by ECONNREFUSED."
        }
        Some(peer) if reset(peer) => {
            "Something unread was destroyed with it, so the other side will be told ECONNRESET, once."
        }
        Some(peer) if !peer.can_be_read() => "A writer at the other side now gets EPIPE.",
        Some(peer) if !peer.can_be_written() => "A reader at the other side now gets what is still queued, then EOF.",
        _ => "A reader at the other side now gets what is still queued, then EOF; a writer there gets EPIPE.",
    };
    let text = format!("That was the last descriptor of {here} in any process: now the end itself is closed. {told}");
    let faces = |peer: &End| {
        [foretold::reads(context.world, peer), foretold::failing_write(context.world, peer)].into_iter().flatten()
    };
    let explained = wording::explanation(end, "last-close", "close(2)", text);
    Some(explained.foretelling(peer.into_iter().flat_map(faces)))
}

/// The end of a close(2) that worked.
fn closed<'a>(context: &CallContext<'a>) -> Option<&'a End> {
    context.end.filter(|_| matches!(context.call.call, Call::Close { .. }) && context.ret() >= 0)
}
