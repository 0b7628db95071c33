//! Runs in every process that the learner sees: takes orders, makes exactly the calls it is told, and records each before and
//! after. It must never return into the program it was forked from; it leaves by `_exit`, by a signal, or by execve.

mod calls;
pub mod record;
mod run_place;
mod spawn;
mod work;

use std::ffi::OsString;
use std::os::fd::{AsFd, IntoRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::order::Work;
use crate::sys::control::{self, MAX_ORDER, OrderReceiver, Received};
use crate::sys::ring::RingWriter;
use crate::sys::{SysError, descriptors, fork, lifeline, poll, signal};

use record::Recorder;

/// The exit code of a process in which a call of the program's own failed.
pub const FAILED: i32 = 70;

/// The hidden first argument with which an agent executes its own program anew.
pub const AGENT_ARGUMENT: &str = "--agent-after-execve";

/// The descriptors that an agent keeps for itself, high up in its table.
#[derive(Debug)]
pub struct Private {
    control: OrderReceiver,
    ring: OwnedFd,
    /// Shared by all threads of the process, and never closed: a number is enough.
    bell: i32,
    /// The same, and of the whole process group that agents are born into.
    lifeline: i32,
    /// This process's alone: it may leave that group.
    own_lifeline: i32,
    base: i32,
}

/// What a fresh process starts from.
#[derive(Debug)]
pub struct Equipment {
    /// Its end of the control pair.
    pub control: OwnedFd,
    /// Its ring.
    pub ring: OwnedFd,
    /// The bell that wakes the program.
    pub bell: OwnedFd,
    /// What ties its life to the program's.
    pub lifeline: OwnedFd,
    /// The run's private folder, for sockets that are files.
    pub folder: PathBuf,
}

/// A task's own: its private descriptors and its recorder.
#[derive(Debug)]
pub struct Agent {
    private: Private,
    recorder: Recorder,
    is_thread: bool,
    /// The last call did: what was ordered ahead is left out.
    has_failed: bool,
    /// Calls of the running loop whose data is still to be recorded.
    keep: u64,
}

/// The number of this process's control end.
static CONTROL: AtomicI32 = AtomicI32::new(-1);

/// What ends a process that the learner has not ended: the program is told over this control end.
fn complains_over(control: i32) {
    CONTROL.store(control, Ordering::Relaxed);
}

fn complain(words: &str) {
    control::say_last_words(CONTROL.load(Ordering::Relaxed), words);
}

/// Passes a result on; a failure is told first, as long as there is a control end to tell it over.
fn told<T>(result: Result<T, SysError>) -> Result<T, SysError> {
    result.inspect_err(|error| complain(&error.to_string()))
}

/// A panic is told too, also one of the standard library's when it starts a thread.
fn complain_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let words = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
        complain(words.unwrap_or("a fault without words"));
    }));
}

/// Turns a process just forked by the program into `parent`. Whatever fails here ends it, and is told.
pub fn become_parent(equipment: Equipment, numbers: descriptors::Numbers) -> ! {
    complains_over(poll::number(&equipment.control));
    complain_of_panics();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| -> Result<(), SysError> {
        run_place::set(equipment.folder, false);
        signal::reset_all();
        fork::forbid_core_files();
        let up = |fd| descriptors::move_up(fd, numbers.base);
        let control = up(equipment.control)?;
        complains_over(poll::number(&control));
        let ring = told(up(equipment.ring))?;
        let (bell, lifeline) = (told(up(equipment.bell))?, told(up(equipment.lifeline))?);
        let keep = [&control, &ring, &bell, &lifeline].map(poll::number);
        told(descriptors::null_standard_streams())?;
        descriptors::close_all_but(3, &keep);
        if !told(lifeline::arm(&lifeline))? {
            return Ok(());
        }
        let Some(own_lifeline) = told(lifeline::arm_own(poll::number(&lifeline), numbers.base))? else { return Ok(()) };
        told(descriptors::set_soft_limit(numbers.soft))?;
        let [bell, lifeline, own_lifeline] = [bell, lifeline, own_lifeline].map(IntoRawFd::into_raw_fd);
        let control = OrderReceiver::new(control);
        Agent::start(Private { control, ring, bell, lifeline, own_lifeline, base: numbers.base }, false)?.serve()
    }));
    fork::exit_child(if matches!(result, Ok(Ok(()))) { 0 } else { FAILED });
}

/// Goes on after execve: the arguments are the numbers that were left open, and what Rust's start forgets.
pub fn resume_after_exec(arguments: &[OsString]) -> ! {
    let folder = arguments.first().cloned().unwrap_or_default();
    let numbers: Vec<i32> = arguments.iter().skip(1).filter_map(|text| text.to_str()?.parse().ok()).collect();
    if let [is_inside, control, ring, bell, lifeline, own_lifeline, base, soft, pipe_ignored, closed] = numbers[..] {
        descriptors::close_streams(closed);
        run_place::set(PathBuf::from(folder), is_inside != 0);
        complains_over(control);
        complain_of_panics();
        let _ = std::panic::catch_unwind(|| {
            let _ = descriptors::set_soft_limit(u64::try_from(soft).unwrap_or(1024));
            signal::restore_after_exec(pipe_ignored != 0);
            let [control, ring] = [control, ring].map(descriptors::adopt);
            let control = OrderReceiver::new(control);
            let private = Private { control, ring, bell, lifeline, own_lifeline, base };
            if let Ok(mut agent) = Agent::start(private, false) {
                agent.report_exec();
                agent.serve()
            }
        });
    }
    fork::exit_child(FAILED)
}

impl Agent {
    /// What fails is told here, while the control end is open.
    fn start(private: Private, is_thread: bool) -> Result<Self, SysError> {
        let ring = told(RingWriter::open(private.ring.as_fd()))?;
        signal::watch(&ring, private.bell);
        let mut recorder = Recorder::new(ring, private.bell);
        recorder.ready();
        Ok(Self { private, recorder, is_thread, has_failed: false, keep: 0 })
    }

    /// Takes orders until the program has gone.
    fn serve(mut self) -> ! {
        // Asked for as zeroes, not filled with them: pages that no order reaches are never there.
        let mut buffer = vec![0; MAX_ORDER];
        loop {
            let length = match self.private.control.receive(&mut buffer) {
                Received::Order(length) => length,
                Received::Gone if self.is_thread => fork::exit_thread(),
                Received::Gone => fork::exit_child(0),
                Received::Failed(errno) => {
                    complain(&SysError { operation: "receive an order", errno }.to_string());
                    fork::exit_child(FAILED)
                }
            };
            if self.private.control.answers(&buffer[..length]) {
                continue;
            }
            match postcard::from_bytes::<Work>(&buffer[..length]) {
                Ok(work) => self.perform(&work),
                Err(error) => {
                    complain(&format!("read an order: {error}"));
                    fork::exit_child(FAILED)
                }
            }
        }
    }
}
