//! A small seeded generator of numbers: the same seed makes the same programs on every machine.

/// `SplitMix64`.
#[derive(Debug, Clone)]
pub(super) struct Random(u64);

impl Random {
    /// For one problem of a seed's; near seeds and numbers have nothing to do with each other.
    pub fn of(seed: u64, number: u32) -> Self {
        let mut random = Self(seed);
        let mixed = random.next();
        Self(mixed ^ u64::from(number).wrapping_mul(0xd605_bbb5_8c8a_bbfd))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit.max(1) as u64)).unwrap_or(0)
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
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
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
        let first = |seed, number| Random::of(seed, number).next();
        assert_eq!(first(7, 1), first(7, 1));
        assert!(first(7, 1) != first(7, 2) && first(7, 1) != first(8, 1) && first(7, 2) != first(8, 1));
    }

    #[test]
    fn shuffling_loses_nothing() {
        let mut items: Vec<usize> = (0..9).collect();
        Random::of(3, 1).shuffle(&mut items);
        assert_ne!(items, (0..9).collect::<Vec<_>>());
        items.sort_unstable();
        assert_eq!(items, (0..9).collect::<Vec<_>>());
    }
}
