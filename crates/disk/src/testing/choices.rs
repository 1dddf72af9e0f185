//! Who decides what a crash leaves: every combination in turn, or dice.

/// Goes through every combination of choices: run the same thing again and again, until
/// [`Choices::advance`] says that all have been seen.
#[derive(Debug, Default)]
pub struct Choices {
    taken: Vec<(usize, usize)>,
    at: usize,
}

impl Choices {
    /// One of `alternatives`, counted from 0.
    pub fn choose(&mut self, alternatives: usize) -> usize {
        if self.at == self.taken.len() {
            self.taken.push((0, alternatives));
        }
        let (choice, _) = self.taken[self.at];
        self.at += 1;
        choice
    }

    /// Turns to the next combination; false when there is none.
    pub fn advance(&mut self) -> bool {
        self.taken.truncate(self.at);
        self.at = 0;
        while let Some((choice, alternatives)) = self.taken.pop() {
            if choice + 1 < alternatives {
                self.taken.push((choice + 1, alternatives));
                return true;
            }
        }
        false
    }
}

/// Dice that fall the same way for the same seed (SplitMix64).
pub fn dice(seed: u64) -> impl FnMut(usize) -> usize {
    let mut state = seed;
    move |alternatives| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let bound = alternatives.max(1) as u64;
        usize::try_from((mixed ^ (mixed >> 31)) % bound).unwrap_or(0)
    }
}
