//! S7, certificates: every block certificate that an honest node stores or sends has q distinct valid
//! signers of the set, one signature each (`threats.md` S7; monad #2086, sawtooth `58dca88`, avail #855).

use std::collections::BTreeSet;

use types::Certificate;

use super::{Verdict, require};
use crate::identity::Identity;

/// Counts and verifies, without the code under test.
pub(super) fn check(identity: &Identity, certificate: &Certificate) -> Verdict {
    let signers = certificate.signer_indices();
    let distinct: BTreeSet<_> = signers.iter().collect();
    let height = certificate.height;
    let counted = distinct.len() == signers.len() && signers.len() == certificate.signatures.len();
    require(certificate.epoch == identity.epoch, "certificates", || {
        format!(
            "the certificate of height {height} is of epoch {}, not {}",
            certificate.epoch, identity.epoch
        )
    })?;
    require(counted && distinct.len() >= identity.quorum(), "certificates", || {
        format!(
            "the certificate of height {height} has {} signers, a quorum is {}",
            distinct.len(),
            identity.quorum()
        )
    })?;
    let message = certificate.statement().signing_bytes(&identity.chain, certificate.epoch);
    let bad = signers
        .iter()
        .zip(&certificate.signatures)
        .find(|(signer, s)| !identity.is_signed(**signer, &message, s));
    require(bad.is_none(), "certificates", || {
        format!("the certificate of height {height}: {bad:?} does not verify")
    })
}
