//! A lesson's question asked on other kinds of channel, on benches of their own, one after the other: on which of them is the
//! learner's wrong answer the right one?

use std::collections::VecDeque;

use super::alternatives::Trial;
use crate::lesson::other_kinds::Variant;
use crate::script::Expectation;

/// Benches that are run one after the other, without waiting for them.
#[derive(Debug)]
pub struct OtherKinds {
    /// The step of the question.
    pub step: usize,
    guess: Vec<Expectation>,
    left: VecDeque<Variant>,
    current: Option<(&'static str, Trial)>,
    held: Vec<&'static str>,
}

impl OtherKinds {
    /// Asks on each of them whether this guess would hold.
    pub fn begin(step: usize, guess: Vec<Expectation>, variants: Vec<Variant>) -> Self {
        Self { step, guess, left: variants.into(), current: None, held: Vec::new() }
    }

    /// Goes on; gives the kinds on which the guess holds, once all have been asked.
    pub fn pump(&mut self) -> Option<Vec<&'static str>> {
        loop {
            if let Some((kind, trial)) = &mut self.current {
                let came = trial.pump()?;
                if came.is_ok() && trial.holds(&self.guess) {
                    self.held.push(kind);
                }
                self.current = None;
            }
            let Some(next) = self.left.pop_front() else { return Some(std::mem::take(&mut self.held)) };
            // What cannot be run says nothing.
            self.current = Trial::of(next.statements).ok().map(|trial| (next.kind, trial));
        }
    }

    /// The bench that is being run.
    pub fn trial(&self) -> Option<&Trial> {
        self.current.as_ref().map(|(_, trial)| trial)
    }

    /// The same, to be changed.
    pub fn trial_mut(&mut self) -> Option<&mut Trial> {
        self.current.as_mut().map(|(_, trial)| trial)
    }
}
