//! What a source has recorded: the records as far as they are kept, the world that they are folded into, the events that people
//! are shown of them, and what a session noted beside them. Views read this and nothing else. Pure.

pub mod entry;
pub mod file;
mod limits;
mod printing;
pub mod reader;
pub mod replay;

use std::collections::VecDeque;

use crate::explain;
use crate::script::{Statement, Verb};
use crate::trace::{Event, Explanation, Fact, Record, Subject, What};
use crate::world::history::History;
use crate::world::task::Task;
use crate::world::{Machine, World};

use entry::{Checked, Observation, RecordingEntry, Settled};
use printing::in_printing_order;

/// Entries that are no records and are kept beside the past: of more the recording cannot be saved as a whole.
pub const MAX_NOTES: usize = 128 * 1024;
/// Bytes that the texts of those may have.
pub const MAX_NOTE_BYTES: usize = 16 * 1024 * 1024;

/// How a recording is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent choices, not one state")]
pub struct Keeping {
    /// Each call of a loop is an event of its own.
    pub every_call: bool,
    /// The past can be looked at.
    pub past: bool,
    /// Events of one statement beyond which the calls of a `reader` are counted only.
    pub events: usize,
    /// Every entry is kept until [`Recording::take_unwritten`], for a file.
    pub unwritten: bool,
    /// Somebody can act on it by statements: a bench, and nothing else.
    pub statements: bool,
}

/// Records, world, events and past.
#[derive(Debug)]
pub struct Recording {
    keeping: Keeping,
    world: World,
    past: Option<Past>,
    /// Shown, not yet taken.
    events: Vec<Event>,
    /// Reports of the statement that is running: they come after its events.
    observed: Vec<What>,
    /// What `why` without an argument is asked of.
    last: Vec<Event>,
    /// The statement that what comes belongs to.
    line: u32,
    /// It is a `why`, of which no other `why` is asked.
    is_why: bool,
    /// Calls that were counted only.
    lost: u64,
    /// Entries that nobody has written to a file yet, where they are to be.
    unwritten: Option<Vec<RecordingEntry>>,
}

/// What has been, as far as it is kept.
#[derive(Debug, Default)]
struct Past {
    history: History,
    /// Entries that are no records, each with the index of the record that it comes before.
    notes: VecDeque<(u64, RecordingEntry)>,
    note_bytes: usize,
    /// A bound has dropped some of them.
    has_gaps: bool,
}

impl Recording {
    /// Nothing has happened yet.
    pub fn new(keeping: Keeping) -> Self {
        let mut recording = Self {
            keeping,
            world: World::new(),
            past: None,
            events: Vec::new(),
            observed: Vec::new(),
            last: Vec::new(),
            line: 0,
            is_why: false,
            lost: 0,
            unwritten: keeping.unwritten.then(Vec::new),
        };
        recording.clear(Machine::default());
        recording
    }

    /// The entries since the last call, where they are kept for that.
    pub fn take_unwritten(&mut self) -> Vec<RecordingEntry> {
        self.unwritten.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// Nobody takes them any more.
    pub fn stop_keeping_unwritten(&mut self) {
        self.unwritten = None;
    }

    /// Whether every record is needed by itself: then the calls of a loop must not be folded together.
    pub fn needs_each_record(&self) -> bool {
        self.past.is_some() || self.unwritten.is_some()
    }

    /// An empty bench on this machine; what was there before is forgotten.
    pub fn begin_bench(&mut self, machine: Machine) {
        self.clear(machine);
        self.note(|| RecordingEntry::Bench(machine));
    }

    fn clear(&mut self, machine: Machine) {
        let world = World::new().on(machine);
        let world = if self.keeping.statements { world } else { world.without_statements() };
        self.world = if self.keeping.every_call { world.keeping_every_call() } else { world };
        self.past = self.keeping.past.then(Past::default);
    }

    /// A statement begins: what comes from now on belongs to it.
    pub fn begin_statement(&mut self, statement: &Statement) {
        self.line = statement.line;
        self.is_why = matches!(statement.verb, Verb::Why { .. });
        self.note(|| RecordingEntry::Statement { line: statement.line, text: statement.text.clone() });
    }

    /// One more record.
    pub fn fold(&mut self, record: Record) {
        let has_read = self.events.len() >= self.keeping.events
            && matches!(record.fact, Fact::Returned { ret: 1.., .. })
            && self.world.task(record.task).is_some_and(Task::is_reader);
        if let Some(past) = &mut self.past {
            past.history.note(&self.world, &record);
        }
        if let Some(unwritten) = &mut self.unwritten {
            unwritten.push(RecordingEntry::Record(record.clone()));
        }
        self.world.fold(record, &mut self.events);
        if has_read {
            self.events.pop();
            self.lost += 1;
        }
    }

    /// Somebody has looked, by the statement that is running.
    pub fn observe(&mut self, observation: Observation) {
        self.note(|| RecordingEntry::Observed(observation.clone()));
        let what = match observation {
            Observation::Queue(report) => What::Queue(report),
            Observation::Holders(report) => What::Holders(report),
            Observation::Fds { task, fds } => What::Fds { task, fds },
            Observation::Pending(report) => What::Pending(report),
            Observation::Tasks => What::Tasks(self.world.tasks_report()),
            Observation::Why(subject) => What::Why(self.why(subject)),
        };
        self.observed.push(what);
    }

    /// What [`World::take_kept`] gives out, as events of the running statement.
    pub fn take_kept(&mut self) -> Vec<Event> {
        let line = self.line;
        let event = |(task, call)| Event { line, task: Some(task), what: What::Call(Box::new(call)) };
        self.world.take_kept().into_iter().map(event).collect()
    }

    /// Events and reports that have come and are not shown yet.
    pub fn pending(&self) -> (usize, usize) {
        (self.events.len(), self.observed.len())
    }

    /// Whether the running statement has observed something.
    pub fn has_observed(&self) -> bool {
        !self.observed.is_empty()
    }

    /// All that has come by now is to be shown: the events in the order in which they are printed, the acting task's first, then
    /// what was observed, and why the statement was refused, if it was.
    pub fn settle(&mut self, settled: Settled) -> Vec<Event> {
        self.note(|| RecordingEntry::Settled(settled.clone()));
        let line = self.line;
        let mut events = in_printing_order(std::mem::take(&mut self.events), settled.actor);
        let told = |what| Event { line, task: None, what };
        events.extend(self.observed.drain(..).map(told));
        events.extend(settled.refused.map(|reason| told(What::Refused { reason })));
        events
    }

    /// What has come by itself, while no statement was running.
    pub fn settle_spontaneous(&mut self) -> Vec<Event> {
        if self.events.is_empty() {
            return Vec::new();
        }
        self.note(|| RecordingEntry::Spontaneous {});
        in_printing_order(std::mem::take(&mut self.events), None)
    }

    /// The running statement is over, and this is what it brought at last.
    pub fn end_statement(&mut self, events: &[Event]) {
        if !self.is_why {
            self.last = events.to_vec();
        }
    }

    /// What was expected of the statement, and what came.
    pub fn check(&mut self, checked: Checked) -> Event {
        self.note(|| RecordingEntry::Checked(checked.clone()));
        let Checked { want, got, ok } = checked;
        Event { line: self.line, task: None, what: What::Expect { want, got, ok } }
    }

    /// Why something is as it is; of no subject, why the last statement but `why` came out so.
    pub fn why(&self, subject: Subject) -> Explanation {
        match subject {
            Subject::End(end) => {
                explain::failed_write(&self.world, &self.last, end).unwrap_or_else(|| explain::end(&self.world, end))
            }
            Subject::Task(task) => explain::task(&self.world, &self.last, task),
            Subject::Other => explain::last(&self.world, &self.last),
        }
    }

    /// The picture as far as it is known.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The same, for what folds the calls of a loop together: not where [`Self::needs_each_record`].
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// The past, where it is kept.
    pub fn history(&self) -> Option<&History> {
        self.past.as_ref().map(|past| &past.history)
    }

    /// How it is made.
    pub fn keeping(&self) -> Keeping {
        self.keeping
    }

    /// What the last statement but `why` brought.
    pub fn last_events(&self) -> &[Event] {
        &self.last
    }

    /// The statement that what comes belongs to.
    pub fn line(&self) -> u32 {
        self.line
    }

    /// Calls of which no event was kept, because one statement had too many.
    pub fn lost(&self) -> u64 {
        self.lost
    }

    /// All entries since the bench was empty, to be saved; or why they are not all there.
    pub fn entries(&self) -> Result<impl Iterator<Item = RecordingEntry> + '_, &'static str> {
        let past = self.past.as_ref().ok_or("this bench keeps no past")?;
        if past.has_gaps || past.history.first() > 0 {
            return Err("the oldest events of this bench are forgotten, there were too many");
        }
        let mut notes = past.notes.iter().peekable();
        let mut records = (0..).zip(past.history.records()).peekable();
        Ok(std::iter::from_fn(move || {
            let next = records.peek().map_or(u64::MAX, |(index, _)| *index);
            match notes.next_if(|(before, _)| *before <= next) {
                Some((_, entry)) => Some(entry.clone()),
                None => records.next().map(|(_, record)| RecordingEntry::Record(record)),
            }
        }))
    }

    /// Keeps an entry that is no record.
    fn note(&mut self, entry: impl Fn() -> RecordingEntry) {
        if let Some(unwritten) = &mut self.unwritten {
            unwritten.push(entry());
        }
        let Some(past) = &mut self.past else { return };
        if past.has_gaps {
            return;
        }
        let entry = entry();
        past.note_bytes += entry.text_bytes();
        if past.notes.len() >= MAX_NOTES || past.note_bytes > MAX_NOTE_BYTES {
            (past.has_gaps, past.notes) = (true, VecDeque::new());
            return;
        }
        past.notes.push_back((past.history.end(), entry));
    }
}
