//! Bytes as a trace: whole calls, halves of calls, loops, deaths, in any order. What the program itself orders keeps to the bounds
//! of the language; what comes out of a ring, which a broken task may have filled, is anything.

use std::collections::HashMap;
use std::rc::Rc;

use tincans::abi::Disposition;
use tincans::abi::{self, Errno, Signal};
use tincans::order::{
    Call, ControlRoom, Credentials, Extra, FilePath, IncomingMessage, Loop, Outcome, OutgoingMessage, Payload,
    SocketAddress,
};
use tincans::trace::{
    Again, Birth, Death, Fact, Figures, Group, Known, Ordered, Record, Side, TaskId, Thing, Unwritten,
};

/// Turns of one tape.
const MOST: usize = 300;
/// Calls of all loops of one tape: more than any bound that the world has for them.
const MOST_CALLS: u64 = 3000;
/// The largest buffer that is ordered, in bytes.
const LARGEST: u64 = 1 << 20;

/// What is told.
#[derive(Debug, Clone)]
pub enum Told {
    /// One record.
    One(Record),
    /// Calls of a loop, as a ring has them.
    Run(Run),
}

/// Calls of a task's loop, each of which returned and was followed by the next.
#[derive(Debug, Clone)]
pub struct Run {
    /// The statement's line.
    pub line: u32,
    /// Whose.
    pub task: TaskId,
    /// What they returned.
    pub again: Vec<Again>,
    /// The calls of one round.
    pub calls: Vec<Rc<Call>>,
}

/// Reads bytes as choices; behind the end all are 0.
pub struct Tape<'a> {
    bytes: &'a [u8],
    told: Vec<Told>,
    born: u32,
    line: u32,
    t_ns: u64,
    calls_left: u64,
    /// The calls of each task's last loop.
    loops: HashMap<TaskId, Vec<Rc<Call>>>,
}

/// All of a tape; `parent` is always there.
pub fn play(bytes: &[u8]) -> Vec<Told> {
    let mut tape =
        Tape { bytes, told: Vec::new(), born: 0, line: 0, t_ns: 0, calls_left: MOST_CALLS, loops: HashMap::new() };
    tape.bear(None, false);
    for _ in 0..MOST {
        if tape.bytes.is_empty() {
            break;
        }
        tape.turn();
    }
    tape.told
}

/// The records alone, one by one: a run's calls are two each.
pub fn records(told: &[Told]) -> Vec<Record> {
    let mut all = Vec::new();
    for one in told {
        match one {
            Told::One(record) => all.push(record.clone()),
            Told::Run(run) => all.extend(run.again.iter().flat_map(|again| run.two(*again))),
        }
    }
    all
}

impl Run {
    /// The two records that a loop's call stands for.
    pub fn two(&self, again: Again) -> [Record; 2] {
        let returned = Fact::Returned { ret: again.ret, errno: Errno::NONE, outcome: None };
        let call = Rc::clone(&self.calls[usize::from(again.step).min(self.calls.len() - 1)]);
        let (line, task, t_ns) = (self.line, self.task, again.t_ns);
        [returned, Fact::Entered { call }].map(|fact| Record { line, task, t_ns, fact })
    }
}

impl Tape<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.bytes.split_first() else { return 0 };
        self.bytes = rest;
        *first
    }

    fn bytes(&mut self, most: usize) -> Vec<u8> {
        let (taken, rest) = self.bytes.split_at(most.min(self.bytes.len()));
        self.bytes = rest;
        taken.to_vec()
    }

    /// A small number, or any.
    fn int(&mut self) -> i32 {
        match self.byte() {
            small @ 0..240 => i32::from(small % 32) - 1,
            240..250 => [i32::MIN, i32::MAX, 1 << 30, 4096, 65536][usize::from(self.byte() % 5)],
            _ => i32::from_le_bytes(self.bytes(4).try_into().unwrap_or_default()),
        }
    }

    fn fd(&mut self) -> i32 {
        match self.byte() {
            near @ 0..240 => 3 + i32::from(near % 8),
            _ => self.int(),
        }
    }

    fn size(&mut self) -> u64 {
        match self.byte() {
            small @ 0..232 => [0, 1, 2, 3, 5, 8, 64, 100][usize::from(small % 8)],
            large => [4096, 4097, 65536, LARGEST][usize::from(large % 4)],
        }
    }

    fn word(&mut self) -> Vec<u8> {
        let len = self.byte();
        self.bytes(usize::from(len % 16))
    }

    /// What the language takes as a name.
    fn name(&mut self) -> String {
        const NAMES: [&str; 8] = ["a", "b", "c", "p", "srv", "child1", "parent", "a-name_that-is-Rather-long-0123"];
        NAMES[usize::from(self.byte() % 8)].to_owned()
    }

    fn payload(&mut self) -> Payload {
        let word = self.word();
        let most = LARGEST / (word.len() as u64).max(1);
        let times = if self.byte().is_multiple_of(4) { self.size().min(most) } else { 1 };
        Payload::repeated(word, times)
    }

    fn errno(&mut self) -> Errno {
        const LIKELY: [i32; 12] = [4, 9, 11, 14, 32, 104, 90, 107, 111, 22, 24, 10];
        let byte = self.byte();
        Errno(if byte < 240 { LIKELY[usize::from(byte % 12)] } else { i32::from(self.byte()) })
    }

    fn task(&mut self, choice: u8) -> TaskId {
        // One more than there are: a task that nobody has heard of.
        TaskId(u32::from(choice) % (self.born + 1))
    }

    fn turn(&mut self) {
        let first = self.byte();
        self.line += 1;
        self.t_ns += 10;
        let task = self.task(first >> 4);
        match first & 0xf {
            0..=4 => self.whole_call(task),
            5 => self.by_itself(task),
            6 => self.begin(task),
            7 => {
                self.come_back(task, &Call::Read { fd: 3, count: 100 });
                if self.byte().is_multiple_of(2) {
                    self.tell(task, Fact::Done);
                }
            }
            8 => self.tell(task, Fact::Asleep),
            9 => self.grow(task),
            10 => self.befall(task),
            11 => self.ask(task),
            12 => self.begin_loop(task),
            13 => self.run(task),
            14 => self.anything(task),
            _ => self.half(task),
        }
    }

    fn tell(&mut self, task: TaskId, fact: Fact) {
        self.told.push(Told::One(Record { line: self.line, task, t_ns: self.t_ns, fact }));
    }

    fn order(&mut self, task: TaskId, group: Group) {
        let name = self.name();
        let ordered = Ordered { group, name: Some(name), line: self.line };
        self.tell(task, Fact::Ordered(Rc::new(ordered)));
    }

    fn enter(&mut self, task: TaskId, call: Call) {
        self.tell(task, Fact::Entered { call: Rc::new(call) });
    }

    fn whole_call(&mut self, task: TaskId) {
        let call = self.call();
        self.order(task, Group::Single);
        self.enter(task, call.clone());
        self.come_back(task, &call);
        self.tell(task, Fact::Done);
    }

    /// What a program does that nobody orders, or what is found out about it.
    fn by_itself(&mut self, task: TaskId) {
        let byte = self.byte();
        let fact = match byte % 16 {
            0 => Fact::Known(Box::new(self.known())),
            1 => Fact::Table((0..self.byte() % 6).map(|_| self.known()).collect()),
            2 => Fact::Exiting(Death::Exited(0)),
            3 => Fact::Interrupted,
            4 => Fact::Unordered,
            5 => Fact::Fifo("/tmp/f".to_owned()),
            7 => Fact::Sent(Signal::TERM),
            6 => Fact::Unwritten(Box::new(Unwritten { fd: self.fd(), data: self.payload() })),
            _ => {
                let call = if byte < 128 { self.foreign() } else { self.call() };
                self.enter(task, call.clone());
                if !byte.is_multiple_of(7) {
                    self.come_back(task, &call);
                }
                return;
            }
        };
        self.tell(task, fact);
    }

    fn known(&mut self) -> Known {
        let fd = self.fd().saturating_sub(3);
        let side = [Side::Reads, Side::Writes, Side::Both][usize::from(self.byte() % 3)];
        let inode = u64::from(self.byte() % 8);
        let what = match self.byte() % 6 {
            0 | 1 => Thing::Pipe { inode, side },
            2 => Thing::Fifo { path: self.name(), side },
            3 => {
                let (peer, address) = (self.byte().is_multiple_of(2).then_some(inode ^ 1), self.byte() % 4 == 1);
                let address = address.then(|| self.name());
                Thing::Socket { kind: fd % 6, inode, peer, address, listens: self.byte() % 4 == 1 }
            }
            4 => Thing::Object { kind: self.name(), name: self.name() },
            _ => Thing::Unknown,
        };
        let some = |bit: bool| Some(bit);
        Known {
            fd,
            what,
            cloexec: some(inode.is_multiple_of(2)),
            nonblock: None,
            outside: self.byte().is_multiple_of(3),
        }
    }

    /// The calls that are rarer still, or that no statement makes.
    fn foreign(&mut self) -> Call {
        let (fd, to, count) = (self.fd(), self.fd(), self.size());
        let flags = if self.byte().is_multiple_of(2) { 0 } else { abi::CLOEXEC };
        let path = FilePath { shown: self.name(), path: Vec::new() };
        match self.byte() % 24 {
            22 | 23 => self.of_objects(fd, flags),
            20 => {
                Call::Vmsplice { fd, data: (0..self.byte() % 4).map(|_| self.payload()).collect(), flags: flags & 0xf }
            }
            21 => Call::VmspliceOut { fd, counts: (0..self.byte() % 4).map(|_| self.size()).collect(), flags: 0 },
            0 => Call::Dup2 { fd, to },
            1 => Call::Dup3 { fd, to, flags },
            2 => Call::DupFrom { fd, least: to, cloexec: flags != 0 },
            3 => Call::CloseRange {
                first: fd.unsigned_abs(),
                last: to.unsigned_abs(),
                flags: i32::from(self.byte() % 8),
            },
            4 | 5 => Call::Open { path, flags: flags | i32::from(self.byte() % 3) },
            6 => Call::Mkfifo { path, mode: 0o600 },
            7 => Call::Unlink { path },
            8 => Call::Splice { from: fd, to, count, flags: 0 },
            9 => Call::Tee { from: fd, to, count: u64::MAX, flags: 0 },
            10 => Call::Sendfile { to, from: fd, count },
            11 => {
                let messages = (0..self.byte() % 4).map(|_| OutgoingMessage { data: self.payload(), fds: vec![to] });
                Call::Sendmmsg { fd, messages: messages.collect(), flags: 0 }
            }
            12 => Call::Recvmmsg { fd, count, messages: 3, flags: self.flags() },
            13 => Call::Eventfd { initial: 0, flags },
            14 => Call::Socket { domain: 2, kind: 1 | flags, protocol: 0 },
            15 => Call::Accept { fd, flags: Some(flags) },
            16 => Call::Exec { program: Some(self.name()), args: Vec::new() },
            17 => Call::Write { fd, data: Payload::beginning(self.word(), count) },
            18 => Call::Recvfrom { fd, count, flags: self.flags() },
            _ => Call::Other { name: "futex".to_owned(), fd: Some(fd), text: String::new() },
        }
    }

    /// Calls of things to wait for, of groups and of parents.
    fn of_objects(&mut self, fd: i32, flags: i32) -> Call {
        let (pid, group) = (100 + i32::from(self.byte() % 4), 100 + i32::from(self.byte() % 4));
        let signals = (0..self.byte() % 3).map(|_| i32::from(self.byte() % 32)).collect();
        match self.byte() % 15 {
            13 => Call::Pause,
            0 => Call::EpollCreate { flags },
            1 | 2 => {
                let (op, events) = (i32::from(self.byte() % 4), self.int().cast_unsigned());
                Call::EpollCtl { epoll: fd, op, fd: self.fd(), events, data: u64::from(self.byte()) }
            }
            3 => Call::EpollWait { epoll: fd, count: self.int(), timeout_ms: self.int() },
            4 => Call::Signalfd { signals, flags },
            5 => Call::TimerfdCreate { flags },
            6 => Call::TimerfdSettime { fd, ms: self.size() },
            7 => Call::PidfdOpen { pid, flags },
            8 => Call::BlockSignals { signals },
            9 => Call::Setsid,
            10 => Call::Setpgid { pid, group },
            11 => Call::Getppid,
            12 => Call::ParentDeathSignal { signal: i32::from(self.byte() % 32) },
            _ => Call::Kill { pid: -group, signal: i32::from(self.byte() % 32) },
        }
    }

    fn begin(&mut self, task: TaskId) {
        let call = self.call();
        let is_reader = matches!(call, Call::Read { .. }) && self.byte() % 2 == 1;
        self.order(task, if is_reader { Group::Reader } else { Group::Single });
        self.enter(task, call);
        if self.byte().is_multiple_of(2) {
            self.tell(task, Fact::Asleep);
        }
    }

    fn begin_loop(&mut self, task: TaskId) {
        let (fd, size, count) = (self.fd(), self.size(), self.size());
        let of = match self.byte() % 6 {
            0 | 1 => Loop::Flood { fd, size, count },
            2 => Loop::Drain { fd, count: size, dontwait: count % 2 == 0, pipe: false },
            3 => Loop::Drain { fd, count: size, dontwait: false, pipe: true },
            4 => Loop::Echo { fd },
            _ => Loop::Ping { fd, size, count },
        };
        let calls: Vec<Rc<Call>> = of.calls().into_iter().map(Rc::new).collect();
        let call = Rc::clone(&calls[0]);
        self.loops.insert(task, calls);
        self.order(task, Group::Loop(of));
        self.tell(task, Fact::Entered { call });
    }

    /// Enough calls to have more than are kept one by one.
    fn run(&mut self, task: TaskId) {
        let (many, ret, step) = (self.byte(), self.size(), self.byte());
        let ret = if step >= 250 { self.int() } else { i32::try_from(ret).unwrap_or(0) };
        let many = u64::from(many).min(self.calls_left);
        self.calls_left -= many;
        let again = (0..many).map(|at| Again { ret, step: u8::from(step % 16 == 15), t_ns: self.t_ns + at }).collect();
        let calls = self.loops.get(&task).cloned().unwrap_or_else(|| vec![Rc::new(Call::Read { fd: 3, count: 100 })]);
        self.told.push(Told::Run(Run { line: self.line, task, again, calls }));
        self.t_ns += many;
    }

    /// An order, or what a ring holds, by the bytes as they are.
    fn anything(&mut self, task: TaskId) {
        let len = self.byte();
        let bytes = self.bytes(usize::from(len));
        if let Ok(outcome) = postcard::from_bytes::<Outcome>(&bytes) {
            let (ret, errno) = (self.int(), self.errno());
            self.tell(task, Fact::Returned { ret, errno, outcome: Some(Box::new(outcome)) });
        }
    }

    fn half(&mut self, task: TaskId) {
        let byte = self.byte();
        let call = self.call();
        let fact = match byte % 4 {
            0 => return self.enter(task, call),
            1 => Fact::Done,
            2 => return self.order(task, Group::Single),
            _ => return self.come_back(task, &call),
        };
        self.tell(task, fact);
    }

    fn bear(&mut self, by: Option<TaskId>, is_thread: bool) {
        let id = TaskId(self.born);
        let number = |id: TaskId| i32::try_from(100 + id.0).unwrap_or(0);
        let (tid, maker) = (number(id), by.map_or(0, number));
        let name = if by.is_none() { "parent".to_owned() } else { format!("child{}", self.born) };
        self.born += 1;
        let birth = match by {
            None => Birth::parent(name, tid),
            Some(by) if is_thread => Birth::thread(name, (maker, tid), by),
            Some(by) => Birth::child(name, tid, by),
        };
        self.tell(id, Fact::Born(Rc::new(birth)));
    }

    /// A fork or a thread, whose child comes before its call has returned, or after, or not at all.
    fn grow(&mut self, task: TaskId) {
        let byte = self.byte();
        let is_thread = byte % 4 == 3;
        self.order(task, Group::Single);
        self.enter(task, if is_thread { Call::Thread } else { Call::Fork });
        if self.born < 24 && byte < 250 {
            self.bear(Some(task), is_thread);
        }
        let ret = i32::try_from(99 + self.born).unwrap_or(0);
        self.tell(task, Fact::Returned { ret, errno: Errno::NONE, outcome: None });
        self.tell(task, Fact::Done);
    }

    fn befall(&mut self, task: TaskId) {
        let byte = self.byte();
        let signal = Signal([9, 13, 15, 17, 18, 19, 34, 0][usize::from(byte >> 5)]);
        let fact = match byte % 12 {
            0 | 1 => Fact::Died(Death::Killed(signal)),
            2 => Fact::Died(Death::Exited(i32::from(byte))),
            3 => Fact::Died(Death::Unknown),
            4 | 5 => Fact::Buried,
            6 => Fact::Signalled(signal),
            7 => Fact::Stopped(signal),
            8 => Fact::Continued,
            9 => Fact::StoppedToo,
            10 => Fact::ContinuedToo,
            _ => Fact::Done,
        };
        self.tell(task, fact);
    }

    fn ask(&mut self, task: TaskId) {
        let (fd, bytes, byte) = (self.fd(), self.size(), self.byte());
        if byte % 2 == 0 {
            return self.tell(task, Fact::Measured { fd, bytes });
        }
        let some = |bit: u8| (byte & bit == 0).then_some(bytes);
        let figures = Figures { bytes: some(2), charged: some(4), room: some(8), poll: self.int() };
        self.tell(task, Fact::Sampled { fd, figures: Box::new(figures) });
    }

    fn come_back(&mut self, task: TaskId, call: &Call) {
        let byte = self.byte();
        if byte >= 208 {
            let errno = self.errno();
            return self.tell(task, Fact::Returned { ret: -1, errno, outcome: None });
        }
        let extra = if byte % 8 == 7 { self.extra() } else { self.natural(call) };
        let data = if call.room().is_some() { self.word() } else { Vec::new() };
        let whole = i32::try_from(call.offered().unwrap_or(data.len() as u64)).unwrap_or(i32::MAX);
        let ret = match (byte / 8 % 8, call) {
            (7, _) => self.int(),
            (6, _) => whole / 2,
            (
                _,
                Call::Accept { .. }
                | Call::Dup { .. }
                | Call::DupFrom { .. }
                | Call::Socket { .. }
                | Call::Open { .. }
                | Call::EpollCreate { .. }
                | Call::Signalfd { .. }
                | Call::TimerfdCreate { .. }
                | Call::PidfdOpen { .. }
                | Call::Eventfd { .. },
            ) => self.fd(),
            (_, Call::Splice { count, .. } | Call::Sendfile { count, .. }) => i32::try_from(*count).unwrap_or(100),
            (_, Call::Sendmmsg { messages, .. }) => i32::try_from(messages.len()).unwrap_or(0),
            (_, Call::Poll { fds, .. }) => i32::try_from(fds.len()).unwrap_or(0),
            (_, Call::Waitpid { .. }) => i32::try_from(100 + self.born).unwrap_or(0) - i32::from(self.byte() % 8),
            _ => whole,
        };
        let outcome = Outcome { hash: None, data, extra };
        let outcome = (outcome != Outcome::default()).then(|| Box::new(outcome));
        self.tell(task, Fact::Returned { ret, errno: Errno::NONE, outcome });
    }

    fn credentials(&mut self) -> Credentials {
        Credentials { pid: 100 + i32::from(self.byte() % 8), uid: 0, gid: 0 }
    }

    /// What this call brings.
    fn natural(&mut self, call: &Call) -> Extra {
        match call {
            Call::Socketpair { .. } | Call::Pipe2 { .. } => Extra::Array([self.fd(), self.fd()]),
            Call::Poll { fds, .. } => Extra::Revents(fds.iter().map(|_| i16::from(self.byte())).collect()),
            Call::Getsockopt { option, .. } if option == "peercred" => Extra::Peer(self.credentials()),
            Call::Getsockopt { .. } | Call::Atmark { .. } => Extra::Value(i64::from(self.int())),
            Call::Getsockname { .. } | Call::Getpeername { .. } => Extra::Name(self.word()),
            Call::Waitpid { .. } => Extra::Status(i32::from(self.byte()) << (self.byte() % 16)),
            Call::Recvmsg { .. } => self.message(),
            Call::Recvmmsg { .. } => {
                let one = |len| IncomingMessage { len, fds: vec![9], ..IncomingMessage::default() };
                Extra::Messages((0..self.byte() % 4).map(|_| one(self.size())).collect())
            }
            Call::EpollWait { .. } => {
                Extra::Epoll((0..self.byte() % 4).map(|_| (u64::from(self.byte()), u32::from(self.byte()))).collect())
            }
            Call::Accept { .. } if self.byte() % 2 == 1 => Extra::Accepted { peer: u64::from(self.byte() % 8) },
            _ => Extra::None,
        }
    }

    fn message(&mut self) -> Extra {
        let many = self.byte() % 4;
        let fds = (0..many).map(|_| self.fd()).collect();
        let creds = (self.byte() % 2 == 1).then(|| self.credentials());
        Extra::Message { flags: self.int(), fds, creds, control: u64::from(self.byte()) }
    }

    /// What any call brings.
    fn extra(&mut self) -> Extra {
        match self.byte() % 8 {
            0 => Extra::None,
            1 => Extra::Array([self.int(), self.int()]),
            2 => Extra::Revents(self.word().into_iter().map(|byte| i16::from(byte) * 128).collect()),
            3 => Extra::Value(i64::from_le_bytes(self.bytes(8).try_into().unwrap_or_default())),
            4 => Extra::Peer(Credentials { pid: self.int(), uid: u32::MAX, gid: 1 }),
            5 => Extra::Name(self.word()),
            6 => self.message(),
            _ => Extra::Status(self.int()),
        }
    }

    fn address(&mut self) -> SocketAddress {
        let at = if self.byte().is_multiple_of(2) { "@" } else { "" };
        SocketAddress { shown: format!("{at}{}", self.name()), path: Vec::new() }
    }

    fn flags(&mut self) -> i32 {
        let byte = self.byte();
        if byte < 128 { 0 } else { abi::MSG_FLAGS[usize::from(byte) % abi::MSG_FLAGS.len()].1 }
    }

    fn call(&mut self) -> Call {
        let kind = self.byte();
        let fd = self.fd();
        match kind % 48 {
            0..=6 => Call::Write { fd, data: self.payload() },
            7..=13 => Call::Read { fd, count: self.size() },
            14..=17 => {
                let kind = [1, 2, 5, 3, 1 | abi::NONBLOCK, 2 | abi::CLOEXEC][usize::from(self.byte() % 6)];
                Call::Socketpair { domain: 1, kind, protocol: 0 }
            }
            18 => Call::Pipe2 { flags: [0, abi::DIRECT, abi::CLOEXEC][usize::from(self.byte() % 3)] },
            19..=21 => Call::Close { fd },
            22 => Call::Dup { fd },
            23 => Call::Shutdown { fd, how: i32::from(self.byte() % 3) },
            24..=26 => Call::Recv { fd, count: self.size(), flags: self.flags() },
            27..=29 => Call::Send { fd, data: self.payload(), flags: self.flags(), to: None },
            30 => Call::Send { fd, data: self.payload(), flags: self.flags(), to: Some(self.address()) },
            31 => Call::Readv { fd, counts: (0..self.byte() % 4).map(|_| self.size()).collect() },
            32 => Call::Writev { fd, data: (0..self.byte() % 4).map(|_| self.payload()).collect() },
            33 | 34 => {
                let room = [ControlRoom::None, ControlRoom::Descriptors(2), ControlRoom::Bytes(24)];
                let room = room[usize::from(self.byte() % 3)];
                Call::Recvmsg { fd, count: self.size(), room, flags: self.flags() }
            }
            35 | 36 => {
                let fds = (0..self.byte() % 4).map(|_| self.fd()).collect();
                Call::Sendmsg { fd, data: self.payload(), fds, creds: fd % 2 == 0, to: None, flags: self.flags() }
            }
            37 => Call::Poll { fds: (0..self.byte() % 4).map(|_| self.fd()).collect(), events: vec![5], timeout_ms: 0 },
            38 => Call::Socket { domain: 1, kind: [1, 2, 5][usize::from(self.byte() % 3)], protocol: 0 },
            39 => Call::Bind { fd, address: self.address() },
            40 => Call::Listen { fd, backlog: self.int() },
            41 => Call::Connect { fd, address: self.address() },
            42 => Call::Accept { fd, flags: None },
            43 => {
                let option = abi::SOCKET_OPTIONS[usize::from(self.byte()) % abi::SOCKET_OPTIONS.len()].0.to_owned();
                match self.byte() % 2 {
                    0 => Call::Getsockopt { fd, option },
                    _ => Call::Setsockopt { fd, option, value: i64::from(self.int()) },
                }
            }
            44 => Call::Waitpid { pid: self.int(), options: 0 },
            45 => Call::Kill { pid: 100 + i32::from(self.byte() % 4), signal: i32::from(self.byte() % 32) },
            46 => {
                let disposition = [Disposition::Ignore, Disposition::Default, Disposition::Catch];
                Call::Signal { signal: fd, disposition: disposition[usize::from(self.byte() % 3)] }
            }
            _ => self.rare(fd),
        }
    }

    fn rare(&mut self, fd: i32) -> Call {
        let on = self.byte().is_multiple_of(2);
        match self.byte() % 10 {
            0 => Call::Exec { program: None, args: Vec::new() },
            1 => Call::Exit { code: fd },
            2 => Call::Atmark { fd },
            3 => Call::Getsockname { fd },
            4 => Call::Getpeername { fd },
            5 => Call::SetNonblock { fd, on },
            6 => Call::SetCloexec { fd, on },
            7 => Call::GetPipeSize { fd },
            8 => Call::SetPipeSize { fd, size: i64::from(self.int()) },
            _ => Call::Setrlimit { nofile: self.size() },
        }
    }
}
