//! The order in which a question's options are shown. It follows from a seed, the lesson and the question, so a learner meets the
//! same order each time, and the place of an option says nothing about it.

use fastrand::Rng;

use super::{Action, Lesson};

/// Reorders the options of each question. A seed of 0 leaves them as they are written.
pub fn shuffle(lesson: &mut Lesson, seed: u64) {
    if seed == 0 {
        return;
    }
    let id = hash(lesson.id.as_bytes());
    for (step, number) in lesson.steps.iter_mut().zip(1_u64..) {
        if let Action::Predict(prediction) = &mut step.action {
            Rng::with_seed(Rng::with_seed(seed ^ id).u64(..).wrapping_add(number)).shuffle(&mut prediction.options);
        }
    }
}

/// FNV-1a: the same on every machine and in every version.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lesson::builtin;

    fn places(seed: u64) -> Vec<usize> {
        let mut lessons = builtin::lessons();
        for lesson in &mut lessons {
            shuffle(lesson, seed);
        }
        let questions = lessons.iter().flat_map(|lesson| lesson.questions().map(|(_, asked)| asked.options.clone()));
        questions
            .filter_map(|options| options.iter().position(|option| option.ticked).filter(|_| options.len() == 3))
            .collect()
    }

    #[test]
    fn the_right_answer_is_not_more_often_in_one_place() {
        let mut counts = [0; 3];
        for seed in 1..=20 {
            for at in places(seed) {
                counts[at] += 1;
            }
        }
        let all: usize = counts.iter().sum();
        assert!(counts.iter().all(|count| count * 100 / all >= 30 && count * 100 / all <= 37), "{counts:?} of {all}");
    }

    #[test]
    fn a_seed_keeps_its_order_and_another_has_another() {
        assert_eq!(places(7), places(7));
        assert_ne!(places(7), places(8));
    }
}
