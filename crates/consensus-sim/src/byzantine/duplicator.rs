//! One signer, itself, repeated until it looks like a quorum: in block certificates, prepared certificates,
//! new views and availability proofs (`threats.md` F15; requirements 1, 2).

use consensus::{Message, NewView, PreparedCertificate, Statement, ViewChange, Vote, status::ReplicaStatus};
use types::{
    AvailabilityProof, BatchDigest, BatchRef, BatchSequence, BlockHash, Certificate, Height, ProposalDigest,
    TimeMs, ValidatorIndex, View, certificate::CheckpointStatement,
};

use super::to_some;
use crate::{identity::Identity, prng::Prng};

/// How many kinds there are.
pub(super) const KINDS: u64 = 6;

/// One of them, to some.
pub(super) fn mischief(
    index: ValidatorIndex,
    identity: &Identity,
    prng: &mut Prng,
    status: &ReplicaStatus,
) -> Vec<(ValidatorIndex, Message)> {
    let kind = prng.below(KINDS);
    let message = duplicate(index, identity, status.view, status.low.plus(1 + prng.below(3)), kind);
    to_some(identity, index, prng, &message)
}

/// The duplicate of this kind about a view and a height.
pub(super) fn duplicate(
    index: ValidatorIndex,
    identity: &Identity,
    view: View,
    height: Height,
    kind: u64,
) -> Message {
    let (n, q) = (identity.validators.len(), identity.quorum());
    let says = |statement| Message::Signed(identity.state(index, statement));
    let certificate = certificate(index, identity, height);
    match kind {
        // The bitmap names it once, and once again for good measure, but q signatures follow.
        0 => Message::Certificate(certificate),
        1 => Message::Certificate(Certificate { signers: bitmap(n, q), ..certificate }),
        2 => says(Statement::ViewChange(ViewChange {
            view: view.next(),
            stable: Some(Certificate { signers: bitmap(n, q), ..certificate }),
            prepared: Vec::new(),
        })),
        3 => says(Statement::ViewChange(ViewChange {
            view: view.next(),
            stable: None,
            prepared: vec![prepared(index, identity, view, height)],
        })),
        4 => new_view(index, identity, view),
        _ => Message::BatchProof(availability(index, identity)),
    }
}

fn bitmap(n: usize, count: usize) -> Vec<u8> {
    let mut bitmap = vec![0; n.div_ceil(8)];
    (0..count).for_each(|bit| bitmap[bit / 8] |= 1 << (bit % 8));
    bitmap
}

fn certificate(index: ValidatorIndex, identity: &Identity, height: Height) -> Certificate {
    let statement = CheckpointStatement { height, header_hash: BlockHash::new([0xfa; 32]) };
    let own = identity.sign(index, &statement.signing_bytes(&identity.chain, identity.epoch));
    let votes = vec![(index, own); identity.quorum()];
    Certificate::assemble(identity.epoch, statement, identity.validators.len(), &votes)
}

fn prepared(index: ValidatorIndex, identity: &Identity, view: View, height: Height) -> PreparedCertificate {
    let vote = Vote { view, height, digest: ProposalDigest::new([0xf9; 32]) };
    let sign = |statement| identity.state(index, statement).signature;
    let prepare = sign(Statement::Prepare(vote));
    PreparedCertificate {
        epoch: identity.epoch,
        vote,
        pre_prepare: sign(Statement::PrePrepare(vote)),
        prepares: vec![(index, prepare); identity.quorum() - 1],
    }
}

/// Of the next view that it leads.
fn new_view(index: ValidatorIndex, identity: &Identity, view: View) -> Message {
    let leads = |view: &u64| identity.validators.primary(identity.epoch, View::new(*view)) == index;
    let first = view.next().get();
    let last = first.saturating_add(identity.validators.len() as u64);
    let view = (first..last).find(leads).map_or(view, View::new);
    let change = ViewChange { view, stable: None, prepared: Vec::new() };
    let change = identity.state(index, Statement::ViewChange(change));
    let view_changes = vec![change; identity.quorum()];
    Message::Signed(identity.state(index, Statement::NewView(NewView { view, view_changes })))
}

fn availability(index: ValidatorIndex, identity: &Identity) -> AvailabilityProof {
    let reference = BatchRef {
        author: index,
        sequence: BatchSequence::new(u64::MAX),
        digest: BatchDigest::new([0xf8; 32]),
        epoch: identity.epoch,
        bytes: 10,
        count: 1,
        expires: TimeMs::new(u64::MAX),
    };
    let own = identity.acknowledge(index, reference).signature;
    AvailabilityProof { reference, signatures: vec![(index, own); identity.one_honest()] }
}
