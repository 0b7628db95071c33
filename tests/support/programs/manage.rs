//! Statements that make and manage: pairs, pipes, names, tasks, signals, options, looks.

use tincans::abi::{Disposition, Signal, TaskState};
use tincans::world::channel::End;
use tincans::world::kind::Kind;
use tincans::world::task::Task;

use super::{Programs, Scene};

const SIGNALS: &[&str] = &["SIGTERM", "SIGKILL", "SIGUSR1", "SIGPIPE", "SIGINT", "SIGCHLD"];

impl Programs {
    pub(super) fn kind(&mut self) -> &'static str {
        self.random.word(&["stream", "stream", "stream", "dgram", "dgram", "seqpacket", "seqpacket", "raw"])
    }

    pub(super) fn pair(&mut self, scene: &Scene<'_>) -> Option<String> {
        let name = self.end_name(scene)?;
        let wrong =
            ["", "", "", "", "", "", " domain=inet", " domain=0", " protocol=1", " protocol=6", " domain=inet6"];
        let (cloexec, nonblock) = (self.maybe(15, " cloexec"), self.nonblock(15));
        let kind = if self.random.chance(5) { self.random.word(&["rdm", "0", "99"]) } else { self.kind() };
        Some(format!("{}: socketpair {kind} {name}{}{cloexec}{nonblock}", scene.task.name, self.random.word(&wrong)))
    }

    pub(super) fn pipe(&mut self, scene: &Scene<'_>) -> Option<String> {
        let name = self.end_name(scene)?;
        let (cloexec, nonblock, direct) = (self.maybe(15, " cloexec"), self.nonblock(15), self.maybe(40, " direct"));
        Some(format!("{}: pipe {name}{cloexec}{nonblock}{direct}", scene.task.name))
    }

    /// A FIFO is made, opened or unlinked; of the files that are sockets now and then one.
    pub(super) fn fifo(&mut self, scene: &Scene<'_>) -> Option<String> {
        let (by, file) = (&scene.task.name, self.random.word(&["q", "q", "q", "r", "r", "f"]));
        let is_there = scene.world.ends_at(file).next().is_some();
        if self.random.chance(if is_there { 10 } else { 85 }) {
            return Some(format!("{by}: mkfifo {file}"));
        }
        if self.random.chance(8) {
            return Some(format!("{by}: unlink {file}"));
        }
        let (side, cloexec) =
            (self.random.word(&["rd", "rd", "rd", "wr", "wr", "wr", "rdwr"]), self.maybe(15, " cloexec"));
        let nonblock = self.nonblock(50);
        Some(format!("{by}: open {file} {side} {}{cloexec}{nonblock}", self.opening_name(scene)?))
    }

    fn opening_name(&mut self, scene: &Scene<'_>) -> Option<String> {
        let name = format!("o{}", self.random.below(8));
        (scene.held.len() < 12 && !scene.world.is_taken(&name)).then_some(name)
    }

    pub(super) fn channel(&mut self, scene: &Scene<'_>) -> Option<String> {
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

    pub(super) fn socket(&mut self, scene: &Scene<'_>) -> Option<String> {
        let name = self.end_name(scene)?;
        let (kind, cloexec, nonblock) = (self.kind(), self.maybe(10, " cloexec"), self.nonblock(15));
        Some(format!("{}: socket {kind} {name}{cloexec}{nonblock}", scene.task.name))
    }

    pub(super) fn address(&mut self) -> String {
        if self.random.chance(10) {
            let long = format!("\"{}\"", "l".repeat(108 + self.random.below(2)));
            return self.random.word(&["\"@a\\0b\"", "\"x y\"", "\"f\\0z\"", &long]).to_owned();
        }
        self.random.word(&["@a", "@b", "f", "g"]).to_owned()
    }

    /// The calls of sockets by name, one that fits the socket more often than not.
    pub(super) fn by_name(&mut self, scene: &Scene<'_>) -> Option<String> {
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

    pub(super) fn task(&mut self, scene: &Scene<'_>) -> Option<String> {
        let by = &scene.task.name;
        let others: Vec<&str> = scene.world.tasks().map(|task| task.name.as_str()).collect();
        if self.no_sleep() {
            return self.task_that_never_sleeps(scene);
        }
        if self.random.chance(12) {
            return self.group(scene);
        }
        Some(match self.random.below(10) {
            0..=4 => format!("{by}: fork {}", self.task_name(scene)?),
            5 | 6 => format!("{by}: thread {}", self.task_name(scene)?),
            7 => format!("{by}: exec"),
            8 if self.random.chance(40) => format!("{by}: exit {}", self.random.below(4)),
            8 => format!("{by}: getppid"),
            _ if self.random.chance(10) => format!("{by}: pause"),
            _ if self.random.chance(20) => format!("{by}: wait nohang"),
            _ if self.random.chance(20) => format!("{by}: wait {} nohang", self.random.pick(&others)?),
            _ if !self.one_outcome() && self.random.chance(10) => {
                format!("{by}: pdeathsig {}", self.random.word(SIGNALS))
            }
            _ if self.random.chance(50) => format!("{by}: wait"),
            _ => format!("{by}: wait {}", self.random.pick(&others)?),
        })
    }

    /// Nobody whose child lives exits, and nobody waits who has no zombie.
    fn task_that_never_sleeps(&mut self, scene: &Scene<'_>) -> Option<String> {
        let (by, world) = (&scene.task.name, scene.world);
        let mut children = world.tasks().filter(|task| task.by == Some(scene.task.id));
        let zombie = world.tasks().find(|task| task.by == Some(scene.task.id) && task.state == TaskState::Zombie);
        match self.random.below(10) {
            0..=2 => self.group(scene),
            3 => Some(format!("{by}: getppid")),
            4 => Some(format!("{by}: pdeathsig {}", self.random.word(SIGNALS))),
            5 | 6 => Some(match zombie {
                Some(zombie) if self.random.chance(40) => {
                    format!("{by}: wait {}{}", zombie.name, self.maybe(30, " nohang"))
                }
                Some(_) => format!("{by}: wait"),
                None => format!("{by}: wait nohang"),
            }),
            7 if by != "parent" && !children.any(Task::is_alive) => {
                Some(format!("{by}: exit {}", self.random.below(4)))
            }
            7 => None,
            _ => Some(format!("{by}: fork {}", self.task_name(scene)?)),
        }
    }

    /// A disposition, or a signal that its target ignores, catches or blocks.
    fn harmless_signal(&mut self, scene: &Scene<'_>) -> Option<String> {
        let by = &scene.task.name;
        let signal = *self.random.pick(&[Signal::TERM, Signal(10), Signal::CHLD])?;
        if self.random.chance(50) {
            let disposition = self.random.word(&["default", "ignore", "catch", "catch norestart"]);
            return Some(format!("{by}: signal {} {disposition}", signal.name()));
        }
        let survives = |task: &&Task| {
            let process = scene.world.process_of(task.id);
            let disposition = process.and_then(|process| process.dispositions.get(&signal.0)).copied();
            let is_default = disposition.is_none_or(|disposition| disposition == Disposition::Default);
            task.is_alive() && (!is_default || signal == Signal::CHLD || task.blocked.contains_key(&signal.0))
        };
        if self.random.chance(15) {
            // Of a group only its leader is known to the plain processes.
            let leads = |task: &&Task| task.is_alive() && task.group.is_some_and(|group| group.id == task.pid);
            let leaders: Vec<&Task> = scene.world.tasks().filter(leads).collect();
            return Some(format!("{by}: kill -{} SIGCHLD", self.random.pick(&leaders)?.name));
        }
        let targets: Vec<&Task> = scene.world.tasks().filter(survives).collect();
        Some(format!("{by}: kill {} {}", self.random.pick(&targets)?.name, signal.name()))
    }

    /// Groups and sessions: of itself, of another, of one that may not be moved.
    fn group(&mut self, scene: &Scene<'_>) -> Option<String> {
        let by = &scene.task.name;
        let others: Vec<&str> = scene.world.tasks().map(|task| task.name.as_str()).collect();
        let (whom, leader) = (*self.random.pick(&others)?, *self.random.pick(&others)?);
        Some(match self.random.below(5) {
            0 => format!("{by}: setsid"),
            1 => format!("{by}: setpgid"),
            2 => format!("{by}: setpgid {whom}"),
            3 => format!("{by}: setpgid group={leader}"),
            _ => format!("{by}: setpgid {whom} group={leader}"),
        })
    }

    pub(super) fn signals(&mut self, scene: &Scene<'_>) -> Option<String> {
        if self.no_sleep() {
            return self.harmless_signal(scene);
        }
        let present: Vec<&Task> = scene.world.tasks().filter(|task| task.state != TaskState::Dead).collect();
        let whom = *self.random.pick(&present)?;
        // Whether a thread that stops or kills its own process comes back from kill(2) first, is open.
        let own = whom.process == scene.task.process;
        let by_itself = own && scene.world.tasks().filter(|task| task.process == whom.process).count() > 1;
        let by_task = self.random.chance(25) && !(self.one_outcome() && by_itself);
        let by = if by_task { format!("{}: ", scene.task.name) } else { String::new() };
        let (name, signal) = (&whom.name, self.random.word(SIGNALS));
        Some(match (whom.state, self.random.below(10)) {
            (TaskState::Stopped, 0..=5) | (_, 8) => format!("{by}cont {name}"),
            (TaskState::Asleep, 0..=4) | (_, 7) => format!("interrupt {name}"),
            (_, 5) if self.random.chance(30) && !self.one_outcome() => format!("{by}kill -{name} {signal}"),
            (_, 5) if self.random.chance(50) => format!("{by}kill {name} {signal}"),
            (_, 6) => format!("{by}stop {name}"),
            _ => {
                let signal = self.random.word(&["SIGPIPE", "SIGPIPE", "SIGUSR1", "SIGTERM", "SIGCHLD"]);
                format!(
                    "{}: signal {signal} {}",
                    scene.task.name,
                    self.random.word(&["default", "ignore", "catch", "catch norestart"])
                )
            }
        })
    }

    pub(super) fn close(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.held(scene)?;
        if self.random.chance(8) {
            let first = self.random.below(14);
            return Some(format!("{}: closerange {first} {}", scene.task.name, first + self.random.below(3)));
        }
        Some(scene.about("close", end))
    }

    pub(super) fn dup(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.held(scene)?;
        if scene.held.len() >= 12 {
            return None;
        }
        let (number, cloexec) = (self.random.below(14), self.maybe(40, " cloexec"));
        Some(match self.random.below(8) {
            0 | 1 => format!("{} {number}", scene.about("dup2", end)),
            2 => format!("{} {number}{cloexec}", scene.about("dup3", end)),
            3 => format!("{} {number}{cloexec}", scene.about("dupfd", end)),
            _ => scene.about("dup", end),
        })
    }

    pub(super) fn shutdown(&mut self, scene: &Scene<'_>) -> Option<String> {
        let end = self.held(scene)?;
        Some(format!("{} {}", scene.about("shutdown", end), self.random.word(&["rd", "wr", "rdwr"])))
    }

    pub(super) fn poll(&mut self, scene: &Scene<'_>) -> Option<String> {
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

    pub(super) fn option(&mut self, scene: &Scene<'_>) -> Option<String> {
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
            "reuseaddr",
            "linger",
            "rcvlowat",
        ];
        const WRITTEN: &[&str] = &[
            "sndbuf 4096",
            "reuseaddr on",
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
            "rcvtimeo 60000",
            "sndtimeo 60000",
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

    pub(super) fn flags(&mut self, scene: &Scene<'_>) -> Option<String> {
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

    #[expect(clippy::unnecessary_wraps, reason = "one of a table of makers")]
    pub(super) fn limits(&mut self, scene: &Scene<'_>) -> Option<String> {
        Some(format!("{}: rlimit nofile {}", scene.task.name, self.random.word(&["5", "8", "20", "200", "1024", "0"])))
    }

    pub(super) fn observe(&mut self, scene: &Scene<'_>) -> Option<String> {
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
    pub(super) fn wrong(&mut self, scene: &Scene<'_>) -> Option<String> {
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
        // It may hold one after all, and so be a second sleeper.
        let only_one = self.one_outcome();
        let is_free = |end: &&End| end.name.is_some() && !(only_one && Self::is_watched(scene.world, end.id));
        let ends: Vec<&End> = scene.world.ends().filter(is_free).collect();
        Some(format!("{by}: write {} lost", self.random.pick(&ends)?.label()))
    }
}
