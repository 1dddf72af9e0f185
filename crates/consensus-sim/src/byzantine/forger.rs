//! Certificates that prove nothing, wherever one can stand: short of a quorum, forged, of the wrong signers,
//! of the wrong place (`threats.md` F15; requirements 1, 2, 7).

use consensus::{Message, NewView, PreparedCertificate, Statement, ViewChange, Vote, status::ReplicaStatus};
use types::{
    AvailabilityProof, BatchDigest, BatchRef, BatchSequence, BlockHash, Certificate, Height, Proposal,
    ProposalDigest, Signature, TimeMs, ValidatorIndex, View, certificate::CheckpointStatement,
};

use super::{Actor, others, to_some};
use crate::{identity::Identity, prng::Prng};

/// How many kinds of forgery there are.
pub(super) const KINDS: u64 = 12;

/// One forgery, to some.
pub(super) fn mischief(
    actor: &Actor,
    identity: &Identity,
    prng: &mut Prng,
    status: &ReplicaStatus,
) -> Vec<(ValidatorIndex, Message)> {
    let kind = prng.below(KINDS);
    let (view, height) = (status.view, status.low.plus(1 + prng.below(3)));
    let seen = actor.memory.certificate.clone();
    let message = forge(Forger { index: actor.index, identity, seen }, view, height, kind);
    to_some(identity, actor.index, prng, &message)
}

/// As primary, every other pre-prepare carries participation data that is forged.
pub(super) fn outgoing(
    actor: &Actor,
    identity: &Identity,
    prng: &mut Prng,
    message: &Message,
) -> Vec<Message> {
    let Message::PrePrepare { signed, proposal } = message else { return vec![message.clone()] };
    let (Statement::PrePrepare(vote), Some(genuine)) = (&signed.statement, &proposal.participation) else {
        return vec![message.clone()];
    };
    if signed.signer != actor.index || prng.chance(500_000) {
        return vec![message.clone()];
    }
    let forger = Forger { index: actor.index, identity, seen: None };
    let forged = forger.certificate(genuine.height, identity.quorum());
    let proposal = Proposal { participation: Some(forged), ..proposal.clone() };
    let vote = Vote { digest: proposal.digest(), ..*vote };
    vec![Message::PrePrepare { signed: identity.state(actor.index, Statement::PrePrepare(vote)), proposal }]
}

/// Who forges, and the newest genuine certificate.
pub(super) struct Forger<'a> {
    pub index: ValidatorIndex,
    pub identity: &'a Identity,
    pub seen: Option<Certificate>,
}

/// The forgery of this kind about a view and a height.
pub(super) fn forge(forger: Forger<'_>, view: View, height: Height, kind: u64) -> Message {
    let (n, q) = (forger.identity.validators.len(), forger.identity.quorum());
    let next = view.next();
    let change = |stable, prepared| ViewChange { view: next, stable, prepared };
    match kind {
        0 => Message::Certificate(forger.certificate(height, q - 1)),
        1 => Message::Certificate(forger.certificate(height, q)),
        2 => {
            Message::Certificate(Certificate { signers: vec![0xff; n.div_ceil(8)], ..forger.genuine(height) })
        }
        3 => Message::Certificate(Certificate {
            signers: vec![0xff; n.div_ceil(8) + 1],
            ..forger.genuine(height)
        }),
        4 => Message::Certificate(Certificate {
            header_hash: BlockHash::new([0xfe; 32]),
            ..forger.genuine(height)
        }),
        5 => Message::Certificate(Certificate {
            height: forger.genuine(height).height.next(),
            ..forger.genuine(height)
        }),
        6 => forger.says(Statement::ViewChange(change(Some(forger.certificate(height, q)), Vec::new()))),
        7 => forger.says(Statement::ViewChange(change(Some(forger.certificate(height, q - 1)), Vec::new()))),
        8 => forger.says(Statement::ViewChange(change(None, vec![forger.prepared(view, height, q - 1)]))),
        9 => forger.says(Statement::ViewChange(change(None, vec![forger.prepared(view, height, q - 2)]))),
        10 => forger.new_view(next),
        _ => forger.availability(),
    }
}

impl Forger<'_> {
    fn says(&self, statement: Statement) -> Message {
        Message::Signed(self.identity.state(self.index, statement))
    }

    /// A genuine certificate to start from; without one, a forged one.
    fn genuine(&self, height: Height) -> Certificate {
        self.seen.clone().unwrap_or_else(|| self.certificate(height, self.identity.quorum()))
    }

    /// So many signatures under a header of its own invention: one is its own, the others are forged.
    fn certificate(&self, height: Height, count: usize) -> Certificate {
        let statement = CheckpointStatement { height, header_hash: BlockHash::new([0xfd; 32]) };
        let bytes = statement.signing_bytes(&self.identity.chain, self.identity.epoch);
        let own = self.identity.sign(self.index, &bytes);
        let mut signers: Vec<_> = others(self.identity, self.index).into_iter().take(count - 1).collect();
        signers.push(self.index);
        signers.sort_unstable();
        let votes: Vec<_> = signers.into_iter().map(|signer| (signer, own)).collect();
        Certificate::assemble(self.identity.epoch, statement, self.identity.validators.len(), &votes)
    }

    /// A prepared certificate with so many prepares, only its own genuine.
    fn prepared(&self, view: View, height: Height, prepares: usize) -> PreparedCertificate {
        let vote = Vote { view, height, digest: ProposalDigest::new([0xfc; 32]) };
        let sign = |statement| self.identity.state(self.index, statement).signature;
        let primary = self.identity.validators.primary(self.identity.epoch, view);
        let backups = self.identity.validators.indices().filter(|index| *index != primary);
        let prepare = sign(Statement::Prepare(vote));
        let prepares = backups.take(prepares).map(|index| (index, prepare)).collect();
        PreparedCertificate {
            epoch: self.identity.epoch,
            vote,
            pre_prepare: sign(Statement::PrePrepare(vote)),
            prepares,
        }
    }

    /// A new view of a view that it leads, one view change short of a quorum, the others forged.
    fn new_view(&self, above: View) -> Message {
        let leads = |view: &u64| {
            self.identity.validators.primary(self.identity.epoch, View::new(*view)) == self.index
        };
        let n = self.identity.validators.len() as u64;
        let view = (above.get()..above.get().saturating_add(n)).find(leads).map_or(above, View::new);
        let change = Statement::ViewChange(ViewChange { view, stable: None, prepared: Vec::new() });
        let own = self.identity.state(self.index, change);
        let signers = others(self.identity, self.index).into_iter().take(self.identity.quorum() - 1);
        let mut view_changes: Vec<_> = signers
            .map(|signer| consensus::SignedStatement { signer, ..own.clone() })
            .chain([own.clone()])
            .collect();
        view_changes.sort_by_key(|change| change.signer);
        self.says(Statement::NewView(NewView { view, view_changes }))
    }

    /// A batch that nobody else ever saw, acknowledged by f+1.
    fn availability(&self) -> Message {
        let reference = BatchRef {
            author: self.index,
            sequence: BatchSequence::new(u64::MAX),
            digest: BatchDigest::new([0xfb; 32]),
            epoch: self.identity.epoch,
            bytes: 10,
            count: 1,
            expires: TimeMs::new(u64::MAX),
        };
        let own: Signature = self.identity.acknowledge(self.index, reference).signature;
        let signers = self.identity.validators.indices().take(self.identity.one_honest());
        Message::BatchProof(AvailabilityProof {
            reference,
            signatures: signers.map(|signer| (signer, own)).collect(),
        })
    }
}
