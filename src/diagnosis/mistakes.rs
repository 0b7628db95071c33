//! The usual mistakes of a program that talks with others, as far as its calls show them. They are no faults by themselves, for a
//! program may mean what it does: they are told where it did not do what was wanted.

mod calls;

use std::collections::{BTreeMap, BTreeSet};

use crate::abi::{Disposition, Errno, Signal};
use crate::explain::wording;
use crate::order::Call;
use crate::trace::{CallEvent, CallState, Death, Event, What};
use crate::world::World;
use crate::world::channel::End;
use crate::world::kind::EndId;
use crate::world::ledger::ReadResult;

/// So many calls in a row that could not do anything are waiting in a circle.
const MANY: u32 = 3;
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
    /// How many children each task has waited for.
    waited: BTreeMap<String, usize>,
    /// Children that made children themselves, each with those.
    parents: BTreeMap<String, Vec<String>>,
    /// Waits for nobody, by task.
    vain_waits: BTreeMap<String, String>,
    /// Calls about numbers that mean nothing, each with the tasks that made it.
    bad_numbers: BTreeMap<(String, i32), Vec<String>>,
    /// Tasks that ignore SIGPIPE.
    unafraid: BTreeSet<String>,
    /// The last call of each task that failed.
    failures: BTreeMap<String, Failure>,
}

/// A call that failed.
#[derive(Debug, Clone)]
pub struct Failure {
    /// `write(pipe1[1]) with EPIPE`.
    pub words: String,
    /// It is what was expected.
    pub is_wanted: bool,
}

impl Mistakes {
    /// A wait for nobody; in a loop of waits for any child it is how that learns that it is done.
    fn waited(&mut self, call: &CallEvent) {
        let (Call::Waitpid { pid, .. }, task) = (&call.call, &call.task) else { return };
        if call.ret.is_some_and(|ret| ret > 0) {
            *self.waited.entry(task.clone()).or_default() += 1;
        }
        if call.errno == Errno::ECHILD {
            let advice = if *pid == -1 && self.waited.contains_key(task) {
                "A loop of waits is done then; where waits are counted, this is one too many."
            } else {
                "Each child is waited for once, by its own parent."
            };
            let failed =
                format!("{task}: waitpid failed with ECHILD: {task} has no child that it has not waited for. {advice}");
            self.vain_waits.entry(task.clone()).or_insert(failed);
        }
    }

    /// One more event, after it was folded.
    pub fn event(&mut self, world: &World, event: &Event) {
        // What a signal cut off is not forgotten.
        if let What::Death { task, death: Death::Killed(_), .. } = &event.what {
            self.parts.retain(|key, _| key.0 != *task);
        }
        if let What::Death { task, death: Death::Killed(Signal::PIPE), .. } = &event.what {
            self.killed_by_pipe(task);
        }
        let What::Call(call) = &event.what else { return };
        if !matches!(call.state, CallState::Returned | CallState::Resumed) {
            return;
        }
        self.part(world, call);
        self.vain(call);
        self.waited(call);
        self.child_of_child(world, event);
        self.remember(call);
        let wrong = calls::wrong_side(world, call);
        if let Some(fd) = call.call.fd().filter(|_| call.errno == Errno::EBADF && wrong.is_none()) {
            let words = format!("{}({})", call.call.name(), call.names.end(fd));
            let tasks = self.bad_numbers.entry((words, fd)).or_default();
            if !tasks.contains(&call.task) {
                tasks.push(call.task.clone());
            }
        }
        let lines = [
            wrong,
            calls::lost_message(world, call),
            calls::nobody_reads(world, event),
            calls::of_call(call),
            calls::with_zero(call),
        ];
        for line in lines.into_iter().flatten() {
            self.add(line);
        }
    }

    /// Nothing more comes.
    pub fn end(&mut self, world: &World) {
        let parents = std::mem::take(&mut self.parents);
        let waits = std::mem::take(&mut self.vain_waits);
        // A child that goes on in its parent's code waits there, too.
        let is_astray = |task: &String| world.tasks().any(|one| one.name == *task && one.by.is_some());
        let waits = waits.into_iter().filter(|(task, _)| parents.is_empty() || !is_astray(task));
        let waits: Vec<String> = astray(&parents).into_iter().chain(waits.map(|(_, line)| line)).collect();
        let bad = std::mem::take(&mut self.bad_numbers);
        for line in waits.into_iter().chain(bad.iter().map(calls::not_open)) {
            self.add(line);
        }
        let parts = self.parts.iter().map(|((task, end), part)| left(task, end, *part));
        let lost = world.ends().filter(|end| end.closed_unread && !self.left_unread.contains(&end.id));
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

    /// Why a task that has ended never wrote, though that was wanted; none where something else about its calls is known.
    pub fn never_wrote(&self, world: &World, task: &str) -> Option<String> {
        let task = world.tasks().rfind(|one| one.name == task)?;
        let ended = task.death.filter(|death| matches!(death, Death::Exited(_)))?;
        let own = format!("{}:", task.name);
        let is_told = self.lines.iter().any(|line| line.starts_with(&own));
        (!is_told && !self.written.contains_key(&task.name)).then(|| {
            format!(
                "{} {} and no write(2) of it has reached a channel. If it used printf: what is in printf's buffer is lost at _exit. \
                 Call fflush before, or write(2) instead.",
                task.name,
                ended.words()
            )
        })
    }

    /// How many children a task has waited for.
    pub fn waits_of(&self, task: &str) -> usize {
        self.waited.get(task).copied().unwrap_or(0)
    }

    /// The last call of a task that failed.
    pub fn failure_of(&self, task: &str) -> Option<&Failure> {
        self.failures.get(task)
    }

    /// The last failure of this task is what was expected.
    pub fn excuse(&mut self, task: &str) {
        if let Some(failure) = self.failures.get_mut(task) {
            failure.is_wanted = true;
        }
    }

    fn remember(&mut self, call: &CallEvent) {
        if let Call::Signal { disposition: Disposition::Ignore, signal } = call.call
            && signal == Signal::PIPE.0
        {
            self.unafraid.insert(call.task.clone());
        }
        if call.errno != Errno::NONE {
            let end = call.call.fd().map_or_else(String::new, |fd| call.names.end(fd));
            let words = format!("{}({end}) with {}", call.call.name(), call.errno.name());
            self.failures.insert(call.task.clone(), Failure { words, is_wanted: false });
        }
    }

    fn killed_by_pipe(&mut self, task: &str) {
        let others: Vec<String> = self.unafraid.iter().filter(|other| *other != task).cloned().collect();
        let but = if others.is_empty() {
            String::new()
        } else {
            let list = wording::list(&others);
            format!(
                " That {list} ignores SIGPIPE is of {list} alone: after fork each process sets its own, before fork both get it."
            )
        };
        self.add(format!(
            "{task}: a write where nobody reads any more sends SIGPIPE, which kills. After signal(SIGPIPE, SIG_IGN), or with \
             send(..., MSG_NOSIGNAL), the write fails with EPIPE instead.{but}"
        ));
    }

    /// A child that forks usually has left its branch.
    fn child_of_child(&mut self, world: &World, event: &Event) {
        let What::Call(call) = &event.what else { return };
        let is_made = call.call.makes_task() && call.ret.is_some_and(|ret| ret > 0);
        let task = event.task.filter(|_| is_made).and_then(|id| world.task(id)).filter(|task| task.by.is_some());
        if let Some(task) = task {
            let made = call.names.made.clone().unwrap_or_else(|| "a child".to_owned());
            self.parents.entry(task.name.clone()).or_default().push(made);
        }
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
    if !end.kind.gives_eof() || end.kind.keeps_messages() {
        return unread_messages(world, end);
    }
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

/// Messages that waited when it was closed.
fn unread_messages(world: &World, end: &End) -> String {
    let by = end.last_held_by.and_then(|id| world.task(id)).map_or("the last task that held it", |task| &task.name);
    let totals = end.inbox.totals;
    format!(
        "{by} closed {} after {} of it, and {} had been sent there. Each message is taken by a call of its own: receive until the \
         last one has come.",
        end.label(),
        wording::count(totals.reads, "read"),
        wording::count(totals.writes, "message")
    )
}

/// Children that made children, in one sentence.
fn astray(parents: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let (first, made) = parents.first_key_value()?;
    let more = match parents.keys().skip(1).cloned().collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        others => format!(", and so did {}", wording::list(others)),
    };
    Some(format!(
        "{first} is a child and made {} itself{more}. The child's branch after fork has to end with _exit, or the child goes on in \
         its parent's code.",
        wording::list(made)
    ))
}
