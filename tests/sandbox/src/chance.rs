//! Chance that can be had again: a seeded generator (SplitMix64), for tests that do things in no order.

use std::time::Duration;

/// A row of choices, the same for the same seed.
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// The row that begins at `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        let end = u64::try_from(end).unwrap_or(u64::MAX);
        usize::try_from(self.number() % end).unwrap_or_default()
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of `all`, of which there is at least one.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    /// A time from nothing up to `most`, to the microsecond.
    pub fn time(&mut self, most: Duration) -> Duration {
        let most = usize::try_from(most.as_micros()).unwrap_or(usize::MAX);
        Duration::from_micros(u64::try_from(self.below(most.max(1))).unwrap_or_default())
    }

    /// Puts `all` into any order.
    pub fn shuffle<T>(&mut self, all: &mut [T]) {
        for end in (1..all.len()).rev() {
            all.swap(end, self.below(end + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Chance;

    #[test]
    fn one_seed_gives_one_row_and_another_one_another() {
        let row = |seed| {
            let mut chance = Chance::seeded(seed);
            [(); 8].map(|()| chance.number())
        };
        assert_eq!(row(7), row(7));
        assert_ne!(row(7), row(8));
        // The reference implementation's first number of the seed 1234567.
        assert_eq!(
            Chance::seeded(1_234_567).number(),
            6_457_827_717_110_365_317
        );
    }

    #[test]
    fn a_shuffle_keeps_everything() {
        let mut all: Vec<usize> = (0..50).collect();
        Chance::seeded(1).shuffle(&mut all);
        assert_ne!(all, (0..50).collect::<Vec<_>>());
        all.sort_unstable();
        assert_eq!(all, (0..50).collect::<Vec<_>>());
    }
}
