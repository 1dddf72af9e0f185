//! What happened, as one hash; and on request in words.

use std::collections::VecDeque;

use sha2::{Digest, Sha256};

use crate::time::Micros;

/// How many lines a failure shows.
const TAIL_LINES: usize = 80;

/// Events that are not worth a line of the tail: wakes, housekeeping, checks.
const NOISE: [u64; 3] = [2, 7, 15];

/// How much of a run is kept in words.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verbosity {
    /// Only the hash.
    #[default]
    Hash,
    /// The last lines, for a failure's report.
    Tail,
    /// Every line, to standard output.
    Print,
}

/// The trace of a run.
pub(crate) struct Trace {
    hasher: Sha256,
    verbosity: Verbosity,
    tail: VecDeque<String>,
}

impl Trace {
    /// An empty trace.
    pub fn new(verbosity: Verbosity) -> Self {
        Self { hasher: Sha256::new(), verbosity, tail: VecDeque::new() }
    }

    /// Adds an event: numbers for the hash, words only if somebody reads them.
    pub fn event(&mut self, now: Micros, numbers: [u64; 4], words: impl FnOnce() -> String) {
        let mut bytes = [0; 40];
        bytes[..8].copy_from_slice(&now.to_le_bytes());
        for (slot, number) in bytes[8..].chunks_exact_mut(8).zip(numbers) {
            slot.copy_from_slice(&number.to_le_bytes());
        }
        self.hasher.update(bytes);
        // Wakes and status exchanges would push everything else out of the tail.
        if self.verbosity == Verbosity::Print || !NOISE.contains(&numbers[0]) {
            self.line(now, words);
        }
    }

    /// Adds words only.
    pub fn line(&mut self, now: Micros, words: impl FnOnce() -> String) {
        match self.verbosity {
            Verbosity::Hash => {}
            Verbosity::Tail => {
                if self.tail.len() == TAIL_LINES {
                    self.tail.pop_front();
                }
                self.tail.push_back(format!("{:>12} {}", now, words()));
            }
            Verbosity::Print => println!("{:>12} {}", now, words()),
        }
    }

    /// The hash over all events, and the last lines.
    pub fn finish(self) -> ([u8; 32], Vec<String>) {
        (self.hasher.finalize().into(), self.tail.into())
    }
}
