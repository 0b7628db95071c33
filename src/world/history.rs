//! The past: the records of one bench kept in order, with copies of the picture at intervals, so that the picture at any moment
//! is a short fold away. Pure; it holds no more than its bounds say, and forgets the oldest first.

mod moment;

pub use moment::{Message, Moment, Taken, Traffic};

use std::collections::VecDeque;

use crate::trace::{Fact, Record};

use super::World;
use moment::Watch;

/// Records that are kept; about four make one event.
pub const MAX_RECORDS: usize = 480_000;
/// Bytes of data that the kept records may hold.
pub const MAX_DATA_KEPT: usize = 64 * 1024 * 1024;
/// Copies of the picture; beyond, every second one is dropped.
pub const MAX_CHECKPOINTS: usize = 64;
/// Records between the first copies.
const FIRST_INTERVAL: u64 = 64;
/// Moments that one look gives at most.
pub const MAX_MOMENTS: usize = 512;

/// What has happened on one bench, to be looked back at.
#[derive(Debug, Clone)]
pub struct History {
    records: VecDeque<Record>,
    /// The index of the first record that is kept.
    first: u64,
    /// The index of the record that each moment is, the first moment that is kept first.
    moments: VecDeque<u64>,
    /// Moments that are forgotten.
    forgotten: u64,
    checkpoints: VecDeque<Checkpoint>,
    interval: u64,
    data: usize,
}

/// The picture before one record.
#[derive(Debug, Clone)]
struct Checkpoint {
    before: u64,
    world: World,
}

/// The picture as it was, and how it came to be so.
#[derive(Debug, Clone)]
pub struct Look {
    /// The moment looked at, counted from 1; 0 is before everything.
    pub at: u64,
    /// The newest moment there is.
    pub newest: u64,
    /// The oldest one that can be looked at.
    pub oldest: u64,
    /// The picture right after it.
    pub world: World,
    /// The last moments up to it, oldest first.
    pub moments: Vec<Moment>,
}

impl Default for History {
    fn default() -> Self {
        Self {
            records: VecDeque::new(),
            first: 0,
            moments: VecDeque::new(),
            forgotten: 0,
            checkpoints: VecDeque::new(),
            interval: FIRST_INTERVAL,
            data: 0,
        }
    }
}

impl History {
    /// A record is about to be folded into `world`.
    pub fn note(&mut self, world: &World, record: &Record) {
        let index = self.first + self.records.len() as u64;
        if self.checkpoints.back().is_none_or(|last| index >= last.before + self.interval) {
            self.checkpoints.push_back(Checkpoint { before: index, world: world.clone() });
            self.thin_out();
        }
        if moment::is_moment(&record.fact) {
            self.moments.push_back(index);
        }
        self.data += data_of(record);
        self.records.push_back(record.clone());
        if self.records.len() > MAX_RECORDS || self.data > MAX_DATA_KEPT {
            self.forget_oldest();
        }
    }

    /// The newest moment; 0 before the first.
    pub fn newest(&self) -> u64 {
        self.forgotten + self.moments.len() as u64
    }

    /// The oldest moment that can be looked at.
    pub fn oldest(&self) -> u64 {
        self.forgotten.min(self.newest())
    }

    /// The line of the statement during which a moment came.
    pub fn line_of(&self, moment: u64) -> Option<u32> {
        self.record_of(moment).map(|record| record.line)
    }

    /// The last moment of the statement before the one that `moment` belongs to.
    pub fn statement_before(&self, moment: u64) -> u64 {
        let line = self.line_of(moment);
        let mut at = moment;
        while at > self.oldest() && self.line_of(at) == line {
            at -= 1;
        }
        at
    }

    /// The last moment of the statement that comes after `moment`.
    pub fn statement_after(&self, moment: u64) -> u64 {
        let line = self.line_of(moment + 1);
        let mut at = (moment + 1).min(self.newest());
        while at < self.newest() && self.line_of(at + 1) == line {
            at += 1;
        }
        at
    }

    /// The picture at a moment, with at most `count` moments up to it. Costs a copy and the records of one interval.
    pub fn look(&self, at: u64, count: usize) -> Look {
        let (newest, oldest) = (self.newest(), self.oldest());
        let at = at.clamp(oldest, newest);
        let from = at.saturating_sub(count.min(MAX_MOMENTS) as u64).max(oldest);
        // Whoever looks at the newest moment sees also what came after it and is no moment.
        let end = if at == newest { self.first + self.records.len() as u64 } else { self.end_of(at) };
        let begin = self.index_of(from).min(end);
        let mut look = Look { at, newest, oldest, world: self.world_before(begin), moments: Vec::new() };
        let mut watch = Watch::over(&look.world);
        let mut number = from;
        for record in self.between(begin, end) {
            number += u64::from(moment::is_moment(&record.fact));
            look.moments.extend(watch.fold(&mut look.world, record, number));
        }
        look
    }

    /// The index after the record of a moment; of the moment before the first kept one, where records begin.
    fn index_of(&self, moment: u64) -> u64 {
        let place = moment.checked_sub(self.forgotten + 1).and_then(|place| usize::try_from(place).ok());
        let index = place.and_then(|place| self.moments.get(place));
        index.map_or(self.first + if place.is_none() { 0 } else { self.records.len() as u64 }, |index| index + 1)
    }

    /// The same, with what only completes the moment: that the order is done, that a forked task is there.
    fn end_of(&self, moment: u64) -> u64 {
        let begin = self.index_of(moment);
        let completes = |record: &&Record| moment::completes(&record.fact);
        begin + self.between(begin, self.first + self.records.len() as u64).take_while(completes).count() as u64
    }

    fn record_of(&self, moment: u64) -> Option<&Record> {
        let place = usize::try_from(moment.checked_sub(self.forgotten + 1)?).ok()?;
        let index = self.moments.get(place)? - self.first;
        self.records.get(usize::try_from(index).ok()?)
    }

    fn between(&self, begin: u64, end: u64) -> impl Iterator<Item = &Record> {
        let place = |index: u64| usize::try_from(index - self.first).unwrap_or(usize::MAX).min(self.records.len());
        self.records.range(place(begin)..place(end.max(begin)))
    }

    fn world_before(&self, index: u64) -> World {
        let after = self.checkpoints.partition_point(|checkpoint| checkpoint.before <= index);
        let Some(checkpoint) = after.checked_sub(1).and_then(|at| self.checkpoints.get(at)) else {
            return World::new();
        };
        let mut world = checkpoint.world.clone();
        let mut unseen = Vec::new();
        for record in self.between(checkpoint.before, index) {
            world.fold(record.clone(), &mut unseen);
            unseen.clear();
        }
        world
    }

    fn thin_out(&mut self) {
        if self.checkpoints.len() <= MAX_CHECKPOINTS {
            return;
        }
        let mut at = 0;
        self.checkpoints.retain(|_| {
            at += 1;
            at % 2 == 1
        });
        self.interval *= 2;
    }

    /// The records up to the second copy of the picture go.
    fn forget_oldest(&mut self) {
        if self.checkpoints.len() < 2 {
            return;
        }
        self.checkpoints.pop_front();
        let Some(first) = self.checkpoints.front().map(|checkpoint| checkpoint.before) else { return };
        while self.first < first {
            let Some(record) = self.records.pop_front() else { return };
            self.data -= data_of(&record);
            self.first += 1;
        }
        while self.moments.front().is_some_and(|index| *index < first) {
            self.moments.pop_front();
            self.forgotten += 1;
        }
    }
}

fn data_of(record: &Record) -> usize {
    let Fact::Returned { outcome: Some(outcome), .. } = &record.fact else { return 0 };
    outcome.data.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{self, Errno};
    use crate::order::{Call, Extra, Outcome, Payload, Work};
    use crate::trace::{Birth, Ordered, TaskId};
    use std::rc::Rc;

    const PARENT: TaskId = TaskId(0);

    /// A bench made of records, with its past.
    struct Bench {
        world: World,
        history: History,
        /// The picture after each record.
        seen: Vec<String>,
        keeps_pictures: bool,
        line: u32,
    }

    impl Bench {
        fn new(keeps_pictures: bool) -> Self {
            let mut bench =
                Self { world: World::new(), history: History::default(), seen: Vec::new(), keeps_pictures, line: 0 };
            bench.fact(Fact::Born(Rc::new(Birth { name: "parent".to_owned(), pid: 1, tid: 1, by: None })));
            let array = Outcome { extra: Extra::Array([3, 4]), ..Outcome::default() };
            bench.call(Call::Socketpair { domain: 1, kind: abi::SOCK_STREAM, protocol: 0 }, "wire", 0, array);
            bench
        }

        fn call(&mut self, call: Call, name: &str, ret: i32, outcome: Outcome) {
            self.line += 1;
            let name = (!name.is_empty()).then(|| name.to_owned());
            self.fact(Fact::Ordered(Rc::new(Ordered { work: Work::Call(call), name, line: self.line })));
            self.fact(Fact::Entered { step: 0 });
            self.fact(Fact::Returned { ret, errno: Errno::NONE, outcome: Some(Box::new(outcome)) });
            self.fact(Fact::Done);
        }

        fn fact(&mut self, fact: Fact) {
            let record = Record { line: self.line, task: PARENT, t_ns: u64::from(self.line), fact };
            self.history.note(&self.world, &record);
            self.world.fold(record, &mut Vec::new());
            if self.keeps_pictures {
                self.seen.push(picture(&self.world));
            }
        }

        fn write_and_read(&mut self, rounds: usize) {
            for round in 0..rounds {
                let word = format!("{round}").into_bytes();
                let ret = i32::try_from(word.len()).unwrap();
                let data = Payload { word: word.clone(), times: 1 };
                self.call(Call::Write { fd: 3, data }, "", ret, Outcome::default());
                let outcome = Outcome { data: word, ..Outcome::default() };
                self.call(Call::Read { fd: 4, count: 4096 }, "", ret, outcome);
            }
        }
    }

    fn picture(world: &World) -> String {
        format!("{:?} {:?}", world.tasks().collect::<Vec<_>>(), world.ends().collect::<Vec<_>>())
    }

    #[test]
    fn every_moment_looked_at_is_the_picture_as_it_was() {
        let mut bench = Bench::new(true);
        bench.write_and_read(150);
        assert_eq!(bench.history.newest(), 301);
        for at in 1..=301 {
            let look = bench.history.look(at, 5);
            // Born, then four records a call; the moment is complete with the fourth.
            let record = usize::try_from(4 * at).unwrap();
            assert_eq!(picture(&look.world), bench.seen[record], "moment {at}");
            assert_eq!(look.moments.last().map(|moment| moment.number), Some(at));
        }
        assert_eq!(bench.history.look(0, 5).world.tasks().count(), 1);
    }

    #[test]
    fn a_record_is_small_for_there_are_many() {
        assert!(size_of::<Record>() <= 40, "{} bytes", size_of::<Record>());
    }

    #[test]
    fn a_step_is_cheap_with_a_hundred_thousand_events() {
        let mut bench = Bench::new(false);
        bench.write_and_read(50_000);
        let history = &bench.history;
        assert_eq!(history.newest(), 100_001);
        assert!(history.checkpoints.len() <= MAX_CHECKPOINTS);
        for at in [1, 2, 777, 50_000, 99_999, 100_001] {
            let begin = history.index_of(history.look(at, 100).moments[0].number - 1);
            let after = history.checkpoints.partition_point(|checkpoint| checkpoint.before <= begin);
            let folded = begin - history.checkpoints[after - 1].before;
            assert!(folded <= history.interval && history.interval <= 16_384, "{folded} records for one step");
        }
    }

    #[test]
    fn the_oldest_is_forgotten_and_that_is_known() {
        let mut bench = Bench::new(false);
        bench.write_and_read(MAX_RECORDS / 8 + 1000);
        let history = &bench.history;
        assert!(history.records.len() <= MAX_RECORDS && history.oldest() > 0);
        let look = history.look(1, 10);
        assert_eq!((look.at, look.oldest), (history.oldest(), history.oldest()));
        assert_eq!(look.world.calls(), look.at);
    }

    #[test]
    fn statements_are_found_from_any_of_their_moments() {
        let mut bench = Bench::new(false);
        bench.write_and_read(2);
        let history = &bench.history;
        assert_eq!((history.statement_before(3), history.statement_after(3)), (2, 4));
        assert_eq!((history.statement_before(1), history.statement_after(5)), (0, 5));
    }

    #[test]
    fn messages_are_followed_from_their_write_to_their_read() {
        let mut bench = Bench::new(false);
        bench.write_and_read(1);
        let moments = bench.history.look(3, 9).moments;
        let Traffic::Sent(message) = moments[1].traffic else { panic!("{:?}", moments[1]) };
        assert_eq!(
            moments[2].traffic,
            Traffic::Took { messages: vec![Taken { message, by: PARENT, stays: false }], lost: 0 }
        );
    }
}
