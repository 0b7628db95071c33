//! Programs that nobody ordered anything: the world is folded from their calls alone, as a watcher or a log has them.

use std::rc::Rc;

use tincans::abi::{self, Errno, Signal};
use tincans::order::{Call, Extra, FilePath, Outcome, Payload, SocketAddress};
use tincans::trace::{
    Birth, CallEvent, CallState, Death, Event, Fact, Known, Record, Role, Side, TableOrigin, TaskId, Thing, What,
    strace,
};
use tincans::world::World;

/// The first task.
const SHELL: TaskId = TaskId(0);

/// What some programs did.
struct Log {
    world: World,
    events: Vec<Event>,
    line: u32,
}

impl Log {
    fn new() -> Self {
        let mut log = Self { world: World::new(), events: Vec::new(), line: 0 };
        log.born(SHELL, "parent", None, TableOrigin::Unknown);
        for fd in 0..3 {
            log.tell(SHELL, Fact::Known(Box::new(object(fd, "tty", "/dev/pts/7"))));
        }
        log
    }

    fn tell(&mut self, task: TaskId, fact: Fact) {
        self.line += 1;
        self.world.fold(Record { line: self.line, task, t_ns: u64::from(self.line) * 10, fact }, &mut self.events);
        self.world.check_law().expect("the law holds");
    }

    fn born(&mut self, id: TaskId, name: &str, by: Option<TaskId>, table: TableOrigin) {
        let pid = number(id);
        let pid = if let TableOrigin::SharedWith(with) = table { number(with) } else { pid };
        let birth = Birth { name: name.into(), pid, tid: number(id), by, role: Role::Stranger, table, program: None };
        self.tell(id, Fact::Born(Rc::new(birth)));
    }

    fn enter(&mut self, task: TaskId, call: Call) {
        self.tell(task, Fact::Entered { call: Rc::new(call) });
    }

    fn back(&mut self, task: TaskId, ret: i32, outcome: Outcome) {
        self.tell(task, Fact::Returned { ret, errno: Errno::NONE, outcome: Some(Box::new(outcome)) });
    }

    fn call(&mut self, task: TaskId, call: Call, ret: i32) {
        self.enter(task, call);
        self.back(task, ret, Outcome::default());
    }

    fn makes(&mut self, task: TaskId, call: Call, fds: [i32; 2]) {
        self.enter(task, call);
        self.back(task, 0, Outcome { extra: Extra::Array(fds), ..Outcome::default() });
    }

    fn fork(&mut self, child: TaskId, by: TaskId) {
        self.enter(by, Call::Fork);
        self.born(child, &format!("child{}", child.0), Some(by), TableOrigin::CopyOf(by));
        self.back(by, number(child), Outcome::default());
    }

    fn write(&mut self, task: TaskId, fd: i32, data: &[u8]) {
        self.call(task, Call::Write { fd, data: Payload::once(data.to_vec()) }, len(data));
    }

    fn read(&mut self, task: TaskId, fd: i32, data: &[u8]) {
        self.enter(task, Call::Read { fd, count: 4096 });
        self.back(task, len(data), Outcome { data: data.to_vec(), ..Outcome::default() });
    }

    fn exit(&mut self, task: TaskId) {
        self.enter(task, Call::ExitGroup { code: 0 });
        self.tell(task, Fact::Exiting(Death::Exited(0)));
        self.tell(task, Fact::Died(Death::Exited(0)));
    }

    fn calls(&self) -> impl DoubleEndedIterator<Item = &CallEvent> {
        self.events.iter().filter_map(|event| if let What::Call(call) = &event.what { Some(&**call) } else { None })
    }

    fn last(&self) -> &CallEvent {
        self.calls().next_back().expect("there is a call")
    }

    fn line_of(&self, what: &str) -> String {
        let mut all = self.events.iter().flat_map(strace::lines);
        all.rfind(|line| line.contains(what)).unwrap_or_default()
    }

    /// What a task's number refers to.
    fn at(&self, task: TaskId, fd: i32) -> String {
        let process = self.world.process_of(task).expect("it lives");
        process.table.get(&fd).map_or_else(|| "nothing".to_owned(), |row| self.world.label(row.end))
    }

    fn holders(&self, task: TaskId, fd: i32) -> Vec<(String, i32)> {
        let end = self.world.process_of(task).and_then(|process| process.table.get(&fd)).expect("it is open").end;
        self.world.holders(end).into_iter().map(|(task, fd)| (task.name.clone(), fd)).collect()
    }

    fn is_sound(&self) {
        assert_eq!(self.world.anomalies().collect::<Vec<_>>(), Vec::<&str>::new());
    }
}

fn number(id: TaskId) -> i32 {
    100 + i32::try_from(id.0).unwrap_or(0)
}

fn len(data: &[u8]) -> i32 {
    i32::try_from(data.len()).expect("small")
}

fn object(fd: i32, kind: &str, name: &str) -> Known {
    let what = Thing::Object { kind: kind.to_owned(), name: name.to_owned() };
    Known { fd, what, cloexec: None, nonblock: None, outside: false }
}

fn path(name: &str) -> FilePath {
    FilePath { shown: name.to_owned(), path: name.as_bytes().to_vec() }
}

fn exec(program: &str) -> Call {
    Call::Exec { program: Some(program.to_owned()), args: vec![program.to_owned()] }
}

#[test]
fn a_pipeline_goes_through_0_and_1() {
    let (sort, head) = (TaskId(1), TaskId(2));
    let mut log = Log::new();
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [3, 4]);
    assert_eq!(log.line_of("pipe2"), "parent  pipe2(pipe1, 0) = 0");
    for (child, kept, number, program) in [(sort, 4, 1, "/usr/bin/sort"), (head, 3, 0, "/usr/bin/head")] {
        log.fork(child, SHELL);
        log.call(child, Call::Dup2 { fd: kept, to: number }, number);
        log.call(child, Call::Close { fd: 3 }, 0);
        log.call(child, Call::Close { fd: 4 }, 0);
        log.call(child, exec(program), 0);
        log.call(SHELL, Call::Close { fd: kept }, 0);
    }
    assert_eq!(log.line_of("dup2"), "child2  dup2(pipe1[0], 0) = 0");
    assert_eq!((log.at(sort, 1), log.at(head, 0)), ("pipe1[1]".to_owned(), "pipe1[0]".to_owned()));
    assert_eq!((log.at(sort, 0), log.at(head, 1)), ("/dev/pts/7".to_owned(), "/dev/pts/7".to_owned()));
    assert_eq!(log.holders(sort, 1), [("child1".to_owned(), 1)]);
    assert_eq!(log.world.task(sort).and_then(|task| task.program.as_deref()), Some("/usr/bin/sort"));
    log.enter(head, Call::Read { fd: 0, count: 4096 });
    log.tell(head, Fact::Asleep);
    log.write(sort, 1, b"a\nb\n");
    log.back(head, 4, Outcome { data: b"a\nb\n".to_vec(), ..Outcome::default() });
    assert_eq!((log.last().state, log.last().names.end(0)), (CallState::Resumed, "pipe1[0]".to_owned()));
    log.exit(sort);
    log.read(head, 0, b"");
    assert_eq!(log.last().eof, Some(true));
    assert!(log.world.ends().any(|end| end.label() == "pipe1[1]" && end.closed));
    log.is_sound();
}

#[test]
fn dup2_over_a_number_loses_what_it_meant_first_and_exec_closes_what_is_marked() {
    let mut log = Log::new();
    log.makes(SHELL, Call::Socketpair { domain: 1, kind: abi::SOCK_STREAM, protocol: 0 }, [3, 4]);
    log.makes(SHELL, Call::Pipe2 { flags: abi::CLOEXEC }, [5, 6]);
    log.call(SHELL, Call::Dup2 { fd: 5, to: 4 }, 4);
    assert_eq!(log.at(SHELL, 4), "pipe1[0]");
    assert!(log.world.ends().any(|end| end.label() == "pair1[1]" && end.closed));
    // Onto itself it does nothing; a copy has no FD_CLOEXEC unless it is asked for.
    log.call(SHELL, Call::Dup2 { fd: 4, to: 4 }, 4);
    log.call(SHELL, Call::Dup3 { fd: 4, to: 9, flags: abi::CLOEXEC }, 9);
    log.call(SHELL, Call::DupFrom { fd: 3, least: 20, cloexec: true }, 20);
    log.call(SHELL, Call::DupFrom { fd: 3, least: 20, cloexec: false }, 21);
    log.call(SHELL, exec("/bin/true"), 0);
    let left: Vec<i32> = log.world.process_of(SHELL).expect("it lives").table.keys().copied().collect();
    assert_eq!(left, [0, 1, 2, 3, 4, 21]);
    log.call(SHELL, Call::CloseRange { first: 3, last: u32::MAX, flags: 0 }, 0);
    assert_eq!(log.world.process_of(SHELL).expect("it lives").table.len(), 3);
    assert!(log.world.ends().all(|end| end.closed && end.held == 0));
    log.is_sound();
}

#[test]
fn a_descriptor_travels_over_a_socket_and_is_the_same_end_there() {
    let child = TaskId(1);
    let mut log = Log::new();
    log.makes(SHELL, Call::Socketpair { domain: 1, kind: abi::SOCK_SEQPACKET, protocol: 0 }, [3, 4]);
    log.fork(child, SHELL);
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [5, 6]);
    let data = Payload::once(b"x".to_vec());
    let sendmsg = Call::Sendmsg { fd: 3, data, fds: vec![6, 1], creds: false, to: None, flags: 0 };
    log.call(SHELL, sendmsg, 1);
    log.call(SHELL, Call::Close { fd: 6 }, 0);
    assert!(log.world.ends().any(|end| end.label() == "pipe1[1]" && !end.closed && end.in_flight == 1));
    let room = tincans::order::ControlRoom::Bytes(64);
    log.enter(child, Call::Recvmsg { fd: 4, count: 10, room, flags: 0 });
    let extra = Extra::Message { flags: 0, fds: vec![7, 8], creds: None, control: 24 };
    log.back(child, 1, Outcome { data: b"x".to_vec(), hash: None, extra });
    assert_eq!((log.at(child, 7), log.at(child, 8)), ("pipe1[1]".to_owned(), "/dev/pts/7".to_owned()));
    log.write(child, 7, b"over there");
    log.read(SHELL, 5, b"over there");
    log.is_sound();
}

#[test]
fn bytes_known_in_part_are_never_contradicted() {
    let mut log = Log::new();
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [3, 4]);
    // As strace -s 4 has it: the beginning of 1000 bytes.
    log.call(SHELL, Call::Write { fd: 4, data: Payload::beginning(b"abcd".to_vec(), 1000) }, 1000);
    log.call(
        SHELL,
        Call::Writev { fd: 4, data: vec![Payload::beginning(Vec::new(), 6), Payload::once(b"end".to_vec())] },
        9,
    );
    for (ret, data) in [(4, &b"abcd"[..]), (700, b"????"), (299, b""), (6, b"......")] {
        log.enter(SHELL, Call::Read { fd: 3, count: 4096 });
        log.back(SHELL, ret, Outcome { data: data.to_vec(), ..Outcome::default() });
    }
    let end = log.world.ends().find(|end| end.label() == "pipe1[0]").expect("it is there");
    assert_eq!((end.inbox.waiting(), end.inbox.totals.read), (0, 1009));
    log.is_sound();
}

#[test]
fn a_call_that_nobody_knows_is_shown_and_changes_nothing() {
    let mut log = Log::new();
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [3, 4]);
    let before = format!("{:?}{:?}", log.world.ends().collect::<Vec<_>>(), log.world.process_of(SHELL));
    let call = Call::Other { name: "futex".to_owned(), fd: None, text: "0x7f, FUTEX_WAIT, 2, NULL".to_owned() };
    log.enter(SHELL, call);
    log.tell(SHELL, Fact::Asleep);
    log.back(SHELL, 0, Outcome::default());
    let after = format!("{:?}{:?}", log.world.ends().collect::<Vec<_>>(), log.world.process_of(SHELL));
    assert_eq!(before, after);
    assert_eq!(log.line_of("futex("), "parent  futex(0x7f, FUTEX_WAIT, 2, NULL <unfinished ...>");
    assert_eq!(log.line_of("resumed"), "parent  <... futex resumed>) = 0");
}

#[test]
fn a_fifo_is_opened_any_number_of_times() {
    let (reader, other) = (TaskId(1), TaskId(2));
    let mut log = Log::new();
    log.call(SHELL, Call::Mkfifo { path: path("/tmp/f"), mode: 0o600 }, 0);
    log.fork(reader, SHELL);
    log.fork(other, SHELL);
    // The reader waits in open(2), and is there for the writer all the same: it may have written and gone before it returns.
    log.enter(reader, Call::Open { path: path("/tmp/f"), flags: 0 });
    log.call(SHELL, Call::Open { path: path("/tmp/f"), flags: 1 | abi::CLOEXEC }, 3);
    log.write(SHELL, 3, b"one");
    log.call(SHELL, Call::Close { fd: 3 }, 0);
    log.back(reader, 3, Outcome::default());
    assert_eq!(log.line_of("open("), "child1  open(\"/tmp/f\", O_RDONLY) = 3 (fifo1[0])");
    log.read(reader, 3, b"one");
    log.read(reader, 3, b"");
    assert_eq!(log.last().eof, Some(true));
    // Another writer, and a second opening of the reading side.
    log.call(other, Call::Open { path: path("/tmp/f"), flags: 1 }, 3);
    log.call(other, Call::Open { path: path("/tmp/f"), flags: abi::NONBLOCK }, 4);
    log.write(other, 3, b"two");
    log.call(reader, Call::Close { fd: 3 }, 0);
    assert_eq!(log.holders(other, 4), [("child2".to_owned(), 4)]);
    log.read(other, 4, b"two");
    log.write(other, 3, b"lost");
    log.exit(other);
    assert!(log.world.ends().all(|end| end.closed && end.inbox.queue.is_empty()));
    // For both sides at once.
    log.call(SHELL, Call::Open { path: path("/tmp/f"), flags: 2 }, 5);
    log.write(SHELL, 5, b"round");
    log.read(SHELL, 5, b"round");
    log.is_sound();
}

#[test]
fn a_thread_that_executes_a_program_is_its_process_and_the_others_are_no_more() {
    let (main, thread) = (SHELL, TaskId(1));
    let mut log = Log::new();
    log.makes(main, Call::Pipe2 { flags: abi::CLOEXEC }, [3, 4]);
    log.born(thread, "parent-t2", Some(main), TableOrigin::SharedWith(main));
    log.enter(main, Call::Read { fd: 3, count: 10 });
    log.tell(main, Fact::Asleep);
    log.call(thread, exec("/bin/cat"), 0);
    let task = log.world.task(thread).expect("it goes on");
    assert_eq!((task.pid, task.tid, task.program.as_deref()), (100, 100, Some("/bin/cat")));
    assert!(log.world.task(main).is_some_and(|main| !main.is_alive()));
    assert_eq!(log.at(thread, 1), "/dev/pts/7");
    assert!(log.world.ends().all(|end| end.closed && end.holders.is_empty()));
    log.exit(thread);
    assert!(log.world.process_of(thread).is_none() && log.world.objects().count() == 0);
    log.is_sound();
}

#[test]
fn a_shared_table_goes_with_the_last_that_has_it() {
    let (child, thread) = (TaskId(1), TaskId(2));
    let mut log = Log::new();
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [3, 4]);
    log.fork(child, SHELL);
    log.call(SHELL, Call::Close { fd: 4 }, 0);
    log.born(thread, "child1-t2", Some(child), TableOrigin::SharedWith(child));
    // The first thread ends alone.
    log.enter(child, Call::Exit { code: 0 });
    log.tell(child, Fact::Exiting(Death::Exited(0)));
    log.write(thread, 4, b"still here");
    log.read(SHELL, 3, b"still here");
    log.tell(thread, Fact::Exiting(Death::Killed(Signal::KILL)));
    log.read(SHELL, 3, b"");
    assert_eq!(log.last().eof, Some(true));
    assert!(log.world.ends().any(|end| end.label() == "pipe1[1]" && end.closed));
    log.is_sound();
}

#[test]
fn what_is_inherited_has_another_side_that_is_not_in_the_picture() {
    let mut log = Log::new();
    let what = Thing::Pipe { inode: 77, side: Side::Reads };
    log.call(SHELL, Call::Close { fd: 0 }, 0);
    log.tell(SHELL, Fact::Known(Box::new(Known { fd: 0, what, cloexec: None, nonblock: None, outside: true })));
    assert_eq!(log.at(SHELL, 0), "stdin");
    log.read(SHELL, 0, b"from outside");
    log.read(SHELL, 0, b"");
    let peer = SocketAddress { shown: "/run/bus".to_owned(), path: b"/run/bus".to_vec() };
    log.call(SHELL, Call::Socket { domain: 1, kind: abi::SOCK_STREAM, protocol: 0 }, 3);
    log.call(SHELL, Call::Connect { fd: 3, address: peer }, 0);
    for _ in 0..1000 {
        log.write(SHELL, 3, b"to somebody");
        log.read(SHELL, 3, b"answer");
    }
    assert_eq!(log.at(SHELL, 3), "sock1");
    assert!(log.world.ends().all(|end| end.inbox.queue.is_empty() && end.inbox.writes.len() < 200));
    log.is_sound();
}

#[test]
fn sockets_of_other_families_are_objects() {
    let mut log = Log::new();
    let at = |name: &str| SocketAddress { shown: name.to_owned(), path: Vec::new() };
    log.call(SHELL, Call::Socket { domain: 2, kind: abi::SOCK_STREAM | abi::CLOEXEC, protocol: 0 }, 3);
    log.call(SHELL, Call::Bind { fd: 3, address: at("127.0.0.1:80") }, 0);
    log.call(SHELL, Call::Listen { fd: 3, backlog: 5 }, 0);
    log.call(SHELL, Call::Accept { fd: 3, flags: Some(abi::NONBLOCK) }, 4);
    assert_eq!((log.at(SHELL, 3), log.at(SHELL, 4)), ("inet 127.0.0.1:80".to_owned(), "inet".to_owned()));
    log.write(SHELL, 4, b"hello");
    log.read(SHELL, 4, b"over the wire");
    log.call(SHELL, Call::Eventfd { initial: 0, flags: 0 }, 5);
    log.call(SHELL, Call::Open { path: path("/etc/passwd"), flags: 0 }, 6);
    assert_eq!((log.at(SHELL, 5), log.at(SHELL, 6)), ("eventfd1".to_owned(), "/etc/passwd".to_owned()));
    assert_eq!((log.world.ends().count(), log.world.channels().count()), (0, 0));
    log.is_sound();
}

#[test]
fn accept_takes_the_connection_that_the_kernel_says() {
    let clients = [TaskId(1), TaskId(2)];
    let mut log = Log::new();
    let at = || SocketAddress { shown: "@srv".to_owned(), path: b"\0srv".to_vec() };
    log.call(SHELL, Call::Socket { domain: 1, kind: abi::SOCK_STREAM, protocol: 0 }, 3);
    log.call(SHELL, Call::Bind { fd: 3, address: at() }, 0);
    log.call(SHELL, Call::Listen { fd: 3, backlog: 5 }, 0);
    for (client, inode) in clients.into_iter().zip([71, 72]) {
        log.fork(client, SHELL);
        log.call(client, Call::Socket { domain: 1, kind: abi::SOCK_STREAM, protocol: 0 }, 4);
        let what = Thing::Socket { kind: abi::SOCK_STREAM, inode, peer: None, address: None, listens: false };
        log.tell(client, Fact::Known(Box::new(Known { fd: 4, what, cloexec: None, nonblock: None, outside: false })));
        log.call(client, Call::Connect { fd: 4, address: at() }, 0);
        log.write(client, 4, format!("client {inode}").as_bytes());
    }
    for (peer, fd) in [(72, 5), (71, 6)] {
        log.enter(SHELL, Call::Accept { fd: 3, flags: None });
        log.back(SHELL, fd, Outcome { extra: Extra::Accepted { peer }, ..Outcome::default() });
        log.read(SHELL, fd, format!("client {peer}").as_bytes());
    }
    assert_eq!(log.line_of("accept"), "parent  accept(sock1, NULL, NULL) = 6 (conn2)");
    log.is_sound();
}

#[test]
fn moved_bytes_keep_their_content() {
    let mut log = Log::new();
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [3, 4]);
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [5, 6]);
    log.write(SHELL, 4, b"hello there");
    log.call(SHELL, Call::Tee { from: 3, to: 6, count: 4096, flags: 0 }, 5);
    log.call(SHELL, Call::Splice { from: 3, to: 6, count: 1 << 40, flags: 0 }, 11);
    log.read(SHELL, 5, b"hellohello there");
    let end = log.world.ends().find(|end| end.label() == "pipe2[0]").expect("it is there");
    let contents: Vec<Vec<u8>> = end.inbox.writes.iter().map(|write| write.bytes(0, write.offered, 99)).collect();
    assert_eq!(contents, [b"hello".to_vec(), b"hello there".to_vec()]);
    log.call(SHELL, Call::Sendfile { to: 4, from: 0, count: 100 }, 30);
    log.read(SHELL, 3, &[b'z'; 30]);
    log.is_sound();
}

#[test]
fn vmsplice_copies_out_where_its_descriptor_only_reads() {
    let mut log = Log::new();
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [3, 4]);
    let of = |fd, data: &[u8]| Call::Vmsplice { fd, data: vec![Payload::once(data.to_vec())], flags: 0 };
    log.call(SHELL, of(4, b"hello"), 5);
    // What stands in the buffer of a log was there before, so only the count is known.
    log.call(SHELL, of(3, b"????"), 4);
    assert_eq!(log.line_of("vmsplice"), "parent  vmsplice(pipe1[0], [{iov_base=\"\"..., iov_len=4}], 1, 0) = 4");
    log.read(SHELL, 3, b"o");
    log.is_sound();
}

#[test]
fn the_kernel_s_own_table_is_right_where_the_calls_were_not_all_seen() {
    let mut log = Log::new();
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [3, 4]);
    let pipe = |fd, inode, side| Known {
        fd,
        what: Thing::Pipe { inode, side },
        cloexec: Some(false),
        nonblock: Some(false),
        outside: false,
    };
    let tty = |fd| object(fd, "tty", "/dev/pts/7");
    let rows = [tty(0), tty(1), tty(2), pipe(3, 9, Side::Reads), pipe(4, 9, Side::Writes)];
    log.tell(SHELL, Fact::Table(Box::new(rows)));
    log.is_sound();
    let rows = [tty(0), tty(1), tty(2), pipe(4, 9, Side::Writes), pipe(7, 9, Side::Reads)];
    log.tell(SHELL, Fact::Table(Box::new(rows)));
    assert_eq!((log.at(SHELL, 3), log.at(SHELL, 7)), ("nothing".to_owned(), "pipe1[0]".to_owned()));
    assert_eq!(log.world.anomalies().collect::<Vec<_>>(), ["descriptor 3 of parent is not open"]);
}

#[test]
fn a_record_reads_back_from_json_as_it_was() {
    let call = Call::Sendmsg {
        fd: 3,
        data: Payload { word: b"\xff".to_vec(), times: 2, rest: 7 },
        fds: vec![4],
        creds: true,
        // The path is of one run, and is not kept.
        to: Some(SocketAddress { shown: "@a".to_owned(), path: Vec::new() }),
        flags: 0,
    };
    let record = Record { line: 3, task: SHELL, t_ns: 77, fact: Fact::Entered { call: Rc::new(call) } };
    let text = serde_json::to_string(&record).expect("it is plain data");
    let want = r#"{"line":3,"task":0,"t_ns":77,"fact":{"entered":{"call":{"sendmsg":{"fd":3,"data":{"word":{"hex":"ff"},"times":2,"rest":7},"fds":[4],"creds":true,"to":"@a","flags":0}}}}}"#;
    assert_eq!(text, want);
    assert_eq!(serde_json::from_str::<Record>(&text).expect("it reads back"), record);
}

/// Two threads, of which the first writes more than there is room for, and the second takes its number away meanwhile.
fn number_taken_away() -> Log {
    let thread = TaskId(1);
    let mut log = Log::new();
    log.makes(SHELL, Call::Pipe2 { flags: 0 }, [3, 4]);
    log.born(thread, "parent-t2", Some(SHELL), TableOrigin::SharedWith(SHELL));
    log.enter(SHELL, Call::Write { fd: 4, data: Payload::repeated(b"h".to_vec(), 120_000) });
    log.tell(SHELL, Fact::Asleep);
    log.call(thread, Call::Close { fd: 4 }, 0);
    log.call(thread, Call::Dup { fd: 3 }, 4);
    log
}

#[test]
fn a_call_that_is_under_way_keeps_the_end_it_entered_with() {
    let resumed = |mut log: Log, ret| {
        log.back(SHELL, ret, Outcome::default());
        assert_eq!(log.last().state, CallState::Resumed);
        log.last().names.end(4)
    };
    let mut log = number_taken_away();
    assert!(log.world.ends().any(|end| end.label() == "pipe1[1]" && !end.closed), "the call holds it open");
    log.tell(SHELL, Fact::Signalled(Signal::INTERRUPT));
    assert_eq!(resumed(log, 65536), "pipe1[1]", "`interrupt` takes it out with what it has moved");
    // A write that has moved something returns that, and is not made anew.
    for fact in [Fact::Signalled(Signal(10)), Fact::Stopped(Signal::STOP)] {
        let mut log = number_taken_away();
        log.tell(TaskId(1), Fact::Measured { fd: 3, bytes: 65536 });
        log.tell(SHELL, fact);
        assert_eq!(resumed(log, 65536), "pipe1[1]");
    }
    // Made anew, it is about what its number means by then, and nobody has the other end open any more.
    let mut log = number_taken_away();
    log.tell(SHELL, Fact::Interrupted);
    assert!(log.world.ends().any(|end| end.label() == "pipe1[1]" && end.closed));
    assert_eq!(resumed(log, -1), "pipe1[0]");
}

#[test]
fn every_call_keeps_the_end_it_entered_with() {
    let data = || Payload::once(b"x".to_vec());
    let calls: [fn(Payload) -> Call; 7] = [
        |_| Call::Read { fd: 3, count: 1 },
        |_| Call::Recv { fd: 3, count: 1, flags: 0 },
        |_| Call::Readv { fd: 3, counts: vec![1] },
        |_| Call::Poll { fds: vec![1, 3], events: vec![1], timeout_ms: -1 },
        |data| Call::Send { fd: 3, data, flags: 0, to: None },
        |data| Call::Writev { fd: 3, data: vec![data] },
        |data| Call::Sendmsg { fd: 3, data, fds: Vec::new(), creds: false, to: None, flags: 0 },
    ];
    for call in calls {
        let (thread, call) = (TaskId(1), call(data()));
        let mut log = Log::new();
        log.makes(SHELL, Call::Socketpair { domain: 1, kind: abi::SOCK_STREAM, protocol: 0 }, [3, 5]);
        log.born(thread, "parent-t2", Some(SHELL), TableOrigin::SharedWith(SHELL));
        log.enter(SHELL, call.clone());
        log.tell(SHELL, Fact::Asleep);
        log.call(thread, Call::Close { fd: 3 }, 0);
        log.makes(thread, Call::Pipe2 { flags: 0 }, [3, 4]);
        log.back(SHELL, 1, Outcome { data: b"x".to_vec(), ..Outcome::default() });
        assert_eq!(log.last().names.end(3), "pair1[0]", "{call:?}");
        assert!(log.world.ends().any(|end| end.label() == "pair1[0]" && end.closed), "{call:?}: it let go of it");
    }
}

#[test]
fn a_child_that_was_stopped_or_goes_on_is_waited_for_and_lives() {
    /// WUNTRACED and WCONTINUED.
    const CHANGES: i32 = 2 | 8;
    let mut log = Log::new();
    let child = TaskId(1);
    log.fork(child, SHELL);
    for (status, lives) in [(0x137f, true), (0xffff, true), (0x0300, false)] {
        log.enter(SHELL, Call::Waitpid { pid: -1, options: CHANGES });
        log.back(SHELL, number(child), Outcome { extra: Extra::Status(status), ..Outcome::default() });
        assert_eq!(log.world.task(child).is_some_and(tincans::world::task::Task::is_alive), lives, "{status:#x}");
    }
}
