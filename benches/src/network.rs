//! Replicas that hear each other at once: nothing is lost, signed or written. What ordering itself costs.

use std::{collections::VecDeque, sync::Arc};

use consensus::{
    Clock, Effect, Input, LogRecord, Message, Monotonic, Persist, Replica, ReplicaConfig, SignatureScheme,
    SignedStatement, Verifier,
    record::{Recovery, Voting},
};
use types::{
    AvailabilityProof, BatchDigest, BatchRef, BatchSequence, BlockHash, ChainId, Epoch, Height, MemberId,
    Parameters, SecretKey, Signature, TimeMs, Validator, ValidatorIndex, ValidatorSet, VoteLogId,
    crypto::SignedBytes, hash::sha256,
};

const CHAIN: ChainId = ChainId::new([7; 32]);
const SIGNATURE: Signature = Signature::new([1; 64]);
const WALL: u64 = 1_000_000;

/// Every signature is good.
struct Trusting;

impl SignatureScheme for Trusting {
    fn verify_each(&self, items: &[SignedBytes<'_>]) -> Vec<bool> {
        vec![true; items.len()]
    }
}

/// All replicas of a network.
pub struct Network {
    replicas: Vec<Replica>,
    verifiers: Vec<Verifier>,
    waiting: VecDeque<(usize, Input)>,
    now: u64,
    batches: u64,
    /// How many heights the first of them has executed.
    pub executed: u64,
}

fn set(n: u16) -> ValidatorSet {
    let validator = |index: u16| {
        let key = |kind: u8| {
            SecretKey::from_seed(&sha256("bench.validator", &[&index.to_le_bytes(), &[kind]])).public_key()
        };
        Validator {
            name: format!("v{index}"),
            member: MemberId::of_name("bench"),
            consensus_key: key(1),
            node_key: key(2),
            vote_log: VoteLogId::new(sha256("bench.log", &[&index.to_le_bytes()])),
        }
    };
    ValidatorSet::new((0..n).map(validator).collect()).unwrap()
}

impl Network {
    /// `n` replicas.
    #[must_use]
    pub fn new(n: u16) -> Self {
        let validators = Arc::new(set(n));
        let parameters = Parameters::default();
        let mut network = Self {
            replicas: Vec::new(),
            verifiers: Vec::new(),
            waiting: VecDeque::new(),
            now: 1,
            batches: 0,
            executed: 0,
        };
        for index in validators.indices() {
            network.verifiers.push(Verifier::new(
                CHAIN,
                Arc::clone(&validators),
                Epoch::ZERO,
                Height::ZERO,
                parameters.clone(),
                Arc::new(Trusting),
            ));
            let config = ReplicaConfig {
                chain: CHAIN,
                validators: Arc::clone(&validators),
                parameters: parameters.clone(),
                epoch: Epoch::ZERO,
                base: Height::ZERO,
                voting: Voting::Active(index),
                recall: false,
            };
            let (replica, _) = Replica::new(config, Recovery::default(), network.clock());
            network.replicas.push(replica);
        }
        network
    }

    fn clock(&self) -> Clock {
        Clock { monotonic: Monotonic(self.now), wall: TimeMs::new(WALL + self.now) }
    }

    /// Orders one batch at one height, to the durable certificate. `step` feeds each input to a replica.
    pub fn order(&mut self, mut step: impl FnMut(&mut Replica, Input) -> Vec<Effect>) {
        let before = self.executed;
        self.now += 1;
        self.batches += 1;
        let n = self.replicas.len();
        let author = u16::try_from(self.batches as usize % n).unwrap();
        let reference = BatchRef {
            author: ValidatorIndex::new(author),
            sequence: BatchSequence::new(self.batches),
            digest: BatchDigest::new(sha256("bench.batch", &[&self.batches.to_le_bytes()])),
            epoch: Epoch::ZERO,
            bytes: 256 << 10,
            count: 1_000,
            expires: TimeMs::new(WALL + 1_000_000_000),
        };
        let signers = (0..n * 2 / 3 + 1).map(|i| ValidatorIndex::new(u16::try_from(i).unwrap()));
        let proof =
            AvailabilityProof { reference, signatures: signers.map(|signer| (signer, SIGNATURE)).collect() };
        for place in 0..n {
            self.waiting.push_back((place, Input::Tick(self.clock())));
            self.waiting.push_back((place, Input::BatchHeld(reference)));
            let acks = proof.signatures.len();
            self.waiting.push_back((place, Input::BatchCertified { proof: proof.clone(), acks }));
        }
        while let Some((place, input)) = self.waiting.pop_front() {
            let effects = step(&mut self.replicas[place], input);
            self.verifiers[place].set_horizon(self.replicas[place].horizon());
            for effect in effects {
                self.carry_out(place, effect);
            }
        }
        assert_eq!(self.executed, before + 1, "one height more");
    }

    fn carry_out(&mut self, place: usize, effect: Effect) {
        match effect {
            Effect::Persist(Persist::Own { statement, proposal, prepared }) => {
                let signer = ValidatorIndex::new(u16::try_from(place).unwrap());
                let signed = SignedStatement { signer, epoch: Epoch::ZERO, statement, signature: SIGNATURE };
                let record = LogRecord::Own { signed, proposal, prepared };
                self.waiting.push_back((place, Input::Durable(record)));
            }
            Effect::Send { to, message } => self.deliver(place, usize::from(to.get()), message),
            Effect::Broadcast(message) => {
                for to in (0..self.replicas.len()).filter(|to| *to != place) {
                    self.deliver(place, to, message.clone());
                }
            }
            Effect::Execute { height, proposal } => {
                self.executed += u64::from(place == 0);
                let digest = proposal.digest();
                let executed = Input::Executed {
                    height,
                    header_hash: BlockHash::new(sha256("bench.block", &[digest.as_bytes()])),
                    proposal: digest,
                    references: proposal.references,
                    time: proposal.time,
                    checkpoint: Some(SIGNATURE),
                    boundary: None,
                };
                self.waiting.push_back((place, executed));
            }
            Effect::StoreCertificate(certificate) => {
                self.waiting.push_back((place, Input::CertificateDurable(certificate.height)));
            }
            // Nothing is missing, wrong or over here.
            _ => {}
        }
    }

    fn deliver(&mut self, from: usize, to: usize, message: Message) {
        let from = ValidatorIndex::new(u16::try_from(from).unwrap());
        if let Ok(message) = self.verifiers[to].verify(from, message) {
            self.waiting.push_back((to, Input::Message { from, message }));
        }
    }
}
