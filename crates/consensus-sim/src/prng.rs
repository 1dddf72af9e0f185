//! Randomness that belongs to the seed: xoshiro256** (Blackman & Vigna 2018), split by name so that no
//! subsystem's draws shift another's.

/// A stream of pseudo-random numbers, wholly determined by seed and name.
#[derive(Debug, Clone)]
pub struct Prng {
    state: [u64; 4],
}

/// One step of SplitMix64 (Steele, Lea & Flood 2014): spreads seeds over the state.
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Prng {
    /// The stream of this name under this seed.
    #[must_use]
    pub fn stream(seed: u64, name: &str) -> Self {
        let mut mixer = seed;
        for byte in name.bytes() {
            mixer = mixer.wrapping_add(u64::from(byte));
            mixer = split_mix(&mut mixer);
        }
        Self { state: std::array::from_fn(|_| split_mix(&mut mixer)) }
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        let [s0, s1, s2, s3] = &mut self.state;
        let result = s1.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let t = *s1 << 17;
        *s2 ^= *s0;
        *s3 ^= *s1;
        *s1 ^= *s2;
        *s0 ^= *s3;
        *s2 ^= t;
        *s3 = s3.rotate_left(45);
        result
    }

    /// A number below `bound`; 0 when `bound` is 0. (The bias of the multiplication method is far below
    /// what any test could notice.)
    pub fn below(&mut self, bound: u64) -> u64 {
        u64::try_from((u128::from(self.bits()) * u128::from(bound)) >> 64).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub fn range(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True in `parts_per_million` of all cases.
    pub fn chance(&mut self, parts_per_million: u64) -> bool {
        self.below(1_000_000) < parts_per_million
    }

    /// An index below `length`.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or(0)
    }

    /// The waiting time to the next of events that come every `mean` on average: geometric, in steps of an
    /// eighth of the mean, at least one microsecond.
    pub fn waiting(&mut self, mean: u64) -> u64 {
        let step = (mean / 8).max(1);
        let mut wait = 1 + self.below(step);
        while !self.chance(125_000) && wait < mean * 8 {
            wait += step;
        }
        wait
    }

    /// `count` distinct indices below `length`, ascending.
    pub fn subset(&mut self, length: usize, count: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..length).collect();
        for place in 0..count.min(length) {
            let other = place + self.index(length - place);
            all.swap(place, other);
        }
        all.truncate(count);
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::Prng;

    #[test]
    fn streams_are_reproducible_and_independent_of_each_other() {
        let draw = |seed, name: &str| -> Vec<u64> {
            let mut stream = Prng::stream(seed, name);
            (0..8).map(|_| stream.bits()).collect()
        };
        assert_eq!(draw(7, "network"), draw(7, "network"));
        assert_ne!(draw(7, "network"), draw(7, "disk"));
        assert_ne!(draw(7, "network"), draw(8, "network"));
    }

    #[test]
    fn subsets_are_distinct_and_in_range() {
        let mut prng = Prng::stream(1, "test");
        for count in 0..=10 {
            let subset = prng.subset(10, count);
            assert_eq!(subset.len(), count);
            assert!(subset.windows(2).all(|pair| pair[0] < pair[1]) && subset.iter().all(|i| *i < 10));
        }
    }

    #[test]
    fn chances_are_about_what_they_say() {
        let mut prng = Prng::stream(3, "test");
        let hits = (0..100_000).filter(|_| prng.chance(250_000)).count();
        assert!((24_000..26_000).contains(&hits), "{hits}");
    }
}
