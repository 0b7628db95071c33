//! A history on five kinds of channel: benches that are run one after the other beside the one that is shown.

use std::collections::VecDeque;

use super::alternatives::Trial;
use crate::world::World;

/// Benches that are run one after the other, without waiting for them. Their processes are gone when this is dropped.
#[derive(Debug)]
pub struct FiveKinds {
    left: VecDeque<Vec<String>>,
    current: Option<Trial>,
    settled: Vec<World>,
}

impl FiveKinds {
    /// Runs each of these on a bench of its own.
    pub fn begin(scripts: Vec<Vec<String>>) -> Self {
        Self { left: scripts.into(), current: None, settled: Vec::new() }
    }

    /// Goes on; gives the benches, once all have settled, or why one has not.
    pub fn pump(&mut self) -> Option<Result<Vec<World>, String>> {
        loop {
            if let Some(trial) = &mut self.current {
                let came = trial.pump()?;
                self.current = None;
                match came {
                    Ok(world) => self.settled.push(world),
                    Err(reason) => return Some(Err(reason)),
                }
            }
            let Some(next) = self.left.pop_front() else { return Some(Ok(std::mem::take(&mut self.settled))) };
            match Trial::begin(&next) {
                Ok(trial) => self.current = Some(trial),
                Err(reason) => return Some(Err(reason)),
            }
        }
    }

    /// The bench that is being run.
    pub fn trial(&self) -> Option<&Trial> {
        self.current.as_ref()
    }

    /// The same, to be changed.
    pub fn trial_mut(&mut self) -> Option<&mut Trial> {
        self.current.as_mut()
    }
}
