//! The past: the records of one bench kept in order, with copies of the picture at intervals, so that the picture at any moment
//! is a short fold away. Pure; it holds no more than its bounds say, and forgets the oldest first.

mod kept;
mod moment;

pub use moment::{Message, Moment, TakenMessage, Traffic};

use std::collections::VecDeque;

use crate::trace::Record;

use super::World;
use kept::KeptRecords;
use moment::MessageWatch;

/// Bytes that the kept records may take. A call of a loop makes two of 8 bytes, any other four, together about 100.
pub const MAX_KEPT_BYTES: usize = 18 * 1024 * 1024;
/// Copies of the picture; beyond, every second one is dropped.
pub const MAX_CHECKPOINTS: usize = 24;
/// Records between the first copies.
const FIRST_INTERVAL: u64 = 64;
/// Moments that one look gives at most.
pub const MAX_MOMENTS: usize = 512;

/// What has happened on one bench, to be looked back at.
#[derive(Debug, Clone)]
pub struct History {
    records: KeptRecords,
    checkpoints: VecDeque<Checkpoint>,
    interval: u64,
}

/// The picture before one record.
#[derive(Debug, Clone)]
struct Checkpoint {
    before: u64,
    world: World,
}

/// The picture as it was, and how it came to be so.
#[derive(Debug, Clone)]
pub struct PastPicture {
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
        Self { records: KeptRecords::default(), checkpoints: VecDeque::new(), interval: FIRST_INTERVAL }
    }
}

impl History {
    /// A record is about to be folded into `world`.
    pub fn note(&mut self, world: &World, record: &Record) {
        let index = self.records.end();
        if self.checkpoints.back().is_none_or(|last| index >= last.before + self.interval) {
            self.checkpoints.push_back(Checkpoint { before: index, world: world.clone() });
            self.thin_out();
        }
        self.records.push(record);
        if self.records.bytes() > MAX_KEPT_BYTES {
            self.forget_oldest();
        }
    }

    /// The newest moment; 0 before the first.
    pub fn newest(&self) -> u64 {
        self.records.moments()
    }

    /// The oldest moment that can be looked at.
    pub fn oldest(&self) -> u64 {
        self.records.moments_before(self.first())
    }

    /// The index of the first record that is kept with the picture before it.
    pub fn first(&self) -> u64 {
        self.checkpoints.front().map_or(0, |checkpoint| checkpoint.before)
    }

    /// The index after the last record.
    pub fn end(&self) -> u64 {
        self.records.end()
    }

    /// The records that are kept, oldest first.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        self.records.between(0, u64::MAX)
    }

    /// The last moment of the statement before the one that `moment` belongs to.
    pub fn statement_before(&self, moment: u64) -> u64 {
        self.records.statement_of(moment).map_or(0, |first| first - 1).clamp(self.oldest(), self.newest())
    }

    /// The last moment of the statement that comes after `moment`.
    pub fn statement_after(&self, moment: u64) -> u64 {
        self.records.statement_after(moment + 1).map_or(self.newest(), |first| first - 1)
    }

    /// The picture at a moment, with at most `count` moments up to it. Costs a copy and the records of one interval.
    pub fn look(&self, at: u64, count: usize) -> PastPicture {
        let (newest, oldest) = (self.newest(), self.oldest());
        let at = at.clamp(oldest, newest);
        let from = at.saturating_sub(count.min(MAX_MOMENTS) as u64).max(oldest);
        // The newest moment is shown with what came after it and is no moment.
        let end = if at == newest { self.records.end() } else { self.end_of(at) };
        let begin = self.index_of(from).min(end);
        let mut look = PastPicture { at, newest, oldest, world: self.world_before(begin), moments: Vec::new() };
        let mut watch = MessageWatch::over(&look.world);
        let mut number = from;
        for record in self.records.between(begin, end) {
            number += u64::from(moment::is_moment(&record.fact));
            look.moments.extend(watch.fold(&mut look.world, &record, number));
        }
        look
    }

    /// The index after the record of a moment; of the moment before the first kept one, where records begin.
    fn index_of(&self, moment: u64) -> u64 {
        if moment <= self.oldest() {
            return self.first();
        }
        self.records.moment(moment).map_or(self.records.end(), |index| index + 1)
    }

    /// The same, with what only completes the moment: that the order is done, that a forked task is there.
    fn end_of(&self, moment: u64) -> u64 {
        let begin = self.index_of(moment);
        let completes = |record: &Record| moment::completes(&record.fact);
        begin + self.records.between(begin, self.records.end()).take_while(completes).count() as u64
    }

    fn world_before(&self, index: u64) -> World {
        let after = self.checkpoints.partition_point(|checkpoint| checkpoint.before <= index);
        let Some(checkpoint) = after.checked_sub(1).and_then(|at| self.checkpoints.get(at)) else {
            return World::new();
        };
        let mut world = checkpoint.world.clone();
        let mut unseen = Vec::new();
        let mut at = checkpoint.before;
        while at < index {
            let again = self.records.again(at, index).filter(|(task, call, _)| world.is_at(*task, call));
            if let Some((folded, _)) = again.and_then(|(task, call, calls)| world.fold_again(task, &[call], calls)) {
                at += 2 * folded as u64;
                continue;
            }
            let Some(record) = self.records.get(at) else { break };
            world.fold(record, &mut unseen);
            unseen.clear();
            at += 1;
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
        self.records.forget_before(self.first());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::{self, Errno};
    use crate::order::{Call, Extra, Loop, Outcome, Payload};
    use crate::trace::{Birth, Fact, Group, Ordered, TaskId};
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
            bench.fact(Fact::Born(Rc::new(Birth::parent("parent".to_owned(), 1))));
            let array = Outcome { extra: Extra::Array([3, 4]), ..Outcome::default() };
            bench.call(Call::Socketpair { domain: 1, kind: abi::SOCK_STREAM, protocol: 0 }, "wire", 0, array);
            bench
        }

        fn call(&mut self, call: Call, name: &str, ret: i32, outcome: Outcome) {
            self.line += 1;
            let name = (!name.is_empty()).then(|| name.to_owned());
            self.fact(Fact::Ordered(Rc::new(Ordered { group: Group::Single, name, line: self.line })));
            self.fact(Fact::Entered { call: Rc::new(call) });
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
                let data = Payload::once(word.clone());
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
    fn a_step_is_cheap_with_forty_thousand_events() {
        let mut bench = Bench::new(false);
        bench.write_and_read(20_000);
        let history = &bench.history;
        assert_eq!(history.newest(), 40_001);
        assert!(history.checkpoints.len() <= MAX_CHECKPOINTS);
        for at in [1, 2, 777, 20_000, 39_999, 40_001] {
            let begin = history.index_of(history.look(at, 100).moments[0].number - 1);
            let after = history.checkpoints.partition_point(|checkpoint| checkpoint.before <= begin);
            let folded = begin - history.checkpoints[after - 1].before;
            assert!(folded <= history.interval && history.interval <= 32_768, "{folded} records for one step");
        }
    }

    #[test]
    fn the_oldest_is_forgotten_and_that_is_known() {
        let mut bench = Bench::new(false);
        bench.write_and_read(MAX_KEPT_BYTES / 140);
        let history = &bench.history;
        assert!(history.records.bytes() <= MAX_KEPT_BYTES && history.oldest() > 0);
        let look = history.look(1, 10);
        assert_eq!((look.at, look.oldest), (history.oldest(), history.oldest()));
        assert_eq!(look.world.calls(), look.at);
    }

    #[test]
    fn a_million_calls_of_a_loop_are_kept_and_not_many_more() {
        let mut history = History::default();
        let world = World::new();
        let mut note = |fact| history.note(&world, &Record { line: 1, task: PARENT, t_ns: 0, fact });
        let call = Rc::new(Call::Read { fd: 3, count: 64 });
        for _ in 0..1_000_000 {
            note(Fact::Entered { call: Rc::clone(&call) });
            note(Fact::Returned { ret: 64, errno: Errno::NONE, outcome: None });
        }
        assert_eq!((history.oldest(), history.newest(), history.statement_before(77)), (0, 1_000_000, 0));
        let mut note = |fact| history.note(&world, &Record { line: 2, task: PARENT, t_ns: 0, fact });
        for _ in 0..400_000 {
            note(Fact::Returned { ret: 64, errno: Errno::NONE, outcome: None });
        }
        assert!(history.oldest() > 0 && history.records.bytes() <= MAX_KEPT_BYTES);
        assert_eq!(history.statement_before(1_300_000), 1_000_000);
        assert_eq!(history.statement_after(999_999), 1_000_000);
        assert_eq!(history.statement_after(1_000_000), 1_400_000);
    }

    #[test]
    fn a_loop_looked_at_is_the_picture_as_it_was() {
        let mut bench = Bench::new(true);
        let flood = |fd, size, count| Loop::Flood { fd, size, count };
        let drain = |fd| Loop::Drain { fd, count: 100, dontwait: true, pipe: false };
        for (of, size, count) in [(flood(3, 10, 900), 10, 900), (drain(4), 100, 89)] {
            bench.line += 1;
            let call = Rc::new(of.calls().remove(0));
            let group = Group::Loop(of);
            bench.fact(Fact::Ordered(Rc::new(Ordered { group, name: None, line: bench.line })));
            bench.fact(Fact::Entered { call: Rc::clone(&call) });
            for _ in 1..count {
                bench.fact(Fact::Returned { ret: size, errno: Errno::NONE, outcome: None });
                bench.fact(Fact::Entered { call: Rc::clone(&call) });
            }
            bench.fact(Fact::Returned { ret: size, errno: Errno::NONE, outcome: None });
            bench.fact(Fact::Done);
        }
        let end = bench.history.records.end();
        assert_eq!(end, bench.seen.len() as u64);
        for index in 1..=end {
            let picture = picture(&bench.history.world_before(index));
            assert!(picture == bench.seen[usize::try_from(index).unwrap() - 1], "before record {index}");
        }
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
            Traffic::Took { messages: vec![TakenMessage { message, by: PARENT, stays: false }], lost: 0 }
        );
    }
}
