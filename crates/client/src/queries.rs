//! Reads, each proven where a genesis is trusted.

mod chain;
mod epochs;
mod objects;

use types::{block::CertifiedHeader, state::StateKey};

use crate::{Client, ClientError, ProofError, decode, pb, verifier::Standing, verifier::check_value};

impl Client {
    /// Reads and verifies the block that an answer stands at; whether it proves anything.
    async fn standing(
        &self,
        block: Option<&pb::CertifiedHeader>,
    ) -> Result<(CertifiedHeader, bool), ClientError> {
        let block = decode::certified_header(block)?;
        self.follow(&block).await?;
        let verified = match &self.inner.verifier {
            Some(verifier) => verifier.standing(&block)? == Standing::Certified,
            None => false,
        };
        Ok((block, verified))
    }

    /// The proven value under a key; the proof is checked where the block is verified.
    fn proven<'a>(
        standing: &(CertifiedHeader, bool),
        key: &StateKey,
        proven: Option<&'a pb::ProvenValue>,
    ) -> Result<&'a pb::ProvenValue, ProofError> {
        let proven = proven.ok_or(ProofError::Shape { field: "value" })?;
        if proven.key != key.encode() {
            return Err(ProofError::OtherKey);
        }
        if standing.1 {
            check_value(&standing.0, key, proven)?;
        }
        Ok(proven)
    }
}
