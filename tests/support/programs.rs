//! Random statements of the whole language, each made for the world as it is: tasks that can act, ends that they hold. What
//! the contract calls nondeterministic is made only where that is asked for.

use tincans::order::{Loop, Work};
use tincans::script::TaskState;
use tincans::world::World;
use tincans::world::channel::End;
use tincans::world::kind::{EndId, Kind};
use tincans::world::task::Task;

use super::random::Random;

/// The most tasks and the most channels that are alive at one time.
const MOST: usize = 5;

/// Whether what the kernel leaves open may occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Openness {
    /// Every statement.
    Anything,
    /// Only what has one outcome.
    OneOutcome,
    /// Only single calls that do not sleep: no loops, threads, signals or deaths.
    NoSleep,
}

/// Makes statements.
#[derive(Debug)]
pub struct Programs {
    random: Random,
    openness: Openness,
}

/// An idle task, and the ends it holds.
struct Scene<'a> {
    world: &'a World,
    task: &'a Task,
    held: Vec<(i32, EndId)>,
}

type Maker = fn(&mut Programs, &Scene<'_>) -> Option<String>;

const SIGNALS: &[&str] = &["SIGTERM", "SIGKILL", "SIGUSR1", "SIGPIPE", "SIGINT", "SIGCHLD"];

/// How often each family is tried.
const MAKERS: &[(usize, Maker)] = &[
    (6, Programs::pair),
    (3, Programs::pipe),
    (4, Programs::channel),
    (3, Programs::socket),
    (8, Programs::by_name),
    (5, Programs::task),
    (6, Programs::signals),
    (22, Programs::write),
    (24, Programs::read),
    (5, Programs::pass),
    (9, Programs::take),
    (8, Programs::close),
    (3, Programs::dup),
    (3, Programs::shutdown),
    (4, Programs::poll),
    (6, Programs::option),
    (5, Programs::flags),
    (5, Programs::loops),
    (2, Programs::limits),
    (3, Programs::observe),
    (3, Programs::wrong),
    (2, Programs::repeat),
];

impl Scene<'_> {
    fn end(&self, id: EndId) -> Option<&End> {
        self.world.end(id)
    }

    /// `TASK: VERB END`, the end by one of its numbers where it has several.
    fn about(&self, verb: &str, (fd, id): (i32, EndId)) -> String {
        format!("{}: {verb} {}", self.task.name, self.name((fd, id)))
    }

    fn name(&self, (fd, id): (i32, EndId)) -> String {
        if id == EndId::NULL {
            return format!("@{fd}");
        }
        let several = self.held.iter().filter(|(_, other)| *other == id).count() > 1;
        if several { format!("{}@{fd}", self.world.label(id)) } else { self.world.label(id) }
    }
}

impl Programs {
    /// A source of statements.
    pub fn new(seed: u64, openness: Openness) -> Self {
        Self { random: Random::new(seed), openness }
    }

    /// The next statement for the world as it is.
    pub fn next(&mut self, world: &World) -> String {
        let idle: Vec<&Task> = world.tasks().filter(|task| task.state == TaskState::Idle).collect();
        if !self.no_sleep() && self.random.chance(1) && self.random.chance(30) {
            return "reset".to_owned();
        }
        let Some(&task) = self.random.pick(&idle) else { return self.nobody_can_act(world) };
        let held = world
            .process_of(task.id)
            .map(|process| process.table.iter().map(|(fd, entry)| (*fd, entry.end)).collect::<Vec<_>>());
        let scene = Scene { world, task, held: held.unwrap_or_default() };
        let all: usize = MAKERS.iter().map(|(weight, _)| weight).sum();
        for _ in 0..50 {
            let mut at = self.random.below(all);
            let chosen = MAKERS.iter().find(|(weight, _)| {
                let here = at < *weight;
                at = at.saturating_sub(*weight);
                here
            });
            if let Some(text) = chosen.and_then(|(_, make)| make(self, &scene)) {
                return text;
            }
        }
        "tasks".to_owned()
    }

    fn one_outcome(&self) -> bool {
        self.openness != Openness::Anything
    }

    fn no_sleep(&self) -> bool {
        self.openness == Openness::NoSleep
    }

    /// Everything that is made for calls that must not sleep is O_NONBLOCK.
    fn nonblock(&mut self, percent: usize) -> &'static str {
        if self.no_sleep() { " nonblock" } else { self.maybe(percent, " nonblock") }
    }

    /// Everybody sleeps, is stopped, or is dead.
    fn nobody_can_act(&mut self, world: &World) -> String {
        let alive: Vec<&Task> = world.tasks().filter(|task| task.is_alive()).collect();
        let Some(task) = self.random.pick(&alive) else { return "reset".to_owned() };
        match (task.state, self.random.below(4)) {
            (TaskState::Stopped, 0..=2) => format!("cont {}", task.name),
            (_, 0 | 1) => format!("interrupt {}", task.name),
            (_, 2) => format!("kill {}", task.name),
            _ => format!("kill {} SIGKILL", task.name),
        }
    }

    fn held(&mut self, scene: &Scene<'_>) -> Option<(i32, EndId)> {
        self.random.pick(&scene.held).copied()
    }

    fn held_where(&mut self, scene: &Scene<'_>, fits: impl Fn(&End) -> bool) -> Option<(i32, EndId)> {
        let fitting: Vec<_> = scene.held.iter().copied().filter(|(_, id)| scene.end(*id).is_some_and(&fits)).collect();
        self.random.pick(&fitting).copied()
    }

    fn end_name(&mut self, scene: &Scene<'_>) -> Option<String> {
        let open = scene.world.ends().filter(|end| !end.closed && !end.label().ends_with("[1]")).count();
        if open >= MOST {
            return None;
        }
        let name = format!("c{}", self.random.below(2 * MOST));
        let taken =
            scene.world.ends().any(|end| !end.closed && end.name.as_ref().is_some_and(|other| other.name == name));
        (!taken).then_some(name)
    }

    fn task_name(&mut self, scene: &Scene<'_>) -> Option<String> {
        let present = scene.world.tasks().filter(|task| task.state != TaskState::Dead);
        let names: Vec<&str> = present.map(|task| task.name.as_str()).collect();
        if names.len() >= MOST {
            return None;
        }
        let name = format!("k{}", self.random.below(2 * MOST));
        (!names.contains(&name.as_str())).then_some(name)
    }

    fn maybe(&mut self, percent: usize, word: &'static str) -> &'static str {
        if self.random.chance(percent) { word } else { "" }
    }

    fn kind(&mut self) -> &'static str {
        self.random.word(&["stream", "stream", "stream", "dgram", "dgram", "seqpacket", "seqpacket", "raw"])
    }

    fn pair(&mut self, scene: &Scene<'_>) -> Option<String> {
        let name = self.end_name(scene)?;
        let wrong =
            ["", "", "", "", "", "", " domain=inet", " domain=0", " protocol=1", " protocol=6", " domain=inet6"];
        let (cloexec, nonblock) = (self.maybe(15, " cloexec"), self.nonblock(15));
        let kind = if self.random.chance(5) { self.random.word(&["rdm", "0", "99"]) } else { self.kind() };
        Some(format!("{}: socketpair {kind} {name}{}{cloexec}{nonblock}", scene.task.name, self.random.word(&wrong)))
    }

    fn pipe(&mut self, scene: &Scene<'_>) -> Option<String> {
        let name = self.end_name(scene)?;
        let (cloexec, nonblock, direct) = (self.maybe(15, " cloexec"), self.nonblock(15), self.maybe(40, " direct"));
        Some(format!("{}: pipe {name}{cloexec}{nonblock}{direct}", scene.task.name))
    }

    fn channel(&mut self, scene: &Scene<'_>) -> Option<String> {
        if self.no_sleep() {
            return None;
        }
        let (name, child) = (self.end_name(scene)?, self.task_name(scene)?);
        let kind = self.random.word(&["stream", "dgram", "seqpacket", "pipe"]);
        let (leaky, reverse) = (self.maybe(30, " leaky"), self.maybe(30, " reverse"));
        if self.random.chance(20) {
            let other = self.task_name(scene).filter(|other| *other != child)?;
            return Some(format!("{}: channel {kind} {name} between={child},{other}{leaky}", scene.task.name));
        }
        Some(format!("{}: channel {kind} {name} {child}{leaky}{reverse}", scene.task.name))
    }

    fn socket(&mut self, scene: &Scene<'_>) -> Option<String> {
        let name = self.end_name(scene)?;
        let (kind, cloexec, nonblock) = (self.kind(), self.maybe(10, " cloexec"), self.nonblock(15));
        Some(format!("{}: socket {kind} {name}{cloexec}{nonblock}", scene.task.name))
    }

    fn address(&mut self) -> &'static str {
        self.random.word(&["@a", "@b", "f", "g"])
    }

    /// The calls of sockets by name, one that fits the socket more often than not.
    fn by_name(&mut self, scene: &Scene<'_>) -> Option<String> {
        let named = self.held_where(scene, |end| end.channel.is_none() && !end.kind.is_pipe())?;
        let end = scene.end(named.1)?;
        let address = self.address();
        let fitting = match (&end.backlog, &end.address) {
            (Some(backlog), _) if !backlog.is_empty() || self.random.chance(20) => "accept",
            (Some(_), _) => "listen",
            (None, Some(_)) if end.kind != Kind::Dgram => self.random.word(&["listen", "listen", "connect"]),
            (None, Some(_)) => "connect",
            (None, None) => self.random.word(&["bind", "connect"]),
        };
        let verb =
            if self.random.chance(15) { self.random.word(&["bind", "listen", "connect", "accept"]) } else { fitting };
        let about = scene.about(verb, named);
        Some(match verb {
            "listen" => format!("{about} {}", self.random.below(3)),
            "accept" => format!("{about} {}", self.end_name(scene)?),
            _ => format!("{about} {address}"),
        })
    }

    fn task(&mut self, scene: &Scene<'_>) -> Option<String> {
        let by = &scene.task.name;
        let others: Vec<&str> = scene.world.tasks().map(|task| task.name.as_str()).collect();
        if self.no_sleep() {
            return self
                .random
                .chance(40)
                .then(|| self.task_name(scene))
                .flatten()
                .map(|name| format!("{by}: fork {name}"));
        }
        Some(match self.random.below(10) {
            0..=4 => format!("{by}: fork {}", self.task_name(scene)?),
            5 | 6 => format!("{by}: thread {}", self.task_name(scene)?),
            7 => format!("{by}: exec"),
            8 if self.random.chance(40) => format!("{by}: exit {}", self.random.below(4)),
            _ if self.random.chance(50) => format!("{by}: wait"),
            _ => format!("{by}: wait {}", self.random.pick(&others)?),
        })
    }

    fn signals(&mut self, scene: &Scene<'_>) -> Option<String> {
        if self.no_sleep() {
            return None;
        }
        let present: Vec<&Task> = scene.world.tasks().filter(|task| task.state != TaskState::Dead).collect();
        let whom = *self.random.pick(&present)?;
        let by = if self.random.chance(25) { format!("{}: ", scene.task.name) } else { String::new() };
        let (name, signal) = (&whom.name, self.random.word(SIGNALS));
        Some(match (whom.state, self.random.below(10)) {
            (TaskState::Stopped, 0..=5) | (_, 8) => format!("{by}cont {name}"),
            (TaskState::Asleep, 0..=4) | (_, 7) => format!("interrupt {name}"),
            (_, 5) if self.random.chance(50) => format!("{by}kill {name} {signal}"),
            (_, 6) => format!("{by}stop {name}"),
            _ => {
                let signal = self.random.word(&["SIGPIPE", "SIGPIPE", "SIGUSR1", "SIGTERM", "SIGCHLD"]);
                format!("{}: signal {signal} {}", scene.task.name, self.random.word(&["default", "ignore", "catch"]))
            }
        })
    }

    /// A word nobody else wrote, most often; now and then nothing, or much.
    fn data(&mut self, may_be_much: bool) -> String {
        let (letter, number) = (self.random.word(&["a", "b", "c", "d", "e", "f"]), self.random.below(1000));
        match self.random.below(20) {
            0 => "\"\"".to_owned(),
            1 | 2 => letter.to_owned(),
            3 if may_be_much => format!("{}KiB*{letter}", 1 + self.random.below(300)),
            4 | 5 => format!("{}*{letter}{number}", 1 + self.random.below(1500)),
            _ => format!("{letter}{number}"),
        }
    }

    /// The ends that sleepers and readers sit on: what comes there may be divided among them.
    fn is_watched(world: &World, id: EndId) -> bool {
        let about = |task: &Task| {
            let call = task.current_call().filter(|_| task.state == TaskState::Asleep || task.is_reader())?;
            world.process_of(task.id)?.table.get(&call.fd()?).map(|entry| entry.end)
        };
        world.tasks().any(|task| about(task) == Some(id))
    }

    /// Whether somebody sleeps at either side, so that a long or repeated transfer has more than one outcome.
    fn is_busy(world: &World, id: EndId) -> bool {
        let peer = world.end(id).and_then(|end| end.peer);
        Self::is_watched(world, id) || peer.is_some_and(|peer| Self::is_watched(world, peer))
    }

    /// A writing end, not of those where a second sleeper could come to sit.
    fn writer(&mut self, scene: &Scene<'_>) -> Option<(i32, EndId)> {
        let only_one = self.one_outcome();
        let many = self.random.chance(5);
        self.held_where(scene, |end| {
            let wrong_way = end.kind.is_pipe() && end.label().ends_with("[0]");
            (many || !wrong_way) && !(only_one && Self::is_watched(scene.world, end.id))
        })
    }

    fn reader(&mut self, scene: &Scene<'_>) -> Option<(i32, EndId)> {
        let only_one = self.one_outcome();
        let waiting_too = self.random.chance(30);
        self.held_where(scene, |end| {
            let wrong_way = end.kind.is_pipe() && end.label().ends_with("[1]");
            let something = waiting_too || !end.inbox.queue.is_empty() || end.nonblock || end.shut_rd;
            something && !wrong_way && !(only_one && Self::is_busy(scene.world, end.id))
        })
    }

    fn write(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.writer(scene)?;
        let busy = self.one_outcome() && Self::is_busy(scene.world, end.1);
        let data = self.data(!busy);
        let flags = format!("{}{}", self.maybe(30, " dontwait"), self.maybe(20, " nosignal"));
        Some(match self.random.below(10) {
            0..=3 => format!("{} {data}", scene.about("write", end)),
            4 | 5 => format!("{} {data}{flags}", scene.about("send", end)),
            6 => format!(
                "{} {data}{flags}{}",
                scene.about("send", end),
                self.random.word(&[" oob", " oob", " eor", " more"])
            ),
            7 => format!("{} {data}{flags} to={}", scene.about("send", end), self.address()),
            8 if !busy => format!("{} {data} {} {}", scene.about("writev", end), self.data(false), self.data(false)),
            _ => format!("{} {data}{flags}{}", scene.about("sendmsg", end), self.maybe(30, " creds")),
        })
    }

    fn count(&mut self) -> &'static str {
        self.random.word(&["", "", "", " 1", " 3", " 7", " 100", " 4096", " 64KiB", " 1MiB", " 0"])
    }

    fn read(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.reader(scene)?;
        let count = self.count();
        let flags = format!(
            "{}{}{}",
            self.maybe(25, " peek"),
            self.maybe(25, " dontwait"),
            self.random.word(&["", "", " waitall", " trunc", " oob"])
        );
        Some(match self.random.below(10) {
            0..=3 => format!("{}{count}", scene.about("read", end)),
            4..=6 => format!("{}{count}{flags}", scene.about("recv", end)),
            7 => format!("{} {} {}", scene.about("readv", end), self.random.below(10), self.random.below(5000)),
            _ => format!("{}{count}{flags}", scene.about("recvmsg", end)),
        })
    }

    /// A descriptor on its way: never round in a circle, which only the kernel's collector would break.
    fn pass(&mut self, scene: &Scene<'_>) -> Option<String> {
        let by = self.held_where(scene, |end| !end.kind.is_pipe())?;
        let towards = scene.end(by.1)?.peer?;
        let order = |id: EndId| scene.end(id).and_then(|end| end.peer).filter(|peer| peer.0 < id.0).unwrap_or(id);
        let fits: Vec<_> = scene
            .held
            .iter()
            .filter(|(_, id)| {
                let end = scene.end(*id);
                end.is_some_and(|end| end.kind.is_pipe() || (end.channel.is_some() && order(*id) > order(towards)))
            })
            .collect();
        let mut names = Vec::new();
        for _ in 0..=self.random.below(3) {
            names.push(scene.name(**self.random.pick(&fits)?));
        }
        let (creds, dontwait) = (self.maybe(20, " creds"), self.maybe(30, " dontwait"));
        Some(format!("{} {} fds={}{creds}{dontwait}", scene.about("sendmsg", by), self.data(false), names.join(",")))
    }

    fn take(&mut self, scene: &Scene<'_>) -> Option<String> {
        let has_fds = |end: &End| end.inbox.writes.iter().any(|write| !write.fds.is_empty());
        let end = self.held_where(scene, has_fds).or_else(|| self.reader(scene))?;
        if self.one_outcome() && Self::is_busy(scene.world, end.1) {
            return None;
        }
        let room = self.random.word(&[" fds=1", " fds=2", " fds=5", " control=24", " control=20", " control=10", ""]);
        let flags = format!("{}{}{}", self.maybe(15, " peek"), self.maybe(40, " dontwait"), self.maybe(20, " cloexec"));
        Some(format!("{}{}{room}{flags}", scene.about("recvmsg", end), self.count()))
    }

    fn close(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.held(scene)?;
        Some(scene.about("close", end))
    }

    fn dup(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.held(scene)?;
        (scene.held.len() < 12).then(|| scene.about("dup", end))
    }

    fn shutdown(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.held(scene)?;
        Some(format!("{} {}", scene.about("shutdown", end), self.random.word(&["rd", "wr", "rdwr"])))
    }

    fn poll(&mut self, scene: &Scene<'_>) -> Option<String> {
        let (first, second) = (self.held(scene)?, self.held(scene)?);
        let sleeps = self.random.chance(25)
            && !self.no_sleep()
            && !(self.one_outcome() && Self::is_watched(scene.world, first.1));
        let (also, wait) = (self.random.chance(40), if sleeps { " timeout=-1" } else { "" });
        let also =
            if also && !(sleeps && self.one_outcome()) { format!(" {}", scene.name(second)) } else { String::new() };
        let events = self.random.word(&["", "", " for=in", " for=out", " for=in,rdhup", " for=pri"]);
        Some(format!("{}{also}{events}{wait}", scene.about("poll", first)))
    }

    fn option(&mut self, scene: &Scene<'_>) -> Option<String> {
        const READ: &[&str] = &[
            "sndbuf",
            "rcvbuf",
            "type",
            "domain",
            "protocol",
            "error",
            "passcred",
            "peercred",
            "acceptconn",
            "sndtimeo",
            "rcvtimeo",
            "peek_off",
            "oobinline",
            "linger",
            "rcvlowat",
        ];
        const WRITTEN: &[&str] = &[
            "sndbuf 4096",
            "sndbuf 20000",
            "rcvbuf 4096",
            "passcred 1",
            "passcred 0",
            "peek_off 0",
            "peek_off -1",
            "peek_off 3",
            "oobinline 1",
            "linger 1",
            "rcvlowat 5",
            "rcvlowat 1",
        ];
        let end = self.held(scene)?;
        let about = |verb, word| format!("{} {word}", scene.about(verb, end));
        if self.random.chance(50) {
            return Some(about("getsockopt", self.random.word(READ)));
        }
        if !self.one_outcome() && self.random.chance(10) {
            return Some(about("setsockopt", "rcvtimeo 20"));
        }
        Some(about("setsockopt", self.random.word(WRITTEN)))
    }

    fn flags(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.held(scene)?;
        let switch = if self.no_sleep() { "on" } else { self.random.word(&["on", "off"]) };
        Some(match self.random.below(7) {
            0 | 1 => format!("{} {switch}", scene.about("nonblock", end)),
            2 | 3 => format!("{} {switch}", scene.about("cloexec", end)),
            4 => format!("{}{}", scene.about("pipesize", end), self.random.word(&["", " 4096", " 16KiB", " 128KiB"])),
            5 => scene.about("atmark", end),
            _ => scene.about(self.random.word(&["getsockname", "getpeername"]), end),
        })
    }

    fn loops(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.writer(scene)?;
        if self.no_sleep() || (self.one_outcome() && Self::is_busy(scene.world, end.1)) {
            return None;
        }
        let has_channel = scene.end(end.1).is_some_and(|end| end.channel.is_some());
        let (size, times) = (self.random.word(&["1", "100", "4096", "30000"]), 1 + self.random.below(300));
        let size = if self.random.chance(10) { "0" } else { size };
        let echoes = scene.world.tasks().any(|task| is_loop(task, |of| matches!(of, Loop::Echo { .. })));
        Some(match self.random.below(10) {
            0..=3 => format!("{} {size} {times}", scene.about("flood", end)),
            4..=6 => format!("{}{}", scene.about("drain", end), self.random.word(&[" dontwait", " 100 dontwait", ""])),
            7 if !echoes && has_channel => scene.about("echo", end),
            8 if has_channel => format!("{} 100 {}", scene.about("ping", end), 1 + times % 20),
            9 if !self.one_outcome() && self.random.chance(20) => format!("{} every=2", scene.about("reader", end)),
            9 => format!("{} {}", scene.about("reader", end), self.random.word(&["", "100", "4096"])),
            _ => return None,
        })
    }

    #[expect(clippy::unnecessary_wraps, reason = "one of a table of makers")]
    fn limits(&mut self, scene: &Scene<'_>) -> Option<String> {
        Some(format!("{}: rlimit nofile {}", scene.task.name, self.random.word(&["5", "8", "20", "200", "1024", "0"])))
    }

    fn observe(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.held_where(scene, |_| true)?;
        let name = scene.world.label(end.1);
        Some(match self.random.below(7) {
            0 => format!("queue {name}"),
            1 => format!("holders {name}"),
            2 => format!("{}: fds", scene.task.name),
            3 => "tasks".to_owned(),
            4 => "sleep 1".to_owned(),
            5 => format!("why {name}"),
            _ => format!("why {}", scene.task.name),
        })
    }

    /// Raw numbers, ends that the task does not hold, names that are taken.
    fn wrong(&mut self, scene: &Scene<'_>) -> Option<String> {
        let by = &scene.task.name;
        let number = [0, 1, 2, 3, 7, 50][self.random.below(6)];
        let is_held = scene.held.iter().any(|(fd, _)| *fd == number);
        if !is_held && self.random.chance(70) {
            let verb = self.random.word(&["read", "recv", "close", "getsockname", "dup", "poll", "shutdown"]);
            if verb == "close" && number < 3 {
                return None;
            }
            let more = if verb == "shutdown" { " wr" } else { "" };
            return Some(format!("{by}: {verb} @{number}{more}"));
        }
        let ends: Vec<&End> = scene.world.ends().filter(|end| end.name.is_some()).collect();
        Some(format!("{by}: write {} lost", self.random.pick(&ends)?.label()))
    }

    fn repeat(&mut self, scene: &Scene<'_>) -> Option<String> {
        let body = if self.random.chance(50) { self.write(scene)? } else { self.read(scene)? };
        let is_much = body.contains("KiB") || body.contains("MiB");
        (!is_much).then(|| format!("repeat {} {body}", 1 + self.random.below(5)))
    }
}

fn is_loop(task: &Task, fits: impl Fn(&Loop) -> bool) -> bool {
    let Some(ongoing) = &task.ongoing else { return false };
    matches!(&ongoing.ordered.work, Work::Loop { of, .. } if fits(of))
}
