//! A commit is signed only over a prepared certificate of exactly its vote, written in the same record with
//! the proposal; and no vote is given without holding every batch durably (`consensus.md`, normal case 2-4
//! and requirements 2 and 3; sawtooth `180ceed`, fabric #1984).

use std::collections::BTreeSet;

use consensus::{PreparedCertificate, Statement};
use types::Proposal;

use super::{Verdict, require};
use crate::{identity::Identity, mempool::Mempool, queue::Place};

const NAME: &str = "prepared_before_commit";

/// A statement goes to the vote log with what proves it.
pub(super) fn logged(
    identity: &Identity,
    statement: &Statement,
    proposal: Option<&Proposal>,
    prepared: Option<&PreparedCertificate>,
) -> Verdict {
    let (Statement::PrePrepare(vote) | Statement::Prepare(vote) | Statement::Commit(vote)) = statement else {
        return Ok(());
    };
    if let Some(proposal) = proposal {
        require(proposal.digest() == vote.digest, NAME, || {
            format!("another proposal is stored with {vote:?}")
        })?;
    }
    if !matches!(statement, Statement::Commit(_)) {
        return Ok(());
    }
    require(proposal.is_some(), NAME, || format!("the commit {vote:?} is logged without its proposal"))?;
    let Some(prepared) = prepared else {
        return require(false, NAME, || {
            format!("the commit {vote:?} is logged without a prepared certificate")
        });
    };
    require(prepared.vote == *vote, NAME, || format!("the commit {vote:?} cites {:?}", prepared.vote))?;
    let primary = identity.validators.primary(prepared.epoch, vote.view);
    let signers: BTreeSet<_> = prepared.prepares.iter().map(|(signer, _)| *signer).chain([primary]).collect();
    let distinct = signers.len() == prepared.prepares.len() + 1;
    require(distinct && signers.len() >= identity.quorum(), NAME, || {
        format!("the commit {vote:?} cites {} distinct signers", signers.len())
    })?;
    let signed = |signer, statement: Statement, signature| {
        identity.is_signed(signer, &statement.signing_bytes(&identity.chain, prepared.epoch), &signature)
    };
    let good = signed(primary, Statement::PrePrepare(*vote), prepared.pre_prepare)
        && prepared
            .prepares
            .iter()
            .all(|(signer, signature)| signed(*signer, Statement::Prepare(*vote), *signature));
    require(good, NAME, || format!("the commit {vote:?} cites a signature that does not verify"))
}

/// Proposals that come with a vote name only batches that are durable here. Blocks already executed hold
/// their bodies elsewhere, so a released batch counts as held.
pub(super) fn holds_batches(
    place: Place,
    statement: &Statement,
    proposal: Option<&Proposal>,
    mempool: &Mempool,
) -> Verdict {
    let Some(proposal) = proposal else { return Ok(()) };
    if !matches!(statement, Statement::Commit(_)) {
        return Ok(());
    }
    let missing = proposal.references.iter().find(|reference| !mempool.is_durable(&reference.digest));
    require(missing.is_none(), NAME, || format!("node {place} commits {statement:?} without {missing:?}"))
}
