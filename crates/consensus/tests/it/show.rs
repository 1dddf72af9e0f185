//! Effects as one line each, so that a step table can hold whole lists of them.

use std::collections::BTreeMap;

use consensus::{Effect, Evidence, Halt, Message, Notice, Persist, SignedStatement, Statement};
use types::ProposalDigest;

type Names = BTreeMap<ProposalDigest, String>;

fn name(digest: ProposalDigest, names: &Names) -> String {
    names.get(&digest).cloned().unwrap_or_else(|| digest.to_string()[..6].to_owned())
}

pub fn statement(statement: &Statement, names: &Names) -> String {
    match statement {
        Statement::PrePrepare(vote) => {
            format!("pre-prepare {} {} {}", vote.view, vote.height, name(vote.digest, names))
        }
        Statement::Prepare(vote) => {
            format!("prepare {} {} {}", vote.view, vote.height, name(vote.digest, names))
        }
        Statement::Commit(vote) => {
            format!("commit {} {} {}", vote.view, vote.height, name(vote.digest, names))
        }
        Statement::Checkpoint(checkpoint) => format!("checkpoint {}", checkpoint.height),
        Statement::ViewChange(change) => {
            let stable = change.stable.as_ref().map_or(0, |certificate| certificate.height.get());
            let prepared: Vec<_> = change
                .prepared
                .iter()
                .map(|p| format!("{}/{}/{}", p.vote.view, p.vote.height, name(p.vote.digest, names)))
                .collect();
            format!("view-change {} stable {stable} prepared [{}]", change.view, prepared.join(" "))
        }
        Statement::NewView(new_view) => {
            let signers: Vec<_> =
                new_view.view_changes.iter().map(|signed| signed.signer.to_string()).collect();
            format!("new-view {} of [{}]", new_view.view, signers.join(" "))
        }
        Statement::EmptyRequest(request) => format!("empty-request {}", request.height),
        Statement::VoteQuery(_) => "vote-query".to_owned(),
    }
}

fn signed(signed: &SignedStatement, names: &Names) -> String {
    format!("{} by {}", statement(&signed.statement, names), signed.signer)
}

pub fn message(message: &Message, names: &Names) -> String {
    match message {
        Message::Signed(statement) | Message::PrePrepare { signed: statement, .. } => {
            signed(statement, names)
        }
        Message::Certificate(certificate) => format!("certificate {}", certificate.height),
        Message::Status(_) => "status".to_owned(),
        Message::BatchProof(proof) => {
            format!("proof {}/{}", proof.reference.author, proof.reference.sequence)
        }
        Message::FetchProposal(digest) => format!("fetch-proposal {}", name(*digest, names)),
        Message::Proposal(proposal) => format!("proposal {}", name(proposal.digest(), names)),
        Message::VotesHeld { votes, .. } => format!("votes-held {}", votes.len()),
    }
}

pub fn show(effect: &Effect, names: &Names) -> String {
    match effect {
        Effect::Persist(Persist::Own { statement: own, .. }) => format!("persist {}", statement(own, names)),
        Effect::Persist(Persist::Installed(new_view)) => {
            format!("persist installed {}", signed(new_view, names))
        }
        Effect::Send { to, message: sent } => format!("to {to}: {}", message(sent, names)),
        Effect::Broadcast(sent) => format!("to all: {}", message(sent, names)),
        Effect::FetchBatch { reference, from } => {
            let from: Vec<_> = from.iter().map(ToString::to_string).collect();
            format!("fetch {}/{} from [{}]", reference.author, reference.sequence, from.join(" "))
        }
        Effect::Ordered { height, references } => format!("ordered {height}: {}", references.len()),
        Effect::Execute { height, proposal } => {
            format!("execute {height} {}", name(proposal.digest(), names))
        }
        Effect::StoreCertificate(certificate) => format!("store certificate {}", certificate.height),
        Effect::Sync { target, .. } => format!("sync to {}", target.height),
        Effect::ReleaseBatches { low, references } => format!("release up to {low}: {}", references.len()),
        Effect::ExpireBatches { references } => format!("expire {}", references.len()),
        Effect::EpochEnded { last } => format!("epoch ended at {last}"),
        Effect::SendEpochEnd { to, epoch } => format!("to {to}: end of epoch {epoch}"),
        Effect::MemoryLost => "memory lost".to_owned(),
        Effect::Evidence(Evidence::Equivocation { first, second }) => {
            format!("evidence {} / {}", signed(first, names), signed(second, names))
        }
        Effect::Notice(notice) => match notice {
            Notice::ViewChangeStarted { view, reason } => format!("notice view change to {view}: {reason}"),
            Notice::ViewInstalled { view, primary } => format!("notice view {view} of {primary}"),
            Notice::NotVoting { .. } => "notice not voting".to_owned(),
            Notice::NoQuorumForHeader { height } => format!("notice no quorum at {height}"),
            Notice::ExecutedDiffers { height } => format!("notice executed differs at {height}"),
        },
        Effect::Halt(
            halt @ (Halt::Diverged { height, .. } | Halt::ConflictingCertificates { height, .. }),
        ) => {
            format!("halt {} at {height}", halt.exit_code())
        }
    }
}
