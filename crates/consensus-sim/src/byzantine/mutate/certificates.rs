//! Mutated certificates.

use consensus::PreparedCertificate;
use types::{BlockHash, Certificate, Epoch, Height, ProposalDigest, Signature, View};

use super::{list, number};
use crate::prng::Prng;

/// One field of a block certificate.
pub(super) fn block(prng: &mut Prng, certificate: &mut Certificate) {
    match prng.below(6) {
        0 => certificate.epoch = Epoch::new(number(prng, certificate.epoch.get())),
        1 => certificate.height = Height::new(number(prng, certificate.height.get())),
        2 => certificate.header_hash = BlockHash::new([0xbb; 32]),
        3 => certificate.signers.iter_mut().take(1).for_each(|byte| *byte ^= 1 << prng.below(8)),
        4 => list(prng, &mut certificate.signatures),
        _ => certificate.signatures.iter_mut().take(1).for_each(|first| *first = Signature::new([0xbb; 64])),
    }
}

/// One field of a prepared certificate.
pub(super) fn prepared(prng: &mut Prng, certificate: &mut PreparedCertificate) {
    let vote = &mut certificate.vote;
    match prng.below(6) {
        0 => certificate.epoch = Epoch::new(number(prng, certificate.epoch.get())),
        1 => vote.view = View::new(number(prng, vote.view.get())),
        2 => vote.height = Height::new(number(prng, vote.height.get())),
        3 => vote.digest = ProposalDigest::new([0xbb; 32]),
        4 => certificate.pre_prepare = Signature::new([0xbb; 64]),
        _ => list(prng, &mut certificate.prepares),
    }
}
