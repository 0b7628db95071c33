//! A recording made again from its entries: the same calls that a session makes of it, so that the same events come out.

use crate::script::parse;
use crate::trace::{Event, Summary, What};

use super::entry::RecordingEntry;
use super::file::Header;
use super::limits::{RecordingLimits, check_pending};
use super::{Keeping, Recording};

/// A recording on its way from a file.
#[derive(Debug)]
pub struct Replay {
    recording: Recording,
    limits: RecordingLimits,
}

impl Replay {
    /// Nothing of it has been read but what it is of. `past` says whether it is to be looked at moment by moment.
    pub fn new(header: &Header, past: bool) -> Self {
        Self { recording: Recording::new(header.keeping(past)), limits: RecordingLimits::default() }
    }

    /// The same of a recording that is at hand, without its past.
    pub fn keeping(keeping: Keeping) -> Self {
        let keeping = Keeping { past: false, unwritten: false, ..keeping };
        Self { recording: Recording::new(keeping), limits: RecordingLimits::default() }
    }

    /// What has come of it so far.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// One more entry; gives what is shown then, or what is wrong with it.
    pub fn take(&mut self, entry: RecordingEntry) -> Result<Vec<Event>, String> {
        self.limits.check(&entry, self.recording.world())?;
        check_pending(self.recording.pending())?;
        let recording = &mut self.recording;
        match entry {
            RecordingEntry::Bench(machine) => recording.begin_bench(machine),
            RecordingEntry::Statement { line, text } => match parse::statement(&text, line) {
                Ok(Some(statement)) => recording.begin_statement(&statement),
                Ok(None) => return Err("its statement says nothing".to_owned()),
                Err(error) => return Err(format!("its statement: {}", error.message)),
            },
            RecordingEntry::Record(record) => recording.fold(record),
            RecordingEntry::Observed(observation) => recording.observe(observation),
            RecordingEntry::Settled(settled) => {
                let events = recording.settle(settled);
                recording.end_statement(&events);
                return Ok(events);
            }
            RecordingEntry::Spontaneous {} => return Ok(recording.settle_spontaneous()),
            RecordingEntry::Checked(checked) => return Ok(vec![recording.check(checked)]),
            RecordingEntry::End(footer) => return Ok(vec![end(footer.summary)]),
        }
        Ok(Vec::new())
    }

    /// What has come of it.
    pub fn into_recording(self) -> Recording {
        self.recording
    }
}

/// The end of a run.
fn end(summary: Summary) -> Event {
    Event { line: 0, task: None, what: What::Summary(summary) }
}
