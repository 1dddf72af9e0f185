//! Structure checks: everything about a message that can be judged without its signatures, and the list of
//! the signatures that must then be good.

use std::sync::Arc;

use types::{AvailabilityProof, Certificate, Epoch, Height, Proposal, Signature, ValidatorIndex, View};

use super::{Items, Rejected, Verifier};
use crate::{
    config::{REFERENCES_MAX, VIEWS_AHEAD, VIEWS_BACK, kept},
    message::{Message, NewView, PreparedCertificate, SignedStatement, Statement, ViewChange, Vote},
};

impl Items {
    fn push(&mut self, key: types::PublicKey, signature: Signature, bytes: &Arc<[u8]>) {
        self.0.push((key, signature, Arc::clone(bytes)));
    }
}

impl Verifier {
    /// Checks the shape and lists the signatures.
    pub(super) fn shape(&self, from: ValidatorIndex, message: &Message) -> Result<Items, Rejected> {
        let mut items = Items(Vec::new());
        self.known(from)?;
        match message {
            Message::Signed(signed) => self.signed(signed, &mut items)?,
            Message::PrePrepare { signed, proposal } => self.pre_prepare(signed, proposal, &mut items)?,
            Message::Certificate(certificate) => self.certificate(certificate, &mut items)?,
            // Who is in another epoch may have to be helped out of it.
            Message::Status(_) => {}
            Message::BatchProof(proof) => self.availability(proof, &mut items)?,
            Message::FetchProposal(_) => {}
            Message::Proposal(proposal) => {
                check(proposal.references.len() <= REFERENCES_MAX, "too many references")?
            }
            Message::VotesHeld { votes, .. } => self.votes_held(votes, &mut items)?,
        }
        Ok(items)
    }

    fn known(&self, index: ValidatorIndex) -> Result<(), Rejected> {
        let validators = self.validators.len();
        if usize::from(index.get()) < validators {
            return Ok(());
        }
        Err(Rejected::UnknownValidator { validators, found: index })
    }

    fn epoch(&self, found: Epoch) -> Result<(), Rejected> {
        if found == self.epoch { Ok(()) } else { Err(Rejected::Epoch { expected: self.epoch, found }) }
    }

    fn signature(&self, signed: &SignedStatement, items: &mut Items) -> Result<(), Rejected> {
        self.epoch(signed.epoch)?;
        let validators = self.validators.len();
        let unknown = Rejected::UnknownValidator { validators, found: signed.signer };
        let key = *self.validators.key(signed.signer).ok_or(unknown)?;
        items.push(key, signed.signature, &signed.statement.signing_bytes(&self.chain, signed.epoch).into());
        Ok(())
    }

    fn signed(&self, signed: &SignedStatement, items: &mut Items) -> Result<(), Rejected> {
        self.epoch(signed.epoch)?;
        match &signed.statement {
            Statement::PrePrepare(_) => Err(Rejected::Shape("a pre-prepare comes with its proposal"))?,
            Statement::Prepare(vote) => {
                self.near(vote)?;
                self.not_primary(signed.signer, vote.view)?;
            }
            Statement::Commit(vote) => self.near(vote)?,
            Statement::Checkpoint(statement) => self.near_height(statement.height)?,
            Statement::ViewChange(change) => self.view_change(change, items)?,
            Statement::NewView(new_view) => self.new_view(signed.signer, new_view, items)?,
            Statement::EmptyRequest(_) | Statement::VoteQuery(_) => {}
        }
        self.signature(signed, items)
    }

    /// Whether a replica that stands near the hint keeps such a vote.
    fn near(&self, vote: &Vote) -> Result<(), Rejected> {
        let ours = self.horizon().view;
        if vote.view > ours.plus(2 * VIEWS_AHEAD) || vote.view.plus(2 * VIEWS_BACK) < ours {
            return Err(Rejected::FarView { ours, found: vote.view });
        }
        self.near_height(vote.height)
    }

    fn near_height(&self, found: Height) -> Result<(), Rejected> {
        let low = self.horizon().low;
        check(found > self.base, "nothing is voted on at or below the base of the epoch")?;
        if found > low.plus(2 * kept(self.parameters.window)) {
            Err(Rejected::FarHeight { low, found })
        } else {
            Ok(())
        }
    }

    fn not_primary(&self, signer: ValidatorIndex, view: View) -> Result<(), Rejected> {
        check(signer != self.validators.primary(self.epoch, view), "the primary's pre-prepare is its prepare")
    }

    fn pre_prepare(
        &self,
        signed: &SignedStatement,
        proposal: &Proposal,
        items: &mut Items,
    ) -> Result<(), Rejected> {
        let Statement::PrePrepare(vote) = &signed.statement else {
            return Err(Rejected::Shape("a proposal comes with a pre-prepare"));
        };
        self.epoch(signed.epoch)?;
        self.near(vote)?;
        check(
            signed.signer == self.validators.primary(self.epoch, vote.view),
            "only the primary pre-prepares",
        )?;
        check(proposal.references.len() <= REFERENCES_MAX, "too many references")?;
        check(proposal.digest() == vote.digest, "the proposal is not the one that is signed")?;
        if let Some(participation) = &proposal.participation {
            let expected = vote.height.get().checked_sub(self.parameters.window);
            check(expected == Some(participation.height.get()), "participation is that of one window below")?;
            self.certificate(participation, items)?;
        }
        self.signature(signed, items)
    }

    pub(super) fn certificate(&self, certificate: &Certificate, items: &mut Items) -> Result<(), Rejected> {
        self.epoch(certificate.epoch)?;
        check(certificate.height > self.base, "the height is none of this epoch")?;
        let (bytes, signatures) = certificate.signed_items(&self.chain, &self.validators)?;
        let bytes = bytes.into();
        for (key, signature) in signatures {
            items.push(key, signature, &bytes);
        }
        Ok(())
    }

    /// PBFT §4.2: the pre-prepare and prepares of q−1 distinct others; the primary counts once.
    pub(super) fn prepared(
        &self,
        certificate: &PreparedCertificate,
        items: &mut Items,
    ) -> Result<(), Rejected> {
        self.epoch(certificate.epoch)?;
        let vote = certificate.vote;
        let primary = self.validators.primary(self.epoch, vote.view);
        check(certificate.prepares.len() + 1 == self.validators.quorum(), "not q-1 prepares")?;
        check(is_ascending(certificate.prepares.iter().map(|(index, _)| *index)), "prepares not ascending")?;
        let key = |index| {
            let unknown = Rejected::UnknownValidator { validators: self.validators.len(), found: index };
            self.validators.key(index).copied().ok_or(unknown)
        };
        let bytes: Arc<[u8]> = Statement::PrePrepare(vote).signing_bytes(&self.chain, self.epoch).into();
        items.push(key(primary)?, certificate.pre_prepare, &bytes);
        let bytes: Arc<[u8]> = Statement::Prepare(vote).signing_bytes(&self.chain, self.epoch).into();
        for (index, signature) in &certificate.prepares {
            self.not_primary(*index, vote.view)?;
            items.push(key(*index)?, *signature, &bytes);
        }
        Ok(())
    }

    fn view_change(&self, change: &ViewChange, items: &mut Items) -> Result<(), Rejected> {
        check(change.view > View::ZERO, "view 0 needs no view change")?;
        let stable = change.stable.as_ref().map_or(self.base, |certificate| certificate.height);
        check(is_ascending(change.prepared.iter().map(|p| p.vote.height)), "heights not ascending")?;
        if let Some(certificate) = &change.stable {
            self.certificate(certificate, items)?;
        }
        for prepared in &change.prepared {
            let height = prepared.vote.height;
            check(
                height > stable && height <= stable.plus(self.parameters.window),
                "a height outside the window",
            )?;
            check(prepared.vote.view < change.view, "prepared in no lower view")?;
            self.prepared(prepared, items)?;
        }
        Ok(())
    }

    fn new_view(
        &self,
        signer: ValidatorIndex,
        new_view: &NewView,
        items: &mut Items,
    ) -> Result<(), Rejected> {
        let view = new_view.view;
        check(view > View::ZERO, "view 0 needs no new view")?;
        check(signer == self.validators.primary(self.epoch, view), "only its primary begins a view")?;
        check(new_view.view_changes.len() >= self.validators.quorum(), "fewer than q view changes")?;
        check(
            is_ascending(new_view.view_changes.iter().map(|change| change.signer)),
            "signers not ascending",
        )?;
        check(
            new_view.view_changes.iter().any(|change| change.signer == signer),
            "without the primary's own",
        )?;
        for signed in &new_view.view_changes {
            let Statement::ViewChange(change) = &signed.statement else {
                return Err(Rejected::Shape("a new view holds view changes only"));
            };
            check(change.view == view, "a view change for another view")?;
            self.view_change(change, items)?;
            self.signature(signed, items)?;
        }
        Ok(())
    }

    fn availability(&self, proof: &AvailabilityProof, items: &mut Items) -> Result<(), Rejected> {
        self.epoch(proof.reference.epoch)?;
        check(proof.signatures.len() >= self.validators.one_honest(), "fewer than f+1 acknowledgements")?;
        check(is_ascending(proof.signatures.iter().map(|(index, _)| *index)), "signers not ascending")?;
        self.known(proof.reference.author)?;
        let bytes = proof.reference.acknowledgement_bytes(&self.chain).into();
        for (index, signature) in &proof.signatures {
            let unknown = Rejected::UnknownValidator { validators: self.validators.len(), found: *index };
            items.push(*self.validators.key(*index).ok_or(unknown)?, *signature, &bytes);
        }
        Ok(())
    }

    /// Signed by one validator all of them; new views and view changes come whole.
    fn votes_held(&self, votes: &[SignedStatement], items: &mut Items) -> Result<(), Rejected> {
        let bound = usize::try_from(2 * kept(self.parameters.window) * 3 * (VIEWS_AHEAD + VIEWS_BACK + 1))
            .unwrap_or(usize::MAX);
        check(votes.len() <= bound, "more votes than are ever kept")?;
        check(votes.windows(2).all(|pair| pair[0].signer == pair[1].signer), "votes of several validators")?;
        votes.iter().try_for_each(|vote| self.signature(vote, items))
    }
}

fn check(holds: bool, rule: &'static str) -> Result<(), Rejected> {
    if holds { Ok(()) } else { Err(Rejected::Shape(rule)) }
}

fn is_ascending<T: Ord>(mut values: impl Iterator<Item = T>) -> bool {
    let Some(mut last) = values.next() else { return true };
    values.all(|value| {
        let above = value > last;
        last = value;
        above
    })
}
