//! A program run again and again, each time in another order by another seed, without its terminal: which different ends there are,
//! and the seed that leads to each.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use crate::explain;
use crate::recording::Recording;
use crate::script::words::quote;
use crate::sys::{During, SysError, child_signal, launch, poll};
use crate::trace::{CallState, Event, What};

use super::follower::{Follower, FollowerUpdate, ProgramEnding};
use super::start::{LaunchSetup, SchedulingMode, StartedWatcher, start};

/// A run that takes longer is said to hang.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the output that are compared.
const MOST_OUTPUT: u64 = 1024 * 1024;
/// Bytes of it that are shown.
const SHOWN: usize = 60;

/// How runs ended, with how many did so and the seed of the first.
#[derive(Debug, Default)]
pub struct RunOutcomes(BTreeMap<RunOutcome, (u64, u64)>);

/// How one run ended.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct RunOutcome {
    ending: String,
    is_clean: bool,
    output: Vec<u8>,
}

impl RunOutcomes {
    /// A line for each different end, the most frequent first; `words` is the program with its arguments.
    pub fn lines(&self, words: &str) -> Vec<String> {
        let total: u64 = self.0.values().map(|row| row.0).sum();
        let mut rows: Vec<(&RunOutcome, u64, u64)> =
            self.0.iter().map(|(outcome, row)| (outcome, row.0, row.1)).collect();
        rows.sort_by_key(|row| (std::cmp::Reverse(row.1), row.2));
        let line = |(outcome, count, seed): (&RunOutcome, u64, u64)| {
            let printed = match outcome.output.as_slice() {
                [] => String::new(),
                output if output.len() <= SHOWN => format!(", printed {}", quote(output)),
                output => format!(", printed {}... ({} bytes)", quote(&output[..SHOWN]), output.len()),
            };
            format!("{count} of {total}: {}{printed}; again: tincans watch --order {seed} -- {words}", outcome.ending)
        };
        rows.into_iter().map(line).collect()
    }

    /// Whether all runs ended in the same way, and nothing was wrong in any.
    pub fn are_alike_and_clean(&self) -> bool {
        self.0.len() <= 1 && self.0.keys().all(|outcome| outcome.is_clean)
    }
}

/// Runs it so often, by the seeds from 0 on.
pub fn run(arguments: &[CString], count: u64, timeout: Option<Duration>) -> Result<RunOutcomes, SysError> {
    child_signal::leave_keys_to_the_program()?;
    let mut outcomes = RunOutcomes::default();
    for seed in 0..count {
        let outcome = once(arguments, seed, timeout.unwrap_or(PATIENCE))?;
        let row = outcomes.0.entry(outcome).or_insert((0, seed));
        row.0 += 1;
    }
    Ok(outcomes)
}

fn once(arguments: &[CString], seed: u64, patience: Duration) -> Result<RunOutcome, SysError> {
    let output = launch::unnamed_file()?;
    let scheduling = SchedulingMode::Seeded(seed);
    let mut started = start(arguments, LaunchSetup { scheduling, output: Some(&output), ..LaunchSetup::default() })?;
    let mut follower = Follower::new(None, false);
    let ending = follow(&mut started, &mut follower, patience)?;
    if ending.is_some() {
        let _ = started.kill();
    }
    started.reap();
    follower.end();
    let is_clean = ending.is_none() && matches!(follower.ending(), ProgramEnding::Died(death) if death == CLEAN);
    let ending = ending.unwrap_or_else(|| match follower.ending() {
        ProgramEnding::Died(death) => death.words(),
        ProgramEnding::NotExecuted(errno) => format!("cannot be executed: {}", errno.name()),
        ProgramEnding::NotWatched(reason) => reason,
    });
    Ok(RunOutcome { ending, is_clean, output: launch::read_back(output, MOST_OUTPUT) })
}

const CLEAN: crate::trace::Death = crate::trace::Death::Exited(0);

/// To its end; why it has none, if that is so.
fn follow(
    started: &mut StartedWatcher,
    follower: &mut Follower,
    patience: Duration,
) -> Result<Option<String>, SysError> {
    let deadline = Instant::now() + patience;
    while !started.receiver.is_over() {
        let left = deadline.saturating_duration_since(Instant::now());
        let ready = poll::wait(&[started.receiver.pipe().as_fd()], Some(left))?;
        if ready.first() != Some(&true) {
            if left == Duration::ZERO {
                return Ok(Some("it hangs".to_owned()));
            }
            continue;
        }
        for frame in started.receiver.receive().during("read what the watcher says")? {
            let FollowerUpdate::Events(events) = follower.take(frame) else { continue };
            if events.iter().any(falls_asleep)
                && let Some(circle) = deadlock(follower.recording())
            {
                return Ok(Some(circle));
            }
        }
    }
    Ok(None)
}

fn falls_asleep(event: &Event) -> bool {
    matches!(&event.what, What::Call(call) if call.state == CallState::Asleep)
}

/// By the world, not by a time: who waits for whom.
fn deadlock(recording: &Recording) -> Option<String> {
    let text = explain::deadlock(recording.world())?.text;
    Some(text.split(". None of them").next().unwrap_or(&text).to_owned())
}
