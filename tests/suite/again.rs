//! The same facts another way give the same world: a loop's calls folded together or one by one, and two calls that return in
//! either order.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use proptest::prelude::*;
use tincans::abi::{self, Errno};
use tincans::order::{Call, Extra, Loop, Outcome, Payload};
use tincans::trace::{Again, Birth, Fact, Group, Ordered, Record, TaskId};
use tincans::world::World;
use tincans::world::channel::Reset;

const WRITER: TaskId = TaskId(0);
const READER: TaskId = TaskId(1);
/// Bytes of each write.
const SIZE: u64 = 8;
/// Calls of a loop that the fold always takes one by one.
const KEPT: usize = tincans::world::BURST_KEEP;

/// What carries the bytes.
#[derive(Debug, Clone, Copy)]
enum Carrier {
    Socket(i32),
    Pipe(i32),
}

/// What each task does next.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// The write returns and the next is entered.
    Write,
    /// The same, but a reader finds the bytes before the write has returned.
    Arrive,
    /// A read of what is there.
    Read,
}

/// One world, told call by call.
struct Teller {
    world: World,
    /// The calls that each loop makes, one round.
    loops: HashMap<TaskId, Vec<Rc<Call>>>,
    t_ns: u64,
}

impl Teller {
    /// A channel, and a child that has inherited it.
    fn forked(carrier: Carrier) -> Self {
        let mut teller = Self { world: World::new(), loops: HashMap::new(), t_ns: 0 };
        teller.tell(WRITER, Fact::Born(Rc::new(Birth::parent("parent".to_owned(), 10))));
        let (call, ends) = match carrier {
            Carrier::Socket(kind) => (Call::Socketpair { domain: 1, kind, protocol: 0 }, [3, 4]),
            Carrier::Pipe(flags) => (Call::Pipe2 { flags }, [4, 3]),
        };
        teller.order(WRITER, Group::Single, Some("wire"));
        teller.tell(WRITER, Fact::Entered { call: Rc::new(call) });
        let outcome = Outcome { extra: Extra::Array(ends), ..Outcome::default() };
        teller.tell(WRITER, Fact::Returned { ret: 0, errno: Errno::NONE, outcome: Some(Box::new(outcome)) });
        teller.tell(WRITER, Fact::Done);
        teller.order(WRITER, Group::Single, Some("child1"));
        teller.tell(WRITER, Fact::Entered { call: Rc::new(Call::Fork) });
        let child = Birth::child("child1".to_owned(), 11, WRITER);
        teller.tell(READER, Fact::Born(Rc::new(child)));
        teller.tell(WRITER, Fact::Returned { ret: 11, errno: Errno::NONE, outcome: None });
        teller.tell(WRITER, Fact::Done);
        teller
    }

    /// The same with both loops begun.
    fn new(carrier: Carrier, room: u64) -> Self {
        let mut teller = Self::forked(carrier);
        let drain = Loop::Drain { fd: 4, count: room, dontwait: false, pipe: false };
        for (task, of) in [(WRITER, Loop::Flood { fd: 3, size: SIZE, count: 1_000_000 }), (READER, drain)] {
            teller.begin_loop(task, of);
        }
        teller
    }

    /// A task is inside of its loop's first call.
    fn begin_loop(&mut self, task: TaskId, of: Loop) {
        let round: Vec<Rc<Call>> = of.calls().into_iter().map(Rc::new).collect();
        self.order(task, Group::Loop(of), None);
        self.tell(task, Fact::Entered { call: Rc::clone(&round[0]) });
        self.loops.insert(task, round);
    }

    fn order(&mut self, task: TaskId, group: Group, name: Option<&str>) {
        self.tell(task, Fact::Ordered(Rc::new(Ordered { group, name: name.map(str::to_owned), line: 1 })));
    }

    /// A call that is entered.
    fn enter(&mut self, task: TaskId, call: Call) {
        self.order(task, Group::Single, None);
        self.tell(task, Fact::Entered { call: Rc::new(call) });
    }

    /// And returns.
    fn come_back(&mut self, task: TaskId, ret: i32, errno: Errno) {
        self.tell(task, Fact::Returned { ret, errno, outcome: None });
        self.tell(task, Fact::Done);
    }

    fn tell(&mut self, task: TaskId, fact: Fact) {
        self.t_ns += 1;
        self.world.fold(Record { line: 1, task, t_ns: self.t_ns, fact }, &mut Vec::new());
    }

    fn one_by_one(&mut self, task: TaskId, again: Again) {
        let call = Rc::clone(&self.loops[&task][usize::from(again.step)]);
        for fact in [Fact::Returned { ret: again.ret, errno: Errno::NONE, outcome: None }, Fact::Entered { call }] {
            self.world.fold(Record { line: 1, task, t_ns: again.t_ns, fact }, &mut Vec::new());
        }
    }

    /// As the bench does it. Returns how many calls went the short way.
    fn together(&mut self, task: TaskId, mut calls: &[Again]) -> usize {
        let mut short = 0;
        while let [first, rest @ ..] = calls {
            if let Some((folded, last_ns)) = self.world.fold_again(task, &self.loops[&task], calls.iter().copied()) {
                assert_eq!(calls[folded - 1].t_ns, last_ns, "the time is that of the last call folded");
                short += folded;
                calls = &calls[folded..];
            } else {
                self.one_by_one(task, *first);
                calls = rest;
            }
        }
        short
    }

    fn picture(&self) -> String {
        let tasks: Vec<_> = self.world.tasks().collect();
        let ends: Vec<_> = self.world.ends().collect();
        let (calls, facts) = (self.world.calls(), self.world.facts());
        format!("{tasks:#?}{ends:#?}{calls} {facts}{:?}", self.world.anomalies().collect::<Vec<_>>())
    }
}

/// The calls of both loops as a kernel would answer them, and who made each.
fn calls(carrier: Carrier, room: u64, turns: &[Turn]) -> Vec<(TaskId, Again)> {
    let keeps_messages = match carrier {
        Carrier::Socket(kind) => kind != abi::SOCK_STREAM,
        Carrier::Pipe(flags) => flags != 0,
    };
    let mut queue = VecDeque::new();
    let (mut arrived, mut t_ns) = (false, 1000);
    let mut made = Vec::new();
    for turn in turns {
        t_ns += 10;
        let mut call = |task, ret: u64| {
            let ret = i32::try_from(ret).expect("small");
            made.push((task, Again { ret, step: 0, t_ns }));
        };
        match turn {
            Turn::Write => {
                if !std::mem::replace(&mut arrived, false) {
                    queue.push_back(SIZE);
                }
                call(WRITER, SIZE);
            }
            Turn::Arrive if !arrived => {
                arrived = true;
                queue.push_back(SIZE);
            }
            Turn::Read if keeps_messages => {
                if let Some(message) = queue.pop_front() {
                    call(READER, message.min(room));
                }
            }
            Turn::Read => {
                let there: u64 = queue.drain(..).sum();
                queue.extend((there > room).then(|| there - room));
                if there > 0 {
                    call(READER, there.min(room));
                }
            }
            Turn::Arrive => {}
        }
    }
    made
}

fn turns() -> impl Strategy<Value = Vec<Turn>> {
    let turn = prop_oneof![6 => Just(Turn::Write), 1 => Just(Turn::Arrive), 5 => Just(Turn::Read)];
    prop::collection::vec(turn, 400..900)
}

fn carriers() -> impl Strategy<Value = Carrier> {
    prop_oneof![
        Just(Carrier::Socket(abi::SOCK_STREAM)),
        Just(Carrier::Socket(abi::SOCK_DGRAM)),
        Just(Carrier::Socket(abi::SOCK_SEQPACKET)),
        Just(Carrier::Pipe(0)),
        Just(Carrier::Pipe(abi::DIRECT)),
    ]
}

/// Tells the first world the calls one by one, the second together as far as they go. Both have to look the same. Returns how many
/// calls went the short way.
fn both_ways([mut slow, mut fast]: [Teller; 2], calls: &[(TaskId, Again)]) -> Result<usize, TestCaseError> {
    let mut short = 0;
    for run in calls.chunk_by(|one, next| one.0 == next.0) {
        let again: Vec<Again> = run.iter().map(|(_, again)| *again).collect();
        for call in &again {
            slow.one_by_one(run[0].0, *call);
        }
        short += fast.together(run[0].0, &again);
        fast.world.check_law().map_err(TestCaseError::fail)?;
    }
    prop_assert_eq!(slow.picture(), fast.picture());
    Ok(short)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn together_is_one_by_one(carrier in carriers(), room in 1_u64..40, turns in turns()) {
        let calls = calls(carrier, room, &turns);
        let short = both_ways([Teller::new(carrier, room), Teller::new(carrier, room)], &calls)?;
        let longest = if matches!(carrier, Carrier::Pipe(flags) if flags != 0) { 0 } else { calls.len() - 2 * KEPT };
        prop_assert!(short >= longest, "{} of {} calls went the short way", short, calls.len());
    }
}

/// A ping and its echo, each call as soon as the kernel could answer it, or later: `choices` say which of those that may come
/// comes next. A read may find the bytes of a write that has not returned.
fn turns_of_two(choices: &[bool]) -> Vec<(TaskId, Again)> {
    let ret = i32::try_from(SIZE).expect("small");
    // How many writes and reads of each have returned.
    let (mut ping, mut echo) = ((0, 0), (0, 0));
    let mut made = Vec::new();
    for (t_ns, choice) in (1000..).step_by(10).zip(choices) {
        let ping_may = if ping.0 == ping.1 { Some(1) } else { (echo.1 > ping.1).then_some(0) };
        let echo_may = if echo.1 > echo.0 { Some(0) } else { (ping.1 >= echo.1).then_some(1) };
        let (task, step) = match (ping_may, echo_may) {
            (Some(step), echo) if *choice || echo.is_none() => (WRITER, step),
            (_, Some(step)) => (READER, step),
            (_, None) => unreachable!("one of them can go on"),
        };
        let of = if task == WRITER { &mut ping } else { &mut echo };
        let is_write = (task == WRITER) == (step == 1);
        *(if is_write { &mut of.0 } else { &mut of.1 }) += 1;
        made.push((task, Again { ret, step, t_ns }));
    }
    made
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    #[test]
    fn a_ping_and_its_echo_together_are_one_by_one(
        carrier in prop_oneof![Just(abi::SOCK_STREAM), Just(abi::SOCK_DGRAM), Just(abi::SOCK_SEQPACKET)].prop_map(Carrier::Socket),
        choices in prop::collection::vec(any::<bool>(), 200..600),
    ) {
        let calls = turns_of_two(&choices);
        let tellers = [(), ()].map(|()| {
            let mut teller = Teller::forked(carrier);
            teller.begin_loop(READER, Loop::Echo { fd: 4 });
            teller.begin_loop(WRITER, Loop::Ping { fd: 3, size: SIZE, count: 1_000_000 });
            let answer = Call::Write { fd: 4, data: Payload::beginning(Vec::new(), SIZE) };
            teller.loops.get_mut(&READER).expect("begun")[1] = Rc::new(answer);
            teller
        });
        let short = both_ways(tellers, &calls)?;
        prop_assert!(short >= calls.len() - 2 * KEPT - 4, "{} of {} calls went the short way", short, calls.len());
    }
}

/// Who sleeps in a read is woken by the close with bytes unread, and may have returned before the close has.
#[test]
fn a_reset_is_told_once_whichever_call_returns_first() {
    for reader_first in [false, true] {
        let mut teller = Teller::forked(Carrier::Socket(abi::SOCK_STREAM));
        for (task, call, ret) in [
            (WRITER, Call::Close { fd: 4 }, 0),
            (READER, Call::Close { fd: 3 }, 0),
            (WRITER, Call::Write { fd: 3, data: Payload::once(b"lost".to_vec()) }, 4),
        ] {
            teller.enter(task, call);
            teller.come_back(task, ret, Errno::NONE);
        }
        teller.enter(WRITER, Call::Read { fd: 3, count: 10 });
        teller.enter(READER, Call::Close { fd: 4 });
        let mut returns = [(READER, 0, Errno::NONE), (WRITER, -1, Errno::ECONNRESET)];
        if reader_first {
            returns.reverse();
        }
        for (task, ret, errno) in returns {
            teller.come_back(task, ret, errno);
        }
        let resets: Vec<Reset> = teller.world.ends().map(|end| end.reset).collect();
        assert_eq!(resets, [Reset::None, Reset::None], "reader first: {reader_first}");
    }
}

/// A call that is under way keeps the end it was entered with, also in a loop whose number another thread has given to another end.
#[test]
fn a_loop_reads_the_end_that_its_call_was_entered_with() {
    const THREAD: TaskId = TaskId(2);
    let there = || Payload::once(vec![b'x'; 8 * (KEPT + 20)]);
    let read = Loop::Drain { fd: 4, count: 8, dontwait: false, pipe: false };
    let pictures = [false, true].map(|is_together| {
        let mut teller = Teller::forked(Carrier::Socket(abi::SOCK_STREAM));
        teller.order(READER, Group::Single, Some("t"));
        teller.tell(READER, Fact::Entered { call: Rc::new(Call::Thread) });
        teller.tell(THREAD, Fact::Born(Rc::new(Birth::thread("t".to_owned(), (11, 12), READER))));
        teller.come_back(READER, 12, Errno::NONE);
        teller.order(THREAD, Group::Single, Some("other"));
        teller.tell(THREAD, Fact::Entered { call: Rc::new(Call::Socketpair { domain: 1, kind: 1, protocol: 0 }) });
        let outcome = Outcome { extra: Extra::Array([5, 6]), ..Outcome::default() };
        teller.tell(THREAD, Fact::Returned { ret: 0, errno: Errno::NONE, outcome: Some(Box::new(outcome)) });
        teller.tell(THREAD, Fact::Done);
        for (task, fd) in [(WRITER, 3), (THREAD, 5)] {
            teller.enter(task, Call::Write { fd, data: there() });
            teller.come_back(task, i32::try_from(there().len()).expect("small"), Errno::NONE);
        }
        // Only an end that has been read from can be read from the short way.
        teller.enter(THREAD, Call::Read { fd: 6, count: 8 });
        teller.come_back(THREAD, 8, Errno::NONE);
        teller.begin_loop(READER, read.clone());
        for (calls, copies) in [(KEPT + 5, true), (5, false)] {
            let calls = vec![Again { ret: 8, step: 0, t_ns: teller.t_ns }; calls];
            if is_together {
                teller.together(READER, &calls);
            } else {
                for call in calls {
                    teller.one_by_one(READER, call);
                }
            }
            if copies {
                teller.enter(THREAD, Call::Dup2 { fd: 6, to: 4 });
                teller.come_back(THREAD, 4, Errno::NONE);
            }
        }
        let left: Vec<u64> = teller.world.ends().map(|end| end.inbox.waiting()).collect();
        (left, teller.picture())
    });
    let whole = there().len();
    assert_eq!(pictures[0].0, [0, whole - 8 * (KEPT as u64 + 6), 0, whole - 8 * 5], "what is left in each end");
    assert_eq!(pictures[1], pictures[0]);
}
