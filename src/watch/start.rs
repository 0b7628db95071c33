//! The watcher in a process of its own, tied to the caller's: when the caller is gone, so are the watcher and all that it watches.

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use crate::abi::Signal;
use crate::app::program::StepOrder;
use crate::sys::confine::Confinement;
use crate::sys::fork::{self, Forked, exit_child};
use crate::sys::{During, SysError, child_signal, launch, poll, procfs};
use crate::trace::TaskId;

use super::frames::{Receiver, framed};
use super::link::{Frame, Sender};
use super::scheduling::Scheduling;
use super::watcher::{RecordSink, Watcher};

/// A watcher that was started.
#[derive(Debug)]
pub struct StartedWatcher {
    /// What it says.
    pub receiver: Receiver<Frame>,
    process: OwnedFd,
    /// Its number.
    pub pid: i32,
    /// Orders for the watcher.
    orders: File,
}

impl StartedWatcher {
    /// Kills the watcher, and with it all that is watched.
    pub fn kill(&self) -> Result<(), SysError> {
        self.send(Signal::KILL)
    }

    /// Which task is to go on, or all, or none.
    pub fn order(&mut self, order: StepOrder) {
        // Where the watcher is gone, so is what was ordered about.
        let _ = self.orders.write_all(&framed(&order));
    }

    /// While the watcher stands still, so does every task that comes to a call on a channel.
    pub fn stop(&self) {
        let _ = self.send(Signal::STOP);
    }

    /// It goes on.
    pub fn go_on(&self) {
        let _ = self.send(Signal::CONT);
    }

    /// Waits until the watcher is gone, which was killed.
    pub fn reap(&self) {
        /// A killed process that is not gone by then hangs in the kernel.
        const PATIENCE: Duration = Duration::from_secs(1);
        let _ = poll::wait(&[self.process.as_fd()], Some(PATIENCE));
        let _ = fork::reap(&self.process);
    }

    fn send(&self, signal: Signal) -> Result<(), SysError> {
        fork::send_signal(&self.process, signal.0)
    }
}

/// In which order the tasks of a program go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SchedulingMode<'a> {
    /// As they like.
    #[default]
    Free,
    /// One at a time, by this seed.
    Seeded(u64),
    /// One at a time, by orders.
    Stepped,
    /// One at a time, in this order of an earlier run; then by orders.
    Recorded(&'a [TaskId]),
}

/// How the program is started.
#[derive(Debug, Clone, Copy, Default)]
pub struct LaunchSetup<'a> {
    /// Its own terminal; none: its standard streams are this program's.
    pub terminal: Option<&'a CString>,
    /// In which order its tasks go on.
    pub scheduling: SchedulingMode<'a>,
    /// Where its standard output and error go; none: where this program's go.
    pub output: Option<&'a File>,
    /// What it may use; none: what this program may.
    pub bounds: Option<Confinement<'a>>,
}

/// Starts the watcher in a process of its own, tied to this one.
pub fn start(arguments: &[CString], setup: LaunchSetup<'_>) -> Result<StartedWatcher, SysError> {
    let (ours, theirs) = open_pipe()?;
    let (their_orders, our_orders) = open_pipe()?;
    let own = std::process::id();
    match fork::fork().map_err(|errno| SysError { operation: "fork the watcher", errno })? {
        Forked::Parent(pid) => {
            let process = fork::open_pidfd(pid)?;
            Ok(StartedWatcher { receiver: Receiver::new(ours), process, pid, orders: our_orders })
        }
        Forked::Child => {
            drop((ours, our_orders));
            let mut sender = Sender::new(theirs);
            let _ = child_signal::leave_keys_to_the_program();
            let enter = || {
                if !child_signal::die_with_parent(i32::try_from(own).unwrap_or(0))? {
                    // Nobody is left who could be told.
                    exit_child(1);
                }
                setup.output.map_or(Ok(()), launch::redirect)?;
                poll::do_not_block(&their_orders)?;
                setup.bounds.map_or(Ok(()), |bounds| bounds.enter())
            };
            let entered = enter().map_err(|error: SysError| error.to_string());
            let scheduling = match setup.scheduling {
                SchedulingMode::Free => Scheduling::Free,
                SchedulingMode::Seeded(seed) => Scheduling::seeded(seed),
                SchedulingMode::Stepped => Scheduling::stepped(),
                SchedulingMode::Recorded(order) => Scheduling::recorded(order),
            };
            let orders = Some(Receiver::new(their_orders));
            let given = (setup.terminal, setup.bounds);
            let watch = |()| {
                let watched = Watcher::watch(arguments, given, (scheduling, orders), &mut sender);
                watched.map_err(|error| error.to_string())
            };
            // What is open in a process, and what it sleeps in, only /proc says; another namespace's says it of others.
            let can_see = || procfs::obstacle().map_or(Ok(()), Err);
            match entered.and_then(|()| can_see()).and_then(watch) {
                Ok(ending) => sender.end(ending),
                Err(reason) => {
                    sender.send(&Frame::Failed(reason));
                    sender.flush();
                }
            }
            exit_child(0)
        }
    }
}

fn open_pipe() -> Result<(File, File), SysError> {
    let (read, write) = io::pipe().during("make a pipe")?;
    Ok((File::from(OwnedFd::from(read)), File::from(OwnedFd::from(write))))
}
