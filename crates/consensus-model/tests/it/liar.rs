//! The liar of a trace: it signs what one key can sign, and forges nothing.

use consensus::{
    Message as Real, NewView, PreparedCertificate, SignedStatement, Statement, ViewChange as RealChange, Vote,
};
use consensus_model::{
    Bounds,
    inbox::{Header, Message},
    terms::{Digest, HEIGHTS, Height, Index, Prepared, View, ViewChange, at},
};
use types::{Certificate, Epoch, Proposal, TimeMs, certificate::CheckpointStatement};

use crate::{
    code::Code,
    keys::{WALL, batch, header_hash, v},
    pair::{Pair, header_of},
};

impl Code {
    pub fn certificate(&self, soup: &[Message], height: Height, header: Header) -> Certificate {
        let signers = soup.iter().filter_map(|message| match message {
            Message::Checkpoint(signer, of, signed) if (*of, *signed) == (height, header) => Some(*signer),
            _ => None,
        });
        let mut signers: Vec<Index> = signers.collect();
        signers.sort_unstable();
        let header_hash = header_hash(height, &header);
        let statement = CheckpointStatement { height: real(height), header_hash };
        let sign =
            |index: Index| (v(index), self.keys.sign(index, Statement::Checkpoint(statement)).signature);
        let votes: Vec<_> = signers.into_iter().take(3).map(sign).collect();
        Certificate::assemble(Epoch::ZERO, statement, 4, &votes)
    }

    fn vote(&self, view: View, height: Height, digest: Digest) -> Vote {
        let digest = self.proposals[&(height, digest)].digest();
        Vote { view: types::View::new(view.into()), height: real(height), digest }
    }
}

fn real(height: Height) -> types::Height {
    types::Height::new(u64::from(height))
}

impl Pair {
    /// The liar says something; its real form is made with it.
    pub fn lie(&mut self, message: Message) {
        if self.code.soup.contains_key(&message) {
            return;
        }
        let vote = match message {
            Message::PrePrepare(view, height, digest)
            | Message::Prepare(_, view, height, digest)
            | Message::Commit(_, view, height, digest) => {
                if !self.has_content(height, digest) {
                    return;
                }
                Some(self.code.vote(view, height, digest))
            }
            Message::Checkpoint(..)
            | Message::ViewChange(_)
            | Message::NewView(..)
            | Message::Certificate(_) => None,
        };
        let statement = match (&message, vote) {
            (Message::PrePrepare(..), Some(vote)) => Statement::PrePrepare(vote),
            (Message::Prepare(..), Some(vote)) => Statement::Prepare(vote),
            (Message::Commit(..), Some(vote)) => Statement::Commit(vote),
            (Message::Checkpoint(_, height, header), _) => {
                let header_hash = header_hash(*height, header);
                Statement::Checkpoint(CheckpointStatement { height: real(*height), header_hash })
            }
            (Message::ViewChange(change), _) => self.real_change(change).statement,
            (Message::NewView(view, changes), _) => {
                let view_changes = changes.iter().map(|change| self.real_change(change)).collect();
                Statement::NewView(NewView { view: types::View::new(u64::from(*view)), view_changes })
            }
            _ => return,
        };
        let signed = self.code.keys.sign(self.bounds.byzantine.unwrap(), statement);
        let real = match message {
            Message::PrePrepare(_, height, digest) => {
                Real::PrePrepare { signed, proposal: self.code.proposals[&(height, digest)].clone() }
            }
            _ => Real::Signed(signed),
        };
        self.trace.push(format!("the liar says {message:?}"));
        self.code.soup.insert(message.clone(), real);
        self.soup.push(message);
    }

    /// Whether a proposal of this name is there, or can be made by the liar now.
    fn has_content(&mut self, height: Height, digest: Digest) -> bool {
        if self.code.proposals.contains_key(&(height, digest)) {
            return true;
        }
        // It names its own: what it would propose in the view that it leads, or a second one.
        let own = Digest::ALL.get(usize::from(self.bounds.byzantine.unwrap()) + 1);
        if digest != Digest::D && own != Some(&digest) {
            return false;
        }
        let participation = match height.checked_sub(self.bounds.window) {
            None | Some(0) => None,
            Some(below) => match header_of(&self.soup, below) {
                Some(header) => Some(self.code.certificate(&self.soup, below, header)),
                None => return false,
            },
        };
        let time = TimeMs::new(WALL);
        let proposal = Proposal { references: vec![batch(height, digest)], time, participation };
        self.code.name(height, digest, proposal);
        true
    }

    /// The real view change: said before by an honest one, or made of genuine parts by the liar.
    fn real_change(&self, change: &ViewChange) -> SignedStatement {
        if let Some(Real::Signed(signed)) = self.code.soup.get(&Message::ViewChange(*change)) {
            return signed.clone();
        }
        assert!(self.bounds.is_liar(change.signer));
        let prepared = (1..=self.bounds.heights).filter_map(|height| {
            let Prepared { view, digest } = change.prepared[at(height)]?;
            let prepares = self.preparers(view, height, digest).into_iter().take(2);
            let vote = self.code.vote(view, height, digest);
            let sign =
                |index: Index| (v(index), self.code.keys.sign(index, Statement::Prepare(vote)).signature);
            Some(PreparedCertificate {
                epoch: Epoch::ZERO,
                vote,
                pre_prepare: self
                    .code
                    .keys
                    .sign(Bounds::primary(view), Statement::PrePrepare(vote))
                    .signature,
                prepares: prepares.map(sign).collect(),
            })
        });
        let stable = Some(change.stable).filter(|height| *height > 0).map(|height| self.certificate(height));
        let view = types::View::new(u64::from(change.view));
        let statement = RealChange { view, stable, prepared: prepared.collect() };
        self.code.keys.sign(change.signer, Statement::ViewChange(statement))
    }

    /// Who prepared this, the liar (where it may) with them; ascending.
    fn preparers(&self, view: View, height: Height, digest: Digest) -> Vec<Index> {
        (0..4)
            .filter(|index| *index != Bounds::primary(view))
            .filter(|index| {
                self.bounds.is_liar(*index)
                    || self.soup.contains(&Message::Prepare(*index, view, height, digest))
            })
            .collect()
    }

    /// The prepared certificates that can be shown for a height.
    pub fn certificates(&self, below: View, height: Height) -> Vec<Prepared> {
        let slots = (0..below).flat_map(|view| Digest::ALL.map(|digest| Prepared { view, digest }));
        let can_be_shown = |prepared: &Prepared| {
            let Prepared { view, digest } = *prepared;
            let is_offered = self.soup.contains(&Message::PrePrepare(view, height, digest));
            is_offered && self.preparers(view, height, digest).len() >= 2
        };
        slots.filter(can_be_shown).collect()
    }

    /// A view change that hides what the liar likes to hide.
    pub fn a_lie(&self, view: View, mut pick: impl FnMut(usize) -> usize) -> ViewChange {
        let signer = self.bounds.byzantine.unwrap();
        let mut newest = 0;
        while newest < self.bounds.heights && header_of(&self.soup, newest + 1).is_some() {
            newest += 1;
        }
        let stable = u8::try_from(pick(usize::from(newest) + 1)).unwrap();
        let mut prepared = [None; HEIGHTS];
        for height in stable + 1..=(stable + self.bounds.window).min(self.bounds.heights) {
            let certificates = self.certificates(view, height);
            prepared[at(height)] = certificates.get(pick(certificates.len() + 1)).copied();
        }
        ViewChange { signer, view, stable, prepared }
    }
}
