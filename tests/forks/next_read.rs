//! Random programs; at random moments, and at the end for every end that an idle task holds, the next read is predicted and then
//! made: the kernel must do what was said. So too, before those reads, a write: whether it fails at once, and with which error.
//! `TINCANS_PROGRAMS` and `TINCANS_SEED` choose how many and from where.

use std::process::ExitCode;
use std::time::Instant;

use crate::support::programs::{Openness, Programs};
use crate::support::random::Random;
use crate::support::runs;
use tincans::abi::Errno;
use tincans::abi::TaskState;
use tincans::questions::next_read::{Blocking, NextRead, ReadOutcome, next_read};
use tincans::questions::next_write;
use tincans::session::Session;
use tincans::trace::{CallEvent, CallState, Event, What};
use tincans::world::channel::End;
use tincans::world::kind::EndId;

/// Programs of a run in CI.
const PROGRAMS: u64 = 60;
/// The most statements before the last reads.
const STATEMENTS: usize = 50;
/// Room for everything that a program writes.
const ROOM: u64 = 16 * 1024 * 1024;
/// Reads at one end after a program, until it comes to rest.
const MOST_READS: usize = 400;

/// What was counted.
#[derive(Debug, Default)]
struct Figures {
    programs: u64,
    statements: u64,
    ends: u64,
    predictions: u64,
    writes: u64,
    wrong: u64,
}

/// A program so far, and where it went wrong.
struct Run {
    session: Session,
    program: Vec<String>,
    random: Random,
    figures: Figures,
}

pub fn all() -> ExitCode {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let (first, programs) = (number("TINCANS_SEED").unwrap_or(1), number("TINCANS_PROGRAMS").unwrap_or(PROGRAMS));
    let start = Instant::now();
    let mut all = Figures::default();
    for seed in first..first + programs {
        let mut run = match open(seed) {
            Ok(run) => run,
            Err(what) => {
                println!("next_read: seed {seed}: {what}");
                return ExitCode::FAILURE;
            }
        };
        let result = run.generate(seed).and_then(|()| run.write_at_every_end()).and_then(|()| run.read_every_end());
        if let Err(what) = result {
            run.figures.wrong += 1;
            println!("next_read: seed {seed}: {what}");
            run.program.iter().for_each(|text| println!("{text}"));
            println!();
        }
        all.add(&run.figures);
    }
    println!(
        "next_read: {} programs, {} statements, {} ends, {} predictions, {} writes, {} wrong, seeds {first}..{}, {:.1} s",
        all.programs,
        all.statements,
        all.ends,
        all.predictions,
        all.writes,
        all.wrong,
        first + programs,
        start.elapsed().as_secs_f64(),
    );
    if all.wrong == 0 && all.predictions > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn open(seed: u64) -> Result<Run, String> {
    let figures = Figures { programs: 1, ..Figures::default() };
    Ok(Run { session: runs::open()?, program: Vec::new(), random: Random::new(!seed), figures })
}

impl Figures {
    fn add(&mut self, other: &Self) {
        self.programs += other.programs;
        self.statements += other.statements;
        self.ends += other.ends;
        self.predictions += other.predictions;
        self.writes += other.writes;
        self.wrong += other.wrong;
    }
}

impl Run {
    /// Makes a program while it runs; one statement in eight is a read that was predicted.
    fn generate(&mut self, seed: u64) -> Result<(), String> {
        let mut programs = Programs::new(seed, Openness::Anything);
        let is_about_one_pair = self.random.chance(60);
        if is_about_one_pair {
            let kind = self.random.word(&[
                "socketpair stream c",
                "socketpair stream c",
                "socketpair seqpacket c",
                "socketpair dgram c",
                "pipe c",
                "pipe c direct",
            ]);
            for text in [kind, "fork k1", "fork k2", "k2: thread t2"] {
                self.perform(text)?;
            }
        }
        let statements = 5 + self.random.below(STATEMENTS);
        for _ in 0..statements {
            if self.random.chance(12) {
                let ends = self.readable();
                if let Some(&end) = self.random.pick(&ends) {
                    let may_sleep = self.random.chance(50);
                    self.predict_and_read(end, may_sleep)?;
                    continue;
                }
            }
            let about_one_pair = if is_about_one_pair { self.about_one_pair() } else { None };
            let text = about_one_pair.unwrap_or_else(|| programs.next(self.session.world()));
            // What happens by itself would come between the prediction and the read.
            if !text.contains("every=") && !text.contains("rcvtimeo") {
                self.perform(&text)?;
            }
        }
        Ok(())
    }

    /// A statement about the one pair, by somebody who can make it: much is written, half read, closed, shut down, killed.
    fn about_one_pair(&mut self) -> Option<String> {
        let ends = self.readable();
        let end = *self.random.pick(&ends)?;
        let label = self.session.world().end(end)?.label();
        let other = self.session.world().end(end)?.peer.map_or(label.clone(), |peer| self.session.world().label(peer));
        let holders: Vec<(String, i32)> = self
            .session
            .world()
            .holders(end)
            .into_iter()
            .filter(|(task, _)| task.state == TaskState::Idle)
            .map(|(task, fd)| (task.name.clone(), fd))
            .collect();
        let (task, fd) = self.random.pick(&holders)?.clone();
        let random = &mut self.random;
        let words = match random.below(24) {
            0..=3 => format!("write {label} {}", random.word(&["one", "two", "300KiB*x", "90KiB*y", "3000*z", "\"\""])),
            4 => format!("send {label} oob oob dontwait"),
            5 => format!("send {label} {} dontwait", random.word(&["a", "500KiB*d", "5000*e"])),
            6 => format!("sendmsg {label} {} fds={label} dontwait", random.word(&["f", "40KiB*g"])),
            7 | 8 => format!(
                "recv {label} {}",
                random.word(&[
                    "2 waitall",
                    "9 waitall",
                    "400KiB waitall",
                    "1",
                    "100KiB",
                    "4096 peek",
                    "1 oob",
                    "3 dontwait",
                    "0 dontwait"
                ])
            ),
            9 => format!("recvmsg {label} {}", random.word(&["10 fds=1", "1 fds=3 dontwait", "64KiB"])),
            10 | 11 => format!(
                "setsockopt {label} {}",
                random.word(&["rcvlowat 6", "rcvlowat 1", "oobinline 1", "passcred 1", "passcred 0", "sndbuf 4096"])
            ),
            12 => format!("getsockopt {label} error"),
            13 => format!("shutdown {label} {}", random.word(&["rd", "wr", "rdwr"])),
            14..=17 => format!("close {label}@{fd}"),
            18 => format!("nonblock {label} {}", random.word(&["on", "off"])),
            19 => return Some(format!("kill {} SIGKILL", random.word(&["k1", "k2"]))),
            20 => return Some(format!("interrupt {}", random.word(&["k1", "k2", "t2", "parent"]))),
            21 => return Some(self.reconnect(&task, &label)),
            _ => format!("write {other} ten"),
        };
        Some(format!("{task}: {words}"))
    }

    /// A datagram socket leaves its peer for a socket by name.
    fn reconnect(&mut self, task: &str, label: &str) -> String {
        let is_there = self.session.world().ends_at("@h").next().is_some();
        if is_there { format!("{task}: connect {label} @h") } else { format!("{task}: bind {label} @h") }
    }

    /// Writes a byte at every end that an idle task holds, after saying whether that fails.
    fn write_at_every_end(&mut self) -> Result<(), String> {
        for id in self.readable() {
            if self.random.chance(50) {
                continue;
            }
            let Some((task, fd)) = self.reader(id) else { continue };
            let end = self.session.world().end(id).ok_or("no end")?;
            let (label, is_pipe) = (end.label(), end.kind.is_pipe());
            if is_pipe && !end.nonblock {
                self.perform(&format!("{task}: nonblock {label}@{fd} on"))?;
            }
            let end = self.session.world().end(id).ok_or("no end")?;
            let has_no_peer = end.peer.is_none();
            let predicted = next_write::failure(self.session.world(), end).map(|failure| failure.errno);
            let text = if is_pipe {
                format!("{task}: write {label}@{fd} w")
            } else {
                format!("{task}: send {label}@{fd} w dontwait nosignal")
            };
            self.figures.writes += 1;
            let events = self.perform(&text)?;
            let call = events.iter().rev().find_map(|event| write_of(event, &task));
            let call = call.ok_or_else(|| format!("`{text}` made no write: {events:?}"))?;
            let agrees = match predicted {
                // Older kernels look for the peer of a datagram socket before its shutdown.
                Some(Errno::EPIPE) if call.errno == Errno::ENOTCONN => has_no_peer,
                Some(errno) => call.ret == Some(-1) && call.errno == errno,
                // A full buffer, or too many descriptors in flight, is no failure for good.
                None => call.ret == Some(1) || call.errno == Errno::EAGAIN,
            };
            if !agrees {
                return Err(format!(
                    "`{text}`: predicted {predicted:?}, the kernel {:?} {}",
                    call.ret,
                    call.errno.name()
                ));
            }
        }
        Ok(())
    }

    /// Reads at every end that an idle task holds, until nothing changes any more.
    fn read_every_end(&mut self) -> Result<(), String> {
        for end in self.readable() {
            self.figures.ends += 1;
            let mut expected: Option<Vec<ReadOutcome>> = None;
            for _ in 0..MOST_READS {
                if !self.readable().contains(&end) {
                    break;
                }
                let is_alone = self.nobody_else_is_at(end);
                let next = self.predict_and_read(end, false)?;
                let is_waiting = matches!(
                    next.outcome,
                    ReadOutcome::Bytes { .. } | ReadOutcome::Message(_) | ReadOutcome::SomeMessage
                );
                if expected.is_none() && is_waiting && is_alone {
                    expected = Some(next.afterwards.clone());
                } else if let Some(afterwards) = expected.as_mut().filter(|_| !is_waiting) {
                    if afterwards.first() != Some(&next.outcome) {
                        return Err(format!("afterwards {afterwards:?} was to come, then came {:?}", next.outcome));
                    }
                    afterwards.remove(0);
                }
                if next.afterwards.is_empty() && !is_waiting {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Whether nobody sleeps or reads by itself at the other side, who would add something meanwhile.
    fn nobody_else_is_at(&self, end: EndId) -> bool {
        let world = self.session.world();
        let peer = world.end(end).and_then(|end| world.end(end.peer?)).filter(|peer| peer.in_flight == 0);
        let mut busy = world.tasks().filter(|task| task.state == TaskState::Asleep || task.is_reader());
        peer.is_some()
            && busy.next().is_none()
            && world.end(end).is_some_and(|end| end.kind != tincans::world::kind::Kind::Dgram)
    }

    /// The ends that an idle task holds.
    fn readable(&self) -> Vec<EndId> {
        let world = self.session.world();
        let is_held = |end: &&End| self.reader(end.id).is_some();
        // At a FIFO that was opened for both, the answer depends on the descriptor.
        let open = world.ends().filter(|end| !end.closed && end.name.is_some() && !world.is_opened_for_both(end.id));
        open.filter(is_held).map(|end| end.id).collect()
    }

    /// An idle task that holds an end, and its number.
    fn reader(&self, end: EndId) -> Option<(String, i32)> {
        let holders = self.session.world().holders(end);
        let idle = holders.into_iter().find(|(task, _)| task.state == TaskState::Idle);
        idle.map(|(task, fd)| (task.name.clone(), fd))
    }

    /// Says what the next read does, makes it, and compares.
    fn predict_and_read(&mut self, id: EndId, may_sleep: bool) -> Result<NextRead, String> {
        let (task, fd) = self.reader(id).ok_or("nobody can read")?;
        let end = self.session.world().end(id).ok_or("no end")?;
        let (label, is_pipe) = (end.label(), end.kind.is_pipe());
        if is_pipe && !may_sleep && !end.nonblock && end.can_be_read() {
            self.perform(&format!("{task}: nonblock {label}@{fd} on"))?;
        }
        let end = self.session.world().end(id).ok_or("no end")?;
        let blocking = if may_sleep { Blocking::at(end) } else { Blocking::MustNotSleep };
        let next = next_read(self.session.world(), end, blocking).ok_or("no prediction")?;
        let text = match (is_pipe, may_sleep) {
            (true, _) | (false, true) => format!("{task}: read {label}@{fd} {ROOM}"),
            (false, false) => format!("{task}: recv {label}@{fd} {ROOM} dontwait"),
        };
        self.figures.predictions += 1;
        let events = self.perform(&text)?;
        let call = events.iter().rev().find_map(|event| read_of(event, &task));
        let call = call.ok_or_else(|| format!("`{text}` made no read: {events:?}"))?;
        if !agrees(next.outcome, call, blocking) {
            let came = (call.state, call.ret, call.errno.name(), call.eof);
            return Err(format!("`{text}`: predicted {:?}, the kernel {came:?}", next.outcome));
        }
        if call.state == CallState::Asleep {
            self.perform(&format!("interrupt {task}"))?;
        }
        Ok(next)
    }

    fn perform(&mut self, text: &str) -> Result<Vec<Event>, String> {
        self.program.push(text.to_owned());
        self.figures.statements += 1;
        let line = u32::try_from(self.program.len()).unwrap_or(0);
        runs::perform(&mut self.session, text, line)
    }
}

/// The read of a task among the events.
fn read_of<'a>(event: &'a Event, task: &str) -> Option<&'a CallEvent> {
    let What::Call(call) = &event.what else { return None };
    (call.task == task && call.call.room() == Some(ROOM)).then_some(call)
}

/// The write of a task among the events.
fn write_of<'a>(event: &'a Event, task: &str) -> Option<&'a CallEvent> {
    let What::Call(call) = &event.what else { return None };
    (call.task == task && call.call.offered() == Some(1)).then_some(call)
}

/// Whether the kernel did what was predicted.
fn agrees(predicted: ReadOutcome, call: &CallEvent, blocking: Blocking) -> bool {
    let failed = |errno: Errno| call.ret == Some(-1) && call.errno == errno;
    let returned = call.ret.and_then(|ret| u64::try_from(ret).ok());
    match predicted {
        ReadOutcome::Bytes { least, most } => {
            returned.is_some_and(|bytes| (least..=most).contains(&bytes) && bytes > 0)
        }
        ReadOutcome::SomeMessage => returned.is_some_and(|bytes| bytes > 0),
        ReadOutcome::Message(len) => returned == Some(len) && call.eof != Some(true),
        ReadOutcome::Eof => returned == Some(0),
        ReadOutcome::Fails(errno) => failed(errno),
        ReadOutcome::Sleeps if blocking == Blocking::MaySleep => call.state == CallState::Asleep,
        ReadOutcome::Sleeps => failed(Errno::EAGAIN),
    }
}
