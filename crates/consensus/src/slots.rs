//! The message log (PBFT §4.2): for each validator one pre-prepare, prepare and commit per (view, height),
//! inside the window and a bounded span of views. The first one wins; a second different one is evidence.

use std::{collections::BTreeMap, sync::Arc};

use types::{Epoch, Height, Proposal, ProposalDigest, Signature, ValidatorIndex, View};

use crate::message::{PreparedCertificate, SignedStatement, Statement, Vote};

/// A pre-prepare as it was offered by the primary.
#[derive(Debug, Clone)]
pub(crate) struct Offer {
    pub(crate) digest: ProposalDigest,
    pub(crate) signature: Signature,
    pub(crate) proposal: Arc<Proposal>,
    /// Whether it passed the checks of a backup.
    pub(crate) accepted: bool,
}

/// Votes of one phase: one per validator.
pub(crate) type Votes = BTreeMap<ValidatorIndex, (ProposalDigest, Signature)>;

/// All that is known of one (height, view).
#[derive(Debug, Clone, Default)]
pub(crate) struct Slot {
    pub(crate) offer: Option<Offer>,
    pub(crate) prepares: Votes,
    pub(crate) commits: Votes,
}

/// The log.
#[derive(Debug, Default)]
pub(crate) struct Slots(BTreeMap<(Height, View), Slot>);

/// What became of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It is new.
    New,
    /// It was there already.
    Known,
    /// Its signer voted for this digest before.
    Conflict(ProposalDigest, Signature),
}

/// The phase of a vote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Prepare,
    Commit,
}

pub(crate) fn count(votes: &Votes, digest: ProposalDigest) -> usize {
    votes.values().filter(|(found, _)| *found == digest).count()
}

/// The digest that at least `enough` validators vote for, if any.
pub(crate) fn popular(votes: &Votes, enough: usize) -> Option<ProposalDigest> {
    votes.values().map(|(digest, _)| *digest).find(|digest| count(votes, *digest) >= enough)
}

impl Slot {
    /// The prepared certificate (PBFT §4.2): the accepted pre-prepare and prepares of q−1 distinct others.
    /// Prepares of the primary never get here.
    pub(crate) fn prepared(
        &self,
        epoch: Epoch,
        view: View,
        height: Height,
        quorum: usize,
    ) -> Option<PreparedCertificate> {
        let offer = self.offer.as_ref().filter(|offer| offer.accepted)?;
        let mut prepares: Vec<_> = self
            .prepares
            .iter()
            .filter(|(_, (digest, _))| *digest == offer.digest)
            .map(|(index, (_, signature))| (*index, *signature))
            .collect();
        if prepares.len() + 1 < quorum {
            return None;
        }
        prepares.truncate(quorum - 1);
        let vote = Vote { view, height, digest: offer.digest };
        Some(PreparedCertificate { epoch, vote, pre_prepare: offer.signature, prepares })
    }
}

impl Slots {
    pub(crate) fn get(&self, height: Height, view: View) -> Option<&Slot> {
        self.0.get(&(height, view))
    }

    pub(crate) fn entry(&mut self, height: Height, view: View) -> &mut Slot {
        self.0.entry((height, view)).or_default()
    }

    pub(crate) fn add(
        &mut self,
        phase: Phase,
        vote: &Vote,
        signer: ValidatorIndex,
        signature: Signature,
    ) -> Kept {
        let slot = self.entry(vote.height, vote.view);
        let votes = match phase {
            Phase::Prepare => &mut slot.prepares,
            Phase::Commit => &mut slot.commits,
        };
        match votes.get(&signer) {
            None => {
                votes.insert(signer, (vote.digest, signature));
                Kept::New
            }
            Some((digest, _)) if *digest == vote.digest => Kept::Known,
            Some((digest, signature)) => Kept::Conflict(*digest, *signature),
        }
    }

    /// Forgets heights up to `low` and views below `view`.
    pub(crate) fn prune(&mut self, low: Height, view: View) {
        self.0.retain(|(height, of), _| *height > low && *of >= view);
    }

    /// Forgets heights up to `low`.
    pub(crate) fn prune_below(&mut self, low: Height) {
        while self.0.first_key_value().is_some_and(|((height, _), _)| *height <= low) {
            self.0.pop_first();
        }
    }

    /// Every (height, view) with its slot, ascending.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Height, View, &Slot)> {
        self.0.iter().map(|((height, view), slot)| (*height, *view, slot))
    }

    /// Everything here that `signer` signed; `primary` says whose pre-prepares are in a view.
    pub(crate) fn signed_by(
        &self,
        signer: ValidatorIndex,
        epoch: Epoch,
        primary: impl Fn(View) -> ValidatorIndex,
    ) -> Vec<SignedStatement> {
        let mut found = Vec::new();
        for ((height, view), slot) in &self.0 {
            let vote = |digest| Vote { view: *view, height: *height, digest };
            let mut push =
                |statement, signature| found.push(SignedStatement { signer, epoch, statement, signature });
            if let Some(offer) = slot.offer.as_ref().filter(|_| primary(*view) == signer) {
                push(Statement::PrePrepare(vote(offer.digest)), offer.signature);
            }
            if let Some((digest, signature)) = slot.prepares.get(&signer) {
                push(Statement::Prepare(vote(*digest)), *signature);
            }
            if let Some((digest, signature)) = slot.commits.get(&signer) {
                push(Statement::Commit(vote(*digest)), *signature);
            }
        }
        found
    }
}
