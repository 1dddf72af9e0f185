//! What the real replicas say, in the words of the model.

use consensus::{Persist, SignedStatement, Statement};
use consensus_model::{
    Bounds,
    inbox::{Header, Message},
    node::Record,
    terms::{Digest, HEIGHTS, Height, Index, Prepared, ViewChange, at},
};
use types::{ProposalDigest, View};

use crate::{
    code::Code,
    keys::{header_hash, index},
};

impl Code {
    /// What is asked for and not durable, in the model's words, sorted.
    pub fn pending(&self, me: Index) -> Vec<Record> {
        let record = |persist: &Persist| match persist {
            Persist::Own { statement, .. } => {
                self.in_words(&self.keys.sign(me, statement.clone())).map(Record::Said)
            }
            Persist::Installed(signed) => self.in_words(signed).map(|message| {
                let Message::NewView(view, changes) = message else { panic!("no new view") };
                Record::Installed(view, changes)
            }),
        };
        let mut records: Vec<_> = self.nodes[&me].pending.iter().filter_map(record).collect();
        records.sort();
        records
    }

    pub fn label(&self, digest: ProposalDigest) -> Digest {
        self.labels[&digest]
    }

    /// A statement in the words of the model.
    pub fn in_words(&self, signed: &SignedStatement) -> Option<Message> {
        let signer = index(signed.signer);
        Some(match &signed.statement {
            Statement::PrePrepare(vote) => {
                Message::PrePrepare(n(vote.view), h(vote.height), self.label(vote.digest))
            }
            Statement::Prepare(vote) => {
                Message::Prepare(signer, n(vote.view), h(vote.height), self.label(vote.digest))
            }
            Statement::Commit(vote) => {
                Message::Commit(signer, n(vote.view), h(vote.height), self.label(vote.digest))
            }
            Statement::Checkpoint(checkpoint) => {
                let header = self.header_of(signer, h(checkpoint.height));
                assert_eq!(header_hash(h(checkpoint.height), &header), checkpoint.header_hash);
                Message::Checkpoint(signer, h(checkpoint.height), header)
            }
            Statement::ViewChange(change) => Message::ViewChange(self.change_in_words(signer, change)),
            Statement::NewView(new_view) => {
                let changes = new_view.view_changes.iter().map(|signed| {
                    let Statement::ViewChange(change) = &signed.statement else { panic!("in V: {signed:?}") };
                    self.change_in_words(index(signed.signer), change)
                });
                Message::NewView(n(new_view.view), changes.collect())
            }
            Statement::EmptyRequest(_) | Statement::VoteQuery(_) => return None,
        })
    }

    fn header_of(&self, signer: Index, height: Height) -> Header {
        let mut header = [None; HEIGHTS];
        for (digest, block) in header.iter_mut().zip(&self.nodes[&signer].blocks).take(usize::from(height)) {
            *digest = Some(self.labels[&block.proposal]);
        }
        header
    }

    fn change_in_words(&self, signer: Index, change: &consensus::ViewChange) -> ViewChange {
        let mut prepared = [None; HEIGHTS];
        for certificate in &change.prepared {
            let (view, digest) = (n(certificate.vote.view), self.label(certificate.vote.digest));
            prepared[at(h(certificate.vote.height))] = Some(Prepared { view, digest });
        }
        let stable = change.stable.as_ref().map_or(0, |certificate| h(certificate.height));
        ViewChange { signer, view: n(change.view), stable, prepared }
    }
}

pub fn n(view: View) -> u8 {
    u8::try_from(view.get()).unwrap()
}

pub fn h(height: types::Height) -> Height {
    u8::try_from(height.get()).unwrap()
}

/// Who sends a message.
pub fn sender(message: &Message) -> Index {
    match message {
        Message::PrePrepare(view, ..) | Message::NewView(view, _) => Bounds::primary(*view),
        Message::Prepare(signer, ..) | Message::Commit(signer, ..) | Message::Checkpoint(signer, ..) => {
            *signer
        }
        Message::ViewChange(change) => change.signer,
        Message::Certificate(_) => 0,
    }
}
