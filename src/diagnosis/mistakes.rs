//! The usual mistakes of a program that talks with others, as far as its calls show them. They are no faults by themselves, for a
//! program may mean what it does: they are told where it did not do what was wanted.

use std::collections::{BTreeMap, BTreeSet};

use crate::abi::{Errno, Signal};
use crate::order::{Call, Payload};
use crate::script::words::quote;
use crate::trace::{CallEvent, CallState, Death, Event, What};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::EndId;
use crate::world::ledger::ReadResult;

/// So many calls in a row that could not do anything are waiting in a circle.
const MANY: u32 = 3;
/// Signals with which programs end others.
const FATAL: &[Signal] = &[Signal::KILL, Signal::TERM, Signal::INT];
/// Bytes of a text that are looked at.
const MOST_QUOTED: usize = 64;
/// Lines that are kept.
const MOST: usize = 50;

/// What has been noticed so far.
#[derive(Debug, Default)]
pub struct Mistakes {
    lines: Vec<String>,
    /// Writes that took a part, by task and end: bytes offered, bytes taken.
    parts: BTreeMap<(String, String), (u64, u64)>,
    /// Calls in a row that failed with EAGAIN, by task.
    vain: BTreeMap<String, u32>,
    /// Ends whose bytes nobody has to read.
    left_unread: BTreeSet<EndId>,
    /// Bytes that each task has written to a channel.
    written: BTreeMap<String, u64>,
    /// Tasks that have waited for a child.
    waiters: BTreeSet<String>,
}

impl Mistakes {
    /// A wait for nobody; in a loop of waits for any child it is how that learns that it is done.
    fn wait_for_nobody(&mut self, call: &CallEvent) -> Option<String> {
        let (Call::Waitpid { pid, .. }, task) = (&call.call, &call.task) else { return None };
        if call.ret.is_some_and(|ret| ret > 0) {
            self.waiters.insert(task.clone());
        }
        let advice = if *pid == -1 && self.waiters.contains(task) {
            "A loop of waits is done then; where waits are counted, this is one too many."
        } else {
            "Each child is waited for once, by its own parent."
        };
        let failed =
            format!("{task}: waitpid failed with ECHILD: {task} has no child that it has not waited for. {advice}");
        (call.errno == Errno::ECHILD).then_some(failed)
    }

    /// One more event, after it was folded.
    pub fn event(&mut self, world: &World, event: &Event) {
        // What a signal cut off is not forgotten.
        if let What::Death { task, death: Death::Killed(_), .. } = &event.what {
            self.parts.retain(|key, _| key.0 != *task);
        }
        if let What::Death { task, death: Death::Killed(Signal::PIPE), .. } = &event.what {
            self.add(format!(
                "{task}: a write where nobody reads any more sends SIGPIPE, which kills. After signal(SIGPIPE, SIG_IGN), or with \
                 send(..., MSG_NOSIGNAL), the write fails with EPIPE instead."
            ));
        }
        let What::Call(call) = &event.what else { return };
        if !matches!(call.state, CallState::Returned | CallState::Resumed) {
            return;
        }
        self.part(world, call);
        self.vain(call);
        let lines = [
            self.wait_for_nobody(call),
            wrong_number(world, call),
            lost_message(world, call),
            of_call(call),
            child_of_child(world, event),
            with_zero(call),
        ];
        for line in lines.into_iter().flatten() {
            self.add(line);
        }
    }

    /// Nothing more comes.
    pub fn end(&mut self, world: &World) {
        let parts = self.parts.iter().map(|((task, end), part)| left(task, end, *part));
        let lost =
            world.ends().filter(|end| end.closed_unread && end.kind.gives_eof() && !self.left_unread.contains(&end.id));
        let unread = lost.map(|end| unread(world, end));
        let lines: Vec<String> = parts.chain(unread).collect();
        for line in lines {
            self.add(line);
        }
    }

    /// What waits at this end when it is closed is to be lost.
    pub fn leave_unread(&mut self, end: EndId) {
        self.left_unread.insert(end);
    }

    /// A line for each.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Why a task that has ended never wrote, though that was wanted.
    pub fn never_wrote(&self, world: &World, task: &str) -> Option<String> {
        let task = world.tasks().rfind(|one| one.name == task)?;
        let ended = task.death.filter(|death| matches!(death, Death::Exited(_)))?;
        let has_written = self.written.contains_key(&task.name);
        (!has_written).then(|| {
            format!(
                "{} {} and no write(2) of it has reached a channel. If it used printf: what is in printf's buffer is lost at _exit. \
                 Call fflush before, or write(2) instead.",
                task.name,
                ended.words()
            )
        })
    }

    fn add(&mut self, line: String) {
        if !self.lines.contains(&line) && self.lines.len() < MOST {
            self.lines.push(line);
        }
    }

    /// A write that took a part has to be followed by one of the rest.
    fn part(&mut self, world: &World, call: &CallEvent) {
        let (Some(offered), Some(taken)) = (call.call.offered(), call.ret.and_then(|ret| u64::try_from(ret).ok()))
        else {
            return;
        };
        let Some(end) = call.call.fd().and_then(|fd| call.names.end_id(fd)).and_then(|id| world.end(id)) else {
            return;
        };
        *self.written.entry(call.task.clone()).or_default() += taken;
        let key = (call.task.clone(), end.label());
        if let Some((whole, before)) = self.parts.remove(&key) {
            let twice = offered.saturating_sub(whole - before);
            if twice > 0 {
                let place = if twice == before { "with the first byte again" } else { "too early" };
                self.add(format!(
                    "{}: {}({}) had taken {before} of {whole} bytes, and the next one began {place}, so that {twice} of them were sent \
                     twice. Go on behind what was taken.",
                    call.task,
                    call.call.name(),
                    key.1
                ));
            }
        }
        if taken < offered {
            self.parts.insert(key, (offered, taken));
        }
    }

    /// Asking again and again instead of waiting.
    fn vain(&mut self, call: &CallEvent) {
        if call.errno != Errno::EAGAIN {
            self.vain.remove(&call.task);
            return;
        }
        let end = call.call.fd().map_or_else(String::new, |fd| call.names.end(fd));
        let words = format!("{}: {}({end})", call.task, call.call.name());
        let count = self.vain.entry(call.task.clone()).or_default();
        *count += 1;
        if *count == MANY {
            self.add(format!(
                "{words} failed with EAGAIN {MANY} times in a row: it asks in a circle, and the processor works all the time. Wait in \
                 poll(2) until the call can do something."
            ));
        }
    }
}

fn left(task: &str, end: &str, (whole, taken): (u64, u64)) -> String {
    format!(
        "{task}: a write to {end} took {taken} of {whole} bytes, and the other {} were not written. write(2) may take a part: go on \
         with the rest until all of it is taken.",
        whole - taken
    )
}

/// What waited at an end when the last descriptor of it was closed.
fn unread(world: &World, end: &End) -> String {
    let label = end.label();
    let eof = end.inbox.reads.iter().any(|read| read.result == ReadResult::Eof);
    let by = end.last_held_by.and_then(|id| world.task(id)).map_or("the last task that held it", |task| &task.name);
    match end.inbox.totals.reads {
        _ if eof => format!("{label} got more after it had been read to EOF."),
        0 => format!("Nobody read {label} before {by} closed it."),
        1 => format!(
            "{label} was read once. A read brings what is there, at most what its buffer holds: read again until it returns 0, \
             which is EOF."
        ),
        many => format!(
            "{label} was read {many} times, and {by} stopped before EOF. Only a read that returns 0 says that nothing more comes; \
             a short one does not."
        ),
    }
}

/// A C string that was sent with the zero byte behind it.
fn with_zero(call: &CallEvent) -> Option<String> {
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

/// A child that forks usually has left its branch.
fn child_of_child(world: &World, event: &Event) -> Option<String> {
    let What::Call(call) = &event.what else { return None };
    let is_made = call.call.makes_task() && call.ret.is_some_and(|ret| ret > 0);
    let task = event.task.filter(|_| is_made).and_then(|id| world.task(id)).filter(|task| task.by.is_some())?;
    let made = call.names.made.as_deref().unwrap_or("a child");
    Some(format!(
        "{} is a child and made {made} itself. The child's branch after fork has to end with _exit, or the child goes on in its \
         parent's code.",
        task.name
    ))
}

/// EBADF: the wrong side of a pipe, or a number that means nothing any more.
fn wrong_number(world: &World, call: &CallEvent) -> Option<String> {
    let fd = call.call.fd().filter(|_| call.errno == Errno::EBADF)?;
    let words = format!("{}: {}({})", call.task, call.call.name(), call.names.end(fd));
    let end = call.names.end_id(fd).and_then(|id| world.end(id));
    let one_way = "A pipe goes one way: [0] is read, [1] is written.";
    Some(match end {
        Some(end) if call.call.room().is_some() && !end.can_be_read() => {
            format!("{words} failed with EBADF: that is the writing end. {one_way}")
        }
        Some(end) if call.call.offered().is_some() && !end.can_be_written() => {
            format!("{words} failed with EBADF: that is the reading end. {one_way}")
        }
        Some(_) | None => {
            format!(
                "{words} failed with EBADF: descriptor {fd} is not open there; it was closed before, or never made."
            )
        }
    })
}

/// A message that did not fit its buffer.
fn lost_message(world: &World, call: &CallEvent) -> Option<String> {
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
fn of_call(call: &CallEvent) -> Option<String> {
    /// SHUT_RD.
    const READING: i32 = 0;
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
