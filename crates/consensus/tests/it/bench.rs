//! One replica on a bench: the test plays network, disk, mempool and ledger.

use std::{collections::BTreeMap, sync::Arc};

use consensus::{
    Clock, Effect, ExecutedBlock, Input, LogRecord, Message, Monotonic, Persist, Recovery, Replica,
    ReplicaConfig, Statement, Status, Verifier, Voting,
};
use types::{BatchRef, Proposal, ProposalDigest, TimeMs, certificate::CheckpointStatement};

use crate::show::show;
pub use crate::world::*;

/// All but one.
fn others(n: u16, me: u16) -> Vec<u16> {
    (0..n).filter(|peer| *peer != me).collect()
}

pub struct Bench {
    pub world: World,
    pub replica: Replica,
    pub verifier: Verifier,
    pub me: u16,
    pub now: u64,
    /// Names of digests in what is shown.
    pub names: BTreeMap<ProposalDigest, String>,
    /// Asked for, not durable yet.
    pub pending: Vec<Persist>,
    /// The vote log.
    pub log: Vec<LogRecord>,
    /// Effects of the last step, statuses left out.
    pub last: Vec<Effect>,
}

impl Bench {
    /// A fresh validator whose recall query is answered and whose peers are all there.
    pub fn new(n: u16, me: u16) -> Self {
        Self::start(n, me, Voting::Active(v(me)), Recovery::default()).ready()
    }

    pub fn start(n: u16, me: u16, voting: Voting, recovery: Recovery) -> Self {
        Self::start_in(World::new(n), me, voting, recovery, true)
    }

    /// In any epoch; with or without the recall query.
    pub fn start_in(world: World, me: u16, voting: Voting, recovery: Recovery, recall: bool) -> Self {
        let config = ReplicaConfig {
            chain: CHAIN,
            validators: Arc::clone(&world.set),
            parameters: parameters(),
            epoch: world.epoch,
            base: world.base,
            voting,
            recall,
        };
        let log = recovery.records.clone();
        let clock = Clock { monotonic: Monotonic(0), wall: TimeMs::new(WALL) };
        let (replica, effects) = Replica::new(config, recovery, clock);
        let verifier = world.verifier();
        let names = BTreeMap::from([(Proposal::null().digest(), "null".to_owned())]);
        let mut bench =
            Self { world, replica, verifier, me, now: 0, names, pending: Vec::new(), log, last: Vec::new() };
        bench.take(effects);
        bench
    }

    /// Peers answer the recall query with nothing and say that they are there.
    pub fn ready(mut self) -> Self {
        self.durable();
        let n = u16::try_from(self.world.set.len()).unwrap();
        for peer in others(n, self.me) {
            self.receive(peer, Message::VotesHeld { nonce: WALL, votes: Vec::new() });
        }
        self.tick(1);
        self.statuses();
        self
    }

    /// Every peer says where it stands: where we do.
    pub fn statuses(&mut self) {
        let n = u16::try_from(self.world.set.len()).unwrap();
        for peer in others(n, self.me) {
            self.status_of(peer);
        }
    }

    pub fn status_of(&mut self, peer: u16) {
        self.status_as(peer, |_| {});
    }

    /// A peer says that it stands where we do, but for what is changed.
    pub fn status_as(&mut self, peer: u16, change: impl FnOnce(&mut Status)) -> Vec<String> {
        let ours = self.replica.status();
        let mut status = Status {
            epoch: self.world.epoch,
            view: ours.view,
            view_active: ours.active,
            low: ours.low,
            executed: ours.executed,
            certified: ours.certified,
            sent_at_ms: self.now.max(1),
            echo_ms: 0,
        };
        change(&mut status);
        self.receive(peer, Message::Status(status))
    }

    fn take(&mut self, effects: Vec<Effect>) -> Vec<String> {
        let is_status = |effect: &Effect| matches!(effect, Effect::Send { message: Message::Status(_), .. });
        self.last = effects.into_iter().filter(|effect| !is_status(effect)).collect();
        for effect in &self.last {
            if let Effect::Persist(persist) = effect {
                self.pending.push(persist.clone());
            }
        }
        self.last.iter().map(|effect| show(effect, &self.names)).collect()
    }

    pub fn input(&mut self, input: Input) -> Vec<String> {
        let effects = self.replica.step(input);
        self.take(effects)
    }

    pub fn receive(&mut self, from: u16, message: Message) -> Vec<String> {
        let message =
            self.verifier.verify(v(from), message).expect("the test sends what passes the verifier");
        self.input(Input::Message { from: v(from), message })
    }

    /// Everything asked for so far becomes durable.
    pub fn durable(&mut self) -> Vec<String> {
        let mut shown = Vec::new();
        let mut effects = Vec::new();
        for persist in std::mem::take(&mut self.pending) {
            let record = self.record(persist);
            self.log.push(record.clone());
            shown.extend(self.input(Input::Durable(record)));
            effects.append(&mut self.last);
        }
        self.last = effects;
        shown
    }

    fn record(&self, persist: Persist) -> LogRecord {
        match persist {
            Persist::Own { statement, proposal, prepared } => {
                LogRecord::Own { signed: self.world.sign(self.me, statement), proposal, prepared }
            }
            Persist::Installed(signed) => LogRecord::Installed(signed),
        }
    }

    /// Time passes in one step.
    pub fn tick(&mut self, ms: u64) -> Vec<String> {
        self.now += ms;
        let clock = Clock { monotonic: Monotonic(self.now), wall: TimeMs::new(WALL + self.now) };
        self.input(Input::Tick(clock))
    }

    /// Time passes as the replica wants it to, all peers alive; answers what was done meanwhile.
    pub fn pass(&mut self, ms: u64) -> Vec<String> {
        let end = self.now + ms;
        let mut shown = Vec::new();
        while self.now < end {
            let next =
                self.replica.next_deadline().map_or(end, |deadline| deadline.0).clamp(self.now + 1, end);
            shown.extend(self.tick(next - self.now));
            self.statuses();
        }
        shown
    }

    /// Everything about a batch is there: held and certified.
    pub fn offer(&mut self, reference: BatchRef) -> Vec<String> {
        let mut shown = self.input(Input::BatchHeld(reference));
        shown.extend(self.certify(reference));
        shown
    }

    pub fn certify(&mut self, reference: BatchRef) -> Vec<String> {
        let signers: Vec<u16> = (0..u16::try_from(self.world.set.one_honest()).unwrap()).collect();
        let proof = self.world.proof(reference, &signers);
        self.input(Input::BatchCertified { proof, acks: signers.len() })
    }

    pub fn executed(&mut self, height: u64, executed: &Proposal) -> Vec<String> {
        self.executed_before(height, executed, None)
    }

    /// Executed, with a pending boundary in the state after it.
    pub fn executed_before(
        &mut self,
        height: u64,
        executed: &Proposal,
        boundary: Option<u64>,
    ) -> Vec<String> {
        let hash = hash_at(height);
        let statement = Statement::Checkpoint(CheckpointStatement { height: h(height), header_hash: hash });
        let signature = self.world.sign(self.me, statement).signature;
        self.input(Input::Executed {
            height: h(height),
            header_hash: hash,
            proposal: executed.digest(),
            references: executed.references.clone(),
            time: TimeMs::new(WALL + height),
            checkpoint: Some(signature),
            boundary: boundary.map(h),
        })
    }

    pub fn block(&self, height: u64, executed: &Proposal) -> ExecutedBlock {
        let hash = hash_at(height);
        let statement = Statement::Checkpoint(CheckpointStatement { height: h(height), header_hash: hash });
        ExecutedBlock {
            height: h(height),
            header_hash: hash,
            proposal: executed.digest(),
            references: executed.references.clone(),
            time: TimeMs::new(WALL + height),
            checkpoint: Some(self.world.sign(self.me, statement).signature),
            boundary: None,
        }
    }

    pub fn name(&mut self, proposal: &Proposal, name: &str) {
        self.names.insert(proposal.digest(), name.to_owned());
    }

    /// kill -9: what was asked for but not durable is gone; the log is what it starts from.
    pub fn restart(self) -> Self {
        let recovery = Recovery { records: self.log.clone(), ..Recovery::default() };
        let n = u16::try_from(self.world.set.len()).unwrap();
        let names = self.names.clone();
        let mut bench = Self::start(n, self.me, Voting::Active(v(self.me)), recovery);
        bench.names = names;
        bench
    }

    pub fn state(&self) -> String {
        self.replica.to_string()
    }
}
