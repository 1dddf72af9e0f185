//! What is being asked of whom: answers that nobody asked for are dropped before they take memory.

use parking_lot::Mutex;
use types::ValidatorIndex;

/// The one open question, shared by the fetcher and the network side.
#[derive(Debug, Default)]
pub struct Asked(Mutex<Option<(ValidatorIndex, u64)>>);

impl Asked {
    /// Asks; an older question is no longer open.
    pub fn ask(&self, peer: ValidatorIndex, id: u64) {
        *self.0.lock() = Some((peer, id));
    }

    /// Whether anything is asked of this peer: only then are its frames decoded.
    #[must_use]
    pub fn is_asked(&self, peer: ValidatorIndex) -> bool {
        self.0.lock().is_some_and(|(asked, _)| asked == peer)
    }

    /// Takes the answer to the open question, once.
    #[must_use]
    pub fn answered(&self, peer: ValidatorIndex, id: u64) -> bool {
        let mut asked = self.0.lock();
        let fits = *asked == Some((peer, id));
        if fits {
            *asked = None;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_open_question_is_answered_and_only_once() {
        let (asked, one, two) = (Asked::default(), ValidatorIndex::new(1), ValidatorIndex::new(2));
        assert!(!asked.answered(one, 0));
        asked.ask(one, 7);
        assert!(asked.is_asked(one) && !asked.is_asked(two));
        assert!(!asked.answered(two, 7) && !asked.answered(one, 6));
        assert!(asked.answered(one, 7));
        assert!(!asked.answered(one, 7));
    }
}
