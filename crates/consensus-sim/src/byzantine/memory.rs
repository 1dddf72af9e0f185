//! What an actor remembers of what was said: the newest messages, and the view changes of each view.

use std::collections::{BTreeMap, VecDeque};

use consensus::{Message, SignedStatement, Statement};
use types::{Certificate, ValidatorIndex, View};

const MESSAGES_MAX: usize = 256;
const VIEWS_MAX: usize = 16;

/// Bounded: the oldest goes first.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub messages: VecDeque<Message>,
    pub view_changes: BTreeMap<View, BTreeMap<ValidatorIndex, SignedStatement>>,
    /// The newest certificate seen.
    pub certificate: Option<Certificate>,
}

impl Memory {
    pub fn keep(&mut self, message: &Message) {
        if self.messages.len() == MESSAGES_MAX {
            self.messages.pop_front();
        }
        self.messages.push_back(message.clone());
        match message {
            Message::Certificate(certificate) => self.keep_certificate(certificate),
            Message::PrePrepare { proposal, .. } => {
                proposal.participation.iter().for_each(|certificate| self.keep_certificate(certificate));
            }
            Message::Signed(signed) => self.keep_view_changes(signed),
            Message::Status(_)
            | Message::BatchProof(_)
            | Message::FetchProposal(_)
            | Message::Proposal(_)
            | Message::VotesHeld { .. } => {}
        }
    }

    fn keep_certificate(&mut self, certificate: &Certificate) {
        if self.certificate.as_ref().is_none_or(|known| known.height < certificate.height) {
            self.certificate = Some(certificate.clone());
        }
    }

    fn keep_view_changes(&mut self, signed: &SignedStatement) {
        match &signed.statement {
            Statement::ViewChange(change) => {
                self.view_changes.entry(change.view).or_default().insert(signed.signer, signed.clone());
                while self.view_changes.len() > VIEWS_MAX {
                    self.view_changes.pop_first();
                }
            }
            Statement::NewView(new_view) => {
                new_view.view_changes.iter().for_each(|change| self.keep_view_changes(change));
            }
            Statement::PrePrepare(_)
            | Statement::Prepare(_)
            | Statement::Commit(_)
            | Statement::Checkpoint(_)
            | Statement::EmptyRequest(_)
            | Statement::VoteQuery(_) => {}
        }
    }
}
