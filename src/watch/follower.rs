//! What a watcher says, taken in: records are folded, written to a file where somebody wants one, and looked at for faults. It
//! neither prints nor draws.

use crate::abi::Errno;
use crate::app::program::{Does, Standing};
use crate::diagnosis::Faults;
use crate::order::Call;
use crate::questions::about_to;
use crate::recorder::Recorder;
use crate::recording::{Keeping, Recording};
use crate::sys;
use crate::trace::{Death, Event, Fact, Record, Summary, TaskId};
use crate::world::World;

use super::calls::{about, is_watching, numbers_between};
use super::link::Frame;

/// How a watched program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramEnding {
    /// By itself, or by a signal.
    Died(Death),
    /// It could not be executed.
    NotExecuted(Errno),
    /// It could not be watched: why not.
    NotWatched(String),
}

/// What one frame has brought.
#[derive(Debug)]
pub enum FollowerUpdate {
    /// These events, in the order in which they are shown.
    Events(Vec<Event>),
    /// Something that cannot be seen.
    Note(String),
    /// Who stands before which call.
    Standing(Vec<Standing>),
    /// The program is over.
    Over,
}

/// A program that is followed.
#[derive(Debug)]
pub struct Follower {
    recording: Recording,
    faults: Faults,
    recorder: Option<Recorder>,
    ending: Option<ProgramEnding>,
    /// The file could not be written, and nobody has been told yet.
    unwritten: Option<String>,
    entries: Vec<OrderedEntry>,
}

/// A call on a channel, or one that makes a task, in the order in which they are to be entered when the program runs again.
#[derive(Debug)]
struct OrderedEntry {
    task: TaskId,
    /// The newest moment of the past when it was entered.
    moment: u64,
    /// Whether a task was born by it.
    has_made_task: bool,
    makes_task: bool,
}

impl Follower {
    /// Nothing has come yet; `keeps_past` says whether it can be looked at moment by moment.
    pub fn new(recorder: Option<Recorder>, keeps_past: bool) -> Self {
        let mut recording = Recording::new(Keeping { unwritten: recorder.is_some(), ..keeping(keeps_past) });
        recording.begin_bench(sys::machine());
        Self { recording, faults: Faults::default(), recorder, ending: None, unwritten: None, entries: Vec::new() }
    }

    /// One frame more.
    pub fn take(&mut self, frame: Frame) -> FollowerUpdate {
        match frame {
            Frame::Record(record) => {
                self.note_entry(&record);
                self.recording.fold(record);
                let events = self.recording.settle_spontaneous();
                for event in &events {
                    self.faults.event(self.recording.world(), event);
                }
                self.write();
                return FollowerUpdate::Events(events);
            }
            Frame::Note(text) => return FollowerUpdate::Note(text),
            Frame::Standing(calls) => {
                let world = self.recording.world();
                return FollowerUpdate::Standing(
                    calls.iter().filter_map(|(task, call)| standing(world, *task, call)).collect(),
                );
            }
            Frame::Ended(status) => {
                self.ending = Some(ProgramEnding::Died(Death::of_status(status).unwrap_or(Death::Unknown)));
            }
            Frame::NotExecuted(errno) => self.ending = Some(ProgramEnding::NotExecuted(Errno(errno))),
            Frame::Failed(reason) => self.ending = Some(ProgramEnding::NotWatched(reason)),
        }
        FollowerUpdate::Over
    }

    /// Nothing more comes: the file gets its last line, and what is wrong at the end is noted.
    pub fn end(&mut self) {
        self.faults.end(self.recording.world());
        self.write();
        let summary =
            Summary { kernel: sys::kernel_release(), calls: self.recording.world().calls(), ..Summary::default() };
        if let Some(Err(reason)) = self.recorder.take().map(|recorder| recorder.end(summary)) {
            self.unwritten = Some(reason);
        }
    }

    /// How it ended; where the watcher is gone without a word, that.
    pub fn ending(&self) -> ProgramEnding {
        let gone = || ProgramEnding::NotWatched("what watched the program is gone, and so is the program".to_owned());
        self.ending.clone().unwrap_or_else(gone)
    }

    /// What has come of it.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Who entered a call on a channel, or one that makes a task, until this moment, in the order for another run.
    pub fn order_until(&self, moment: u64) -> Vec<TaskId> {
        self.entries.iter().take_while(|entry| entry.moment < moment).map(|entry| entry.task).collect()
    }

    /// What went wrong so far.
    pub fn faults(&mut self) -> &mut Faults {
        &mut self.faults
    }

    /// Why the file is not whole, once.
    pub fn take_unwritten(&mut self) -> Option<String> {
        self.unwritten.take()
    }

    /// Only where the past is kept can a moment of it be returned to.
    fn note_entry(&mut self, record: &Record) {
        let Some(history) = self.recording.history() else { return };
        let (task, moment) = (record.task, history.newest());
        if let Fact::Born(birth) = &record.fact {
            return self.note_birth(birth.by);
        }
        let Fact::Entered { call } = &record.fact else { return };
        let makes_task = call.makes_task();
        if makes_task || is_on_channel(self.recording.world(), task, call) {
            self.entries.push(OrderedEntry { task, moment, has_made_task: false, makes_task });
        }
    }

    /// Of two forks that were under way at one time, whose child came first stands first: the names are given in order of birth.
    fn note_birth(&mut self, by: Option<TaskId>) {
        let made = |entry: &OrderedEntry| Some(entry.task) == by && entry.makes_task && !entry.has_made_task;
        let Some(at) = self.entries.iter().rposition(made) else { return };
        self.entries[at].has_made_task = true;
        if let Some(earlier) = self.entries.iter().rposition(|entry| entry.has_made_task).filter(|other| *other > at) {
            self.entries[at].moment = self.entries[earlier].moment;
            self.entries[at..=earlier].rotate_left(1);
        }
    }

    fn write(&mut self) {
        let Some(recorder) = &mut self.recorder else { return };
        if let Err(reason) = recorder.write(self.recording.take_unwritten()) {
            (self.recorder, self.unwritten) = (None, Some(reason));
            // Nobody takes them any more.
            self.recording.stop_keeping_unwritten();
        }
    }
}

/// Whether a call is about an end of a channel, so that a task which is stepped stands before it.
fn is_on_channel(world: &World, task: TaskId, call: &Call) -> bool {
    let Some(process) = world.process_of(task).filter(|_| !is_watching(call)) else { return false };
    let is_end = |fd: &i32| process.table.get(fd).is_some_and(|descriptor| world.end(descriptor.end).is_some());
    if let Call::CloseRange { first, last, .. } = call {
        return process.table.range(numbers_between(*first, *last)).any(|(fd, _)| is_end(fd));
    }
    about(call).iter().any(is_end)
}

fn standing(world: &World, task: TaskId, call: &Call) -> Option<Standing> {
    let does = if matches!(call, Call::Close { .. } | Call::CloseRange { .. }) {
        Does::Closes
    } else if call.offered().is_some() {
        Does::Writes
    } else if call.room().is_some() {
        Does::Reads
    } else {
        Does::Other
    };
    let (words, end) = (about_to::words(world, task, call), about_to::end(world, task, call));
    Some(Standing { task, name: world.task(task)?.name.clone(), call: words, end, does })
}

/// How the recording of a watched program is made.
pub fn keeping(past: bool) -> Keeping {
    Keeping { every_call: false, past, events: usize::MAX, unwritten: false, statements: false }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::trace::{Birth, Role, TableOrigin};

    #[test]
    fn two_forks_at_one_time_stand_in_the_order_of_their_children() {
        let mut follower = Follower::new(None, true);
        let mut says = |task, fact| {
            follower.take(Frame::Record(Record { line: 0, task: TaskId(task), t_ns: 0, fact }));
        };
        let born = |task: u32, by: Option<u32>| {
            let (name, by) = (format!("t{task}"), by.map(TaskId));
            let table = by.map_or(TableOrigin::Null, TableOrigin::CopyOf);
            Fact::Born(Rc::new(Birth { by, table, role: Role::Stranger, ..Birth::parent(name, 100) }))
        };
        let fork = || Fact::Entered { call: Call::Fork.into() };
        says(0, born(0, None));
        says(0, fork());
        says(1, born(1, Some(0)));
        says(0, fork());
        says(1, fork());
        says(2, born(2, Some(1)));
        says(3, born(3, Some(0)));
        assert_eq!(follower.order_until(u64::MAX), [0, 1, 0].map(TaskId));
    }
}
