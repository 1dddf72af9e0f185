//! Four real replicas, driven by hand, and what they show in the words of the model.

use std::collections::{BTreeMap, VecDeque};

use consensus::{
    Clock, Effect, ExecutedBlock, Input, LogRecord, Message as Real, Monotonic, Persist, Recovery, Replica,
    ReplicaConfig, Statement, Status, Verifier, Voting,
};
use consensus_model::{
    Bounds,
    inbox::Message,
    terms::{Digest, Height, Index},
};
use types::{BatchRef, Certificate, Epoch, Proposal, ProposalDigest, TimeMs};

use crate::keys::{CHAIN, Keys, WALL, batch, parameters, v};

/// One replica with its disk.
pub struct Node {
    pub replica: Replica,
    pub verifier: Verifier,
    now: u64,
    pub pending: Vec<Persist>,
    log: Vec<LogRecord>,
    pub blocks: Vec<ExecutedBlock>,
    certificates: Vec<Certificate>,
    /// Said since last looked at.
    pub said: Vec<Message>,
}

/// All of them, and what was said.
pub struct Code {
    pub bounds: Bounds,
    pub keys: Keys,
    pub nodes: BTreeMap<Index, Node>,
    pub proposals: BTreeMap<(Height, Digest), Proposal>,
    pub labels: BTreeMap<ProposalDigest, Digest>,
    batches: Vec<BatchRef>,
    /// Every message with its real form.
    pub soup: BTreeMap<Message, Real>,
    answers: Vec<Real>,
}

impl Code {
    pub fn new(bounds: Bounds) -> Self {
        let labels = BTreeMap::from([(Proposal::null().digest(), Digest::Null)]);
        let proposals = (1..=bounds.heights).map(|h| ((h, Digest::Null), Proposal::null())).collect();
        let mut code = Self {
            bounds,
            keys: Keys::new(),
            nodes: BTreeMap::new(),
            proposals,
            labels,
            batches: Vec::new(),
            soup: BTreeMap::new(),
            answers: Vec::new(),
        };
        bounds.honest().for_each(|me| code.start(me, 0, Recovery::default()));
        bounds.honest().for_each(|me| code.answer_recall(me));
        code
    }

    fn start(&mut self, me: Index, now: u64, recovery: Recovery) {
        let config = ReplicaConfig {
            chain: CHAIN,
            validators: self.keys.set.clone(),
            parameters: parameters(self.bounds.window),
            epoch: Epoch::ZERO,
            base: types::Height::ZERO,
            voting: Voting::Active(v(me)),
            recall: true,
        };
        let (log, blocks) = (recovery.records.clone(), Vec::new());
        let (replica, effects) = Replica::new(config, recovery, clock(now));
        let verifier = self.keys.verifier(self.bounds.window);
        let node = Node {
            replica,
            verifier,
            now,
            pending: Vec::new(),
            log,
            blocks,
            certificates: Vec::new(),
            said: Vec::new(),
        };
        if let Some(old) = self.nodes.insert(me, node) {
            let node = self.node(me);
            (node.blocks, node.certificates) = (old.blocks, old.certificates);
        }
        self.absorb(me, effects);
        for reference in self.batches.clone() {
            self.input(me, Input::BatchHeld(reference));
        }
    }

    /// The recall query is written and answered by the others with what they hold.
    fn answer_recall(&mut self, me: Index) {
        self.write(me);
        let nonce = WALL;
        let query = Real::Signed(self.keys.sign(me, Statement::VoteQuery(consensus::VoteQuery { nonce })));
        for peer in (0..4).filter(|peer| *peer != me) {
            self.answers.clear();
            if self.nodes.contains_key(&peer) {
                self.receive(peer, me, query.clone());
            }
            let nothing = Real::VotesHeld { nonce, votes: Vec::new() };
            let answer = self.answers.pop().unwrap_or(nothing);
            self.receive(me, peer, answer);
        }
    }

    pub fn node(&mut self, me: Index) -> &mut Node {
        self.nodes.get_mut(&me).unwrap()
    }

    pub fn input(&mut self, me: Index, input: Input) {
        let effects = self.node(me).replica.step(input);
        self.absorb(me, effects);
    }

    /// A message arrives; it must pass the verifier.
    pub fn receive(&mut self, me: Index, from: Index, message: Real) {
        let verified = self.node(me).verifier.verify(v(from), message).expect("good");
        self.input(me, Input::Message { from: v(from), message: verified });
    }

    /// Carries out effects: blocks are executed and certificates stored at once, batches are at hand.
    fn absorb(&mut self, me: Index, effects: Vec<Effect>) {
        let mut queue = VecDeque::from(effects);
        while let Some(effect) = queue.pop_front() {
            let input = match effect {
                Effect::Persist(persist) => {
                    self.learn(&persist);
                    self.node(me).pending.push(persist);
                    continue;
                }
                Effect::Broadcast(Real::FetchProposal(digest)) => {
                    let proposal = self.proposals.values().find(|proposal| proposal.digest() == digest);
                    let message = Real::Proposal(proposal.expect("proposed").clone());
                    let message = self.node(me).verifier.verify(v((me + 1) % 4), message).expect("good");
                    Input::Message { from: v((me + 1) % 4), message }
                }
                Effect::Broadcast(message) => {
                    self.say(me, message);
                    continue;
                }
                Effect::Send { message: message @ Real::VotesHeld { .. }, .. } => {
                    self.answers.push(message);
                    continue;
                }
                Effect::Execute { height, proposal } => self.executed(me, height, &proposal),
                Effect::FetchBatch { reference, .. } => Input::BatchHeld(reference),
                Effect::StoreCertificate(certificate) => {
                    let height = certificate.height;
                    self.node(me).certificates.push(certificate);
                    Input::CertificateDurable(height)
                }
                Effect::Halt(halt) => panic!("{me} halts: {halt:?}"),
                _ => continue,
            };
            queue.extend(self.node(me).replica.step(input));
        }
    }

    /// A new proposal gets the next free name of its height.
    fn learn(&mut self, persist: &Persist) {
        let Persist::Own { statement: Statement::PrePrepare(vote), proposal: Some(proposal), .. } = persist
        else {
            return;
        };
        if !self.labels.contains_key(&vote.digest) {
            let height = u8::try_from(vote.height.get()).unwrap();
            let digest = Digest::ALL[usize::try_from(vote.view.get()).unwrap() + 1];
            self.name(height, digest, proposal.clone());
        }
    }

    pub fn name(&mut self, height: Height, digest: Digest, proposal: Proposal) {
        self.labels.insert(proposal.digest(), digest);
        for reference in &proposal.references {
            if !self.batches.contains(reference) {
                self.batches.push(*reference);
            }
            for me in self.nodes.keys().copied().collect::<Vec<_>>() {
                self.input(me, Input::BatchHeld(*reference));
            }
        }
        assert!(self.proposals.insert((height, digest), proposal).is_none(), "{height} {digest:?} twice");
    }

    /// What leaves is new, or the same bytes as before.
    fn say(&mut self, me: Index, message: Real) {
        let signed = match &message {
            Real::Signed(signed) | Real::PrePrepare { signed, .. } => signed,
            _ => return,
        };
        let Some(said) = self.in_words(signed) else { return };
        match self.soup.get(&said) {
            Some(known) => assert_eq!(*known, message, "not the same bytes again"),
            None => {
                self.node(me).said.push(said.clone());
                self.soup.insert(said, message);
            }
        }
    }

    /// Everything asked for so far becomes durable.
    pub fn write(&mut self, me: Index) {
        for persist in std::mem::take(&mut self.node(me).pending) {
            let record = match persist {
                Persist::Own { statement, proposal, prepared } => {
                    LogRecord::Own { signed: self.keys.sign(me, statement), proposal, prepared }
                }
                Persist::Installed(signed) => LogRecord::Installed(signed),
            };
            self.node(me).log.push(record.clone());
            self.input(me, Input::Durable(record));
        }
    }

    pub fn restart(&mut self, me: Index) {
        let node = self.node(me);
        let low = node.replica.status().low;
        let is_low = |certificate: &&Certificate| certificate.height <= low;
        let certificates: Vec<_> = node.certificates.iter().filter(is_low).cloned().collect();
        let recovery = Recovery {
            records: node.log.clone(),
            low,
            low_hash: certificates.last().map_or_else(types::BlockHash::default, |c| c.header_hash),
            low_time: TimeMs::new(WALL + low.get()),
            low_certificate: certificates.last().cloned(),
            certificates,
            executed: node.blocks.iter().filter(|block| block.height > low).cloned().collect(),
            ..Recovery::default()
        };
        let now = node.now;
        self.start(me, now, recovery);
        self.answer_recall(me);
    }

    /// The primary is silent and the others are there, for as long as that may take.
    pub fn time_out(&mut self, me: Index) -> bool {
        let before = self.node(me).replica.status();
        for _ in 0..60 {
            let ours = self.node(me).replica.status();
            for peer in (0..4).filter(|peer| *peer != me && v(*peer) != before.primary) {
                let status = Status {
                    epoch: Epoch::ZERO,
                    view: ours.view,
                    view_active: ours.active,
                    low: ours.low,
                    executed: ours.executed,
                    certified: ours.certified,
                    sent_at_ms: self.node(me).now.max(1),
                    echo_ms: 0,
                };
                self.receive(me, peer, Real::Status(status));
            }
            self.node(me).now += 400;
            let now = self.node(me).now;
            self.input(me, Input::Tick(clock(now)));
            if self.node(me).replica.status().view != before.view {
                return true;
            }
        }
        false
    }

    /// The primary learns of a batch and proposes it.
    pub fn propose(&mut self, me: Index, height: Height, digest: Digest) {
        let reference = batch(height, digest);
        self.input(me, Input::BatchHeld(reference));
        self.input(me, Input::BatchCertified { proof: self.keys.proof(reference), acks: 4 });
    }
}

fn clock(now: u64) -> Clock {
    Clock { monotonic: Monotonic(now), wall: TimeMs::new(WALL) }
}
