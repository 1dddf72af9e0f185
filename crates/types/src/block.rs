//! Blocks: an executed proposal with everything that is needed to execute it again elsewhere.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::{
    BlockHash, Certificate, CertificateError, ChainId, Code, Header, Proposal, TransactionId, ValidatorSet,
    codec,
};

/// A header and what certifies it. Genesis (height 0) needs no certificate: everybody computes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertifiedHeader {
    /// The header.
    pub header: Header,
    /// The quorum's signatures; `None` only at height 0.
    pub certificate: Option<Certificate>,
}

/// What a node that was away needs to catch up by one height.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// The header.
    pub header: Header,
    /// The quorum's signatures over the header's hash.
    pub certificate: Certificate,
    /// What was ordered; hashes to `header.proposal`.
    pub proposal: Proposal,
    /// The encoded batches in the order of the proposal's references.
    pub batches: Vec<Bytes>,
}

/// What became of one transaction of a block; its canonical bytes are the leaf data of the results tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResultRecord {
    /// Which transaction.
    pub id: TransactionId,
    /// [`Code::Committed`], or why it had no effect.
    pub code: Code,
    /// Which operation failed, where one did.
    pub operation: Option<u32>,
}

impl CertifiedHeader {
    /// The header's hash, computed from the header: what a certificate says is believed only by
    /// [`CertifiedHeader::verify`].
    #[must_use]
    pub fn hash(&self) -> BlockHash {
        self.header.hash()
    }

    /// Checks that the certificate is for this very header and is good for the set active at its height.
    /// Height 0 needs none: compare its hash with the genesis block's.
    ///
    /// # Errors
    /// [`CertificateError`]; a missing certificate is one of no signatures.
    pub fn verify(&self, chain: &ChainId, set: &ValidatorSet) -> Result<(), CertificateError> {
        let Some(certificate) = &self.certificate else {
            return Err(CertificateError::Short { found: 0, quorum: set.quorum() });
        };
        let found = self.hash();
        let same = certificate.header_hash == found
            && certificate.height == self.header.height
            && certificate.epoch == self.header.epoch;
        if !same {
            return Err(CertificateError::OtherHeader { certified: certificate.header_hash, found });
        }
        certificate.verify(chain, set)
    }
}

impl ResultRecord {
    /// Leaf data of the results tree: id(32) ‖ code u16 ‖ 0x00, or 0x01 ‖ operation u32; little-endian.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        codec::encode(self)
    }

    /// Whether the id is consumed: void transactions may come again with the missing signatures.
    #[must_use]
    pub fn consumes_id(&self) -> bool {
        self.code != Code::Unauthorised
    }
}
