//! Evidence is proof (`threats.md` C13; requirements 16, 27): two different statements of one slot, both
//! signed by the accused, who is no honest validator.

use consensus::Evidence;

use super::{Verdict, require, slot_of};
use crate::{identity::Identity, queue::Place};

/// Judges an accusation.
pub(super) fn accused(identity: &Identity, place: Place, evidence: &Evidence, is_faulty: bool) -> Verdict {
    let Evidence::Equivocation { first, second } = evidence;
    let accused = first.signer;
    require(is_faulty, "evidence", || {
        format!("node {place} accuses the honest {accused}: {first:?} against {second:?}")
    })?;
    let is_signed = |signed: &consensus::SignedStatement| {
        let bytes = signed.statement.signing_bytes(&identity.chain, signed.epoch);
        identity.is_signed(signed.signer, &bytes, &signed.signature)
    };
    let is_proof = second.signer == accused
        && first.epoch == second.epoch
        && first.statement != second.statement
        && slot_of(&first.statement).is_some()
        && slot_of(&first.statement) == slot_of(&second.statement)
        && is_signed(first)
        && is_signed(second);
    require(is_proof, "evidence", || {
        format!("node {place} accuses {accused} without proof: {first:?} against {second:?}")
    })
}
