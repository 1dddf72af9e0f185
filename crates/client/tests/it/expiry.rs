//! An expiry is proven only between `valid_until` and the end of the grace period.

use client::{ProofError, Verifier};
use types::{
    StateRoot, TimeMs, TransactionId,
    state::StateKey,
    state_proof::{ProofLeaf, StateProof, key_path, leaf_hash, node_hash, value_hash},
};

use crate::fixture::{QUORUM, certify, genesis, header};

const VALID_UNTIL: TimeMs = TimeMs::new(1_700_000_050_000);

/// A state with one other key on the other side of the root, and whether `id` is in it.
fn state(id: &TransactionId, seen: bool) -> (StateRoot, StateProof) {
    let path = key_path(&StateKey::Seen(VALID_UNTIL, *id).encode());
    let mut other = path;
    other[0] ^= 0x80;
    let sibling = leaf_hash(&other, &value_hash(b"x"));
    let leaf = seen.then(|| ProofLeaf { path, value_hash: value_hash(b"seen") });
    let own = leaf.map_or([0; 32], |leaf| leaf_hash(&leaf.path, &leaf.value_hash));
    let root = if path[0] & 0x80 == 0 { node_hash(&own, &sibling) } else { node_hash(&sibling, &own) };
    (StateRoot::new(root), StateProof { siblings: vec![sibling], leaf })
}

#[test]
fn only_a_block_in_the_grace_period_proves_it() {
    let genesis = genesis("one");
    let verifier = Verifier::new(genesis.clone()).unwrap();
    let id = TransactionId::new([4; 32]);
    let (root, absence) = state(&id, false);
    let at = |time: TimeMs| {
        let block = certify(&genesis, header(&genesis, &[], root, time), &QUORUM);
        verifier.expired(&id, VALID_UNTIL, &block, &absence)
    };
    let grace = genesis.parameters.expiry_grace_ms;
    assert!(matches!(at(VALID_UNTIL), Err(ProofError::ExpiryTime { .. })));
    at(VALID_UNTIL.next()).unwrap();
    at(VALID_UNTIL.plus(grace)).unwrap();
    assert!(matches!(at(VALID_UNTIL.plus(grace + 1)), Err(ProofError::ExpiryTime { .. })));
}

#[test]
fn an_executed_transaction_never_expires() {
    let genesis = genesis("one");
    let verifier = Verifier::new(genesis.clone()).unwrap();
    let id = TransactionId::new([4; 32]);
    let (root, presence) = state(&id, true);
    let block = certify(&genesis, header(&genesis, &[], root, VALID_UNTIL.next()), &QUORUM);
    assert!(matches!(verifier.expired(&id, VALID_UNTIL, &block, &presence), Err(ProofError::State(_))));
    // Nor does hiding the leaf help.
    let hidden = StateProof { leaf: None, ..presence };
    assert!(matches!(verifier.expired(&id, VALID_UNTIL, &block, &hidden), Err(ProofError::State(_))));
}

#[test]
fn an_uncertified_block_proves_nothing() {
    let genesis = genesis("one");
    let verifier = Verifier::new(genesis.clone()).unwrap();
    let id = TransactionId::new([4; 32]);
    let (root, absence) = state(&id, false);
    let mut block = certify(&genesis, header(&genesis, &[], root, VALID_UNTIL.next()), &QUORUM[..2]);
    assert!(matches!(verifier.expired(&id, VALID_UNTIL, &block, &absence), Err(ProofError::Certificate(_))));
    block.certificate = None;
    assert!(matches!(
        verifier.expired(&id, VALID_UNTIL, &block, &absence),
        Err(ProofError::Uncertified { .. })
    ));
    block.header.height = types::Height::ZERO;
    assert!(matches!(
        verifier.expired(&id, VALID_UNTIL, &block, &absence),
        Err(ProofError::Uncertified { .. })
    ));
}
