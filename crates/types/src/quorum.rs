//! Quorum arithmetic, once.
//!
//! With n validators of which at most f = ⌊(n−1)/3⌋ are faulty, any two quorums of size q must share at
//! least one honest validator, so at least f+1 in all: 2q − n ≥ f+1, hence q = ⌈(n+f+1)/2⌉. This is 2f+1
//! only for n = 3f+1; for n = 5, 6, 8 it is larger (4, 4, 6). And q ≤ n − f: the honest ones suffice.
//! (Castro & Liskov, OSDI'99 §3 for n = 3f+1; the general form is the one that crash-free subsets need.)

/// How many of `n` validators may be faulty: ⌊(n−1)/3⌋, and 0 for none.
#[must_use]
pub const fn faulty_max(n: usize) -> usize {
    n.saturating_sub(1) / 3
}

/// How many equal votes of `n` validators decide: ⌈(n+f+1)/2⌉.
#[must_use]
pub const fn quorum(n: usize) -> usize {
    (n + faulty_max(n) + 2) / 2
}

/// How many votes of `n` validators prove that an honest one is among them: f+1.
#[must_use]
pub const fn one_honest(n: usize) -> usize {
    faulty_max(n) + 1
}
