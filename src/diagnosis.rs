//! What is wrong with a program that was watched: why it hangs, and what its author would change. Pure: the world and the events
//! say it all.

mod advice;
pub mod mistakes;

use crate::abi::TaskState;
use crate::abi::{Errno, Signal};
use crate::explain::{self, deaths};
use crate::trace::{CallEvent, Death, Event, What};
use crate::world::World;
use crate::world::channel::End;
use crate::world::task::Task;

/// The rule that tells of a circle of tasks.
const DEADLOCK: &str = "deadlock";

/// Why nothing goes on: one sentence for each task that sleeps, then what would have to change. Empty where nobody sleeps in a
/// call that is followed.
pub fn hang(world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    let asleep: Vec<&Task> = world.tasks().filter(|task| task.state == TaskState::Asleep).collect();
    let mut has_deadlock = false;
    for task in &asleep {
        let said = explain::task(world, &[], task.id);
        if !said.has_rule() {
            lines.push(sleeps(task));
        } else if said.rule == DEADLOCK && std::mem::replace(&mut has_deadlock, true) {
            // The same circle, told from another place in it.
        } else {
            lines.push(said.text);
        }
    }
    lines.extend(advice::all(world, &asleep));
    lines
}

/// `parent is asleep in futex`.
fn sleeps(task: &Task) -> String {
    let call = task.sleeping_call().map_or("a call", |ongoing| ongoing.call().name());
    format!("{} is asleep in {call}.", task.name)
}

/// What went wrong, collected while events come.
#[derive(Debug, Default)]
pub struct Faults {
    lines: Vec<String>,
    is_hung: bool,
}

/// Faults that are kept; of more there is one line that says so.
const MOST_FAULTS: usize = 100;

impl Faults {
    /// One more event, after it was folded.
    pub fn event(&mut self, world: &World, event: &Event) {
        let line = match &event.what {
            What::Call(call) => broken(call),
            What::Death { task, death: Death::Killed(signal), .. } if *signal == Signal::PIPE => {
                Some(format!("{task} was killed by SIGPIPE: it wrote where nobody is left to read"))
            }
            What::Death { task, death: Death::Killed(signal), .. } if CRASHES.contains(signal) => {
                Some(format!("{task} crashed: it was killed by {}", signal.name()))
            }
            What::Burst(_)
            | What::Signal { .. }
            | What::Death { .. }
            | What::Queue(_)
            | What::Holders(_)
            | What::Pending(_)
            | What::Tasks(_)
            | What::Fds { .. }
            | What::Why(_)
            | What::Expect { .. }
            | What::Refused { .. }
            | What::Summary(_) => None,
        };
        self.add(line);
        for lost in event.task.and_then(|id| world.task(id)).into_iter().flat_map(deaths::unwritten) {
            self.add(Some(lost));
        }
        if let What::Death { .. } = event.what {
            self.zombies(world, event);
        }
    }

    /// The children of a process that ends without having waited for them.
    fn zombies(&mut self, world: &World, event: &Event) {
        let Some(dead) = event.task.and_then(|id| world.task(id)).filter(|task| task.id == task.process) else {
            return;
        };
        let is_left = |task: &&Task| task.by == Some(dead.id) && task.state == TaskState::Zombie;
        let left: Vec<String> = world.tasks().filter(is_left).map(|task| task.name.clone()).collect();
        for child in left {
            self.add(Some(format!("{} ended without waiting for {child}, a zombie by then", dead.name)));
        }
        // Of those that its children leave behind, a daemon among them, nothing is said.
        let runs_on = |task: &&Task| task.by == Some(dead.id) && task.is_alive() && task.leads_process();
        let running: Vec<String> = world.tasks().filter(runs_on).map(|task| task.name.clone()).collect();
        for child in running.into_iter().filter(|_| dead.by.is_none()) {
            self.add(Some(format!("{} ended while {child} was still running, and did not wait for it", dead.name)));
        }
    }

    /// Nothing goes on any more, or the time is up.
    pub fn hung(&mut self) {
        self.is_hung = true;
    }

    /// The program is over: what was written and never read.
    pub fn end(&mut self, world: &World) {
        let unread: Vec<String> = world.ends().filter(|end| end.closed && end.closed_unread).map(End::label).collect();
        for label in unread {
            self.add(Some(lost(&label)));
        }
    }

    fn add(&mut self, line: Option<String>) {
        if let Some(line) = line.filter(|line| !self.lines.contains(line) && self.lines.len() < MOST_FAULTS) {
            self.lines.push(line);
        }
    }

    /// A line for each fault.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// Whether there is none.
    pub fn is_clean(&self) -> bool {
        self.lines.is_empty() && !self.is_hung
    }
}

/// Bytes that nobody read.
pub fn lost(label: &str) -> String {
    format!("bytes waited at {label} when it was closed, and were lost")
}

/// Deaths by a mistake in the program.
const CRASHES: [Signal; 5] = [Signal(4), Signal(6), Signal(7), Signal(8), Signal(11)];
/// Errors of a call that lose what it was to send or to get.
const LOSSES: [(Errno, &str); 4] = [
    (Errno::EPIPE, "nobody is left who could read there"),
    (Errno::ECONNRESET, "the other side was closed with bytes unread"),
    (
        Errno::EMSGSIZE,
        "a message is sent as a whole, and this one is longer than the send buffer takes: nothing was sent",
    ),
    (Errno(14), "its buffer is not the program's own memory"),
];

/// A call that failed and lost something.
pub fn broken(call: &CallEvent) -> Option<String> {
    let (errno, why) = LOSSES.iter().find(|row| row.0 == call.errno)?;
    let at = call.call.fd().map_or_else(String::new, |fd| call.names.end(fd));
    Some(format!("{}: {}({at}) failed with {}: {why}", call.task, call.call.name(), errno.name()))
}
