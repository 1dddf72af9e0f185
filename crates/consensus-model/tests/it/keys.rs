//! Four validators whose signatures are keyed hashes, and what the real messages are made of.

use std::sync::Arc;

use consensus::{SignatureScheme, SignedStatement, Statement, Verifier};
use consensus_model::{
    inbox::Header,
    terms::{Digest, Height, Index},
};
use types::{
    AvailabilityProof, BatchDigest, BatchRef, BatchSequence, BlockHash, ChainId, Epoch, MemberId, Parameters,
    PublicKey, SecretKey, Signature, TimeMs, Validator, ValidatorIndex, ValidatorSet, VoteLogId,
    crypto::SignedBytes, hash::sha256,
};

/// The wall clock stands still: no proposal is ever too old.
pub const WALL: u64 = 1_000_000;
pub const CHAIN: ChainId = ChainId::new([9; 32]);

/// A signature is a hash of key and message.
pub struct KeyedHash;

impl SignatureScheme for KeyedHash {
    fn verify_each(&self, items: &[SignedBytes<'_>]) -> Vec<bool> {
        items.iter().map(|item| keyed_hash(&item.key, item.message) == item.signature).collect()
    }
}

fn keyed_hash(key: &PublicKey, message: &[u8]) -> Signature {
    let mut bytes = [0; 64];
    bytes[..32].copy_from_slice(&sha256("model", &[key.as_bytes(), message]));
    Signature::new(bytes)
}

pub fn v(index: Index) -> ValidatorIndex {
    ValidatorIndex::new(u16::from(index))
}

pub fn index(index: ValidatorIndex) -> Index {
    u8::try_from(index.get()).unwrap()
}

pub fn parameters(window: u8) -> Parameters {
    Parameters {
        view_timeout_ms: 1_000,
        view_timeout_max_ms: 10_000_000,
        window: u64::from(window),
        // One batch is half a block and so always worth a proposal: pacing is not in the model.
        max_block_bytes: 2_000,
        ..Parameters::default()
    }
}

/// All four keys.
#[derive(Clone)]
pub struct Keys {
    pub set: Arc<ValidatorSet>,
}

impl Keys {
    pub fn new() -> Self {
        let validator = |index: u8| {
            let key = |kind: u8| SecretKey::from_seed(&[16 * kind + index; 32]).public_key();
            let name = format!("v{index}");
            Validator {
                member: MemberId::of_name(&name),
                name,
                consensus_key: key(1),
                node_key: key(2),
                vote_log: VoteLogId::new([index; 32]),
            }
        };
        Self { set: Arc::new(ValidatorSet::new((0..4).map(validator).collect()).unwrap()) }
    }

    pub fn verifier(&self, window: u8) -> Verifier {
        let (set, base) = (Arc::clone(&self.set), types::Height::ZERO);
        Verifier::new(CHAIN, set, Epoch::ZERO, base, parameters(window), Arc::new(KeyedHash))
    }

    pub fn sign(&self, signer: Index, statement: Statement) -> SignedStatement {
        let bytes = statement.signing_bytes(&CHAIN, Epoch::ZERO);
        let signature = keyed_hash(self.set.key(v(signer)).unwrap(), &bytes);
        SignedStatement { signer: v(signer), epoch: Epoch::ZERO, statement, signature }
    }

    pub fn proof(&self, reference: BatchRef) -> AvailabilityProof {
        let bytes = reference.acknowledgement_bytes(&CHAIN);
        let sign = |index: Index| (v(index), keyed_hash(self.set.key(v(index)).unwrap(), &bytes));
        AvailabilityProof { reference, signatures: (0..2).map(sign).collect() }
    }
}

/// The one batch of a proposal.
pub fn batch(height: Height, digest: Digest) -> BatchRef {
    let name = [height, digest as u8];
    BatchRef {
        author: v(0),
        sequence: BatchSequence::new(u64::from(8 * height + digest as u8)),
        digest: BatchDigest::new(sha256("batch", &[&name])),
        epoch: Epoch::ZERO,
        bytes: 1_000,
        count: 3,
        expires: TimeMs::new(WALL + 600_000),
    }
}

/// The hash of a header.
pub fn header_hash(height: Height, header: &Header) -> BlockHash {
    let digests = header.map(|digest| digest.map_or(u8::MAX, |digest| digest as u8));
    BlockHash::new(sha256("header", &[&[height], &digests]))
}
