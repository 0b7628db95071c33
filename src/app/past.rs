//! The bench as it was at one moment: the picture, the trace and the explanation of then, and the way back to now.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::explain;
use crate::lesson::position::only_looks;
use crate::script::{Statement, Verb};
use crate::trace::{Event, Explanation};
use crate::world::World;
use crate::world::history::{Moment, PastPicture};

use super::transcript::{self, Transcript};
use super::{App, Mode};

/// Moments whose lines and arrows are at hand when one is looked at.
pub const MOMENTS_SEEN: usize = 160;
/// Statements of one bench that are remembered; of more the oldest are forgotten, and it cannot be run again.
pub const MAX_SAID: usize = 20_000;

/// Refused statements that are remembered.
const MAX_REFUSED: usize = 64;

/// What is looked at instead of now.
#[derive(Debug, Clone)]
pub struct Past {
    /// The moment, counted from 1; 0 is before everything.
    pub at: u64,
    /// The newest one.
    pub newest: u64,
    /// The oldest that can be looked at.
    pub oldest: u64,
    /// The bench then.
    pub world: Rc<World>,
    /// The last moments up to it.
    pub moments: Vec<Moment>,
    /// The trace then.
    pub transcript: Transcript,
    /// Why it came out so then.
    pub why: Option<Explanation>,
    /// What the keys meant before.
    pub back: Mode,
}

/// The statements that made the bench, in order.
#[derive(Debug, Clone, Default)]
pub struct SaidStatements {
    statements: VecDeque<Statement>,
    /// The lines on which something that a person did begins: one key may be several statements.
    starts: VecDeque<u32>,
    /// The lines of statements that were refused, the newest: they changed nothing.
    refused: VecDeque<u32>,
    forgotten: bool,
}

impl SaidStatements {
    /// One more is on its way; a reset begins anew.
    pub fn push(&mut self, statement: &Statement) {
        if statement.verb == Verb::Reset {
            // What comes after it may be on its way already.
            self.starts.retain(|line| *line > statement.line);
            *self = Self { starts: std::mem::take(&mut self.starts), ..Self::default() };
            return;
        }
        if self.statements.len() >= MAX_SAID {
            self.statements.pop_front();
            self.forgotten = true;
        }
        self.statements.push_back(statement.clone());
    }

    /// Something that a person does begins on this line.
    pub fn begin(&mut self, line: u32) {
        self.starts.push_back(line);
        if self.starts.len() > MAX_SAID {
            self.starts.pop_front();
        }
    }

    /// The statement of this line was refused.
    pub fn refuse(&mut self, line: u32) {
        self.refused.push_back(line);
        if self.refused.len() > MAX_REFUSED {
            self.refused.pop_front();
        }
    }

    /// Whether something that a person did begins on this line.
    pub fn begins(&self, line: u32) -> bool {
        self.starts.binary_search(&line).is_ok()
    }

    /// The line on which the last thing that changed the bench begins; what only looked at it is passed over.
    pub fn last_change(&self) -> Option<u32> {
        let mut until = u32::MAX;
        for start in self.starts.iter().rev().copied() {
            let mut group = self.statements.iter().filter(|statement| (start..until).contains(&statement.line));
            if group.any(|statement| !only_looks(statement) && !self.refused.contains(&statement.line)) {
                return Some(start);
            }
            until = start;
        }
        None
    }

    /// The newest one.
    pub fn last(&self) -> Option<&Statement> {
        self.statements.back()
    }

    /// How many there are after a line.
    pub fn after(&self, line: u32) -> usize {
        self.statements.len() - self.statements.partition_point(|statement| statement.line <= line)
    }

    /// The text of the statement on a line.
    pub fn text(&self, line: u32) -> Option<&str> {
        let at = self.statements.partition_point(|statement| statement.line < line);
        self.statements.get(at).filter(|statement| statement.line == line).map(|statement| statement.text.trim())
    }

    /// Everything up to a line, if nothing of it is forgotten.
    pub fn up_to(&self, line: u32) -> Option<Vec<Statement>> {
        let statements = self.statements.iter().take_while(|statement| statement.line <= line);
        (!self.forgotten).then(|| statements.cloned().collect())
    }
}

impl App {
    /// The newest statement that somebody wanted, for where no trace shows it.
    pub fn echo(&self) -> Option<&str> {
        let said = self.said.last().filter(|said| self.past.is_none() && !self.is_silent(said.line))?;
        Some(said.text.trim())
    }

    /// Something of the past is to be seen.
    pub(super) fn look_back(&mut self, look: PastPicture) {
        let back = self.past.as_ref().map_or(self.mode, |past| past.back);
        let mut transcript = Transcript::default();
        let mut line = None;
        // The trace begins at the same moment for many steps, so that its lines stay where they are.
        let first = look.moments.first().map_or(1, |moment| moment.number);
        let first = if first > 1 { first.next_multiple_of(MOMENTS_SEEN as u64 / 2) } else { first };
        for moment in look.moments.iter().filter(|moment| moment.number >= first) {
            if line != Some(moment.line) {
                line = Some(moment.line);
                if let Some(text) = self.said.text(moment.line).filter(|_| !self.is_silent(moment.line)) {
                    transcript.push_statement(text.to_owned());
                }
            }
            moment.events.iter().for_each(|event| transcript.push_event(event));
        }
        let why = why(&look.world, &look.moments);
        let PastPicture { at, newest, oldest, world, moments } = look;
        self.past = Some(Past { at, newest, oldest, world: Rc::new(world), moments, transcript, why, back });
        self.mode = Mode::Past;
        self.is_looking_elsewhere = false;
    }

    /// Back to now.
    pub(super) fn return_to_now(&mut self) {
        if let Some(past) = self.past.take() {
            if self.mode == Mode::Past {
                self.mode = past.back;
            } else if self.before == Mode::Past {
                self.before = past.back;
            }
            if self.palette.back == Mode::Past {
                self.palette.back = past.back;
            }
        }
    }

    /// The trace that is to be seen: now's, or then's.
    pub fn seen_transcript(&self) -> &Transcript {
        self.past.as_ref().map_or(&self.transcript, |past| &past.transcript)
    }

    /// The same, to be scrolled.
    pub(super) fn seen_transcript_mut(&mut self) -> &mut Transcript {
        self.past.as_mut().map_or(&mut self.transcript, |past| &mut past.transcript)
    }

    /// The moments that are to be seen.
    pub fn seen_moments(&self) -> &[Moment] {
        self.past.as_ref().map_or(&self.recent, |past| &past.moments)
    }
}

/// Why the last moment came out so, by what its statement had brought until then; failing that, what happened.
pub fn why(world: &World, moments: &[Moment]) -> Option<Explanation> {
    let last = moments.last()?;
    let of_statement = moments.iter().filter(|moment| moment.line == last.line);
    let events: Vec<Event> = of_statement.flat_map(|moment| moment.events.iter().cloned()).collect();
    let explanation = explain::last(world, &events);
    if explanation.has_rule() {
        return Some(explanation);
    }
    let text = last.events.iter().flat_map(transcript::lines).collect::<Vec<_>>().join("; ");
    Some(Explanation { text: text.trim().to_owned(), ..explanation })
}
