//! The lemma behind PBFT's safety: once q validators signed Commit(v, h, d), no honest validator prepares
//! or commits another digest at h in any later view, and whoever executes h by votes executes d, for which
//! such a quorum exists (PBFT §4.5.1; requirements 3, 6, 7; cothority #2080, neo-modules #792). Catches a
//! fork before it shows in a block.

use std::collections::{BTreeMap, BTreeSet};

use consensus::{SignedStatement, Statement};
use types::{Height, ProposalDigest, ValidatorIndex, View};

use super::{Verdict, epochs::Epochs, require};
use crate::queue::Place;

/// Commits ever signed, and the digests they decided.
#[derive(Debug, Default)]
pub(super) struct Decided {
    commits: BTreeMap<(Height, View, ProposalDigest), BTreeSet<ValidatorIndex>>,
    decisions: BTreeMap<Height, (View, ProposalDigest)>,
}

impl Decided {
    /// A statement of an honest node became durable, or was sent by a Byzantine one.
    pub fn stated(&mut self, epochs: &Epochs, signed: &SignedStatement) -> Verdict {
        match &signed.statement {
            Statement::Commit(vote) => {
                let identity = epochs.identity_at(vote.height);
                let Some(identity) = identity.filter(|identity| identity.epoch == signed.epoch) else {
                    return Ok(());
                };
                let signers = self.commits.entry((vote.height, vote.view, vote.digest)).or_default();
                signers.insert(signed.signer);
                if signers.len() < identity.quorum() {
                    return Ok(());
                }
                let decision = (vote.view, vote.digest);
                let known = self.decisions.entry(vote.height).or_insert(decision);
                let was = *known;
                *known = was.min(decision);
                require(was.1 == vote.digest, "decided", || {
                    format!("height {}: {:?} was decided in view {}, now {vote:?}", vote.height, was.1, was.0)
                })
            }
            Statement::PrePrepare(_)
            | Statement::Prepare(_)
            | Statement::Checkpoint(_)
            | Statement::ViewChange(_)
            | Statement::NewView(_)
            | Statement::EmptyRequest(_)
            | Statement::VoteQuery(_) => Ok(()),
        }
    }

    /// An honest node signed a prepare.
    pub fn prepared(&self, place: Place, statement: &Statement) -> Verdict {
        let Statement::Prepare(vote) = statement else { return Ok(()) };
        let Some((view, digest)) = self.decisions.get(&vote.height) else { return Ok(()) };
        require(vote.view <= *view || vote.digest == *digest, "decided", || {
            format!("node {place} prepares {vote:?}, though {digest:?} was decided in view {view}")
        })
    }

    /// An honest replica wants a height executed because votes decided it.
    pub fn executed(&self, epochs: &Epochs, place: Place, height: Height, digest: ProposalDigest) -> Verdict {
        let quorum = epochs.identity_at(height).map_or(usize::MAX, |identity| identity.quorum());
        let has_quorum = |signers: &BTreeSet<_>| signers.len() >= quorum;
        let range =
            (height, View::ZERO, ProposalDigest::default())..=(height, View::new(u64::MAX), MAX_DIGEST);
        let found = self.commits.range(range).any(|((_, _, d), signers)| *d == digest && has_quorum(signers));
        require(found, "decided", || {
            format!("node {place} executes {digest:?} at {height} without q commits")
        })
    }
}

const MAX_DIGEST: ProposalDigest = ProposalDigest::new([0xff; 32]);
