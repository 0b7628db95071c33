//! Runs in every process that the learner sees: takes orders, makes exactly the calls it is told, and records each before and
//! after. It must never return into the program it was forked from; it leaves by `_exit`, by a signal, or by execve.

mod calls;
pub mod record;
mod spawn;
mod work;

use std::os::fd::{AsFd, IntoRawFd, OwnedFd};

use crate::order::Work;
use crate::sys::control::{MAX_ORDER, OrderReceiver};
use crate::sys::ring::RingWriter;
use crate::sys::{descriptors, fork, lifeline, poll, signal};

use record::Recorder;

/// The hidden first argument with which an agent executes its own program anew.
pub const AGENT_ARGUMENT: &str = "--agent-after-execve";

/// The descriptors that an agent keeps for itself, high up in its table.
#[derive(Debug)]
pub struct Private {
    control: OrderReceiver,
    ring: OwnedFd,
    /// Shared by all threads of the process, and never closed: a number is enough.
    bell: i32,
    /// The same.
    lifeline: i32,
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

/// Turns a process just forked by the program into `parent`. Whatever fails here ends it, which the program sees.
pub fn become_parent(equipment: Equipment, numbers: descriptors::Numbers) -> ! {
    std::panic::set_hook(Box::new(|_| {}));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| -> Result<(), crate::sys::SysError> {
        signal::reset_all();
        fork::forbid_core_files();
        let up = |fd| descriptors::move_up(fd, numbers.base);
        let (control, ring) = (up(equipment.control)?, up(equipment.ring)?);
        let (bell, lifeline) = (up(equipment.bell)?, up(equipment.lifeline)?);
        let keep = [&control, &ring, &bell, &lifeline].map(poll::number);
        descriptors::null_standard_streams()?;
        descriptors::close_all_but(3, &keep);
        if !lifeline::arm(&lifeline)? {
            return Ok(());
        }
        descriptors::set_soft_limit(numbers.soft)?;
        let (bell, lifeline) = (bell.into_raw_fd(), lifeline.into_raw_fd());
        Agent::start(Private { control: OrderReceiver::new(control), ring, bell, lifeline, base: numbers.base }, false)?
            .serve()
    }));
    fork::exit_child(if matches!(result, Ok(Ok(()))) { 0 } else { 70 });
}

/// Goes on after execve: the arguments are the numbers that were left open.
pub fn resume_after_exec(arguments: &[String]) -> ! {
    std::panic::set_hook(Box::new(|_| {}));
    let numbers: Vec<i32> = arguments.iter().filter_map(|text| text.parse().ok()).collect();
    if let [control, ring, bell, lifeline, base, soft] = numbers[..] {
        let _ = std::panic::catch_unwind(|| {
            let _ = descriptors::set_soft_limit(u64::try_from(soft).unwrap_or(1024));
            signal::install_own();
            let [control, ring] = [control, ring].map(descriptors::adopt);
            let private = Private { control: OrderReceiver::new(control), ring, bell, lifeline, base };
            if let Ok(mut agent) = Agent::start(private, false) {
                agent.report_exec();
                agent.serve()
            }
        });
    }
    fork::exit_child(70)
}

impl Agent {
    fn start(private: Private, is_thread: bool) -> Result<Self, crate::sys::SysError> {
        let ring = RingWriter::open(private.ring.as_fd())?;
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
            let received = self.private.control.receive(&mut buffer);
            match received.and_then(|length| postcard::from_bytes::<Work>(&buffer[..length]).ok()) {
                Some(work) => self.perform(&work),
                None if self.is_thread => fork::exit_thread(),
                None => fork::exit_child(0),
            }
        }
    }
}
