//! What one call shows by itself: that its number is the wrong one, that a message did not fit, that its arguments are the wrong
//! way round.

use crate::abi::{Errno, Signal};
use crate::explain::wording;
use crate::order::{Call, Payload};
use crate::script::words::quote;
use crate::trace::{CallEvent, Death, Event, What};
use crate::world::World;

/// Signals with which programs end others.
const FATAL: &[Signal] = &[Signal::KILL, Signal::TERM, Signal::INT];
/// Bytes of a text that are looked at.
const MOST_QUOTED: usize = 64;

/// A C string that was sent with the zero byte behind it.
pub(super) fn with_zero(call: &CallEvent) -> Option<String> {
    call.call.offered()?;
    let bytes: Vec<u8> = call.call.payloads().iter().flat_map(Payload::iter).take(MOST_QUOTED).collect();
    let (last, text) = bytes.split_last()?;
    let is_text = !text.is_empty() && text.iter().all(|byte| byte.is_ascii_graphic() || byte.is_ascii_whitespace());
    (*last == 0 && is_text).then(|| {
        format!(
            "{}: {} of {} sends the zero byte that ends a C string, too. It is not part of the text: strlen does not count it.",
            call.task,
            call.call.name(),
            quote(&bytes)
        )
    })
}

/// EPIPE on a socket whose peer had asked something: it was closed, where shutdown would have left it open for the answer.
pub(super) fn nobody_reads(world: &World, event: &Event) -> Option<String> {
    let What::Call(call) = &event.what else { return None };
    let fd = call.call.fd().filter(|_| call.errno == Errno::EPIPE)?;
    let end = world.end(call.names.end_id(fd)?).filter(|end| !end.kind.is_pipe())?;
    let peer = world.end(end.peer?).filter(|peer| peer.closed)?;
    let own = event.task.and_then(|id| world.task(id)).map(|task| task.process);
    let mut others = end.inbox.writes.iter().filter_map(|write| world.task(write.by));
    let asker = others.rfind(|other| Some(other.process) != own)?;
    // One that was killed has closed nothing by itself.
    (!matches!(asker.death, Some(Death::Killed(_)))).then(|| {
        format!(
            "{}: nobody reads what it writes to {}: {} is closed in every process, in {} too. Who has said everything and still waits \
             for an answer says so by shutdown(SHUT_WR), and closes when the answer has come.",
            call.task,
            end.label(),
            peer.label(),
            asker.name
        )
    })
}

/// EBADF: the wrong side of a pipe.
pub(super) fn wrong_side(world: &World, call: &CallEvent) -> Option<String> {
    let fd = call.call.fd().filter(|_| call.errno == Errno::EBADF)?;
    let end = world.end(call.names.end_id(fd)?)?;
    let side = if call.call.room().is_some() && !end.can_be_read() {
        "writing"
    } else if call.call.offered().is_some() && !end.can_be_written() {
        "reading"
    } else {
        return None;
    };
    Some(format!(
        "{}: {}({}) failed with EBADF: that is the {side} end. A pipe goes one way: [0] is read, [1] is written.",
        call.task,
        call.call.name(),
        end.label()
    ))
}

/// EBADF: a number that means nothing.
pub(super) fn not_open(((call, fd), tasks): (&(String, i32), &Vec<String>)) -> String {
    format!(
        "{}: {call} failed with EBADF: descriptor {fd} is not open there; it was closed before, or never made.",
        wording::list(tasks)
    )
}

/// A message that did not fit its buffer.
pub(super) fn lost_message(world: &World, call: &CallEvent) -> Option<String> {
    let room = call.call.room().filter(|_| call.ret.is_some_and(|ret| ret >= 0))?;
    let end = call.names.end_id(call.call.fd()?).and_then(|id| world.end(id))?;
    let read = end.inbox.reads.back().filter(|read| read.lost > 0)?;
    Some(format!(
        "{}: {}({}) had room for {room} bytes of a message of {}: the other {} are gone. A message is read in one call.",
        call.task,
        call.call.name(),
        end.label(),
        read.len + read.lost,
        read.lost
    ))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "in all other calls no mistake shows by itself")]
pub(super) fn of_call(call: &CallEvent) -> Option<String> {
    /// SHUT_RD.
    const READING: i32 = 0;
    /// SHUT_RDWR.
    const BOTH: i32 = 2;
    let task = &call.task;
    match &call.call {
        Call::Kill { pid, signal } if call.errno == Errno::NONE && FATAL.contains(&Signal(*signal)) => {
            let killed = call.names.task(*pid).filter(|killed| killed != task)?;
            Some(format!(
                "{task} sent {} to {killed}, which ends it in the middle of whatever it does. A child that reads until EOF ends by \
                 itself when the other end is closed.",
                Signal(*signal).name()
            ))
        }
        Call::Exec { program, .. } if call.errno != Errno::NONE => Some(format!(
            "{task}: execve({}) failed with {}. It returns only if it failed: what stands behind it has to end the child.",
            program.as_deref().unwrap_or_default(),
            call.errno.name()
        )),
        Call::Shutdown { fd, how: READING } if call.errno == Errno::NONE => Some(format!(
            "{task}: shutdown({}, SHUT_RD) ends its own reading. EOF comes to the other side by SHUT_WR.",
            call.names.end(*fd)
        )),
        Call::Shutdown { fd, how: BOTH } if call.errno == Errno::NONE => Some(format!(
            "{task}: shutdown({}, SHUT_RDWR) ends its own reading, too, and an answer is refused with EPIPE. SHUT_WR alone says that \
             nothing more comes.",
            call.names.end(*fd)
        )),
        Call::Dup2 { fd, to } | Call::Dup3 { fd, to, .. } if call.errno == Errno::NONE => copied(task, *fd, *to),
        _ => None,
    }
}

/// dup2 with its arguments the wrong way round.
fn copied(task: &str, fd: i32, to: i32) -> Option<String> {
    /// Up to here stand standard input, output and error.
    const LAST_STREAM: i32 = 2;
    (fd <= LAST_STREAM && to > LAST_STREAM).then(|| {
        format!(
            "{task}: dup2({fd}, {to}) made {to} a copy of {fd}, and closed what {to} was. The first argument is what is copied, the \
             second is the number that becomes the copy: dup2({to}, {fd})."
        )
    })
}
