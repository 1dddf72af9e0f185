//! An answer and how far it was checked.

use types::{Height, TimeMs, block::CertifiedHeader};

/// An answer with the block it stands at. A proof shows truth, not freshness: a node may answer from an old
/// block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<T> {
    /// The answer.
    pub value: T,
    /// The block it stands at.
    pub as_of_height: Height,
    /// That block's time.
    pub as_of_time: TimeMs,
    /// Whether it was proven against the genesis: never with [`crate::Trust::None`], nor at height 0, which
    /// has no certificate.
    pub verified: bool,
}

impl<T> Verified<T> {
    pub(crate) fn at(block: &CertifiedHeader, verified: bool, value: T) -> Self {
        Self { value, as_of_height: block.header.height, as_of_time: block.header.time, verified }
    }

    /// The same standing with another value.
    pub fn map<U>(self, to: impl FnOnce(T) -> U) -> Verified<U> {
        let Self { value, as_of_height, as_of_time, verified } = self;
        Verified { value: to(value), as_of_height, as_of_time, verified }
    }
}
