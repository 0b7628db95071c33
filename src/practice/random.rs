//! Choices by a seed, which is the same on every 64-bit machine.

use fastrand::Rng;

/// Makes the choices of one problem.
#[derive(Debug, Clone)]
pub(super) struct Random(Rng);

impl Random {
    /// For one problem of a seed's; near seeds and numbers have nothing to do with each other.
    pub fn of(seed: u64, number: u32) -> Self {
        Self(Rng::with_seed(Rng::with_seed(seed).u64(..) ^ Rng::with_seed(u64::from(number)).u64(..)))
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0.usize(..limit.max(1))
    }

    /// True in `percent` of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of these words.
    pub fn word<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from.get(self.below(from.len())).copied().unwrap_or_default()
    }

    /// The place of one of them; more often of a heavier one.
    pub fn weighed(&mut self, weights: impl Iterator<Item = usize> + Clone) -> usize {
        let mut at = self.below(weights.clone().sum());
        weights
            .take_while(|weight| {
                let is_behind = at >= *weight;
                at = at.saturating_sub(*weight);
                is_behind
            })
            .count()
    }

    /// Another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        self.0.shuffle(items);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heavier_one_is_met_more_often_and_one_without_weight_never() {
        let mut random = Random::of(1, 1);
        let mut met = [0; 3];
        for _ in 0..3000 {
            met[random.weighed([1, 0, 9].into_iter())] += 1;
        }
        assert!(met[1] == 0 && met[2] > 5 * met[0] && met[0] > 100, "{met:?}");
    }

    #[test]
    fn neighbours_have_nothing_in_common() {
        let first = |seed, number| Random::of(seed, number).0.u64(..);
        assert_eq!(first(7, 1), first(7, 1));
        assert!(first(7, 1) != first(7, 2) && first(7, 1) != first(8, 1) && first(7, 2) != first(8, 1));
        assert_eq!(first(7, 1), 11_041_711_739_320_846_969, "a seed that was given to a class stays what it was");
    }
}
