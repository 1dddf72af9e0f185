//! Everybody's keys: validators whose signatures are keyed hashes, and what they sign for the replica on the
//! bench to hear.

use std::sync::Arc;

use consensus::{
    Message, NewView, PreparedCertificate, SignatureScheme, SignedStatement, Statement, Verifier, ViewChange,
    Vote,
};
use types::{
    AvailabilityProof, BatchDigest, BatchRef, BatchSequence, BlockHash, Certificate, ChainId, Epoch, Height,
    MemberId, Parameters, Proposal, PublicKey, SecretKey, Signature, TimeMs, Validator, ValidatorIndex,
    ValidatorSet, View, VoteLogId, certificate::CheckpointStatement, crypto::SignedBytes, hash::sha256,
};

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

/// The header hash that everybody computes at a height.
pub fn hash_at(height: u64) -> BlockHash {
    BlockHash::new(sha256("header", &[&height.to_le_bytes()]))
}
