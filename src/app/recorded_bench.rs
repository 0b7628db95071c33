//! For tests: benches made of records alone, without any process.

use std::rc::Rc;

use crate::abi::{self, Errno, Signal};
use crate::order::{Call, Extra, Outcome, Payload};
use crate::trace::{Birth, Death, Event, Fact, Figures, Group, Known, Ordered, Record, Side, TaskId, Thing};
use crate::world::World;
use crate::world::history::History;

/// `parent`.
pub const PARENT: TaskId = TaskId(0);

/// A bench that is told what happened.
pub struct RecordedBench {
    /// The picture so far.
    pub world: World,
    /// What happened.
    pub history: History,
    /// All events so far.
    pub events: Vec<Event>,
    tasks: u32,
    line: u32,
}

impl RecordedBench {
    /// `parent` alone.
    pub fn bare() -> Self {
        let mut stage =
            Self { world: World::new(), history: History::default(), events: Vec::new(), tasks: 0, line: 0 };
        stage.born("parent", None);
        stage
    }

    /// The opening bench: `wire` with child1 at its descriptor 4, `post` with child2 at its 5.
    pub fn open() -> Self {
        let mut stage = Self::bare();
        stage.pair(abi::SOCK_STREAM, "wire", [3, 4]);
        stage.child("child1", 4, &[3]);
        stage.pair(abi::SOCK_DGRAM, "post", [4, 5]);
        stage.child("child2", 5, &[3, 4]);
        stage
    }

    /// A socketpair of the parent's.
    pub fn pair(&mut self, kind: i32, name: &str, fds: [i32; 2]) {
        let call = Call::Socketpair { domain: 1, kind, protocol: 0 };
        let outcome = Outcome { extra: Extra::Array(fds), ..Outcome::default() };
        self.made(PARENT, call, name, (0, outcome));
    }

    /// A pipe of the parent's.
    pub fn pipe(&mut self, name: &str, fds: [i32; 2]) {
        let outcome = Outcome { extra: Extra::Array(fds), ..Outcome::default() };
        self.made(PARENT, Call::Pipe2 { flags: 0 }, name, (0, outcome));
    }

    /// A pipe of packets.
    pub fn packet_pipe(&mut self, name: &str, fds: [i32; 2]) {
        let outcome = Outcome { extra: Extra::Array(fds), ..Outcome::default() };
        self.made(PARENT, Call::Pipe2 { flags: abi::DIRECT }, name, (0, outcome));
    }

    /// The reading end of a pipe that the parent had from the start, and others may hold.
    pub fn inherited_pipe(&mut self, fd: i32) {
        let what = Thing::Pipe { inode: 9, side: Side::Reads };
        let known = Known { fd, what, cloexec: None, nonblock: None, outside: true };
        self.fact(PARENT, Fact::Known(Box::new(known)));
    }

    /// What the kernel says of the end at a descriptor.
    pub fn sample(&mut self, task: TaskId, fd: i32, figures: Figures) {
        self.fact(task, Fact::Sampled { fd, figures: Box::new(figures) });
    }

    /// A message with descriptors.
    pub fn send_descriptors(&mut self, task: TaskId, fd: i32, data: &[u8], fds: &[i32]) {
        let payload = Payload::once(data.to_vec());
        let call = Call::Sendmsg { fd, data: payload, fds: fds.to_vec(), creds: false, to: None, flags: 0 };
        self.call(task, call, i32::try_from(data.len()).unwrap());
    }

    /// So many streams, with a child at the far end of each that holds nothing else.
    pub fn many(count: i32) -> Self {
        let mut stage = Self::bare();
        for number in 0..count {
            stage.pair(abi::SOCK_STREAM, &format!("c{number}"), [3 + number, 1000]);
            let others: Vec<i32> = (3..=3 + number).collect();
            stage.child(&format!("kid{number}"), 1000, &others);
            stage.write(PARENT, 3 + number, b"hello");
        }
        stage
    }

    /// A child that gets descriptor `fd` of the parent's, which closes it; the child closes `others`.
    pub fn child(&mut self, name: &str, fd: i32, others: &[i32]) -> TaskId {
        let pid = 100 + i32::try_from(self.tasks).unwrap();
        self.order(PARENT, Call::Fork, name);
        let child = self.born(name, Some(PARENT));
        self.returned(PARENT, pid, Outcome::default());
        self.call(PARENT, Call::Close { fd }, 0);
        for &fd in others {
            self.call(child, Call::Close { fd }, 0);
        }
        child
    }

    /// A write that went in whole.
    pub fn write(&mut self, task: TaskId, fd: i32, data: &[u8]) {
        let data = Payload::once(data.to_vec());
        let ret = i32::try_from(data.len()).unwrap();
        self.call(task, Call::Write { fd, data }, ret);
    }

    /// A read that returned these bytes; of none it is the end.
    pub fn read(&mut self, task: TaskId, fd: i32, data: &[u8]) {
        let outcome = Outcome { data: data.to_vec(), ..Outcome::default() };
        self.made(task, Call::Read { fd, count: 4096 }, "", (i32::try_from(data.len()).unwrap(), outcome));
    }

    /// A recv with a small buffer.
    pub fn recv_short(&mut self, task: TaskId, fd: i32, data: &[u8]) {
        let outcome = Outcome { data: data.to_vec(), ..Outcome::default() };
        let count = data.len() as u64;
        self.made(task, Call::Read { fd, count }, "", (i32::try_from(count).unwrap(), outcome));
    }

    /// A read that does not return.
    pub fn sleep_in_read(&mut self, task: TaskId, fd: i32) {
        self.order(task, Call::Read { fd, count: 4096 }, "");
        self.fact(task, Fact::Asleep);
    }

    /// The read that slept returns.
    pub fn wake_with(&mut self, task: TaskId, data: &[u8]) {
        let outcome = Outcome { data: data.to_vec(), ..Outcome::default() };
        self.returned(task, i32::try_from(data.len()).unwrap(), outcome);
    }

    /// A failed write.
    pub fn fail_write(&mut self, task: TaskId, fd: i32, data: &[u8], errno: Errno) {
        let data = Payload::once(data.to_vec());
        self.order(task, Call::Write { fd, data }, "");
        self.fact(task, Fact::Returned { ret: -1, errno, outcome: None });
        self.fact(task, Fact::Done);
    }

    /// A read that failed.
    pub fn fail_read(&mut self, task: TaskId, fd: i32, errno: Errno) {
        self.order(task, Call::Read { fd, count: 4096 }, "");
        self.fact(task, Fact::Returned { ret: -1, errno, outcome: None });
        self.fact(task, Fact::Done);
    }

    /// The child's death was waited for.
    pub fn reap(&mut self, task: TaskId) {
        self.fact(task, Fact::Buried);
    }

    /// SIGSTOP arrives.
    pub fn stop(&mut self, task: TaskId) {
        self.fact(task, Fact::Stopped(Signal::STOP));
    }

    /// A signal kills.
    pub fn kill(&mut self, task: TaskId) {
        self.fact(task, Fact::Died(Death::Killed(Signal::KILL)));
    }

    /// A close.
    pub fn close(&mut self, task: TaskId, fd: i32) {
        self.call(task, Call::Close { fd }, 0);
    }

    fn born(&mut self, name: &str, by: Option<TaskId>) -> TaskId {
        let id = TaskId(self.tasks);
        let pid = 100 + i32::try_from(self.tasks).unwrap();
        self.tasks += 1;
        let birth = match by {
            None => Birth::parent(name.to_owned(), pid),
            Some(by) => Birth::child(name.to_owned(), pid, by),
        };
        self.fact(id, Fact::Born(Rc::new(birth)));
        id
    }

    fn call(&mut self, task: TaskId, call: Call, ret: i32) {
        self.made(task, call, "", (ret, Outcome::default()));
    }

    fn made(&mut self, task: TaskId, call: Call, name: &str, (ret, outcome): (i32, Outcome)) {
        self.order(task, call, name);
        self.returned(task, ret, outcome);
    }

    fn returned(&mut self, task: TaskId, ret: i32, outcome: Outcome) {
        self.fact(task, Fact::Returned { ret, errno: Errno::NONE, outcome: Some(Box::new(outcome)) });
        self.fact(task, Fact::Done);
    }

    /// A call that somebody ordered is entered.
    fn order(&mut self, task: TaskId, call: Call, name: &str) {
        self.line += 1;
        let name = (!name.is_empty()).then(|| name.to_owned());
        self.fact(task, Fact::Ordered(Rc::new(Ordered { group: Group::Single, name, line: self.line })));
        self.fact(task, Fact::Entered { call: Rc::new(call) });
    }

    fn fact(&mut self, task: TaskId, fact: Fact) {
        let t_ns = u64::from(self.line);
        let record = Record { line: self.line, task, t_ns, fact };
        self.history.note(&self.world, &record);
        self.world.fold(record, &mut self.events);
    }
}
