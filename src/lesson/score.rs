//! What a learner answered: right and wrong for each topic, the questions that come back, the best repairs of bug hunts.

use serde::{Deserialize, Serialize};

/// How many answers lie between a question and its return, by how often it was answered rightly since it was missed.
const GAPS: [u64; 3] = [3, 10, 30];
/// Fewer answers than this say nothing about a topic.
const FEWEST: u32 = 3;

/// Right and wrong answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Score {
    /// Questions answered rightly at the first answer.
    #[serde(default)]
    pub right: u32,
    /// Questions answered wrongly.
    #[serde(default)]
    pub wrong: u32,
}

impl Score {
    /// One more answer.
    pub fn add(&mut self, is_right: bool) {
        let count = if is_right { &mut self.right } else { &mut self.wrong };
        *count = count.saturating_add(1);
    }

    /// All answers.
    pub fn asked(self) -> u32 {
        self.right.saturating_add(self.wrong)
    }

    /// Right answers in a hundred; none where too few were given.
    pub fn percent(self) -> Option<u32> {
        (self.asked() >= FEWEST).then(|| self.right.saturating_mul(100) / self.asked())
    }
}

/// A question that was answered wrongly and has not been answered rightly often enough since.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Missed {
    /// It comes back when so many questions have been answered in all.
    pub due: u64,
    /// How often it was answered rightly since.
    #[serde(default)]
    pub streak: u8,
}

impl Missed {
    /// After an answer, the `answered`th of all; none where it need not come back any more.
    pub fn after(before: Option<Self>, is_right: bool, answered: u64) -> Option<Self> {
        let streak = match (before, is_right) {
            (None, true) => return None,
            (Some(before), true) => before.streak.saturating_add(1),
            (_, false) => 0,
        };
        let gap = GAPS.get(usize::from(streak))?;
        Some(Self { due: answered.saturating_add(*gap), streak })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_question_comes_back_later_and_later_until_it_is_known() {
        let first = Missed::after(None, false, 10).unwrap();
        assert_eq!(first, Missed { due: 13, streak: 0 });
        let second = Missed::after(Some(first), true, 14).unwrap();
        assert_eq!(second, Missed { due: 24, streak: 1 });
        assert_eq!(Missed::after(Some(second), false, 25), Some(Missed { due: 28, streak: 0 }));
        let third = Missed::after(Some(second), true, 25).unwrap();
        assert_eq!(third, Missed { due: 55, streak: 2 });
        assert_eq!(Missed::after(Some(third), true, 60), None);
        assert_eq!(Missed::after(None, true, 1), None);
    }

    #[test]
    fn few_answers_say_nothing() {
        let mut score = Score::default();
        score.add(true);
        score.add(false);
        assert_eq!(score.percent(), None);
        score.add(false);
        assert_eq!(score.percent(), Some(33));
    }
}
