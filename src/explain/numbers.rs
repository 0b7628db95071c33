//! Numbers of descriptors: one that means nothing in this process, one that is open for the other direction alone, one that is put
//! onto itself.

use crate::abi::Errno;
use crate::order::Call;
use crate::trace::Explanation;
use crate::world::channel::End;
use crate::world::kind::Kind;

use super::context::CallContext;
use super::wording::About;
use super::{advice, wording};

/// EBADF of a call about one descriptor.
pub(super) fn bad(context: &CallContext<'_>) -> Option<Explanation> {
    let fd = context.call.call.fd().filter(|_| context.ret() < 0 && context.errno() == Errno::EBADF)?;
    if let Some(explained) = other_direction(context, fd) {
        return Some(explained);
    }
    let (who, call) = (context.who(), context.call.call.name());
    let table = &context.world.process_of(context.task.id)?.table;
    let missing = std::iter::once(fd).chain(context.call.call.more_fds()).find(|fd| !table.contains_key(fd))?;
    let others: Vec<String> = context
        .world
        .tasks()
        .filter(|task| task.leads_process() && task.process != context.task.process && task.is_alive())
        .filter_map(|task| {
            let row = context.world.process_of(task.id)?.rows().find(|row| row.0 == missing)?;
            Some(format!("{} ({})", task.name, context.world.label_of(row.1)))
        })
        .collect();
    let process = context.world.process_of(context.task.id)?;
    let since = match process.closed.get(&missing) {
        Some(was) => format!("it was {} until {}", was.label, wording::by(context.world, was.origin)),
        None => "it was never open there, or is closed".to_owned(),
    };
    let text = wording::sentences([
        format!(
            "{who} has no descriptor {missing}: {since}, so {call} fails with EBADF. A number means something only in its own \
             process."
        ),
        match others.len() {
            0 => String::new(),
            1 => format!("The same number is open in {}.", wording::list(&others)),
            _ => format!("The same number is open elsewhere: {}.", wording::list(&others)),
        },
    ]);
    let explained = wording::explanation(About::from(context.task), "bad-descriptor", "errno(3)", text);
    Some(advice::advised(context.world, context.task, explained, &format!("`fds {who}` shows what it has open")))
}

/// A read of a writing end, or a write to a reading one.
fn other_direction(context: &CallContext<'_>, fd: i32) -> Option<Explanation> {
    let is_open = context.world.process_of(context.task.id)?.table.contains_key(&fd);
    let call = &context.call.call;
    let end = context.end.filter(|end| is_open && end.kind.is_pipe())?;
    let (reads, writes) = (call.is_reading(), call.is_writing());
    let is_wrong = (reads && !end.can_be_read()) || (writes && !end.can_be_written());
    if !is_wrong {
        return None;
    }
    let here = context.call.names.end(fd);
    let other =
        end.peer.and_then(|peer| context.world.end(peer)).map_or_else(|| "the other one".to_owned(), End::label);
    let text = match (end.kind, reads) {
        (Kind::Fifo, true) => format!(
            "{here} is open, but for writing alone, so {} fails with EBADF. {other} is the side that is read.",
            call.name()
        ),
        (Kind::Fifo, false) => format!(
            "{here} is open, but for reading alone, so {} fails with EBADF. {other} is the side that is written to.",
            call.name()
        ),
        (_, true) => format!(
            "{here} is open, but it is the writing end of a pipe, so {} fails with EBADF: a pipe goes one way, and is read at {other}.",
            call.name()
        ),
        (_, false) => format!(
            "{here} is open, but it is the reading end of a pipe, so {} fails with EBADF: a pipe goes one way, and is written to \
             at {other}.",
            call.name()
        ),
    };
    let text = wording::sentences([text, given_again(context, fd)]);
    Some(wording::explanation(end, "bad-descriptor", "pipe(7)", text))
}

/// `Descriptor 3 was p[0] until parent's close in line 3.`, of a number that was closed and means something else now.
fn given_again(context: &CallContext<'_>, fd: i32) -> String {
    let process = context.world.process_of(context.task.id);
    let now = process.and_then(|process| process.table.get(&fd)).map(|entry| context.world.label_of(entry));
    let was = process.and_then(|process| process.closed.get(&fd)).filter(|was| now.as_ref() != Some(&was.label));
    was.map_or_else(String::new, |was| {
        format!("Descriptor {fd} was {} until {}.", was.label, wording::by(context.world, was.origin))
    })
}

/// dup2(2) and dup3(2) of a number onto itself.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rule asks after a few kinds; all others are not its case")]
pub(super) fn onto_itself(context: &CallContext<'_>) -> Option<Explanation> {
    let (to, errs) = match context.call.call {
        Call::Dup2 { fd, to } if fd == to => (to, false),
        Call::Dup3 { fd, to, .. } if fd == to => (to, true),
        _ => return None,
    };
    let here = context.call.names.end(to);
    let text = match (errs, context.ret() < 0) {
        (false, false) => format!(
            "dup2 of {to} onto {to} does nothing and returns {to}: {here} is neither closed nor copied, and FD_CLOEXEC stays as it was. \
             A program that wants it open after exec has to clear FD_CLOEXEC itself."
        ),
        (true, true) if context.failed_with(Errno::EINVAL) => {
            format!("dup3 of {to} onto {to} fails with EINVAL, where dup2 does nothing and returns {to}.")
        }
        _ => return None,
    };
    Some(wording::explanation(context.task, "number-onto-itself", "dup(2)", text))
}
