//! One program of a folder under watch, until it has ended, stands still for ever, or has used up what it may use.

use std::ffi::CString;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::grade::Grade;
use crate::grade::grading::Grading;
use crate::questions::sleep;
use crate::sys::confine::Confinement;
use crate::sys::procfs::ThreadFiles;
use crate::sys::{During, SysError, launch, poll};
use crate::trace::{Event, What};
use crate::watch::follower::{Follower, FollowerUpdate, ProgramEnding};
use crate::watch::start::{LaunchSetup, StartedWatcher, start};

use super::Bounds;
use super::judgement::{Ended, Judgement, ProgramRun};

/// Where all seem to sleep: how long nothing may come until the kernel is asked whether that is so.
const QUIET: Duration = Duration::from_millis(20);
/// Bytes of the output that are read.
const MOST_OUTPUT: u64 = 64 * 1024;
/// Calls after which a sleeping process may be woken by a timer's signal.
const TIMERS: [&str; 2] = ["alarm", "setitimer"];

/// Runs a program and says what is to be said of it.
pub fn judge(
    program: &Path,
    grade: Grade,
    (bounds, confinement): (Bounds, Confinement<'_>),
) -> Result<Judgement, SysError> {
    let words = [CString::new(program.as_os_str().as_bytes()).unwrap_or_default()];
    let output = launch::unnamed_file()?;
    let started =
        start(&words, LaunchSetup { output: Some(&output), bounds: Some(confinement), ..LaunchSetup::default() })?;
    let mut run =
        RunningProgram { follower: Follower::new(None, false), grading: Grading::new(grade), has_timer: false, bounds };
    let stopped = run.follow(started)?;
    run.follower.end();
    run.grading.mistakes.end(run.follower.recording().world());
    let ended = stopped.unwrap_or_else(|| match run.follower.ending() {
        ProgramEnding::Died(death) => Ended::Died(death),
        ProgramEnding::NotExecuted(errno) => {
            Ended::NotRun(format!("It cannot be executed: {} ({}).", errno.name(), errno.message()))
        }
        ProgramEnding::NotWatched(reason) => Ended::NotRun(format!("It cannot be watched: {reason}.")),
    });
    let output = launch::read_back(output, MOST_OUTPUT);
    Ok(run.judgement(ended, &output))
}

/// A program that is running, and what is known of it by now.
struct RunningProgram {
    follower: Follower,
    grading: Grading,
    /// A signal may come by itself.
    has_timer: bool,
    bounds: Bounds,
}

/// How often each task was given a processor, at a look at which all of them slept.
type Look = Vec<u64>;

impl RunningProgram {
    fn judgement(&mut self, ended: Ended, output: &[u8]) -> Judgement {
        let faults = std::mem::take(self.follower.faults());
        let world = self.follower.recording().world();
        Judgement::of(&ProgramRun { ended, world, grading: &self.grading, faults: &faults, output })
    }

    /// To its end; how it was stopped, if it had to be.
    fn follow(&mut self, mut started: StartedWatcher) -> Result<Option<Ended>, SysError> {
        let deadline = Instant::now() + self.bounds.timeout;
        let mut last: Option<Look> = None;
        let stopped = loop {
            if started.receiver.is_over() {
                break None;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let seems_still = !self.has_timer && sleep::is_all_still(self.follower.recording().world());
            let pause = if seems_still { left.min(QUIET) } else { left };
            let ready = poll::wait(&[started.receiver.pipe().as_fd()], Some(pause))?;
            if ready.first() == Some(&true) {
                last = None;
                for frame in started.receiver.receive().during("read what the watcher says")? {
                    if let FollowerUpdate::Events(events) = self.follower.take(frame) {
                        for event in &events {
                            self.note(event);
                        }
                    }
                }
                let living = self.follower.recording().world().tasks().filter(|task| task.is_alive()).count();
                if living > self.bounds.processes {
                    break Some(Ended::TooMany(self.bounds.processes));
                }
            } else if left == Duration::ZERO {
                break Some(Ended::TimeUp(self.bounds.timeout));
            } else if seems_still {
                let look = self.look(&started);
                if look.is_some() && look == last {
                    break Some(Ended::Still);
                }
                last = look;
            }
        };
        if stopped.is_some() {
            started.kill()?;
        }
        started.reap();
        Ok(stopped)
    }

    fn note(&mut self, event: &Event) {
        self.grading.event(self.follower.recording().world(), event);
        if let What::Call(call) = &event.what {
            self.has_timer |= TIMERS.contains(&call.call.name());
        }
    }

    /// A look at everybody, the watcher too; none where one of them does not sleep by the kernel's word.
    fn look(&self, started: &StartedWatcher) -> Option<Look> {
        let living = self.follower.recording().world().tasks().filter(|task| task.is_alive());
        let all = living.map(|task| (task.pid, task.tid)).chain([(started.pid, started.pid)]);
        let sleeps = |(pid, tid): (i32, i32)| {
            let look = ThreadFiles::open(pid, tid).ok()?.look(false)?;
            (look.state == b'S').then_some(look.switches)
        };
        all.map(sleeps).collect()
    }
}
