//! When a laggard that fetches blocks beyond its target has arrived: f+1 answers in a row brought at most half a window.
//! One of them is honest, and whoever is half a window behind can vote.

/// Counts answers that bring little. For the shell: the replica only names targets, and meanwhile the chain grows.
#[derive(Debug, Clone, Copy)]
pub struct Tip {
    /// f+1.
    enough: usize,
    little: u64,
    in_a_row: usize,
}

impl Tip {
    /// For a set and its window.
    #[must_use]
    pub const fn new(enough: usize, window: u64) -> Self {
        Self { enough, little: window / 2, in_a_row: 0 }
    }

    /// A peer answered with so many blocks; a bad answer, or none, counts as none.
    pub const fn note(&mut self, blocks: u64) {
        self.in_a_row = if blocks > self.little { 0 } else { self.in_a_row + 1 };
    }

    /// Whether nothing more is to be asked for.
    #[must_use]
    pub const fn is_reached(&self) -> bool {
        self.in_a_row >= self.enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the tip is reached after each of these answers.
    fn walk(window: u64, answers: &[u64]) -> Vec<bool> {
        let mut tip = Tip::new(2, window);
        let step = |blocks: &u64| {
            tip.note(*blocks);
            tip.is_reached()
        };
        answers.iter().map(step).collect()
    }

    #[test]
    fn f_plus_1_small_answers_in_a_row_end_it() {
        assert_eq!(walk(64, &[128, 33, 32, 5]), [false, false, false, true]);
        assert_eq!(walk(4, &[39, 2, 3, 2, 0]), [false, false, false, false, true]);
    }

    #[test]
    fn one_peer_that_has_nothing_does_not_end_it() {
        assert_eq!(walk(4, &[0, 39, 0, 3, 0]), [false; 5]);
    }

    #[test]
    fn with_the_smallest_window_every_block_counts() {
        assert_eq!(walk(1, &[1, 0, 1, 0, 0]), [false, false, false, false, true]);
    }
}
