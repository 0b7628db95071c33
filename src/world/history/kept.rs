//! Records in order, nearly all of them in a word of eight bytes, for a loop makes millions; the others as bytes.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::abi::Errno;
use crate::order::{Call, Payload};
use crate::trace::{Again, Fact, Record, TaskId};

use super::moment;

/// Records in one segment at most.
const SEGMENT: usize = 4096;

/// What kind of record a word is, in its lowest two bits.
const WIDE: u64 = 0;
const ENTERED: u64 = 1;
const RETURNED: u64 = 2;
const DONE: u64 = 3;
/// Then: whose, six bits; which call or the return value, 22; and the time since the segment's first, 34. Of a wide one where
/// its bytes begin.
const OWNER_BITS: u32 = 6;
const MAX_OWNERS: usize = 1 << OWNER_BITS;
const VALUE_BITS: u32 = 22;
const TIME_BITS: u32 = 34;

/// Calls among which one that comes again is looked for.
const RECENT: usize = 4;

/// The records that are kept, by an index that counts also those that are not any more.
#[derive(Debug, Clone, Default)]
pub struct KeptRecords {
    segments: VecDeque<Segment>,
    /// What all segments but the last one take.
    bytes: usize,
    /// The statement of the last moment.
    line: Option<u32>,
}

/// Some records that follow each other.
#[derive(Debug, Clone)]
struct Segment {
    /// The index of its first.
    first: u64,
    /// Moments before it.
    moments_before: u64,
    start_ns: u64,
    words: Vec<u64>,
    /// Which of them are moments.
    moments: Vec<u16>,
    /// Which of those are a statement's first.
    statements: Vec<u16>,
    /// The tasks and lines of its words.
    owners: Vec<(TaskId, u32)>,
    /// Calls that were entered again and again.
    calls: Vec<Rc<Call>>,
    /// The last calls that were entered, to see whether one comes again.
    recent: VecDeque<Rc<Call>>,
    /// What no word can say, one after the other.
    wide: Vec<u8>,
}

impl KeptRecords {
    /// Adds a record.
    pub fn push(&mut self, record: &Record) {
        if !self.segments.back().is_some_and(|segment| segment.has_room_for(record)) {
            if let Some(full) = self.segments.back_mut() {
                full.shrink();
                self.bytes += full.bytes();
            }
            self.segments.push_back(Segment {
                first: self.end(),
                moments_before: self.moments(),
                start_ns: record.t_ns,
                words: Vec::new(),
                moments: Vec::new(),
                statements: Vec::new(),
                owners: Vec::new(),
                calls: Vec::new(),
                recent: VecDeque::new(),
                wide: Vec::new(),
            });
        }
        let Some(segment) = self.segments.back_mut() else { return };
        if moment::is_moment(&record.fact) {
            if self.line.replace(record.line) != Some(record.line) {
                segment.statements.push(u16::try_from(segment.moments.len()).unwrap_or(u16::MAX));
            }
            segment.moments.push(u16::try_from(segment.words.len()).unwrap_or(u16::MAX));
        }
        let word = segment.word(record).unwrap_or_else(|| {
            let begin = segment.wide.len() as u64;
            // Facts are plain data, which postcard never refuses.
            segment.wide.extend(postcard::to_stdvec(record).unwrap_or_default());
            begin << 2 | WIDE
        });
        segment.words.push(word);
    }

    /// The index after the last one.
    pub fn end(&self) -> u64 {
        self.segments.back().map_or(0, |segment| segment.first + segment.words.len() as u64)
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        self.bytes + self.segments.back().map_or(0, Segment::bytes)
    }

    /// How many moments there were.
    pub fn moments(&self) -> u64 {
        self.segments.back().map_or(0, |segment| segment.moments_before + segment.moments.len() as u64)
    }

    /// The index of the record that is a moment, counted from 1.
    pub fn moment(&self, number: u64) -> Option<u64> {
        let after = self.segments.partition_point(|segment| segment.moments_before < number);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        let place = usize::try_from(number - segment.moments_before - 1).ok()?;
        segment.moments.get(place).map(|place| segment.first + u64::from(*place))
    }

    /// The first moment of the statement that a moment belongs to.
    pub fn statement_of(&self, moment: u64) -> Option<u64> {
        let after = self.segments.partition_point(|segment| segment.moments_before < moment);
        let before = self.segments.range(..after).rev();
        before.flat_map(|segment| segment.statements().rev()).find(|first| *first <= moment)
    }

    /// The first moment of the first statement that begins after a moment.
    pub fn statement_after(&self, moment: u64) -> Option<u64> {
        let after = self.segments.partition_point(|segment| segment.moments_before < moment);
        let from = self.segments.range(after.saturating_sub(1)..);
        from.flat_map(Segment::statements).find(|first| *first > moment)
    }

    /// How many moments are before the record with this index.
    pub fn moments_before(&self, index: u64) -> u64 {
        let after = self.segments.partition_point(|segment| segment.first <= index);
        let Some(segment) = after.checked_sub(1).and_then(|at| self.segments.get(at)) else { return 0 };
        let before = segment.moments.partition_point(|place| segment.first + u64::from(*place) < index);
        segment.moments_before + before as u64
    }

    /// The record with this index.
    pub fn get(&self, index: u64) -> Option<Record> {
        let after = self.segments.partition_point(|segment| segment.first <= index);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        segment.record(usize::try_from(index - segment.first).ok()?)
    }

    /// The calls of a task's loop from one record on, as long as each returned and the same one was entered again at once; two
    /// records each. None if there is no such call.
    pub fn again(&self, begin: u64, end: u64) -> Option<(TaskId, Rc<Call>, impl Iterator<Item = Again>)> {
        let pair = move |index: u64| {
            let returned = self.get(index)?;
            let Fact::Returned { ret, errno: Errno::NONE, outcome: None } = returned.fact else { return None };
            let entered = self.get(index + 1).filter(|_| index + 1 < end)?;
            let Fact::Entered { call } = entered.fact else { return None };
            let is_one = (entered.task, entered.t_ns) == (returned.task, returned.t_ns);
            is_one.then_some((returned.task, call, Again { ret, step: 0, t_ns: returned.t_ns }))
        };
        let (task, call, _) = pair(begin)?;
        let first = Rc::clone(&call);
        let is_same = move |next: &Rc<Call>| Rc::ptr_eq(next, &first) || *next == first;
        let pairs = (begin..).step_by(2).map_while(pair);
        let calls = pairs.take_while(move |(by, next, _)| *by == task && is_same(next)).map(|(.., again)| again);
        Some((task, call, calls))
    }

    /// The records with these indexes, as far as they are kept.
    pub fn between(&self, begin: u64, end: u64) -> impl Iterator<Item = Record> {
        let after = self.segments.partition_point(|segment| segment.first <= begin);
        let segments = self.segments.range(after.saturating_sub(1)..).take_while(move |segment| segment.first < end);
        segments.flat_map(move |segment| {
            let place = |index: u64| usize::try_from(index.saturating_sub(segment.first)).unwrap_or(usize::MAX);
            let last = place(end).min(segment.words.len());
            (place(begin).min(last)..last).filter_map(|place| segment.record(place))
        })
    }

    /// Lets go of what is before an index, as far as whole segments are.
    pub fn forget_before(&mut self, index: u64) {
        while self.segments.get(1).is_some_and(|second| second.first <= index)
            && let Some(gone) = self.segments.pop_front()
        {
            self.bytes -= gone.bytes();
        }
    }
}

impl Segment {
    fn has_room_for(&self, record: &Record) -> bool {
        let is_soon = record.t_ns.saturating_sub(self.start_ns) >> TIME_BITS == 0;
        let is_known = self.owners.len() < MAX_OWNERS || self.owners.contains(&(record.task, record.line));
        is_soon && is_known && self.words.len() < SEGMENT
    }

    /// The first moments of its statements.
    fn statements(&self) -> impl DoubleEndedIterator<Item = u64> {
        self.statements.iter().map(|place| self.moments_before + u64::from(*place) + 1)
    }

    /// Nothing is added any more.
    fn shrink(&mut self) {
        self.words.shrink_to_fit();
        self.moments.shrink_to_fit();
        self.statements.shrink_to_fit();
        self.owners.shrink_to_fit();
        self.calls.shrink_to_fit();
        self.recent = VecDeque::new();
        self.wide.shrink_to_fit();
    }

    /// Bytes of memory, the allocator's own not counted.
    fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.words.capacity() * size_of::<u64>()
            + (self.moments.capacity() + self.statements.capacity()) * size_of::<u16>()
            + self.owners.capacity() * size_of::<(TaskId, u32)>()
            + self.calls.iter().map(|call| bytes_of(call)).sum::<usize>()
            + self.wide.capacity()
    }

    /// A record as a word, if it is of the kind that comes by the million.
    #[expect(clippy::wildcard_enum_match_arm, reason = "two kinds of fact come by the million, and a few carry much")]
    fn word(&mut self, record: &Record) -> Option<u64> {
        let (kind, value) = match record.fact {
            Fact::Entered { ref call } => (ENTERED, self.place_of(call)? as u64),
            Fact::Returned { ret, errno: Errno::NONE, outcome: None } => (RETURNED, u64::try_from(ret).ok()?),
            Fact::Done => (DONE, 0),
            _ => return None,
        };
        let time = record.t_ns.checked_sub(self.start_ns)?;
        let owner = (record.task, record.line);
        if value >> VALUE_BITS != 0 || time >> TIME_BITS != 0 {
            return None;
        }
        let place = self.owners.iter().rposition(|known| *known == owner).or_else(|| {
            self.owners.push(owner);
            Some(self.owners.len() - 1)
        })?;
        (place < MAX_OWNERS)
            .then_some(kind | (place as u64) << 2 | value << (2 + OWNER_BITS) | time << (2 + OWNER_BITS + VALUE_BITS))
    }

    /// Which of the known calls this is; none of one that has not been entered a moment ago.
    fn place_of(&mut self, call: &Rc<Call>) -> Option<usize> {
        let is_same = |known: &Rc<Call>| Rc::ptr_eq(known, call) || known == call;
        let first = self.calls.len().saturating_sub(RECENT);
        if let Some(place) = self.calls[first..].iter().rposition(is_same) {
            return Some(first + place);
        }
        if self.recent.iter().any(is_same) {
            self.calls.push(Rc::clone(call));
            return Some(self.calls.len() - 1);
        }
        if self.recent.len() >= RECENT {
            self.recent.pop_front();
        }
        self.recent.push_back(Rc::clone(call));
        None
    }

    fn record(&self, place: usize) -> Option<Record> {
        let word = *self.words.get(place)?;
        let value = word >> (2 + OWNER_BITS) & ((1 << VALUE_BITS) - 1);
        let fact = match word & 3 {
            ENTERED => Fact::Entered { call: Rc::clone(self.calls.get(usize::try_from(value).ok()?)?) },
            RETURNED => Fact::Returned { ret: i32::try_from(value).ok()?, errno: Errno::NONE, outcome: None },
            DONE => Fact::Done,
            _ => return postcard::from_bytes(self.wide.get(usize::try_from(word >> 2).ok()?..)?).ok(),
        };
        let (task, line) = *self.owners.get(usize::try_from(word >> 2 & ((1 << OWNER_BITS) - 1)).ok()?)?;
        Some(Record { line, task, t_ns: self.start_ns + (word >> (2 + OWNER_BITS + VALUE_BITS)), fact })
    }
}

/// Bytes of memory that a call takes, about.
fn bytes_of(call: &Call) -> usize {
    let payloads = call.payloads().iter().map(|payload| size_of::<Payload>() + payload.word.len());
    size_of::<Rc<Call>>() + size_of::<Call>() + payloads.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fd: u64) -> Rc<Call> {
        Rc::new(Call::Read { fd: i32::try_from(fd).unwrap(), count: 4096 })
    }

    fn record(number: u64, fact: Fact) -> Record {
        let task = TaskId(u32::try_from(number % 90).unwrap());
        Record { line: u32::try_from(number / 300).unwrap(), task, t_ns: 5 + number * number * 99, fact }
    }

    #[test]
    fn what_comes_out_is_what_went_in() {
        let records: Vec<Record> = (0..20_000)
            .map(|number| {
                let ret = i32::try_from(number * number).unwrap_or(i32::MAX);
                let fact = match number % 7 {
                    0 => Fact::Stopped(crate::abi::Signal(19)),
                    5 => Fact::Done,
                    1 => Fact::Returned { ret: -1, errno: Errno::EPIPE, outcome: None },
                    2 => Fact::Returned { ret, errno: Errno::NONE, outcome: Some(Box::default()) },
                    3 => Fact::Entered { call: read(number / 7 % 6) },
                    _ => Fact::Returned { ret, errno: Errno::NONE, outcome: None },
                };
                record(number, fact)
            })
            .collect();
        let mut kept = KeptRecords::default();
        let mut moments = Vec::new();
        for (index, record) in records.iter().enumerate() {
            assert_eq!(kept.moments_before(index as u64), moments.len() as u64);
            kept.push(record);
            moments.extend(moment::is_moment(&record.fact).then_some(index as u64));
        }
        assert_eq!((kept.end(), kept.moments()), (20_000, moments.len() as u64));
        assert!(kept.between(0, u64::MAX).eq(records.iter().cloned()));
        assert!(kept.between(4000, 9001).eq(records[4000..9001].iter().cloned()));
        for (number, index) in (1..).zip(&moments) {
            assert_eq!((kept.moment(number), kept.moments_before(*index)), (Some(*index), number - 1));
        }
        assert_eq!(kept.moment(moments.len() as u64 + 1), None);
        kept.forget_before(10_000);
        let first = kept.segments[0].first;
        assert!((10_000 - SEGMENT as u64..=10_000).contains(&first));
        assert!(kept.between(first, 15_000).eq(records[usize::try_from(first).unwrap()..15_000].iter().cloned()));
        kept.forget_before(u64::MAX);
        assert!(kept.bytes() <= SEGMENT * size_of::<Record>());
    }

    #[test]
    fn a_call_of_a_loop_takes_two_words() {
        let mut kept = KeptRecords::default();
        for number in 0..100_000 {
            let record = |fact| Record { line: 3, task: TaskId(1), t_ns: number * 1000, fact };
            kept.push(&record(Fact::Entered { call: read(3) }));
            kept.push(&record(Fact::Returned { ret: 64, errno: Errno::NONE, outcome: None }));
        }
        let bytes = kept.bytes();
        assert!((1_600_000..2_000_000).contains(&bytes), "{bytes}");
    }
}
