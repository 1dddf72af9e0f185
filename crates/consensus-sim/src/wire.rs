//! What a node says and hears; Byzantine actors have the last word on what leaves.

use std::rc::Rc;

use consensus::{Input, Message, SignedStatement, Statement, record::Voting};

use crate::{
    environment::Environment,
    epochs::OUTSIDER,
    node::Node,
    packet::Packet,
    queue::Place,
    scenario::Scenario,
    time::{MILLISECOND, Micros},
};

impl Node {
    /// Puts a message on the wire, to one person or to all others, observers too.
    pub fn send(&mut self, env: &mut Environment, to: Option<Place>, message: Message) {
        if env.is_failpoint() {
            self.crash_here(env);
            return;
        }
        if self.is_honest() {
            self.is_sound_to_others(env, &message);
            env.invariants.sent(self.place, self.person, &message);
            env.remember_for_ghost(self.person, &message);
        }
        let (place, person) = (self.place, self.person);
        env.say(|| {
            format!("{place} sends to {}: {}", to.map_or("all".into(), |to| to.to_string()), brief(&message))
        });
        let identity = Rc::clone(&self.identity);
        let receivers: Vec<Place> = match to {
            Some(to) => vec![to],
            None => {
                let observers = (0..env.scenario.persons()).filter(|p| identity.index_of(*p).is_none());
                identity.persons().chain(observers).filter(|other| *other != person).collect()
            }
        };
        let message = self.lie_about_heights(env, message);
        let Some(actor) = &mut self.actor else {
            let packet = Rc::new(Packet::consensus(message));
            receivers.into_iter().for_each(|to| env.post_to(place, to, &packet));
            return;
        };
        for to in receivers {
            let index = identity.index_of(to).unwrap_or(OUTSIDER);
            let said = actor.outgoing(&identity, &mut env.mischief_prng, index, &message);
            env.note_mischief(&identity, u64::from(said.as_slice() != [message.clone()]));
            for message in said {
                env.note_byzantine(&message);
                let wait = actor.delay(&message, identity.parameters.view_timeout_ms * MILLISECOND);
                env.note_mischief(&identity, u64::from(wait > 0));
                env.post_to_later(place, to, &Rc::new(Packet::consensus(message)), wait);
            }
        }
    }

    /// What an honest node says of views is made of statements of its epoch alone.
    fn is_sound_to_others(&self, env: &mut Environment, message: &Message) {
        let Message::Signed(signed) = message else { return };
        if matches!(signed.statement, Statement::ViewChange(_) | Statement::NewView(_))
            && let Err(error) = self.verifier.verify(self.index, message.clone())
        {
            let place = self.place;
            env.violate(
                "epochs",
                format!("node {place} says what none of its epoch takes: {error}: {signed:?}"),
            );
        }
    }

    /// A packet arrives.
    pub fn receive(&mut self, env: &mut Environment, from: Place, packet: &Rc<Packet>) {
        match &**packet {
            Packet::Consensus(message) => {
                let person = env.scenario.person_of(from);
                let Some(sender) = self.identity.index_of(person) else {
                    return self.hear_outsider(env, person, message);
                };
                let heard = match &self.actor {
                    None => Some((**message).clone()),
                    Some(actor) => actor.incoming(message),
                };
                let Some(heard) = heard else { return };
                match self.verifier.verify(sender, heard) {
                    Ok(verified) => {
                        if let Some(actor) = &mut self.actor {
                            actor.overhear(message);
                        }
                        self.will_hear(env, Input::Message { from: sender, message: verified });
                    }
                    Err(_) => env.statistics.rejected += 1,
                }
            }
            Packet::Batch(batch) => self.receive_batch(env, from, batch),
            Packet::Acknowledge(acknowledgement) => self.receive_acknowledgement(env, acknowledgement),
            Packet::Proof(proof) => self.receive_proof(env, from, proof),
            Packet::FetchBatch(digest) => self.serve_batch(env, from, digest),
            Packet::FetchBlocks(first) => self.serve_blocks(env, from, *first),
            Packet::Blocks(blocks) => self.receive_blocks(env, blocks),
            Packet::Submit(transactions) => {
                if matches!(self.voting, Voting::Active(_)) {
                    self.pack_these(env, transactions.clone());
                }
            }
        }
    }

    /// Somebody who is not in the set of our epoch: a certificate proves itself, a status of an older epoch
    /// is answered with its end.
    fn hear_outsider(&mut self, env: &mut Environment, person: Place, message: &Message) {
        match message {
            Message::Certificate(certificate) => {
                if let Ok(certificate) = self.verifier.verify_certificate(certificate.clone()) {
                    self.will_hear(env, Input::Certificate(certificate));
                }
            }
            Message::Status(status) if status.epoch < self.identity.epoch => {
                self.send_epoch_end(env, person, status.epoch);
            }
            Message::Status(_)
            | Message::Signed(_)
            | Message::PrePrepare { .. }
            | Message::BatchProof(_)
            | Message::FetchProposal(_)
            | Message::Proposal(_)
            | Message::VotesHeld { .. } => {}
        }
    }

    /// A Byzantine actor acts of its own accord.
    pub fn make_mischief(&mut self, env: &mut Environment) {
        let place = self.place;
        let (Some(actor), Some(replica)) = (&mut self.actor, &self.replica) else { return };
        let status = replica.status();
        let identity = Rc::clone(&self.identity);
        for (to, message) in actor.mischief(&identity, &mut env.mischief_prng, &status) {
            env.note_byzantine(&message);
            env.note_mischief(&self.identity, 1);
            env.say(|| format!("{place} invents for {to}: {}", brief(&message)));
            if let Some(person) = identity.person(to) {
                env.post_to(place, person, &Rc::new(Packet::consensus(message)));
            }
        }
    }
}

impl Environment {
    /// Whether a person may have signed two things for one slot.
    pub fn is_faulty(&self, place: Place) -> bool {
        let Scenario { byzantine, wipe, rollback, .. } = &self.scenario;
        byzantine.iter().any(|(byzantine, _)| *byzantine == place)
            || wipe.is_some_and(|(wiped, _)| wiped == place)
            || rollback.is_some_and(|rollback| rollback.place == place && rollback.older.counts())
    }

    /// Puts a packet on the wire to every place of a person.
    pub fn post_to(&mut self, from: Place, to: Place, packet: &Rc<Packet>) {
        self.post_to_later(from, to, packet, 0);
    }

    fn post_to_later(&mut self, from: Place, to: Place, packet: &Rc<Packet>, wait: Micros) {
        for place in 0..self.scenario.places() {
            if place != from && self.scenario.person_of(place) == to {
                self.post_later(from, place, packet, wait);
            }
        }
    }

    /// A Byzantine actor's statements count for what may be decided.
    fn note_byzantine(&mut self, message: &Message) {
        if let Message::Signed(signed) | Message::PrePrepare { signed, .. } = message
            && self.invariants.is_signed(signed)
        {
            self.invariants.seen(signed);
        }
    }
}

/// A message in few words.
fn brief(message: &Message) -> String {
    match message {
        Message::Signed(SignedStatement { signer, statement, .. }) => match statement {
            Statement::ViewChange(change) => format!(
                "ViewChange of {signer} to {} above {:?}, prepared {:?}",
                change.view,
                change.stable.as_ref().map(|certificate| certificate.height),
                change.prepared.iter().map(|prepared| prepared.vote).collect::<Vec<_>>()
            ),
            Statement::NewView(new_view) => format!(
                "NewView of {signer} for {} by {:?}",
                new_view.view,
                new_view.view_changes.iter().map(|change| change.signer).collect::<Vec<_>>()
            ),
            other => format!("{other:?} of {signer}"),
        },
        Message::PrePrepare { signed, proposal } => {
            format!("{:?} with {} references", signed.statement, proposal.references.len())
        }
        Message::Certificate(certificate) => format!("Certificate of {}", certificate.height),
        other => format!("{other:?}"),
    }
}
