//! From the generated messages to the vocabulary of `types`; lengths are checked, nothing is believed.

use types::{
    BlockHash, Certificate, Code, Epoch, EpochEnd, Hash, Header, Height, ResultRecord, Signature,
    TransactionId,
    block::CertifiedHeader,
    codec,
    merkle::MerklePath,
    state_proof::{ProofLeaf, StateProof},
};

use crate::{ProofError, pb};

pub(crate) fn hash(field: &'static str, bytes: &[u8]) -> Result<Hash, ProofError> {
    bytes.try_into().map_err(|_| ProofError::Shape { field })
}

pub(crate) fn certified_header(block: Option<&pb::CertifiedHeader>) -> Result<CertifiedHeader, ProofError> {
    let block = block.ok_or(ProofError::Shape { field: "block" })?;
    Ok(CertifiedHeader {
        header: Header::decode(&block.header).map_err(ProofError::Header)?,
        certificate: block.certificate.as_ref().map(certificate).transpose()?,
    })
}

pub(crate) fn epoch_end(end: &pb::EpochEnd) -> Result<EpochEnd, ProofError> {
    let block = certified_header(end.block.as_ref())?;
    Ok(EpochEnd { block, next: codec::decode_canonical(&end.next_set).map_err(ProofError::Value)? })
}

fn certificate(certificate: &pb::Certificate) -> Result<Certificate, ProofError> {
    let signature = |bytes: &bytes::Bytes| {
        Signature::from_slice(bytes).ok_or(ProofError::Shape { field: "certificate.signatures" })
    };
    Ok(Certificate {
        epoch: Epoch::new(certificate.epoch),
        height: Height::new(certificate.height),
        header_hash: BlockHash::new(hash("certificate.header_hash", &certificate.header_hash)?),
        signers: certificate.signers.to_vec(),
        signatures: certificate.signatures.iter().map(signature).collect::<Result<_, _>>()?,
    })
}

pub(crate) fn merkle_path(
    field: &'static str,
    path: Option<&pb::MerklePath>,
) -> Result<MerklePath, ProofError> {
    let path = path.ok_or(ProofError::Shape { field })?;
    Ok(MerklePath { index: path.index, leaves: path.leaves, siblings: siblings(field, &path.siblings)? })
}

pub(crate) fn state_proof(proof: Option<&pb::StateProof>) -> Result<StateProof, ProofError> {
    let proof = proof.ok_or(ProofError::Shape { field: "proof" })?;
    let leaf = |leaf: &pb::ProofLeaf| {
        Ok::<_, ProofError>(ProofLeaf {
            path: hash("proof.leaf.path", &leaf.path)?,
            value_hash: hash("proof.leaf.value_hash", &leaf.value_hash)?,
        })
    };
    Ok(StateProof {
        siblings: siblings("proof.siblings", &proof.siblings)?,
        leaf: proof.leaf.as_ref().map(leaf).transpose()?,
    })
}

pub(crate) fn result(result: Option<&pb::TransactionResult>) -> Result<ResultRecord, ProofError> {
    let result = result.ok_or(ProofError::Shape { field: "result" })?;
    Ok(ResultRecord {
        id: TransactionId::new(hash("result.transaction_id", &result.transaction_id)?),
        code: code(result.code).ok_or(ProofError::Shape { field: "result.code" })?,
        operation: result.operation,
    })
}

pub(crate) fn code(number: u32) -> Option<Code> {
    u16::try_from(number).ok().and_then(Code::from_number)
}

fn siblings(field: &'static str, siblings: &[bytes::Bytes]) -> Result<Vec<Hash>, ProofError> {
    siblings.iter().map(|sibling| hash(field, sibling)).collect()
}
