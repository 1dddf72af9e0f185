//! Everything of an epoch keeps to its own parameters, up to its last height and from its first one on
//! (`consensus.md`, "Epochs"): the window of votes, the sizes of batches and blocks, and whose certificate a
//! proposal carries. How long a view is given is a matter of the named scenario `parameters-at-a-boundary`.

use consensus::Statement;
use types::{Height, Proposal};

use super::{Verdict, require};
use crate::{identity::Identity, queue::Place, store::StoredBlock};

const NAME: &str = "parameters";

/// A block of the chain.
pub(super) fn block(block: &StoredBlock) -> Verdict {
    proposal(&block.state.identity, block.header.height, &block.proposal)
}

fn proposal(identity: &Identity, height: Height, proposal: &Proposal) -> Verdict {
    let parameters = &identity.parameters;
    let largest = proposal.references.iter().map(|reference| reference.bytes).max().unwrap_or(0);
    let fits =
        proposal.declared_bytes() <= parameters.max_block_bytes && largest <= parameters.max_batch_bytes;
    require(fits, NAME, || format!("the block of height {height} is too large for {parameters:?}"))?;
    let first = identity.base.plus(parameters.window);
    let expected = (height > first && !proposal.is_null()).then(|| height.minus(parameters.window));
    let found = proposal.participation.as_ref().map(|certificate| certificate.height);
    require(found == expected, NAME, || {
        format!("height {height} carries the certificate of {found:?}, not of {expected:?}")
    })
}

/// A vote of an honest node, whose ledger stands at `low`.
pub(super) fn logged(identity: &Identity, place: Place, low: Height, statement: &Statement) -> Verdict {
    let Some(vote) = statement.vote() else { return Ok(()) };
    let window = identity.parameters.window;
    require(vote.height <= low.plus(window), NAME, || {
        format!("node {place} at low {low} votes outside its window of {window}: {statement:?}")
    })
}
