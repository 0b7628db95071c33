//! Statements about what can be waited for beside channels: eventfd, timerfd, signalfd, pidfd.

use tincans::world::kind::EndId;

use super::{Programs, Scene};

impl Programs {
    pub(super) fn waits(&mut self, scene: &Scene<'_>) -> Option<String> {
        let objects: Vec<(i32, EndId)> =
            scene.held.iter().copied().filter(|(_, id)| scene.world.object(*id).is_some()).collect();
        let is_epoll = |of: &(i32, EndId)| scene.world.object(of.1).is_some_and(|object| object.kind == "epoll");
        let epolls: Vec<(i32, EndId)> = objects.iter().copied().filter(is_epoll).collect();
        if let Some(&epoll) = self.random.pick(&epolls).filter(|_| self.random.chance(60)) {
            return self.epoll(scene, epoll);
        }
        if scene.world.objects().count() < 3 && self.random.chance(40) {
            return self.make_object(scene);
        }
        let object = *self.random.pick(&objects)?;
        // A read or a write may sleep: whether a timer is over is a matter of time.
        let may_sleep = !self.no_sleep() || scene.world.is_nonblocking(object.1);
        if is_epoll(&object) {
            return self.epoll(scene, object);
        }
        let is_timer = scene.world.object(object.1).is_some_and(|object| object.kind == "timerfd");
        let is_alone = scene.world.holders(object.1).len() == 1;
        if !may_sleep || (is_timer && self.one_outcome() && !self.no_sleep()) || (self.one_outcome() && !is_alone) {
            return Some(format!("{} timeout=0", scene.about("poll", object))).filter(|_| !is_timer);
        }
        Some(match self.random.below(6) {
            0..=2 => {
                format!("{} {}", scene.about("read", object), self.random.word(&["", "8", "7", "128", "300", "0"]))
            }
            3 => format!(
                "{} {}",
                scene.about("write", object),
                self.random.word(&["1", "3", "abc", "18446744073709551614"])
            ),
            4 => format!("{} 18446744073709551615", scene.about("write", object)),
            _ => format!("{} timeout=0", scene.about("poll", object)),
        })
    }

    /// epoll_ctl more often than epoll_wait; nothing that sleeps.
    fn epoll(&mut self, scene: &Scene<'_>, epoll: (i32, EndId)) -> Option<String> {
        if self.random.chance(30) {
            // Whether a sleeper in read or in epoll_wait is first, is open.
            let sleeps = !self.one_outcome() && self.random.chance(20);
            let wait = if sleeps { " timeout=-1" } else { self.maybe(30, " timeout=0") };
            let count = self.random.word(&["", " 1", " 3", " 0"]);
            return Some(format!("{}{count}{wait}", scene.about("epollwait", epoll)));
        }
        let other = self.held(scene)?;
        // When a time is up, and who is told of it, is a matter of time.
        if self.one_outcome() && scene.world.object(other.1).is_some_and(|of| of.kind == "timerfd") {
            return None;
        }
        let op = self.random.word(&["add", "add", "add", "mod", "del"]);
        let (events, et, oneshot) = (
            self.random.word(&["", " for=in,out", " for=out", " for=in,rdhup", " for=pri"]),
            self.maybe(40, " et"),
            self.maybe(20, " oneshot"),
        );
        Some(format!("{} {op} {}{events}{et}{oneshot}", scene.about("epollctl", epoll), scene.name(other)))
    }

    fn make_object(&mut self, scene: &Scene<'_>) -> Option<String> {
        let (by, name) = (&scene.task.name, self.end_name(scene)?);
        let nonblock = self.nonblock(50);
        let (semaphore, cloexec) = (self.maybe(30, " semaphore"), self.maybe(20, " cloexec"));
        Some(match self.random.below(8) {
            6 | 7 => format!("{by}: epoll {name}{cloexec}"),
            0..=2 => format!("{by}: eventfd {name} {}{semaphore}{nonblock}{cloexec}", self.random.below(4)),
            3 => {
                let ms = if self.no_sleep() { ["0", "60000"].as_slice() } else { &["0", "1", "60000"] };
                format!("{by}: timerfd {name} {}{nonblock}{cloexec}", self.random.word(ms))
            }
            4 => {
                let signals = self.random.word(&["SIGUSR1", "SIGCHLD SIGTERM"]);
                format!("{by}: signalfd {name} {signals}{nonblock}{cloexec}")
            }
            _ => {
                let others: Vec<&str> = scene.world.tasks().map(|task| task.name.as_str()).collect();
                format!("{by}: pidfd {name} {}{nonblock}", self.random.pick(&others)?)
            }
        })
    }
}
