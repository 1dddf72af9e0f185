//! One replica on a bench: signatures are keyed hashes, the test plays network, disk, mempool and ledger.

use std::{collections::BTreeMap, sync::Arc};

use consensus::{
    Clock, Effect, ExecutedBlock, Input, LogRecord, Message, Monotonic, NewView, Persist,
    PreparedCertificate, Recovery, Replica, ReplicaConfig, SignatureScheme, SignedStatement, Statement,
    Status, Verifier, ViewChange, Vote, Voting,
};
use types::{
    AvailabilityProof, BatchDigest, BatchRef, BatchSequence, BlockHash, Certificate, ChainId, Epoch, Height,
    MemberId, Parameters, Proposal, ProposalDigest, PublicKey, SecretKey, Signature, TimeMs, Validator,
    ValidatorIndex, ValidatorSet, View, VoteLogId, certificate::CheckpointStatement, crypto::SignedBytes,
    hash::sha256,
};

use crate::show::show;

/// The wall clock at monotonic 0.
pub const WALL: u64 = 1_000_000;
pub const CHAIN: ChainId = ChainId::new([7; 32]);

/// A signature is a hash of key and message.
pub struct KeyedHash;

impl SignatureScheme for KeyedHash {
    fn verify_each(&self, items: &[SignedBytes<'_>]) -> Vec<bool> {
        items.iter().map(|item| keyed_hash(&item.key, item.message) == item.signature).collect()
    }
}

fn keyed_hash(key: &PublicKey, message: &[u8]) -> Signature {
    let half = sha256("test", &[key.as_bytes(), message]);
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&half);
    Signature::new(bytes)
}

pub fn v(index: u16) -> ValidatorIndex {
    ValidatorIndex::new(index)
}

pub fn h(height: u64) -> Height {
    Height::new(height)
}

pub fn set(n: u16) -> Arc<ValidatorSet> {
    let validator = |index: u16| {
        let key = |kind: u8| {
            let mut seed = [kind; 32];
            seed[..2].copy_from_slice(&index.to_le_bytes());
            SecretKey::from_seed(&seed).public_key()
        };
        let name = format!("v{index}");
        let mut log = [0; 32];
        log[..2].copy_from_slice(&index.to_le_bytes());
        Validator {
            member: MemberId::of_name(&name),
            name,
            consensus_key: key(1),
            node_key: key(2),
            vote_log: VoteLogId::new(log),
        }
    };
    Arc::new(ValidatorSet::new((0..n).map(validator).collect()).unwrap())
}

pub fn parameters() -> Parameters {
    Parameters {
        view_timeout_ms: 1_000,
        view_timeout_max_ms: 8_000,
        window: 8,
        activation_delay: 16,
        ..Parameters::default()
    }
}

/// Signs for every validator and for nobody's replica in particular.
#[derive(Clone)]
pub struct World {
    pub set: Arc<ValidatorSet>,
    pub epoch: Epoch,
    /// The last height of the epoch before.
    pub base: Height,
}

impl World {
    pub fn new(n: u16) -> Self {
        Self::of_epoch(n, 0, 0)
    }

    pub fn of_epoch(n: u16, epoch: u64, base: u64) -> Self {
        Self { set: set(n), epoch: Epoch::new(epoch), base: h(base) }
    }

    fn primary(&self, view: u64) -> u16 {
        self.set.primary(self.epoch, View::new(view)).get()
    }

    pub fn verifier(&self) -> Verifier {
        Verifier::new(CHAIN, Arc::clone(&self.set), self.epoch, self.base, parameters(), Arc::new(KeyedHash))
    }

    pub fn sign(&self, signer: u16, statement: Statement) -> SignedStatement {
        let signature =
            keyed_hash(self.set.key(v(signer)).unwrap(), &statement.signing_bytes(&CHAIN, self.epoch));
        SignedStatement { signer: v(signer), epoch: self.epoch, statement, signature }
    }

    pub fn vote(&self, view: u64, height: u64, proposal: &Proposal) -> Vote {
        Vote { view: View::new(view), height: h(height), digest: proposal.digest() }
    }

    pub fn pre_prepare(&self, view: u64, height: u64, proposal: &Proposal) -> Message {
        let primary = self.primary(view);
        let signed = self.sign(primary, Statement::PrePrepare(self.vote(view, height, proposal)));
        Message::PrePrepare { signed, proposal: proposal.clone() }
    }

    pub fn prepare(&self, signer: u16, view: u64, height: u64, proposal: &Proposal) -> Message {
        Message::Signed(self.sign(signer, Statement::Prepare(self.vote(view, height, proposal))))
    }

    pub fn commit(&self, signer: u16, view: u64, height: u64, proposal: &Proposal) -> Message {
        Message::Signed(self.sign(signer, Statement::Commit(self.vote(view, height, proposal))))
    }

    pub fn checkpoint(&self, signer: u16, height: u64, hash: BlockHash) -> Message {
        let statement = CheckpointStatement { height: h(height), header_hash: hash };
        Message::Signed(self.sign(signer, Statement::Checkpoint(statement)))
    }

    pub fn certificate(&self, height: u64, hash: BlockHash, signers: &[u16]) -> Certificate {
        let statement = CheckpointStatement { height: h(height), header_hash: hash };
        let sign = |index: &u16| (v(*index), self.sign(*index, Statement::Checkpoint(statement)).signature);
        let votes: Vec<_> = signers.iter().map(sign).collect();
        Certificate::assemble(self.epoch, statement, self.set.len(), &votes)
    }

    /// Prepared by the primary of `view` and the first others.
    pub fn prepared(&self, view: u64, height: u64, proposal: &Proposal) -> PreparedCertificate {
        let vote = self.vote(view, height, proposal);
        let n = u16::try_from(self.set.len()).unwrap();
        let primary = self.primary(view);
        let others = (0..n).filter(|index| *index != primary).take(self.set.quorum() - 1);
        PreparedCertificate {
            epoch: self.epoch,
            vote,
            pre_prepare: self.sign(primary, Statement::PrePrepare(vote)).signature,
            prepares: others.map(|i| (v(i), self.sign(i, Statement::Prepare(vote)).signature)).collect(),
        }
    }

    pub fn view_change(
        &self,
        signer: u16,
        view: u64,
        stable: Option<Certificate>,
        prepared: Vec<PreparedCertificate>,
    ) -> SignedStatement {
        self.sign(signer, Statement::ViewChange(ViewChange { view: View::new(view), stable, prepared }))
    }

    pub fn new_view(&self, view: u64, view_changes: Vec<SignedStatement>) -> Message {
        let primary = self.primary(view);
        Message::Signed(
            self.sign(primary, Statement::NewView(NewView { view: View::new(view), view_changes })),
        )
    }

    pub fn proof(&self, reference: BatchRef, signers: &[u16]) -> AvailabilityProof {
        let bytes = reference.acknowledgement_bytes(&CHAIN);
        let sign = |index: &u16| (v(*index), keyed_hash(self.set.key(v(*index)).unwrap(), &bytes));
        AvailabilityProof { reference, signatures: signers.iter().map(sign).collect() }
    }
}

/// A batch of `author`, numbered.
pub fn batch(author: u16, sequence: u64) -> BatchRef {
    let digest = sha256("batch", &[&author.to_le_bytes(), &sequence.to_le_bytes()]);
    BatchRef {
        author: v(author),
        sequence: BatchSequence::new(sequence),
        digest: BatchDigest::new(digest),
        epoch: Epoch::ZERO,
        bytes: 1_000,
        count: 3,
        expires: TimeMs::new(WALL + 600_000),
    }
}

/// A batch of 1/32 of a block: worth a proposal while another one is on its way.
pub fn large(author: u16, sequence: u64) -> BatchRef {
    BatchRef { bytes: 128 << 10, ..batch(author, sequence) }
}

/// A proposal of these batches.
pub fn proposal(references: &[BatchRef]) -> Proposal {
    Proposal { references: references.to_vec(), time: TimeMs::new(WALL), participation: None }
}

/// All but one.
fn others(n: u16, me: u16) -> Vec<u16> {
    (0..n).filter(|peer| *peer != me).collect()
}

/// The header hash that everybody computes at a height.
pub fn hash_at(height: u64) -> BlockHash {
    BlockHash::new(sha256("header", &[&height.to_le_bytes()]))
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
