//! Statements that move bytes and descriptors: single calls, loops of them, and the same one several times.

use tincans::abi::TaskState;
use tincans::order::Loop;
use tincans::trace::Group;
use tincans::world::World;
use tincans::world::channel::End;
use tincans::world::kind::{EndId, Kind};
use tincans::world::task::Task;

use super::{Programs, Scene};

impl Programs {
    /// A word nobody else wrote, most often; now and then nothing, or much.
    pub(super) fn data(&mut self, may_be_much: bool) -> String {
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
    pub(super) fn is_watched(world: &World, id: EndId) -> bool {
        let about = |task: &Task| {
            let ongoing = task.ongoing.as_ref().filter(|_| task.state == TaskState::Asleep || task.is_reader())?;
            ongoing.end_of(ongoing.call().fd()?)
        };
        world.tasks().any(|task| about(task) == Some(id))
    }

    /// Whether somebody sleeps at either side, so that a long or repeated transfer has more than one outcome.
    pub(super) fn is_busy(world: &World, id: EndId) -> bool {
        let peer = world.end(id).and_then(|end| end.peer);
        Self::is_watched(world, id) || peer.is_some_and(|peer| Self::is_watched(world, peer))
    }

    /// A writing end, not of those where a second sleeper could come to sit.
    pub(super) fn writer(&mut self, scene: &Scene<'_>) -> Option<(i32, EndId)> {
        let only_one = self.one_outcome();
        let many = self.random.chance(5);
        self.held_where(scene, |end| {
            let wrong_way = end.kind.is_pipe() && end.label().ends_with("[0]");
            (many || !wrong_way) && !(only_one && Self::is_watched(scene.world, end.id))
        })
    }

    pub(super) fn reader(&mut self, scene: &Scene<'_>) -> Option<(i32, EndId)> {
        let only_one = self.one_outcome();
        let waiting_too = self.random.chance(30);
        self.held_where(scene, |end| {
            let wrong_way = end.kind.is_pipe() && end.label().ends_with("[1]");
            let something = waiting_too || !end.inbox.queue.is_empty() || end.nonblock || end.shut_rd;
            something && !wrong_way && !(only_one && Self::is_busy(scene.world, end.id))
        })
    }

    pub(super) fn write(&mut self, scene: &Scene<'_>) -> Option<String> {
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
            8 if !busy => {
                let verb = self.random.word(&["writev", "sendmmsg"]);
                format!("{} {data} {} {}", scene.about(verb, end), self.data(false), self.data(false))
            }
            9 if self.random.chance(30) => {
                let to = format!(" to={}", self.address());
                let special = if self.random.chance(50) { " oob" } else { &to };
                format!("{} {data}{flags}{special}", scene.about("sendmsg", end))
            }
            _ => format!("{} {data}{flags}{}", scene.about("sendmsg", end), self.maybe(30, " creds")),
        })
    }

    pub(super) fn count(&mut self) -> &'static str {
        self.random.word(&["", "", "", " 1", " 3", " 7", " 100", " 4096", " 64KiB", " 1MiB", " 0"])
    }

    pub(super) fn read(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.reader(scene)?;
        let count = self.count();
        // A look at no bytes of a stream with an urgent byte spins in Linux 6.18.
        let peek = if count == " 0" { "" } else { self.maybe(25, " peek") };
        let flags = format!(
            "{peek}{}{}",
            self.maybe(25, " dontwait"),
            self.random.word(&["", "", " waitall", " trunc", " oob"])
        );
        Some(match self.random.below(10) {
            0..=3 => format!("{}{count}", scene.about("read", end)),
            4 => format!("{}{count}{flags}", scene.about("recvfrom", end)),
            5 | 6 => format!("{}{count}{flags}", scene.about("recv", end)),
            7 if self.random.chance(50) => {
                let (count, messages) = (self.random.word(&["3", "7", "5000"]), 1 + self.random.below(4));
                let dontwait = if self.no_sleep() { " dontwait" } else { self.maybe(60, " dontwait") };
                let waitforone = self.maybe(30, " waitforone");
                format!("{} {count} {messages}{dontwait}{waitforone}", scene.about("recvmmsg", end))
            }
            7 => format!("{} {} {}", scene.about("readv", end), self.random.below(10), self.random.below(5000)),
            _ => format!("{}{count}{flags}", scene.about("recvmsg", end)),
        })
    }

    /// From a pipe to a pipe or a stream, or from a stream to a pipe; into a pipe of packets from another such pipe alone: behind
    /// plain bytes there, only the kernel knows what is a packet. A sleeping splice to a socket holds the pipe's lock.
    pub(super) fn splice(&mut self, scene: &Scene<'_>) -> Option<String> {
        let only_one = self.one_outcome();
        let fits = |end: &End| {
            matches!(end.kind, Kind::Pipe | Kind::PacketPipe | Kind::Fifo | Kind::Stream)
                && end.inbox.writes.iter().all(|of| of.fds.is_empty())
        };
        let is_free = |end: &End| fits(end) && !(only_one && Self::is_busy(scene.world, end.id));
        let many = self.random.chance(10);
        let from = self
            .held_where(scene, |end| is_free(end) && (many || !end.label().ends_with("[1]") || !end.kind.is_pipe()))?;
        let to = self
            .held_where(scene, |end| is_free(end) && (many || !end.label().ends_with("[0]") || !end.kind.is_pipe()))?;
        let is_of_packets = |id| scene.end(id).is_some_and(|end| end.kind == Kind::PacketPipe);
        if is_of_packets(to.1) && !is_of_packets(from.1) {
            return None;
        }
        let verb = self.random.word(&["splice", "splice", "tee"]);
        let is_pipe = |id| scene.end(id).is_some_and(|end| end.kind.is_pipe());
        let must = self.no_sleep() || !(is_pipe(from.1) && is_pipe(to.1));
        let nonblock = if must { " nonblock" } else { self.maybe(50, " nonblock") };
        let count = self.random.word(&["1", "3", "100", "4096", "100000", "0"]);
        Some(format!("{} {} {count}{nonblock}", scene.about(verb, from), scene.name(to)))
    }

    /// Pages into a pipe, or bytes out of one.
    pub(super) fn vmsplice(&mut self, scene: &Scene<'_>) -> Option<String> {
        let only_one = self.one_outcome();
        let many = self.random.chance(10);
        let end = self.held_where(scene, |end| {
            (many || end.kind.is_pipe()) && !(only_one && Self::is_busy(scene.world, end.id))
        })?;
        let nonblock = if self.no_sleep() { " nonblock" } else { self.maybe(50, " nonblock") };
        let writes = scene.end(end.1).is_some_and(End::can_be_written);
        Some(match self.random.below(4) {
            0 if writes => format!("{} 70000*v{nonblock}", scene.about("vmsplice", end)),
            1 if writes => {
                format!("{} {} {}{nonblock}", scene.about("vmsplice", end), self.data(false), self.data(false))
            }
            _ if writes => format!("{} {}{nonblock}", scene.about("vmsplice", end), self.data(false)),
            0 | 1 => format!("{} room={}{nonblock}", scene.about("vmsplice", end), self.random.below(10)),
            _ => format!(
                "{} room={},{}{nonblock}",
                scene.about("vmsplice", end),
                self.random.below(10),
                self.random.below(5000)
            ),
        })
    }

    /// A descriptor on its way: never round in a circle, which only the kernel's collector would break.
    pub(super) fn pass(&mut self, scene: &Scene<'_>) -> Option<String> {
        let by = self.held_where(scene, |end| !end.kind.is_pipe())?;
        let towards = scene.end(by.1)?.peer?;
        let order = |id: EndId| scene.end(id).and_then(|end| end.peer).filter(|peer| peer.0 < id.0).unwrap_or(id);
        let fits: Vec<_> = scene
            .held
            .iter()
            .filter(|(_, id)| {
                let (end, object) = (scene.end(*id), scene.world.object(*id));
                let is_passed = object.is_some_and(|object| object.kind != "epoll");
                is_passed
                    || end
                        .is_some_and(|end| end.kind.is_pipe() || (end.channel.is_some() && order(*id) > order(towards)))
            })
            .collect();
        let mut names = Vec::new();
        for _ in 0..=self.random.below(3) {
            names.push(scene.name(**self.random.pick(&fits)?));
        }
        let (creds, dontwait) = (self.maybe(20, " creds"), self.maybe(30, " dontwait"));
        Some(format!("{} {} fds={}{creds}{dontwait}", scene.about("sendmsg", by), self.data(false), names.join(",")))
    }

    pub(super) fn take(&mut self, scene: &Scene<'_>) -> Option<String> {
        let has_fds = |end: &End| end.inbox.writes.iter().any(|write| !write.fds.is_empty());
        let end = self.held_where(scene, has_fds).or_else(|| self.reader(scene))?;
        if self.one_outcome() && Self::is_busy(scene.world, end.1) {
            return None;
        }
        let room = self.random.word(&[" fds=1", " fds=2", " fds=5", " control=24", " control=20", " control=10", ""]);
        let count = self.count();
        let peek = if count == " 0" { "" } else { self.maybe(15, " peek") };
        let flags = format!("{peek}{}{}", self.maybe(40, " dontwait"), self.maybe(20, " cloexec"));
        Some(format!("{}{count}{room}{flags}", scene.about("recvmsg", end)))
    }

    pub(super) fn loops(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.writer(scene)?;
        if self.no_sleep() || (self.one_outcome() && Self::is_busy(scene.world, end.1)) {
            return None;
        }
        let has_channel = scene.end(end.1).is_some_and(|end| end.channel.is_some());
        let (size, times) = (self.random.word(&["1", "100", "4096", "30000"]), 1 + self.random.below(300));
        let size = if self.random.chance(10) { "0" } else { size };
        let echoes = scene.world.tasks().any(|task| is_loop(task, |of| matches!(of, Loop::Echo { .. })));
        // What is opened for both sides reads its own echo without end.
        let echoes = echoes || scene.world.is_opened_for_both(end.1);
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

    pub(super) fn repeat(&mut self, scene: &Scene<'_>) -> Option<String> {
        let body = if self.random.chance(50) { self.write(scene)? } else { self.read(scene)? };
        let is_much = body.contains("KiB") || body.contains("MiB");
        (!is_much).then(|| format!("repeat {} {body}", 1 + self.random.below(5)))
    }
}

fn is_loop(task: &Task, fits: impl Fn(&Loop) -> bool) -> bool {
    let Some(order) = &task.order else { return false };
    matches!(&order.ordered.group, Group::Loop(of) if fits(of))
}
