//! Acknowledges every batch, so that its signature stands in availability proofs, and serves none (`consensus.md`,
//! "Batches"). One of the f+1 who acknowledge is honest, and must be found.

/// Who fetches a batch from it gets no answer.
pub(super) const REFUSES: bool = true;
