//! Transactions: decoded strictly, named by their body, sealed by signatures.

mod error;

use bytes::Bytes;
use prost::Message as _;

use crate::{
    ChainId, Operation, Parameters, PublicKey, SecretKey, Signature, TimeMs, TransactionId, WitnessHash,
    hash::sha256, signing::transaction_signing_bytes, wire,
};

pub use self::error::TransactionError;

/// Longest memo, in bytes.
pub const MEMO_BYTES_MAX: usize = 256;

/// What clients agree on by signing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransactionBody {
    /// The network.
    pub chain_id: ChainId,
    /// Alive in a block of time T iff T <= this.
    pub valid_until: TimeMs,
    /// Makes equal intentions distinct.
    pub salt: u64,
    /// At least one; all apply or none.
    pub operations: Vec<Operation>,
    /// Free text.
    pub memo: String,
}

/// A key and its signature over the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransactionSignature {
    /// Who signs.
    pub public_key: PublicKey,
    /// Over [`transaction_signing_bytes`].
    pub signature: Signature,
}

/// A signed transaction in decoded form together with its exact bytes. Its signatures are **not** checked:
/// see [`crate::CheckedTransaction`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    bytes: Bytes,
    id: TransactionId,
    witness: WitnessHash,
    body: TransactionBody,
    signatures: Vec<TransactionSignature>,
}

impl TransactionBody {
    /// Canonical protobuf.
    #[must_use]
    pub fn encode(&self) -> Bytes {
        let body = wire::TransactionBody {
            version: 1,
            chain_id: self.chain_id.as_bytes().to_vec().into(),
            valid_until_ms: self.valid_until.get(),
            salt: self.salt,
            operations: self.operations.iter().map(Operation::to_wire).collect(),
            memo: self.memo.clone(),
        };
        body.encode_to_vec().into()
    }

    /// SHA-256("hanse.tx.v1" ‖ encoded body).
    #[must_use]
    pub fn id_of(encoded: &[u8]) -> TransactionId {
        TransactionId::new(sha256("hanse.tx.v1", &[encoded]))
    }

    /// Signs with keys in any order.
    #[must_use]
    pub fn sign(self, keys: &[&SecretKey]) -> Transaction {
        let body = self.encode();
        let id = Self::id_of(&body);
        let message = transaction_signing_bytes(&self.chain_id, &id);
        let sign = |key: &&SecretKey| TransactionSignature {
            public_key: key.public_key(),
            signature: key.sign(&message),
        };
        Transaction::assemble(self, body, keys.iter().map(sign).collect())
    }
}

impl Transaction {
    /// Reads bytes strictly.
    ///
    /// # Errors
    /// [`TransactionError`]; each follows from bytes and `parameters` alone.
    pub fn decode(bytes: Bytes, chain: &ChainId, parameters: &Parameters) -> Result<Self, TransactionError> {
        if bytes.len() > parameters.max_transaction_bytes as usize {
            return Err(TransactionError::TooLarge {
                found: bytes.len(),
                limit: parameters.max_transaction_bytes,
            });
        }
        let transaction = Self::decode_any(bytes)?;
        if transaction.body.chain_id != *chain {
            return Err(TransactionError::WrongChain { expected: *chain, found: transaction.body.chain_id });
        }
        let counts = [
            ("signatures", transaction.signatures.len(), parameters.max_signatures),
            ("operations", transaction.body.operations.len(), parameters.max_operations),
        ];
        for (what, found, limit) in counts {
            if found > limit as usize {
                return Err(TransactionError::TooMany { what, found, limit });
            }
        }
        Ok(transaction)
    }

    /// Reads bytes without asking for network or limits: for tools that show a transaction.
    ///
    /// # Errors
    /// [`TransactionError`].
    pub fn decode_any(bytes: Bytes) -> Result<Self, TransactionError> {
        let not_canonical = |part| TransactionError::NotCanonical { part };
        let outer =
            wire::SignedTransaction::decode(bytes.clone()).map_err(|_| not_canonical("transaction"))?;
        if outer.encode_to_vec() != bytes {
            return Err(not_canonical("transaction"));
        }
        let inner = wire::TransactionBody::decode(outer.body.clone()).map_err(|_| not_canonical("body"))?;
        if inner.encode_to_vec() != outer.body {
            return Err(not_canonical("body"));
        }
        let signatures = outer.signatures.iter().map(read_signature).collect::<Result<Vec<_>, _>>()?;
        if !signatures.windows(2).all(|pair| pair[0].public_key < pair[1].public_key) {
            return Err(TransactionError::Field {
                field: "signatures",
                expected: "must be distinct and ascending by key",
            });
        }
        let body = read_body(&inner)?;
        let id = TransactionBody::id_of(&outer.body);
        let witness = witness_of(&bytes);
        Ok(Self { bytes, id, witness, body, signatures })
    }

    /// Adds or replaces a signature.
    #[must_use]
    pub fn signed_by(&self, key: &SecretKey) -> Self {
        let message = transaction_signing_bytes(&self.body.chain_id, &self.id);
        let signature = TransactionSignature { public_key: key.public_key(), signature: key.sign(&message) };
        let mut signatures = self.signatures.clone();
        signatures.retain(|other| other.public_key != signature.public_key);
        signatures.push(signature);
        Self::assemble(self.body.clone(), self.body.encode(), signatures)
    }

    /// Identity; signatures excluded.
    #[must_use]
    pub const fn id(&self) -> &TransactionId {
        &self.id
    }

    /// The hash of the whole, signatures included: SHA-256("hanse.tx.witness.v1" ‖ bytes). The leaf data
    /// of the transaction tree.
    #[must_use]
    pub const fn witness(&self) -> &WitnessHash {
        &self.witness
    }

    /// The exact bytes.
    #[must_use]
    pub const fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What was signed, decoded.
    #[must_use]
    pub const fn body(&self) -> &TransactionBody {
        &self.body
    }

    /// Distinct, ascending by key.
    #[must_use]
    pub fn signatures(&self) -> &[TransactionSignature] {
        &self.signatures
    }

    /// Whether this key is among the signers (whose signatures may be unchecked).
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        self.signatures.binary_search_by(|signature| signature.public_key.cmp(key)).is_ok()
    }

    fn assemble(body: TransactionBody, encoded: Bytes, mut signatures: Vec<TransactionSignature>) -> Self {
        signatures.sort_by_key(|signature| signature.public_key);
        signatures.dedup_by_key(|signature| signature.public_key);
        let to_wire = |signature: &TransactionSignature| wire::TransactionSignature {
            public_key: signature.public_key.as_bytes().to_vec().into(),
            signature: signature.signature.as_bytes().to_vec().into(),
        };
        let id = TransactionBody::id_of(&encoded);
        let outer =
            wire::SignedTransaction { body: encoded, signatures: signatures.iter().map(to_wire).collect() };
        let bytes: Bytes = outer.encode_to_vec().into();
        Self { id, witness: witness_of(&bytes), bytes, body, signatures }
    }
}

fn witness_of(bytes: &[u8]) -> WitnessHash {
    WitnessHash::new(sha256("hanse.tx.witness.v1", &[bytes]))
}

fn read_signature(signature: &wire::TransactionSignature) -> Result<TransactionSignature, TransactionError> {
    let field = |field, expected| TransactionError::Field { field, expected };
    Ok(TransactionSignature {
        public_key: PublicKey::from_slice(&signature.public_key)
            .ok_or(field("public_key", "must have 32 bytes"))?,
        signature: Signature::from_slice(&signature.signature)
            .ok_or(field("signature", "must have 64 bytes"))?,
    })
}

fn read_body(body: &wire::TransactionBody) -> Result<TransactionBody, TransactionError> {
    let field = |field, expected| TransactionError::Field { field, expected };
    if body.version != 1 {
        return Err(field("version", "must be 1"));
    }
    if body.operations.is_empty() {
        return Err(field("operations", "must hold at least one operation"));
    }
    if body.memo.len() > MEMO_BYTES_MAX {
        return Err(field("memo", "must have at most 256 bytes"));
    }
    let read = |(index, operation)| {
        Operation::from_wire(operation).map_err(|error| TransactionError::Operation { index, error })
    };
    Ok(TransactionBody {
        chain_id: ChainId::from_slice(&body.chain_id).ok_or(field("chain_id", "must have 32 bytes"))?,
        valid_until: TimeMs::new(body.valid_until_ms),
        salt: body.salt,
        operations: body.operations.iter().enumerate().map(read).collect::<Result<_, _>>()?,
        memo: body.memo.clone(),
    })
}
